"""The contract of uploads: exactly one submission an Idempotency-Key, whatever races or dies."""

from __future__ import annotations

import dataclasses

import pytest

from digitizer.errors import IdempotencyInProgress, IdempotencyKeyReused, NotFound, UsageError
from storage.base import Answer, State, UploadPart
from tests.contract.worlds import ACCEPTED, World, new_upload, original_of, race


def test_an_upload_is_wholly_there(world: World) -> None:
    came = world.upload(1)
    assert came == world.stores.uploads.submission("sub_1", "b01")
    assert (came.state, came.attempts, came.record_ids, came.reason_code) == (State.RECEIVED, 0, (), "")
    assert (came.file_name, came.form_hint, came.key_id) == ("tờ khai.pdf", "khai-sinh", "dev")
    assert came.received_at == world.clock.now
    assert list(world.stores.queue.unrung(10)) == ["doc_1"]
    assert world.document_events() == ["document.received"]
    assert list(world.stores.records.originals()) == [original_of(new_upload(1))]
    assert world.stores.audit
    assert [(e.who, e.action, e.submission_id) for e in world.stores.audit.entries()] == [
        ("dev", "upload.accepted", "sub_1")]


def test_what_was_bound_to_one_file_is_kept_beside_it(world: World) -> None:
    parts = tuple(UploadPart(f"trang {n}.jpg", "image/jpeg", str(n) * 64, n) for n in (2, 1))
    upload = dataclasses.replace(new_upload(1), parts=parts)
    assert world.stores.uploads.accept(upload, "dev", "k", ACCEPTED).parts == parts
    assert world.stores.uploads.submission("sub_1", "b01").parts == parts
    assert world.stores.audit
    assert world.stores.audit.entries()[-1].fields == ("sha256:" + "2" * 64, "sha256:" + "1" * 64)


def test_another_branch_sees_nothing(world: World) -> None:
    world.upload(1, branch="b01")
    assert world.stores.uploads.submission("sub_1", "*").branch == "b01"
    for submission_id, branch in (("sub_1", "b02"), ("sub_2", "b01"), ("sub_1", "")):
        with pytest.raises(NotFound):
            world.stores.uploads.submission(submission_id, branch)


def test_the_same_key_and_request_gets_the_kept_answer(world: World) -> None:
    world.upload(1)
    assert world.another().uploads.begin("dev", "key-1", "f") == ACCEPTED


def test_the_same_key_with_another_request_is_refused(world: World) -> None:
    world.upload(1)
    with pytest.raises(IdempotencyKeyReused):
        world.stores.uploads.begin("dev", "key-1", "another fingerprint")


def test_keys_of_two_devices_do_not_meet(world: World) -> None:
    world.upload(1)
    assert world.stores.uploads.begin("another device", "key-1", "f") is None


def test_while_the_first_runs_the_second_waits(world: World) -> None:
    assert world.stores.uploads.begin("dev", "k", "f") is None
    with pytest.raises(IdempotencyInProgress):
        world.stores.uploads.begin("dev", "k", "f")
    with pytest.raises(IdempotencyKeyReused):
        world.stores.uploads.begin("dev", "k", "another")


def test_a_request_that_died_is_taken_over_after_a_minute(world: World) -> None:
    assert world.stores.uploads.begin("dev", "k", "f") is None
    world.clock.pass_time(seconds=61)
    assert world.stores.uploads.begin("dev", "k", "f") is None
    with pytest.raises(IdempotencyInProgress):
        world.stores.uploads.begin("dev", "k", "f")


def test_a_request_thought_dead_that_wakes_up_makes_no_second_submission(world: World) -> None:
    world.stores.uploads.begin("dev", "k", "f")
    world.clock.pass_time(seconds=61)
    world.stores.uploads.begin("dev", "k", "f")
    world.stores.uploads.accept(new_upload(1), "dev", "k", ACCEPTED)
    with pytest.raises(IdempotencyInProgress):
        world.stores.uploads.accept(new_upload(2), "dev", "k", ACCEPTED)
    with pytest.raises(NotFound):
        world.stores.uploads.submission("sub_2", "*")
    assert list(world.stores.queue.unrung(10)) == ["doc_1"]


