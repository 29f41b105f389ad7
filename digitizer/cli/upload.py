"""`digitizer upload` and `digitizer watch`: take files or a folder, send each once, give what the service answered."""

from __future__ import annotations

import json
import signal
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from digitizer.cli.client import Client, read_key, read_scan
from digitizer.cli.output import emit, error_body, note, print_table, progress_bar, show_error
from digitizer.errors import BadInput, DigitizerError, ReadingFailed, Unavailable, UsageError, by_code

SUFFIXES = frozenset({".pdf", ".tif", ".tiff", ".jpg", ".jpeg", ".png"})
PAUSE_S = 30.0  # before a file that the service stumbled over is sent again

Url = Annotated[str, typer.Option(envvar="DIGITIZER_URL", help="Address of the service.")]
Key = Annotated[str, typer.Option(envvar="DIGITIZER_KEY", help="Device key, or @FILE that holds it.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs: one JSON object a line.")]
DEFAULT_URL = "http://127.0.0.1:8080"


def add_to(app: typer.Typer) -> None:
    app.command()(upload)
    app.command()(watch)


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


def watch(
    folder: Annotated[Path, typer.Argument(help="Where the scanner puts its files.")],
    url: Url = DEFAULT_URL,
    key: Key = "",
    once: Annotated[bool, typer.Option("--once", help="Send what is there, then end.")] = False,
    settle: Annotated[float, typer.Option(help="Seconds a file must not have changed before it is sent.")] = 2.0,
    as_json: AsJson = False,
) -> None:
    """Send every scan that appears in a folder, once, then move it to its subfolder sent/ or failed/.

    Beside each moved file stands NAME.json with the answer. While the service is down the files stay and wait."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with Client(url, read_key(key), note, tries=1 if not once else None) as client:
        watcher = Watcher(folder, client, settle, as_json)
        note(f"watching {folder} for {', '.join(sorted(SUFFIXES))}; Ctrl-C ends")
        while not stop.is_set():
            waiting = watcher.look()
            if once and not waiting:
                break
            if once and watcher.outage:
                raise watcher.outage
            stop.wait(max(0.2, min(settle, 2.0)) if watcher.outage is None else 5.0)
    raise typer.Exit(watcher.worst)


@dataclass(slots=True)
class Watcher:
    """One folder. A file is taken when it has not changed for `settle` seconds: scanners write slowly."""

    folder: Path
    client: Client
    settle: float
    as_json: bool = False
    worst: int = 0
    outage: DigitizerError | None = None
    _seen: dict[Path, tuple[tuple[int, int], float]] = field(default_factory=dict)
    _later: dict[Path, float] = field(default_factory=dict)

    def look(self) -> int:
        """Sends what has settled; gives how many files still wait."""
        found = sorted(p for p in self.folder.iterdir() if _is_scan(p))
        self._seen = {p: seen for p, seen in self._seen.items() if p in found}
        waiting = 0
        for path in found:
            if not self._settled(path):
                waiting += 1
            elif not self._send(path):
                waiting += 1
                if self.outage:
                    break
        return waiting

    def _settled(self, path: Path) -> bool:
        try:
            status = path.stat()
        except FileNotFoundError:
            return False
        mark = (status.st_size, status.st_mtime_ns)
        if time.monotonic() < self._later.get(path, 0.0):
            return False
        before = self._seen.get(path)
        if before is None or before[0] != mark:
            self._seen[path] = (mark, time.monotonic())
            return self.settle <= 0
        return time.monotonic() - before[1] >= self.settle

    def _send(self, path: Path) -> bool:
        """True when the file is dealt with, for good or bad; False when it has to wait."""
        try:
            answer = Sent(path.name, self.client.upload(read_scan(path))).body()
        except (BadInput, UsageError) as error:  # about this file; everything else may pass
            if not path.exists():
                return True
            show_error(error, self.as_json, path.name)
            self.worst = max(self.worst, error.exit_status)
            self._move(path, "failed", error_body(error, path.name))
            return True
        except DigitizerError as error:
            self._postpone(path, error)
            return False
        if self.outage is not None:
            note("the service answers again")
            self.outage = None
        self._move(path, "sent", answer)
        if self.as_json:
            emit(answer)
        else:
            note(f"{path.name}: {answer['id']}")
        return True

    def _postpone(self, path: Path, error: DigitizerError) -> None:
        """A service that is down or refuses the key stops the round; a single file that it stumbles over does not."""
        everything = isinstance(error, Unavailable) or error.http_status in (401, 403, 404)
        if everything:
            if self.outage is None or self.outage.code != error.code:
                show_error(error, self.as_json)
                note("the files stay where they are until this is mended")
            self.outage = error
        else:
            show_error(error, self.as_json, path.name)
            self._later[path] = time.monotonic() + PAUSE_S

    def _move(self, path: Path, target: str, answer: dict[str, Any]) -> None:
        """Into sent/ or failed/, under a free name: two scans of the day may both be called scan0001.pdf."""
        place = self.folder / target
        place.mkdir(exist_ok=True)
        free, number = place / path.name, 2
        while free.exists():
            free, number = place / f"{path.stem}-{number}{path.suffix}", number + 1
        free.with_name(free.name + ".json").write_text(
            json.dumps(answer, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
        )
        path.replace(free)


def _is_scan(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not path.name.startswith((".", "~")) and path.is_file()
