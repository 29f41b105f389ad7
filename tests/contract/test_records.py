"""The contract of records: stable pages that miss nothing, versions that stay, corrections that overwrite nothing."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from digitizer.errors import InvalidMove, NotFound, PreconditionFailed, UsageError
from storage.base import NewRecord, State, StoredRecord
from tests.contract.worlds import World, body, new_upload, race


def everything(world: World, limit: int = 2, cursor: str | None = None) -> list[StoredRecord]:
    found: list[StoredRecord] = []
    while True:
        page = world.stores.records.list_records("*", None, cursor, limit)
        found += page.records
        if page.next_cursor is None:
            return found
        cursor = page.next_cursor


def test_a_record_tells_its_whole_story(world: World) -> None:
    record_id = world.read()
    record, upload = world.stores.records.record(record_id, "b01"), new_upload(1)
    assert (record.submission_id, record.document_id, record.form_id) == ("sub_1", "doc_1", "khai-sinh")
    assert (record.version, record.state, record.body) == (1, State.NEEDS_REVIEW, body())
    assert list(record.body["fields"]) == list(body()["fields"])  # in printed order
    assert (record.sha256, record.object_key, record.media_type, record.file_name) == (
        upload.sha256, upload.object_key, upload.media_type, upload.file_name)
    assert record.created_at == record.updated_at >= world.clock.now


def test_another_branch_sees_nothing(world: World) -> None:
    record_id = world.read(branch="b01")
    assert world.stores.records.record(record_id, "*").id == record_id
    for look in (world.stores.records.record, world.stores.records.versions):
        with pytest.raises(NotFound):
            look(record_id, "b02")
    with pytest.raises(NotFound):
        world.stores.records.correct(record_id, "b02", 1, body(), "key", "")
    assert world.stores.records.list_records("b02", None, None, 10).records == ()
    assert world.stores.records.events("b02", None, 10).events == ()
    with pytest.raises(NotFound):
        world.stores.records.record("rec_404", "*")


def test_a_correction_makes_a_version_and_keeps_what_was_read(world: World) -> None:
    record_id = world.read()
    corrected = body("Kiều Thị Thưởng Binh")
    after = world.stores.records.correct(record_id, "b01", 1, corrected, "rev_1", "sai dấu")
    assert (after.version, after.body, after.state) == (2, corrected, State.NEEDS_REVIEW)
    assert after == world.stores.records.record(record_id, "b01")
    first, second = world.stores.records.versions(record_id, "b01")
    assert (first.version, first.author, first.body) == (1, "machine", body())
    assert (second.version, second.author, second.reason, second.body) == (2, "rev_1", "sai dấu", corrected)
    assert world.stores.audit
    trail = world.stores.audit.entries()[-1]
    assert (trail.who, trail.action, trail.record_id, trail.fields) == (
        "rev_1", "record.corrected", record_id, ("requester.full_name",))


def test_no_value_of_a_person_stands_in_events_or_audit(world: World) -> None:
    record_id = world.read()
    world.stores.records.correct(record_id, "b01", 1, body("Kiều Thị Thưởng Binh"), "rev_1", "sai dấu")
    assert world.stores.audit
    said = repr(world.stores.audit.entries()) + repr(world.stores.records.events("*", None, 100))
    assert "Kiều" not in said and "tờ khai" not in said and "sai dấu" not in said


def test_a_correction_of_an_old_version_is_refused(world: World) -> None:
    record_id = world.read()
    world.stores.records.correct(record_id, "b01", 1, body("Một"), "rev_1", "")
    for version in (1, 3, 0):
        with pytest.raises(PreconditionFailed):
            world.stores.records.correct(record_id, "b01", version, body("Hai"), "rev_2", "")
    assert len(world.stores.records.versions(record_id, "b01")) == 2


def test_of_eight_corrections_of_one_version_one_is_kept(world: World) -> None:
    record_id = world.read()
    others = [world.stores, world.another()]
    answers = race([
        lambda n=n: others[n % 2].records.correct(record_id, "b01", 1, body(f"Người {n}"), f"rev_{n}", "")
        for n in range(8)])
    won = [a for a in answers if isinstance(a, StoredRecord)]
    assert [type(a).__name__ for a in answers].count("PreconditionFailed") == 7
    versions = world.stores.records.versions(record_id, "b01")
    assert [v.version for v in versions] == [1, 2]
    assert versions[1].body == won[0].body
    assert len([e for e in world.document_events() if e == "record.corrected"]) == 1


def test_review_ends_with_an_accepting_correction(world: World) -> None:
    record_id = world.read()
    assert world.stores.records.correct(record_id, "b01", 1, body("Một"), "r", "").state is State.NEEDS_REVIEW
    done = world.stores.records.correct(record_id, "b01", 2, body("Một", "accept"), "r", "")
    assert done.state is State.PUBLISHED
    assert world.stores.uploads.submission("sub_1", "*").state is State.PUBLISHED
    again = world.stores.records.correct(record_id, "b01", 3, body("Hai", "review"), "r", "")
    assert again.state is State.AMENDED
    assert world.stores.records.correct(record_id, "b01", 4, body("Ba"), "r", "").state is State.AMENDED
    assert world.stores.uploads.submission("sub_1", "*").state is State.AMENDED
    assert world.document_events()[-7:] == [
        "document.needs_review", "record.corrected", "record.corrected", "document.published", "record.corrected",
        "document.amended", "record.corrected"]


def test_a_scan_leaves_review_with_its_last_record(world: World) -> None:
    world.upload()
    new = [NewRecord(body(), None, State.NEEDS_REVIEW), NewRecord(body(), None, State.NEEDS_REVIEW)]
    first, second = world.stores.queue.finish(world.claim(), new, State.NEEDS_REVIEW)
    world.stores.records.correct(first, "b01", 1, body("Một", "accept"), "r", "")
    assert world.stores.uploads.submission("sub_1", "*").state is State.NEEDS_REVIEW
    world.stores.records.correct(second, "b01", 1, body("Hai", "accept"), "r", "")
    assert world.stores.uploads.submission("sub_1", "*").state is State.PUBLISHED


def test_what_the_caller_changes_later_changes_nothing_kept(world: World) -> None:
    record_id = world.read()
    world.stores.records.record(record_id, "b01").body["fields"].clear()
    assert world.stores.records.record(record_id, "b01").body == body()


def test_pages_hold_all_in_a_stable_order(world: World) -> None:
    ids = [world.read(n) for n in range(7)]
    found = everything(world, limit=3)
    assert [r.id for r in found] == ids
    assert sorted(found, key=lambda r: (r.updated_at, r.id)) == found


def test_records_of_one_scan_are_parted_by_pages_without_loss(world: World) -> None:
    world.upload()
    new = [NewRecord(body(), None, State.NEEDS_REVIEW) for _ in range(5)]
    ids = world.stores.queue.finish(world.claim(), new, State.NEEDS_REVIEW)
    assert sorted(ids) == [r.id for r in everything(world, limit=2)]


def test_a_record_changed_while_paging_comes_again(world: World) -> None:
    ids = [world.read(n) for n in range(4)]
    page = world.stores.records.list_records("*", None, None, 2)
    world.stores.records.correct(ids[0], "b01", 1, body("Một"), "r", "")
    rest = everything(world, 2, page.next_cursor)
    assert [(r.id, r.version) for r in rest] == [(ids[2], 1), (ids[3], 1), (ids[0], 2)]


def test_only_what_is_asked_for(world: World) -> None:
    early, other = world.read(1), world.read(2, branch="b02")
    world.clock.pass_time(hours=1)
    since = world.clock.now
    done = world.read(3, State.ACCEPTED)
    listed = world.stores.records.list_records
    assert [r.id for r in listed("b01", None, None, 10).records] == [early, done]
    assert [r.id for r in listed("*", since, None, 10).records] == [done]
    assert [r.id for r in listed("*", since.astimezone(UTC) - timedelta(hours=2), None, 10).records] == [
        early, other, done]
    assert [r.id for r in listed("*", None, None, 10, frozenset({State.PUBLISHED, State.AMENDED})).records] == [done]
    assert listed("*", None, None, 10, frozenset()).records == ()
    newest = world.stores.records.record(done, "*").updated_at
    assert [r.id for r in listed("*", newest, None, 10).records] == [done]  # inclusive: nothing between two polls


@pytest.mark.parametrize("cursor", ["x", "AAAA", "'; --", "MjAyNi0xMS0yMw", "é", "eA==" * 50])
def test_a_foreign_cursor_is_refused(world: World, cursor: str) -> None:
    with pytest.raises(UsageError):
        world.stores.records.list_records("*", None, cursor, 10)
    with pytest.raises(UsageError):
        world.stores.records.events("*", cursor, 10)


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_page_has_a_size(world: World, limit: int) -> None:
    with pytest.raises(UsageError):
        world.stores.records.list_records("*", None, None, limit)
    with pytest.raises(UsageError):
        world.stores.records.events("*", None, limit)


def test_events_can_be_followed_from_any_point(world: World) -> None:
    for n in range(3):
        world.read(n)
    whole = world.stores.records.events("*", None, 100)
    assert whole.next_cursor is None
    assert len({e.id for e in whole.events}) == len(whole.events) == 12
    first = world.stores.records.events("*", None, 5)
    assert first.next_cursor == first.events[-1].cursor
    assert first.events + world.stores.records.events("*", first.next_cursor, 100).events == whole.events
    assert world.stores.records.events("*", whole.events[-1].cursor, 5).events == ()
    of_one = world.stores.records.submission_events("sub_1", None)
    assert [e.type for e in of_one] == [
        "document.received", "document.processing", "record.created", "document.needs_review"]
    assert list(world.stores.records.submission_events("sub_1", of_one[1].cursor)) == list(of_one[2:])


def test_a_clock_set_back_changes_no_order(world: World) -> None:
    """Another host's clock, or NTP: what is written later still stands later."""
    first = world.read(1)
    world.clock.now -= timedelta(hours=3)
    second = world.read(2)
    assert [r.id for r in everything(world)] == [first, second]
    assert world.stores.records.record(second, "*").updated_at > world.stores.records.record(first, "*").updated_at


