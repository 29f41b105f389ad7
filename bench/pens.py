"""What a pen does to print: takes a mask, a box and a kind of mark, draws strokes through it or a ring around it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from digitizer.geometry import Box

KINDS = ("single", "double", "slanted", "z")  # strokes through a line of writing
SHORT_KINDS = (*KINDS, "cross", "wave", "scribble")  # and through a word or two
PENS = ((18, 18, 20), (28, 40, 120), (45, 45, 48))

Point = tuple[float, float]


def cross_out(mask: Image.Image, box: Box, kind: str, rng: random.Random) -> None:
    """Strokes of 0.2 to 0.5 mm (2 to 6 pixels) over a line of writing, 255 where the pen went."""
    wide = rng.randint(2, 6)
    over = rng.uniform(-0.06, 0.06) * box.width
    left, right = box.left - abs(over), box.right + over
    top, tall = box.top, box.height
    middle = top + rng.uniform(0.42, 0.62) * tall
    slant = rng.uniform(-0.12, 0.12) * tall
    if kind == "slanted":
        slant = rng.choice((-1, 1)) * min(rng.uniform(0.3, 0.45) * tall, 0.08 * box.width)
    ways = [((left, middle - slant), (right, middle + slant))]
    if kind == "double":
        apart = rng.uniform(0.1, 0.18) * tall
        ways = [((a, y - d), (b, z - d)) for (a, y), (b, z) in ways for d in (-apart, apart)]
    if kind == "z":
        high, low = top + 0.2 * tall, top + 0.8 * tall
        ways = [((left, high), (right, high)), ((right, high), (left, low)), ((left, low), (right, low))]
    for start, end in ways:
        _draw(mask, list(_pen(start, end, rng)), wide)


def strike_words(mask: Image.Image, box: Box, kind: str, rng: random.Random) -> None:
    """One alternative of a label: shorter than an answer, so that people also cross it or scribble over it."""
    if kind in KINDS and not (kind == "slanted" and box.width < 4 * box.height):
        cross_out(mask, box, kind, rng)
        return
    wide = rng.randint(2, 6)
    left, right = box.left - rng.uniform(0, 0.2) * box.height, box.right + rng.uniform(-0.05, 0.2) * box.height
    top, foot = box.top + rng.uniform(-0.1, 0.25) * box.height, box.bottom + rng.uniform(-0.25, 0.1) * box.height
    if kind in ("slanted", "cross"):
        ways = [((left, foot), (right, top)), ((left, top), (right, foot))]
        for start, end in ways if kind == "cross" else [rng.choice(ways)]:
            _draw(mask, list(_pen(start, end, rng)), wide)
        return
    _draw(mask, list(_wave(left, right, box, rng) if kind == "wave" else _scribble(left, right, box, rng)), wide)


def ring(mask: Image.Image, box: Box, rng: random.Random) -> None:
    """Around a word, closed about as people close it."""
    wide, tall = rng.randint(2, 5), box.height
    across, up = box.width / 2 + rng.uniform(0.15, 0.3) * tall, tall / 2 + rng.uniform(0.1, 0.3) * tall
    x, y = box.middle_x + rng.uniform(-0.08, 0.08) * tall, box.middle_y + rng.uniform(-0.08, 0.08) * tall
    begin, ends = rng.uniform(0, 6.3), rng.uniform(6.1, 6.9)
    growth, power = rng.uniform(-0.04, 0.08), rng.uniform(0.65, 1.0)
    points = []
    for t in np.linspace(0, 1, 70):
        angle = begin + ends * t
        cos, sin = np.cos(angle), np.sin(angle)
        swell = 1 + growth * t
        points.append((
            float(x + across * swell * np.sign(cos) * abs(cos) ** power),
            float(y + up * swell * np.sign(sin) * abs(sin) ** power),
        ))
    _draw(mask, points, wide)


def inked(page: Image.Image, mask: Image.Image, colour: np.ndarray) -> Image.Image:
    """The page with what was drawn; ink darkens paper and does not cover print."""
    cover = np.asarray(mask.filter(ImageFilter.GaussianBlur(0.5)), dtype=np.float32)[..., None] / 255
    paper = np.asarray(page, dtype=np.float32)
    return Image.fromarray((paper * (1 - cover) + np.minimum(paper, colour) * cover + 0.5).astype(np.uint8))


def _wave(left: float, right: float, box: Box, rng: random.Random) -> Iterator[Point]:
    """A wavy line along the middle."""
    high, length = rng.uniform(0.12, 0.25) * box.height, rng.uniform(0.5, 1.1) * box.height
    phase, middle = rng.uniform(0, 6), box.top + rng.uniform(0.42, 0.62) * box.height
    for x in np.linspace(left, right, max(12, int((right - left) / 5))):
        yield float(x), float(middle + high * np.sin(phase + 6.283 * (x - left) / length))


def _scribble(left: float, right: float, box: Box, rng: random.Random) -> Iterator[Point]:
    """To and fro from end to end, steep or flat."""
    steep = max(7, int((right - left) / (rng.uniform(0.2, 0.4) * box.height)))
    turns = rng.choice((rng.randint(4, 6), steep))
    high, low = box.top + 0.15 * box.height, box.bottom - 0.1 * box.height
    points = []
    for n in range(turns + 1):
        y = (high, low)[n % 2] + rng.uniform(-0.08, 0.08) * box.height
        if turns <= 6:  # long flat strokes that come down
            x = (left, right)[n % 2] + rng.uniform(-0.05, 0.05) * box.width
            y = high + (low - high) * n / turns + rng.uniform(-0.05, 0.05) * box.height
        else:
            x = left + (right - left) * n / turns
        points.append((x, y))
    for start, end in pairwise(points):
        yield from _pen(start, end, rng)


def _pen(start: Point, end: Point, rng: random.Random) -> Iterator[Point]:
    """A hand's straight line: a slow bow and a tremor of a pixel or two."""
    bow, phase, tremor = rng.uniform(-3, 3), rng.uniform(0, 6), rng.uniform(0.3, 1.2)
    for t in np.linspace(0, 1, max(8, int(abs(end[0] - start[0]) / 12))):
        off = bow * 4 * t * (1 - t) + tremor * np.sin(phase + 19 * t)
        yield float(start[0] + t * (end[0] - start[0])), float(start[1] + t * (end[1] - start[1]) + off)


def _draw(mask: Image.Image, points: Sequence[Point], wide: int) -> None:
    ImageDraw.Draw(mask).line(list(points), fill=235, width=wide, joint="curve")
