"""A program says what form a paper is: takes a form and the version seen, has it read again, says how far that is."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Header
from starlette.responses import Response

from digitizer.errors import InvalidMove, NotFound, PreconditionFailed, PreconditionMissing
from digitizer.template import edition_of
from storage.base import Answer, Identity, State, StoredRecord
from storage.rereads_base import NamedForm, Reread, Rereads, RereadState
from web.deps import IdempotencyKey, Parts, Reader, Reviewer, Service
from web.documents import fingerprint
from web.errors import invalid
from web.openapi import problems
from web.records import RecordId, etag, find
from web.review import changed
from web.schemas import FormRef, NamingIn, NamingOut, RereadOut
from web.ui.review_named import why_failed

router = APIRouter(prefix="/v1", tags=["review"])


@router.get(
    "/records/{record_id}/reading", response_model=NamingOut, responses=problems(401, 403, 404, 409, 422, 429)
)
def get_reading(service: Parts, identity: Reader, record_id: RecordId) -> NamingOut:
    """The form a record goes by, who has named it, and whether its paper is being read again."""
    return _shown(service, find(service, identity, record_id))


@router.post("/records/{record_id}/form", response_model=NamingOut, status_code=202, responses={
    202: {"description": "Will be read again; the record has a new version then"},
    **problems(400, 401, 403, 404, 409, 412, 413, 422, 428, 429),
})
def name_form(
    service: Parts, identity: Reviewer, record_id: RecordId, key: IdempotencyKey, wanted: NamingIn,
    if_match: Annotated[str | None, Header(description="The ETag of the record as you saw it. Required.")] = None,
) -> Response:
    """Name the form of a paper that waits for review; its pages are read again as that. No machine changes the form
    after that, nor what people have set in fields that the form still has."""
    if not if_match:
        raise PreconditionMissing
    record = find(service, identity, record_id)
    uploads = service.stores.uploads
    print_ = fingerprint("POST form", record.id, if_match, wanted.model_dump_json())
    answer = uploads.begin(identity.key_id, key, print_)
    if answer is None:
        try:
            answer = _asked(service, identity, record, (if_match.strip(), wanted))
        except BaseException:
            uploads.abandon(identity.key_id, key)
            raise
        uploads.keep(identity.key_id, key, answer)
    return Response(answer.body, status_code=answer.status, headers=answer.headers)


def _asked(service: Service, identity: Identity, seen: StoredRecord, asked: tuple[str, NamingIn]) -> Answer:
    if_match, wanted = asked
    if seen.state is not State.NEEDS_REVIEW:
        raise InvalidMove("only a record that waits for review can be given a form")
    if if_match != etag(seen):
        raise changed(seen)
    newest = max((t for t in service.templates if t.id == wanted.form), key=lambda t: t.valid_from, default=None)
    template = edition_of(wanted.form, wanted.edition, service.templates) if wanted.edition else newest
    if template is None:
        raise invalid("#/form" if newest is None else "#/edition", "not a form of GET /v1/forms")
    name = NamedForm(seen.id, identity.branch, seen.version, template.id, template.edition, identity.key_id)
    try:
        _rereads(service).ask(name)
    except PreconditionFailed:
        raise changed(find(service, identity, seen.id)) from None
    body = _shown(service, seen).model_dump(mode="json")
    return Answer(202, {"Content-Type": "application/json"}, json.dumps(body, ensure_ascii=False))


def _shown(service: Service, record: StoredRecord) -> NamingOut:
    asked = _rereads(service).of(record.id) if service.stores.workbench else None
    return NamingOut(record_id=record.id, form=FormRef(**record.body["form"]), reading=_told(asked) if asked else None)


def _told(asked: Reread) -> RereadOut:
    clerk = why_failed(asked.reason_code) if asked.state is RereadState.FAILED else None
    return RereadOut(
        form=asked.form_id, edition=asked.edition, author=asked.author, asked_at=asked.asked_at,
        state=asked.state.value, reason_code=asked.reason_code or None, clerk=clerk,
    )


def _rereads(service: Service) -> Rereads:
    """Raises NotFound where the stores keep nothing of review (in memory)."""
    if service.stores.workbench is None:
        raise NotFound
    return service.stores.workbench.rereads
