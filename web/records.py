"""What dossier systems fetch: takes a cursor or an id, gives records, their versions and the original as it came."""

from __future__ import annotations

import base64
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query
from pydantic import AwareDatetime
from starlette.responses import Response

from digitizer.errors import NotPublished
from storage.base import Identity, Role, State, StoredRecord
from web import states
from web.deps import Parts, Reader, Service, checked_id
from web.incoming import SUFFIXES
from web.openapi import problems
from web.schemas import RecordLinks, RecordOut, RecordPageOut, VersionOut, VersionsOut

router = APIRouter(prefix="/v1", tags=["records"])
FOR_CLIENTS = frozenset({State.PUBLISHED, State.AMENDED})
PAGE_SIZE = 200
RecordId = Annotated[str, Path(examples=["rec_0123"])]
ETAG_HEADER = {"headers": {"ETag": {"description": "Strong; for If-Match", "schema": {"type": "string"}}}}


@router.get("/records", response_model=RecordPageOut, responses={
    200: {"headers": {"Link": {"description": "rel=next", "schema": {"type": "string"}}}},
    **problems(401, 403, 422, 429),
})
def list_records(
    response: Response, service: Parts, identity: Reader,
    updated_since: Annotated[AwareDatetime | None, Query(
        description="RFC 3339 with a zone; records changed at or after it", examples=["2026-11-24T00:00:00Z"],
    )] = None,
    cursor: Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_SIZE)] = 50,
) -> RecordPageOut:
    """Records of your branches in the order of their last change. A client sees published ones; a reviewer, all."""
    seen = FOR_CLIENTS if identity.role is Role.CLIENT else None
    page = service.stores.records.list_records(identity.branch, updated_since, cursor, limit, seen)
    if page.next_cursor:
        response.headers["Link"] = f'</v1/records?cursor={page.next_cursor}&limit={limit}>; rel="next"'
    return RecordPageOut(records=[show(service, r) for r in page.records], next_cursor=page.next_cursor)


@router.get("/records/{record_id}", response_model=RecordOut, responses={
    200: ETAG_HEADER, 304: {"description": "Unchanged since If-None-Match"}, **problems(401, 403, 404, 409, 422, 429),
})
def get_record(
    response: Response, service: Parts, identity: Reader, record_id: RecordId,
    if_none_match: Annotated[str | None, Header(description="An ETag; 304 when it still holds")] = None,
) -> Any:
    """The newest version of one record."""
    record = find(service, identity, record_id)
    tag = etag(record)
    if if_none_match and tag in (t.strip().removeprefix("W/") for t in if_none_match.split(",")):
        return Response(status_code=304, headers={"ETag": tag})
    response.headers["ETag"] = tag
    return show(service, record)


@router.get(
    "/records/{record_id}/versions", response_model=VersionsOut, responses=problems(401, 403, 404, 409, 422, 429)
)
def get_versions(service: Parts, identity: Reader, record_id: RecordId) -> VersionsOut:
    """Every version, oldest first: what was in it, who made it, when and why."""
    record = find(service, identity, record_id)
    versions = service.stores.records.versions(record.id, identity.branch)
    return VersionsOut(record_id=record.id, versions=[
        VersionOut(version=v.version, author=v.author, reason=v.reason, created_at=v.created_at, record=v.body)
        for v in versions
    ])


@router.get("/records/{record_id}/original", response_class=Response, responses={
    200: {
        "description": "The bytes as they came; always a download, never shown in place",
        "content": {t: {"schema": {"type": "string", "format": "binary"}} for t in sorted(SUFFIXES)},
        "headers": {"Repr-Digest": {"description": "SHA-256 (RFC 9530)", "schema": {"type": "string"}}},
    },
    **problems(401, 403, 404, 409, 422, 429),
})
def get_original(service: Parts, identity: Reader, record_id: RecordId) -> Response:
    """The scan the record was read from. Its hash is checked on every read; a damaged one is refused, not served."""
    return original_of(service, find(service, identity, record_id))


def original_of(service: Service, record: StoredRecord) -> Response:
    """The bytes as they came, always as a download. Raises IntegrityError."""
    with service.heavy:
        data = service.stores.objects.get(record.object_key, record.sha256)
    suffix = SUFFIXES.get(record.media_type, ".bin")
    return Response(data, media_type=record.media_type, headers={
        "Content-Disposition": f'attachment; filename="{record.id}{suffix}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "ETag": f'"{record.sha256}"',
        "Repr-Digest": f"sha-256=:{base64.b64encode(bytes.fromhex(record.sha256)).decode()}:",
    })


def find(service: Service, identity: Identity, record_id: str) -> StoredRecord:
    """The record, if it is in the caller's branches. Raises NotFound; NotPublished to a client that is too early."""
    record = service.stores.records.record(checked_id(record_id), identity.branch)
    if not may_see(identity, record):
        raise NotPublished()
    return record


def may_see(identity: Identity, record: StoredRecord) -> bool:
    return identity.role is not Role.CLIENT or record.state in FOR_CLIENTS


def etag(record: StoredRecord) -> str:
    """Strong: the representation holds version and state, and nothing else of it changes without them."""
    return f'"{record.version}-{record.state.value}"'


def show(service: Service, record: StoredRecord) -> RecordOut:
    """The stored body with what surrounds it; the members of the body are those of `digitizer read --json`."""
    here = f"/v1/records/{record.id}"
    edition = record.body["form"].get("edition")
    schema = f"/v1/forms/{record.form_id}/schema?edition={edition}" if record.form_id else None
    links = RecordLinks(
        self=here, versions=f"{here}/versions", original=f"{here}/original",
        submission=f"/v1/submissions/{record.submission_id}", form_schema=schema,
    )
    return RecordOut(**{
        **record.body, "id": record.id, "submission_id": record.submission_id, "branch": record.branch,
        "state": record.state, "state_text": states.SENTENCES[record.state], "version": record.version,
        "created_at": record.created_at, "updated_at": record.updated_at, "media_type": record.media_type,
        "links": links,
    })


