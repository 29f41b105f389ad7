"""Our recogniser as an engine: weights only as described, lines cut well, leaders read through, letters with places."""

from __future__ import annotations

import os
import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from bench.fonts import faces
from digitizer.document import Reading
from digitizer.engines.build import build_engine
from digitizer.engines.ctc import decode
from digitizer.engines.null import NullEngine
from digitizer.engines.onnx import (
    HEIGHT,
    MODEL,
    PIXELS,
    OnnxEngine,
    Recogniser,
    batches,
    padded,
    prepared,
    stacked,
    voted,
)
from digitizer.errors import EngineUnavailable
from digitizer.ports import Alphabet, Region
from digitizer.vietnam.text import MARKED_LETTERS, syllables


@pytest.fixture(scope="module")
def engine() -> OnnxEngine:
    return OnnxEngine(NullEngine())


def region(text: str, *, leaders: bool = True, tail: int = 300, ink: int = 30, size: int = 46) -> Region:
    """A typed answer on a dotted leader, as the read stage cuts it; `ink` layer without the leader."""
    font = faces()[0].at(size)
    width, height, base = int(font.getlength(text)) + 60 + tail, int(size * 1.6), int(size * 1.15)
    written = Image.new("L", (width, height), 255)
    ImageDraw.Draw(written).text((40, base), text, font=font, fill=ink, anchor="ls")
    dotted = written.copy()
    if leaders:
        for x in range(4, width, 11):
            ImageDraw.Draw(dotted).ellipse((x, base, x + 4, base + 4), fill=40)
    return Region(np.asarray(dotted), np.asarray(written), Alphabet.TEXT, 300.0)


def texts(readings: list[Reading]) -> list[str]:
    return [unicodedata.normalize("NFC", r.text) for r in readings]


def test_answers_are_read_through_their_leaders(engine: OnnxEngine) -> None:
    wanted = ["Nguyễn Thị Ngọc Hạnh", "001095012345", "25/08/1981", "phường Khương Đình, Hà Nội", "Mẹ đẻ", "Nữ"]
    assert texts(engine.read_regions([region(text) for text in wanted])) == wanted


def test_a_leader_with_nothing_on_it_is_nothing(engine: OnnxEngine) -> None:
    bare = region("", tail=600)
    assert texts(engine.read_regions([bare])) == [""]


def test_order_does_not_depend_on_width(engine: OnnxEngine) -> None:
    wanted = ["Hà Nội", "Số 15 ngõ 20 phố Hồ Tùng Mậu, phường Phú Diễn, Hà Nội", "Nam", "Trần Văn Bình"]
    together = engine.read_regions([region(text) for text in wanted])
    assert texts(together) == wanted
    assert texts(together) == [texts(engine.read_regions([region(text)]))[0] for text in wanted]


def test_letters_have_their_places_and_rivals(engine: OnnxEngine) -> None:
    [reading] = engine.read_regions([region("Hà Nội", tail=400)])
    assert "".join(c.text for c in reading.characters) == reading.text == "Hà Nội"
    lefts = [c.left_px for c in reading.characters]
    assert lefts == sorted(lefts)
    assert lefts[0] == pytest.approx(40, abs=20)  # where it was written
    assert reading.characters[-1].right_px < 260
    assert all(0 <= c.confidence <= 1 for c in reading.characters)
    assert all(letter != c.text and 0 <= p <= 1 for c in reading.characters for letter, p in c.alternatives)


def test_squeezed_writing_is_read_again_wider(engine: OnnxEngine) -> None:
    """Letters that run together in one step are lost by the first reading."""
    written = "Số 15 ngõ Giếng, phường Đống Đa"
    wide = region(written, leaders=False, tail=20)
    size = (int(wide.gray.shape[1] * 0.42), wide.gray.shape[0])
    pictures = (Image.fromarray(one).resize(size, Image.Resampling.LANCZOS) for one in (wide.gray, wide.ink))
    gray, ink = (np.asarray(picture) for picture in pictures)
    squeezed = Region(gray, ink, wide.alphabet, wide.dpi)
    cut = prepared(squeezed)
    assert cut is not None
    recogniser = Recogniser()
    [first] = recogniser.probabilities([cut.picture])
    assert len(decode(np.log(np.maximum(first, 1e-9)), recogniser.classes).text) < len(written) - 3
    assert texts(engine.read_regions([squeezed])) == [written]


def test_manners_vote_with_their_probabilities() -> None:
    said = [Reading("Quận", 0.5, ("Quân",), (0.4,)), Reading("Quân", 0.6), Reading("Quân", 0.55)]
    found = voted(said)
    assert (found.text, found.agreed, found.confidence) == ("Quân", pytest.approx(2 / 3), pytest.approx(1.55 / 3))
    assert (found.alternatives, found.scores) == (("Quận",), (pytest.approx(0.5 / 3),))
    assert voted(said[:1]) == said[0]


