"""Paths and likelihoods against brute force on tiny alphabets."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.engines.ctc_beam import Beam, Search
from digitizer.engines.ctc_paths import NEVER, aligned, characters, collapsed, ctc_score, greedy_path

CLASSES = ("", "a", "b")


def line(seed: int, steps: int, classes: int = 3, sharpness: float = 2.0) -> np.ndarray:
    """Random log-probabilities of one line."""
    scores = np.random.default_rng(seed).normal(0, sharpness, (steps, classes))
    return (scores - np.log(np.exp(scores).sum(1, keepdims=True))).astype(np.float32)


def likelihoods(logp: np.ndarray) -> dict[str, float]:
    """Probability of every text, all paths tried."""
    found: dict[str, float] = {}
    for path in itertools.product(range(logp.shape[1]), repeat=len(logp)):
        text = "".join(CLASSES[k] for k in collapsed(path))
        found[text] = found.get(text, 0.0) + math.exp(sum(float(logp[t, k]) for t, k in enumerate(path)))
    return found


@given(st.integers(0, 10_000), st.integers(1, 6))
def test_likelihood_equals_brute_force(seed: int, steps: int) -> None:
    logp = line(seed, steps)
    found = likelihoods(logp)
    texts = sorted(found)
    assert np.exp(ctc_score(logp, CLASSES, texts)) == pytest.approx([found[t] for t in texts], rel=1e-4)
    assert np.exp(ctc_score(logp, CLASSES, texts)).sum() == pytest.approx(1, rel=1e-4)


def test_likelihood_of_what_cannot_stand_there() -> None:
    logp = line(1, 3)
    scores = ctc_score(logp, CLASSES, ["aabb", "x", "aa", ""])
    assert scores[0] <= NEVER / 2  # four letters, two of them doubled, need six steps
    assert scores[1] <= NEVER
    assert scores[2] == pytest.approx(float(logp[0, 1] + logp[1, 0] + logp[2, 1]), rel=1e-4)
    assert scores[3] == pytest.approx(float(logp[:, 0].sum()), rel=1e-4)


@given(st.integers(0, 10_000), st.integers(1, 12))
def test_greedy_letters_are_the_collapsed_path(seed: int, steps: int) -> None:
    logp = line(seed, steps)
    path = greedy_path(logp)
    found = characters(logp, CLASSES, path)
    assert [c.text for c in found] == [CLASSES[k] for k in collapsed(path.tolist())]
    for letter in found:
        assert all(CLASSES[path[t]] == letter.text for t in range(letter.first, letter.last + 1))
        assert 0 < letter.probability <= 1
        assert all(p <= letter.probability + 1e-6 for _, p in letter.alternatives)
        assert letter.text not in [other for other, _ in letter.alternatives]


@given(st.integers(0, 10_000), st.integers(4, 10), st.text("ab", min_size=1, max_size=3))
def test_aligned_letters_stand_in_order(seed: int, steps: int, text: str) -> None:
    found = aligned(line(seed, steps), CLASSES, text)
    if steps < len(text) + sum(a == b for a, b in itertools.pairwise(text)):
        assert found == ()
        return
    assert "".join(c.text for c in found) == text
    assert all(c.first <= c.last for c in found)
    assert all(one.last < other.first for one, other in itertools.pairwise(found))


def test_a_line_too_short_is_not_aligned() -> None:
    assert aligned(line(1, 2), CLASSES, "aa") == ()
    assert aligned(line(1, 2), CLASSES, "x") == ()


@given(st.integers(0, 10_000), st.integers(1, 7))
def test_beam_finds_at_least_what_greedy_finds(seed: int, steps: int) -> None:
    logp = line(seed, steps)
    found = Beam(CLASSES, Search(width=50, least=1e-9)).run(logp)
    greedy = "".join(CLASSES[k] for k in collapsed(greedy_path(logp).tolist()))
    best, free = ctc_score(logp, CLASSES, [found[0].text, greedy])
    assert best >= free - 2e-3  # steps surer than CERTAIN are followed in their best class alone
    assert [f.score for f in found] == sorted((f.score for f in found), reverse=True)


@given(st.integers(0, 10_000))
def test_a_wide_beam_counts_all_paths(seed: int) -> None:
    logp = line(seed, 5, sharpness=1.0)
    found = {f.text: f.picture for f in Beam(CLASSES, Search(width=500, least=1e-12)).run(logp)}
    wanted = likelihoods(logp)
    for text, score in found.items():
        assert math.exp(score) == pytest.approx(wanted[text], abs=5e-3)


def test_masked_beam_keeps_to_its_letters() -> None:
    logp = line(3, 8)
    found = Beam(CLASSES, Search(allowed=frozenset("b"))).run(logp)
    assert all(set(f.text) <= {"b"} for f in found)
