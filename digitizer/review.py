"""A person's corrections: takes a record and changes, gives the record as it stands then, decided again."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from digitizer.document import Correction, Field, FieldStatus, Finding, Record, Source
from digitizer.errors import UsageError
from digitizer.rows import beyond, in_print, new_fields, row_of, rows_in, spec_of, table_of
from digitizer.score import comparable
from digitizer.stages.normalize import normalize
from digitizer.stages.route import route
from digitizer.stages.validate import validate
from digitizer.template import FieldType, Template, edition_of
from digitizer.vietnam.dates import from_iso

# A careful person enters 0.29 % of fields wrongly (meta-analysis of 93 papers, PMC13078370): sure, but not 1.
PERSON_CONFIDENCE = 0.997
WRITTEN = frozenset({FieldStatus.FILLED, FieldStatus.NONE_STATED})
EMPTY = frozenset({FieldStatus.BLANK, FieldStatus.NOT_FOUND})
LOOKED_UP_BY = frozenset({"personal_id", "identity_paper", "full_name", "date_of_birth"})
_DATES = frozenset({FieldType.DATE, FieldType.DATE_IN_WORDS, FieldType.DATETIME})
_OBJECTS: dict[FieldType, frozenset[str]] = {
    FieldType.IDENTITY_PAPER: frozenset({"kind", "number", "issuer", "issued_on"}),
    FieldType.ADDRESS: frozenset({"as_written", "unit_code", "unit_name", "province_code", "candidates"}),
    FieldType.PLACE: frozenset({"as_written", "unit_code", "unit_name", "province_code", "candidates"}),
    FieldType.PLACE_AND_DATE: frozenset({"place", "date"}),
}
_NEEDED = {FieldType.IDENTITY_PAPER: "number", FieldType.ADDRESS: "as_written", FieldType.PLACE: "as_written"}


@dataclass(frozen=True, slots=True)
class Change:
    """What a person says of one field; all empty: what was read is right.

    raw: the text as written; `value` is then worked out from it unless given (`value_given`) as well."""

    status: FieldStatus | None = None
    raw: str | None = None
    value: Any = None
    value_given: bool = False


@dataclass(frozen=True, slots=True)
class Author:
    """Who corrects, and when (RFC 3339)."""

    key_id: str
    at: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a change cannot be. code: stable, for programs (docs/api.md); detail: English, without anybody's data."""

    code: str
    detail: str


def faults(record: Record, changes: Mapping[str, Change], templates: Sequence[Template] = ()) -> dict[str, Fault]:
    """What is wrong with the changes, by field id; empty when all is well."""
    found: dict[str, Fault] = {}
    rows = {name: row for name in changes if (row := row_of(name)) and not record.field(name)}
    too_far = beyond(record, rows.values())
    for name, change in changes.items():
        field = _field(record, name, templates)
        if field is None:
            found[name] = _unknown(record, name, templates)
        elif name in rows and rows[name] in too_far:
            found[name] = Fault("row_beyond_next", "the table has no row before this one; add rows in their order")
        elif fault := _fault(record, field, change):
            found[name] = fault
    return found


def correct(
    record: Record, changes: Mapping[str, Change], author: Author, accept_probability: float | None,
    templates: Sequence[Template] = (), overruled: Sequence[str] = (),
) -> Record:
    """The record with the changed fields, checked and decided again. Source of a changed field: person.

    Nothing else is normalized anew: what other people have set, and what the machine read elsewhere, stays to the
    letter. What the machine had read first is kept in `Field.correction`. A row of a table that the record has not is
    added whole: its other columns are blank. overruled: codes of reasons about the whole document that the person has
    looked at. Raises UsageError where there are faults."""
    wrong = faults(record, changes, templates)
    if wrong:
        raise UsageError("; ".join(f"{name}: {fault.detail}" for name, fault in wrong.items()))
    changed: dict[str, Field] = {}
    for name, change in _whole_rows(record, changes, templates).items():
        before = _field(record, name, templates)
        assert before is not None  # faults() has looked
        after = _settled(record, before, change)
        first = before.correction or Correction(
            author="", at="", status=before.status, raw=before.raw, value=before.value, confidence=before.confidence,
            source=before.source,
        )
        changed[name] = replace(
            after, confidence=PERSON_CONFIDENCE, source=Source.PERSON,
            correction=replace(first, author=author.key_id, at=author.at),
        )
    stale = _no_longer_looked_up(record, changed)
    fields = in_print([changed.pop(f.id, f) for f in record.fields], changed.values(), _template(record, templates))
    kept = tuple(f for f in record.findings if not (f.stage == "enrich" and _block(f.field or "") in stale))
    evidence = replace(record, fields=tuple(_without_stale(record, f, stale) for f in fields), findings=kept)
    if record.decision and overruled:
        aside = tuple(dict.fromkeys((*record.decision.overruled, *overruled)))
        evidence = replace(evidence, decision=replace(record.decision, overruled=aside))
    return route(validate(evidence), accept_probability)


