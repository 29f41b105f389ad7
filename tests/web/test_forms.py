"""The schema of a form says what a record of it looks like: checked with the records of the shipped templates."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from digitizer.document import Decision, EngineInfo, Field, FieldStatus, FormMatch, Outcome, Record
from digitizer.review import Author, Change, correct
from digitizer.stages.normalize import normalize
from digitizer.template import FieldType, Template, load_templates
from digitizer.wire import record_to_json
from tests.web.world import TEMPLATE, World, sample_record
from web.form_schema import VALUES, fields_schema

WRITTEN = {
    FieldType.PERSON_NAME: "Nguyễn Văn Thử", FieldType.DATE: "05/3/1981", FieldType.DATETIME: "8h30 ngày 15/3/2026",
    FieldType.DATE_IN_WORDS: "ngày năm tháng ba năm một nghìn chín trăm tám mươi mốt",
    FieldType.PERSONAL_ID: "001081000017", FieldType.SEX: "Nam", FieldType.ETHNICITY: "Kinh",
    FieldType.IDENTITY_PAPER: "CCCD số 001081000017 do Cục CSQLHC về TTXH cấp ngày 01/02/2022",
    FieldType.ADDRESS: "Số 1, phường Ba Đình, thành phố Hà Nội", FieldType.PLACE: "phường Ba Đình, thành phố Hà Nội",
    FieldType.NATIONALITY: "Việt Nam", FieldType.RELATION: "Mẹ", FieldType.PHONE: "0912345678",
    FieldType.EMAIL: "thu@example.vn", FieldType.INTEGER: "2", FieldType.TICK: "Có",
    FieldType.PLACE_AND_DATE: "Hà Nội, ngày 24 tháng 11 năm 2026",
}


def filled(template: Template) -> Record:
    """Every field of the form answered and normalized; each table with one row."""
    fields = tuple(
        Field(
            id=s.id.replace("[n]", "[0]"), label=s.label, type=s.type.value, status=FieldStatus.FILLED,
            raw=WRITTEN.get(s.type, "Văn bản thử"), confidence=0.9, page=1,
        )
        for s in template.fields
    )
    match = FormMatch(template.id, template.edition, 1.0)
    return normalize(Record("a.pdf", (1,), match, fields, EngineInfo("t", "1"), decision=Decision(Outcome.REVIEW)))


@pytest.mark.parametrize("template", load_templates(), ids=lambda t: f"{t.id}-{t.edition}")
def test_records_of_every_shipped_form_follow_its_schema(template: Template) -> None:
    schema = fields_schema(template)
    Draft202012Validator.check_schema(schema)
    body = record_to_json(filled(template))["fields"]
    Draft202012Validator(schema).validate(body)
    assert all(f["value"] is not None for f in body.values()), [k for k, f in body.items() if f["value"] is None]
    for name, field in body.items():
        wrong = {**body, name: {**field, "value": 3.5}}
        assert not Draft202012Validator(schema).is_valid(wrong), name
    assert not Draft202012Validator(schema).is_valid({**body, "members[0].x": body[next(iter(body))]})


def test_a_corrected_record_follows_it_too() -> None:
    record = correct(sample_record(), {"child.full_name": Change(raw="Lê Thị Thử")}, Author("k", "t"), 0.95)
    Draft202012Validator(fields_schema(TEMPLATE)).validate(record_to_json(record)["fields"])


def test_every_type_with_a_normal_form_of_its_own_is_described() -> None:
    not_text = {t for t, raw in WRITTEN.items() if not isinstance(normal(t, raw), str)}
    assert not_text <= set(VALUES)


def normal(kind: FieldType, raw: str) -> object:
    field = Field(id="a.b", label="b", type=kind.value, status=FieldStatus.FILLED, raw=raw)
    return normalize(Record("a", (1,), None, (field,), EngineInfo("t", "1"))).fields[0].value


def test_forms_and_schemas_over_http(world: World) -> None:
    with world.client() as http:
        forms = http.get("/v1/forms").json()["forms"]
        assert [(f["id"], f["edition"]) for f in forms] == [("khai-sinh", "tt04-2020"), ("khai-sinh", "tt04-2024")]
        assert forms[1]["name"] == "TỜ KHAI ĐĂNG KÝ KHAI SINH"
        newest = http.get("/v1/forms/khai-sinh/schema")
        older = http.get(forms[0]["schema_href"])
        absent = [http.get(p) for p in ("/v1/forms/none/schema", "/v1/forms/khai-sinh/schema?edition=none")]
    assert newest.headers["Content-Type"] == "application/schema+json"
    assert "tt04-2024" in newest.json()["title"] and "tt04-2020" in older.json()["title"]
    assert newest.json()["$schema"].endswith("2020-12/schema")
    assert [a.status_code for a in absent] == [404, 404]
