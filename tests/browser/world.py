"""The pages under a real server and a real Chromium: people of every role in two branches, invented all of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from storage.workbench import NewPerson, Person, PersonRole, Workbench
from tests.web.world import NORTH, World

PASSWORD = "mot-mat-khau-dai-12"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
SMALL_SCREEN = {"width": 1366, "height": 768}


@dataclass
class Office:
    """A running service with people, and a browser to be them in."""

    world: World
    browser: Browser
    people: dict[str, Person] = field(default_factory=dict)
    contexts: list[BrowserContext] = field(default_factory=list)

    @property
    def workbench(self) -> Workbench:
        found = self.world.stores.workbench
        assert found is not None
        return found

    def hire(self, login: str, role: PersonRole, branch: str = NORTH) -> Person:
        new = NewPerson(login, login.replace("-", " ").title(), role, branch, PASSWORD)
        self.people[login] = self.workbench.people.add(new, "test")
        return self.people[login]

    def page(self, login: str = "", language: str = "vi", start: str = "/") -> Page:
        """A fresh browser window, signed in as `login` (hired before), at `start`."""
        context = self.browser.new_context(viewport=SMALL_SCREEN, base_url=self.world.url, locale="vi-VN")
        context.set_default_timeout(10_000)
        self.contexts.append(context)
        cookies = [{"name": "digitizer_language", "value": language, "url": self.world.url}]
        if login:
            _, token = self.workbench.people.sign_in(login, PASSWORD)
            cookies.append({"name": "digitizer_session", "value": token, "url": self.world.url})
        context.add_cookies(cookies)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(start)
        return page

    def close(self) -> None:
        for context in self.contexts:
            context.close()


@contextmanager
def office(world: World, browser: Browser) -> Iterator[Office]:
    opened = Office(world, browser)
    try:
        yield opened
    finally:
        opened.close()


def serious_faults(page: Page) -> list[str]:
    """What axe-core calls serious or critical on the page as it stands, one line each (WCAG 2.2 AA rules)."""
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]})
    return [
        f"{v['id']}: {v['help']} {[n['target'] for n in v['nodes']]}"
        for v in found.response["violations"] if v["impact"] in ("serious", "critical")
    ]


def sideways(page: Page) -> int:
    """Pixels by which the page is wider than the window; 0 means nobody has to scroll sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