def test_a_failed_request_frees_its_key(world: World) -> None:
    world.stores.uploads.begin("dev", "k", "f")
    world.stores.uploads.abandon("dev", "k")
    assert world.stores.uploads.begin("dev", "k", "another") is None


def test_abandon_does_not_take_back_an_answer(world: World) -> None:
    world.upload(1)
    world.stores.uploads.abandon("dev", "key-1")
    assert world.stores.uploads.begin("dev", "key-1", "f") == ACCEPTED


def test_a_correction_keeps_its_answer_too_and_the_first_stays(world: World) -> None:
    first, second = Answer(200, {"ETag": '"2"'}, "{}"), Answer(412, {}, "")
    world.stores.uploads.begin("reviewer", "k", "f")
    world.stores.uploads.keep("reviewer", "k", first)
    world.stores.uploads.keep("reviewer", "k", second)
    assert world.stores.uploads.begin("reviewer", "k", "f") == first


def test_answers_are_forgotten_after_seven_days(world: World) -> None:
    world.upload(1)
    world.clock.pass_time(days=6, hours=23)
    assert world.stores.uploads.begin("dev", "key-1", "f") == ACCEPTED
    world.clock.pass_time(hours=2)
    assert world.stores.uploads.begin("dev", "key-1", "f") is None


def test_of_eight_requests_with_one_key_one_goes_on(world: World) -> None:
    others = [world.stores, world.another()]
    answers = race([lambda n=n: others[n % 2].uploads.begin("dev", "k", "f") for n in range(8)])
    assert sorted(type(a).__name__ for a in answers) == ["IdempotencyInProgress"] * 7 + ["NoneType"]


def test_of_eight_accepts_with_one_key_one_is_kept(world: World) -> None:
    """The worst case: all think that the reservation is theirs."""
    world.stores.uploads.begin("dev", "k", "f")
    others = [world.stores, world.another()]
    answers = race([
        lambda n=n: others[n % 2].uploads.accept(new_upload(n), "dev", "k", ACCEPTED).id for n in range(8)])
    kept = [a for a in answers if isinstance(a, str)]
    assert len(kept) == 1
    assert all(isinstance(a, IdempotencyInProgress) for a in answers if a not in kept)
    assert len(list(world.stores.records.originals())) == 1
    assert len(world.stores.queue.unrung(10)) == 1


def test_uploads_from_many_sides_all_arrive_once(world: World) -> None:
    others = [world.stores, world.another()]

    def upload(n: int) -> str:
        others[n % 2].uploads.begin("dev", f"k{n}", "f")
        return others[n % 2].uploads.accept(new_upload(n), "dev", f"k{n}", ACCEPTED).document_id

    came = race([lambda n=n: [upload(n * 5 + i) for i in range(5)] for n in range(6)])
    assert sorted(d for ids in came for d in ids) == sorted(world.stores.queue.unrung(100))  # type: ignore[union-attr]
    events = world.stores.records.events("*", None, 100).events
    assert len({e.submission_id for e in events}) == len(events) == 30


def test_an_id_used_twice_is_refused_and_leaves_nothing(world: World) -> None:
    world.upload(1)
    world.stores.uploads.begin("dev", "k2", "f")
    again = dataclasses.replace(new_upload(2), submission_id="sub_1")
    with pytest.raises(UsageError):
        world.stores.uploads.accept(again, "dev", "k2", ACCEPTED)
    assert list(world.stores.queue.unrung(10)) == ["doc_1"]
    world.stores.uploads.abandon("dev", "k2")
    assert world.stores.uploads.begin("dev", "k2", "f") is None
