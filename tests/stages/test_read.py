"""Answer regions go to the engine as they should: cut well, in few calls, blanks left out, digits as digits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest
from PIL import Image, ImageDraw

from bench.fonts import faces
from digitizer.document import CleanPage, EngineInfo, Located, PageText, PrintedWord, Reading, Slot
from digitizer.engines.build import build_engine
from digitizer.errors import EngineUnavailable
from digitizer.geometry import Box
from digitizer.ports import Alphabet, Engine, Region
from digitizer.stages.read import read_page, read_slots
from digitizer.template import FieldKind, FieldSpec, FieldType, Item, Template
from tests.stages.papers import Paper


class Listening:
    """An engine that reads what it is told to and remembers what it was given."""

    info = EngineInfo("listening", "1")

    def __init__(self, answers: Sequence[Reading] = (), wants_leaders: bool = False) -> None:
        self.answers = list(answers)
        self.wants_leaders = wants_leaders
        self.calls: list[list[Region]] = []

    def read_page(self, page: CleanPage) -> PageText:
        return PageText(page.number, ())

    def read_regions(self, regions: Sequence[Region]) -> list[Reading]:
        self.calls.append(list(regions))
        return [self.answers.pop(0) if self.answers else Reading("chữ", 0.99) for _ in regions]


def form(*specs: FieldSpec) -> Template:
    items = tuple(Item(spec.label, spec) for spec in specs)
    return Template("form", "1", ("TỜ KHAI",), "", date(2024, 1, 1), "", (), items)


@pytest.fixture(scope="module")
def tesseract() -> Engine:
    try:
        return build_engine("tesserocr")
    except EngineUnavailable as missing:
        pytest.skip(str(missing))


def write(paper: Paper, text: str, at: tuple[int, int]) -> None:
    for layer in (paper.gray, paper.ink):
        picture = Image.fromarray(layer)
        ImageDraw.Draw(picture).text(at, text, font=faces()[0].at(50), fill=20, anchor="ls")
        layer[:] = np.asarray(picture)


def test_a_blank_region_is_not_sent_and_reads_as_nothing() -> None:
    paper = Paper()
    paper.leader(300, 1000, 400)
    paper.blot(Box(320, 520, 600, 560))
    located = Located((Slot("a", 1, (Box(300, 350, 1000, 420),)), Slot("b", 1, (Box(300, 500, 1000, 580),))))
    engine = Listening()
    template = form(FieldSpec("a", "A", FieldType.TEXT), FieldSpec("b", "B", FieldType.TEXT))
    blank, filled = read_slots([paper.page()], located, template, engine)
    assert [len(call) for call in engine.calls if call] == [1]
    assert (blank.readings[0].text, blank.ink_ratio) == ("", (0.0,))
    assert filled.readings[0].text == "chữ"
    assert filled.ink_ratio[0] > 0


def test_the_alphabet_is_the_types() -> None:
    paper = Paper()
    specs = [
        FieldSpec("t", "T", FieldType.TEXT), FieldSpec("p", "P", FieldType.PHONE),
        FieldSpec("d", "D", FieldType.DATE, inner=("/", "/")), FieldSpec("c", "C", FieldType.INTEGER),
    ]
    slots = []
    for n, spec in enumerate(specs):
        box = Box(300, 300 + 100 * n, 1000, 380 + 100 * n)
        paper.blot(box.padded(-50, -20))
        slots.append(Slot(spec.id, 1, (box,)))
    engine = Listening()
    read_slots([paper.page()], Located(tuple(slots)), form(*specs), engine)
    assert [r.alphabet for r in engine.calls[0]] == [Alphabet.TEXT, Alphabet.DIGITS, Alphabet.DATE, Alphabet.DIGITS]


def test_an_unsure_reading_is_tried_again_and_the_surest_is_kept() -> None:
    paper = Paper()
    paper.blot(Box(320, 320, 600, 360))
    located = Located((Slot("a", 1, (Box(300, 300, 1000, 380),)),))
    engine = Listening([Reading("Viêt", 0.4), Reading("Việt", 0.8), Reading("Vit", 0.5)])
    (found,) = read_slots([paper.page()], located, form(FieldSpec("a", "A", FieldType.TEXT)), engine)
    assert found.readings[0].text == "Việt"
    assert set(found.readings[0].alternatives) == {"Viêt", "Vit"}


def test_an_engine_that_knows_leaders_gets_them_and_is_asked_once() -> None:
    paper = Paper()
    paper.leader(300, 1000, 370)
    paper.blot(Box(320, 320, 600, 360))
    located = Located((Slot("a", 1, (Box(300, 300, 1000, 380),)),))
    engine = Listening([Reading("a", 0.1)], wants_leaders=True)
    read_slots([paper.page()], located, form(FieldSpec("a", "A", FieldType.TEXT)), engine)
    (region,) = [r for call in engine.calls for r in call]
    assert (region.gray < 150).sum() > (region.ink < 150).sum()


def test_an_engine_that_bears_neighbours_sees_the_marks_of_capitals() -> None:
    located = Located((Slot("a", 1, (Box(300, 300, 1000, 380),)),))
    heights = []
    for wants_leaders in (False, True):
        paper = Paper()
        paper.blot(Box(320, 320, 600, 360))
        engine = Listening(wants_leaders=wants_leaders)
        read_slots([paper.page()], located, form(FieldSpec("a", "A", FieldType.TEXT)), engine)
        heights.append(engine.calls[0][0].gray.shape[0])
    assert heights[0] == 80
    assert 90 <= heights[1] <= 100


def test_the_engine_is_told_the_type_of_a_whole_answer_only() -> None:
    paper = Paper()
    specs = [
        FieldSpec("e", "E", FieldType.ETHNICITY), FieldSpec("d", "D", FieldType.DATE, inner=("/", "/")),
        FieldSpec("w", "W", FieldType.DATE, inner=("ngày", "tháng", "năm")),
    ]
    slots = []
    for n, spec in enumerate(specs):
        box = Box(300, 300 + 100 * n, 1000, 380 + 100 * n)
        paper.blot(box.padded(-50, -20))
        slots.append(Slot(spec.id, 1, (box,)))
    engine = Listening(wants_leaders=True)
    read_slots([paper.page()], Located(tuple(slots)), form(*specs), engine)
    assert [r.type for r in engine.calls[0]] == ["ethnicity", "date", ""]


def test_what_hangs_in_from_other_lines_is_taken_out() -> None:
    paper = Paper()
    paper.blot(Box(320, 340, 600, 370))
    paper.blot(Box(700, 290, 720, 310))  # a tail of the line above
    paper.blot(Box(800, 375, 830, 400))  # a head of the line below
    located = Located((Slot("a", 1, (Box(300, 300, 1000, 380),)),))
    engine = Listening()
    read_slots([paper.page()], located, form(FieldSpec("a", "A", FieldType.TEXT)), engine)
    ink = engine.calls[0][0].ink
    assert (ink[:, 350:] == 255).all()
    assert (ink[:, :320] < 150).any()


def test_comb_digits_are_read_as_one_number(tesseract: Engine) -> None:
    paper = Paper()
    cells = [Box(900 + 80 * n, 350, 980 + 80 * n, 430) for n in range(12)]
    for box, digit in zip(cells, "034198033409", strict=True):
        paper.cell(box)
        write(paper, digit, (int(box.left) + 22, 408))
    spec = FieldSpec("id", "Số", FieldType.PERSONAL_ID, kind=FieldKind.COMB, cells=12)
    (found,) = read_slots([paper.page()], Located((Slot("id", 1, tuple(cells)),)), form(spec), tesseract)
    assert found.readings[0].text.replace(" ", "") == "034198033409"
    assert len(found.readings) == len(found.ink_ratio) == 12


def test_a_lone_digit_is_read_in_its_line(tesseract: Engine) -> None:
    paper = Paper()
    boxes = []
    x = 300
    for word, answer in (("", "Ha Noi"), ("ngay", "29"), ("thang", "7"), ("nam", "2026")):
        write(paper, word, (x, 400))
        x += 36 * len(word)
        boxes.append(Box(x, 350, x + 36 * len(answer) + 40, 418))
        write(paper, answer, (x + 20, 400))
        x += 36 * len(answer) + 60
    spec = FieldSpec("signed", "Làm tại", FieldType.PLACE_AND_DATE, inner=(", ngày", "tháng", "năm"))
    located = Located((Slot("signed", 1, tuple(boxes), pieces=(0, 1, 2, 3)),))
    (found,) = read_slots([paper.page()], located, form(spec), tesseract)
    assert [r.text for r in found.readings[1:]] == ["29", "7", "2026"]


def test_a_page_is_read_by_the_engine() -> None:
    assert read_page(Paper(number=3).page(), Listening()).page == 3


def test_ticks_are_judged_by_ink_not_read() -> None:
    paper = Paper()
    boxes = (Box(300, 300, 350, 350), Box(500, 300, 550, 350))
    paper.blot(Box(512, 312, 538, 320))
    spec = FieldSpec("copies", "Bản sao", FieldType.TICK, kind=FieldKind.TICKS, choices=("Có", "Không"))
    engine = Listening()
    (found,) = read_slots([paper.page()], Located((Slot("copies", 1, boxes),)), form(spec), engine)
    assert not any(engine.calls)
    assert found.ink_ratio[0] == 0 < found.ink_ratio[1]


def test_feet_of_the_label_above_are_no_part_of_an_answer() -> None:
    """A comma of the line above would be read as a mark on the first capital, Trần as Trẩn; a mark of the answer itself
    under the same word stays."""
    slot = Slot("a", 1, (Box(300, 365, 1000, 440),))
    template = form(FieldSpec("a", "A", FieldType.PERSON_NAME))
    label = PrintedWord(1, Box(300, 320, 350, 378), level_px=366, letter_px=50, dotted=False)
    for mark, kept in ((Box(326, 362, 334, 376), False), (Box(326, 368, 340, 376), True)):
        paper = Paper()
        paper.leader(300, 1000, 420)
        write(paper, "Tran", (320, 418))
        bare = paper.ink[365 - 14:440, 300:1000].copy()
        paper.blot(mark)
        engine = Listening(wants_leaders=True)
        read_slots([paper.page()], Located((slot,), (), (label,)), template, engine)
        assert np.array_equal(engine.calls[0][0].ink, bare) is not kept
