"""The index that records are found by, in SQL: takes a body within the change that writes it, keeps its words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage import tables as t
from storage.base import StoredRecord, Submission
from storage.search_words import Names, confirmed, indexed_text, indexed_words

S, W, R = t.record_search.c, t.record_words.c, t.records.c
AT_ONCE = 200  # bodies in memory while older records are indexed


def index_new(conn: Connection, record_id: str, submission: Submission, body: Mapping[str, Any]) -> None:
    """In the transaction that makes the record."""
    _add(conn, Names(record_id, submission.id, submission.file_name), body)


def index_correction(conn: Connection, before: StoredRecord, body: Mapping[str, Any]) -> None:
    """In the transaction that makes the new version."""
    kept = conn.execute(sa.select(t.record_search).where(S.record_id == before.id)).one()
    text = indexed_text(Names(before.id, before.submission_id, before.file_name), body)
    old, new = indexed_words(kept.text, kept.number), indexed_words(text, kept.number)
    conn.execute(sa.update(t.record_search).where(S.number == kept.number).values(text=text, confirmed=confirmed(body)))
    if old - new:
        conn.execute(sa.delete(t.record_words).where(sa.tuple_(W.word, W.place).in_(sorted(old - new))))
    _add_words(conn, new - old)


def index_all(conn: Connection) -> None:
    """For records that are older than the index: oldest first, a few hundred bodies in memory at once."""
    v, u, last = t.record_versions.c, t.submissions.c, ("", "")
    newest = sa.and_(v.record_id == R.id, v.version == R.version)
    query = (
        sa.select(R.id, R.created_at, R.submission_id, u.file_name, v.body).join(t.record_versions, newest)
        .join(t.submissions, u.id == R.submission_id).order_by(R.created_at, R.id).limit(AT_ONCE)
    )
    page = conn.execute(query).all()
    while page:
        for row in page:
            _add(conn, Names(row.id, row.submission_id, row.file_name), row.body)
        last = (page[-1].created_at, page[-1].id)
        page = conn.execute(query.where(sa.or_(
            R.created_at > last[0], sa.and_(R.created_at == last[0], R.id > last[1])))).all()


def _add(conn: Connection, names: Names, body: Mapping[str, Any]) -> None:
    text = indexed_text(names, body)
    number = conn.execute(
        sa.insert(t.record_search).values(
            record_id=names.record_id, text=text, confirmed=confirmed(body)).returning(S.number)).scalar_one()
    _add_words(conn, indexed_words(text, number))


def _add_words(conn: Connection, words: set[tuple[str, int]]) -> None:
    if words:
        conn.execute(sa.insert(t.record_words), [{"word": word, "place": place} for word, place in sorted(words)])
