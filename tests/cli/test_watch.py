"""A scanner's folder: whatever is half written, renamed, cut off or killed, every scan is sent, and none twice."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from digitizer.cli.client import Client
from digitizer.cli.watch import Watcher
from digitizer.options import Options
from digitizer.sandbox import Reader
from digitizer.template import load_templates
from storage.memory import open_memory
from tests.cli.conftest import ROOT, environment
from tests.fakes.bad_files import good_pdf
from tests.web.world import World, running
from web.deps import Service


@pytest.fixture(scope="module")
def screening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    reader = Reader(Options(), reads=False, scratch=tmp_path_factory.mktemp("scratch"))
    reader.start()
    yield reader
    reader.close()


@pytest.fixture
def world(screening: Reader) -> Iterator[World]:
    with running(Service(open_memory(), load_templates(), screening.screen)) as started:
        yield started


@pytest.fixture
def watcher(world: World, tmp_path: Path) -> Iterator[Watcher]:
    with Client(world.url, world.keys["device"], tries=1) as client:
        yield Watcher(tmp_path, client, settle=0.0)


def scan(number: int) -> bytes:
    return good_pdf(1) + b"%% %d\n" % number


def taken(world: World) -> list[str]:
    """Hashes of what the service holds, one a submission."""
    ids = list(world.stores.queue.unrung(1000))
    return [world.stores.uploads.submission(s, "*").sha256 for s in world.submissions(ids)]


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.glob("*.pdf")) if folder.is_dir() else []


@contextmanager
def cutting_proxy(url: str, cuts: Iterator[str]) -> Iterator[str]:
    """Passes connections on; `before` cuts one before the request is through, `after` before its answer is."""
    host, port = url.removeprefix("http://").split(":")
    door = socket.create_server(("127.0.0.1", 0))

    def carry(client: socket.socket) -> None:
        how = next(cuts, "")
        with client, socket.create_connection((host, int(port))) as service:
            client.settimeout(20)
            head = client.recv(65536)
            if how == "before":
                service.sendall(head[: len(head) // 2])
                return
            service.sendall(head)
            back = threading.Thread(target=pump, args=(service, client, how == "after"), daemon=True)
            back.start()
            while data := client.recv(65536):
                service.sendall(data)
            back.join(20)

    def pump(service: socket.socket, client: socket.socket, cut: bool) -> None:
        try:
            while data := service.recv(65536):
                if cut:
                    client.shutdown(socket.SHUT_RDWR)
                    return
                client.sendall(data)
        except OSError:
            return

    def serve() -> None:
        while True:
            try:
                client, _ = door.accept()
            except OSError:
                return
            threading.Thread(target=quiet, args=(client,), daemon=True).start()

    def quiet(client: socket.socket) -> None:
        try:
            carry(client)
        except OSError:
            return

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
    finally:
        door.close()


def test_a_half_written_file_waits_until_it_is_whole(world: World, watcher: Watcher) -> None:
    path, data = watcher.folder / "a.pdf", scan(1)
    path.write_bytes(b"")
    assert watcher.look() == 1
    path.write_bytes(data[: len(data) // 2])
    assert watcher.look() == 1 and names(watcher.folder / "failed") == []
    path.write_bytes(data)
    assert watcher.look() == 0 and names(watcher.folder / "sent") == ["a.pdf"]
    assert len(taken(world)) == 1


def test_what_stays_damaged_is_set_aside_with_the_reason(world: World, watcher: Watcher) -> None:
    watcher.patience = 0.0
    (watcher.folder / "a.pdf").write_bytes(scan(1)[:200])
    assert watcher.look() == 0 and names(watcher.folder / "failed") == ["a.pdf"]
    assert json.loads((watcher.folder / "failed" / "a.pdf.json").read_text())["error"]["code"] == "damaged"
    assert taken(world) == []


def test_a_file_that_settles_slowly_is_left_alone(world: World, watcher: Watcher) -> None:
    watcher.settle = 3600.0
    (watcher.folder / "a.pdf").write_bytes(scan(1))
    (watcher.folder / "b.pdf.tmp").write_bytes(scan(2))
    assert [watcher.look(), watcher.look()] == [1, 1] and taken(world) == []


def test_a_cut_line_loses_nothing_and_sends_nothing_twice(world: World, tmp_path: Path) -> None:
    for number in range(6):
        (tmp_path / f"{number}.pdf").write_bytes(scan(number))
    cuts = iter(["before", "after", "", "after", "before", "after", "after", "before"])
    with cutting_proxy(world.url, cuts) as url:
        for _ in range(40):
            with Client(url, world.keys["device"], tries=1) as client:
                watcher = Watcher(tmp_path, client, settle=0.0)
                if watcher.look() == 0:
                    break
    assert names(tmp_path) == [] and len(names(tmp_path / "sent")) == 6
    assert len(taken(world)) == len(set(taken(world))) == 6


def test_renamed_after_its_answer_was_lost_it_is_the_same_submission(world: World, tmp_path: Path) -> None:
    (tmp_path / "scan0001.pdf").write_bytes(scan(1))
    with cutting_proxy(world.url, iter(["after"])) as url, Client(url, world.keys["device"], tries=1) as client:
        watcher = Watcher(tmp_path, client, settle=0.0)
        assert watcher.look() == 1 and len(taken(world)) == 1
        (tmp_path / "scan0001.pdf").rename(tmp_path / "to khai.pdf")
        for _ in range(5):
            if watcher.look() == 0:
                break
    assert names(tmp_path / "sent") == ["to khai.pdf"] and len(taken(world)) == 1


class WritingClient(Client):
    """While the first file is on its way, the scanner writes on."""

    def __init__(self, url: str, key: str, path: Path) -> None:
        super().__init__(url, key, tries=1)
        self.path = path

    def upload(self, scan: object) -> dict[str, object]:
        receipt = super().upload(scan)  # type: ignore[arg-type]
        if self.path.stat().st_size < 2000:
            self.path.write_bytes(good_pdf(9))
        return receipt


def test_what_is_written_while_it_is_sent_is_sent_too(world: World, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(scan(1))
    assert path.stat().st_size < 2000 < len(good_pdf(9))
    with WritingClient(world.url, world.keys["device"], path) as client:
        watcher = Watcher(tmp_path, client, settle=0.0)
        watcher.look()
        assert names(tmp_path / "sent") == [] and path.exists()
        assert watcher.look() == 0
    assert (tmp_path / "sent" / "a.pdf").read_bytes() == good_pdf(9) and len(taken(world)) == 2


def test_killed_again_and_again_it_sends_everything_once(world: World, tmp_path: Path) -> None:
    """kill -9 at random moments; what it left is taken up by the next."""
    count, rng = 12, random.Random(7)
    for number in range(count):
        (tmp_path / f"{number:02}.pdf").write_bytes(scan(number))
    command = [sys.executable, "-m", "digitizer", "watch", str(tmp_path), "--url", world.url, "--settle", "0"]
    for kill in (True, True, True, False):
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment(tmp_path / "var", DIGITIZER_KEY=world.keys["device"]),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        end, wanted = time.monotonic() + 120, len(taken(world)) + 2
        while time.monotonic() < end and names(tmp_path) and not (kill and len(taken(world)) >= wanted):
            time.sleep(0.01)
        time.sleep(rng.uniform(0, 0.03) if kill else 0)
        os.kill(process.pid, signal.SIGKILL if kill else signal.SIGTERM)
        process.wait(30)
    assert names(tmp_path) == [] and len(names(tmp_path / "sent")) == count
    assert len(taken(world)) == len(set(taken(world))) == count
