"""Papers that a person has named, on SQLite and PostgreSQL: out of everybody's hands until read, never lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from digitizer.document import FormMatch, Outcome, Record
from digitizer.errors import (
    BeingReadAgain,
    HeldByAnother,
    InvalidMove,
    LeaseLost,
    NotFound,
    PreconditionFailed,
    StaleFence,
)
from digitizer.naming import Wish, named
from digitizer.review import Author, Change, correct
from digitizer.stages.route import route
from digitizer.wire import record_from_json, record_to_json
from storage.base import MAX_ATTEMPTS, NewRecord, State, Stores
from storage.checks_base import Checks, Quality, QualityRules
from storage.desk_base import Desk, Draft, EscalateReason, Lease, Taker, Wanted
from storage.groups_base import GroupKind
from storage.overview_base import Scope
from storage.rereads_base import NamedForm, Reread, RereadClaim, Rereads, RereadState
from tests.contract.worlds import HandClock, World, race
from tests.storage.test_desk import AN, ANY, BINH, BOSS, asked, taken, waiting_record
from tests.storage.worlds import read
from tests.web.world import sample_record


@pytest.fixture
def desk(world: World) -> Desk:
    assert world.stores.workbench is not None
    return world.stores.workbench.desk


@pytest.fixture
def rereads(world: World) -> Rereads:
    return rereads_of(world.stores)


def rereads_of(stores: Stores) -> Rereads:
    assert stores.workbench is not None
    return stores.workbench.rereads


def as_form(record_id: str, form: str = "ct01", edition: str = "tt53-2025", **over: Any) -> NamedForm:
    return replace(NamedForm(record_id, "b01", 1, form, edition, "per_an"), **over)


def claimed(rereads: Rereads, number: int = 1, worker: str = "w1") -> RereadClaim:
    claim = rereads.claim(f"doc_{number}", worker, 30)
    assert claim is not None
    return claim


def test_it_leaves_the_reviewers_hands_and_comes_back_read(world: World, desk: Desk, rereads: Rereads) -> None:
    record_id = waiting_record(world, 1, form="khai-sinh")
    lease = taken(desk)
    assert rereads.ask(as_form(record_id), lease).state is RereadState.QUEUED
    assert desk.take_next(AN, ANY) is None and desk.take_next(BOSS, ANY) is None
    with pytest.raises(BeingReadAgain):
        desk.take(AN, record_id)
    (waits,) = desk.holds("b01")
    assert waits.being_read and waits.holder is None
    assert [(b.free, b.held, b.postponed) for b in desk.backlog("b01")] == [(0, 1, 0)]
    assert [(r.record_id, r.form_id) for r in rereads.waiting("b01")] == [(record_id, "ct01")]
    assert list(rereads.waiting("b02")) == []
    rereads.finish(claimed(rereads), asked("form_named"))
    assert rereads.of(record_id) is None and list(rereads.waiting("*")) == []
    back = taken(desk, BINH)
    assert back.record_id == record_id
    (waits,) = desk.holds("b01")
    assert (waits.form_id, waits.reason, waits.being_read) == ("ct01", "form_named", False)
    stored = world.stores.records.record(record_id, "b01")
    assert (stored.form_id, stored.version, stored.state) == ("ct01", 2, State.NEEDS_REVIEW)
    first, second = world.stores.records.versions(record_id, "b01")
    assert (first.body, second.author) == (asked(), "machine") and "per_an" in second.reason


def test_events_and_trail_tell_it_without_values(world: World, desk: Desk, rereads: Rereads) -> None:
    record_id = waiting_record(world, 1)
    rereads.ask(as_form(record_id), taken(desk))
    before = len(world.stores.records.submission_events("sub_1", None))
    rereads.finish(claimed(rereads), asked("form_named"))
    told = [(e.type, e.state, e.version) for e in world.stores.records.submission_events("sub_1", None)[before:]]
    assert told == [("record.corrected", State.NEEDS_REVIEW, 2)]
    assert world.stores.audit
    trail = [e for e in world.stores.audit.entries() if e.record_id == record_id]
    assert [(e.who, e.action) for e in trail][-3:] == [
        ("per_an", "record.named ct01 tt53-2025"), ("w1", "record.claimed"), ("machine", "record.corrected")]
    assert world.stores.audit.verify() is None


def test_who_has_lost_the_lease_names_nothing(world: World, desk: Desk, rereads: Rereads) -> None:
    record_id = waiting_record(world, 1)
    old = taken(desk)
    new = taken(desk)  # another window of the same person
    with pytest.raises(LeaseLost):
        rereads.ask(as_form(record_id), old)
    rereads.ask(as_form(record_id), new)
    for refused in (lambda: rereads.ask(as_form(record_id), new),
                    lambda: desk.save(new, AN, Draft("child.sex", {}, True, 9)), lambda: desk.renew(new, AN)):
        with pytest.raises(LeaseLost):
            refused()


def test_two_people_and_a_program(world: World, desk: Desk, rereads: Rereads) -> None:
    record_id = waiting_record(world, 1)
    taken(desk)
    with pytest.raises(HeldByAnother):
        rereads.ask(as_form(record_id, author="key_1"))
    world.clock.pass_time(minutes=11)
    rereads.ask(as_form(record_id, author="key_1"))
    with pytest.raises(BeingReadAgain):
        rereads.ask(as_form(record_id, "xe", author="key_2"))
    with pytest.raises(BeingReadAgain):
        world.stores.records.correct(record_id, "b01", 1, asked(), "key_2", "x")
    with pytest.raises(NotFound):
        rereads.ask(as_form(record_id, branch="b02"))


def test_of_many_who_name_it_at_once_one_is_heard(world: World, rereads: Rereads) -> None:
    record_id = waiting_record(world, 1)
    ports = [rereads_of(world.another()) for _ in range(6)]
    said = race([lambda p=p, n=n: p.ask(as_form(record_id, author=f"key_{n}"))  # type: ignore[misc]
                 for n, p in enumerate(ports)])
    assert sum(isinstance(s, Reread) for s in said) == 1
    assert all(isinstance(s, Reread | BeingReadAgain) for s in said)
    rereads.finish(claimed(rereads), asked("form_named"))
    assert len(world.stores.records.versions(record_id, "*")) == 2


def test_only_what_waits_for_review_and_as_it_was_seen(world: World, desk: Desk, rereads: Rereads) -> None:
    released = world.read(1, State.ACCEPTED)
    with pytest.raises(InvalidMove):
        rereads.ask(as_form(released))
    waits = waiting_record(world, 2)
    with pytest.raises(PreconditionFailed):
        rereads.ask(as_form(waits, version=7))


def test_what_the_person_had_said_of_the_other_form_is_a_version(world: World, desk: Desk, rereads: Rereads) -> None:
    record_id = waiting_record(world, 1, form="khai-sinh")
    lease = taken(desk)
    desk.save(lease, AN, Draft("child.sex", {"raw": "Nam"}, True, 1))
    desk.save(lease, AN, Draft("authority", {"raw": "x"}, False, 2))
    with pytest.raises(InvalidMove):
        rereads.ask(as_form(record_id, body=asked("", "accept")), lease)
    rereads.ask(as_form(record_id, body=asked("form_disputed")), lease)
    assert [d.field_id for d in desk.drafts(record_id)] == ["authority"]
    rereads.finish(claimed(rereads), asked("form_named"))
    assert [v.author for v in world.stores.records.versions(record_id, "*")] == ["machine", "per_an", "machine"]
    assert list(desk.drafts(record_id)) == []  # of another form


def test_drafts_of_the_same_form_stay_where_the_field_does(world: World, desk: Desk, rereads: Rereads) -> None:
    record_id = waiting_record(world, 1, form="ct01")
    lease = taken(desk)
    for step, name in enumerate(("child.sex", "gone.field"), start=1):
        desk.save(lease, AN, Draft(name, {"raw": "Nam"}, False, step))
    rereads.ask(as_form(record_id), lease)
    rereads.finish(claimed(rereads), asked("form_named"))
    assert [d.field_id for d in desk.drafts(record_id)] == ["child.sex"]


def test_escalation_and_postponement_end_with_the_naming(world: World, desk: Desk, rereads: Rereads) -> None:
    record_id = waiting_record(world, 1)
    desk.escalate(taken(desk), EscalateReason.FORM_UNKNOWN)
    rereads.ask(as_form(record_id, author="per_boss"), desk.take(BOSS, record_id))
    rereads.finish(claimed(rereads), asked("form_named"))
    assert taken(desk).record_id == record_id


def test_a_worker_that_slept_writes_nothing_and_another_reads(world: World, rereads: Rereads) -> None:
    record_id = waiting_record(world, 1)
    rereads.ask(as_form(record_id))
    late = claimed(rereads)
    assert rereads.claim("doc_1", "w2", 30) is None
    world.clock.pass_time(seconds=31)
    second = claimed(rereads, worker="w2")
    assert second.asked.attempts == 2
    for refused in (lambda: rereads.finish(late, asked()), lambda: rereads.heartbeat(late, 30),
                    lambda: rereads.give_back(late, "x")):
        with pytest.raises(StaleFence):
            refused()
    rereads.finish(second, asked("form_named"))
    with pytest.raises(StaleFence):
        rereads.finish(second, asked("form_named"))
    assert len(world.stores.records.versions(record_id, "*")) == 2


def test_three_dead_workers_give_it_back_to_review(world: World, desk: Desk, rereads: Rereads) -> None:
    record_id = waiting_record(world, 1)
    rereads.ask(as_form(record_id))
    for _ in range(MAX_ATTEMPTS):
        claimed(rereads)
        world.clock.pass_time(seconds=31)
        assert list(world.stores.queue.overdue(15, 10)) == ["doc_1"]
    assert rereads.claim("doc_1", "w1", 30) is None
    failed = rereads.of(record_id)
    assert failed and (failed.state, failed.reason_code) == (RereadState.FAILED, "poison")
    assert list(world.stores.queue.overdue(0, 10)) == [] and list(rereads.waiting("*")) == []
    lease = taken(desk)
    assert [w.reason for w in desk.holds("b01")] == ["reread_failed"]
    assert rereads.ask(as_form(record_id, "xe", "tt79-2024"), lease).attempts == 0


def test_a_failure_of_the_file_is_final(world: World, desk: Desk, rereads: Rereads) -> None:
    record_id = waiting_record(world, 1)
    rereads.ask(as_form(record_id))
    assert rereads.give_back(claimed(rereads), "damaged", final=True) is RereadState.FAILED
    assert world.stores.records.record(record_id, "*").version == 1
    assert taken(desk).record_id == record_id


def test_two_papers_of_one_file_are_read_one_after_the_other(world: World, rereads: Rereads) -> None:
    world.upload(1)
    new = [NewRecord(asked(), "khai-sinh", State.NEEDS_REVIEW)] * 2
    ids = world.stores.queue.finish(world.claim(1), new, State.NEEDS_REVIEW)
    for record_id in ids:
        rereads.ask(as_form(record_id))
    assert list(world.stores.queue.unrung(10)) == ["doc_1"]
    for _ in ids:
        rereads.finish(claimed(rereads), asked("form_named"))
    assert rereads.claim("doc_1", "w1", 30) is None
    assert [world.stores.records.record(i, "*").form_id for i in ids] == ["ct01", "ct01"]


def test_who_takes_part_in_groups_does_not_meet_it(stores: Stores) -> None:
    record_id = read(stores, 1, Outcome.REVIEW)
    assert stores.workbench
    assert stores.workbench.groups.page(GroupKind(), "per_binh", "b01").items
    rereads_of(stores).ask(as_form(record_id))
    assert stores.workbench.groups.page(GroupKind(), "per_binh", "b01").items == ()


def now_a_ct01(record: Record) -> Record:
    """As the worker leaves it."""
    read_so = replace(record, form=FormMatch("ct01", "tt53-2025", 1.0), decision=None)
    return route(named(record, read_so, Wish("ct01", "tt53-2025", "per_an", "2026-11-30T00:00:00Z"), ()))


def test_samples_rates_and_figures_follow_the_new_form(
    stores: Stores, checks: Checks, quality: Quality, clock: HandClock
) -> None:
    """Named, read again, released by a person: drawn as the form it is, and the draw can be repeated."""
    quality.set_rules(QualityRules(double=frozenset(), rate=1.0), "boss")
    record_id = read(stores, 1, Outcome.REVIEW, sample_record())
    rereads, desk = rereads_of(stores), stores.workbench and stores.workbench.desk
    assert desk and stores.workbench
    lease = desk.take_next(AN, ANY)
    assert isinstance(lease, Lease)
    rereads.ask(as_form(record_id), lease)
    before = record_from_json(stores.records.record(record_id, "*").body)
    rereads.finish(claimed(rereads), record_to_json(now_a_ct01(before)))
    seen = record_from_json(stores.records.record(record_id, "*").body)
    said = {f.id: Change() for f in seen.fields[:1]}
    after = correct(seen, said, Author("per_an", "2026-11-30T00:00:00Z"), 0.0, (), ("form_named",))
    stores.records.correct(record_id, "b01", 2, record_to_json(after), "per_an", "kiểm tra")
    stored = stores.records.record(record_id, "*")
    assert (stored.state, stored.form_id) == (State.PUBLISHED, "ct01")
    assert {r.form_id for r in quality.rates("*")} == {"ct01"}
    again = quality.redraw("*")
    assert (again.missing, again.extra) == ((), ())
    long_ago = datetime.min.replace(tzinfo=clock().tzinfo) + timedelta(days=1)
    assert [f.form_id for f in stores.workbench.overview.forms(Scope("*", long_ago))] == ["ct01"]
    with pytest.raises(InvalidMove):
        rereads.ask(as_form(record_id, version=3))


def test_the_filter_by_form_finds_it_under_its_new_name(world: World, desk: Desk, rereads: Rereads) -> None:
    record_id = waiting_record(world, 1, form="khai-sinh")
    rereads.ask(as_form(record_id))
    rereads.finish(claimed(rereads), asked("form_named"))
    taker = Taker("per_chi", "b01")
    assert desk.take_next(taker, Wanted(form="khai-sinh")) is None
    assert taken(desk, BINH, Wanted(form="ct01")).record_id == record_id
