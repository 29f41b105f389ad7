"""Words of a label that are to be struck out are proposed in a draft, and checked in a template."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from digitizer.drafting.alternatives import alternatives_in, asks_to_strike
from digitizer.drafting.check import check_file
from digitizer.drafting.entries import Entry, Found
from digitizer.drafting.fields import draft_of
from digitizer.drafting.outline import Outline
from digitizer.drafting.write import yaml_text
from digitizer.template import FieldKind, load_forms

TEMPLATE = """
id: meo
edition: tt1-2026
titles: ["TỜ KHAI"]
regulation: "Thông tư 1/2026/TT-BTP"
valid_from: 2026-01-01
items:
  - text: "TỜ KHAI"
  - text: "Ông/Bà:"
    alternatives: {id: requester.title, choices: [Ông, Bà]}
    field: {id: requester.full_name, type: person_name}
"""


@pytest.mark.parametrize(("text", "choices"), [
    ("Ông/Bà:", ["Ông", "Bà"]), ("Sinh con trai/con gái, đặt tên là:", ["con trai", "con gái"]),
    ("Là vợ/chồng/con của người có tên trên", ["vợ", "chồng", "con"]),
    ("Đề nghị (1) cấp mới/(2) cấp lại/(3) cấp đổi giấy xác nhận", ["cấp mới", "cấp lại", "cấp đổi"]),
    ("Họ và tên:", []),
])
def test_the_words_around_slashes_are_proposed(text: str, choices: list[str]) -> None:
    assert alternatives_in(text, "") == choices


def test_a_note_that_quotes_them_says_more_than_the_slash() -> None:
    form = next(t for t in load_forms() if t.id == "khai-tu")
    item = next(i for i in form.items if i.alternatives)
    assert item.alternatives
    assert asks_to_strike(form.notes[3])
    assert tuple(alternatives_in(item.text, form.notes[3])) == item.alternatives.choices


@pytest.mark.parametrize("text", ["Gạch bỏ phần không cần thiết", "(Khoanh tròn vào câu trả lời)", "gạch cụm từ “A”"])
def test_forms_ask_for_strokes_in_several_words(text: str) -> None:
    assert asks_to_strike(text)
    assert not asks_to_strike("Gạch đầu dòng")


def draft(*texts: str) -> str:
    entries = [Entry(text, kind=FieldKind.LEADERS if text.endswith(":") else None) for text in texts]
    outline = Outline("", "", ("TỜ KHAI",), True, True, (), (), "", ())
    return yaml_text(draft_of(outline, Found(entries=entries), "meo", date(2026, 1, 1)))


def test_a_draft_proposes_them_as_unsure_where_the_form_asks_for_strokes() -> None:
    text = draft("Ông/Bà:", "(gạch bỏ phần không cần thiết)")
    assert "alternatives: {id: ong_ba, choices: [\"Ông\", \"Bà\"]}" in text
    assert "có phần để gạch bỏ: Ông / Bà" in text


def test_slashes_without_a_word_of_strokes_are_labels_as_ever() -> None:
    assert "alternatives" not in draft("Số CMND/CCCD:", "Ông/Bà:")


@pytest.mark.parametrize(("right", "wrong", "code"), [
    ("choices: [Ông, Bà]", "choices: [Bà, Ông]", "alternative_not_printed"),
    ("choices: [Ông, Bà]", "choices: [Ông]", "few_alternatives"),
    ("choices: [Ông, Bà]", "choices: [Ông, Bà], kind: ticks", "kind_of_alternatives"),
    ("choices: [Ông, Bà]", "choices: [Ông, Bà], values: [ông]", "wrong_value"),
    ("choices: [Ông, Bà]", "choices: [Ông, Bà], colour: red", "unknown_key"),
    ("id: requester.title", "id: requester.full_name", "duplicate_id"),
    ("{id: requester.title, choices: [Ông, Bà]}", "yes please", "wrong_value"),
])
def test_forms_check_names_what_is_wrong(right: str, wrong: str, code: str, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(TEMPLATE, encoding="utf-8")
    assert check_file(file)[0] == ()
    file.write_text(TEMPLATE.replace(right, wrong), encoding="utf-8")
    assert code in [fault.code for fault in check_file(file)[0]]
