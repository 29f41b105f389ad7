"""`digitizer doctor`: takes the settings, tries every part that is needed, gives ok, warn or fail with what to do."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from digitizer.cli.config import load_settings
from digitizer.cli.output import emit, note, print_table
from digitizer.errors import DigitizerError
from settings import Settings

OK, WARN, FAIL = "ok", "warn", "fail"
GIB = 1024**3
PROBE = b"digitizer doctor: this object may stay, it proves that writing and reading work\n"


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. `advice` says what to do and is empty when all is well."""

    name: str
    level: str
    found: str
    advice: str = ""


def add_to(app: typer.Typer) -> None:
    app.command()(doctor)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON object a line.")] = False,
) -> None:
    """Say what is well and what is not, and how to mend it. Exit status 1 when something fails."""
    settings = load_settings()
    checks = []
    for check in examine(settings):
        checks.append(check)
        if as_json:
            emit(asdict(check))
    if not as_json:
        print_table(("", "part", "found", "what to do"), [(c.level, c.name, c.found, c.advice) for c in checks])
        count = {level: sum(c.level == level for c in checks) for level in (OK, WARN, FAIL)}
        note(f"{count[OK]} ok, {count[WARN]} to look at, {count[FAIL]} failing")
    raise typer.Exit(1 if any(c.level == FAIL for c in checks) else 0)


def examine(settings: Settings) -> Iterator[Check]:
    """Every check, in the order in which a failing one explains the next."""
    examined: tuple[tuple[str, Callable[[Settings], Check]], ...] = (
        ("opencv", one_opencv), ("tesseract", tesseract), ("engine", engine), ("poppler", poppler), ("fonts", fonts),
        ("templates", templates), ("sandbox", sandbox), ("redis", redis), ("database", database),
        ("objects", objects), ("object lock", object_lock), ("disk", disk), ("memory", memory), ("clock", clock),
        ("service", service),
    )
    for name, check in examined:
        try:
            yield check(settings)
        except DigitizerError as error:
            yield Check(name, FAIL, error.detail, _ADVICE.get(name, ""))
        except Exception as error:  # noqa: BLE001 - a doctor that falls ill at one patient helps nobody
            yield Check(name, FAIL, f"{type(error).__name__}: {error}", _ADVICE.get(name, ""))


_ADVICE = {
    "engine": "install it, or set DIGITIZER_ENGINE to another: tesserocr, tesseract",
    "redis": "start Redis, or correct DIGITIZER_REDIS_URL; uploads are kept meanwhile, but nobody reads them",
    "database": "start the database, correct DIGITIZER_DATABASE_URL, or run `digitizer migrate`",
    "objects": "start the object store, or correct DIGITIZER_OBJECTS_URL and its two keys",
    "object lock": "look at the object store's log",
    "sandbox": "apt install bubblewrap and allow user namespaces, or set DIGITIZER_SANDBOX=auto",
}


def one_opencv(settings: Settings) -> Check:
    found = sorted({
        f"{d.metadata['Name']} {d.version}" for d in importlib.metadata.distributions()
        if (d.metadata["Name"] or "").lower().startswith("opencv-")
    })
    if len(found) != 1:
        return Check("opencv", FAIL, ", ".join(found) or "none",
                     "exactly one may be installed: remove all, then install opencv-python from the lock file")
    import cv2

    if int(cv2.__version__.split(".")[0]) >= 5:
        return Check("opencv", FAIL, found[0], "version 5 changes array shapes; install below 5 from the lock file")
    return Check("opencv", OK, found[0])


def tesseract(settings: Settings) -> Check:
    if shutil.which("tesseract") is None:
        return Check("tesseract", FAIL, "not installed", "apt install tesseract-ocr tesseract-ocr-vie")
    version = _said("tesseract", "--version").split("\n")[0].removeprefix("tesseract ")
    languages = _said("tesseract", "--list-langs").split()
    if "vie" not in languages:
        return Check("tesseract", FAIL, f"{version} without Vietnamese", "apt install tesseract-ocr-vie")
    if int(version.lstrip("v").split(".")[0]) < 5:
        return Check("tesseract", WARN, version, "version 5 is what the figures were measured with")
    return Check("tesseract", OK, f"{version} with vie")


