"""Single readings of a line: takes T × C log-probabilities and classes, gives letters with their places and scores.

Connectionist temporal classification (Graves et al. 2006): class 0 is the blank; a text is what is left of a path of
one class a step when repeats and then blanks are taken out. All logarithms are natural."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]  # T × C log-probabilities of one line
ALTERNATIVES = 5  # letters kept beside the one that was read
LEAST = 0.005  # probability below which an alternative is not told: half a percent of lines is below any margin used
NEVER = -1e30  # log of nothing, finite so that sums of it stay numbers


@dataclass(frozen=True, slots=True)
class Character:
    """One letter: steps `first` to `last`, both its own, `probability` at its surest step.

    `alternatives`: other letters at that step with their probability, best first; '' stands for no letter at all."""

    text: str
    probability: float
    first: int
    last: int
    alternatives: tuple[tuple[str, float], ...] = ()


@lru_cache(maxsize=16)
def index_of(classes: tuple[str, ...]) -> dict[str, int]:
    return {letter: number for number, letter in enumerate(classes) if letter}


def greedy_path(logp: Scores) -> NDArray[np.intp]:
    """The best class of each step."""
    return logp.argmax(axis=1)


def collapsed(path: Sequence[int]) -> list[int]:
    """What a path says: repeats taken out, then blanks."""
    return [k for before, k in zip((0, *path), path, strict=False) if k and k != before]


def characters(logp: Scores, classes: tuple[str, ...], path: NDArray[np.intp]) -> tuple[Character, ...]:
    """The letters of a path of classes, with a new letter wherever the class changes."""
    return tuple(_character(logp, classes, number, steps) for number, steps in _runs(path) if number)


def _runs(path: NDArray[np.intp]) -> list[tuple[int, tuple[int, int]]]:
    """(value, (first step, last step)) of each stretch of equal values."""
    starts = [0, *(np.flatnonzero(np.diff(path)) + 1).tolist()]
    ends = [*(start - 1 for start in starts[1:]), len(path) - 1]
    return [(int(path[first]), (first, last)) for first, last in zip(starts, ends, strict=True)]


def _character(logp: Scores, classes: tuple[str, ...], number: int, steps: tuple[int, int]) -> Character:
    first, last = steps
    at = first + int(logp[first:last + 1, number].argmax())
    row = np.exp(logp[at])
    near = np.flatnonzero(row >= LEAST)
    order = sorted((int(k) for k in near if k != number), key=lambda k: -float(row[k]))[:ALTERNATIVES]
    others = tuple((classes[k], float(row[k])) for k in order)
    return Character(classes[number], min(1.0, float(row[number])), first, last, others)


def numbers(text: str, classes: tuple[str, ...]) -> list[int] | None:
    """The classes of a text's letters, None when a letter has no class."""
    known = index_of(classes)
    return [known[letter] for letter in text] if all(letter in known for letter in text) else None


def aligned(logp: Scores, classes: tuple[str, ...], text: str) -> tuple[Character, ...]:
    """The letters of a given text where they fit the picture best; none when the line is too short for it."""
    wanted = numbers(text, classes)
    if not wanted:
        return ()
    states = np.zeros(2 * len(wanted) + 1, np.intp)
    states[1::2] = wanted
    jumps = _may_jump(states[None])[0]
    emitted = logp[:, states].astype(np.float64)
    score = np.full(len(states), NEVER)
    score[:2] = emitted[0, :2]
    moves = np.zeros(emitted.shape, np.int8)
    for step in range(1, len(logp)):
        choices = np.full((3, len(states)), NEVER)
        choices[0], choices[1, 1:] = score, score[:-1]
        choices[2, 2:] = np.where(jumps[2:], score[:-2], NEVER)
        moves[step] = choices.argmax(axis=0)
        score = choices.max(axis=0) + emitted[step]
    state = len(states) - 1 if score[-1] >= score[-2] else len(states) - 2
    if score[state] < NEVER / 2:
        return ()
    path = np.zeros(len(logp), np.intp)
    for step in range(len(logp) - 1, -1, -1):
        path[step] = state
        state -= int(moves[step, state])
    return tuple(_character(logp, classes, int(states[s]), steps) for s, steps in _runs(path) if s % 2)


def ctc_score(logp: Scores, classes: tuple[str, ...], texts: Sequence[str]) -> NDArray[np.float64]:
    """log P(text | picture) of each text, all alignments summed; NEVER or less where it cannot stand.

    The forward algorithm, all texts at once: steps × texts × letters. A letter without a class makes a text NEVER."""
    wanted = [numbers(text, classes) for text in texts]
    longest = max((len(w) for w in wanted if w), default=0)
    states = np.zeros((len(texts), 2 * longest + 1), np.intp)
    for row, letters in enumerate(wanted):
        states[row, 1:2 * len(letters or []):2] = letters or []
    ends = np.array([2 * len(w or []) for w in wanted])
    jumps = np.where(_may_jump(states), 0.0, NEVER)
    emitted = logp.astype(np.float64)
    score = np.full(states.shape, NEVER)
    score[:, :2] = emitted[0][states[:, :2]]
    for row in emitted[1:]:
        before = score.copy()
        before[:, 1:] = np.logaddexp(before[:, 1:], score[:, :-1])
        before[:, 2:] = np.logaddexp(before[:, 2:], score[:, :-2] + jumps[:, 2:])
        score = before + row[states]
    rows = np.arange(len(texts))
    total = np.where(ends > 0, np.logaddexp(score[rows, ends], score[rows, np.maximum(ends - 1, 0)]), score[:, 0])
    return np.where([w is None for w in wanted], NEVER, total)


def _may_jump(states: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Whether a state may be reached over the blank before it: letters that differ from the letter before."""
    may = np.zeros(states.shape, np.bool_)
    may[:, 2:] = (states[:, 2:] != 0) & (states[:, 2:] != states[:, :-2])
    return may
