"""The machine-readable zone: check digits of the standard, repairs only where they then hold, never a crash."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.cards import Card, make_card
from digitizer.vietnam.mrz import check_digit, looks_like, read_zone
from digitizer.vietnam.text import fold

SAMPLE = ("IDVNM0990000176001099000017<<7", "9901155M3901153VNM<<<<<<<<<<<8", "NGUYEN<<VAN<AN<<<<<<<<<<<<<<<<")
TWINS = {"0": "O", "1": "I", "5": "S", "8": "B", "2": "Z", "6": "G"}


def card(seed: int) -> Card:
    return make_card(random.Random(seed))


@pytest.mark.parametrize(("text", "digit"), [
    ("520727", "3"), ("AB2134<<<", "5"), ("D23145890", "7"), ("740812", "2"), ("120415", "9"),  # ICAO 9303 part 3
])
def test_check_digits_of_the_standard(text: str, digit: str) -> None:
    assert check_digit(text) == digit


def test_a_zone_says_who_it_is() -> None:
    zone = read_zone(SAMPLE)
    assert zone is not None
    assert (zone.personal_id, zone.born, zone.sex, zone.expires) == ("001099000017", "1999-01-15", "Nam", "2039-01-15")
    assert (zone.name, zone.checked) == ("NGUYEN VAN AN", 5)


@given(st.integers(0, 5000), st.randoms(use_true_random=False))
def test_every_card_is_read_in_any_order_among_other_lines(seed: int, rng: random.Random) -> None:
    made = card(seed)
    lines = [*made.mrz(), "Trần Văn Mẫu", "CỤC TRƯỞNG CỤC CẢNH SÁT"]
    rng.shuffle(lines)
    zone = read_zone(lines)
    assert zone is not None
    assert zone.personal_id == made.person.personal_id
    assert zone.born == made.person.born.isoformat()
    assert zone.expires == (made.expires.isoformat() if made.expires else "")
    assert zone.sex == made.person.sex
    assert fold(made.name, spaces=False).startswith(fold(zone.name, spaces=False))


@given(st.integers(0, 5000))
def test_letters_where_digits_stand_are_put_right(seed: int) -> None:
    made = card(seed)
    first, second, third = made.mrz()
    spoiled = "".join(TWINS.get(c, c) for c in first[5:]), "".join(TWINS.get(c, c) for c in second[:7])
    zone = read_zone([first[:5] + spoiled[0], spoiled[1] + second[7:], third])
    assert zone is not None
    assert (zone.personal_id, zone.born) == (made.person.personal_id, made.person.born.isoformat())


@given(st.integers(0, 5000), st.integers(5, 26), st.sampled_from("0123456789"))
def test_one_wrong_digit_of_the_number_is_put_right_or_nothing_is_said(seed: int, place: int, digit: str) -> None:
    made = card(seed)
    first, *_ = made.mrz()
    zone = read_zone([first[:place] + digit + first[place + 1 :]])
    assert zone is None or zone.personal_id == made.person.personal_id


@given(st.integers(0, 5000), st.integers(0, 5), st.sampled_from("0123456789"))
def test_a_date_whose_check_digit_fails_is_not_given(seed: int, place: int, digit: str) -> None:
    made = card(seed)
    _, second, _ = made.mrz()
    zone = read_zone([second[:place] + digit + second[place + 1 :]])
    changed = second[:place] + digit + second[place + 1 : 6]
    if zone is not None and zone.born and check_digit(changed) == second[6]:
        assert zone.born[2:].replace("-", "") == changed


def test_fillers_read_as_letters_do_not_hide_the_number() -> None:
    first, second, third = "IDVNM0990000176001099000017KK7", "9901155M3901153VNMKK6KKK66KKK8", "NGUYENKKVANKANKKKKKKKK"
    zone = read_zone([first, second, third])
    assert zone is not None
    assert (zone.personal_id, zone.born, zone.name) == ("001099000017", "1999-01-15", "")


@given(st.lists(st.text(max_size=40), max_size=6))
def test_anything_may_be_on_a_page(lines: list[str]) -> None:
    zone = read_zone(lines)
    assert zone is None or zone.checked >= 0
    assert not any(looks_like(line) for line in lines if len(line) < 20)


@pytest.mark.parametrize("line", [
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Họ và tên / Full name: NGUYỄN VĂN AN", "Số: 123/2026/QĐ-UBND-VP-KSTT-NC",
])
def test_print_is_no_zone(line: str) -> None:
    assert not looks_like(line)
