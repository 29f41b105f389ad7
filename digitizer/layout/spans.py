"""The room between two printed words: takes sheets and two places, gives the boxes an answer can stand in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from digitizer.geometry import Box
from digitizer.layout.rows import Sheet

ABOVE, BELOW = 1.02, 0.36  # of the letter size around the baseline: stacked marks of capitals, and nặng
CLOSEST = 0.95  # of the letter size, from line to line
CLOSEST_TO_WORDS = 0.6
NARROW = 0.55  # of the letter size; nothing is written in less


@dataclass(frozen=True, slots=True)
class Place:
    """A point on paper: page index, row of that page's sheet, x in pixels."""

    page: int
    row: int
    x_px: float


@dataclass(frozen=True, slots=True)
class Room:
    """One line of an answer's room. ruled: a leader stands under it; whole: one that begins at the margin."""

    page: int
    box: Box
    ruled: bool
    whole: bool


def rooms_between(sheets: Sequence[Sheet], start: Place, end: Place | None, most: int) -> tuple[Room, ...]:
    """From `start` to `end` in reading order, at most `most` lines; end None: to the end of the last page."""
    found: list[Room] = []
    last_page = end.page if end else start.page
    for page in range(start.page, last_page + 1):
        sheet = sheets[page]
        first = start.row if page == start.page else 0
        last = end.row if end and page == end.page else len(sheet.rows) - 1
        for row in range(first, last + 1):
            left = start.x_px if (page, row) == (start.page, start.row) else _line_left(sheet)
            right = end.x_px if end and (page, row) == (end.page, end.row) else _line_right(sheet)
            box = line_box(sheet, row, left, right)
            if box is None or not ((page, row) == (start.page, start.row) or _writable(sheet, row, box)):
                continue
            room = Room(page, box, _writable(sheet, row, box), _begins_line(sheet, row))
            if not found or _is_next_line(found[-1], room, sheet):
                found.append(room)
    return tuple(found[:most])


def _is_next_line(before: Room, room: Room, sheet: Sheet) -> bool:
    """Leaders are never set closer than print is high; what seems to be is the edge of a box or table below. A whole
    line of leader under a label without one may be closer: a label's baseline is only known from its words."""
    closest = CLOSEST if before.ruled or not room.whole else CLOSEST_TO_WORDS
    return room.page != before.page or room.box.bottom - before.box.bottom >= closest * sheet.letter_px


def line_box(sheet: Sheet, row: int, left: float, right: float) -> Box | None:
    """The strip over one baseline, kept out of the lines above and below; None when too narrow to write in."""
    if right - left < NARROW * sheet.letter_px:
        return None
    level = sheet.level_near(row, left, right)
    top, bottom = level - ABOVE * sheet.letter_px, level + BELOW * sheet.letter_px
    box = Box(left, top, right, bottom).clipped(sheet.page.width_px, sheet.page.height_px)
    return box if box.width > 2 and box.height > 8 else None


def _writable(sheet: Sheet, row: int, box: Box) -> bool:
    """A line that continues an answer has a leader under it; without any, it is somebody else's print."""
    narrow = NARROW * sheet.letter_px
    return any(min(b.right, box.right) - max(b.left, box.left) > narrow for b in sheet.rows[row].leaders)


def _begins_line(sheet: Sheet, row: int) -> bool:
    return any(b.left < sheet.left_px + sheet.letter_px for b in sheet.rows[row].leaders)


def _line_left(sheet: Sheet) -> float:
    return max(0.0, sheet.left_px - 0.3 * sheet.letter_px)


def _line_right(sheet: Sheet) -> float:
    """Answers may run over a leader's end, but not off the paper."""
    return min(sheet.page.width_px - 0.35 * sheet.letter_px, sheet.right_px + 2.0 * sheet.letter_px)
