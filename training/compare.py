"""Settings of training side by side: each trains on the same lines from the same start, then reads the same sets.

Short runs tell which way a setting pulls, not how far it goes. CPU seconds hold the making of the lines too."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# What is changed, one thing at a time, against the defaults of Plan.
VARIANTS: dict[str, tuple[str, ...]] = {
    "as released": (),
    "nothing frozen": ("--frozen", "0"),
    "30 % frozen": ("--frozen", "0.3"),
    "60 % frozen": ("--frozen", "0.6"),
    "half the rate": ("--rate", "2e-4"),
    "twice the rate": ("--rate", "8e-4"),
    "half as many lines a step": ("--pixels", "3500"),
    "twice as many lines a step": ("--pixels", "14000"),
    "float32": ("--precision", "float32"),
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """`lines` each variant trains on; `sets`: folders with labels.tsv; `limit`: lines of each that are read."""

    lines: int
    seed: int
    fonts: Path
    sets: tuple[Path, ...]
    limit: int
    out: Path


def compare(what: Comparison) -> Iterator[str]:
    """A Markdown table, row by row as the runs end; what a finished run left under `out` is not trained again."""
    names = [folder.name for folder in what.sets]
    yield "| variant | CPU s | " + " | ".join(f"{name}, exact / CER" for name in names) + " |"
    yield "|---|---|" + "---|" * len(names)
    for name, options in VARIANTS.items():
        row = what.out / name.replace(" ", "-").replace("%", "percent") / "row.json"
        if not row.exists():
            row.write_text(json.dumps(_trained(what, row.parent, options)), encoding="utf-8")
        found = json.loads(row.read_text(encoding="utf-8"))
        shown = (_cell(*found["sets"][name]) for name in names)
        yield f"| {name} | {found['cpu_s']:.0f} | " + " | ".join(shown) + " |"


def _cell(exact: int, lines: int, wrong: int, letters: int) -> str:
    return f"{exact} of {lines} / {100 * wrong / max(1, letters):.1f} %"


def _trained(what: Comparison, out: Path, options: tuple[str, ...]) -> dict[str, object]:
    """A process of its own for each: whatever one leaves in memory must not touch the next."""
    out.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable, "-m", "training", "--fonts", str(what.fonts), "train", "--lines", str(what.lines),
        "--seed", str(what.seed), "--limit", str(what.limit), "--every", "1000", "--out", str(out),
        "--sets", *map(str, what.sets), *options,
    ]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    scores = json.loads((out / "scores.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"cpu_s": cpu, "sets": scores["sets"]}
