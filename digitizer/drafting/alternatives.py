"""Printed words of which all but one are struck out: takes a label's text and its note, proposes which they are."""

from __future__ import annotations

import re

from digitizer.template import places_of
from digitizer.vietnam.text import fold, nfc

_ASKS = re.compile(r"\b(gach (bo|di|ngang|xoa|phan|cum tu|chu|nhung|cac|muc|noi dung)|khoanh (tron|vao))\b")
_SLASHED = re.compile(r"[^\s/(),;:]+(?: [^\s/(),;:]+)*(?:\s?/\s?(?:\(\w\)\s?)?[^\s/(),;:]+(?: [^\s/(),;:]+)*)+")
_QUOTED = re.compile(r"[“\"]([^“”\"]+)[”\"]")
_NUMBER = re.compile(r"^\(\w\)\s?")


def asks_to_strike(text: str) -> bool:
    """"Gạch bỏ phần không cần thiết", "khoanh tròn"."""
    return bool(_ASKS.search(fold(text)))


def alternatives_in(text: str, note: str) -> list[str]:
    """As a note quotes them, else the words around the slashes; [] for none. Where the first begins and the last ends
    nothing tells for certain: words that both begin with, as many as stand between two slashes, or one word."""
    plain = nfc(text)
    said = {quoted for quoted in map(nfc, _QUOTED.findall(note)) if quoted in plain}
    quoted = sorted(said, key=lambda each: (plain.find(f"{each}/") < 0, plain.find(each)))
    if len(quoted) > 1 and places_of(quoted, plain):
        return quoted
    found = _SLASHED.search(plain)
    if not found:
        return []
    parts = [_NUMBER.sub("", part.strip()).split() for part in found.group().split("/")]
    first, last = parts[0], parts[-1]
    if len(parts) > 2:
        many = max(1, min(len(part) for part in parts[1:-1]))
    elif last[0] in first:
        many = first[::-1].index(last[0]) + 1
    else:
        many = 1
    choices = [first[-many:], *parts[1:-1], last[:many]]
    proposed = [" ".join(words) for words in choices]
    return proposed if places_of(proposed, plain) else []
