"""A page of few lines that was taken for upside down, or lay so, is turned by what can be read on it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from bench.make import template_of
from bench.prints import print_blank
from digitizer.document import PageImage
from digitizer.engines.build import build_engine
from digitizer.errors import EngineUnavailable
from digitizer.ports import Engine
from digitizer.stages.clean import clean
from digitizer.stages.upright import legible_share, righted, turned_over


@pytest.fixture(scope="module")
def engine() -> Engine:
    try:
        return build_engine("tesserocr")
    except EngineUnavailable as missing:
        pytest.skip(str(missing))


def scan(form: str, page: int) -> np.ndarray:
    return cv2.cvtColor(np.asarray(print_blank(template_of(form)).pages[page].convert("RGB")), cv2.COLOR_RGB2BGR)


@pytest.mark.parametrize("turns", [0, 2])
def test_the_end_of_the_footnotes_alone_is_read_whichever_way_it_lies(turns: int, engine: Engine) -> None:
    image = np.ascontiguousarray(np.rot90(scan("trich-luc", 1), turns))
    cleaned = clean(PageImage(2, image, 300.0))
    page, text = righted(cleaned, engine.read_page(cleaned), engine)
    assert page.rotation_deg == 90 * turns
    assert legible_share(text) > 0.8
    assert text.page == 2


def test_turning_a_page_over_moves_all_that_was_found_on_it() -> None:
    image = scan("ct01", 0)
    page = clean(PageImage(1, image, 300.0))
    over = turned_over(page)
    assert (over.rotation_deg, len(over.cells), len(over.leaders)) == (180, len(page.cells), len(page.leaders))
    for cell, other in zip(page.cells, reversed(over.cells), strict=True):
        assert np.array_equal(page.gray[cell.slices()], over.gray[other.slices()][::-1, ::-1])
    for leader, moved in zip(page.leaders, reversed(over.leaders), strict=True):
        assert moved.box.left == pytest.approx(page.width_px - leader.box.right)
        assert moved.box.bottom == pytest.approx(page.height_px - leader.box.top)
    assert np.array_equal(turned_over(over).gray, page.gray)
