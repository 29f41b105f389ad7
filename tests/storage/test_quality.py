"""Error rates and what follows on SQLite and PostgreSQL: held back for good reason, switched on by a person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digitizer.bounds import at_most, plan, upper_bound
from digitizer.document import EngineInfo, Outcome
from digitizer.errors import NotFound, UsageError
from storage.base import State, Stores
from storage.checks_base import CheckOutcome, Checks, Quality, QualityRules
from tests.contract.worlds import HandClock
from tests.storage.worlds import corrected, keyed, named, read

KIND = ("khai-sinh", "person_name")
# a plan of few samples, so that a test sees it through: of 22 one may be wrong
RULES = QualityRules(double=frozenset(), rate=1.0, targets={"other": 0.002}, ceilings={"other": 0.2})
SMALL = plan(0.002, 0.2)


def checked(stores: Stores, checks: Checks, numbers: range, said: str, confidence: float = 0.99) -> None:
    """One record a number, read as 'Mai', keyed by two people as `said`."""
    for number in numbers:
        read(stores, number, record=named("Mai", confidence))
        for person in ("per_a", "per_b"):
            task = checks.take(person, "b01")
            if task:
                checks.key(task.id, person, "b01", keyed(said))


def test_rates_have_their_exact_bound(stores: Stores, quality: Quality, checks: Checks) -> None:
    quality.set_rules(RULES, "boss")
    checked(stores, checks, range(10), "Mai", 0.98)
    checked(stores, checks, range(10, 11), "Hoa", 0.98)
    (rate,) = quality.rates("b01")
    assert (rate.form_id, rate.field_type) == KIND
    assert (rate.samples, rate.wrong, rate.open, rate.hold) == (11, 1, 0, None)
    assert rate.upper == upper_bound(1, 11) and rate.expected == pytest.approx(11 * 0.02)
    assert (rate.needed, rate.allowed, rate.assured) == (SMALL.samples, SMALL.allowed, False)


def test_too_many_errors_switch_it_off_until_a_person_switches_it_on(
    stores: Stores, quality: Quality, checks: Checks
) -> None:
    quality.set_rules(RULES, "boss")
    checked(stores, checks, range(SMALL.allowed), "Hoa", 0.5)
    assert quality.held() == frozenset() == stores.held()
    checked(stores, checks, range(50, 51), "Hoa", 0.5)
    assert quality.held() == {KIND} == stores.held()
    (hold,) = quality.holds()
    assert (hold.reason, hold.by, hold.samples, hold.wrong) == ("errors", "machine", 2, 2)
    told = [e for e in stores.records.events("b01", None, 500).events if e.type == "quality.held"]
    assert len(told) == 1 and told[0].state is State.PUBLISHED
    assert stores.audit and "quality.held khai-sinh person_name errors" in [e.action for e in stores.audit.entries()]
    checked(stores, checks, range(60, 62 + SMALL.samples), "Mai")
    assert quality.held() == {KIND}  # however well it goes: nobody knows why it went wrong
    with pytest.raises(UsageError):
        quality.release(*KIND, "boss", "  ")
    quality.release(*KIND, "boss", "mẫu in mới đã có bản mẫu")
    assert quality.held() == frozenset()
    (rate,) = quality.rates("*")
    assert (rate.samples, rate.wrong) == (0, 0)  # counting begins anew
    checked(stores, checks, range(200, 201), "Hoa")
    assert quality.held() == frozenset()  # one error after it is no proof
    with pytest.raises(NotFound):
        quality.release(*KIND, "boss", "lần nữa")
    (ended,) = quality.holds()
    assert (ended.released_by, ended.release_note) == ("boss", "mẫu in mới đã có bản mẫu")


def test_confidences_that_promise_too_much_switch_it_off(stores: Stores, quality: Quality, checks: Checks) -> None:
    """Three of six wrong are within this plan, but not at 99.9 %."""
    rules = replace(RULES, targets={"other": 0.3}, ceilings={"other": 0.6})
    quality.set_rules(rules, "boss")
    assert plan(0.3, 0.6).allowed >= 3 and 1 - at_most(2, 6, 0.001) < 0.001
    checked(stores, checks, range(3), "Mai", 0.999)
    checked(stores, checks, range(3, 6), "Hoa", 0.999)
    (hold,) = quality.holds()
    assert (hold.reason, hold.samples, hold.wrong) == ("calibration", 6, 3)


def test_a_supervisor_switches_off_and_on(stores: Stores, quality: Quality) -> None:
    quality.hold(*KIND, "boss", "máy quét hỏng")
    with pytest.raises(UsageError):
        quality.hold(*KIND, "boss", "máy quét hỏng")
    (rate,) = quality.rates("b01")
    assert rate.hold and (rate.hold.reason, rate.hold.note, rate.hold.by) == ("person", "máy quét hỏng", "boss")
    quality.release(*KIND, "boss", "đã sửa")
    assert quality.held() == frozenset()


def test_rules_that_make_no_sense_are_refused(quality: Quality) -> None:
    usual = QualityRules()
    for wrong in (
        replace(usual, rate=1.5), replace(usual, rate=-0.1), replace(usual, targets={}),
        replace(usual, ceilings={"other": 0.001}), replace(usual, ceilings={"other": 1.0}),
        replace(usual, targets={"other": 0.0}),
    ):
        with pytest.raises(UsageError):
            quality.set_rules(wrong, "boss")
    assert quality.rules() == usual


def test_a_finding_lists_the_records_like_it_and_sends_some_to_be_checked(
    stores: Stores, quality: Quality, checks: Checks, clock: HandClock
) -> None:
    quality.set_rules(RULES, "boss")
    checked(stores, checks, range(1), "Hoa")
    quality.set_rules(replace(RULES, rate=0.0), "boss")
    first = clock.now
    clock.pass_time(days=1)
    like = [read(stores, n, record=named("Lan")) for n in range(10, 15)]
    read(stores, 20, record=replace(named("Lan"), engine=EngineInfo("test", "2")))
    read(stores, 21, record=replace(named("Lan"), fields=()))
    read(stores, 22, record=named("Lan"), branch="b02")
    keyed_by_hand = read(stores, 23, Outcome.REVIEW, record=named("Lan"))
    corrected(stores, keyed_by_hand, {"child.full_name": "Lan"})
    (found,) = quality.findings("b01")
    assert found.outcome is CheckOutcome.DIFFERS
    risk = quality.at_risk(found.id, "b01")
    assert (risk.records, set(risk.newest)) == (5, set(like))
    assert risk.since and risk.since > first
    assert quality.at_risk(found.id, "*").records == 6
    with pytest.raises(NotFound):
        quality.at_risk(found.id, "b02")
    assert quality.send(found.id, "b01", 3, "boss") == 3
    assert quality.at_risk(found.id, "b01").records == 2
    while task := checks.take("per_a", "b01"):
        checks.key(task.id, "per_a", "b01", keyed("Lan"))
    (rate,) = quality.rates("*")
    assert rate.samples == 1  # what a supervisor picked says nothing of the rest
    assert quality.redraw("*").extra == ()
