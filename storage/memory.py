"""Everything kept, in memory: the same calls in and the same answers out as the real stores; for trying things out."""

from __future__ import annotations

import copy
import hashlib
import hmac
import threading
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from digitizer.errors import (
    IdempotencyInProgress,
    IdempotencyKeyReused,
    IntegrityError,
    NotFound,
    PreconditionFailed,
    StaleFence,
    Unauthenticated,
    UsageError,
)
from storage import rules
from storage.base import (
    MAX_ATTEMPTS,
    UNFINISHED,
    AccessKey,
    Answer,
    AuditEntry,
    Claim,
    Event,
    EventPage,
    Identity,
    NewRecord,
    NewUpload,
    Original,
    RecordPage,
    RecordVersion,
    Role,
    State,
    StoredRecord,
    Stores,
    Submission,
)
from storage.rules import TICK, Clock, first_break, require_move


@dataclass(slots=True)
class _Document:
    """A submission with the columns that only the queue sees."""

    submission: Submission
    fence: int = 0
    worker: str | None = None
    lease_until: datetime | None = None
    rung_at: datetime | None = None


@dataclass(slots=True)
class _Reservation:
    fingerprint: str
    reserved_at: datetime
    answer: Answer | None = None


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Memory:
    """What all ports share. One lock: whoever changes anything is alone, as on SQLite."""

    clock: Clock = _utc_now
    lock: threading.RLock = field(default_factory=threading.RLock)
    last_at: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    documents: dict[str, _Document] = field(default_factory=dict)
    outbox: list[str] = field(default_factory=list)
    reservations: dict[tuple[str, str], _Reservation] = field(default_factory=dict)
    records: dict[str, StoredRecord] = field(default_factory=dict)
    versions: dict[str, list[RecordVersion]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    trail: list[AuditEntry] = field(default_factory=list)
    keys: dict[str, tuple[AccessKey, str]] = field(default_factory=dict)

    def tick(self) -> datetime:
        self.last_at = max(self.clock(), self.last_at + TICK)
        return self.last_at

    def event(self, kind: str, s: Submission, state: State, record: tuple[str, int] | None = None) -> None:
        record_id, version = record or (None, None)
        self.events.append(Event(str(len(self.events) + 1), f"evt_{uuid.uuid4().hex}", kind, s.id, record_id, s.branch,
                                 state, version, self.last_at))

    def moved(self, s: Submission) -> None:
        self.event(f"document.{s.state.value}", s, s.state)

    def audit(self, who: str, action: str, fields: tuple[str, ...] = (), **ids: str | None) -> None:
        entry = AuditEntry(len(self.trail) + 1, self.last_at, who, action, ids.get("submission_id"),
                           ids.get("document_id"), ids.get("record_id"), fields, "")
        previous = self.trail[-1].hash if self.trail else rules.GENESIS
        self.trail.append(replace(entry, hash=rules.audit_hash(previous, entry)))

    def move(self, document: _Document, state: State, reason_code: str = "") -> None:
        """Along MOVES only, with its event."""
        require_move(document.submission.state, state)
        document.submission = replace(
            document.submission, state=state, reason_code=reason_code, updated_at=self.last_at)
        self.moved(document.submission)


def open_memory(clock: Clock = _utc_now) -> Stores:
    """Empty stores that forget everything with the process."""
    memory = Memory(clock)
    return Stores(MemoryObjects(), MemoryUploads(memory), MemoryQueue(memory), MemoryRecords(memory),
                  MemoryKeys(memory), MemoryAudit(memory))


class MemoryObjects:
    """The port ObjectStore in a dictionary."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def put(self, key: str, data: bytes, sha256: str) -> None:
        rules.check_object_key(key)
        _require_hash(data, sha256)
        with self._lock:
            kept = self._kept.setdefault(key, bytes(data))
            if rules.is_damaged_copy(key, sha256):
                self._kept[key] = kept = bytes(data)
            _require_hash(kept, sha256)

    def get(self, key: str, sha256: str) -> bytes:
        if (data := self._kept.get(rules.check_object_key(key))) is None:
            raise NotFound
        _require_hash(data, sha256)
        return data

    def exists(self, key: str) -> bool:
        return rules.check_object_key(key) in self._kept

    def keys(self, prefix: str = "") -> Iterator[str]:
        yield from sorted(k for k in tuple(self._kept) if k.startswith(prefix))

    def check(self) -> None:
        """Always there."""


def _require_hash(data: bytes, sha256: str) -> None:
    if hashlib.sha256(data).hexdigest() != sha256:
        raise IntegrityError


class MemoryUploads:
    """The port Uploads."""

    def __init__(self, memory: Memory) -> None:
        self._m = memory

    def begin(self, scope: str, key: str, fingerprint: str) -> Answer | None:
        with self._m.lock:
            now = self._m.clock()
            kept = self._m.reservations.get((scope, key))
            if kept is None or kept.reserved_at < now - rules.ANSWER_KEPT:
                self._m.reservations[scope, key] = _Reservation(fingerprint, now)
                return None
            if kept.fingerprint != fingerprint:
                raise IdempotencyKeyReused
            if kept.answer is None and kept.reserved_at > now - rules.RESERVATION:
                raise IdempotencyInProgress
            if kept.answer is None:
                kept.reserved_at = now
            return kept.answer

    def abandon(self, scope: str, key: str) -> None:
        with self._m.lock:
            kept = self._m.reservations.get((scope, key))
            if kept and kept.answer is None:
                del self._m.reservations[scope, key]

    def keep(self, scope: str, key: str, answer: Answer) -> None:
        with self._m.lock:
            kept = self._m.reservations.get((scope, key))
            if kept and kept.answer is None:
                kept.answer = answer

    def accept(self, upload: NewUpload, scope: str, key: str, answer: Answer) -> Submission:
        with self._m.lock:
            kept = self._m.reservations.get((scope, key))
            if kept and kept.answer is not None:
                raise IdempotencyInProgress
            if upload.document_id in self._m.documents or self._find(upload.submission_id):
                raise UsageError("this id is taken")
            now, at = self._m.clock(), self._m.tick()
            self._m.reservations[scope, key] = replace(kept or _Reservation(upload.sha256, now), answer=answer)
            submission = Submission(
                id=upload.submission_id, document_id=upload.document_id, branch=upload.branch,
                file_name=upload.file_name, media_type=upload.media_type, sha256=upload.sha256,
                size_bytes=upload.size_bytes, object_key=upload.object_key, state=State.RECEIVED, reason_code="",
                attempts=0, received_at=now, updated_at=at, record_ids=(), form_hint=upload.form_hint,
                key_id=upload.key_id, parts=upload.parts,
            )
            self._m.documents[upload.document_id] = _Document(submission)
            self._m.outbox.append(upload.document_id)
            self._m.moved(submission)
            self._m.audit(upload.key_id, "upload.accepted", upload.evidence, submission_id=submission.id,
                          document_id=submission.document_id)
            return submission

    def submission(self, submission_id: str, branch: str) -> Submission:
        with self._m.lock:
            found = self._find(submission_id)
            if found is None or branch not in ("*", found.branch):
                raise NotFound
            return found

    def _find(self, submission_id: str) -> Submission | None:
        return next((d.submission for d in self._m.documents.values() if d.submission.id == submission_id), None)


class MemoryQueue:
    """The port WorkQueue."""

    def __init__(self, memory: Memory) -> None:
        self._m = memory

    def unrung(self, limit: int) -> Sequence[str]:
        with self._m.lock:
            return self._m.outbox[:limit]

    def rung(self, document_ids: Sequence[str]) -> None:
        with self._m.lock:
            self._m.tick()
            self._m.outbox[:] = [i for i in self._m.outbox if i not in set(document_ids)]
            for document in (self._m.documents[i] for i in document_ids if i in self._m.documents):
                if document.submission.state is State.RECEIVED:
                    self._m.move(document, State.QUEUED)
                if document.submission.state is State.QUEUED:
                    document.rung_at = self._m.clock()

    def overdue(self, queued_s: float, limit: int) -> Sequence[str]:
        with self._m.lock:
            now = self._m.clock()
            due = [d for d in self._m.documents.values() if _due(d, now, timedelta(seconds=queued_s))]
            due.sort(key=lambda d: (d.rung_at or rules.LONG_AGO, d.submission.document_id))
            for document in due[:limit]:
                document.rung_at = now
            return [d.submission.document_id for d in due[:limit]]

    def claim(self, document_id: str, worker: str, lease_s: float) -> Claim | None:
        with self._m.lock:
            now = self._m.clock()
            if document_id in self._m.outbox:
                self._m.outbox.remove(document_id)
            document = self._m.documents.get(document_id)
            if document is None or not _claimable(document, now):
                return None
            self._m.tick()
            document.fence += 1
            if document.submission.attempts >= MAX_ATTEMPTS:
                document.worker = document.lease_until = None
                if document.submission.state is not State.PROCESSING:
                    document.submission = replace(document.submission, state=State.PROCESSING)
                self._m.move(document, State.QUARANTINED, "poison")
                self._m.audit("queue", "document.quarantined", submission_id=document.submission.id,
                              document_id=document_id)
                return None
            document.worker, document.lease_until = worker, now + timedelta(seconds=lease_s)
            document.submission = replace(
                document.submission, state=State.PROCESSING, attempts=document.submission.attempts + 1,
                updated_at=self._m.last_at)
            self._m.moved(document.submission)
            self._m.audit(worker, "document.claimed", submission_id=document.submission.id, document_id=document_id)
            return Claim(document_id, document.fence, worker, document.lease_until, document.submission.attempts,
                         document.submission)

    def heartbeat(self, claim: Claim, lease_s: float) -> None:
        with self._m.lock:
            self._held(claim).lease_until = self._m.clock() + timedelta(seconds=lease_s)

    def finish(
        self, claim: Claim, records: Sequence[NewRecord], state: State, reason_code: str = ""
    ) -> tuple[str, ...]:
        rules.require_finished(state, records)
        with self._m.lock:
            document = self._held(claim)
            self._m.tick()
            ids = tuple(self._store(document.submission, record) for record in records)
            document.submission = replace(document.submission, record_ids=tuple(sorted(ids)))
            self._release(document, state, reason_code)
            if state is State.ACCEPTED:
                self._m.move(document, State.PUBLISHED, reason_code)
            self._m.audit(claim.worker, f"document.{state.value}", submission_id=claim.submission.id,
                          document_id=claim.document_id)
            return ids

    def give_back(self, claim: Claim, reason_code: str) -> State:
        with self._m.lock:
            document = self._held(claim)
            self._m.tick()
            again = claim.attempt < MAX_ATTEMPTS
            state = State.QUEUED if again else State.QUARANTINED
            self._release(document, state, "" if again else reason_code)
            if again:
                self._m.outbox.append(claim.document_id)
            self._m.audit(claim.worker, f"document.{state.value}", submission_id=claim.submission.id,
                          document_id=claim.document_id)
            return state

    def backlog(self) -> tuple[int, float]:
        with self._m.lock:
            waiting = [d.submission.received_at for d in self._m.documents.values() if d.submission.state in UNFINISHED]
            return len(waiting), max(0.0, (self._m.clock() - min(waiting)).total_seconds()) if waiting else 0.0

    def _held(self, claim: Claim) -> _Document:
        document = self._m.documents.get(claim.document_id)
        if not document or document.fence != claim.fence or document.submission.state is not State.PROCESSING:
            raise StaleFence
        return document

    def _release(self, document: _Document, state: State, reason_code: str) -> None:
        document.worker = document.lease_until = None
        document.rung_at = self._m.clock()
        self._m.move(document, state, reason_code)

    def _store(self, s: Submission, new: NewRecord) -> str:
        at, record_id = self._m.last_at, f"rec_{uuid.uuid4().hex}"
        body = copy.deepcopy(new.body)
        record = StoredRecord(
            id=record_id, submission_id=s.id, document_id=s.document_id, branch=s.branch, form_id=new.form_id,
            state=rules.publish_at_once(new.state), version=1, body=body, sha256=s.sha256, object_key=s.object_key,
            media_type=s.media_type, file_name=s.file_name, created_at=at, updated_at=at,
        )
        self._m.records[record_id] = record
        self._m.versions[record_id] = [RecordVersion(record_id, 1, body, "machine", "", at)]
        self._m.event("record.created", s, record.state, (record_id, 1))
        return record_id


def _claimable(d: _Document, now: datetime) -> bool:
    ready = d.submission.state in (State.RECEIVED, State.QUEUED)
    return ready or (d.submission.state is State.PROCESSING and d.lease_until is not None and d.lease_until <= now)


def _due(d: _Document, now: datetime, queued: timedelta) -> bool:
    waited = d.rung_at is not None and d.rung_at <= now - queued
    if d.submission.state is State.QUEUED:
        return waited
    if d.submission.state is not State.PROCESSING or d.lease_until is None or d.lease_until > now:
        return False
    return d.rung_at is None or d.rung_at <= d.lease_until or waited


class MemoryRecords:
    """The port Records."""

    def __init__(self, memory: Memory) -> None:
        self._m = memory

    def list_records(
        self,
        branch: str,
        updated_since: datetime | None,
        cursor: str | None,
        limit: int,
        states: frozenset[State] | None = None,
    ) -> RecordPage:
        rules.page_size(limit)
        after = rules.read_record_cursor(cursor) if cursor else None
        with self._m.lock:
            found = sorted((
                r for r in self._m.records.values()
                if branch in ("*", r.branch) and (updated_since is None or r.updated_at >= updated_since)
                and (after is None or (r.updated_at, r.id) > after) and (states is None or r.state in states)
            ), key=lambda r: (r.updated_at, r.id))
        page = tuple(copy.deepcopy(found[:limit]))
        more = len(found) > limit
        return RecordPage(page, rules.record_cursor(page[-1].updated_at, page[-1].id) if more else None)

    def record(self, record_id: str, branch: str) -> StoredRecord:
        found = self._m.records.get(record_id)
        if found is None or branch not in ("*", found.branch):
            raise NotFound
        return copy.deepcopy(found)

    def versions(self, record_id: str, branch: str) -> Sequence[RecordVersion]:
        with self._m.lock:
            self.record(record_id, branch)
            return copy.deepcopy(self._m.versions[record_id])

    def correct(
        self, record_id: str, branch: str, expected_version: int, body: dict[str, Any], author: str, reason: str
    ) -> StoredRecord:
        with self._m.lock:
            before = self.record(record_id, branch)
            if before.version != expected_version:
                raise PreconditionFailed
            state = rules.record_after_correction(before.state, rules.is_accepted(body))
            document = self._m.documents[before.document_id]
            siblings = [r.state for r in self._m.records.values()
                        if r.document_id == before.document_id and r.id != record_id]
            moved_to = rules.document_after_correction(document.submission.state, [*siblings, state])
            at, body = self._m.tick(), copy.deepcopy(body)
            after = replace(before, state=state, version=before.version + 1, body=body, updated_at=at)
            self._m.records[record_id] = after
            self._m.versions[record_id].append(RecordVersion(record_id, after.version, body, author, reason, at))
            self._m.event("record.corrected", document.submission, state, (record_id, after.version))
            self._m.audit(author, "record.corrected", rules.changed_fields(before.body, body), record_id=record_id,
                          submission_id=before.submission_id, document_id=before.document_id)
            if moved_to is not document.submission.state:
                self._m.move(document, moved_to)
            return copy.deepcopy(after)

    def events(self, branch: str, cursor: str | None, limit: int) -> EventPage:
        after = rules.read_event_cursor(cursor)
        rules.page_size(limit)
        with self._m.lock:
            found = [e for e in self._m.events[after:] if branch in ("*", e.branch)]
        page = tuple(found[:limit])
        return EventPage(page, page[-1].cursor if len(found) > limit else None)

    def submission_events(self, submission_id: str, after_cursor: str | None) -> Sequence[Event]:
        after = rules.read_event_cursor(after_cursor)
        with self._m.lock:
            return [e for e in self._m.events[after:] if e.submission_id == submission_id]

    def originals(self) -> Iterator[Original]:
        with self._m.lock:
            kept = [d.submission for d in self._m.documents.values() if d.submission.state is not State.ERASED]
        for s in sorted(kept, key=lambda s: s.document_id):
            yield Original(s.document_id, s.object_key, s.sha256, s.size_bytes)


class MemoryKeys:
    """The port Keys."""

    def __init__(self, memory: Memory) -> None:
        self._m = memory

    def create(self, role: Role, branch: str, name: str) -> tuple[AccessKey, str]:
        rules.check_scope(role, branch, name)
        new = rules.new_key()
        with self._m.lock:
            key = AccessKey(new.id, role, branch, name, self._m.tick(), None, None)
            self._m.keys[new.id] = key, new.digest
            self._m.audit("operator", f"key.created {new.id}")
        return key, new.presented

    def authenticate(self, presented: str) -> Identity:
        parts = rules.split_key(presented)
        with self._m.lock:
            key, digest = self._m.keys.get(parts[0] if parts else "", (None, rules.GENESIS))
            if not parts or not hmac.compare_digest(digest, rules.secret_digest(parts[1])):
                raise Unauthenticated
            if key is None or key.revoked_at:
                raise Unauthenticated
            now = self._m.clock()
            if key.last_used_at is None or key.last_used_at < now - rules.LAST_USED_STEP:
                self._m.keys[key.id] = replace(key, last_used_at=now), digest
        return Identity(key.id, key.role, key.branch, key.name)

    def revoke(self, key_id: str) -> None:
        with self._m.lock:
            if key_id not in self._m.keys:
                raise NotFound
            key, digest = self._m.keys[key_id]
            if not key.revoked_at:
                self._m.keys[key_id] = replace(key, revoked_at=self._m.tick()), digest
                self._m.audit("operator", f"key.revoked {key_id}")

    def list_keys(self) -> Sequence[AccessKey]:
        with self._m.lock:
            return sorted((key for key, _ in self._m.keys.values()), key=lambda k: (k.created_at, k.id))


class MemoryAudit:
    """The port Audit."""

    def __init__(self, memory: Memory) -> None:
        self._m = memory

    def note(self, who: str, action: str, fields: Sequence[str] = (), **ids: str | None) -> None:
        with self._m.lock:
            self._m.tick()
            self._m.audit(who, action, tuple(fields), **ids)

    def entries(self, after_seq: int = 0, limit: int = 1000) -> Sequence[AuditEntry]:
        with self._m.lock:
            return self._m.trail[after_seq : after_seq + limit]

    def verify(self) -> int | None:
        with self._m.lock:
            return first_break(rules.GENESIS, 0, self._m.trail)
