"""The database as a machine: durable, private, outages told as such, values never quoted, schema guarded."""

from __future__ import annotations

import signal
import sqlite3
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from digitizer.errors import DatabaseUnavailable, UnsafeSettings, UsageError
from settings import Settings
from storage import migrate
from storage import tables as t
from storage.base import NewRecord, State, Stores
from storage.connect import migrate as run_migrations
from storage.connect import open_stores, open_url
from storage.database import Database
from storage.memory import MemoryObjects
from tests import servers
from tests.conftest import own_server
from tests.contract.worlds import ACCEPTED, new_upload


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.close()


def production(url: str, tmp_path: Path) -> Settings:
    return Settings(mode="production", database_url=url, objects_url=str(tmp_path / "objects"))


def test_migrations_make_exactly_the_tables_that_the_code_knows(database: Database) -> None:
    migrate.upgrade(database)
    with database.read() as conn:
        assert compare_metadata(MigrationContext.configure(conn), t.metadata) == []


def test_several_processes_may_migrate_at_once(url: str) -> None:
    opened = [Database(url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(migrate.upgrade, opened))) == 1
    for database in opened:
        migrate.require_current(database)
        database.close()


def test_production_refuses_an_empty_database_and_says_what_to_do(url: str, tmp_path: Path) -> None:
    settings = production(url, tmp_path)
    with pytest.raises(UnsafeSettings, match="digitizer migrate"):
        open_stores(settings)
    run_migrations(settings)
    run_migrations(settings)
    open_stores(settings).close()


def test_a_schema_of_tomorrow_is_refused(url: str, tmp_path: Path, database: Database) -> None:
    migrate.upgrade(database)
    with database.write() as conn:
        conn.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    for settings in (production(url, tmp_path), Settings(database_url=url, var=tmp_path)):
        with pytest.raises(UnsafeSettings, match="newer"):
            open_stores(settings)


@pytest.mark.parametrize("missing", ["database_url", "objects_url"])
def test_production_needs_its_addresses(tmp_path: Path, missing: str) -> None:
    given = {"database_url": f"sqlite:///{tmp_path}/x.sqlite3", "objects_url": str(tmp_path)}
    run_migrations(Settings(database_url=given["database_url"]))
    del given[missing]
    with pytest.raises(UnsafeSettings, match=f"DIGITIZER_{missing.upper()}"):
        open_stores(Settings(mode="production", **given))  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", ["mysql://x/y", "no url", "sqlite://", "sqlite:///:memory:", "postgresql+asyncpg://x/y"])
def test_other_databases_are_refused(wrong: str) -> None:
    with pytest.raises(UnsafeSettings):
        Database(wrong)


def test_embedded_keeps_everything_under_var(tmp_path: Path) -> None:
    stores = open_stores(Settings(var=tmp_path / "var"))
    accept(stores, 1)
    stores.close()
    again = open_stores(Settings(var=tmp_path / "var"))
    assert again.uploads.submission("sub_1", "*").state is State.RECEIVED
    for name in ("digitizer.sqlite3", "digitizer.sqlite3-wal", "digitizer.sqlite3-shm"):
        assert stat.S_IMODE((tmp_path / "var" / name).stat().st_mode) == 0o600, name
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700
    again.close()


def test_sqlite_loses_no_commit_in_a_power_cut(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/x.sqlite3")
    with database.read() as conn:
        said = [conn.exec_driver_sql(f"PRAGMA {p}").scalar() for p in ("journal_mode", "synchronous", "foreign_keys")]
    assert said == ["wal", 2, 1]  # 2 is FULL
    database.close()


def test_postgres_commits_are_durable_whatever_the_server_says(postgres_server: servers.Postgres) -> None:
    database = Database(postgres_server.new_database())
    with database.read() as conn:
        assert conn.execute(sa.text("SHOW synchronous_commit")).scalar() == "on"
    database.close()


def test_an_error_quotes_no_value_and_no_password(url: str) -> None:
    stores = open_url(url, MemoryObjects())
    accept(stores, 1)
    with pytest.raises(UsageError) as raised:
        accept(stores, 1, key="another")
    assert "tờ khai" not in repr(raised.value) and raised.value.__cause__ is None
    stores.close()


def test_what_postgres_cannot_keep_is_refused(postgres_url: str) -> None:
    stores = open_url(postgres_url, MemoryObjects())
    with pytest.raises(UsageError):
        stores.uploads.begin("dev", "nul\x00", "f")
    stores.close()


def test_a_database_that_is_not_there() -> None:
    database = Database(f"postgresql+psycopg://digitizer:invented-password@{servers.HOST}:{servers.free_port()}/x")
    with pytest.raises(DatabaseUnavailable) as raised, database.read():
        pass
    assert "invented-password" not in str(raised.value)


def test_a_folder_where_no_database_can_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DatabaseUnavailable):
        Database(f"sqlite:///{tmp_path}/file/x.sqlite3")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite3").write_text("not a database " * 100)
    with pytest.raises(DatabaseUnavailable):
        open_url(f"sqlite:///{tmp_path}/x.sqlite3", MemoryObjects())


