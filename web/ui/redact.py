"""A copy of a record to show others: takes the fields to leave out, gives a ZIP with blacked pages and the JSON."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from digitizer.document import Field, FieldStatus, Record
from digitizer.errors import UsageError
from digitizer.geometry import MM_PER_INCH
from digitizer.imaging.searchable import ShownPage
from digitizer.rows import unseen
from digitizer.sandbox import BlackedPage
from digitizer.template import FieldType
from digitizer.wire import record_from_json
from storage.workbench import Person
from web.deps import Parts
from web.searchable import pages_of
from web.ui import record_view
from web.ui.pages import render
from web.ui.records import find_record, seen, titles_of
from web.ui.rights import Right
from web.ui.session import allowed, changes

router = APIRouter(include_in_schema=False)
Viewer = Annotated[Person, Depends(allowed(Right.RECORDS))]
Maker = Annotated[Person, Depends(changes(Right.RECORDS))]
# What says nothing of a person; everything else is left out by the preset.
IMPERSONAL = frozenset({FieldType.ORGANIZATION.value, FieldType.TICK.value, FieldType.INTEGER.value})
# Not found counts as written: the answer may stand anywhere.
WRITTEN = frozenset(FieldStatus) - {FieldStatus.BLANK}
AROUND_MM = (2.0, 1.5)  # ink runs over the edges of its place: sideways, up and down


class RedactForm(BaseModel):
    """field: ids of what is to be left out."""

    csrf: str = ""
    field: list[str] = []


@router.get("/records/{record_id}/redact")
def show_choice(request: Request, service: Parts, person: Viewer, record_id: str) -> Response:
    record = find_record(service, person, record_id)
    fields = record_from_json(record.body).fields
    seen(service, person, record, "record.viewed")
    return render(
        request, "record_redact.html", record=record, form=titles_of(service).get(record.form_id or "", ""),
        fields=[(f, record_view.shown_value(record.body["fields"][f.id]), is_personal(f)) for f in fields],
    )


@router.post("/records/{record_id}/redact")
def make_copy(
    service: Parts, person: Maker, record_id: str, form: Annotated[RedactForm, Form()],
) -> Response:
    """The ZIP; the record and its original stay as they are."""
    stored, chosen = find_record(service, person, record_id), set(form.field)
    record = record_from_json(stored.body)
    if not chosen or not chosen <= {f.id for f in record.fields}:
        raise UsageError("choose what is to be left out")
    sheets = blacked(record, chosen, pages_of(service, stored))
    pdf = service.redact(sheets, titles_of(service).get(stored.form_id or "", "Digitizer"))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("redacted.pdf", pdf)
        archive.writestr("redacted.json", json.dumps(without(stored.body, chosen), ensure_ascii=False, indent=1))
    seen(service, person, stored, "record.redacted", sorted(chosen))
    return Response(packed.getvalue(), media_type="application/zip", headers={
        "Content-Disposition": f'attachment; filename="{stored.id}-redacted.zip"', "Cache-Control": "no-store"})


def is_personal(field: Field) -> bool:
    """What the preset leaves out: all but offices, ticks and counts."""
    return field.type not in IMPERSONAL


def blacked(record: Record, chosen: set[str], pages: list[ShownPage]) -> list[BlackedPage]:
    """A page that holds something chosen whose place nobody knows for certain is covered whole, so where a row that a
    person added ought to stand; where one signs is covered always, for a signature says who."""
    fields = [f for f in record.fields if f.id in chosen]
    lost = [f for f in fields if f.status in WRITTEN and (not f.polygon_mm or unseen(f))]
    places = [(f.page, polygon) for f in fields for polygon in f.polygon_mm]
    places += [(s.page, polygon) for s in record.signatures for polygon in (s.polygon_mm, s.ink_mm) if polygon]
    return [
        BlackedPage(p.page, p.jpeg, p.dpi, tuple(_box(polygon, p.dpi) for at, polygon in places if at == p.page),
                    any(f.page in (None, p.page) for f in lost))
        for p in pages
    ]


def without(body: dict[str, Any], chosen: set[str]) -> dict[str, Any]:
    """The record's JSON less the fields, what is said of them, and the file's name, which may be somebody's."""
    kept = {k: v for k, v in body.items() if k not in ("file", "timings_ms", "fields", "decision", "findings")}
    kept["fields"] = {k: v for k, v in body["fields"].items() if k not in chosen}
    kept["findings"] = [f for f in body.get("findings", ()) if f.get("field") not in chosen]
    kept["redacted"] = sorted(chosen)
    return kept


def _box(polygon: tuple[tuple[float, float], ...], dpi: float) -> tuple[int, int, int, int]:
    across, along = AROUND_MM
    xs, ys = zip(*polygon, strict=True)
    edges = (min(xs) - across, min(ys) - along, max(xs) + across, max(ys) + along)
    left, top, right, bottom = (round(edge * dpi / MM_PER_INCH) for edge in edges)
    return left, top, right, bottom
