"""Numbers of how it goes, in SQL: takes a branch, a period and a form, gives counts; reads no body of a record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from storage import tables as t
from storage.base import UNFINISHED, State
from storage.database import Database
from storage.overview_base import Backlog, FormFigures, Keyer, Pace, Scope, Waiting
from storage.uploads import in_branch
from storage.waiting import being_read

E, R, S, D, Q, A = (
    t.events.c, t.records.c, t.submissions.c, t.documents.c, t.review_queue.c, t.audit.c,
)
BEFORE_READING = (*(s.value for s in UNFINISHED), State.QUARANTINED.value)
PAUSE_S = 600  # who has done nothing for ten minutes was not at work on the record


class SqlOverview:
    """The port Overview on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def forms(self, scope: Scope) -> Sequence[FormFigures]:
        form, straight = sa.func.coalesce(R.form_id, ""), sa.func.sum(_one(E.state == State.PUBLISHED.value))
        query = (
            sa.select(form, sa.func.count(), straight, sa.func.coalesce(sa.func.sum(t.record_search.c.confirmed), 0))
            .join(t.records, R.id == E.record_id)
            .outerjoin(t.record_search, t.record_search.c.record_id == R.id)
            .where(E.type == "record.created", *_events(scope)).group_by(form).order_by(sa.func.count().desc(), form)
        )
        with self._db.read() as conn:
            return [FormFigures(*row) for row in conn.execute(query)]

    def pace(self, scope: Scope, by_hour: bool) -> Sequence[Pace]:
        at = self._local(E.at, by_hour).label("slot")
        query = sa.select(at, E.type, E.state, sa.func.count().label("many")).where(
            E.type.in_(("record.created", "record.corrected")), *_events(scope))
        if scope.form_id:
            query = query.join(t.records, R.id == E.record_id)
        counted: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        with self._db.read() as conn:
            for slot, kind, state, many in conn.execute(query.group_by(at, E.type, E.state)):
                for name in _counts_as(kind, state):
                    counted[slot][name] += many
        return [Pace(slot, **counted[slot]) for slot in sorted(counted)]

    def backlog(self, scope: Scope) -> Sequence[Backlog]:
        found: dict[str, list[tuple[int, int, Any]]] = defaultdict(list)
        machine = (
            sa.select(S.branch, sa.func.count(), sa.func.min(S.received_at, type_=t.UtcTime))
            .join(t.documents, D.submission_id == S.id)
            .where(D.state.in_(BEFORE_READING), in_branch(t.submissions, scope.branch)).group_by(S.branch)
        )
        people = sa.select(Q.branch, sa.func.count(), sa.func.min(Q.received_at, type_=t.UtcTime)).where(
            *_queue(scope)).group_by(Q.branch)
        with self._db.read() as conn:
            for branch, many, oldest in conn.execute(machine) if not scope.form_id else ():
                found[branch].append((many, 0, oldest))
            for branch, many, oldest in conn.execute(people):
                found[branch].append((0, many, oldest))
        return [Backlog(branch, sum(p[0] for p in parts), sum(p[1] for p in parts), min(p[2] for p in parts))
                for branch, parts in sorted(found.items())]

    def waiting(self, scope: Scope) -> Sequence[Waiting]:
        documents = (
            sa.select(D.state, D.reason_code, sa.func.count(), sa.func.min(S.received_at, type_=t.UtcTime))
            .join(t.submissions, D.submission_id == S.id)
            .where(D.state.in_(BEFORE_READING), in_branch(t.submissions, scope.branch))
            .group_by(D.state, D.reason_code)
        )
        with self._db.read() as conn:
            place = sa.case(
                (being_read(), State.PROCESSING.value), (Q.escalated != "", "escalated"),
                (Q.postponed_until > self._db.now(conn), "postponed"), else_=State.NEEDS_REVIEW.value)
            reason = sa.case((Q.escalated != "", Q.escalated), else_=Q.reason)
            records = sa.select(place, reason, sa.func.count(), sa.func.min(Q.received_at, type_=t.UtcTime)).where(
                *_queue(scope)).group_by(place, reason)
            rows = [*conn.execute(records), *(conn.execute(documents) if not scope.form_id else ())]
        return sorted((Waiting(*row) for row in rows), key=lambda w: (-w.count, w.state, w.reason))

    def keyers(self, scope: Scope) -> Sequence[Keyer]:
        p = t.people.c
        before = sa.func.lag(A.at).over(partition_by=A.who, order_by=A.seq)
        steps = (
            sa.select(A.who, A.action, A.record_id, A.fields, A.at, before.label("before"))
            .join(t.people, p.id == A.who).where(A.at >= scope.since, in_branch(t.people, scope.branch)).subquery()
        )
        s, seconds = steps.c, self._seconds(steps.c.at, steps.c.before)
        worked = sa.func.sum(sa.case((seconds <= PAUSE_S, seconds), else_=0.0))
        query = (
            sa.select(p.name, sa.func.count(), sa.func.sum(sa.func.json_array_length(s.fields)), worked)
            .join(t.people, p.id == s.who).where(s.action == "record.corrected").group_by(p.id, p.name)
            .order_by(p.name, p.id)
        )
        if scope.form_id:
            query = query.join(t.records, R.id == s.record_id).where(R.form_id == scope.form_id)
        with self._db.read() as conn:
            return [Keyer(name, many, int(fields), float(spent)) for name, many, fields, spent in conn.execute(query)]

    def _local(self, at: Any, by_hour: bool) -> sa.ColumnElement[str]:
        """Hanoi keeps UTC+7 all year, without summer time since 1975."""
        if self._db.is_sqlite:
            return sa.func.strftime("%Y-%m-%d %H" if by_hour else "%Y-%m-%d", at, "+7 hours", type_=sa.Text)
        there = sa.func.timezone("Asia/Ho_Chi_Minh", at)
        return sa.func.to_char(there, "YYYY-MM-DD HH24" if by_hour else "YYYY-MM-DD", type_=sa.Text)

    def _seconds(self, at: Any, before: Any) -> sa.ColumnElement[float]:
        if self._db.is_sqlite:
            return (sa.func.julianday(at) - sa.func.julianday(before)) * 86400.0
        pause = sa.type_coerce(at, sa.DateTime) - sa.type_coerce(before, sa.DateTime)
        spent: sa.ColumnElement[Any] = sa.extract("epoch", pause)
        return spent


def _counts_as(kind: str, state: str) -> tuple[str, ...]:
    published = state == State.PUBLISHED.value
    if kind == "record.created":
        return ("read", "straight") if published else ("read",)
    if published:
        return ("released",)
    return ("amended",) if state == State.AMENDED.value else ()


def _events(scope: Scope) -> list[sa.ColumnElement[bool]]:
    """The form is that of `records`, which the query has to join."""
    form = [R.form_id == scope.form_id] if scope.form_id else []
    return [E.at >= scope.since, in_branch(t.events, scope.branch), *form]


def _queue(scope: Scope) -> list[sa.ColumnElement[bool]]:
    form = [Q.form_id == scope.form_id] if scope.form_id else []
    return [in_branch(t.review_queue, scope.branch), *form]


def _one(condition: sa.ColumnElement[bool]) -> sa.Case[int]:
    return sa.case((condition, 1), else_=0)
