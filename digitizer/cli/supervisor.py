"""Keeps processes running: takes parts of a service, starts them in order, restarts what dies, ends all together."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from digitizer.errors import Unavailable

FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 30.0  # before a part that died is started again; doubled each time
HEALTHY_S = 30.0  # a part that ran this long starts again without the wait
END_S = 20.0  # for the orderly end; the lease in the database makes a kill after it safe
LOG_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Part:
    """One process. `ready` says whether it answers; a part without it is ready when it runs."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    ready: Callable[[], bool] | None = None
    start_s: float = 60.0
    log: Path | None = None  # None: our own stderr


@dataclass(slots=True)
class _Running:
    part: Part
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    wait_s: float = 0.0
    due: float = 0.0
    restarts: int = 0


@dataclass(slots=True)
class Supervisor:
    """Runs parts until `stop` is called or a signal comes. `changed` is called after every start and end.

    Parts die with this process, however it ends: the kernel sends them SIGTERM (parent-death signal)."""

    say: Callable[[str], None]
    changed: Callable[[dict[str, int]], None] = lambda pids: None
    _parts: list[_Running] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def start(self, *parts: Part) -> None:
        """Starts parts side by side and waits until those answer that can say so. Raises Unavailable with the end of
        the log of one that does not."""
        started = [_Running(part) for part in parts]
        self._parts += started
        for running in started:
            self._launch(running)
        for running in started:
            self._await(running)

    def _await(self, running: _Running) -> None:
        part, end = running.part, running.started + running.part.start_s
        while part.ready and not self._stop.is_set() and not part.ready():
            ended = running.process is not None and running.process.poll() is not None
            if ended or time.monotonic() > end:
                raise Unavailable(f"{part.name} does not start{_tail(part.log)}")
            self._stop.wait(0.05)

    def watch(self) -> None:
        """Returns after `stop` or a signal; until then starts again whatever ends."""
        checked = time.monotonic()
        while not self._stop.wait(0.2):
            for running in self._parts:
                self._look_after(running)
            if time.monotonic() - checked > 30:
                checked = time.monotonic()
                for running in self._parts:
                    _bound_log(running.part.log)

    def stop(self, *_: object) -> None:
        self._stop.set()

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    def listen_to_signals(self) -> None:
        """SIGTERM, SIGINT and SIGHUP end all parts in order."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self.stop)

    def end(self) -> None:
        """Ends the parts, the last started first; kills what has not gone after 20 s."""
        self._stop.set()
        deadline = time.monotonic() + END_S
        for running in reversed(self._parts):
            if running.process is None:
                continue
            running.process.terminate()
            try:
                running.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"{running.part.name} did not end in time and was killed")
                running.process.kill()
                running.process.wait()
            running.process = None

    def pids(self) -> dict[str, int]:
        return {r.part.name: r.process.pid for r in self._parts if r.process and r.process.poll() is None}

    def _look_after(self, running: _Running) -> None:
        now = time.monotonic()
        if running.process is not None and running.process.poll() is not None:
            status, lived = running.process.returncode, now - running.started
            running.process = None
            again = 0.0 if lived > HEALTHY_S else running.wait_s * 2
            running.wait_s = min(LONGEST_WAIT_S, again or FIRST_WAIT_S)
            running.due = now + running.wait_s
            self.say(f"{running.part.name} ended ({_cause(status)}); starts again in {running.wait_s:.1f} s")
        if running.process is None and now >= running.due and not self._stop.is_set():
            running.restarts += 1
            self._launch(running)

    def _launch(self, running: _Running) -> None:
        part = running.part
        # setpriv comes with util-linux, which every Debian has; elsewhere an orphan would have to be ended by hand
        setpriv = shutil.which("setpriv")
        command = [setpriv, "--pdeathsig", "TERM", "--", *part.command] if setpriv else [*part.command]
        log = _open_log(part.log)
        try:
            running.process = subprocess.Popen(
                command, env=dict(part.environment), stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,  # Ctrl-C reaches us only; we end the parts in order
            )
        finally:
            if log is not None:
                os.close(log)
        running.started = time.monotonic()
        self.changed(self.pids())


def gone(pid: int, seconds: float) -> bool:
    """Waits until no process has this pid."""
    end = time.monotonic() + seconds
    while alive(pid):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def alive(pid: int) -> bool:
    """Whether a process with this pid runs; a zombie that nobody has collected counts as gone."""
    with suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def _open_log(path: Path | None) -> int | None:
    if path is None:
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def _bound_log(path: Path | None) -> None:
    """Keeps a log and the one before it: copied, then emptied, because the part holds it open for appending."""
    if path is None or not path.exists() or path.stat().st_size < LOG_BYTES:
        return
    shutil.copyfile(path, path.with_suffix(".log.1"))
    os.truncate(path, 0)


def _tail(log: Path | None, lines: int = 5) -> str:
    if log is None or not log.exists():
        return ""
    last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-lines:]
    return f"; {log} ends with:\n" + "\n".join(last) if last else f"; nothing in {log}"


def _cause(status: int) -> str:
    if status < 0:
        with suppress(ValueError):
            return signal.Signals(-status).name
    return f"exit status {status}"
