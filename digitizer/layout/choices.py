"""What an answer read in several pieces may be as a whole: takes readings with their alternatives, gives texts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice, product

from digitizer.document import Evidence, Reading

PER_PIECE = 0.05  # an alternative counts from a twentieth of the probability of what was read (ctc_choice.PER_EDIT)
EACH = 4  # texts of one reading
MOST = 64  # of all of them together
TOLD = 0.03  # probability below which another answer is not shown to a person


@dataclass(frozen=True, slots=True)
class Whole:
    """text: the whole answer. readings: those it is made of. share: its part of the probability of all it may be."""

    text: str
    readings: tuple[Reading, ...]
    share: float


def wholes(readings: Sequence[Reading], compose: Callable[[Sequence[str]], str]) -> tuple[Whole, ...]:
    """The answer as read first, then what else it may be, likeliest first. compose: makes the answer of its pieces."""
    best: dict[str, tuple[float, tuple[Reading, ...]]] = {}
    for chosen in islice(product(*map(_options, readings)), MOST):
        text = compose([reading.text for reading in chosen])
        sure = math.prod(max(reading.confidence, 1e-6) for reading in chosen)
        if text not in best:
            best[text] = (sure, chosen)
    whole = sum(sure for sure, _ in best.values())
    found = [Whole(text, chosen, sure / whole) for text, (sure, chosen) in best.items()]
    return (found[0], *sorted(found[1:], key=lambda each: -each.share))


def evidence_of(kind: str, whole: Whole) -> Evidence:
    """What speaks for a whole answer of a type of field: it is no surer than its least sure line. Of an engine that
    does not say how probable its alternatives are, all that it leaves open is theirs."""
    lines = whole.readings
    read = min(r.confidence for r in lines)
    scored = all(len(r.scores) == len(r.alternatives) for r in lines)
    return Evidence(kind, read, min(r.agreed for r in lines), whole.share if scored else min(read, whole.share))


def _options(reading: Reading) -> list[Reading]:
    """The reading, and its alternatives as readings that are as sure as they were told to be."""
    others = zip(reading.alternatives[:EACH - 1], reading.scores[:EACH - 1], strict=False)
    borne = ((text, score) for text, score in others if score >= PER_PIECE * reading.confidence)
    return [reading, *(Reading(text, score, agreed=reading.agreed) for text, score in borne)]
