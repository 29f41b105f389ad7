"""The forms that are known: takes nothing or a form id, gives the list and the JSON Schema of a form's fields."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import JSONResponse

from digitizer.errors import NotFound
from digitizer.template import Template
from web.deps import Parts
from web.form_schema import fields_schema
from web.openapi import problems
from web.schemas import FormOut, FormsOut

router = APIRouter(prefix="/v1", tags=["forms"])


@router.get("/forms", response_model=FormsOut, responses=problems())
def list_forms(service: Parts) -> FormsOut:
    """Every edition of every form that is read. Open to all: a form is public."""
    return FormsOut(forms=[_form(t) for t in service.templates])


@router.get("/forms/{form_id}/schema", response_class=JSONResponse, responses={
    200: {
        "description": "JSON Schema 2020-12 of `fields` in a record",
        "content": {"application/schema+json": {"schema": {"type": "object"}}},
    },
    **problems(404, 422),
})
def form_schema(
    service: Parts, form_id: Annotated[str, Path(examples=["khai-sinh"])],
    edition: Annotated[str | None, Query(description="The newest where left out", examples=["tt04-2024"])] = None,
) -> Any:
    """What the `fields` of a record of this form look like. Open to all."""
    editions = [t for t in service.templates if t.id == form_id and edition in (None, t.edition)]
    if not editions:
        raise NotFound()
    newest = max(editions, key=lambda t: t.valid_from)
    return JSONResponse(fields_schema(newest), media_type="application/schema+json")


def _form(t: Template) -> FormOut:
    return FormOut(
        id=t.id, edition=t.edition, name=t.name, form_code=t.form_code, regulation=t.regulation,
        procedure_codes=list(t.procedure_codes), valid_from=t.valid_from, valid_to=t.valid_to,
        schema_href=f"/v1/forms/{t.id}/schema?edition={t.edition}",
    )
