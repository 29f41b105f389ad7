"""A stroke through writing is told from everything else that runs along a line."""

from __future__ import annotations

import random
from functools import partial

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from bench.strikes import KINDS, cross_out
from digitizer.geometry import Box
from digitizer.imaging.strikes import is_struck
from digitizer.stages.clean import clean_line
from tests.imaging.paper import FONTS, scanned

TEXTS = ("Nguyễn Thị Ngọc Hà", "001190012345", "Số 12 phố Hàng Bông, phường Hoàn Kiếm, Hà Nội", "Việt Nam", "Kinh")
CLEAN = (
    *TEXTS, "Nam", "Nữ", "-/-", "---", "//", "— — —", "Không", "H", "A-B-C", "05/03/1990", "LÊ THỊ HẠNH", "mmmmmmmm",
    "Tổ 3 - thôn Đình - xã An Trí", "EEEHHHTTT", "t-t-t-t",
)


class Line:
    """A strip at 300 dpi with one answer on its leader."""

    def __init__(self, text: str, size: int = 46, font: str = "DejaVuSerif.ttf", leader: str = "dots") -> None:
        self.image = Image.new("L", (1600, 76), 255)
        self.draw = ImageDraw.Draw(self.image)
        face = ImageFont.truetype(str(FONTS / font), size)
        left, top, right, bottom = face.getbbox(text, anchor="ls")
        self.box = Box(60 + left, 56 + top, 60 + right, 56 + bottom)
        self.draw.text((60, 56), text, font=face, fill=10, anchor="ls")
        if leader == "dots":
            for x in range(20, 1580, 13):
                self.draw.ellipse((x, 54, x + 5, 59), fill=20)
        elif leader == "rule":
            self.draw.line((20, 58, 1580, 58), fill=20, width=3)

    def crossed(self, kind: str, seed: int) -> Line:
        mask = Image.new("L", self.image.size, 0)
        cross_out(mask, self.box, kind, random.Random(seed))
        self.image.paste(30, (0, 0), mask)
        return self

    def ruled(self, y: float, width: int = 4) -> Line:
        self.draw.line((self.box.left - 4, y, self.box.right + 4, y), fill=20, width=width)
        return self

    def struck(self, seed: int = 1) -> bool:
        worn = scanned(np.repeat(np.asarray(self.image)[..., None], 3, axis=2), seed=seed)[..., 0]
        return is_struck(*clean_line(worn, 300.0), 300.0)


serif, sans = (partial(Line, font=name) for name in ("DejaVuSerif.ttf", "DejaVuSans.ttf"))


def crossed(text: str, kind: str, seed: int) -> bool:
    line = serif(text, size=38 + 3 * (seed % 4), leader=("dots", "none")[seed % 2])
    return line.crossed(kind, seed).struck(seed)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("kind", KINDS[:3])
@pytest.mark.parametrize("text", TEXTS[:4])
def test_a_crossed_out_answer_is_struck(text: str, kind: str, seed: int) -> None:
    assert crossed(text, kind, seed)


def test_most_answers_under_a_z_and_most_short_ones_are_struck() -> None:
    told = [crossed(text, "z", seed) for text in TEXTS for seed in range(6)]
    told += [crossed("Kinh", kind, seed) for kind in KINDS[:3] for seed in range(6)]
    assert sum(told) >= 0.8 * len(told)


@pytest.mark.parametrize("leader", ["dots", "rule", "none"])
@pytest.mark.parametrize("text", CLEAN)
def test_what_nobody_crossed_out_is_not_struck(text: str, leader: str) -> None:
    for size, make in ((38, serif), (46, sans), (54, serif)):
        assert not make(text, size=size, leader=leader).struck()


@pytest.mark.parametrize(("pitch", "up"), [(10, 0), (11, 6), (11, 3), (12, 3), (13, 3)])
@pytest.mark.parametrize("seed", range(2))
def test_dots_of_a_leader_that_the_scan_ran_together_are_no_stroke(pitch: int, up: int, seed: int) -> None:
    """The leader ends with the writing, so nothing of it stands bare."""
    line = serif("thuy02@gmail.com", size=38, leader="none")
    for x in range(20, int(line.box.right) + 4, pitch):
        line.draw.ellipse((x, 54 - up, x + 6, 60 - up), fill=20)
    assert not line.struck(seed)


@pytest.mark.parametrize("text", TEXTS)
def test_a_line_under_or_over_the_writing_strikes_nothing(text: str) -> None:
    for y in (57, 60, 64):
        assert not serif(text, leader="none").ruled(y).struck()
    double = serif(text, leader="none").ruled(58, 2).ruled(66, 2)
    assert not double.struck()
    line = serif(text, leader="none")
    assert not line.ruled(line.box.top - 2).struck()


def test_a_stroke_where_nothing_is_written_strikes_nothing() -> None:
    empty = serif(" ")
    empty.draw.line((100, 40, 900, 42), fill=20, width=4)
    assert not empty.struck()


def test_a_word_crossed_out_of_many_leaves_the_answer() -> None:
    line = serif("Số 12 phố Hàng Bông, phường Hoàn Kiếm, Hà Nội")
    line.draw.line((60, 42, 320, 41), fill=20, width=4)
    assert not line.struck()
