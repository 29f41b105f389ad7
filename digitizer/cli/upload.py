"""`digitizer upload`: takes files, sends each once, gives what the service answered."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from digitizer.cli.client import Client, read_key, read_scan
from digitizer.cli.output import emit, note, print_table, progress_bar, show_error
from digitizer.errors import DigitizerError, ReadingFailed, by_code

Url = Annotated[str, typer.Option(envvar="DIGITIZER_URL", help="Address of the service.")]
Key = Annotated[str, typer.Option(envvar="DIGITIZER_KEY", help="Device key, or @FILE that holds it.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs: one JSON object a line.")]
DEFAULT_URL = "http://127.0.0.1:8080"


def add_to(app: typer.Typer) -> None:
    app.command()(upload)


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that the service holds. `answer` is its receipt or, after waiting, the submission."""

    name: str
    answer: dict[str, Any]

    def body(self) -> dict[str, Any]:
        return {"file": self.name, **self.answer}


def upload(
    files: Annotated[list[Path], typer.Argument(help="PDF, TIFF, JPEG or PNG.")],
    url: Url = DEFAULT_URL,
    key: Key = "",
    wait: Annotated[bool, typer.Option("--wait", help="Until each file has been read.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Read a file anew that was sent before.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send scans to a service. A file sent twice is kept and read once; a broken connection is tried again."""
    worst, sent = 0, []
    with Client(url, read_key(key), note) as client, progress_bar() as bar:
        task = bar.add_task("sending", total=len(files))
        for path in files:
            try:
                scan = read_scan(path, salt=uuid.uuid4().hex if again else "")
                sent.append(Sent(str(path), client.upload(scan)))
            except DigitizerError as error:
                show_error(error, as_json, str(path))
                worst = max(worst, error.exit_status)
            bar.advance(task)
        if not wait:
            _show(sent, as_json)
        elif sent:
            worst = max(worst, _wait_for(client, sent, as_json))
    raise typer.Exit(worst)


def _wait_for(client: Client, sent: list[Sent], as_json: bool) -> int:
    """Shows each as it is finished; gives the exit status of the worst."""
    names = {s.answer["id"]: s.name for s in sent}
    worst, done = 0, []
    with progress_bar() as bar:
        task = bar.add_task("being read", total=len(names))
        for found in client.wait(list(names), seconds=900.0 + 10.0 * len(names)):
            one = Sent(names[found["id"]], found)
            if as_json:
                emit(one.body())
            done.append(one)
            if found["state"] in ("rejected", "quarantined"):
                kind = by_code().get(found.get("reason_code") or "", ReadingFailed)
                show_error(kind(found["state_text"]["en"]), as_json, one.name)
                worst = max(worst, kind.exit_status)
            bar.advance(task)
    if not as_json:
        _show(done, as_json)
    return worst


def _show(sent: list[Sent], as_json: bool) -> None:
    if as_json:
        for s in sent:
            emit(s.body())
        return
    rows = []
    for s in sent:
        forms = ", ".join(d["form_id"] or "unknown" for d in s.answer.get("documents", ()))
        rows.append((s.name, s.answer["id"], s.answer["state"], forms, s.answer["state_text"]["vi"]))
    if rows:
        print_table(("file", "submission", "state", "form", "meaning"), rows)
