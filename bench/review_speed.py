"""How fast review is with a long queue: takes a number of documents and a seed, gives a table of measured times.

Our own prints, filled with invented people, scanned and read; every record asks three things. Times in the browser are
from the key's event to the frame after the focus has moved, with the field's details and box in it."""

from __future__ import annotations

import shutil
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright
from rich.console import Console

from bench import screens
from bench.record_search import HandClock
from bench.report import machine
from digitizer.errors import PreconditionFailed
from digitizer.stages.route import route
from digitizer.wire import record_from_json, record_to_json
from storage.base import Answer, NewRecord, NewUpload, State, Stores
from storage.connect import open_url
from storage.desk_base import Desk, Taker, Wanted
from storage.memory import MemoryObjects
from storage.workbench import PersonRole

BRANCH = "chi-nhanh-01"
AT_ONCE = 50  # records of one upload
LOADS, STEPS, CALLS = 15, 200, 60
WATCH = """() => {
  window.took = [];
  let at = 0;
  addEventListener("keydown", (event) => { at = event.timeStamp; }, true);
  addEventListener("focusin", () => {
    const from = at;
    requestAnimationFrame(() => { const c = new MessageChannel(); c.port1.onmessage = () => {
      window.took.push(performance.now() - from); }; c.port2.postMessage(0); });
  }, true);
}"""


def run(documents: int, seed: int, place: Path, database: str) -> str:
    """The table. place: an empty folder for what the service keeps."""
    if database:
        stores = open_url(database, MemoryObjects())
        try:
            with screens.service(place / "prints", HandClock()) as (prints, _):
                bodies = _bodies(prints, seed)
            fill(stores, bodies, documents)
            return table((documents, seed), _calls(_desk(stores)), "PostgreSQL")
        finally:
            stores.close()
    clock = HandClock()
    with screens.service(place, clock) as (stores, url):
        bodies = _bodies(stores, seed)
        fill(stores, bodies, documents)
        rows = _calls(_desk(stores))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-dev-shm-usage"])
            rows += _browsed(screens.Place(stores, url, browser, clock).page(PersonRole.REVIEWER, BRANCH, "/review"))
            browser.close()
    return table((documents, seed), rows, "SQLite")


def races(pairs: int, place: Path, database: str) -> str:
    """Two threads save over the same version, `pairs` times; raises AssertionError for a lost update."""
    stores = open_url(database or f"sqlite:///{place}/races.sqlite3", MemoryObjects())
    body = {"fields": {"a.b": {"raw": "", "value": "", "status": "filled"}}, "decision": {"outcome": "review",
            "confidence": 0.5, "reasons": []}}
    (record_id,) = _upload(stores, "race", [NewRecord(body, "khai-sinh", State.NEEDS_REVIEW)])
    began = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        for version in range(1, pairs + 1):
            gate = threading.Barrier(2)
            won = sum(pool.map(lambda who, v=version, g=gate: _saves(stores, record_id, v, who, g), ("an", "binh")))
            assert won == 1, f"pair {version}: {won} of two saves were kept"
    took = time.perf_counter() - began
    kept = stores.records.versions(record_id, "*")
    assert [v.version for v in kept] == list(range(1, pairs + 2))
    assert all(v.body["fields"]["a.b"]["raw"] == v.author for v in kept[1:])
    stores.close()
    kind = "PostgreSQL" if database else "SQLite"
    return (f"{pairs} racing pairs of saves on {kind}: {pairs} kept, {pairs} refused with 412, 0 lost; "
            f"{took / pairs * 1000:.1f} ms a pair")


def _saves(stores: Stores, record_id: str, version: int, who: str, gate: threading.Barrier) -> int:
    body = dict(stores.records.record(record_id, "*").body)
    body["fields"] = {"a.b": {"raw": who, "value": who, "status": "filled"}}
    gate.wait(30)
    try:
        stores.records.correct(record_id, "*", version, body, who, "race")
    except PreconditionFailed:
        return 0
    return 1


def _desk(stores: Stores) -> Desk:
    assert stores.workbench is not None
    return stores.workbench.desk


