"""The queue of record, in SQL: opaque document ids in, claims with which only one worker at a time can write out."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digitizer.errors import StaleFence
from storage import tables as t
from storage import waiting
from storage.base import MAX_ATTEMPTS, UNFINISHED, Claim, NewRecord, State
from storage.checks_draw import RELEASED, Placed, released
from storage.database import Change, Database
from storage.rereads_base import RereadState
from storage.rules import publish_at_once, require_finished, require_move
from storage.search_index import index_new
from storage.uploads import read_submission

D, W = t.documents.c, t.rereads.c
READY = (State.RECEIVED.value, State.QUEUED.value)


class SqlQueue:
    """The port WorkQueue on SQLite and PostgreSQL. Every write of a worker is one `UPDATE ... WHERE fence = :mine`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def unrung(self, limit: int) -> Sequence[str]:
        with self._db.read() as conn:
            return list(conn.execute(
                sa.select(t.outbox.c.document_id).order_by(t.outbox.c.seq).limit(limit)).scalars())

    def rung(self, document_ids: Sequence[str]) -> None:
        if not document_ids:
            return
        with self._db.change() as change:
            change.conn.execute(sa.delete(t.outbox).where(t.outbox.c.document_id.in_(document_ids)))
            moved = change.conn.execute(
                sa.update(t.documents).where(D.id.in_(document_ids), D.state == State.RECEIVED.value)
                .values(state=State.QUEUED.value, rung_at=change.clock, updated_at=change.at).returning(D.submission_id)
            ).scalars().all()
            change.conn.execute(
                sa.update(t.documents).where(D.id.in_(document_ids), D.state == State.QUEUED.value)
                .values(rung_at=change.clock))
            change.conn.execute(sa.update(t.rereads).where(
                W.document_id.in_(document_ids), W.state == RereadState.QUEUED.value).values(rung_at=change.clock))
            for submission_id, branch in _branches(change.conn, moved):
                change.moved(submission_id, branch, State.QUEUED)

    def overdue(self, queued_s: float, limit: int) -> Sequence[str]:
        """Also notes that they were told, so that a long backlog is not rung for in full at every sweep: a queued one
        comes again after another `queued_s`, an expired one at once and then as rarely."""
        with self._db.write() as conn:
            now = self._db.now(conn)
            waited = D.rung_at <= now - timedelta(seconds=queued_s)
            expired = sa.and_(D.state == State.PROCESSING.value, D.lease_until <= now)
            due = sa.or_(
                sa.and_(D.state == State.QUEUED.value, waited),
                sa.and_(expired, sa.or_(D.rung_at.is_(None), D.rung_at <= D.lease_until, waited)),
            )
            chosen = (
                sa.select(D.id).where(due).order_by(D.rung_at.nulls_first(), D.id).limit(limit)
                .with_for_update(skip_locked=True)
            )
            ids = list(conn.execute(chosen).scalars())
            if ids:
                conn.execute(sa.update(t.documents).where(D.id.in_(ids)).values(rung_at=now))
            return [*ids, *(_named_overdue(conn, now, waited_s=queued_s, limit=limit - len(ids)))]

    def claim(self, document_id: str, worker: str, lease_s: float) -> Claim | None:
        with self._db.change() as change:
            until = change.clock + timedelta(seconds=lease_s)
            won = change.conn.execute(
                sa.update(t.documents).where(_claimable(document_id, change.clock), D.attempts < MAX_ATTEMPTS)
                .values(state=State.PROCESSING.value, worker=worker, lease_until=until, fence=D.fence + 1,
                        attempts=D.attempts + 1, updated_at=change.at)
                .returning(D.fence, D.attempts)
            ).one_or_none()
            change.conn.execute(sa.delete(t.outbox).where(t.outbox.c.document_id == document_id))
            if won is None:
                self._bury(change, document_id)
                return None
            submission = read_submission(change.conn, D.id == document_id)
            change.moved(submission.id, submission.branch, State.PROCESSING)
            change.audit(worker, "document.claimed", submission_id=submission.id, document_id=document_id)
            return Claim(document_id, won.fence, worker, until, won.attempts, submission)

    def heartbeat(self, claim: Claim, lease_s: float) -> None:
        with self._db.write() as conn:
            until = self._db.now(conn) + timedelta(seconds=lease_s)
            kept = conn.execute(_guarded(claim).values(lease_until=until).returning(D.id)).first()
            if kept is None:
                raise StaleFence

    def finish(
        self, claim: Claim, records: Sequence[NewRecord], state: State, reason_code: str = ""
    ) -> tuple[str, ...]:
        require_finished(state, records)
        with self._db.change() as change:
            final = publish_at_once(state)
            self._release(change, claim, final, reason_code)
            ids = tuple(_store(change, claim, record) for record in records)
            change.moved(claim.submission.id, claim.submission.branch, state)
            if final is not state:
                change.moved(claim.submission.id, claim.submission.branch, final)
            change.audit(claim.worker, f"document.{state.value}", submission_id=claim.submission.id,
                         document_id=claim.document_id)
            return ids

    def give_back(self, claim: Claim, reason_code: str) -> State:
        with self._db.change() as change:
            again = claim.attempt < MAX_ATTEMPTS
            state = require_move(State.PROCESSING, State.QUEUED if again else State.QUARANTINED)
            self._release(change, claim, state, "" if again else reason_code)
            if again:
                change.conn.execute(sa.insert(t.outbox).values(document_id=claim.document_id))
            change.moved(claim.submission.id, claim.submission.branch, state)
            change.audit(claim.worker, f"document.{state.value}", submission_id=claim.submission.id,
                         document_id=claim.document_id)
            return state

    def backlog(self) -> tuple[int, float]:
        with self._db.read() as conn:
            count, oldest = conn.execute(
                sa.select(sa.func.count(), sa.func.min(t.submissions.c.received_at, type_=t.UtcTime))
                .select_from(t.documents.join(t.submissions, D.submission_id == t.submissions.c.id))
                .where(D.state.in_([s.value for s in UNFINISHED]))
            ).one()
            return count, max(0.0, (self._db.now(conn) - oldest).total_seconds()) if oldest else 0.0

    def _bury(self, change: Change, document_id: str) -> None:
        """Three workers died or gave up on it: a person must look before a fourth may be lost."""
        buried = change.conn.execute(
            sa.update(t.documents).where(_claimable(document_id, change.clock), D.attempts >= MAX_ATTEMPTS)
            .values(state=State.QUARANTINED.value, reason_code="poison", fence=D.fence + 1, worker=None,
                    lease_until=None, updated_at=change.at)
            .returning(D.submission_id)
        ).scalar_one_or_none()
        for submission_id, branch in _branches(change.conn, [buried] if buried else []):
            change.moved(submission_id, branch, State.QUARANTINED)
            change.audit("queue", "document.quarantined", submission_id=submission_id, document_id=document_id)

    def _release(self, change: Change, claim: Claim, state: State, reason_code: str) -> None:
        """Raises StaleFence, and with it nothing of the transaction is kept."""
        released = change.conn.execute(
            _guarded(claim).values(state=state.value, reason_code=reason_code, worker=None, lease_until=None,
                                   rung_at=change.clock, updated_at=change.at).returning(D.id)
        ).first()
        if released is None:
            raise StaleFence


