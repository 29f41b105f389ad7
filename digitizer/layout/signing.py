"""Where one signs: takes the sheet, what is printed on it and a signatory's label, gives the room below the label."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from digitizer.geometry import MM_PER_INCH, Box, union
from digitizer.layout.rows import Sheet
from digitizer.layout.stream import Token

DEEP_MM = 35.0  # room that forms leave for a signature and the name below it: 20 to 35 mm
LEAST_MM = 9.0  # nobody signs in less
WIDE_MM = 54.0  # as wide as a signature gets; less where another column stands beside it
BESIDE_MM = 6.0  # a signature is wider than a narrow label by so much on each side
EDGE_MM = 5.0  # nearer to the paper's edge a scan shows the edge
GAP = 1.5  # of the letter size: words with no wider gap between them are one line of print


def signing_box(sheet: Sheet, label: Box, printed: Sequence[Box], tokens: Sequence[Token]) -> Box | None:
    """From the foot of the label to the print below it, in pixels of the page; None where no room is left.

    printed: boxes of the form's other words on the page. tokens: all of the page; a line of them that begins left of
    the column and runs on into it is print as well, such as a footnote."""
    px, letter = sheet.page.dpi / MM_PER_INCH, sheet.letter_px
    left, right = _column(sheet, label, [t.box for t in tokens], px)
    top, floor = label.bottom, min(label.bottom + DEEP_MM * px, sheet.page.height_px - EDGE_MM * px)
    column = Box(left, top, right, floor)
    below = [box for box in printed if _reaches(box, column, 0.5 * letter)]
    below += [box for box in _run_in(tokens, column, letter) if _reaches(box, column, 0.5 * letter)]
    for box in sorted(below, key=lambda b: b.top):
        if box.top - top > LEAST_MM * px:  # what is nearer belongs to the label: "(Ký, ghi rõ họ tên)"
            floor = box.top
            break
        top = max(top, box.bottom)
    return Box(left, top, right, floor) if floor - top > LEAST_MM * px and right - left > LEAST_MM * px else None


def _column(sheet: Sheet, label: Box, words: Sequence[Box], px: float) -> tuple[float, float]:
    """About the label's middle; half way to what stands beside the label."""
    half = max(label.width / 2 + BESIDE_MM * px, WIDE_MM / 2 * px)
    left, right = label.middle_x - half, label.middle_x + half
    left, right = max(left, EDGE_MM * px), min(right, sheet.page.width_px - EDGE_MM * px)
    for box in words:
        if box.bottom <= label.top or box.top >= label.bottom:
            continue
        if box.right <= label.left:
            left = max(left, (box.right + label.left) / 2)
        elif box.left >= label.right:
            right = min(right, (box.left + label.right) / 2)
    return left, right


def _reaches(box: Box, column: Box, least: float) -> bool:
    shared = min(box.right, column.right) - max(box.left, column.left)
    return shared > min(least, 0.5 * box.width) and column.top + 1 < box.middle_y < column.bottom


def _run_in(tokens: Iterable[Token], column: Box, letter: float) -> list[Box]:
    """Words inside the column that continue a line from left of it."""
    lines: dict[int, list[Box]] = {}
    for token in tokens:
        if column.top < token.box.middle_y < column.bottom:
            lines.setdefault(token.line, []).append(token.box)
    found = []
    for boxes in lines.values():
        boxes.sort(key=lambda b: b.left)
        for before, box in pairwise(boxes):
            near = box.left - before.right < GAP * letter < box.right - column.left
            if near and before.left < column.left - 2 * letter:
                found.append(union((before, box)))
                break
    return found
