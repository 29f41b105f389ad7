"""Bounds of shares against published values and their own definition; plans that keep what they promise."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.bounds import FALSE_ALARM, SURE, at_least_by_chance, at_most, lower_bound, plan, upper_bound


@pytest.mark.parametrize(("wrong", "samples", "low", "high"), [
    # two-sided 95 % limits, that is one-sided 97.5 % each: Newcombe 1998, Statistics in Medicine 17, table I, method 5
    (81, 263, 0.2527, 0.3676), (15, 148, 0.0578, 0.1617), (0, 20, 0.0, 0.1684), (1, 29, 0.0009, 0.1776),
])
def test_as_published(wrong: int, samples: int, low: float, high: float) -> None:
    assert lower_bound(wrong, samples, 0.975) == pytest.approx(low, abs=5e-5)
    assert upper_bound(wrong, samples, 0.975) == pytest.approx(high, abs=5e-5)


@given(st.integers(1, 5000))
def test_nothing_wrong_has_a_closed_form(samples: int) -> None:
    """The rule of three: 1 - 0.05 ^ (1 / n), nearly 3 / n."""
    assert upper_bound(0, samples) == pytest.approx(1 - (1 - SURE) ** (1 / samples), rel=1e-9)
    assert lower_bound(samples, samples) == pytest.approx((1 - SURE) ** (1 / samples), rel=1e-9)


@given(st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_bound_is_where_the_tail_has_five_percent_left(counted: tuple[int, int]) -> None:
    wrong, samples = counted
    low, high = lower_bound(wrong, samples), upper_bound(wrong, samples)
    assert 0 <= low <= wrong / samples <= high <= 1
    if wrong < samples:
        assert at_most(wrong, samples, high) == pytest.approx(1 - SURE, rel=1e-6)
    if wrong > 0:
        assert 1 - at_most(wrong - 1, samples, low) == pytest.approx(1 - SURE, rel=1e-6)


@given(st.integers(0, 40), st.integers(0, 40), st.floats(0.001, 0.999))
def test_the_tail_is_the_sum_of_its_terms(wrong: int, more: int, share: float) -> None:
    samples = wrong + more
    terms = (math.comb(samples, k) * share ** k * (1 - share) ** (samples - k) for k in range(wrong + 1))
    assert at_most(wrong, samples, share) == pytest.approx(math.fsum(terms), rel=1e-9)


@given(st.integers(1, 400), st.integers(0, 400))
def test_more_samples_and_fewer_errors_never_raise_the_bound(samples: int, wrong: int) -> None:
    wrong = min(wrong, samples)
    assert upper_bound(wrong, samples + 1) <= upper_bound(wrong, samples) + 1e-12
    assert upper_bound(min(wrong + 1, samples), samples) >= upper_bound(wrong, samples) - 1e-12


def test_a_count_covers_the_true_share_at_least_nineteen_times_in_twenty() -> None:
    dice = random.Random(20261129)
    for share in (0.003, 0.02, 0.2):
        held = sum(upper_bound(sum(dice.random() < share for _ in range(150)), 150) >= share for _ in range(1000))
        assert held >= 930  # 950 expected at the least; 930 is three standard deviations below


@given(st.floats(0.0005, 0.02), st.floats(3, 20))
def test_a_plan_keeps_its_two_promises(target: float, times: float) -> None:
    ceiling = target * times
    made = plan(target, ceiling)
    assert upper_bound(made.allowed, made.samples) <= ceiling < upper_bound(made.allowed + 1, made.samples)
    assert 1 - at_most(made.allowed, made.samples, target) <= FALSE_ALARM


@pytest.mark.parametrize(("target", "ceiling"), [(0.0, 0.1), (0.1, 0.1), (0.2, 0.1), (0.1, 1.0)])
def test_no_plan_for_what_cannot_be(target: float, ceiling: float) -> None:
    with pytest.raises(ValueError):
        plan(target, ceiling)


@given(st.lists(st.floats(0, 1), max_size=9), st.integers(0, 10))
def test_chances_of_their_own_add_up(chances: list[float], wrong: int) -> None:
    """Against every outcome counted one by one."""
    total = 0.0
    for outcome in range(2 ** len(chances)):
        bits = [outcome >> i & 1 for i in range(len(chances))]
        if sum(bits) >= wrong:
            total += math.prod(c if b else 1 - c for c, b in zip(chances, bits, strict=True))
    assert at_least_by_chance(wrong, chances) == pytest.approx(total, abs=1e-9)
