"""Fixtures every test may use: real servers, started once a session on free loopback ports."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

import pytest

from digitizer.engines.build import build_engine
from digitizer.errors import EngineUnavailable
from digitizer.options import Options
from digitizer.pipeline import Tools
from digitizer.sandbox import Reader
from digitizer.template import load_templates
from tests import servers
from web.glancing import Glancers


@contextlib.contextmanager
def own_server(server: contextlib.AbstractContextManager[servers.AnyServer]) -> Iterator[servers.AnyServer]:
    """For a test that kills its server. A missing program skips here and fails where CI=true, where nothing may go
    untested unseen."""
    try:
        started = server.__enter__()
    except servers.ServerMissing as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(str(missing))
        pytest.skip(str(missing))
    try:
        yield started
    finally:
        server.__exit__(None, None, None)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[servers.Redis]:
    """One redis-server for the session; use your own database number or keys."""
    with own_server(servers.redis_server()) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[servers.Postgres]:
    with own_server(servers.postgres_server()) as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: servers.Postgres) -> str:
    """A fresh empty database a test, as SQLAlchemy URL."""
    return postgres_server.new_database()


@pytest.fixture(scope="session")
def minio_server() -> Iterator[servers.S3]:
    with own_server(servers.minio_server()) as server:
        yield server


@pytest.fixture(scope="session")
def versity_server() -> Iterator[servers.S3]:
    with own_server(servers.versity_server()) as server:
        yield server


@pytest.fixture(scope="session")
def screening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """A real child that takes uploads apart and reads nothing."""
    reader = Reader(Options(), reads=False, scratch=tmp_path_factory.mktemp("scratch"))
    reader.start()
    yield reader
    reader.close()


@pytest.fixture(scope="session")
def glancing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Glancers]:
    """A real child that looks at scans."""
    glancers = Glancers([Reader(Options(), scratch=tmp_path_factory.mktemp("scratch"))])
    glancers.start()
    yield glancers
    glancers.close()


@pytest.fixture(scope="session")
def tools() -> Tools:
    """What a run needs, with Tesseract for the answers: quicker to build than our own engine."""
    try:
        return Tools(build_engine("tesserocr"), load_templates())
    except EngineUnavailable as missing:
        pytest.skip(str(missing))
