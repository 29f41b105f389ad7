"""The lookup in a peer's text is kind: it finds garbled labels in order and strips what is print."""

from __future__ import annotations

from bench.make import template_of
from bench.peers import look_up

TEXT = """CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
TỜ KHAI ĐĂNG KÝ KHAI SINH
Kính gửi: (1)...UBND phường Láng........
Họ, chữ đệm, tên ngưới yêu cau: ....Nguyễn Thị Hạnh......
Ngày, tháng, năm sinh: 05/03/1990.....
Nơi cư trú: (2) Số 5 ngõ 10 phố Láng Hạ, phường
Láng, Hà Nội............
Giấy tờ tùy thân: (3) CCCD số 001190123456
Quan hệ với người được khai sinh: Mẹ đẻ
Đề nghị cơ quan đăng ký khai sinh cho người dưới đây:
Họ, chữ đệm, tên: Trần Gia Bảo
Ngày, tháng, năm sinh: 01/07/2026 ghi bằng chữ: Ngày một tháng bảy
năm hai nghìn hai mươi sáu
Giới tính: Nam Dân tộc: Kinh Quốc tịch: Việt Nam
Họ, chữ đệm, tên người mẹ: Nguyễn Thị Hạnh
Làm tại: Hà Nội, ngày 09 tháng 7 năm 2026
Đề nghị cấp bản sao(6): Có [X], Không [ ]
Số lượng: 02 bản
"""


def raws(text: str, form: str, to_line_end: bool = False) -> dict[str, str]:
    return {k: v["raw"] for k, v in look_up(text, template_of(form), to_line_end)["fields"].items()}


def test_answers_between_labels() -> None:
    got = raws(TEXT, "khai-sinh")
    assert got["authority"] == "UBND phường Láng"
    assert got["requester.full_name"] == "Nguyễn Thị Hạnh"  # its label has two wrong letters
    assert got["requester.residence"] == "Số 5 ngõ 10 phố Láng Hạ, phường Láng, Hà Nội"
    assert got["child.full_name"] == "Trần Gia Bảo"
    assert got["child.date_of_birth"] == "01/07/2026"
    assert got["child.date_of_birth_words"] == "Ngày một tháng bảy năm hai nghìn hai mươi sáu"
    assert (got["child.sex"], got["child.ethnicity"], got["child.nationality"]) == ("Nam", "Kinh", "Việt Nam")
    assert got["place_and_date"] == "Hà Nội, ngày 09 tháng 7 năm 2026"
    assert (got["copies.wanted"], got["copies.count"]) == ("Có", "02")


def test_the_other_lookup_stops_at_the_end_of_the_labels_lines() -> None:
    noise = TEXT.replace("Mẹ đẻ\n", "Mẹ đẻ\nxx yy zz\n")
    assert raws(noise, "khai-sinh")["requester.relation"] == "Mẹ đẻ xx yy zz"
    assert raws(noise, "khai-sinh", to_line_end=True)["requester.relation"] == "Mẹ đẻ"


def test_form_is_named_by_its_title_and_missing_labels_are_missing() -> None:
    found = look_up("Giấy mời họp phụ huynh", template_of("khai-sinh"))
    assert found["form"]["id"] is None
    assert found["fields"] == {}


def test_combs_and_table_rows() -> None:
    text = """TỜ KHAI THAY ĐỔI THÔNG TIN CƯ TRÚ
4. Số định danh cá nhân: |0|0|1|0|9|0|1|2|3|4|5|6|
5. Số điện thoại liên hệ: 0912345678 6. Email: an90@gmail.com
11. Những thành viên trong hộ gia đình cùng thay đổi:
| | TRẦN VĂN TÁM | 19/05/2007 | Nam | 033207774840 | Cháu |
"""
    got = raws(text, "ct01")
    assert got["subject.personal_id"] == "001090123456"
    assert (got["subject.phone"], got["subject.email"]) == ("0912345678", "an90@gmail.com")
    assert got["members[0].full_name"] == "TRẦN VĂN TÁM"
    assert got["members[0].personal_id"] == "033207774840"
    assert got["members[0].relation"] == "Cháu"
