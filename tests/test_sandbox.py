"""The reading child: whatever a document does to it, the parent gets an answer, and nothing is left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.make import document, template_of
from bench.prints import print_blank
from digitizer.errors import (
    DamagedDocument,
    DigitizerError,
    EmptyFile,
    EngineUnavailable,
    ReaderCrashed,
    ReaderOutOfMemory,
    ReaderTimedOut,
    TypeMismatch,
    UnsafeSettings,
)
from digitizer.glance import PageVerdict
from digitizer.jail import ROOT, Level, Program, bubblewrap_works
from digitizer.options import Cleaning, Options
from digitizer.sandbox import Reader
from tests.fakes.child import SECRET, picture, short_limits
from tests.processes import alive, descendants, gone

FAKE = Program("tests.fakes.child", (ROOT / "digitizer", ROOT / "templates", ROOT / "tests"))
LEVELS = [
    "rlimits",
    pytest.param("bubblewrap", marks=pytest.mark.skipif(
        not bubblewrap_works() and os.environ.get("CI") != "true", reason="bubblewrap does not work on this machine")),
]


class OwnReader(Reader):
    """Tells its processes from those that this test process ran before: the session's servers are not ours to kill."""

    strangers: frozenset[int] = frozenset()

    def processes(self) -> set[int]:
        return descendants(os.getpid()) - self.strangers


@pytest.fixture(params=LEVELS)
def reader(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OwnReader]:
    """A fresh one, as the tests kill its child; the folder must be empty at the end."""
    strangers = frozenset(descendants(os.getpid()))
    (tmp_path / "outside.txt").write_text("another branch's scan")
    made = OwnReader(Options(limits=short_limits()), request.param, program=FAKE, scratch=tmp_path / "scratch")
    made.strangers = strangers
    yield made
    assert list((tmp_path / "scratch").glob("reader-*/*")) == [], "a document's folder is left"
    made.close()
    assert list((tmp_path / "scratch").iterdir()) == []


def test_reads_and_stays_warm(reader: OwnReader) -> None:
    first, = reader.read(picture("good"), "a.png")
    child = reader.processes()
    second, = reader.read(picture("leave"), "b.png")
    assert (first.file, first.fields[0].raw, first.decision) == ("a.png", "good", None)
    assert second.fields[0].raw == "leave"
    assert reader.processes() == child, "the second document got another process"


def test_pictures_of_pages_come_out_with_the_records(reader: OwnReader) -> None:
    (record,), (page,) = reader.read_to_show(picture("show"), "a.png")
    assert record.fields[0].raw == "show"
    assert (page.number, page.width_px, page.height_px, page.data[:2]) == (1, 30, 42, b"\xff\xd8")


def test_only_pictures_come_out(reader: OwnReader) -> None:
    with pytest.raises(ReaderCrashed):
        reader.read_to_show(picture("show_junk"), "a.png")
    records, pages = reader.read_to_show(picture("show_link"), "a.png")
    assert len(records) == 1 and pages == ()


def test_screens_without_reading(reader: OwnReader) -> None:
    screened = reader.screen(picture("crash"), "a.png")
    assert (screened.media_type, screened.page_count) == ("image/png", 1)


def test_glances_in_the_same_child(reader: OwnReader) -> None:
    seen, pictures = reader.glance(picture("show"), "a.png", "ct01")
    assert [remark.code for remark in seen.pages[0].remarks] == ["blank_page"] and seen.verdict is PageVerdict.ADVICE
    assert [p.number for p in pictures] == [1]
    with pytest.raises(ReaderCrashed):
        reader.glance(picture("lie"), "a.png")
    assert reader.glance(picture("good"), "a.png")[0].verdict is PageVerdict.ADVICE


@pytest.mark.parametrize(("data", "name", "error"), [
    (b"", "a.pdf", EmptyFile), (picture("good"), "a.pdf", TypeMismatch),
    (picture("good")[:40], "a.png", DamagedDocument),
])
def test_bad_input_comes_through_by_its_code(
    reader: OwnReader, data: bytes, name: str, error: type[DigitizerError]
) -> None:
    for work in (reader.screen, reader.read):
        with pytest.raises(error):
            work(data, name)


@pytest.mark.parametrize(("behaviour", "error"), [
    ("crash", ReaderCrashed), ("abort", ReaderCrashed), ("hang", ReaderTimedOut), ("memory", ReaderOutOfMemory),
    ("raise", ReaderCrashed), ("grandchild", ReaderTimedOut), ("lie", ReaderCrashed), ("nonsense", ReaderCrashed),
    ("flood", ReaderCrashed), ("disk", ReaderCrashed),
])
def test_every_failure_has_its_error_and_the_next_document_is_read(
    reader: OwnReader, behaviour: str, error: type[DigitizerError]
) -> None:
    reader.start()
    before = reader.processes()
    with pytest.raises(error) as raised:
        reader.read(picture(behaviour), "a.png")
    assert SECRET not in raised.value.detail
    record, = reader.read(picture("good"), "b.png")
    assert record.fields[0].raw == "good"
    if behaviour in ("crash", "abort", "hang", "memory", "grandchild", "nonsense", "flood"):
        assert gone(before), "a process of the killed child is left"


