"""Finding records, in SQL: takes words and filters, gives records newest first (docs/decisions/0009-search.md)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage import tables as t
from storage.database import Database
from storage.search_base import Found, Hit, Wanted
from storage.search_words import Term, fields_that_fit, terms_of, written_so
from storage.uploads import in_branch

S, W, R, V = t.record_search.c, t.record_words.c, t.records.c, t.record_versions.c
BEYOND = "\U0010ffff"  # sorts behind every letter
COUNTED_TO = 5000  # more records than that with one word: the word is common, whichever of the common ones leads
LOOKED_AT = 500  # texts at once where a field or the marks are to be compared
MOST_LOOKED_AT = 20_000  # then the page ends, and the next goes on from there


class SqlSearch:
    """The port RecordSearch on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def find(self, branch: str, wanted: Wanted) -> Found:
        terms = terms_of(wanted.text)
        if wanted.text.strip() and not terms:
            return Found((), None)
        with self._db.read() as conn:
            query = _filtered(branch, wanted).where(*_with_all(conn, terms)).order_by(S.number.desc())
            if not wanted.field and not wanted.exact:
                found = conn.execute(_before(query, wanted.before).limit(wanted.limit + 1)).all()
                return _page(conn, [row.number for row in found], wanted.limit)
            return self._compared(conn, query, wanted, terms)

    def _compared(self, conn: Connection, query: sa.Select[Any], wanted: Wanted, terms: Sequence[Term]) -> Found:
        """The index knows words of a record; the field and the marks are told by its text."""
        fits: list[int] = []
        looked_at, before = 0, wanted.before
        while looked_at < MOST_LOOKED_AT:
            rows = conn.execute(_before(query, before).limit(LOOKED_AT)).all()
            some = [r for r in rows if not wanted.field or fields_that_fit(r.text, terms, wanted.field)]
            bodies = _bodies(conn, [r.number for r in some]) if wanted.exact else {}
            fits += [r.number for r in some if not wanted.exact or written_so(bodies[r.number], wanted.text)]
            if len(fits) > wanted.limit or len(rows) < LOOKED_AT:
                return _page(conn, fits, wanted.limit)
            looked_at += len(rows)
            before = rows[-1].number
        return Found(_page(conn, fits, wanted.limit).hits, before)


def _filtered(branch: str, wanted: Wanted) -> sa.Select[Any]:
    query = sa.select(S.number, S.text).join(t.records, R.id == S.record_id).where(in_branch(t.records, branch))
    if wanted.branch:
        query = query.where(R.branch == wanted.branch)
    if wanted.form_id:
        query = query.where(R.form_id == wanted.form_id)
    if wanted.state:
        query = query.where(R.state == wanted.state)
    return _received(query, wanted.since, wanted.until)


def _received(query: sa.Select[Any], since: datetime | None, until: datetime | None) -> sa.Select[Any]:
    if since:
        query = query.where(R.created_at >= since)
    return query.where(R.created_at < until) if until else query


def _before(query: sa.Select[Any], number: int | None) -> sa.Select[Any]:
    return query if number is None else query.where(S.number < number)


def _with_all(conn: Connection, terms: Sequence[Term]) -> list[sa.ColumnElement[bool]]:
    """The rarest word leads: its records are listed, and of each it is asked whether it holds the others."""
    if not terms:
        return []
    counted = {term: conn.execute(
        sa.select(sa.func.count()).select_from(sa.select(W.number).where(_is(term)).limit(COUNTED_TO).subquery())
    ).scalar_one() for term in terms}
    leading = min(terms, key=lambda term: counted[term])
    return [_listed(term) if term is leading or term.begins else _asked(term) for term in terms]


def _is(term: Term) -> sa.ColumnElement[bool]:
    return sa.and_(W.word >= term.word, W.word < term.word + BEYOND) if term.begins else W.word == term.word


def _listed(term: Term) -> sa.ColumnElement[bool]:
    return S.number.in_(sa.select(W.number).where(_is(term)))


def _asked(term: Term) -> sa.ColumnElement[bool]:
    return sa.exists().where(W.word == term.word, W.number == S.number)


def _bodies(conn: Connection, numbers: Sequence[int]) -> dict[int, Any]:
    query = sa.select(S.number, V.body).select_from(t.record_search).join(t.records, R.id == S.record_id).join(
        t.record_versions, sa.and_(V.record_id == R.id, V.version == R.version))
    return {row.number: row.body for row in conn.execute(query.where(S.number.in_(numbers)))}


def _page(conn: Connection, numbers: Sequence[int], limit: int) -> Found:
    shown = list(numbers[:limit])
    query = sa.select(t.records, S.number).join(t.record_search, S.record_id == R.id).where(S.number.in_(shown))
    bodies = _bodies(conn, shown)
    hits = {r.number: Hit(r.number, r.id, r.submission_id, r.branch, r.form_id, r.state, r.version, bodies[r.number],
                          r.created_at, r.updated_at) for r in conn.execute(query)}
    return Found(tuple(hits[n] for n in shown), shown[-1] if len(numbers) > limit else None)
