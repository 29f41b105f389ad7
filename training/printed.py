"""Typed and printed lines: an answer over its leaders, a bare leader line, or a whole line with its label."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from training.alphabet import LEADER
from training.faces import load, pick
from training.paper import Ink, Paper, fit
from training.text import Writer

Line = tuple[NDArray[Any], str]  # gray, 48 px high, and what stands on it
# Shares of bare leader lines, whole lines, dates on printed slashes, lines of running text.
EMPTY, WHOLE, SLASHED, RUNNING = 0.045, 0.10, 0.04, 0.17
STRUCK, MARKED, SEALED = 0.03, 0.03, 0.05  # shares of lines with a struck word, a footnote mark, a seal over them


class Printed:
    """One typed line a call."""

    def __init__(self, rng: random.Random, fonts: list[Path]) -> None:
        self.rng, self.fonts, self.writer, self.paper = rng, fonts, Writer(rng), Paper(rng, fonts)

    def __call__(self) -> Line:
        roll = self.rng.random()
        if roll < EMPTY:
            return self.typed("")
        if roll < EMPTY + WHOLE:
            return self.whole()
        if roll < EMPTY + WHOLE + SLASHED:
            return self.slashed()
        return self.running() if roll < EMPTY + WHOLE + SLASHED + RUNNING else self.typed(self.writer.line())

    def typed(self, text: str) -> Line:
        """The answer with its leaders under it and far behind it; before it maybe a struck word or a footnote mark."""
        r, size = self.rng, self.rng.uniform(38, 56)
        font = load(pick(self.fonts, r), int(size))
        left, wide = r.uniform(0, 25) if r.random() < 0.8 else r.uniform(25, 250), font.getlength(text)
        roll = r.random() if text else 1.0
        struck, marked = roll < STRUCK, STRUCK <= roll < STRUCK + MARKED
        before = self.writer.name().split()[0] if struck else f"({r.randint(1, 6)})" if marked else ""
        start, left = left, left + (font.getlength(before + "  ") if before else 0)
        tail = r.choice((5, 20, 60, 150)) * r.random() if r.random() < 0.7 else r.uniform(150, 800)
        up, down = int(size * r.uniform(0.92, 1.5)), int(size * r.uniform(0.2, 0.5))
        shape = (up + down, int(left + wide + tail + 8 + (size if not text else 0)))
        ink = self._draw(text, font, (left, up), shape) * r.uniform(0.7, 1)
        if struck:
            ink = np.maximum(ink, self._struck(before, font, (start, up), shape))
        elif marked:
            ink = np.maximum(ink, self._mark(before, size, (start, up), shape))
            text = f"{before} {text}"
        # On leaders nobody can tell a full stop from the dots; running text stands on none.
        if not text.endswith(".") and not (". " in text and r.random() < 0.9):
            # Answers are typed on their leaders; lower dots stand where the dot of nặng does, and no eye can tell.
            below = r.uniform(-0.05, 0.1) if r.random() < 0.75 else r.uniform(0.1, 0.2)
            ink = np.maximum(ink, self.paper.leaders(size, up + size * below, shape[1], shape[0]))
        if tail > size and r.random() < 0.12:  # the form's own comma behind the leaders
            place = (shape[1] - size * r.uniform(0.2, 0.5), up)
            ink = np.maximum(ink, self._draw(r.choice(",,;.:"), font, place, shape))
        return fit(self.paper.scan(self._crowded(ink, size, up, left, tail))), text

    def whole(self) -> Line:
        """Label, leaders, answer, leaders; any stretch of leaders is one LEADER in the text."""
        r, size = self.rng, self.rng.uniform(38, 52)
        font = load(pick(self.fonts, r), int(size))
        answer_font = font if r.random() < 0.5 else load(pick(self.fonts, r), int(size * r.uniform(0.85, 1.05)))
        up, height = int(size * r.uniform(0.95, 1.3)), int(size * r.uniform(1.3, 1.6))
        unit, x, text = r.choice((".", ".", "…")), r.uniform(2, 20), ""
        image = Image.new("L", (2400, height), 0)
        draw = ImageDraw.Draw(image)
        step = max(1.0, font.getlength(unit))
        for _ in range(r.randint(1, 2)):
            label = self.writer.label()[:28].rstrip() + r.choice((":", ":", ""))
            answer = self.writer.line(20) if r.random() < 0.7 else ""
            dots = int(r.uniform(60, 300) / step) + 4
            parts = [(label, font), (" " + unit * dots if not answer else " ", font), (answer, answer_font)]
            for part, face in parts:
                draw.text((x, up), part, font=face, fill=255, anchor="ls")
                if part == answer and answer:
                    dotted = int((face.getlength(part) + r.uniform(0, 120)) / step)
                    draw.text((x, up + size * 0.04), unit * dotted, font=font, fill=255, anchor="ls")
                    x += max(dotted * step, face.getlength(part))
                else:
                    x += face.getlength(part)
            x += size * 0.25
            text += f"{label} {answer or LEADER} "
        ink = np.asarray(image).astype(np.float32)[:, : int(x + r.uniform(2, 20))]
        return fit(self.paper.scan(ink * r.uniform(0.75, 1))), text.strip()

    def running(self) -> Line:
        """A line of a regulation or a list: on no leaders, so that each of its stops counts; as small as 10 pt at
        200 dpi, and with the gaps of justified text and of columns."""
        r, size = self.rng, int(self.rng.uniform(25, 52))
        font, text = load(pick(self.fonts, r), size), self.writer.running()
        up, down, x = int(size * r.uniform(0.88, 1.3)), int(size * r.uniform(0.22, 0.5)), r.uniform(1, 20)
        justified, columns = r.choice((1.0, r.uniform(0.75, 1.8))), r.random() < 0.15
        words = text.split(" ")
        image = Image.new("L", (int(font.getlength(text) * 2 + size * (8 + 3 * len(words))), up + down), 0)
        draw = ImageDraw.Draw(image)
        for word in words:
            draw.text((x, up), word, font=font, fill=255, anchor="ls")
            gap = r.uniform(1, 5) if columns and r.random() < 0.4 else 1.0
            x += font.getlength(word) + font.getlength(" ") * justified * gap
        width = int(x + r.uniform(0, 40))
        ink = np.asarray(image).astype(np.float32)[:, :width] * r.uniform(0.7, 1)
        if r.random() < 0.25:
            ink = np.maximum(ink, self.paper.neighbour(self.writer.running(), size, width, up + down))
        return fit(self.paper.scan(ink)), text

    def slashed(self) -> Line:
        """A date typed between the form's own slashes: "....25.... / ....08.... / ..1981.."."""
        r, size = self.rng, self.rng.uniform(38, 56)
        font, own = load(pick(self.fonts, r), int(size)), load(pick(self.fonts, r), int(size * r.uniform(0.9, 1.15)))
        parts = (f"{r.randint(1, 31):02d}", f"{r.randint(1, 12):02d}", str(r.randint(1930, 2026)))
        up, height = int(size * r.uniform(0.95, 1.4)), int(size * r.uniform(1.3, 1.8))
        image, x = Image.new("L", (int(size * 26), height), 0), r.uniform(0, 60)
        draw = ImageDraw.Draw(image)
        for number, part in enumerate(parts):
            x += r.uniform(0, 1.2) * size
            draw.text((x, up - r.uniform(0, 4)), part, font=font, fill=255, anchor="ls")
            x += font.getlength(part) + r.uniform(0, 1.2) * size
            if number < 2:
                draw.text((x, up), "/", font=own, fill=255, anchor="ls")
                x += own.getlength("/")
        width = int(x + r.uniform(4, 200))
        ink = np.asarray(image).astype(np.float32)[:, :width]
        ink = np.maximum(ink * r.uniform(0.75, 1), self.paper.leaders(size, up, width, height)[:, : ink.shape[1]])
        return fit(self.paper.scan(ink)), "/".join(parts)

    def _draw(self, text: str, font: ImageFont.FreeTypeFont, at: tuple[float, int], shape: tuple[int, int]) -> Ink:
        r, image, x = self.rng, Image.new("L", shape[::-1], 0), at[0]
        draw = ImageDraw.Draw(image)
        if r.random() < 0.3:
            for word in text.split(" "):
                draw.text((x, at[1] + r.uniform(-1.5, 1.5)), word, font=font, fill=255, anchor="ls")
                x += font.getlength(word + " ") * r.uniform(0.97, 1.04)
        else:
            draw.text((x, at[1]), text, font=font, fill=255, anchor="ls")
        ink: Ink = np.asarray(image).astype(np.float32)
        if r.random() < 0.4:
            turn = cv2.getRotationMatrix2D((shape[1] / 2, shape[0] / 2), r.uniform(-0.6, 0.6), 1)
            ink = cv2.warpAffine(ink, turn, shape[::-1])
        return ink

    def _mark(self, mark: str, size: float, at: tuple[float, int], shape: tuple[int, int]) -> Ink:
        """A footnote mark: small and raised."""
        r, image = self.rng, Image.new("L", shape[::-1], 0)
        small = load(pick(self.fonts, r), int(size * r.uniform(0.5, 0.7)))
        place = (at[0], at[1] - size * r.uniform(0.1, 0.35))
        ImageDraw.Draw(image).text(place, mark, font=small, fill=255, anchor="ls")
        return np.asarray(image).astype(np.float32)

    def _struck(self, text: str, font: ImageFont.FreeTypeFont, at: tuple[float, int], shape: tuple[int, int]) -> Ink:
        """A word crossed out by one stroke, two, or a zigzag; it is not part of the answer."""
        r, image = self.rng, Image.new("L", shape[::-1], 0)
        draw = ImageDraw.Draw(image)
        draw.text(at, text, font=font, fill=255, anchor="ls")
        x0, top, x1, bottom = draw.textbbox(at, text, font=font, anchor="ls")
        tall = bottom - top
        for _ in range(r.choice((1, 1, 2))):
            y = top + tall * r.uniform(0.4, 0.7)
            draw.line(((x0 - 4, y), (x1 + 4, y + r.uniform(-0.15, 0.15) * tall)), fill=255, width=r.randint(2, 5))
        if r.random() < 0.3:
            points = [(x0 + (x1 - x0) * k / 8, top + tall * (0.2 if k % 2 else 0.8)) for k in range(9)]
            draw.line(points, fill=255, width=r.randint(2, 4))
        return np.asarray(image).astype(np.float32)

    def _crowded(self, ink: Ink, size: float, base: float, left: float, tail: float) -> Ink:
        r, (height, width) = self.rng, ink.shape
        if r.random() < 0.42:
            dots = "." * r.choice((0, 10, 40))
            text = f"{self.writer.label()} {dots}  {self.writer.line()} {dots}  {self.writer.label()}"
            ink = np.maximum(ink, self.paper.neighbour(text, size, width, height))
        if r.random() < 0.35:
            ink = np.maximum(ink, self.paper.edges(size, base, left, tail, (height, width)))
        if r.random() < 0.15:
            ink = np.maximum(ink, self.paper.frame(width, height))
        if r.random() < SEALED:
            ink = np.maximum(ink, self.paper.seal(width, height))
        return ink
