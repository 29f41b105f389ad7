"""One database behind all adapters: a URL in, transactions, a clock and the ledger that orders every change out."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import URL, Connection, Engine, make_url

from digitizer.errors import DatabaseUnavailable, UnsafeSettings, UsageError
from storage import tables as t
from storage.base import AuditEntry, State
from storage.rules import TICK, Clock, audit_hash

SQLITE_BUSY_S = 15.0  # one writer at a time; a writer holds the file for milliseconds, so this is despair
# A lock that is not had in 10 s or a statement of 30 s is an outage to be told, not waited out. A process frozen in the
# middle of a transaction (paused host, SIGSTOP) holds the ledger, so the server ends its transaction after 6 s: ours do
# nothing but SQL. synchronous_commit is said aloud because an upload is acknowledged on the word of the commit.
POSTGRES_OPTIONS = (
    "-c lock_timeout=10000 -c statement_timeout=30000 -c idle_in_transaction_session_timeout=6000 "
    "-c synchronous_commit=on -c timezone=UTC"
)


@dataclass(slots=True)
class Change:
    """An open transaction that holds the ledger: nobody else changes anything until it ends.

    clock: the time for leases and waiting. at: the same, but later than that of every commit before it on any host,
    so that an order by `at` is the order of commits."""

    conn: Connection
    clock: datetime
    at: datetime
    event_seq: int
    audit_seq: int
    audit_hash: str
    _events: list[dict[str, Any]] = field(default_factory=list)
    _audit: list[dict[str, Any]] = field(default_factory=list)

    def event(
        self, kind: str, submission_id: str, branch: str, state: State, record: tuple[str, int] | None = None
    ) -> None:
        """Adds an event; `record` is its id and version."""
        self.event_seq += 1
        record_id, version = record or (None, None)
        self._events.append({
            "seq": self.event_seq, "id": f"evt_{uuid.uuid4().hex}", "type": kind, "submission_id": submission_id,
            "record_id": record_id, "branch": branch, "state": state.value, "version": version, "at": self.at,
        })

    def moved(self, submission_id: str, branch: str, state: State) -> None:
        self.event(f"document.{state.value}", submission_id, branch, state)

    def audit(self, who: str, action: str, fields: Sequence[str] = (), **ids: str | None) -> None:
        """Adds a line to the trail. `ids`: submission_id, document_id, record_id; `fields` are names, never values."""
        self.audit_seq += 1
        entry = AuditEntry(
            self.audit_seq, self.at, who, action, ids.get("submission_id"), ids.get("document_id"),
            ids.get("record_id"), tuple(fields), "",
        )
        self.audit_hash = audit_hash(self.audit_hash, entry)
        self._audit.append({
            "seq": entry.seq, "at": entry.at, "who": who, "action": action, "submission_id": entry.submission_id,
            "document_id": entry.document_id, "record_id": entry.record_id, "fields": list(fields),
            "hash": self.audit_hash,
        })

    def flush(self) -> None:
        if self._events:
            self.conn.execute(sa.insert(t.events), self._events)
        if self._audit:
            self.conn.execute(sa.insert(t.audit), self._audit)
        self.conn.execute(sa.update(t.ledger).values(
            event_seq=self.event_seq, audit_seq=self.audit_seq, audit_hash=self.audit_hash, last_at=self.at))


class Database:
    """Transactions on SQLite or PostgreSQL. Raises DatabaseUnavailable; no outside exception leaves it.

    `clock` is for tests; by default PostgreSQL's own clock counts, so that hosts need not agree."""

    def __init__(self, url: str, clock: Clock | None = None) -> None:
        self.engine = _engine(_url(url))
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._clock = clock

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with _translated(), self.engine.connect() as conn:
            yield conn

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Commits at the end. On SQLite it is the one writer from the start (BEGIN IMMEDIATE), so it never has to give
        up half-way."""
        with _translated(), self.engine.connect().execution_options(writer=True) as conn, conn.begin():
            yield conn

    @contextmanager
    def change(self) -> Iterator[Change]:
        """A write that others follow by event, cursor or audit. Takes the ledger first of all rows: no deadlock."""
        with self.write() as conn:
            head = conn.execute(sa.select(t.ledger).with_for_update()).one()
            clock = self.now(conn)
            at = max(clock, head.last_at + TICK)
            change = Change(conn, clock, at, head.event_seq, head.audit_seq, head.audit_hash)
            yield change
            change.flush()

    def now(self, conn: Connection) -> datetime:
        if self._clock:
            return self._clock()
        if self.is_sqlite:
            return datetime.now(UTC)
        moment: datetime = conn.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
        return moment.astimezone(UTC)

    def close(self) -> None:
        self.engine.dispose()


def _url(url: str) -> URL:
    try:
        parsed = make_url(url)
    except exc.ArgumentError:
        raise UnsafeSettings("DIGITIZER_DATABASE_URL is not a database URL") from None
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "postgresql+psycopg"):
        raise UnsafeSettings("DIGITIZER_DATABASE_URL must begin with sqlite:/// or postgresql+psycopg://")
    return parsed


def _engine(url: URL) -> Engine:
    # hide_parameters: what a statement carries may be personal data, and an exception's text ends up in logs
    if url.drivername != "sqlite":
        return sa.create_engine(
            url, hide_parameters=True, pool_pre_ping=True, pool_timeout=10,
            connect_args={"connect_timeout": 5, "options": POSTGRES_OPTIONS},
        )
    if not url.database or url.database == ":memory:":
        raise UnsafeSettings("DIGITIZER_DATABASE_URL names no SQLite file")
    _private_file(Path(url.database))
    engine = sa.create_engine(url, hide_parameters=True, connect_args={"timeout": SQLITE_BUSY_S})
    sa.event.listen(engine, "connect", _set_up_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _private_file(path: Path) -> None:
    """SQLite gives its WAL the mode of the database, so the file is made before SQLite makes it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise DatabaseUnavailable(f"cannot make the database file: {error.strerror}") from None


def _set_up_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin_sqlite
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={int(SQLITE_BUSY_S * 1000)}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")  # NORMAL may lose the last commits in a power cut (sqlite.org/wal.html)
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(conn: Connection) -> None:
    """A writer that starts as a reader fails with SQLITE_BUSY at once when another wrote in between, whatever the
    timeout; BEGIN IMMEDIATE waits its turn instead."""
    conn.exec_driver_sql("BEGIN IMMEDIATE" if conn.get_execution_options().get("writer") else "BEGIN")


@contextmanager
def _translated() -> Iterator[None]:
    """Outside exceptions become ours, by class only: their text may quote a row."""
    try:
        yield
    except exc.IntegrityError:
        raise UsageError("this id is taken, or what it refers to is not there") from None
    except exc.DataError:
        raise UsageError("a value that the database cannot keep") from None
    except exc.ProgrammingError as error:
        raise DatabaseUnavailable(f"the schema does not fit: {type(error.orig).__name__}") from None
    except (exc.DBAPIError, exc.TimeoutError) as error:
        cause = type(getattr(error, "orig", None) or error).__name__
        raise DatabaseUnavailable(f"the database does not answer: {cause}") from None
