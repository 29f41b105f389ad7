"""The reviewers' desk, in SQL: takes who works and what they want, gives leases, keeps drafts, writes decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from digitizer.errors import BeingReadAgain, Forbidden, HeldByAnother, LeaseLost, NotFound, PreconditionFailed
from storage import tables as t
from storage import waiting
from storage.base import State
from storage.database import Change, Database
from storage.desk_base import (
    Backlog,
    Draft,
    EscalateReason,
    Lease,
    RejectReason,
    Release,
    Taker,
    Touched,
    Waiting,
    Wanted,
)
from storage.records import add_version, move_document, read_record
from storage.rules import require_move
from storage.uploads import in_branch

Q, D, V = t.review_queue.c, t.review_drafts.c, t.record_versions.c
_QUEUE = sa.select(t.review_queue, waiting.being_read().label("being_read"))


class SqlDesk:
    """The port Desk on SQLite and PostgreSQL. Taking holds the ledger, so two people never get the same record."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def take_next(self, taker: Taker, wanted: Wanted) -> Lease | None:
        with self._db.change() as change:
            for query in _sources(taker, wanted, change.clock):
                found = change.conn.execute(query.limit(1)).scalar_one_or_none()
                if found:
                    return _taken(change, taker, found)
        return None

    def take(self, taker: Taker, record_id: str) -> Lease:
        with self._db.change() as change:
            row = _row(change.conn, record_id, taker.branch)
            if row.being_read:
                raise BeingReadAgain
            if row.holder not in (None, taker.person_id) and row.lease_until > change.clock:
                raise HeldByAnother
            if row.escalated and not taker.settles:
                raise Forbidden("what is escalated is for those who settle")
            if row.uploader == taker.person_id and not taker.own_uploads:
                raise Forbidden("nobody checks their own upload")
            return _taken(change, taker, record_id)

    def renew(self, lease: Lease, taker: Taker) -> Lease:
        with self._db.write() as conn:
            return _renewed(conn, lease, taker, self._db.now(conn))

    def save(self, lease: Lease, taker: Taker, draft: Draft) -> None:
        with self._db.write() as conn:
            now = self._db.now(conn)
            _renewed(conn, lease, taker, now)
            mine = sa.and_(
                D.record_id == lease.record_id, D.person_id == lease.person_id, D.field_id == draft.field_id)
            kept = conn.execute(sa.select(D.fence, D.step).where(mine)).one_or_none()
            values = {"body": None if draft.said is None else dict(draft.said), "sure": draft.sure,
                      "fence": lease.fence, "step": draft.step, "saved_at": now}
            if kept is None:
                conn.execute(sa.insert(t.review_drafts).values(
                    record_id=lease.record_id, person_id=lease.person_id, field_id=draft.field_id, **values))
            elif (kept.fence, kept.step) < (lease.fence, draft.step):
                conn.execute(sa.update(t.review_drafts).where(mine).values(**values))

    def drafts(self, record_id: str) -> Sequence[Draft]:
        query = sa.select(t.review_drafts).where(D.record_id == record_id, D.body.is_not(None))
        with self._db.read() as conn:
            rows = conn.execute(query.order_by(D.fence, D.step, D.field_id)).all()
        return [Draft(r.field_id, r.body, r.sure, r.step, r.person_id) for r in rows]

    def finish(self, lease: Lease, taker: Taker, release: Release) -> str:
        with self._db.change() as change:
            require_held(change.conn, lease)
            before = read_record(change.conn, lease.record_id, taker.branch)
            if before.version != release.version:
                raise PreconditionFailed
            state = add_version(change, before, release.body, lease.person_id, release.reason)
            if state is State.NEEDS_REVIEW:
                _renewed(change.conn, lease, taker, change.clock)
            return state.value

    def hand_back(self, lease: Lease) -> None:
        with self._db.change() as change:
            freed = change.conn.execute(_guarded(lease).values(holder=None, lease_until=None).returning(Q.record_id))
            if freed.first():
                change.audit(lease.person_id, "review.handed_back", record_id=lease.record_id)

    def postpone(self, lease: Lease, until: datetime) -> None:
        values = {"postponed_until": until, "postponed_by": lease.person_id}
        self._put_aside(lease, values, "review.postponed")

    def escalate(self, lease: Lease, reason: EscalateReason) -> None:
        values = {"escalated": reason.value, "escalated_by": lease.person_id}
        self._put_aside(lease, values, f"review.escalated {reason.value}")

    def _put_aside(self, lease: Lease, values: dict[str, Any], action: str) -> None:
        with self._db.change() as change:
            require_held(change.conn, lease)
            change.conn.execute(_guarded(lease).values(holder=None, lease_until=None, **values))
            change.audit(lease.person_id, action, record_id=lease.record_id)

    def reject(self, lease: Lease, reason: RejectReason) -> None:
        with self._db.change() as change:
            require_held(change.conn, lease)
            before = read_record(change.conn, lease.record_id, "*")
            state = require_move(before.state, State.REJECTED)
            change.conn.execute(sa.update(t.records).where(t.records.c.id == before.id)
                                .values(state=state.value, updated_at=change.at))
            change.event("record.rejected", before.submission_id, before.branch, state, (before.id, before.version))
            change.audit(lease.person_id, f"record.rejected {reason.value}", record_id=before.id,
                         submission_id=before.submission_id, document_id=before.document_id)
            waiting.follow(change, before.id, state, before.body)
            move_document(change, before, reason.value)

    def release(self, record_id: str, branch: str, by: str) -> None:
        with self._db.change() as change:
            _row(change.conn, record_id, branch)
            change.conn.execute(sa.delete(t.rereads).where(t.rereads.c.record_id == record_id))
            change.conn.execute(sa.update(t.review_queue).where(Q.record_id == record_id).values(
                holder=None, lease_until=None, postponed_until=None, postponed_by=None, escalated="",
                escalated_by=None, fence=Q.fence + 1))
            change.audit(by, "review.released", record_id=record_id)

    def waiting(self, branch: str, wanted: Wanted, limit: int = 200) -> Sequence[Waiting]:
        with self._db.read() as conn:
            now = self._db.now(conn)
            query = _QUEUE.where(in_branch(t.review_queue, branch), *_filters(wanted, now))
            rows = conn.execute(query.order_by(Q.received_at, Q.record_id).limit(limit)).all()
        return [_waiting(row, now) for row in rows]

    def holds(self, branch: str) -> Sequence[Waiting]:
        with self._db.read() as conn:
            now = self._db.now(conn)
            query = _QUEUE.where(
                in_branch(t.review_queue, branch), sa.not_(sa.and_(_free(now), _not_put_aside(now))))
            rows = conn.execute(query.order_by(Q.received_at, Q.record_id)).all()
        return [_waiting(row, now) for row in rows]

    def backlog(self, branch: str) -> Sequence[Backlog]:
        """What is free is counted by the database; what is held or put aside is little, and counted here."""
        groups = (Q.branch, Q.form_id, Q.reason)
        with self._db.read() as conn:
            now = self._db.now(conn)
            free = sa.and_(_free(now), _not_put_aside(now))
            rows = conn.execute(sa.select(*groups, sa.func.count().label("free"), sa.func.min(
                Q.received_at, type_=t.UtcTime).label("oldest")).where(in_branch(t.review_queue, branch), free)
                .group_by(*groups)).all()
            aside = [_waiting(r, now) for r in conn.execute(
                _QUEUE.where(in_branch(t.review_queue, branch), sa.not_(free)))]
        found = {(r.branch, r.form_id, r.reason): Backlog(r.branch, r.form_id, r.reason, r.free, 0, 0, 0, r.oldest)
                 for r in rows}
        for one in aside:
            key = (one.branch, one.form_id, one.reason)
            before = found.get(key) or Backlog(*key, 0, 0, 0, 0, None)
            what = "held" if one.holder or one.being_read else "escalated" if one.escalated else "postponed"
            found[key] = replace(before, **{what: getattr(before, what) + 1})
        return [found[key] for key in sorted(found)]

    def touched(self, record_id: str, branch: str) -> Touched:
        with self._db.read() as conn:
            record = read_record(conn, record_id, branch)
            uploader = conn.execute(
                sa.select(t.submissions.c.key_id).where(t.submissions.c.id == record.submission_id)).scalar_one()
            versions = conn.execute(sa.select(V.author, V.body).where(V.record_id == record_id)).all()
            typed = conn.execute(sa.select(D.person_id, D.field_id).where(D.record_id == record_id)).all()
        fields: dict[str, set[str]] = {}
        for version in versions:
            for name, answer in version.body.get("fields", {}).items():
                if "correction" in answer:
                    fields.setdefault(name, set()).add(answer["correction"]["author"])
        for draft in typed:
            fields.setdefault(draft.field_id, set()).add(draft.person_id)
        authors = {v.author for v in versions} | {d.person_id for d in typed}
        return Touched(uploader, frozenset(authors - {"machine"}), {k: frozenset(v) for k, v in fields.items()})


