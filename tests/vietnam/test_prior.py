"""The prior of words: units are likely where they belong, and no legal word is impossible."""

import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitizer.vietnam import prior
from digitizer.vietnam import units as tables
from digitizer.vietnam.answers import edits, letters_of, near_listed, shape_of
from digitizer.vietnam.text import is_syllable, syllables
from digitizer.vietnam.units import birth_provinces, units


def score(text: str, known: prior.NgramPrior | None = None) -> float:
    known = known or prior.address_prior()
    state, total = known.start(), 0.0
    for word in text.split():
        price, state = known.word(state, word)
        total += price
    return total


def test_old_and_new_units_are_there() -> None:
    rows = tables.old_units()
    assert sum(level == "P" for level, *_ in rows) == 63
    assert sum(level == "D" for level, *_ in rows) == 696
    assert sum(level == "C" for level, *_ in rows) == 10035
    names = {name for level, _, name, _ in rows if level == "P"}
    assert len(names & {*birth_provinces().values()}) >= 60
    assert all(kind for _, kind, *_ in rows)


@pytest.mark.parametrize(("likelier", "than"), [
    ("Hoà Khánh Nam Liên Chiểu Đà Nẵng", "Hoà Khánh Nam Liên Chiêu Đà Nẵng"),
    ("Xã Sơn Đông Huyện Lập Thạch Tỉnh Vĩnh Phúc", "Xã Sơn Đông Huyện Lập Thạch Tỉnh Vĩnh Phục"),
    ("Gò Vấp Tp Hồ Chí Minh", "Gò Vấp Tp Hố Chí Minh"),
    ("Ba Vì Hà Nội", "Ba Vì Hà Nôi"),
    ("Xã Ba Vì Hà Nội", "Xã ba vì Hà Nội"),
    ("Thôn Hạ", "Thôn hẠ"),
    ("thị trấn Hà Lam", "thị trần Hà Lam"),
])
def test_what_is_a_place_is_likelier(likelier: str, than: str) -> None:
    assert score(likelier) > score(than) + 1


@given(st.sampled_from(sorted(units().values(), key=lambda u: u.code)))
@settings(max_examples=50)
def test_kinds_and_tone_placement_do_not_change_a_name(unit: object) -> None:
    name = unit.name  # type: ignore[attr-defined]
    words = name.split()
    assert score(name) == score(re.sub(r"oà\b", "òa", re.sub(r"uý\b", "úy", name)))
    alone, kind = prior.address_prior().start(), prior.address_prior().word(prior.address_prior().start(), "Xã")[1]
    assert prior.address_prior().word(alone, words[0])[0] == prior.address_prior().word(kind, words[0])[0]


@given(st.sampled_from(syllables()), st.sampled_from(syllables()))
@settings(max_examples=100, deadline=None)
def test_every_syllable_is_possible_and_probabilities_are_at_most_one(one: str, other: str) -> None:
    known = prior.address_prior()
    state = known.start()
    for word in (one, other):
        price, after = known.word(state, word)
        assert -25 < price <= 0
        assert known.beginning(state, word[:1]) <= 0
        state = after


def test_shares_of_the_words_behind_a_context_sum_to_one() -> None:
    known = prior.address_prior()
    state = known.word(known.start(), "Quảng")[1]
    words = {*known._single, *(prior.tone_key(w) for w in syllables())} - {prior.NUMBER}
    total = sum(known._chance(word, state[0]) for word in words) + known._chance(prior.NUMBER, state[0])
    assert 0.8 < total <= 1.01


def test_names_know_legality_alone() -> None:
    known = prior.syllable_prior()
    assert known.word(None, "Hùng")[0] == known.word(None, "Hưng")[0] == known.word(None, "HÙNG")[0] == 0
    assert known.word(None, "Hgùn")[0] < 0
    assert known.word(None, "HùNg")[0] < 0


def test_dates_in_words() -> None:
    known = prior.spoken_dates_prior()
    assert score("ngày mười lăm tháng ba", known) > score("ngày mười lắm tháng ba", known) + 3


@given(st.text("abcdefghiklmnopqrstuvxyăâđêôơưáàảãạ", min_size=1, max_size=8))
@settings(max_examples=100, deadline=None)
def test_near_words_are_near(word: str) -> None:
    known = prior.address_prior()
    for found in known.near(word, 10):
        assert known.knows(found)
        assert edits(prior.fold(found), prior.fold(word)) <= max(1, (len(prior.fold(word)) + 1) // 2)


def test_beginnings_look_ahead() -> None:
    known = prior.address_prior()
    state = known.start()
    for word in ("Xuân", "Trường", "Nam"):
        state = known.word(state, word)[1]
    assert known.beginning(state, "Đ") > math.log(0.5)
    assert known.beginning(state, "Đị") > known.beginning(state, "Đạ")
    assert is_syllable("định")


def test_shapes() -> None:
    is_date, is_id, is_number = shape_of("date"), shape_of("personal_id"), shape_of("integer")
    assert is_date is not None and is_id is not None and is_number is not None
    assert is_date("05/03/1981") and is_date("ngày 5 tháng 3 năm 1981") and is_date("1981")
    assert not is_date("31/4/1981") and not is_date("05031981") and not is_date("ngày tháng năm")
    assert is_id("001 099 001234") and not is_id("00109900123")
    assert is_number("02") and not is_number("O2") and not is_number("1/2")
    assert letters_of("date") is not None and letters_of("address") is None


def test_near_listed() -> None:
    assert near_listed("Nư", "sex")["Nữ"] == "Nữ"
    assert "NỮ" in near_listed("NU", "sex")
    assert near_listed("Nguyễn Văn Nam", "sex") == {}
    assert near_listed("độc thân", "marital_status")["Độc thân"] == "Độc thân"


def test_hospitals_are_likelier_than_units_that_sound_alike() -> None:
    assert score("Bệnh viện Phụ sản Trung ương") > score("Bệnh viện Phụ sản Trung Lương") + 2
    assert score("Trạm y tế xã Đông Anh") > score("Tram y tế xã Đông Anh")