def test_a_number_that_lacks_digits_loses_to_a_whole_one() -> None:
    short, whole = Reading("0912 45678", 0.99), Reading("0912 345 678", 0.6)
    assert voted([short, whole, short], "phone").text == whole.text
    assert voted([short, short], "phone").text == short.text


def test_pencil_is_read(engine: OnnxEngine) -> None:
    assert texts(engine.read_regions([region("Hoàng Văn Thái", leaders=False, ink=190)])) == ["Hoàng Văn Thái"]


def test_every_vietnamese_letter_is_a_class(engine: OnnxEngine) -> None:
    assert set(MARKED_LETTERS) <= set(Recogniser().classes)


@pytest.mark.parametrize("case", [str.lower, str.upper])
def test_every_marked_letter_is_read_off_paper(engine: OnnxEngine, case: Callable[[str], str]) -> None:
    """Each of the 67 small and 67 capital letters stands in two words, on leaders; one of them must come out whole."""
    small = [letter for letter in MARKED_LETTERS if letter == letter.lower()]
    words = [[w for w in syllables() if letter in w and 3 <= len(w) <= 6][:40:39] for letter in small]
    lines = [" ".join(case(word) for word in pair) for pair in words]
    read = texts(engine.read_regions([region(line) for line in lines]))
    lost = [
        letter for letter, pair, line in zip(small, words, read, strict=True)
        if not {case(word) for word in pair} & set(line.split())
    ]
    assert len(small) == 67
    assert lost == []


def test_a_forked_process_reads_as_its_parent(engine: OnnxEngine) -> None:
    before = texts(engine.read_regions([region("Đặng Thị Huệ")]))
    child = os.fork()
    if child == 0:
        os._exit(0 if texts(engine.read_regions([region("Đặng Thị Huệ")])) == before else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_changed_weights_are_refused(tmp_path: Path) -> None:
    copy = tmp_path / MODEL.name
    copy.write_bytes(MODEL.read_bytes()[:-1] + b"x")
    shutil.copy(MODEL.with_suffix(".json"), copy.with_suffix(".json"))
    with pytest.raises(EngineUnavailable, match="not the file its card describes"):
        Recogniser(copy)


def test_missing_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match=r"recogniser\.onnx"):
        Recogniser(tmp_path / "recogniser.onnx")


def test_the_weights_are_small() -> None:
    assert MODEL.stat().st_size <= 12_000_000


def test_the_default_engine_reads_answers_with_our_weights() -> None:
    engine = build_engine("onnx")
    assert engine.wants_leaders
    assert "tesser" in engine.info.version  # which Tesseract found the labels is said too


# --- cutting and batching ------------------------------------------------------------------------------------------


def test_a_long_tail_of_leaders_is_left_out() -> None:
    cut, whole = prepared(region("Nam", tail=1500)), region("Nam", tail=1500)
    assert cut is not None
    assert cut.picture.shape[0] == HEIGHT
    assert cut.picture.shape[1] * cut.scale < 0.3 * whole.gray.shape[1]


def test_low_writing_in_a_high_region_is_cut_out() -> None:
    tall = Image.new("L", (500, 240), 255)
    ImageDraw.Draw(tall).text((20, 150), "Nguyễn Văn An", font=faces()[0].at(40), fill=20, anchor="ls")
    gray = np.asarray(tall)
    cut = prepared(Region(gray, gray, Alphabet.TEXT, 300.0))
    assert cut is not None
    rows = np.nonzero((cut.picture < 128).any(axis=1))[0]
    assert rows[-1] - rows[0] > 0.5 * HEIGHT


@pytest.mark.parametrize("shape", [(60, 400), (1, 1), (0, 0), (48, 0)])
def test_a_region_without_ink_is_not_read(shape: tuple[int, int]) -> None:
    white = np.full(shape, 255, np.uint8)
    assert prepared(Region(white, white, Alphabet.TEXT, 300.0)) is None


@given(st.lists(st.integers(48, 2400), max_size=60))
def test_every_line_is_in_one_batch_of_like_widths(widths: list[int]) -> None:
    groups = list(batches(widths))
    assert sorted(n for group in groups for n in group) == list(range(len(widths)))
    for group in groups:
        mine = {padded(widths[n]) for n in group}
        assert len(mine) == 1
        assert len(group) == 1 or len(group) * max(mine) <= PIXELS


def test_padding_is_as_in_training() -> None:
    white = np.full((HEIGHT, 50), 255, np.uint8)
    images = stacked([white, white[:, :33]])
    assert images.shape == (2, 3, HEIGHT, 64)
    assert (images[0, :, :, :50] == 1).all()
    assert (images[1, :, :, 33:] == 0).all()
