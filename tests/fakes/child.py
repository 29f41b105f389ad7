"""A reading child that misbehaves on demand: takes a picture whose first pixel says how, does that instead of reading.

Run in place of `digitizer.child`, with the same pipes, limits and jail."""

from __future__ import annotations

import ctypes
import io
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from PIL import Image

from digitizer.child import Work, main
from digitizer.document import EngineInfo, Field, FieldStatus, FormMatch, PageClass, Record, Registry, Source
from digitizer.glance import Glance, PageGlance, PageVerdict, Remark
from digitizer.options import Limits, Options, picture_name

BEHAVIOURS = (
    "good", "crash", "abort", "hang", "memory", "raise", "grandchild", "lie", "nonsense", "chatter", "flood", "look",
    "disk", "slow", "leave", "show", "show_junk", "show_link", "then_crash", "then_slow", "then_lie",
)
THEN = "then_"  # well at first; so when the paper is read again as a person named it
SECRET = "Nguyễn Thị Bí Mật"  # invented; must never come out in an error


def picture(behaviour: str, number: int = 0) -> bytes:
    """A small PNG that makes the child behave so; `number` makes its bytes unique."""
    image = Image.new("RGB", (60, 84), "white")
    image.putpixel((0, 0), (BEHAVIOURS.index(behaviour), 7, 7))
    image.putpixel((1, 0), (number % 256, number // 256 % 256, number // 65536))
    out = io.BytesIO()
    image.save(out, "PNG", dpi=(300, 300))
    return out.getvalue()


def record(path: Path, behaviour: str) -> Record:
    """What a good reading gives."""
    field = Field("requester.full_name", "Họ tên", "person_name", FieldStatus.FILLED, raw=behaviour, value=behaviour,
                  confidence=0.99, page=1)
    return Record(
        file="", pages=(1,), form=FormMatch("khai-sinh", "tt04-2024", 0.99), fields=(field,),
        engine=EngineInfo("fake", str(path.stat().st_size)),
    )


def read(path: Path, name: str, options: Options) -> Iterator[Record]:
    """Does what the picture says, then reads well if it still can."""
    with Image.open(path) as image:
        pixel = image.convert("RGB").getpixel((0, 0))
    assert isinstance(pixel, tuple)
    behaviour = BEHAVIOURS[int(pixel[0])] if pixel[1:] == (7, 7) else "good"
    good = record(path, behaviour)
    behaviour = behaviour.removeprefix(THEN) if options.named else "good" if behaviour.startswith(THEN) else behaviour
    if options.named:
        told = FormMatch(options.named.form_id, options.named.edition, 1.0)
        good = replace(good, form=told, pages=options.named.pages)
    yield from BAD.get(behaviour, lambda p, r: iter((r,)))(path, good)


def show(path: Path, good: Record) -> Iterator[Record]:
    """A picture of page 1, as the product leaves it."""
    Image.new("RGB", (30, 42), "gray").save(path.parent / picture_name(1), "JPEG")
    yield good


def show_junk(path: Path, good: Record) -> Iterator[Record]:
    """A file under a picture's name that is no picture."""
    (path.parent / picture_name(1)).write_bytes(b"<script>alert(1)</script>")
    yield good


def show_link(path: Path, good: Record) -> Iterator[Record]:
    """A link in place of a picture: followed, it would give the parent's files away."""
    (path.parent / picture_name(1)).symlink_to("/etc/hostname")
    yield good


def glance(path: Path, name: str, options: Options) -> Glance:
    """Does what the picture says; `lie` tells of a place that is nowhere."""
    told, = read(path, name, options)
    places = ((float("nan"), 0.0),) if told.file == "/etc/passwd" else ()
    remark = Remark("blank_page", PageVerdict.ADVICE, "Trang trắng.", 1, polygon_mm=places)
    return Glance((PageGlance(1, PageClass.FIRST, None, 210.0, 297.0, (remark,)),))


def crash(path: Path, good: Record) -> Iterator[Record]:
    """A null pointer in native code."""
    ctypes.string_at(0)
    yield good


def abort(path: Path, good: Record) -> Iterator[Record]:
    os.abort()
    yield good


def hang(path: Path, good: Record) -> Iterator[Record]:
    """Deaf to every signal that can be ignored."""
    signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP})
    while True:
        time.sleep(1)
    yield good


