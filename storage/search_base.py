"""The door behind the search of records: what is wanted, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for; everything empty: the newest records.

    text: words, numbers, days; what stands between commas must stand in one field. field: in this one (an id, with [n]
    for any row of a table, or a key of search_words.GROUPS). exact: with the marks as typed. since, until: of arrival,
    until excluded. before: `Found.next_before` of the page before."""

    text: str = ""
    field: str = ""
    exact: bool = False
    form_id: str = ""
    state: str = ""
    branch: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Hit:
    """The newest version of a record. number: its place in the order of arrival. state: a `base.State`."""

    number: int
    record_id: str
    submission_id: str
    branch: str
    form_id: str | None
    state: str
    version: int
    body: dict[str, Any]
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """Newest first. next_before: where the next page begins, None when there is no more."""

    hits: tuple[Hit, ...]
    next_before: int | None


class RecordSearch(Protocol):
    """Words as typed, with or without marks, in any order."""

    def find(self, branch: str, wanted: Wanted) -> Found:
        """Records of the branch only, '*' all. Nothing for a text without a word in it."""
