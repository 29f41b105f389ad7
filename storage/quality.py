"""What the samples show, in SQL: takes settled checks, gives error rates with exact bounds, and holds back what fails.

The rule (docs/workbench.md): of one kind of field on one form, the last samples since it was switched on count, as
many as `bounds.plan` asks for. More errors than the plan allows, or many more than the confidences promised, switch
automatic acceptance off. It never switches itself on again: a supervisor does, with a reason; counting begins anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from digitizer import bounds
from digitizer.errors import NotFound, UsageError
from storage import tables as t
from storage.base import State
from storage.checks_base import CheckOutcome, CheckState, Hold, QualityRules, Rate
from storage.checks_draw import new_seed, put_rules, rules_at
from storage.database import Change, Database
from storage.uploads import in_branch

C, H, R = t.checks.c, t.holds.c, t.records.c
MADE_BY_CHANCE = 0.001  # so unlikely an excess over what the confidences promised is no chance
FEWEST_ERRORS = 3  # one or two wrong fields prove nothing about the confidences
NOTE_LETTERS = 500


@dataclass(frozen=True, slots=True)
class Sampled:
    """The samples of one kind of field on one form that count now, newest first."""

    chances: tuple[float, ...]  # of being wrong, by the confidences
    wrong: int


class SqlRates:
    """The part of the port Quality about rules, rates and holds."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def rules(self) -> QualityRules:
        with self._db.read() as conn:
            found = rules_at(conn)
        return found.rules if found else QualityRules()

    def set_rules(self, rules: QualityRules, by: str) -> None:
        _check(rules)
        with self._db.change() as change:
            before = rules_at(change.conn)
            put_rules(change, rules, by, before.seed if before else new_seed())
            change.audit(by, "quality.rules")

    def rates(self, branch: str) -> Sequence[Rate]:
        with self._db.read() as conn:
            rules, held = _rules(conn), {(h.form_id, h.field_type): h for h in _current(conn)}
            opened = {(r.form_id, r.field_type): r.many for r in conn.execute(
                sa.select(C.form_id, C.field_type, sa.func.count().label("many"))
                .where(C.state != CheckState.SETTLED.value, in_branch(t.checks, branch))
                .group_by(C.form_id, C.field_type))}
            kinds = set(conn.execute(
                sa.select(C.form_id, C.field_type).where(C.counted, in_branch(t.checks, branch)).distinct()
            ).tuples())
            return [
                _rate(conn, rules, kind, branch, (opened.get(kind, 0), held.get(kind)))
                for kind in sorted(kinds | opened.keys() | held.keys())
            ]

    def held(self) -> frozenset[tuple[str, str]]:
        with self._db.read() as conn:
            return frozenset((h.form_id, h.field_type) for h in _current(conn))

    def holds(self) -> Sequence[Hold]:
        with self._db.read() as conn:
            return [_hold(row) for row in conn.execute(sa.select(t.holds).order_by(H.seq.desc()).limit(200))]

    def hold(self, form_id: str, field_type: str, by: str, note: str) -> None:
        with self._db.change() as change:
            if _is_held(change.conn, form_id, field_type):
                raise UsageError("this is held already", "Mục này đang được giữ lại rồi.")
            _put_hold(change, Hold(form_id, field_type, "person", change.at, by, 0, 0, _noted(note)))

    def release(self, form_id: str, field_type: str, by: str, note: str) -> None:
        noted = _noted(note)
        with self._db.change() as change:
            ended = change.conn.execute(
                sa.update(t.holds).where(H.form_id == form_id, H.field_type == field_type, H.released_at.is_(None))
                .values(released_at=change.at, released_by=by, release_note=noted).returning(H.seq)).first()
            if ended is None:
                raise NotFound
            change.audit(by, f"quality.released {form_id} {field_type}")


def judge(change: Change, form_id: str, field_type: str, record_id: str) -> None:
    """Switches automatic acceptance of this kind off where its samples say so; called with every sample settled."""
    conn, kind = change.conn, (form_id, field_type)
    if _is_held(conn, form_id, field_type):
        return
    rules = _rules(conn)
    plan = bounds.plan(rules.target(field_type), rules.ceiling(field_type))
    seen = _sampled(conn, kind, "*", plan.samples)
    reason = fault_of(seen, plan)
    if reason:
        _put_hold(change, Hold(form_id, field_type, reason, change.at, "machine", len(seen.chances), seen.wrong))
        r = conn.execute(sa.select(R.submission_id, R.branch, R.state, R.version).where(R.id == record_id)).one()
        change.event("quality.held", r.submission_id, r.branch, State(r.state), (record_id, r.version))