def memory(path: Path, good: Record) -> Iterator[Record]:
    eaten = [bytearray(4 << 30) for _ in range(8)]  # refused at once by the address space limit
    yield record(path, str(len(eaten)))


def complain(path: Path, good: Record) -> Iterator[Record]:
    raise ValueError(f"cannot read {SECRET}")
    yield good


def grandchild(path: Path, good: Record) -> Iterator[Record]:
    """A helper process that would outlive us, as pdftoppm could."""
    subprocess.Popen(["sleep", "987654"])
    yield from hang(path, good)


def lie(path: Path, good: Record) -> Iterator[Record]:
    """Claims a decision, a register's word and a person's hand."""
    field = Field("father.full_name", "x", "person_name", FieldStatus.FILLED, confidence=17.0, source=Source.PERSON,
                  registry=Registry("agrees", "x", "now"))
    yield Record(file="/etc/passwd", pages=(1,), form=None, fields=(field,), engine=good.engine)


def nonsense(path: Path, good: Record) -> Iterator[Record]:
    """Bytes into every open descriptor, where the parent expects a message."""
    for number in range(3, 40):
        try:
            os.write(number, b"\x00\x00\x00\x05{]{]{")
        except OSError:
            continue
    yield from hang(path, good)


def chatter(path: Path, good: Record) -> Iterator[Record]:
    """Prints as libraries do; must not disturb the answer."""
    print(SECRET * 1000)
    os.write(1, SECRET.encode() * 1000)
    yield good


def flood(path: Path, good: Record) -> Iterator[Record]:
    """More answer than any document has."""
    fields = tuple(Field(f"a.b{n}", "x" * 4000, "text", FieldStatus.FILLED, raw="x" * 4000) for n in range(4000))
    yield Record("", (1,), None, fields, good.engine)


def look(path: Path, good: Record) -> Iterator[Record]:
    """Reports what can be seen from here: environment, files, processes, network."""
    secret = Path(os.environ["TMPDIR"]).parents[2] / "outside.txt"
    processes = sum(1 for p in Path("/proc").iterdir() if p.name.isdigit())
    network = [line.split(":")[0].strip() for line in Path("/proc/net/dev").read_text().splitlines()[2:]]
    yield record(path, f"{sorted(os.environ)} secret={secret.exists()} processes={processes} network={network}")


def disk(path: Path, good: Record) -> Iterator[Record]:
    """Fills the disk."""
    with (path.parent / "large").open("wb") as out:
        for _ in range(400):
            out.write(bytes(1 << 20))
    yield good


def slow(path: Path, good: Record) -> Iterator[Record]:
    time.sleep(1.5)
    yield good


def leave(path: Path, good: Record) -> Iterator[Record]:
    """Leaves files behind."""
    (path.parent / "left.txt").write_text(SECRET)
    yield good


BAD = {
    "crash": crash, "abort": abort, "hang": hang, "memory": memory, "raise": complain, "grandchild": grandchild,
    "lie": lie, "nonsense": nonsense, "chatter": chatter, "flood": flood, "look": look, "disk": disk, "slow": slow,
    "leave": leave, "show": show, "show_junk": show_junk, "show_link": show_link,
}


def build(options: Options, reads: bool) -> Work:
    """In place of digitizer.child.build_work: the real screening, the fake reading."""
    from digitizer.stages.ingest import ingest

    if options.engine == "missing":
        raise RuntimeError(SECRET)
    return Work(ingest, read, EngineInfo("fake", "1"), glance)


def short_limits() -> Limits:
    """Short clocks, so that tests of hangs are quick."""
    return Limits(page_seconds=3.0, document_seconds=4.0, screening_seconds=5.0)


if __name__ == "__main__":
    main(build)
