"""Words that a pen struck out or ringed are told from print that nobody touched, and from what only seems so."""

from __future__ import annotations

import random

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from bench.pens import SHORT_KINDS, ring, strike_words
from digitizer.document import Mark
from digitizer.geometry import Box
from digitizer.imaging.crossed import ABOVE, BELOW, marks_on
from digitizer.stages.clean import clean_line
from tests.imaging.paper import FONTS, scanned

LABEL, SIZE, LEVEL = "Người đề nghị là {} của người được chứng nhận", 50, 110
LONG = ("Giấy tờ thay thế", "Căn cước công dân", "chồng", "con trai", "Hộ chiếu")
SHORT = ("Ông", "Bà", "vợ", "con", "Có")


class Strip:
    """A line of print at 300 dpi with words in its midst."""

    def __init__(self, words: str, font: str = "DejaVuSerif.ttf") -> None:
        self.image = Image.new("L", (1900, 200), 255)
        self.face = ImageFont.truetype(str(FONTS / font), round(SIZE * 0.82))
        self.mask = Image.new("L", self.image.size, 0)
        x = 60.0
        self.print: list[Box] = []
        draw = ImageDraw.Draw(self.image)
        for text in LABEL.split(" "):
            text = words if text == "{}" else text
            draw.text((x, LEVEL), text, font=self.face, fill=10, anchor="ls")
            left, top, right, foot = self.face.getbbox(text, anchor="ls")
            box = Box(x, LEVEL - ABOVE * SIZE, x + self.face.getlength(text), LEVEL + BELOW * SIZE)
            if text == words:
                self.box, self.ink = box, Box(x + left, LEVEL + top, x + right, LEVEL + foot)
            else:
                self.print.append(box)
            x += self.face.getlength(f"{text} ")

    def struck(self, kind: str, seed: int) -> Strip:
        strike_words(self.mask, self.ink, kind, random.Random(seed))
        return self

    def ringed(self, seed: int) -> Strip:
        ring(self.mask, self.ink, random.Random(seed))
        return self

    def underlined(self, seed: int) -> Strip:
        y = LEVEL + 6 + seed
        ImageDraw.Draw(self.mask).line((self.box.left - 5, y, self.box.right + 5, y), fill=235, width=3)
        return self

    def mark(self, seed: int = 1) -> Mark:
        self.image.paste(30, (0, 0), self.mask)
        worn = scanned(np.repeat(np.asarray(self.image)[..., None], 3, axis=2), seed=seed)[..., 0]
        (mark,) = marks_on(clean_line(worn, 300.0)[0], [self.box], self.print)
        return mark


@pytest.mark.parametrize("kind", SHORT_KINDS)
@pytest.mark.parametrize("words", LONG)
def test_words_under_strokes_are_struck_and_never_taken_for_untouched(words: str, kind: str) -> None:
    told = [Strip(words).struck(kind, seed).mark(seed) for seed in range(6)]
    assert set(told) <= {Mark.STRUCK, Mark.UNSURE}
    assert told.count(Mark.STRUCK) >= (2 if kind == "z" else 4)  # the bars of a Z may be parts of a ring


@pytest.mark.parametrize("words", SHORT)
def test_short_words_under_strokes_are_never_ringed_and_seldom_untouched(words: str) -> None:
    told = [Strip(words).struck(kind, seed).mark(seed) for kind in SHORT_KINDS for seed in range(3)]
    assert Mark.RINGED not in told
    assert told.count(Mark.STRUCK) >= 0.6 * len(told)
    assert told.count(Mark.NONE) <= 1


@pytest.mark.parametrize("font", ["DejaVuSerif.ttf", "DejaVuSans.ttf", "DejaVuSerif-Bold.ttf"])
@pytest.mark.parametrize("words", [*LONG, *SHORT, "III", "TÊN"])
def test_print_that_nobody_touched_is_not_marked(words: str, font: str) -> None:
    assert Strip(words, font).mark() is Mark.NONE


@pytest.mark.parametrize("words", [*LONG, "Ông", "con"])
def test_a_ring_is_told_and_never_a_strike(words: str) -> None:
    told = [Strip(words).ringed(seed).mark(seed) for seed in range(8)]
    assert Mark.STRUCK not in told
    assert told.count(Mark.RINGED) >= (2 if words == "con" else 6)  # a ring may touch the letters


@pytest.mark.parametrize("words", LONG)
def test_an_underline_strikes_nothing(words: str) -> None:
    told = {Strip(words).underlined(seed).mark(seed) for seed in range(4)}
    assert told <= {Mark.NONE, Mark.UNSURE}
