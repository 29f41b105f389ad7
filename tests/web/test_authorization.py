"""Who may do what: a reviewed table, one row for every operation of OpenAPI; an operation without a row fails."""

from __future__ import annotations

from typing import Any

import httpx2

from storage.base import State, Stores
from tests.web.world import PDF_BYTES, World

CALLERS = (
    "none", "revoked", "device", "device_beside", "device_foreign", "client", "client_foreign", "client_all",
    "reviewer", "reviewer_foreign",
)
OPEN = (200,) * len(CALLERS)
SUBMISSION = (401, 401, 200, 404, 404, 200, 404, 200, 200, 404)
LISTS = (401, 401, 403, 403, 403, 200, 200, 200, 200, 200)  # only the own branch's in them: see below
RECORD = (401, 401, 403, 403, 403, 200, 404, 200, 200, 404)
# One column a caller, in the order of CALLERS. The objects belong to `device`, in the branch of `client`.
TABLE: dict[tuple[str, str], tuple[int, ...]] = {
    ("post", "/v1/submissions"): (401, 401, 202, 202, 202, 403, 403, 403, 403, 403),
    ("post", "/v1/checks"): (401, 401, 200, 200, 200, 403, 403, 403, 403, 403),
    ("get", "/v1/submissions/{submission_id}"): SUBMISSION,
    ("get", "/v1/submissions/{submission_id}/events"): SUBMISSION,
    ("get", "/v1/events"): LISTS,
    ("get", "/v1/records"): LISTS,
    ("get", "/v1/records/{record_id}"): RECORD,
    ("get", "/v1/records/{record_id}/versions"): RECORD,
    ("get", "/v1/records/{record_id}/original"): RECORD,
    # this record's pages have no pictures: 404 for whoever may; with them see tests/browser/test_records.py
    ("get", "/v1/records/{record_id}/searchable.pdf"): (401, 401, 403, 403, 403, 404, 404, 404, 404, 404),
    ("post", "/v1/records/{record_id}/corrections"): (401, 401, 403, 403, 403, 403, 403, 403, 200, 404),
    ("get", "/v1/records/{record_id}/reading"): RECORD,
    # this record is published: 409 for whoever may; of one in review see tests/web/test_naming.py
    ("post", "/v1/records/{record_id}/form"): (401, 401, 403, 403, 403, 403, 403, 403, 409, 404),
    ("get", "/v1/forms"): OPEN,
    ("get", "/v1/forms/{form_id}/schema"): OPEN,
    ("get", "/v1/limits"): OPEN,
    ("get", "/v1/errors/{code}"): OPEN,
    ("get", "/healthz"): OPEN,
    ("get", "/readyz"): OPEN,
    ("get", "/metrics"): OPEN,
}


def operations(world: World) -> set[tuple[str, str]]:
    with world.client() as http:
        paths = http.get("/openapi.json").json()["paths"]
    return {(method, path) for path, methods in paths.items() for method in methods}


def test_every_operation_has_its_row(world: World) -> None:
    assert operations(world) == set(TABLE)


def test_table(world: World) -> None:
    for column, caller in enumerate(CALLERS):
        submission, record = world.record("device", State.ACCEPTED)
        place = {"submission_id": submission, "record_id": record, "form_id": "khai-sinh", "code": "not_found"}
        found = {operation: ask(world, caller, operation, place).status_code for operation in TABLE}
        assert found == {operation: row[column] for operation, row in TABLE.items()}, caller


def ask(world: World, caller: str, operation: tuple[str, str], place: dict[str, str]) -> httpx2.Response:
    """A valid request, so that only who asks can be wrong; refused keys of the requests before do not count."""
    world.service.failures.forget()
    method, path = operation
    request: dict[str, Any] = {"headers": {"Idempotency-Key": world.fresh()}}
    if path in ("/v1/submissions", "/v1/checks"):
        request["files"] = {"file": ("a.pdf", PDF_BYTES)}
    elif path.endswith("/corrections"):
        request["headers"]["If-Match"] = '"1-published"'
        request["json"] = {"fields": {"child.sex": {}}, "reason": "x"}
    elif operation == ("post", "/v1/records/{record_id}/form"):
        request["headers"]["If-Match"] = '"1-published"'
        request["json"] = {"form": "khai-sinh"}
    with world.client(None if caller == "none" else caller) as http:
        return http.request(method.upper(), path.format(**place), **request)


