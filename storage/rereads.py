"""Papers whose form a person has named, in SQL: takes the naming out of review, gives claims, writes new versions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from digitizer.errors import InvalidMove, PreconditionFailed, StaleFence
from storage import tables as t
from storage import waiting
from storage.base import MAX_ATTEMPTS, State, StoredRecord
from storage.database import Change, Database
from storage.desk import require_held
from storage.desk_base import Lease
from storage.records import add_version, read_record
from storage.rereads_base import NamedForm, Reread, RereadClaim, RereadState
from storage.rules import is_accepted
from storage.uploads import in_branch

W, Q, D, R = t.rereads.c, t.review_queue.c, t.review_drafts.c, t.records.c
REVIEWED = "kiểm tra"  # the reason that versions made in review carry
NAMED = "đọc lại theo mẫu {form} ({edition}) do {author} xác định"


class SqlRereads:
    """The port Rereads on SQLite and PostgreSQL. Every write of a worker is guarded by its fence, as in the queue."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def ask(self, wanted: NamedForm, lease: Lease | None = None) -> Reread:
        with self._db.change() as change:
            if lease is not None:
                require_held(change.conn, lease)
            before = read_record(change.conn, wanted.record_id, wanted.branch)
            if before.state is not State.NEEDS_REVIEW:
                raise InvalidMove("only a record that waits for review can be given a form")
            waiting.require_free(change, wanted.record_id, wanted.author)
            if before.version != wanted.version:
                raise PreconditionFailed
            return _asked(change, before, wanted)

    def claim(self, document_id: str, worker: str, lease_s: float) -> RereadClaim | None:
        with self._db.change() as change:
            expired = sa.and_(W.state == RereadState.READING.value, W.lease_until <= change.clock)
            due = sa.or_(W.state == RereadState.QUEUED.value, expired)
            query = sa.select(t.rereads).where(W.document_id == document_id, due).order_by(W.asked_at, W.record_id)
            for row in change.conn.execute(query).all():
                if row.attempts >= MAX_ATTEMPTS:
                    _failed(change, row, "queue", "poison")
                    continue
                return _claimed(change, row, worker, lease_s)
        return None

    def heartbeat(self, claim: RereadClaim, lease_s: float) -> None:
        with self._db.write() as conn:
            until = self._db.now(conn) + timedelta(seconds=lease_s)
            if not conn.execute(
                sa.update(t.rereads).where(_mine(claim)).values(lease_until=until).returning(W.record_id)
            ).first():
                raise StaleFence

    def finish(self, claim: RereadClaim, body: dict[str, Any]) -> None:
        if is_accepted(body):
            raise InvalidMove("a person looks at what was read again before it goes out")
        with self._db.change() as change:
            row = _guarded(change.conn, claim)
            before = read_record(change.conn, row.record_id, "*")
            change.conn.execute(sa.delete(t.rereads).where(W.record_id == row.record_id))
            if before.state is not State.NEEDS_REVIEW or before.version != row.version:
                return  # decided by somebody meanwhile: theirs is the last word
            change.conn.execute(sa.update(t.records).where(R.id == before.id).values(form_id=row.form_id))
            reason = NAMED.format(form=row.form_id, edition=row.edition, author=row.author)
            add_version(change, before, body, "machine", reason)
            change.conn.execute(
                sa.update(t.review_queue).where(Q.record_id == before.id).values(form_id=row.form_id))
            _drop_drafts(change.conn, before, row.form_id, body)

    def give_back(self, claim: RereadClaim, reason_code: str, final: bool = False) -> RereadState:
        with self._db.change() as change:
            row = _guarded(change.conn, claim)
            if final or row.attempts >= MAX_ATTEMPTS:
                _failed(change, row, claim.worker, reason_code)
                return RereadState.FAILED
            change.conn.execute(sa.update(t.rereads).where(_mine(claim)).values(
                state=RereadState.QUEUED.value, worker=None, lease_until=None, rung_at=change.clock))
            _ring(change.conn, row.document_id)
            return RereadState.QUEUED

    def of(self, record_id: str) -> Reread | None:
        with self._db.read() as conn:
            row = conn.execute(sa.select(t.rereads).where(W.record_id == record_id)).one_or_none()
        return _reread(row) if row else None

    def waiting(self, branch: str) -> Sequence[Reread]:
        query = sa.select(t.rereads).where(in_branch(t.rereads, branch), W.state != RereadState.FAILED.value)
        with self._db.read() as conn:
            return [_reread(row) for row in conn.execute(query.order_by(W.asked_at, W.record_id))]


