"""How fast the overview is counted: makes records with their events in a database of its own, asks every table."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench.record_search import ROUNDS, fill
from bench.report import machine
from storage import tables as t
from storage.database import Database
from storage.overview import SqlOverview
from storage.overview_base import Scope

WAITING_SHARE = 0.1
REASONS = ("low_confidence", "required_blank", "page_missing")


def run(records: int, seed: int, place: Path, url: str) -> str:
    """The table of docs/workbench.md. All records of the last 30 days, a tenth of them still waiting."""
    database = Database(url or f"sqlite:///{place}/bench.sqlite3")
    now = datetime.now(UTC)
    try:
        fill(database, records, seed)
        _events(database, seed, now)
        board, scope = SqlOverview(database), Scope("*", now - timedelta(days=30))
        asked: list[tuple[str, Callable[[], Any]]] = [
            ("by form", lambda: board.forms(scope)), ("by day", lambda: board.pace(scope, False)),
            ("by hour", lambda: board.pace(scope, True)), ("by branch", lambda: board.backlog(scope)),
            ("where records wait", lambda: board.waiting(scope)), ("speed of review", lambda: board.keyers(scope)),
            ("by form, one branch", lambda: board.forms(Scope("chi-nhanh-07", scope.since))),
        ]
        rows = [(title, *_times(ask)) for title, ask in asked]
    finally:
        database.close()
    return "\n".join([
        f"`python -m bench.workbench overview --records {records} --seed {seed}`, {now.date()}, "
        f"{'PostgreSQL' if url else 'SQLite'}, {machine()}; each table {ROUNDS} times.", "",
        "| table | median ms | worst ms |", "|---|---:|---:|",
        *(f"| {title} | {median:.0f} | {worst:.0f} |" for title, median, worst in rows),
    ])


def _times(ask: Callable[[], Any]) -> tuple[float, float]:
    taken = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - begin) * 1000)
    return statistics.median(taken), max(taken)


def _events(database: Database, seed: int, now: datetime) -> None:
    rng = random.Random(seed)
    with database.write() as conn:
        rows = conn.execute(sa.select(t.records.c.id, t.records.c.submission_id, t.records.c.branch,
                                      t.records.c.form_id)).all()
        events, waiting = [], []
        for n, row in enumerate(rows):
            at = now - timedelta(hours=rng.uniform(0, 720))
            state = "needs_review" if rng.random() < 0.4 else "published"
            events.append({"type": "record.created", "state": state, "at": at, **_of(row, 2 * n + 1)})
            if state == "needs_review" and rng.random() > WAITING_SHARE * 2.5:
                events.append({"type": "record.corrected", "state": "published", "at": at, **_of(row, 2 * n + 2)})
            elif state == "needs_review":
                waiting.append({"record_id": row.id, "branch": row.branch, "form_id": row.form_id, "received_at": at,
                                "reason": rng.choice(REASONS), "uploader": "bench", "fence": 0, "escalated": ""})
        conn.execute(sa.insert(t.events), events)
        conn.execute(sa.insert(t.review_queue), waiting)
        conn.execute(sa.text("ANALYZE"))


def _of(row: Any, seq: int) -> dict[str, Any]:
    return {"seq": seq, "id": f"evt_{seq}", "submission_id": row.submission_id, "record_id": row.id,
            "branch": row.branch, "version": 1}
