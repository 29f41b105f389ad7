"""The reading child, which alone decodes untrusted bytes: takes requests from a pipe, gives records or error codes.

Started by `digitizer.sandbox`. It shuts itself in before anything else is imported, builds its engine once, and
answers one document at a time. It never sends what stands on the paper in an error."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from digitizer.errors import DigitizerError, ReaderCrashed, ReaderOutOfMemory
from digitizer.options import Cleaning, Limits, Named, Options

if TYPE_CHECKING:
    from digitizer.document import EngineInfo, Intake, Record
    from digitizer.glance import Glance

YIELDING = 5  # of nice: a third of the time of who does not yield
PDF_NAME = "made.pdf"  # of what was bound or covered
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38


@dataclass(frozen=True, slots=True)
class Work:
    """What the child can do, built once at its start. All but `screen` are None in a child that only screens."""

    screen: Callable[[Path, str, Limits], Intake]
    read: Callable[[Path, str, Options], Iterator[Record]] | None = None
    engine: EngineInfo | None = None
    glance: Callable[[Path, str, Options], Glance] | None = None


def build_work(options: Options, reads: bool) -> Work:
    """The product's own reading: imports everything, loads templates and engine."""
    from digitizer.stages.ingest import ingest

    if not reads:
        return Work(ingest)
    from digitizer.engines.build import build_engine
    from digitizer.layout.recall import known_prints
    from digitizer.pipeline import Tools, glance_documents, read_documents
    from digitizer.template import load_templates

    tools = Tools(build_engine(options.engine), load_templates(), prints=known_prints())
    return Work(
        ingest, lambda path, name, opts: read_documents(path, name, tools, opts), tools.engine.info,
        lambda path, name, opts: glance_documents(path, name, tools, opts),
    )


def main(build: Callable[[Options, bool], Work] = build_work) -> None:
    """Serves until the pipe closes. `sys.argv[1]`: the process to die with, 0 where the jail sees to that."""
    parent = int(sys.argv[1])
    die_with(parent)
    requests, answers = _take_pipes()
    hello = _receive(requests)
    if hello is None:
        return
    _send(answers, {"taken": True})
    limits, cleaning = Limits(**hello["options"].pop("limits")), Cleaning(**hello["options"].pop("cleaning"))
    options = Options(**hello["options"], limits=limits, cleaning=cleaning)
    confine(limits)
    if hello.get("yields"):
        os.nice(YIELDING)
    if parent:
        _guard_group()
    try:
        work = build(options, bool(hello["reads"]))
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent must hear why no engine is there
        _send(answers, _failure(error))
        return
    engine = {"name": work.engine.name, "version": work.engine.version} if work.engine else None
    _send(answers, {"ready": True, "engine": engine})
    while (request := _receive(requests)) is not None:
        _send(answers, {"taken": True})
        _send(answers, _answer(request, work, options, answers))


def die_with(parent: int, number: signal.Signals = signal.SIGKILL) -> None:
    """The kernel sends this signal when the thread that started this process goes. 0: no parent to die with."""
    if parent:
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
    if parent and os.getppid() != parent:  # it went before the line above
        os._exit(1)


