"""Scores mean what they say: exactness, error rate, located regions, form names, calibration."""

from __future__ import annotations

from typing import Any

import pytest

from digitizer.score import (
    FieldScore,
    by,
    calibrate,
    comparable,
    coverage,
    is_located,
    score_document,
    score_field,
    summarize,
    wilson,
)

PAGE = {"width_mm": 210.0, "height_mm": 297.0, "skew_deg": 0.0, "dpi": 300}


def square(left: float, top: float, right: float, bottom: float) -> list[list[float]]:
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def truth(raw: str, kind: str = "person_name", ink: bool = True) -> dict[str, Any]:
    lines = [{"page": 1, "polygon_mm": square(50, 50, 90, 55)}] if ink and raw else []
    return {"raw": raw, "status": "filled" if raw else "blank", "type": kind, "ink": lines}


def got(raw: str, box: tuple[float, float, float, float] = (48, 48, 95, 57), page: int = 1) -> dict[str, Any]:
    return {"raw": raw, "page": page, "polygon_mm": [square(*box)], "confidence": 0.8}


def test_spaces_and_decomposed_letters_do_not_count_but_a_mark_does() -> None:
    assert score_field("a", truth("Trần Thị Hạnh"), got("Tra\u0302\u0300n  Thị Hạnh ")).exact
    wrong = score_field("a", truth("Trần Thị Hạnh"), got("Trần Thi Hạnh"))
    assert not wrong.exact
    assert wrong.edits == 1


def test_a_missing_field_costs_its_whole_length_and_a_flood_of_text_no_more() -> None:
    assert score_field("a", truth("Kinh"), None).edits == 4
    assert score_field("a", truth("Kinh"), got("Kinh Quốc tịch Việt Nam")).edits == 4


@pytest.mark.parametrize(("box", "page", "found"), [
    ((48, 48, 95, 57), 1, True),
    ((55, 48, 95, 57), 1, False),  # an eighth of the width is cut off
    ((48, 48, 95, 57), 2, False),
])
def test_located_needs_the_page_and_nine_tenths_of_the_ink(
    box: tuple[float, float, float, float], page: int, found: bool
) -> None:
    assert is_located(truth("Kinh")["ink"], got("", box, page), [PAGE, PAGE]) is found


def test_located_accepts_regions_of_the_levelled_page() -> None:
    tilted = {**PAGE, "skew_deg": 3.0}
    # the far left of the page, 55 mm from its middle, stands 5 mm lower when the lines rise by 3 degrees
    ink = [{"page": 1, "polygon_mm": square(5, 150, 15, 152)}]
    assert is_located(ink, got("", (4, 144, 16, 148)), [tilted])
    assert not is_located(ink, got("", (4, 144, 16, 148)), [PAGE])


def test_coverage_adds_up_over_regions() -> None:
    import numpy as np

    whole = [np.array(square(0, 0, 10, 10), dtype=float)]
    halves = [np.array(square(0, 0, 5, 10), dtype=float), np.array(square(5, 0, 10, 10), dtype=float)]
    assert coverage(whole, halves) == pytest.approx(1.0)
    assert coverage(whole, halves[:1]) == pytest.approx(0.5, abs=0.05)


def test_document_takes_the_record_of_the_right_form_and_counts_blanks_apart() -> None:
    paper = {
        "form": {"id": "ct01"}, "pages": [PAGE], "font": "Tinos", "quality": "medium",
        "fields": {"a": truth("Nam", "sex"), "b": truth("", "email"), "c": truth("", "phone")},
    }
    records = [
        {"form": {"id": None}, "fields": {}},
        {"form": {"id": "ct01"}, "fields": {"a": got("Nam"), "b": got(""), "c": got("7")}},
    ]
    document = score_document(paper, records)
    total = summarize([document])
    assert document.named_right
    assert (total.fields, total.exact, total.located) == (1, 1, 1)
    assert (total.blank_fields, total.blank_right) == (2, 1)
    assert set(by([document], lambda d, f: f.type)) == {"sex", "email", "phone"}
    assert not score_document(paper, records[:1]).named_right
    for edition, right in (("tt66-2023", True), ("tt53-2025", False)):
        told = [{**records[1], "form": {"id": "ct01", "edition": edition}}]
        assert score_document({**paper, "form": {"id": "ct01", "edition": "tt66-2023"}}, told).named_right is right
        assert score_document(paper, told).named_right


def test_an_answer_crossed_out_counts_apart_and_only_its_status_is_right() -> None:
    crossed = truth("Nam") | {"raw": "", "status": "struck"}
    paper = {"form": {"id": "ct01"}, "pages": [PAGE], "fields": {"a": crossed, "b": crossed, "c": truth("")}}
    told = {"a": got("") | {"status": "struck"}, "b": got("Nam") | {"status": "filled"}, "c": got("")}
    records: list[dict[str, Any]] = [{"form": {"id": "ct01"}, "fields": told}]
    total = summarize([score_document(paper, records)])
    assert (total.struck_fields, total.struck_right) == (2, 1)
    assert (total.fields, total.blank_fields, total.blank_right) == (0, 1, 1)


@pytest.mark.parametrize(("kind", "one", "other", "same"), [
    ("date", "05/03/1990", "Ngày 05 tháng 3 năm 1990", True), ("date", "05/03/1990", "05/03/1999", False),
    ("personal_id", "001 090 123456", "001090123456", True), ("integer", "02", "2", True),
    ("address", "phường Yên Hòa, Hà Nội", "Phường Yên Hoà Hà Nội", True),
    ("person_name", "Nguyễn Văn Hùng", "Nguyễn Văn Hưng", False), ("person_name", "Lê Thị Mơ", "Lê Thị Mo", False),
])
def test_values_compare_what_is_said(kind: str, one: str, other: str, same: bool) -> None:
    assert (comparable(kind, one) == comparable(kind, other)) is same


def test_wilson_and_calibration() -> None:
    low, high = wilson(50, 100)
    assert (low, high) == (pytest.approx(0.4038, abs=1e-3), pytest.approx(0.5962, abs=1e-3))
    fields = [
        FieldScore("a", "text", "x", "x" if i < 8 else "y", True, 0, None, True, 0.8) for i in range(10)
    ]
    result = calibrate(fields, (0.5, 0.9))
    assert result.ece == pytest.approx(0.0, abs=1e-9)
    assert result.accepted == ((0.5, 1.0, pytest.approx(0.2)), (0.9, 0.0, 0.0))
