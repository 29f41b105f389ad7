"""Scans come in, their progress is told: takes an upload and its key, gives 202 once nothing can be lost."""

from __future__ import annotations

import hashlib
import uuid
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from digitizer.errors import DatabaseUnavailable, NotFound, ReadingFailed, TooManyRequests
from digitizer.stages.ingest import PDF
from storage.base import Answer, Identity, NewUpload, Role, State, StoredRecord, Submission, UploadPart
from web import states
from web.deps import Anyone, Device, IdempotencyKey, Parts, Service, checked_id
from web.errors import invalid
from web.incoming import SUFFIXES, Arrival, Scan, arrive, checked_scan
from web.openapi import problems
from web.schemas import ReasonOut, Receipt, ReceivedFile, SubmissionLinks, SubmissionOut, SubmittedDocument

router = APIRouter(prefix="/v1", tags=["submissions"])
BINARY = {"type": "string", "format": "binary"}
UPLOAD_BODY: dict[str, Any] = {"requestBody": {
    "required": True,
    "description": "The file as the part `file` of a form, or as the whole body with its own type and, if you like, "
                   "its name in Content-Disposition. Several parts `file` are pages of one submission, in their order.",
    "content": {
        "multipart/form-data": {"schema": {
            "type": "object", "required": ["file"], "additionalProperties": False,
            "properties": {
                "file": {"type": "string", "contentMediaType": "application/octet-stream", "format": "binary"},
                "form": {"type": "string", "description": "Form id, where it is known", "examples": ["khai-sinh"]},
            },
        }},
        **{kind: {"schema": BINARY} for kind in SUFFIXES},
    },
}}


@router.post(
    "/submissions", status_code=202, response_model=Receipt, openapi_extra=UPLOAD_BODY,
    responses={
        202: {"headers": {
            "Location": {"description": "Address of the submission", "schema": {"type": "string"}},
            "Upload-Limit": {"description": "max-size in bytes", "schema": {"type": "string"}},
        }},
        **problems(400, 401, 403, 409, 413, 415, 422, 429),
    },
)
async def upload(
    request: Request, service: Parts, identity: Device, key: IdempotencyKey,
    form: Annotated[str | None, Query(description="Form id, for a raw body", examples=["ct01"])] = None,
) -> Response:
    """Hand in one file, or several that are pages of one submission; these are bound to one PDF. The answer comes when
    the bytes and the promise to read them are on disk.

    The same Idempotency-Key with the same files gets the same answer, however often it is sent."""
    arrival = await arrive(request, service.limits.upload_bytes)
    try:
        answer = await run_in_threadpool(take_in, service, identity, key, arrival)
    finally:
        await arrival.close()
    return Response(answer.body, status_code=answer.status, headers=answer.headers)


def take_in(service: Service, identity: Identity, key: str, arrival: Arrival) -> Answer:
    """Checks, keeps and promises; or gives the answer of the first time. Runs in a thread."""
    known_form(service, arrival.form)
    with service.heavy:
        scans = tuple(map(checked_scan, arrival.files))
        told = [word for scan in scans for word in (scan.sha256, scan.name)]
        print_ = fingerprint("POST /v1/submissions", *told, arrival.form)
        kept = service.stores.uploads.begin(identity.key_id, key, print_)
        if kept is not None:
            return kept
        try:
            return _accept(service, identity, key, scans, arrival.form)
        except BaseException:
            service.stores.uploads.abandon(identity.key_id, key)
            raise


def known_form(service: Service, form: str) -> str | None:
    """None for ''. Raises UsageError's problem for an id that no form has."""
    if form and form not in {t.id for t in service.templates}:
        raise invalid("#/form", "no such form; GET /v1/forms lists them")
    return form or None


def bound(service: Service, scans: tuple[Scan, ...]) -> Scan:
    """The one file, or all of them bound to one PDF named after the first; nothing of them is lost (docs/decisions/
    0010). Raises BadInput, and ReadingFailed: what could not be bound is not taken in."""
    if len(scans) == 1:
        return scans[0]
    data = service.bind([(scan.data, scan.name) for scan in scans])
    return Scan(data, hashlib.sha256(data).hexdigest(), PDF, f"{scans[0].name.rpartition('.')[0] or 'scan'}.pdf")


