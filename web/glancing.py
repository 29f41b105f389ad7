"""Warm children that look at scans at once, beside the workers' queue: takes bytes, gives what to tell the clerk.

A verdict must come while the citizen is there, so it never waits behind a backlog: it has children of its own, and
whoever finds all of them busy with others waiting is told to ask again. Uploads go on meanwhile."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

from digitizer.errors import DigitizerError, EngineUnavailable, TooManyRequests
from digitizer.glance import Glance
from digitizer.sandbox import Reader
from digitizer.untrusted import Picture
from web.errors import Problem

Seen = tuple[Glance, tuple[Picture, ...]]
Glancing = Callable[[bytes, str, str | None], Seen]
WAITING = 3  # requests for each child: the last of them waits as long as the clerk will
RETRY_S = 2


def nothing_seen(data: bytes, name: str, form: str | None) -> Seen:
    """For a service that looks at nothing before it takes it in."""
    raise EngineUnavailable("this service does not look at scans before they are sent")


class Glancers:
    """Some Readers, each of which looks at one file at a time."""

    def __init__(self, readers: Sequence[Reader]) -> None:
        self._readers = tuple(readers)
        self._free: queue.SimpleQueue[Reader] = queue.SimpleQueue()
        for reader in readers:
            self._free.put(reader)
        self._room = threading.BoundedSemaphore(max(1, len(readers) * (1 + WAITING)))

    def start(self) -> None:
        """Warms the children, in the background: the service answers meanwhile."""
        for reader in self._readers:
            threading.Thread(target=_warm, args=(reader,), name="glancer", daemon=True).start()

    def glance(self, data: bytes, name: str, form: str | None = None) -> Seen:
        """Raises BadInput, ReadingFailed, EngineUnavailable; a Problem with Retry-After when too many wait."""
        if not self._readers:
            return nothing_seen(data, name, form)
        if not self._room.acquire(blocking=False):
            raise Problem(TooManyRequests("too many scans wait to be looked at"), {"Retry-After": str(RETRY_S)})
        try:
            reader = self._free.get()
            try:
                return reader.glance(data, name, form)
            finally:
                self._free.put(reader)
        finally:
            self._room.release()

    def close(self) -> None:
        for reader in self._readers:
            reader.close()


def _warm(reader: Reader) -> None:
    with suppress(DigitizerError):  # the first to ask hears of it
        reader.start()
