"""Closed wording is put right; what people may have meant otherwise stays as read."""

import pytest

from digitizer.vietnam.answers import lacks_digits
from digitizer.vietnam.lists import snap
from digitizer.vietnam.phrases import (
    repair_address,
    repair_email,
    repair_figure,
    repair_office,
    repair_paper,
    repair_prose,
)


@pytest.mark.parametrize(("read", "meant"), [
    ("quano1@outlook.com", "quan01@outlook.com"),
    ("linhoo7@gmail.com", "linh007@gmail.com"),
    ("thao95@gmail.com", "thao95@gmail.com"),  # Thảo is a name, Tha is none
    ("bao1@gmail.com", "bao1@gmail.com"),
    ("jackso9@gmail.com", "jackso9@gmail.com"),  # no syllables either way: as read
    ("o1@gmail.com", "o1@gmail.com"),
    ("lan.oanh@gmail.com", "lan.oanh@gmail.com"),
])
def test_a_zero_of_an_email_read_as_o(read: str, meant: str) -> None:
    assert repair_email(read) == meant


@pytest.mark.parametrize(("read", "meant"), [
    (
        "Xác nhận cư trú tại 246 Phạm Văn Đồng, phường Thượng Cát, TP Hà Nội",
        "Xác nhận cư trú tại 246 Phạm Văn Đồng, phường Thượng Cát, TP. Hà Nội",
    ),
    ("Tách hộ tại Số 6 phố Huế phường Hai Bà Trưng", "Tách hộ tại Số 6 phố Huế, phường Hai Bà Trưng"),
    ("Xác nhận cư trú tại P1 tòa CT5, phường Hàng Bạc, quận Hoàn Kiếm Hà Nội",
     "Xác nhận cư trú tại P1 tòa CT5, phường Hàng Bạc, quận Hoàn Kiếm, Hà Nội"),
    ("Đăng ký tại UBND phường Láng", "Đăng ký tại UBND phường Láng"),
    ("Nhập khẩu về phường Láng", "Nhập khẩu về phường Láng"),
])
def test_an_address_in_free_text_gets_what_parts_it(read: str, meant: str) -> None:
    assert repair_prose(read) == meant


@pytest.mark.parametrize(("text", "field_type", "lacks"), [
    ("Căn cước số 03409925002 do Bộ Công an cấp ngày 12/2/2025", "identity_paper", True),
    ("Căn cước số 034099925002 do Bộ Công an cấp ngày 12/2/2025", "identity_paper", False),
    ("CMND số 012345678 do Công an Hà Nội cấp", "identity_paper", False),
    ("Hộ chiếu số C1234567 do Cục QLXNC cấp", "identity_paper", False),
    ("không có", "identity_paper", False),
    ("03409925002", "personal_id", True), ("", "personal_id", False), ("091234567", "phone", True),
    ("0912345678", "phone", False), ("123", "text", False),
])
def test_a_number_that_lacks_digits_is_seen(text: str, field_type: str, lacks: bool) -> None:
    assert lacks_digits(text, field_type) is lacks


@pytest.mark.parametrize(("read", "meant"), [
    ("Số 25 ngõ 37 Văn Quán, phường Quang Trung, thị xã Sơn Tây Hà Nội",
     "Số 25 ngõ 37 Văn Quán, phường Quang Trung, thị xã Sơn Tây, Hà Nội"),
    ("Thôn Đông, xã Quốc Oai Hà Nội", "Thôn Đông, xã Quốc Oai, Hà Nội"),
    ("Thôn Đông, xã Quốc Oai, thành phố Hà Nội", "Thôn Đông, xã Quốc Oai, thành phố Hà Nội"),
    ("Số 3 xa lộ Hà Nội, phường Thảo Điền", "Số 3 xa lộ Hà Nội, phường Thảo Điền"),
    ("Số 3 xa lộ Hà Nội", "Số 3 xa lộ Hà Nội"),
])
def test_the_province_is_parted_from_the_unit_before_it(read: str, meant: str) -> None:
    assert repair_address(read) == meant


@pytest.mark.parametrize("office", [
    "Sở Xây dựng thành phố Hà Nội", "Văn phòng Đăng ký đất đai Hà Nội", "Cục Quản lý xuất nhập cảnh",
    "Phòng Cảnh sát giao thông", "Công an quận Cầu Giấy", "Bảo hiểm xã hội quận Ba Đình",
    "Thuế cơ sở 8 thành phố Hà Nội", "Chi nhánh số 1 Trung tâm Phục vụ hành chính công", "Sở Tư pháp Hà Nội",
])
def test_offices_above_the_commune_are_no_wards(office: str) -> None:
    assert repair_office(office) == office
    assert snap(office, "organization") in (None, office)


@pytest.mark.parametrize(("read", "meant"), [
    ("93.8", "93,8"), ("0.44", "0,44"), ("93,8", "93,8"), ("1.250", "1.250"), ("120", "120"), ("-/-", "-/-"),
])
def test_the_decimal_mark_of_a_figure_is_the_comma(read: str, meant: str) -> None:
    assert repair_figure(read) == meant


def test_the_unit_behind_an_office_is_still_repaired() -> None:
    assert repair_office("Công an phương Kim Liên") == "Công an phường Kim Liên"
def test_what_is_left_of_a_label_is_no_part_of_the_answer() -> None:
    paper = "Căn cước công dân số 001190012345 do Cục Cảnh sát QLHC về TTXH cấp ngày 12/12/2021"
    assert repair_paper(f"(3C {paper}") == paper
    assert repair_office("i (1) UBND phường Láng") == "UBND phường Láng"
