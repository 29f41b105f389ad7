"""Pages a minute by number of workers: takes sample files, gives a line per number: `python -m workers.measure FILE…`.

Runs the real thing in a temporary folder: a private Redis, SQLite, worker processes, warm before the clock starts."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from digitizer.errors import QueueUnavailable, UsageError
from digitizer.options import Options
from digitizer.sandbox import Reader
from settings import Settings
from storage.base import Answer, NewUpload, Stores
from storage.connect import open_stores
from workers.__main__ import Workers
from workers.queue import Doorbell


@dataclass(frozen=True, slots=True)
class Throughput:
    """What one number of workers did. `load` is the machine's load average at the start, as others may be at work."""

    workers: int
    documents: int
    pages: int
    seconds: float
    load: float

    @property
    def pages_per_minute(self) -> float:
        return self.pages / self.seconds * 60


@dataclass(frozen=True, slots=True)
class Sample:
    """A file and its page count."""

    path: Path
    pages: int


def measure(files: Sequence[Path], workers: int, rounds: int, engine: str) -> Throughput:
    """Every file `rounds` times, through `workers` processes. Raises UsageError when a document does not end well."""
    samples = _samples(files)
    with plant_of(workers, engine) as plant:
        stores = plant.stores
        load = os.getloadavg()[0]
        began = time.monotonic()
        submissions = [submit(stores, sample.path) for _ in range(rounds) for sample in samples]
        while stores.queue.backlog()[0]:  # seldom: whoever watches takes time from the cores that are measured
            time.sleep(0.2)
        seconds = time.monotonic() - began
        bad = {s.reason_code for s in (stores.uploads.submission(i, "*") for i in submissions) if s.reason_code}
        if bad:
            raise UsageError(f"not every document was read: {', '.join(sorted(bad))}")
    return Throughput(workers, len(submissions), rounds * sum(s.pages for s in samples), seconds, load)


@dataclass(frozen=True, slots=True)
class Plant:
    """Running workers, warm, and what they work on."""

    settings: Settings
    stores: Stores


@contextlib.contextmanager
def plant_of(workers: int, engine: str) -> Iterator[Plant]:
    """In a folder of its own, with a Redis of its own. Raises UsageError when it does not start."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="digitizer-measure-")))
        url = stack.enter_context(_redis(folder))
        settings = Settings(var=folder / "var", redis_url=url, workers=workers, engine=engine)
        stores = open_stores(settings)
        stack.callback(stores.close)
        plant = Workers(settings, workers)
        thread = threading.Thread(target=plant.run)
        thread.start()
        stack.callback(thread.join)
        stack.callback(plant.stop)
        _await_workers(settings, workers)
        yield Plant(settings, stores)


def _samples(files: Sequence[Path]) -> list[Sample]:
    screening = Reader(Options(), reads=False)
    try:
        return [Sample(path, screening.screen(path, path.name).page_count) for path in files]
    finally:
        screening.close()


def submit(stores: Stores, path: Path) -> str:
    """Lays a file in as an upload does; its submission."""
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    name = uuid.uuid4().hex
    upload = NewUpload(
        submission_id=f"sub_{name}", document_id=f"doc_{name}", branch="measure", key_id="measure",
        file_name=path.name, media_type="application/octet-stream", sha256=digest, size_bytes=len(data),
        object_key=f"originals/{digest[:2]}/{digest}",
    )
    stores.objects.put(upload.object_key, data, digest)
    stores.uploads.begin("measure", name, digest)
    stores.uploads.accept(upload, "measure", name, Answer(202, {}, "{}"))
    return upload.submission_id


def _await_workers(settings: Settings, count: int) -> None:
    """A worker registers once its child is warm."""
    bell = Doorbell(settings.redis_url, settings.queue_name)
    end = time.monotonic() + 120
    while bell.health().workers < count:
        if time.monotonic() > end:
            raise UsageError("the workers did not start within 120 s")
        time.sleep(0.1)
    bell.close()


@contextlib.contextmanager
def _redis(folder: Path) -> Iterator[str]:
    program = shutil.which("redis-server")
    if program is None:
        raise UsageError("redis-server is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [program, "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder), "--save", "",
         "--appendonly", "yes"],
        stdout=subprocess.DEVNULL,
    )
    bell = Doorbell(f"redis://127.0.0.1:{port}/0", "measure")
    end = time.monotonic() + 20
    try:
        while not _answers(bell) and time.monotonic() < end:
            time.sleep(0.05)
        bell.close()
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait()


def _answers(bell: Doorbell) -> bool:
    try:
        bell.check()
    except QueueUnavailable:
        return False
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--workers", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--engine", default=Settings().engine)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    first = 0.0
    for count in given.workers:
        found = measure(given.files, count, given.rounds, given.engine)
        rate = found.pages_per_minute
        first = first or rate
        if given.json:
            print(json.dumps({"workers": count, "pages": found.pages, "seconds": round(found.seconds, 2),
                              "pages_per_minute": round(rate, 1), "ratio": round(rate / first, 2),
                              "load": round(found.load, 2)}))
        else:
            print(f"{count} workers: {found.pages} pages in {found.seconds:.1f} s, {rate:.1f} pages a minute, "
                  f"{rate / first:.2f} x, load {found.load:.1f} at the start")
    return 0


if __name__ == "__main__":
    sys.exit(main())
