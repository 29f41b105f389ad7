"""What closed boxes of a page are: takes a Sheet, gives its tables, rows of digit boxes and boxes to tick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from digitizer.drafting.sheet import DPI, Grid, Kind, Piece, Sheet, Word
from digitizer.geometry import Box, union
from digitizer.layout.cells import TICK_MM

_MM = DPI / 25.4
_COMB_MM = (3.0, 14.0)
_TOUCHING_PX = 12.0  # two cells of one table lie a printed line apart
_LEAST_COMB = 4
_LEAST_COLUMNS = 3
_LEAST_LETTERS = 3  # of a label; order numbers have none
TICK_COLUMN_MM = 32.0  # columns to tick are 20 to 25 mm wide; a name needs 50


@dataclass(frozen=True, slots=True)
class Labelled:
    """heads: over the labels and over each column of answers; () where the table has none. columns: of answers."""

    heads: tuple[str, ...]
    labels: tuple[str, ...]
    columns: int


def drawn(sheet: Sheet) -> tuple[list[Grid], list[Piece], list[Piece]]:
    """(tables, combs, ticks)."""
    grids: list[Grid] = []
    combs: list[Piece] = []
    ticks: list[Piece] = []
    for group in _groups(sheet.cells):
        rows = _rows(group)
        if len(group) == 1 and _is_tick(group[0]) and not _words_in(sheet, group[0]):
            ticks.append(Piece(Kind.BOX, group[0]))
        elif len(rows) == 1 and (comb := _comb(rows[0])):
            combs.append(comb)
        elif len(rows) > 1 and max(map(len, rows)) >= _LEAST_COLUMNS and (grid := _grid(sheet, rows)):
            grids.append(grid)
        elif all(map(_is_tick, group)) and len(group) <= _LEAST_COMB:
            ticks.extend(Piece(Kind.BOX, cell) for cell in group)
    return grids, combs, ticks


def _groups(cells: Sequence[Box]) -> list[list[Box]]:
    """Cells that touch, directly or through others."""
    groups: list[list[Box]] = []
    for cell in cells:
        grown = cell.padded(_TOUCHING_PX, _TOUCHING_PX)
        near = [g for g in groups if any(grown.overlap(other) > 0 for other in g)]
        merged = [cell, *(c for g in near for c in g)]
        groups = [g for g in groups if g not in near]
        groups.append(merged)
    return groups


def _rows(group: Sequence[Box]) -> list[list[Box]]:
    rows: list[list[Box]] = []
    for cell in sorted(group, key=lambda c: c.middle_y):
        if rows and abs(cell.middle_y - rows[-1][0].middle_y) < 0.4 * min(cell.height, rows[-1][0].height):
            rows[-1].append(cell)
        else:
            rows.append([cell])
    return [sorted(row, key=lambda c: c.left) for row in rows]


def _is_tick(cell: Box) -> bool:
    low, high = (mm * _MM for mm in TICK_MM)
    square = 0.6 < cell.width / max(1.0, cell.height) < 1.7
    return square and low <= min(cell.width, cell.height) and max(cell.width, cell.height) <= high


def _comb(row: Sequence[Box]) -> Piece | None:
    low, high = (mm * _MM for mm in _COMB_MM)
    fit = [c for c in row if low <= c.width <= high and low <= c.height <= high]
    if len(fit) < _LEAST_COMB:
        return None
    width = median(c.width for c in fit)
    same = [c for c in fit if abs(c.width - width) < 0.25 * width]
    if len(same) < _LEAST_COMB:
        return None
    return Piece(Kind.COMB, union(same), cells=len(same))


def _words_in(sheet: Sheet, box: Box) -> list[Word]:
    return [
        w for w in sheet.words
        if box.left - 3 < w.box.middle_x < box.right + 3 and box.top - 3 < w.baseline - 8 < box.bottom + 3
    ]


def _grid(sheet: Sheet, rows: Sequence[Sequence[Box]]) -> Grid | None:
    """None where no empty row stands under a head: print in a frame, not a table to fill."""
    columns = max(map(len, rows))
    box = union(c for r in rows for c in r)
    found = labelled([[_text_in(sheet, cell) for cell in row] for row in rows])
    if found is not None:
        narrow = all(c.width < TICK_COLUMN_MM * _MM for r in rows if len(r) == columns for c in r[-found.columns:])
        return Grid(sheet.page, box, found.heads, len(found.labels), found.labels, narrow)
    empty = [r for r in rows if len(r) >= columns - 1 and not any(_words_in(sheet, c) for c in r[1:])]
    if not empty:
        return None
    body = max(empty, key=len)
    top = min(r[0].top for r in empty)
    heads = []
    for cell in body:
        words = [
            w for w in sheet.words
            if cell.left < w.box.middle_x < cell.right and box.top - 3 < w.baseline < top + 6 and not w.text.isdigit()
        ]
        heads.append(" ".join(w.text for w in sorted(words, key=_place)))
    if not any(heads):
        return None
    return Grid(sheet.page, box, tuple(heads), len(empty))


def labelled(rows: Sequence[Sequence[str]]) -> Labelled | None:
    """A table whose rows begin with a label and leave two cells or more for answers; None for another."""
    columns = max(map(len, rows), default=0)
    for answers in range(2, columns):
        at = columns - answers - 1
        body = [i for i, r in enumerate(rows) if len(r) == columns and _is_label(r[at]) and not any(r[at + 1:])]
        if len(body) < max(2, 0.6 * (len(rows) - 1)):
            continue
        above = rows[body[0] - 1] if body[0] else ()
        heads = tuple(above[at:]) if len(above) == columns and all(above[at + 1:]) else ()
        return Labelled(heads, tuple(rows[i][at] for i in body), answers)
    return None


def _is_label(text: str) -> bool:
    return sum(c.isalpha() for c in text) >= _LEAST_LETTERS


def _text_in(sheet: Sheet, cell: Box) -> str:
    return " ".join(w.text for w in sorted(_words_in(sheet, cell), key=_place))


def _place(word: Word) -> tuple[int, float]:
    return round(word.baseline / 20), word.box.left
