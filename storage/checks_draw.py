"""Which fields are keyed again: takes a record as it is released, puts chosen fields up, in the same transaction.

By lot: HMAC-SHA-256 under a secret seed over record and field, read as a number from 0 to 1; what lies under the rate
is drawn. Nobody without the seed can foresee it, nobody can steer it (ids of records are random), and whoever has the
seed can draw again and compare."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digitizer.document import FieldStatus, Source
from storage import tables as t
from storage.base import State
from storage.checks_base import CheckKind, CheckState, QualityRules
from storage.database import Change

RELEASED = frozenset({State.PUBLISHED, State.AMENDED})
C, Q = t.checks.c, t.quality_rules.c


@dataclass(frozen=True, slots=True)
class Placed:
    """A record's version with where it belongs. `body`: as `wire.record_to_json` gives it."""

    record_id: str
    branch: str
    form_id: str | None
    version: int
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Lot:
    """The rules in force with their seed."""

    rules: QualityRules
    seed: str


def lot(seed: str, record_id: str, field_id: str) -> float:
    """From 0 to 1, the same for ever."""
    digest = hmac.new(bytes.fromhex(seed), f"{record_id} {field_id}".encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def new_seed() -> str:
    return secrets.token_hex(32)


def rules_at(conn: Connection, moment: datetime | None = None) -> Lot | None:
    """The rules that held then (None: now); None before anything was drawn."""
    query = sa.select(t.quality_rules).order_by(Q.seq.desc()).limit(1)
    row = conn.execute(query if moment is None else query.where(Q.at <= moment)).one_or_none()
    return Lot(_rules(row.body), row.seed) if row else None


def put_rules(change: Change, rules: QualityRules, author: str, seed: str) -> None:
    body = {"double": sorted(rules.double), "rate": rules.rate, "targets": rules.targets, "ceilings": rules.ceilings}
    change.conn.execute(sa.insert(t.quality_rules).values(at=change.at, author=author, seed=seed, body=body))


def _rules(body: Mapping[str, Any]) -> QualityRules:
    return QualityRules(frozenset(body["double"]), body["rate"], dict(body["targets"]), dict(body["ceilings"]))


def released(change: Change, placed: Placed, before: State | None) -> None:
    """Called whenever a record is in the hands of others from now on. before: its state until now; None: it is new."""
    current = rules_at(change.conn)
    if current is None:
        current = Lot(QualityRules(), new_seed())
        put_rules(change, current.rules, "machine", current.seed)
    fields = placed.body.get("fields", {})
    if before not in RELEASED:
        for field_id in drawn(placed.record_id, fields, current):
            put(change, placed, field_id, CheckKind.SAMPLE)
    for field_id in _keyed_once(change.conn, placed, current.rules):
        put(change, placed, field_id, CheckKind.DOUBLE)


def drawn(record_id: str, fields: Mapping[str, Any], current: Lot) -> Iterator[str]:
    """The fields that passed unseen and are checked."""
    for field_id in unseen(fields):
        if lot(current.seed, record_id, field_id) < current.rules.rate:
            yield field_id


def unseen(fields: Mapping[str, Any]) -> Iterator[str]:
    """What nobody has looked at and somebody could: read by the machine, with a place on the paper."""
    for field_id, field in fields.items():
        if field.get("source") not in (Source.PERSON.value, Source.NONE.value) and shown(field):
            yield field_id


def shown(field: Mapping[str, Any]) -> bool:
    return bool(field.get("page") and field.get("polygon_mm"))


def _keyed_once(conn: Connection, placed: Placed, rules: QualityRules) -> Sequence[str]:
    """What a person has keyed, of the kinds that two key, and no second has been asked for yet."""
    mine = [
        field_id for field_id, field in placed.body.get("fields", {}).items()
        if field.get("source") == Source.PERSON.value and shown(field)
        and {field.get("type"), field_id.rpartition(".")[2]} & rules.double
    ]
    if not mine:
        return ()
    known = set(conn.execute(
        sa.select(C.field_id).where(C.record_id == placed.record_id, C.kind != CheckKind.SENT.value)).scalars())
    return [field_id for field_id in mine if field_id not in known]


def put(change: Change, placed: Placed, field_id: str, kind: CheckKind) -> None:
    """Up for a check."""
    field = placed.body["fields"][field_id]
    written = field["status"] not in (FieldStatus.BLANK.value, FieldStatus.NOT_FOUND.value)
    change.conn.execute(sa.insert(t.checks).values(
        id=f"chk_{uuid.uuid4().hex}", record_id=placed.record_id, branch=placed.branch, form_id=placed.form_id or "",
        edition=placed.body["form"].get("edition") or "", field_id=field_id, field_type=field["type"],
        engine=engine_of(placed.body), kind=kind.value, version=placed.version, confidence=field["confidence"],
        state=CheckState.OPEN.value, outcome="", counted=kind is CheckKind.SAMPLE and written, drawn_at=change.at,
        settled_by="",
    ))


def engine_of(body: Mapping[str, Any]) -> str:
    engine = body.get("engine") or {}
    return f"{engine.get('name', '')} {engine.get('version', '')}".strip()
