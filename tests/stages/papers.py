"""Pages for the tests of the middle stages: takes words and lines, gives CleanPage and PageText without a scan."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from digitizer.document import CleanPage, Leader, Line, PageText, Word
from digitizer.geometry import Box
from digitizer.template import Template

DPI = 300.0
LETTER = 50  # px, 12 pt
PITCH = 90


class Paper:
    """A sheet that is written on line by line; `y` of a line is its baseline."""

    def __init__(self, width: int = 2480, height: int = 3508, number: int = 1) -> None:
        self.number = number
        self.gray = np.full((height, width), 255, np.uint8)
        self.ink = self.gray.copy()
        self.words: dict[float, list[Word]] = {}
        self.leaders: list[Leader] = []
        self.rules: list[Box] = []
        self.cells: list[Box] = []

    def text(self, x: float, y: float, text: str) -> float:
        """Recognised words from x on, each letter 24 px wide; gives where the text ends."""
        for word in text.split():
            width = 24 * len(word)
            self.words.setdefault(y, []).append(Word(word, Box(x, y - 36, x + width, y), 0.95))
            self.blot(Box(x + 2, y - 34, x + width - 2, y))
            x += width + 14
        return x - 14

    def leader(self, left: float, right: float, y: float) -> None:
        self.leaders.append(Leader(Box(left, y - 5, right, y), 12.0))
        for x in range(int(left), int(right), 12):
            self.gray[int(y) - 5:int(y), x:x + 5] = 0

    def blot(self, box: Box) -> None:
        """Ink that stands for something written."""
        for layer in (self.gray, self.ink):
            layer[box.slices()] = 30

    def cell(self, box: Box) -> None:
        self.cells.append(box)
        corners = (int(box.left), int(box.top)), (int(box.right), int(box.bottom))
        cv2.rectangle(self.gray, *corners, 0, 3)

    def page(self, blank: bool = False) -> CleanPage:
        return CleanPage(
            self.number, lambda: np.zeros((2, 2, 3), np.uint8), self.gray, self.ink, DPI, leaders=tuple(self.leaders),
            rules=tuple(self.rules), cells=tuple(self.cells), blank=blank,
        )

    def read(self) -> PageText:
        lines = (Line(tuple(sorted(words, key=lambda w: w.box.left))) for _, words in sorted(self.words.items()))
        return PageText(self.number, tuple(lines))


def small_page(number: int, lines: Sequence[str], blank: bool = False) -> tuple[CleanPage, PageText]:
    """A page whose pixels do not matter: one recognised line per text."""
    pixels = np.full((40, 30), 255, np.uint8)
    page = CleanPage(number, lambda: np.zeros((40, 30, 3), np.uint8), pixels, pixels, DPI, blank=blank)
    found = []
    for row, text in enumerate(lines):
        boxes = (Box(100 + 200 * i, 60 * row, 280 + 200 * i, 60 * row + 40) for i in range(len(text.split())))
        words = [Word(word, box, 0.9) for word, box in zip(text.split(), boxes, strict=True)]
        found.append(Line(tuple(words)))
    return page, PageText(number, tuple(found))


def printed(template: Template) -> list[str]:
    """The form's own print, a line an item."""
    return [item.text for item in template.items]
