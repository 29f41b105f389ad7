"""Starts workers: takes the settings, runs a relay and worker processes, starts dead ones again, until told to stop."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from digitizer.child import die_with
from digitizer.errors import DigitizerError, UnsafeSettings
from digitizer.jail import Level, Program
from digitizer.options import Limits, Options
from digitizer.sandbox import Reader
from settings import Settings
from storage.connect import open_stores
from storage.population import open_population
from workers.context import Workplace, configure_logs, install, worker_name
from workers.queue import Doorbell
from workers.relay import Relay
from workers.worker import GRACE_SECONDS, work_until_stopped

log = structlog.get_logger("workers")
LONGEST_RESTART_WAIT = 10.0


def run_worker(settings: Settings, program: Program | None = None, limits: Limits | None = None) -> None:
    """One worker in this process: everything loaded first, then the queue. `program`, `limits`: others in tests.

    Raises UnsafeSettings, Unavailable."""
    configure_logs(settings.log_json)
    if not settings.redis_url:
        raise UnsafeSettings("a worker needs DIGITIZER_REDIS_URL; `digitizer up` runs a private Redis of its own")
    options = options_of(settings, limits or Limits())
    stores = open_stores(settings)
    reader = Reader(options, settings.sandbox, program=program, yields=True)
    try:
        reader.start()
        name = worker_name()
        install(Workplace(name, stores, reader, options, settings.lease_seconds, open_population(settings)))
        if reader.level is Level.RLIMITS:
            log.warning("sandbox_limits_only")  # bubblewrap does not work here: `digitizer doctor` says why it matters
        log.info("worker_ready", worker=name, sandbox=reader.level.value, engine=reader.engine and reader.engine.name)
        work_until_stopped(settings.redis_url, settings.queue_name, reader.cancel)
    finally:
        install(None)
        reader.close()
        stores.close()


def options_of(settings: Settings, limits: Limits) -> Options:
    """What the settings say about reading."""
    return Options(engine=settings.engine, accept_probability=settings.accept_probability, limits=limits)


@dataclass(slots=True)
class _Slot:
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    wait: float = 0.5
    not_before: float = 0.0


@dataclass(slots=True)
class Workers:
    """Worker processes and a relay thread, kept going. `start` from a thread that lives as long as they shall."""

    settings: Settings
    count: int
    module: str = "workers"
    _slots: list[_Slot] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Blocks until `stop` is called, then ends the processes: politely first, by force after the grace."""
        stores = open_stores(self.settings)
        bell = Doorbell(self.settings.redis_url, self.settings.queue_name)
        relay = Relay(stores, bell, self.settings.sweep_seconds).start(self._stop)
        self._slots = [_Slot() for _ in range(self.count)]
        try:
            while not self._stop.is_set():
                for slot in self._slots:
                    self._keep(slot)
                self._stop.wait(0.2)
        finally:
            self._stop.set()
            self._end()
            relay.join(10)
            bell.close()
            stores.close()

    def stop(self) -> None:
        """May be called from a signal handler or another thread."""
        self._stop.set()

    def _keep(self, slot: _Slot) -> None:
        now = time.monotonic()
        if slot.process is not None:
            if slot.process.poll() is None:
                return
            log.warning("worker_died", pid=slot.process.pid, status=slot.process.returncode)
            slot.wait = 0.5 if now - slot.started > 60 else min(slot.wait * 2, LONGEST_RESTART_WAIT)
            slot.process, slot.not_before = None, now + slot.wait
        if now >= slot.not_before:
            command = [sys.executable, "-m", self.module, "--one", "--parent", str(os.getpid())]
            slot.process = subprocess.Popen(command, env={**os.environ, **environment_of(self.settings)})
            slot.started = now

    def _end(self) -> None:
        processes = [slot.process for slot in self._slots if slot.process]
        for process in processes:
            process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS + 5
        for process in processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            if process.poll() is None:
                process.kill()
                process.wait()


def environment_of(settings: Settings) -> dict[str, str]:
    """The settings as the environment of a process that reads them again; what is not set stays unset."""
    prefix = str(settings.model_config["env_prefix"])
    plain = {
        name: value.get_secret_value() if hasattr(value, "get_secret_value") else value
        for name, value in ((name, getattr(settings, name)) for name in type(settings).model_fields)
    }
    return {f"{prefix}{name.upper()}": str(value) for name, value in plain.items() if value is not None}


def main(
    arguments: list[str] | None = None, module: str = "workers", program: Program | None = None,
    limits: Limits | None = None,
) -> int:
    """`python -m workers`; gives the exit status. `module`: what is started for each worker process."""
    parser = argparse.ArgumentParser(prog="digitizer worker", description="Reads documents as they come in.")
    parser.add_argument("--count", type=int, default=None, help="worker processes; default: the setting workers")
    parser.add_argument("--one", action="store_true", help="one worker in this process and no relay")
    parser.add_argument("--parent", type=int, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    try:
        settings = Settings()
        configure_logs(settings.log_json)
        if given.one:
            die_with(given.parent, signal.SIGTERM)
            run_worker(settings, program, limits)
            return 0
        workers = Workers(settings, given.count or settings.workers, module)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda signum, frame: workers.stop())
        workers.run()
    except DigitizerError as error:
        log.error("stopped", code=error.code, detail=error.detail)
        return error.exit_status
    return 0


if __name__ == "__main__":
    sys.exit(main())
