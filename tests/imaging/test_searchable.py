"""The searchable PDF/A: text where it stands, corrected, in every Vietnamese letter; the picture untouched; what
ISO 19005-2 asks for that can be told from the structure."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pikepdf
import pytest

from digitizer.document import EngineInfo, Field, FieldStatus, Record
from digitizer.errors import ReadingFailed
from digitizer.imaging.searchable import ShownPage, searchable_pdf
from digitizer.vietnam.text import MARKED_LETTERS

WIDTH, HEIGHT, DPI = 1240, 1754, 150.0


def jpeg(colour: bool = True) -> bytes:
    image = np.full((HEIGHT, WIDTH, 3) if colour else (HEIGHT, WIDTH), 240, np.uint8)
    return cv2.imencode(".jpg", image)[1].tobytes()


def box(left: float, top: float, right: float, bottom: float) -> tuple[tuple[float, float], ...]:
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def field(name: str, raw: str, *boxes: tuple[tuple[float, float], ...], page: int = 1) -> Field:
    return Field(name, name, "text", FieldStatus.FILLED, raw, raw, page=page, polygon_mm=boxes)


def made(*fields: Field, colour: bool = True) -> bytes:
    record = Record("a.pdf", (1,), None, fields, EngineInfo("t", "1"), sha256="ab" * 32)
    return searchable_pdf(record, [ShownPage(1, jpeg(colour), WIDTH, HEIGHT, DPI)], "Tờ khai đăng ký khai sinh")


def text_of(data: bytes, folder: Path, *options: str) -> str:
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext (poppler-utils) is not installed")
    (folder / "a.pdf").write_bytes(data)
    return subprocess.run(["pdftotext", *options, "a.pdf", "-"], cwd=folder, capture_output=True, check=True,
                          text=True).stdout


def test_every_vietnamese_letter_is_found(tmp_path: Path) -> None:
    said = [MARKED_LETTERS[n:n + 40] for n in range(0, len(MARKED_LETTERS), 40)]
    data = made(*(field(f"f{n}", t, box(20, 20 + 10 * n, 190, 26 + 10 * n)) for n, t in enumerate(said)))
    assert text_of(data, tmp_path).split() == said


def test_the_text_stands_where_the_answer_stands(tmp_path: Path) -> None:
    two_lines = field("b", "một hai ba bốn năm sáu", box(100, 60, 190, 66), box(20, 68, 65, 74))
    elsewhere = field("c", "trang sau", box(1, 1, 9, 9), page=2)
    data = made(field("a", "Đặng Thị Hương", box(50, 40, 120, 46)), two_lines, elsewhere)

    def inside(left: int, top: int, width: int, height: int) -> str:
        mm = [str(round(v / 25.4 * 72)) for v in (left, top, width, height)]
        return " ".join(text_of(data, tmp_path, "-x", mm[0], "-y", mm[1], "-W", mm[2], "-H", mm[3]).split())

    assert inside(45, 38, 80, 10) == "Đặng Thị Hương"
    assert inside(95, 58, 100, 9) == "một hai ba bốn" and inside(15, 67, 55, 9) == "năm sáu"
    assert "trang sau" not in text_of(data, tmp_path)


def test_digits_in_boxes_are_one_number(tmp_path: Path) -> None:
    boxes = [box(20 + 6 * n, 30, 25 + 6 * n, 36) for n in range(12)]
    assert text_of(made(field("n", "001185012345", *boxes)), tmp_path).split() == ["001185012345"]


@pytest.mark.parametrize(("colour", "space"), [(True, "/DeviceRGB"), (False, "/DeviceGray")])
def test_the_picture_is_the_picture(colour: bool, space: str) -> None:
    with pikepdf.open(io.BytesIO(made(colour=colour))) as pdf:
        picture = pdf.pages[0].Resources.XObject.Page
        assert picture.read_raw_bytes() == jpeg(colour) and str(picture.ColorSpace) == space
        assert [round(float(v)) for v in pdf.pages[0].MediaBox] == [0, 0, 595, 842]


def test_what_an_archival_file_has() -> None:
    data = made(field("a", "Hương", box(50, 40, 120, 46)))
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert not pdf.is_encrypted and pdf.trailer.ID
        intent = pdf.Root.OutputIntents[0]
        assert intent.S == "/GTS_PDFA1" and intent.DestOutputProfile.N == 3
        assert intent.DestOutputProfile.read_bytes()[36:40] == b"acsp"
        with pdf.open_metadata() as said:
            assert (said["pdfaid:part"], said["pdfaid:conformance"]) == ("2", "B")
            assert said["dc:source"] == "sha256:" + "ab" * 32
        font = pdf.pages[0].Resources.Font.Text
        inner = font.DescendantFonts[0]
        assert font.ToUnicode.read_bytes() and inner.FontDescriptor.FontFile2.read_bytes()[:4] == b"\0\1\0\0"
        assert inner.DW == 500 and inner.CIDToGIDMap.read_bytes()[2 * 0x1EA1:][:2] == b"\0\1"
        assert "/Metadata" in pdf.Root and "/AcroForm" not in pdf.Root and "/OpenAction" not in pdf.Root
        assert b"3 Tr" in pdf.pages[0].Contents.read_bytes()
    assert made() == made(), "the same file for the same record"


@pytest.mark.parametrize("wrong", [b"", b"not a picture", b"\xff\xd8\xff\xd9", b"\xff\xd8\xff\xe0\x00\x02\xff\xd9"])
def test_what_is_no_jpeg_is_refused(wrong: bytes) -> None:
    record = Record("a.pdf", (1,), None, (), EngineInfo("t", "1"))
    with pytest.raises(ReadingFailed):
        searchable_pdf(record, [ShownPage(1, wrong, 10, 10, DPI)], "x")
