"""Printed lines to the parts of a form: takes a Print, gives its head (code, regulation, title), body and footnotes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from digitizer.drafting.sheet import Grid, Kind, Print, Row
from digitizer.vietnam.text import fold, nfc

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
_CODE = re.compile(r"^\W*m[aâẫ]u\s+(?:s[oốô]\s*)?[:.]?\s*([\wĐđ./-]{1,14})", re.IGNORECASE)
_BARE_CODE = re.compile(r"^([A-ZĐ]{2,4}\s?\d{2}[A-Za-z]?)$")
_RULE = re.compile(
    r"(Thông tư|Nghị định|Quyết định)(?:\s+liên tịch)?\s+(?:số\s*:?\s*)?(\d{1,4}\s*/\s*\d{4}\s*/\s*[\wĐ-]+)",
    re.IGNORECASE,
)
_NOTES = re.compile(r"^(chu thich|ghi chu|huong dan (ke khai|ghi|viet|lap|cach))")
_NOTE = re.compile(r"^\s*\(?(\d{1,2})\)?[.:]?\s+(\S.*)$")
_ABOUT = re.compile(r"^(V/v|Về việc)\b", re.IGNORECASE)
_HEAD_ROWS = 14
_TITLE_ROWS = 5
_CAPITALS = 0.7
_SHORT_KINDS = {"tt": "thông tư", "nd": "nghị định", "qd": "quyết định"}


@dataclass(frozen=True, slots=True)
class Outline:
    """titles: as printed. head: lines above the title; body: what stands between title and footnotes. notes: by number,
    first sentence or more; notes_heading: the words above them, or ''. nation, motto: whether the header was found."""

    code: str
    regulation: str
    titles: tuple[str, ...]
    nation: bool
    motto: bool
    head: tuple[Row, ...]
    body: tuple[Row | Grid, ...]
    notes_heading: str
    notes: tuple[str, ...]


def outline_of(printed: Print) -> Outline:
    parts = printed.parts
    start, head = _after_header(parts)
    title_start, title_end, titles = _title(parts, start)
    end = _notes_start(parts, title_end)
    heading = _text(parts[end]) if end < len(parts) else ""
    around = " ".join(_text(p) for p in parts[:title_end + 4])
    return Outline(
        _code(parts[:_HEAD_ROWS]), _regulation(around), titles, head[0], head[1],
        tuple(_letterhead(parts[:title_start])), tuple(parts[title_end:end]),
        nfc(heading), _notes(parts[end + 1:]),
    )


def edition_of(regulation: str) -> str:
    """"Thông tư 53/2025/TT-BCA" is tt53-2025; '' where nothing was printed."""
    match = re.search(r"(\d{1,4})/(\d{4})", regulation)
    if match is None:
        return ""
    kind = next((short for short, name in _SHORT_KINDS.items() if regulation.lower().startswith(name)), "tt")
    return f"{kind}{match.group(1)}-{match.group(2)}"


def _text(part: Row | Grid) -> str:
    return part.text if isinstance(part, Row) else ""


def _after_header(parts: Sequence[Row | Grid]) -> tuple[int, tuple[bool, bool]]:
    """(index behind the nation's header, (nation found, motto found)); 0 where there is no header."""
    end, nation, motto = 0, False, False
    for i, part in enumerate(parts[:_HEAD_ROWS]):
        key = fold(_text(part), spaces=False)
        if len(key) > 12 and fuzz.partial_ratio(fold(NATION, spaces=False), key) > 80:
            end, nation = i + 1, True
        elif len(key) > 10 and fuzz.partial_ratio(fold(MOTTO, spaces=False), key) > 80:
            end, motto = i + 1, True
    return end, (nation, motto)


def _letterhead(parts: Sequence[Row | Grid]) -> Iterator[Row]:
    """Lines above the title without the nation's header, beside which an office or a date may stand."""
    for part in parts:
        if isinstance(part, Row):
            pieces = tuple(p for p in part.pieces if p.kind is not Kind.WORDS or not _is_header(p.text, part.text))
            if any(p.kind is Kind.WORDS for p in pieces):
                yield replace(part, pieces=pieces)


def _is_header(text: str, line: str) -> bool:
    """Whether the words are the nation's header or a piece of it, where a leader beside it cuts the line."""
    key, whole = fold(text, spaces=False), fold(line, spaces=False)
    for words in (fold(NATION, spaces=False), fold(MOTTO, spaces=False)):
        if len(key) > 12 and fuzz.partial_ratio(words, key) > 80:
            return True
        if len(key) > 2 and key in words and fuzz.partial_ratio(words, whole) > 80:
            return True
    return False


def _title(parts: Sequence[Row | Grid], start: int) -> tuple[int, int, tuple[str, ...]]:
    """(its first line, the line behind it, its lines): the first in capitals behind the header, those in the middle of
    the page before others. Where there are none, the first centred line is taken, else one in
    capitals, else what a letter is about."""
    near = range(start, min(len(parts), start + _HEAD_ROWS))
    centred = (i for i in near if isinstance(part := parts[i], Row) and part.centred and _may_be_title(part))
    first = next(centred, start)
    titles: list[str] = []
    at = start
    for i in range(first, near.stop):
        part = parts[i]
        if isinstance(part, Grid) or (titles and not _in_capitals(part.text)):
            break
        if _may_be_title(part):
            titles.append(nfc(part.text).strip(" -_"))
            first, at = i + 1 - len(titles), i + 1
            if len(titles) == _TITLE_ROWS:
                break
        elif _begins_body(part):
            break
    if titles:
        return first, at, tuple(titles)
    for i in range(start, min(len(parts), start + 6)):
        part = parts[i]
        if isinstance(part, Row) and part.centred and part.text and _alone(part) and not part.text.endswith(":"):
            return i, i + 1, (nfc(part.text),)
    aside = next((i for i in near if isinstance(part := parts[i], Row) and _may_be_title(part)), None)
    return _subject(parts, start) if aside is None else (aside, aside + 1, (nfc(_text(parts[aside])),))


def _subject(parts: Sequence[Row | Grid], start: int) -> tuple[int, int, tuple[str, ...]]:
    """An official letter has no title: what it is about stands under its number, "V/v …", beside the date."""
    for i, part in enumerate(parts[:_HEAD_ROWS]):
        words = [p.text for p in part.pieces if p.kind is Kind.WORDS] if isinstance(part, Row) else []
        begun = next((w for w in words if _ABOUT.match(w)), None)
        if begun is None:
            continue
        lines = [nfc(begun)]
        for below in parts[i + 1:i + _TITLE_ROWS]:
            if not isinstance(below, Row) or not _alone(below) or not below.text[:1].islower():
                break
            lines.append(nfc(below.text))
        return i + 1, i + len(lines), tuple(lines)
    return start, start, ()


def _may_be_title(part: Row) -> bool:
    return _in_capitals(part.text) and not _CODE.match(part.text) and _alone(part)


def _alone(part: Row) -> bool:
    return all(p.kind is Kind.WORDS for p in part.pieces)


def _begins_body(part: Row) -> bool:
    """A label with room behind it; a date line above the title is none."""
    return "kinh gui" in fold(part.text) or (part.text.rstrip().endswith(":") and not _alone(part))


def _in_capitals(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return len(letters) >= 6 and sum(c.isupper() for c in letters) >= _CAPITALS * len(letters)


def _notes_start(parts: Sequence[Row | Grid], start: int) -> int:
    for i in range(start, len(parts)):
        words = fold(_text(parts[i])).strip(" *-")
        if _NOTES.match(words) and len(words) < 60:
            return i
    return len(parts)


def _notes(parts: Sequence[Row | Grid]) -> tuple[str, ...]:
    """Footnotes by their printed numbers; lines in between belong to the note above them, its first sentence counts."""
    found: list[str] = []
    for part in parts:
        text = nfc(_text(part))
        match = _NOTE.match(text)
        if match and int(match.group(1)) == len(found) + 1:
            found.append(match.group(2))
        elif found and text and not found[-1].endswith("."):
            found[-1] = f"{found[-1]} {text}"
    return tuple(re.split(r"(?<=\.)\s+(?=[A-ZĐ])", note)[0] for note in found)


def _code(parts: Sequence[Row | Grid]) -> str:
    for part in parts:
        if isinstance(part, Grid):
            continue
        for piece in part.pieces:
            match = _CODE.match(fold(piece.text)) if piece.kind is Kind.WORDS else None
            if match:
                return _as_printed(piece.text, match)
            bare = _BARE_CODE.match(piece.text.strip()) if piece.kind is Kind.WORDS else None
            if bare:
                return bare.group(1).replace(" ", "")
    return ""


def _as_printed(text: str, match: re.Match[str]) -> str:
    """fold keeps the number of letters only where marks are composed, so the words are counted instead."""
    count = len(match.group(0).split())
    last = nfc(text).split()[count - 1].strip(" :.,;")
    misread = re.match(r"^([A-ZĐ]{2,3})([0-9OI]{2})$", last)
    if misread:  # an engine reads "ĐKX10" as "ĐKXI0"
        last = misread.group(1) + misread.group(2).replace("O", "0").replace("I", "1")
    number = bool(re.search(r"\bs[oố]\b", fold(text)))
    return f"Mẫu số {last}" if number and not re.match(r"^[A-ZĐ]{2,4}\d{2}", last) else last


def _regulation(text: str) -> str:
    match = _RULE.search(nfc(text))
    if match is None:
        return ""
    number = "".join(match.group(2).split())
    return f"{match.group(1).capitalize()} {number}"
