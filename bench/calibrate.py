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
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from rich.console import Console
from rich.progress import track

from bench.confidence import TARGETS, Seen, publish
from bench.fonts import faces_of
from bench.make import shared_folder
from bench.result import Plan
from bench.run import Reader, make_set
from digitizer.calibration import DATA, calibration, features
from digitizer.document import FieldStatus
from digitizer.pipeline import read_documents, settle
from digitizer.score import plain

CEILING = 0.995  # of a threshold, whatever the sample says
GRID = (*(round(0.6 + 0.01 * i, 2) for i in range(40)), CEILING)  # thresholds that are tried, lowest first
PRIOR = 10  # fields that a share is believed to rest on before any is counted
RIDGE, RIDGE_TYPES = 0.02, 2.0
SIGNS = np.array([0, 1, 1, -1, 1, 1, 1])  # of the weights, in the order of their names; 0: either
NAMES = ("constant", "log_read", "certain", "disagreed", "unrivalled", "page", "certain_page")


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


def read(mixture: Sequence[Mix], documents: int, seed: int, console: Console) -> list[Seen]:
    """Every field of `documents` forms of each part."""
    reader = Reader("onnx")
    found: list[Seen] = []
    for part, mix in enumerate(mixture):
        with tempfile.TemporaryDirectory() as folder:
            plan = Plan(documents, seed + part, mix.quality, mix.source, faces=mix.faces)
            made = make_set(plan, documents, mix.quality, Path(folder), console)
            for number, one in enumerate(track(made, f"reading {mix.name}", console=console)):
                found += _fields(one.path, one.truth, reader, (mix.name, 1000 * part + number))
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


# --- fitting -------------------------------------------------------------------------------------------------------


def fit(seen: Sequence[Seen]) -> dict[str, Any]:
    """The content of calibration.yaml."""
    written = [s for s in seen if s.evidence]
    types = sorted({s.type for s in written})
    rows = np.array([features(s.evidence) for s in written if s.evidence])
    kinds = np.array([[float(s.type == t) for t in types] for s in written])
    right = np.array([float(s.exact) for s in written])
    ridge = np.array([RIDGE] * rows.shape[1] + [RIDGE_TYPES] * len(types))
    weights = signed(np.hstack([rows, kinds]), right, ridge)
    scores = 1 / (1 + np.exp(-np.hstack([rows, kinds]) @ weights))
    sure = dict(zip(map(id, written), scores, strict=True))
    out = [s for s in seen if s.confidence > 0]
    offsets = dict(zip(types, weights[rows.shape[1]:], strict=True)) | {"other": 0.0}
    return {
        "weights": {name: round(float(w), 4) for name, w in zip(NAMES, weights[:rows.shape[1]], strict=True)},
        "types": {name: round(float(w), 4) for name, w in offsets.items()},
        "thresholds": thresholds(out, np.array([sure.get(id(s), s.confidence) for s in out])),
        "shares": shares(seen),
    }


def signed(rows: np.ndarray, right: np.ndarray, ridge: np.ndarray) -> np.ndarray:
    """`logistic`, but no feature speaks against what it means: weights with the wrong sign are left at nought."""
    free = np.ones(rows.shape[1], bool)
    while True:
        weights = np.zeros(rows.shape[1])
        weights[free] = logistic(rows[:, free], right, ridge[free])
        wrong = np.zeros(rows.shape[1], bool)
        wrong[:len(SIGNS)] = weights[:len(SIGNS)] * SIGNS < 0
        if not wrong.any():
            return weights
        free &= ~wrong


def logistic(rows: np.ndarray, right: np.ndarray, ridge: np.ndarray) -> np.ndarray:
    """Weights of a logistic regression with a penalty per weight, by Newton's method."""
    weights = np.zeros(rows.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (right - chance) - ridge * weights
        bend = (rows * (chance * (1 - chance))[:, None]).T @ rows + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        weights += step
        if float(np.abs(step).max()) < 1e-8:
            break
    return weights


def thresholds(answered: Sequence[Seen], chances: np.ndarray) -> dict[str, float]:
    """The least probabilities at which the fields that go out unseen are, on average, wrong as often as allowed. A
    field goes out with its document, so only documents count all of whose fields pass: first one threshold for all
    types, then a higher one for each type of which less is allowed."""
    documents: dict[int, list[int]] = {}
    for i, seen in enumerate(answered):
        documents.setdefault(seen.document, []).append(i)
    types = np.array([seen.type for seen in answered])

    def released(least: dict[str, float]) -> np.ndarray:
        bars = np.array([least.get(kind, least["other"]) for kind in types])
        passing = [mine for mine in documents.values() if (chances[mine] >= bars[mine]).all()]
        return np.array(sorted(i for mine in passing for i in mine), int)

    found = {"other": CEILING}
    found["other"] = next((t for t in GRID if _wrong(chances, released({"other": t})) <= TARGETS["other"]), CEILING)
    for kind in sorted(set(TARGETS) - {"other"}):
        for bar in (t for t in GRID if t >= found["other"]):
            found[kind] = bar
            mine = released(found)
            if _wrong(chances, mine[types[mine] == kind]) <= TARGETS[kind]:
                break
    return found


def _wrong(chances: np.ndarray, mine: np.ndarray) -> float:
    return float((1 - chances[mine]).mean()) if len(mine) else 0.0


def shares(seen: Sequence[Seen]) -> dict[str, float]:
    """Shares right of what is not read by letters, and of what the checks between fields lowered or lifted."""
    known = calibration().shares
    blank = [s for s in seen if s.status is FieldStatus.BLANK and s.type != "tick"]
    parts = {
        "blank": blank, "ticked": [s for s in seen if s.type == "tick" and s.status is FieldStatus.FILLED],
        "unticked": [s for s in seen if s.type == "tick" and s.status is FieldStatus.BLANK],
    }
    for kind in ("broken", "conflict", "odd"):
        parts[kind] = [s for s in seen if s.evidence and s.confidence < s.before and s.confidence == known[kind]]
    for kind in ("checked", "confirmed"):
        parts[kind] = [s for s in seen if s.evidence and s.confidence > s.before and s.confidence == known[kind]]
    return {
        kind: round((sum(s.exact for s in many) + PRIOR * known[kind]) / (len(many) + PRIOR), 4)
        for kind, many in parts.items()
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 0 when it ran, 2 without the real blanks or the fonts."""
    parser = argparse.ArgumentParser(prog="python -m bench.calibrate", description=__doc__)
    parser.add_argument("what", choices=("fit", "check"))
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--documents", type=int, default=24, help="of each part of the mixture")
    options = parser.parse_args(arguments)
    console = Console(stderr=True)
    if shared_folder() is None:
        console.print("The real blanks are not on this machine (set DIGITIZER_SHARED).")
        return 2
    faces_of("hand")
    seen = read(MIXTURE, options.documents, options.seed, console)
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
    head = "# Made by `python -m bench.calibrate fit`, not to be edited; what it means: digitizer/calibration.py\n"
    DATA.write_text(head + yaml.safe_dump(found, sort_keys=False, default_flow_style=None, width=110), encoding="utf-8")
    console.print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
