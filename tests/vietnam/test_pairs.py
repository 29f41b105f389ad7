"""A word that no neighbour knows, but with other marks does, is doubted; names and plain writing are not."""

import pytest

from digitizer.vietnam.pairs import doubted_words, with_meant


@pytest.mark.parametrize(("read", "meant"), [
    ("Xác nhận thông tin về cư tru", "Xác nhận thông tin về cư trú"),
    ("Điều chỉnh thông tin vẻ cư trú", "Điều chỉnh thông tin về cư trú"),
    ("Thống tin về cư trú", "Thông tin về cư trú"),
])
def test_a_lost_mark_is_seen_by_its_neighbours(read: str, meant: str) -> None:
    doubts = doubted_words(read)
    assert len(doubts) == 1
    assert with_meant(read, doubts) == meant


@pytest.mark.parametrize("right", [
    "Xác nhận thông tin về cư trú", "Tại nhà riêng", "Bệnh viện Thanh Nhàn, phường Hai Bà Trưng, thành phố Hà Nội",
    "Đã đăng ký kết hôn nhưng đã ly hôn theo Bản án ly hôn số 45/HNGĐ-ST ngày 23 tháng 5 năm 2020",
    "Viêm phổi nặng, suy hô hấp", "Làm thủ tục xuất khẩu lao động tại Nhật Bản", "Già yếu", "Em", "",
    "Bổ sung hồ sơ xin việc làm", "Nhập hộ khẩu cho con mới sinh",
])
def test_right_wording_is_not_doubted(right: str) -> None:
    assert doubted_words(right) == ()


def test_names_are_never_doubted() -> None:
    assert doubted_words("Trần Thị Tru, Nguyễn Văn Vẻ") == ()


def test_capitals_stay_in_the_proposal_and_letters_may_come_apart() -> None:
    apart = "Thống tin về cư trú".replace("ề", "e\u0302\u0300")
    assert with_meant(apart, doubted_words(apart)) == "Thông tin về cư trú"


@pytest.mark.parametrize(("read", "meant"), [
    ("Khai báo thông tin về cư trú tại Thôn Tiền Lệ, xã Nội Bai, thành phố Hà Nội",
     "Khai báo thông tin về cư trú tại Thôn Tiền Lệ, xã Nội Bài, thành phố Hà Nội"),
    ("Tách hộ tại Tổ dân phố số 16, phường Long Biên, Há Nội",
     "Tách hộ tại Tổ dân phố số 16, phường Long Biên, Hà Nội"),
])
def test_a_unit_is_doubted_where_none_is_called_so_but_one_is_with_other_marks(read: str, meant: str) -> None:
    assert with_meant(read, doubted_words(read)) == meant


@pytest.mark.parametrize("right", [
    "Đăng ký thường trú tại phường Cửa Nam Hà Nội", "Tại Thôn Thọ Lão, xã Tân Triều, huyện Thanh Trì, TP. Hà Nội",
    "Kết hôn với ông Nguyễn Ha Noi, quốc tịch Việt Nam, tại xã Xuân Mai", "Phường 5, quận Gò Vấp, tp.HCM",
])
def test_units_of_either_time_and_other_names_are_not_doubted(right: str) -> None:
    assert doubted_words(right) == ()
