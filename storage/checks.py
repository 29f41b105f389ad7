"""Fields keyed blind, in SQL: takes what people key without seeing any answer, gives which answer two agree on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from digitizer.document import Field, FieldStatus
from digitizer.errors import Forbidden, NotFound, PreconditionFailed
from digitizer.review import Change as Said
from digitizer.review import same_answer, says
from digitizer.template import Template, load_templates
from digitizer.wire import record_from_json
from storage import tables as t
from storage.base import State
from storage.checks_base import (
    CheckKind,
    CheckOutcome,
    CheckResult,
    CheckState,
    CheckTask,
    Keyed,
)
from storage.database import Change, Database
from storage.quality import judge
from storage.uploads import in_branch

C, A, R, V, S = t.checks.c, t.check_answers.c, t.records.c, t.record_versions.c, t.submissions.c
L, P = t.audit.c, t.people.c
Who = str | sa.ColumnElement[str]
LEASE = timedelta(minutes=3)  # a field is keyed in seconds; whoever leaves the desk loses one field, not a document
MOST_BLIND = 2  # answers beside the one that stands; three different ones are no vote


class SqlChecks:
    """The port Checks on SQLite and PostgreSQL."""

    def __init__(self, database: Database, templates: Sequence[Template] | None = None) -> None:
        self._db = database
        self._given = templates

    @property
    def _templates(self) -> Sequence[Template]:
        return load_templates() if self._given is None else self._given

    def take(self, person_id: str, branch: str) -> CheckTask | None:
        with self._db.change() as change:
            conn, now = change.conn, change.clock
            free = sa.or_(C.taken_until.is_(None), C.taken_until <= now, C.taken_by == person_id)
            mine = sa.and_(
                C.state == CheckState.OPEN.value, R.state != State.ERASED.value, in_branch(t.checks, branch),
                _blind(person_id), free,
            )
            waiting = conn.execute(sa.select(sa.func.count()).select_from(_joined()).where(mine)).scalar_one()
            row = conn.execute(
                sa.select(t.checks, R.document_id).select_from(_joined()).where(mine)
                .order_by(sa.case((C.taken_by == person_id, 0), else_=1), C.drawn_at, C.id).limit(1)
            ).one_or_none() if waiting else None
            if row is None:
                return None
            conn.execute(sa.update(t.checks).where(C.taken_by == person_id).values(taken_by=None, taken_until=None))
            conn.execute(sa.update(t.checks).where(C.id == row.id).values(taken_by=person_id, taken_until=now + LEASE))
            change.audit(person_id, "check.shown", (row.field_id,), record_id=row.record_id,
                         document_id=row.document_id)
            return _task(row, _body(conn, row), waiting)

    def unattended(self, branch: str, roles: Collection[str]) -> int:
        person = sa.select(P.id).where(
            P.disabled_at.is_(None), P.role.in_(list(roles)),
            sa.or_(P.branch == "*", P.branch == C.branch), _blind(P.id),
        ).correlate(t.checks, t.submissions)
        alone = sa.and_(
            C.state == CheckState.OPEN.value, R.state != State.ERASED.value, in_branch(t.checks, branch),
            ~person.exists(),
        )
        with self._db.read() as conn:
            found: int = conn.execute(sa.select(sa.func.count()).select_from(_joined()).where(alone)).scalar_one()
            return found

    def hand_back(self, check_id: str, person_id: str) -> None:
        with self._db.write() as conn:
            conn.execute(sa.update(t.checks).where(C.id == check_id, C.taken_by == person_id)
                         .values(taken_by=None, taken_until=None))

    def key(self, check_id: str, person_id: str, branch: str, keyed: Keyed) -> CheckResult:
        with self._db.change() as change:
            row = _found(change.conn, check_id, branch, _blind(person_id))
            if row.state != CheckState.OPEN.value or (row.taken_by != person_id and row.taken_until is not None
                                                      and row.taken_until > change.clock):
                raise PreconditionFailed
            body = _body(change.conn, row)
            raw = _text(keyed, self._answer(body, row.field_id, keyed))
            change.conn.execute(sa.insert(t.check_answers).values(
                check_id=check_id, person_id=person_id, status=keyed.status.value, raw=raw, at=change.at))
            change.audit(person_id, "check.keyed", (row.field_id,), record_id=row.record_id,
                         document_id=row.document_id)
            return self._settle(change, row, body, person_id)

    def disputes(self, branch: str) -> Sequence[CheckResult]:
        query = _results().where(C.state == CheckState.DISPUTED.value, in_branch(t.checks, branch)).order_by(C.drawn_at)
        with self._db.read() as conn:
            return [result_of(row) for row in conn.execute(query)]

    def dispute(self, check_id: str, person_id: str, branch: str) -> CheckTask:
        with self._db.change() as change:
            row = _found(change.conn, check_id, branch, _independent(person_id))
            if row.state != CheckState.DISPUTED.value:
                raise PreconditionFailed
            body = _body(change.conn, row)
            change.audit(person_id, "check.shown", (row.field_id,), record_id=row.record_id,
                         document_id=row.document_id)
            answers = [_standing(body, row.field_id), *_keyed(change.conn, check_id)]
            return _task(row, body, 1, tuple(sorted(answers, key=lambda k: (k.raw, k.status.value))))

    def decide(self, check_id: str, person_id: str, branch: str, keyed: Keyed) -> CheckResult:
        with self._db.change() as change:
            row = _found(change.conn, check_id, branch, _independent(person_id))
            if row.state != CheckState.DISPUTED.value:
                raise PreconditionFailed
            body = _body(change.conn, row)
            answer = self._answer(body, row.field_id, keyed)
            same = same_answer(answer, _field(body, row.field_id))
            outcome = CheckOutcome.AGREES if same else CheckOutcome.DIFFERS
            return _close(change, row, outcome, (Keyed(keyed.status, _text(keyed, answer)), person_id))

    def to_amend(self, branch: str) -> Sequence[CheckResult]:
        query = _results().where(
            C.state == CheckState.SETTLED.value, C.outcome == CheckOutcome.DIFFERS.value, C.amended_in.is_(None),
            in_branch(t.checks, branch), R.state != State.ERASED.value,
        ).order_by(C.settled_at).limit(20)
        with self._db.read() as conn:
            return [result_of(row) for row in conn.execute(query)]

    def settled(self, record_ids: Sequence[str]) -> Sequence[CheckResult]:
        settled = sa.and_(C.state == CheckState.SETTLED.value, C.record_id.in_(record_ids))
        query = _results().where(settled).order_by(C.settled_at)
        with self._db.read() as conn:
            return [result_of(row) for row in conn.execute(query)]

    def amended(self, check_id: str, version: int) -> None:
        with self._db.write() as conn:
            conn.execute(sa.update(t.checks).where(C.id == check_id).values(amended_in=version))

    def _answer(self, body: dict[str, Any], field_id: str, keyed: Keyed) -> Field:
        """As correcting would make of it. Raises UsageError where the text makes nothing of this type and was not said
        to stand so on the paper."""
        return says(record_from_json(body), field_id, said(keyed), self._templates)

    def _settle(self, change: Change, row: Row[Any], body: dict[str, Any], person_id: str) -> CheckResult:
        """Two alike settle it: the one that stands counts as one, whoever it is by."""
        stands = _field(body, row.field_id)
        keyed = _keyed(change.conn, row.id)
        *before, newest = [self._answer(body, row.field_id, k) for k in keyed]
        if same_answer(newest, stands):
            return _close(change, row, CheckOutcome.AGREES, (_standing(body, row.field_id), person_id))
        if any(same_answer(newest, other) for other in before):
            return _close(change, row, CheckOutcome.DIFFERS, (keyed[-1], person_id))
        state = CheckState.DISPUTED if len(keyed) >= MOST_BLIND else CheckState.OPEN
        change.conn.execute(sa.update(t.checks).where(C.id == row.id)
                            .values(state=state.value, taken_by=None, taken_until=None))
        if state is CheckState.DISPUTED:
            change.audit(person_id, "check.disputed", (row.field_id,), record_id=row.record_id,
                         document_id=row.document_id)
        return _result(change.conn, row.id)


def said(keyed: Keyed) -> Said:
    """A keyed answer as a change to a field."""
    if keyed.status is not FieldStatus.FILLED:
        return Said(status=keyed.status)
    return Said(raw=keyed.raw, value_given=True) if keyed.as_written else Said(raw=keyed.raw)


def _text(keyed: Keyed, answer: Field) -> str:
    """As it is kept: nothing where none could be read."""
    return answer.raw if keyed.status is FieldStatus.FILLED else ""


def _independent(person: Who) -> sa.ColumnElement[bool]:
    """Neither uploaded nor written any version of the record, nor keyed this field before. Of the whole record, as who
    has corrected one of its fields has seen what the machine read in all."""
    wrote = sa.select(V.record_id).where(V.record_id == C.record_id, V.author == person)
    keyed = sa.select(A.check_id).where(A.check_id == C.id, A.person_id == person)
    return sa.and_(S.key_id != person, ~_there(wrote), ~_there(keyed))


def _blind(person: Who) -> sa.ColumnElement[bool]:
    """Independent, and has not seen what the machine read, as far as the trail tells: neither opened the record, in
    review or among the records, nor been shown the field in a group."""
    shown = sa.and_(L.action == "group.shown", sa.cast(L.fields, sa.Text).like('%"' + C.field_id + '"%'))
    opened = sa.or_(L.action == "review.taken", L.action.like("record.%"), shown)
    looked = sa.select(L.seq).where(L.record_id == C.record_id, L.who == person, opened)
    return sa.and_(_independent(person), ~_there(looked))


def _there(found: sa.Select[Any]) -> sa.Exists:
    """The person may stand in the outer query, as one of many."""
    return found.correlate(t.checks, t.people).exists()


def _joined() -> sa.FromClause:
    return t.checks.join(t.records, R.id == C.record_id).join(t.submissions, S.id == R.submission_id)


def _results() -> sa.Select[Any]:
    return sa.select(t.checks, R.document_id).select_from(_joined())


def _found(conn: Connection, check_id: str, branch: str, may: sa.ColumnElement[bool]) -> Row[Any]:
    """Raises NotFound, also for another branch's; Forbidden to whom it is no independent check."""
    row = conn.execute(_results().where(C.id == check_id, in_branch(t.checks, branch))).one_or_none()
    if row is None:
        raise NotFound
    mine = sa.select(C.id).select_from(_joined()).where(C.id == check_id, may)
    if not conn.execute(mine).first():
        raise Forbidden("nobody checks their own work")
    return row


