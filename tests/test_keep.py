"""--keep: every intermediate under its name, pictures that open, and nothing without a folder."""

import json
import stat
from dataclasses import replace
from pathlib import Path

import cv2
import pytest

from digitizer.document import (
    ClassedPage,
    CleanPage,
    EngineInfo,
    Field,
    FieldStatus,
    Line,
    PageClass,
    PageText,
    Record,
    Word,
)
from digitizer.engines.layout import drawn, layout_of
from digitizer.errors import UsageError
from digitizer.geometry import Box
from digitizer.keep import Keeper
from digitizer.stages.clean import clean
from tests.imaging.paper import Sheet

WORDS = (Word("Hà", Box(300, 560, 380, 610), 0.91), Word("Nội", Box(400, 560, 520, 610), 0.75))
TEXT = PageText(1, (Line(WORDS),))


@pytest.fixture(scope="module")
def page() -> CleanPage:
    sheet = Sheet()
    sheet.dots(sheet.write(300, 600, "Hà Nội:") + 10, 600, 40)
    return clean(sheet.page())


def record() -> Record:
    polygon = Box(700, 540, 1100, 620).polygon_mm(300)
    field = Field("subject.full_name", "Họ tên", "person_name", FieldStatus.BLANK, page=1, polygon_mm=(polygon,))
    return Record("a.pdf", (1, 2), None, (field,), EngineInfo("null", "1"))


def test_names_are_predictable_and_every_picture_opens(tmp_path: Path, page: CleanPage) -> None:
    keeper = Keeper(tmp_path / "kept")
    assert keeper.cleaned(page) is page
    assert keeper.surveyed(page, TEXT) == (page, TEXT)
    kept = record()
    assert keeper.recorded(kept, (page, replace(page, number=2))) is kept
    names = sorted(p.name for p in (tmp_path / "kept").iterdir())
    assert names == [
        "0001_clean.png", "0001_fields.png", "0001_ink.png", "0001_places.png", "0001_read.json", "0001_read.png",
        "0001_record.json", "0002_fields.png",
    ]
    for name in (n for n in names if n.endswith(".png")):
        picture = cv2.imread(str(tmp_path / "kept" / name))
        assert picture is not None
        assert picture.shape[:2] == page.gray.shape


def test_unknown_paper_without_pages_is_kept_as_a_record(tmp_path: Path) -> None:
    Keeper(tmp_path).recorded(replace(record(), page_classes=(ClassedPage(1, PageClass.NOTES),)), ())
    kept = json.loads((tmp_path / "0001_record.json").read_text(encoding="utf-8"))
    assert kept["page_classes"] == [{"page": 1, "class": "notes"}]


def test_the_text_kept_is_the_text_read(tmp_path: Path, page: CleanPage) -> None:
    Keeper(tmp_path).surveyed(page, TEXT)
    blocks = json.loads((tmp_path / "0001_read.json").read_text(encoding="utf-8"))["blocks"]
    assert [(b["type"], b["text"]) for b in blocks] == [("line", "Hà Nội"), ("word", "Hà"), ("word", "Nội")]
    assert (blocks[1]["x_1"], blocks[1]["y_2"], blocks[1]["score"]) == (300, 610, 0.91)
    assert blocks[1]["parent"] == blocks[0]["id"]


def test_overlays_draw_where_the_boxes_are(page: CleanPage) -> None:
    over = drawn(page.image, layout_of(TEXT))
    changed = cv2.absdiff(over, page.image).max(axis=2) > 0
    rows, columns = changed.nonzero()
    assert (rows.min(), rows.max()) == pytest.approx((560, 610), abs=4)
    assert (columns.min(), columns.max()) == pytest.approx((300, 520), abs=4)


def test_the_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    Keeper(tmp_path / "kept")
    assert stat.S_IMODE((tmp_path / "kept").stat().st_mode) == 0o700


def test_without_a_folder_nothing_is_written(tmp_path: Path, page: CleanPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    keeper = Keeper(None)
    keeper.recorded(record(), (keeper.surveyed(keeper.cleaned(page), TEXT)[0],))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="folder"):
        Keeper(tmp_path / "file" / "kept")
