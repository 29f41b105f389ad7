"""`digitizer read`: the contract that other programs rely on, and what goes wrong with files."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import jsonschema

from bench.make import Made
from digitizer.document import FieldStatus, Outcome, Source
from digitizer.template import FieldType
from tests.cli.conftest import Command

TEXT: dict[str, Any] = {"type": "string"}
SURE: dict[str, Any] = {"type": "number", "minimum": 0, "maximum": 1}
FINDING: dict[str, Any] = {
    "type": "object", "required": ["code", "stage", "message"],
    "properties": {"code": TEXT, "stage": TEXT, "message": TEXT, "page": {"type": "integer"}, "field": TEXT},
}
POINT: dict[str, Any] = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
FIELD: dict[str, Any] = {
    "type": "object",
    "required": ["label", "type", "status", "raw", "value", "confidence", "source", "page", "polygon_mm", "candidates",
                 "findings", "required"],
    "properties": {
        "label": TEXT, "type": {"enum": [t.value for t in FieldType]},
        "status": {"enum": [s.value for s in FieldStatus]},
        "raw": TEXT, "confidence": SURE, "source": {"enum": [s.value for s in Source]},
        "page": {"type": ["integer", "null"]}, "findings": {"type": "array", "items": FINDING},
        "polygon_mm": {"type": "array", "items": {"type": "array", "items": POINT, "minItems": 4}},
        "candidates": {"type": "array", "items": TEXT}, "required": {"type": "boolean"},
    },
}
RECORD: dict[str, Any] = {
    "type": "object",
    "required": ["file", "pages", "form", "fields", "decision", "findings", "engine", "sha256", "timings_ms"],
    "properties": {
        "file": TEXT, "pages": {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 1},
        "form": {"type": "object", "required": ["id", "edition", "confidence"],
                 "properties": {"id": {"type": ["string", "null"]}, "edition": {"type": ["string", "null"]},
                                "confidence": SURE}},
        "fields": {"type": "object", "additionalProperties": FIELD},
        "decision": {"type": "object", "required": ["outcome", "confidence", "reasons"],
                     "properties": {"outcome": {"enum": [o.value for o in Outcome]}, "confidence": SURE,
                                    "reasons": {"type": "array", "items": {"required": ["code", "message"]}}}},
        "findings": {"type": "array", "items": FINDING},
        "engine": {"type": "object", "required": ["name", "version"]},
        "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    },
}


def test_json_is_the_contract_and_one_bad_file_stops_nothing(
    digitizer: Command, birth_form: Made, tmp_path: Path
) -> None:
    encrypted, wrong = tmp_path / "cut.pdf", tmp_path / "scan.png"
    encrypted.write_bytes(birth_form.path.read_bytes()[:2000])
    shutil.copy(birth_form.path, wrong)
    done = digitizer("read", str(encrypted), str(wrong), str(tmp_path / "absent.pdf"), str(birth_form.path), "--json")
    assert done.status == 3
    (record,) = done.objects
    jsonschema.validate(record, RECORD)
    assert record["file"] == "to-khai.pdf" and record["form"]["id"] == "khai-sinh"
    assert set(birth_form.truth["fields"]) == set(record["fields"])
    assert {Path(e["file"]).name: e["error"]["code"] for e in done.errors} == {
        "cut.pdf": "damaged", "scan.png": "type_mismatch", "absent.pdf": "invalid_request",
    }


def test_what_is_kept_of_one_file_stands_apart_from_the_next(
    digitizer: Command, birth_form: Made, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    other = tmp_path / "other" / birth_form.path.name
    shutil.copy(birth_form.path, other)
    kept = tmp_path / "kept"
    assert digitizer("read", str(birth_form.path), str(other), "--keep", str(kept), "--json").status == 0
    assert {p.name for p in kept.iterdir()} == {"001-to-khai.pdf", "002-to-khai.pdf"}
    assert all((folder / "0001_record.json").is_file() for folder in kept.iterdir())
    assert digitizer("read", str(birth_form.path), "--keep", str(tmp_path / "one")).status == 0
    assert (tmp_path / "one" / "0001_fields.png").is_file()


def test_a_pipe_gets_rows_with_a_heading(digitizer: Command, birth_form: Made) -> None:
    done = digitizer("read", "-", stdin=birth_form.path.read_bytes())
    heading, *rows = [line.split("\t") for line in done.out.splitlines()]
    assert done.status == 0 and done.err == ""
    assert heading[:4] == ["file", "pages", "form", "decision"]
    assert {len(row) for row in rows} == {len(heading)}
    assert birth_form.truth["fields"]["child.full_name"]["raw"] in {row[-1] for row in rows}


def test_a_form_nobody_knows_and_an_engine_nobody_has(digitizer: Command, birth_form: Made) -> None:
    form = digitizer("read", str(birth_form.path), "--form", "giay-khai-tu")
    assert form.status == 2 and "khai-tu" in form.err and form.out == ""
    engine = digitizer("read", str(birth_form.path), "--engine", "crystal-ball", "--json")
    assert engine.status == 8 and engine.errors[0]["error"]["code"] == "engine_unavailable"


def test_lines_are_cut_out_with_what_was_read_in_them(digitizer: Command, birth_form: Made, tmp_path: Path) -> None:
    done = digitizer("cut", str(birth_form.path), "--out", str(tmp_path / "lines"), "--json")
    assert done.status == 0, done.err
    names = {line["picture"] for line in done.objects}
    assert names and names == {p.name for p in (tmp_path / "lines").glob("*.png")}
    assert any(line["field"] == "child.full_name" and line["raw"] for line in done.objects)


def test_forms_name_what_can_be_read(digitizer: Command) -> None:
    listed = {f["id"]: f for f in digitizer("forms", "--json").objects}
    assert {"khai-sinh", "khai-tu", "xac-nhan-hon-nhan", "ct01"} <= listed.keys()
    assert any(f["id"] == "child.full_name" for f in listed["khai-sinh"]["fields"])
    assert digitizer("forms").out.splitlines()[0].startswith("form\tedition")
