"""The kiosk: takes scans from a browser, gives verdicts while the citizen waits, a submission and a receipt."""

from __future__ import annotations

import io
from typing import Annotated

import segno
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from digitizer.document import FormMatch, PageClass
from digitizer.errors import Forbidden
from digitizer.glance import PageGlance, PrintSeen
from digitizer.stages.judge import together
from digitizer.template import Layout, Template
from storage.base import Role
from storage.workbench import Person, Session
from web.checks import finding_out, looked_at
from web.deps import IdempotencyKey, Parts, Service
from web.documents import find, show, take_in
from web.incoming import MOST_FILES, arrive
from web.schemas import CheckOut, FindingOut, PrintedOut, SubmissionOut
from web.ui.pages import render
from web.ui.rights import Right
from web.ui.sentences import check_in, findings_in, say_for, submission_in
from web.ui.session import allowed, changes, identity, session_of

router = APIRouter(include_in_schema=False)
Uploader = Annotated[Person, Depends(allowed(Right.UPLOAD))]
ChangingUploader = Annotated[Person, Depends(changes(Right.UPLOAD))]
# Of each finding two or three words, which the page shows above its sentence, and what each verdict is called.
CODE_NAMES = {
    "blurred": "Ảnh mờ", "too_dark": "Quá tối", "too_light": "Quá nhạt", "cut_edge": "Mất mép giấy",
    "low_resolution": "Độ phân giải thấp", "blank_page": "Trang trắng", "upside_down": "Trang ngược",
    "unknown_form": "Chưa nhận ra mẫu", "wrong_form": "Sai mẫu", "page_missing": "Thiếu trang",
    "first_page_missing": "Thiếu trang đầu", "signature_missing": "Thiếu chữ ký", "required_blank": "Còn mục chưa ghi",
    "pages_reordered": "Sai thứ tự trang", "pages_not_read": "Quá nhiều trang", "not_checked": "Chưa xem nhanh được",
    "seen_before": "Có thể đã quét rồi",
}


class SeenIn(BaseModel):
    """A page as a check described it."""

    model_config = ConfigDict(extra="forbid")

    page_class: PageClass
    form_id: str | None = Field(max_length=120)
    edition: str | None = Field(max_length=120)
    printed: list[PrintedOut] = Field(max_length=20)


class TogetherIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    pages: list[SeenIn] = Field(max_length=200)


class TogetherOut(BaseModel):
    """missing: `page` counts from 1 among the pages asked about. joined: pages that belong to the form before them."""

    missing: list[FindingOut]
    joined: list[int]


@router.get("/kiosk")
def show_kiosk(request: Request, service: Parts, person: Uploader) -> Response:
    return render(
        request, "kiosk.html", forms=_forms(service), codes=CODE_NAMES, most_files=MOST_FILES,
        most_bytes=service.limits.upload_bytes, nowhere=person.branch == "*",
    )


@router.get("/kiosk/session")
def show_session(session: Annotated[Session, Depends(session_of)]) -> dict[str, str]:
    """The token of the session that now is: a page that was open while somebody signed in again goes on with it."""
    return {"csrf": session.csrf}


@router.post("/kiosk/checks")
async def check(request: Request, service: Parts, person: ChangingUploader) -> CheckOut:
    """As POST /v1/checks, in the language of the page."""
    arrival = await arrive(request, service.limits.upload_bytes)
    try:
        return check_in(await run_in_threadpool(looked_at, service, arrival, person.branch), say_for(request))
    finally:
        await arrival.close()


@router.post("/kiosk/checks/together")
def check_together(
    request: Request, service: Parts, person: ChangingUploader, asked: TogetherIn,
) -> TogetherOut:
    """What can only be said of pages that were looked at one by one when they lie beside one another."""
    found = together([_seen(number, page) for number, page in enumerate(asked.pages, start=1)], service.templates)
    told = findings_in([finding_out(r) for r in found.missing], say_for(request))
    return TogetherOut(missing=told, joined=list(found.joined))


def _seen(number: int, page: SeenIn) -> PageGlance:
    match = FormMatch(page.form_id, page.edition, 1.0) if page.form_id and page.edition else None
    printed = tuple(PrintSeen(p.form_id, p.edition, tuple(p.items)) for p in page.printed)
    return PageGlance(number, page.page_class, match, 210.0, 297.0, printed=printed)


@router.post("/kiosk/submissions")
async def send(request: Request, service: Parts, person: ChangingUploader, key: IdempotencyKey) -> Response:
    """As POST /v1/submissions, under the person's own name."""
    if person.branch == "*":
        raise Forbidden("papers are handed in at a branch; this account belongs to all of them")
    arrival = await arrive(request, service.limits.upload_bytes)
    try:
        answer = await run_in_threadpool(take_in, service, identity(person, Role.DEVICE), key, arrival)
    finally:
        await arrival.close()
    headers = {**answer.headers, "Location": f"/kiosk/receipts/{answer.headers['Location'].rpartition('/')[2]}"}
    return Response(answer.body, status_code=answer.status, headers=headers)


@router.get("/kiosk/submissions/{submission_id}")
def show_submission(request: Request, service: Parts, person: Uploader, submission_id: str) -> SubmissionOut:
    """How far it is, of one's own submissions."""
    return submission_in(show(service, find(service, identity(person, Role.DEVICE), submission_id)), say_for(request))


@router.get("/kiosk/receipts/{submission_id}.svg")
def receipt_code(service: Parts, person: Uploader, submission_id: str) -> Response:
    """A QR code of the submission's number: no personal data."""
    found = find(service, identity(person, Role.DEVICE), submission_id)
    out = io.BytesIO()
    segno.make(found.id, error="m", micro=False).save(out, kind="svg", scale=4, border=4)
    return Response(out.getvalue(), media_type="image/svg+xml")


@router.get("/kiosk/receipts/{submission_id}")
def show_receipt(request: Request, service: Parts, person: Uploader, submission_id: str) -> Response:
    """What the citizen takes along, to be printed."""
    found = find(service, identity(person, Role.DEVICE), submission_id)
    return render(request, "receipt.html", submission=found, pages=len(found.parts) or 1)


def _forms(service: Service) -> list[Template]:
    """The newest edition of each, by name."""
    newest = {t.id: t for t in service.templates if t.layout is Layout.FORM}
    return sorted(newest.values(), key=lambda t: t.name)
