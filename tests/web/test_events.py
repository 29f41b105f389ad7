"""Progress while the citizen waits, and news for systems that were away."""

from __future__ import annotations

import json
import threading

from storage.base import State
from tests.web.world import World, events_of


def test_stream_tells_every_state_to_the_end(world: World) -> None:
    submission = world.upload().json()["id"]
    with world.client("device") as http, http.stream("GET", f"/v1/submissions/{submission}/events") as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        worker = threading.Timer(0.2, world.work, (submission,))
        worker.start()
        text = stream.read().decode()
        worker.join()
    events = events_of(text)
    assert (events[0]["event"], events[-1]["event"]) == ("received", "needs_review")
    last = json.loads(events[-1]["data"])
    assert last["finished"] and last["submission_id"] == submission and last["state_text"]["vi"]
    assert "Mẫu" not in text


def test_stream_goes_on_after_last_event_id(world: World) -> None:
    submission = world.upload().json()["id"]
    world.work(submission)
    path = f"/v1/submissions/{submission}/events"
    with world.client("device") as http:
        whole = events_of(http.get(path).text)
        rest = events_of(http.get(path, headers={"Last-Event-ID": whole[0]["id"]}).text)
        nothing = http.get(path, headers={"Last-Event-ID": whole[-1]["id"]})
        garbage = http.get(path, headers={"Last-Event-ID": "gestern"})
    assert rest == whole[1:] and len(whole) >= 2
    assert nothing.status_code == 204, "204 tells an EventSource to stop connecting"
    assert garbage.status_code == 422


def test_stream_sends_heartbeats_and_ends_for_a_revoked_key(world: World, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("web.events.HEARTBEAT_S", 0.05)
    monkeypatch.setattr("web.events.RECHECK_KEY_S", 0.05)
    submission = world.upload().json()["id"]
    with world.client("device") as http, http.stream("GET", f"/v1/submissions/{submission}/events") as stream:
        text = ""
        for part in stream.iter_text():
            text += part
            if ": still here" in text:
                world.stores.keys.revoke(world.key_ids["device"])
    assert [e["event"] for e in events_of(text)] == ["received"]


def test_events_page_through_without_gap(world: World) -> None:
    submissions = [world.record(state=State.ACCEPTED)[0] for _ in range(3)]
    seen, cursor = [], None
    with world.client("client") as http:
        while True:
            page = http.get("/v1/events", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
            seen += page["events"]
            cursor = page["next_cursor"]
            if not page["has_more"]:
                break
        assert {e["submission_id"] for e in seen} == set(submissions)
        assert len({e["id"] for e in seen}) == len(seen)
        again = http.get("/v1/events", params={"cursor": cursor}).json()
        assert again["events"] == [] and again["next_cursor"] == cursor
        world.record()
        assert http.get("/v1/events", params={"cursor": cursor}).json()["events"], "the kept cursor goes on later"
        assert http.get("/v1/events", params={"cursor": "yesterday"}).status_code == 422


def test_events_are_thin_and_of_the_own_branch(world: World) -> None:
    world.record("device_foreign")
    with world.client("client") as http:
        assert http.get("/v1/events").json()["events"] == []
    with world.client("client_all") as http:
        (event, *_) = http.get("/v1/events").json()["events"]
    assert set(event) == {"id", "type", "cursor", "submission_id", "record_id", "state", "version", "at"}
