"""The contract of the queue of record: one holder at a time, nothing lost, three attempts and no more."""

from __future__ import annotations

import pytest

from digitizer.errors import InvalidMove, StaleFence
from storage.base import MAX_ATTEMPTS, Claim, NewRecord, State
from tests.contract.worlds import World, body, race


def state(world: World, number: int = 1) -> State:
    return world.stores.uploads.submission(f"sub_{number}", "*").state


def test_the_outbox_is_oldest_first_and_empties_when_rung(world: World) -> None:
    for n in (3, 1, 2):
        world.upload(n)
    assert list(world.stores.queue.unrung(2)) == ["doc_3", "doc_1"]
    world.stores.queue.rung(["doc_3", "doc_1", "unknown"])
    assert list(world.stores.queue.unrung(10)) == ["doc_2"]
    assert (state(world, 3), state(world, 2)) == (State.QUEUED, State.RECEIVED)
    world.stores.queue.rung(["doc_3"])
    assert world.document_events(3) == ["document.received", "document.queued"]


def test_ringing_nobody_is_no_error(world: World) -> None:
    world.stores.queue.rung([])
    assert list(world.stores.queue.unrung(10)) == []


def test_a_relay_that_dies_between_ringing_and_noting_rings_again(world: World) -> None:
    world.upload()
    assert list(world.stores.queue.unrung(10)) == ["doc_1"]  # rung, then the power went
    assert list(world.another().queue.unrung(10)) == ["doc_1"]


def test_a_claim_gives_the_work_and_holds_it(world: World) -> None:
    world.upload()
    claim = world.claim(worker="w1", lease_s=30)
    assert (claim.attempt, claim.worker, claim.submission.id) == (1, "w1", "sub_1")
    assert (claim.lease_until - world.clock.now).total_seconds() == 30
    assert (claim.submission.state, claim.submission.object_key) == (
        State.PROCESSING, world.stores.uploads.submission("sub_1", "*").object_key)
    assert world.another().queue.claim("doc_1", "w2", 30) is None
    assert list(world.stores.queue.unrung(10)) == []  # rung before the relay could say so


def test_a_document_nobody_knows_is_no_work(world: World) -> None:
    assert world.stores.queue.claim("doc_404", "w1", 30) is None


def test_after_the_lease_another_takes_over_and_the_first_can_write_nothing(world: World) -> None:
    world.upload()
    slept = world.claim(worker="w1")
    world.clock.pass_time(seconds=31)
    second = world.claim(worker="w2")
    assert (second.fence > slept.fence, second.attempt) == (True, 2)
    with pytest.raises(StaleFence):
        world.stores.queue.heartbeat(slept, 30)
    with pytest.raises(StaleFence):
        world.stores.queue.finish(slept, [NewRecord(body(), "khai-sinh", State.ACCEPTED)], State.ACCEPTED)
    with pytest.raises(StaleFence):
        world.stores.queue.give_back(slept, "reader_crashed")
    assert world.stores.uploads.submission("sub_1", "*").record_ids == ()
    (only,) = world.stores.queue.finish(second, [NewRecord(body(), "khai-sinh", State.ACCEPTED)], State.ACCEPTED)
    assert world.stores.uploads.submission("sub_1", "*").record_ids == (only,)
    assert "document.accepted" in world.document_events()


def test_a_heartbeat_keeps_the_lease(world: World) -> None:
    world.upload()
    claim = world.claim(lease_s=30)
    for _ in range(3):
        world.clock.pass_time(seconds=25)
        world.stores.queue.heartbeat(claim, 30)
    assert world.stores.queue.claim("doc_1", "w2", 30) is None
    assert list(world.stores.queue.overdue(10, 10)) == []


def test_a_worker_late_but_not_replaced_may_still_finish(world: World) -> None:
    world.upload()
    claim = world.claim(lease_s=30)
    world.clock.pass_time(seconds=300)
    world.stores.queue.finish(claim, [], State.REJECTED, "encrypted")
    assert state(world) is State.REJECTED