def _asked(change: Change, before: StoredRecord, wanted: NamedForm) -> Reread:
    """The person's own answers become a version, so that nothing they said is lost with the form."""
    version = before.version
    if wanted.body is not None:
        if is_accepted(wanted.body):
            raise InvalidMove("a record that is to be read again does not go out")
        add_version(change, before, wanted.body, wanted.author, REVIEWED)
        version += 1
        change.conn.execute(sa.delete(t.review_drafts).where(
            D.record_id == before.id, D.person_id == wanted.author, D.sure))
    change.conn.execute(sa.delete(t.rereads).where(W.record_id == before.id))
    row = change.conn.execute(sa.insert(t.rereads).values(
        record_id=before.id, document_id=before.document_id, branch=before.branch, version=version,
        form_id=wanted.form_id, edition=wanted.edition, author=wanted.author, asked_at=change.at,
        state=RereadState.QUEUED.value, reason_code="", attempts=0, fence=0, rung_at=change.clock,
    ).returning(*W)).one()
    change.conn.execute(sa.update(t.review_queue).where(Q.record_id == before.id).values(
        holder=None, lease_until=None, postponed_until=None, postponed_by=None, escalated="", escalated_by=None,
        fence=Q.fence + 1))
    _ring(change.conn, before.document_id)
    change.audit(wanted.author, f"record.named {wanted.form_id} {wanted.edition}", record_id=before.id,
                 submission_id=before.submission_id, document_id=before.document_id)
    return _reread(row)


def _claimed(change: Change, row: Row[Any], worker: str, lease_s: float) -> RereadClaim:
    until = change.clock + timedelta(seconds=lease_s)
    now = change.conn.execute(
        sa.update(t.rereads).where(W.record_id == row.record_id).values(
            state=RereadState.READING.value, worker=worker, lease_until=until, fence=W.fence + 1,
            attempts=W.attempts + 1).returning(*W)).one()
    record = read_record(change.conn, row.record_id, "*")
    change.audit(worker, "record.claimed", record_id=record.id, submission_id=record.submission_id,
                 document_id=record.document_id)
    return RereadClaim(_reread(now), record.document_id, now.fence, worker, until, record.object_key, record.sha256,
                       record.file_name, record.body)


def _failed(change: Change, row: Row[Any], worker: str, reason_code: str) -> None:
    """The record is as it was before it was named, and says why."""
    change.conn.execute(sa.update(t.rereads).where(W.record_id == row.record_id).values(
        state=RereadState.FAILED.value, reason_code=reason_code, fence=W.fence + 1, worker=None, lease_until=None))
    change.conn.execute(
        sa.update(t.review_queue).where(Q.record_id == row.record_id).values(reason=waiting.REREAD_FAILED))
    change.audit(worker, f"record.reread_failed {reason_code}", record_id=row.record_id, document_id=row.document_id)


def _drop_drafts(conn: Connection, before: StoredRecord, form_id: str, body: dict[str, Any]) -> None:
    """What people had typed of another form, or of fields that this edition has not."""
    others = D.record_id == before.id
    if before.form_id == form_id:
        others = sa.and_(others, D.field_id.not_in(list(body["fields"])))
    conn.execute(sa.delete(t.review_drafts).where(others))


def _ring(conn: Connection, document_id: str) -> None:
    """By the outbox of the queue: a worker finds by itself what of the document is to be done."""
    there = sa.select(t.outbox.c.seq).where(t.outbox.c.document_id == document_id)
    if not conn.execute(there).first():
        conn.execute(sa.insert(t.outbox).values(document_id=document_id))


def _mine(claim: RereadClaim) -> sa.ColumnElement[bool]:
    return sa.and_(W.record_id == claim.asked.record_id, W.fence == claim.fence,
                   W.state == RereadState.READING.value)


def _guarded(conn: Connection, claim: RereadClaim) -> Row[Any]:
    """Raises StaleFence."""
    row = conn.execute(sa.select(t.rereads).where(_mine(claim))).one_or_none()
    if row is None:
        raise StaleFence
    return row


def _reread(r: Row[Any]) -> Reread:
    return Reread(r.record_id, r.branch, r.form_id, r.edition, r.author, r.asked_at, RereadState(r.state),
                  r.reason_code, r.attempts)
