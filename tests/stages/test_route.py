"""The decision: as sure as the worst required field, and every reason a sentence for the clerk."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitizer.document import EngineInfo, Field, FieldStatus, Finding, FormMatch, Outcome, Record, Registry, Source
from digitizer.stages.route import NOTES, route

FORM = FormMatch("khai-sinh", "tt04-2024", 0.99)


def field(leaf: str = "full_name", confidence: float = 0.99, status: FieldStatus = FieldStatus.FILLED,
          required: bool = True) -> Field:
    return Field(f"requester.{leaf}", f"Mục {leaf}:", "text", status, raw="x", value="x", confidence=confidence,
                 required=required)


def record(*fields: Field, form: FormMatch | None = FORM, findings: tuple[Finding, ...] = ()) -> Record:
    return Record("a.pdf", (1,), form, fields, EngineInfo("none", "0"), findings=findings)


def outcome(subject: Record, accept: float = 0.95) -> tuple[Outcome, list[str]]:
    decision = route(subject, accept).decision
    assert decision is not None
    assert all(r.message and r.message[0].isupper() for r in decision.reasons)
    return decision.outcome, [r.code for r in decision.reasons]


def test_sure_and_whole_is_accepted() -> None:
    assert outcome(record(field(), field("relation"))) == (Outcome.ACCEPT, [])


def test_a_threshold_of_nought_lets_every_reading_pass_and_none_is_the_calibrated_one() -> None:
    assert outcome(record(field("relation", 0.01)), 0.0) == (Outcome.ACCEPT, [])
    decided = route(record(field("relation", 0.01)), None).decision
    assert decided is not None
    assert [r.code for r in decided.reasons] == ["low_confidence"]


def test_unknown_paper() -> None:
    assert outcome(record(form=None)) == (Outcome.UNKNOWN, ["unknown_form"])
    blank = Finding("blank_page", "clean", "Trang trắng, không có nội dung.", page=1)
    assert outcome(record(form=None, findings=(blank,))) == (Outcome.UNKNOWN, ["blank_document"])


def test_a_missing_page_asks_a_person_and_a_mended_order_does_not() -> None:
    missing = Finding("page_missing", "classify", "Thiếu trang.", page=1)
    mended = Finding("pages_reordered", "classify", "Các trang được quét không đúng thứ tự.")
    assert outcome(record(field(), findings=(missing,))) == (Outcome.REVIEW, ["page_missing"])
    assert outcome(record(field(), findings=(mended,))) == (Outcome.ACCEPT, [])
    first = Finding("first_page_missing", "classify", "Thiếu trang đầu.", page=1)
    assert outcome(record(form=None, findings=(first,))) == (Outcome.UNKNOWN, ["unknown_form", "first_page_missing"])


def test_low_confidence_names_the_field() -> None:
    decided = route(record(field(), field("relation", 0.9)), 0.95).decision
    assert decided is not None
    assert decided.outcome is Outcome.REVIEW
    assert decided.confidence == 0.9
    assert decided.reasons[0].code == "low_confidence"
    assert decided.reasons[0].field == "requester.relation"
    assert "Mục relation" in decided.reasons[0].message


def test_a_doubtful_optional_answer_is_shown_but_does_not_set_the_confidence() -> None:
    decided = route(record(field(), field("phone", 0.2, required=False)), 0.95).decision
    assert decided is not None
    assert (decided.outcome, decided.confidence) == (Outcome.REVIEW, 0.99)


@pytest.mark.parametrize(("status", "code"), [
    (FieldStatus.BLANK, "required_blank"), (FieldStatus.STRUCK, "required_struck"),
    (FieldStatus.ILLEGIBLE, "illegible"), (FieldStatus.NOT_FOUND, "label_not_found"),
    (FieldStatus.NONE_STATED, "required_none"),
])
def test_a_missing_required_field(status: FieldStatus, code: str) -> None:
    subject = record(field(), field("relation", status=status))
    assert outcome(subject) == (Outcome.REVIEW, [code])
    decided = route(subject, 0.95).decision
    assert decided is not None
    assert decided.confidence == 0.0


EMPTY = [FieldStatus.BLANK, FieldStatus.STRUCK, FieldStatus.NOT_FOUND, FieldStatus.NONE_STATED]


@pytest.mark.parametrize("status", EMPTY)
def test_a_missing_optional_field_is_no_reason(status: FieldStatus) -> None:
    assert outcome(record(field(), field("phone", status=status, required=False))) == (Outcome.ACCEPT, [])


def test_blank_with_number_is_fine_without_it_is_not() -> None:
    blank = field("ethnicity", status=FieldStatus.BLANK)
    assert outcome(record(field("identity_paper"), blank)) == (Outcome.ACCEPT, [])
    assert outcome(record(field(), blank)) == (Outcome.REVIEW, ["required_blank"])


def test_findings_ask_for_a_person_notes_do_not() -> None:
    finding = Finding("words_differ", "validate", "Ngày sinh bằng chữ khác bằng số.", field="requester.full_name")
    assert outcome(record(replace(field(), findings=(finding,)))) == (Outcome.REVIEW, ["words_differ"])
    for code in NOTES:
        assert outcome(record(field(), findings=(replace(finding, code=code),))) == (Outcome.ACCEPT, [])
    handwriting = Finding("possible_handwriting", "read", "Có thể là chữ viết tay.")
    assert outcome(record(field(), findings=(handwriting,))) == (Outcome.REVIEW, ["possible_handwriting"])


def test_one_reason_a_field_and_code() -> None:
    missing = field("relation", status=FieldStatus.NOT_FOUND)
    said = Finding("label_not_found", "register", "Không tìm thấy mục trên giấy.", field="requester.relation")
    assert outcome(record(field(), missing, findings=(said,))) == (Outcome.REVIEW, ["label_not_found"])


def test_what_a_person_has_looked_at_is_settled() -> None:
    finding = Finding("name_unusual", "validate", "Cần xem lại.", field="requester.full_name")
    settled = replace(field(confidence=0.997), source=Source.PERSON, findings=(finding,))
    assert outcome(record(settled)) == (Outcome.ACCEPT, [])


@pytest.mark.parametrize("status", [FieldStatus.BLANK, FieldStatus.STRUCK, FieldStatus.ILLEGIBLE])
def test_a_gap_that_a_person_confirms_holds_the_paper_no_longer(status: FieldStatus) -> None:
    gap = replace(field("relation", 0.997, status), raw="", value=None)
    assert outcome(record(field(), gap))[0] is Outcome.REVIEW
    confirmed = route(record(field(), replace(gap, source=Source.PERSON)), 0.95).decision
    assert confirmed is not None
    assert (confirmed.outcome, confirmed.reasons) == (Outcome.ACCEPT, ())
    assert confirmed.confidence == 0.99


def test_the_registry_makes_surer_without_touching_the_reading() -> None:
    agreed = replace(field(confidence=0.7), registry=Registry("agrees", "x", "2026-11-24T00:00:00+00:00"))
    result = route(record(agreed), 0.95)
    assert result.decision is not None
    assert result.decision.outcome is Outcome.ACCEPT
    assert result.fields[0].confidence == 0.7
    other = replace(agreed, registry=Registry("disagrees", "y", "2026-11-24T00:00:00+00:00"))
    assert outcome(record(other)) == (Outcome.REVIEW, ["low_confidence"])


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=8), st.floats(0.5, 1))
@settings(max_examples=100, deadline=None)
def test_nothing_below_the_bar_is_accepted(answers: list[tuple[float, bool]], accept: float) -> None:
    subject = record(*(field(f"leaf{i}", c, required=r) for i, (c, r) in enumerate(answers)))
    decision = route(subject, accept).decision
    assert decision is not None
    assert (decision.outcome is Outcome.ACCEPT) == all(c >= accept for c, _ in answers)
    required = [c for c, r in answers if r]
    if required:
        assert decision.confidence == min(required)


def test_a_spoilt_page_asks_for_nobody_but_is_told_beside_a_doubt() -> None:
    spoilt = (Finding("blurred", "clean", "Ảnh quét bị nhòe.", 1), Finding("upside_down", "clean", "Trang ngược.", 1))
    assert outcome(record(field(), findings=spoilt)) == (Outcome.ACCEPT, [])
    assert outcome(record(field("relation", 0.1), findings=spoilt)) == (Outcome.REVIEW, ["low_confidence", "blurred"])
    assert outcome(record(form=None, findings=spoilt)) == (Outcome.UNKNOWN, ["unknown_form", "blurred"])
