"""The door behind the overview: numbers only, nobody's data; the values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose numbers: of a branch ('*' all), since then, of one form ('' all)."""

    branch: str
    since: datetime
    form_id: str = ""


@dataclass(frozen=True, slots=True)
class FormFigures:
    """Records of one form ('' unknown) read in the period. straight: published without a person. confirmed: people on
    them whose personal number the population register confirms (Field.registry 'agrees'), one a person and record."""

    form_id: str
    records: int
    straight: int
    confirmed: int


@dataclass(frozen=True, slots=True)
class Pace:
    """One hour or day of Hanoi. at: '2026-11-29' or '2026-11-29 14'. read: records the machine finished; straight: of
    these published at once; released: records people published; amended: changed after that."""

    at: str
    read: int = 0
    straight: int = 0
    released: int = 0
    amended: int = 0


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits in one branch, for the machine and for people."""

    branch: str
    machine: int
    people: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """Documents or records that stand somewhere. state: a `base.State`, or 'escalated', 'postponed'."""

    state: str
    reason: str
    count: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Keyer:
    """One person's work in the period. fields: answers changed; records: versions written; seconds: of work on them,
    from each entry of the person's in the trail to the next, none longer than PAUSE_S."""

    name: str
    records: int
    fields: int
    seconds: float


class Overview(Protocol):
    """Counted when asked, by the indexes of what is counted."""

    def forms(self, scope: Scope) -> Sequence[FormFigures]:
        """By number of records."""

    def pace(self, scope: Scope, by_hour: bool) -> Sequence[Pace]:
        """Hours or days in which something happened, oldest first."""

    def backlog(self, scope: Scope) -> Sequence[Backlog]:
        """As it stands, whatever the period; by branch."""

    def waiting(self, scope: Scope) -> Sequence[Waiting]:
        """As it stands; most first. With a form only what has been read: before, nobody knows the form."""

    def keyers(self, scope: Scope) -> Sequence[Keyer]:
        """People of the branch, by name."""
