"""Straight printed lines and the boxes they close: takes a bilevel page, gives rules, cells and a mask of both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from digitizer.document import Leader
from digitizer.geometry import Box
from digitizer.imaging.background import shrunk

RULE_MM = 6.5  # shorter strokes may be letters: a 16 pt capital is 4 mm high
SIDE_MM = 2.1  # smallest side of a tick box
ANSWER_RULE_MM = 10.0  # a rule this long that no box closes may carry an answer
FRAME_MM = 0.8  # how far a border may stand from the inside of its cell
LETTER_ASPECT = 0.85  # the counter of a bold D or O is closed too, but narrower than a tick box
COMB_MM = 15.0  # cells with shorter sides hold one character
CELL_MAX_SHARE = 0.6  # a "cell" of more than this share of the page is the page's frame


@dataclass(frozen=True, slots=True)
class Lines:
    """Masks (h, w) uint8, 255 on line pixels: across, down = long lines; short = also those of tick boxes' length."""

    across: np.ndarray
    down: np.ndarray
    short: np.ndarray

    @property
    def mask(self) -> np.ndarray:
        return cv2.bitwise_or(self.across, self.down)


@dataclass(frozen=True, slots=True)
class Ruling:
    """mask: (h, w) uint8, 255 on line pixels. rules: long horizontal and vertical lines. cells: closed boxes (their
    inside), in reading order. leaders: the dotted ones that are no table line, and rules on which answers may stand."""

    mask: np.ndarray
    rules: tuple[Box, ...]
    cells: tuple[Box, ...]
    leaders: tuple[Leader, ...]


def find_lines(dark: np.ndarray, dpi: float) -> Lines:
    """`dark`: (h, w) uint8, 255 where ink is."""
    lengths = round(SIDE_MM / 25.4 * dpi), round(RULE_MM / 25.4 * dpi)
    short_down, down = _upright(dark, lengths)
    short_across, across = map(cv2.transpose, _upright(cv2.transpose(dark), lengths))
    return Lines(across, down, cv2.bitwise_or(short_across, short_down))


