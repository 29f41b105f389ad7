"""Servers for the HTTP tests: the in-memory stores and SQLite behind a real uvicorn, with the real screening child."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from digitizer.options import Limits
from digitizer.sandbox import Reader
from settings import Settings
from storage.base import Stores
from storage.connect import open_stores
from storage.memory import open_memory
from tests.web.world import OLDER, TEMPLATE, World, running
from web.deps import Service


@pytest.fixture(params=["memory", "sqlite"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stores]:
    opened = open_memory() if request.param == "memory" else open_stores(Settings(var=tmp_path / "var"))
    yield opened
    opened.close()


@pytest.fixture
def service(stores: Stores, screening: Reader) -> Service:
    limits = Limits(upload_bytes=1024 * 1024)
    return Service(stores, (OLDER, TEMPLATE), screening.screen, limits=limits, poll_s=0.05, bind=screening.bind)


@pytest.fixture
def world(service: Service) -> Iterator[World]:
    with running(service) as started:
        yield started