def mark(record: Record, field_ids: Sequence[str], accept_probability: float | None) -> Record:
    """The record with these fields sent to a person, decided again. Somebody saw them among others like them and found
    them odd; the mark lasts until a person answers the field."""
    kept = tuple(f for f in record.findings if not (f.stage == "groups" and f.field in field_ids))
    message = "Người kiểm tra theo nhóm đánh dấu mục này; xem lại trên giấy."
    found = tuple(
        Finding("marked", "groups", message, page=f.page, field=f.id) for f in record.fields if f.id in field_ids
    )
    return route(replace(record, findings=(*kept, *found)), accept_probability)


def says(record: Record, field_id: str, change: Change, templates: Sequence[Template] = ()) -> Field:
    """What one field would be after the change, whatever else stands there. Raises UsageError for faults."""
    wrong = faults(record, {field_id: change}, templates)
    if wrong:
        raise UsageError(wrong[field_id].detail)
    before = _field(record, field_id, templates)
    assert before is not None  # faults() has looked
    return _settled(record, before, change)


def same_answer(a: Field, b: Field) -> bool:
    """Whether two say the same of one place on the paper: both that nothing usable stands there, in the same way; or
    the same value; or the same letters, whatever their case, spaces, commas and place of the tone mark."""
    kinds = tuple("empty" if f.status in EMPTY else f.status.value for f in (a, b))
    if kinds[0] != kinds[1]:
        return False
    if a.status is not FieldStatus.FILLED:
        return True
    if a.value is not None and a.value == b.value and not isinstance(a.value, dict):
        return True
    return comparable(a.type, a.raw) == comparable(a.type, b.raw)


def standing(
    record: Record, changes: Mapping[str, Change], accept_probability: float | None, templates: Sequence[Template] = (),
    overruled: Sequence[str] = (),
) -> Record:
    """How the record would stand with changes that are not released yet: what fields mean, what checks say, what
    is still asked. A text without a meaning stands as written, with the finding that says so. Raises UsageError for
    what a person cannot say at all (an unknown field, control characters)."""
    wrong = faults(record, changes, templates)
    heard = {k: replace(c, value=None, value_given=True) if k in wrong else c for k, c in changes.items()}
    return correct(record, heard, Author("", ""), accept_probability, templates, overruled)


def _settled(record: Record, field: Field, change: Change) -> Field:
    """The field as the person says: the person's word stands over what normalizing makes of it. `source` is the
    caller's to set: normalizing leaves alone what a person has set before."""
    if change.status is None and change.raw is None and not change.value_given:
        return field
    asked = replace(field, status=_status(field, change), raw=_raw(field, change), source=Source.OCR)
    (made,) = normalize(replace(record, fields=(asked,))).fields
    status = asked.status if change.status or change.value_given else made.status
    if change.value_given:
        return replace(made, status=status, value=change.value)
    return replace(made, status=status, value=made.value if status is FieldStatus.FILLED else None)


def _status(field: Field, change: Change) -> FieldStatus:
    if change.status:
        return change.status
    if change.raw is not None and not change.raw.strip() and change.value is None:
        return FieldStatus.BLANK
    return FieldStatus.FILLED


def _raw(field: Field, change: Change) -> str:
    if change.raw is not None:
        return " ".join(unicodedata.normalize("NFC", change.raw).split())
    return "" if change.status in EMPTY else field.raw


