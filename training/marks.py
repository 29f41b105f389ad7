"""Vietnamese marks drawn by a pen of our own beside letters of any Latin handwriting font.

Few handwriting fonts hold Vietnamese letters, and those set marks as print does. Hands put a tone far to the right,
flat, joined, or over the next letter."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
from PIL import ImageDraw

CIRCUMFLEX, BREVE, HORN = "\u0302", "\u0306", "\u031b"
GRAVE, ACUTE, TILDE, HOOK, DOT = "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Habit:
    """How one writer sets marks: `right` and `lift` in shares of letter and unit, `flat` 0-1, `size` about 1;
    `flown`: chance that a horn leaves its letter; `own_t`: T by our own strokes."""

    right: float
    lift: float
    flat: float
    size: float
    flown: float
    own_t: bool

    @classmethod
    def draw(cls, rng: random.Random) -> Habit:
        flown = rng.choice((0.0, 0.1, 0.8))
        place = rng.uniform(0, 0.9), rng.uniform(-0.05, 0.25)
        return cls(*place, rng.random(), rng.uniform(0.75, 1.3), flown, rng.random() < 0.35)


def curve(points: list[Point], steps: int = 12) -> list[Point]:
    """A smooth stroke through three, five, seven … control points (quadratic pieces); fewer are a straight stroke."""
    if len(points) < 3:
        return points
    t = np.linspace(0, 1, steps)[:, None]
    p = np.array(points, float)
    arcs = zip(p[:-2:2], p[1:-1:2], p[2::2], strict=True)
    pieces = [(1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c for a, b, c in arcs]
    return [(float(x), float(y)) for x, y in np.vstack(pieces)]


class Pen:
    """Draws the marks of letters. `unit` is about the height of an x in px, `width` of the stroke in px."""

    def __init__(self, rng: random.Random, draw: ImageDraw.ImageDraw, unit: float, width: int) -> None:
        self.rng, self.draw, self.unit, self.width = rng, draw, unit, width
        self.habit = Habit.draw(rng)

    def stroke(self, *points: Point) -> None:
        self.draw.line(curve(list(points)), fill=255, width=self.width, joint="curve")

    def jitter(self, share: float) -> float:
        return self.rng.gauss(0, share) * self.unit

    def bar(self, box: tuple[float, float, float, float], capital: bool) -> None:
        """The stroke of đ."""
        r, (x0, y0, x1, y1) = self.rng, box
        wide = max(x1 - x0, self.unit * 0.4)
        y = y0 + (y1 - y0) * (r.uniform(0.38, 0.6) if capital else r.uniform(0.12, 0.4))
        if capital:
            ends = x0 - wide * r.uniform(0.05, 0.3), x0 + wide * r.uniform(0.3, 0.95)
        else:
            ends = x1 - wide * r.uniform(0.4, 0.8), x1 + wide * r.uniform(0.05, 0.35)
        self.stroke((ends[0], y + self.jitter(0.05)), (ends[1], y + self.jitter(0.08)))

    def capital_t(self, box: tuple[float, float, float, float]) -> None:
        """T as hands make it: the bar hooked at its left, or run on over the next letter; the stem bent."""
        r, (x0, top, x1, foot) = self.rng, box
        wide, tall = x1 - x0, foot - top
        start = (x0 - wide * r.uniform(0, 0.25), top + tall * r.uniform(0, 0.35))
        y, end = top + tall * r.uniform(-0.05, 0.15), x1 + wide * r.choice((r.uniform(0, 0.3), r.random()))
        self.stroke(start, (x0, y - tall * r.uniform(0, 0.1)), (end, y + tall * r.uniform(-0.12, 0.06)))
        x, bent = x0 + wide * r.uniform(0.3, 0.85), wide * r.uniform(-0.1, 0.25)
        self.stroke((x, y), (x - bent, top + tall * 0.5), (x - wide * r.uniform(-0.05, 0.3), foot))
        if r.random() < 0.25:  # the foot's tail
            self.stroke((x - wide * 0.2, foot), (x - wide * r.uniform(0.3, 0.7), foot - tall * r.uniform(0, 0.15)))

    def marks(self, marks: str, box: tuple[float, float, float, float], base: float) -> None:
        """Every combining mark of one letter, qualities first; `base`: y of the writing line."""
        x0, top, x1, y1 = box
        wide = max(x1 - x0, self.unit * 0.4)
        middle = (x0 + x1) / 2
        for mark in marks:
            if mark in (CIRCUMFLEX, BREVE):
                top = self.roof(mark, middle, top, wide)
            elif mark == HORN:
                self.horn(x1 + self.jitter(0.05), top + self.jitter(0.08))
        for mark in marks:
            if mark == DOT:
                self.dot(middle + self.jitter(0.2) + self.habit.right * wide * 0.4, base, y1)
            elif mark in (GRAVE, ACUTE, TILDE, HOOK):
                x = middle + wide * (self.habit.right + self.rng.gauss(0.05, 0.2))
                self.tone(mark, x, top - self.unit * (0.15 + self.habit.lift) + self.jitter(0.1))

    def horn(self, x: float, y: float) -> None:
        """At the letter's right shoulder; or flown above it, as large as a tone: a tick, a hook or a comma."""
        r, s = self.rng, self.unit * self.rng.uniform(0.2, 0.45)
        if r.random() >= self.habit.flown:
            self.stroke((x - s * 0.3, y + s * 0.4), (x + s * 0.7, y + s * 0.3), (x + s * 0.6, y - s * 0.6))
            return
        x, y, s = x - self.unit * r.uniform(-0.1, 0.35), y - self.unit * r.uniform(0, 0.3), s * r.uniform(0.9, 1.5)
        shapes: tuple[tuple[Point, ...], ...] = (
            ((x, y + s * 0.3), (x + s * 0.5, y - s * 0.6)),
            ((x - s * 0.3, y - s * 0.5), (x + s * 0.6, y - s * 0.9), (x + s * 0.1, y + s * 0.15)),
            ((x + s * 0.3, y - s * 0.8), (x + s * 0.6, y - s * 0.2), (x, y + s * 0.2)),
        )
        self.stroke(*r.choice(shapes))

    def roof(self, mark: str, middle: float, top: float, wide: float) -> float:
        """Circumflex or breve; gives its upper edge."""
        r = self.rng
        y, k = top - self.unit * (0.12 + max(0.0, self.habit.lift)) + self.jitter(0.05), wide * r.uniform(0.3, 0.5)
        s, x = r.uniform(0.2, 0.45) * self.unit, middle + self.jitter(0.12) + self.habit.right * 0.15 * wide
        if mark == BREVE:
            self.stroke((x - k, y - s), (x, y + s * 0.9), (x + k, y - s))
            return y - s
        tip = x + self.jitter(0.08)
        if r.random() < 0.3:
            self.stroke((x - k, y), (tip, y - 2 * s), (x + k, y))
        else:
            self.stroke((x - k, y + self.jitter(0.04)), (tip, y - s))
            self.stroke((tip, y - s), (x + k, y + self.jitter(0.06)))
        return y - s

    def tone(self, mark: str, x: float, y: float) -> None:
        r, s = self.rng, self.unit * self.rng.uniform(0.35, 0.75) * self.habit.size
        if mark == ACUTE:
            self.stroke((x - s * 0.25, y), (x + s * r.uniform(0.15, 0.5), y - s * r.uniform(0.5, 1)))
        elif mark == GRAVE:
            fall = s * (r.uniform(0, 0.2) if r.random() < self.habit.flat else r.uniform(0.3, 0.8))
            self.stroke((x - s * 0.45, y - s * 0.4), (x + s * r.uniform(0.2, 0.6), y - s * 0.4 + fall))
        elif mark == HOOK:
            self.stroke(
                (x - s * 0.25, y - s * 0.7), (x + s * 0.55, y - s), (x + s * 0.1, y - s * 0.35), (x, y - s * 0.2),
                (x, y),
            )
        elif r.random() < 0.3:  # a tilde in a hurry
            a, b = self.jitter(0.08), self.jitter(0.08)
            self.stroke((x - s * 0.5, y - s * 0.25 + a), (x, y - s * 0.45 + b), (x + s * 0.55, y - s * 0.3 + a))
        else:
            self.stroke(
                (x - s * 0.5, y - s * 0.1), (x - s * 0.25, y - s * 0.8), (x, y - s * 0.35), (x + s * 0.25, y + s * 0.1),
                (x + s * 0.55, y - s * 0.55),
            )

    def dot(self, x: float, base: float, foot: float) -> None:
        r, below = self.rng, (foot if foot < base + self.unit else base)
        y = max(base, below) + self.unit * r.uniform(0.12, 0.5)
        self.stroke((x, y), (x + self.unit * r.uniform(0, 0.18) + 1, y + self.unit * r.uniform(-0.02, 0.12) + 1))