def test_postgres_killed_and_back_keeps_what_was_acknowledged_and_needs_no_restart_of_ours() -> None:
    with own_server(servers.postgres_server("fsync=on")) as server:
        stores = open_url(server.new_database(), MemoryObjects())
        accept(stores, 1)
        claim = stores.queue.claim("doc_1", "w1", 30)
        assert claim
        server.stop(signal.SIGQUIT)  # at once, as in a crash: what is not in the log is lost
        with pytest.raises(DatabaseUnavailable):
            stores.queue.heartbeat(claim, 30)
        with pytest.raises(DatabaseUnavailable):
            stores.queue.backlog()
        server.restart()
        while True:
            try:
                stores.queue.heartbeat(claim, 30)
                break
            except DatabaseUnavailable:
                continue  # it listens before it answers
        stores.queue.finish(claim, [], State.REJECTED, "damaged")
        assert stores.uploads.submission("sub_1", "*").state is State.REJECTED
        stores.close()


def test_a_process_frozen_in_the_middle_of_a_change_stops_nobody_else(postgres_url: str) -> None:
    """It holds the ledger that everybody needs; the server takes it away, and what the frozen one did is undone."""
    stores, frozen = open_url(postgres_url, MemoryObjects()), Database(postgres_url)
    with pytest.raises(DatabaseUnavailable), frozen.change() as change:
        change.audit("frozen", "never.happened")
        change.conn.execute(sa.insert(t.access_keys).values(
            id="k", secret_sha256="", role="device", branch="b", name="", created_at=change.at))
        accept(stores, 1)
    assert stores.uploads.submission("sub_1", "*").state is State.RECEIVED
    assert stores.keys.list_keys() == []
    assert stores.audit and [e.who for e in stores.audit.entries()] == ["dev"]
    frozen.close()
    stores.close()


@pytest.mark.parametrize("statement", [
    "UPDATE audit SET who = 'forger'", "DELETE FROM audit", "UPDATE record_versions SET author = 'forger'",
])
def test_the_database_itself_refuses_to_rewrite_history(url: str, statement: str) -> None:
    stores, database = open_url(url, MemoryObjects()), Database(url)
    accept(stores, 1)
    claim = stores.queue.claim("doc_1", "w", 30)
    assert claim
    (record_id,) = stores.queue.finish(claim, [NewRecord({}, None, State.NEEDS_REVIEW)], State.NEEDS_REVIEW)
    with pytest.raises((UsageError, DatabaseUnavailable)), database.write() as conn:
        conn.execute(sa.text(statement))
    assert [v.author for v in stores.records.versions(record_id, "*")] == ["machine"]
    assert stores.audit and stores.audit.verify() is None
    database.close()
    stores.close()


def accept(stores: Stores, number: int, key: str = "") -> None:
    key = key or f"key-{number}"
    stores.uploads.begin("dev", key, "f")
    stores.uploads.accept(new_upload(number), "dev", key, ACCEPTED)


@pytest.mark.parametrize(("tampering", "found"), [
    ("UPDATE audit SET who = 'somebody else' WHERE seq = 2", 2),
    ("DELETE FROM audit WHERE seq = 2", 2),
    ("DELETE FROM audit WHERE seq = 3", 3),
    ("DELETE FROM audit", 1),
])
def test_a_trail_tampered_with_behind_our_back_is_noticed(url: str, tampering: str, found: int) -> None:
    """By somebody who may do anything to the database: the triggers are dropped first."""
    stores = open_url(url, MemoryObjects())
    for number in (1, 2, 3):
        accept(stores, number)
    assert stores.audit and stores.audit.verify() is None
    if url.startswith("sqlite"):
        raw = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        for verb in ("update", "delete"):
            raw.execute(f"DROP TRIGGER audit_no_{verb}")
        raw.execute(tampering)
        raw.close()
    else:
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as conn:
            conn.execute("DROP TRIGGER audit_append_only ON audit")
            conn.execute(tampering.encode())
    assert stores.audit.verify() == found
    stores.close()
