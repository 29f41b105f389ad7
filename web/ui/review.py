"""The reviewers' pages: takes who works and which filter, gives the queue, one record at a time, and the next one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form
from pydantic import Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from digitizer.errors import BeingReadAgain, Forbidden, HeldByAnother, NotFound
from digitizer.vietnam import lists, units
from storage.desk_base import Backlog
from storage.workbench import Person
from web.deps import Parts, Service, checked_id
from web.ui.pages import render
from web.ui.review_keys import KEYS
from web.ui.review_named import choices
from web.ui.review_parts import (
    Checker,
    Filter,
    Filtered,
    Settler,
    Watcher,
    desk_of,
    shown_sheet,
    taker,
)
from web.ui.review_words import ESCALATE_WORDS, POSTPONE_WORDS, REASON_WORDS, REJECT_WORDS
from web.ui.rights import Right, rights
from web.ui.session import workbench_of

router = APIRouter(include_in_schema=False)
REFUSALS = (HeldByAnother, BeingReadAgain, NotFound, Forbidden)


class TakeForm(Filter):
    csrf: str = ""
    record: str = Field("", max_length=64)  # this one; '' for the next


class NextIn(Filter):
    """besides: on the screen now."""

    besides: str = Field("", max_length=64)


@router.get("/review")
def show_queue(request: Request, service: Parts, person: Watcher, wanted: Filtered, said: str = "") -> Response:
    """What waits, who holds what, what was put aside. said: code of what has just happened."""
    return _queue_page(request, service, person, wanted, said)


@router.post("/review/take")
def take(request: Request, service: Parts, person: Checker, form: Annotated[TakeForm, Form()]) -> Response:
    """The record named, or the next that fits; then its page."""
    desk, who = desk_of(service), taker(service, person)
    if form.record:
        try:
            lease = desk.take(who, checked_id(form.record))
        except REFUSALS as error:
            return _queue_page(request, service, person, _plain(form), error.code)
    else:
        found = desk.take_next(who, form.wanted())
        if found is None:
            return RedirectResponse(_with(f"/review{_plain(form).query}", "said=nothing_left"), 303)
        lease = found
    return RedirectResponse(f"/review/record/{lease.record_id}{_plain(form).query}", 303)


@router.get("/review/record/{record_id}")
def show_record(request: Request, service: Parts, person: Watcher, record_id: str, wanted: Filtered) -> Response:
    """The page of one record. Opening it is taking it: whoever may not gets the queue with the reason."""
    try:
        lease = desk_of(service).take(taker(service, person), checked_id(record_id))
    except REFUSALS as error:
        return _queue_page(request, service, person, wanted, error.code)
    return render(
        request, "review.html", keys=KEYS, rejects=REJECT_WORDS, escalates=ESCALATE_WORDS, postpones=POSTPONE_WORDS,
        choices=choices(service.templates),
        closed=closed_lists(), query=wanted.query, **shown_sheet(request, service, person, lease),
    )


@router.post("/review/next")
def next_record(request: Request, service: Parts, person: Checker, wanted: NextIn) -> Response:
    """The sheet that comes after the one on the screen, taken before it is asked for; 204: nothing left."""
    lease = desk_of(service).take_next(taker(service, person), wanted.wanted(wanted.besides))
    if lease is None:
        return Response(status_code=204)
    return render(request, "review_sheet.html", **shown_sheet(request, service, person, lease))


@router.post("/review/record/{record_id}/release")
def release(service: Parts, person: Settler, record_id: str) -> Response:
    """A supervisor frees what is held, postponed or escalated."""
    desk_of(service).release(checked_id(record_id), person.branch, person.id)
    return RedirectResponse("/review", 303)


@router.get("/review/places.json")
def places(person: Watcher) -> dict[str, list[str]]:
    """Every commune and province of today, for suggestions behind the last comma of an address."""
    names = {p.code: p.name for p in units.provinces()}
    return {"places": sorted(f"{u.full_name}, {names.get(u.province_code, '')}" for u in units.units().values())}


def closed_lists() -> dict[str, list[str]]:
    """Values of the closed lists, in their order."""
    return {kind: list(dict.fromkeys(e.value for e in lists.entries(kind))) for kind in lists.CLOSED}


def _queue_page(request: Request, service: Service, person: Person, wanted: Filter, said: str) -> Response:
    desk, settles = desk_of(service), Right.SETTLE in rights(person.role)
    backlog, aside = desk.backlog(person.branch), desk.holds(person.branch)
    mine = [w for w in aside if w.holder == person.id]
    names = {p.id: p.name for p in workbench_of(service).people.list_people("*")}
    shown: dict[str, Any] = {
        "wanted": wanted, "said": said, "settles": settles, "backlog": backlog, "mine": mine, "names": names,
        "held": [w for w in aside if w.holder and w.holder != person.id],
        "postponed": [w for w in aside if w.postponed_until],
        "escalated": [w for w in aside if w.escalated and not w.holder],
        "reading": workbench_of(service).rereads.waiting(person.branch),
        "list": desk.waiting(person.branch, wanted.wanted(), 50),
        "forms": _distinct(backlog, "form_id"), "branches": _distinct(backlog, "branch"),
        "reasons": _distinct(backlog, "reason"), "reason_words": REASON_WORDS, "escalate_words": ESCALATE_WORDS,
        "form_names": {t.id: t.name for t in service.templates}, "free": _fitting(backlog, wanted),
    }
    status = {"held_by_another": 409, "being_read_again": 409, "not_found": 404, "forbidden": 403}.get(said, 200)
    return render(request, "review_queue.html", status, **shown)


def _fitting(backlog: Sequence[Backlog], wanted: Filter) -> int:
    """Records free to take that fit form, branch and reason."""
    pairs = (("form_id", wanted.form), ("branch", wanted.branch), ("reason", wanted.reason))
    return sum(b.free for b in backlog if all(not v or getattr(b, k) == v for k, v in pairs))


def _distinct(backlog: Sequence[Backlog], name: str) -> list[str]:
    return sorted({getattr(b, name) for b in backlog})


def _plain(form: Filter) -> Filter:
    return Filter(**{k: getattr(form, k) for k in Filter.model_fields})


def _with(address: str, part: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{part}"
