"""The schema's age: takes a Database, brings its tables to the newest revision or says why it will not start."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy.engine import Connection

from digitizer.errors import UnsafeSettings
from storage.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"
ADVISORY_LOCK = 0x6469_6769  # any number, ours: two processes starting together migrate one after the other


def upgrade(database: Database) -> str:
    """Runs every missing revision in one transaction; gives the newest. Safe to run from several processes at once."""
    with database.write() as conn:
        if not database.is_sqlite:
            # between two statements a slow host may think for longer than a request ever may (see database.py)
            conn.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = '10min'"))
            conn.execute(sa.select(sa.func.pg_advisory_xact_lock(ADVISORY_LOCK)))
        _refuse_newer(conn)
        _run(conn)
        return _head()


def require_current(database: Database) -> None:
    """Raises UnsafeSettings for a schema older or newer than this program."""
    with database.read() as conn:
        _refuse_newer(conn)
        found = _current(conn)
    if found != _head():
        raise UnsafeSettings(
            f"the database schema is {found or 'empty'} but this version needs {_head()}: run `digitizer migrate`"
        )


def _refuse_newer(conn: Connection) -> None:
    found = _current(conn)
    try:
        if found:
            _scripts().get_revision(found)
    except CommandError:
        raise UnsafeSettings(f"the database schema {found} is newer than this program: install the newer one") from None


def _current(conn: Connection) -> str | None:
    return MigrationContext.configure(conn).get_current_revision()


def _head() -> str:
    return _scripts().get_current_head() or ""


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS))


def _run(conn: Connection) -> None:
    scripts = _scripts()
    with EnvironmentContext(Config(), scripts, fn=lambda rev, _: scripts._upgrade_revs("head", rev)) as environment:
        # batch: SQLite cannot alter a table in place. transactional_ddl: ours is, since we say BEGIN ourselves
        environment.configure(connection=conn, render_as_batch=True, transactional_ddl=True)
        environment.run_migrations()
