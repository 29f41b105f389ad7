"""The page of groups: takes which of many fields alike look odd, confirms the rest, sends the odd ones to review."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from digitizer.document import Record, Source
from digitizer.errors import HeldByAnother, InvalidMove, NotFound, PreconditionFailed, UsageError
from digitizer.review import Author, Change, correct, mark
from digitizer.wire import record_from_json, record_to_json
from storage.base import State
from storage.groups_base import GroupItem, GroupKind
from storage.workbench import Person
from web.deps import Parts, Service, checked_id
from web.schemas import rfc3339
from web.ui.pages import HEADERS, render
from web.ui.quality_words import LEAF_NAMES, TYPE_NAMES
from web.ui.rights import Right
from web.ui.session import allowed, changes, workbench_of

router = APIRouter(include_in_schema=False)
Viewer = Annotated[Person, Depends(allowed(Right.REVIEW))]
Reviewer = Annotated[Person, Depends(changes(Right.REVIEW))]
MOST = 200  # fields of one answer; a page shows fewer
KINDS = {
    **{f"leaf-{k}": (GroupKind(leaf=k), name) for k, name in LEAF_NAMES.items()},
    **{f"type-{k}": (GroupKind(type=k), name) for k, name in TYPE_NAMES.items() if k != "tick"},
}
DIGITS = {f"digit-{n}": GroupKind(holding=str(n)) for n in range(10)}
REASON = "Xác nhận theo nhóm"


class SeenField(BaseModel):
    record: str = Field(max_length=64)
    version: int
    field: str = Field(max_length=200)
    odd: bool = False


class SeenForm(BaseModel):
    fields: list[SeenField] = Field(max_length=MOST)


@dataclass
class _Told:
    """What became of the fields of one answer."""

    confirmed: int = 0
    marked: int = 0
    skipped: int = 0
    records: set[str] = field(default_factory=set)


@router.get("/review/groups")
def show_groups(
    request: Request, service: Parts, person: Viewer, kind: str = "leaf-date_of_birth", form: str = "",
    doubtful: bool = False,
) -> Response:
    """Ids of fields and forms only in the address; what the fields hold stands in the page."""
    if kind not in KINDS and kind not in DIGITS:
        raise NotFound
    groups = workbench_of(service).groups
    names = {t.id: t.name.capitalize() for t in service.templates}
    after = request.query_params.get("after", "")[:200]
    page = groups.page(_kind(kind, form, doubtful), person.id, person.branch, after)
    return render(
        request, "groups.html", items=[_shown(service, i) for i in page.items], after=page.after, kind=kind, form=form,
        doubtful=doubtful, kinds={k: name for k, (_, name) in KINDS.items()}, digits=list(DIGITS),
        forms={f: names.get(f, f) for f in groups.forms(person.branch)},
    )


@router.post("/review/groups")
def confirm_rest(service: Parts, person: Reviewer, form: SeenForm) -> Response:
    """Record by record, a version each. What was changed meanwhile, or is held by somebody, is left alone."""
    by_record: dict[str, list[SeenField]] = defaultdict(list)
    for one in form.fields:
        by_record[checked_id(one.record)].append(one)
    told = _Told()
    for record_id, seen in by_record.items():
        try:
            _save(service, person, record_id, seen)
        except (NotFound, PreconditionFailed, HeldByAnother, InvalidMove, UsageError):
            told.skipped += len(seen)
            continue
        told.confirmed += sum(not one.odd for one in seen)
        told.marked += sum(one.odd for one in seen)
    counts = {"confirmed": told.confirmed, "marked": told.marked, "skipped": told.skipped}
    return JSONResponse(counts, headers=HEADERS)


def _save(service: Service, person: Person, record_id: str, seen: list[SeenField]) -> None:
    """Raises PreconditionFailed where the record is another than was looked at."""
    stored = service.stores.records.record(record_id, person.branch)
    uploaded_by = service.stores.uploads.submission(stored.submission_id, person.branch).key_id
    if stored.state is not State.NEEDS_REVIEW or any(one.version != stored.version for one in seen):
        raise PreconditionFailed
    if uploaded_by == person.id:
        raise NotFound
    record = record_from_json(stored.body)
    if any(_settled(record, one.field) for one in seen):
        raise PreconditionFailed
    odd = [one.field for one in seen if one.odd]
    changed = mark(record, odd, service.accept_probability) if odd else record
    fine = {one.field: Change() for one in seen if not one.odd}
    if fine:
        author = Author(person.id, rfc3339(datetime.now(UTC)))
        changed = correct(changed, fine, author, service.accept_probability, service.templates)
    service.stores.records.correct(
        stored.id, person.branch, stored.version, record_to_json(changed), person.id, REASON)


def _settled(record: Record, field_id: str) -> bool:
    """Not there, or a person's word already."""
    found = record.field(field_id)
    return found is None or found.source is Source.PERSON


def _kind(kind: str, form: str, doubtful: bool) -> GroupKind:
    base = DIGITS[kind] if kind in DIGITS else KINDS[kind][0]
    return GroupKind(base.type, base.leaf, base.holding, form[:64], doubtful)


def _shown(service: Service, item: GroupItem) -> dict[str, Any]:
    pictures = workbench_of(service).pictures.of(item.document_id, item.branch)
    picture = next((p for p in pictures if p.page == item.page), None)
    return {
        "record": item.record_id, "version": item.version, "field": item.field_id, "label": item.label.strip(" :,"),
        "raw": item.raw, "picture": f"/documents/{item.document_id}/pages/{item.page}.jpg" if picture else "",
        "dpi": picture.dpi if picture else 0, "boxes": item.polygon_mm,
    }
