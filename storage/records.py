"""Finished records and their events, in SQL: takes cursors and corrections, gives pages and versions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from digitizer.errors import NotFound, PreconditionFailed
from storage import rules, waiting
from storage import tables as t
from storage.base import Event, EventPage, Original, RecordPage, RecordVersion, State, StoredRecord
from storage.checks_draw import RELEASED, Placed, released
from storage.database import Change, Database
from storage.search_index import index_correction
from storage.uploads import in_branch

R, V, S, E = t.records.c, t.record_versions.c, t.submissions.c, t.events.c
ORIGINALS_AT_ONCE = 500


class SqlRecords:
    """The port Records on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def list_records(
        self,
        branch: str,
        updated_since: datetime | None,
        cursor: str | None,
        limit: int,
        states: frozenset[State] | None = None,
    ) -> RecordPage:
        query = _newest().where(in_branch(t.records, branch)).order_by(R.updated_at, R.id)
        query = query.limit(rules.page_size(limit) + 1)
        if updated_since:
            query = query.where(R.updated_at >= updated_since)
        if cursor:
            at, record_id = rules.read_record_cursor(cursor)
            query = query.where(sa.or_(R.updated_at > at, sa.and_(R.updated_at == at, R.id > record_id)))
        if states is not None:
            query = query.where(R.state.in_([s.value for s in states]))
        with self._db.read() as conn:
            found = [_stored(row) for row in conn.execute(query)]
        page = tuple(found[:limit])
        more = len(found) > limit
        return RecordPage(page, rules.record_cursor(page[-1].updated_at, page[-1].id) if more else None)

    def record(self, record_id: str, branch: str) -> StoredRecord:
        with self._db.read() as conn:
            return read_record(conn, record_id, branch)

    def versions(self, record_id: str, branch: str) -> Sequence[RecordVersion]:
        with self._db.read() as conn:
            read_record(conn, record_id, branch)
            rows = conn.execute(sa.select(t.record_versions).where(V.record_id == record_id).order_by(V.version)).all()
        return [RecordVersion(r.record_id, r.version, r.body, r.author, r.reason, r.created_at) for r in rows]

    def correct(
        self, record_id: str, branch: str, expected_version: int, body: dict[str, Any], author: str, reason: str
    ) -> StoredRecord:
        with self._db.change() as change:
            before = read_record(change.conn, record_id, branch)
            waiting.require_free(change, record_id, author)
            if before.version != expected_version:
                raise PreconditionFailed
            add_version(change, before, body, author, reason)
            return read_record(change.conn, record_id, branch)

    def events(self, branch: str, cursor: str | None, limit: int) -> EventPage:
        after = rules.read_event_cursor(cursor)
        query = (
            sa.select(t.events).where(E.seq > after, in_branch(t.events, branch)).order_by(E.seq)
            .limit(rules.page_size(limit) + 1)
        )
        with self._db.read() as conn:
            found = [_event(row) for row in conn.execute(query)]
        page = tuple(found[:limit])
        return EventPage(page, page[-1].cursor if len(found) > limit else None)

    def submission_events(self, submission_id: str, after_cursor: str | None) -> Sequence[Event]:
        after = rules.read_event_cursor(after_cursor)
        with self._db.read() as conn:
            return [_event(row) for row in conn.execute(
                sa.select(t.events).where(E.submission_id == submission_id, E.seq > after).order_by(E.seq))]

    def originals(self) -> Iterator[Original]:
        """A page at a time: a walk over years of scans must not hold a transaction open for hours."""
        d, last = t.documents.c, ""
        while True:
            query = (
                sa.select(d.id, S.object_key, S.sha256, S.size_bytes).join(t.submissions, d.submission_id == S.id)
                .where(d.id > last, d.state != State.ERASED.value).order_by(d.id).limit(ORIGINALS_AT_ONCE)
            )
            with self._db.read() as conn:
                page = [Original(*row) for row in conn.execute(query)]
            yield from page
            if len(page) < ORIGINALS_AT_ONCE:
                return
            last = page[-1].document_id


def _newest() -> sa.Select[Any]:
    """Every record with its newest version and the upload it came from."""
    newest = sa.and_(V.record_id == R.id, V.version == R.version)
    return sa.select(
        t.records, V.body, S.sha256, S.object_key, S.media_type, S.file_name
    ).join(t.record_versions, newest).join(t.submissions, S.id == R.submission_id)


def read_record(conn: Connection, record_id: str, branch: str) -> StoredRecord:
    """Raises NotFound, also for another branch's."""
    row = conn.execute(_newest().where(R.id == record_id, in_branch(t.records, branch))).one_or_none()
    if row is None:
        raise NotFound
    return _stored(row)


def _stored(r: Row[Any]) -> StoredRecord:
    return StoredRecord(
        id=r.id, submission_id=r.submission_id, document_id=r.document_id, branch=r.branch, form_id=r.form_id,
        state=State(r.state), version=r.version, body=r.body, sha256=r.sha256, object_key=r.object_key,
        media_type=r.media_type, file_name=r.file_name, created_at=r.created_at, updated_at=r.updated_at,
    )


def _event(r: Row[Any]) -> Event:
    return Event(str(r.seq), r.id, r.type, r.submission_id, r.record_id, r.branch, State(r.state), r.version, r.at)


def add_version(change: Change, before: StoredRecord, body: dict[str, Any], author: str, reason: str) -> State:
    """The next version of a record as it was just read, with all that follows from it; gives the record's state.
    Raises PreconditionFailed where it is no longer as read."""
    state = rules.record_after_correction(before.state, rules.is_accepted(body))
    version = change.conn.execute(
        sa.update(t.records)
        .where(R.id == before.id, R.version == before.version, R.state == before.state.value)
        .values(version=R.version + 1, state=state.value, updated_at=change.at).returning(R.version)
    ).scalar_one_or_none()
    if version is None:
        raise PreconditionFailed
    change.conn.execute(sa.insert(t.record_versions).values(
        record_id=before.id, version=version, body=body, author=author, reason=reason, created_at=change.at))
    index_correction(change.conn, before, body)
    change.event("record.corrected", before.submission_id, before.branch, state, (before.id, version))
    change.audit(author, "record.corrected", rules.changed_fields(before.body, body), record_id=before.id,
                 submission_id=before.submission_id, document_id=before.document_id)
    waiting.follow(change, before.id, state, body)
    if state in RELEASED:
        released(change, Placed(before.id, before.branch, before.form_id, version, body), before.state)
    move_document(change, before)
    return state


def move_document(change: Change, record: StoredRecord, reason_code: str = "") -> None:
    """Moves the document after its records; the ledger is held, so nobody moves one of them meanwhile.

    reason_code: kept where the document is rejected."""
    d = t.documents.c
    old = State(change.conn.execute(sa.select(d.state).where(d.id == record.document_id)).scalar_one())
    siblings = change.conn.execute(sa.select(R.state).where(R.document_id == record.document_id)).scalars()
    new = rules.document_after_correction(old, (State(s) for s in siblings))
    if new is not old:
        values = {"state": new.value, "updated_at": change.at}
        if new is State.REJECTED:
            values["reason_code"] = reason_code
        change.conn.execute(
            sa.update(t.documents).where(d.id == record.document_id, d.state == old.value).values(**values))
        change.moved(record.submission_id, record.branch, new)