def test_finished_is_finished(world: World) -> None:
    world.upload()
    claim = world.claim()
    world.stores.queue.finish(claim, [], State.REJECTED, "encrypted")
    with pytest.raises(StaleFence):
        world.stores.queue.finish(claim, [], State.REJECTED, "encrypted")
    world.clock.pass_time(hours=1)
    assert world.stores.queue.claim("doc_1", "w2", 30) is None
    kept = world.stores.uploads.submission("sub_1", "*")
    assert (kept.state, kept.reason_code) == (State.REJECTED, "encrypted")


def test_accepted_is_published_at_once(world: World) -> None:
    record_id = world.read(state=State.ACCEPTED)
    assert world.stores.records.record(record_id, "b01").state is State.PUBLISHED
    assert state(world) is State.PUBLISHED
    assert world.document_events() == [
        "document.received", "document.processing", "record.created", "document.accepted", "document.published"]


def test_a_scan_with_several_documents(world: World) -> None:
    """One sure, one not: the sure one is published, the scan waits for a person."""
    world.upload()
    new = [NewRecord(body(), "khai-sinh", State.ACCEPTED), NewRecord(body(), None, State.NEEDS_REVIEW)]
    ids = world.stores.queue.finish(world.claim(), new, State.NEEDS_REVIEW)
    assert [world.stores.records.record(i, "b01").state for i in ids] == [State.PUBLISHED, State.NEEDS_REVIEW]
    assert [world.stores.records.record(i, "b01").form_id for i in ids] == ["khai-sinh", None]
    assert state(world) is State.NEEDS_REVIEW
    assert sorted(ids) == sorted(world.stores.uploads.submission("sub_1", "*").record_ids)


@pytest.mark.parametrize("wrong", [State.QUEUED, State.RECEIVED, State.PUBLISHED, State.PROCESSING, State.ERASED])
def test_work_ends_only_along_the_allowed_moves(world: World, wrong: State) -> None:
    world.upload()
    claim = world.claim()
    with pytest.raises(InvalidMove):
        world.stores.queue.finish(claim, [], wrong)
    with pytest.raises(InvalidMove):
        world.stores.queue.finish(claim, [NewRecord(body(), None, wrong)], State.NEEDS_REVIEW)
    world.stores.queue.heartbeat(claim, 30)
    assert state(world) is State.PROCESSING


def test_given_back_it_is_rung_again(world: World) -> None:
    world.upload()
    assert world.stores.queue.give_back(world.claim(), "reader_crashed") is State.QUEUED
    assert list(world.stores.queue.unrung(10)) == ["doc_1"]
    assert world.claim().attempt == 2


def test_after_three_failures_it_is_quarantined(world: World) -> None:
    world.upload()
    for attempt in range(1, MAX_ATTEMPTS + 1):
        claim = world.claim()
        assert claim.attempt == attempt
        reached = world.stores.queue.give_back(claim, "reader_out_of_memory")
    assert reached is State.QUARANTINED
    kept = world.stores.uploads.submission("sub_1", "*")
    assert (kept.state, kept.reason_code, kept.attempts) == (State.QUARANTINED, "reader_out_of_memory", 3)
    assert list(world.stores.queue.unrung(10)) == []
    assert world.stores.queue.claim("doc_1", "w", 30) is None


def test_what_kills_three_workers_is_quarantined_as_poison(world: World) -> None:
    world.upload()
    for _ in range(MAX_ATTEMPTS):
        world.claim()
        world.clock.pass_time(seconds=31)
    assert list(world.stores.queue.overdue(60, 10)) == ["doc_1"]
    assert world.stores.queue.claim("doc_1", "w4", 30) is None
    kept = world.stores.uploads.submission("sub_1", "*")
    assert (kept.state, kept.reason_code) == (State.QUARANTINED, "poison")
    assert world.document_events()[-1] == "document.quarantined"
    assert list(world.stores.queue.overdue(0, 10)) == []


