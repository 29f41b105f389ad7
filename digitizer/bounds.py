"""How far a share may be from what was counted: takes errors and samples, gives exact bounds and what they allow.

Clopper and Pearson (1934): the bound is the share at which a count as lucky as this one, or luckier, has 5 % left.
It never promises more than it keeps; found by halving, as the tail falls steadily with the share."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

SURE = 0.95  # of each one-sided bound
FALSE_ALARM = 0.001  # of a system that is exactly as good as its target, at one look


def at_most(wrong: int, samples: int, share: float) -> float:
    """Probability of `wrong` or fewer among `samples`, each wrong with `share` (binomial)."""
    if share <= 0 or wrong >= samples:
        return 1.0
    if share >= 1:
        return 0.0
    odds = math.log(share) - math.log1p(-share)
    term = samples * math.log1p(-share)
    total = math.exp(term)
    for k in range(1, wrong + 1):
        term += math.log((samples - k + 1) / k) + odds
        total += math.exp(term)
    return min(1.0, total)


def upper_bound(wrong: int, samples: int, sure: float = SURE) -> float:
    """The share wrong is below this with probability `sure` (one-sided); 1 where nothing was counted."""
    if wrong >= samples:
        return 1.0
    return _halved(lambda share: at_most(wrong, samples, share) > 1 - sure)


def lower_bound(wrong: int, samples: int, sure: float = SURE) -> float:
    """The share wrong is above this with probability `sure` (one-sided); 0 where nothing was wrong."""
    if wrong <= 0:
        return 0.0
    return _halved(lambda share: 1 - at_most(wrong - 1, samples, share) < 1 - sure)


def _halved(below: Callable[[float], bool]) -> float:
    """The share from 0 to 1 up to which `below` holds."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) else (low, middle)
    return (low + high) / 2


@dataclass(frozen=True, slots=True)
class Plan:
    """An acceptance sampling plan: of the last `samples` at most `allowed` may be wrong. Then the upper bound is at or
    below the ceiling; and what is as good as its target fails one look in a thousand."""

    samples: int
    allowed: int


@cache
def plan(target: float, ceiling: float) -> Plan:
    """The smallest plan for a share wrong aimed at and the bound that must not be left; 0 < target < ceiling < 1."""
    if not 0 < target < ceiling < 1:
        raise ValueError("a target lies between 0 and its ceiling, and the ceiling below 1")
    allowed = 0
    while True:
        samples = _needed(allowed, ceiling)
        if 1 - at_most(allowed, samples, target) <= FALSE_ALARM:
            return Plan(samples, allowed)
        allowed += 1


def _needed(allowed: int, ceiling: float) -> int:
    """The fewest samples among which `allowed` wrong keep the upper bound at or below the ceiling."""
    low, high = allowed + 1, 2 * (allowed + 1)
    while at_most(allowed, high, ceiling) > 1 - SURE:
        low, high = high, 2 * high
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if at_most(allowed, middle, ceiling) > 1 - SURE else (low, middle)
    return low


def at_least_by_chance(wrong: int, chances: Sequence[float]) -> float:
    """Probability that `wrong` or more come out when each is wrong with a chance of its own (Poisson binomial)."""
    tail = [1.0] + [0.0] * wrong  # exactly k so far; the last place: wrong or more
    for chance in chances:
        for k in range(wrong, 0, -1):
            stays = 1.0 if k == wrong else 1 - chance
            tail[k] = tail[k] * stays + tail[k - 1] * chance
        tail[0] *= 1 - chance
    return tail[wrong] if wrong else 1.0
