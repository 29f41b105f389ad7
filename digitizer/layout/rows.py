"""The lines a page is written on: takes a clean page with its matched labels, gives baselines, letter size and margins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from digitizer.document import CleanPage
from digitizer.geometry import Box, union
from digitizer.layout.stream import Token

DARK = 150
_DESCENDING = frozenset("gjpqyạẹịọụựợậệộặỵç,;")


@dataclass(frozen=True, slots=True)
class Row:
    """One printed line. leaders: from left to right; empty where only text was found. level_px: its baseline."""

    level_px: float
    leaders: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page as lines. letter_px: font size (em) of its labels. left_px, right_px: where lines begin and end."""

    page: CleanPage
    rows: tuple[Row, ...]
    letter_px: float
    left_px: float
    right_px: float

    def row_at(self, level_px: float) -> int:
        """Index of the row nearest to a height."""
        return min(range(len(self.rows)), key=lambda i: abs(self.rows[i].level_px - level_px))

    def level_near(self, row: int, left_px: float, right_px: float) -> float:
        """The baseline between two x: as the leaders there stand, since a page is never quite straight."""
        near = [b for b in self.rows[row].leaders if b.right > left_px - 3 * self.letter_px and b.left < right_px + 3 * self.letter_px]
        return median(b.bottom for b in near) if near else self.rows[row].level_px


def sheet_of(page: CleanPage, tokens: Sequence[Token], labels: Sequence[Token]) -> Sheet:
    """tokens: all of this page. labels: those that belong to matched labels, whose size is the form's."""
    letter = _letter_px(labels or tokens, page.dpi)
    leaders = [leader.box for leader in page.leaders if leader.box.width > 0.8 * letter or leader.pitch_px]
    rows = _rows(leaders, tokens, letter)
    marks = [*leaders, *(t.box for t in labels)]
    around = union(marks) if marks else Box(0, 0, page.width_px, page.height_px)
    return Sheet(page, rows, letter, around.left, around.right)


def base_px(box: Box, text: str) -> float:
    """The baseline of a recognised word: its box's foot, less what hangs below the line."""
    hanging = any(c in _DESCENDING for c in text.lower())
    return box.bottom - (0.22 * box.height if hanging else 0.0)


def _letter_px(tokens: Sequence[Token], dpi: float) -> float:
    """Capitals and ascenders of Times stand 0.67 em high; a nặng or g below adds 0.22, a tone above a capital 0.2."""
    heights = [t.box.height for t in tokens if len(t.key) > 1]
    guess = median(heights) / 0.9 if heights else 13.5 / 72 * dpi
    return min(max(guess, 9 / 72 * dpi), 18 / 72 * dpi)


def _rows(leaders: Sequence[Box], tokens: Sequence[Token], letter: float) -> tuple[Row, ...]:
    marks = [(b.bottom, b) for b in leaders]
    grouped: list[list[tuple[float, Box]]] = []
    for mark in sorted(marks, key=lambda m: m[0]):
        if grouped and mark[0] - grouped[-1][-1][0] < 0.3 * letter:
            grouped[-1].append(mark)
        else:
            grouped.append([mark])
    rows = [
        Row(median(level for level, _ in group), tuple(sorted((b for _, b in group), key=lambda b: b.left)))
        for group in grouped
    ]
    lines: dict[int, list[float]] = {}
    for token in tokens:
        lines.setdefault(token.line, []).append(base_px(token.box, token.text))
    for levels in lines.values():
        level = median(levels)
        if all(abs(row.level_px - level) > 0.55 * letter for row in rows):
            rows.append(Row(level, ()))
    return tuple(sorted(rows, key=lambda row: row.level_px))


def after_mark_px(page: CleanPage, start_px: float, level_px: float, letter_px: float) -> float:
    """Where a footnote mark such as (2) behind a label ends; start_px where there is none.

    The mark is small print that floats: below it, down to the leader, the paper is white."""
    top, foot = int(level_px - 1.0 * letter_px), int(level_px - 0.16 * letter_px)
    left, right = int(start_px), int(min(page.width_px, start_px + 3.2 * letter_px))
    if top < 0 or right - left < 4:
        return start_px
    strip = page.ink[top:foot, left:right] < DARK
    split = int(0.75 * (foot - top))  # what stands below this height stands on the line
    upper, lower = strip[:split].any(axis=0), strip[split:].sum(axis=0) > max(1, 0.03 * letter_px)
    inked = np.nonzero(upper & ~lower)[0]
    if len(inked) == 0:
        return start_px
    last = None
    for x in range(len(upper)):
        if lower[x] and x > 0.12 * letter_px:
            break
        if upper[x]:
            last = x
        elif last is not None and x - last > 0.3 * letter_px:
            break
    width = 0 if last is None else last - inked[0]
    return start_px + last + 1 if last is not None and 0.3 * letter_px < width < 1.6 * letter_px else start_px
