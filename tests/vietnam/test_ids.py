"""Numbers: the vectors of vietnam.md, and nothing taken for what it is not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitizer.vietnam import ids, units

PREFIXES = sorted(units.birth_provinces())


@given(st.sampled_from(PREFIXES), st.integers(1900, 2399), st.sampled_from(["Nam", "Nữ"]), st.integers(0, 999_999))
@settings(max_examples=100, deadline=None)
def test_sex_and_birth_year_of_every_century(prefix: str, year: int, sex: str, rest: int) -> None:
    digit = 2 * ((year - 1900) // 100) + (sex == "Nữ")
    number = f"{prefix}{digit}{year % 100:02}{rest:06}"
    found = ids.parse_personal_id(" ".join(number))
    assert found == ids.PersonalId(number, units.birth_provinces()[prefix], sex, year)


@pytest.mark.parametrize("text", ["", "00118100012", "0011810001234", "O01181000123", "không", "０" * 11])
def test_no_personal_id(text: str) -> None:
    assert ids.parse_personal_id(text) is None


def test_unknown_province_is_said_not_refused() -> None:
    found = ids.parse_personal_id("003181000123")
    assert found is not None
    assert found.province is None


def test_old_identity_card() -> None:
    assert ids.parse_old_id("012 345 678") == "012345678"
    assert ids.parse_old_id("0123456789") is None


@pytest.mark.parametrize(("text", "kind", "number", "issuer", "issued"), [
    ("Căn cước công dân số 025188001010 do Cục Cảnh sát QLHC về TTXH cấp ngày 20/11/2021",
     "Căn cước công dân", "025188001010", "Cục Cảnh sát QLHC về TTXH", "2021-11-20"),
    ("Giấy khai sinh số 01/2014, quyển số 02 do UBND xã A, tỉnh B cấp ngày 15/11/2014",
     "Giấy khai sinh", "01/2014", "UBND xã A, tỉnh B", "2014-11-15"),
    ("CCCD: 025188001010, cấp ngày 20/11/2021, tại Cục Cảnh sát",
     "Căn cước công dân", "025188001010", "Cục Cảnh sát", "2021-11-20"),
    ("Căn cước số 001 181 000 123 do Bộ Công an cấp ngày 15/03/2025",
     "Căn cước", "001181000123", "Bộ Công an", "2025-03-15"),
    ("thẻ căn cước số: 001181000123 ngày cấp 15/03/2025 nơi cấp Bộ Công an",
     "Căn cước", "001181000123", "Bộ Công an", "2025-03-15"),
    ("CMND 012345678 do Công an Hà Nội cấp ngày 1/2/2005",
     "Chứng minh nhân dân", "012345678", "Công an Hà Nội", "2005-02-01"),
    ("Hộ chiếu số B1234567 do Cục Quản lý xuất nhập cảnh cấp ngày 03 tháng 4 năm 2019",
     "Hộ chiếu", "B1234567", "Cục Quản lý xuất nhập cảnh", "2019-04-03"),
    ("025188001010", None, "025188001010", None, None),
    ("Căn cước công dân số 025188001010 do Cục Cảnh sát câp ngày 20/13/2021",
     "Căn cước công dân", "025188001010", "Cục Cảnh sát", None),
])
def test_identity_papers(text: str, kind: str | None, number: str, issuer: str | None, issued: str | None) -> None:
    found = ids.parse_identity_paper(text)
    assert found is not None
    assert (found.kind, found.number, found.issuer) == (kind, number, issuer)
    assert (found.issued_on and found.issued_on.iso) == issued


@pytest.mark.parametrize("text", ["", "chưa có", "do Công an cấp", "20/11/2021"])
def test_no_identity_paper(text: str) -> None:
    assert ids.parse_identity_paper(text) is None


@pytest.mark.parametrize("code", ["0100047516", "0100109106", "0100233488", "0300588569", "0100109106-001"])
def test_tax_codes(code: str) -> None:
    assert ids.parse_tax_code(code) == code


@pytest.mark.parametrize("code", ["0100047517", "0000047516", "0100000000", "0100109106-000", "01001", "025188001010"])
def test_no_tax_codes(code: str) -> None:
    assert ids.parse_tax_code(code) is None


@given(st.sampled_from(["0100047516", "0100109106", "0100233488", "0300588569"]), st.integers(0, 8), st.integers(1, 9))
@settings(max_examples=100, deadline=None)
def test_one_wrong_digit_of_a_tax_code_is_seen(code: str, place: int, by: int) -> None:
    wrong = code[:place] + str((int(code[place]) + by) % 10) + code[place + 1:]
    assert ids.parse_tax_code(wrong) is None


@pytest.mark.parametrize(("text", "digits"), [
    ("0912 345 678", "0912345678"), ("+84 912 345 678", "0912345678"), ("84912345678", "0912345678"),
    ("024.3825.1234", "02438251234"), ("1022", None), ("19001009", None), ("18001096", None), ("0123456789", None),
    ("091234567", None), ("không", None),
])
def test_phones(text: str, digits: str | None) -> None:
    assert ids.parse_phone(text) == digits


@pytest.mark.parametrize(("text", "address"), [
    ("an.nguyen @ example.com", "an.nguyen@example.com"), ("A@B.VN", "a@b.vn"), ("a@b", None), ("không", None),
    ("a b.vn", None),
])
def test_emails(text: str, address: str | None) -> None:
    assert ids.parse_email(text) == address


@pytest.mark.parametrize(("text", "number"), [
    ("02 bản", 2), ("..2..", 2), ("1.200", 1200), ("", None), ("hai", None), ("2 hoặc 3", None),
])
def test_integers(text: str, number: int | None) -> None:
    assert ids.parse_integer(text) == number
