"""The command `digitizer`: takes the command line, runs one subcommand, gives the exit status of docs/cli.md."""

from __future__ import annotations

import os
import sys

import typer

from digitizer.cli import (
    bench,
    cut,
    demo,
    doctor,
    forms,
    gold,
    keys,
    lines,
    people,
    read,
    service,
    upload,
    verify,
    watch,
)
from digitizer.cli.output import show_error
from digitizer.errors import DigitizerError

app = typer.Typer(
    name="digitizer", no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Turns scanned Vietnamese administrative declarations into structured records.",
    epilog="Data goes to stdout, everything else to stderr. Exit codes: docs/cli.md.",
)
for group in (read, forms, lines, cut, upload, watch, service, keys, people, verify, gold, doctor, demo, bench):
    group.add_to(app)


def run() -> None:
    """Entry point of the installed command; every known error ends as one sentence and its exit status."""
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")  # before any Tesseract is loaded
    try:
        app()
    except DigitizerError as error:
        show_error(error, as_json="--json" in sys.argv)
        sys.exit(error.exit_status)
