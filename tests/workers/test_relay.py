"""The relay on a real Redis and SQLite: rings before it marks, rings again only for what was lost, outlives outages."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from digitizer.errors import DatabaseUnavailable
from storage.base import State, WorkQueue
from tests import servers
from tests.fakes.child import picture
from tests.workers.plant import Plant, plant
from workers.queue import Doorbell
from workers.relay import Relay, reconcile_once, relay_once


@pytest.fixture
def works(tmp_path: Path, redis_server: servers.Redis) -> Iterator[tuple[Plant, Doorbell]]:
    with plant(tmp_path / "var", redis_server.url) as made:
        bell = Doorbell(made.settings.redis_url, made.settings.queue_name)
        yield made, bell
        bell.close()


@dataclass
class DiesBeforeMarking:
    """The relay's process ends between ringing and noting it."""

    queue: WorkQueue

    def rung(self, document_ids: list[str]) -> None:
        raise DatabaseUnavailable()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.queue, name)


def test_carries_the_outbox_once(works: tuple[Plant, Doorbell]) -> None:
    made, bell = works
    sids = [made.submit(picture("good", n)) for n in range(3)]
    assert relay_once(made.stores, bell) == 3
    assert relay_once(made.stores, bell) == 0
    assert bell.waiting() == {made.look(s).document_id for s in sids}
    assert {made.look(s).state for s in sids} == {State.QUEUED}


def test_a_crash_between_ringing_and_marking_rings_twice_never_not_at_all(works: tuple[Plant, Doorbell]) -> None:
    made, bell = works
    sid = made.submit(picture("good"))
    dying = replace(made.stores, queue=DiesBeforeMarking(made.stores.queue))
    with pytest.raises(DatabaseUnavailable):
        relay_once(dying, bell)
    assert made.look(sid).state is State.RECEIVED
    assert relay_once(made.stores, bell) == 1
    assert bell.queue.count == 2 and made.look(sid).state is State.QUEUED


def test_rings_again_for_lost_messages_only(works: tuple[Plant, Doorbell]) -> None:
    made, bell = works
    sids = [made.submit(picture("good", n)) for n in range(4)]
    relay_once(made.stores, bell)
    lost = bell.queue.job_ids[1]
    bell.connection.lrem(bell.queue.key, 1, lost)
    assert reconcile_once(made.stores, bell, 0.0) == 1
    assert bell.queue.count == 4 and bell.waiting() == {made.look(s).document_id for s in sids}


def test_a_full_backlog_does_not_grow_at_every_sweep(works: tuple[Plant, Doorbell]) -> None:
    made, bell = works
    for n in range(10):
        made.submit(picture("good", n))
    relay_once(made.stores, bell)
    assert [reconcile_once(made.stores, bell, 0.0) for _ in range(3)] == [0, 0, 0]
    assert bell.queue.count == 10


def test_rings_for_a_document_whose_worker_vanished(works: tuple[Plant, Doorbell]) -> None:
    made, bell = works
    sid = made.submit(picture("good"))
    document_id = made.look(sid).document_id
    relay_once(made.stores, bell)
    bell.connection.delete(bell.queue.key)  # a worker took the message …
    assert made.stores.queue.claim(document_id, "gone", 0.2)  # … and the document, and was never heard of again
    end = time.monotonic() + 30
    while reconcile_once(made.stores, bell, 60.0) == 0:
        assert time.monotonic() < end
        time.sleep(0.05)
    assert bell.waiting() == {document_id}


def test_outlives_a_redis_outage(tmp_path: Path) -> None:
    with servers.redis_server() as server, plant(tmp_path / "var", server.url) as made:
        bell = Doorbell(made.settings.redis_url, made.settings.queue_name)
        stop = threading.Event()
        server.kill()
        sid = made.submit(picture("good"))
        thread = Relay(made.stores, bell, 0.5).start(stop)
        time.sleep(1)
        assert made.look(sid).state is State.RECEIVED
        server.restart()
        made.reaches(sid, State.QUEUED)
        assert bell.waiting() == {made.look(sid).document_id}
        stop.set()
        thread.join(20)
        assert not thread.is_alive()
        bell.close()
