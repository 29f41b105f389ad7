"""A record's original and its searchable pages side by side: takes a record, gives both, page by page, in step.

The original is drawn as it came, by the child that may decode it; no viewer of PDFs runs in the page, whose policy
allows none. The text behind the searchable pages is that of the PDF/A, at its places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from digitizer.document import Record
from digitizer.errors import NotFound
from digitizer.imaging.searchable import ShownPage, lines_on
from digitizer.wire import record_from_json
from storage.base import StoredRecord
from storage.workbench import PagePicture, Person
from web.deps import Parts, Service
from web.incoming import SUFFIXES
from web.ui.pages import render
from web.ui.records import find_record, seen, titles_of
from web.ui.rights import Right
from web.ui.session import allowed, workbench_of

router = APIRouter(include_in_schema=False)
Viewer = Annotated[Person, Depends(allowed(Right.RECORDS))]


@dataclass(frozen=True, slots=True)
class TextLine:
    """Shares (0-1) of the picture's width and height."""

    text: str
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Pair:
    """One page, twice. picture: as the machine saw it."""

    number: int
    picture: PagePicture
    lines: tuple[TextLine, ...]


@router.get("/records/{record_id}/beside")
def show_beside(request: Request, service: Parts, person: Viewer, record_id: str) -> Response:
    """Raises NotFound where no pictures of the pages were kept."""
    stored = find_record(service, person, record_id)
    pairs = _pairs(service, person, stored)
    seen(service, person, stored, "record.original_viewed")
    form = titles_of(service).get(stored.form_id or "", "")
    return render(request, "record_beside.html", record=stored, pairs=pairs, form=form)


@router.get("/records/{record_id}/original/{number}.jpg")
def original_page(
    service: Parts, person: Viewer, record_id: str, number: Annotated[int, Path(ge=1, le=10_000)],
) -> Response:
    """A page of the original, of those that the record is read from: the file may hold other people's papers."""
    stored = find_record(service, person, record_id)
    if number not in stored.body["pages"]:
        raise NotFound
    with service.heavy:
        data = service.stores.objects.get(stored.object_key, stored.sha256)
        picture = service.draw(data, f"original{SUFFIXES.get(stored.media_type, '')}", number)
    return Response(picture.data, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


def _pairs(service: Service, person: Person, stored: StoredRecord) -> list[Pair]:
    pictures = {p.page: p for p in workbench_of(service).pictures.of(stored.document_id, person.branch)}
    record = record_from_json(stored.body)
    found = [Pair(n, pictures[n], tuple(_lines(record, pictures[n]))) for n in record.pages if n in pictures]
    if not found:
        raise NotFound
    return found


def _lines(record: Record, picture: PagePicture) -> list[TextLine]:
    """As the PDF/A has them, from the upper left corner."""
    page = ShownPage(picture.page, b"", picture.width_px, picture.height_px, picture.dpi)
    wide, high = picture.width_px / picture.dpi * 72, picture.height_px / picture.dpi * 72
    return [
        TextLine(line.text, round(line.left / wide, 5), round(1 - (line.bottom + line.height) / high, 5),
                 round(line.width / wide, 5), round(line.height / high, 5))
        for line in lines_on(record, page)
    ]
