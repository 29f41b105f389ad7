"""Stores on both databases under a clock that the test moves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.base import Stores
from storage.checks_base import Checks, Quality
from storage.connect import open_url
from storage.memory import MemoryObjects
from tests.contract.worlds import HandClock


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(params=["sqlite", "postgres"])
def stores(request: pytest.FixtureRequest, tmp_path: Path, clock: HandClock) -> Iterator[Stores]:
    url = f"sqlite:///{tmp_path}/kept.sqlite3" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    opened = open_url(url, MemoryObjects(), clock)
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