def _named_overdue(conn: Connection, now: datetime, waited_s: float, limit: int) -> Sequence[str]:
    """Documents with a paper that a person has named, in the same plight; noted as told."""
    waited = W.rung_at <= now - timedelta(seconds=waited_s)
    expired = sa.and_(W.state == RereadState.READING.value, W.lease_until <= now,
                      sa.or_(W.rung_at <= W.lease_until, waited))
    due = sa.or_(sa.and_(W.state == RereadState.QUEUED.value, waited), expired)
    rows = conn.execute(
        sa.select(W.record_id, W.document_id).where(due).order_by(W.rung_at, W.record_id).limit(max(0, limit))
        .with_for_update(skip_locked=True)).all()
    if rows:
        conn.execute(sa.update(t.rereads).where(W.record_id.in_([r.record_id for r in rows])).values(rung_at=now))
    return list(dict.fromkeys(r.document_id for r in rows))


def _claimable(document_id: str, now: datetime) -> sa.ColumnElement[bool]:
    expired = sa.and_(D.state == State.PROCESSING.value, D.lease_until <= now)
    return sa.and_(D.id == document_id, sa.or_(D.state.in_(READY), expired))


def _guarded(claim: Claim) -> sa.Update:
    return sa.update(t.documents).where(
        D.id == claim.document_id, D.fence == claim.fence, D.state == State.PROCESSING.value)


def _branches(conn: Connection, submission_ids: Iterable[str]) -> Sequence[tuple[str, str]]:
    s = t.submissions.c
    found = conn.execute(sa.select(s.id, s.branch).where(s.id.in_(list(submission_ids))).order_by(s.id))
    return [(row.id, row.branch) for row in found]


def _store(change: Change, claim: Claim, new: NewRecord) -> str:
    state, record_id = publish_at_once(new.state), f"rec_{uuid.uuid4().hex}"
    change.conn.execute(sa.insert(t.records).values(
        id=record_id, document_id=claim.document_id, submission_id=claim.submission.id,
        branch=claim.submission.branch, form_id=new.form_id, state=state.value, version=1,
        created_at=change.at, updated_at=change.at,
    ))
    change.conn.execute(sa.insert(t.record_versions).values(
        record_id=record_id, version=1, body=new.body, author="machine", reason="", created_at=change.at))
    index_new(change.conn, record_id, claim.submission, new.body)
    if state is State.NEEDS_REVIEW:
        waiting.enter(change, record_id, new.body)
    change.event("record.created", claim.submission.id, claim.submission.branch, state, (record_id, 1))
    if state in RELEASED:
        released(change, Placed(record_id, claim.submission.branch, new.form_id, 1, new.body), None)
    return record_id
