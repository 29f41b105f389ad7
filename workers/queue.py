"""The doorbell: takes document ids, rings a worker for each through Redis; one opaque id is all that a message holds.

The database is the queue of record. Whatever is lost here is rung again (workers/relay.py), so nothing here is kept
longer than it is of use, and nothing here is believed: whoever can write to Redis can make a worker read a document
that waits anyway, and nothing else."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import redis
from redis.backoff import ExponentialBackoff
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

from digitizer.errors import QueueUnavailable, UsageError

JOB = "workers.jobs.process_document"
DOCUMENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
SUFFIX_LENGTH = 9  # '-' and 8 hexadecimal digits
FAILURE_SECONDS = 3600  # RQ's default keeps failures for a year
JOB_SECONDS = 1800  # only how long RQ shows a dead worker; what ends a reading is the Reader's clock


@dataclass(frozen=True, slots=True)
class QueueHealth:
    """What `digitizer doctor` reports. `faults` are sentences for the operator; none means well set."""

    version: str
    waiting: int
    workers: int
    faults: tuple[str, ...]


class Doorbell:
    """Rings workers. One per process; safe to use from several threads."""

    def __init__(self, redis_url: str, queue_name: str) -> None:
        self.connection = connect(redis_url)
        self.queue = Queue(queue_name, connection=self.connection, serializer=JSONSerializer)

    def ring(self, document_ids: Sequence[str]) -> None:
        """One message a document. Raises UsageError for anything that is not an id, QueueUnavailable."""
        data = [
            Queue.prepare_data(
                JOB, args=[checked_document_id(document_id)], job_id=f"{document_id}-{secrets.token_hex(4)}",
                description="", timeout=JOB_SECONDS, result_ttl=0, failure_ttl=FAILURE_SECONDS,
            )
            for document_id in document_ids
        ]
        if data:
            with translated():
                self.queue.enqueue_many(data)

    def waiting(self) -> frozenset[str]:
        """Document ids for which a message still lies in the queue. Raises QueueUnavailable."""
        with translated():
            return frozenset(job_id[:-SUFFIX_LENGTH] for job_id in self.queue.get_job_ids())

    def check(self) -> None:
        """Raises QueueUnavailable when Redis does not answer."""
        with translated():
            self.connection.ping()

    def health(self) -> QueueHealth:
        """Looks at what would lose messages or keep too much. Raises QueueUnavailable."""
        with translated():
            info = self.connection.info()
            settings = self._settings()
            workers = self.connection.scard(f"rq:workers:{self.queue.name}")
            waiting = self.queue.count
        faults = []
        if settings.get("maxmemory-policy", "noeviction") != "noeviction":
            faults.append(f"maxmemory-policy is {settings['maxmemory-policy']}; set noeviction, or messages vanish")
        if settings.get("appendonly", "yes") != "yes":
            faults.append("appendonly is off; after a restart every waiting document is rung again only by the sweep")
        version = str(info["redis_version"])
        if tuple(int(part) for part in version.split(".")[:2]) < (6, 2):
            faults.append(f"Redis {version} has no BLMOVE: messages can be lost between pop and start; use 6.2")
        return QueueHealth(version, int(waiting), int(workers), tuple(faults))

    def _settings(self) -> dict[str, str]:
        """Managed servers forbid CONFIG; then nothing is said of what cannot be seen."""
        try:
            found = [self.connection.config_get(name) for name in ("maxmemory-policy", "appendonly")]
            return {str(k): str(v) for answer in found for k, v in answer.items()}
        except redis.exceptions.ResponseError:
            return {}

    def close(self) -> None:
        self.connection.close()


def connect(redis_url: str) -> redis.Redis:
    """A connection that gives up in seconds: the callers know how to wait, and must hear that they have to."""
    return redis.Redis.from_url(
        redis_url, socket_connect_timeout=2, socket_timeout=5, health_check_interval=30,
        retry=Retry(ExponentialBackoff(cap=0.5, base=0.05), 2), client_name="digitizer",
    )


def checked_document_id(value: Any) -> str:
    """An opaque id and nothing else: no path, no name, no bytes. Raises UsageError."""
    if not isinstance(value, str) or not DOCUMENT_ID.fullmatch(value):
        raise UsageError("a message holds one document id and nothing else")
    return value


@contextmanager
def translated() -> Iterator[None]:
    """Redis's errors as ours; a full memory (noeviction) is one of them."""
    try:
        yield
    except redis.exceptions.RedisError as error:
        raise QueueUnavailable(type(error).__name__) from error
