"""Tables whose first column holds the labels: takes a page and where a label stands, gives the cells right of it.

Columns lie between upright rules, a row between the rules above and below its label; so it does not matter how high
rows are, in which order the columns stand, or on which page the table goes on."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from digitizer.document import CleanPage
from digitizer.geometry import Box
from digitizer.layout.cells import merged

SAME_MM = 1.2  # upright rules nearer to each other are one
REACH_MM = 1.0  # how far a rule may end before the line it should meet
EDGE_MM = 0.5  # of a cell, kept free of its border
DARK = 150
LINE_MM = 1.5  # what is written is at least so high; thinner bands are marks of a line
GAP_MM = 0.25  # white between two lines
AROUND = 0.22  # of a line's height, above and below it


def column_sides(page: CleanPage, label: Box, heads: Sequence[float | None]) -> tuple[tuple[float, float], ...]:
    """(left, right) of each column at a label's height, in the order of the columns' names; () where there are none.

    heads: the middles of the columns' heads; where all were found, columns may stand in another order than the
    template says, else they are the last ones in its order."""
    px = page.dpi / 25.4
    upright = [
        r.middle_x for r in page.rules
        if r.height > 3 * r.width and r.top - REACH_MM * px < label.middle_y < r.bottom + REACH_MM * px
    ]
    sides = [x for x in merged(upright, SAME_MM * px) if x > label.middle_x]
    found = tuple(pairwise(sides))
    named = [pair for x in heads if x is not None for pair in found if pair[0] < x < pair[1]]
    if len(set(named)) == len(heads):
        return tuple(named)
    return found[-len(heads):] if len(found) >= len(heads) else ()


def row_cells(page: CleanPage, label: Box, sides: Sequence[tuple[float, float]]) -> tuple[Box, ...]:
    """The insides of the cells in a label's row; () where no rule stands above or below."""
    px = page.dpi / 25.4
    found = []
    for left, right in sides:
        middle = (left + right) / 2
        levels = [
            r.middle_y for r in page.rules
            if r.width > 3 * r.height and r.left - REACH_MM * px < middle < r.right + REACH_MM * px
        ]
        above = [y for y in levels if y < label.top + 0.3 * label.height]
        below = [y for y in levels if y > label.bottom - 0.3 * label.height]
        if not above or not below:
            return ()
        found.append(Box(left, max(above), right, min(below)).padded(-EDGE_MM * px, -EDGE_MM * px))
    return tuple(found)


def line_boxes(page: CleanPage, cell: Box) -> tuple[Box, ...]:
    """The lines that are written in a cell, from top to bottom; the cell itself where it is empty."""
    px = page.dpi / 25.4
    ink = page.ink[cell.clipped(page.width_px, page.height_px).slices()] < DARK
    bands = _bands(ink.sum(axis=1), px)
    if not bands:
        return (cell,)
    found = []
    for number, (top, bottom) in enumerate(bands):
        before = (bands[number - 1][1] + top) / 2 if number else 0.0
        after = (bottom + bands[number + 1][0]) / 2 if number + 1 < len(bands) else cell.height
        around = AROUND * (bottom - top)
        high, low = max(before, top - around), min(after, bottom + around)
        found.append(Box(cell.left, cell.top + high, cell.right, cell.top + low))
    return tuple(found)


def _bands(profile: np.ndarray, px: float) -> list[tuple[int, int]]:
    """(first, behind last) rows of each line of writing; marks above or below letters go with the line they are
    nearer to."""
    rows = np.concatenate(([False], profile > 0, [False])).astype(np.int8)
    steps = np.diff(rows)
    runs = list(zip(np.nonzero(steps == 1)[0].tolist(), np.nonzero(steps == -1)[0].tolist(), strict=True))
    joined: list[tuple[int, int]] = []
    for top, bottom in runs:
        if joined and top - joined[-1][1] < GAP_MM * px:
            joined[-1] = (joined[-1][0], bottom)
        else:
            joined.append((top, bottom))
    lines = [run for run in joined if run[1] - run[0] >= LINE_MM * px]
    for top, bottom in (run for run in joined if run not in lines and lines):
        apart = [min(abs(first - bottom), abs(top - last)) for first, last in lines]
        near = apart.index(min(apart))
        lines[near] = (min(lines[near][0], top), max(lines[near][1], bottom))
    return lines