def engine(settings: Settings) -> Check:
    from digitizer.engines.build import build_engine

    info = build_engine(settings.engine).info
    return Check("engine", OK, f"{settings.engine}: {info.name} {info.version}")


def poppler(settings: Settings) -> Check:
    if shutil.which("pdftoppm") is None:
        return Check("poppler", FAIL, "pdftoppm is not installed", "apt install poppler-utils")
    version = _said("pdftoppm", "-v").split("\n")[0].removeprefix("pdftoppm version ")
    return Check("poppler", OK, version)


def fonts(settings: Settings) -> Check:
    """PDFs that carry no fonts of their own are drawn with the system's; without Vietnamese letters answers vanish."""
    advice = "apt install fontconfig fonts-noto-core fonts-dejavu-core"
    if shutil.which("fc-list") is None:
        return Check("fonts", WARN, "fc-list is not installed, so nothing is known", advice)
    listed = _said("fc-list", ":lang=vi", "family").split("\n")
    families = sorted({line.split(",")[0].strip() for line in listed if line})
    if not families:
        return Check("fonts", FAIL, "none has the Vietnamese letters", advice)
    return Check("fonts", OK, f"{len(families)} families with Vietnamese letters, such as {families[0]}")


def templates(settings: Settings) -> Check:
    from digitizer.template import load_templates

    found = load_templates()
    if not found:
        return Check("templates", FAIL, "none", "the folder templates/ is missing from this installation")
    return Check("templates", OK, f"{len(found)}: " + ", ".join(f"{t.id} {t.edition}" for t in found))


def sandbox(settings: Settings) -> Check:
    from digitizer.jail import Level, choose_level

    level = choose_level(settings.sandbox)
    if level is Level.BUBBLEWRAP:
        return Check("sandbox", OK, "bubblewrap: no network, no foreign files, limits")
    return Check("sandbox", WARN, "limits only: no namespaces here",
                 "apt install bubblewrap; in a container allow user namespaces (docs/operate.md)")


def redis(settings: Settings) -> Check:
    from digitizer.cli.embedded import find

    running = find(settings.var)
    url = settings.redis_url or (running.redis_url if running else "")
    if not url:
        program = shutil.which("redis-server") or shutil.which("valkey-server")
        if program is None:
            return Check("redis", FAIL, "no redis-server for the embedded service", "apt install redis-server")
        return Check("redis", OK, f"{_said(program, '--version').split(' sha')[0]}; started by `digitizer up`")
    from workers.queue import Doorbell

    bell = Doorbell(url, settings.queue_name)
    try:
        health = bell.health()
    finally:
        bell.close()
    found = f"{health.version}, {health.waiting} waiting, {health.workers} workers"
    if health.faults:
        faults = "; ".join(health.faults)
        return Check("redis", FAIL if "noeviction" in faults else WARN, found, faults)
    return Check("redis", OK, found)


def database(settings: Settings) -> Check:
    from storage.connect import database_url, open_stores

    url = database_url(settings)
    kind = url.split(":", 1)[0].split("+")[0]
    file = Path(url.removeprefix("sqlite:///"))
    if kind == "sqlite" and not file.exists():
        return Check("database", OK, f"sqlite, not there yet; made at the first start in {file.parent}")
    stores = open_stores(settings)
    try:
        waiting, age_s = stores.queue.backlog()
    finally:
        stores.close()
    found = f"{kind}, schema as needed, {waiting} documents unread"
    if waiting and age_s > 900:
        return Check("database", WARN, f"{found}, the oldest for {age_s / 60:.0f} minutes",
                     "are workers running, and does Redis answer? more workers: digitizer worker --count N")
    return Check("database", OK, found)


