"""The embedded service from start to end: what kiosk and dossier system get from it, what survives, what it leaves."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import httpx2

from bench.make import Made
from digitizer.cli.supervisor import alive
from tests.cli.conftest import Embedded, embedded, run


def until(true: Callable[[], bool], seconds: float = 60.0) -> bool:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def test_a_scan_goes_in_and_a_record_comes_out(service: Embedded, birth_form: Made) -> None:
    sent = service("upload", str(birth_form.path), "--wait", "--json")
    assert sent.status == 0, sent.err
    (submission,) = sent.objects
    assert submission["file"] == str(birth_form.path) and submission["finished"]
    (found,) = submission["documents"]
    assert found["form_id"] == "khai-sinh"
    reviewer = service("keys", "create", "--role", "reviewer", "--branch", "b1", "--name", "r").out.strip()
    with httpx2.Client(base_url=service.url, headers={"Authorization": f"Bearer {reviewer}"}) as http:
        record = http.get(found["href"]).json()
        original = http.get(f"{found['href']}/original")
    assert record["form"]["id"] == "khai-sinh" and record["fields"]["child.full_name"]["raw"]
    assert original.content == birth_form.path.read_bytes()


def test_sending_again_is_harmless_and_reading_again_is_possible(service: Embedded, birth_form: Made) -> None:
    first = service("upload", str(birth_form.path), "--json")
    second = service("upload", str(birth_form.path), "--json")
    anew = service("upload", str(birth_form.path), "--again", "--json")
    assert (first.status, second.status, anew.status) == (0, 0, 0)
    assert first.objects[0]["id"] == second.objects[0]["id"] != anew.objects[0]["id"]


def test_originals_are_still_what_came(service: Embedded, birth_form: Made) -> None:
    service("upload", str(birth_form.path))
    checked = service("verify", "--json")
    assert checked.status == 0 and checked.objects[0]["ok"] and checked.objects[0]["checked"] >= 1


def test_doctor_finds_the_running_service_well(service: Embedded) -> None:
    said = service("doctor", "--json")
    by_name = {c["name"]: c for c in said.objects}
    assert said.status == 0, said.out
    assert by_name["redis"]["level"] == "ok" and "1 workers" in by_name["redis"]["found"]
    assert service.url in by_name["service"]["found"]


def test_a_second_service_on_the_same_folder_is_refused(service: Embedded) -> None:
    again = service("up", "--port", "0")
    assert again.status == 2 and "already" in again.err


def test_a_taken_port_is_named(service: Embedded, tmp_path: Path) -> None:
    port = service.url.rpartition(":")[2]
    other = run(tmp_path / "var", "up", "--port", port)
    assert other.status == 2 and port in other.err


def test_killed_parts_come_back_and_nothing_is_left_behind(tmp_path: Path, birth_form: Made) -> None:
    with embedded(tmp_path / "var") as up:
        before = up.children()
        for pid in before.values():
            os.kill(pid, signal.SIGKILL)
        assert until(lambda: up.children().keys() == before.keys() and up.fresh(before))
        assert until(lambda: up("upload", str(birth_form.path), DIGITIZER_TRIES="12").status == 0)

        os.kill(up.pid, signal.SIGKILL)  # no time to say goodbye: the pid file stays, the children must not
        orphans = up.children()
        assert until(lambda: not any(alive(pid) for pid in orphans.values()))
        assert run(up.var, "status").status == 8
        again = run(up.var, "up", "--background", "--port", "0", "--json")
        assert again.status == 0, again.err
        assert again.objects[0]["pid"] != up.pid
        stopped = run(up.var, "down", "--json")
        assert stopped.objects[0]["stopped"]
        assert not any(alive(pid) for pid in again.objects[0]["children"].values())
        assert run(up.var, "down", "--json").objects == [{"stopped": False, "pid": None}]
