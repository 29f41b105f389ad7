"""Normal forms by type; raw stays, 'none' is an answer, nothing is made up."""

from typing import Any

import pytest

from digitizer.document import EngineInfo, Field, FieldStatus, Record
from digitizer.stages.normalize import normalize
from digitizer.template import FieldType

F = FieldStatus


def normal(kind: str, raw: str, status: FieldStatus = F.FILLED, field_id: str = "subject.x") -> Field:
    record = Record("a.pdf", (1,), None, (Field(field_id, "Mục", kind, status, raw=raw),), EngineInfo("none", "0"))
    field = normalize(record).fields[0]
    assert field.raw == raw
    return field


@pytest.mark.parametrize(("kind", "raw", "value"), [
    ("person_name", "Kiều Thị Thưởng", "Kiều Thị Thưởng"),
    ("date", "25/8/1981", "1981-08-25"),
    ("date", "ngày 25 tháng 8 năm 1981", "1981-08-25"),
    ("date", "1981", "1981"),
    ("date_in_words", "Mười lăm tháng ba năm hai nghìn hai mươi sáu", "2026-03-15"),
    ("datetime", "10 giờ 30 phút, ngày 05 tháng 3 năm 2026", "2026-03-05T10:30"),
    ("personal_id", "001181000101", "001181000101"),
    ("sex", "NỮ", "Nữ"),
    ("ethnicity", "H'Mông", "HMông"),
    ("nationality", "VIỆT NAM", "Việt Nam"),
    ("relation", "Bố đẻ", "Bố đẻ"),
    ("phone", "0912 345 678", "0912345678"),
    ("email", "A.B@example.com", "a.b@example.com"),
    ("integer", "02 bản", 2),
    ("text", "Đăng ký thường trú", "Đăng ký thường trú"),
    ("organization", "UBND phường Láng", "UBND phường Láng"),
    ("number", "12 / 2020", "12/2020"),
    ("book", "01/2020", "01/2020"),
    ("tick", "Không", "Không"),
    ("place_and_date", "Hà Nội, ngày 05 tháng 11 năm 2026", {"place": "Hà Nội", "date": "2026-11-05"}),
    ("identity_paper", "Căn cước số 001181000101 do Bộ Công an cấp ngày 15/03/2025",
     {"kind": "Căn cước", "number": "001181000101", "issuer": "Bộ Công an", "issued_on": "2025-03-15"}),
])
def test_values(kind: str, raw: str, value: Any) -> None:
    field = normal(kind, raw)
    assert field.value == value
    assert field.status is F.FILLED
    assert field.findings == ()


@pytest.mark.parametrize("kind", ["address", "place"])
def test_addresses_are_objects(kind: str) -> None:
    value = normal(kind, "Số 12 ngõ 5, phường Giảng Võ, thành phố Hà Nội").value
    assert set(value) == {"as_written", "unit_code", "unit_name", "province_code", "candidates"}
    assert value["unit_code"] == "00025"


@pytest.mark.parametrize("raw", ["không", "Không.", "không có", "-/-", "//", "- / -", "--"])
@pytest.mark.parametrize("kind", ["phone", "address", "text", "identity_paper", "number"])
def test_none_is_an_answer(kind: str, raw: str) -> None:
    field = normal(kind, raw)
    assert field.status is F.NONE_STATED
    assert field.value is None


@pytest.mark.parametrize(("kind", "raw", "code"), [
    ("date", "42/01/1981", "not_understood"),
    ("date", "25/8/81", "not_understood"),
    ("personal_id", "00118100010", "not_understood"),
    ("personal_id", "012345678", "not_understood"),
    ("sex", "Xanh", "not_understood"),
    ("phone", "12345", "not_understood"),
    ("identity_paper", "do Công an cấp", "not_understood"),
    ("integer", "hai", "not_understood"),
])
def test_what_has_no_normal_form_is_said(kind: str, raw: str, code: str) -> None:
    field = normal(kind, raw)
    assert field.value is None
    assert field.status is F.FILLED
    assert [f.code for f in field.findings] == [code]
    assert raw not in field.findings[0].message


def test_off_the_list_keeps_the_text() -> None:
    field = normal("ethnicity", "Pa Cô")
    assert field.value == "Pa Cô"
    assert [f.code for f in field.findings] == ["not_in_list"]


@pytest.mark.parametrize("status", [F.BLANK, F.STRUCK, F.ILLEGIBLE, F.NOT_FOUND])
def test_nothing_is_filled_in(status: FieldStatus) -> None:
    field = normal("nationality", "", status)
    assert field.value is None
    assert field.status is status


def test_a_second_run_changes_nothing() -> None:
    record = Record("a.pdf", (1,), None, (
        Field("subject.date_of_birth", "Ngày sinh", "date", F.FILLED, raw="42/01/1981"),
        Field("subject.phone", "Điện thoại", "phone", F.FILLED, raw="không"),
    ), EngineInfo("none", "0"))
    once = normalize(record)
    assert normalize(once) == once


@pytest.mark.parametrize("kind", list(FieldType))
def test_every_type_takes_any_text(kind: FieldType) -> None:
    for raw in ("", " ", ".....", "ạ", "/", "1" * 300, "ngày tháng năm", "số", "\u0323", "，；"):
        assert normal(kind.value, raw).status in (F.FILLED, F.NONE_STATED)
