"""Keeps a lease while work is done: takes a workplace and how to renew, ends the reading when the lease is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from digitizer.errors import DigitizerError, StaleFence
from workers.context import Workplace

log = structlog.get_logger("workers.heartbeat")


@contextmanager
def heartbeat(workplace: Workplace, renew: Callable[[], None]) -> Iterator[None]:
    """Keeps the lease while the body runs. When it is lost (`renew` raises StaleFence) the reading is ended: nobody
    wants its result any more."""
    done = threading.Event()

    def beat() -> None:
        while not done.wait(workplace.lease_s / 3):
            try:
                renew()
            except StaleFence:
                workplace.reader.cancel()
                return
            except DigitizerError as error:
                log.warning("heartbeat_failed", code=error.code)  # the lease may outlast it; the fence decides

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