def _fault(record: Record, field: Field, change: Change) -> Fault | None:
    if change.raw is not None and any(unicodedata.category(c) in ("Cc", "Cs") and not c.isspace() for c in change.raw):
        return Fault("not_text", "the text holds control characters")
    status = _status(field, change)
    if status in EMPTY and ((change.raw or "").strip() or change.value is not None):
        return Fault("not_empty", f"a field that is {status.value} has no text and no value")
    if change.value_given:
        fits = value_fits(field.type, change.value)
        return None if fits else Fault("wrong_value", f"not a value of the type {field.type}")
    after = _settled(record, field, change)
    if change.raw is not None and after.status is FieldStatus.FILLED and after.value is None:
        return Fault(
            "no_value", f'the text makes no {field.type}; where it stands so on the paper, send "value": null as well')
    return None


def value_fits(field_type: str, value: Any) -> bool:
    """Whether a value has the shape that normalizing gives this type (DESIGN 6); null fits every type."""
    kind = FieldType(field_type)
    if value is None:
        return True
    if kind is FieldType.INTEGER:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind in _OBJECTS:
        return isinstance(value, dict) and set(value) == _OBJECTS[kind] and _members_fit(kind, value)
    if not isinstance(value, str) or not value.strip() or len(value) > 2000:
        return False
    if kind in _DATES:
        return from_iso(value) is not None
    return kind is not FieldType.SEX or value in ("Nam", "Nữ")


def _members_fit(kind: FieldType, value: dict[str, Any]) -> bool:
    texts = {k: v for k, v in value.items() if k != "candidates"}
    if not all(v is None or (isinstance(v, str) and len(v) <= 2000) for v in texts.values()):
        return False
    if kind in _NEEDED and not texts[_NEEDED[kind]]:
        return False
    if not isinstance(value.get("candidates", []), list):
        return False
    day = value.get("issued_on") or value.get("date")
    return day is None or from_iso(day) is not None


def _no_longer_looked_up(record: Record, changed: Mapping[str, Field]) -> frozenset[str]:
    """Person blocks whose number, name or birth date is another now: what the registry said was about somebody else."""
    return frozenset(
        _block(name) for name, field in changed.items()
        if name.rpartition(".")[2] in LOOKED_UP_BY and (before := record.field(name)) and before.value != field.value
    )


def _without_stale(record: Record, field: Field, stale: frozenset[str]) -> Field:
    """Without what the registry said of another answer."""
    before = record.field(field.id)
    if _block(field.id) not in stale and (before is None or before.value == field.value):
        return field
    findings: tuple[Finding, ...] = tuple(f for f in field.findings if f.stage != "enrich")
    return replace(field, registry=None, findings=findings)


def _block(field_id: str) -> str:
    return field_id.rpartition(".")[0]


def _field(record: Record, field_id: str, templates: Sequence[Template]) -> Field | None:
    """The record's field, or an empty one where the form has it and the record has not."""
    template = _template(record, templates)
    found = record.field(field_id)
    spec = None if found or template is None else spec_of(field_id, template)
    if template is None or spec is None:
        return found
    row = row_of(field_id)
    if row is not None:
        return next((f for f in new_fields(record, row, template) if f.id == field_id), None)
    return None if "[" in field_id else Field(
        id=field_id, label=spec.label, type=spec.type.value, status=FieldStatus.NOT_FOUND, source=Source.NONE,
        required=spec.required,
    )


def _template(record: Record, templates: Sequence[Template]) -> Template | None:
    return edition_of(record.form.form_id, record.form.edition, templates) if record.form else None


def _whole_rows(
    record: Record, changes: Mapping[str, Change], templates: Sequence[Template]
) -> dict[str, Change]:
    """The changes, and for each row that they add its other columns: who adds a row says what stands in it."""
    whole, template = dict(changes), _template(record, templates)
    for row in dict.fromkeys(row_of(name) for name in changes):
        if row and template and row.number not in rows_in(record.fields, row.table):
            for f in new_fields(record, row, template):
                whole.setdefault(f.id, Change(status=FieldStatus.BLANK, raw=""))
    return whole


def _unknown(record: Record, field_id: str, templates: Sequence[Template]) -> Fault:
    row, template = row_of(field_id), _template(record, templates)
    if row and template and table_of(row, template):
        return Fault("unknown_column", "the form's table has no such column")
    return Fault("unknown_field", "the form has no such field")
