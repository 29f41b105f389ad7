"""Everything on a line's paper but the answer: leaders, rules, neighbours' bits, struck letters; then the scanner.

Ink is float32 H × W, 0 for paper and 255 for full ink; a scan is uint8 H × W, dark on light."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from training.faces import load, pick

Ink = NDArray[Any]
HEIGHT = 48  # px, what the recogniser reads


class Paper:
    """Draws on one line's paper with the given fonts."""

    def __init__(self, rng: random.Random, fonts: list[Path]) -> None:
        self.rng, self.fonts = rng, fonts

    def leaders(self, size: float, base: float, width: int, height: int) -> Ink:
        """Dots, ellipses, drawn dots, dashes or a rule at `base` px from the top, maybe broken off; or nothing."""
        r, roll = self.rng, self.rng.random()
        ink: Ink = np.zeros((height, width), np.float32)
        if roll < 0.42:
            ink = self._typed(size * r.uniform(0.8, 1.1), base, width, height)
        elif roll < 0.72:
            ink = self._drawn(base, width, height)
        elif roll < 0.77:
            pitch, share = r.uniform(8, 22), r.uniform(0.4, 0.8)
            for x in np.arange(-r.uniform(0, pitch), width, pitch):
                cv2.line(ink, (int(x), int(base)), (int(x + pitch * share), int(base)), 255, r.randint(1, 3))
        elif roll < 0.87:
            cv2.line(ink, (0, int(base)), (width, int(base + r.uniform(-2, 2))), 255, r.randint(1, 4))
        if r.random() < 0.12:
            ink[:, : r.randint(0, max(1, width // 2))] = 0
        if r.random() < 0.08:
            start = r.randint(0, width)
            ink[:, start : start + r.randint(20, 200)] = 0
        return ink * r.uniform(0.5, 1)

    def _typed(self, size: float, base: float, width: int, height: int) -> Ink:
        r, image = self.rng, Image.new("L", (width, height), 0)
        font = load(pick(self.fonts, r), int(size))
        unit = r.choice((".", ".", ".", "…", "…", "_", "-", ". ", "·"))
        text = unit * int(width / max(1.0, font.getlength(unit)) + 30)
        ImageDraw.Draw(image).text((-r.uniform(0, 30), base), text, font=font, fill=255, anchor="ls")
        return np.asarray(image).astype(np.float32)

    def _drawn(self, base: float, width: int, height: int) -> Ink:
        """Round dots between pixels: positions in sixteenths of a px."""
        r, ink = self.rng, np.zeros((height, width), np.float32)
        pitch, radius = r.uniform(5, 14), r.uniform(1.0, 3.0)
        for x in np.arange(r.uniform(0, pitch), width, pitch):
            cv2.circle(ink, (int(x * 16), int(base * 16)), int(radius * 16), 255, -1, cv2.LINE_AA, 4)
        return ink

    def neighbour(self, text: str, size: float, width: int, height: int) -> Ink:
        """The feet of the line above or the heads of the line below.

        Above, mostly what hangs under the line: tails, commas, the dots of nặng, which look like marks of the answer's
        capitals; seldom the bottoms of letters too."""
        r, image = self.rng, Image.new("L", (width, height), 0)
        size *= r.uniform(0.85, 1.15)
        font = load(pick(self.fonts, r), int(size))
        above = size * (r.uniform(-0.2, 0.03) if r.random() < 0.7 else r.uniform(0.03, 0.25))
        base = above if r.random() < 0.65 else height + font.getmetrics()[0] * r.uniform(0.6, 0.8)
        ImageDraw.Draw(image).text((r.uniform(-200, 40), base), text, font=font, fill=255, anchor="ls")
        return np.asarray(image).astype(np.float32)

    def edges(self, size: float, base: float, left: float, right: float, shape: tuple[int, int]) -> Ink:
        """Parts of letters cut by the left and right edge; `left`, `right`: free px there."""
        r, image = self.rng, Image.new("L", (shape[1], shape[0]), 0)
        draw, font = ImageDraw.Draw(image), load(pick(self.fonts, self.rng), int(size))
        for side in r.sample(("left", "right"), r.randint(1, 2)):
            letter = r.choice("abcdeghiklmnopqrstuvxyABCDGHKLNMPQSTVX():;,")
            wide = font.getlength(letter)
            seen = r.uniform(0.1, 0.6) * wide
            if side == "left" and left > seen + 4:
                draw.text((seen - wide, base), letter, font=font, fill=255, anchor="ls")
            if side == "right" and right > seen + 8:
                draw.text((shape[1] - seen, base), letter, font=font, fill=255, anchor="ls")
        return np.asarray(image).astype(np.float32)

    def frame(self, width: int, height: int, end: int = 0) -> Ink:
        """Borders of a cell or box, and strokes that reach in from the lines above and below.

        `end`: px where the writing ends; behind it stands the right border, somewhere."""
        r = self.rng
        ink: Ink = np.zeros((height, width), np.float32)
        if r.random() < 0.4:
            y = int(height * r.choice((r.uniform(0, 0.08), r.uniform(0.9, 0.99))))
            cv2.line(ink, (0, y), (width, y + int(r.uniform(-3, 3))), r.uniform(120, 255), r.randint(1, 4))
        if r.random() < 0.25:
            behind = r.uniform(min(end + 4, width - 2), width) if end else width - r.uniform(1, 20)
            x = int(r.choice((behind, behind, r.uniform(0, 5))))
            cv2.line(ink, (x, 0), (x + int(r.uniform(-2, 2)), height), r.uniform(120, 255), r.randint(1, 4))
        for _ in range(r.choice((0, 0, 0, 1, 2, 4))):
            start, up = r.uniform(0, width), r.random() < 0.7
            edge, depth = (0 if up else height - 1), height * r.uniform(0.05, 0.2) * (1 if up else -1)
            points = [(start, edge), (start + r.uniform(-9, 12), edge + depth), (start + r.uniform(-20, 25), edge)]
            cv2.polylines(ink, [np.array(points, np.int32)], False, r.uniform(150, 255), r.randint(1, 3), cv2.LINE_AA)
        return ink

    def seal(self, width: int, height: int) -> Ink:
        """Parts of a round seal over the line: its rings and some letters, in an ink that is gray once red is gone."""
        r = self.rng
        ink: Ink = np.zeros((height, width), np.float32)
        radius = height * r.uniform(1.2, 3)
        middle = (int(r.uniform(0, width)), int(r.uniform(-0.8, 1.8) * height))
        for share in (1.0, 0.93, 0.55):
            cv2.circle(ink, middle, int(radius * share), 255, r.randint(1, 4), cv2.LINE_AA)
        return ink * r.uniform(0.1, 0.4)

    def scan(self, ink: Ink) -> NDArray[Any]:
        """Light, blur, noise, JPEG, bilevel, 150-300 dpi."""
        r, (height, width) = self.rng, ink.shape
        gray: NDArray[Any] = r.uniform(150, 255) * (1 - ink / 255 * (1 - r.uniform(0, 0.45)))
        bilevel = r.random() < 0.1
        if r.random() < 0.5 and not bilevel:  # a scanner that makes bilevel pages evens the light first
            gray = gray * np.linspace(1, r.uniform(0.8, 1), width)[None]
        gray = cv2.GaussianBlur(gray, (0, 0), r.uniform(0.4, 1.6))
        noise = np.random.default_rng(r.getrandbits(32)).standard_normal((height, width), np.float32)
        scan: NDArray[Any] = np.clip(gray + noise * r.uniform(0, 10), 0, 255).astype(np.uint8)
        if r.random() < 0.3:
            share = r.uniform(0.5, 0.9)
            scan = cv2.resize(scan, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
        if r.random() < 0.5:
            packed = cv2.imencode(".jpg", scan, [cv2.IMWRITE_JPEG_QUALITY, r.randint(40, 92)])[1]
            scan = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE))
        if bilevel:
            scan = cv2.threshold(scan, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1]
        return scan


def fit(gray: NDArray[Any], height: int = HEIGHT) -> NDArray[Any]:
    """A gray line at the recogniser's height, at least as wide as high."""
    h, w = gray.shape
    size = (max(height, round(w * height / h)), height)
    return cv2.resize(gray, size, interpolation=cv2.INTER_AREA if h > height else cv2.INTER_CUBIC)
