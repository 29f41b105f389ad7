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
from storage.search_words import Term, groups_fit, groups_of, written_so
from storage.uploads import in_branch

S, W, R, V = t.record_search.c, t.record_words.c, t.records.c, t.record_versions.c
BEYOND = "\U0010ffff"  # sorts behind every letter
COUNTED_TO = 5000  # more records than that with one word: the word is common, whichever of the common ones leads
LOOKED_AT, MOST_AT_ONCE = 100, 1600  # texts at once where fields or marks are compared, doubled while too few fit
MOST_LOOKED_AT = 20_000  # then the page ends, and the next goes on from there


class SqlSearch:
    """The port RecordSearch on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def find(self, branch: str, wanted: Wanted) -> Found:
        groups = groups_of(wanted.text)
        if wanted.text.strip() and not groups:
            return Found((), None)
        with self._db.read() as conn:
            terms = tuple(dict.fromkeys(term for group in groups for term in group))
            query = _filtered(branch, wanted).where(*_with_all(conn, terms)).order_by(S.number.desc())
            if len(terms) < 2 and not wanted.field and not wanted.exact:
                found = conn.execute(_before(query, wanted.before).limit(wanted.limit + 1)).all()
                return _page(conn, [row.number for row in found], wanted.limit)
            return _compared(conn, query, wanted, groups)


def _compared(
    conn: Connection, query: sa.Select[Any], wanted: Wanted, groups: Sequence[tuple[Term, ...]]
) -> Found:
    """The index knows the words of a record; what stands together, and with which marks, is told by its text."""
    fits: list[int] = []
    looked_at, before, at_once = 0, wanted.before, LOOKED_AT
    while looked_at < MOST_LOOKED_AT:
        rows = conn.execute(_before(query, before).limit(at_once)).all()
        some = [r.number for r in rows if groups_fit(r.text, groups, wanted.field)]
        if wanted.exact:
            bodies = _bodies(conn, some)
            some = [number for number in some if written_so(bodies[number], wanted.text)]
        fits += some
        if len(fits) > wanted.limit or len(rows) < at_once:
            return _page(conn, fits, wanted.limit)
        looked_at, at_once = looked_at + len(rows), min(2 * at_once, MOST_AT_ONCE)
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
    # the common beginning of a word would only be a long list: the texts tell (_compared)
    others = (x for x in terms if x is not leading and not (x.begins and counted[x] == COUNTED_TO))
    return [_listed(leading), *(_listed(term) if term.begins else _asked(term) for term in others)]


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
