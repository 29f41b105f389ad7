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
from storage.search_words import SLOTS, Term, groups_fit, groups_of, written_so
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
            query = _filtered(branch, wanted).where(*_with_all(conn, groups)).order_by(S.number.desc())
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


def _with_all(conn: Connection, groups: Sequence[tuple[Term, ...]]) -> list[sa.ColumnElement[bool]]:
    """Each group in one field. The rarest word leads: a short list of its places is gone through; where even that word
    is common, records are, newest first, and of each it is asked whether it has the words.

    The common beginning of a word is left to the texts (`_compared`) where it would only be a long list."""
    counted = {term: conn.execute(
        sa.select(sa.func.count()).select_from(sa.select(W.place).where(_is(t.record_words, term)).limit(COUNTED_TO)
                                               .subquery())
    ).scalar_one() for group in groups for term in group}
    lead = min(counted, key=lambda term: (counted[term], term.begins), default=None)
    found = []
    for group in groups:
        anchor = lead if lead in group else min(group, key=lambda term: term.begins)
        assert anchor is not None
        others = [x for x in group if x is not anchor and not (x.begins and counted[x] == COUNTED_TO)]
        if anchor.begins or counted[anchor] < COUNTED_TO:
            if anchor is lead or counted[anchor] < COUNTED_TO:
                found.append(_listed(anchor, others))
        else:
            found.append(_asked(anchor, others))
    return found


def _is(words: sa.FromClause, term: Term) -> sa.ColumnElement[bool]:
    word = words.c.word
    return sa.and_(word >= term.word, word < term.word + BEYOND) if term.begins else word == term.word


def _listed(anchor: Term, others: Sequence[Term]) -> sa.ColumnElement[bool]:
    words = t.record_words.alias()
    places = sa.select(words.c.place // SLOTS).where(_is(words, anchor), *_beside(words, others))
    return S.number.in_(places)


def _asked(anchor: Term, others: Sequence[Term]) -> sa.ColumnElement[bool]:
    words = t.record_words.alias()
    here = words.c.place.between(S.number * SLOTS, S.number * SLOTS + SLOTS - 1)
    return sa.select(words.c.place).where(_is(words, anchor), here, *_beside(words, others)).correlate(
        t.record_search).exists()


def _beside(words: sa.FromClause, others: Sequence[Term]) -> list[sa.ColumnElement[bool]]:
    """In the same field."""
    found: list[sa.ColumnElement[bool]] = []
    for term in others:
        beside = t.record_words.alias()
        if term.begins:
            found.append(words.c.place.in_(sa.select(beside.c.place).where(_is(beside, term))))
        else:
            found.append(sa.select(beside.c.place).where(
                beside.c.word == term.word, beside.c.place == words.c.place).correlate(words).exists())
    return found


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
