"""Goals are judged by what was read, digit by digit and document by document."""

from __future__ import annotations

from typing import Any

from bench.goals import digits_right, goal_rows
from bench.result import Plan, Reading, Result, Stranger
from digitizer.score import DocumentScore, score_document


def scored(file: str, got: dict[str, str], sure: float = 0.99) -> DocumentScore:
    truth = {
        "form": {"id": "ct01"}, "file": file, "pages": [],
        "fields": {
            "subject.personal_id": {"raw": "001190012345", "type": "personal_id", "ink": []},
            "subject.full_name": {"raw": "Lê Văn Mẫu", "type": "person_name", "ink": []},
        },
    }
    fields = {name: {"raw": raw, "confidence": sure, "polygon_mm": []} for name, raw in got.items()}
    return score_document(truth, [{"form": {"id": "ct01"}, "fields": fields}])


RIGHT = {"subject.personal_id": "001190012345", "subject.full_name": "Lê Văn Mẫu"}
WRONG = {"subject.personal_id": "001190012346", "subject.full_name": "Lê Văn Mẫu"}


def told(*scores: DocumentScore, outcomes: dict[str, str]) -> dict[str, list[str]]:
    records: dict[str, Any] = {
        name: [{"form": {"id": "ct01"}, "decision": {"outcome": outcome}}] for name, outcome in outcomes.items()
    }
    ours = Reading("digitizer", scores, pages=4, cpu_s=2.0, wall_s=2.0)
    strangers = (Stranger("a", "scan", None, ()), Stranger("b", "scan", None, ("ct01",)))
    result = Result(Plan(), ours, (), {}, {}, strangers, records, ())
    return {row[0]: row[1:] for row in goal_rows(result)}


def test_digits_count_one_by_one_and_names_not_at_all() -> None:
    assert digits_right([scored("a", RIGHT)]) == 1
    assert digits_right([scored("a", RIGHT), scored("b", WRONG)]) == 1 - 1 / 24
    assert digits_right([scored("a", {})]) == 0
    assert digits_right([]) is None


def test_only_documents_that_pass_release_their_fields() -> None:
    rows = told(scored("a", RIGHT), scored("b", WRONG), outcomes={"a": "accept", "b": "review"})
    assert rows["documents that pass without a person"] == ["50.0 %", "85.0 %", "no"]
    assert rows["wrong among the 2 fields released so"] == ["0.00 %", "at most 0.29 %", "yes"]
    worse = told(scored("a", RIGHT), scored("b", WRONG), outcomes={"a": "accept", "b": "accept"})
    assert worse["wrong among the 4 fields released so"] == ["25.00 %", "at most 0.29 %", "no"]


def test_papers_named_wrongly_and_seconds_are_told() -> None:
    rows = told(scored("a", RIGHT), outcomes={"a": "accept"})
    assert rows["the same, 2 other papers"] == ["50.0 %", "99.0 %", "no"]
    assert rows["CPU seconds a page, digitizer"] == ["0.50", "at most 0.6", "yes"]
    assert rows["the same, hand-print fonts"][-1] == "not measured"