def _sources(taker: Taker, wanted: Wanted, now: datetime) -> list[sa.Select[Any]]:
    """Where the next record comes from, best first: what the person holds, what they began, what has waited longest."""
    known = sa.select(Q.record_id).where(Q.record_id != wanted.besides, in_branch(t.review_queue, taker.branch))
    order = (Q.received_at, Q.record_id)
    held = known.where(Q.holder == taker.person_id, Q.lease_until > now).order_by(*order)
    open_to = known.where(_free(now), _open_to(taker, wanted, now))
    begun = open_to.where(Q.record_id.in_(
        sa.select(D.record_id).where(D.person_id == taker.person_id, D.body.is_not(None))))
    return [held, begun.order_by(*order), open_to.where(*_filters(wanted, now)).order_by(*order)]


def _open_to(taker: Taker, wanted: Wanted, now: datetime) -> sa.ColumnElement[bool]:
    rules = [sa.not_(_postponed(now)) if wanted.escalated else _not_put_aside(now)]
    if not taker.settles:
        rules.append(Q.escalated == "")
    if not taker.own_uploads:
        rules.append(Q.uploader != taker.person_id)
    return sa.and_(*rules)


def _filters(wanted: Wanted, now: datetime) -> list[sa.ColumnElement[bool]]:
    named = ((Q.form_id, wanted.form), (Q.branch, wanted.branch), (Q.reason, wanted.reason))
    found = [column == value for column, value in named if value]
    if wanted.waited:
        found.append(Q.received_at <= now - wanted.waited)
    if wanted.escalated:
        found.append(Q.escalated != "")
    return found


