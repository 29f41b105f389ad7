"""What the review page sends: takes a draft or a decision under a lease, keeps it, says what it means."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Header
from pydantic import BaseModel, Field, field_validator
from starlette.requests import Request
from starlette.responses import Response

from digitizer.document import FieldStatus, Outcome, Record
from digitizer.errors import PreconditionMissing, UsageError
from digitizer.review import Author, correct, standing
from digitizer.wire import record_from_json, record_to_json
from storage.base import StoredRecord
from storage.desk_base import Draft, EscalateReason, RejectReason, Release
from web.clock import HANOI
from web.deps import Parts, Service, checked_id
from web.errors import Problem, invalid
from web.records import etag
from web.schemas import rfc3339, storable
from web.ui.review_parts import Checker, Held, desk_of, taker, translate_for
from web.ui.review_said import Said, doubts, said_by
from web.ui.review_sheet import advice, status_word
from web.ui.review_words import Translate, meaning
from web.ui.sentences import Say, say_for
from web.ui.session import session_of

router = APIRouter(include_in_schema=False)
WHY = "kiểm tra"  # the reason that versions made here carry


class SaidIn(BaseModel):
    """What is said of one field; all empty: what was read is right. as_written: the text stands so on the paper."""

    status: FieldStatus | None = None
    raw: str | None = Field(None, max_length=2000)
    as_written: bool = False

    @field_validator("raw")
    @classmethod
    def _text(cls, raw: str | None) -> str | None:
        if raw is not None and not storable(raw):
            raise ValueError("not text")
        return raw


class DraftIn(Held):
    step: int = Field(ge=1)
    field: str = Field(min_length=1, max_length=200)
    said: SaidIn | None = None
    sure: bool = True


class PostponeIn(Held):
    """minutes 0: until tomorrow at eight."""

    minutes: int = Field(ge=0, le=7 * 24 * 60)


class RejectIn(Held):
    reason: RejectReason


class EscalateIn(Held):
    reason: EscalateReason


@router.post("/review/record/{record_id}/draft")
def save_draft(request: Request, service: Parts, person: Checker, record_id: str, draft: DraftIn) -> dict[str, Any]:
    """Keeps what was said of one field; answers what it means and what is still asked."""
    stored = service.stores.records.record(record_id, person.branch)
    said = draft.said.model_dump(exclude_defaults=True, mode="json") if draft.said is not None else None
    kept = Draft(draft.field, said, draft.sure, draft.step, person.id)
    desk = desk_of(service)
    before, record = desk.drafts(record_id), record_from_json(stored.body)
    after = [*(d for d in before if (d.person_id, d.field_id) != (person.id, draft.field)), kept]
    all_said = said_by(after, person.id, record, service.templates)
    if all_said.lost - said_by(before, person.id, record, service.templates).lost:
        raise invalid("#/field", "a row before this one is missing; rows are added in order, the last removed first")
    now = _standing(service, stored, all_said)  # first: what cannot be said at all is not kept
    desk.save(draft.lease(record_id, person), taker(service, person), kept)
    return _answer(now, all_said, draft.field, request)


@router.post("/review/record/{record_id}/renew")
def renew(service: Parts, person: Checker, record_id: str, held: Held) -> dict[str, str]:
    lease = desk_of(service).renew(held.lease(record_id, person), taker(service, person))
    return {"until": rfc3339(lease.until)}


@router.post("/review/record/{record_id}/retake")
def retake(service: Parts, person: Checker, record_id: str) -> dict[str, int]:
    """The page that lost its lease goes on with another, unless somebody else holds the record."""
    return {"fence": desk_of(service).take(taker(service, person), checked_id(record_id)).fence}


@router.post("/review/record/{record_id}/finish")
def finish(
    request: Request, service: Parts, person: Checker, record_id: str, held: Held,
    if_match: Annotated[str | None, Header()] = None,
) -> dict[str, str]:
    """All drafts of this person as one version. 422 with what is still asked; 412 when the record has changed."""
    if not if_match:
        raise PreconditionMissing
    desk, stored = desk_of(service), service.stores.records.record(record_id, person.branch)
    said = said_by(desk.drafts(record_id), person.id, record_from_json(stored.body), service.templates)
    now, _, say = _standing(service, stored, said), translate_for(request), say_for(request)
    if now.decision is None or now.decision.outcome is not Outcome.ACCEPT or doubts(now, said, _, say):
        raise Problem(UsageError("something is still asked"), members=_open(now, said, _, say))
    version = stored.version if if_match.strip() == etag(stored) else 0  # the desk refuses it, lease looked at first
    done = correct(
        record_from_json(stored.body), said.changes, Author(person.id, rfc3339(datetime.now(UTC))),
        service.accept_probability, service.templates, said.overruled,
    )
    release = Release(version, record_to_json(done), WHY)
    return {"state": desk.finish(held.lease(record_id, person), taker(service, person), release)}


@router.post("/review/record/{record_id}/back", status_code=204)
def hand_back(service: Parts, person: Checker, record_id: str, held: Held) -> Response:
    desk_of(service).hand_back(held.lease(record_id, person))
    return Response(status_code=204)


@router.post("/review/record/{record_id}/postpone", status_code=204)
def postpone(service: Parts, person: Checker, record_id: str, wanted: PostponeIn) -> Response:
    now = datetime.now(UTC)
    until = now + timedelta(minutes=wanted.minutes) if wanted.minutes else _tomorrow(now)
    desk_of(service).postpone(wanted.lease(record_id, person), until)
    return Response(status_code=204)


@router.post("/review/record/{record_id}/reject", status_code=204)
def reject(service: Parts, person: Checker, record_id: str, wanted: RejectIn) -> Response:
    desk_of(service).reject(wanted.lease(record_id, person), wanted.reason)
    return Response(status_code=204)


@router.post("/review/record/{record_id}/escalate", status_code=204)
def escalate(service: Parts, person: Checker, record_id: str, wanted: EscalateIn) -> Response:
    desk_of(service).escalate(wanted.lease(record_id, person), wanted.reason)
    return Response(status_code=204)


@router.get("/review/token")
def token(request: Request, service: Parts) -> dict[str, str]:
    """For a page whose session has ended and begun again in another window: who is here now, and their token."""
    session = session_of(request, service)
    return {"person": session.person.id, "csrf": session.csrf}


def _standing(service: Service, stored: StoredRecord, said: Said) -> Record:
    """Raises a 422 that names the field for what nobody can say."""
    try:
        return standing(record_from_json(stored.body), said.changes, service.accept_probability, service.templates,
                        said.overruled)
    except UsageError as error:
        raise invalid("#/said", error.detail.partition(": ")[2] or error.detail) from None


def _answer(now: Record, said: Said, field_id: str, request: Request) -> dict[str, Any]:
    field, _, say = now.field(field_id), translate_for(request), say_for(request)
    told: dict[str, Any] = _open(now, said, _, say)
    if field is None:  # about the whole document, or taken back
        return told
    status = "" if field.status is FieldStatus.FILLED or field_id in said.unkeyed else field.status.value
    return {**told, "text": field.raw, "meaning": meaning(field.type, field.value, _), "status": status,
            "status_text": status_word(status, _), "advice": list(advice(field, say))}


def _open(now: Record, said: Said, _: Translate, say: Say) -> dict[str, Any]:
    """doubts: by field id, the sentences that ask; about: codes of what is still asked of the whole document."""
    known = {f.id for f in now.fields}
    about = [r.code for r in now.decision.reasons if r.field not in known] if now.decision else []
    return {"doubts": {k: list(v) for k, v in doubts(now, said, _, say).items()}, "about": about}


def _tomorrow(now: datetime) -> datetime:
    day = now.astimezone(HANOI).date() + timedelta(days=1)
    return datetime.combine(day, time(8), HANOI).astimezone(UTC)

