"""A person says what form a paper is: takes the form chosen under a lease, has the paper read again as that."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header
from pydantic import Field

from digitizer.errors import PreconditionFailed, PreconditionMissing
from digitizer.naming import disputed
from digitizer.review import Author, correct, faults
from digitizer.template import edition_of
from digitizer.wire import record_from_json, record_to_json
from storage.base import StoredRecord
from storage.rereads_base import NamedForm
from web.deps import Parts, Service
from web.errors import invalid
from web.records import etag
from web.schemas import rfc3339
from web.ui.review_parts import Checker, Held, desk_of
from web.ui.review_said import said_by
from web.ui.session import workbench_of

router = APIRouter(include_in_schema=False)


class NameIn(Held):
    """A form of this installation."""

    form: str = Field(max_length=64)
    edition: str = Field(max_length=64)


@router.post("/review/record/{record_id}/form", status_code=202)
def name_form(
    service: Parts, person: Checker, record_id: str, wanted: NameIn, if_match: Annotated[str | None, Header()] = None,
) -> dict[str, str]:
    """The record leaves the person's hands and comes back when it has been read. 412 when it has changed."""
    if not if_match:
        raise PreconditionMissing
    if edition_of(wanted.form, wanted.edition, service.templates) is None:
        raise invalid("#/form", "no form of this installation")
    stored = service.stores.records.record(record_id, person.branch)
    if if_match.strip() != etag(stored):
        raise PreconditionFailed
    asked = NamedForm(stored.id, person.branch, stored.version, wanted.form, wanted.edition, person.id,
                      _answered(service, stored, person.id))
    workbench_of(service).rereads.ask(asked, wanted.lease(record_id, person))
    return {"form": wanted.form, "edition": wanted.edition}


def _answered(service: Service, stored: StoredRecord, person_id: str) -> dict[str, Any] | None:
    """The record with what the person has said and not only begun to type; None where that is nothing."""
    record = record_from_json(stored.body)
    said = said_by(desk_of(service).drafts(stored.id), person_id, record, service.templates)
    sure = {name: change for name, change in said.changes.items() if name not in said.unsure | said.unkeyed}
    wrong = {name: fault.code for name, fault in faults(record, sure, service.templates).items()}
    heard = {  # a text without a meaning stands as it was written
        name: replace(change, value=None, value_given=True) if name in wrong else change
        for name, change in sure.items() if wrong.get(name, "no_value") == "no_value"
    }
    if not heard:
        return None
    author = Author(person_id, rfc3339(datetime.now(UTC)))
    return record_to_json(disputed(correct(record, heard, author, service.accept_probability, service.templates)))
