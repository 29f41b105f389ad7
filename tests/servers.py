"""Real servers for tests: a free loopback port and a temporary folder in, a running server out, ended by pid."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from tests import build_servers

HOST = "127.0.0.1"
START_LIMIT_S = 60.0  # generous: two cores shared with everything else
S3_ACCESS_KEY, S3_SECRET_KEY = "digitizer-test", "invented-secret-for-tests"


class ServerMissing(Exception):
    """The program is not on this machine; the message says what to install."""


class ServerFailed(Exception):
    """The program is there but did not start; the message carries the end of its output."""


@dataclass(slots=True)
class Server:
    """A running server. `kill` is the power cut, `stop` the orderly end; both wait until it is gone."""

    name: str
    port: int
    directory: Path
    process: subprocess.Popen[bytes]
    command: Sequence[str] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)

    @property
    def pid(self) -> int:
        return self.process.pid

    def kill(self) -> None:
        """SIGKILL; nothing is flushed."""
        self.process.kill()
        self.process.wait(30)

    def restart(self) -> None:
        """After `kill`: the same command on the same port and folder; gives back once it listens."""
        self.process = _start(self.command, self.directory, self.env)
        _await(self, lambda: _listens(self.port))

    def stop(self, sig: signal.Signals = signal.SIGTERM) -> None:
        if self.process.poll() is None:
            self.process.send_signal(sig)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()


AnyServer = TypeVar("AnyServer", bound=Server)


@dataclass(slots=True)
class Redis(Server):
    @property
    def url(self) -> str:
        return f"redis://{HOST}:{self.port}/0"


@dataclass(slots=True)
class Postgres(Server):
    def url(self, database: str = "postgres") -> str:
        return f"postgresql+psycopg://digitizer@{HOST}:{self.port}/{database}"

    def new_database(self) -> str:
        """A fresh empty database; gives its SQLAlchemy URL."""
        import psycopg

        name = f"t{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self.url().replace("+psycopg", ""), autocommit=True) as conn:
            conn.execute(f'CREATE DATABASE "{name}"'.encode())
        return self.url(name)


@dataclass(slots=True)
class S3(Server):
    access_key: str = S3_ACCESS_KEY
    secret_key: str = S3_SECRET_KEY

    def url(self, bucket: str) -> str:
        return f"s3://{HOST}:{self.port}/{bucket}?secure=0"


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as sock:
        sock.bind((HOST, 0))
        return int(sock.getsockname()[1])


@contextlib.contextmanager
def redis_server(*options: str) -> Iterator[Redis]:
    """redis-server with AOF and noeviction in its own folder; `options` are added to its command line."""
    program = _program("redis-server", "apt install redis-server")
    with _folder("redis") as folder:
        port = free_port()
        command = [
            program, "--bind", HOST, "--port", str(port), "--dir", str(folder), "--appendonly", "yes",
            "--maxmemory-policy", "noeviction", "--save", "", *options,
        ]
        yield from _running(Redis("redis", port, folder, _start(command, folder), command))


@contextlib.contextmanager
def postgres_server(*settings: str) -> Iterator[Postgres]:
    """A PostgreSQL cluster made with initdb, as an unprivileged user where the tests run as root.

    `settings` are `name=value`. fsync is off: the tests kill clients, not the machine."""
    initdb, postgres = _postgres_program("initdb"), _postgres_program("postgres")
    owner = _unprivileged() if os.geteuid() == 0 else None
    with _folder("postgres") as folder:
        if owner:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        data, port = folder / "data", free_port()
        made = subprocess.run(
            [*_as(owner), initdb, "-D", str(data), "-U", "digitizer", "--auth=trust", "--no-sync",
             "--encoding=UTF8", "--locale=C.UTF-8"],
            cwd=folder, env=_environment(folder), capture_output=True, check=False,
        )
        if made.returncode:
            raise ServerFailed(f"initdb: {made.stderr.decode(errors='replace')[-2000:]}")
        options = ["listen_addresses=127.0.0.1", f"port={port}", "unix_socket_directories=", "fsync=off",
                   "max_connections=100", "shared_buffers=32MB", "log_min_messages=fatal", *settings]
        command = [*_as(owner), postgres, "-D", str(data), *(part for o in options for part in ("-c", o))]
        server = Postgres("postgres", port, folder, _start(command, folder), command)
        yield from _running(server, signal.SIGINT, lambda: _postgres_answers(server))


@contextlib.contextmanager
def minio_server() -> Iterator[S3]:
    """MinIO's last release, built from source into the cache by `python -m tests.build_servers`."""
    program = _built("minio")
    with _folder("minio") as folder:
        port = free_port()
        command = [program, "server", str(folder / "data"), "--address", f"{HOST}:{port}", "--quiet"]
        env = {"MINIO_ROOT_USER": S3_ACCESS_KEY, "MINIO_ROOT_PASSWORD": S3_SECRET_KEY,
               "MINIO_BROWSER": "off", "MINIO_UPDATE": "off"}
        yield from _running(S3("minio", port, folder, _start(command, folder, env), command, env))


