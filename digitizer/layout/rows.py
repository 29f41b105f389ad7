"""The lines a page is written on: takes a clean page and its matched labels, gives baselines, letter size, margins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from digitizer.document import CleanPage
from digitizer.geometry import Box, union
from digitizer.imaging.strikes import is_struck
from digitizer.layout.stream import Token

DARK = 150
HIGH = 0.25  # of the letter size over the baseline: no leader stands so high in a word
COVERED = 0.6  # of a leader's width, by words that it stands so high in
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
        reach = 3 * self.letter_px
        near = [b for b in self.rows[row].leaders if b.right > left_px - reach and b.left < right_px + reach]
        return median(b.bottom for b in near) if near else self.rows[row].level_px


def sheet_of(page: CleanPage, tokens: Sequence[Token], labels: Sequence[Token]) -> Sheet:
    """tokens: all of this page. labels: those that belong to matched labels, whose size is the form's."""
    letter = _letter_px(labels or tokens, page.dpi)
    leaders = [
        leader.box for leader in page.leaders
        if leader.pitch_px or (leader.box.width > 0.8 * letter and not _is_stroke(page, leader.box, letter))
    ]
    leaders = [box for box in leaders if not _in_print(box, tokens, letter)]
    rows = _rows(leaders, tokens, letter)
    marks = [*leaders, *(t.box for t in labels)]
    around = union(marks) if marks else Box(0, 0, page.width_px, page.height_px)
    return Sheet(page, rows, letter, around.left, around.right)


def _is_stroke(page: CleanPage, rule: Box, letter: float) -> bool:
    """Whether what was taken for a rule crosses out what is written there."""
    box = Box(rule.left, rule.middle_y - 0.75 * letter, rule.right, rule.middle_y + 0.75 * letter)
    place = box.clipped(page.width_px, page.height_px).slices()
    return is_struck(page.gray[place], page.ink[place], page.dpi)


def _in_print(leader: Box, tokens: Sequence[Token], letter: float) -> bool:
    """Whether what was taken for a leader lies over the baseline of words: marks of capitals and accents in a row."""
    over = 0.0
    for token in tokens:
        if token.box.top < leader.middle_y < base_px(token.box, token.text) - HIGH * letter:
            over += max(0.0, min(token.box.right, leader.right) - max(token.box.left, leader.left))
    return over > COVERED * leader.width


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
        level = sorted(levels)[len(levels) // 4]  # word boxes err downwards, onto leaders and marks
        if all(abs(row.level_px - level) > 0.55 * letter for row in rows):
            rows.append(Row(level, ()))
    return tuple(sorted(rows, key=lambda row: row.level_px))


def answer_left_px(
    sheet: Sheet, row: int, left_px: float, right_px: float, marked: bool, bracket: bool = False
) -> float:
    """Where the answer's room begins between a label's last letter and right_px: behind the rest of that letter, the
    bracket if the label ends with one ("(nếu có):"), the colon and, if `marked`, the footnote mark such as (2), which
    may stand far off in a line set justified."""
    letter = sheet.letter_px
    start = gap_px(sheet, row, left_px)
    level = sheet.level_near(row, start, start + 3 * letter)
    runs = list(_ink_runs(sheet, level, start, right_px))
    done = int(bracket and bool(runs) and _is_bracket(runs[0], letter))
    before = (runs[0].right if done else 0.0) + 0.55 * letter
    while done < len(runs) and _is_colon(runs[done], before, letter):
        done += 1
    if marked:
        mark: list[_Run] = []
        for run in runs[done:]:
            near = not mark or run.left - mark[-1].right < 0.5 * letter
            if near and _floats(run):
                mark.append(run)
            elif mark or run.right - run.left > 0.25 * letter:
                break
        if mark and 0.3 * letter < mark[-1].right - mark[0].left < 1.5 * letter:
            done = runs.index(mark[-1]) + 1
            while done < len(runs) and _is_colon(runs[done], mark[-1].right + 0.4 * letter, letter):
                done += 1
    return start + runs[done - 1].right + 1 if done else start


def answer_right_px(sheet: Sheet, row: int, right_px: float, comma: bool) -> float:
    """Where the answer's room ends before the next printed word; `comma`: a printed comma stands between."""
    letter = sheet.letter_px
    right = gap_px(sheet, row, right_px)
    if not comma:
        return right
    left = max(0.0, right - 0.8 * letter)
    level = sheet.level_near(row, left, right)
    runs = list(_ink_runs(sheet, level, left, right))
    low = runs and runs[-1].top > -0.3 and runs[-1].right - runs[-1].left < 0.3 * letter
    return left + runs[-1].left if low else right


def gap_px(sheet: Sheet, row: int, x_px: float) -> float:
    """The white nearest to x, when x cuts a letter; word boxes cut by letter counts often do."""
    reach = 0.6 * sheet.letter_px
    left = max(0.0, x_px - reach)
    level = sheet.level_near(row, left, x_px + reach)
    at = int(x_px) - int(left)
    for run in _ink_runs(sheet, level, left, x_px + reach):
        if run.left <= at < run.right:
            return int(left) + (run.left if at - run.left < run.right - at and run.left > 0 else run.right)
    return x_px


@dataclass(frozen=True, slots=True)
class _Run:
    """Neighbouring columns with ink. left, right: from where the strip begins; top, foot: letter sizes, up negative."""

    left: int
    right: int
    top: float
    foot: float


def _ink_runs(sheet: Sheet, level: float, left_px: float, right_px: float) -> Iterator[_Run]:
    letter = sheet.letter_px
    top, foot = int(max(0.0, level - 1.0 * letter)), int(level + 0.05 * letter)
    strip = sheet.page.ink[top:foot, int(left_px):int(max(left_px, right_px))] < DARK
    if not strip.size:
        return
    columns = np.concatenate(([False], strip.any(axis=0), [False])).astype(np.int8)
    steps = np.diff(columns)
    for a, b in zip(np.nonzero(steps == 1)[0].tolist(), np.nonzero(steps == -1)[0].tolist(), strict=True):
        rows = np.nonzero(strip[:, a:b].any(axis=1))[0]
        yield _Run(a, b, (top + int(rows[0]) - level) / letter, (top + int(rows[-1]) + 1 - level) / letter)


def _is_bracket(run: _Run, letter: float) -> bool:
    """Right behind the last letter, thin and as tall as a capital; an answer stands farther off."""
    return run.left < 0.3 * letter and run.right - run.left < 0.35 * letter and run.top < -0.55 and run.foot > -0.05


def _is_colon(run: _Run, before: float, letter: float) -> bool:
    return run.right < before and run.right - run.left < 0.24 * letter and run.top > -0.58


def _floats(run: _Run) -> bool:
    """Small raised print: its foot well over the line, its head about as high as capitals."""
    return -0.75 < run.foot < -0.17 and run.top < -0.55
