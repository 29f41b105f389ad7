"""Pictures of the pages for people: takes the name of a page, leaves docs/img/<page>.png.

`python -m bench.screens records`. A service of its own with invented people; their papers are our own prints, filled,
scanned and read by the machine, so that nothing on the pictures is made up by hand."""

from __future__ import annotations

import argparse
import hashlib
import random
import secrets
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

import api
from bench import record_search, screens_checks
from bench.make import document, template_of
from bench.prints import print_blank
from digitizer.options import Options
from digitizer.pipeline import settle
from digitizer.sandbox import Reader
from digitizer.template import load_templates
from digitizer.wire import record_to_json
from storage.base import Answer, NewRecord, NewUpload, State, Stores
from storage.connect import open_url
from storage.objects import DirectoryObjects
from storage.workbench import NewPerson, PersonRole, Workbench
from web.deps import Service
from web.glancing import Glancers
from workers.jobs import keep_pictures

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "img"
SCREEN = {"width": 1366, "height": 768}
FORMS = ("khai-sinh", "ct01", "khai-tu", "xac-nhan-hon-nhan")
BRANCHES = ("chi-nhanh-01", "chi-nhanh-02")


@dataclass
class Place:
    """A running service with people in it and a browser before it."""

    stores: Stores
    url: str
    browser: Browser
    clock: record_search.HandClock

    @property
    def workbench(self) -> Workbench:
        assert self.stores.workbench is not None
        return self.stores.workbench

    def page(self, role: PersonRole, branch: str, start: str) -> Page:
        """A window of somebody invented who works as that."""
        login, password = f"{role.value}-{secrets.token_hex(3)}".replace("_", "-"), secrets.token_urlsafe(12)
        self.workbench.people.add(NewPerson(login, "Trần Minh An", role, branch, password), "bench")
        _, token = self.workbench.people.sign_in(login, password)
        context = self.browser.new_context(viewport=SCREEN, base_url=self.url, locale="vi-VN")  # type: ignore[arg-type]
        context.add_cookies([{"name": "digitizer_session", "value": token, "url": self.url}])
        page = context.new_page()
        page.goto(start)
        return page


def records(place: Place, seed: int) -> None:
    """The list with what was looked for, a record beside its paper, what is left out of a copy, original and copy."""
    read(place.stores, seed, 6)
    page = place.page(PersonRole.SUPERVISOR, "*", "/records")
    page.fill("#text", "nguyen")
    page.press("#text", "Enter")
    page.wait_for_selector("#hits tr")
    shoot(page, "records")
    page.locator("#hits a").last.click()
    page.locator("summary").nth(1).click()
    page.wait_for_load_state("networkidle")
    shoot(page, "record")
    address = page.url
    page.goto(f"{address}/redact")
    shoot(page, "redact")
    page.goto(f"{address}/beside")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("Alt+t")
    shoot(page, "beside")


def accounts(place: Place, seed: int) -> None:
    """Signing in, and the accounts of a branch."""
    names = random.Random(seed).sample(("Lê Thử Một", "Phạm Thử Hai", "Đỗ Thử Ba", "Vũ Thử Bốn"), 4)
    for name, role in zip(names, PersonRole, strict=False):
        new = NewPerson(role.value.replace("_", "-"), name, role, BRANCHES[0], secrets.token_urlsafe(12))
        place.workbench.people.add(new, "bench")
    page = place.page(PersonRole.ADMINISTRATOR, BRANCHES[0], "/people")
    shoot(page, "accounts")
    page.get_by_role("button", name="Đăng xuất").click()
    page.wait_for_url("**/login")
    shoot(page, "login")


def review(place: Place, seed: int) -> None:
    """The queue, then a record with its first doubtful field in focus, then a row added to a table."""
    read(place.stores, seed, 6, "heavy-200")  # something is doubted in most of these
    page = place.page(PersonRole.SUPERVISOR, "*", "/review")
    shoot(page, "review-queue")
    page.locator(".start button").click()
    _settled(page)
    shoot(page, "review")
    page.keyboard.press("Alt+m")
    page.keyboard.type("kết hôn")
    page.keyboard.press("ArrowDown")
    shoot(page, "review-form")
    page.keyboard.press("Escape")
    page.keyboard.press("Alt+h")
    page.wait_for_url("**/review")
    page.goto("/review?form=ct01")
    page.locator(".start button").click()
    page.locator("[data-last] button").click()
    page.keyboard.insert_text("Trần Thị Thử")
    page.keyboard.press("Enter")
    page.wait_for_selector("#saved[data-state=saved]")
    _settled(page)
    shoot(page, "review-row")


def _settled(page: Page) -> None:
    """The page picture stands still, all there."""
    page.wait_for_load_state("networkidle")
    page.locator(".paper:not([hidden])").evaluate("e => Promise.all(e.getAnimations().map((a) => a.finished))")


