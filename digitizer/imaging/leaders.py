"""Dotted leaders: takes a bilevel page, gives the runs of dots and a mask of what belongs to the dots alone.

A leader is periodic, and that is how it is told from the marks that answers add at the same height: a run starts
from a few dots at equal distances and is then walked along its pitch, also under the answer. A dot on the grid is
leader; a dot off the grid, or a bigger one, is a mark (nặng, full stop) and stays."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

import cv2
import numpy as np

from digitizer.document import Leader
from digitizer.geometry import Box
from digitizer.imaging.parts import Parts

DOT_MAX_MM = 1.05  # 12 pt leaders have dots of 0.5 mm; print and scan let them grow to 0.8
PITCH_MAX_MM = 2.6
LEVEL_MM = 0.22  # two dots of one leader differ by less in height
CLOSE_MM = 0.5
LETTER_MM = 2.3  # where ink stands this close above a dot's place, the place may be the foot of a letter
LONG = 8  # dots of a run that is surely a leader
LINE_MM = 3.4  # 9 pt print, the smallest seen, has lines 3.7 mm apart
MAX_WHITE = 3  # places in a row of the grid that may be empty before the leader is over
COLON_PX = 8, 28  # from dot to dot
MAX_HIDDEN = 90  # places under letters: a long answer hides most of a line's dots


@dataclass(frozen=True, slots=True)
class Leaders:
    """runs: all leaders, top to bottom. dots: (h, w) uint8, 255 on dots that stand alone, whose gray rim goes with
    them. touching: the same for parts of dots that lean on letters, where nothing around may be lost."""

    runs: tuple[Leader, ...]
    dots: np.ndarray
    touching: np.ndarray


@dataclass(slots=True)
class _Dots:
    """Small components by index; `levels` finds them by height, each level sorted by x."""

    label: list[int]
    x: list[float]
    y: list[float]
    width: list[int]
    height: list[int]
    area: list[int]
    levels: dict[int, list[tuple[float, int]]] = field(default_factory=dict)

    def near(self, x: float, y: float, reach: tuple[float, float], level: float) -> int | None:
        """The dot nearest to x within x + reach[0] .. x + reach[1] and y +- level, or None."""
        best, best_distance = None, 1e9
        step = int(y) // 4
        for row in (step - 1, step, step + 1):
            dots = self.levels.get(row)
            if not dots:
                continue
            for at in range(bisect_left(dots, (x + reach[0], -1)), len(dots)):
                found_x, index = dots[at]
                if found_x > x + reach[1]:
                    break
                if abs(found_x - x) < best_distance and abs(self.y[index] - y) <= level:
                    best, best_distance = index, abs(found_x - x)
        return best


@dataclass(slots=True)
class _Place:
    """A place of the grid under other ink. baseline: the last row of the answer's letters there, where it is known."""

    x: float
    y: float
    baseline: int | None = None


@dataclass(slots=True)
class _Run:
    """dots: indices from left to right. hidden: places of the grid under other ink, between the dots."""

    dots: list[int]
    pitch: float
    slope: float
    hidden: list[_Place] = field(default_factory=list)


def find_leaders(dark: np.ndarray, parts: Parts, dpi: float) -> Leaders:
    """`dark`: (h, w) uint8, 255 where ink is, rules already taken out. `parts`: its connected parts."""
    px = dpi / 25.4
    dots = _small_components(parts.stats, parts.centres, DOT_MAX_MM * px)
    runs = _on_lines(_runs(dots, dark, px), dots, px)
    alone, touching = np.zeros(dark.shape, np.uint8), np.zeros(dark.shape, np.uint8)  # not zeros_like: it writes them
    erase_later: list[tuple[_Run, list[_Place]]] = []
    for run in runs:
        whole, partly = _sorted_out(run, dots, dark, px)
        for i in whole:
            _draw_part(alone, parts, dots.label[i])
        erase_later.append((run, partly))
    for run, places in erase_later:
        size = _dot_size(run, dots)
        for place in places:
            _erase_place(dark, touching, place, size, px)
    found = sorted((_leader(run, dots) for run in runs), key=lambda leader: (leader.box.top, leader.box.left))
    return Leaders(tuple(found), alone, touching)


