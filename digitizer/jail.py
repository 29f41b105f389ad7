"""How the reading child is shut in: takes the wished level, gives its command line, environment and scratch folder."""

from __future__ import annotations

import fcntl
import functools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from digitizer.errors import UnsafeSettings

ROOT = Path(__file__).resolve().parents[1]


class Level(StrEnum):
    """How far the child is shut in; reported by `digitizer doctor` and `/readyz`."""

    BUBBLEWRAP = "bubblewrap"  # no network, no other files, no other processes, and the limits below
    RLIMITS = "rlimits"  # memory, file size, open files, time; it can still read what its user can read


@dataclass(frozen=True, slots=True)
class Program:
    """What runs as the child. `folders` are all of the product's folders that it may see."""

    module: str = "digitizer.child"
    folders: tuple[Path, ...] = (ROOT / "digitizer", ROOT / "templates")


def child_environment(scratch: Path) -> dict[str, str]:
    """All that the child inherits: no credentials, one thread per library."""
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(scratch), "TMPDIR": str(scratch),
        "OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "OPENCV_FOR_THREADS_NUM": "1",
        "PYTHONDONTWRITEBYTECODE": "1", "MALLOC_ARENA_MAX": "2",
    }
    if "TESSDATA_PREFIX" in os.environ:
        environment["TESSDATA_PREFIX"] = os.environ["TESSDATA_PREFIX"]
    return environment


def child_command(level: Level, program: Program, scratch: Path) -> list[str]:
    """The command line of the child. Its second argument is the parent to die with; 0 where bubblewrap sees to that."""
    run = [sys.executable, "-m", program.module]
    if level is Level.RLIMITS:
        return [*run, str(os.getpid())]
    return [*_bubblewrap(program), "--bind", str(scratch), str(scratch), "--chdir", str(ROOT), *run, "0"]


def _bubblewrap(program: Program) -> list[str]:
    command = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    command += ["--ro-bind", "/usr", "/usr"]
    for name in ("/bin", "/sbin", "/lib", "/lib64"):
        here = Path(name)
        if here.is_symlink():
            command += ["--symlink", str(here.readlink()), name]
        elif here.is_dir():
            command += ["--ro-bind", name, name]
    command += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
    for name in ("/etc/ld.so.cache", "/etc/fonts", "/etc/alternatives", "/var/cache/fontconfig"):
        command += ["--ro-bind-try", name, name]
    wanted = {Path(sys.prefix), Path(sys.base_prefix), *program.folders}
    if "TESSDATA_PREFIX" in os.environ:
        wanted.add(Path(os.environ["TESSDATA_PREFIX"]))
    for folder in sorted(wanted):
        if folder.is_dir() and not folder.is_relative_to("/usr"):
            command += ["--ro-bind", str(folder), str(folder)]
    return command


@functools.cache
def bubblewrap_works() -> bool:
    """Tries it: user namespaces are off in some distributions and most containers."""
    if shutil.which("bwrap") is None:
        return False
    try:
        tried = subprocess.run(
            [*_bubblewrap(Program()), sys.executable, "-c", "pass"], capture_output=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0


def choose_level(sandbox: str) -> Level:
    """auto: the strongest that works here. Raises UnsafeSettings when bubblewrap is demanded and does not work."""
    if sandbox == "rlimits":
        return Level.RLIMITS
    if bubblewrap_works():
        return Level.BUBBLEWRAP
    if sandbox == "bubblewrap":
        raise UnsafeSettings("bubblewrap is demanded but does not work here; install it or allow user namespaces")
    return Level.RLIMITS


class Scratch:
    """A private folder, held by a lock so that the next start can tell which folders belonged to the dead."""

    def __init__(self, root: Path) -> None:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sweep(root)
        self.path = Path(tempfile.mkdtemp(prefix="reader-", dir=root))
        self._held = self.path.with_suffix(".lock").open("w")
        fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """A folder for one document, removed after it whatever happens."""
        path = Path(tempfile.mkdtemp(prefix="document-", dir=self.path))
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def close(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.with_suffix(".lock").unlink(missing_ok=True)
        self._held.close()


def _sweep(root: Path) -> None:
    for folder in root.glob("reader-*"):
        if not folder.is_dir():
            continue
        lock = folder.with_suffix(".lock")
        young = time.time() - folder.stat().st_mtime < 60  # perhaps between mkdir and lock
        if not lock.exists() and young:
            continue
        with suppress(OSError), lock.open("a") as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
            lock.unlink(missing_ok=True)


def default_scratch() -> Path:
    """Where scratch folders stand unless told: a private folder of this user under the system's temporary folder."""
    return Path(tempfile.gettempdir()) / f"digitizer-scratch-{os.getuid()}"
