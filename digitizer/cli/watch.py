"""`digitizer watch`: takes a scanner's folder, sends every scan in it once, moves it away with the answer beside it.

A file is never lost: it stays until its answer is there, whatever is cut, killed or restarted. It is never sent twice:
what was sent under which name is noted on disk before the first byte goes, so that a renamed file and a restarted
watcher come with the same Idempotency-Key, to which the service gives the same answer."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from digitizer.cli.client import Client, Upload, read_key, read_scan
from digitizer.cli.output import emit, error_body, note, show_error
from digitizer.cli.upload import DEFAULT_URL, AsJson, Key, Url
from digitizer.errors import BadInput, DamagedDocument, DigitizerError, EmptyFile, Unavailable, UsageError

SUFFIXES = frozenset({".pdf", ".tif", ".tiff", ".jpg", ".jpeg", ".png"})
PAUSE_S = 30.0  # before a file that the service stumbled over is sent again
PATIENCE_S = 120.0  # that a damaged file must not have changed: a scanner may pause between two pages
JOURNAL = ".digitizer-watch"
REMEMBERED_S = 7 * 86400.0  # as long as the service keeps the answer to an Idempotency-Key
Mark = tuple[int, int, int]  # size, time of change, which file


def add_to(app: typer.Typer) -> None:
    app.command()(watch)


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
        watcher = Watcher(folder, client, settle, 0.0 if once else PATIENCE_S, as_json)
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
    """One folder. A file is taken when it has not changed for `settle` seconds: scanners write slowly. One that the
    service calls damaged waits until it has not changed for `patience`."""

    folder: Path
    client: Client
    settle: float
    patience: float = PATIENCE_S
    as_json: bool = False
    worst: int = 0
    outage: DigitizerError | None = None
    _seen: dict[Path, tuple[Mark, float]] = field(default_factory=dict)
    _later: dict[Path, tuple[Mark, float]] = field(default_factory=dict)

    def look(self) -> int:
        """Sends what has settled; gives how many files still wait."""
        try:
            found = sorted(p for p in self.folder.iterdir() if _is_scan(p))
        except OSError as error:  # a share that is away comes back
            self._stop_for(Unavailable(f"the folder cannot be read: {error.strerror}"))
            return 1
        self._seen = {p: seen for p, seen in self._seen.items() if p in found}
        self._later = {p: later for p, later in self._later.items() if p in found}
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
        mark = _mark(path)
        if mark is None:
            return False
        known, until = self._later.get(path, (mark, 0.0))
        if known == mark and time.monotonic() < until:
            return False
        before = self._seen.get(path)
        if before is None or before[0] != mark:
            self._seen[path] = (mark, time.monotonic())
            return self.settle <= 0
        return time.monotonic() - before[1] >= self.settle

    def _send(self, path: Path) -> bool:
        """True when the file is dealt with, for good or bad; False when it has to wait."""
        mark = _mark(path)
        try:
            scan = _known_as(read_scan(path), self.folder)
        except (UsageError, OSError) as error:  # gone, or the scanner still holds it
            if mark is not None and path.exists():
                self._postpone(path, mark, UsageError(str(error)))
                return False
            return True
        try:
            answer = {"file": path.name, **self.client.upload(scan)}
        except (BadInput, UsageError) as error:  # about this file; everything else may pass
            return self._refused(path, mark, error)
        except DigitizerError as error:
            self._postpone(path, mark, error)
            return False
        if self.outage is not None:
            note("the service answers again")
            self.outage = None
        if _mark(path) != mark:  # written to while it was sent: what is there now is another scan
            note(f"{path.name}: changed while it was sent; it is sent again when it has settled")
            return not path.exists()
        self._move(path, "sent", answer)
        if self.as_json:
            emit(answer)
        else:
            note(f"{path.name}: {answer['id']}")
        return True

    def _refused(self, path: Path, mark: Mark | None, error: DigitizerError) -> bool:
        """A half-written file looks damaged: it is given time before it counts as that."""
        if not path.exists():
            return True
        unfinished = isinstance(error, EmptyFile | DamagedDocument)
        since = self._seen.get(path, (mark, time.monotonic()))[1]
        if _mark(path) != mark or (unfinished and time.monotonic() - since < self.patience):
            if mark is not None:
                self._later[path] = (mark, time.monotonic() + min(PAUSE_S, self.patience))
            return False
        show_error(error, self.as_json, path.name)
        self.worst = max(self.worst, error.exit_status)
        self._move(path, "failed", error_body(error, path.name))
        return True

    def _postpone(self, path: Path, mark: Mark | None, error: DigitizerError) -> None:
        """A service that is down or refuses the key stops the round; a single file that it stumbles over does not."""
        if isinstance(error, Unavailable) or error.http_status in (401, 403, 404):
            self._stop_for(error)
            return
        show_error(error, self.as_json, path.name)
        if mark is not None:
            self._later[path] = (mark, time.monotonic() + PAUSE_S)

    def _stop_for(self, error: DigitizerError) -> None:
        if self.outage is None or self.outage.code != error.code:
            show_error(error, self.as_json)
            note("the files stay where they are until this is mended")
        self.outage = error

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
        with suppress(FileNotFoundError):  # renamed meanwhile: under its new name it gets the same answer again
            path.replace(free)


def _known_as(scan: Upload, folder: Path) -> Upload:
    """The scan under the name by which its bytes were first sent, which is on disk before they are."""
    journal = folder / JOURNAL
    journal.mkdir(exist_ok=True)
    entry = journal / hashlib.sha256(scan.data).hexdigest()
    for old in journal.iterdir():
        with suppress(OSError):
            if time.time() - old.stat().st_mtime > REMEMBERED_S:
                old.unlink()
    with suppress(OSError, UnicodeDecodeError):
        if name := entry.read_text(encoding="utf-8"):
            return Upload(name, scan.data, scan.form, scan.salt)
    fresh = entry.with_suffix(".new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(scan.name)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(entry)
    return scan


def _mark(path: Path) -> Mark | None:
    """Changes whenever the file does; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns, status.st_ino


def _is_scan(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not path.name.startswith((".", "~")) and path.is_file()
