"""Shapes of charts: takes numbers, gives boxes and marks that a template draws as SVG; no library, no script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 170  # of columns, in units of the drawing
LEFT, BOTTOM, TOP = 36, 22, 8
ROW, LABEL, NUMBER = 24, 250, 70  # of bars: height of a row, room for its name and for its number


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    kind: int  # which of the series, from 0


@dataclass(frozen=True, slots=True)
class Mark:
    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """width, height: of the drawing. said: names of the series in the order of their kinds."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    marks: tuple[Mark, ...]
    lines: tuple[Mark, ...] = ()
    said: tuple[str, ...] = ()


def columns(names: Sequence[str], series: Sequence[Sequence[int]], said: Sequence[str]) -> Chart:
    """Stacked columns, one a name; few of the names are written, so that they can be read."""
    totals = [sum(values) for values in zip(*series, strict=True)]
    top = _round_up(max(totals, default=0))
    step, room = (WIDTH - LEFT) / max(1, len(names)), HEIGHT - BOTTOM - TOP
    boxes = []
    for place in range(len(names)):
        y = float(HEIGHT - BOTTOM)
        for kind, values in enumerate(series):
            height = values[place] / top * room
            y -= height
            if height:
                boxes.append(Box(_r(LEFT + place * step + step * 0.12), _r(y), _r(step * 0.76), _r(height), kind))
    every = max(1, -(-len(names) // 12))
    marks = [Mark(_r(LEFT + (n + 0.5) * step), HEIGHT - 6, name) for n, name in enumerate(names) if n % every == 0]
    lines = [Mark(LEFT, _r(HEIGHT - BOTTOM - share * room), f"{top * share:g}") for share in (0, 0.5, 1)]
    return Chart(WIDTH, HEIGHT, tuple(boxes), tuple(marks), tuple(lines), tuple(said))


def bars(rows: Sequence[tuple[str, float, str]], full: float = 0) -> Chart:
    """Horizontal bars: (name, number, how it is written). full: what fills the room; 0: the largest does."""
    full = full or max((number for _, number, _ in rows), default=0) or 1
    room = WIDTH - LABEL - NUMBER
    boxes = tuple(Box(LABEL, n * ROW + 4, _r(max(1.0, number / full * room) if number else 0), ROW - 8, 0)
                  for n, (_, number, _) in enumerate(rows))
    marks = tuple(Mark(LABEL - 8, n * ROW + 17, _short(name)) for n, (name, _, _) in enumerate(rows))
    lines = tuple(Mark(_r(LABEL + 6 + number / full * room), n * ROW + 17, text)
                  for n, (_, number, text) in enumerate(rows))
    return Chart(WIDTH, max(ROW, len(rows) * ROW), boxes, marks, lines)


def _short(name: str) -> str:
    return name if len(name) <= 34 else f"{name[:33]}…"


def _round_up(number: int) -> int:
    """The next of 2, 4, 10, 20, 40, 100 …: half of it is a whole number."""
    top = 1
    while True:
        for step in (2, 4, 10):
            if top * step >= number:
                return top * step
        top *= 10


def _r(number: float) -> float:
    return round(number, 1)
