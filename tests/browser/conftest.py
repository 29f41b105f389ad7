"""One Chromium for all browser tests; a fresh service on SQLite for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from digitizer.options import Limits
from digitizer.sandbox import Reader
from digitizer.template import load_templates
from settings import Settings
from storage.connect import open_stores
from tests.browser.world import CHROMIUM, Office, office
from tests.web.world import OLDER, TEMPLATE, running
from web.deps import Service
from web.glancing import Glancers


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


@pytest.fixture
def kiosk_service(service: Service, screening: Reader, glancing: Glancers) -> Service:
    """With every form, looking at scans, taking several files at once."""
    return replace(service, templates=load_templates(), glance=glancing.glance, bind=screening.bind)


@pytest.fixture
def counter(kiosk_service: Service, browser: Browser) -> Iterator[Office]:
    """The office with a kiosk in it."""
    with running(kiosk_service) as world, office(world, browser) as opened:
        yield opened


@pytest.fixture
def service(tmp_path: Path, screening: Reader) -> Iterator[Service]:
    stores = open_stores(Settings(var=tmp_path / "var"))
    yield Service(stores, (OLDER, TEMPLATE), screening.screen, limits=Limits(), poll_s=0.05, redact=screening.redact,
                  draw=screening.draw)
    stores.close()


@pytest.fixture
def staff(service: Service, browser: Browser) -> Iterator[Office]:
    with running(service) as world, office(world, browser) as opened:
        yield opened