def _accept(service: Service, identity: Identity, key: str, scans: tuple[Scan, ...], form: str) -> Answer:
    waiting, _ = service.stores.queue.backlog()
    if waiting >= service.backlog_limit:
        raise TooManyRequests("the backlog is full")
    scan = bound(service, scans)
    _screen(service, scan)
    object_key = f"originals/{scan.sha256[:2]}/{scan.sha256}"
    service.stores.objects.put(object_key, scan.data, scan.sha256)
    new = NewUpload(
        submission_id=f"sub_{uuid.uuid4().hex}", document_id=f"doc_{uuid.uuid4().hex}", branch=identity.branch,
        key_id=identity.key_id, file_name=scan.name, media_type=scan.media_type, sha256=scan.sha256,
        size_bytes=len(scan.data), object_key=object_key, form_hint=form,
        parts=tuple(UploadPart(s.name, s.media_type, s.sha256, len(s.data)) for s in scans) if len(scans) > 1 else (),
    )
    answer = _receipt(new, service.limits.upload_bytes)
    service.stores.uploads.accept(new, identity.key_id, key, answer)
    _sent(service, new)
    return answer


def _sent(service: Service, new: NewUpload) -> None:
    """From now on a rescan of these sheets is told. Only advice: an upload that was accepted does not fail for it."""
    if service.stores.workbench is not None:
        with suppress(DatabaseUnavailable):
            files = [new.sha256, *(part.sha256 for part in new.parts)]
            service.stores.workbench.sheets.sent(new.branch, files, new.submission_id)


def _screen(service: Service, scan: Scan) -> None:
    """BadInput goes to the caller. A reader that dies or stalls proves nothing against the file: it is kept, and the
    worker tries three times before it is quarantined."""
    try:
        service.screen(scan.data, scan.name)
    except ReadingFailed:
        return


def _receipt(new: NewUpload, upload_bytes: int) -> Answer:
    links = _links(new.submission_id)
    body = Receipt(
        id=new.submission_id, state=State.RECEIVED, state_text=states.SENTENCES[State.RECEIVED], sha256=new.sha256,
        size_bytes=new.size_bytes, media_type=new.media_type, links=links,
        files=[ReceivedFile(sha256=p.sha256, size_bytes=p.size_bytes, media_type=p.media_type) for p in new.parts],
    )
    headers = {
        "Location": links.self, "Content-Type": "application/json", "Upload-Limit": f"max-size={upload_bytes}",
    }
    return Answer(202, headers, body.model_dump_json())


@router.get(
    "/submissions/{submission_id}", response_model=SubmissionOut, responses=problems(401, 403, 404, 422, 429)
)
def submission_status(
    service: Parts, identity: Anyone, submission_id: Annotated[str, Path(examples=["sub_0123"])]
) -> SubmissionOut:
    """How far a submission is. A device sees what it sent itself; clients and reviewers, what their branch sent."""
    return show(service, find(service, identity, submission_id))


def find(service: Service, identity: Identity, submission_id: str) -> Submission:
    """The submission, if it is the caller's to see; NotFound otherwise, as if it did not exist."""
    found = service.stores.uploads.submission(checked_id(submission_id), identity.branch)
    if identity.role is Role.DEVICE and found.key_id != identity.key_id:
        raise NotFound()
    return found


def show(service: Service, found: Submission) -> SubmissionOut:
    records = [service.stores.records.record(r, found.branch) for r in found.record_ids]
    return SubmissionOut(
        id=found.id, state=found.state, state_text=states.SENTENCES[found.state],
        finished=states.is_finished(found.state), reason_code=found.reason_code or None,
        clerk=states.clerk_sentence(found.state, found.reason_code), sha256=found.sha256, size_bytes=found.size_bytes,
        media_type=found.media_type, form_hint=found.form_hint or None, received_at=found.received_at,
        updated_at=found.updated_at, documents=[_document(service, r) for r in records], links=_links(found.id),
    )


def _document(service: Service, record: StoredRecord) -> SubmittedDocument:
    edition = record.body["form"].get("edition")
    form = next((t for t in service.templates if t.id == record.form_id and t.edition == edition), None)
    reasons = (record.body.get("decision") or {}).get("reasons", [])
    return SubmittedDocument(
        record_id=record.id, form_id=record.form_id, form_name=form.name if form else None, state=record.state,
        reasons=[ReasonOut(**{k: r.get(k) for k in ("code", "message", "field")}) for r in reasons],
        href=f"/v1/records/{record.id}",
    )


def _links(submission_id: str) -> SubmissionLinks:
    here = f"/v1/submissions/{submission_id}"
    return SubmissionLinks(self=here, events=f"{here}/events")


def fingerprint(*parts: str) -> str:
    """One hash of what makes two requests the same; lengths go in, so that parts cannot run into one another."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()
