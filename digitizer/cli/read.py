"""`digitizer read`: takes files, gives one record per document; no service is needed."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitizer.cli.output import emit, note, print_table, progress_bar, show_error, write_out
from digitizer.errors import DigitizerError, ReaderCrashed, UsageError

if TYPE_CHECKING:  # these bring OpenCV and the engines: a second that `digitizer --help` need not take
    from digitizer.document import Record
    from digitizer.options import Options
    from digitizer.pipeline import Tools

COLUMNS = ("file", "pages", "form", "decision", "field", "status", "confidence", "text")
AsJson = Annotated[bool, typer.Option("--json", help="For programs: one JSON object a line.")]


def add_to(app: typer.Typer) -> None:
    app.command()(read)


def read(
    files: Annotated[list[str], typer.Argument(help="PDF, TIFF, JPEG or PNG; - for standard input.")],
    as_json: AsJson = False,
    form: Annotated[str, typer.Option(help="Read as this form whatever it looks like; see `digitizer forms`.")] = "",
    keep: Annotated[Path | None, typer.Option(help="Folder for every intermediate picture and text.")] = None,
    engine: Annotated[str, typer.Option(help="Recognition engine: onnx, tesserocr, tesseract, null.")] = "",
) -> None:
    """Read scans and print what stands on them. A file that fails stops no other; the exit status is the worst."""
    tools, options = open_tools(form, keep, engine)
    if not as_json and not sys.stdout.isatty():
        write_out("\t".join(COLUMNS))
    worst = 0
    with progress_bar() as bar:
        task = bar.add_task("reading", total=len(files))
        for number, name in enumerate(files, start=1):
            started = time.monotonic()
            if keep and len(files) > 1:  # else page 1 of the second file would be written over page 1 of the first
                options = replace(options, keep=keep / f"{number:03d}-{Path(name).name}")
            try:
                with local_file(name) as (path, shown):
                    for record in records_of(path, shown, tools, options):
                        show_record(record, as_json)
                if not as_json and sys.stdout.isatty():
                    bar.console.print(f"{shown}: {time.monotonic() - started:.1f} s", markup=False)
            except Exception as error:  # noqa: BLE001 - a file that trips a library must not stop the others
                known = error if isinstance(error, DigitizerError) else _crash(error)
                show_error(known, as_json, "standard input" if name == "-" else name)
                worst = max(worst, known.exit_status)
            bar.advance(task)
    raise typer.Exit(worst)


def open_tools(form: str = "", keep: Path | None = None, engine: str = "") -> tuple[Tools, Options]:
    """Engine, templates and options of one run. Raises UsageError for a form nobody knows, EngineUnavailable."""
    from digitizer.engines.build import build_engine
    from digitizer.layout.recall import known_prints
    from digitizer.options import Options
    from digitizer.pipeline import Tools
    from digitizer.template import load_templates
    from settings import Settings

    settings = Settings()
    templates = load_templates()
    known = sorted({t.id for t in templates})
    if form and form not in known:
        raise UsageError(f"no form is called {form!r}; there are: {', '.join(known)}")
    name = engine or settings.engine
    options = Options(
        form=form or None, engine=name, keep=keep, accept_probability=settings.accept_probability
    )
    return Tools(build_engine(name), templates, prints=known_prints()), options


def records_of(path: Path, name: str, tools: Tools, options: Options) -> Iterator[Record]:
    """The records of one file, as they come."""
    from digitizer.pipeline import digitize

    yield from digitize(path, name, tools, options)


@contextmanager
def local_file(name: str) -> Iterator[tuple[Path, str]]:
    """A path that can be opened, and the name to show for it; standard input is copied to a private file."""
    if name != "-":
        path = Path(name)
        if path.is_dir():
            raise UsageError("this is a folder; name the files in it, or use `digitizer watch`")
        if not path.is_file():
            raise UsageError("there is no such file")
        if not os.access(path, os.R_OK):
            raise UsageError("this file may not be read by you")
        yield path, path.name
        return
    with tempfile.NamedTemporaryFile(prefix="digitizer-stdin-") as copy:
        shutil.copyfileobj(sys.stdin.buffer, copy)
        copy.flush()
        yield Path(copy.name), "standard input"


def _crash(error: Exception) -> DigitizerError:
    """A foreign exception as ours, with its place for a bug report."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return ReaderCrashed(f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}: {error}")


def show_record(record: Record, as_json: bool) -> None:
    """JSON by the contract, or a table a document; tab-separated rows where stdout is no terminal."""
    from digitizer.wire import record_to_json

    if as_json:
        emit(record_to_json(record))
        return
    form = f"{record.form.form_id} {record.form.edition}" if record.form else "unknown"
    decision = record.decision.outcome.value if record.decision else ""
    pages = ",".join(str(p) for p in record.pages)
    if sys.stdout.isatty():
        _show_for_people(record, f"{record.file} · page {pages} · {form} · {decision}")
        return
    for f in record.fields or ():
        cells = (record.file, pages, form, decision, f.id, f.status.value, f"{f.confidence:.2f}", f.raw)
        write_out("\t".join(" ".join(cell.split()) for cell in cells))
    if not record.fields:
        write_out(f"{record.file}\t{pages}\t{form}\t{decision}\t\t\t\t")


def _show_for_people(record: Record, title: str) -> None:
    rows = []
    for f in record.fields:
        remark = "; ".join(x.message for x in f.findings)
        rows.append((f.label, f.raw if f.raw else f"({f.status.value})", f"{f.confidence:.0%}", remark))
    print_table(("field", "text", "sure", "remark"), rows, title)
    if record.dossier:
        note(f"  dossier {record.dossier.code or '(not read)'}, from page {record.dossier.page}")
    for page in record.page_classes:
        note(f"  page {page.page}: {page.kind.value}")
    if record.decision:
        for reason in record.decision.reasons:
            note(f"  {reason.message}")
    if not record.form and record.form_candidates:
        near = ", ".join(f"{c.form_id} {c.confidence:.0%}" for c in record.form_candidates)
        note(f"  not a form of ours; nearest: {near}")
