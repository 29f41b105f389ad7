"""Chooses among texts for one line: takes the free reading and candidates with likelihoods, gives the one to believe.

A candidate is one that its field's type allows (a listed answer, a date that exists, twelve digits). It is taken only
if the picture speaks for it: every letter in which it differs from the free reading may cost PER_EDIT nats of
likelihood, and at most MOST_EDITS of its letters may differ. So nothing valid comes out of a line without it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from digitizer.vietnam.answers import edits

PER_EDIT = 3.0  # nats: a letter is changed only for one with a twentieth of its probability or more
MOST_EDITS = 0.34  # of the longer text's letters, but one is always allowed
SMALLEST = 1e-4  # probability below which another text is not told
MOST_OTHERS = 8
NOTHING = -math.inf


@dataclass(frozen=True, slots=True)
class Candidate:
    """`score`: log-likelihood of the text; `value`: what it means; spellings of one value do not compete."""

    text: str
    score: float
    value: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """The text and its probability, and others with theirs, best first."""

    text: str
    probability: float
    others: tuple[tuple[str, float], ...]


def allowance(free: str, text: str) -> float:
    """How many nats a text may be less likely than the free reading; below 0: never to be taken for it."""
    changed = edits(free, text)
    return PER_EDIT * changed if changed <= max(most_edits(free), most_edits(text)) else -1.0


def most_edits(text: str) -> int:
    return max(1, math.floor(MOST_EDITS * len(text)))


def choose(free: Candidate, allowed: Sequence[Candidate], is_allowed: bool = False) -> Choice:
    """The likeliest of `allowed` that the picture bears, else the free reading.

    `is_allowed`: the free reading is itself of its type, and competes with the others as one of them. A candidate's
    probability is its share among all candidates and the free reading, which is made as much less likely as the
    candidate was allowed to be: so it falls to one half where the allowance ends."""
    others = [c for c in allowed if c.text != free.text]
    if is_allowed:
        return _share(max((free, *others), key=lambda c: c.score), [free, *others], Candidate("", NOTHING))
    bearable = {c.text: allowance(free.text, c.text) for c in others}
    borne = [c for c in others if free.score - c.score <= bearable[c.text]]
    if borne:
        best = max(borne, key=lambda c: c.score)
        return _share(best, others, Candidate(free.text, free.score - bearable[best.text]))
    near = ((c.text, math.exp(c.score)) for c in others if bearable[c.text] >= 0)
    return Choice(free.text, math.exp(min(0.0, free.score)), _ranked(near))


def _share(best: Candidate, candidates: Sequence[Candidate], outside: Candidate) -> Choice:
    """What part of the likelihood of all belongs to the best and to what means the same."""
    pool = [*candidates, outside] if outside.text else list(candidates)
    top = max(c.score for c in pool)
    weights = [math.exp(c.score - top) for c in pool]
    total = sum(weights)
    same = sum(w for c, w in zip(pool, weights, strict=True) if c is best or (c.value and c.value == best.value))
    return Choice(best.text, same / total, _ranked((c.text, w / total) for c, w in zip(pool, weights, strict=True)
                                                   if c is not best))


def _ranked(pairs: Iterable[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    return tuple(sorted((p for p in pairs if p[1] >= SMALLEST), key=lambda p: -p[1])[:MOST_OTHERS])
