"""What else may be wrong when a check finds a fault, in SQL: takes a check, gives records like it; draws lots again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digitizer.document import Source
from digitizer.errors import NotFound
from storage import tables as t
from storage.checks import result_of
from storage.checks_base import CheckKind, CheckOutcome, CheckResult, CheckState, Redrawn, Risk
from storage.checks_draw import RELEASED, Placed, drawn, lot, put, rules_at, unseen
from storage.database import Database
from storage.quality import SqlRates
from storage.uploads import in_branch

C, R, V = t.checks.c, t.records.c, t.record_versions.c
SHOWN = 20  # ids of the newest that the page lists
AT_ONCE = 200


class SqlQuality(SqlRates):
    """The port Quality on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)

    def findings(self, branch: str, limit: int = 50) -> Sequence[CheckResult]:
        query = _results().where(
            C.state == CheckState.SETTLED.value, C.outcome == CheckOutcome.DIFFERS.value, in_branch(t.checks, branch)
        ).order_by(C.settled_at.desc()).limit(limit)
        with self._db.read() as conn:
            return [result_of(row) for row in conn.execute(query)]

    def at_risk(self, check_id: str, branch: str) -> Risk:
        with self._db.read() as conn:
            found = _check(conn, check_id, branch)
            like = _like(found, branch)
            many, since, until = conn.execute(sa.select(
                sa.func.count(), sa.func.min(R.created_at, type_=t.UtcTime), sa.func.max(R.created_at, type_=t.UtcTime)
            ).select_from(_newest()).where(like)).one()
            newest = conn.execute(
                sa.select(R.id).select_from(_newest()).where(like).order_by(R.created_at.desc(), R.id).limit(SHOWN)
            ).scalars()
            return Risk(found, many, since, until, tuple(newest))

    def send(self, check_id: str, branch: str, many: int, by: str) -> int:
        with self._db.read() as conn:  # every body is looked into here, so nobody may wait for the ledger meanwhile
            found = _check(conn, check_id, branch)
            current = rules_at(conn)
            ids = list(conn.execute(sa.select(R.id).select_from(_newest()).where(_like(found, branch))).scalars())
        if current:  # by lot, so that those checked say something of the rest
            ids.sort(key=lambda record_id: lot(current.seed, record_id, found.field_id))
        with self._db.change() as change:
            chosen = sa.and_(R.id.in_(ids[:max(0, many)]), _like(found, branch))  # not put up twice by two at once
            rows = change.conn.execute(sa.select(t.records, V.body).select_from(_newest()).where(chosen)).all()
            for row in rows:
                placed = Placed(row.id, row.branch, row.form_id, row.version, row.body)
                put(change, placed, found.field_id, CheckKind.SENT)
            change.audit(by, f"quality.sent {found.id} {len(rows)}", (found.field_id,), record_id=found.record_id)
            return len(rows)

    def redraw(self, branch: str) -> Redrawn:
        """Page by page, as a walk over years of records must not hold a transaction open."""
        last, records, fields = "", 0, 0
        should: set[tuple[str, str]] = set()
        while True:
            with self._db.read() as conn:
                page = conn.execute(
                    sa.select(R.id).where(R.id > last, R.state.in_([s.value for s in RELEASED]),
                                          in_branch(t.records, branch)).order_by(R.id).limit(AT_ONCE)).scalars().all()
                for record_id in page:
                    seen, chosen = _drawn_again(conn, record_id)
                    records, fields = records + 1, fields + seen
                    should |= {(record_id, field_id) for field_id in chosen}
            if len(page) < AT_ONCE:
                break
            last = page[-1]
        with self._db.read() as conn:
            have = set(conn.execute(sa.select(C.record_id, C.field_id).where(
                C.kind == CheckKind.SAMPLE.value, in_branch(t.checks, branch))).tuples())
        return Redrawn(records, fields, len(have), tuple(sorted(should - have)), tuple(sorted(have - should)))


def _drawn_again(conn: Connection, record_id: str) -> tuple[int, list[str]]:
    """(fields that had passed unseen, those that the lot takes) of the version with which the record went out."""
    for row in conn.execute(sa.select(V.body, V.created_at).where(V.record_id == record_id).order_by(V.version)):
        if (row.body.get("decision") or {}).get("outcome") == "accept":
            current = rules_at(conn, row.created_at)
            fields = row.body.get("fields", {})
            return len(list(unseen(fields))), list(drawn(record_id, fields, current)) if current else []
    return 0, []


def _check(conn: Connection, check_id: str, branch: str) -> CheckResult:
    row = conn.execute(_results().where(C.id == check_id, in_branch(t.checks, branch))).one_or_none()
    if row is None:
        raise NotFound
    return result_of(row)


def _results() -> sa.Select[Any]:
    return sa.select(t.checks, R.document_id).join(t.records, R.id == C.record_id)


def _newest() -> sa.FromClause:
    return t.records.join(t.record_versions, sa.and_(V.record_id == R.id, V.version == R.version))


def _like(found: CheckResult, branch: str) -> sa.ColumnElement[bool]:
    """Released, same edition, engine and field, still as the machine read it, and nobody has keyed or will key it."""
    engine = V.body["engine"]
    name, _, version = found.engine.partition(" ")
    checked = sa.select(C.record_id).where(C.record_id == R.id, C.field_id == found.field_id).exists()
    return sa.and_(
        R.form_id == found.form_id, R.state.in_([s.value for s in RELEASED]), in_branch(t.records, branch),
        V.body["form"]["edition"].as_string() == found.edition, engine["name"].as_string() == name,
        engine["version"].as_string() == version,
        V.body["fields"][found.field_id]["source"].as_string().not_in([Source.PERSON.value, Source.NONE.value]),
        ~checked,
    )
