"""Whether a scan will do, before it is handed in: takes a file, gives a verdict a page.

A hash and how its ink lies are kept, so that the same paper is known again."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from digitizer.document import FormMatch, PageClass
from digitizer.errors import EngineUnavailable, ReadingFailed
from digitizer.glance import Glance, PageGlance, PageVerdict, Remark
from digitizer.options import PICTURE_DPI
from digitizer.template import Template, edition_of
from digitizer.untrusted import Picture
from storage.workbench import SeenSheet, Sheet
from web.clock import local_time
from web.deps import Device, IdempotencyKey, Parts, Service
from web.documents import UPLOAD_BODY, bound, known_form
from web.incoming import Arrival, arrive, checked_scan
from web.openapi import problems
from web.schemas import CheckedPageOut, CheckOut, FindingOut, PictureOut, PrintedOut

router = APIRouter(prefix="/v1", tags=["submissions"])
SEEN_BEFORE = (
    "Tờ này giống tờ đã nhận lúc {at} (hồ sơ …{number}). Nếu là quét lại thì bỏ ra; nếu là tờ khác thì cứ gửi."
)
NOT_CHECKED = "Máy chưa xem nhanh được bản quét này. Hãy tự xem lại ảnh; vẫn gửi được."


@router.post(
    "/checks", response_model=CheckOut, openapi_extra=UPLOAD_BODY, responses=problems(400, 401, 403, 413, 415, 422, 429)
)
async def check(
    request: Request, service: Parts, identity: Device, key: IdempotencyKey,
    form: Annotated[str | None, Query(description="The form it should be, for a raw body", examples=["ct01"])] = None,
) -> CheckOut:
    """Look at a file while the citizen is there, within two seconds a page. Kept are a hash and how far ink stands in
    each answer's place: a day, or a month once it was sent. A repeat is looked at anew whatever its Idempotency-Key.
    429 means that many wait: hand the scan in without, or ask again.

    `form` is what the paper should be: another one is told. `page_missing` and the like stand in `missing`, since the
    other pages may come in a file of their own."""
    arrival = await arrive(request, service.limits.upload_bytes)
    try:
        return await run_in_threadpool(looked_at, service, arrival, identity.branch)
    finally:
        await arrival.close()


def looked_at(service: Service, arrival: Arrival, branch: str) -> CheckOut:
    """branch: whose papers are compared with. A child that dies or stalls says nothing against the file. Raises
    BadInput, UsageError's problems, and the problem of too many waiting."""
    form = known_form(service, arrival.form)
    scan = bound(service, tuple(map(checked_scan, arrival.files)))
    try:
        glance, pictures = service.glance(scan.data, scan.name, form)
    except (ReadingFailed, EngineUnavailable):
        unseen = Remark("not_checked", PageVerdict.ADVICE, NOT_CHECKED)
        return CheckOut(verdict=PageVerdict.ADVICE, sha256=scan.sha256, pages=[], missing=[finding_out(unseen)])
    glance = with_seen(service, glance, scan.sha256, branch)
    shown = {picture.number: picture for picture in pictures}
    pages = [_page(page, shown.get(page.number), service.templates) for page in glance.pages]
    return CheckOut(
        verdict=glance.verdict, sha256=scan.sha256, pages=pages, missing=[finding_out(r) for r in glance.missing]
    )


def with_seen(service: Service, glance: Glance, sha256: str, branch: str) -> Glance:
    """With advice for pages that were handed in before, and the pages noted for the next look."""
    if service.stores.workbench is None:
        return glance
    kept, pages = service.stores.workbench.sheets, []
    sheets = [Sheet(p.number, f"{p.form.form_id}/{p.form.edition}" if p.form else "", p.ink) for p in glance.pages]
    for page, sheet in zip(glance.pages, sheets, strict=True):
        seen = kept.seen(branch, sha256, sheet) if page.kind is not PageClass.BLANK else None
        told = (_seen_before(seen, page.number),) if seen else ()
        pages.append(replace(page, remarks=(*page.remarks, *told)))
    kept.note(branch, sha256, sheets)
    return replace(glance, pages=tuple(pages))


def _seen_before(seen: SeenSheet, page: int) -> Remark:
    at = local_time(seen.seen_at, "%H:%M ngày %d/%m/%Y")
    message = SEEN_BEFORE.format(at=at, number=seen.submission_id[-6:])
    return Remark("seen_before", PageVerdict.ADVICE, message, page)


def _page(page: PageGlance, picture: Picture | None, templates: Sequence[Template]) -> CheckedPageOut:
    return CheckedPageOut(
        page=page.number, verdict=page.verdict, page_class=page.kind, form_id=page.form.form_id if page.form else None,
        edition=page.form.edition if page.form else None, form_name=_name(page.form, templates),
        width_mm=page.width_mm, height_mm=page.height_mm, findings=[finding_out(r) for r in page.remarks],
        printed=[PrintedOut(form_id=p.form_id, edition=p.edition, items=list(p.items)) for p in page.printed],
        picture=_picture(picture) if picture else None,
    )


def _picture(picture: Picture) -> PictureOut:
    return PictureOut(
        jpeg=base64.b64encode(picture.data).decode(), width_px=picture.width_px, height_px=picture.height_px,
        dpi=PICTURE_DPI,
    )


def finding_out(remark: Remark) -> FindingOut:
    polygon: list[Any] = [list(point) for point in remark.polygon_mm]
    return FindingOut(
        code=remark.code, verdict=remark.verdict, message=remark.message, page=remark.page, field=remark.field,
        polygon_mm=polygon,
    )


def _name(form: FormMatch | None, templates: Sequence[Template]) -> str | None:
    template = edition_of(form.form_id, form.edition, templates) if form else None
    return template.name if template else None
