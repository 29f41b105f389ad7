"""Reads untrusted documents in a killable child: takes a file and its name, gives checked records or an error.

One warm child per Reader, spoken to by length-prefixed JSON over pipes. It holds no credentials, sees one document at a
time, and is killed when it is late. What it answers is as untrusted as the document (reliability.md 3.3).
"""

from __future__ import annotations

import dataclasses
import json
import os
import select
import shutil
import signal
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitizer.child import document_name
from digitizer.document import EngineInfo, Record
from digitizer.errors import (
    BadInput,
    DigitizerError,
    EngineUnavailable,
    ReaderCrashed,
    ReaderOutOfMemory,
    ReaderTimedOut,
    ReadingFailed,
    by_code,
)
from digitizer.glance import Glance
from digitizer.jail import ROOT, Program, Scratch, child_command, child_environment, choose_level, default_scratch
from digitizer.options import Named, Options
from digitizer.untrusted import (
    Picture,
    Screened,
    checked_glance,
    checked_named,
    checked_records,
    checked_screening,
    checked_text,
    taken_pdf,
    taken_pictures,
)

HEADER = struct.Struct(">I")
MAX_FRAME = 16 * 1024 * 1024
START_SECONDS = 120.0  # importing and building the engine on a busy machine
DOCUMENTS_PER_CHILD = 500  # a fresh process now and then bounds what native libraries leak


@dataclass(frozen=True, slots=True)
class BlackedPage:
    """A page to show with boxes painted over (left, top, right, bottom in its pixels); whole: nothing is left of it."""

    page: int
    jpeg: bytes
    dpi: float
    boxes: tuple[tuple[int, int, int, int], ...]
    whole: bool = False


