"""How sure a reading is, measured: takes filled forms with their truth, gives the calibration, or says how good it is.

    python -m bench.calibrate fit --seed 8001      writes digitizer/data/calibration.yaml
    python -m bench.calibrate check --seed 9001    writes docs/confidence.md and its picture: other people, other scans

Both read the same mixture: typed answers and hand-print fonts, real blanks and our own prints, four qualities. Nothing
else may be tuned on these seeds."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from rich.console import Console

from bench.confidence import publish
from bench.fonts import faces_of
from bench.make import shared_folder
from bench.result import Plan
from bench.run import Reader, make_set
from digitizer.calibration import DATA, calibration, save
from digitizer.pipeline import read_documents, settle
from digitizer.refit import Seen, fit
from digitizer.score import plain


@dataclass(frozen=True, slots=True)
class Mix:
    """One part of the mixture."""

    source: str
    quality: str
    faces: str

    @property
    def name(self) -> str:
        return f"{'typed' if self.faces == 'typed' else 'hand-print fonts'}, {self.source}, {self.quality}"


MIXTURE = (
    Mix("real", "medium", "typed"), Mix("real", "heavy", "typed"), Mix("real", "medium-200", "typed"),
    Mix("own", "medium", "typed"), Mix("real", "medium", "hand"), Mix("real", "heavy", "hand"),
)


def read(documents: int, seed: int, jobs: int = 1) -> list[Seen]:
    """Every field of `documents` forms of each part of the mixture; jobs: parts that are read at a time."""
    parts = [(part, documents, seed) for part in range(len(MIXTURE))]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        return [seen for part in pool.map(_part, parts) for seen in part]


def _part(asked: tuple[int, int, int]) -> list[Seen]:
    part, documents, seed = asked
    mix, console, reader = MIXTURE[part], Console(stderr=True), Reader("onnx")
    found: list[Seen] = []
    with tempfile.TemporaryDirectory() as folder:
        plan = Plan(documents, seed + part, mix.quality, mix.source, faces=mix.faces)
        for number, one in enumerate(make_set(plan, documents, mix.quality, Path(folder), console)):
            found += _fields(one.path, one.truth, reader, (mix.name, 1000 * part + number))
    console.print(f"read {mix.name}")
    return found


def _fields(path: Path, truth: dict[str, Any], reader: Reader, place: tuple[str, int]) -> Iterator[Seen]:
    for draft in read_documents(path, path.name, reader.tools, reader.options):
        if draft.form is None or draft.form.form_id != truth["form"]["id"]:
            continue
        record = settle(draft, None, reader.options)
        released = bool(record.decision and record.decision.outcome == "accept")
        for field in record.fields:
            wanted = truth["fields"].get(field.id, {"raw": ""})["raw"]
            exact = plain(wanted) == plain(field.raw)
            before = calibration().probability(field.evidence) if field.evidence else field.confidence
            yield Seen(
                *place, field.type, field.status, exact, field.confidence, round(before, 4), field.evidence, released
            )


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 0 when it ran, 2 without the real blanks or the fonts."""
    parser = argparse.ArgumentParser(prog="python -m bench.calibrate", description=__doc__)
    parser.add_argument("what", choices=("fit", "check"))
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--documents", type=int, default=24, help="of each part of the mixture")
    parser.add_argument("--jobs", type=int, default=1, help="processes that read, each with one core")
    options = parser.parse_args(arguments)
    console = Console(stderr=True)
    if shared_folder() is None:
        console.print("The real blanks are not on this machine (set DIGITIZER_SHARED).")
        return 2
    faces_of("hand")
    seen = read(options.documents, options.seed, options.jobs)
    if options.what == "check":
        publish(seen, options.seed, options.documents)
        return 0
    found = fit(seen)
    found["fitted"] = {
        "date": date.today().isoformat(), "seed": options.seed, "documents": len({s.document for s in seen}),
        "fields": sum(s.evidence is not None for s in seen),
        "wrong": sum(s.evidence is not None and not s.exact for s in seen),
        "engine": Reader("onnx").tools.engine.info.version,
    }
    save(DATA, found, "python -m bench.calibrate fit")
    console.print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
