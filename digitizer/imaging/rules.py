"""Straight printed lines and the boxes they close: takes a bilevel page, gives rules, cells and a mask of both."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from digitizer.geometry import Box

RULE_MM = 6.5  # shorter strokes may be letters: a 16 pt capital is 4 mm high
SIDE_MM = 2.1  # smallest side of a tick box
CELL_MAX_SHARE = 0.6  # a "cell" of more than this share of the page is the page's frame


@dataclass(frozen=True, slots=True)
class Ruling:
    """mask: (h, w) uint8, 255 on line pixels. rules: long horizontal and vertical lines. cells: closed boxes (their
    inside), in reading order."""

    mask: np.ndarray
    rules: tuple[Box, ...]
    cells: tuple[Box, ...]


def find_ruling(dark: np.ndarray, dpi: float) -> Ruling:
    """`dark`: (h, w) uint8, 255 where ink is."""
    long_px, side_px = round(RULE_MM / 25.4 * dpi), round(SIDE_MM / 25.4 * dpi)
    across, down = _lines(dark, long_px)
    mask = cv2.bitwise_or(across, down)
    rules = _boxes(across, long_px) + _boxes(down, long_px)
    short_across, short_down = _lines(dark, side_px)
    short = cv2.bitwise_or(short_across, short_down)
    cells = _cells(short, side_px)
    for cell in cells:
        rows, columns = cell.padded(9, 9).clipped(dark.shape[1], dark.shape[0]).slices()
        inner = cell.padded(-3, -3)
        frame = short[rows, columns].copy()
        top, left = rows.start, columns.start
        frame[int(inner.top) - top:int(inner.bottom) - top, int(inner.left) - left:int(inner.right) - left] = 0
        mask[rows, columns] |= frame
    return Ruling(mask, tuple(rules), tuple(cells))


def _lines(dark: np.ndarray, length_px: int) -> tuple[np.ndarray, np.ndarray]:
    across = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((1, length_px), np.uint8))
    down = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((length_px, 1), np.uint8))
    return across, down


def _boxes(mask: np.ndarray, length_px: int) -> list[Box]:
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    return [
        Box(x, y, x + w, y + h) for x, y, w, h, _ in stats[1:].tolist()
        if max(w, h) >= length_px and min(w, h) <= max(14, max(w, h) / 12)
    ]


def _cells(lines: np.ndarray, side_px: int) -> list[Box]:
    closed = cv2.morphologyEx(lines, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(cv2.bitwise_not(closed), connectivity=4)
    height, width = lines.shape
    found = []
    for x, y, w, h, area in stats[1:count].tolist():
        touches = x == 0 or y == 0 or x + w == width or y + h == height
        if touches or min(w, h) < side_px - 6 or area < 0.8 * w * h or w * h > CELL_MAX_SHARE * width * height:
            continue
        found.append(Box(x, y, x + w, y + h))
    return reading_order(found)


def reading_order(boxes: list[Box]) -> list[Box]:
    """Rows from top to bottom, each from left to right; boxes share a row when their middles overlap by height."""
    rows: list[list[Box]] = []
    for box in sorted(boxes, key=lambda b: (b.top, b.left)):
        row = next((r for r in rows[-6:] if abs(r[0].middle_y - box.middle_y) < 0.4 * min(r[0].height, box.height)), None)
        if row is None:
            rows.append([box])
        else:
            row.append(box)
    return [box for row in rows for box in sorted(row, key=lambda b: b.left)]