@contextlib.contextmanager
def versity_server() -> Iterator[S3]:
    """The Versity S3 gateway over a plain folder, with versions."""
    program = _built("versitygw")
    with _folder("versity") as folder:
        port = free_port()
        for name in ("data", "versions", "iam"):
            (folder / name).mkdir()
        command = [program, "--port", f"{HOST}:{port}", "--iam-dir", str(folder / "iam"), "--quiet", "posix",
                   "--versioning-dir", str(folder / "versions"), str(folder / "data")]
        env = {"ROOT_ACCESS_KEY": S3_ACCESS_KEY, "ROOT_SECRET_KEY": S3_SECRET_KEY}
        yield from _running(S3("versity", port, folder, _start(command, folder, env), command, env))


def _built(name: str) -> str:
    path = build_servers.binary(name)
    if not path.exists():
        raise ServerMissing(f"{name} is not built: run `python -m tests.build_servers`")
    return str(path)


def _program(name: str, remedy: str) -> str:
    found = shutil.which(name)
    if not found:
        raise ServerMissing(f"{name} is not installed: {remedy}")
    return found


def _postgres_program(name: str) -> str:
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda p: float(p.parts[-3]))
    return str(versions[-1]) if versions else _program(name, "apt install postgresql")


def _unprivileged() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise ServerMissing("PostgreSQL refuses root and there is neither a user 'postgres' nor 'nobody'")


def _as(owner: pwd.struct_passwd | None) -> list[str]:
    """The prefix that drops root, and that ends the child should the test process be killed."""
    setpriv = _program("setpriv", "apt install util-linux")
    drop = [f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"] if owner else []
    return [setpriv, *drop, "--pdeathsig", "INT", "--"]


@contextlib.contextmanager
def _folder(name: str) -> Iterator[Path]:
    """Not pytest's own folder: that is closed to the unprivileged user whom PostgreSQL needs."""
    folder = Path(tempfile.mkdtemp(prefix=f"digitizer-{name}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _environment(folder: Path, extra: dict[str, str] | None = None) -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "LC_ALL": "C.UTF-8", "TZ": "UTC", **(extra or {})}


def _start(command: Sequence[str], folder: Path, env: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
    if "setpriv" not in command[0] and (setpriv := shutil.which("setpriv")):
        command = [setpriv, "--pdeathsig", "TERM", "--", *command]
    with (folder / "output.txt").open("ab") as output:
        return subprocess.Popen(command, cwd=folder, env=_environment(folder, env), stdin=subprocess.DEVNULL,
                                stdout=output, stderr=subprocess.STDOUT)


def _running(
    server: AnyServer, sig: signal.Signals = signal.SIGTERM, answers: Callable[[], bool] | None = None
) -> Iterator[AnyServer]:
    try:
        _await(server, answers or (lambda: _listens(server.port)))
        yield server
    finally:
        server.stop(sig)


def _await(server: Server, answers: Callable[[], bool]) -> None:
    end = time.monotonic() + START_LIMIT_S
    while not answers():
        if server.process.poll() is not None or time.monotonic() > end:
            output = (server.directory / "output.txt").read_text(errors="replace")[-2000:]
            raise ServerFailed(f"{server.name} did not start: {output}")
        time.sleep(0.05)


def _listens(port: int) -> bool:
    with socket.socket() as sock:
        sock.settimeout(1)
        return sock.connect_ex((HOST, port)) == 0


def _postgres_answers(server: Postgres) -> bool:
    import psycopg

    try:
        psycopg.connect(server.url().replace("+psycopg", ""), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
