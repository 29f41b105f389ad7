"""Sheets seen before, in SQL: how ink lies on pages that were looked at, to know another scan of the same paper.

Kept are a hash and a row of lengths (`digitizer/layout/ink_layout.py`), for a month; for a day where
nothing was sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa

from digitizer.layout.ink_layout import SAME, alike
from storage import tables as t
from storage.database import Database
from storage.workbench import SeenSheet, Sheet

S = t.sheets.c
KEPT, KEPT_UNSENT = timedelta(days=30), timedelta(days=1)
MOST = 20_000  # of a form and branch in a month that are compared: 0.2 s


class SqlSheets:
    """The port Sheets on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def note(self, branch: str, file_sha256: str, sheets: Sequence[Sheet]) -> None:
        with self._db.write() as conn:
            now = self._db.now(conn)
            conn.execute(sa.delete(t.sheets).where(sa.or_(
                S.seen_at < now - KEPT, sa.and_(S.submission_id.is_(None), S.seen_at < now - KEPT_UNSENT),
                sa.and_(S.branch == branch, S.file_sha256 == file_sha256, S.submission_id.is_(None)),
            )))
            known = sa.select(S.page).where(S.branch == branch, S.file_sha256 == file_sha256)
            there = set(conn.execute(known).scalars())
            rows = [
                {"branch": branch, "file_sha256": file_sha256, "page": sheet.page, "form": sheet.form,
                 "ink": sheet.ink.hex(), "seen_at": now}
                for sheet in sheets if sheet.page not in there
            ]
            if rows:
                conn.execute(sa.insert(t.sheets), rows)

    def sent(self, branch: str, files: Sequence[str], submission_id: str) -> None:
        with self._db.write() as conn:
            conn.execute(sa.update(t.sheets).where(
                S.branch == branch, S.file_sha256.in_(files), S.submission_id.is_(None)
            ).values(submission_id=submission_id))

    def seen(self, branch: str, file_sha256: str, sheet: Sheet) -> SeenSheet | None:
        here = (S.branch == branch, S.submission_id.is_not(None))
        with self._db.read() as conn:
            since = S.seen_at >= self._db.now(conn) - KEPT
            same = conn.execute(
                sa.select(S.submission_id, S.seen_at).where(*here, since, S.file_sha256 == file_sha256).limit(1)
            ).first()
            if same:
                return SeenSheet(same.submission_id, same.seen_at, 1.0)
            if not sheet.ink:
                return None
            rows = conn.execute(
                sa.select(S.submission_id, S.seen_at, S.ink).where(*here, since, S.form == sheet.form, S.ink != "")
                .order_by(S.seen_at.desc()).limit(MOST)
            ).all()
        best = max(((alike(sheet.ink, bytes.fromhex(row.ink)), row) for row in rows), key=lambda p: p[0], default=None)
        if best is None or best[0] < SAME:
            return None
        return SeenSheet(best[1].submission_id, best[1].seen_at, best[0])
