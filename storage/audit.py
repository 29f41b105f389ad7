"""The trail, in SQL: takes nothing, gives who did what and whether a line was changed or removed since."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from storage import tables as t
from storage.base import AuditEntry
from storage.database import Database
from storage.rules import GENESIS, first_break

AT_ONCE = 1000


class SqlAudit:
    """The port Audit on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def note(self, who: str, action: str, fields: Sequence[str] = (), **ids: str | None) -> None:
        with self._db.change() as change:
            change.audit(who, action, fields, **ids)

    def entries(self, after_seq: int = 0, limit: int = AT_ONCE) -> Sequence[AuditEntry]:
        a = t.audit.c
        with self._db.read() as conn:
            rows = conn.execute(sa.select(t.audit).where(a.seq > after_seq).order_by(a.seq).limit(limit)).all()
        return [AuditEntry(r.seq, r.at, r.who, r.action, r.submission_id, r.document_id, r.record_id, tuple(r.fields),
                           r.hash) for r in rows]

    def verify(self) -> int | None:
        """Also notices lines cut off at the end: the ledger knows the last hash at the time the walk began."""
        with self._db.read() as conn:
            head = conn.execute(sa.select(t.ledger.c.audit_seq, t.ledger.c.audit_hash)).one()
        previous, seq = GENESIS, 0
        while seq < head.audit_seq:
            page = self.entries(seq, AT_ONCE)
            broken = first_break(previous, seq, page)
            if broken or not page:
                return broken or seq + 1
            previous, seq = page[-1].hash, page[-1].seq
            last = next((e for e in page if e.seq == head.audit_seq), None)
            if last and last.hash != head.audit_hash:
                return last.seq
        return None
