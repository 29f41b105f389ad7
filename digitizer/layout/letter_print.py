"""Where the parts of an administrative document stand: takes recognised lines, gives places of number, date, agency …

Nghị định 30/2020/NĐ-CP, annex I: top left the agency and below it the number, top right the nation's name and below it
place and date; in the middle the kind of document and below it what it is about; of an official letter the latter
stands below the number, behind "V/v"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from digitizer.document import Line, Word
from digitizer.geometry import Box, union
from digitizer.vietnam.documents import document_kind
from digitizer.vietnam.text import fold

NATION = "cong hoa xa hoi chu nghia viet nam"
NATION_WORDS = 8
TOP = 14  # lines among which the nation's name is looked for
HEAD = 7.0  # line heights from the nation's name to number and date
KIND_WITHIN = 9.0  # line heights from number and date to the kind
GAP = 1.8  # line heights of white between two columns
NEXT = 1.32  # times the pitch of lines: farther down another part begins
LONGEST = 12  # lines of a subject
AMID = 0.16  # of the page's width: by how much a heading may stand off the middle
_ENDS = ("kinh gui", "can cu", "theo de nghi", "thuc hien", "xet de nghi")
_NUMBER_WORD = re.compile(r"^s[oøôố0ó]\W?", re.IGNORECASE)
_MARK = re.compile(r"/\S*[A-ZĐƯ]{2}")
_ABOUT = re.compile(r"^\W*v\W{0,2}v\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LetterPlaces:
    """Boxes of each part's lines, page px; `about` of the subject. kind: as named in the middle; '' for none."""

    agency: tuple[Box, ...]
    number: Box
    place_and_date: Box
    kind: str
    kind_box: Box
    about: tuple[Box, ...]


def letter_places(lines: Sequence[Line], width_px: float) -> LetterPlaces | None:
    """None where the head is not that of an administrative document."""
    head = next((n for n, line in enumerate(lines[:TOP]) if _parted(line) is not None), None)
    if head is None:
        return None
    split = _parted(lines[head]) or 0.0
    height = lines[head].box.height
    under = [line for line in lines[head + 1:] if line.box.middle_y - lines[head].box.middle_y < HEAD * height]
    dated = next((line for line in under if _is_dated(_right(line, split))), None)
    if dated is None:
        return None
    numbered = next((line for line in under if _is_number(_left(line, split))), None)
    if numbered is None:
        return None
    last = min(numbered.box.middle_y, dated.box.middle_y) - 0.5 * height
    offices = [_left(line, split) for line in lines[head:] if line.box.middle_y < last]
    agency = tuple(_box(words) for words in offices if _is_print(words))
    if not agency:
        return None
    bottom = max(numbered.box.middle_y, dated.box.middle_y)
    below = [line for line in lines if line.box.middle_y > bottom + 0.4 * height]
    kind, box, about = _named(below, width_px, bottom + KIND_WITHIN * height)
    if not kind:
        about = _about([_left(line, split) for line in below])
        box = about[0] if about else Box(0, 0, 0, 0)
    return LetterPlaces(agency, _whole(numbered, split, True), _whole(dated, split, False), kind, box, about)


def _parted(line: Line) -> float | None:
    """Where the right column begins, told by the nation's name at the line's end; None where it is not there."""
    words = [w for w in line.words if any(c.isalpha() for c in w.text)]
    for count in (NATION_WORDS, NATION_WORDS - 1, NATION_WORDS + 1):
        tail = words[-count:]
        if len(words) > count and fuzz.ratio(NATION, fold(" ".join(w.text for w in tail))) >= 85:
            return tail[0].box.left - 0.5 * (tail[0].box.left - words[-count - 1].box.right)
    return None


def _left(line: Line, split: float) -> list[Word]:
    return [w for w in line.words if w.box.middle_x < split]


def _right(line: Line, split: float) -> list[Word]:
    return [w for w in line.words if w.box.middle_x >= split]


def _is_dated(words: Sequence[Word]) -> bool:
    text = fold(" ".join(w.text for w in words))
    return sum(word in text for word in ("ngay", "thang", "nam")) >= 2 and bool(re.search(r"(19|20)\d\d", text))


def _is_number(words: Sequence[Word]) -> bool:
    return any(_NUMBER_WORD.match(w.text) for w in words[:3]) or any(_MARK.search(w.text) for w in words)


def _is_print(words: Sequence[Word]) -> bool:
    """Capital letters, and not the noise of a stamp."""
    letters = [c for w in words for c in w.text if c.isalpha()]
    return len(letters) >= 3 and sum(c.isupper() for c in letters) > 0.8 * len(letters)


def _box(words: Sequence[Word]) -> Box:
    return union(w.box for w in words)


def _whole(line: Line, split: float, left: bool) -> Box:
    """The line's part in its column, from `Số` on, with room for what is written by hand between the words."""
    words = _left(line, split) if left else _right(line, split)
    if left:
        first = next((n for n, w in enumerate(words) if _NUMBER_WORD.match(w.text)), 0)
        words = words[first:]
    return _box(words)


def _middle(line: Line, width_px: float) -> list[Word]:
    """The words that stand together about the middle of the page; stamps at the sides fall away."""
    groups: list[list[Word]] = []
    for word in line.words:
        near = groups and word.box.left - groups[-1][-1].box.right < GAP * line.box.height
        if near:
            groups[-1].append(word)
        else:
            groups.append([word])
    return min(groups, key=lambda g: abs(_box(g).middle_x - width_px / 2))


def _named(lines: Sequence[Line], width_px: float, lowest: float) -> tuple[str, Box, tuple[Box, ...]]:
    """(kind, its box, lines of the subject) where the kind stands in the middle."""
    for n, line in enumerate(lines):
        if line.box.middle_y > lowest:
            break
        words = _middle(line, width_px)
        box = _box(words)
        kind = document_kind(" ".join(w.text for w in words))
        if kind and abs(box.middle_x - width_px / 2) < AMID * width_px:
            return kind, box, _paragraph([_middle(each, width_px) for each in lines[n + 1:]], box)
    return "", Box(0, 0, 0, 0), ()


def _about(parts: Sequence[list[Word]]) -> tuple[Box, ...]:
    """Lines behind "V/v" in the left column."""
    for n, words in enumerate(parts):
        if words and _ABOUT.match(" ".join(w.text for w in words[:2])):
            return (_box(words), *_paragraph(parts[n + 1:], _box(words)))
    return ()


def _paragraph(parts: Sequence[Sequence[Word]], above: Box) -> tuple[Box, ...]:
    """Lines that follow at one pitch, until white, a line of capitals, or words with which the body begins."""
    found: list[Box] = []
    last, pitch = above, 0.0
    for words in parts:
        if not words or sum(c.isalpha() for w in words for c in w.text) < 2:
            continue
        box = _box(words)
        down = box.middle_y - last.middle_y
        text = " ".join(w.text for w in words)
        capitals = _is_print(words) and len(text) > 8
        if (pitch and down > NEXT * pitch) or fold(text).strip(" -:").startswith(_ENDS) or capitals:
            break
        if not found and down > 3.2 * above.height:
            break
        if found:
            pitch = min(pitch or down, down)
        found.append(box)
        last = box
        if len(found) == LONGEST:
            break
    return tuple(found)
