"""What comes out of the reading child: places of findings and signatures pass as told; what is none is refused."""

from typing import Any

import pytest

from digitizer.document import EngineInfo, Finding, Record, Signature
from digitizer.errors import ReaderCrashed
from digitizer.untrusted import checked_records
from digitizer.wire import record_to_json

OUTLINE = ((0.0, 1.5), (9.0, 1.5), (9.0, 7.25), (0.0, 7.25))
PLACED = Finding("blurred", "clean", "Ảnh quét bị nhòe.", 1, polygon_mm=OUTLINE)


def told(finding: Finding) -> dict[str, Any]:
    return record_to_json(Record("a.pdf", (1,), None, (), EngineInfo("none", "0"), findings=(finding,)))


def test_a_findings_place_passes_and_older_findings_have_none() -> None:
    plain = Finding("blank_page", "classify", "Trang trắng.", 1)
    assert "polygon_mm" not in told(plain)["findings"][0]
    for finding in (PLACED, plain):
        (record,) = checked_records([told(finding)], "a.pdf", 1)
        assert record.findings == (finding,)


@pytest.mark.parametrize("polygon", [[[float("nan"), 1.0]], [[1.0]], "x", [["a", "b"]], [[0.0, 0.0]] * 1000])
def test_a_place_that_is_none_is_refused(polygon: Any) -> None:
    body = told(PLACED)
    body["findings"][0]["polygon_mm"] = polygon
    with pytest.raises(ReaderCrashed):
        checked_records([body], "a.pdf", 1)


INK = ((1.0, 2.0), (5.0, 2.0), (5.0, 4.0), (1.0, 4.0))
SIGNED = Signature("requester", "Người yêu cầu", 1, OUTLINE, INK, True, 0.99)


def test_signatures_pass_and_older_records_have_none() -> None:
    empty = Signature("householder", "Ý KIẾN CỦA CHỦ HỘ", 2, OUTLINE, (), False, 0.99)
    record = Record("a.pdf", (1, 2), None, (), EngineInfo("none", "0"), signatures=(SIGNED, empty))
    body = record_to_json(record)
    assert checked_records([body], "a.pdf", 2)[0].signatures == (SIGNED, empty)
    del body["signatures"]
    assert checked_records([body], "a.pdf", 2)[0].signatures == ()


@pytest.mark.parametrize(("key", "value"), [
    ("role", "<b>"), ("label", "x" * 5000), ("page", "1"), ("polygon_mm", []), ("ink_mm", [[float("inf"), 0.0]] * 4),
    ("present", "yes"), ("confidence", 2), ("more", 1),
])
def test_a_signature_that_is_none_is_refused(key: str, value: Any) -> None:
    body = record_to_json(Record("a.pdf", (1,), None, (), EngineInfo("none", "0"), signatures=(SIGNED,)))
    body["signatures"][0][key] = value
    with pytest.raises(ReaderCrashed):
        checked_records([body], "a.pdf", 1)
