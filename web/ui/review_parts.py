"""What the routes of the review share: takes a request and a person, gives who takes work, a lease, a sheet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import BaseModel, Field
from starlette.requests import Request

from digitizer.errors import NotFound
from storage.base import StoredRecord
from storage.desk_base import Desk, Lease, Taker, Wanted
from storage.workbench import Person
from web.deps import Service, checked_id
from web.ui.language import language_of, translations
from web.ui.review_named import form_now
from web.ui.review_sheet import Reviewer, Sheet, sheet
from web.ui.review_words import STATUS_WORDS, Translate
from web.ui.rights import Right, rights
from web.ui.sentences import say_for
from web.ui.session import allowed, changes, workbench_of

Watcher = Annotated[Person, Depends(allowed(Right.REVIEW))]
Checker = Annotated[Person, Depends(changes(Right.REVIEW))]
Settler = Annotated[Person, Depends(changes(Right.SETTLE))]
HOURS = 24 * 365


class Filter(BaseModel):
    """Which records, as the addresses of the pages carry it: names of forms and reasons, no personal data."""

    form: str = Field("", max_length=64)
    branch: str = Field("", max_length=64)
    reason: str = Field("", max_length=64)
    hours: int = Field(0, ge=0, le=HOURS)
    escalated: bool = False

    def wanted(self, besides: str = "") -> Wanted:
        return Wanted(self.form, self.branch, self.reason, timedelta(hours=self.hours), self.escalated, besides)

    @property
    def query(self) -> str:
        """What an address carries; '' for no filter."""
        parts = [f"{k}={v}" for k, v in self.model_dump(exclude_defaults=True).items()]
        return "?" + "&".join(parts).replace("True", "true") if parts else ""


Filtered = Annotated[Filter, Query()]


class Held(BaseModel):
    """What every change of a record in review carries: the fence of the lease under which it is made."""

    fence: int = Field(ge=1)

    def lease(self, record_id: str, person: Person) -> Lease:
        """Until when is the desk's to know."""
        return Lease(checked_id(record_id), person.id, self.fence, datetime.now(UTC))


def desk_of(service: Service) -> Desk:
    return workbench_of(service).desk


def taker(service: Service, person: Person) -> Taker:
    settles = Right.SETTLE in rights(person.role)
    return Taker(person.id, person.branch, settles, service.review_own_uploads, service.review_lease)


def translate_for(request: Request) -> Translate:
    return translations(language_of(request)).gettext


def reviewer(request: Request, service: Service, person: Person) -> Reviewer:
    return Reviewer(person.id, service.templates, service.accept_probability, translate_for(request),
                    say_for(request))


def sheet_of(request: Request, service: Service, person: Person, stored: StoredRecord) -> Sheet:
    pages = workbench_of(service).pictures.of(stored.document_id, person.branch)
    return sheet(stored, desk_of(service).drafts(stored.id), pages, reviewer(request, service, person))


def name_of(service: Service, who: str) -> str:
    """Of a person; of a key its id."""
    try:
        return workbench_of(service).people.person(who, "*").name if who else ""
    except NotFound:
        return who


def shown_sheet(request: Request, service: Service, person: Person, lease: Lease) -> dict[str, Any]:
    """What the template of a sheet is given."""
    stored, bench = service.stores.records.record(lease.record_id, person.branch), workbench_of(service)
    now = form_now(stored, bench.rereads.of(stored.id), service.templates)
    return {"form_now": now, "namer": name_of(service, now.author),
            "sheet": sheet_of(request, service, person, stored), "lease": lease,
            "status_words": STATUS_WORDS, "lease_seconds": int(service.review_lease.total_seconds())}

