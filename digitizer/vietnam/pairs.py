"""Words that stand beside none of their neighbours as they do elsewhere, while other marks would: takes running text,
gives what may have been misread. The pairs are counted in Vietnamese law (`scripts/word_pairs.py`)."""

from __future__ import annotations

import gzip
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from digitizer.vietnam.misread import word_case
from digitizer.vietnam.text import fold, nfc
from digitizer.vietnam.unit_words import misspelt_units

_DATA = Path(__file__).parent / "data" / "word_pairs.tsv.gz"
_WORD = re.compile(r"[^\W\d_]+|[^\w\s]|\d+")
ENOUGH = 15  # times that the pair with the other marks must have been seen: of 9,157 right texts none is doubted then


@dataclass(frozen=True, slots=True)
class Doubt:
    """`word` stands at `start` of the text; `meant` differs from it in its marks alone."""

    start: int
    word: str
    meant: str


def doubted_words(text: str) -> tuple[Doubt, ...]:
    """Small-letter words (and the first) of which no pair with a neighbour is known, but some pair with other marks
    is: "cư tru", "thông tin vẻ"; and names of units that no unit bears: "xã Nội Bai". Names of people are never
    doubted. In the order of the text."""
    words = [(m.start(), m.group()) for m in _WORD.finditer(nfc(text))]
    found = []
    for i, (start, word) in enumerate(words):
        if not word.isalpha() or not (word.islower() or (i == 0 and word[1:].islower())):
            continue
        before, after = _neighbour(words, i - 1), _neighbour(words, i + 1)
        meant = _better(word.lower(), before, after)
        if meant:
            found.append(Doubt(start, word, word_case(word, meant)))
    found += [Doubt(*each) for each in misspelt_units(text)]
    return tuple(sorted(found, key=lambda doubt: doubt.start))


def with_meant(text: str, doubts: tuple[Doubt, ...]) -> str:
    """The text with every doubted word as it is met elsewhere: a proposal, never what was read."""
    text = nfc(text)
    for doubt in reversed(doubts):
        text = text[:doubt.start] + doubt.meant + text[doubt.start + len(doubt.word):]
    return text


def _neighbour(words: list[tuple[int, str]], at: int) -> str:
    """The word there, when it may tell something: running text in small letters; the first word in either."""
    if not 0 <= at < len(words):
        return ""
    word = words[at][1]
    plain = word.isalpha() and (word.islower() or (at == 0 and word[1:].islower()))
    return word.lower() if plain else ""


def _better(word: str, before: str, after: str) -> str:
    pairs, alike = _pairs()
    left, right = f"{before} {word}", f"{word} {after}"
    if (before and left in pairs) or (after and right in pairs):
        return ""
    best: tuple[int, str] = (ENOUGH - 1, "")
    for pair in alike.get(fold(left), ()) if before else ():
        first, meant = pair.split(" ")
        if first == before:
            best = max(best, (pairs[pair], meant))
    for pair in alike.get(fold(right), ()) if after else ():
        meant, last = pair.split(" ")
        if last == after:
            best = max(best, (pairs[pair], meant))
    return best[1]


@cache
def _pairs() -> tuple[dict[str, int], dict[str, tuple[str, ...]]]:
    """(how often each pair was seen, the pairs that are one without marks)."""
    seen: dict[str, int] = {}
    alike: dict[str, list[str]] = defaultdict(list)
    for line in gzip.decompress(_DATA.read_bytes()).decode().split("\n"):
        pair, count = line.split("\t")
        seen[pair] = int(count)
        alike[fold(pair)].append(pair)
    return seen, {key: tuple(pairs) for key, pairs in alike.items()}
