"""`digitizer verify`: takes what the database promises, gives every original that is missing or no longer the same."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from digitizer.cli.config import load_settings, stores_of
from digitizer.cli.output import emit, note, print_table, progress_bar
from digitizer.errors import IntegrityError


def add_to(app: typer.Typer) -> None:
    app.command()(verify)


def verify(
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON object.")] = False,
) -> None:
    """Read every original again, compare its hash, follow the audit trail. Exit status 6 when something is wrong."""
    from storage import fixity

    with stores_of(load_settings()) as stores, progress_bar() as bar:
        task = bar.add_task("originals", total=None)
        report = fixity.verify(stores, lambda count: bar.update(task, completed=count))
    if as_json:
        emit({"ok": report.ok, **asdict(report)})
    else:
        faults = [("missing", d) for d in report.missing] + [("corrupt", d) for d in report.corrupt]
        faults += [("orphan", key) for key in report.orphans]
        if report.audit_broken_at is not None:
            faults.append(("audit trail broken", f"entry {report.audit_broken_at}"))
        if faults:
            print_table(("fault", "what"), faults)
        note(f"{report.checked} originals, {report.bytes_read / 1e6:.1f} MB; {len(report.orphans)} unknown objects")
    if not report.ok:
        raise IntegrityError("originals are missing or damaged, or the audit trail is broken; restore from a copy")
