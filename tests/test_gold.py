"""A gold set measures a reading: what is alike, what turned, when a loss is no noise, that others cannot read it."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer import gold
from digitizer.calibration import DATA, calibration, features, save, use
from digitizer.document import Evidence, FieldStatus
from digitizer.errors import UsageError
from digitizer.gold import GoldField, Line, compare, lines, same
from digitizer.refit import Seen, fit, log_loss, refitted
from tests.web.world import sample_record

NAME = GoldField(
    record_id="rec_1", document_id="doc_1", file="a.pdf", sha256="0" * 64, form_id="khai-sinh", edition="tt04-2024",
    pages=(1,), field_id="child.full_name", type="person_name", page=1, polygon_mm=[], status="filled",
    raw="Nguyễn Thị Mẫu", was_status="filled", was_raw="Nguyễn Thi Mẫu", was_confidence=0.61, engine="test 1",
    author="per_a", at="2026-11-29T08:00:00Z", how="review", double=False,
)


def test_it_is_kept_for_its_owner_only_and_comes_back_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "gold"
    assert gold.save(folder, [NAME, replace(NAME, field_id="child.sex", raw="Nữ")]) == 2
    assert gold.load(folder) == [NAME, replace(NAME, field_id="child.sex", raw="Nữ")]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / gold.LINES).stat().st_mode) == 0o600
    (folder / gold.LINES).write_text("{}\n", encoding="utf-8")
    with pytest.raises(UsageError):
        gold.load(folder)


@pytest.mark.parametrize(("a", "b", "alike"), [
    (("filled", "Hoà"), ("filled", "Hoà"), True), (("filled", "Hoà"), ("filled", " Hoà  "), True),
    (("filled", "Hoà"), ("filled", "hoà"), False), (("blank", ""), ("not_found", ""), True),
    (("blank", ""), ("struck", "x"), False), (("illegible", "abc"), ("illegible", ""), True),
    (("filled", "không"), ("none_stated", "không"), True), (("filled", "a"), ("blank", ""), False),
])
def test_what_is_alike(a: tuple[str, str], b: tuple[str, str], alike: bool) -> None:
    assert same(*a, *b) is same(*b, *a) is alike


def test_fields_are_found_in_the_document_on_their_pages() -> None:
    other = replace(sample_record(), pages=(2, 3))
    right = replace(NAME, field_id="child.sex", type="sex", raw="Nữ", was_raw="Nam")
    gone = replace(NAME, record_id="rec_9", pages=(7,))
    found = compare([NAME, right, gone], lambda file: [other, sample_record()] if file == "a.pdf" else [])
    assert [(c.gold.was_right, c.right) for c in found] == [(False, False), (False, True), (False, False)]
    everything, name, sex = lines(found)
    assert (everything.name, everything.fields, everything.was_right, everything.now_right) == ("all", 3, 0, 1)
    assert (name.name, name.lost, name.won) == ("khai-sinh person_name", 0, 0)
    assert (sex.name, sex.lost, sex.won, sex.worse) == ("khai-sinh sex", 0, 1, False)


def test_a_row_that_is_missed_again_is_wrong_where_something_stands_in_it() -> None:
    row = replace(NAME, field_id="members[0].full_name", was_status="not_found", was_raw="", how="person")
    blank = replace(row, field_id="members[0].sex", type="sex", status="blank", raw="")
    found = compare([row, blank], lambda file: [sample_record()])
    assert [(c.gold.was_right, c.right) for c in found] == [(False, False), (True, True)]
    assert [c.right for c in compare([blank], lambda file: [])] == [False]  # the scan cannot be read any more


@given(st.integers(0, 60), st.integers(0, 60))
def test_worse_means_lost_beyond_a_coin(lost: int, won: int) -> None:
    line = Line("x", 200, 100, 100, lost, won)
    if line.worse:
        assert lost > won and lost >= 7  # seven in a row is the least that a coin does not do once in a hundred
    assert not Line("x", 200, 100, 100, won, lost).worse or not line.worse


def overconfident(count: int, seed: int) -> list[Seen]:
    """Readings that say 99 % and are right as often as the engine's share among all answers says."""
    dice, found = np.random.default_rng(seed), []
    for n in range(count):
        share = float(dice.uniform(0.4, 0.98))
        evidence = Evidence("person_name", 0.99, share=share)
        exact = bool(dice.random() < share)
        said = round(calibration().probability(evidence), 4)
        found.append(Seen("gold", n // 5, "person_name", FieldStatus.FILLED, exact, said, said, evidence, False))
    return found


def test_refitting_learns_what_corrections_show_and_can_be_used(tmp_path: Path) -> None:
    seen, others = overconfident(600, 1), overconfident(600, 2)
    found = fit(seen)
    assert log_loss(refitted(found, others)) < log_loss(others)
    path = tmp_path / "calibration.yaml"
    save(path, {**found, "fitted": {"gold": 600}}, "digitizer calibrate")
    shipped = calibration()
    use(path)
    try:
        assert calibration().fitted == {"gold": 600} and calibration().weights != shipped.weights
        assert len(calibration().weights) == len(features(Evidence("person_name", 0.9)))
        with pytest.raises(UsageError):
            use(tmp_path / "none.yaml")
    finally:
        use(DATA)
    assert calibration() == shipped
