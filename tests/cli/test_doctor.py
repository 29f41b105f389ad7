"""What the doctor says of a machine that is not well, and of one where nothing runs yet."""

from __future__ import annotations

from tests.cli.conftest import Command
from tests.servers import S3, free_port


def test_a_fresh_machine_is_well(digitizer: Command) -> None:
    said = digitizer("doctor", "--json")
    levels = {c["name"]: c["level"] for c in said.objects}
    assert said.status == 0, said.out
    wanted = "opencv tesseract engine poppler fonts templates sandbox redis database objects disk memory clock service"
    assert set(wanted.split()) <= levels.keys()
    assert said.err == ""


def test_what_is_away_fails_with_advice_and_the_rest_is_still_tried(digitizer: Command) -> None:
    port = free_port()
    said = digitizer(
        "doctor", "--json", DIGITIZER_REDIS_URL=f"redis://127.0.0.1:{port}/0", DIGITIZER_ENGINE="crystal-ball",
        DIGITIZER_OBJECTS_URL=f"s3://127.0.0.1:{port}/originals?secure=0", DIGITIZER_S3_ACCESS_KEY="a",
        DIGITIZER_S3_SECRET_KEY="invented-secret",
    )
    failing = {c["name"]: c for c in said.objects if c["level"] == "fail"}
    assert said.status == 1
    assert set(failing) == {"redis", "engine", "objects", "object lock"}
    assert all(c["advice"] for c in failing.values())
    assert "invented-secret" not in said.out + said.err


def test_wrong_settings_are_named_without_their_value(digitizer: Command) -> None:
    said = digitizer("doctor", DIGITIZER_PORT="secret-by-mistake")
    assert said.status == 9 and "DIGITIZER_PORT" in said.err and "secret-by-mistake" not in said.err


def test_the_lock_of_a_real_s3_server_is_tried(digitizer: Command, minio_server: S3) -> None:
    given = {
        "DIGITIZER_OBJECTS_URL": minio_server.url("doctor-probe"), "DIGITIZER_S3_ACCESS_KEY": minio_server.access_key,
        "DIGITIZER_S3_SECRET_KEY": minio_server.secret_key,
    }
    levels = {c["name"]: c for c in digitizer("doctor", "--json", **given).objects}
    assert levels["objects"]["level"] == "ok"
    assert levels["object lock"] == {
        "name": "object lock", "level": "ok", "found": "deleting a locked object is refused", "advice": "",
    }
