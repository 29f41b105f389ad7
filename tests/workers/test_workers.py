"""Whole workers on real servers, killed, frozen and poisoned: every document still ends where it must."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.base import State
from tests import servers
from tests.fakes.bad_files import all_bad_files, good_pdf, good_picture
from tests.fakes.child import picture
from tests.processes import alive, descendants, gone
from tests.workers.plant import Plant, plant
from workers.queue import Doorbell

READ = {State.NEEDS_REVIEW, State.ACCEPTED, State.PUBLISHED}


@pytest.fixture(params=["sqlite", "postgres"])
def works(request: pytest.FixtureRequest, tmp_path: Path, redis_server: servers.Redis) -> Iterator[Plant]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    with plant(tmp_path / "var", redis_server.url, url) as made:
        yield made


@pytest.fixture
def small(tmp_path: Path, redis_server: servers.Redis) -> Iterator[Plant]:
    """SQLite only, for what does not depend on the database."""
    with plant(tmp_path / "var", redis_server.url) as made:
        yield made


def worker_pids(supervisor: int) -> list[int]:
    """The worker processes below a supervisor."""
    found = []
    for pid in descendants(supervisor):
        try:
            if b"--one" in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(pid)
        except OSError:
            continue
    return sorted(found)


@pytest.mark.parametrize("works", ["postgres"], indirect=True)  # the crash history runs two workers on SQLite
def test_documents_are_read_while_poison_is_put_aside(works: Plant) -> None:
    bad = [works.submit(picture(b)) for b in ("crash", "hang", "memory")]
    good = [works.submit(picture("good", n)) for n in range(12)]
    supervisor = works.workers(2)
    read = works.finished(good)
    assert {s.state for s in read} <= READ and all(len(s.record_ids) == 1 for s in read)
    aside = works.finished(bad)
    assert [(s.state, s.reason_code, s.attempts) for s in aside] == [
        (State.QUARANTINED, "reader_crashed", 3), (State.QUARANTINED, "reader_timed_out", 3),
        (State.QUARANTINED, "reader_out_of_memory", 3),
    ]
    below = descendants(supervisor.pid)
    assert len(worker_pids(supervisor.pid)) == 2
    supervisor.terminate()
    assert supervisor.wait(60) == 0
    assert gone(below), "ending the supervisor ends everything below it"


def test_a_frozen_worker_is_overtaken_and_its_late_result_refused(works: Plant) -> None:
    works.workers(0, "--count", "1")
    first = works.processes[-1]
    warm = works.submit(picture("good", 1))
    works.finished([warm])
    frozen, = worker_pids(first.pid)
    sid = works.submit(picture("slow", 2))
    works.reaches(sid, State.PROCESSING)
    os.kill(frozen, signal.SIGSTOP)
    works.workers(1, "--one")
    found, = works.finished([sid])
    assert found.state in READ and found.attempts == 2 and len(found.record_ids) == 1
    os.kill(frozen, signal.SIGCONT)
    again = works.submit(picture("good", 3))
    works.finished([again])
    time.sleep(0.5)  # the thawed worker's late write, were it accepted, would make a second record
    after = works.look(sid)
    assert (after.record_ids, after.updated_at, after.state) == (found.record_ids, found.updated_at, found.state)


def test_a_killed_workers_document_is_read_by_another(small: Plant) -> None:
    supervisor = small.workers(1)
    small.finished([small.submit(picture("good", 1))])
    worker, = worker_pids(supervisor.pid)
    sid = small.submit(picture("slow", 2))
    small.reaches(sid, State.PROCESSING)
    below = descendants(worker)
    os.kill(worker, signal.SIGKILL)
    assert gone(below), "the reading child goes with its worker"
    found, = small.finished([sid])
    assert found.state in READ and found.attempts == 2


def test_redis_emptied_with_work_in_flight_loses_nothing(small: Plant) -> None:
    small.workers(1)
    sids = [small.submit(picture("slow" if n == 0 else "good", n)) for n in range(6)]
    small.reaches(sids[0], State.PROCESSING)
    bell = Doorbell(small.settings.redis_url, small.settings.queue_name)
    bell.connection.flushall()
    bell.close()
    assert {s.state for s in small.finished(sids)} <= READ


def test_uploads_during_a_redis_outage_are_read_after_it(tmp_path: Path) -> None:
    with servers.redis_server() as server, plant(tmp_path / "var", server.url) as made:
        made.workers(1)
        made.finished([made.submit(picture("good", 1))])
        server.kill()
        sids = [made.submit(picture("good", n)) for n in range(2, 5)]
        time.sleep(2)
        assert all(made.look(s).state in (State.RECEIVED, State.QUEUED) for s in sids)
        server.restart()
        assert {s.state for s in made.finished(sids)} <= READ


def test_a_worker_asked_to_stop_finishes_its_document(small: Plant) -> None:
    supervisor = small.workers(1)
    sid = small.submit(picture("slow"))
    small.reaches(sid, State.PROCESSING)
    supervisor.terminate()
    assert supervisor.wait(60) == 0
    assert small.look(sid).state in READ and small.look(sid).attempts == 1


def test_bad_files_each_end_in_their_state_and_the_worker_lives(
    tmp_path: Path, redis_server: servers.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The product's own child this time, behind an upload that let everything through."""
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    files = all_bad_files(tmp_path / "bad")
    with plant(tmp_path / "var", redis_server.url, engine="null", lease_seconds=10.0) as made:
        supervisor = made.workers(1, module="workers")
        made.finished([made.submit(good_picture(), "warm.png")])
        workers = worker_pids(supervisor.pid)
        sids = [made.submit(f.path.read_bytes(), f.name) for f in files]
        ends = dict(zip([f.name for f in files], made.finished(sids, within_s=240), strict=True))
        got = {name: (end.state, end.reason_code) for name, end in ends.items()}
        assert got == {f.name: (State.REJECTED, f.code) for f in files}
        assert made.finished([made.submit(good_pdf(2), "good.pdf")])[0].state in READ
        assert worker_pids(supervisor.pid) == workers, "the worker was restarted"
        assert not list(scratch.glob("*/reader-*/document-*")), "scratch of a document is left"
        # bubblewrap, its init and the child; or the child and its guard
        assert len(alive(descendants(workers[0]))) <= 3
