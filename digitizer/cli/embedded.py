"""The all-in-one service: takes settings, runs API, relay, workers and a private Redis as children of one process."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from digitizer.cli.supervisor import END_S, Part, Supervisor, alive, gone
from digitizer.errors import QueueUnavailable, Unavailable, UsageError
from settings import Settings

SOCKET_PATH_LIMIT = 100  # the kernel takes 107 bytes
START_S = 90.0


@dataclass(frozen=True, slots=True)
class Service:
    """A running service, as written in var/run/up.json."""

    pid: int
    url: str
    redis_url: str
    started_at: str
    ready: bool
    children: dict[str, int]


def run_folder(var: Path) -> Path:
    return var.resolve() / "run"


def find(var: Path) -> Service | None:
    """The service that runs on this folder, or None. Whether it runs is told by a lock that the kernel frees with
    its holder, so a pid file left by a crash misleads nobody."""
    folder = run_folder(var)
    if not _locked(folder / "up.lock"):
        return None
    for _ in range(100):  # between taking the lock and writing the file there are milliseconds
        with suppress(OSError, ValueError, TypeError):
            service = Service(**json.loads((folder / "up.json").read_text(encoding="utf-8")))
            if alive(service.pid):
                return service
        time.sleep(0.05)
    return None


def start_in_background(settings: Settings, tell: Callable[[str], None]) -> Service:
    """Starts `digitizer up` detached and waits until it answers; the running one, when there is one."""
    running = find(settings.var)
    if running is None:
        log = settings.var.resolve() / "log" / "up.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        tell(f"starting the service; its logs are in {log.parent}")
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "digitizer", "up", "--port", str(settings.port)], env=_environment(settings),
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            )
    else:
        process = None
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        found = find(settings.var)
        if found and found.ready:
            return found
        if process is not None and process.poll() is not None:
            raise Unavailable(f"the service does not start; {log} ends with:\n{_last_lines(log)}")
        time.sleep(0.1)
    raise Unavailable(f"the service is not ready after {START_S:.0f} s; see {settings.var.resolve() / 'log'}")


def stop(var: Path) -> Service | None:
    """Ends the running service and everything it started; gives what was ended."""
    service = find(var)
    if service is None:
        _forget(run_folder(var))
        return None
    with suppress(ProcessLookupError):
        os.kill(service.pid, 15)
    if not gone(service.pid, END_S + 15):
        with suppress(ProcessLookupError):
            os.kill(service.pid, 9)  # the children get their parent-death signal
        gone(service.pid, 5)
    for pid in service.children.values():
        gone(pid, 5)
    _forget(run_folder(var))
    return service


def run(settings: Settings, tell: Callable[[str], None]) -> int:
    """Runs everything until a signal comes. UsageError when it runs already, Unavailable when a part does not start."""
    var = settings.var.resolve()
    for name in ("run", "log", "redis"):
        (var / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    with _only_one(run_folder(var)):
        _await_orphans(run_folder(var))
        _refuse_taken_port(settings)
        url = f"http://{_dialable(settings.host)}:{settings.port}"
        redis_url = settings.redis_url or _private_redis_url(var)
        state = _State(run_folder(var) / "up.json", url, redis_url)
        supervisor = Supervisor(say=lambda text: tell(f"{_now()} {text}"), changed=state.children)
        supervisor.listen_to_signals()
        try:
            _start_parts(supervisor, settings, redis_url, url)
            if not supervisor.stopping:
                state.ready()
                tell(f"{_now()} ready: {url}")
            supervisor.watch()
        finally:
            tell(f"{_now()} ending")
            supervisor.end()
            _forget(run_folder(var))
    return 0


def _start_parts(supervisor: Supervisor, settings: Settings, redis_url: str, url: str) -> None:
    environment = _environment(settings)
    environment["DIGITIZER_REDIS_URL"] = redis_url
    log = settings.var.resolve() / "log"

    def part(name: str, *words: str, ready: Callable[[], bool] | None = None) -> Part:
        command = [sys.executable, "-m", *words]
        return Part(name, command, environment, ready, START_S, log / f"{name}.log")

    if not settings.redis_url:
        supervisor.start(_redis_part(settings.var.resolve(), redis_url))
    workers = [part(f"worker-{n}", "digitizer", "worker", "--one") for n in range(1, settings.workers + 1)]
    api = part("api", "digitizer", "serve", ready=lambda: _answers(f"{url}/healthz"))
    supervisor.start(api, part("relay", "digitizer", "relay"), *workers)


def _redis_part(var: Path, url: str) -> Part:
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        raise QueueUnavailable("redis-server is not installed: apt install redis-server, or set DIGITIZER_REDIS_URL")
    path = url.removeprefix("unix://")
    command = [
        program, "--port", "0", "--unixsocket", path, "--unixsocketperm", "700", "--dir", str(var / "redis"),
        "--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--maxmemory-policy", "noeviction",
        "--daemonize", "no",
    ]
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}
    return Part("redis", command, environment, lambda: _pings(path), 30.0, var / "log" / "redis.log")


def _private_redis_url(var: Path) -> str:
    """A Unix socket that only this user can open: no port, no password. Long paths do not fit into a socket address."""
    path = var / "run" / "redis.sock"
    if len(os.fsencode(path)) > SOCKET_PATH_LIMIT:
        name = hashlib.sha256(os.fsencode(var)).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"digitizer-{os.getuid()}-{name}"
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.stat().st_uid != os.getuid() or folder.is_symlink():
            raise UsageError(f"{folder} belongs to somebody else; set DIGITIZER_VAR to a shorter path")
        path = folder / "redis.sock"
    return f"unix://{path}"


def _pings(path: str) -> bool:
    with suppress(OSError), socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(1)
        sock.connect(path)
        sock.sendall(b"PING\r\n")
        return sock.recv(7).startswith(b"+PONG")
    return False


def _answers(url: str) -> bool:
    """Any HTTP answer: /healthz needs no key."""
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return error.code < 500
    except OSError:
        return False


def _environment(settings: Settings) -> dict[str, str]:
    """What every part gets: ours, with the folder made absolute and the port that was chosen."""
    environment = dict(os.environ)
    environment.update({
        "DIGITIZER_VAR": str(settings.var.resolve()), "DIGITIZER_HOST": settings.host,
        "DIGITIZER_PORT": str(settings.port), "DIGITIZER_WORKERS": str(settings.workers),
        "OMP_THREAD_LIMIT": "1", "PYTHONUNBUFFERED": "1",
    })
    return environment


class _State:
    """Keeps var/run/up.json true; written whole, then renamed."""

    def __init__(self, path: Path, url: str, redis_url: str) -> None:
        self._path = path
        self._now = Service(os.getpid(), url, redis_url, _now(), False, {})
        self._write()

    def children(self, pids: dict[str, int]) -> None:
        self._now = Service(**{**asdict(self._now), "children": pids})
        self._write()

    def ready(self) -> None:
        self._now = Service(**{**asdict(self._now), "ready": True})
        self._write()

    def _write(self) -> None:
        new = self._path.with_suffix(".new")
        new.write_text(json.dumps(asdict(self._now), indent=2) + "\n", encoding="utf-8")
        new.replace(self._path)


@contextmanager
def _only_one(folder: Path) -> Iterator[IO[str]]:
    with (folder / "up.lock").open("a") as held:
        for last in (*[False] * 20, True):  # `find` tries the lock for a moment; that is no service
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if last:
                    raise UsageError(
                        f"a service runs on {folder.parent} already; "
                        "`digitizer down` ends it, DIGITIZER_VAR names another folder"
                    ) from None
                time.sleep(0.05)
        yield held


def _locked(path: Path) -> bool:
    try:
        with path.open("a") as tried:
            fcntl.flock(tried, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _await_orphans(folder: Path) -> None:
    """After a kill of the last service its parts are still ending; two Redis on one folder would spoil its log."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        left = json.loads((folder / "up.json").read_text(encoding="utf-8"))["children"]
        for name, pid in left.items():
            if _is_ours(pid) and not gone(pid, 10):
                raise Unavailable(f"{name} of the last run, process {pid}, has not ended; end it by hand")


def _is_ours(pid: int) -> bool:
    """A pid may have been given to a stranger since: ours are named in their command line."""
    with suppress(OSError):
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        return b"digitizer" in command or b"redis" in command
    return False


def _refuse_taken_port(settings: Settings) -> None:
    if not port_is_free(settings.host, settings.port):
        raise UsageError(
            f"port {settings.port} of {settings.host} is taken by another program; choose one: --port, DIGITIZER_PORT"
        )


def port_is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, port))
        except OSError:
            return False
    return True


def _dialable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)


def _forget(folder: Path) -> None:
    (folder / "up.json").unlink(missing_ok=True)


def _last_lines(log: Path, count: int = 12) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-count:])


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def free_port(host: str) -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as sock:
        sock.bind((host, 0))
        return int(sock.getsockname()[1])
