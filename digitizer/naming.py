"""A paper read again as the form that a person has named: takes the record before and the new reading, gives the record
as it stands then, with what people have set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from digitizer.document import (
    Decision,
    Dossier,
    Field,
    Finding,
    FormMatch,
    Naming,
    Outcome,
    PageClass,
    Reason,
    Record,
    Source,
)
from digitizer.rows import in_print, spec_of
from digitizer.stages.pass_on import STAGE as PASS_ON
from digitizer.stages.validate import validate
from digitizer.template import Template, edition_of

CODE, DISPUTED = "form_named", "form_disputed"
_MESSAGE = "Loại giấy do người kiểm tra xác định, máy đã đọc lại theo đó; hãy đối chiếu loại giấy và các mục."

_DISPUTED = "Người kiểm tra cho biết giấy này thuộc mẫu khác; chưa đọc lại được theo mẫu đó."


@dataclass(frozen=True, slots=True)
class Wish:
    """Who says that a paper is this form, and when (RFC 3339)."""

    form_id: str
    edition: str
    author: str
    at: str


def named(before: Record, read: Record, wish: Wish, templates: Sequence[Template]) -> Record:
    """What the machine has read anew, undecided, under the person's naming. Of the same form, what people have set
    stays to the letter in the fields that this edition has too; of another form it stays in the version before. A
    person looks before it goes out: the finding `form_named` asks for that."""
    was = before.naming.was if before.naming else before.form
    same = before.form is not None and before.form.form_id == wish.form_id
    template = edition_of(wish.form_id, wish.edition, templates)
    fields = _with_peoples(before, read, template) if same and template else read.fields
    dossier = read.dossier or _inherited(before)
    passed = tuple(f for f in before.findings if f.stage == PASS_ON) if dossier and not read.dossier else ()
    parting = tuple(c for c in before.page_classes if c.kind is PageClass.SEPARATOR)
    record = replace(
        read, file=before.file, form=FormMatch(wish.form_id, wish.edition, 1.0), fields=fields,
        naming=Naming(wish.author, wish.at, was), form_candidates=_candidates(before), dossier=dossier,
        findings=(Finding(CODE, "naming", _MESSAGE), *read.findings, *passed),
        page_classes=tuple(sorted((*read.page_classes, *parting), key=lambda c: c.page)),
        decision=Decision(Outcome.REVIEW, overruled=_looked_at(before) if same else ()),
    )
    return validate(record)


def disputed(record: Record) -> Record:
    """With what people have said so far, held back: it is another form, and nothing of it goes out as this one."""
    reasons = record.decision.reasons if record.decision else ()
    kept = tuple(r for r in reasons if r.code != DISPUTED)
    before = record.decision or Decision(Outcome.REVIEW)
    return replace(record, decision=replace(
        before, outcome=Outcome.REVIEW, reasons=(Reason(DISPUTED, _DISPUTED), *kept)))


def _with_peoples(before: Record, read: Record, template: Template) -> tuple[Field, ...]:
    """The fields as read, those that people have set in their place; and what only they saw, such as a row."""
    theirs = {f.id: f for f in before.fields if f.source is Source.PERSON}
    fields = [_kept(theirs[f.id], f) if f.id in theirs and theirs[f.id].type == f.type else f for f in read.fields]
    here = {f.id for f in fields}
    specs = {name: spec_of(name, template) for name in theirs.keys() - here}
    new = [theirs[name] for name, spec in specs.items() if spec and spec.type.value == theirs[name].type]
    return in_print(fields, new, template)


def _kept(theirs: Field, read: Field) -> Field:
    """The person's word at the place where the machine sees the answer now. What the registry said, it says anew."""
    place = read if read.polygon_mm else theirs
    return replace(theirs, label=read.label, required=read.required, page=place.page, polygon_mm=place.polygon_mm,
                   registry=None, findings=tuple(f for f in theirs.findings if f.stage != "enrich"))


def _candidates(before: Record) -> tuple[FormMatch, ...]:
    """What the machine took it for, best first, for whoever names it again."""
    first = (before.form,) if before.form and not before.naming else ()
    rest = (c for c in before.form_candidates if c not in first)
    return (*first, *rest)


def _inherited(before: Record) -> Dossier | None:
    """Of the lead sheet before it; not the one that it took for its own."""
    own = before.dossier is not None and before.dossier.page in before.pages
    return None if own else before.dossier


def _looked_at(before: Record) -> tuple[str, ...]:
    return tuple(code for code in before.decision.overruled if code != CODE) if before.decision else ()
