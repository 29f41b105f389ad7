"""Carries the outbox to the doorbell and rings again what was lost: takes stores and a doorbell, runs until stopped."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import structlog

from digitizer.errors import DigitizerError
from storage.base import Stores
from workers.queue import Doorbell

log = structlog.get_logger("workers.relay")
BATCH = 200
SWEEP_BATCH = 1000
POLL_SECONDS = 0.3
LONGEST_WAIT = 5.0


def relay_once(stores: Stores, bell: Doorbell) -> int:
    """One batch of the outbox. Rings before it marks: a crash between rings twice, never not at all.

    Gives how many; raises DatabaseUnavailable, QueueUnavailable."""
    document_ids = list(stores.queue.unrung(BATCH))
    if document_ids:
        bell.ring(document_ids)
        stores.queue.rung(document_ids)
    return len(document_ids)


def reconcile_once(stores: Stores, bell: Doorbell, queued_s: float) -> int:
    """Rings again for documents that wait without a message, or whose worker's lease has run out; gives how many.

    Those whose message still lies in the queue are left alone, else a long backlog would double at every sweep."""
    overdue = stores.queue.overdue(queued_s, SWEEP_BATCH)
    if not overdue:
        return 0
    waiting = bell.waiting()
    lost = [document_id for document_id in overdue if document_id not in waiting]
    bell.ring(lost)
    if lost:
        log.info("rung_again", documents=len(lost))
    return len(lost)


@dataclass(slots=True)
class Relay:
    """Runs both until `stop` is set. Any number may run at once, on any host: a document rung twice is read once."""

    stores: Stores
    bell: Doorbell
    sweep_s: float

    def run(self, stop: threading.Event) -> None:
        """Outlives outages of Redis and database: waits longer after each failure, says so once."""
        wait, next_sweep = POLL_SECONDS, time.monotonic() + self.sweep_s
        while not stop.is_set():
            try:
                carried = relay_once(self.stores, self.bell)
                if time.monotonic() >= next_sweep:
                    reconcile_once(self.stores, self.bell, self.sweep_s)
                    next_sweep = time.monotonic() + self.sweep_s
                if wait > POLL_SECONDS:
                    log.info("relay_recovered")
                wait = POLL_SECONDS
                pause = 0.0 if carried == BATCH else wait
            except DigitizerError as error:
                if wait == POLL_SECONDS:
                    log.warning("relay_waits", code=error.code)
                pause = wait = min(wait * 2, LONGEST_WAIT)
            stop.wait(pause)

    def start(self, stop: threading.Event) -> threading.Thread:
        """The same in a thread of this process."""
        thread = threading.Thread(target=self.run, args=(stop,), name="relay", daemon=True)
        thread.start()
        return thread
