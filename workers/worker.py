"""RQ's worker as we let it run: takes a queue, works through document messages one by one in this process.

No fork per job: what is untrusted runs in the reading child, and a fork would lose that warm child. The traps that are
closed here were measured (reliability.md 0 and 1): two queues lose jobs, pickle and function paths are code execution,
SIGALRM can fire inside a database transaction, tracebacks and arguments are kept and logged."""

from __future__ import annotations

import signal
import threading
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import redis
import structlog
from rq.exceptions import StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.timeouts import BaseDeathPenalty
from rq.worker import SimpleWorker
from rq.worker.base import WorkerStatus

from digitizer.errors import DigitizerError, UnsafeSettings, UsageError
from workers.context import worker_name
from workers.jobs import process_document
from workers.queue import JOB, checked_document_id, connect

log = structlog.get_logger("workers.worker")
WORKER_TTL = 30
MAINTENANCE_SECONDS = 20
GRACE_SECONDS = 20.0  # container runtimes kill 30 s after they ask


class DocumentJob(Job):
    """A message as we believe it: our one function, one id, nothing to call back.

    RQ imports and calls whatever path a message names, so with RQ's own class write access to Redis would be code
    execution in every worker, JSON or not."""

    def restore(self, raw_data: Any) -> None:
        """Forgets the callbacks that a forged message may carry."""
        super().restore(raw_data)
        self._success_callback_name = self._failure_callback_name = self._stopped_callback_name = None

    def document_id(self) -> str:
        """The one argument. Raises UsageError for any message that is not ours."""
        if self.func_name != JOB or self.kwargs or len(self.args) != 1:
            raise UsageError("this message is not one of ours")
        return checked_document_id(self.args[0])

    def perform(self) -> None:
        """Calls our function, whatever the message names."""
        process_document(self.document_id())

    def send_webhooks(self, *args: Any, **kwargs: Any) -> None:
        """Never: a forged message could make the worker call any address."""


class NoAlarm(BaseDeathPenalty):
    """The Reader's clock ends a reading; an exception out of a signal could hit a half-written transaction."""

    def setup_death_penalty(self) -> None:
        """Nothing to set up."""

    def cancel_death_penalty(self) -> None:
        """Nothing to cancel."""


class DocumentWorker(SimpleWorker):
    """One queue, JSON, in this process. Raises UnsafeSettings for anything else.

    on_late: called when a stop was asked for and the document at hand is not done within GRACE_SECONDS."""

    job_class = DocumentJob
    death_penalty_class = NoAlarm
    log_result_lifespan = False
    max_connection_wait_time = 5.0

    def __init__(
        self, queues: Sequence[str], connection: redis.Redis, serializer: Any = JSONSerializer,
        on_late: Callable[[], None] | None = None,
    ) -> None:
        if len(queues) != 1:
            raise UnsafeSettings("a worker listens on exactly one queue: with more RQ loses jobs")
        if serializer is not JSONSerializer:
            raise UnsafeSettings("only the JSON serializer is allowed: pickle runs whatever stands in Redis")
        super().__init__(
            list(queues), name=worker_name(), connection=connection, serializer=serializer, job_class=DocumentJob,
            worker_ttl=WORKER_TTL, maintenance_interval=MAINTENANCE_SECONDS, log_job_description=False,
        )
        self._on_late = on_late

    def subscribe(self) -> None:
        """Commands through Redis (stop, kill, shut down) are not listened to; operators send signals."""

    def unsubscribe(self) -> None:
        """Nothing was subscribed."""

    def _install_signal_handlers(self) -> None:
        """The process does that (`run_worker`), as a worker is made anew whenever Redis was away."""

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Finishes the document at hand if that is quick; touches no network, as the handler may run anywhere."""
        if self.get_state() != WorkerStatus.BUSY:
            raise StopRequested
        if not self._stop_requested and self._on_late:
            late = threading.Timer(GRACE_SECONDS, self._on_late)
            late.daemon = True
            late.start()
        self._stop_requested = True

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """A code and a place in the log; RQ would log arguments and the whole traceback."""
        error = exc_info[1]
        if isinstance(error, DigitizerError):
            log.warning("job_failed", message=job.id, code=error.code, detail=error.detail)
            return
        frames = traceback.extract_tb(exc_info[2])
        where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
        log.error("job_failed", message=job.id, code="internal_error", error=type(error).__name__, where=where)

    def handle_job_failure(self, *args: Any, **kwargs: Any) -> None:
        """Keeps no traceback in Redis."""
        kwargs["exc_string"] = ""
        super().handle_job_failure(*args, **kwargs)


def work_until_stopped(redis_url: str, queue_name: str, on_late: Callable[[], None]) -> None:
    """Runs in the main thread until SIGTERM or SIGINT; survives any outage of Redis."""
    stop = threading.Event()
    at_work: list[DocumentWorker] = []

    def asked(signum: int, frame: FrameType | None) -> None:
        stop.set()
        for worker in at_work:
            worker.request_stop(signum, frame)

    signal.signal(signal.SIGTERM, asked)
    signal.signal(signal.SIGINT, asked)
    wait = 0.5
    while not stop.is_set():
        try:
            worker = DocumentWorker([queue_name], connect(redis_url), on_late=on_late)
            at_work.append(worker)
            if worker.work(logging_level="CRITICAL"):
                wait = 0.5
        except StopRequested:
            break
        except (redis.exceptions.RedisError, OSError) as error:
            log.warning("redis_away", error=type(error).__name__)
        finally:
            at_work.clear()
        stop.wait(wait)
        wait = min(wait * 2, 5.0)
