"""Numbers of the overview on SQLite and PostgreSQL: counted right, of the own branch, of the period and form asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from storage.base import NewRecord, State
from storage.overview_base import FormFigures, Keyer, Overview, Pace, Scope
from storage.workbench import NewPerson, PersonRole
from tests.contract.worlds import World

LONG_AGO = datetime.fromisoformat("2020-01-01T00:00:00+00:00")


@pytest.fixture
def overview(world: World) -> Overview:
    assert world.stores.workbench is not None
    return world.stores.workbench.overview


def body(
    name: str = "A", reason: str = "low_confidence", outcome: str = "review", confirmed: int = 0
) -> dict[str, Any]:
    agrees = {"verdict": "agrees", "value": "1", "looked_up_at": "2026-11-23T08:00:00+00:00"}
    called = {"type": "person_name", "raw": name, "value": name, "status": "filled"}
    fields: dict[str, Any] = {"child.full_name": called}
    for n in range(confirmed):
        for leaf in ("personal_id", "identity_paper"):  # the same person twice
            fields[f"members[{n}].{leaf}"] = {
                "type": "personal_id", "raw": "1", "value": "1", "status": "filled", "registry": agrees}
    return {"fields": fields, "form": {"id": "x"}, "decision": {
        "outcome": outcome, "confidence": 0.9, "reasons": [{"code": reason, "message": "."}] if reason else []}}


def read(world: World, number: int, state: State, made: dict[str, Any], branch: str = "b01", form: str = "ct01") -> str:
    world.upload(number, branch)
    return world.stores.queue.finish(world.claim(number), [NewRecord(made, form, state)], state)[0]


def test_straight_through_and_confirmed_by_form(world: World, overview: Overview) -> None:
    for n in range(3):
        read(world, n, State.ACCEPTED, body(outcome="accept", reason="", confirmed=2))
    read(world, 3, State.NEEDS_REVIEW, body())
    read(world, 4, State.NEEDS_REVIEW, body(confirmed=1), form="khai-sinh")
    read(world, 5, State.ACCEPTED, body(outcome="accept", reason=""), branch="b02")
    assert overview.forms(Scope("b01", LONG_AGO)) == [FormFigures("ct01", 4, 3, 6), FormFigures("khai-sinh", 1, 0, 1)]
    assert overview.forms(Scope("*", LONG_AGO, "ct01")) == [FormFigures("ct01", 5, 4, 6)]
    assert overview.forms(Scope("b01", world.clock.now + timedelta(hours=1))) == []


def test_pace_by_the_hours_and_days_of_hanoi(world: World, overview: Overview) -> None:
    world.clock.now = datetime.fromisoformat("2026-11-23T16:59:00+00:00")  # 23:59 in Hanoi
    record = read(world, 1, State.NEEDS_REVIEW, body())
    world.clock.pass_time(minutes=2)
    read(world, 2, State.ACCEPTED, body(outcome="accept", reason=""))
    correct = world.stores.records.correct
    correct(record, "b01", 1, body("B"), "per_1", "still in doubt")
    correct(record, "b01", 2, body("C", outcome="accept", reason=""), "per_1", "done")
    correct(record, "b01", 3, body("D", outcome="accept", reason=""), "per_1", "again")
    hours = [Pace("2026-11-23 23", read=1), Pace("2026-11-24 00", read=1, straight=1, released=1, amended=1)]
    assert overview.pace(Scope("b01", LONG_AGO), by_hour=True) == hours
    assert [p.at for p in overview.pace(Scope("*", LONG_AGO, "ct01"), by_hour=False)] == ["2026-11-23", "2026-11-24"]
    assert overview.pace(Scope("b02", LONG_AGO), True) == overview.pace(Scope("b01", LONG_AGO, "khai-sinh"), True) == []


def test_where_documents_wait_and_how_long(world: World, overview: Overview) -> None:
    begun = world.clock.now
    world.upload(1)
    world.clock.pass_time(hours=1)
    for n, reason in ((2, "low_confidence"), (3, "low_confidence"), (4, "page_missing")):
        read(world, n, State.NEEDS_REVIEW, body(reason=reason))
    world.upload(5, "b02")
    world.stores.queue.finish(world.claim(5), [], State.QUARANTINED, "poison")
    read(world, 6, State.ACCEPTED, body(outcome="accept", reason=""))
    said = [(w.state, w.reason, w.count) for w in overview.waiting(Scope("*", LONG_AGO))]
    assert said == [("needs_review", "low_confidence", 2), ("needs_review", "page_missing", 1),
                    ("quarantined", "poison", 1), ("received", "", 1)]
    north, south = overview.backlog(Scope("*", LONG_AGO))
    assert (north.branch, north.machine, north.people, north.oldest) == ("b01", 1, 3, begun)
    assert (south.branch, south.machine, south.people) == ("b02", 1, 0)
    assert [b.branch for b in overview.backlog(Scope("b02", LONG_AGO))] == ["b02"]
    assert len(overview.waiting(Scope("b02", LONG_AGO))) == 1
    other = Scope("*", LONG_AGO, "khai-sinh")
    assert overview.waiting(other) == overview.backlog(other) == []


def test_how_fast_people_work_without_their_pauses(world: World, overview: Overview) -> None:
    assert world.stores.workbench is not None and world.stores.audit is not None
    people = world.stores.workbench.people
    me = people.add(NewPerson("an.tran", "Trần An", PersonRole.REVIEWER, "b01"), "test").id
    other = people.add(NewPerson("binh.le", "Lê Bình", PersonRole.REVIEWER, "b02"), "test").id
    some = [read(world, n, State.NEEDS_REVIEW, body()) for n in range(3)]
    for record, minutes in zip(some, (2, 4, 45), strict=True):  # 45: lunch
        world.stores.audit.note(me, "review.taken", record_id=record)
        world.clock.pass_time(minutes=minutes)
        world.stores.records.correct(record, "b01", 1, body("B", outcome="accept", reason=""), me, "read again")
    read(world, 9, State.NEEDS_REVIEW, body(), "b02")
    world.stores.audit.note(other, "record.viewed")
    (mine,) = overview.keyers(Scope("b01", LONG_AGO))
    assert mine == Keyer("Trần An", 3, 3, pytest.approx(360, abs=1))
    assert overview.keyers(Scope("b02", LONG_AGO)) == overview.keyers(Scope("b01", LONG_AGO, "khai-sinh")) == []
