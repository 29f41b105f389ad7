"""Confidence is a measured probability: more evidence never lowers it, and thresholds keep to the error aimed at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.calibration import calibration, features
from digitizer.document import Evidence, FieldStatus
from digitizer.refit import NAMES, Seen, expected_error, logistic, shares, signed, thresholds
from digitizer.template import FieldType

shares_of_one = st.floats(0, 1)


def probability(evidence: Evidence) -> float:
    return calibration().probability(evidence)


KINDS = st.sampled_from([t.value for t in FieldType])


@given(KINDS, shares_of_one, shares_of_one, shares_of_one, shares_of_one)
def test_a_surer_reading_is_never_less_probable(
    kind: str, one: float, other: float, agreed: float, page: float
) -> None:
    low, high = sorted((one, other))
    surer = Evidence(kind, high, agreed, page=page)
    assert probability(replace(surer, read=low)) <= probability(surer) + 1e-9
    assert 0 <= probability(surer) <= 1


@given(shares_of_one, shares_of_one, shares_of_one)
def test_manners_that_agree_speak_for_a_reading(read: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert probability(Evidence("text", read, low)) <= probability(Evidence("text", read, high)) + 1e-9


@given(KINDS, shares_of_one, shares_of_one, shares_of_one, shares_of_one)
def test_an_answer_without_rivals_on_a_good_picture_is_never_less_probable(
    kind: str, read: float, share: float, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    best = Evidence(kind, read, share=high, page=share)
    assert probability(replace(best, share=low)) <= probability(best) + 1e-9
    clear = Evidence(kind, read, share=share, page=high)
    assert probability(replace(clear, page=low)) <= probability(clear) + 1e-9


def test_on_a_page_worse_than_any_measured_nothing_is_surer_than_the_engine_says() -> None:
    assert probability(Evidence("address", 0.85, page=0.6)) <= 0.85 < calibration().threshold("address")


def test_the_shipped_calibration_says_where_it_comes_from() -> None:
    found = calibration()
    assert found.fitted["fields"] > 1000
    assert found.fitted["date"] >= "2026-11-26"
    assert len(found.weights) == len(NAMES) == len(features(Evidence("text", 0.5)))
    assert probability(Evidence("person_name", 0.999)) > 0.97
    assert probability(Evidence("person_name", 0.4, 1 / 3, share=0.5)) < found.threshold("person_name")
    assert all(0.5 < share < 1 for share in found.thresholds.values())


def test_an_unknown_type_has_a_threshold() -> None:
    assert calibration().threshold("not a type") == calibration().threshold("other")


def test_logistic_finds_the_shares_it_is_given() -> None:
    rng = np.random.default_rng(1)
    rows = np.hstack([np.ones((20_000, 1)), rng.normal(size=(20_000, 1))])
    chance = 1 / (1 + np.exp(-(1.5 + 0.8 * rows[:, 1])))
    weights = logistic(rows, (rng.random(20_000) < chance).astype(float), np.array([0.01, 0.01]))
    assert weights == pytest.approx([1.5, 0.8], abs=0.1)


def seen(confidence: float, exact: bool, before: float = 0.5, status: FieldStatus = FieldStatus.FILLED) -> Seen:
    return Seen("typed", 0, "text", status, exact, confidence, before, Evidence("text", 0.5), True)


def test_shares_of_checks_are_those_of_fields_they_changed() -> None:
    known = calibration().shares["conflict"]
    many = [seen(known, True, before=0.9)] * 90 + [seen(known, False, before=0.9)] * 10 + [seen(0.7, False)] * 50
    assert shares(many)["conflict"] == pytest.approx((90 + 10 * known) / 110, abs=1e-3)


def test_expected_error_is_none_where_confidence_is_the_share_right() -> None:
    assert expected_error([seen(0.9, True)] * 9 + [seen(0.9, False)]) == pytest.approx(0)
    assert expected_error([seen(0.9, True)] * 5 + [seen(0.9, False)] * 5) == pytest.approx(0.4)


def one(document: int, kind: str = "text") -> Seen:
    return Seen("typed", document, kind, FieldStatus.FILLED, True, 0.9, 0.9, Evidence(kind, 0.9), False)


def test_what_goes_out_is_wrong_as_often_as_allowed() -> None:
    written = [one(number) for number in range(1000) for _ in range(2)]
    chances = np.array([c for share in np.linspace(0.9, 0.9999, 1000) for c in (share, 0.9999)])
    bar = thresholds(written, chances)["other"]
    out = np.repeat(chances[::2] >= bar, 2)
    assert 0.002 < (1 - chances[out]).mean() <= 0.0029
    assert 0.05 < out.mean() < 0.5


def test_a_type_of_which_less_is_allowed_passes_later() -> None:
    written = [one(number, kind) for number in range(1000) for kind in ("text", "personal_id")]
    chances = np.array([c for share in np.linspace(0.99, 0.9999, 1000) for c in (0.9999, share)])
    found = thresholds(written, chances)
    assert found["personal_id"] > found["other"]


def test_no_feature_speaks_against_what_it_means() -> None:
    rng = np.random.default_rng(1)
    rows = np.hstack([np.ones((5000, 1)), rng.normal(size=(5000, 6))])
    right = (rng.random(5000) < 1 / (1 + np.exp(-(2 - rows[:, 1] + rows[:, 2])))).astype(float)
    weights = signed(rows, right, np.full(7, 0.01))
    assert weights[1] == 0  # it was seen to speak against; what the engine says never does
    assert weights[2] == pytest.approx(1.0, abs=0.15)