def checking(place: Place, seed: int) -> None:
    """Groups, blind keying, quality."""
    read(place.stores, seed, 8)
    screens_checks.groups(place.page, shoot)
    screens_checks.checks(place.stores, place.page, shoot)


def kiosk(place: Place, seed: int) -> None:
    """Three pages of which one was not filled in, before they are sent; the receipt after."""
    with tempfile.TemporaryDirectory() as folder:
        made = document(print_blank(template_of("khai-sinh")), seed, "medium", Path(folder) / "to-khai.jpg")
        pages = [made.path, *sorted(made.path.parent.glob("to-khai-*.jpg"))]
        blank = Path(folder) / "to-khai-chua-ghi.jpg"
        print_blank(template_of("ct01")).pages[0].save(blank, quality=80, dpi=(300, 300))
        page = place.page(PersonRole.UPLOADER, BRANCHES[0], "/kiosk")
        page.locator("#files").set_input_files([*pages, blank])
        for n in range(len(pages) + 1):
            page.locator(".tile[data-verdict=usable], .tile[data-verdict=advice]").nth(n).wait_for(timeout=120_000)
        page.wait_for_load_state("networkidle")
        shoot(page, "kiosk")
        page.locator("#send").click()
        page.wait_for_selector(".receipt .state:not(:empty)")
        page.goto(f"/kiosk/receipts/{page.locator('.receipt .number').inner_text()}")
        shoot(page, "kiosk-receipt")


def overview(place: Place, seed: int) -> None:
    """A week of two branches; the records are those of the bench of the search."""
    record_search.busy_week(place.stores, place.clock, seed)
    page = place.page(PersonRole.SUPERVISOR, "*", "/overview?days=7")
    shoot(page, "overview")


PAGES: dict[str, Callable[[Place, int], None]] = {
    "review": review, "records": records, "overview": overview, "checking": checking, "kiosk": kiosk,
    "accounts": accounts,
}


def read(stores: Stores, seed: int, count: int, quality: str = "medium") -> None:
    """Uploads that many invented papers and reads them as a worker does."""
    rng = random.Random(seed)
    reader = Reader(Options())
    reader.start()
    with tempfile.TemporaryDirectory() as folder:
        for n in range(count):
            blank = print_blank(template_of(FORMS[n % len(FORMS)]))
            made = document(blank, seed + n, quality, Path(folder) / f"{n}.pdf")
            _keep(stores, reader, made.path.read_bytes(), rng.choice(BRANCHES))
    reader.close()


def _keep(stores: Stores, reader: Reader, data: bytes, branch: str) -> None:
    number, digest = secrets.token_hex(16), hashlib.sha256(data).hexdigest()
    key = f"originals/{digest[:2]}/{digest}"
    stores.objects.put(key, data, digest)
    upload = NewUpload(f"sub_{number}", f"doc_{number}", branch, "bench", "to-khai.pdf", "application/pdf", digest,
                       len(data), key)
    stores.uploads.begin("bench", number, digest)
    stores.uploads.accept(upload, "bench", number, Answer(202, {}, "{}"))
    claim = stores.queue.claim(upload.document_id, "bench", 600)
    assert claim is not None
    drafts, pictures = reader.read_to_show(data, upload.file_name, None)
    keep_pictures(stores, upload.document_id, pictures)
    read_records = [settle(draft, None, Options()) for draft in drafts]
    new = [NewRecord(record_to_json(r), r.form.form_id if r.form else None, State.NEEDS_REVIEW) for r in read_records]
    stores.queue.finish(claim, new, State.NEEDS_REVIEW)


def shoot(page: Page, name: str) -> None:
    IMAGES.mkdir(exist_ok=True)
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path)
    Image.open(path).convert("RGB").quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)


@contextmanager
def service(folder: Path, clock: record_search.HandClock) -> Iterator[tuple[Stores, str]]:
    """The application on a free port, on SQLite in the folder."""
    stores = open_url(f"sqlite:///{folder / 'screens.sqlite3'}", DirectoryObjects(folder / "objects"), clock)
    screening, glancers = Reader(Options(), reads=False), Glancers([Reader(Options())])
    built = api.build(Service(
        stores, load_templates(), screening.screen, bind=screening.bind, glance=glancers.glance, draw=screening.draw))
    server = uvicorn.Server(uvicorn.Config(built, host="127.0.0.1", port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    try:
        yield stores, f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(15)
        screening.close()
        glancers.close()
        stores.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 0 when the pictures are there."""
    parser = argparse.ArgumentParser(prog="python -m bench.screens", description=__doc__)
    parser.add_argument("pages", nargs="*", choices=(*PAGES, []), help="all of them by default")
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args(arguments)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-dev-shm-usage"])
        for name in options.pages or PAGES:
            clock = record_search.HandClock()
            with tempfile.TemporaryDirectory() as folder, service(Path(folder), clock) as (stores, url):
                PAGES[name](Place(stores, url, browser, clock), options.seed)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