def _draw_part(mask: np.ndarray, parts: Parts, label: int) -> None:
    """One small part where it lies; the whole page at once takes four times as long for all the dots of a form."""
    left, top, width, height, _ = parts.stats[label].tolist()
    place = slice(top, top + height), slice(left, left + width)
    mask[place][parts.labels[place] == label] = 255


def _runs(dots: _Dots, dark: np.ndarray, px: float) -> list[_Run]:
    """Long seeds first; then pairs of dots, which count when their distance and size are those of a long run: a short
    leader under an answer shows no more."""
    seeds = sorted(_seeds(dots, px), key=len, reverse=True)
    taken: set[int] = set()
    runs: list[_Run] = []
    for seed in seeds:
        pair = len(seed) == 2
        if sum(dot in taken for dot in seed) * 2 > len(seed) or (pair and not _like_others(seed, dots, runs)):
            continue
        run = _grown(seed, dots, dark, px)
        if pair and len(run.dots) + len(run.hidden) < 5:
            continue
        taken.update(run.dots)
        runs.append(run)
    return runs


def _on_lines(runs: list[_Run], dots: _Dots, px: float) -> list[_Run]:
    """Without short runs that lie closer over or under a long one than lines are printed: dots of letters in a row."""
    long = [_leader(run, dots).box for run in runs if len(run.dots) >= LONG]
    kept = []
    for run in runs:
        box = _leader(run, dots).box
        beside = (abs(b.middle_y - box.middle_y) for b in long if min(b.right, box.right) > max(b.left, box.left))
        if len(run.dots) >= LONG or not any(LEVEL_MM * px < away < LINE_MM * px for away in beside):
            kept.append(run)
    return kept


