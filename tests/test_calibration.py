"""Confidence is a measured probability: more evidence never lowers it, and thresholds keep to the error aimed at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.calibrate import NAMES, logistic, shares, thresholds
from bench.confidence import Seen, expected_error
from digitizer.calibration import calibration, features
from digitizer.document import Evidence, FieldStatus
from digitizer.template import FieldType

shares_of_one = st.floats(0, 1)


def probability(evidence: Evidence) -> float:
    return calibration().probability(evidence)


@given(st.sampled_from([t.value for t in FieldType]), shares_of_one, shares_of_one, shares_of_one, shares_of_one)
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


def test_the_shipped_calibration_says_where_it_comes_from() -> None:
    found = calibration()
    assert found.fitted["fields"] > 1000
    assert found.fitted["date"] >= "2026-11-26"
    assert len(found.weights) == len(NAMES) == len(features(Evidence("text", 0.5)))
    assert probability(Evidence("person_name", 0.999)) > 0.97
    assert probability(Evidence("person_name", 0.4, 1 / 3)) < found.threshold("person_name")
    assert all(0.5 < share < 1 for share in found.thresholds.values())


def test_an_unknown_type_has_a_threshold() -> None:
    assert calibration().threshold("not a type") == calibration().threshold("other")


def test_logistic_finds_the_shares_it_is_given() -> None:
    rng = np.random.default_rng(1)
    rows = np.hstack([np.ones((20_000, 1)), rng.normal(size=(20_000, 1))])
    chance = 1 / (1 + np.exp(-(1.5 + 0.8 * rows[:, 1])))
    weights = logistic(rows, (rng.random(20_000) < chance).astype(float), np.array([0.01, 0.01]))
    assert weights == pytest.approx([1.5, 0.8], abs=0.1)


def test_what_passes_a_threshold_is_wrong_as_often_as_allowed() -> None:
    chances = np.concatenate([np.full(1000, 0.9995), np.linspace(0.7, 0.995, 200)])
    found = thresholds(["text"] * len(chances), chances)["text"]
    passes = chances[chances >= found]
    assert 0.001 < (1 - passes).mean() <= 0.0029
    assert len(passes) > 1000


def seen(confidence: float, exact: bool, before: float = 0.5, status: FieldStatus = FieldStatus.FILLED) -> Seen:
    return Seen("typed", 0, "text", status, exact, confidence, before, Evidence("text", 0.5), True)


def test_shares_of_checks_are_those_of_fields_they_changed() -> None:
    known = calibration().shares["conflict"]
    many = [seen(known, True, before=0.9)] * 90 + [seen(known, False, before=0.9)] * 10 + [seen(0.7, False)] * 50
    assert shares(many)["conflict"] == pytest.approx((90 + 10 * known) / 110, abs=1e-3)


def test_expected_error_is_none_where_confidence_is_the_share_right() -> None:
    assert expected_error([seen(0.9, True)] * 9 + [seen(0.9, False)]) == pytest.approx(0)
    assert expected_error([seen(0.9, True)] * 5 + [seen(0.9, False)] * 5) == pytest.approx(0.4)