class Reader:
    """One warm child. Safe to call from several threads, which wait for each other.

    `reads` False: for screening only, no engine is built. `yields`: to whoever looks at a scan while a citizen waits.
    Raises UnsafeSettings when `sandbox` asks for bubblewrap and it does not work here."""

    def __init__(
        self, options: Options, sandbox: str = "auto", reads: bool = True,
        program: Program | None = None, scratch: Path | None = None, yields: bool = False,
    ) -> None:
        self._options = options
        self._reads = reads
        self._yields = yields
        self._program = program or Program()
        self.level = choose_level(sandbox)
        self._scratch = Scratch(scratch or default_scratch())
        self._lock = threading.Lock()
        self._cancelled = False
        # A parent-death signal fires when the *thread* that started the child ends; web servers end idle threads.
        # So children are started by one thread that lives as long as the Reader.
        self._starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="reader")
        self._next: Future[_Child] | None = None

    @property
    def engine(self) -> EngineInfo | None:
        """Name and version of the child's engine, once it has started."""
        started = self._next
        return started.result().engine if started and started.done() and not started.exception() else None

    def start(self) -> None:
        """Makes sure that a warm child waits. Raises EngineUnavailable when none can be had."""
        with self._lock:
            self._ready()

    def screen(self, document: Path | bytes, name: str) -> Screened:
        """Type, page count, flags. Raises BadInput, ReadingFailed within `screening_seconds`."""
        limit = self._options.limits.screening_seconds
        reply = self._ask({"op": "screen", "name": name}, document, limit, lambda pages: limit)
        return checked_screening(reply.get("screened"))

    def read(self, document: Path | bytes, name: str, form: str | None = None) -> tuple[Record, ...]:
        """Undecided records, one a document in the file. Raises BadInput, ReadingFailed."""
        return self._read({"op": "read", "name": name, "form": form}, document)[0]

    def read_to_show(
        self, document: Path | bytes, name: str, form: str | None = None
    ) -> tuple[tuple[Record, ...], tuple[Picture, ...]]:
        """The same, with a picture of each page for people to look at."""
        return self._read({"op": "read", "name": name, "form": form, "pictures": True}, document)

    def read_named(self, document: Path | bytes, name: str, named: Named) -> Record:
        """The one undecided record that a person says these pages are. Raises BadInput, ReadingFailed."""
        records, _ = self._read({"op": "read", "name": name, "named": dataclasses.asdict(named)}, document)
        return checked_named(records, named)

    def _read(self, request: dict[str, Any], document: Path | bytes) -> tuple[tuple[Record, ...], tuple[Picture, ...]]:
        limits = self._options.limits
        pictures: list[Picture] = []
        reply = self._ask(
            request, document, limits.page_seconds,
            lambda pages: min(limits.document_seconds, limits.page_seconds * max(1, pages)),
            lambda folder: pictures.extend(taken_pictures(folder, limits.pages)),
        )
        return checked_records(reply.get("records"), str(request["name"]), limits.pages), tuple(pictures)

    def glance(
        self, document: Path | bytes, name: str, form: str | None = None
    ) -> tuple[Glance, tuple[Picture, ...]]:
        """What to tell the clerk of each page at once, and its picture. form: what the citizen came with. Raises
        BadInput, ReadingFailed within `glance_seconds` a page."""
        limits = self._options.limits
        pictures: list[Picture] = []
        reply = self._ask(
            {"op": "glance", "name": name, "form": form}, document, limits.glance_seconds,
            lambda pages: limits.glance_seconds * max(1, pages),
            lambda folder: pictures.extend(taken_pictures(folder, limits.pages)),
        )
        return checked_glance(reply.get("glance"), limits.pages), tuple(pictures)

    def bind(self, files: Sequence[tuple[bytes, str]]) -> bytes:
        """One PDF of several files and their names, in their order. Raises BadInput, ReadingFailed."""
        limit, bound = self._options.limits.page_seconds, []
        self._ask(
            {"op": "bind", "names": [name for _, name in files]}, [data for data, _ in files], limit,
            lambda pages: limit,
            lambda folder: bound.append(taken_pdf(folder, self._options.limits.child_file_bytes)),
        )
        return bound[0]

    def redact(self, sheets: Sequence[BlackedPage], title: str) -> bytes:
        """A PDF/A of pictures with what is to be covered painted over. Raises ReadingFailed."""
        limit, made = self._options.limits.page_seconds * len(sheets), []
        told = [{"page": s.page, "dpi": s.dpi, "boxes": s.boxes, "whole": s.whole} for s in sheets]
        self._ask(
            {"op": "redact", "sheets": told, "title": title}, [s.jpeg for s in sheets], limit, lambda pages: limit,
            lambda folder: made.append(taken_pdf(folder, self._options.limits.child_file_bytes)),
        )
        return made[0]

    def draw(self, document: Path | bytes, name: str, page: int) -> Picture:
        """One page of the file as it came, neither turned nor straightened. Raises BadInput, ReadingFailed."""
        limits = self._options.limits
        found: list[Picture] = []
        self._ask(
            {"op": "draw", "name": name, "page": page}, document, limits.page_seconds,
            lambda pages: limits.page_seconds, lambda folder: found.extend(taken_pictures(folder, limits.pages)),
        )
        if [picture.number for picture in found] != [page]:
            raise ReaderCrashed("the page that was asked for was not drawn")
        return found[0]

    def cancel(self) -> None:
        """Ends the document being read, if any, from another thread; its caller gets ReaderCrashed."""
        self._cancelled = True
        started = self._next
        if self._lock.locked() and started and started.done() and not started.exception():
            started.result().kill()

    def close(self) -> None:
        """Ends the child and removes all scratch. The Reader cannot be used again."""
        self.cancel()
        with self._lock:
            if self._next:
                with suppress(DigitizerError):
                    self._next.result().kill()
            self._next = None
            self._starter.shutdown()
            self._scratch.close()

    def _ask(
        self, request: dict[str, Any], document: Path | bytes | list[bytes], limit_s: float,
        more: Callable[[int], float], left: Callable[[Path], None] = lambda folder: None,
    ) -> dict[str, Any]:
        """left: looks at what the child left in its folder, before the folder goes."""
        with self._lock:
            self._cancelled = False
            with self._scratch.folder() as folder:
                first, *others = document if isinstance(document, list) else [document]
                told = {**request, "path": str(_place(first, folder))}
                for number, other in enumerate(others, start=1):
                    _place(other, folder, document_name(number))
                try:
                    reply = self._tell(told, limit_s, more)
                except _NotTaken:  # the child had died while idle: no document is to blame
                    reply = self._tell(told, limit_s, more)
                if "error" not in reply:
                    left(folder)
        if "error" in reply:
            raise _error(reply)
        return reply

    def _tell(self, request: dict[str, Any], limit_s: float, more: Callable[[int], float]) -> dict[str, Any]:
        child = self._ready()
        try:
            reply = child.ask(request, limit_s, more)
        except (ReadingFailed, _NotTaken) as error:
            self._renew(child)
            raise ReaderCrashed("reading was cancelled") if self._cancelled else error from None
        if reply.get("last") is True or child.documents >= DOCUMENTS_PER_CHILD:
            self._renew(child)
        return reply

    def _ready(self) -> _Child:
        if self._next is None:
            self._next = self._starter.submit(self._start)
        try:
            child = self._next.result()
        except DigitizerError:
            self._next = None
            raise
        if child.process.poll() is not None:
            self._renew(child)
            return self._ready()
        return child

    def _renew(self, child: _Child) -> None:
        child.kill()
        self._next = self._starter.submit(self._start)

    def _start(self) -> _Child:
        command = child_command(self.level, self._program, self._scratch.path)
        child = _Child(command, child_environment(self._scratch.path))
        plain = dataclasses.asdict(dataclasses.replace(self._options, keep=None))
        try:
            hello = child.ask(
                {"options": plain, "reads": self._reads, "yields": self._yields}, START_SECONDS,
                lambda pages: START_SECONDS,
            )
        except (ReadingFailed, _NotTaken) as error:
            child.kill()
            raise EngineUnavailable(f"the reading process does not start: {error}") from None
        if "error" in hello:
            child.kill()
            raise EngineUnavailable(f"the reading process does not start: {checked_text(hello.get('detail', ''), 300)}")
        child.documents = 0
        if engine := hello.get("engine"):
            child.engine = EngineInfo(checked_text(engine["name"], 100), checked_text(engine["version"], 100))
        return child


