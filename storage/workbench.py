"""The doors behind the pages for people: who they are and that they are signed in; protocols and the values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from storage.checks_base import Checks, Quality
from storage.desk_base import Desk
from storage.groups_base import Groups
from storage.overview_base import Overview
from storage.rereads_base import Rereads
from storage.search_base import RecordSearch


class PersonRole(StrEnum):
    """What a person works as; each with the rights that `web/ui/rights.py` gives it."""

    UPLOADER = "uploader"  # scans at a branch
    REVIEWER = "reviewer"  # corrects what the machine doubts
    SECOND_REVIEWER = "second_reviewer"  # keys and checks blind what others have done
    SUPERVISOR = "supervisor"  # settles what is escalated, sees how well it goes
    ADMINISTRATOR = "administrator"  # people and their roles


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account. `branch` '*': every branch (supervisors and administrators of the centre)."""

    id: str
    login: str
    name: str
    role: PersonRole
    branch: str
    created_at: datetime
    disabled_at: datetime | None = None
    last_seen_at: datetime | None = None
    has_password: bool = True


@dataclass(frozen=True, slots=True)
class NewPerson:
    """password None: signs in by the identity provider only, found by `login` (the provider's `preferred_username`)."""

    login: str
    name: str
    role: PersonRole
    branch: str
    password: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A person signed in at one browser. `csrf` must come with every change."""

    person: Person
    csrf: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SessionRules:
    """idle: without any request; absolute: from sign-in, however busy (OWASP ASVS 3.3)."""

    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=12)


class People(Protocol):
    """Accounts and sessions. `by` is who changes something, for the trail. Changes work from the next request on."""

    def add(self, new: NewPerson, by: str) -> Person:
        """Raises UsageError: login taken or badly formed, password too short, branch missing."""

    def change(self, person_id: str, role: PersonRole, branch: str, by: str) -> Person: ...

    def set_password(self, person_id: str, password: str, by: str) -> None:
        """Ends every session of the person."""

    def disable(self, person_id: str, by: str) -> None:
        """Ends every session; the account stays, since records name it."""

    def enable(self, person_id: str, by: str) -> None: ...

    def person(self, person_id: str, branch: str) -> Person:
        """Raises NotFound, also for another branch's."""

    def list_people(self, branch: str) -> Sequence[Person]:
        """By login; '*' gives all."""

    def sign_in(self, login: str, password: str) -> tuple[Person, str]:
        """The person and a fresh session token, shown once. Raises WrongPassword, after the same time whether or not
        the login exists."""

    def sign_in_known(self, login: str) -> tuple[Person, str]:
        """The same for somebody whom an identity provider has vouched for. Raises WrongPassword: no such account."""

    def session(self, token: str, rules: SessionRules) -> Session:
        """Raises SignedOut: unknown, ended, idle or too old; or the account is disabled."""

    def sign_out(self, token: str) -> None: ...


@dataclass(frozen=True, slots=True)
class PagePicture:
    """Where the picture of one page lies; millimetres on the page times dpi / 25.4 are its pixels."""

    page: int
    object_key: str
    sha256: str
    width_px: int
    height_px: int
    dpi: float


class Pictures(Protocol):
    """Which pictures of pages there are; the bytes lie in the object store."""

    def keep(self, document_id: str, pictures: Sequence[PagePicture]) -> None:
        """Takes the place of those of an earlier reading."""

    def of(self, document_id: str, branch: str) -> Sequence[PagePicture]:
        """By page. Raises NotFound, also for another branch's document."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of a file. form: id and edition, '' for unknown paper. ink: `digitizer/layout/ink_layout.py`, b'' where
    too little is written on it."""

    page: int
    form: str = ""
    ink: bytes = b""


@dataclass(frozen=True, slots=True)
class SeenSheet:
    """A page that was sent before. likeness: 1.0 of the very same file."""

    submission_id: str
    seen_at: datetime
    likeness: float


class Sheets(Protocol):
    """How ink lies on pages, to know a paper that is scanned again. No personal data, kept for a month."""

    def note(self, branch: str, file_sha256: str, sheets: Sequence[Sheet]) -> None:
        """Of a file that was looked at."""

    def sent(self, branch: str, files: Sequence[str], submission_id: str) -> None:
        """These files, by their hashes, were handed in."""

    def seen(self, branch: str, file_sha256: str, sheet: Sheet) -> SeenSheet | None:
        """The likest page that was handed in at the branch within a month; None where none is like it."""


@dataclass(frozen=True, slots=True)
class Workbench:
    """Everything kept for the pages for people."""

    people: People
    search: RecordSearch
    overview: Overview
    pictures: Pictures
    desk: Desk
    checks: Checks
    quality: Quality
    groups: Groups
    sheets: Sheets
    rereads: Rereads
