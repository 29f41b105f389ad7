"""Invented people agree with themselves, and answers with the document they stand in."""

from __future__ import annotations

import random
import re
import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.answers import answers
from bench.people import date_in_words, long_date, make_person, unmarked
from digitizer.document import FieldStatus
from digitizer.template import FieldKind, load_forms

TEMPLATES = {t.id: t for t in load_forms()}


@given(st.integers(0, 10_000))
def test_personal_number_agrees_with_sex_and_birth(seed: int) -> None:
    person = make_person(random.Random(seed), date(1999 + seed % 8, 5, 4))
    assert re.fullmatch(r"\d{12}", person.personal_id)
    assert int(person.personal_id[3]) == (2 if person.born.year >= 2000 else 0) + (person.sex == "Nữ")
    assert int(person.personal_id[4:6]) == person.born.year % 100
    assert person.personal_id in person.paper.raw


@pytest.mark.parametrize(("day", "words"), [
    (date(2026, 3, 15), "Ngày mười lăm tháng ba năm hai nghìn hai mươi sáu"),
    (date(2025, 4, 21), "Ngày hai mươi mốt tháng tư năm hai nghìn hai mươi lăm"),
    (date(1990, 11, 5), "Ngày năm tháng mười một năm một nghìn chín trăm chín mươi"),
    (date(2004, 10, 31), "Ngày ba mươi mốt tháng mười năm hai nghìn không trăm linh bốn"),
])
def test_dates_in_words(day: date, words: str) -> None:
    assert date_in_words(day) == words


def test_long_dates_as_the_decree_writes_them() -> None:
    assert long_date(date(2026, 2, 5)) == "05 tháng 02 năm 2026"
    assert long_date(date(2026, 3, 15)) == "15 tháng 3 năm 2026"


@pytest.mark.parametrize("form", sorted(TEMPLATES))
@pytest.mark.parametrize("seed", range(12))
def test_every_field_has_an_answer_in_nfc_and_the_same_seed_gives_the_same(form: str, seed: int) -> None:
    template = TEMPLATES[form]
    made = answers(template, random.Random(seed))
    single = [f.id for f in template.fields if f.kind is not FieldKind.TABLE]
    assert set(single) <= set(made)
    assert made == answers(template, random.Random(seed))
    for field_id, truth in made.items():
        assert truth.raw == unicodedata.normalize("NFC", " ".join(truth.raw.split())), field_id
        assert (truth.status is FieldStatus.BLANK) == (not truth.raw), field_id


@pytest.mark.parametrize("seed", range(12))
def test_a_birth_declaration_agrees_with_itself(seed: int) -> None:
    made = {k: t.raw for k, t in answers(TEMPLATES["khai-sinh"], random.Random(seed)).items()}
    day, month, year = (int(n) for n in made["child.date_of_birth"].split("/"))
    assert made["child.date_of_birth_words"] == date_in_words(date(year, month, day))
    assert made["child.full_name"].split()[0].lower() == made["father.full_name"].split()[0].lower()
    assert bool(made["copies.count"]) == (made["copies.wanted"] == "Có")
    if made["requester.relation"] == "Mẹ đẻ":
        assert made["requester.full_name"] == made["mother.full_name"]


def test_unmarked_is_ascii() -> None:
    assert unmarked("Đặng Thị Ngữ") == "Dang Thi Ngu"
