"""`digitizer demo`: takes a number and a seed, runs the main job on invented people, gives a table of what came out."""

from __future__ import annotations

import contextlib
import os
import random
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digitizer.cli.client import Client, read_scan
from digitizer.cli.config import load_settings, stores_of
from digitizer.cli.output import emit, note, print_table, progress_bar
from digitizer.cli.people import OPERATOR, accounts
from digitizer.errors import ReadingFailed
from settings import Settings

if TYPE_CHECKING:
    from bench.make import Made
    from storage.base import Stores

BRANCH = ACCOUNT = "demo"
FORMS = ("khai-sinh", "khai-tu", "xac-nhan-hon-nhan", "ct01")
MANY_PAGES, ONE_PAGE = (".pdf", ".tif"), (".jpg", ".pdf", ".png", ".tif")
SECONDS_EACH = 120.0


@dataclass(frozen=True, slots=True)
class Line:
    """One document of the table. `right` and `fields` count filled fields whose raw text is exactly the truth."""

    file: str
    pages: int
    form: str
    named: str | None
    right: int
    fields: int
    lowest: float | None
    decision: str
    state: str
    seconds: float | None


def add_to(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    documents: Annotated[int, typer.Option(min=1, max=500, help="How many forms are filled and sent.")] = 8,
    seed: Annotated[int, typer.Option(help="Another seed, other people.")] = 1,
    quality: Annotated[str, typer.Option(help="How bad the scans are: clean, light, medium, heavy.")] = "medium",
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON object a document.")] = False,
) -> None:
    """Print forms, fill them with invented people, scan them, upload as a kiosk, fetch as a dossier system."""
    settings = _with_usable_port(load_settings())
    from digitizer.cli import embedded

    service = embedded.start_in_background(settings, note)
    with stores_of(settings) as stores, _keys(stores) as (device, client, reviewer):
        started = time.monotonic()
        made, submissions = _make_and_send(service.url, device, settings, (documents, seed, quality))
        lines = []
        with Client(service.url, device) as kiosk, progress_bar() as bar:
            task = bar.add_task("being read", total=len(submissions))
            readers = (Client(service.url, client), Client(service.url, reviewer))
            for found in kiosk.wait(list(submissions), SECONDS_EACH * documents):
                line = _line(made[submissions[found["id"]]], found, kiosk, readers)
                lines.append(line)
                bar.advance(task)
        elapsed = time.monotonic() - started
        password = _account(stores)
    lines.sort(key=lambda line: line.file)
    _show(lines, as_json)
    _say_what_now(lines, elapsed, service.url, settings)
    note(f"Pages for people: {service.url}/login   login: {ACCOUNT}   password: {password}")
    if any(line.state in ("rejected", "quarantined") for line in lines):
        raise ReadingFailed("not every document could be read; see the table and var/log")


def _with_usable_port(settings: Settings) -> Settings:
    """Where nobody chose a port and ours is taken, the demo takes a free one: it should work on any machine."""
    from digitizer.cli import embedded

    if embedded.find(settings.var) or "DIGITIZER_PORT" in os.environ:
        return settings
    if embedded.port_is_free(settings.host, settings.port):
        return settings
    port = embedded.free_port(settings.host)
    note(f"port {settings.port} is taken by another program; using {port}")
    return settings.model_copy(update={"port": port})


@contextlib.contextmanager
def _keys(stores: Stores) -> Iterator[tuple[str, str, str]]:
    """Keys of a device, a dossier system and a reviewer for this run only."""
    from storage.base import Role

    made = [stores.keys.create(role, BRANCH, "digitizer demo") for role in (Role.DEVICE, Role.CLIENT, Role.REVIEWER)]
    try:
        device, client, reviewer = (secret for _, secret in made)
        yield device, client, reviewer
    finally:
        for key, _ in made:
            stores.keys.revoke(key.id)


def _account(stores: Stores) -> str:
    """An account that may open every page but that of accounts, with a new password each time; gives the password."""
    from storage.workbench import NewPerson, PersonRole

    people, password = accounts(stores), secrets.token_urlsafe(12)
    known = next((p for p in people.list_people("*") if p.login == ACCOUNT), None)
    if known:
        people.set_password(known.id, password, OPERATOR)
    else:
        people.add(NewPerson(ACCOUNT, "Giám sát thử", PersonRole.SUPERVISOR, BRANCH, password), OPERATOR)
    return password


