"""Closed lists: a misread mark is repaired when one entry is clearly meant, and left alone when not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitizer.vietnam import lists
from digitizer.vietnam.text import letter_parts, nfc


@pytest.mark.parametrize(("read", "kind", "meant"), [
    ("Viêt Nam", "nationality", "Việt Nam"),
    ("VIÊT NAM", "nationality", "VIỆT NAM"),
    ("Việt Nan", "nationality", "Việt Nam"),
    ("Viet.Nam", "nationality", "Việt Nam"),
    ("việt nam", "nationality", "việt nam"),
    ("Mẹ để", "relation", "Mẹ đẻ"),
    ("Me đẻ", "relation", "Mẹ đẻ"),
    ("Cha để", "relation", "Cha đẻ"),
    ("Bà nôi", "relation", "Bà nội"),
    ("Chông", "relation", "Chồng"),
    ("Bản thân.", "relation", "Bản thân"),
    ("Nư", "sex", "Nữ"),
    ("Nử", "sex", "Nữ"),
    ("Năm", "sex", "Nam"),
    ("NAM", "sex", "NAM"),
    ("Kính", "ethnicity", "Kinh"),
    ("Mương", "ethnicity", "Mường"),
    ("Tay", "ethnicity", "Tày"),
    ("H'Mong", "ethnicity", "H'Mông"),
    ("Khơ mú", "ethnicity", "Khơ mú"),
])
def test_snap_repairs_the_reading(read: str, kind: str, meant: str) -> None:
    assert lists.snap(read, kind) == meant


@pytest.mark.parametrize(("read", "kind"), [
    ("Bá", "relation"),  # bà or ba
    ("Cháu nuội bé", "relation"),
    ("Con thứ", "relation"),
    ("", "sex"),
    ("...", "sex"),
    ("Xanh", "sex"),
    ("Nguyễn Thị Nụ", "sex"),
    ("Hùng", "person_name"),
    ("Pháo hoa", "nationality"),
])
def test_snap_leaves_alone_what_is_not_clear(read: str, kind: str) -> None:
    assert lists.snap(read, kind) is None


@pytest.mark.parametrize("kind", lists.CLOSED)
def test_every_entry_is_itself(kind: str) -> None:
    for entry in lists.entries(kind):
        assert lists.snap(entry.spelling, kind) == entry.spelling
        assert lists.snap(entry.spelling.upper(), kind) == entry.spelling.upper()


@given(st.sampled_from([e.spelling for k in ("sex", "ethnicity", "nationality") for e in lists.entries(k)]), st.data())
@settings(max_examples=100, deadline=None)
def test_one_lost_mark_never_becomes_another_entry(spelling: str, data: st.DataObject) -> None:
    kind = next(k for k in lists.CLOSED if any(e.spelling == spelling for e in lists.entries(k)))
    place = data.draw(st.integers(0, len(spelling) - 1))
    base = letter_parts(spelling[place])[0] or spelling[place]
    read = spelling[:place] + base + spelling[place + 1:]
    snapped = lists.snap(read, kind)
    written = {e.spelling.lower() for e in lists.entries(kind)}
    same = snapped is None or lists.value_of(snapped, kind) == lists.value_of(spelling, kind)
    assert same or nfc(read).lower() in written


def test_values_are_normal_forms() -> None:
    assert lists.value_of("NỮ", "sex") == "Nữ"
    assert lists.value_of("H'Mông", "ethnicity") == "HMông"
    assert lists.value_of("Bố đẻ", "relation") == "Bố đẻ"
    assert lists.value_of("không rõ", "ethnicity") is None


def test_fixed_phrases_of_an_identity_paper() -> None:
    read = "Căn cược công dân số 025188001010 do Cuc Cảnh sat QLHC vể TTXH câp ngày 20/11/2021"
    meant = "Căn cước công dân số 025188001010 do Cục Cảnh sát QLHC về TTXH cấp ngày 20/11/2021"
    assert lists.snap(read, "identity_paper") == meant


def test_fixed_phrases_of_a_marital_status() -> None:
    assert lists.snap_marital_status("Hiên tại chưa đăng ky kết hôn vơi ai") == "Hiện tại chưa đăng ký kết hôn với ai"
    assert lists.marital_status_code("Hiện tại chưa đăng ký kết hôn với ai") == "2"
    assert lists.marital_status_code("Đã ly hôn theo Bản án số 1; hiện tại chưa đăng ký kết hôn với ai") == "3"
    assert lists.marital_status_code("hiện tại đang có vợ là bà Trần Thị Mẫu") == "1"
    assert lists.marital_status_code("không ghi") is None


def test_words_before_numbers_and_long_phrases() -> None:
    assert lists.snap("Sô 5 ngớ 12 tô 3, phường Láng, Hà Nội", "address") == "Số 5 ngõ 12 tổ 3, phường Láng, Hà Nội"
    read = "Căn cược công dân sô 025188001010 dơ Cục Cảns sát QLHC về TTXH câp ngày 20/11/2021"
    meant = "Căn cước công dân số 025188001010 do Cục Cảnh sát QLHC về TTXH cấp ngày 20/11/2021"
    assert lists.snap(read, "identity_paper") == meant


def test_words_of_a_date_are_repaired_before_digits_only() -> None:
    assert lists.snap("ngay 05 thang 3 nam 2026", "date") == "ngày 05 tháng 3 năm 2026"
    assert lists.snap("10 giơ 30 phut, ngay 5/3/2026", "datetime") == "10 giờ 30 phút, ngày 5/3/2026"
    assert lists.snap("Cửa Nam, ngay 05 tháng 3 nam 2026", "place_and_date") == "Cửa Nam, ngày 05 tháng 3 năm 2026"


def test_a_misread_first_letter_keeps_the_capital() -> None:
    assert lists.snap("sừ", "sex") == "Nữ"
    assert lists.snap("nư", "sex") == "nữ"


@pytest.mark.parametrize(("read", "kind", "meant"), [
    ("Xác nhận thông tin về cư tru", "text", "Xác nhận thông tin về cư trú"),
    ("Đề đăng ký kết hôn với bà Lê Thị Mẫu", "text", "Để đăng ký kết hôn với bà Lê Thị Mẫu"),
    ("Tai nhà riêng", "place", "Tại nhà riêng"),
    ("Nuôi cá cảnh tại Đệ La Thành", "text", "Nuôi cá cảnh tại Đệ La Thành"),
])
def test_fixed_phrases_of_free_text_get_their_marks(read: str, kind: str, meant: str) -> None:
    assert lists.snap(read, kind) == meant
