"""`digitizer bench`: takes the bench's own options and passes them on, gives its tables."""

from __future__ import annotations

import typer

from digitizer.errors import UsageError


def add_to(app: typer.Typer) -> None:
    app.command(
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False
    )(bench)


def bench(context: typer.Context) -> None:
    """Measure on filled forms, beside stock Tesseract and OCRmyPDF; options: `digitizer bench --help`."""
    try:
        from bench.run import main
    except ModuleNotFoundError as missing:
        raise UsageError(
            f"the bench needs {missing.name}, which is for development only: `make bench` installs it"
        ) from missing
    raise typer.Exit(main(list(context.args)) or 0)
