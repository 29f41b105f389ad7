"""A second look at the words of a reading: takes a text and its line, gives texts with words of the vocabulary.

A beam follows letters, so a word of which one letter was hardly seen is lost on the way (Quảy for Quảng). Here every
unsure word is compared, in the steps where it stands, with the words that are spelled like it, and the prior chooses
among the sequences. A word is offered only if its picture is not much worse: LOSS nats for every letter that
differs. On 100 lines of handwriting-kalapa it took the errors of the beam from 6.9 % of the letters to 6.2 %."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from digitizer.engines.ctc_beam import Found, Prior, Search
from digitizer.engines.ctc_paths import Scores, aligned, ctc_score
from digitizer.vietnam.answers import edits

SURE = 0.97  # a word read with this probability is not looked at again
FLOOR = -9.0  # nats: no step speaks more strongly against a letter; the recogniser is surer than it is right
LOSS = 9.0  # nats for each letter in which a word differs from what was read
OFFERED = 40  # words compared with the picture, for each word
KEPT = 16  # of them, for the sequences
PATHS = 16  # sequences followed
HOPELESS = 12.0  # nats behind the best sequence
_WORD = re.compile(r"[^\W_](?:[\w/'+&%@²³°]*[\w²³°])?")


def words_of(text: str) -> list[str]:
    return _WORD.findall(text)


class Vocabulary(Prior, Protocol):
    def knows(self, word: str) -> bool:
        """Whether a word is one of the vocabulary, case not looked at."""

    def near(self, word: str, most: int) -> Sequence[str]:
        """Words spelled like a reading, in the manners in which they may be written, the likest first."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, or what stands between two: `choices` are (text, log-likelihood beside that of what was read)."""

    is_word: bool
    choices: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class _Path:
    score: float  # prior and picture
    picture: float
    text: str
    state: Hashable


def second_look(logp: Scores, classes: tuple[str, ...], read: Found, prior: Vocabulary, search: Search) -> list[Found]:
    """Texts with other words where the picture allows them, best first; `read` itself among them unless it is last.

    `picture` of a result is that of `read` and what its words lose or gain."""
    pieces = _pieces(logp, classes, read.text, prior)
    paths = [_Path(0.0, read.picture, "", prior.start())]
    for piece in pieces:
        longer = []
        for path in paths:
            for text, gain in piece.choices:
                score, state = 0.0, path.state
                if piece.is_word:
                    score, state = prior.word(state, text)
                    score = search.weight * score + search.bonus
                else:
                    for sign in text.replace(" ", ""):
                        price, state = prior.sign(state, sign)
                        score += search.weight * price
                longer.append(_Path(path.score + score + gain, path.picture + gain, path.text + text, state))
        longer.sort(key=lambda p: -p.score)
        paths = [p for p in longer[:PATHS] if p.score > longer[0].score - HOPELESS]
    found = [Found(p.text, p.score + search.weight * prior.end(p.state) + read.picture, p.picture) for p in paths]
    return sorted(found, key=lambda f: -f.score)


def _pieces(logp: Scores, classes: tuple[str, ...], text: str, prior: Vocabulary) -> list[Piece]:
    letters = aligned(logp, classes, text)
    if not letters:
        return [Piece(False, ((text, 0.0),))]
    bounded = np.maximum(logp, np.float32(FLOOR))
    found, at = [], 0
    for match in _WORD.finditer(text):
        if match.start() > at:
            found.append(Piece(False, ((text[at:match.start()], 0.0),)))
        at = match.end()
        first = letters[match.start() - 1].last + 1 if match.start() else 0
        last = letters[at].first if at < len(letters) else len(logp)
        steps = slice(first, last)
        found.append(Piece(True, _choices(bounded[steps], logp[steps], classes, match.group(), prior)))
    if at < len(text):
        found.append(Piece(False, ((text[at:], 0.0),)))
    return found


def _choices(
    bounded: Scores, logp: Scores, classes: tuple[str, ...], word: str, prior: Vocabulary
) -> tuple[tuple[str, float], ...]:
    if prior.knows(word) and float(ctc_score(logp, classes, [word])[0]) > np.log(SURE):
        return ((word, 0.0),)
    offered = [word, *(w for w in prior.near(word, OFFERED) if w != word)]
    scores = ctc_score(bounded, classes, offered)
    gains = {w: float(s - scores[0]) for w, s in zip(offered, scores, strict=True)}
    borne = [(w, gain) for w, gain in gains.items() if w == word or gain >= -LOSS * edits(w, word)]
    return tuple(sorted(borne, key=lambda pair: -pair[1])[:KEPT])