def confine(limits: Limits) -> None:
    """No new privileges, no memory image for others to read, and resource limits that every process started from here
    inherits and none can raise again."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    for kind, value in (
        (resource.RLIMIT_AS, limits.child_memory_bytes), (resource.RLIMIT_FSIZE, limits.child_file_bytes),
        (resource.RLIMIT_NOFILE, limits.child_open_files), (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (value, value))


def _guard_group() -> None:
    """Without a jail nobody ends our own children (pdftoppm) when we are killed: a tiny process of our group waits
    for our end of a pipe to close and then kills the group."""
    mine, _ours = os.pipe()  # both close on exec, so no other process holds our end open
    if os.fork():
        os.close(mine)
        return
    os.closerange(3, mine)
    os.closerange(mine + 1, 256)
    os.closerange(0, 3)
    os.read(mine, 1)
    os.killpg(0, signal.SIGKILL)


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The parent's pipes under numbers of their own, so that nothing a library prints can get into the answers."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return requests, answers


def _receive(requests: BinaryIO) -> dict[str, Any] | None:
    head = requests.read(4)
    if len(head) < 4:
        return None
    return dict(json.loads(requests.read(int.from_bytes(head, "big"))))


def _send(answers: BinaryIO, message: dict[str, Any]) -> None:
    body = json.dumps(message, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
    answers.write(len(body).to_bytes(4, "big") + body)
    answers.flush()


def _answer(request: dict[str, Any], work: Work, options: Options, answers: BinaryIO) -> dict[str, Any]:
    path = Path(request["path"])
    tempfile.tempdir = os.environ["TMPDIR"] = str(path.parent)
    _limit_processor_time(options.limits.document_seconds)
    try:
        if request["op"] == "bind":
            return _bound(request, path.parent, options)
        if request["op"] == "redact":
            return _redacted(request, path.parent)
        intake = work.screen(path, request["name"], options.limits)
        if request["op"] == "draw":
            return _drawn(request, intake, options)
        if request["op"] == "screen" or work.read is None:
            return {"screened": _screened(intake)}
        _send(answers, {"taken": True, "pages": intake.page_count})
        if request["op"] == "glance" and work.glance is not None:
            return _glanced(request, path, work.glance, options)
        return _read(request, path, work.read, options)
    except Exception as error:  # noqa: BLE001 - the border: everything becomes a code
        return _failure(error)


def _bound(request: dict[str, Any], folder: Path, options: Options) -> dict[str, Any]:
    """The files lie in `folder` under the names of `document_name`; so does what is made of them."""
    from digitizer.binding import Part, bind

    parts = [Part(folder / document_name(n), name) for n, name in enumerate(request["names"])]
    return {"pages": bind(parts, folder / PDF_NAME, options.limits)}


def _redacted(request: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The pictures lie in `folder` under the names of `document_name`, in the order of the sheets."""
    from digitizer.redaction import Sheet, redact

    sheets = [
        Sheet(s["page"], folder / document_name(n), s["dpi"], tuple(map(tuple, s["boxes"])), s["whole"])
        for n, s in enumerate(request["sheets"])
    ]
    return {"pages": redact(sheets, folder / PDF_NAME, request["title"])}


def _drawn(request: dict[str, Any], intake: Intake, options: Options) -> dict[str, Any]:
    """One page as it came; its picture lies in the document's folder."""
    from digitizer.original import draw_original

    return {"page": draw_original(intake, int(request["page"]), intake.path.parent, options)}


def document_name(number: int) -> str:
    """Of the file at this place of several; of the only one for 0."""
    return f"document-{number}" if number else "document"


def _screened(intake: Intake) -> dict[str, Any]:
    findings = [{"code": f.code, "stage": f.stage, "message": f.message, "page": f.page} for f in intake.findings]
    return {"media_type": intake.media_type, "page_count": intake.page_count, "findings": findings}


def _read(
    request: dict[str, Any], path: Path, read: Callable[[Path, str, Options], Iterator[Record]], options: Options
) -> dict[str, Any]:
    from dataclasses import replace

    from digitizer.wire import record_to_json

    pictures = path.parent if request.get("pictures") else None
    named = Named(**{**told, "pages": tuple(told["pages"])}) if (told := request.get("named")) else None
    records = read(path, request["name"], replace(options, form=request.get("form"), pictures=pictures, named=named))
    return {"records": [record_to_json(record) for record in records]}


def _glanced(
    request: dict[str, Any], path: Path, glance: Callable[[Path, str, Options], Glance], options: Options
) -> dict[str, Any]:
    from dataclasses import replace

    from digitizer.glance import glance_to_json

    told = replace(options, form=request.get("form"), pictures=path.parent)
    return {"glance": glance_to_json(glance(path, request["name"], told))}


def _limit_processor_time(seconds: float) -> None:
    """The kernel ends the process (SIGXCPU) that burns more than this from now on; the parent's clock comes first."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _failure(error: Exception) -> dict[str, Any]:
    """A code and where it happened; never the message of a foreign exception, which may carry what was read."""
    if isinstance(error, DigitizerError):
        return {"error": error.code, "detail": error.detail}
    if isinstance(error, MemoryError) or (type(error).__module__ == "cv2" and getattr(error, "code", 0) == -4):
        return {"error": ReaderOutOfMemory.code, "detail": "memory limit reached", "last": True}
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return {"error": ReaderCrashed.code, "detail": f"{type(error).__name__}{where}"}


if __name__ == "__main__":
    main()
