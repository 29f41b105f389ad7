"""One contract, every adapter: fixtures that run a test once against each of them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from storage.base import ObjectStore
from storage.connect import open_url
from storage.memory import MemoryObjects, open_memory
from storage.objects import DirectoryObjects, open_objects
from tests import servers
from tests.contract.worlds import World, open_world


@pytest.fixture(scope="session")
def migrated(postgres_server: servers.Postgres) -> str:
    """A database with the schema in it, to be copied: 20 times faster than migrating for each test."""
    url = postgres_server.new_database()
    open_url(url, open_memory().objects).close()
    return url


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    url = ""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/kept.sqlite3"
    elif request.param == "postgres":
        template: str = request.getfixturevalue("migrated")
        server: servers.Postgres = request.getfixturevalue("postgres_server")
        name = f"t{uuid.uuid4().hex[:12]}"
        with psycopg.connect(server.url().replace("+psycopg", ""), autocommit=True) as conn:
            conn.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template.rpartition("/")[2]}"'.encode())
        url = server.url(name)
    opened = open_world(request.param, url)
    yield opened
    opened.close()


@pytest.fixture(params=["memory", "directory", "minio", "versity"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    """An empty object store; on S3 a bucket of its own."""
    if request.param == "memory":
        return MemoryObjects()
    if request.param == "directory":
        return DirectoryObjects(tmp_path / "objects")
    server: servers.S3 = request.getfixturevalue(f"{request.param}_server")
    return open_objects(server.url(f"t-{uuid.uuid4().hex[:12]}"), server.access_key, server.secret_key)