def fault_of(seen: Sampled, plan: bounds.Plan) -> str:
    """'errors': the bound has left its ceiling, or would with the rest of the plan all right. 'calibration': more are
    wrong than the confidences promised. '': nothing to hold back."""
    if seen.wrong > plan.allowed:
        return "errors"
    excess = seen.wrong >= FEWEST_ERRORS and bounds.at_least_by_chance(seen.wrong, seen.chances) < MADE_BY_CHANCE
    return "calibration" if excess else ""


def _put_hold(change: Change, hold: Hold) -> None:
    change.conn.execute(sa.insert(t.holds).values(
        form_id=hold.form_id, field_type=hold.field_type, reason=hold.reason, held_at=hold.held_at, held_by=hold.by,
        samples=hold.samples, wrong=hold.wrong, note=hold.note, released_by="", release_note="",
    ))
    change.audit(hold.by, f"quality.held {hold.form_id} {hold.field_type} {hold.reason}")


def _rate(
    conn: Connection, rules: QualityRules, kind: tuple[str, str], branch: str, beside: tuple[int, Hold | None]
) -> Rate:
    """beside: how many are still open, and the hold."""
    plan = bounds.plan(rules.target(kind[1]), rules.ceiling(kind[1]))
    seen = _sampled(conn, kind, branch, plan.samples)
    samples = len(seen.chances)
    return Rate(
        kind[0], kind[1], samples, seen.wrong, bounds.upper_bound(seen.wrong, samples), sum(seen.chances),
        plan.samples, plan.allowed, *beside,
    )


def _sampled(conn: Connection, kind: tuple[str, str], branch: str, most: int) -> Sampled:
    since = conn.execute(sa.select(sa.func.max(H.released_at, type_=t.UtcTime)).where(
        H.form_id == kind[0], H.field_type == kind[1])).scalar_one()
    query = (
        sa.select(C.confidence, C.outcome)
        .where(C.form_id == kind[0], C.field_type == kind[1], C.counted, C.settled_at.is_not(None),
               in_branch(t.checks, branch))
        .order_by(C.settled_at.desc()).limit(most)
    )
    rows = conn.execute(query if since is None else query.where(C.settled_at > since)).all()
    wrong = sum(r.outcome == CheckOutcome.DIFFERS.value for r in rows)
    return Sampled(tuple(1 - min(1.0, max(0.0, r.confidence)) for r in rows), wrong)


def _rules(conn: Connection) -> QualityRules:
    found = rules_at(conn)
    return found.rules if found else QualityRules()


def _current(conn: Connection) -> Sequence[Hold]:
    return [_hold(row) for row in conn.execute(sa.select(t.holds).where(H.released_at.is_(None)).order_by(H.seq))]


def _is_held(conn: Connection, form_id: str, field_type: str) -> bool:
    return any((h.form_id, h.field_type) == (form_id, field_type) for h in _current(conn))


def _hold(r: Row[Any]) -> Hold:
    return Hold(r.form_id, r.field_type, r.reason, r.held_at, r.held_by, r.samples, r.wrong, r.note, r.released_at,
                r.released_by, r.release_note)


def _noted(note: str) -> str:
    text = " ".join(note.split())
    if not text or len(text) > NOTE_LETTERS:
        raise UsageError(
            f"a reason of 1 to {NOTE_LETTERS} letters is needed", f"Hãy ghi lý do, không quá {NOTE_LETTERS} chữ."
        )
    return text


def _check(rules: QualityRules) -> None:
    """Raises UsageError."""
    if not 0 <= rules.rate <= 1:
        raise UsageError("the share that is checked lies between 0 and 1", "Tỷ lệ kiểm tra từ 0 đến 100 %.")
    if not {"other"} <= rules.targets.keys() & rules.ceilings.keys():
        raise UsageError("targets and ceilings need the entry 'other'")
    for kind in rules.targets.keys() | rules.ceilings.keys():
        if not 0 < rules.target(kind) < rules.ceiling(kind) < 1:
            raise UsageError(
                f"{kind}: a target lies between 0 and its ceiling, and the ceiling below 1",
                "Mục tiêu phải lớn hơn 0 và nhỏ hơn ngưỡng dừng; ngưỡng dừng dưới 100 %.",
            )
        # a target just under its ceiling asks for more samples than anybody keys
        if rules.ceiling(kind) < 2 * rules.target(kind) or rules.ceiling(kind) < 0.001:
            raise UsageError(
                f"{kind}: a ceiling is at least twice its target and at least 0.1 %",
                "Ngưỡng dừng phải gấp đôi mục tiêu trở lên và không dưới 0,1 %.",
            )
