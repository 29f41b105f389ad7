"""A record as a PDF/A that can be searched: takes a record, gives its pages with the answers as they stand now."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from digitizer.errors import NotFound
from digitizer.imaging.searchable import ShownPage, searchable_pdf
from digitizer.template import edition_of
from digitizer.wire import record_from_json
from storage.base import StoredRecord
from web.deps import Parts, Reader, Service
from web.openapi import problems
from web.records import RecordId, etag, find

router = APIRouter(prefix="/v1", tags=["records"])


@router.get("/records/{record_id}/searchable.pdf", response_class=Response, responses={
    200: {
        "description": "PDF/A-2b: pictures of the pages, the answers as invisible text at their places",
        "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        "headers": {"ETag": {"description": "That of the record", "schema": {"type": "string"}}},
    },
    **problems(401, 403, 404, 409, 422, 429),
})
def get_searchable(service: Parts, identity: Reader, record_id: RecordId) -> Response:
    """The record's pages, upright as the machine saw them, with the answers after people's corrections. The evidence is
    the original, named in the file by its SHA-256. 404 for a record whose pages have no pictures."""
    return searchable_of(service, find(service, identity, record_id))


def searchable_of(service: Service, record: StoredRecord) -> Response:
    """Always as a download. Raises NotFound: no pictures were kept; IntegrityError."""
    with service.heavy:
        data = searchable_pdf(
            record_from_json(record.body), pages_of(service, record), _title(service, record))
    return Response(data, media_type="application/pdf", headers={
        "Content-Disposition": f'attachment; filename="{record.id}-{record.version}.pdf"', "ETag": etag(record),
        "Content-Security-Policy": "sandbox; default-src 'none'",
    })


def pages_of(service: Service, record: StoredRecord) -> list[ShownPage]:
    """Pictures of the record's pages in the order of its print. Raises NotFound."""
    if service.stores.workbench is None:
        raise NotFound
    pictures = {p.page: p for p in service.stores.workbench.pictures.of(record.document_id, record.branch)}
    found = [pictures[page] for page in record.body["pages"] if page in pictures]
    if not found:
        raise NotFound
    get = service.stores.objects.get
    return [ShownPage(p.page, get(p.object_key, p.sha256), p.width_px, p.height_px, p.dpi) for p in found]


def _title(service: Service, record: StoredRecord) -> str:
    form = record.body["form"]
    template = edition_of(form["id"], form["edition"], service.templates) if form.get("id") else None
    return template.name if template else "Digitizer"
