"""A person corrects: a new version, what was read kept beside it, no lost update, no second change by a retry."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from storage.base import State
from tests.web.world import World

NAME, SEX, BORN = "child.full_name", "child.sex", "child.date_of_birth"


def correct(
    world: World, record: str, fields: dict[str, Any], etag: str, key: str = "", who: str = "reviewer"
) -> httpx2.Response:
    with world.client(who) as http:
        return http.post(
            f"/v1/records/{record}/corrections", json={"fields": fields, "reason": "Đối chiếu bản gốc"},
            headers={"If-Match": etag, "Idempotency-Key": key or world.fresh()},
        )


def seen(world: World, record: str) -> tuple[dict[str, Any], str]:
    with world.client("reviewer") as http:
        answer = http.get(f"/v1/records/{record}")
    return answer.json(), answer.headers["ETag"]


def test_correction_makes_a_version_and_keeps_what_was_read(world: World) -> None:
    record = world.record()[1]
    before, etag = seen(world, record)
    answer = correct(world, record, {NAME: {"raw": "Nguyễn  Thị Mẫu"}}, etag)
    assert answer.status_code == 200, answer.text
    now, new_etag = seen(world, record)
    assert answer.json() == now and answer.headers["ETag"] == new_etag != etag
    field = now["fields"][NAME]
    assert (field["raw"], field["value"], field["source"], field["status"]) == (
        "Nguyễn Thị Mẫu", "Nguyễn Thị Mẫu", "person", "filled",
    )
    was = before["fields"][NAME]
    assert field["correction"]["was_read"] == {
        k: was[k] for k in ("status", "raw", "value", "confidence", "source")
    }
    assert field["correction"]["author"] == world.key_ids["reviewer"] and field["correction"]["at"].endswith("Z")
    assert {**now["fields"], NAME: None} == {**before["fields"], NAME: None}
    with world.client("reviewer") as http:
        versions = http.get(f"/v1/records/{record}/versions").json()["versions"]
    assert [(v["version"], v["author"]) for v in versions] == [(1, "machine"), (2, world.key_ids["reviewer"])]
    assert versions[0]["record"]["fields"][NAME] == was and versions[1]["reason"] == "Đối chiếu bản gốc"


def test_the_last_doubt_resolved_publishes_and_later_changes_amend(world: World) -> None:
    record = world.record()[1]
    with world.client("client") as http:
        assert http.get(f"/v1/records/{record}").status_code == 409
        published = correct(world, record, {NAME: {"raw": "Nguyễn Thị Mẫu"}}, seen(world, record)[1]).json()
        assert (published["state"], published["decision"]["outcome"]) == ("published", "accept")
        assert http.get(f"/v1/records/{record}").json()["version"] == 2
        amended = correct(world, record, {SEX: {}}, seen(world, record)[1]).json()
        assert (amended["state"], amended["version"]) == ("amended", 3)
        assert amended["fields"][NAME] == published["fields"][NAME], "what a person set stays"
        types = [e["type"] for e in http.get("/v1/events").json()["events"] if e["record_id"] == record]
    assert types.count("record.corrected") == 2


def test_only_the_seen_version_can_be_changed(world: World) -> None:
    record = world.record(state=State.ACCEPTED)[1]
    for etag in ('"1-needs_review"', '"7-published"', 'W/"1-published"', "*", '"x"'):
        answer = correct(world, record, {SEX: {}}, etag)
        assert (answer.status_code, answer.json()["code"]) == (412, "precondition_failed")
        assert answer.headers["ETag"] == seen(world, record)[1]
        assert answer.json()["current"] == {"version": 1, "href": f"/v1/records/{record}"}


def test_without_if_match_or_idempotency_key(world: World) -> None:
    record = world.record()[1]
    body = {"fields": {SEX: {}}, "reason": "x"}
    with world.client("reviewer") as http:
        no_match = http.post(f"/v1/records/{record}/corrections", json=body, headers={"Idempotency-Key": "a"})
        no_key = http.post(f"/v1/records/{record}/corrections", json=body, headers={"If-Match": '"1-needs_review"'})
    assert (no_match.status_code, no_match.json()["code"]) == (428, "precondition_missing")
    assert (no_key.status_code, no_key.json()["code"]) == (400, "idempotency_key_missing")


def test_a_retry_gets_the_first_answer_and_makes_no_second_version(world: World) -> None:
    record = world.record()[1]
    etag = seen(world, record)[1]
    first = correct(world, record, {SEX: {"value": "Nam"}}, etag, key="k")
    again = correct(world, record, {SEX: {"value": "Nam"}}, etag, key="k")
    assert (again.status_code, again.content, again.headers["ETag"]) == (200, first.content, first.headers["ETag"])
    other = correct(world, record, {SEX: {"value": "Nữ"}}, etag, key="k")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert seen(world, record)[0]["version"] == 2


def test_of_racing_corrections_one_wins_and_the_others_hear_412(world: World) -> None:
    record = world.record()[1]
    etag = seen(world, record)[1]
    gate = threading.Barrier(6)

    def race(n: int) -> httpx2.Response:
        who = ("reviewer", "reviewer_beside")[n % 2]
        gate.wait()
        return correct(world, record, {NAME: {"raw": f"Trần Văn {'ABCDEF'[n]}n"}}, etag, who=who)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(race, range(6)))
    assert sorted(a.status_code for a in answers) == [200] + [412] * 5
    (winner,) = [a for a in answers if a.status_code == 200]
    assert seen(world, record)[0] == winner.json() and winner.json()["version"] == 2


IMPOSSIBLE: tuple[tuple[dict[str, Any], str], ...] = (
    ({"child.shoe_size": {}}, "#/fields/child.shoe_size"),
    ({"members[9].full_name": {"raw": "A B"}}, "#/fields/members[9].full_name"),
    ({"members[0].full_name": {}, "members[2].full_name": {"raw": "A B"}}, "#/fields/members[2].full_name"),
    ({"members[0].shoe_size": {"raw": "20"}}, "#/fields/members[0].shoe_size"),
    ({BORN: {"raw": "hôm qua"}}, "#/fields/child.date_of_birth"),
    ({BORN: {"value": "yesterday"}}, "#/fields/child.date_of_birth"),
    ({BORN: {"value": {"day": 1}}}, "#/fields/child.date_of_birth"),
    ({SEX: {"status": "blank", "raw": "Nam"}}, "#/fields/child.sex"),
    ({NAME: {"raw": "a\u0007b"}}, "#/fields/child.full_name"),
    ({NAME: {"colour": "red"}}, "#/fields/child.full_name/colour"),
    ({NAME: {"status": "perhaps"}}, "#/fields/child.full_name/status"),
    ({}, "#/fields"),
    ({NAME: {"raw": "a\0b"}}, "#"),
)


def test_impossible_corrections_point_at_the_field(world: World) -> None:
    record = world.record()[1]
    for fields, pointer in IMPOSSIBLE:
        answer = correct(world, record, fields, seen(world, record)[1])
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["pointer"] == pointer
    assert seen(world, record)[0]["version"] == 1


def test_what_stands_on_the_paper_may_be_insisted_on(world: World) -> None:
    record = world.record()[1]
    answer = correct(world, record, {BORN: {"raw": "31/02/2024", "value": None}}, seen(world, record)[1])
    assert answer.status_code == 200
    assert answer.json()["fields"][BORN]["value"] is None and answer.json()["fields"][BORN]["raw"] == "31/02/2024"


def test_a_field_the_machine_did_not_find_may_be_added(world: World) -> None:
    record = world.record()[1]
    answer = correct(world, record, {"members[0].full_name": {"raw": "Lê Thị Thử"}}, seen(world, record)[1])
    field = answer.json()["fields"]["members[0].full_name"]
    assert field["value"] == "Lê Thị Thử" and field["correction"]["was_read"]["status"] == "not_found"


def test_a_row_the_machine_missed_is_added_whole_and_looks_like_one_it_read(world: World) -> None:
    record = world.record()[1]
    fields = {"members[1].full_name": {"raw": "Lê Văn Hai"}, "members[0].full_name": {"raw": "Lê Thị Thử"},
              "members[0].date_of_birth": {"raw": "1/2/1990"}}
    answer = correct(world, record, fields, seen(world, record)[1])
    assert answer.status_code == 200, answer.text
    found = answer.json()["fields"]
    assert list(found)[-4:] == [
        "members[0].full_name", "members[0].date_of_birth", "members[1].full_name", "members[1].date_of_birth"]
    assert found["members[0].date_of_birth"]["value"] == "1990-02-01"
    left_out = found["members[1].date_of_birth"]
    assert (left_out["status"], left_out["source"], left_out["value"]) == ("blank", "person", None)
    assert {f["correction"]["author"] for k, f in found.items() if k.startswith("members")} == {
        world.key_ids["reviewer"]}
    assert set(left_out) == set(found[NAME]) | {"correction"}


@pytest.mark.parametrize(("field", "code"), [
    ("child.shoe_size", "unknown_field"), ("members[0].shoe_size", "unknown_column"),
    ("members[1].full_name", "row_beyond_next"), ("members[100].full_name", "row_beyond_next"),
    ("members[00].full_name", "unknown_field"), ("guests[0].full_name", "unknown_field"),
])
def test_what_cannot_be_added_is_told_by_a_code(world: World, field: str, code: str) -> None:
    record = world.record()[1]
    answer = correct(world, record, {field: {"raw": "Lê Thị Thử"}}, seen(world, record)[1])
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["code"], "Lê" in answer.text) == (422, code, False)
