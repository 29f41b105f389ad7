"""Fields of one kind from many records that wait for review, in SQL: takes what kind, gives a page of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from digitizer.document import FieldStatus, Source
from storage import tables as t
from storage.checks_draw import shown
from storage.database import Database
from storage.groups_base import GroupItem, GroupKind, GroupPage
from storage.rules import read_record_cursor, record_cursor
from storage.uploads import in_branch
from storage.waiting import being_read

Q, R, V = t.review_queue.c, t.records.c, t.record_versions.c
RECORDS_AT_ONCE, RECORDS_AT_MOST = 100, 600  # bodies that are parsed for one page


class SqlGroups:
    """The port Groups on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def page(self, kind: GroupKind, person_id: str, branch: str, after: str = "", limit: int = 48) -> GroupPage:
        found: list[GroupItem] = []
        place = read_record_cursor(after) if after else None
        with self._db.read() as conn:  # bodies are parsed here, so nobody may wait for the ledger meanwhile
            now = self._db.now(conn)
            for _ in range(RECORDS_AT_MOST // RECORDS_AT_ONCE):
                query = _waiting(kind, person_id, branch, now)
                rows = conn.execute(query if place is None else query.where(_behind(place))).all()
                for row in rows:
                    mine = list(_items(row, kind))
                    if found and len(found) + len(mine) > limit:
                        break  # a record's fields stay on one page
                    found += mine
                    place = (row.received_at, row.id)
                else:
                    if len(rows) == RECORDS_AT_ONCE and len(found) < limit:
                        continue
                    place = place if len(rows) == RECORDS_AT_ONCE else None
                break
        if found:
            self._note(person_id, found)
        alike = sorted(found, key=lambda i: (i.field_id.rpartition(".")[2], i.raw.casefold()))
        return GroupPage(tuple(alike), record_cursor(*place) if place else "")

    def _note(self, person_id: str, found: Sequence[GroupItem]) -> None:
        with self._db.change() as change:
            for item in {i.record_id: i for i in found}.values():
                fields = tuple(i.field_id for i in found if i.record_id == item.record_id)
                change.audit(person_id, "group.shown", fields, record_id=item.record_id, document_id=item.document_id)

    def forms(self, branch: str) -> Sequence[str]:
        with self._db.read() as conn:
            return list(conn.execute(
                sa.select(Q.form_id).where(in_branch(t.review_queue, branch), Q.form_id != "").distinct()
                .order_by(Q.form_id)).scalars())


def _waiting(kind: GroupKind, person_id: str, branch: str, now: datetime) -> sa.Select[Any]:
    free = sa.or_(Q.holder.is_(None), Q.holder == person_id, Q.lease_until <= now)
    query = (
        sa.select(R.id, R.document_id, R.branch, R.version, Q.received_at, V.body)
        .select_from(t.review_queue.join(t.records, R.id == Q.record_id)
                     .join(t.record_versions, sa.and_(V.record_id == R.id, V.version == R.version)))
        .where(in_branch(t.review_queue, branch), free, Q.uploader != person_id, Q.escalated == "",
               sa.not_(being_read()))
        .order_by(Q.received_at, Q.record_id).limit(RECORDS_AT_ONCE)
    )
    return query.where(Q.form_id == kind.form_id) if kind.form_id else query


def _behind(place: tuple[datetime, str]) -> sa.ColumnElement[bool]:
    at, record_id = place
    return sa.or_(Q.received_at > at, sa.and_(Q.received_at == at, Q.record_id > record_id))


def _items(row: Row[Any], kind: GroupKind) -> Iterator[GroupItem]:
    doubted = {r.get("field") for r in (row.body.get("decision") or {}).get("reasons", ())}
    for field_id, field in row.body.get("fields", {}).items():
        if _fits(field_id, field, kind) and (not kind.doubtful or field_id in doubted):
            polygons = tuple(tuple((p[0], p[1]) for p in polygon) for polygon in field["polygon_mm"])
            yield GroupItem(row.id, row.document_id, row.branch, row.version, field_id, field["label"], field["raw"],
                            field["page"], polygons)


def _fits(field_id: str, field: Mapping[str, Any], kind: GroupKind) -> bool:
    read = field.get("source") not in (Source.PERSON.value, Source.NONE.value)
    return (
        read and field.get("status") == FieldStatus.FILLED.value and shown(field)
        and kind.type in ("", field.get("type")) and kind.leaf in ("", field_id.rpartition(".")[2])
        and kind.holding in field.get("raw", "")
    )
