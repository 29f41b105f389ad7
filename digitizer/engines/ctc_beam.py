"""Many readings of a line: takes log-probabilities and maybe a prior over words, gives the n likeliest texts.

Prefix beam search (Hannun et al. 2014): every prefix carries the probability of all its paths, those that end in a
blank and those that end in its last letter. A prior scores a word where it ends and the beginning of a word as soon as
a letter is added, so that no beam is ahead only because its word is unfinished."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from digitizer.engines.ctc_paths import NEVER, Scores

JOINERS = frozenset("/'+&%@²³°")  # besides letters and digits: inside a word, not around it
CERTAIN = 0.999  # a step whose best class is surer costs one update a prefix: two steps in three on print
BEHIND = 1e-5  # a prefix this much less likely than the best is dropped before the width is full
CHOICES = 10  # classes looked at in one step, at most


class Prior(Protocol):
    """What is known of words before the picture is seen. Scores are natural logarithms, `word` is as written."""

    def start(self) -> Hashable: ...

    def beginning(self, state: Hashable, letters: str) -> float:
        """An upper bound for any word that begins so."""

    def word(self, state: Hashable, word: str) -> tuple[float, Hashable]:
        """Score of a whole word in its state, and the state behind it."""

    def sign(self, state: Hashable, sign: str) -> tuple[float, Hashable]:
        """The same for a character between words other than a space."""

    def end(self, state: Hashable) -> float:
        """Score of the text's end behind a state."""


@dataclass(frozen=True, slots=True)
class Search:
    """`weight` of the prior's scores, `bonus` for each word (both in nats; 0 weight leaves the picture alone).

    `least`: probability below which a class is not looked at. `allowed`: letters that may come out; None for all."""

    width: int = 16
    weight: float = 0.0
    bonus: float = 0.0
    least: float = 1e-3
    allowed: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """`score`: picture and prior together; `picture`: log-likelihood of the paths that were followed."""

    text: str
    score: float
    picture: float


@dataclass(slots=True, eq=False)
class _Prefix:
    """One prefix in the tree of all that were met; made once, so its prior is asked once."""

    parent: _Prefix | None
    number: int
    letter: str
    word: str  # letters since the last word ended
    before: float  # prior's score of everything before that word, weighted
    state: Hashable
    factor: float  # exp of the whole prior, by which the picture's probability is multiplied for ranking
    children: dict[int, _Prefix] = field(default_factory=dict)

    def text(self) -> str:
        letters, at = [], self
        while at.parent is not None:
            letters.append(at.letter)
            at = at.parent
        return "".join(reversed(letters))


