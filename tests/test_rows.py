"""Rows of a table that the machine missed: which may be added, what they hold, where they ought to stand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.document import Field, FieldStatus, FormMatch, Record, Source
from digitizer.review import Author, Change, correct, faults
from digitizer.rows import Row, beyond, expected, rows_in, unseen
from digitizer.template import edition_of, load_templates
from digitizer.wire import record_from_json, record_to_json
from tests.web.world import answer, sample_record

CT01 = edition_of("ct01", "tt53-2025", load_templates())
WHO = Author("per_an", "2026-11-30T00:00:00Z")
LEFTS = {"full_name": 30.0, "date_of_birth": 85.0, "sex": 115.0, "personal_id": 130.0, "relation": 165.0}
TOP, PITCH = 180.0, 8.5


def cell(row: int, column: str, page: int = 1) -> Field:
    top = TOP + row * PITCH
    left = LEFTS[column]
    kind = {"full_name": "person_name", "date_of_birth": "date", "sex": "sex", "relation": "relation"}.get(
        column, "personal_id")
    corners = ((left, top), (left + 20, top), (left + 20, top + PITCH), (left, top + PITCH))
    return replace(answer(f"members[{row}].{column}", kind, "x", None, 0.9), page=page, polygon_mm=(corners,))


def paper(*rows: int, page: int = 1) -> Record:
    fields = tuple(cell(row, column, page) for row in rows for column in LEFTS)
    return replace(sample_record(), form=FormMatch("ct01", "tt53-2025", 0.99), fields=fields)


def added(record: Record, row: int) -> Record:
    assert CT01 is not None
    return correct(record, {f"members[{row}].full_name": Change(raw="Lê Thị Thử")}, WHO, 0.95, (CT01,))


@given(st.sets(st.integers(0, 8), min_size=1), st.integers(0, 8))
def test_a_missing_row_is_expected_where_the_print_has_it(rows: set[int], missing: int) -> None:
    """The rows are printed at one distance, so any of those seen tell where any other stands."""
    assert CT01 is not None
    place = expected(paper(*sorted(rows)), Row("members", missing), CT01)
    assert place.page == 1 and place.pitch_mm == pytest.approx(PITCH)
    for column in LEFTS:
        (corners,) = place.boxes[f"members[n].{column}"]
        (wanted,) = cell(missing, column).polygon_mm
        assert [p for corner in corners for p in corner] == pytest.approx([p for c in wanted for p in c], abs=0.02)


def test_a_row_below_the_page_or_over_other_print_has_a_page_and_no_place() -> None:
    assert CT01 is not None
    assert expected(paper(0), Row("members", 20), CT01).boxes == {}
    business = edition_of("ho-kinh-doanh", "tt68-2025", load_templates())
    assert business is not None
    first, capital = replace(cell(0, "sex"), id="industries[0].name"), replace(cell(1, "sex"), id="capital")
    record = replace(paper(), form=FormMatch(business.id, business.edition, 0.9), fields=(capital, first))
    place = expected(record, Row("industries", 1), business)
    assert (place.page, place.boxes) == (1, {})


def test_without_any_row_the_page_of_what_is_printed_before_is_told() -> None:
    assert CT01 is not None
    before = replace(answer("request", "text", "Nhập khẩu", "Nhập khẩu", 0.9), page=2)
    place = expected(replace(paper(), fields=(before,)), Row("members", 0), CT01)
    assert (place.page, place.boxes) == (2, {})
    assert expected(paper(), Row("members", 0), CT01).page is None


def test_an_added_row_is_whole_in_its_place_and_a_persons() -> None:
    assert CT01 is not None
    record = added(paper(0, 2), 1)
    assert [f.id for f in record.fields] == [f"members[{n}].{column}" for n in range(3) for column in LEFTS]
    new = [f for f in record.fields if f.id.startswith("members[1]")]
    assert [f.status for f in new] == [FieldStatus.FILLED] + [FieldStatus.BLANK] * 4
    for f in new:
        assert f.source is Source.PERSON and unseen(f) and f.page == 1 and f.polygon_mm
        assert f.correction and (f.correction.author, f.correction.source) == ("per_an", Source.NONE)
    assert record_from_json(record_to_json(record)) == record


def test_rows_follow_one_another() -> None:
    assert CT01 is not None
    record = added(added(paper(), 0), 1)
    assert rows_in(record.fields, "members") == (0, 1)
    assert set(faults(record, {"members[3].sex": Change(raw="Nam")}, (CT01,))) == {"members[3].sex"}
    wanted = {"members[3].sex": Change(raw="Nam"), "members[2].sex": Change(raw="Nữ")}
    assert faults(record, wanted, (CT01,)) == {}
    assert rows_in(correct(record, wanted, WHO, 0.95, (CT01,)).fields, "members") == (0, 1, 2, 3)


@given(st.sets(st.integers(0, 12)), st.sets(st.integers(0, 12)))
def test_no_row_is_left_out_behind_the_last_one(there: set[int], wanted: set[int]) -> None:
    rows = {Row("members", n) for n in wanted - there}
    refused = {r.number for r in beyond(paper(*sorted(there)), rows)}
    after = there | (wanted - there - refused)
    last = max(there, default=-1)
    assert sorted(n for n in after if n > last) == list(range(last + 1, last + 1 + sum(n > last for n in after)))
    assert not refused or last + 1 + sum(n > last for n in after) not in wanted


def test_a_paper_without_that_table_takes_no_row() -> None:
    record = replace(paper(), form=FormMatch("khai-sinh", "tt04-2024", 0.9))
    (fault,) = faults(record, {"members[0].full_name": Change(raw="Lê Thị Thử")}, load_templates()).values()
    assert fault.code == "unknown_field"
