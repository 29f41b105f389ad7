"""The reviewers' desk on SQLite and PostgreSQL: who gets which record, what is kept of their work, what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from digitizer.errors import Forbidden, HeldByAnother, LeaseLost, NotFound, PreconditionFailed
from storage.base import NewRecord, State
from storage.desk_base import Desk, Draft, EscalateReason, Lease, RejectReason, Release, Taker, Wanted
from tests.contract.worlds import World, body, open_world, race

AN, BINH = Taker("per_an", "b01"), Taker("per_binh", "b01")
BOSS = Taker("per_boss", "*", settles=True)
ANY = Wanted()


@pytest.fixture
def desk(world: World) -> Desk:
    return desk_of(world)


def desk_of(world: World) -> Desk:
    assert world.stores.workbench is not None
    return world.stores.workbench.desk


def asked(code: str = "low_confidence", outcome: str = "review") -> dict[str, Any]:
    made = body(outcome=outcome)
    return {**made, "decision": {**made["decision"], "reasons": [{"code": code, "message": "…"}] if code else []}}


def waiting_record(world: World, number: int | str, branch: str = "b01", code: str = "low_confidence",
                   form: str = "khai-sinh") -> str:
    world.upload(number, branch)
    new = NewRecord(asked(code), form, State.NEEDS_REVIEW)
    (record_id,) = world.stores.queue.finish(world.claim(number), [new], State.NEEDS_REVIEW)
    world.clock.pass_time(minutes=1)
    return record_id


def taken(desk: Desk, taker: Taker = AN, wanted: Wanted = ANY) -> Lease:
    lease = desk.take_next(taker, wanted)
    assert lease is not None
    return lease


def test_the_oldest_comes_first_and_only_what_waits_for_a_person(world: World, desk: Desk) -> None:
    first, second = waiting_record(world, 1), waiting_record(world, 2)
    world.read("sure", State.ACCEPTED)
    waiting_record(world, 3, branch="b02")
    assert taken(desk).record_id == first
    assert taken(desk, BINH).record_id == second
    assert desk.take_next(replace(AN, person_id="per_chi"), ANY) is None


def test_two_people_never_get_the_same_record(world: World, desk: Desk) -> None:
    records = {waiting_record(world, n) for n in range(12)}
    takers = [replace(AN, person_id=f"per_{n}") for n in range(12)]
    leases = race([lambda t=t: desk.take_next(t, ANY) for t in takers])  # type: ignore[misc]
    assert {lease.record_id for lease in leases if isinstance(lease, Lease)} == records


def test_filters(world: World, desk: Desk) -> None:
    waiting_record(world, 1, form="ct01")
    waiting_record(world, 2, code="registry_disagrees")
    south = waiting_record(world, 3, branch="b02")
    assert taken(desk, BINH, Wanted(form="khai-sinh", reason="registry_disagrees")) is not None
    assert desk.take_next(AN, Wanted(form="xe")) is None
    assert desk.take_next(AN, Wanted(waited=timedelta(hours=1))) is None
    assert taken(desk, BOSS, Wanted(branch="b02")).record_id == south
    with pytest.raises(NotFound):
        desk.take(AN, south)


def test_what_a_person_holds_comes_back_to_them_and_what_they_began_too(world: World, desk: Desk) -> None:
    first, second = waiting_record(world, 1), waiting_record(world, 2)
    lease = taken(desk)
    again = taken(desk)
    assert again.record_id == first and again.fence > lease.fence
    beside = taken(desk, wanted=Wanted(besides=first))
    assert beside.record_id == second
    desk.save(beside, AN, Draft("child.sex", {"raw": "Nam"}, True, 1))
    desk.hand_back(again)
    desk.hand_back(beside)
    assert taken(desk).record_id == second  # begun, though the other is older
    assert [(d.field_id, d.said, d.person_id) for d in desk.drafts(second)] == [
        ("child.sex", {"raw": "Nam"}, "per_an")]


def test_an_older_window_loses_the_record_and_a_lease_that_ran_out_is_taken_up_again(
    world: World, desk: Desk
) -> None:
    waiting_record(world, 1)
    old = taken(desk)
    world.clock.pass_time(minutes=11)
    assert desk.renew(old, AN).until > world.clock()
    new = taken(desk)
    for refused in (lambda: desk.renew(old, AN), lambda: desk.save(old, AN, Draft("child.sex", {}, True, 9)),
                    lambda: desk.finish(old, AN, Release(1, asked("", "accept"), "x")),
                    lambda: desk.postpone(old, world.clock()), lambda: desk.reject(old, RejectReason.DUPLICATE),
                    lambda: desk.escalate(old, EscalateReason.FAULT)):
        with pytest.raises(LeaseLost):
            refused()
    desk.hand_back(old)
    assert desk.renew(new, AN)


def test_a_time_out_frees_the_record_and_keeps_what_was_typed(world: World, desk: Desk) -> None:
    record_id = waiting_record(world, 1)
    lost = taken(desk)
    desk.save(lost, AN, Draft("child.sex", {"raw": "Nam"}, False, 1))
    assert desk.take_next(BINH, ANY) is None
    with pytest.raises(HeldByAnother):
        desk.take(BINH, record_id)
    world.clock.pass_time(minutes=11)
    held = taken(desk, BINH)
    assert held.record_id == record_id
    with pytest.raises(LeaseLost):
        desk.save(lost, AN, Draft("child.sex", {"raw": "Nữ"}, True, 2))
    assert [(d.said, d.sure) for d in desk.drafts(record_id)] == [({"raw": "Nam"}, False)]


def test_a_save_that_comes_late_changes_nothing(world: World, desk: Desk) -> None:
    record_id = waiting_record(world, 1)
    lease = taken(desk)
    for step, said in ((1, {"raw": "A"}), (3, {"raw": "C"}), (2, {"raw": "B"})):
        desk.save(lease, AN, Draft("child.sex", said, True, step))
    assert [d.said for d in desk.drafts(record_id)] == [{"raw": "C"}]
    desk.save(lease, AN, Draft("child.sex", None, False, 4))
    desk.save(lease, AN, Draft("child.sex", {"raw": "C"}, True, 3))
    assert list(desk.drafts(record_id)) == []
    desk.save(taken(desk), AN, Draft("child.sex", {"raw": "D"}, True, 1))  # another window counts from one
    assert [d.said for d in desk.drafts(record_id)] == [{"raw": "D"}]


def test_finishing_writes_one_version_and_clears_the_desk(world: World, desk: Desk) -> None:
    record_id = waiting_record(world, 1)
    lease = taken(desk)
    desk.save(lease, AN, Draft("child.sex", {"raw": "Nam"}, True, 1))
    assert desk.finish(lease, AN, Release(1, asked("low_confidence"), "kiểm tra")) == "needs_review"
    assert desk.renew(lease, AN) and len(desk.drafts(record_id)) == 1
    with pytest.raises(PreconditionFailed):
        desk.finish(lease, AN, Release(1, asked("", "accept"), "kiểm tra"))
    assert desk.finish(lease, AN, Release(2, asked("", "accept"), "kiểm tra")) == "published"
    assert list(desk.drafts(record_id)) == [] and list(desk.waiting("*", ANY)) == []
    with pytest.raises(LeaseLost):
        desk.finish(lease, AN, Release(3, asked("", "accept"), "kiểm tra"))
    versions = world.stores.records.versions(record_id, "*")
    assert [(v.version, v.author) for v in versions] == [(1, "machine"), (2, "per_an"), (3, "per_an")]
    assert world.document_events()[-1] == "document.published"


def test_postponed_until_then_it_is_nobodys(world: World, desk: Desk) -> None:
    record_id = waiting_record(world, 1)
    desk.postpone(taken(desk), world.clock() + timedelta(hours=2))
    assert desk.take_next(AN, ANY) is None
    (held,) = desk.holds("b01")
    assert (held.record_id, held.postponed_by, held.holder) == (record_id, "per_an", None)
    world.clock.pass_time(hours=2, minutes=1)
    assert list(desk.holds("b01")) == []
    assert taken(desk, BINH).record_id == record_id


def test_whoever_asks_for_a_postponed_one_gets_it(world: World, desk: Desk) -> None:
    record_id = waiting_record(world, 1)
    desk.postpone(taken(desk), world.clock() + timedelta(hours=2))
    assert desk.take(BINH, record_id).person_id == "per_binh"


def test_escalated_ones_are_for_those_who_settle(world: World, desk: Desk) -> None:
    record_id = waiting_record(world, 1)
    desk.escalate(taken(desk), EscalateReason.CONTRADICTS)
    assert desk.take_next(AN, ANY) is None and desk.take_next(BOSS, ANY) is None
    with pytest.raises(Forbidden):
        desk.take(AN, record_id)
    assert [w.escalated for w in desk.waiting("b01", Wanted(escalated=True))] == ["contradicts"]
    lease = taken(desk, BOSS, Wanted(escalated=True))
    assert lease.record_id == record_id
    desk.release(record_id, "*", "per_boss")
    with pytest.raises(LeaseLost):
        desk.renew(lease, BOSS)
    assert taken(desk).record_id == record_id


def test_a_rejected_record_takes_its_document_along_when_nothing_is_left(world: World, desk: Desk) -> None:
    world.upload(1)
    new = [NewRecord(asked(), "khai-sinh", State.NEEDS_REVIEW)] * 2
    ids = world.stores.queue.finish(world.claim(1), new, State.NEEDS_REVIEW)
    desk.reject(desk.take(AN, ids[0]), RejectReason.DUPLICATE)
    assert world.stores.uploads.submission("sub_1", "*").state is State.NEEDS_REVIEW
    desk.reject(desk.take(AN, ids[1]), RejectReason.PAGE_MISSING)
    found = world.stores.uploads.submission("sub_1", "*")
    assert (found.state, found.reason_code) == (State.REJECTED, "page_missing")
    assert world.document_events()[-3:] == ["record.rejected", "record.rejected", "document.rejected"]
    assert world.stores.records.record(ids[0], "*").state is State.REJECTED
    assert list(desk.waiting("*", ANY)) == []


def test_one_record_of_use_publishes_the_document(world: World, desk: Desk) -> None:
    world.upload(1)
    new = [NewRecord(asked(), "khai-sinh", State.NEEDS_REVIEW)] * 2
    ids = world.stores.queue.finish(world.claim(1), new, State.NEEDS_REVIEW)
    desk.reject(desk.take(AN, ids[0]), RejectReason.DUPLICATE)
    desk.finish(desk.take(AN, ids[1]), AN, Release(1, asked("", "accept"), "kiểm tra"))
    assert world.stores.uploads.submission("sub_1", "*").state is State.PUBLISHED


def test_nobody_reviews_their_own_upload_unless_the_rules_say_so(world: World, desk: Desk) -> None:
    record_id = waiting_record(world, 1)
    own = replace(AN, person_id="dev")
    assert desk.take_next(own, ANY) is None
    with pytest.raises(Forbidden):
        desk.take(own, record_id)
    assert taken(desk, replace(own, own_uploads=True)).record_id == record_id
    assert desk.touched(record_id, "b01").by("dev", "child.sex")


def test_who_has_touched_what(world: World, desk: Desk) -> None:
    record_id = waiting_record(world, 1)
    lease = taken(desk)
    desk.save(lease, AN, Draft("authority", {}, True, 1))
    made = asked()
    made["fields"]["child.sex"]["correction"] = {"author": "per_binh"}
    world.stores.records.correct(record_id, "*", 1, made, "per_an", "thử")
    found = desk.touched(record_id, "b01")
    assert found.uploader == "dev" and found.authors == {"per_an"}
    assert found.fields == {"authority": {"per_an"}, "child.sex": {"per_binh"}}
    assert found.by("per_binh", "child.sex") and not found.by("per_binh", "authority")
    with pytest.raises(NotFound):
        desk.touched(record_id, "b02")


def test_a_key_cannot_correct_what_a_person_holds(world: World, desk: Desk) -> None:
    record_id = waiting_record(world, 1)
    lease = taken(desk)
    with pytest.raises(HeldByAnother):
        world.stores.records.correct(record_id, "*", 1, asked("", "accept"), "key_1", "thử")
    desk.hand_back(lease)
    assert world.stores.records.correct(record_id, "*", 1, asked("registry_disagrees"), "key_1", "thử").version == 2
    assert [w.reason for w in desk.waiting("b01", ANY)] == ["registry_disagrees"]
    world.stores.records.correct(record_id, "*", 2, asked("", "accept"), "key_1", "thử")
    assert list(desk.waiting("b01", ANY)) == []


def test_counts_per_branch_form_and_reason(world: World, desk: Desk) -> None:
    for number in range(4):
        waiting_record(world, number)
    waiting_record(world, "s", branch="b02", code="registry_disagrees", form="ct01")
    first = taken(desk)
    desk.postpone(taken(desk, BINH), world.clock() + timedelta(hours=1))
    desk.escalate(taken(desk, BINH), EscalateReason.SUSPICIOUS)
    (mine,) = desk.backlog("b01")
    assert (mine.free, mine.held, mine.postponed, mine.escalated) == (1, 1, 1, 1)
    assert mine.oldest == desk.waiting("b01", ANY)[3].received_at
    assert [(b.branch, b.form_id, b.reason, b.free) for b in desk.backlog("*")] == [
        ("b01", "khai-sinh", "low_confidence", 1), ("b02", "ct01", "registry_disagrees", 1)]
    assert first.record_id in {w.record_id for w in desk.holds("b01") if w.holder == "per_an"}


def test_the_trail_tells_every_step_and_no_value(world: World, desk: Desk) -> None:
    record_id = waiting_record(world, 1)
    lease = taken(desk)
    desk.save(lease, AN, Draft("child.sex", {"raw": "Nam"}, True, 1))
    desk.hand_back(lease)
    desk.escalate(taken(desk), EscalateReason.NEEDS_ORIGINAL)
    desk.reject(taken(desk, BOSS, Wanted(escalated=True)), RejectReason.UNREADABLE)
    assert world.stores.audit is not None
    said = [(e.who, e.action) for e in world.stores.audit.entries() if e.record_id == record_id]
    assert said == [
        ("per_an", "review.taken"), ("per_an", "review.handed_back"), ("per_an", "review.taken"),
        ("per_an", "review.escalated needs_original"), ("per_boss", "review.taken"),
        ("per_boss", "record.rejected scan_unreadable"),
    ]
    assert world.stores.audit.verify() is None


def test_a_thousand_racing_pairs_lose_no_save(tmp_path: Path) -> None:
    """Two windows save over the same version: one wins, the other is told, and the winner's word is what is kept."""
    world = open_world("sqlite", f"sqlite:///{tmp_path}/kept.sqlite3")
    record_id, records = waiting_record(world, 1), world.stores.records
    for version in range(1, 1001):
        outcomes = race([
            lambda name=name, version=version: records.correct(  # type: ignore[misc]
                record_id, "*", version, body(name), name, "thử") for name in ("per_an", "per_binh")])
        won = [o for o in outcomes if not isinstance(o, Exception)]
        assert len(won) == 1 and sum(isinstance(o, PreconditionFailed) for o in outcomes) == 1
        assert won[0].body["fields"]["requester.full_name"]["raw"] in ("per_an", "per_binh")
        assert records.record(record_id, "*").body == won[0].body
    kept = records.versions(record_id, "*")
    assert [v.version for v in kept] == list(range(1, 1002))
    assert all(v.body["fields"]["requester.full_name"]["raw"] == v.author for v in kept[1:])
    world.close()
