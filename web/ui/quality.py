"""The page of checking: takes a supervisor's rules and decisions, gives error rates, holds, findings and their like."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from digitizer.errors import Forbidden, NotFound, UsageError
from digitizer.template import FieldType
from storage.checks_base import QualityRules
from storage.workbench import Person, PersonRole
from web.deps import Parts, Service, checked_id
from web.ui.pages import render
from web.ui.quality_words import HOLD_NAMES, LEAF_NAMES, TYPE_NAMES
from web.ui.rights import Right, rights
from web.ui.sentences import say_for
from web.ui.session import allowed, changes, workbench_of

router = APIRouter(include_in_schema=False)
Viewer = Annotated[Person, Depends(allowed(Right.OVERVIEW))]
Settler = Annotated[Person, Depends(changes(Right.SETTLE))]
KEYERS = [role.value for role in PersonRole if Right.SECOND in rights(role)]
MOST_SENT = 500  # at once: more is a day's work of a branch, to be asked for twice
TWICE = {**{k: v for k, v in TYPE_NAMES.items() if k != FieldType.TICK.value}, **LEAF_NAMES}


class RulesForm(BaseModel):
    """Shares in per cent, with comma or point."""

    csrf: str = ""
    double: list[str] = []
    rate: str = Field(max_length=12)
    target: str = Field(max_length=12)
    ceiling: str = Field(max_length=12)
    target_id: str = Field(max_length=12)
    ceiling_id: str = Field(max_length=12)

    def rules(self) -> QualityRules:
        """Raises UsageError."""
        wanted = frozenset(self.double)
        if not wanted <= TWICE.keys():
            raise UsageError("no such kind of field")
        return QualityRules(
            wanted, _share(self.rate),
            {"personal_id": _share(self.target_id), "other": _share(self.target)},
            {"personal_id": _share(self.ceiling_id), "other": _share(self.ceiling)},
        )


class HoldForm(BaseModel):
    csrf: str = ""
    form_id: str = Field(max_length=64)
    field_type: str = Field(max_length=64)
    note: str = Field(default="", max_length=1000)


class SendForm(BaseModel):
    csrf: str = ""
    many: int = Field(ge=1, le=MOST_SENT)


@router.get("/review/quality")
def show_quality(request: Request, service: Parts, person: Viewer) -> Response:
    return _page(request, service, person)


@router.post("/review/quality/rules")
def set_rules(
    request: Request, service: Parts, person: Settler, form: Annotated[RulesForm, Form()]
) -> Response:
    return _tried(request, service, person, lambda: workbench_of(service).quality.set_rules(form.rules(), person.id))


@router.post("/review/quality/{action}")
def hold_or_release(
    request: Request, service: Parts, person: Settler, action: str, form: Annotated[HoldForm, Form()]
) -> Response:
    """hold, release: automatic acceptance of one kind of field on one form; for everybody, as all share one machine."""
    quality = workbench_of(service).quality
    kind = (form.form_id, form.field_type)
    if kind[0] not in {t.id for t in service.templates} or kind[1] not in TYPE_NAMES:
        raise NotFound
    if action not in ("hold", "release"):
        raise NotFound
    change = quality.hold if action == "hold" else quality.release
    return _tried(request, service, person, lambda: change(*kind, person.id, form.note))


@router.post("/review/quality/lots/redraw")
def redraw(request: Request, service: Parts, person: Settler) -> Response:
    """The lots drawn again and compared with what was checked."""
    return _page(request, service, person, redrawn=workbench_of(service).quality.redraw(person.branch))


@router.get("/review/quality/findings/{check_id}")
def show_finding(request: Request, service: Parts, person: Viewer, check_id: str) -> Response:
    return _finding(request, service, person, check_id)


@router.post("/review/quality/findings/{check_id}")
def send(
    request: Request, service: Parts, person: Settler, check_id: str, form: Annotated[SendForm, Form()]
) -> Response:
    sent = workbench_of(service).quality.send(checked_id(check_id), person.branch, form.many, person.id)
    return _finding(request, service, person, check_id, sent)


def held_words(service: Service) -> list[dict[str, Any]]:
    """What is held back now, for the banner of this page and of the overview (`quality_holds.html`)."""
    names = {t.id: t.name.capitalize() for t in service.templates}
    return [
        {"form": names.get(h.form_id, h.form_id), "type": TYPE_NAMES.get(h.field_type, h.field_type),
         "reason": HOLD_NAMES.get(h.reason, h.reason), "hold": h}
        for h in workbench_of(service).quality.holds() if h.released_at is None
    ]


def _tried(request: Request, service: Service, person: Person, change: Any) -> Response:
    if person.branch != "*":
        raise Forbidden("these rules are for all branches; a supervisor of all branches sets them")
    try:
        change()
    except UsageError as error:
        return _page(request, service, person, fault=say_for(request)(error.code, error.clerk))
    return RedirectResponse("/review/quality", 303)


def _page(request: Request, service: Service, person: Person, **news: Any) -> Response:
    """news: a `fault`, or what was `redrawn`."""
    quality, checks = workbench_of(service).quality, workbench_of(service).checks
    names = {t.id: t.name.capitalize() for t in service.templates}
    people = {p.id: p.name for p in workbench_of(service).people.list_people("*")}
    shown = {"fault": "", "redrawn": None, **news}
    return render(
        request, "quality.html", 422 if shown["fault"] else 200, names=names,
        rates=sorted(quality.rates(person.branch), key=lambda r: (r.hold is None, -r.wrong, r.form_id, r.field_type)),
        types=TYPE_NAMES, reasons=HOLD_NAMES, twice=TWICE, rules=quality.rules(), held=held_words(service),
        ended=[h for h in quality.holds() if h.released_at][:10], disputes=checks.disputes(person.branch),
        findings=quality.findings(person.branch, 20), unattended=checks.unattended(person.branch, KEYERS),
        people=people, may=Right.SETTLE in rights(person.role),
        rule_maker=Right.SETTLE in rights(person.role) and person.branch == "*", per_cent=_per_cent, **shown,
    )


def _finding(request: Request, service: Service, person: Person, check_id: str, sent: int | None = None) -> Response:
    risk = workbench_of(service).quality.at_risk(checked_id(check_id), person.branch)
    names = {t.id: t.name.capitalize() for t in service.templates}
    return render(
        request, "quality_finding.html", risk=risk, names=names, types=TYPE_NAMES, sent=sent, most=MOST_SENT,
        may=Right.SETTLE in rights(person.role), records=Right.RECORDS in rights(person.role),
    )


def _share(text: str) -> float:
    """A percentage as typed. Raises UsageError."""
    try:
        return round(float(text.strip().replace(",", ".").rstrip("% ")) / 100, 6)
    except ValueError:
        raise UsageError("a share in per cent is a number", "Tỷ lệ phần trăm phải là một số.") from None


def _per_cent(share: float) -> str:
    """For a box to type in: as few digits as say it."""
    return f"{share * 100:.4f}".rstrip("0").rstrip(".").replace(".", ",")
