"""What people have said of fields, out of the records, on SQLite and PostgreSQL: who, how, and what was read then."""

from __future__ import annotations

from digitizer.document import Outcome
from storage.base import Stores
from storage.checks_base import Checks, Quality, QualityRules
from storage.gold import gold_fields
from tests.contract.worlds import HandClock
from tests.storage.worlds import corrected, keyed, named, read


def test_corrected_confirmed_and_blindly_keyed_fields_with_their_provenance(
    stores: Stores, checks: Checks, quality: Quality, clock: HandClock
) -> None:
    quality.set_rules(QualityRules(rate=0.0, double=frozenset({"sex"})), "boss")
    waiting = read(stores, 1, Outcome.REVIEW)
    corrected(stores, waiting, {"child.full_name": "Nguyễn Thị Mẫu", "child.sex": "Nữ"})
    task = checks.take("per_b", "b01")
    assert task
    checks.key(task.id, "per_b", "b01", keyed("Nữ"))
    quality.set_rules(QualityRules(rate=1.0), "boss")
    clock.pass_time(days=1)
    sampled = read(stores, 2, record=named("Mai"))
    task = checks.take("per_b", "b01")
    assert task
    checks.key(task.id, "per_b", "b01", keyed("Mai"))
    read(stores, 3, Outcome.REVIEW)
    found = {(g.record_id, g.field_id): g for g in gold_fields(stores, None, "*", lambda r: f"{r.sha256}.pdf")}
    assert set(found) == {(waiting, "child.full_name"), (waiting, "child.sex"), (sampled, "child.full_name")}
    name, sex = found[waiting, "child.full_name"], found[waiting, "child.sex"]
    assert (name.raw, name.was_raw, name.was_confidence) == ("Nguyễn Thị Mẫu", "Nguyễn Thi Mẫu", 0.61)
    assert (name.author, name.how, name.double, name.was_right) == ("per_first", "review", False, False)
    assert (name.engine, name.edition, name.pages) == ("test 1", "tt04-2024", (1,))
    assert (sex.how, sex.double, sex.was_right) == ("blind", True, True)
    blind = found[sampled, "child.full_name"]
    assert (blind.author, blind.how, blind.double, blind.was_right) == ("per_b", "blind", False, True)
    later = list(gold_fields(stores, clock.now, "*", lambda r: ""))
    assert {g.record_id for g in later} == {sampled}
    assert list(gold_fields(stores, None, "b02", lambda r: "")) == []


def test_what_the_machine_never_read_is_a_persons_alone(stores: Stores, quality: Quality) -> None:
    """A row that it missed: what is written there, and that one of its cells is blank."""
    quality.set_rules(QualityRules(rate=0.0), "boss")
    record = read(stores, 1, Outcome.REVIEW)
    corrected(stores, record, {"child.full_name": "Nguyễn Thị Mẫu", "members[0].full_name": "Lê Thị Thử"})
    found = {g.field_id: g for g in gold_fields(stores, None, "*", lambda r: "")}
    name, born = found["members[0].full_name"], found["members[0].date_of_birth"]
    assert (name.how, name.was_status, name.was_raw, name.was_confidence) == ("person", "not_found", "", 0.0)
    assert (name.raw, name.author, name.was_right) == ("Lê Thị Thử", "per_first", False)
    assert (born.how, born.status, born.was_right) == ("person", "blank", True)
    assert found["child.full_name"].how == "review"
