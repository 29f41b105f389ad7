"""What is held back asks for a person, whoever decides again, until that person has answered."""

from __future__ import annotations

from digitizer.document import Outcome
from digitizer.options import Options
from digitizer.pipeline import settle
from digitizer.review import Author, Change, correct
from digitizer.stages.hold import NOTHING, hold
from tests.web.world import sample_record

OPTIONS = Options(accept_probability=0.5)
HELD = frozenset({("khai-sinh", "date")})


def test_a_held_kind_of_field_is_shown_to_a_person() -> None:
    draft = sample_record(Outcome.ACCEPT)
    passed = settle(draft, None, OPTIONS)
    assert passed.decision and passed.decision.outcome is Outcome.ACCEPT
    stopped = settle(draft, None, OPTIONS, HELD)
    assert stopped.decision and stopped.decision.outcome is Outcome.REVIEW
    assert [(r.code, r.field) for r in stopped.decision.reasons] == [("held", "child.date_of_birth")]
    elsewhere = settle(draft, None, OPTIONS, frozenset({("khai-tu", "date"), ("khai-sinh", "phone")}))
    assert elsewhere.decision == passed.decision


def test_it_lasts_until_that_field_is_answered() -> None:
    stopped = settle(sample_record(Outcome.ACCEPT), None, OPTIONS, HELD)
    author = Author("per_a", "2026-11-29T08:00:00Z")
    other = correct(stopped, {"child.sex": Change(raw="Nam")}, author, OPTIONS.accept_probability)
    assert other.decision and [r.code for r in other.decision.reasons] == ["held"]
    confirmed = correct(other, {"child.date_of_birth": Change()}, author, OPTIONS.accept_probability)
    assert confirmed.decision and confirmed.decision.outcome is Outcome.ACCEPT


def test_a_second_run_changes_nothing_and_an_empty_one_lifts_it() -> None:
    draft = sample_record(Outcome.ACCEPT)
    once = hold(draft, HELD)
    assert hold(once, HELD) == once and hold(once, NOTHING) == draft