def _make_and_send(
    url: str, key: str, settings: Settings, wanted: tuple[int, int, str]
) -> tuple[dict[str, Made], dict[str, str]]:
    """Makes each form and uploads it at once, so that reading goes on meanwhile.

    Gives the made documents by file name, and file names by submission id."""
    documents, seed, quality = wanted
    folder = settings.var / "demo"
    made: dict[str, Made] = {}
    submissions: dict[str, str] = {}
    with Client(url, key, note) as kiosk, progress_bar() as bar:
        task = bar.add_task("printed, filled, scanned, sent", total=documents)
        for number in range(documents):
            document = _make(number, seed, quality, folder)
            receipt = kiosk.upload(read_scan(document.path))
            made[document.path.name] = document
            submissions[receipt["id"]] = document.path.name
            bar.advance(task)
    return made, submissions


def _make(number: int, seed: int, quality: str, folder: Path) -> Made:
    from bench.make import document, template_of
    from bench.prints import any_style, print_blank

    form = FORMS[number % len(FORMS)]
    style = any_style(random.Random(f"style/{seed}/{number}"))
    blank = print_blank(template_of(form), style)
    suffixes = ONE_PAGE if len(blank.pages) == 1 else MANY_PAGES
    suffix = suffixes[(number // len(FORMS)) % len(suffixes)]
    return document(blank, seed * 1000 + number, quality, folder / f"{number + 1:03d}-{form}{suffix}")


def _line(made: Made, found: dict[str, Any], kiosk: Client, readers: Sequence[Client]) -> Line:
    """Scores what came out. Published records are fetched as a dossier system would, the others as a reviewer."""
    from digitizer.score import score_document

    client, reviewer = readers
    records = [
        (client if d["state"] in ("published", "amended") else reviewer).record(d["record_id"])
        for d in found["documents"]
    ]
    score = score_document(made.truth, records)
    filled = [f for f in score.fields if f.filled]
    sure = [f["confidence"] for r in records for f in r["fields"].values() if f["status"] == "filled"]
    outcomes = sorted({(r.get("decision") or {}).get("outcome", "") for r in records})
    return Line(
        file=made.path.name, pages=made.pages, form=made.truth["form"]["id"], named=score.named,
        right=sum(f.exact for f in filled), fields=len(filled), lowest=min(sure) if sure else None,
        decision=", ".join(outcomes) or found.get("reason_code") or "", state=found["state"],
        seconds=_reading_seconds(kiosk, found["id"]),
    )


def _reading_seconds(kiosk: Client, submission_id: str) -> float | None:
    """From the claim to the end, out of the events that a kiosk gets; waiting in the queue is not reading."""
    started = ended = None
    for event in kiosk.events(submission_id):
        at = datetime.fromisoformat(event["at"])
        if event["state"] == "processing":
            started = at
        elif event["finished"]:
            ended = ended or at
    return (ended - started).total_seconds() if started and ended else None


def _show(lines: Sequence[Line], as_json: bool) -> None:
    if as_json:
        for line in lines:
            emit(asdict(line))
        return
    print_table(
        ("file", "pages", "form", "fields right", "lowest confidence", "decision", "seconds"),
        [(
            line.file, str(line.pages), line.named if line.named == line.form else f"{line.named} (is {line.form})",
            f"{line.right} of {line.fields}", "" if line.lowest is None else f"{line.lowest:.2f}",
            line.decision, "" if line.seconds is None else f"{line.seconds:.1f}",
        ) for line in lines],
    )


def _say_what_now(lines: Sequence[Line], elapsed: float, url: str, settings: Settings) -> None:
    right, fields = sum(line.right for line in lines), sum(line.fields for line in lines)
    named, pages = sum(line.named == line.form for line in lines), sum(line.pages for line in lines)
    note(f"{right} of {fields} fields exactly right, {named} of {len(lines)} forms named right, "
         f"{pages} pages in {elapsed:.0f} s from the first print to the last record")
    ready = sum(line.state in ("published", "accepted") for line in lines)
    note(f"{ready} fetched with the dossier system's key; {len(lines) - ready} wait for a person")
    note("")
    note(f"The service keeps running at {url} (try {url}/openapi.json); scans are in {settings.var / 'demo'}.")
    note("A key that sees all records: digitizer keys create --role reviewer --branch demo --name try")
    note(f"Then: curl -H 'Authorization: Bearer KEY' {url}/v1/records   Stop it: make stop, or digitizer down")
