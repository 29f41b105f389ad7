"""A program names a paper's form: taken once, told how far it is, refused like a correction where it cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from settings import Settings
from storage.base import State, Stores
from storage.connect import open_stores
from storage.desk_base import Taker, Wanted
from storage.rereads_base import Rereads
from tests.web.test_corrections import correct, seen
from tests.web.world import NORTH, World

BIRTH = {"form": "khai-sinh", "edition": "tt04-2020"}


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    """What is read again is kept in SQL only."""
    opened = open_stores(Settings(var=tmp_path / "var"))
    yield opened
    opened.close()


def name(world: World, record: str, etag: str, body: dict[str, Any] = BIRTH, key: str = "") -> httpx2.Response:
    with world.client("reviewer") as http:
        return http.post(f"/v1/records/{record}/form", json=body, headers={
            "If-Match": etag, "Idempotency-Key": key or world.fresh()})


def told(world: World, record: str) -> dict[str, Any]:
    with world.client("reviewer") as http:
        found: dict[str, Any] = http.get(f"/v1/records/{record}/reading").json()
    return found


def rereads(world: World) -> Rereads:
    assert world.stores.workbench is not None
    return world.stores.workbench.rereads


def test_it_is_taken_once_and_told_how_far_it_is(world: World) -> None:
    record = world.record()[1]
    etag = seen(world, record)[1]
    assert told(world, record)["reading"] is None
    answer = name(world, record, etag, key="k1")
    assert answer.status_code == 202, answer.text
    assert name(world, record, etag, key="k1").content == answer.content  # a retry
    reading = told(world, record)["reading"]
    assert (reading["state"], reading["form"], reading["edition"]) == ("queued", "khai-sinh", "tt04-2020")
    assert reading["author"] == world.key_ids["reviewer"]
    assert seen(world, record)[1] == etag  # nothing of the record has changed yet
    stored = world.stores.records.record(record, "*")
    claim = rereads(world).claim(stored.document_id, "w1", 30)
    assert claim and told(world, record)["reading"]["state"] == "reading"
    form = {**stored.body["form"], "edition": "tt04-2020", "source": "person"}
    rereads(world).finish(claim, {**stored.body, "form": form})
    after = told(world, record)
    assert (after["reading"], after["form"]["source"], after["form"]["edition"]) == (None, "person", "tt04-2020")
    now, new_etag = seen(world, record)
    assert new_etag != etag and (now["version"], now["state"]) == (2, "needs_review")
    with world.client("client") as http:
        types = [e["type"] for e in http.get("/v1/events").json()["events"] if e["record_id"] == record]
    assert types == ["record.created", "record.corrected"]


def test_the_newest_edition_where_none_is_said(world: World) -> None:
    record = world.record()[1]
    assert name(world, record, seen(world, record)[1], {"form": "khai-sinh"}).status_code == 202
    assert told(world, record)["reading"]["edition"] == "tt04-2024"


@pytest.mark.parametrize(("body", "pointer"), [
    ({"form": "nothing-here"}, "#/form"), ({"form": "khai-sinh", "edition": "tt00"}, "#/edition"),
    ({"form": ""}, "#/form"), ({}, "#/form"),
])
def test_a_form_that_is_not_here_is_pointed_at(world: World, body: dict[str, Any], pointer: str) -> None:
    record = world.record()[1]
    answer = name(world, record, seen(world, record)[1], body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


def test_refusals(world: World) -> None:
    record = world.record()[1]
    etag = seen(world, record)[1]
    stale = name(world, record, '"9-needs_review"')
    assert (stale.status_code, stale.json()["code"], stale.headers["ETag"]) == (412, "precondition_failed", etag)
    with world.client("reviewer") as http:
        bare = http.post(f"/v1/records/{record}/form", json=BIRTH, headers={"Idempotency-Key": "x"})
        assert (bare.status_code, bare.json()["code"]) == (428, "precondition_missing")
    released = world.record("device", State.ACCEPTED)[1]
    moved = name(world, released, seen(world, released)[1])
    assert (moved.status_code, moved.json()["code"]) == (409, "invalid_move")


def test_while_a_person_holds_it_and_while_it_is_read(world: World) -> None:
    record = world.record()[1]
    etag = seen(world, record)[1]
    assert world.stores.workbench
    desk = world.stores.workbench.desk
    lease = desk.take_next(Taker("per_an", NORTH), Wanted())
    assert lease
    held = name(world, record, etag)
    assert (held.status_code, held.json()["code"]) == (409, "held_by_another")
    desk.hand_back(lease)
    assert name(world, record, etag).status_code == 202
    for refused in (name(world, record, etag), correct(world, record, {"child.sex": {}}, etag)):
        assert (refused.status_code, refused.json()["code"]) == (409, "being_read_again")
        assert "đọc lại" in refused.json()["clerk"]


def test_a_failure_says_why_and_the_record_is_as_it_was(world: World) -> None:
    record = world.record()[1]
    before, etag = seen(world, record)
    name(world, record, etag)
    claim = rereads(world).claim(world.stores.records.record(record, "*").document_id, "w1", 30)
    assert claim
    rereads(world).give_back(claim, "damaged", final=True)
    reading = told(world, record)["reading"]
    assert (reading["state"], reading["reason_code"]) == ("failed", "damaged") and "quét lại" in reading["clerk"]
    assert seen(world, record) == (before, etag)
    assert correct(world, record, {"child.sex": {}}, etag).status_code == 200
