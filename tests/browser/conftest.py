"""One Chromium for all browser tests; a fresh service on SQLite for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from digitizer.options import Limits, Options
from digitizer.sandbox import Reader
from settings import Settings
from storage.connect import open_stores
from tests.browser.world import CHROMIUM, Office, office
from tests.web.world import OLDER, TEMPLATE, running
from web.deps import Service


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-dev-shm-usage", "--use-fake-ui-for-media-stream",
                  "--use-fake-device-for-media-stream"],
        )
        yield started
        started.close()


@pytest.fixture(scope="session")
def screening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    reader = Reader(Options(), reads=False, scratch=tmp_path_factory.mktemp("scratch"))
    reader.start()
    yield reader
    reader.close()


@pytest.fixture
def service(tmp_path: Path, screening: Reader) -> Iterator[Service]:
    stores = open_stores(Settings(var=tmp_path / "var"))
    yield Service(stores, (OLDER, TEMPLATE), screening.screen, limits=Limits(), poll_s=0.05)
    stores.close()


@pytest.fixture
def staff(service: Service, browser: Browser) -> Iterator[Office]:
    with running(service) as world, office(world, browser) as opened:
        yield opened
