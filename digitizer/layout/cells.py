"""Boxes near a label: takes a clean page's cells, rules and leaders, gives comb cells, tick boxes and table cells."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from digitizer.document import CleanPage
from digitizer.geometry import Box, union

TICK_MM = (2.2, 8.0)  # the inside of □ set at 13 pt is 2.4 mm
COMB_MM = (3.0, 14.0)


def comb_cells(page: CleanPage, label: Box, count: int) -> tuple[Box, ...]:
    """`count` boxes in a row right of the label, inner sides; () where there is no such row."""
    low, high = (side / 25.4 * page.dpi for side in COMB_MM)
    near = [
        c for c in page.cells
        if low <= c.width <= high and low <= c.height <= high and c.left > label.left
        and c.top - 0.5 * c.height < label.middle_y < c.bottom + 0.5 * c.height
    ]
    rows: list[list[Box]] = []
    for cell in sorted(near, key=lambda c: c.left):
        row = next((r for r in rows if abs(r[-1].middle_y - cell.middle_y) < 0.3 * cell.height), None)
        if row is None:
            rows.append([cell])
        else:
            row.append(cell)
    if not rows:
        return ()
    best = max(rows, key=len)
    width = median(c.width for c in best)
    whole = union(best)
    if len(best) == count and all(abs(c.width - width) < 0.35 * width for c in best):
        return tuple(best)
    if len(best) < count // 2 or abs(whole.width / count - width) > 0.25 * width:
        return ()
    step = whole.width / count  # a wall was lost under a digit: the outer sides are enough
    return tuple(Box(whole.left + i * step, whole.top, whole.left + (i + 1) * step, whole.bottom) for i in range(count))


def tick_box(page: CleanPage, word: Box, letter_px: float, stop_px: float) -> Box:
    """The box behind a choice's word, before stop_px; where no line was found, the room it must stand in."""
    near = [c for c in _tick_boxes(page, word, letter_px) if word.right - 0.2 * letter_px < c.left < stop_px]
    if near:
        return min(near, key=lambda c: c.left)
    left = word.right + 0.15 * letter_px
    right = max(left + 0.5 * letter_px, min(left + 1.1 * letter_px, stop_px))
    return Box(left, word.middle_y - 0.6 * letter_px, right, word.middle_y + 0.6 * letter_px)


def tick_box_before(page: CleanPage, word: Box, letter_px: float, start_px: float) -> Box:
    """The same for a box that stands before its word, behind start_px."""
    near = [
        c for c in _tick_boxes(page, word, letter_px)
        if start_px - 0.2 * letter_px < c.left and c.middle_x < word.left + 0.2 * letter_px
    ]
    if near:
        return max(near, key=lambda c: c.left)
    right = word.left - 0.15 * letter_px
    left = max(0.0, min(right - 0.5 * letter_px, max(right - 1.1 * letter_px, start_px)))
    return Box(left, word.middle_y - 0.6 * letter_px, right, word.middle_y + 0.6 * letter_px)


def _tick_boxes(page: CleanPage, word: Box, letter_px: float) -> list[Box]:
    """Boxes of a tick box's size on the word's line."""
    low, high = (side / 25.4 * page.dpi for side in TICK_MM)
    return [
        c for c in page.cells if low <= c.width <= high and low <= c.height <= high
        and c.top - 0.6 * letter_px < word.middle_y < c.bottom + 0.6 * letter_px
    ]


def table_cells(page: CleanPage, below_px: float, columns: int, rows: int) -> tuple[tuple[Box, ...], ...]:
    """Rows of `columns` cells (the right-hand ones) of the table under a height; () where there is no table.

    Columns come from upright rules; rows from drawn or dotted lines across, else from equal division."""
    tall = 0.04 * page.height_px
    upright = [r for r in page.rules if r.height > max(tall, 4 * r.width) and r.bottom > below_px]
    if len(upright) < columns + 1:
        return ()
    sides = merged([r.middle_x for r in upright], 0.006 * page.width_px)[-(columns + 1):]
    frame = union(upright)
    level = [r for r in (*page.rules, *(leader.box for leader in page.leaders)) if r.width > 8 * r.height]
    across = [
        b.middle_y for b in level
        if max(below_px, frame.top - 12) < b.middle_y < frame.bottom + 12
        and min(b.right, frame.right) - max(b.left, frame.left) > 0.12 * frame.width
    ]
    lines = merged(across, 0.004 * page.height_px)
    if len(lines) < 3:
        return ()
    pitch = median(b - a for a, b in pairwise(lines))
    body = _body(lines, pitch, rows)
    return tuple(tuple(Box(a, top, b, bottom) for a, b in pairwise(sides)) for top, bottom in body)


def _body(lines: Sequence[float], pitch: float, rows: int) -> list[tuple[float, float]]:
    """The rows from the bottom up: as many as are printed; a line that was not found is put where it must be."""
    levels = [lines[-1]]
    for line in reversed(lines[:-1]):
        gap = levels[-1] - line
        if gap < 0.6 * pitch:
            continue
        missing = round(gap / pitch) - 1
        if missing > 0 and abs(gap / pitch - (missing + 1)) < 0.2:
            levels.extend(levels[-1] - gap * (k + 1) / (missing + 1) for k in range(missing))
        levels.append(line)
    pairs = [(low, high) for high, low in pairwise(levels)]
    body = [p for p in pairs if abs(p[1] - p[0] - pitch) < 0.35 * pitch]
    return sorted(body[:rows])


def merged(values: Sequence[float], within: float) -> list[float]:
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][-1] <= within:
            groups[-1].append(value)
        else:
            groups.append([value])
    return [sum(g) / len(g) for g in groups]
