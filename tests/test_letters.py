"""An administrative document is read from file to record by its head; what only looks like one stays unknown."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from bench.fonts import faces
from digitizer.document import FieldStatus, Record
from digitizer.engines.build import build_engine
from digitizer.options import Options
from digitizer.pipeline import Tools, digitize
from digitizer.template import load_templates
from digitizer.vietnam.documents import document_kind, document_number, kind_of_number

BODY = "Căn cứ Luật Tổ chức chính quyền địa phương và đề nghị của Phòng Tư pháp, Ủy ban nhân dân phường thông báo:"


@cache
def tools() -> Tools:
    return Tools(build_engine("onnx"), load_templates())


def read(pages: list[Image.Image], path: Path) -> list[Record]:
    gray = [page.convert("L") for page in pages]
    more = {"save_all": True, "append_images": gray[1:], "compression": "tiff_lzw"} if path.suffix == ".tiff" else {}
    gray[0].save(path, dpi=(300, 300), **more)
    return list(digitize(path, path.name, tools(), Options()))


def letter(
    number: str = "Số: 15/TB-UBND", kind: str = "THÔNG BÁO", about: tuple[str, ...] = (), day: str = ""
) -> Image.Image:
    """A first page as Nghị định 30/2020/NĐ-CP lays it out."""
    page = Image.new("RGB", (2480, 3508), "white")
    draw = ImageDraw.Draw(page)

    def put(x: int, y: int, text: str, size: int = 50) -> None:
        draw.text((x, y), text, font=faces()[0].at(size), fill=(20, 20, 20), anchor="ms")

    put(750, 300, "ỦY BAN NHÂN DÂN")
    put(750, 370, "PHƯỜNG BA ĐÌNH")
    put(1700, 300, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 46)
    put(1700, 370, "Độc lập - Tự do - Hạnh phúc")
    put(750, 500, number)
    put(1700, 500, day or "Hà Nội, ngày 05 tháng 3 năm 2026")
    if kind:
        put(1240, 680, kind, 56)
        for n, line in enumerate(about):
            put(1240, 760 + 70 * n, line)
    else:
        for n, line in enumerate(about):
            put(750, 600 + 66 * n, line, 46)
    put(1240, 1150, BODY[:52])
    put(1240, 1222, BODY[52:])
    return page


def later() -> Image.Image:
    page = Image.new("RGB", (2480, 3508), "white")
    draw = ImageDraw.Draw(page)
    for n in range(12):
        draw.text((300, 300 + 80 * n), f"{n + 1}. Giao các phòng, ban chuyên môn thực hiện nội dung này.",
                  font=ImageFont.truetype(str(faces()[0].path), 50), fill=(20, 20, 20), anchor="ls")
    return page


def raws(record: Record) -> dict[str, str]:
    return {f.id: f.raw for f in record.fields if f.status is FieldStatus.FILLED}


def test_a_notice_and_its_later_pages_are_one_record(tmp_path: Path) -> None:
    about = ("Về việc niêm yết danh sách cử tri", "bầu cử đại biểu Hội đồng nhân dân phường")
    (record,) = read([letter(about=about), later(), later()], tmp_path / "a.tiff")
    assert record.form and record.form.form_id == "van-ban-hanh-chinh"
    assert record.pages == (1, 2, 3)
    assert raws(record) == {
        "agency": "ỦY BAN NHÂN DÂN PHƯỜNG BA ĐÌNH", "number": "15/TB-UBND", "document_type": "Thông báo",
        "place_and_date": "Hà Nội, ngày 05 tháng 3 năm 2026", "subject": " ".join(about),
    }
    dated = record.field("place_and_date")
    assert dated and dated.value == {"place": "Hà Nội", "date": "2026-03-05"}


def test_an_official_letter_has_its_subject_under_the_number(tmp_path: Path) -> None:
    page = letter("Số: 507/UBND-VHXH", "", ("V/v góp ý dự thảo", "quy chế phối hợp"))
    (record,) = read([page], tmp_path / "a.png")
    told = raws(record)
    assert (told["document_type"], told["number"]) == ("Công văn", "507/UBND-VHXH")
    assert told["subject"].endswith("góp ý dự thảo quy chế phối hợp")


@pytest.mark.parametrize("page", [
    letter(kind="TỜ KHAI ĐĂNG KÝ NUÔI CON NUÔI"), letter(kind="ĐƠN ĐỀ NGHỊ"),
    letter("Số: ……/TB-UBND", day="……, ngày … tháng … năm ……"),
    letter("Số: ……/TB-UBND", day="……, ngày … tháng … năm 2026"),
], ids=["declaration", "application", "blank form", "blank form of this year"])
def test_a_form_with_such_a_head_stays_unknown(page: Image.Image, tmp_path: Path) -> None:
    (record,) = read([page], tmp_path / "a.png")
    assert record.form is None


def test_a_mark_of_another_kind_goes_to_a_person(tmp_path: Path) -> None:
    (record,) = read([letter("Số: 15/BC-UBND")], tmp_path / "a.png")
    assert {f.id for f in record.fields if any(x.code == "kind_differs" for x in f.findings)} == {
        "document_type", "number",
    }


@pytest.mark.parametrize(("text", "number"), [
    ("Số: 15/QĐ-BNV", "15/QĐ-BNV"), ("Số: 23 /BC-UBND", "23/BC-UBND"), ("Số 118/2025/NĐ-CP", "118/2025/NĐ-CP"),
    ("Số: 05/BNV-VP", "05/BNV-VP"), ("Số: 66.7/2025/NQ-CP", "66.7/2025/NQ-CP"), ("Số: ...../TB-UBND", ""), ("Số:", ""),
])
def test_numbers(text: str, number: str) -> None:
    assert document_number(text) == number


@pytest.mark.parametrize(("line", "kind"), [
    ("THÔNG BÁO", "Thông báo"), ("QUYÉT ĐỊNH l", "Quyết định"), ("_ THÔNG TƯ _", "Thông tư"), ("TỜ KHAI", ""),
    ("thông báo", ""), ("Về việc thông báo", ""), ("THÔNG BÁO THU HỒI ĐẤT", ""),
])
def test_kinds(line: str, kind: str) -> None:
    assert document_kind(line) == kind


def test_what_a_number_says_of_the_kind() -> None:
    said = {n: kind_of_number(n) for n in ("16/CT-UBND", "1/CTr-UBND", "45/2020/NĐ-CP", "299/UBND-TTHC")}
    assert said == {"16/CT-UBND": "Chỉ thị", "1/CTr-UBND": "Chương trình", "45/2020/NĐ-CP": "Nghị định",
                    "299/UBND-TTHC": ""}


@given(st.text(max_size=60))
def test_anything_may_stand_in_a_head(text: str) -> None:
    assert isinstance(document_number(text), str)
    assert document_kind(text) == "" or text.upper() != text.lower()
