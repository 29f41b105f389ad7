"""The door to the reviewers' desk: what waits for a person, who holds it, what has been typed; protocol and values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol


class RejectReason(StrEnum):
    """Why a scan cannot be used; goes into the trail, so it holds nobody's data."""

    UNREADABLE = "scan_unreadable"
    PAGE_MISSING = "page_missing"
    WRONG_FORM = "wrong_form"
    DUPLICATE = "duplicate"
    NOT_SIGNED = "not_signed"
    NO_DECLARATION = "no_declaration"


class EscalateReason(StrEnum):
    """Why somebody else has to decide."""

    NEEDS_ORIGINAL = "needs_original"
    CONTRADICTS = "contradicts"
    RULE_UNCLEAR = "rule_unclear"
    SUSPICIOUS = "suspicious"
    FORM_UNKNOWN = "form_unknown"
    FAULT = "fault"  # of this program


@dataclass(frozen=True, slots=True)
class Taker:
    """Who takes work, and by which rules. settles: may take what is escalated. own_uploads: may review what they
    scanned themselves. lease: how long a record stays theirs without a sign of life."""

    person_id: str
    branch: str
    settles: bool = False
    own_uploads: bool = False
    lease: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records; empty: any. waited: at least so long since the upload. besides: not this one, since it is on the
    screen. escalated: those only."""

    form: str = ""
    branch: str = ""
    reason: str = ""
    waited: timedelta = timedelta(0)
    escalated: bool = False
    besides: str = ""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to change one record until `until`. Every taking, also by the same person, raises `fence`: an older
    window of the same person has lost it."""

    record_id: str
    person_id: str
    fence: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """One record that waits for a person. holder: None where the lease has run out. being_read: again, as the form that
    a person has named; nobody can take it meanwhile."""

    record_id: str
    branch: str
    form_id: str
    reason: str
    received_at: datetime
    holder: str | None
    lease_until: datetime | None
    postponed_until: datetime | None
    postponed_by: str | None
    escalated: str
    escalated_by: str | None
    being_read: bool = False


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many records of one branch, form and reason wait; each is counted once. held: by people, or by a worker that
    reads it again. oldest: of those free to take."""

    branch: str
    form_id: str
    reason: str
    free: int
    held: int
    postponed: int
    escalated: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person has said of a field and not released. said: as in a correction (status, raw, value), empty: what
    was read is right. sure: False while it is only being typed. step: rises with every save of one window."""

    field_id: str
    said: Mapping[str, Any] | None  # None: taken back
    sure: bool
    step: int
    person_id: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """What a finished review writes: the version seen, the whole corrected body, and why."""

    version: int
    body: dict[str, Any]
    reason: str


@dataclass(frozen=True, slots=True)
class Touched:
    """Who has had a hand in a record, so that nobody checks their own work. fields: by field id, everybody who has set
    or confirmed it in any version or typed a draft of it."""

    uploader: str
    authors: frozenset[str]
    fields: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def by(self, person_id: str, field_id: str = "") -> bool:
        """Whether this person uploaded the record, or touched the field; without a field: anything of it."""
        if person_id == self.uploader:
            return True
        return person_id in (self.fields.get(field_id, frozenset()) if field_id else self.authors)


class Desk(Protocol):
    """What reviewers take, hold and give back. Everything that needs a Lease raises LeaseLost when somebody else, or
    another window, has taken the record since. A lease that has only run out is taken up again."""

    def take_next(self, taker: Taker, wanted: Wanted) -> Lease | None:
        """What the person already holds or has drafts of first, then what has waited longest. None: nothing to do."""

    def take(self, taker: Taker, record_id: str) -> Lease:
        """This one. Raises NotFound (also: decided meanwhile, of another branch), HeldByAnother, Forbidden (their own
        upload, or escalated and they do not settle), BeingReadAgain."""

    def renew(self, lease: Lease, taker: Taker) -> Lease: ...

    def save(self, lease: Lease, taker: Taker, draft: Draft) -> None:
        """Keeps a draft and renews the lease. One that comes late, after a later step, changes nothing."""

    def drafts(self, record_id: str) -> Sequence[Draft]:
        """Of everybody, in the order of saving; without those taken back."""

    def finish(self, lease: Lease, taker: Taker, release: Release) -> str:
        """Writes the new version, ends lease and drafts unless the record still waits; gives the record's state.
        Raises PreconditionFailed when the record has another version than was seen."""

    def hand_back(self, lease: Lease) -> None:
        """Free for everybody; drafts stay. No error when it was lost already."""

    def postpone(self, lease: Lease, until: datetime) -> None: ...

    def escalate(self, lease: Lease, reason: EscalateReason) -> None: ...

    def reject(self, lease: Lease, reason: RejectReason) -> None:
        """The record is REJECTED; its document too, when none of its records is of use."""

    def release(self, record_id: str, branch: str, by: str) -> None:
        """A supervisor frees what somebody holds or has postponed, or gives an escalated one back to the queue, or
        ends its waiting to be read again. Raises NotFound."""

    def waiting(self, branch: str, wanted: Wanted, limit: int = 200) -> Sequence[Waiting]:
        """Oldest first."""

    def holds(self, branch: str) -> Sequence[Waiting]:
        """Held now, postponed or escalated."""

    def backlog(self, branch: str) -> Sequence[Backlog]: ...

    def touched(self, record_id: str, branch: str) -> Touched:
        """Raises NotFound."""