def test_a_reader_running_behind_eight_writers_misses_nothing(world: World) -> None:
    """The hole that cursors fall into: a change numbered early that commits late, behind the reader's back."""
    records = [world.read(n) for n in range(8)]
    others = [world.stores, world.another()]
    finished = threading.Event()
    seen_records: set[tuple[str, int]] = set()
    seen_events: list[str] = []

    def write(n: int) -> None:
        for version in range(1, 7):
            others[n % 2].records.correct(records[n], "b01", version, body(f"{n} {version}"), "r", "")

    def read() -> None:
        since, cursor, last = datetime(2000, 1, 1, tzinfo=UTC), None, False
        while not last:
            last = finished.is_set()
            for record in world.stores.records.list_records("*", since, None, 1000).records:
                seen_records.add((record.id, record.version))
                since = max(since, record.updated_at)
            for event in world.stores.records.events("*", cursor, 1000).events:
                seen_events.append(event.id)
                cursor = event.cursor

    reader = threading.Thread(target=read)
    reader.start()
    try:
        assert race([lambda n=n: write(n) for n in range(8)]) == [None] * 8
    finally:
        finished.set()
        reader.join(60)
    assert {(record_id, 7) for record_id in records} <= seen_records
    assert seen_events == [e.id for e in world.stores.records.events("*", None, 1000).events]


def test_the_trail_holds_and_counts_from_one(world: World) -> None:
    world.read(1)
    world.read(2, State.ACCEPTED)
    assert world.stores.audit
    entries = world.stores.audit.entries()
    assert [e.seq for e in entries] == list(range(1, len(entries) + 1))
    assert len({e.hash for e in entries}) == len(entries)
    assert world.stores.audit.entries(2, 2) == entries[2:4]
    assert world.stores.audit.verify() is None


def test_a_rejected_scan_has_nothing_to_correct(world: World) -> None:
    world.upload()
    (record_id,) = world.stores.queue.finish(
        world.claim(), [NewRecord(body(), None, State.NEEDS_REVIEW)], State.REJECTED, "damaged")
    with pytest.raises(InvalidMove):
        world.stores.records.correct(record_id, "b01", 1, body("Một", "accept"), "r", "")
    assert len(world.stores.records.versions(record_id, "b01")) == 1
