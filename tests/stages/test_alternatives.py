"""Words of a label that are struck out: what the marks say, where the words stand, and what stays readable."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.alternatives import Drawn, drawn, own_filled, own_form
from bench.make import filled, template_of
from bench.pens import strike_words
from bench.prints import print_blank, styles
from bench.scan import QUALITIES, save, scan_all
from digitizer.document import FieldStatus, Mark, Slot, SlotReading
from digitizer.engines.build import build_engine
from digitizer.geometry import Box
from digitizer.layout.alternatives import left_of
from digitizer.options import Options
from digitizer.pipeline import Tools, digitize
from digitizer.ports import Engine
from digitizer.template import FieldKind, FieldSpec, FieldType, Template, parse_template
from digitizer.wire import record_to_json

CHOICES = ("vợ", "chồng", "con")
NONE, STRUCK, RINGED, UNSURE = Mark.NONE, Mark.STRUCK, Mark.RINGED, Mark.UNSURE


@pytest.fixture(scope="module")
def engine() -> Engine:
    return build_engine("onnx")


def said(*marks: Mark, pieces: tuple[int, ...] = (0, 1, 2), values: tuple[str, ...] = ()) -> tuple[str, str, Any]:
    spec = FieldSpec("relation", "Là", FieldType.TICK, FieldKind.ALTERNATIVES, choices=CHOICES, values=values)
    slot = Slot("relation", 1, (Box(0, 0, 9, 9),) * len(marks), pieces=pieces)
    raw, status, _, others = left_of(spec, SlotReading(slot, (), (), marks=marks))
    return raw, status.value, others


def test_what_is_left_is_the_answer() -> None:
    assert said(STRUCK, NONE, STRUCK) == ("chồng", "filled", ())
    assert said(NONE, RINGED, NONE) == ("chồng", "filled", ())
    assert said(STRUCK, RINGED, STRUCK) == ("chồng", "filled", ())
    assert said(STRUCK, STRUCK, STRUCK, NONE, pieces=(0, 0, 1, 2)) == ("con", "filled", ())
    assert said(STRUCK, NONE, STRUCK, values=("vo", "chong", "con")) == ("chong", "filled", ())


def test_untouched_print_says_nothing() -> None:
    assert said(NONE, NONE, NONE) == ("", "blank", ())


def test_what_may_mean_several_things_is_asked_with_what_is_left() -> None:
    assert said(STRUCK, NONE, NONE) == ("", "illegible", ("chồng", "con"))
    assert said(STRUCK, STRUCK, STRUCK) == ("", "illegible", CHOICES)
    assert said(RINGED, RINGED, NONE) == ("", "illegible", ("vợ", "chồng"))
    assert said(STRUCK, UNSURE, STRUCK) == ("", "illegible", ("chồng",))
    assert said(STRUCK, NONE, STRUCK, NONE, pieces=(0, 0, 1, 2)) == ("", "illegible", ("vợ", "con"))


@pytest.mark.parametrize(("alternatives", "fault"), [
    ({"id": "a", "choices": ["Ông"]}, "two or more"), ({"id": "a", "choices": ["Bà", "Ông"]}, "in their order"),
    ({"id": "a", "choices": ["Ông", "Bà"], "values": ["ông"]}, "values as many"),
])
def test_alternatives_that_are_not_printed_so_are_a_fault_of_the_template(
    alternatives: dict[str, Any], fault: str
) -> None:
    from digitizer.errors import UsageError

    data = {"id": "a", "edition": "b", "titles": ["T"], "regulation": "", "valid_from": None,
            "items": [{"text": "Ông/Bà:", "alternatives": alternatives}]}
    with pytest.raises(UsageError, match=fault):
        parse_template(data, "here")


def fields_of(form: Any, template: Template, engine: Engine, path: Path, quality: str = "light") -> dict[str, Any]:
    scans = scan_all(form.pages, QUALITIES[quality], random.Random(5))
    file, *_ = save(scans, path / "form.pdf")
    (record,) = [record_to_json(r) for r in digitize(file, file.name, Tools(engine, (template,)), Options())]
    fields: dict[str, Any] = record["fields"]
    return fields | {"decision": record["decision"]}


@pytest.mark.parametrize("seed", [3, 8, 21])
def test_a_form_is_read_with_what_was_struck_out(seed: int, engine: Engine, tmp_path: Path) -> None:
    made: Drawn = drawn(seed)
    fields = fields_of(made.form, made.template, engine, tmp_path)
    right = 0
    for case in made.cases:
        field = fields[case.field_id]
        asked = field["status"] in ("illegible", "not_found")
        if case.fate == "all":
            assert asked
        elif not asked:
            assert (field["status"], field["raw"]) == (("filled" if case.left else "blank"), case.left)
            right += 1
    assert right >= 0.6 * sum(case.fate != "all" for case in made.cases)


def test_untouched_labels_are_blank_and_ask_nobody(engine: Engine, tmp_path: Path) -> None:
    blank = own_form(4)
    fields = fields_of(own_filled(blank, 4), blank.template, engine, tmp_path, "medium")
    asked = {reason["field"] for reason in fields["decision"]["reasons"]}
    for place in blank.places:
        if place.spec.kind is FieldKind.ALTERNATIVES:
            assert (fields[place.field_id]["status"], fields[place.field_id]["raw"]) == ("blank", "")
            assert place.field_id not in asked


@pytest.mark.parametrize("kept", [0, 1])
def test_the_death_declaration_says_what_kind_of_notice_and_its_number_stays(
    kept: int, engine: Engine, tmp_path: Path
) -> None:
    template = template_of("khai-tu")
    form = filled(print_blank(template, styles()[0]), 12)
    place = next(p for p in print_blank(template, styles()[0]).places if p.field_id == "death_notice.kind")
    pages = tuple(page.copy() for page in form.pages)
    from PIL import Image

    mask = Image.new("L", pages[0].size, 0)
    for cell in place.words[1 - kept]:
        strike_words(mask, cell.box, "single", random.Random(2))
        pages[cell.page].paste((20, 20, 40), (0, 0), mask)
    fields = fields_of(replace(form, pages=pages), template, engine, tmp_path)
    assert fields["death_notice.kind"]["raw"] == place.spec.choices[kept]
    assert fields["death_notice.kind"]["value"] == place.spec.choices[kept]
    number = next(a for a in form.answers if a.field_id == "death_notice.number")
    assert fields["death_notice.number"]["status"] == number.status.value
    assert fields["death_notice.number"]["raw"] == number.raw


def test_all_struck_out_is_asked_with_both_words(engine: Engine, tmp_path: Path) -> None:
    made = next(d for d in map(drawn, range(40)) if any(c.fate == "all" and c.field_id == "child.sex" for c in d.cases))
    field = fields_of(made.form, made.template, engine, tmp_path)["child.sex"]
    assert field["status"] == FieldStatus.ILLEGIBLE.value
    assert set(field["candidates"]) == {"con trai", "con gái"}
    assert "alternatives_unclear" in [finding["code"] for finding in field["findings"]]