def _bodies(stores: Stores, seed: int) -> list[dict[str, Any]]:
    """Read records, each made to ask three things."""
    screens.read(stores, seed, 4)
    found = []
    for stored in stores.records.list_records("*", None, None, 10).records:
        record = record_from_json(stored.body)
        sure = [f.id for f in record.fields if f.value is not None and f.page][:30]
        asked = set(sure[1::max(1, len(sure) // 3)][:3])
        fields = tuple(replace(f, confidence=0.4 if f.id in asked else 0.999, findings=()) for f in record.fields)
        found.append(record_to_json(route(replace(record, fields=fields, findings=()))))
        _desk(stores).release(stored.id, "*", "bench")
    return found


def fill(stores: Stores, bodies: Sequence[dict[str, Any]], documents: int) -> None:
    """That many records that wait, with the pages of the prints they were read from."""
    told = Console(stderr=True)
    pictures = []
    if stores.workbench is not None and stores.records.list_records("*", None, None, 1).records:
        first = stores.records.list_records("*", None, None, 1).records[0]
        pictures = list(stores.workbench.pictures.of(first.document_id, "*"))
    for start in range(0, documents, AT_ONCE):
        some = range(start, min(start + AT_ONCE, documents))
        new = [NewRecord(bodies[n % len(bodies)], bodies[n % len(bodies)]["form"]["id"], State.NEEDS_REVIEW)
               for n in some]
        _upload(stores, f"q{start}", new)
        if pictures and stores.workbench is not None:
            stores.workbench.pictures.keep(f"doc_q{start}", pictures)
    told.print(f"{documents} records wait")


def _upload(stores: Stores, name: str, new: Sequence[NewRecord]) -> Sequence[str]:
    upload = NewUpload(f"sub_{name}", f"doc_{name}", BRANCH, "bench", "a.pdf", "application/pdf", "0" * 64, 3, name)
    stores.uploads.begin("bench", name, "f")
    stores.uploads.accept(upload, "bench", name, Answer(202, {}, "{}"))
    claim = stores.queue.claim(upload.document_id, "bench", 600)
    assert claim is not None
    return stores.queue.finish(claim, new, State.NEEDS_REVIEW)


def _calls(desk: Desk) -> list[tuple[str, list[float]]]:
    """What the queue itself takes."""
    taker = Taker("per_bench", BRANCH)

    def take() -> None:
        lease = desk.take_next(taker, Wanted(form="khai-sinh", reason="low_confidence"))
        assert lease is not None
        taken.append(lease)

    taken: list[Any] = []
    rows = [("take the next record, filtered by form and reason", _timed(take, lambda: desk.hand_back(taken.pop())))]
    rows.append(("counts by branch, form and reason", _timed(lambda: desk.backlog(BRANCH))))
    rows.append(("the fifty that wait longest", _timed(lambda: desk.waiting(BRANCH, Wanted(), 50))))
    return rows


def _timed(call: Callable[[], object], after: Callable[[], object] = lambda: None) -> list[float]:
    took = []
    for _ in range(CALLS):
        began = time.perf_counter()
        call()
        took.append((time.perf_counter() - began) * 1000)
        after()
    return took


def _browsed(page: Page) -> list[tuple[str, list[float]]]:
    """In Chromium at 1366 x 768, over loopback."""
    page.locator(".start button").click()
    page.wait_for_selector("article.sheet")
    painted = []
    for _ in range(LOADS):
        page.reload(wait_until="networkidle")
        painted.append(float(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")))
    page.evaluate(WATCH)
    for _ in range(STEPS // 2):
        page.keyboard.press("Tab")
        page.wait_for_timeout(60)
    tabs = list(page.evaluate("window.took"))
    page.reload(wait_until="networkidle")
    page.evaluate(WATCH)
    enters: list[float] = []
    swaps: list[float] = []
    for _ in range(STEPS // 8):
        while page.evaluate("document.activeElement.id") != "finish":
            page.keyboard.press("Enter")
            page.wait_for_timeout(120)
        page.wait_for_selector("#work[data-coming]", state="attached")
        enters += page.evaluate("window.took.splice(0)")
        record = page.locator("article.sheet").get_attribute("data-record")
        page.keyboard.press("Enter")
        page.wait_for_selector(f'article.sheet:not([data-record="{record}"])')
        page.wait_for_timeout(120)
        swaps += page.evaluate("window.took.splice(0)")[-1:]
    return [
        ("first contentful paint of a record's page", painted),
        ("Tab to the next field, until it is painted", tabs),
        ("Enter to the next doubtful field, until it is painted", enters),
        ("Enter that releases, until the next record is painted", swaps),
    ]


def table(options: tuple[int, int], rows: Sequence[tuple[str, list[float]]], kind: str) -> str:
    """options: documents, seed."""
    documents, seed = options
    lines = [
        f"`python -m bench.workbench review --documents {documents} --seed {seed}`, {datetime.now(UTC).date()}, "
        f"{kind}, {machine()}.", "", f"| {documents} records wait | times | median | p95 |", "|---|---:|---:|---:|",
    ]
    for name, took in rows:
        p95 = statistics.quantiles(took, n=20)[-1]
        lines.append(f"| {name} | {len(took)} | {statistics.median(took):.0f} ms | {p95:.0f} ms |")
    return "\n".join(lines)