def objects(settings: Settings) -> Check:
    """Writes and reads one small object under its own hash; it is the same at every call."""
    import hashlib

    from storage.connect import objects as open_objects

    if not settings.objects_url and not settings.var.exists():
        return Check("objects", OK, f"a folder, not there yet; made at the first start in {settings.var.absolute()}")
    store = open_objects(settings)
    store.check()
    digest = hashlib.sha256(PROBE).hexdigest()
    store.put(f"doctor/{digest}", PROBE, digest)
    if store.get(f"doctor/{digest}", digest) != PROBE:
        return Check("objects", FAIL, "what was written is not what is read", "look at the store's disks")
    kind = "S3" if settings.objects_url.startswith("s3:") else "a folder"
    return Check("objects", OK, f"{kind}: written and read back")


def object_lock(settings: Settings) -> Check:
    """A second belt: originals that even this service cannot delete while their lock holds."""
    if not settings.objects_url.startswith("s3:"):
        return Check("object lock", OK, "not for folders; S3 can have it")
    from storage.connect import objects as open_objects
    from storage.s3 import probe_belt

    belt = probe_belt(open_objects(settings))
    if belt is None:
        return Check("object lock", OK, "not for folders")
    if not belt.lock:
        return Check("object lock", WARN, f"a locked object could be deleted ({belt.said})",
                     "use a bucket made with object lock; hashes in the database still show every change")
    refused = "deleting a locked object is refused"
    if not belt.versions:
        return Check("object lock", WARN, f"{refused}; no versions", "turn versioning on")
    return Check("object lock", OK, refused)


def disk(settings: Settings) -> Check:
    place = settings.var.absolute()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free / GIB
    found = f"{free:.1f} GiB free at {place}"
    if not os.access(place, os.W_OK):
        return Check("disk", FAIL, f"{place} cannot be written to", "set DIGITIZER_VAR to a folder of this user")
    if free < 1:
        return Check("disk", FAIL, found, "make room; uploads are refused when the disk is full")
    return Check("disk", WARN if free < 5 else OK, found, "make room: a page is 0.2 to 1 MB" if free < 5 else "")


def memory(settings: Settings) -> Check:
    from digitizer.options import Limits

    lines = Path("/proc/meminfo").read_text(encoding="ascii").split("\n")
    available = next(int(x.split()[1]) * 1024 for x in lines if x.startswith("MemAvailable")) / GIB
    needed = settings.workers * Limits().child_memory_bytes / GIB
    found = f"{available:.1f} GiB available, {settings.workers} workers may take {needed:.1f} GiB"
    if available < needed:
        return Check("memory", WARN, found, "lower DIGITIZER_WORKERS")
    return Check("memory", OK, found)


def clock(settings: Settings) -> Check:
    """Dates on papers are checked against today; signed requests to S3 fail when the clock is 15 minutes wrong."""
    newest = max(p.stat().st_mtime for p in Path(__file__).parent.glob("*.py"))
    if time.time() < newest - 86_400:
        return Check("clock", FAIL, time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()) + ", before this was installed",
                     "set the clock and keep it by NTP: timedatectl set-ntp true")
    found = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    if shutil.which("timedatectl"):
        synced = _said("timedatectl", "show", "-p", "NTPSynchronized", "--value").strip()
        if synced == "no":
            return Check("clock", WARN, f"{found}, not kept by NTP", "timedatectl set-ntp true")
    return Check("clock", OK, found)


def service(settings: Settings) -> Check:
    from digitizer.cli.embedded import find

    running = find(settings.var)
    if running is None:
        return Check("service", OK, f"not running on {settings.var.absolute()}; `digitizer up` starts it")
    if not running.ready:
        return Check("service", WARN, "starting", f"see {settings.var.absolute() / 'log'}")
    return Check("service", OK, f"{running.url}, process {running.pid}, {len(running.children)} parts")


def _said(*command: str) -> str:
    """What a program prints, on either stream; a hanging one is a failure."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    return (done.stdout or done.stderr).strip()
