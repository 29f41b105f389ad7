"""What the contract suites run against: an adapter's name in, open stores with a clock under the test's hand out."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from storage.base import Answer, Claim, NewRecord, NewUpload, Original, State, Stores, Submission
from storage.connect import open_url
from storage.memory import open_memory

T = TypeVar("T")
ACCEPTED = Answer(202, {"Location": "/v1/submissions/sub_1"}, '{"id": "sub_1"}')


@dataclass
class HandClock:
    """Stands still until told; so leases run out without anybody waiting."""

    now: datetime = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **delta: float) -> None:
        self.now += timedelta(**delta)


@dataclass
class World:
    """One adapter under test. `another()` opens the same kept data as another process would."""

    name: str
    clock: HandClock
    stores: Stores
    url: str = ""
    opened: list[Stores] = field(default_factory=list)

    def another(self) -> Stores:
        if not self.url:
            return self.stores
        self.opened.append(open_url(self.url, self.stores.objects, self.clock))
        return self.opened[-1]

    def close(self) -> None:
        for stores in (self.stores, *self.opened):
            stores.close()

    def upload(self, number: int | str = 1, branch: str = "b01") -> Submission:
        """A scan accepted with its own Idempotency-Key; ids sub_<number>, doc_<number>."""
        self.stores.uploads.begin("dev", f"key-{number}", "f")
        return self.stores.uploads.accept(new_upload(number, branch), "dev", f"key-{number}", ACCEPTED)

    def claim(self, number: int | str = 1, worker: str = "w1", lease_s: float = 30) -> Claim:
        claim = self.stores.queue.claim(f"doc_{number}", worker, lease_s)
        assert claim is not None
        return claim

    def read(self, number: int | str = 1, state: State = State.NEEDS_REVIEW, branch: str = "b01") -> str:
        """Uploaded, claimed and finished with one record in `state`; gives the record's id."""
        self.upload(number, branch)
        (record_id,) = self.stores.queue.finish(self.claim(number), [NewRecord(body(), "khai-sinh", state)], state)
        return record_id

    def document_events(self, number: int | str = 1) -> list[str]:
        return [e.type for e in self.stores.records.submission_events(f"sub_{number}", None)]


def open_world(name: str, url: str) -> World:
    clock = HandClock()
    memory = open_memory(clock)
    return World(name, clock, open_url(url, memory.objects, clock) if url else memory, url)


def new_upload(number: int | str = 1, branch: str = "b01") -> NewUpload:
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    return NewUpload(
        submission_id=f"sub_{number}", document_id=f"doc_{number}", branch=branch, key_id="dev",
        file_name="tờ khai.pdf", media_type="application/pdf", sha256=digest, size_bytes=3,
        object_key=f"originals/{digest[:2]}/{digest}", form_hint="khai-sinh",
    )


def original_of(upload: NewUpload) -> Original:
    return Original(upload.document_id, upload.object_key, upload.sha256, upload.size_bytes)


def body(name: str = "Kiều Thị Thưởng Bình", outcome: str = "review") -> dict[str, Any]:
    """A record's body of an invented person, with the keys that storage looks at."""
    answers = {"requester.full_name": name, "child.sex": "Nữ", "authority": "UBND phường Hoàn Kiếm"}
    return {
        "fields": {k: {"raw": v, "value": v, "status": "filled"} for k, v in answers.items()},
        "decision": {"outcome": outcome, "confidence": 0.9, "reasons": []},
    }


def race(calls: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Every call in a thread of its own, all let go at once; answers or exceptions in the order of the calls."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], T]) -> T | Exception:
        gate.wait(30)
        try:
            return call()
        except Exception as error:  # noqa: BLE001 - the test looks at what came
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
