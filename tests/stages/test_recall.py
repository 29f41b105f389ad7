"""A filled page of a registered blank is known by its picture, and nothing else is taken for it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from bench.make import document, template_of
from bench.prints import print_blank, styles
from digitizer.document import CleanPage, Line, PageImage, PageText, Word
from digitizer.drafting.register_blank import registered
from digitizer.engines.build import build_engine
from digitizer.errors import UsageError
from digitizer.geometry import Box
from digitizer.layout.prints import load_prints, print_of, save_prints
from digitizer.layout.recall import Known, recall
from digitizer.options import Options
from digitizer.pipeline import Tools, read_documents
from digitizer.stages.clean import clean
from digitizer.template import load_templates
from tests.imaging.paper import TEXT, Sheet, scanned

LABELS = (*TEXT, "Nơi đăng ký khai sinh trước đây", "Giấy tờ tùy thân số", "Ngày cấp và nơi cấp", "Số bản sao đề nghị")


def drawn(labels: tuple[str, ...] = LABELS) -> tuple[Sheet, PageText]:
    """A form of labels with leaders, and its words where they were drawn."""
    sheet, lines = Sheet(), []
    for row, label in enumerate(labels):
        x, y, words = 300.0, 500 + 240 * row, []
        for word in label.split():
            end = sheet.write(x, y, word)
            words.append(Word(word, Box(x, y - 40, end, y + 12), 1.0))
            x = end + 14
        sheet.dots(x + 20, y, int((2200 - x) // 13))
        lines.append(Line(tuple(words)))
    return sheet, PageText(1, tuple(lines))


def cleaned(sheet: Sheet, skew: float = 0.0, seed: int = 1) -> CleanPage:
    return clean(PageImage(1, scanned(sheet.bgr(), skew, seed), 300.0))


@pytest.fixture(scope="module")
def known() -> Known:
    sheet, text = drawn()
    return Known(print_of("mau", clean(sheet.page()), text))


@pytest.mark.parametrize("skew", [0.0, 1.2, -2.0])
def test_words_of_a_filled_and_scanned_page_lie_where_its_print_lies(known: Known, skew: float) -> None:
    sheet, text = drawn()
    for row in range(len(LABELS)):
        sheet.write(1500, 492 + 240 * row, "Nguyễn Văn Mẫu", size=48)
    page = cleaned(sheet, skew)
    found = recall(page, [known])
    assert found is not None
    assert [line.text for line in found.text.lines] == list(LABELS)
    matrix = cv2.getRotationMatrix2D((page.width_px / 2, page.height_px / 2), skew - page.skew_deg, 1.0)
    for line, told in zip(found.text.lines, text.lines, strict=True):
        for word, drawn_word in zip(line.words, told.words, strict=True):
            x, y = matrix @ (drawn_word.box.left, drawn_word.box.bottom, 1.0)
            assert abs(word.box.left - x) < 5
            assert abs(word.box.bottom - y) < 5


def test_one_other_word_and_the_page_is_read_by_its_letters(known: Known) -> None:
    other = tuple(label.replace("Ngày cấp", "Nguồn gốc") for label in LABELS)
    assert recall(cleaned(drawn(other)[0]), [known]) is None


def test_a_line_more_and_the_page_is_read_by_its_letters(known: Known) -> None:
    assert recall(cleaned(drawn((*LABELS[:4], "Dân tộc và quốc tịch", *LABELS[4:]))[0]), [known]) is None


def test_print_that_a_stamp_hides_is_not_guessed(known: Known) -> None:
    sheet = drawn()[0]
    sheet.draw.rectangle((280, 900, 800, 1000), fill="black")
    assert recall(cleaned(sheet), [known]) is None


def test_blank_pages_and_pages_of_text_are_none_of_it(known: Known) -> None:
    assert recall(clean(Sheet().page()), [known]) is None
    assert recall(cleaned(Sheet().paragraph()), [known]) is None
    assert recall(cleaned(drawn()[0]), []) is None


def test_of_several_prints_the_right_one_is_told(known: Known) -> None:
    sheet, text = drawn(tuple(reversed(LABELS)))
    other = Known(print_of("nguoc", clean(sheet.page()), text))
    found = recall(cleaned(sheet, 0.7), [known, other])
    assert found is not None
    assert found.source.name == "nguoc"


def test_prints_come_back_from_disk_as_they_were(known: Known, tmp_path: Path) -> None:
    save_prints([known.source], tmp_path / "khai-sinh" / "tt04-2024" / "prints" / "mau")
    (back,) = load_prints(tmp_path)
    assert np.array_equal(back.picture, known.source.picture)
    assert (back.name, back.page, back.dpi) == ("khai-sinh/tt04-2024/prints/mau", 1, 300.0)
    assert [line.text for line in back.text.lines] == list(LABELS)
    assert recall(cleaned(drawn()[0]), [Known(back)]) is not None


def test_a_damaged_print_says_what_to_do(known: Known, tmp_path: Path) -> None:
    folder = tmp_path / "khai-sinh" / "tt04-2024" / "prints" / "mau"
    save_prints([known.source], folder)
    (folder / "page-1.png").write_bytes(b"no picture")
    with pytest.raises(UsageError, match="register it again"):
        load_prints(tmp_path)


def test_a_registered_blank_is_read_as_well_as_by_its_letters(tmp_path: Path) -> None:
    template, templates = template_of("xac-nhan-hon-nhan"), load_templates()
    blank = print_blank(template, styles()[0])
    unfilled = tmp_path / "mau.png"
    blank.pages[0].save(unfilled, dpi=(300, 300))
    engine = build_engine("onnx")
    found = registered(unfilled, "mau", engine, templates, Options())
    assert (found.template.id, found.template.edition) == (template.id, template.edition)
    assert found.lost == ()
    filled = document(blank, 5, "light", tmp_path / "filled.pdf", None)
    asked: list[int] = []

    class Listening:
        info, wants_leaders = engine.info, engine.wants_leaders

        def read_page(self, page: CleanPage) -> PageText:
            asked.append(page.number)
            return engine.read_page(page)

        def read_regions(self, regions: object) -> object:
            return engine.read_regions(regions)  # type: ignore[arg-type]

    tools = Tools(Listening(), templates, prints=tuple(Known(p) for p in found.prints))  # type: ignore[arg-type]
    (record,) = read_documents(filled.path, "filled.pdf", tools, Options())
    assert record.form is not None
    assert record.form.form_id == template.id
    assert 1 not in asked
    truth = {name: field["raw"] for name, field in filled.truth["fields"].items() if field["raw"]}
    right = sum((got := record.field(name)) is not None and got.raw == raw for name, raw in truth.items())
    assert right >= len(truth) - 1


def test_what_is_no_blank_of_ours_is_not_registered(tmp_path: Path) -> None:
    paper = tmp_path / "thu.png"
    Sheet().paragraph().image.save(paper, dpi=(300, 300))
    with pytest.raises(UsageError, match="not one blank of a form"):
        registered(paper, "thu", build_engine("onnx"), load_templates(), Options())
