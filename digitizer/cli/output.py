"""What a command shows: takes rows, objects and errors, gives data on stdout and everything else on stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from digitizer.errors import DigitizerError

PIPE_CLOSED = 141  # as the shell reports SIGPIPE


def screen() -> Console:
    """stderr: notes, progress, errors. rich itself honours NO_COLOR and finds out whether there is a terminal."""
    return Console(stderr=True, highlight=False)


def note(text: str) -> None:
    """One line for the person in front; never for a program."""
    screen().print(text, markup=False, soft_wrap=True)


def emit(value: Any) -> None:
    """One JSON object on one line of stdout, in UTF-8 whatever the locale says."""
    line = json.dumps(value, ensure_ascii=False, default=str)
    write_out(line)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> None:
    """A table on stdout; tab-separated with a heading line where stdout is no terminal, for grep, cut and awk."""
    if not sys.stdout.isatty():
        lines = ["\t".join(columns)]
        lines += ["\t".join(" ".join(cell.split()) for cell in row) for row in rows]
        write_out("\n".join(lines))
        return
    table = Table(title=escape(title) or None, title_justify="left", header_style="bold")
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    Console(highlight=False).print(table)


def error_body(error: DigitizerError, file: str = "") -> dict[str, Any]:
    """The one shape of an error for programs: code and sentence as on the wire (RFC 9457), and the exit status."""
    body: dict[str, Any] = {"file": file} if file else {}
    body["error"] = {
        "code": error.code, "title": error.title, "detail": error.detail, "clerk": error.clerk,
        "exit_status": error.exit_status,
    }
    return body


def show_error(error: DigitizerError, as_json: bool = False, file: str = "") -> None:
    """On stderr: a JSON line, or one red sentence and, for a file, what the clerk should do."""
    if as_json:
        sys.stderr.write(json.dumps(error_body(error, file), ensure_ascii=False) + "\n")
        return
    where = f"{escape(file)}: " if file else ""
    screen().print(f"[red]error[/red] {where}{escape(error.detail)} [dim]({error.code})[/dim]", soft_wrap=True)
    if file:
        screen().print(f"      {escape(error.clerk)}", soft_wrap=True)


def progress_bar() -> Progress:
    """On a terminal only: nothing is drawn into logs and pipes."""
    console = screen()
    return Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=console, disable=not console.is_terminal, transient=True,
    )


def write_out(text: str) -> None:
    """A line or several on stdout, at once. Ends quietly when its reader went away (`digitizer read … | head`)."""
    try:
        sys.stdout.buffer.write(text.encode("utf-8") + b"\n")
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains at its exit
        sys.exit(PIPE_CLOSED)