class _NotTaken(Exception):
    """The child was dead before the request reached it."""


class _Child:
    """A started child process and its pipes."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=_child_stderr(), cwd=ROOT,
            env=environment, process_group=0, bufsize=0,
        )
        self.engine: EngineInfo | None = None
        self.documents = 0

    def ask(self, request: dict[str, Any], limit_s: float, more: Callable[[int], float]) -> dict[str, Any]:
        """Sends, waits for the final answer. `taken` frames come on the way; one with pages sets the limit anew:
        `more(pages)` seconds. Raises _NotTaken when the child died before it had the request, ReadingFailed after."""
        assert self.process.stdin and self.process.stdout
        self.documents += 1
        taken = False
        deadline = time.monotonic() + limit_s
        try:
            self.process.stdin.write(pack(request))
            while True:
                answer = self._receive(deadline)
                taken = True
                if "taken" not in answer:
                    return answer
                if "pages" in answer:
                    deadline = time.monotonic() + more(int(answer["pages"]))
        except TimeoutError:
            self.kill()
            raise ReaderTimedOut() from None
        except (OSError, EOFError):
            death = self._death()
            raise death if taken else _NotTaken(death.detail) from None
        except (ValueError, TypeError, RecursionError):
            self.kill()
            raise ReaderCrashed("the child's answer is not JSON") from None

    def _receive(self, deadline: float) -> dict[str, Any]:
        (size,) = HEADER.unpack(self._exactly(HEADER.size, deadline))
        if size > MAX_FRAME:
            raise ValueError("frame too large")
        answer = json.loads(self._exactly(size, deadline), parse_constant=_refuse)
        if not isinstance(answer, dict):
            raise TypeError("not an object")
        return answer

    def _exactly(self, size: int, deadline: float) -> bytes:
        assert self.process.stdout
        fd = self.process.stdout.fileno()
        poll = select.poll()
        poll.register(fd, select.POLLIN | select.POLLHUP)
        got = bytearray()
        while len(got) < size:
            left = deadline - time.monotonic()
            if left <= 0 or not poll.poll(left * 1000):
                raise TimeoutError
            part = os.read(fd, min(size - len(got), 1 << 16))
            if not part:
                raise EOFError
            got += part
        return bytes(got)

    def _death(self) -> ReadingFailed:
        """The error for a child whose pipe has closed, by what ended it."""
        try:
            status = self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            status = 0
        self.kill()
        number = -status if status < 0 else status - 128 if status > 128 else 0  # bubblewrap answers 128 + signal
        if number == signal.SIGXCPU:
            return ReaderTimedOut("the processor time limit was reached")
        if number == signal.SIGKILL:
            return ReaderOutOfMemory("killed from outside, as the kernel does when memory runs out")
        name = signal.Signals(number).name if number in set(signal.Signals) else f"status {status}"
        return ReaderCrashed(f"the reading process died: {name}")

    def kill(self) -> None:
        """Ends the child with its whole process group; safe to call twice and from any thread."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        with suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            with suppress(OSError):
                if pipe:
                    pipe.close()


def pack(message: dict[str, Any]) -> bytes:
    """A message as it goes through the pipe: four bytes of length, then JSON."""
    body = json.dumps(message, ensure_ascii=False, allow_nan=False).encode()
    return HEADER.pack(len(body)) + body


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _error(reply: dict[str, Any]) -> DigitizerError:
    """The error that the child names; only those that a document can cause are believed."""
    kind = by_code().get(str(reply["error"]), ReaderCrashed)
    if not issubclass(kind, BadInput | ReadingFailed):
        kind = ReaderCrashed
    detail = reply.get("detail")
    return kind(detail[:300] if isinstance(detail, str) else "")


def _place(document: Path | bytes, folder: Path, name: str = document_name(0)) -> Path:
    """The document as a read-only file that only this user can read, in the one folder that the child may write."""
    path = folder / name
    if isinstance(document, bytes):
        path.write_bytes(document)
    else:
        shutil.copyfile(document, path)
    path.chmod(0o400)
    return path


def _child_stderr() -> int | None:
    """Nowhere: native libraries may print what stands on the paper. A developer sets DIGITIZER_CHILD_STDERR=1."""
    return None if os.environ.get("DIGITIZER_CHILD_STDERR") else subprocess.DEVNULL
