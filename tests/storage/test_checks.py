"""Second keying and samples on SQLite and PostgreSQL: who may key what, what two alike answers settle, the lot."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digitizer.document import FieldStatus, Outcome
from digitizer.errors import Forbidden, NotFound, PreconditionFailed, UsageError
from storage.base import Stores
from storage.checks_base import CheckOutcome, Checks, CheckState, Keyed, Quality, QualityRules
from storage.checks_draw import lot
from storage.workbench import NewPerson, PersonRole
from tests.contract.worlds import HandClock
from tests.storage.worlds import RIGHT, corrected, keyed, named, read

ALL = QualityRules(rate=1.0)

def test_a_share_of_what_passed_unseen_is_drawn_and_an_auditor_draws_the_same(
    stores: Stores, quality: Quality, checks: Checks
) -> None:
    quality.set_rules(QualityRules(rate=0.3), "boss")
    for number in range(60):
        read(stores, number)
    first = quality.redraw("*")
    assert (first.records, first.fields, first.missing, first.extra) == (60, 240, (), ())
    assert 72 - 29 <= first.drawn <= 72 + 29  # four standard deviations
    quality.set_rules(QualityRules(rate=0.0), "boss")
    read(stores, 60)
    again = quality.redraw("*")
    assert (again.records, again.drawn, again.missing, again.extra) == (61, first.drawn, (), ())
    assert quality.redraw("b02").records == 0


def test_the_lot_is_even_and_needs_the_seed() -> None:
    seed, other = "00" * 32, "01" * 32
    lots = [lot(seed, f"rec_{n}", "child.sex") for n in range(4000)]
    assert all(0 <= x < 1 for x in lots) and abs(sum(lots) / 4000 - 0.5) < 0.02
    assert abs(sum(x < 0.01 for x in lots) - 40) < 26  # four standard deviations
    assert lots == [lot(seed, f"rec_{n}", "child.sex") for n in range(4000)]
    assert sum(a < 0.01 and lot(other, f"rec_{n}", "child.sex") < 0.01 for n, a in enumerate(lots)) < 6


def test_the_keyer_is_told_where_and_nothing_else(stores: Stores, quality: Quality, checks: Checks) -> None:
    quality.set_rules(ALL, "boss")
    read(stores)
    task = checks.take("per_a", "b01")
    assert task is not None and task.waiting == 4 and task.answers == ()
    shown = repr(task)
    assert task.label in shown and not any(raw in shown for raw in RIGHT.values())
    assert stores.audit and stores.audit.entries()[-1].action == "check.shown"
    assert stores.audit.entries()[-1].fields == (task.field_id,)


def test_two_alike_settle_it_and_a_field_is_somebodys_for_a_while(
    stores: Stores, quality: Quality, checks: Checks, clock: HandClock
) -> None:
    quality.set_rules(ALL, "boss")
    read(stores)
    mine, theirs = checks.take("per_a", "b01"), checks.take("per_b", "b01")
    assert mine and theirs and mine.id != theirs.id
    again = checks.take("per_a", "b01")
    assert again and again.id == mine.id  # loaded again: the same
    with pytest.raises(PreconditionFailed):
        checks.key(mine.id, "per_b", "b01", keyed("x"))
    result = checks.key(mine.id, "per_a", "b01", keyed(f"  {RIGHT[mine.field_id].upper()} "))
    assert (result.state, result.outcome) == (CheckState.SETTLED, CheckOutcome.AGREES)
    assert result.standing == keyed(RIGHT[mine.field_id])
    with pytest.raises(PreconditionFailed):
        checks.key(mine.id, "per_c", "b01", keyed("x"))
    checks.hand_back(theirs.id, "per_b")
    again = checks.take("per_c", "b01")
    assert again and again.id == theirs.id
    clock.pass_time(minutes=4)
    late = checks.take("per_d", "b01")
    assert late and late.id == theirs.id  # who leaves the desk keeps nobody waiting


def test_a_third_person_decides_and_the_record_is_to_be_amended(
    stores: Stores, quality: Quality, checks: Checks
) -> None:
    quality.set_rules(ALL, "boss")
    record_id = read(stores, record=named("Nguyễn Thi Mẫu"))
    task = checks.take("per_a", "b01")
    assert task and task.field_id == "child.full_name"
    assert checks.key(task.id, "per_a", "b01", keyed("Nguyễn Thị Mẫu")).state is CheckState.OPEN
    assert checks.to_amend("b01") == [] and checks.take("per_a", "b01") is None
    assert checks.take("per_b", "b01")
    result = checks.key(task.id, "per_b", "b01", keyed("nguyễn thị mẫu"))
    assert (result.state, result.outcome, result.record_id) == (CheckState.SETTLED, CheckOutcome.DIFFERS, record_id)
    (wanted,) = checks.to_amend("b01")
    assert wanted.standing == keyed("nguyễn thị mẫu") and wanted.settled_by == "per_b"
    assert checks.to_amend("b02") == []
    checks.amended(wanted.id, 2)
    assert checks.to_amend("b01") == [] and [f.id for f in quality.findings("b01")] == [wanted.id]


def test_three_answers_and_no_two_alike_go_to_a_supervisor(stores: Stores, quality: Quality, checks: Checks) -> None:
    quality.set_rules(ALL, "boss")
    read(stores, record=named("Nguyễn Thi Mẫu"))
    task = checks.take("per_a", "b01")
    assert task
    checks.key(task.id, "per_a", "b01", keyed("Nguyễn Thị Mẫu"))
    assert checks.take("per_b", "b01")
    assert checks.key(task.id, "per_b", "b01", Keyed(FieldStatus.ILLEGIBLE)).state is CheckState.DISPUTED
    (open_,) = checks.disputes("b01")
    assert open_.id == task.id and checks.disputes("b02") == []
    with pytest.raises(Forbidden):
        checks.dispute(task.id, "per_a", "b01")
    shown = checks.dispute(task.id, "per_boss", "b01")
    assert {k.raw for k in shown.answers} == {"Nguyễn Thị Mẫu", "Nguyễn Thi Mẫu", ""}
    result = checks.decide(task.id, "per_boss", "b01", keyed("Nguyễn Thi Mẫu"))
    assert (result.state, result.outcome) == (CheckState.SETTLED, CheckOutcome.AGREES)


def test_what_a_person_keyed_of_a_chosen_kind_is_keyed_by_a_second(
    stores: Stores, quality: Quality, checks: Checks
) -> None:
    quality.set_rules(QualityRules(rate=0.0), "boss")
    record_id = read(stores, outcome=Outcome.REVIEW)
    assert checks.take("per_b", "b01") is None
    corrected(stores, record_id, {"child.full_name": "Nguyễn Thị Mẫu", "child.date_of_birth": "02/02/2024"})
    assert checks.take("per_first", "b01") is None
    task = checks.take("per_b", "b01")
    assert task and (task.field_id, task.waiting) == ("child.date_of_birth", 1)
    assert checks.key(task.id, "per_b", "b01", keyed("2.2.2024")).outcome is CheckOutcome.AGREES
    corrected(stores, record_id, {"child.date_of_birth": "03/02/2024"}, "per_first")
    assert checks.take("per_c", "b01") is None  # keyed by two once; a later amendment is somebody's decision


def test_answers_that_make_nothing_are_asked_back(stores: Stores, quality: Quality, checks: Checks) -> None:
    quality.set_rules(QualityRules(rate=0.0), "boss")
    corrected(stores, read(stores, outcome=Outcome.REVIEW), {"child.date_of_birth": "02/02/2024"})
    task = checks.take("per_b", "b01")
    assert task
    with pytest.raises(UsageError):
        checks.key(task.id, "per_b", "b01", keyed("hôm qua"))
    with pytest.raises(UsageError):
        checks.key(task.id, "per_b", "b01", keyed("01/02\x00/2024"))
    said = Keyed(FieldStatus.FILLED, "hôm qua", as_written=True)
    assert checks.key(task.id, "per_b", "b01", said).state is CheckState.OPEN
    assert checks.take("per_c", "b01")
    assert checks.key(task.id, "per_c", "b01", said).outcome is CheckOutcome.DIFFERS


@pytest.mark.parametrize("action", ["review.taken", "record.viewed", "record.searchable_downloaded"])
def test_who_has_looked_at_the_record_does_not_key_it_blind(
    stores: Stores, quality: Quality, checks: Checks, action: str
) -> None:
    quality.set_rules(ALL, "boss")
    seen, other = read(stores), read(stores, 2)
    assert stores.audit is not None
    stores.audit.note("per_a", action, record_id=seen)
    task = checks.take("per_a", "b01")
    assert task is not None and (task.record_id, task.waiting) == (other, 4)
    task = checks.take("per_b", "b01")
    assert task is not None and (task.record_id, task.waiting) == (seen, 7)  # one is the other person's now
    stores.audit.note("per_b", action, record_id=seen)  # between taking and keying
    with pytest.raises(Forbidden):
        checks.key(task.id, "per_b", "b01", keyed(RIGHT[task.field_id]))


def test_a_group_shows_one_field_and_searching_opens_nothing(stores: Stores, quality: Quality, checks: Checks) -> None:
    quality.set_rules(ALL, "boss")
    record = read(stores)
    assert stores.audit is not None
    stores.audit.note("per_a", "group.shown", ("child.sex",), record_id=record)
    stores.audit.note("per_a", "records.searched", ("text", record))
    fields = set()
    while (task := checks.take("per_a", "b01")) is not None:
        fields.add(task.field_id)
        checks.key(task.id, "per_a", "b01", keyed(RIGHT[task.field_id]))
    assert fields == set(RIGHT) - {"child.sex"}


def test_fields_that_nobody_may_key_are_counted(stores: Stores, quality: Quality, checks: Checks) -> None:
    """Of the two who have the right in the branch, one has uploaded nothing but looked, the other is closed."""
    quality.set_rules(ALL, "boss")
    assert stores.workbench is not None and stores.audit is not None
    people, record = stores.workbench.people, read(stores)
    roles = [PersonRole.SECOND_REVIEWER.value, PersonRole.SUPERVISOR.value]

    def waiting(branch: str = "b01") -> int:
        return checks.unattended(branch, roles)

    assert waiting() == waiting("*") == 4 and waiting("b02") == 0  # nobody is there at all
    people.add(NewPerson("chi", "Chi", PersonRole.REVIEWER, "b01"), "test")
    people.add(NewPerson("xa", "Xa", PersonRole.SUPERVISOR, "b02"), "test")
    assert waiting() == 4
    one = people.add(NewPerson("an", "An", PersonRole.SECOND_REVIEWER, "b01"), "test")
    two = people.add(NewPerson("binh", "Bình", PersonRole.SUPERVISOR, "*"), "test")
    assert waiting() == 0
    stores.audit.note(one.id, "record.viewed", record_id=record)
    assert waiting() == 0
    people.disable(two.id, "test")
    assert waiting() == 4
    people.enable(two.id, "test")
    stores.audit.note(two.id, "group.shown", ("child.sex",), record_id=record)
    assert waiting() == 1
    task = checks.take(two.id, "b01")
    assert task is not None and task.waiting == 3
    checks.key(task.id, two.id, "b01", keyed(RIGHT[task.field_id]))
    assert waiting() == 1  # settled, it waits for nobody


def test_other_branches_fields_are_not_there(stores: Stores, quality: Quality, checks: Checks) -> None:
    quality.set_rules(ALL, "boss")
    read(stores, branch="b02")
    assert checks.take("per_a", "b01") is None
    task = checks.take("per_a", "*")
    assert task and task.waiting == 4
    with pytest.raises(NotFound):
        checks.key(task.id, "per_b", "b01", keyed("x"))
    assert list(quality.rates("b01")) == [] and {r.open for r in quality.rates("b02")} == {1}


def expected(machine: str, blind: tuple[str, ...]) -> tuple[CheckState, CheckOutcome | None]:
    """The rule in a few words."""
    for many, said in enumerate(blind):
        if said == machine:
            return CheckState.SETTLED, CheckOutcome.AGREES
        if said in blind[:many]:
            return CheckState.SETTLED, CheckOutcome.DIFFERS
    return (CheckState.DISPUTED if len(blind) == 2 else CheckState.OPEN), None


NUMBERS = itertools.count(1000)


def test_every_course_of_answers(stores: Stores, quality: Quality, checks: Checks) -> None:
    quality.set_rules(ALL, "boss")
    for answers in (a for n in (1, 2) for a in itertools.product(("Mai", "Hoa", "Đào"), repeat=n)):
        branch = f"b{next(NUMBERS)}"
        read(stores, next(NUMBERS), record=named("Mai"), branch=branch)
        result = None
        for person, said in zip(("per_a", "per_b"), answers, strict=False):
            task = checks.take(person, branch)
            if task is None:
                break
            result = checks.key(task.id, person, branch, keyed(said))
        assert result and (result.state, result.outcome) == expected("Mai", answers)


STEPS = st.lists(st.tuples(st.sampled_from(["per_a", "per_b", "per_c", "per_d"]), st.sampled_from(["take", "correct"]),
                           st.integers(0, 3)), max_size=10)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_nobody_ever_gets_their_own_work_nor_a_field_twice(stores: Stores, steps: list[Any]) -> None:
    """Whatever the order of reviewing and keying, and whoever does what (tests share a database: only new records
    are looked at)."""
    assert stores.workbench is not None
    checks, quality = stores.workbench.checks, stores.workbench.quality
    quality.set_rules(replace(ALL, double=frozenset({"person_name", "date", "sex", "ethnicity"})), "boss")
    branch = f"b{next(NUMBERS)}"
    records = [read(stores, next(NUMBERS), Outcome.REVIEW if n else Outcome.ACCEPT, branch=branch) for n in range(2)]
    for person, what, which in steps:
        if what == "correct":
            name = list(RIGHT)[which]
            corrected(stores, records[which % 2], {"child.full_name": "Lê Mẫu", name: RIGHT[name]}, person)
            continue
        task = checks.take(person, branch)
        if task is None:
            continue
        authors = {v.author for v in stores.records.versions(task.record_id, branch)}
        assert person not in authors
        with pytest.raises(Forbidden):
            checks.key(task.id, next(iter(authors - {"machine"}), "dev"), branch, keyed("Mai"))
        result = checks.key(task.id, person, branch, keyed(RIGHT[task.field_id]))
        if result.state is not CheckState.SETTLED:
            with pytest.raises(Forbidden):
                checks.key(task.id, person, branch, keyed("Mai"))
