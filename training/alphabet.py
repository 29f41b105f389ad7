"""The classes of the recogniser: class 0 is the CTC blank, then every letter that Vietnamese forms carry."""

from __future__ import annotations

import string

from digitizer.vietnam.text import MARKED_LETTERS

LEADER = "…"  # on a whole printed line a stretch of leaders, however long, is one of these
PUNCTUATION = "/,.-:;()'\"+&%_@*?!=[]<>°²³–“”№#"
LETTERS = "".join(sorted(set(string.ascii_letters + string.digits + PUNCTUATION + MARKED_LETTERS))) + LEADER + " "
CLASSES = ("", *LETTERS)
INDEX = {letter: number for number, letter in enumerate(CLASSES)}


def written(text: str) -> str:
    """What of a text the recogniser can say; others are left out."""
    return " ".join("".join(letter for letter in text if letter in INDEX).split())
