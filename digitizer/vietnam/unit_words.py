"""Names of units in running text that no unit bears, while with other marks one does ("xã Nội Bai" for Nội Bài)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from digitizer.vietnam.text import fold, nfc, tone_key
from digitizer.vietnam.units import old_units, provinces, units

MOST_WORDS = 4
_KIND = r"\b(?:xã|phường|thị trấn|quận|huyện|thị xã|tỉnh|thành phố)\s+|\btp\.?\s*"
_AHEAD = re.compile(rf"(?:{_KIND}|,\s*)(?=[^\W\d_])", re.IGNORECASE)
_WORD = re.compile(r"\s*([^\W\d_]+)")


def misspelt_units(text: str) -> Iterator[tuple[int, str, str]]:
    """(where, as written, as the unit's name is spelled) of words behind a kind of unit or a comma, where one unit
    alone is spelled so but for its marks. Numbers, names of villages and streets are none of them."""
    text = nfc(text)
    names, alike = _names()
    for ahead in _AHEAD.finditer(text):
        runs = list(_runs(text, ahead.end()))
        if any(tone_key(run) in names for run in runs):
            continue
        for run in runs:
            meant = alike.get(fold(run), frozenset())
            if len(meant) == 1 and " " in run:
                yield ahead.end(), run, next(iter(meant))
                break


def _runs(text: str, start: int) -> Iterator[str]:
    """The words with capitals from there on, the most first."""
    ends: list[int] = []
    at = start
    while len(ends) < MOST_WORDS and (word := _WORD.match(text, at)) and word[1][0].isupper():
        at = word.end()
        ends.append(at)
    return (text[start:end] for end in reversed(ends))


@cache
def _names() -> tuple[frozenset[str], dict[str, frozenset[str]]]:
    """Every unit's name now and before 2025-07-01, tone marks placed alike, and by their letters without marks."""
    found = {unit.name for unit in units().values()} | {province.name for province in provinces()}
    found |= {name for _, _, name, _ in old_units()}
    alike: dict[str, set[str]] = {}
    for name in found:
        alike.setdefault(fold(name), set()).add(nfc(name))
    return frozenset(map(tone_key, found)), {key: frozenset(spelled) for key, spelled in alike.items()}
