"""The page where a field is keyed blind: takes what a person reads on the paper, gives the next field and no answer."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from digitizer.document import FieldStatus
from digitizer.errors import Forbidden, PreconditionFailed
from digitizer.template import edition_of
from storage.checks_base import CheckTask, Keyed
from storage.workbench import Person, Session
from web.deps import Parts, Service, checked_id
from web.ui.amend import amend_settled
from web.ui.language import language_of, translations
from web.ui.pages import HEADERS, render
from web.ui.quality_words import TYPE_NAMES
from web.ui.rights import Right
from web.ui.session import allowed, changes, session_of, workbench_of

router = APIRouter(include_in_schema=False)
Keyer = Annotated[Person, Depends(allowed(Right.SECOND))]
ChangingKeyer = Annotated[Person, Depends(changes(Right.SECOND))]
Settler = Annotated[Person, Depends(allowed(Right.SETTLE))]
ChangingSettler = Annotated[Person, Depends(changes(Right.SETTLE))]


class KeyedForm(BaseModel):
    """As the page sends it. as_written: the person has been told that the text makes no value, and stands by it."""

    id: str = Field(max_length=64)
    status: FieldStatus = FieldStatus.FILLED
    raw: str = Field(default="", max_length=2000)
    as_written: bool = False

    def keyed(self) -> Keyed:
        written = self.status is FieldStatus.FILLED and bool(self.raw.strip())
        if self.status is FieldStatus.FILLED and not written:
            return Keyed(FieldStatus.BLANK)
        return Keyed(self.status, self.raw if written else "", self.as_written and written)


class BackForm(BaseModel):
    id: str = Field(max_length=64)


@router.get("/review/check")
def show_check(request: Request, service: Parts, person: Keyer) -> Response:
    task = workbench_of(service).checks.take(person.id, person.branch)
    return render(request, "check.html", task=_shown(request, service, person, task), dispute=False)


@router.post("/review/check")
def key_field(request: Request, service: Parts, person: ChangingKeyer, form: KeyedForm) -> Response:
    """Keeps the answer and gives the next field. That it agrees with another, or does not, is told to nobody here."""
    checks = workbench_of(service).checks
    try:
        checks.key(checked_id(form.id), person.id, person.branch, form.keyed())
        amend_settled(service, person.branch)
    except (PreconditionFailed, Forbidden):
        pass  # settled by others meanwhile, or the lease ran out over lunch: nothing is lost but this one answer
    task = checks.take(person.id, person.branch)
    return JSONResponse({"task": _shown(request, service, person, task)}, headers=HEADERS)


@router.get("/review/check/token")
def session_token(session: Annotated[Session, Depends(session_of)]) -> Response:
    """For a page whose session ended while somebody typed, and who has signed in again in another tab. Another site
    cannot read it: cookies are SameSite=Strict and nothing here answers across origins."""
    return JSONResponse({"csrf": session.csrf}, headers=HEADERS)


@router.post("/review/check/back")
def hand_back(service: Parts, person: ChangingKeyer, form: BackForm) -> Response:
    workbench_of(service).checks.hand_back(checked_id(form.id), person.id)
    return Response(status_code=204)


@router.get("/review/check/disputes/{check_id}")
def show_dispute(request: Request, service: Parts, person: Settler, check_id: str) -> Response:
    task = workbench_of(service).checks.dispute(checked_id(check_id), person.id, person.branch)
    return render(request, "check.html", task=_shown(request, service, person, task), dispute=True)


@router.post("/review/check/disputes")
def decide(request: Request, service: Parts, person: ChangingSettler, form: KeyedForm) -> Response:
    checks = workbench_of(service).checks
    checks.decide(checked_id(form.id), person.id, person.branch, form.keyed())
    amend_settled(service, person.branch)
    return JSONResponse({"task": None}, headers=HEADERS)


def _shown(request: Request, service: Service, person: Person, task: CheckTask | None) -> dict[str, Any] | None:
    """What the page may know of a field: its place and its name. Answers only of a dispute."""
    if task is None:
        return None
    _ = translations(language_of(request)).gettext
    template = edition_of(task.form_id, task.edition, service.templates)
    pictures = workbench_of(service).pictures.of(task.document_id, person.branch)
    picture = next((p for p in pictures if p.page == task.page), None)
    return {
        "id": task.id, "label": task.label.strip(" :,"), "type": _(TYPE_NAMES.get(task.type, "chữ")),
        "form": template.name.capitalize() if template else task.form_id, "waiting": task.waiting,
        "picture": f"/documents/{task.document_id}/pages/{task.page}.jpg" if picture else "",
        "dpi": picture.dpi if picture else 0, "boxes": task.polygon_mm, "choices": _choices(service, task),
        "answers": [{"status": k.status.value, "raw": k.raw} for k in task.answers],
    }


def _choices(service: Service, task: CheckTask) -> list[str]:
    """Of boxes to tick: what ticking each says, as printed; so they tell nothing of what was ticked."""
    template = edition_of(task.form_id, task.edition, service.templates)
    spec = next((s for s in template.fields if s.id == task.field_id), None) if template else None
    return list(spec.answers) if spec and spec.ticked else []
