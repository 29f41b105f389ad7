"""How a calibration is fitted: takes fields as read and as they are, gives the content of data/calibration.yaml."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from digitizer.calibration import Calibration, calibration, features
from digitizer.document import Evidence, FieldStatus

# Share wrong of what goes out unseen; a number decides who somebody is.
TARGETS = {"personal_id": 0.001, "other": 0.0029}
STEPS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 1.0001)  # most readings are surer than nine in ten
CEILING = 0.995  # of a threshold, whatever the sample says
GRID = (*(round(0.6 + 0.01 * i, 2) for i in range(40)), CEILING)  # thresholds that are tried, lowest first
PRIOR = 10  # fields that a share is believed to rest on before any is counted
RIDGE, RIDGE_TYPES = 0.02, 2.0
SIGNS = np.array([0, 1, 1, -1, 1, 1, 1])  # of the weights, in the order of their names; 0: either
NAMES = ("constant", "log_read", "certain", "disagreed", "unrivalled", "page", "certain_page")


@dataclass(frozen=True, slots=True)
class Seen:
    """One field as read and as it is. before: confidence without the checks between fields; released: in a document
    that was accepted."""

    mix: str
    document: int
    type: str
    status: FieldStatus
    exact: bool
    confidence: float
    before: float
    evidence: Evidence | None
    released: bool


def bins(seen: Sequence[Seen]) -> list[tuple[float, float, int]]:
    """(mean confidence, share right, count) of the steps that hold anything."""
    found = []
    for low, high in pairwise(STEPS):
        held = [s for s in seen if low <= s.confidence < high]
        if held:
            mean = sum(s.confidence for s in held) / len(held)
            found.append((mean, sum(s.exact for s in held) / len(held), len(held)))
    return found


def expected_error(seen: Sequence[Seen]) -> float:
    """Expected calibration error (Naeini et al. 2015) over these steps."""
    return sum(abs(c - right) * n for c, right, n in bins(seen)) / max(1, len(seen))


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


def refitted(found: dict[str, Any], seen: Sequence[Seen]) -> list[Seen]:
    """The same fields with the confidences that another fit gives what was read by letters."""
    made = Calibration(tuple(found["weights"].values()), found["types"], found["thresholds"], found["shares"], {})
    return [replace(s, confidence=made.probability(s.evidence)) if s.evidence else s for s in seen]


def log_loss(seen: Sequence[Seen]) -> float:
    """Mean surprise over what was read by letters, in nats; lower is better."""
    chances = [(min(0.9999, max(0.0001, s.confidence)), s.exact) for s in seen if s.evidence]
    return float(-np.mean([np.log(c if exact else 1 - c) for c, exact in chances])) if chances else 0.0
