"""The templates say what DESIGN promises, and agree with the official blanks where this machine has them."""

from __future__ import annotations

import pytest

from bench.make import official_blanks, real, shared_folder
from digitizer.errors import UsageError
from digitizer.template import FieldKind, Template, load_templates, parse_template
from tests.templates.ids import IDS


def named(template: Template) -> str:
    return f"{template.id}/{template.edition}"


@pytest.mark.parametrize("template", load_templates(), ids=named)
def test_fields_stand_in_printed_order_under_the_promised_ids(template: Template) -> None:
    assert [f.id for f in template.fields] == (IDS.get(named(template)) or IDS[template.id])


@pytest.mark.parametrize("template", load_templates(), ids=named)
def test_labels_are_for_people(template: Template) -> None:
    for spec in template.fields:
        assert spec.label
        assert not spec.label.endswith(":")
        assert not spec.label[0].isdigit()


def test_every_promised_form_is_there() -> None:
    assert {t.id for t in load_templates()} == {name.partition("/")[0] for name in IDS}


def test_columns_are_parted_into_tables_and_unread_columns_count() -> None:
    trades, household = next(t for t in load_templates() if t.id == "ho-kinh-doanh").tables
    assert [s.id for s in trades.specs] == ["industries[n].name", "industries[n].code", "industries[n].main"]
    assert (trades.rows, household.rows) == (1, 2)
    assert [bool(c) for c in household.columns] == [True] * 8 + [False]  # the last one is signed
    (members,) = next(t for t in load_templates() if t.id == "ct01").tables
    assert (members.rows, len(members.columns)) == (9, 5)


def test_labels_lose_numbers_and_letters_of_lists() -> None:
    labels = {(t.id, f.id): f.label for t in load_templates() for f in t.fields}
    assert labels["dat-dai", "request.certificate"] == "Đề nghị cấp Giấy chứng nhận"
    assert labels["tro-giup-xa-hoi-1a", "disability.kind"] == "Dạng tật"
    assert labels["ct01", "householder.full_name"] == "Họ, chữ đệm và tên chủ hộ"
    assert labels["tk1-ts", "subject.phone"] == "Điện thoại"


def test_an_unknown_key_is_an_error_that_names_the_file() -> None:
    data = {
        "id": "x", "edition": "1", "titles": ["X"], "regulation": "", "valid_from": None,
        "items": [{"text": "A:", "colour": "red"}],
    }
    with pytest.raises(UsageError, match="x/1"):
        parse_template(data, "x/1/template.yaml")


@pytest.mark.skipif(shared_folder() is None, reason="the real blanks are not on this machine (set DIGITIZER_SHARED)")
@pytest.mark.parametrize("form", official_blanks() or ["none"])
def test_the_official_blank_has_a_place_for_every_field(form: str) -> None:
    blank = real(form)
    template = blank.template
    places = blank.places
    lone = [f.id for f in template.fields if f.kind is not FieldKind.TABLE]
    assert [p.field_id for p in places if "[" not in p.field_id] == lone
    assert len([p for p in places if "[" in p.field_id]) == sum(t.rows * len(t.specs) for t in template.tables)