def test_what_libraries_print_does_not_disturb_the_answer(reader: OwnReader) -> None:
    record, = reader.read(picture("chatter"), "a.png")
    assert record.fields[0].raw == "chatter"


def test_the_child_sees_no_credentials_and_in_the_jail_nothing_else(
    reader: OwnReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGITIZER_S3_SECRET_KEY", "invented-secret")
    seen = reader.read(picture("look"), "a.png")[0].fields[0].raw
    assert "SECRET" not in seen and "DIGITIZER" not in seen
    if reader.level is Level.BUBBLEWRAP:
        assert "secret=False" in seen and "network=['lo']" in seen
        assert int(seen.partition("processes=")[2].split()[0]) <= 4


def test_cancel_ends_the_document_at_hand(reader: OwnReader) -> None:
    reader.start()
    threading.Timer(0.3, reader.cancel).start()
    with pytest.raises(ReaderCrashed, match="cancelled"):
        reader.read(picture("hang"), "a.png")
    assert reader.read(picture("good"), "b.png")


def test_a_child_killed_while_idle_costs_no_document(reader: OwnReader) -> None:
    reader.start()
    for pid in reader.processes():
        os.kill(pid, 9)
    assert reader.read(picture("good"), "a.png")


def test_callers_in_several_threads_wait_for_each_other(reader: OwnReader) -> None:
    read: list[str] = []

    def work() -> None:
        read.append(reader.read(picture("good"), "a.png")[0].fields[0].raw)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert read == ["good"] * 8


def test_the_child_outlives_the_thread_that_first_used_it(reader: OwnReader) -> None:
    """A parent-death signal fires when the starting thread ends; web servers end idle threads."""
    thread = threading.Thread(target=reader.start)
    thread.start()
    thread.join()
    children = reader.processes()
    assert reader.read(picture("good"), "a.png")
    assert reader.processes() == children


def test_a_missing_engine_is_not_the_documents_fault(tmp_path: Path) -> None:
    reader = Reader(Options(engine="missing"), "rlimits", program=FAKE, scratch=tmp_path)
    for _ in range(2):
        with pytest.raises(EngineUnavailable) as raised:
            reader.read(picture("good"), "a.png")
        assert SECRET not in raised.value.detail
    reader.close()


PARENT = """
import sys
from pathlib import Path
from digitizer.jail import ROOT, Program
from digitizer.options import Cleaning, Options
from digitizer.sandbox import Reader
from tests.fakes.child import picture
program = Program("tests.fakes.child", (ROOT / "digitizer", ROOT / "templates", ROOT / "tests"))
reader = Reader(Options(), sys.argv[1], program=program, scratch=Path(sys.argv[2]))
reader.start()
print("ready", flush=True)
reader.read(picture("grandchild"), "a.png")
"""


@pytest.mark.parametrize("level", LEVELS)
def test_when_the_worker_is_killed_everything_below_it_goes(level: str, tmp_path: Path) -> None:
    worker = subprocess.Popen([sys.executable, "-c", PARENT, level, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT)
    assert worker.stdout and worker.stdout.readline() == b"ready\n"
    end = time.monotonic() + 20
    while not any("987654" in Path(f"/proc/{p}/cmdline").read_text() for p in alive(descendants(worker.pid))):
        assert time.monotonic() < end
        time.sleep(0.05)
    below = descendants(worker.pid)
    assert len(below) >= 2
    worker.kill()
    worker.wait()
    worker.stdout.close()
    assert gone(below)
    Reader(Options(), level, program=FAKE, scratch=tmp_path).close()
    assert list(tmp_path.iterdir()) == [], "the next start sweeps what the dead left"


def test_bubblewrap_demanded_but_missing_refuses_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    bubblewrap_works.cache_clear()
    monkeypatch.setenv("PATH", "/nonexistent")
    try:
        with pytest.raises(UnsafeSettings):
            Reader(Options(), "bubblewrap")
    finally:
        bubblewrap_works.cache_clear()


@pytest.mark.parametrize("level", LEVELS)
def test_the_real_child_reads_a_form_as_it_is_told_to(level: str, tmp_path: Path) -> None:
    form = document(print_blank(template_of("xac-nhan-hon-nhan")), 3, "light", tmp_path / "form.pdf", None)
    reader = Reader(Options(cleaning=Cleaning(despeckle=False)), level, scratch=tmp_path / "scratch")
    try:
        (record,) = reader.read(form.path, "form.pdf")
    finally:
        reader.close()
    assert record.form is not None
    assert record.form.form_id == "xac-nhan-hon-nhan"
    assert sum(bool(f.raw) for f in record.fields) > 5
