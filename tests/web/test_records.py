"""What a dossier system fetches: pages without gaps, one record, its versions, the original with its hash checked."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from pathlib import Path

import httpx2

from settings import Settings
from storage.base import State
from storage.connect import open_stores
from tests.fakes.bad_files import good_pdf
from tests.web.world import PDF_BYTES, World, running
from web.deps import Service


def pages(http: httpx2.Client, **params: str | int) -> list[list[str]]:
    found, cursor = [], None
    while True:
        answer = http.get("/v1/records", params={**params, **({"cursor": cursor} if cursor else {})})
        assert answer.status_code == 200, answer.text
        found.append([r["id"] for r in answer.json()["records"]])
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            assert "Link" not in answer.headers
            return found
        assert answer.headers["Link"].endswith('rel="next"')


def test_pages_hold_every_record_once_in_order_of_change(world: World) -> None:
    made = [world.record(state=State.ACCEPTED)[1] for _ in range(5)]
    with world.client("client") as http:
        found = pages(http, limit=2)
        assert [len(p) for p in found][:2] == [2, 2]
        assert [r for p in found for r in p] == made
        newest = http.get(f"/v1/records/{made[-1]}").json()
        assert pages(http, updated_since=newest["updated_at"]) == [[made[-1]]]


def test_a_client_sees_published_records_only(world: World) -> None:
    waiting = world.record()[1]
    ready = world.record(state=State.ACCEPTED)[1]
    with world.client("client") as http:
        assert pages(http) == [[ready]]
        for path in ("", "/versions", "/original"):
            answer = http.get(f"/v1/records/{waiting}{path}")
            assert (answer.status_code, answer.json()["code"]) == (409, "not_published")
    with world.client("reviewer") as http:
        assert pages(http) == [[waiting, ready]]


def test_record_has_the_members_of_read_json(world: World) -> None:
    record = world.record(state=State.ACCEPTED)[1]
    with world.client("client") as http:
        body = http.get(f"/v1/records/{record}").json()
    stored = world.stores.records.record(record, "*").body
    assert {k: body[k] for k in stored} == stored
    assert (body["id"], body["state"], body["version"]) == (record, "published", 1)
    assert body["links"]["original"] == f"/v1/records/{record}/original"
    assert body["updated_at"].endswith("Z")


def test_etag_answers_304_while_it_holds(world: World) -> None:
    record = world.record()[1]
    with world.client("reviewer") as http:
        first = http.get(f"/v1/records/{record}")
        again = http.get(f"/v1/records/{record}", headers={"If-None-Match": first.headers["ETag"]})
        other = http.get(f"/v1/records/{record}", headers={"If-None-Match": '"0-other"'})
    assert (again.status_code, again.content) == (304, b"")
    assert other.status_code == 200 and not first.headers["ETag"].startswith("W/")


def test_original_is_the_bytes_that_came(world: World) -> None:
    data = good_pdf(2)
    submission = world.upload(data=data, name="đơn của tôi.pdf").json()["id"]
    record = world.work(submission, State.ACCEPTED)[0]
    with world.client("client") as http:
        answer = http.get(f"/v1/records/{record}/original")
    assert answer.content == data
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{record}.pdf"'
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
    assert answer.headers["Repr-Digest"] == f"sha-256=:{digest}:"


def test_a_damaged_original_is_refused_not_served(service: Service, tmp_path: Path) -> None:
    stores = open_stores(Settings(var=tmp_path / "var"))
    with running(replace(service, stores=stores)) as world:
        record = world.record(state=State.ACCEPTED)[1]
        sha256 = hashlib.sha256(PDF_BYTES).hexdigest()
        (kept,) = [p for p in (tmp_path / "var").rglob("*") if p.is_file() and sha256 in str(p)]
        kept.chmod(0o600)
        kept.write_bytes(PDF_BYTES.replace(b"595", b"596"))
        with world.client("client") as http:
            answer = http.get(f"/v1/records/{record}/original")
    stores.close()
    assert (answer.status_code, answer.json()["code"]) == (500, "integrity_error")
    assert b"%PDF" not in answer.content


def test_wrong_questions_point_at_what_is_wrong(world: World) -> None:
    with world.client("client") as http:
        for name, value in (("limit", "0"), ("limit", "many"), ("updated_since", "2026-11-24T00:00:00")):
            answer = http.get("/v1/records", params={name: value})
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"query:{name}")
        for garbage in ("garbage", "\0", "ế", "MjAyNg"):
            assert http.get("/v1/records", params={"cursor": garbage}).status_code == 422
