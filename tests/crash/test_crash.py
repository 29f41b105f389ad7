"""A small storm at every change; the full one is `python -m tests.crash`."""

from __future__ import annotations

from pathlib import Path

from tests.crash.__main__ import run


def test_no_acknowledged_upload_is_lost_in_a_storm_of_kills(tmp_path: Path) -> None:
    history, verdict = run(uploads=60, kills=12, seed=20260701, folder=tmp_path)
    assert verdict.faults == [], f"seed 20260701, kills {dict(history.kills)}"
    assert (verdict.acknowledged, verdict.lost) == (60, 0)
    assert sum(history.kills.values()) == 12
