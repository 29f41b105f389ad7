"""Readers of lines side by side: takes sets and readers, reads all in one run, gives a table, plots and JSON.

`python -m bench.lines`. A line is exact when it equals the truth after NFC and folding of spaces. Times are CPU seconds
on one core, in calls of 24 lines, about what a page holds."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import track

from bench import line_readers, line_sets
from bench.line_readers import LineReader
from bench.line_result import LineResult, LineScore
from bench.line_sets import LineSet, Sample
from bench.result import PLACE
from bench.run import cpu_now

CALL = 24  # lines
CURVE = Path(__file__).resolve().parents[1] / "var" / "training" / "run" / "scores.jsonl"


def measure(reader: LineReader, line_set: LineSet, many: Sequence[Sample]) -> LineScore:
    """One reader over one set; the first call, unmeasured, warms it."""
    score = LineScore(line_set.name, reader.name)
    reader.read(many[:2])
    for start in range(0, len(many), CALL):
        part = many[start:start + CALL]
        before = cpu_now()
        texts = reader.read(part)
        score.cpu_s += cpu_now() - before
        for sample, text in zip(part, texts, strict=True):
            score.add(sample, text)
    return score


def read_curve(path: Path) -> tuple[tuple[int, dict[str, float]], ...]:
    """The scores that training leaves: JSON lines {"lines": int, "sets": {name: [exact, lines, wrong, letters]}}."""
    if not path.is_file():
        return ()
    points = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return tuple(
        (int(point["lines"]), {name: wrong / max(1, letters) for name, (_, _, wrong, letters) in point["sets"].items()})
        for point in points
    )


def run(options: argparse.Namespace, console: Console) -> LineResult:
    """Makes the cuts that are missing, then reads every set with every reader."""
    os.environ["OMP_THREAD_LIMIT"] = "1"  # before an engine starts: one core each
    skipped = line_sets.make_missing(options.cuts, options.seed, tuple(options.sets), console)
    found, lacking = line_readers.readers(tuple(options.readers), options.model)
    scores, seen = [], []
    for line_set in line_sets.line_sets(options.cuts, tuple(options.sets)):
        many = line_sets.samples(line_set, options.limit)
        seen.append(line_set)
        for reader in track(found, f"{line_set.name}, {len(many)} lines", console=console):
            scores.append(measure(reader, line_set, many))
    versions = {reader.name: reader.version for reader in found}
    return LineResult(
        options.seed, options.limit, tuple(seen), tuple(scores), versions,
        (*skipped, *line_sets.left_out(options.cuts, tuple(options.sets)), *lacking), read_curve(options.curve),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 0 when something was read, 2 when there was neither a set nor a reader."""
    parser = argparse.ArgumentParser(prog="python -m bench.lines", description=__doc__)
    parser.add_argument("--sets", nargs="+", choices=line_sets.NAMES, default=line_sets.NAMES, metavar="SET")
    parser.add_argument("--readers", nargs="+", choices=line_readers.NAMES, default=line_readers.NAMES, metavar="NAME")
    parser.add_argument("--seed", type=int, default=77, help="of the cuts that are made where they are missing")
    parser.add_argument("--limit", type=int, default=0, help="lines of each set, drawn; 0: all")
    parser.add_argument("--cuts", type=Path, default=line_sets.CUTS, help="where cuts lie, or are made")
    parser.add_argument("--model", type=Path, help="other weights for our reader, with their card beside them")
    parser.add_argument("--curve", type=Path, default=CURVE, help="scores.jsonl of training, for the plot")
    parser.add_argument("--publish", action="store_true", help="also write docs/recogniser-lines.md and docs/img")
    parser.add_argument("--cuts-only", action="store_true", help="make the cuts that are missing, read nothing")
    parser.add_argument("--out", type=Path, default=PLACE)
    options = parser.parse_args(arguments)
    if options.cuts_only:
        console = Console(stderr=True)
        for sentence in line_sets.make_missing(options.cuts, options.seed, tuple(options.sets), console):
            console.print(sentence, markup=False)
        return 0
    from bench.line_report import publish, show, write  # matplotlib, for those who asked for a run

    result = run(options, Console(stderr=True))
    write(result, options.out)
    show(result)
    if options.publish and result.scores:
        publish(result)
    return 0 if result.scores else 2


if __name__ == "__main__":
    sys.exit(main())
