"""The doors to what is kept: object store, records, queue of record, keys; protocols and the values they exchange."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from storage.workbench import Workbench


class State(StrEnum):
    """Where a document stands; each with the sentence that `GET /submissions/{id}` shows."""

    RECEIVED = "received"  # kept safely, not yet rung for
    QUEUED = "queued"  # a worker has been rung
    PROCESSING = "processing"  # a worker holds the lease
    NEEDS_REVIEW = "needs_review"  # read; a person must look
    ACCEPTED = "accepted"  # read; nothing to ask
    PUBLISHED = "published"  # dossier systems may fetch it
    AMENDED = "amended"  # published again after a correction
    REJECTED = "rejected"  # the bytes cannot become a document
    QUARANTINED = "quarantined"  # reading failed three times; a person must look at the original
    ERASED = "erased"


MOVES: dict[State, frozenset[State]] = {
    State.RECEIVED: frozenset({State.QUEUED, State.PROCESSING}),
    State.QUEUED: frozenset({State.PROCESSING}),
    State.PROCESSING: frozenset(
        {State.QUEUED, State.NEEDS_REVIEW, State.ACCEPTED, State.REJECTED, State.QUARANTINED}
    ),
    State.NEEDS_REVIEW: frozenset({State.ACCEPTED, State.PUBLISHED, State.REJECTED, State.ERASED}),
    State.ACCEPTED: frozenset({State.PUBLISHED, State.ERASED}),
    State.PUBLISHED: frozenset({State.AMENDED, State.ERASED}),
    State.AMENDED: frozenset({State.AMENDED, State.ERASED}),
    State.REJECTED: frozenset({State.ERASED}),
    State.QUARANTINED: frozenset({State.QUEUED, State.ERASED}),
    State.ERASED: frozenset(),
}
UNFINISHED = frozenset({State.RECEIVED, State.QUEUED, State.PROCESSING})
MAX_ATTEMPTS = 3


class Role(StrEnum):
    """What a key may do: a device uploads for its branch, a client fetches finished records of its branches."""

    DEVICE = "device"
    CLIENT = "client"
    REVIEWER = "reviewer"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks. `branch` '*' (clients, reviewers only) means every branch."""

    key_id: str
    role: Role
    branch: str
    name: str


@dataclass(frozen=True, slots=True)
class UploadPart:
    """One of several files that were bound to one, as it came."""

    file_name: str
    media_type: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class NewUpload:
    """Bytes already in the object store; ids made by the caller."""

    submission_id: str
    document_id: str
    branch: str
    key_id: str
    file_name: str
    media_type: str
    sha256: str
    size_bytes: int
    object_key: str
    form_hint: str = ""
    parts: tuple[UploadPart, ...] = ()  # where several files were bound to one

    @property
    def evidence(self) -> tuple[str, ...]:
        """Hashes of the parts, for the trail."""
        return tuple(f"sha256:{part.sha256}" for part in self.parts)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer kept for its Idempotency-Key (7 days)."""

    status: int
    headers: dict[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class Submission:
    """What a kiosk sees of its upload."""

    id: str
    document_id: str
    branch: str
    file_name: str
    media_type: str
    sha256: str
    size_bytes: int
    object_key: str
    state: State
    reason_code: str  # of rejected and quarantined, else ''
    attempts: int
    received_at: datetime
    updated_at: datetime
    record_ids: tuple[str, ...]
    form_hint: str = ""
    key_id: str = ""  # the key that uploaded it: a device sees its own uploads only
    parts: tuple[UploadPart, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on one document until `lease_until`; every write needs the same `fence`."""

    document_id: str
    fence: int
    worker: str
    lease_until: datetime
    attempt: int
    submission: Submission


@dataclass(frozen=True, slots=True)
class NewRecord:
    """One finished document to be stored as version 1. `body` is `wire.record_to_json`."""

    body: dict[str, Any]
    form_id: str | None
    state: State


