"""Sheets seen before, on SQLite and PostgreSQL: told within the branch and the month, once they were handed in."""

from __future__ import annotations

import pytest

from storage.base import Stores
from storage.workbench import Sheet, Sheets
from tests.contract.worlds import HandClock

ROW = bytes((40, 22, 60, 0, 255, 35, 71, 18, 55))
RESCANNED = bytes((41, 21, 62, 0, 255, 36, 70, 18, 54))
OTHER = bytes((40, 30, 44, 12, 255, 52, 71, 25, 80))


@pytest.fixture
def sheets(stores: Stores) -> Sheets:
    assert stores.workbench is not None
    return stores.workbench.sheets


def sheet(ink: bytes, form: str = "ct01/tt53-2025") -> Sheet:
    return Sheet(1, form, ink)


def test_a_rescan_is_told_once_the_first_was_sent(sheets: Sheets, clock: HandClock) -> None:
    sheets.note("b01", "a" * 64, [sheet(ROW)])
    assert sheets.seen("b01", "b" * 64, sheet(RESCANNED)) is None, "only looked at"
    sheets.sent("b01", ["a" * 64], "sub_1")
    seen = sheets.seen("b01", "b" * 64, sheet(RESCANNED))
    assert seen and (seen.submission_id, seen.likeness, seen.seen_at) == ("sub_1", 1.0, clock.now)
    assert sheets.seen("b01", "b" * 64, sheet(OTHER)) is None
    assert sheets.seen("b01", "b" * 64, sheet(RESCANNED, "ct02/tt53-2025")) is None
    assert sheets.seen("b02", "b" * 64, sheet(RESCANNED)) is None


def test_the_same_file_is_told_whatever_paper_it_is(sheets: Sheets) -> None:
    sheets.note("b01", "a" * 64, [Sheet(1), Sheet(2)])
    sheets.sent("b01", ["a" * 64], "sub_1")
    seen = sheets.seen("b01", "a" * 64, Sheet(1))
    assert seen and seen.submission_id == "sub_1"
    assert sheets.seen("b01", "b" * 64, Sheet(1)) is None


def test_looking_again_after_sending_forgets_nothing(sheets: Sheets) -> None:
    sheets.note("b01", "a" * 64, [sheet(ROW)])
    sheets.sent("b01", ["a" * 64], "sub_1")
    sheets.note("b01", "a" * 64, [sheet(ROW)])
    sheets.sent("b01", ["a" * 64], "sub_2")
    seen = sheets.seen("b01", "b" * 64, sheet(RESCANNED))
    assert seen and seen.submission_id == "sub_1"


def test_what_was_sent_is_known_for_a_month_the_rest_for_a_day(sheets: Sheets, clock: HandClock) -> None:
    sheets.note("b01", "a" * 64, [sheet(ROW)])
    sheets.sent("b01", ["a" * 64], "sub_1")
    sheets.note("b01", "c" * 64, [sheet(OTHER)])
    clock.pass_time(days=29)
    sheets.note("b01", "d" * 64, [])
    sheets.sent("b01", ["c" * 64], "sub_2")
    assert sheets.seen("b01", "b" * 64, sheet(RESCANNED)) and not sheets.seen("b01", "b" * 64, sheet(OTHER))
    clock.pass_time(days=2)
    assert sheets.seen("b01", "b" * 64, sheet(RESCANNED)) is None
