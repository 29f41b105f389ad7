"""How readings go wrong: takes what was read and what may be meant, gives the cost and the repair."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from digitizer.vietnam.text import letter_parts, nfc

# Costs of one reading error. A lost or changed mark is the common one (DESIGN 2), a wrong base letter the rare one.
TONE, QUALITY, SEPARATOR, LETTER = 0.25, 0.3, 0.2, 1.0
MARGIN = 0.24  # the next choice must cost this much more, about one mark


@lru_cache(maxsize=16384)
def reading_cost(read: str, meant: str) -> float:
    """How badly `meant` must have been misread to look like `read`; 0 is equal but for case; marks cost about a
    quarter, letters one, spaces and hyphens a fifth."""
    a, b = nfc(read).lower(), nfc(meant).lower()
    row = [0.0]
    for letter in b:
        row.append(row[-1] + _alone(letter))
    for mine in a:
        new = [row[0] + _alone(mine)]
        for j, theirs in enumerate(b, 1):
            new.append(min(
                row[j] + _alone(mine), new[j - 1] + _alone(theirs), row[j - 1] + _letter_cost(mine, theirs)
            ))
        row = new
    return row[-1]


def clearly_meant(read: str, choices: Iterable[str]) -> str | None:
    """The choice with the lowest reading cost, None when another costs hardly more."""
    scored = sorted((reading_cost(read, choice), choice) for choice in set(choices))
    if not scored or (len(scored) > 1 and scored[1][0] - scored[0][0] < MARGIN):
        return None
    return scored[0][1]


def word_case(written: str, meant: str) -> str:
    """The word `meant` with the capitals of the word `written`."""
    if written.isupper() and len(written) > 1:
        return meant.upper()
    if meant.isupper():
        return meant
    first = next((i for i, c in enumerate(meant) if c.isalpha()), 0)
    letter = next((c for c in written if c.isalpha()), "")
    if letter_parts(letter or "?")[0] != letter_parts(meant[first:first + 1] or "?")[0]:
        return meant  # the letter itself was misread, so its size says nothing
    if not letter.isupper():
        return meant.lower()
    return meant[:first] + meant[first:first + 1].upper() + meant[first + 1:]


def _alone(letter: str) -> float:
    return LETTER if letter.isalnum() else SEPARATOR


@lru_cache(maxsize=16384)
def _letter_cost(one: str, other: str) -> float:
    if one == other:
        return 0.0
    if not (one.isalnum() and other.isalnum()):
        return SEPARATOR if not (one.isalnum() or other.isalnum()) else LETTER + SEPARATOR
    a, b = letter_parts(one), letter_parts(other)
    if a[0] != b[0]:
        return LETTER
    return QUALITY * (a[1] != b[1]) + TONE * (a[2] != b[2])