def _free(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(sa.or_(Q.holder.is_(None), Q.lease_until <= now), sa.not_(waiting.being_read()))


def _postponed(now: datetime) -> sa.ColumnElement[bool]:
    """Without NULL, so that it may be negated."""
    return sa.and_(Q.postponed_until.is_not(None), Q.postponed_until > now)


def _not_put_aside(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(Q.escalated == "", sa.or_(Q.postponed_until.is_(None), Q.postponed_until <= now))


def _taken(change: Change, taker: Taker, record_id: str) -> Lease:
    until = change.clock + taker.lease
    fence = change.conn.execute(
        sa.update(t.review_queue).where(Q.record_id == record_id).values(
            holder=taker.person_id, lease_until=until, fence=Q.fence + 1, postponed_until=None, postponed_by=None,
        ).returning(Q.fence)).scalar_one()
    change.audit(taker.person_id, "review.taken", record_id=record_id)
    return Lease(record_id, taker.person_id, fence, until)


def _guarded(lease: Lease) -> sa.Update:
    return sa.update(t.review_queue).where(
        Q.record_id == lease.record_id, Q.holder == lease.person_id, Q.fence == lease.fence)


def _renewed(conn: Connection, lease: Lease, taker: Taker, now: datetime) -> Lease:
    """Raises LeaseLost. One that has run out is the person's as long as nobody else has taken the record."""
    until = now + taker.lease
    if not conn.execute(_guarded(lease).values(lease_until=until).returning(Q.record_id)).first():
        raise LeaseLost
    return Lease(lease.record_id, lease.person_id, lease.fence, until)


def require_held(conn: Connection, lease: Lease) -> None:
    """Raises LeaseLost."""
    guard = sa.select(Q.record_id).where(
        Q.record_id == lease.record_id, Q.holder == lease.person_id, Q.fence == lease.fence)
    if not conn.execute(guard).first():
        raise LeaseLost


def _row(conn: Connection, record_id: str, branch: str) -> Row[Any]:
    """Raises NotFound."""
    row = conn.execute(
        _QUEUE.where(Q.record_id == record_id, in_branch(t.review_queue, branch))).one_or_none()
    if row is None:
        raise NotFound
    return row


def _waiting(r: Row[Any], now: datetime) -> Waiting:
    held = r.holder is not None and r.lease_until > now
    postponed = r.postponed_until is not None and r.postponed_until > now
    return Waiting(
        r.record_id, r.branch, r.form_id, r.reason, r.received_at, r.holder if held else None,
        r.lease_until if held else None, r.postponed_until if postponed else None,
        r.postponed_by if postponed else None, r.escalated, r.escalated_by, bool(r.being_read),
    )