def _like_others(pair: list[int], dots: _Dots, runs: list[_Run]) -> bool:
    gap = dots.x[pair[1]] - dots.x[pair[0]]
    for run in runs:
        if len(run.dots) >= LONG and abs(gap - run.pitch) < 0.08 * run.pitch + 0.3:
            area = dots.area[run.dots[len(run.dots) // 2]]
            if all(0.5 * area <= dots.area[i] <= 1.6 * area for i in pair):
                return True
    return False


def _small_components(stats: np.ndarray, centres: np.ndarray, limit: float) -> _Dots:
    w, h, area = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_AREA]
    small = (w <= limit) & (h <= limit) & (area >= 4)
    small[0] = False
    index = np.nonzero(small)[0]
    index = index[np.argsort(centres[index, 0], kind="stable")]
    dots = _Dots(
        index.tolist(), centres[index, 0].tolist(), centres[index, 1].tolist(),
        w[index].tolist(), h[index].tolist(), area[index].tolist(),
    )
    for i, (x, y) in enumerate(zip(dots.x, dots.y, strict=True)):
        dots.levels.setdefault(int(y) // 4, []).append((x, i))
    likely = np.nonzero(_below_another(centres[index, 0], centres[index, 1], 0.25 * limit))[0].tolist()
    colons = {i for i in likely if _is_colon(dots, i, limit)}
    dots.levels = {
        level: [entry for entry in entries if entry[1] not in colons] for level, entries in dots.levels.items()
    }
    return dots


def _below_another(x: np.ndarray, y: np.ndarray, reach: float) -> np.ndarray:
    """For each dot, from left to right, whether another stands over it as far as a colon's dots may: few do, and only
    these are worth a closer look."""
    found = np.zeros(len(x), bool)
    for off in range(1, len(x)):
        near = x[off:] - x[:-off] <= reach
        if not near.any():
            break
        down = y[off:] - y[:-off]
        found[off:] |= near & (down >= COLON_PX[0]) & (down <= COLON_PX[1])
        found[:-off] |= near & (-down >= COLON_PX[0]) & (-down <= COLON_PX[1])
    return found


def _is_colon(dots: _Dots, dot: int, limit: float) -> bool:
    """Its lower dot would bridge the label between two leaders."""
    x, y = dots.x[dot], dots.y[dot]
    above = (dots.near(x, y - distance, (-0.25 * limit, 0.25 * limit), 4.0) for distance in (12, 18, 24))
    return any(
        other is not None and 0.6 < dots.area[other] / dots.area[dot] < 1.6 and 8 < y - dots.y[other] < 2.4 * limit
        for other in above
    )


def _seeds(dots: _Dots, px: float) -> list[list[int]]:
    """Dots that follow one another on one level at equal distances; fewer than four only when close."""
    follower: list[int | None] = [
        dots.near(x, y, (2.0, PITCH_MAX_MM * px), LEVEL_MM * px) for x, y in zip(dots.x, dots.y, strict=True)
    ]
    has_leader = [False] * len(follower)
    for after in follower:
        if after is not None:
            has_leader[after] = True
    seeds = []
    for start, led in enumerate(has_leader):
        if led:
            continue
        chain = [start]
        while (after := follower[chain[-1]]) is not None:
            chain.append(after)
        seeds.extend(_even_parts(chain, dots, px))
    return seeds


def _even_parts(chain: list[int], dots: _Dots, px: float) -> list[list[int]]:
    """The chain cut where its distance changes: another font size begins, or a letter's dot stood there."""
    parts: list[list[int]] = []
    part: list[int] = []
    pitch = 0.0
    for dot in chain:
        if len(part) >= 2:
            gap = dots.x[dot] - dots.x[part[-1]]
            if abs(gap - pitch) > max(1.6, 0.17 * pitch):
                parts.append(part)
                part = part[-1:]
        if part:
            gap = dots.x[dot] - dots.x[part[-1]]
            pitch = gap if len(part) == 1 else pitch + (gap - pitch) / len(part)
        part.append(dot)
    parts.append(part)
    return [p for p in parts if len(p) >= 4 or (len(p) in (2, 3) and _pitch(p, dots) <= 1.7 * px)]


def _pitch(part: list[int], dots: _Dots) -> float:
    return (dots.x[part[-1]] - dots.x[part[0]]) / (len(part) - 1)


def _grown(seed: list[int], dots: _Dots, dark: np.ndarray, px: float) -> _Run:
    slope = 0.0
    if len(seed) >= 12:
        slope = float(np.polyfit([dots.x[i] for i in seed], [dots.y[i] for i in seed], 1)[0])
    run = _Run(list(seed), _pitch(seed, dots), slope)
    for direction in (1, -1):
        _walk(run, direction, dots, dark, px)
    run.dots.sort(key=lambda i: dots.x[i])
    return run


def _walk(run: _Run, direction: int, dots: _Dots, dark: np.ndarray, px: float) -> None:
    """Along the grid from one end of the run; what is passed counts only once another dot of the grid is met."""
    at = run.dots[-1] if direction > 0 else run.dots[0]
    x, y, pitch = dots.x[at], dots.y[at], run.pitch
    steps = white = 0
    passed: list[_Place] = []
    while white < MAX_WHITE and steps < MAX_HIDDEN:
        steps += 1
        here_x, here_y = x + direction * steps * pitch, y + direction * steps * pitch * run.slope
        if not 0 <= here_x < dark.shape[1]:
            break
        slack = min(0.33 * pitch, 1.2 + 0.06 * steps * pitch)
        dot = dots.near(here_x, here_y, (-slack, slack), LEVEL_MM * px)
        if dot is None:
            if _inked(dark, here_x, here_y):
                passed.append(_Place(here_x, here_y))
            else:
                white += 1
            continue
        run.dots.append(dot)
        run.hidden += _with_baseline(passed, dark, pitch, px)
        pitch += 0.5 * ((dots.x[dot] - x) * direction / steps - pitch) / max(1.0, 4 / steps)
        x, y = dots.x[dot], y + 0.4 * (dots.y[dot] - y) if steps == 1 else dots.y[dot]
        steps = white = 0
        passed = []


def _with_baseline(places: list[_Place], dark: np.ndarray, pitch: float, px: float) -> list[_Place]:
    """The answer's baseline: the median of where ink ends between the dots' places, descenders left out."""
    reach = round(CLOSE_MM * 2 * px)
    lows = []
    for place in places:
        for x in (place.x - pitch / 2, place.x + pitch / 2):
            row, column = round(place.y), int(x)
            strip = dark[max(0, row - reach):row + reach, max(0, column):column + 1]
            inked = np.nonzero(strip.ravel())[0]
            if len(inked) and inked[-1] < len(strip) - 1:
                lows.append(int(inked[-1]) - reach)
    if len(lows) >= 3:
        low = int(np.percentile(lows, 70))
        for place in places:
            place.baseline = round(place.y) + low
    return places


def _inked(dark: np.ndarray, x: float, y: float) -> bool:
    row, column = int(y), int(x)
    return bool(dark[max(0, row - 1):row + 2, max(0, column - 1):column + 2].any())


def _dot_size(run: _Run, dots: _Dots) -> tuple[float, float]:
    return (
        float(np.median([dots.width[i] for i in run.dots])), float(np.median([dots.height[i] for i in run.dots])),
    )


def _sorted_out(
    run: _Run, dots: _Dots, dark: np.ndarray, px: float
) -> tuple[list[int], list[_Place]]:
    """(dots to erase as they are, places where only a part goes): a component much bigger than the run's dots is a
    dot with a mark on it, when a letter stands above, or a comma."""
    width, height = _dot_size(run, dots)
    area = float(np.median([dots.area[i] for i in run.dots]))
    whole, partly = [], list(run.hidden)
    for i in run.dots:
        if dots.area[i] <= 1.7 * area + 2 and dots.height[i] <= 1.5 * height + 1:
            whole.append(i)
        elif dots.height[i] > 1.5 * height + 1:
            level = _level_at(run, dots, i)
            if _letter_above(dark, (dots.x[i], level), (width, height), px):
                partly.append(_Place(dots.x[i], level))
        else:
            partly.append(_Place(dots.x[i], dots.y[i]))
    return whole, partly


def _level_at(run: _Run, dots: _Dots, dot: int) -> float:
    near = sorted(run.dots, key=lambda i: abs(dots.x[i] - dots.x[dot]))[1:6]
    return float(np.median([dots.y[i] for i in near])) if near else dots.y[dot]


def _letter_above(
    dark: np.ndarray, place: tuple[float, float], size: tuple[float, float], px: float
) -> bool:
    top = int(place[1] - size[1] / 2) - 1
    left, right = int(place[0] - size[0]), int(place[0] + size[0]) + 1
    return bool(dark[max(0, top - round(LETTER_MM * px)):max(0, top), max(0, left):right].any())


def _erase_place(
    dark: np.ndarray, erase: np.ndarray, place: _Place, size: tuple[float, float], px: float
) -> None:
    """A dot that touches a letter goes column by column: where no letter stands above it whole, else what hangs below
    the answer's baseline. Ink that goes on below (a comma, a tail, a nặng) keeps its columns."""
    half = size[0] / 2 + 1
    top, bottom = max(0, round(place.y - size[1] / 2 - 0.5)), round(place.y + size[1] / 2 + 1.5)
    left, right = max(0, round(place.x - half)), round(place.x + half + 1)
    above: np.ndarray = np.asarray(dark[max(0, top - round(LETTER_MM * px)):top, left:right].any(axis=0))
    below: np.ndarray = np.asarray(dark[bottom:bottom + 4, left:right].any(axis=0))
    if len(above) == 0 or len(below) != len(above):
        return
    erase[top:bottom, left:right][:, ~(above | below)] = 255
    if place.baseline is not None:
        erase[max(top, place.baseline + 1):bottom, left:right][:, ~below] = 255


def _leader(run: _Run, dots: _Dots) -> Leader:
    left = min(dots.x[i] - dots.width[i] / 2 for i in run.dots)
    right = max(dots.x[i] + dots.width[i] / 2 for i in run.dots)
    level = [dots.y[i] for i in run.dots]
    half = _dot_size(run, dots)[1] / 2
    gaps = np.diff(sorted(dots.x[i] for i in run.dots))
    box = Box(round(left, 1), round(min(level) - half, 1), round(right, 1), round(max(level) + half, 1))
    return Leader(box, round(float(np.median(gaps)), 2))