def test_a_foreign_object_cannot_be_told_from_none(world: World) -> None:
    submission, record = world.record("device")
    pairs = [
        ("device_foreign", f"/v1/submissions/{submission}", "/v1/submissions/sub_none"),
        ("device_beside", f"/v1/submissions/{submission}/events", "/v1/submissions/sub_none/events"),
        ("client_foreign", f"/v1/records/{record}", "/v1/records/rec_none"),
        ("reviewer_foreign", f"/v1/records/{record}/original", "/v1/records/rec_none/original"),
        ("client_foreign", f"/v1/records/{record}", "/v1/records/%00%27%20or%201=1"),
    ]
    for caller, foreign, absent in pairs:
        with world.client(caller) as http:
            one, other = http.get(foreign), http.get(absent)
        bodies = [{k: v for k, v in a.json().items() if k != "instance"} for a in (one, other)]
        assert one.status_code == other.status_code == 404 and bodies[0] == bodies[1]
        assert {k for k, _ in one.headers.items()} == {k for k, _ in other.headers.items()}


def test_lists_hold_the_own_branch_only(world: World) -> None:
    north, south = world.record("device")[1], world.record("device_foreign")[1]
    for caller, expected in (("reviewer", {north}), ("reviewer_foreign", {south}), ("client_all", set())):
        with world.client(caller) as http:
            listed = {r["id"] for r in http.get("/v1/records").json()["records"]}
            told = {e["record_id"] for e in http.get("/v1/events").json()["events"]} - {None}
        assert listed == expected
        assert told == (expected or {north, south}), "events are thin: they may tell of records not yet published"


def test_the_branch_is_the_keys_own_whatever_is_sent(world: World) -> None:
    with world.client("device") as http:
        answer = http.post(
            "/v1/submissions?branch=chi-nhanh-02", files={"file": ("a.pdf", PDF_BYTES)},
            headers={"Idempotency-Key": "x", "X-Branch": "chi-nhanh-02", "X-HTTP-Method-Override": "GET"},
        )
    assert world.stores.uploads.submission(answer.json()["id"], "*").branch == "chi-nhanh-01"


def test_revoked_at_once(world: World) -> None:
    with world.client("client") as http:
        assert http.get("/v1/records").status_code == 200
        world.stores.keys.revoke(world.key_ids["client"])
        answer = http.get("/v1/records")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="digitizer"')


def test_guessing_is_slowed_without_locking_anyone_out(world: World) -> None:
    key = world.keys["client"]
    statuses = []
    with world.client() as http:
        for n in range(14):
            wrong = f"{key.rsplit('_', 1)[0]}_{n}"
            statuses.append(http.get("/v1/records", headers={"Authorization": f"Bearer {wrong}"}))
    assert [a.status_code for a in statuses] == [401] * 10 + [429] * 4
    assert int(statuses[-1].headers["Retry-After"]) > 0
    with world.client("client") as http:
        assert http.get("/v1/records").status_code == 200


def test_whatever_is_no_key_is_401(world: World) -> None:
    for header in ("", "Bearer", "Basic abc", "Bearer dgz_x_y", "Bearer ế", "bearer \t x", "Bearer " + "x" * 5000):
        with world.client() as http:
            answer = http.get("/v1/records", headers={b"Authorization": header.encode()})
        assert answer.status_code == 401 and answer.json()["code"] == "unauthenticated", header[:20]


def test_stores_hold_no_key_in_clear(world: World, stores: Stores) -> None:
    for key in stores.keys.list_keys():
        assert not any(secret.split("_", 2)[2] in repr(key) for secret in world.keys.values())
