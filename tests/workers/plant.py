"""A small plant for tests: takes settings, gives stores, killable worker processes, documents put in and watched."""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from digitizer.jail import ROOT
from settings import Settings
from storage.base import UNFINISHED, Answer, NewUpload, State, Stores, Submission
from storage.connect import open_stores
from workers.__main__ import environment_of

WAIT_SECONDS = 120.0  # two cores shared with everything else; nothing waits that long when all is well


@dataclass(slots=True)
class Plant:
    """Stores of its own and the processes started on them."""

    settings: Settings
    stores: Stores
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def workers(self, count: int = 1, *arguments: str, module: str = "tests.fakes.worker") -> subprocess.Popen[bytes]:
        """A supervisor with relay and `count` workers, or with `--one` a single worker without a relay."""
        more = arguments or ("--count", str(count))
        process = subprocess.Popen(
            [sys.executable, "-m", module, *more], cwd=ROOT, env={**os.environ, **environment_of(self.settings)},
        )
        self.processes.append(process)
        return process

    def submit(self, data: bytes, name: str = "scan.png") -> str:
        """As the API does after its checks; gives the submission's id."""
        digest = hashlib.sha256(data).hexdigest()
        upload = NewUpload(
            submission_id=uuid.uuid4().hex, document_id=uuid.uuid4().hex, branch="hn-01", key_id="k1", file_name=name,
            media_type="image/png", sha256=digest, size_bytes=len(data), object_key=f"originals/{digest[:2]}/{digest}",
        )
        self.stores.objects.put(upload.object_key, data, digest)
        key = uuid.uuid4().hex
        self.stores.uploads.begin("k1", key, digest)
        self.stores.uploads.accept(upload, "k1", key, Answer(202, {}, "{}"))
        return upload.submission_id

    def look(self, submission_id: str) -> Submission:
        return self.stores.uploads.submission(submission_id, "*")

    def finished(self, submission_ids: Sequence[str], within_s: float = WAIT_SECONDS) -> list[Submission]:
        """Waits until none is unfinished."""
        end = time.monotonic() + within_s
        while True:
            found = [self.look(s) for s in submission_ids]
            waiting = [s for s in found if s.state in UNFINISHED]
            if not waiting:
                return found
            assert time.monotonic() < end, f"{len(waiting)} of {len(found)} unfinished, first {waiting[0]}"
            time.sleep(0.1)

    def reaches(self, submission_id: str, state: State, within_s: float = WAIT_SECONDS) -> Submission:
        """Waits until the document is in this state."""
        end = time.monotonic() + within_s
        while (found := self.look(submission_id)).state is not state:
            assert time.monotonic() < end, f"{found.state}, not {state}"
            time.sleep(0.02)
        return found

    def close(self) -> None:
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGCONT)
                process.terminate()
        for process in self.processes:
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.stores.close()


@contextlib.contextmanager
def plant(folder: Path, redis_url: str, database_url: str = "", **more: object) -> Iterator[Plant]:
    """A plant on a fresh queue name, so that one redis-server serves every test."""
    values = {
        "var": folder, "redis_url": redis_url, "database_url": database_url, "queue_name": f"q{uuid.uuid4().hex[:8]}",
        "lease_seconds": 2.0, "sweep_seconds": 1.0, "workers": 1, **more,
    }
    settings = Settings(**values)  # type: ignore[arg-type]
    made = Plant(settings, open_stores(settings))
    try:
        yield made
    finally:
        made.close()
