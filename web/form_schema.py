"""What a form's answers look like in JSON: takes a Template, gives JSON Schema 2020-12 of a record's `fields`."""

from __future__ import annotations

import re
from typing import Any

from digitizer.document import FieldStatus, Source
from digitizer.template import FieldSpec, FieldType, Template

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TEXT: dict[str, Any] = {"type": "string"}
PARTIAL_DATE = {"type": "string", "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$", "description": "ISO; perhaps a year only"}
NULLABLE = {"type": ["string", "null"]}
PLACE = {
    "type": "object",
    "properties": {
        "as_written": TEXT, "unit_code": NULLABLE, "unit_name": NULLABLE, "province_code": NULLABLE,
        "candidates": {"type": "array"},
    },
}
VALUES: dict[FieldType, dict[str, Any]] = {
    FieldType.DATE: PARTIAL_DATE,
    FieldType.DATE_IN_WORDS: PARTIAL_DATE,
    FieldType.SEX: {"enum": ["Nam", "Nữ"]},
    FieldType.PERSONAL_ID: {"type": "string", "pattern": r"^(\d{12}|\d{9})$"},
    FieldType.IDENTITY_PAPER: {
        "type": "object",
        "properties": {"kind": NULLABLE, "number": NULLABLE, "issuer": NULLABLE, "issued_on": NULLABLE},
    },
    FieldType.ADDRESS: PLACE,
    FieldType.PLACE: PLACE,
    FieldType.PLACE_AND_DATE: {"type": "object", "properties": {"place": NULLABLE, "date": NULLABLE}},
    FieldType.INTEGER: {"type": "integer"},
}


def fields_schema(template: Template) -> dict[str, Any]:
    """A field may be missing from a record whose label was not found; an open schema, for fields gain members."""
    properties: dict[str, Any] = {}
    patterns: dict[str, Any] = {}
    for spec in template.fields:
        if "[n]" in spec.id:
            row = re.escape(spec.id).replace(re.escape("[n]"), r"\[(0|[1-9][0-9]{0,2})\]")
            patterns[f"^{row}$"] = _field(spec)
        else:
            properties[spec.id] = _field(spec)
    schema = {
        "$schema": DIALECT, "title": f"{template.name} ({template.edition})",
        "description": f"The `fields` of a record of the form {template.id}, {template.regulation}",
        "type": "object", "properties": properties,
    }
    if patterns:
        schema["patternProperties"] = patterns
    return {**schema, "additionalProperties": False}


def _field(spec: FieldSpec) -> dict[str, Any]:
    value: dict[str, Any] = VALUES.get(spec.type, TEXT)
    return {
        "type": "object", "title": spec.label, "x-required-on-paper": spec.required,
        "required": ["label", "type", "status", "raw", "value", "confidence", "source"],
        "properties": {
            "label": TEXT, "type": {"const": spec.type.value}, "status": {"enum": [s.value for s in FieldStatus]},
            "raw": {"type": "string", "description": "As written: NFC, single spaces, no leaders"},
            "value": {"anyOf": [value, {"type": "null"}]},
            "confidence": {"type": "number", "minimum": 0, "maximum": 1},
            "source": {"enum": [s.value for s in Source]}, "page": {"type": ["integer", "null"]},
            "polygon_mm": {"type": "array"}, "candidates": {"type": "array", "items": TEXT},
            "findings": {"type": "array"}, "required": {"type": "boolean"},
            "correction": {"type": "object", "required": ["author", "at", "was_read"]},
        },
    }
