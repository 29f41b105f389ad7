"""The command as a user runs it: a subprocess with its own environment, and one embedded service for all tests."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bench.make import Made, document, template_of
from bench.prints import print_blank

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Ran:
    """What a command left: its exit status and both streams."""

    status: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines; fails when anything else stands there."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def errors(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.err.splitlines() if line.startswith("{")]


Command = Callable[..., Ran]


def environment(var: Path, **more: str) -> dict[str, str]:
    """None of the developer's own settings."""
    own = {k: v for k, v in os.environ.items() if not k.startswith("DIGITIZER_")}
    return {**own, "DIGITIZER_VAR": str(var), "DIGITIZER_WORKERS": "1", "NO_COLOR": "1", **more}


def run(var: Path, *words: str, stdin: bytes = b"", **more: str) -> Ran:
    done = subprocess.run(
        [sys.executable, "-m", "digitizer", *words], cwd=ROOT, env=environment(var, **more), input=stdin,
        capture_output=True, timeout=180, check=False,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture
def digitizer(tmp_path: Path) -> Command:
    """`digitizer …` on a fresh folder."""

    def call(*words: str, stdin: bytes = b"", **more: str) -> Ran:
        return run(tmp_path / "var", *words, stdin=stdin, **more)

    return call


@pytest.fixture(scope="session")
def birth_form(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A filled birth declaration of an invented family, printed from our own template, lightly scanned."""
    blank = print_blank(template_of("khai-sinh"))
    return document(blank, 7, "light", tmp_path_factory.mktemp("forms") / "to-khai.pdf")


@dataclass(frozen=True)
class Embedded:
    """A running `digitizer up`."""

    var: Path
    url: str
    pid: int
    device: str
    client: str

    def __call__(self, *words: str, **more: str) -> Ran:
        return run(self.var, *words, DIGITIZER_URL=self.url, **{"DIGITIZER_KEY": self.device, **more})

    def children(self) -> dict[str, int]:
        children: dict[str, int] = json.loads((self.var / "run" / "up.json").read_text())["children"]
        return children

    def fresh(self, before: dict[str, int]) -> bool:
        """Whether every part is another process than it was."""
        return not set(self.children().values()) & set(before.values())


@contextlib.contextmanager
def embedded(var: Path) -> Iterator[Embedded]:
    """Starts the whole service on a free port; ended by its own command."""
    started = run(var, "up", "--background", "--port", "0", "--json")
    try:
        assert started.status == 0, started.err
        keys = [
            run(var, "keys", "create", "--role", role, "--branch", "b1", "--name", "test", "--json").objects[0]["key"]
            for role in ("device", "client")
        ]
        yield Embedded(var, started.objects[0]["url"], started.objects[0]["pid"], *keys)
    finally:
        run(var, "down")


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    with embedded(tmp_path_factory.mktemp("service") / "var") as running:
        yield running
