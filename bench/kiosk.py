"""How soon a kiosk hears of a page: scans of filled forms checked one by one while workers read a backlog."""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx2
import uvicorn

import api
from bench.make import document, filled, template_of
from bench.prints import print_blank
from bench.report import machine
from bench.scan import QUALITIES, save, scan_all
from digitizer.options import Options
from digitizer.sandbox import Reader
from digitizer.template import load_templates
from storage.base import Role, Stores
from web.deps import Service
from web.glancing import Glancers
from workers.measure import plant_of, submit

FORMS = ("khai-sinh", "ct01", "khai-tu", "xac-nhan-hon-nhan")
SCANNED = ("light", "medium", "heavy", "medium-200", "photo")
WORKERS = 2
BACKLOG_S = 2.0  # of reading a page of the backlog: more is laid in than two workers can read meanwhile
FIRST = 3  # checks before the clock runs


def run(pages: int, seed: int) -> str:
    """The table of docs/workbench.md."""
    with tempfile.TemporaryDirectory() as folder:
        scans = list(_scans(pages + FIRST, seed, Path(folder)))
        backlog = [document(print_blank(template_of(form)), seed, "medium", Path(folder) / f"backlog-{form}.pdf")
                   for form in FORMS]
        with plant_of(WORKERS, "onnx") as plant, _service(plant.stores) as (url, key):
            for n in range(round(pages * BACKLOG_S)):
                submit(plant.stores, backlog[n % len(backlog)].path)
            load = os.getloadavg()[0]
            seconds, verdicts = _checked(url, key, scans)
            waiting = plant.stores.queue.backlog()[0]
    return _table(seconds[FIRST:], verdicts, (waiting, load), seed)


def _scans(pages: int, seed: int, folder: Path) -> Iterator[bytes]:
    """JPEGs of single pages, forms and qualities in turn."""
    made = 0
    for n in range(pages):
        form = filled(print_blank(template_of(FORMS[n % len(FORMS)])), seed + n)
        scans = scan_all(form.pages, QUALITIES[SCANNED[n % len(SCANNED)]], random.Random(f"kiosk/{seed}/{n}"))
        for path in save(scans, folder / f"{n}.jpg", jpeg=85):
            yield path.read_bytes()
            made += 1
            if made == pages:
                return


@contextmanager
def _service(stores: Stores) -> Iterator[tuple[str, str]]:
    """API and the child that looks, as `digitizer up` has them; a device's key."""
    screening, glancers = Reader(Options(), reads=False), Glancers([Reader(Options())])
    service = Service(stores, load_templates(), screening.screen, glance=glancers.glance, bind=screening.bind)
    server = uvicorn.Server(uvicorn.Config(api.build(service), port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    try:
        yield (f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}",
               stores.keys.create(Role.DEVICE, "measure", "kiosk")[1])
    finally:
        server.should_exit = True
        thread.join(15)
        glancers.close()
        screening.close()


def _checked(url: str, key: str, scans: Sequence[bytes]) -> tuple[list[float], Counter[str]]:
    """Seconds from the first byte sent to the verdict, of each page; how often each verdict came."""
    seconds, verdicts = [], Counter[str]()
    with httpx2.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=120) as http:
        for n, data in enumerate(scans):
            began = time.monotonic()
            answer = http.post("/v1/checks", files={"file": ("page.jpg", data)}, headers={"Idempotency-Key": str(n)})
            seconds.append(time.monotonic() - began)
            answer.raise_for_status()
            verdicts[answer.json()["pages"][0]["verdict"]] += 1
    return seconds, verdicts


def _table(seconds: Sequence[float], verdicts: Counter[str], busy: tuple[int, float], seed: int) -> str:
    cuts = statistics.quantiles(seconds, n=20, method="inclusive")
    told = ", ".join(f"{count} {name}" for name, count in sorted(verdicts.items()))
    return "\n".join([
        f"{len(seconds)} pages, seed {seed}, {machine()}; one child looks while two workers read a backlog",
        f"({busy[0]} documents still waited at the end; load average at the start {busy[1]:.1f}). Verdicts: {told}.",
        "", "| from the first byte sent to the verdict | s |", "|---|---|",
        f"| half of the pages within | {statistics.median(seconds):.2f} |", f"| 95 % within | {cuts[18]:.2f} |",
        f"| the slowest | {max(seconds):.2f} |",
    ])
