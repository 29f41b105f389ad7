"""What stands in a card's QR code, and that anything else in a code is told from it without a crash."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.cards import make_card
from digitizer.vietnam.card_codes import CardCode, parse_card_code

SAMPLE = "001099000017||NGUYỄN VĂN AN|15011999|Nam|Số 1 phố A, phường B, quận C, Hà Nội|15042021"


def test_the_seven_fields() -> None:
    assert parse_card_code(SAMPLE) == CardCode(
        "001099000017", "", "NGUYỄN VĂN AN", "15/01/1999", "Nam", "Số 1 phố A, phường B, quận C, Hà Nội", "15/04/2021"
    )


def test_six_fields_and_more_than_seven_are_borne() -> None:
    six = parse_card_code(SAMPLE.rpartition("|")[0])
    many = parse_card_code(SAMPLE + "|15012039||")
    assert six is not None and six.issued_on == ""
    assert many is not None and many.issued_on == "15/04/2021"


@pytest.mark.parametrize("text", [
    "", "https://example.vn/tra-cuu?ma=1", "001099000017", "00109900001|||||", "|" * 30, "0010990000177||A B|1|Nam|C",
    SAMPLE.replace("NGUYỄN", "\ufffd"), SAMPLE + "x" * 600, "٠٠١٠٩٩٠٠٠٠١٧||A B|15011999|Nam|C|15042021",
])
def test_other_codes_are_no_cards(text: str) -> None:
    assert parse_card_code(text) is None


def test_a_part_that_does_not_fit_its_place_is_left_out() -> None:
    found = parse_card_code("001099000017|12345|15011999|31021999|X|7|99999999")
    assert found == CardCode("001099000017")


@given(st.integers(0, 5000))
def test_every_drawn_card_says_what_it_holds(seed: int) -> None:
    card = make_card(random.Random(seed))
    found = parse_card_code(card.qr_text())
    assert found is not None
    assert (found.personal_id, found.date_of_birth) == (card.person.personal_id, f"{card.person.born:%d/%m/%Y}")
    assert (found.residence, found.issued_on) == (card.residence, f"{card.issued:%d/%m/%Y}")


@given(st.text(max_size=300))
def test_anything_may_stand_in_a_code(text: str) -> None:
    found = parse_card_code(text)
    assert found is None or len(found.personal_id) == 12
