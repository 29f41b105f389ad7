"""Pictures of pages as the machine saw them: takes a document and a page number, gives the JPEG to who may see it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from digitizer.errors import NotFound
from storage.workbench import Person
from web.deps import Parts, checked_id
from web.ui.rights import Right
from web.ui.session import allowed, workbench_of

router = APIRouter(include_in_schema=False)
Viewer = Annotated[Person, Depends(allowed(Right.REVIEW, Right.SECOND, Right.RECORDS))]


@router.get("/documents/{document_id}/pages/{number}.jpg")
def page_picture(service: Parts, person: Viewer, document_id: str, number: int) -> Response:
    """Never kept by the browser beyond the page that shows it: a branch's PCs are shared."""
    pictures = workbench_of(service).pictures.of(checked_id(document_id), person.branch)
    found = next((p for p in pictures if p.page == number), None)
    if found is None:
        raise NotFound
    data = service.stores.objects.get(found.object_key, found.sha256)
    return Response(data, media_type="image/jpeg")
