"""The one job on real stores and a real child: each way a reading can end, and each way two workers can collide."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from digitizer.errors import DatabaseUnavailable, EngineUnavailable, NotFound, StoreUnavailable
from digitizer.options import Options
from digitizer.sandbox import Reader
from storage.base import MAX_ATTEMPTS, Claim, State, WorkQueue
from tests.fakes.child import SECRET, picture, short_limits
from tests.fakes.worker import FAKE
from tests.workers.plant import Plant, plant
from workers.context import Workplace, configure_logs, install
from workers.jobs import process_document

NOWHERE = "redis://127.0.0.1:1/0"  # a job needs no Redis
READ = {State.NEEDS_REVIEW, State.ACCEPTED, State.PUBLISHED}


@pytest.fixture(params=["sqlite", "postgres"])
def works(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Plant, Workplace]]:
    """Stores and a workplace in this process; one warm child."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    with plant(tmp_path / "var", NOWHERE, url) as made:
        reader = Reader(Options(limits=short_limits()), "auto", program=FAKE, scratch=tmp_path / "scratch")
        workplace = Workplace("w1", made.stores, reader, Options(limits=short_limits()), made.settings.lease_seconds)
        install(workplace)
        yield made, workplace
        install(None)
        reader.close()


def test_read_once_however_often_it_is_rung(works: tuple[Plant, Workplace]) -> None:
    made, _ = works
    sid = made.submit(picture("good"))
    document_id = made.look(sid).document_id
    for _ in range(3):
        process_document(document_id)
    found = made.look(sid)
    assert found.state in READ and found.attempts == 1 and len(found.record_ids) == 1
    stored = made.stores.records.record(found.record_ids[0], "*")
    assert (stored.body["file"], stored.body["sha256"], stored.version) == ("scan.png", found.sha256, 1)
    assert stored.body["decision"]["outcome"] in ("accept", "review")


@pytest.mark.parametrize(("data", "name", "code"), [
    (b"", "a.pdf", "empty_file"), (b"hello", "a.txt", "unsupported_type"), (picture("good")[:60], "a.png", "damaged"),
    (picture("good"), "a.pdf", "type_mismatch"),
])
def test_bad_input_is_rejected_with_its_code(
    works: tuple[Plant, Workplace], data: bytes, name: str, code: str
) -> None:
    made, _ = works
    sid = made.submit(data, name)
    process_document(made.look(sid).document_id)
    assert (made.look(sid).state, made.look(sid).reason_code) == (State.REJECTED, code)


@pytest.mark.parametrize(("behaviour", "code"), [
    ("crash", "reader_crashed"), ("memory", "reader_out_of_memory"), ("lie", "reader_crashed"),
])
def test_poison_is_tried_three_times_then_quarantined(
    works: tuple[Plant, Workplace], behaviour: str, code: str, capfd: pytest.CaptureFixture[str]
) -> None:
    made, _ = works
    configure_logs(as_json=True)  # anew, on the captured stderr
    sid = made.submit(picture(behaviour))
    document_id = made.look(sid).document_id
    for attempt in range(1, MAX_ATTEMPTS):
        process_document(document_id)
        assert (made.look(sid).state, made.look(sid).attempts) == (State.QUEUED, attempt)
        assert document_id in made.stores.queue.unrung(10), "it must be rung again"
    process_document(document_id)
    process_document(document_id)
    assert (made.look(sid).state, made.look(sid).reason_code) == (State.QUARANTINED, code)
    assert made.look(sid).attempts == MAX_ATTEMPTS
    said = capfd.readouterr().err
    assert document_id in said and SECRET not in said


def test_an_original_that_changed_on_disk_is_not_read(works: tuple[Plant, Workplace], tmp_path: Path) -> None:
    made, _ = works
    sid = made.submit(picture("good", 77))
    key = made.look(sid).object_key
    stored, = [p for p in (tmp_path / "var").rglob("*") if p.is_file() and p.name == key.rpartition("/")[2]]
    stored.chmod(0o600)
    stored.write_bytes(picture("good", 78))
    process_document(made.look(sid).document_id)
    assert (made.look(sid).state, made.look(sid).reason_code) == (State.QUARANTINED, "integrity_error")
    assert made.look(sid).record_ids == ()


def test_pictures_of_pages_are_there_with_the_record(works: tuple[Plant, Workplace]) -> None:
    made, _ = works
    found = made.look(made.submit(picture("show")))
    process_document(found.document_id)
    assert made.stores.workbench is not None
    page, = made.stores.workbench.pictures.of(found.document_id, "hn-01")
    assert (page.page, page.width_px, page.dpi) == (1, 30, 150.0)
    assert made.stores.objects.get(page.object_key, page.sha256)[:2] == b"\xff\xd8"
    with pytest.raises(NotFound):
        made.stores.workbench.pictures.of(found.document_id, "hn-02")


def test_a_second_worker_leaves_a_document_in_work_alone(works: tuple[Plant, Workplace]) -> None:
    made, _ = works
    sid = made.submit(picture("good"))
    document_id = made.look(sid).document_id
    held = made.stores.queue.claim(document_id, "other", 60)
    assert held
    process_document(document_id)
    assert (made.look(sid).state, made.look(sid).attempts) == (State.PROCESSING, 1)


@dataclass
class CutOff:
    """This worker's line to the database, which can be cut for its heartbeats."""

    queue: WorkQueue
    cut: bool = True

    def heartbeat(self, claim: Claim, lease_s: float) -> None:
        if self.cut:
            raise DatabaseUnavailable()
        self.queue.heartbeat(claim, lease_s)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.queue, name)


def test_who_lost_the_lease_writes_nothing(works: tuple[Plant, Workplace]) -> None:
    """Cut off from the database for longer than the lease, then back while another holds the document."""
    made, workplace = works
    sid = made.submit(picture("hang"))
    document_id = made.look(sid).document_id
    line = CutOff(made.stores.queue)
    install(replace(workplace, stores=replace(made.stores, queue=line), lease_s=1.0))
    thread = threading.Thread(target=process_document, args=(document_id,))
    thread.start()
    made.reaches(sid, State.PROCESSING)
    end = time.monotonic() + 60
    while (taken := made.stores.queue.claim(document_id, "other", 120)) is None:
        assert time.monotonic() < end
        time.sleep(0.05)
    line.cut = False
    thread.join(60)
    assert not thread.is_alive()
    made.stores.queue.heartbeat(taken, 60)  # raises if the first worker had written anything
    assert (made.look(sid).state, made.look(sid).attempts) == (State.PROCESSING, 2)


@dataclass
class Away:
    """An object store that does not answer."""

    def check(self) -> None:
        raise StoreUnavailable()


def test_outages_spend_no_attempt(works: tuple[Plant, Workplace], tmp_path: Path) -> None:
    made, workplace = works
    sid = made.submit(picture("good"))
    document_id = made.look(sid).document_id
    broken = Reader(Options(engine="missing"), "rlimits", program=FAKE, scratch=tmp_path / "other")
    install(replace(workplace, reader=broken))
    with pytest.raises(EngineUnavailable):
        process_document(document_id)
    broken.close()
    install(replace(workplace, stores=replace(made.stores, objects=Away())))  # type: ignore[arg-type]
    with pytest.raises(StoreUnavailable):
        process_document(document_id)
    assert made.look(sid).attempts == 0
    install(workplace)
    process_document(document_id)
    assert made.look(sid).state in READ