class Beam:
    """One search over one line."""

    def __init__(self, classes: tuple[str, ...], search: Search, prior: Prior | None = None) -> None:
        self.classes, self.search = classes, search
        self.prior = prior if search.weight else None
        self.mask = None
        if search.allowed is not None:
            self.mask = np.array([not letter or letter in search.allowed for letter in classes])

    def run(self, logp: Scores) -> list[Found]:
        """Best first; texts have no space at either end and no two in a row."""
        root = _Prefix(None, 0, "", "", 0.0, self.prior.start() if self.prior else None, 1.0)
        alive: dict[_Prefix, tuple[float, float]] = {root: (1.0, 0.0)}
        scale = 0.0
        for row, likely in zip(np.exp(logp.astype(np.float64)), self._choices(logp), strict=True):
            if len(likely) == 1 and likely[0] == 0:
                alive = {prefix: ((blank + letter) * row[0], 0.0) for prefix, (blank, letter) in alive.items()}
            else:
                alive = self._step(alive, [(k, float(row[k])) for k in likely])
            alive, shrunk = self._kept(alive)
            scale += shrunk
        return self._finished(alive, scale)

    def _choices(self, logp: Scores) -> list[list[int]]:
        """Classes worth looking at in each step; the blank is among them unless another class is certain."""
        scores = logp if self.mask is None else np.where(self.mask, logp, np.float32(NEVER))
        best = scores.max(axis=1, keepdims=True)
        sure = best[:, 0] > math.log(CERTAIN)
        near = scores >= np.minimum(best, 0) + math.log(self.search.least)
        found = []
        top = scores.argmax(axis=1)
        for step in range(len(logp)):
            if sure[step]:
                found.append([int(top[step])])
                continue
            classes = np.flatnonzero(near[step])
            if len(classes) > CHOICES:
                classes = classes[np.argsort(scores[step, classes])[::-1][:CHOICES]]
            found.append([0, *(int(k) for k in classes if k)])
        return found

    def _step(
        self, alive: dict[_Prefix, tuple[float, float]], likely: list[tuple[int, float]]
    ) -> dict[_Prefix, tuple[float, float]]:
        blanks: dict[_Prefix, float] = {}
        letters: dict[_Prefix, float] = {}
        bound = BEHIND * max((blank + letter) * prefix.factor for prefix, (blank, letter) in alive.items())
        for prefix, (blank, letter) in alive.items():
            both = blank + letter
            least = bound / prefix.factor if prefix.factor else math.inf
            for number, share in likely:
                if not number:
                    blanks[prefix] = blanks.get(prefix, 0.0) + both * share
                    continue
                longer = both * share
                if number == prefix.number:
                    letters[prefix] = letters.get(prefix, 0.0) + letter * share
                    longer = blank * share
                if longer > least:  # a new prefix costs 20 us, and of 40 a step all but some are dropped at once
                    child = prefix.children.get(number) or self._child(prefix, number)
                    letters[child] = letters.get(child, 0.0) + longer
        for prefix in letters.keys() - blanks.keys():
            blanks[prefix] = 0.0
        return {prefix: (blank, letters.get(prefix, 0.0)) for prefix, blank in blanks.items()}

    def _child(self, prefix: _Prefix, number: int) -> _Prefix:
        letter = self.classes[number]
        before, word, state = prefix.before, prefix.word, prefix.state
        if self.prior is None:
            child = _Prefix(prefix, number, letter, "", 0.0, None, 1.0)
        else:
            if letter.isalnum() or letter in JOINERS:
                word += letter
            else:
                before, state = self._word_ended(prefix)
                word = ""
                if letter != " ":
                    score, state = self.prior.sign(state, letter)
                    before += self.search.weight * score
            now = before + (self.search.weight * self.prior.beginning(state, word) if word else 0.0)
            child = _Prefix(prefix, number, letter, word, before, state, math.exp(max(-600.0, now)))
        prefix.children[number] = child
        return child

    def _word_ended(self, prefix: _Prefix) -> tuple[float, Hashable]:
        if not prefix.word or self.prior is None:
            return prefix.before, prefix.state
        score, state = self.prior.word(prefix.state, prefix.word)
        return prefix.before + self.search.weight * score + self.search.bonus, state

    def _kept(self, alive: dict[_Prefix, tuple[float, float]]) -> tuple[dict[_Prefix, tuple[float, float]], float]:
        """The best of `alive`, scaled so that the likeliest has probability 1, and the logarithm of that scale."""
        if len(alive) > self.search.width:
            ranked = sorted(alive.items(), key=lambda item: -(item[1][0] + item[1][1]) * item[0].factor)
            alive = dict(ranked[: self.search.width])
        most = max(blank + letter for blank, letter in alive.values())
        if most > 1e-30 or most <= 0.0:  # far from the smallest float: nothing to do yet
            return alive, 0.0
        return {q: (b / most, n / most) for q, (b, n) in alive.items()}, math.log(most)

    def _finished(self, alive: dict[_Prefix, tuple[float, float]], scale: float) -> list[Found]:
        """The last words scored; prefixes that differ in spaces alone count together."""
        picture: dict[str, float] = {}
        prior: dict[str, float] = {}
        for prefix, (blank, letter) in alive.items():
            text = " ".join(prefix.text().split())
            picture[text] = picture.get(text, 0.0) + blank + letter
            score, state = self._word_ended(prefix)
            if self.prior is not None:
                score += self.search.weight * self.prior.end(state)
            prior[text] = max(prior.get(text, NEVER), score)
        found = []
        for text, probability in picture.items():
            likelihood = math.log(probability) + scale if probability > 0 else NEVER
            found.append(Found(text, likelihood + prior[text], likelihood))
        return sorted(found, key=lambda f: -f.score)
