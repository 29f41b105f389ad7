"""Places of Vietnam: takes an address as written, gives the unit it names, or candidates."""

from __future__ import annotations


def word_case(written: str, meant: str) -> str:
    """`meant` with the capitals of `written`."""
    if written.isupper() and len(written) > 1:
        return meant.upper()
    if written[:1].isupper():
        return meant[:1].upper() + meant[1:]
    return meant if meant.isupper() else meant.lower()


def snap_units(text: str, only_named: bool = False) -> str:
    """The address with the unit names repaired that are certain."""
    return text
