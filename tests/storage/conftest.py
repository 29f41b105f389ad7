"""Stores on both databases under a clock that the test moves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.base import Stores
from storage.checks_base import Checks, Quality
from storage.connect import open_url
from storage.memory import MemoryObjects
from tests.contract.worlds import HandClock, World, open_world


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/kept.sqlite3"
    fresh: str = request.getfixturevalue("postgres_url")
    return fresh


@pytest.fixture
def stores(url: str, clock: HandClock) -> Iterator[Stores]:
    opened = open_url(url, MemoryObjects(), clock)
    yield opened
    opened.close()


@pytest.fixture
def world(url: str) -> Iterator[World]:
    opened = open_world(url.partition(":")[0], url)
    yield opened
    opened.close()


@pytest.fixture
def checks(stores: Stores) -> Checks:
    assert stores.workbench is not None
    return stores.workbench.checks


@pytest.fixture
def quality(stores: Stores) -> Quality:
    assert stores.workbench is not None
    return stores.workbench.quality