def _body(conn: Connection, row: Row[Any]) -> dict[str, Any]:
    """Of the version that is checked."""
    body: dict[str, Any] = conn.execute(
        sa.select(V.body).where(V.record_id == row.record_id, V.version == row.version)).scalar_one()
    return body


def _field(body: dict[str, Any], field_id: str) -> Field:
    found = record_from_json(body).field(field_id)
    assert found is not None  # a check is of a field that was there
    return found


def _standing(body: dict[str, Any], field_id: str) -> Keyed:
    field = body["fields"][field_id]
    return Keyed(FieldStatus(field["status"]), field["raw"])


def _keyed(conn: Connection, check_id: str) -> list[Keyed]:
    rows = conn.execute(sa.select(A.status, A.raw).where(A.check_id == check_id).order_by(A.at))
    return [Keyed(FieldStatus(r.status), r.raw, as_written=True) for r in rows]


def _close(change: Change, row: Row[Any], outcome: CheckOutcome, by: tuple[Keyed, str]) -> CheckResult:
    """by: the answer that holds, and who made it so."""
    standing, person_id = by
    counted = row.counted or (row.kind == CheckKind.SAMPLE.value and outcome is CheckOutcome.DIFFERS)
    change.conn.execute(sa.update(t.checks).where(C.id == row.id).values(
        state=CheckState.SETTLED.value, outcome=outcome.value, counted=counted, settled_at=change.at,
        settled_by=person_id, standing={"status": standing.status.value, "raw": standing.raw}, taken_by=None,
        taken_until=None,
    ))
    change.audit(person_id, f"check.{outcome.value}", (row.field_id,), record_id=row.record_id,
                 document_id=row.document_id)
    if counted:
        judge(change, row.form_id, row.field_type, row.record_id)
    return _result(change.conn, row.id)


