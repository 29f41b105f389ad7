"""A page of a file as it came: alone, whatever the file holds besides, and out of the child that may decode it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from digitizer.errors import BadInput
from digitizer.options import Options
from digitizer.sandbox import Reader

# Of two pages: an upright one, black at its head; one that lies down, black at its left.
UPRIGHT, LYING = (620, 877), (877, 620)


def pages() -> list[Image.Image]:
    first, second = Image.new("L", UPRIGHT, 255), Image.new("L", LYING, 255)
    first.paste(0, (0, 0, UPRIGHT[0], 100))
    second.paste(0, (0, 0, 100, LYING[1]))
    return [first, second]


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    opened = Reader(Options(), reads=False)
    yield opened
    opened.close()


@pytest.mark.parametrize("kind", ["pdf", "tif"])
def test_a_page_as_it_came(reader: Reader, tmp_path: Path, kind: str) -> None:
    path, (first, second) = tmp_path / f"two.{kind}", pages()
    if kind == "pdf":
        first.save(path, save_all=True, append_images=[second], resolution=75.0)
    else:
        first.save(path, save_all=True, append_images=[second], dpi=(75, 75))
    one, two = (reader.draw(path, path.name, n) for n in (1, 2))
    assert (one.number, one.width_px < one.height_px) == (1, True)
    assert (two.number, two.width_px > two.height_px) == (2, True)
    seen = cv2.imdecode(np.frombuffer(two.data, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert seen[:, : two.width_px // 12].mean() < 30 and seen[:, two.width_px // 4 :].mean() > 225


@pytest.mark.parametrize("number", [0, 3])
def test_a_page_that_is_not_there(reader: Reader, tmp_path: Path, number: int) -> None:
    path = tmp_path / "one.pdf"
    pages()[0].save(path, resolution=75.0)
    with pytest.raises(BadInput):
        reader.draw(path, path.name, number)


def test_what_is_no_document(reader: Reader) -> None:
    with pytest.raises(BadInput):
        reader.draw(b"no document at all", "a.pdf", 1)
