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