def _upright(dark: np.ndarray, lengths: Sequence[int]) -> Iterator[np.ndarray]:
    """For each length the ink that stands in upright runs of at least so many pixels, as a morphological opening gives
    it, eight columns at a time: a third of its time. The edge of the paper
    counts as ink, so that a run which it cuts needs half the length."""
    bits = np.packbits(dark, axis=1)
    for length in lengths:
        steps = _doubling(length)
        edge = np.full((length // 2, bits.shape[1]), 255, np.uint8)
        runs = np.concatenate((edge, bits, edge))
        for step in steps:
            runs = runs[:-step] & runs[step:]
        for step in steps:
            grown = np.concatenate((runs, np.zeros_like(runs[:step])))
            grown[step:] |= runs
            runs = grown
        inner = runs[length // 2:length // 2 + dark.shape[0]]
        yield np.negative(np.unpackbits(inner, axis=1, count=dark.shape[1]))  # of bytes: 1 becomes 255


def _doubling(length: int) -> list[int]:
    """Shifts that make runs of 1 into runs of `length`, each at most as far as the run is long already."""
    steps, reached = [], 1
    while reached < length:
        steps.append(min(reached, length - reached))
        reached += steps[-1]
    return steps


def find_ruling(lines: Lines, leaders: Sequence[Leader], dpi: float) -> Ruling:
    """`leaders`: dotted runs; those that reach from one vertical line to another are lines of a table."""
    px = dpi / 25.4
    table = [leader for leader in leaders if _between_verticals(leader, lines.down, px)]
    short = lines.short.copy() if table else lines.short
    for leader in table:
        y, reach = round(leader.box.middle_y), round(leader.pitch_px + px)
        cv2.line(short, (round(leader.box.left) - reach, y), (round(leader.box.right) + reach, y), 255, 3)
    cells = _without_counters(_cells(short, round(SIDE_MM * px)), COMB_MM * px)
    mask = lines.mask
    small = [cell for cell in cells if min(cell.width, cell.height) < RULE_MM * px]
    _add_frames(mask, lines.short, small, round(FRAME_MM * px))
    across, down = _boxes(lines.across, RULE_MM * px), _boxes(lines.down, RULE_MM * px)
    loose = [
        Leader(box, 0.0) for box in across
        if box.width >= ANSWER_RULE_MM * px and not _touched(box, lines.down, px) and not _borders(box, cells, px)
    ]
    dotted = [leader for leader in leaders if leader not in table]
    rules = (*across, *down, *(leader.box for leader in table))
    return Ruling(mask, rules, tuple(cells), tuple(sorted((*dotted, *loose), key=lambda x: (x.box.top, x.box.left))))


def _between_verticals(leader: Leader, down: np.ndarray, px: float) -> bool:
    reach = 1.6 * leader.pitch_px + 0.7 * px
    box = leader.box
    rows = slice(max(0, int(box.top) - 3), int(box.bottom) + 4)
    left = down[rows, max(0, int(box.left - reach)):int(box.left) + 4]
    right = down[rows, max(0, int(box.right) - 4):int(box.right + reach)]
    return bool(left.any() and right.any())


def _touched(box: Box, down: np.ndarray, px: float) -> bool:
    rows, columns = box.padded(0.5 * px, 0.5 * px).clipped(down.shape[1], down.shape[0]).slices()
    return bool(down[rows, columns].any())


def _borders(box: Box, cells: Sequence[Box], px: float) -> bool:
    around = box.padded(px, px)
    return any(around.overlap(cell) > 0 for cell in cells)


def _boxes(mask: np.ndarray, length_px: float) -> list[Box]:
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    sizes = (cv2.boundingRect(contour) for contour in contours)
    return [
        Box(x, y, x + w, y + h) for x, y, w, h in sizes
        if max(w, h) >= length_px and min(w, h) <= max(14, max(w, h) / 12)
    ]


def _cells(lines: np.ndarray, side_px: int) -> list[Box]:
    """At half size: a line one pixel wide must not vanish, so a pixel of four makes one. Looked for only within what
    hangs together and is large enough to close a box: on the whole page it takes three times as long."""
    half = shrunk(lines, 0.5)
    closed = cv2.morphologyEx((half > 0).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    outlines, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found: dict[Box, None] = {}  # what lies within two outlines' rectangles is met twice
    for left, top, width, height in map(cv2.boundingRect, outlines):
        if 2 * min(width, height) >= side_px:
            inner = _closed(closed[top:top + height, left:left + width], side_px, CELL_MAX_SHARE * closed.size)
            found |= dict.fromkeys(
                Box(2 * (x + left), 2 * (y + top), 2 * (x + left + w), 2 * (y + top + h)) for x, y, w, h in inner
            )
    return reading_order(list(found))


def _closed(lines: np.ndarray, side_px: int, most: float) -> Iterator[tuple[int, int, int, int]]:
    """(x, y, w, h) of every box that lines close, at half size; `most`: what more covers is no cell."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(1 - lines, connectivity=4)
    height, width = lines.shape
    for number, (x, y, w, h, area) in enumerate(stats[1:count].tolist(), start=1):
        touches = x == 0 or y == 0 or x + w == width or y + h == height
        if touches or 2 * min(w, h) < side_px or w * h > most:
            continue
        if area < 0.8 * w * h and not _closed_around(labels[y:y + h, x:x + w] == number, area, side_px):
            continue
        letter = 2 * max(w, h) < 2 * side_px and min(w, h) < LETTER_ASPECT * max(w, h)
        if not letter:
            yield x, y, w, h


def _closed_around(place: np.ndarray, area: int, side_px: int) -> bool:
    """A comb's cell with a thick digit in it: most of the box once what it encloses is filled."""
    height, width = place.shape
    if area < 0.35 * place.size or max(height, width) > 4 * side_px:
        return False
    outline, _ = cv2.findContours(place.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return bool(max(map(cv2.contourArea, outline)) + height + width >= 0.8 * place.size)


def _without_counters(cells: Sequence[Box], comb_px: float) -> list[Box]:
    """A closed place inside a comb's cell is the inside of a thick 0 or D: nobody prints a box in a box so small."""
    combs = [cell for cell in cells if max(cell.width, cell.height) < comb_px]
    return [c for c in cells if not any(other is not c and _holds(other, c) for other in combs)]


def _holds(outer: Box, inner: Box) -> bool:
    return (
        outer.left <= inner.left and outer.top <= inner.top and inner.right <= outer.right
        and inner.bottom <= outer.bottom
    )


def _add_frames(mask: np.ndarray, short: np.ndarray, cells: Sequence[Box], frame_px: int) -> None:
    """The borders of small cells, too short for rules, join the mask; what stands inside does not."""
    height, width = mask.shape
    for cell in cells:
        rows, columns = cell.padded(frame_px, frame_px).clipped(width, height).slices()
        frame = short[rows, columns].copy()
        inner_rows, inner_columns = cell.padded(-3, -3).slices()
        frame[
            inner_rows.start - rows.start:inner_rows.stop - rows.start,
            inner_columns.start - columns.start:inner_columns.stop - columns.start,
        ] = 0
        mask[rows, columns] = cv2.bitwise_or(mask[rows, columns], frame)


def reading_order(boxes: Sequence[Box]) -> list[Box]:
    """Rows from top to bottom, each from left to right; boxes share a row when their middles are close in height."""
    rows: list[list[Box]] = []
    for box in sorted(boxes, key=lambda b: (b.top, b.left)):
        row = next((r for r in rows[-6:] if _same_row(r[0], box)), None)
        if row is None:
            rows.append([box])
        else:
            row.append(box)
    return [box for row in rows for box in sorted(row, key=lambda b: b.left)]


def _same_row(one: Box, other: Box) -> bool:
    return abs(one.middle_y - other.middle_y) < 0.4 * min(one.height, other.height)