def test_a_lost_ring_is_found_after_a_while(world: World) -> None:
    world.upload()
    world.stores.queue.rung(["doc_1"])
    assert list(world.stores.queue.overdue(60, 10)) == []
    world.clock.pass_time(seconds=61)
    assert list(world.stores.queue.overdue(60, 10)) == ["doc_1"]
    assert list(world.stores.queue.overdue(60, 10)) == []  # told just now; not at every sweep again
    world.clock.pass_time(seconds=61)
    assert list(world.stores.queue.overdue(60, 10)) == ["doc_1"]


def test_an_expired_lease_is_found_at_once(world: World) -> None:
    world.upload()
    world.stores.queue.rung(["doc_1"])
    world.claim(lease_s=30)
    world.clock.pass_time(seconds=29)
    assert list(world.stores.queue.overdue(600, 10)) == []
    world.clock.pass_time(seconds=2)
    assert list(world.stores.queue.overdue(600, 10)) == ["doc_1"]


def test_the_longest_waiting_come_first(world: World) -> None:
    for n in range(5):
        world.upload(n)
        world.stores.queue.rung([f"doc_{n}"])
        world.clock.pass_time(seconds=10)
    world.clock.pass_time(seconds=60)
    assert list(world.stores.queue.overdue(60, 2)) == ["doc_0", "doc_1"]
    assert list(world.stores.queue.overdue(60, 9)) == ["doc_2", "doc_3", "doc_4"]


def test_backlog_counts_what_is_unfinished(world: World) -> None:
    assert world.stores.queue.backlog() == (0, 0.0)
    world.upload(1)
    world.clock.pass_time(seconds=40)
    world.upload(2)
    assert world.stores.queue.backlog() == (2, 40.0)
    world.stores.queue.finish(world.claim(1), [], State.REJECTED, "damaged")
    assert world.stores.queue.backlog() == (1, 0.0)


def test_of_eight_workers_one_gets_it(world: World) -> None:
    others = [world.stores, world.another()]
    for number in range(4):
        world.upload(number)
        answers = race([lambda n=n, d=number: others[n % 2].queue.claim(f"doc_{d}", f"w{n}", 30) for n in range(8)])
        assert sorted(type(a).__name__ for a in answers) == ["Claim"] + ["NoneType"] * 7


def test_after_the_lease_too_only_one_of_eight_gets_it(world: World) -> None:
    world.upload()
    others = [world.stores, world.another()]
    fences = [world.claim().fence]
    world.clock.pass_time(seconds=31)
    won = [c for c in race([lambda n=n: others[n % 2].queue.claim("doc_1", f"w{n}", 30) for n in range(8)])
           if isinstance(c, Claim)]
    assert len(won) == 1
    assert won[0].fence > fences[0]


def test_of_the_same_claim_finished_twice_at_once_one_is_kept(world: World) -> None:
    world.upload()
    claim, others = world.claim(), [world.stores, world.another()]
    new = [NewRecord(body(), "khai-sinh", State.ACCEPTED)]
    answers = race([lambda n=n: others[n % 2].queue.finish(claim, new, State.ACCEPTED) for n in range(4)])
    assert sorted(type(a).__name__ for a in answers) == ["StaleFence"] * 3 + ["tuple"]
    assert len(world.stores.records.list_records("*", None, None, 10).records) == 1


def test_workers_racing_through_a_pile_do_each_once(world: World) -> None:
    pile = [f"doc_{world.upload(n).id.removeprefix('sub_')}" for n in range(12)]
    others = [world.stores, world.another(), world.another()]

    def work(n: int) -> list[str]:
        done = []
        for document_id in pile:
            claim = others[n % 3].queue.claim(document_id, f"w{n}", 30)
            if claim:
                others[n % 3].queue.heartbeat(claim, 30)
                others[n % 3].queue.finish(claim, [NewRecord(body(), None, State.NEEDS_REVIEW)], State.NEEDS_REVIEW)
                done.append(document_id)
        return done

    done = race([lambda n=n: work(n) for n in range(6)])
    assert sorted(d for some in done for d in some) == sorted(pile)  # type: ignore[union-attr]
    assert len(world.stores.records.list_records("*", None, None, 100).records) == 12
    assert world.stores.audit and world.stores.audit.verify() is None