def _result(conn: Connection, check_id: str) -> CheckResult:
    return result_of(conn.execute(_results().where(C.id == check_id)).one())


def result_of(r: Row[Any]) -> CheckResult:
    standing = Keyed(FieldStatus(r.standing["status"]), r.standing["raw"]) if r.standing else None
    return CheckResult(
        id=r.id, kind=CheckKind(r.kind), state=CheckState(r.state),
        outcome=CheckOutcome(r.outcome) if r.outcome else None,
        record_id=r.record_id, document_id=r.document_id, branch=r.branch, form_id=r.form_id, edition=r.edition,
        field_id=r.field_id, field_type=r.field_type, engine=r.engine, drawn_at=r.drawn_at, settled_at=r.settled_at,
        standing=standing, settled_by=r.settled_by,
    )


def _task(row: Row[Any], body: dict[str, Any], waiting: int, answers: tuple[Keyed, ...] = ()) -> CheckTask:
    field = body["fields"][row.field_id]
    polygons = tuple(tuple((p[0], p[1]) for p in polygon) for polygon in field["polygon_mm"])
    return CheckTask(
        id=row.id, record_id=row.record_id, document_id=row.document_id, form_id=row.form_id, edition=row.edition,
        field_id=row.field_id, label=field["label"], type=row.field_type, page=field["page"], polygon_mm=polygons,
        waiting=waiting, answers=answers,
    )
