"""The templates say what DESIGN promises, and agree with the official blanks where this machine has them."""

from __future__ import annotations

import pytest

from bench.make import real, shared_folder
from digitizer.errors import UsageError
from digitizer.template import FieldKind, Template, load_templates, parse_template

PERSON = ("full_name", "date_of_birth", "residence", "identity_paper")
PARENT = ("full_name", "date_of_birth", "ethnicity", "nationality", "residence", "identity_paper")
SUBJECT = ("full_name", "date_of_birth", "sex", "ethnicity", "nationality", "residence", "identity_paper")


def block(name: str, leaves: tuple[str, ...]) -> list[str]:
    return [f"{name}.{leaf}" for leaf in leaves]


IDS = {
    "khai-sinh": [
        "authority", *block("requester", (*PERSON, "relation")),
        *block("child", ("full_name", "date_of_birth", "date_of_birth_words", "sex", "ethnicity", "nationality",
                         "place_of_birth", "home_town")),
        *block("mother", PARENT), *block("father", PARENT),
        *block("parents_marriage", ("number", "book", "date", "authority")), "place_and_date",
        *block("copies", ("wanted", "count")),
    ],
    "khai-tu": [
        "authority", *block("requester", (*PERSON, "relation")),
        *block("deceased", (*SUBJECT, "died_at", "place_of_death", "cause_of_death")),
        *block("death_notice", ("number", "issuer", "date")), "place_and_date", *block("copies", ("wanted", "count")),
    ],
    "xac-nhan-hon-nhan": [
        "authority", *block("requester", (*PERSON, "relation")), *block("subject", (*SUBJECT, "marital_status")),
        "purpose", "place_and_date",
    ],
    "ct01": [
        "authority", *block("subject", ("full_name", "date_of_birth", "sex", "personal_id", "phone", "email")),
        *block("householder", ("full_name", "relation", "personal_id")), "request",
        *block("members[n]", ("full_name", "date_of_birth", "sex", "personal_id", "relation")),
    ],
}


@pytest.mark.parametrize("template", load_templates(), ids=lambda t: t.id)
def test_fields_stand_in_printed_order_under_the_promised_ids(template: Template) -> None:
    assert [f.id for f in template.fields] == IDS[template.id]


@pytest.mark.parametrize("template", load_templates(), ids=lambda t: t.id)
def test_labels_are_for_people(template: Template) -> None:
    for spec in template.fields:
        assert spec.label
        assert not spec.label.endswith(":")
        assert not spec.label[0].isdigit()


def test_every_promised_form_is_there() -> None:
    assert {t.id for t in load_templates()} == set(IDS)


def test_an_unknown_key_is_an_error_that_names_the_file() -> None:
    data = {
        "id": "x", "edition": "1", "titles": ["X"], "regulation": "", "valid_from": None,
        "items": [{"text": "A:", "colour": "red"}],
    }
    with pytest.raises(UsageError, match="x/1"):
        parse_template(data, "x/1/template.yaml")


@pytest.mark.parametrize("template", load_templates(), ids=lambda t: t.id)
def test_the_official_blank_has_a_place_for_every_field(template: Template) -> None:
    if shared_folder() is None:
        pytest.skip("the official blank forms are not on this machine; set DIGITIZER_SHARED to their folder")
    places = real(template.id).places
    lone = [f.id for f in template.fields if f.kind is not FieldKind.TABLE]
    assert [p.field_id for p in places if "[" not in p.field_id] == lone
    assert len([p for p in places if "[" in p.field_id]) == template.rows * (len(template.fields) - len(lone))
