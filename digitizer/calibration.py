"""How sure a reading is: takes what speaks for it, gives the measured probability of being right and who must look.

The data, `data/calibration.yaml`, come from `python -m bench.calibrate`: filled forms whose truth is known, with seeds
that nothing was tuned on, their date and their number. A logistic model by type of field (Platt 1999; of beta
calibration, Kull et al. 2017, the two logarithms): few numbers, each of which can be looked at."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from digitizer.document import Evidence
from digitizer.errors import UsageError

DATA = Path(__file__).parent / "data" / "calibration.yaml"
# Of the 240 documents that the calibration was fitted on one is read less surely as a whole. On a page beyond that,
# such as one of joined real hands, nothing is held surer than the engine says: lists and words make a likely answer of
# what the picture does not bear.
MEASURED_PAGE = 0.95
SMALLEST_RIVAL = 0.03  # share of other answers: below, none says no more than few
SMALLEST = 1e-3  # of a probability or of its distance to 1: beyond, readings were right and wrong alike


@dataclass(frozen=True, slots=True)
class Calibration:
    """weights: of the features, in their order; types: what is added for each type of field; thresholds: the
    probability at which a field of a type passes unseen; shares: measured shares right of what is not read by letters
    ("blank", "ticked", "unticked") and of what checks say ("broken", "conflict", "odd", "checked", "confirmed")."""

    weights: tuple[float, ...]
    types: dict[str, float]
    thresholds: dict[str, float]
    shares: dict[str, float]
    fitted: dict[str, Any]

    def probability(self, evidence: Evidence) -> float:
        """Of the reading being right, letter for letter; 0 to 1."""
        score = self.types.get(evidence.type, self.types["other"])
        score += sum(w * f for w, f in zip(self.weights, features(evidence), strict=True))
        found = 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))
        return found if evidence.page >= MEASURED_PAGE else min(found, evidence.read)

    def threshold(self, field_type: str) -> float:
        return self.thresholds.get(field_type, self.thresholds["other"])


def features(evidence: Evidence) -> tuple[float, ...]:
    """In the order of `Calibration.weights`. What is certain on a good picture is more certain than on a bad one: the
    last weighs the two together."""
    certain, page = nats(evidence.read), nats(evidence.page)
    unrivalled = min(nats(evidence.share), nats(1 - SMALLEST_RIVAL))
    return (
        1.0, math.log(max(evidence.read, SMALLEST)), certain, 1 - evidence.agreed, unrivalled, page, certain * page,
    )


def nats(probability: float) -> float:
    """How little a probability leaves open, as a logarithm: 0 for no certainty, 6.9 at most."""
    return -math.log(max(1 - probability, SMALLEST))


_path = DATA


def use(path: Path) -> None:
    """Another file in place of the shipped one, for this process: to measure it before it goes live. Raises UsageError
    for a file that is none."""
    global _path
    try:
        _read(path)
    except (OSError, yaml.YAMLError, KeyError, AttributeError, TypeError) as error:
        raise UsageError(f"no calibration can be read there: {type(error).__name__}") from None
    _path = path


def calibration() -> Calibration:
    """The shipped calibration, or what `use` has put in its place."""
    return _read(_path)


def save(path: Path, found: dict[str, Any], made_by: str) -> None:
    head = f"# Made by `{made_by}`, not to be edited; what it means: digitizer/calibration.py\n"
    path.write_text(head + yaml.safe_dump(found, sort_keys=False, default_flow_style=None, width=110), encoding="utf-8")


@cache
def _read(path: Path) -> Calibration:
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Calibration(
        tuple(found["weights"].values()), found["types"], found["thresholds"], found["shares"], found["fitted"]
    )
