"""A row of a table that a person added, on SQLite and PostgreSQL: kept like those the machine read, found, traced."""

from __future__ import annotations

from dataclasses import replace

from digitizer.document import Outcome
from digitizer.review import Author, Change, correct
from digitizer.wire import record_from_json, record_to_json
from storage.base import Stores
from storage.desk_base import Desk, Draft, Lease, Release, Taker, Wanted
from storage.search_base import Wanted as Searched
from tests.contract.worlds import HandClock
from tests.storage.worlds import read
from tests.web.world import TEMPLATE, answer, sample_record

AN = Taker("per_an", "b01")
NEW = ["members[1].full_name", "members[1].date_of_birth"]


def waiting_record(stores: Stores) -> str:
    """With one row that the machine read."""
    row = (replace(answer("members[0].full_name", "person_name", "Lê Thị Một", "Lê Thị Một", 0.99), required=False),
           replace(answer("members[0].date_of_birth", "date", "1/2/1990", "1990-02-01", 0.99), required=False))
    record = replace(sample_record(), fields=(*sample_record().fields, *row))
    return read(stores, 1, Outcome.REVIEW, record)


def taken(stores: Stores) -> tuple[Desk, Lease]:
    assert stores.workbench is not None
    desk = stores.workbench.desk
    lease = desk.take_next(AN, Wanted())
    assert lease is not None
    return desk, lease


def test_released_it_is_found_and_the_trail_names_its_fields_only(stores: Stores) -> None:
    record_id = waiting_record(stores)
    desk, lease = taken(stores)
    stored = stores.records.record(record_id, "*")
    changes = {NEW[0]: Change(raw="Hồ Thị Lan"), "child.full_name": Change()}
    after = correct(record_from_json(stored.body), changes, Author(AN.person_id, "2026-11-30T08:00:00Z"), 0.95,
                    (TEMPLATE,))
    assert desk.finish(lease, AN, Release(stored.version, record_to_json(after), "kiểm tra")) == "published"
    now = stores.records.record(record_id, "*")
    assert list(now.body["fields"])[-4:] == ["members[0].full_name", "members[0].date_of_birth", *NEW]
    assert stores.workbench and stores.audit
    for field in ("", "members[n].full_name", "names"):
        hits = stores.workbench.search.find("*", Searched("hồ lan", field=field)).hits
        assert [h.record_id for h in hits] == [record_id]
    trail = next(e for e in stores.audit.entries() if e.action == "record.corrected")
    assert (trail.who, set(trail.fields)) == (AN.person_id, set(NEW))
    assert "Lan" not in repr(stores.audit.entries())
    assert desk.touched(record_id, "b01").by(AN.person_id, NEW[1])


def test_as_a_draft_it_is_kept_and_taken_back_like_any_word(stores: Stores, clock: HandClock) -> None:
    record_id = waiting_record(stores)
    desk, lease = taken(stores)
    desk.save(lease, AN, Draft("+members[1]", {}, True, 1))
    desk.save(lease, AN, Draft(NEW[0], {"raw": "Hồ Thị Lan"}, True, 2))
    clock.pass_time(minutes=11)
    desk, again = taken(stores)
    assert again.fence > lease.fence
    assert [(d.field_id, d.said) for d in desk.drafts(record_id)] == [
        ("+members[1]", {}), (NEW[0], {"raw": "Hồ Thị Lan"})]
    desk.save(again, AN, Draft(NEW[0], None, False, 1))
    desk.save(again, AN, Draft("+members[1]", None, False, 2))
    assert list(desk.drafts(record_id)) == []
