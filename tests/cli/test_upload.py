"""What goes wrong on the way to the service, and the folder of a scanner."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from bench.make import Made
from tests.cli.conftest import Command, Embedded
from tests.servers import free_port


def test_each_failure_has_its_exit_status_and_the_rest_is_sent(
    service: Embedded, birth_form: Made, tmp_path: Path
) -> None:
    text, empty = tmp_path / "notes.pdf", tmp_path / "empty.pdf"
    text.write_text("not a scan")
    empty.write_bytes(b"")
    sent = service("upload", str(text), str(tmp_path / "absent.pdf"), str(empty), str(birth_form.path), "--json")
    assert sent.status == 3
    assert [o["file"] for o in sent.objects] == [str(birth_form.path)]
    codes = {Path(e["file"]).name: (e["error"]["code"], e["error"]["exit_status"]) for e in sent.errors}
    assert codes == {
        "notes.pdf": ("unsupported_type", 3), "absent.pdf": ("invalid_request", 2), "empty.pdf": ("empty_file", 3),
    }


def test_a_wrong_key_is_refused_and_a_missing_one_asked_for(service: Embedded, birth_form: Made) -> None:
    wrong = service("upload", str(birth_form.path), DIGITIZER_KEY="dgz_nobody_nothing")
    assert wrong.status == 5 and "unauthenticated" in wrong.err and wrong.out == ""
    client = service("upload", str(birth_form.path), DIGITIZER_KEY=service.client)
    assert client.status == 5 and "forbidden" in client.err
    none = service("upload", str(birth_form.path), DIGITIZER_KEY="")
    assert none.status == 2 and "digitizer keys create" in none.err


def test_a_revoked_key_ends_at_once(service: Embedded, birth_form: Made) -> None:
    made = service("keys", "create", "--role", "device", "--branch", "b2", "--name", "lost", "--json").objects[0]
    assert service("upload", str(birth_form.path), DIGITIZER_KEY=made["key"]).status == 0
    assert service("keys", "revoke", made["id"]).status == 0
    assert service("upload", str(birth_form.path), DIGITIZER_KEY=made["key"]).status == 5
    listed = {k["id"]: k for k in service("keys", "list", "--json").objects}
    assert listed[made["id"]]["revoked_at"] and made["key"] not in json.dumps(listed)


def test_keys_are_refused_that_would_mean_something_else(service: Embedded) -> None:
    assert service("keys", "create", "--role", "device", "--branch", "*", "--name", "x").status == 2
    assert service("keys", "create", "--role", "king", "--branch", "b1", "--name", "x").status == 2


def test_a_service_that_is_away_is_named(digitizer: Command, birth_form: Made) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    away = digitizer("upload", str(birth_form.path), DIGITIZER_TRIES="2", DIGITIZER_URL=url, DIGITIZER_KEY="dgz_a_b")
    assert away.status == 8 and url in away.err and "trying again" in away.err
    nonsense = digitizer("upload", str(birth_form.path), DIGITIZER_URL="localhost", DIGITIZER_KEY="dgz_a_b")
    assert nonsense.status == 2


def test_a_watched_folder_is_emptied_once(service: Embedded, birth_form: Made, tmp_path: Path) -> None:
    folder = tmp_path / "scans"
    folder.mkdir()
    for name in ("a.pdf", ".half-written.pdf"):
        shutil.copy(birth_form.path, folder / name)
    (folder / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / "notes.txt").write_text("not for us")
    watched = service("watch", str(folder), "--once", "--settle", "0.3", "--json")
    assert watched.status == 3, watched.err
    assert [o["file"] for o in watched.objects] == ["a.pdf"]
    assert sorted(p.name for p in folder.iterdir()) == [
        ".digitizer-watch", ".half-written.pdf", "failed", "notes.txt", "sent"
    ]
    assert json.loads((folder / "sent" / "a.pdf.json").read_text())["id"] == watched.objects[0]["id"]
    assert json.loads((folder / "failed" / "bad.png.json").read_text())["error"]["clerk"]


def test_a_watched_folder_keeps_its_files_while_the_key_is_refused(
    service: Embedded, birth_form: Made, tmp_path: Path
) -> None:
    scan = tmp_path / "scan.pdf"
    shutil.copy(birth_form.path, scan)
    watched = service("watch", str(tmp_path), "--once", "--settle", "0", DIGITIZER_KEY="dgz_nobody_nothing")
    assert watched.status == 5 and scan.exists()
