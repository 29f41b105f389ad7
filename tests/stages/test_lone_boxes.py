"""Boxes before their words, lone boxes, what is printed behind a leader, and form codes that differ in a letter."""

from __future__ import annotations

from datetime import date

import pytest

from digitizer.geometry import Box
from digitizer.layout.answers import only_slashes, without_tail
from digitizer.layout.likeness import Look
from digitizer.stages.register import register
from digitizer.template import FieldKind, FieldSpec, FieldType, Item, Template, load_templates
from tests.stages.papers import Paper, printed, small_page


def tick(field_id: str, *choices: str, box_first: bool = False) -> FieldSpec:
    return FieldSpec(field_id, field_id, FieldType.TICK, FieldKind.TICKS, choices=choices, box_first=box_first)


def slots(paper: Paper, *items: Item) -> dict[str, tuple[Box, ...]]:
    template = Template("form", "1", ("TỜ KHAI",), "", date(2024, 1, 1), "", (), items)
    return {s.field_id: s.boxes for s in register([paper.page()], [paper.read()], template).slots}


def test_a_box_may_stand_before_its_word() -> None:
    paper = Paper()
    paper.text(300, 400, "Có thẻ BHYT không?")
    first, second = Box(800, 362, 840, 402), Box(1060, 362, 1100, 402)
    for box in (first, second):
        paper.cell(box)
    paper.text(860, 400, "Không")
    paper.text(1120, 400, "Có")
    spec = tick("card", "Không", "Có", box_first=True)
    assert slots(paper, Item("Có thẻ BHYT không?", spec))["card"] == (first, second)


@pytest.mark.parametrize("box_first", [False, True])
def test_a_lone_box_belongs_to_its_label(box_first: bool) -> None:
    paper = Paper()
    end = paper.text(400, 400, "Đề nghị cấp Giấy chứng nhận")
    box = Box(330, 362, 370, 402) if box_first else Box(end + 40, 362, end + 80, 402)
    paper.cell(box)
    spec = tick("request", box_first=box_first)
    assert slots(paper, Item("Đề nghị cấp Giấy chứng nhận", spec))["request"] == (box,)
    assert spec.answers == ("Có",)


@pytest.mark.parametrize(("text", "tail", "answer"), [
    ("120,5 m²", "m²", "120,5"), ("120,5 m2.", "m²", "120,5"), ("m²", "m²", ""), ("Nghỉ ốm )", ")", "Nghỉ ốm"),
    ("UBND xã Trung Giã (1)", "(1)", "UBND xã Trung Giã"), ("UBND xã Trung Giã 1)", "(1)", "UBND xã Trung Giã"),
    ("Thửa 1", "(1)", "Thửa 1"), ("120,5 m²", "", "120,5 m²"),
])
def test_what_is_printed_behind_the_leader_is_no_answer(text: str, tail: str, answer: str) -> None:
    assert without_tail(text, tail) == answer


@pytest.mark.parametrize(("text", "blank"), [("1", True), ("/", True), ("... / ...", True), ("05/2024", False)])
def test_a_printed_slash_alone_is_no_date(text: str, blank: bool) -> None:
    assert only_slashes(text, FieldSpec("since", "Từ", FieldType.DATE, inner=("/",))) is blank


@pytest.mark.parametrize(("code", "other"), [("1a", False), ("1b", True), ("1đ", True)])
def test_forms_of_one_title_are_told_apart_by_their_code(code: str, other: bool) -> None:
    template = next(t for t in load_templates() if t.id == "tro-giup-xa-hoi-1a")
    _, text = small_page(1, [f"Mẫu số {code}", *printed(template)])
    assert Look(text).likeness(template).other_code is other
