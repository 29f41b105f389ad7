"""A person's corrections: takes a record and changes, gives the record as it stands then, decided again."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from digitizer.document import Correction, Field, FieldStatus, Finding, Record, Registry, Source
from digitizer.errors import UsageError
from digitizer.stages.normalize import normalize
from digitizer.stages.route import route
from digitizer.stages.validate import validate
from digitizer.template import FieldSpec, Template

# A careful person enters 0.29 % of fields wrongly (meta-analysis of 93 papers, PMC13078370): sure, but not 1.
PERSON_CONFIDENCE = 0.997
WRITTEN = frozenset({FieldStatus.FILLED, FieldStatus.NONE_STATED})
CHECKED_AGAIN = frozenset({"normalize", "validate"})


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


def known_field(record: Record, field_id: str, templates: Sequence[Template]) -> bool:
    """Whether the record has the field, or its form says that it may."""
    return record.field(field_id) is not None or _spec(record, field_id, templates) is not None


def correct(
    record: Record, changes: Mapping[str, Change], author: Author, accept_probability: float,
    templates: Sequence[Template] = (),
) -> Record:
    """The record with the changed fields, checked and decided again. Source of a changed field: person.

    Nothing else is normalized anew: what other people have set, and what the machine read elsewhere, stays to the
    letter. What the machine had read first is kept in `Field.correction`. Raises UsageError for an unknown field."""
    changed = {
        name: _changed(_field(record, name, templates), change, author) for name, change in sorted(changes.items())
    }
    worked_out = {f.id: f for f in normalize(replace(record, fields=tuple(changed.values()))).fields}
    for name, change in changes.items():
        changed[name] = _settled(changed[name], worked_out.get(name, changed[name]), change)
    fields = [changed.pop(f.id, f) for f in record.fields]
    fields += changed.values()
    cleared = tuple(replace(f, findings=_without_checks(f.findings)) for f in fields)
    checked = validate(replace(record, fields=cleared, findings=_without_checks(record.findings), decision=None))
    return route(checked, accept_probability)


def _changed(field: Field, change: Change, author: Author) -> Field:
    """The field as the person says, not yet normalized."""
    status = change.status or _implied_status(field, change)
    if change.raw is not None:
        raw = " ".join(unicodedata.normalize("NFC", change.raw).split())
    else:
        raw = field.raw if status in WRITTEN else ""
    first = field.correction or Correction(
        author=author.key_id, at=author.at, status=field.status, raw=field.raw, value=field.value,
        confidence=field.confidence, source=field.source,
    )
    return replace(
        field, status=status, raw=raw, confidence=PERSON_CONFIDENCE, source=Source.PERSON,
        correction=replace(first, author=author.key_id, at=author.at),
        findings=tuple(f for f in field.findings if f.stage not in CHECKED_AGAIN),
    )


def _implied_status(field: Field, change: Change) -> FieldStatus:
    if change.raw is None and not change.value_given:
        return field.status
    empty = change.raw is not None and not change.raw.strip() and not change.value_given
    return FieldStatus.BLANK if empty else FieldStatus.FILLED


def _settled(asked: Field, worked_out: Field, change: Change) -> Field:
    """The person's word stands over what normalizing made of it; a confirmed field keeps the value that was shown."""
    if change.value_given:
        value = change.value
    elif asked.status not in WRITTEN:
        value = None
    elif change.raw is None and change.status in (None, asked.correction and asked.correction.status):
        value = asked.value
    else:
        value = worked_out.value
    settled = replace(
        worked_out, status=asked.status, raw=asked.raw, value=value, confidence=asked.confidence, source=asked.source
    )
    if settled.registry:
        verdict = "agrees" if settled.registry.value == value else "disagrees"
        settled = replace(settled, registry=Registry(verdict, settled.registry.value, settled.registry.looked_up_at))
    return settled


def _field(record: Record, field_id: str, templates: Sequence[Template]) -> Field:
    found = record.field(field_id)
    if found:
        return found
    spec = _spec(record, field_id, templates)
    if spec is None:
        raise UsageError("the form has no such field")
    return Field(
        id=field_id, label=spec.label, type=spec.type.value, status=FieldStatus.NOT_FOUND, source=Source.NONE,
        required=spec.required,
    )


def _spec(record: Record, field_id: str, templates: Sequence[Template]) -> FieldSpec | None:
    """The template's field; a row of a table counts from 1 to the printed rows."""
    match = record.form
    template = match and next((t for t in templates if (t.id, t.edition) == (match.form_id, match.edition)), None)
    if not template:
        return None
    rows = [int(n) for n in re.findall(r"\[(\d{1,3})\]", field_id)]
    if any(not 1 <= n <= template.rows for n in rows):
        return None
    general = re.sub(r"\[\d{1,3}\]", "[n]", field_id)
    return next((s for s in template.fields if s.id == general and (rows or "[n]" not in s.id)), None)


def _without_checks(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Without what validate is going to say again."""
    return tuple(f for f in findings if f.stage != "validate")
