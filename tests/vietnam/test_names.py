"""Names: looked at, never changed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitizer.vietnam import lists, names
from digitizer.vietnam.text import MARKED_LETTERS, nfc

WORDS = st.text(alphabet="bcdghklmnpqrstvxaeiouy" + MARKED_LETTERS, min_size=1, max_size=7)


@given(st.lists(WORDS, min_size=1, max_size=5))
@settings(max_examples=100, deadline=None)
def test_a_name_stays_as_written(words: list[str]) -> None:
    name = " ".join(words)
    assert names.normal_name(f" {name} ...") == nfc(name)
    assert lists.snap(name, "person_name") is None


def test_leader_remnants_are_no_part_of_a_name() -> None:
    assert names.normal_name("....Kiều Thị  Thưởng Bình ..") == "Kiều Thị Thưởng Bình"
    assert names.normal_name("H'Hen Niê") == "H'Hen Niê"


@pytest.mark.parametrize("name", ["Nguyễn Văn 4n", "Trần @ Bình", "Lê (Minh)"])
def test_odd_characters(name: str) -> None:
    assert names.odd_characters(name)


@pytest.mark.parametrize("name", ["Nguyễn Thị Quỳnh", "K'Brơi", "Y-Moan Êban", "Lý Thường Kiệt", "ĐỖ THÚY NGA"])
def test_no_odd_characters(name: str) -> None:
    assert not names.odd_characters(name)


def test_what_is_flagged() -> None:
    assert names.broken_words("Nguyễn Vănm Bìnhh") == ("Vănm", "Bìnhh")
    assert names.broken_words("Kiều Thị Thưởng Bình") == ()
    assert names.is_mixed_case("NguyỄn Văn Bình")
    assert names.is_mixed_case("NGUYỄN Văn Bình")
    assert not names.is_mixed_case("NGUYỄN VĂN BÌNH")
    assert not names.is_mixed_case("Nguyễn Văn Bình")
    assert names.has_misread_surname("Nguyên Văn Bình")
    assert names.has_misread_surname("Trân Văn Bình")
    assert not names.has_misread_surname("Nguyễn Văn Bình")
    assert not names.has_misread_surname("Lò Văn Bình")
    assert names.has_common_surname("HUỲNH Thị Lan")
    assert not names.has_common_surname("")


def test_sameness_is_by_letters() -> None:
    assert names.same_name("ĐẶNG THÚY NGA", "Đặng Thuý Nga")
    assert not names.same_name("Lê Hùng", "Lê Hưng")
    assert not names.same_name("Lý Mai", "Lí Mai")
