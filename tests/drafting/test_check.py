"""Every fault of a template gets one sentence, and the templates of the product have none."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.make import template_of
from bench.prints import print_blank
from digitizer.drafting.check import Fault, check_file
from digitizer.drafting.overlay import lay_over
from digitizer.drafting.pages import clean_pages
from digitizer.errors import UsageError
from digitizer.options import Options
from digitizer.ports import Engine
from digitizer.template import TEMPLATES_DIR

GOOD = """
id: meo
edition: tt1-2026
titles: ["TỜ KHAI"]
regulation: "Thông tư 1/2026/TT-BTP"
valid_from: 2026-01-01
items:
  - text: "TỜ KHAI"
  - text: "Họ và tên:"
    footnote: "(1)"
    field: {id: subject.full_name, type: person_name}
  - text: "Bản sao:"
    field: {id: copies.wanted, type: tick, kind: ticks, choices: [Có, Không]}
notes: ["Ghi rõ."]
"""


def faults(tmp_path: Path, text: str) -> tuple[Fault, ...]:
    file = tmp_path / "a.yaml"
    file.write_text(text, encoding="utf-8")
    return check_file(file)[0]


def test_a_good_template_has_no_fault(tmp_path: Path) -> None:
    assert faults(tmp_path, GOOD) == ()


@pytest.mark.parametrize("path", sorted(TEMPLATES_DIR.glob("*/*/template.yaml")), ids=lambda p: p.parent.parent.name)
def test_the_templates_of_the_product_have_none(path: Path) -> None:
    found, template = check_file(path)
    assert template is not None
    assert [f for f in found if not f.warning] == []


@pytest.mark.parametrize(("right", "wrong", "code"), [
    ("edition: tt1-2026", "editon: tt1-2026", "unknown_key"),
    ("edition: tt1-2026", "", "missing_key"),
    ("titles: [\"TỜ KHAI\"]", "titles: []", "no_title"),
    ("id: meo", "id: Mèo", "bad_form_id"),
    ("valid_from: 2026-01-01", "valid_from: \"01/2026\"", "wrong_value"),
    ("valid_from: 2026-01-01", "valid_from: 2026-01-01\nvalid_to: 2025-01-01", "dates_reversed"),
    ("text: \"Họ và tên:\"", "text: \" :\"", "empty_label"),
    ("text: \"Họ và tên:\"", "texts: \"Họ và tên:\"", "no_text"),
    ("id: copies.wanted", "id: subject.full_name", "duplicate_id"),
    ("id: subject.full_name", "id: Subject Name", "bad_id"),
    ("type: person_name", "type: name", "unknown_value"),
    ("type: person_name", "type: person_name, label2: x", "unknown_key"),
    ("type: person_name", "type: person_name, kind: comb", "no_cells"),
    ("type: person_name", "type: person_name, choices: [Có]", "choices_without_ticks"),
    ("type: person_name", "type: person_name, inner: [\"/\", năm]", "mixed_inner"),
    ("type: person_name", "type: person_name, lines: 0", "wrong_value"),
    ("type: person_name", "type: person_name, required: true, optional_with_id: true", "required_twice"),
    (", choices: [Có, Không]", "", "no_choices"),
    ("choices: [Có, Không]", "choices: [Có, Có]", "same_choice_twice"),
    ("choices: [Có, Không]", "choices: [Có, Không], inner: [năm]", "inner_without_leaders"),
    ("id: subject.full_name, type: person_name", "id: \"members[n].name\", type: person_name, kind: table", "no_rows"),
    ("edition: tt1-2026", "edition: tt1-2026\nrows: 3", "rows_without_table"),
    ("footnote: \"(1)\"", "footnote: \"*\"", "bad_mark"),
    ("footnote: \"(1)\"", "signature: nobody", "unknown_value"),
    ("footnote: \"(1)\"", "footnote: \"(2)\"", "mark_without_note"),
    ("regulation: \"Thông tư 1/2026/TT-BTP\"", "regulation: \"\"", "no_regulation"),
])
def test_each_fault_has_its_sentence(tmp_path: Path, right: str, wrong: str, code: str) -> None:
    assert right in GOOD
    found = faults(tmp_path, GOOD.replace(right, wrong, 1))
    assert code in {f.code for f in found}
    assert all(len(f.message) > 20 and "\n" not in f.message for f in found)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("person_name", "name").replace("id: meo", "id: Meo").replace("[Có, Không]", "[Có, Có]")
    assert {f.code for f in faults(tmp_path, text)} == {"unknown_value", "bad_form_id", "same_choice_twice"}


@pytest.mark.parametrize("text", ["a: [", "- a\n- b", "plain"])
def test_what_is_no_template_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError):
        faults(tmp_path, text)


def test_the_overlay_shows_every_answer_of_a_print(tmp_path: Path, engine: Engine) -> None:
    template = template_of("xac-nhan-hon-nhan")
    blank = print_blank(template)
    path = tmp_path / "a.png"
    blank.pages[0].save(path, dpi=(300, 300))
    laid = lay_over(clean_pages(path, Options()), template, engine)
    assert laid.lost == ()
    assert laid.picture.shape[1] == 1240
    assert (laid.picture.std(axis=2) > 5).any()
    (place,) = laid.located.signing
    scale = laid.picture.shape[1] / blank.pages[0].width
    shown = laid.picture[round(place.box.middle_y * scale), round(place.box.middle_x * scale)]
    assert shown.std() > 5  # the place for the signature is tinted, as answers are
