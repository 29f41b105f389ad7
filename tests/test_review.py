"""A person's word stands: properties of corrections, whatever their order and number."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.document import Field, FieldStatus, Finding, Outcome, Registry, Source
from digitizer.errors import UsageError
from digitizer.review import Author, Change, correct, faults
from digitizer.wire import record_from_json, record_to_json
from tests.web.world import TEMPLATE, sample_record

WHO = Author("key-1", "2026-11-24T00:00:00Z")
NAMES = [f.id for f in sample_record().fields]
texts = st.text(alphabet="abcđêơưáạ 0123456789/-", max_size=20)
changes = st.one_of(
    st.builds(Change, raw=texts), st.builds(Change), st.builds(Change, raw=texts, value_given=st.just(True)),
    st.builds(Change, status=st.sampled_from([FieldStatus.BLANK, FieldStatus.STRUCK, FieldStatus.ILLEGIBLE])),
)
SOME_ADDRESS: dict[str, object] = {
    "as_written": "Số 1", "unit_code": None, "unit_name": None, "province_code": None, "candidates": [],
}
histories = st.lists(st.dictionaries(st.sampled_from(NAMES), changes, min_size=1), min_size=1, max_size=5)


@given(histories)
def test_nobody_but_a_person_changes_what_a_person_set(history: list[dict[str, Change]]) -> None:
    record, first = sample_record(), {f.id: f for f in sample_record().fields}
    said: dict[str, Field] = {}
    for step in history:
        allowed = {k: v for k, v in step.items() if k not in faults(record, step)}
        if not allowed:
            continue
        record = correct(record, allowed, WHO, 0.95)
        said |= {f.id: f for f in record.fields if f.id in allowed}
        for f in record.fields:
            if f.id in said:
                kept = said[f.id]
                assert (f.raw, f.value, f.status, f.source) == (kept.raw, kept.value, kept.status, Source.PERSON)
                assert f.correction and (f.correction.raw, f.correction.value) == (first[f.id].raw, first[f.id].value)
            else:
                was = first[f.id]
                assert (f.raw, f.value, f.status, f.source) == (was.raw, was.value, was.status, was.source)
    assert record_from_json(record_to_json(record)) == record


def test_confirming_everything_accepts() -> None:
    record = correct(sample_record(), {name: Change() for name in NAMES}, WHO, 0.95)
    assert record.decision and record.decision.outcome is Outcome.ACCEPT
    assert [f.raw for f in record.fields] == [f.raw for f in sample_record().fields]


def test_the_decision_is_made_again() -> None:
    still = correct(sample_record(), {"child.sex": Change()}, WHO, 0.95)
    assert still.decision and still.decision.outcome is Outcome.REVIEW
    assert {r.field for r in still.decision.reasons} == {"child.full_name"}


def test_khong_is_none_stated_unless_a_person_says_otherwise() -> None:
    record = correct(sample_record(), {"child.ethnicity": Change(raw="không")}, WHO, 0.95)
    field = record.field("child.ethnicity")
    assert field and (field.status, field.value) == (FieldStatus.NONE_STATED, None)


def test_another_name_is_not_vouched_for_by_the_old_lookup() -> None:
    """The registry had agreed with a person whom the paper does not name."""
    agrees = Registry("agrees", "x", "2026-11-24T00:00:00Z")
    mismatch = Finding("registry_mismatch", "enrich", "Khác với cơ sở dữ liệu dân cư.", field="child.full_name")
    fields = tuple(replace(f, registry=agrees) for f in sample_record().fields)
    record = replace(sample_record(), fields=fields, findings=(mismatch,))
    changed = correct(record, {"child.full_name": Change(raw="Trần Văn Thử")}, WHO, 0.95)
    assert [f.registry for f in changed.fields] == [None] * 4 and changed.findings == ()
    confirmed = correct(record, {"child.full_name": Change()}, WHO, 0.95)
    assert [f.registry for f in confirmed.fields] == [agrees] * 4


def test_unknown_fields_are_refused() -> None:
    with pytest.raises(UsageError):
        correct(sample_record(), {"child.shoe_size": Change(raw="20")}, WHO, 0.95, (TEMPLATE,))


@pytest.mark.parametrize(("kind", "value", "fits"), [
    ("address", SOME_ADDRESS, True),
    ("address", {"as_written": "Số 1"}, False), ("address", "Số 1", False), ("identity_paper", {"number": "1"}, False),
    ("identity_paper", {"kind": None, "number": "012345678", "issuer": None, "issued_on": "1999"}, True),
    ("identity_paper", {"kind": None, "number": "012345678", "issuer": None, "issued_on": "soon"}, False),
    ("integer", 3, True), ("integer", True, False), ("integer", "3", False), ("sex", "Nam", True), ("sex", "M", False),
    ("date", "2024-02-30", False), ("date", "2024", True), ("person_name", "", False), ("person_name", ["a"], False),
])
def test_a_given_value_has_the_shape_of_its_type(kind: str, value: object, fits: bool) -> None:
    field = Field(id="a.b", label="b", type=kind, status=FieldStatus.FILLED, raw="x", confidence=0.5)
    record = replace(sample_record(), fields=(field,))
    assert (faults(record, {"a.b": Change(value=value, value_given=True)}) == {}) is fits
    if fits:
        corrected = correct(record, {"a.b": Change(value=value, value_given=True)}, WHO, 0.95)
        assert corrected.fields[0].value == value
