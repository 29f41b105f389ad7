"""Strokes through writing: takes one line as scanned and without its leaders, says whether what stands there is struck.

A stroke is told by its way, not by its look: ink without a gap from one end of the writing to the other, nearly
straight, thin, with letters over and under it. Print and hand leave gaps between words, an underline or a leader has
nothing under it, and a hyphen nothing over or under it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

DARK = 150
PALE = 190  # a thin stroke of a gray pen; so pale are the gaps between blurred letters too, but not those of words
CROSSED = 0.7  # of the writing's width that the stroke runs through
LEAST_MM = 3.0  # shorter ones may be the bar of a letter
STEP_MM = 0.25  # the way is followed in steps of so much, each at most a pixel up or down at 300 dpi: 18 degrees
SHORT_MM = 12.0  # a shorter way may lie within one word, whose letters may hang together
WOBBLE_MM = 0.3, 0.2  # a pen's distance from the straight way, root mean square; of a short one
THICK_MM = 0.9  # a felt pen
GAP_MM = 1.0  # where the pen did not write
BREAK_MM = 0.3  # print stands farther apart, and words do in every hand
FULL = 0.87, 0.95  # of the stroke's way that is inked; of a short one
BIN_MM = 1.2  # about a letter
BOTH = 0.45  # of the letters that stand over the stroke, and under it
STRAY = 0.02  # of the ink at each end: dust, and what reaches in from the lines around
TAKEN = 0.5  # what ink counts where a stroke was found already
BARE_MM = 0.8  # of a way without letters over or under it, from which on its own look tells something
TRIES = 3  # a Z has so many strokes and not each runs through the middle; so many are no print


@dataclass(frozen=True, slots=True)
class _Way:
    """Rows by column, from the column `left` on, and how thick the stroke is, in pixels."""

    left: int
    rows: np.ndarray
    thick: int


def is_struck(gray: np.ndarray, ink: np.ndarray, dpi: float) -> bool:
    """`gray`: (h, w) uint8, one line with all that stands there; `ink`: the same without leaders and rules, which may
    lack a part of the stroke too. A clean line is done with in 0.03 ms: it has a gap."""
    px = dpi / 25.4
    letters = cv2.threshold(ink, DARK - 1, 1, cv2.THRESH_BINARY_INV)[1]
    extent = _extent(letters)
    if extent is None:
        return False
    left, right, top, bottom = extent
    least = max(CROSSED * (right - left), LEAST_MM * px)
    if bottom - top < 3 or right - left < least:
        return False
    dark = DARK if right - left < SHORT_MM * px else PALE
    darkest = cv2.reduce(gray[top:bottom, left:right], 0, cv2.REDUCE_MIN)[0]
    first, last = _stretch(darkest < dark, round(BREAK_MM * px))
    if last - first < least:
        return False
    band = gray[top:bottom, left:right] < dark
    ways: list[_Way] = []
    for way in _ways(band, px, least):
        if any(_apart(way, other) < (way.thick + other.thick) / 2 for other in ways):
            break
        ways.append(way)
    rest = band.copy()
    for way in ways:
        _erase(rest, way)
    inked = [way for way in ways if not _is_dotted(gray[top:bottom, left:right], way, px)]
    return len(inked) == TRIES or any(_through(rest, way, px) for way in inked)


def _is_dotted(gray: np.ndarray, way: _Way, px: float) -> bool:
    """Whether paper shows along the way where nothing else stands over or under it: dots of a leader that a blurred
    scan runs together."""
    band = gray < PALE
    _erase(band, way)
    columns = np.arange(way.left, min(way.left + len(way.rows), gray.shape[1]))
    rows = way.rows[:len(columns)]
    darkest = np.min([gray[np.clip(rows + off, 0, len(gray) - 1), columns] for off in (-1, 0, 1)], axis=0)
    bare = darkest[~band[:, columns].any(axis=0)]
    return len(bare) >= BARE_MM * px and float(np.percentile(bare, 90)) > PALE


def _extent(letters: np.ndarray) -> tuple[int, int, int, int] | None:
    """Left, right, top and bottom of the writing; what reaches in from the lines around counts little."""
    if not letters.size:
        return None
    across = np.cumsum(cv2.reduce(letters, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[0])
    if not across[-1]:
        return None
    down = np.cumsum(cv2.reduce(letters, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[:, 0])
    edges = (STRAY * across[-1], (1 - STRAY) * across[-1])
    left, right = np.searchsorted(across, edges)
    top, bottom = np.searchsorted(down, edges)
    return int(left), int(right) + 1, int(top), int(bottom) + 1


def _apart(one: _Way, other: _Way) -> float:
    """How far two ways lie apart where both are, on average, in pixels."""
    left = max(one.left, other.left)
    right = min(one.left + len(one.rows), other.left + len(other.rows))
    if right <= left:
        return 0.0
    rows, others = (way.rows[left - way.left:right - way.left] for way in (one, other))
    return float(np.abs(rows - others).mean())


def _ways(band: np.ndarray, px: float, least: float) -> Iterator[_Way]:
    """One after the other; where one went the next is not led, but may cross."""
    step = max(2, round(STEP_MM * px))
    count = band.shape[1] // step
    wide = band.copy()
    wide[1:] |= band[:-1]
    wide[:-1] |= band[1:]
    filled = wide[:, :count * step].reshape(len(band), count, step).mean(axis=2, dtype=np.float32)
    led = filled.copy()
    for _ in range(TRIES):
        rows = _best(led)
        way = _followed(band, (filled, rows), px, least)
        if way is None:
            return
        yield way
        half = way.thick // 2 + 2
        for off in range(-half, half + 1):
            led[np.clip(rows + off, 0, len(led) - 1), np.arange(count)] *= TAKEN


def _followed(band: np.ndarray, led: tuple[np.ndarray, np.ndarray], px: float, least: float) -> _Way | None:
    """The way of these rows, where it is straight, thin and without a gap for long enough. led: the share of each step
    that is inked, by row, and the way's row at each."""
    filled, rows = led
    step, count = max(2, round(STEP_MM * px)), len(rows)
    hit = filled[rows, np.arange(count)] >= 0.75
    first, last = _stretch(hit, max(1, round(GAP_MM * px / step)))
    short = count * step < SHORT_MM * px
    if (last - first) * step < least or hit[first:last].mean() < FULL[short]:
        return None
    x, rows = np.arange(first, last), rows[first:last]
    straight = np.polyval(np.polyfit(x, rows, 1), x)
    if np.sqrt(np.mean((rows - straight) ** 2)) > WOBBLE_MM[short] * px:
        return None
    thick = _thickness(band, rows, (x * step + step // 2))
    return _Way(first * step, np.repeat(rows, step), thick) if thick <= THICK_MM * px else None


def _best(filled: np.ndarray) -> np.ndarray:
    """For each step the row of the way whose steps are filled most; it moves by one row a step."""
    height, count = filled.shape
    total = filled[:, 0].copy()
    came = np.zeros((count, height), np.int8)
    edge = np.float32(-1e9)
    for n in range(1, count):
        up = np.concatenate(((edge,), total[:-1])) - 0.05
        down = np.concatenate((total[1:], (edge,))) - 0.05
        best = np.maximum(np.maximum(up, down), total)
        came[n] = np.where(best == total, 0, np.where(best == up, -1, 1))
        total = best + filled[:, n]
    rows = np.zeros(count, np.int64)
    rows[-1] = int(total.argmax())
    for n in range(count - 1, 0, -1):
        rows[n - 1] = rows[n] + came[n, rows[n]]
    return rows


def _stretch(hit: np.ndarray, gap: int) -> tuple[int, int]:
    """First and behind the last of the longest stretch of hits, gaps bridged."""
    at = np.flatnonzero(hit)
    if not len(at):
        return 0, 0
    ends = np.flatnonzero(np.diff(at) > gap)
    starts, stops = at[np.r_[0, ends + 1]], at[np.r_[ends, len(at) - 1]]
    best = int((stops - starts).argmax())
    return int(starts[best]), int(stops[best]) + 1


def _thickness(band: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> int:
    """Of the stroke where it is bare: the lower quartile of the ink's height around its way."""
    tall = np.zeros(len(rows), np.int64)
    for n, (row, column) in enumerate(zip(rows.tolist(), columns.tolist(), strict=True)):
        inked = band[:, column]
        if not inked[row]:
            row = next((r for r in (row - 1, row + 1) if 0 <= r < len(inked) and inked[r]), row)
        above = np.flatnonzero(~inked[:row + 1][::-1])
        below = np.flatnonzero(~inked[row:])
        tall[n] = (above[0] if len(above) else row + 1) + (below[0] if len(below) else len(inked) - row) - 1
    return max(1, int(np.percentile(tall, 25)))


def _erase(ink: np.ndarray, way: _Way) -> None:
    half = way.thick // 2 + 2
    columns = np.arange(way.left, min(way.left + len(way.rows), ink.shape[1]))
    rows = way.rows[:len(columns)]
    for off in range(-half, half + 1):
        at = rows + off
        inside = (at >= 0) & (at < ink.shape[0])
        ink[at[inside], columns[inside]] = False


def _through(letters: np.ndarray, way: _Way, px: float) -> bool:
    """Whether letters stand over and under the whole stroke. `letters`: without the strokes."""
    width = max(3, round(BIN_MM * px))
    over = under = bins = 0
    starts = range(0, len(way.rows) - width // 2, width)
    for start in starts:
        place = slice(way.left + start, way.left + start + width)
        row = int(way.rows[min(start + width // 2, len(way.rows) - 1)])
        above, below = np.count_nonzero(letters[:row, place]), np.count_nonzero(letters[row:, place])
        if above + below >= 4:
            bins += 1
            over += int(above >= 3)
            under += int(below >= 3)
    return bins >= max(2, BOTH * len(starts)) and over >= BOTH * bins and under >= BOTH * bins
