"""What a worker process holds, in one place for its jobs; and logs whose every line carries the document's id."""

from __future__ import annotations

import logging
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from digitizer.options import Options
from digitizer.ports import PopulationRegistry
from digitizer.sandbox import Reader
from storage.base import Stores


@dataclass(frozen=True, slots=True)
class Workplace:
    """Built once per worker process. `name` stands in claims; `lease_s`: how long a claim holds without a heartbeat."""

    name: str
    stores: Stores
    reader: Reader
    options: Options
    lease_s: float
    population: PopulationRegistry | None = None


_current: Workplace | None = None


def install(workplace: Workplace | None) -> None:
    """Makes it the one that `process_document` works with; RQ hands a job nothing but its id."""
    global _current
    _current = workplace


def current() -> Workplace:
    if _current is None:
        raise RuntimeError("no workplace is installed; start `digitizer worker`")
    return _current


def worker_name() -> str:
    """Unique on this network at this moment; letters that RQ, SQL and logs all take."""
    return f"{socket.gethostname().split('.')[0]}-{os.getpid()}-{os.urandom(3).hex()}"


@contextmanager
def document_bound(document_id: str) -> Iterator[None]:
    """Every log line inside carries the document's id, also those of libraries that log through structlog."""
    with structlog.contextvars.bound_contextvars(document=document_id):
        yield


def configure_logs(as_json: bool) -> None:
    """Lines on stderr: time, level, event, ids. Never an argument, a value or a traceback with values in it."""
    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars, structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True), renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *names: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
