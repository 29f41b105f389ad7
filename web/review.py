"""A person corrects a record: takes the fields as they should be and the version seen, gives a new version."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Header
from starlette.responses import Response

from digitizer.errors import PreconditionFailed, PreconditionMissing, UsageError
from digitizer.review import Author, Change, correct, faults
from digitizer.wire import record_from_json, record_to_json
from storage.base import Answer, Identity, StoredRecord
from web.deps import IdempotencyKey, Parts, Reviewer, Service
from web.documents import fingerprint
from web.errors import Problem, pointer
from web.openapi import problems
from web.records import ETAG_HEADER, RecordId, etag, find, show
from web.schemas import CorrectionIn, RecordOut, rfc3339

router = APIRouter(prefix="/v1", tags=["review"])


@router.post("/records/{record_id}/corrections", response_model=RecordOut, responses={
    200: {**ETAG_HEADER, "description": "The new version"},
    **problems(400, 401, 403, 404, 409, 412, 413, 422, 428, 429),
})
def correct_record(
    service: Parts, identity: Reviewer, record_id: RecordId, key: IdempotencyKey, wanted: CorrectionIn,
    if_match: Annotated[str | None, Header(description="The ETag of the record as you saw it. Required.")] = None,
) -> Response:
    """Change or confirm fields, or add a row of a table that the machine missed, by the next number. What the machine
    had read stays beside each changed field."""
    if not if_match:
        raise PreconditionMissing()
    record = find(service, identity, record_id)
    uploads = service.stores.uploads
    print_ = fingerprint("POST corrections", record.id, if_match, wanted.model_dump_json())
    answer = uploads.begin(identity.key_id, key, print_)
    if answer is None:
        try:
            answer = _new_version(service, identity, record, if_match.strip(), wanted)
        except BaseException:
            uploads.abandon(identity.key_id, key)
            raise
        # Not in the transaction of the change: were the answer lost between the two, a retry would get 412, not a
        # second change, for If-Match guards it.
        uploads.keep(identity.key_id, key, answer)
    return Response(answer.body, status_code=answer.status, headers=answer.headers)


def _new_version(
    service: Service, identity: Identity, seen: StoredRecord, if_match: str, wanted: CorrectionIn
) -> Answer:
    if if_match != etag(seen):
        raise changed(seen)
    changes = {
        name: Change(status=c.status, raw=c.raw, value=c.value, value_given="value" in c.model_fields_set)
        for name, c in wanted.fields.items()
    }
    record = record_from_json(seen.body)
    wrong = faults(record, changes, service.templates)
    if wrong:
        items = [{"pointer": pointer("#", "fields", name), "detail": fault.detail, "code": fault.code}
                 for name, fault in wrong.items()]
        raise Problem(UsageError("the corrections are not valid"), members={"errors": items})
    author = Author(identity.key_id, rfc3339(datetime.now(UTC)))
    corrected = correct(record, changes, author, service.accept_probability, service.templates)
    try:
        new = service.stores.records.correct(
            seen.id, identity.branch, seen.version, record_to_json(corrected), identity.key_id, wanted.reason
        )
    except PreconditionFailed:
        raise changed(find(service, identity, seen.id)) from None
    body = show(service, new).model_dump(mode="json")
    headers = {"Content-Type": "application/json", "ETag": etag(new)}
    return Answer(200, headers, json.dumps(body, ensure_ascii=False))


def changed(now: StoredRecord) -> Problem:
    """412 that tells the loser where the record stands, so that the screen can show both."""
    current = {"version": now.version, "href": f"/v1/records/{now.id}"}
    return Problem(PreconditionFailed(), {"ETag": etag(now)}, {"current": current})
