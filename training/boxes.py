"""Rows of digit boxes, one character a box, typed or by hand: the answer is the characters, borders are nothing."""

from __future__ import annotations

import random
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw

from training.digits import digit
from training.faces import load, pick
from training.hands import Hands
from training.paper import Ink, fit
from training.printed import Line

EMPTY, LETTERS = 0.04, 0.08  # shares of boxes nobody filled, and of lines that hold capitals too
DRAWN, BARE = 0.5, 0.3  # shares of digits by our own strokes, and of rows whose borders somebody has taken away


class Boxes:
    """One row of boxes a call. `hands` writes and scans for it."""

    def __init__(self, rng: random.Random, print_fonts: list[Path], hands: Hands) -> None:
        self.rng, self.print_fonts, self.hands = rng, print_fonts, hands

    def __call__(self) -> Line:
        r = self.rng
        count = r.choice((1, 1, 2, 4, 8, 9, 10, 12, 12, 12, 12, 13))
        if r.random() < DRAWN:
            return self.drawn(count)
        letters = "0123456789" + ("ABCDEGHKLMNPQRSTUVXY" if r.random() < LETTERS else "")
        written = 0 if r.random() < EMPTY else r.choice((count, count, r.randint(1, count)))
        text = "".join(r.choice(letters) for _ in range(written))
        wide, tall, edge = r.uniform(34, 64), r.uniform(46, 66), r.uniform(2, 14)
        width, height = int(count * wide + 2 * edge), int(tall + 2 * edge * r.uniform(0.1, 1))
        top = (height - tall) / 2
        byhand = r.random() < 0.65
        ink = self._written(text, (edge, top + tall * 0.5), (wide, tall), (height, width), byhand)
        if byhand:
            ink = self.hands.pen(ink) if r.random() < 0.75 else ink
            ink = self.hands.bent(ink)
        ink = np.maximum(ink * r.uniform(0.6, 1), self._borders((edge, top), (wide, tall), count, (height, width)))
        return fit(self.hands.paper.scan(ink)), text

    def drawn(self, count: int) -> Line:
        """Digits of our own strokes, in boxes or pushed together as the read stage does with the cells of a comb."""
        r, bare = self.rng, self.rng.random() < BARE
        text = "".join(r.choice("0123456789") for _ in range(count))
        wide, tall = r.uniform(34, 64), r.uniform(46, 66)
        width = tall * r.choice((r.uniform(0.03, 0.07), r.uniform(0.05, 0.13), r.uniform(0.08, 0.18)))
        size = (wide * r.uniform(0.5, 0.8), tall * r.uniform(0.5, 0.92))
        digits = [digit(r, character, size, width) for character in text]
        steps = [d.shape[1] + r.uniform(2, 12) if bare else wide for d in digits]
        edge = r.uniform(3, 14)
        height, across = int(max(tall, max(d.shape[0] for d in digits)) + edge), int(sum(steps) + 2 * edge + 8)
        ink: Ink = np.zeros((height, across), np.float32)
        x = edge
        for one, step in zip(digits, steps, strict=True):
            left = int(x if bare else x + max(0.0, (step - one.shape[1]) * r.uniform(0.15, 0.85)))
            top = int(max(0.0, (height - one.shape[0]) * r.uniform(0.2, 0.8)))
            part = ink[top : top + one.shape[0], left : left + one.shape[1]]
            np.maximum(part, one[: part.shape[0], : part.shape[1]], out=part)
            x += step
        ink *= r.uniform(0.6, 1)
        if not bare:
            ink = np.maximum(ink, self._borders((edge, (height - tall) / 2), (wide, tall), count, ink.shape))
        return fit(self.hands.paper.scan(ink)), text

    def _written(
        self, text: str, at: tuple[float, float], box: tuple[float, float], shape: tuple[int, int], byhand: bool
    ) -> Ink:
        """Each character near the middle of its box; hands miss it more."""
        r, image = self.rng, Image.new("L", shape[::-1], 0)
        draw, path = ImageDraw.Draw(image), pick(self.hands.hands if byhand else self.print_fonts, self.rng)
        size, stray = box[1] * r.uniform(0.55, 0.95 if byhand else 0.75), 0.1 if byhand else 0.02
        font = load(path, int(size))
        for number, character in enumerate(text):
            if byhand and r.random() < 0.1:
                font = load(pick(self.hands.hands, r), int(size))
            x = at[0] + box[0] * (number + 0.5 + r.gauss(0, stray))
            y = at[1] + box[1] * r.gauss(0, stray)
            draw.text((x, y), character, font=font, fill=255, anchor="mm")
        return np.asarray(image).astype(np.float32)

    def _borders(
        self, at: tuple[float, float], box: tuple[float, float], count: int, shape: tuple[int, ...]
    ) -> Ink:
        r = self.rng
        ink: Ink = np.zeros(shape, np.float32)
        dark, thick = r.uniform(90, 255), r.randint(1, 3)
        gap = r.choice((0, 0, 0, r.uniform(2, 8)))  # boxes that touch, or each by itself
        for number in range(count):
            left, top = at[0] + number * box[0] + gap / 2, at[1]
            corner = (int(left + box[0] - gap), int(top + box[1]))
            cv2.rectangle(ink, (int(left), int(top)), corner, dark, thick)
        if r.random() < 0.15:
            ink[: int(shape[0] * r.uniform(0, 0.3))] = 0  # the crop or the print lost an edge
        return ink