@dataclass(frozen=True, slots=True)
class RecordVersion:
    """One version. `author`: key id or 'machine'. `etag` is strong and changes with every version."""

    record_id: str
    version: int
    body: dict[str, Any]
    author: str
    reason: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """The newest version with what surrounds it."""

    id: str
    submission_id: str
    document_id: str
    branch: str
    form_id: str | None
    state: State
    version: int
    body: dict[str, Any]
    sha256: str
    object_key: str
    media_type: str
    file_name: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """A thin notice: ids, state, version, time; never personal data."""

    cursor: str
    id: str
    type: str  # document.<state> | record.created | record.corrected
    submission_id: str
    record_id: str | None
    branch: str
    state: State
    version: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordPage:
    records: tuple[StoredRecord, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class EventPage:
    events: tuple[Event, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class AccessKey:
    id: str
    role: Role
    branch: str
    name: str
    created_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Original:
    """What the database says an original must be; what `fixity.verify` compares the store with."""

    document_id: str
    object_key: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to which ids, when, and the names of changed fields; never a value.

    `hash` is over the entry and the hash before it, so that a changed or removed line breaks the chain."""

    seq: int
    at: datetime
    who: str
    action: str
    submission_id: str | None
    document_id: str | None
    record_id: str | None
    fields: tuple[str, ...]
    hash: str


class ObjectStore(Protocol):
    """Content-addressed, write-once. Key of an original: `originals/<first two hex>/<sha256>`.

    Raises StoreUnavailable; IntegrityError when bytes do not hash to what is expected."""

    def put(self, key: str, data: bytes, sha256: str) -> None:
        """Durable when it returns. Same key and bytes again: no error, nothing rewritten.

        Other bytes under the key: IntegrityError; but where the key itself ends in `sha256` they are a damaged copy,
        and the right bytes take its place."""

    def get(self, key: str, sha256: str) -> bytes:
        """The bytes, hash checked on every read. Raises NotFound, IntegrityError."""

    def exists(self, key: str) -> bool: ...

    def keys(self, prefix: str = "") -> Iterator[str]: ...

    def check(self) -> None:
        """Raises StoreUnavailable when it cannot be used."""


class Uploads(Protocol):
    """What the API writes when a scan comes in. Branch '*' in a query means any branch."""

    def begin(self, scope: str, key: str, fingerprint: str) -> Answer | None:
        """Reserves an Idempotency-Key (scope: key id). The kept Answer when the same request was answered before;
        IdempotencyKeyReused for another fingerprint; IdempotencyInProgress while the first still runs (60 s)."""

    def abandon(self, scope: str, key: str) -> None:
        """Frees a reservation whose request failed, so that the same key may try again."""

    def accept(self, upload: NewUpload, scope: str, key: str, answer: Answer) -> Submission:
        """One transaction: submission, document (RECEIVED), outbox, event, audit, kept answer."""

    def keep(self, scope: str, key: str, answer: Answer) -> None:
        """Keeps the answer of a reserved key whose work another call has done (a correction)."""

    def submission(self, submission_id: str, branch: str) -> Submission:
        """Raises NotFound, also for another branch's."""


class WorkQueue(Protocol):
    """The database as queue of record; Redis only rings."""

    def unrung(self, limit: int) -> Sequence[str]:
        """Document ids in the outbox, oldest first."""

    def rung(self, document_ids: Sequence[str]) -> None:
        """Takes them off the outbox; RECEIVED becomes QUEUED."""

    def overdue(self, queued_s: float, limit: int) -> Sequence[str]:
        """Documents queued longer than queued_s without a claim, or with an expired lease: to be rung again."""

    def claim(self, document_id: str, worker: str, lease_s: float) -> Claim | None:
        """None when it is finished or another holds a live lease. Raises fence and attempts by one.
        When MAX_ATTEMPTS are already spent, quarantines it ('poison') and gives None."""

    def heartbeat(self, claim: Claim, lease_s: float) -> None:
        """Raises StaleFence."""

    def finish(
        self, claim: Claim, records: Sequence[NewRecord], state: State, reason_code: str = ""
    ) -> tuple[str, ...]:
        """Records (version 1, ids returned), state, events and audit in one transaction. ACCEPTED records are
        published at once. Raises StaleFence."""

    def give_back(self, claim: Claim, reason_code: str) -> State:
        """Reading failed: QUEUED again (and in the outbox), or QUARANTINED after MAX_ATTEMPTS. Raises StaleFence."""

    def backlog(self) -> tuple[int, float]:
        """(unfinished documents, age of the oldest in seconds)."""


class Records(Protocol):
    """What dossier systems and correctors read and write."""

    def list_records(
        self,
        branch: str,
        updated_since: datetime | None,
        cursor: str | None,
        limit: int,
        states: frozenset[State] | None = None,
    ) -> RecordPage:
        """Stable order by (updated_at, id); a record changed while paging comes again later, none is missed.

        `updated_since` is inclusive. `states` None: every state. `next_cursor` None: nothing more now.
        UsageError for a cursor that we did not make."""

    def record(self, record_id: str, branch: str) -> StoredRecord: ...

    def versions(self, record_id: str, branch: str) -> Sequence[RecordVersion]:
        """Oldest first."""

    def correct(
        self, record_id: str, branch: str, expected_version: int, body: dict[str, Any], author: str, reason: str
    ) -> StoredRecord:
        """A new version in one statement guarded by expected_version; raises PreconditionFailed.
        State: NEEDS_REVIEW -> PUBLISHED when the body's decision is 'accept' (else stays); PUBLISHED -> AMENDED."""

    def events(self, branch: str, cursor: str | None, limit: int) -> EventPage: ...

    def submission_events(self, submission_id: str, after_cursor: str | None) -> Sequence[Event]: ...

    def originals(self) -> Iterator[Original]:
        """Every original that is not erased, by document id."""


class Keys(Protocol):
    """Access keys `dgz_<id>_<secret>`: SHA-256 of the secret is stored, the secret is shown once."""

    def create(self, role: Role, branch: str, name: str) -> tuple[AccessKey, str]: ...

    def authenticate(self, presented: str) -> Identity:
        """Raises Unauthenticated; effective at once after revoke."""

    def revoke(self, key_id: str) -> None: ...

    def list_keys(self) -> Sequence[AccessKey]: ...


class Audit(Protocol):
    """The append-only trail that every change writes in its own transaction."""

    def note(self, who: str, action: str, fields: Sequence[str] = (), **ids: str | None) -> None:
        """What was looked at, not changed. `ids`: submission_id, document_id, record_id; never a value."""

    def entries(self, after_seq: int = 0, limit: int = 1000) -> Sequence[AuditEntry]:
        """Oldest first."""

    def verify(self) -> int | None:
        """None when the whole chain holds, else the `seq` of the first entry that does not follow the one before."""


def _nothing() -> None:
    """What an in-memory store has to close."""


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything kept, opened once at the edge by `connect.open_stores(settings)`; `close()` at the end."""

    objects: ObjectStore
    uploads: Uploads
    queue: WorkQueue
    records: Records
    keys: Keys
    audit: Audit | None = None
    workbench: Workbench | None = None  # what the pages for people need; kept in SQL only
    close: Callable[[], None] = _nothing

    def held(self) -> frozenset[tuple[str, str]]:
        """(form id, type of field) that must not pass unseen now."""
        return self.workbench.quality.held() if self.workbench else frozenset()
