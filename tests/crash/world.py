"""The plant under attack: takes a folder, gives API, two worker hosts and Redis, each started again when it dies."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from digitizer.jail import ROOT
from settings import Settings
from storage.base import Role, Stores
from storage.connect import open_stores
from tests.processes import descendants
from tests.servers import HOST, free_port
from workers.__main__ import environment_of

RESTART_SECONDS = 0.3  # what an init system takes
LEASE_SECONDS, SWEEP_SECONDS = 2.0, 1.0  # the product's 30 and 15, scaled


@dataclass(slots=True)
class Part:
    """One top-level process; `output` collects what it says."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    output: Path
    process: subprocess.Popen[bytes] | None = None
    died: float = 0.0

    def start(self) -> None:
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=dict(self.environment), stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT,
            )

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        if self.running() and self.process:
            self.process.terminate()
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


@dataclass(slots=True)
class World:
    """`key`: a device key. `address`: of the API."""

    settings: Settings
    stores: Stores
    key: str
    address: tuple[str, int]
    parts: dict[str, Part]
    database_url: str = ""
    _stop: threading.Event = field(default_factory=threading.Event)

    def keep_alive(self) -> None:
        """Starts whatever is dead again, until the end."""
        while not self._stop.wait(0.05):
            for part in self.parts.values():
                if part.running():
                    part.died = 0.0
                elif not part.died:
                    part.died = time.monotonic()
                elif time.monotonic() - part.died > RESTART_SECONDS:
                    part.start()

    def pids(self, kind: str) -> list[int]:
        """What a kill of this kind may hit, in a stable order."""
        if kind in self.parts:
            part = self.parts[kind]
            return [part.process.pid] if part.running() and part.process else []
        hosts = [p for name in ("host-a", "host-b") for p in self.pids(name)]
        if kind == "relay":  # the supervisor of a host carries the relay
            return hosts
        mark = {"worker": b"--one", "child": b"tests.fakes.child"}[kind]
        return sorted(p for host in hosts for p in descendants(host) if mark in command_line(p))

    def cut_database(self) -> None:
        """Ends every connection to the database, in the middle of whatever it does (PostgreSQL only)."""
        with psycopg.connect(self.database_url.replace("+psycopg", ""), autocommit=True) as line:
            line.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                         "WHERE datname = current_database() AND pid <> pg_backend_pid()")

    def close(self) -> None:
        self._stop.set()
        for name in ("host-a", "host-b", "api", "redis"):
            self.parts[name].stop()
        self.stores.close()


def command_line(pid: int) -> bytes:
    """Empty for a process that has gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@contextlib.contextmanager
def world(folder: Path, database_url: str = "") -> Iterator[World]:
    """Everything up and answering; ended by pid at the end."""
    redis_port, api_port = free_port(), free_port()
    (folder / "redis").mkdir(parents=True)
    settings = Settings(
        var=folder / "var", redis_url=f"redis://{HOST}:{redis_port}/0", database_url=database_url, workers=1,
        lease_seconds=LEASE_SECONDS, sweep_seconds=SWEEP_SECONDS, host=HOST, port=api_port,
    )
    environment = {**os.environ, **environment_of(settings)}
    python = sys.executable
    commands = {
        "redis": ["redis-server", "--bind", HOST, "--port", str(redis_port), "--dir", str(folder / "redis"),
                  "--appendonly", "yes", "--maxmemory-policy", "noeviction", "--save", ""],
        "api": [python, "-m", "uvicorn", "--factory", "api:create_app", "--host", HOST, "--port", str(api_port),
                "--log-level", "warning"],
        "host-a": [python, "-m", "tests.fakes.worker", "--count", "1"],
        "host-b": [python, "-m", "tests.fakes.worker", "--count", "1"],
    }
    stores = open_stores(settings)
    _, key = stores.keys.create(Role.DEVICE, "hn-01", "crash test")
    parts = {name: Part(name, command, environment, folder / f"{name}.txt") for name, command in commands.items()}
    made = World(settings, stores, key, (HOST, api_port), parts, database_url)
    keeper = threading.Thread(target=made.keep_alive, daemon=True)
    for part in parts.values():
        part.start()
    keeper.start()
    try:
        _await_api(made.address)
        yield made
    finally:
        made.close()
        keeper.join()


def _await_api(address: tuple[str, int]) -> None:
    end = time.monotonic() + 60
    while True:
        with socket.socket() as line:
            line.settimeout(1)
            if line.connect_ex(address) == 0:
                return
        assert time.monotonic() < end, "the API did not start; see api.txt"
        time.sleep(0.1)


def send(pid: int, number: signal.Signals) -> bool:
    """False when it has gone already."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True
