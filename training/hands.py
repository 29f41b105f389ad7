"""Lines as hands write them: letters of any Latin handwriting font, marks of our own pen, a ballpoint's path."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from skimage.morphology import skeletonize

from training.faces import has_letter, load, pick, vietnamese
from training.marks import DOT, Pen
from training.paper import Ink, Paper, fit
from training.printed import Line
from training.text import BY_HAND, Writer

PLAIN = {"đ": "d", "Đ": "D"}
# Fonts whose letters join: a word is drawn whole, or the joints would break.
JOINED = (
    "playwrite", "edu-nsw", "dancing-script", "damion", "satisfy", "sacramento", "allura", "birthstone", "cookie",
    "kolker", "ephesis", "norican", "zeyada", "la-belle", "marck", "homemade", "charm", "rancho", "mansalva",
)
UNDOTTED, FORGOTTEN = 0.8, 0.08  # shares of i without its dot: under a tone, and by itself
HORNLESS = 0.06  # words with ươ where the pen leaves out the first horn
JOINED_SHARE = 0.3  # of lines, beside those that any font gives: school cursive is what most people here have learnt


@dataclass(frozen=True, slots=True)
class Style:
    """How one line is written: px sizes, `spread` of letters and `gap` of words as factors, `whole`: words in one go,
    `own`: the font's own marks instead of our pen's."""

    path: Path
    size: float
    spread: float
    gap: float
    whole: bool
    own: bool
    uneven: bool
    drift: float


class Hands:
    """One handwritten line a call. `hands`: Latin fonts; `print_fonts`: for leaders and labels around the hand."""

    def __init__(self, rng: random.Random, hands: list[Path], print_fonts: list[Path]) -> None:
        self.rng, self.hands, self.paper = rng, hands, Paper(rng, print_fonts)
        self.joined = [path for path in hands if any(name in str(path) for name in JOINED)]
        self.writer = Writer(rng, BY_HAND)

    def __call__(self) -> Line:
        r = self.rng
        text = self.writer.line()
        if r.random() < 0.6:  # most people write an address without commas
            text = " ".join(text.replace(",", " ").split()) or text
        if r.random() < 0.25:
            text = text.title()
        ink = self.letters(text)
        ink = self.bent(self.pen(ink) if r.random() < 0.75 else ink)
        rows, columns = np.where(ink > 60)
        if not len(columns):
            return self()
        up = max(0.0, float(np.percentile(rows, r.uniform(0, 1.5))) - r.uniform(2, 18))
        down = min(ink.shape[0], float(np.percentile(rows, r.uniform(98.5, 100))) + r.uniform(2, 18))
        left = max(0, int(columns.min() - r.uniform(2, 60)))
        end = int(columns.max())
        right = end + int(r.uniform(2, 120) if r.random() < 0.8 else r.uniform(120, 600))
        ink = cv2.copyMakeBorder(ink, 0, 0, 0, max(0, right - ink.shape[1]), cv2.BORDER_CONSTANT, value=0)
        ink = ink[int(up) : int(down), left:right]
        height, width = ink.shape
        ink = np.maximum(ink * r.uniform(0.5, 1), self.paper.frame(width, height, end - left))
        if r.random() < 0.45:
            leaders = self.paper.leaders(height * 0.7, height * r.uniform(0.62, 0.95), width, height)
            ink = np.maximum(ink, leaders)
        return fit(self.paper.scan(ink)), text

    def style(self) -> Style:
        r = self.rng
        path = pick(self.joined if self.joined and r.random() < JOINED_SHARE else self.hands, r)
        joined = path in self.joined
        whole = joined or r.random() < 0.15
        spread = r.uniform(0.96, 1.0) if joined else r.uniform(0.8, 1.2)
        return Style(
            path, r.uniform(60, 80), spread, r.uniform(0.5, 2.2), whole, vietnamese(path) and r.random() < 0.35,
            r.random() < 0.4, r.uniform(-0.012, 0.012),
        )

    def letters(self, text: str) -> Ink:
        """Word by word, with jitter of size, spacing and writing line; now and then another font within a line."""
        r, style = self.rng, self.style()
        font = load(style.path, int(style.size))
        width = int(font.getlength(text) * style.spread * 1.35 + 60 * len(text.split()) + 300)
        image, x, wander = Image.new("L", (width, int(style.size * 3.6)), 0), 60.0, 0.0
        draw = ImageDraw.Draw(image)
        pen = Pen(r, draw, style.size * 0.42, max(2, int(style.size * r.uniform(0.035, 0.075))))
        path = style.path
        for word in text.split(" "):
            if r.random() < 0.05 and not style.own:
                path = pick(self.hands, r)
            font = load(path, int(style.size * (r.uniform(0.9, 1.1) if style.uneven else 1)))
            tight = r.uniform(0.75, 1) if r.random() < 0.15 else 1.0  # a word in a hurry
            start = x
            for number, character in enumerate(_hornless(word) if r.random() < HORNLESS else word):
                wander += (0 if style.whole and number else r.uniform(-1.2, 1.2)) - 0.1 * wander
                y = style.size * 2.0 + wander + style.drift * x
                if style.whole:
                    x = start + font.getlength("".join(map(_bare, word[:number]))) * style.spread * tight
                self._letter(character, (x, y), font, pen, style.own)
                x += font.getlength(_bare(character)) * style.spread * tight * r.uniform(0.93, 1.07)
            x += style.size * 0.25 * style.gap * r.uniform(0.7, 1.4)
        return np.asarray(image).astype(np.float32)

    def _letter(
        self, character: str, at: tuple[float, float], font: ImageFont.FreeTypeFont, pen: Pen, own: bool
    ) -> None:
        if own:
            pen.draw.text(at, character, font=font, fill=255, anchor="ls")
            return
        letter, marks = _bare(character), unicodedata.normalize("NFD", character)[1:]
        if letter == "T" and pen.habit.own_t:
            pen.capital_t(pen.draw.textbbox(at, letter, font=font, anchor="ls"))
            return
        if letter == "i" and self.rng.random() < (UNDOTTED if marks and marks != DOT else FORGOTTEN) and _dotless(font):
            letter = "ı"
        pen.draw.text(at, letter, font=font, fill=255, anchor="ls")
        box = pen.draw.textbbox(at, letter, font=font, anchor="ls")
        if character in PLAIN:
            pen.bar(box, character == "Đ")
        pen.marks(marks, box, at[1])

    def pen(self, ink: Ink) -> Ink:
        """The same path with a ballpoint's width, which changes along the way; a careless one fills narrow loops."""
        r, dark = self.rng, ink > 110
        if r.random() < 0.2:
            dark = cv2.GaussianBlur(ink, (0, 0), r.uniform(1.5, 3.5)) > r.uniform(60, 100)
        path = skeletonize(dark)
        away = cv2.distanceTransform((~path).astype(np.uint8), cv2.DIST_L2, 3)
        noise = self._field(ink.shape, 14)
        radius = r.uniform(0.9, 2.6) * (1 + 0.35 * noise * r.random())
        return np.clip(radius - away + 0.5, 0, 1).astype(np.float32) * 255

    def bent(self, ink: Ink) -> Ink:
        """Slant, a slow waver of the hand, and letters that grow wider and narrower, higher and lower on the way."""
        r, (height, width) = self.rng, ink.shape
        rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
        dx, dy = (self._field(ink.shape, r.uniform(9, 22)) * r.uniform(0, 3.2) for _ in range(2))
        slant, middle = r.gauss(0.12, 0.22), height * 0.55
        if r.random() < 0.5:  # narrow hands and wide ones
            columns = columns * r.uniform(0.8, 1.6)
        rows_from = rows + dy
        if r.random() < 0.5:
            along = self._along(width, r.uniform(0, 0.3))
            columns = columns + np.cumsum(along).astype(np.float32)[None]
            tall = 1 + self._along(width, r.uniform(0, 0.15))
            rows_from = middle + (rows - middle) * tall[None] + dy
        return cv2.remap(ink, columns + dx + slant * (rows - middle), rows_from.astype(np.float32), cv2.INTER_LINEAR)

    def _along(self, width: int, share: float) -> Ink:
        """Smooth change along the line: mean 0, within ±0.45; knots 60-200 px apart."""
        r = self.rng
        knots = np.array([r.gauss(0, share) for _ in range(max(2, int(width / r.uniform(60, 200))))], np.float32)
        smooth: Ink = cv2.resize(knots[None], (width, 1), interpolation=cv2.INTER_LINEAR)[0]
        return np.clip(smooth - smooth.mean(), -0.45, 0.45)

    def _field(self, shape: tuple[int, ...], grain: float) -> Ink:
        """Smooth noise of deviation 1; made at a quarter of the size, as blurring is what costs."""
        small = (max(2, shape[0] // 4), max(2, shape[1] // 4))
        noise: Ink = np.random.default_rng(self.rng.getrandbits(32)).standard_normal(small, np.float32)
        noise = cv2.GaussianBlur(noise, (0, 0), grain / 4)
        return cv2.resize(noise / (noise.std() + 1e-6), shape[::-1], interpolation=cv2.INTER_LINEAR)


def _bare(character: str) -> str:
    """The letter of a Latin font under the marks."""
    return PLAIN.get(character, unicodedata.normalize("NFD", character)[0])


def _dotless(font: ImageFont.FreeTypeFont) -> bool:
    return has_letter(Path(str(font.path)), "ı")


def _hornless(word: str) -> str:
    """uơ for ươ: it is read as ươ all the same."""
    return word.replace("ươ", "uơ").replace("ướ", "uớ").replace("ườ", "uờ").replace("ượ", "uợ")
