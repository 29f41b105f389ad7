"""The door to papers whose form a person has named: asked for in review, read by a worker; protocol and values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from storage.desk_base import Lease


class RereadState(StrEnum):
    """How far a paper that is to be read again is."""

    QUEUED = "queued"  # a worker has been rung, or will be
    READING = "reading"  # a worker holds the lease
    FAILED = "failed"  # it is back in review as it was, with the reason


@dataclass(frozen=True, slots=True)
class NamedForm:
    """What a person says a record's paper is. version: of the record as they saw it. body: what they had said of its
    fields until then, to be kept as a version of theirs; None for nothing."""

    record_id: str
    branch: str
    version: int
    form_id: str
    edition: str
    author: str
    body: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Reread:
    """A paper that is read again, or that could not be (reason_code)."""

    record_id: str
    branch: str
    form_id: str
    edition: str
    author: str
    asked_at: datetime
    state: RereadState
    reason_code: str
    attempts: int


@dataclass(frozen=True, slots=True)
class RereadClaim:
    """The right to read one paper again until `lease_until`; every write needs the same `fence`. body: of the record's
    newest version."""

    asked: Reread
    document_id: str
    fence: int
    worker: str
    lease_until: datetime
    object_key: str
    sha256: str
    file_name: str
    body: dict[str, Any]


class Rereads(Protocol):
    """While a paper waits to be read again, nobody takes or changes its record."""

    def ask(self, wanted: NamedForm, lease: Lease | None = None) -> Reread:
        """Ends the lease, rings a worker. lease None: a program asks, refused while a person holds the record. Raises
        NotFound, InvalidMove (released or rejected), LeaseLost, HeldByAnother, BeingReadAgain, PreconditionFailed."""

    def claim(self, document_id: str, worker: str, lease_s: float) -> RereadClaim | None:
        """The next of this document's records to be read again. One that three workers died on fails ('poison')."""

    def heartbeat(self, claim: RereadClaim, lease_s: float) -> None:
        """Raises StaleFence."""

    def finish(self, claim: RereadClaim, body: dict[str, Any]) -> None:
        """The machine's new version; the record waits for a person again. Raises StaleFence."""

    def give_back(self, claim: RereadClaim, reason_code: str, final: bool = False) -> RereadState:
        """It could not be read: once more, or after MAX_ATTEMPTS (final: at once) the record is back in review with the
        reason. Raises StaleFence."""

    def of(self, record_id: str) -> Reread | None:
        """The one that waits, is being read, or has failed last."""

    def waiting(self, branch: str) -> Sequence[Reread]:
        """Not failed ones, oldest first."""
