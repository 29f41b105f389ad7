"""The doorbell on a real Redis: one opaque id is all that goes through, and nothing there makes a worker do more."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from rq import Queue
from rq.job import Callback
from rq.serializers import DefaultSerializer, JSONSerializer

from digitizer.errors import QueueUnavailable, UnsafeSettings, UsageError
from tests import servers
from workers.queue import Doorbell, connect
from workers.worker import DocumentWorker

HARM = Path("harm.txt")


@pytest.fixture
def bell(redis_server: servers.Redis) -> Iterator[Doorbell]:
    made = Doorbell(redis_server.url, f"q{uuid.uuid4().hex[:8]}")
    yield made
    made.close()


def test_a_message_holds_one_id_and_nothing_of_the_paper(bell: Doorbell) -> None:
    bell.ring(["doc-1"])
    job, = bell.queue.jobs
    assert (job.func_name, job.args, job.kwargs) == ("workers.jobs.process_document", ["doc-1"], {})
    assert job.result_ttl == 0 and job.failure_ttl == 3600
    assert bell.waiting() == {"doc-1"}


def test_the_same_document_may_be_rung_for_twice(bell: Doorbell) -> None:
    bell.ring(["doc-1"])
    bell.ring(["doc-1"])
    assert bell.queue.count == 2 and bell.waiting() == {"doc-1"}


@pytest.mark.parametrize("argument", [
    "../etc/passwd", "Nguyễn Thị An", "a b", "", "x" * 65, b"doc", 7, None, ["doc-1"], {"id": "doc-1"},
])
def test_anything_but_an_id_is_refused(bell: Doorbell, argument: object) -> None:
    with pytest.raises(UsageError):
        bell.ring(["doc-1", argument])  # type: ignore[list-item]
    assert bell.queue.count == 0


def test_two_queues_are_refused(redis_server: servers.Redis) -> None:
    with pytest.raises(UnsafeSettings):
        DocumentWorker(["one", "two"], connect(redis_server.url))


def test_pickle_is_refused(redis_server: servers.Redis) -> None:
    for serializer in (DefaultSerializer, None, "pickle"):
        with pytest.raises(UnsafeSettings):
            DocumentWorker(["one"], connect(redis_server.url), serializer)


def test_a_forged_message_runs_nothing(
    bell: Doorbell, redis_server: servers.Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever can write to Redis may not get code run: neither as the job nor as its callback."""
    monkeypatch.chdir(tmp_path)
    forged = Queue(bell.queue.name, connection=bell.connection, serializer=JSONSerializer)
    forged.enqueue("os.mkdir", "made-by-job")
    forged.enqueue("workers.jobs.process_document", "a; b", on_failure=Callback("os.mkdir"))
    forged.enqueue("workers.jobs.process_document", "doc-1", "more")
    worker = DocumentWorker([bell.queue.name], connect(redis_server.url))
    worker.work(burst=True, logging_level="CRITICAL")
    assert bell.queue.count == 0
    assert list(tmp_path.iterdir()) == []


def test_no_traceback_is_kept_in_redis(bell: Doorbell, redis_server: servers.Redis) -> None:
    bell.ring(["doc-1"])
    DocumentWorker([bell.queue.name], connect(redis_server.url)).work(burst=True, logging_level="CRITICAL")
    job_id, = bell.queue.failed_job_registry.get_job_ids()  # no workplace is installed here, so the job fails
    everything = b"".join(
        bytes(str(bell.connection.dump(key)), "utf-8") for key in bell.connection.scan_iter(f"*{job_id}*")
    )
    assert b"Traceback" not in everything and b"RuntimeError" not in everything


def test_health_names_what_would_lose_messages(bell: Doorbell) -> None:
    assert bell.health().faults == ()
    with servers.redis_server("--maxmemory-policy", "allkeys-lru", "--appendonly", "no") as careless:
        other = Doorbell(careless.url, "q")
        faults = other.health().faults
        other.close()
    assert len(faults) == 2 and "noeviction" in faults[0] and "appendonly" in faults[1]


def test_redis_away_is_said_in_our_words() -> None:
    bell = Doorbell(f"redis://127.0.0.1:{servers.free_port()}/0", "q")
    for work in (bell.check, bell.waiting, bell.health, lambda: bell.ring(["doc-1"])):
        with pytest.raises(QueueUnavailable):
            work()
