"""Checks across fields: what agrees is surer, what does not is said, and no value is ever filled in."""

from dataclasses import replace
from datetime import date

import pytest

from digitizer.calibration import calibration
from digitizer.document import EngineInfo, Field, FieldStatus, Record, Source
from digitizer.stages.normalize import normalize
from digitizer.stages.validate import validate

TODAY = date(2026, 11, 24)
READ = 0.85  # less than what a check that agrees lifts to
CONFIRMED = calibration().shares["confirmed"]
TYPES = {
    "full_name": "person_name", "date_of_birth": "date", "date_of_birth_words": "date_in_words", "sex": "sex",
    "personal_id": "personal_id", "identity_paper": "identity_paper", "relation": "relation", "residence": "address",
    "purpose": "text", "died_at": "datetime", "wanted": "tick", "count": "integer", "ethnicity": "ethnicity",
}


def checked(confidence: float = READ, source: Source = Source.OCR, **answers: str) -> Record:
    """A record of answers by field id ('mother__full_name'), normalized and validated."""
    fields = tuple(
        Field(key.replace("__", "."), key, TYPES[key.rpartition("__")[2]],
              FieldStatus.FILLED if raw else FieldStatus.BLANK, raw=raw, confidence=confidence)
        for key, raw in answers.items()
    )
    record = normalize(Record("a.pdf", (1,), None, fields, EngineInfo("none", "0")))
    record = replace(record, fields=tuple(replace(f, source=source) for f in record.fields))
    result = validate(record, TODAY)
    assert [f.value for f in result.fields] == [f.value for f in record.fields]
    assert [f.raw for f in result.fields] == [f.raw for f in record.fields]
    assert validate(result, TODAY) == result
    return result


def codes(record: Record) -> set[str]:
    return {x.code for f in record.fields for x in f.findings}


def confidence(record: Record, field_id: str) -> float:
    field = record.field(field_id)
    assert field is not None
    return field.confidence


def test_number_sex_and_year_agree() -> None:
    record = checked(subject__personal_id="001181000101", subject__sex="Nữ", subject__date_of_birth="25/8/1981")
    assert codes(record) == set()
    assert confidence(record, "subject.sex") == CONFIRMED > READ
    assert confidence(record, "subject.date_of_birth") > 0.85
    assert 0.85 < confidence(record, "subject.personal_id") < 0.95  # its random digits are confirmed by nobody


def test_number_against_sex_and_year() -> None:
    record = checked(subject__personal_id="001181000101", subject__sex="Nam", subject__date_of_birth="25/8/1987")
    assert codes(record) == {"id_sex_differs", "id_year_differs"}
    assert all(f.confidence < 0.5 for f in record.fields)


def test_the_role_tells_the_sex_of_a_parent() -> None:
    paper = "Căn cước công dân số {} do Bộ Công an cấp ngày 20/11/2021"
    assert codes(checked(mother__identity_paper=paper.format("001079000202"))) == {"id_sex_differs"}
    assert codes(checked(mother__identity_paper=paper.format("001181000101"))) == set()


@pytest.mark.parametrize(("words", "expected"), [
    ("ngày mười lăm tháng ba năm hai nghìn hai mươi sáu", set()),
    ("ngày mười sáu tháng ba năm hai nghìn hai mươi sáu", {"words_differ"}),
])
def test_date_in_words(words: str, expected: set[str]) -> None:
    record = checked(child__date_of_birth="15/03/2026", child__date_of_birth_words=words)
    assert codes(record) == expected
    surer = confidence(record, "child.date_of_birth") > 0.85
    assert surer == (not expected)


def test_family() -> None:
    record = checked(
        child__full_name="Lò Thị Ểnh", child__date_of_birth="15/03/2026", mother__full_name="LÒ THỊ ỂNH",
        mother__date_of_birth="2020",
    )
    assert codes(record) == {"parent_is_child", "parent_too_young"}


def test_the_same_person_read_twice_is_surer() -> None:
    record = checked(
        requester__full_name="Kiều Thị Thưởng", subject__full_name="KIỀU THỊ THƯỞNG",
        requester__identity_paper="Căn cước số 001181000101 do Bộ Công an cấp ngày 15/03/2025",
        subject__identity_paper="CCCD số 001181000101 cấp ngày 15/03/2025",
    )
    assert codes(record) == set()
    assert confidence(record, "requester.full_name") == CONFIRMED
    assert confidence(record, "subject.identity_paper") == CONFIRMED


def test_the_same_number_with_another_name() -> None:
    record = checked(requester__full_name="Lê Hùng", requester__personal_id="001079000202",
                     subject__full_name="Lê Hưng", subject__personal_id="001079000202")
    assert codes(record) == {"same_number_other_name"}


def test_nearly_the_same_number() -> None:
    record = checked(requester__full_name="Lê Hùng", requester__personal_id="001079000202",
                     subject__full_name="Lê Hùng", subject__personal_id="001079000262")
    assert codes(record) == {"numbers_nearly_equal"}


@pytest.mark.parametrize(("relation", "block"), [("Bản thân", "subject"), ("Mẹ đẻ", "mother"), ("Bố", "father")])
def test_a_relation_that_names_the_other_block(relation: str, block: str) -> None:
    requester = {"requester__relation": relation, "requester__full_name": "Lò Thị Mơ"}
    right = checked(**requester, **{f"{block}__full_name": "LÒ THỊ MƠ"})
    assert codes(right) == set()
    assert confidence(right, "requester.full_name") == CONFIRMED
    wrong = checked(**requester, **{f"{block}__full_name": "Lò Thị Mở"})
    assert codes(wrong) == {"self_differs"}


def test_grandmother_is_not_the_mother() -> None:
    record = checked(requester__relation="Bà nội", requester__full_name="Lò Thị Mơ", mother__full_name="Vi Thị Na")
    assert codes(record) == set()


@pytest.mark.parametrize(("name", "code"), [
    ("Nguyễn Văn 4n", "name_characters"), ("Bình", "name_one_word"), ("Nguyên Văn Bình", "surname_marks"),
    ("Nguyễn Vănm Bình", "name_unusual"),
])
def test_names_are_flagged_not_changed(name: str, code: str) -> None:
    assert codes(checked(subject__full_name=name)) == {code}


def test_free_text_whose_marks_nobody_writes_goes_to_a_person_with_what_was_meant() -> None:
    wrong = checked(confidence=0.99, purpose="Xác nhận thông tin về cư tru")
    assert codes(wrong) == {"text_marks"}
    assert confidence(wrong, "purpose") < 0.9
    assert [(f.raw, f.candidates) for f in wrong.fields] == [
        ("Xác nhận thông tin về cư tru", ("Xác nhận thông tin về cư trú",))
    ]


def test_free_text_with_a_word_that_is_no_syllable_goes_to_a_person_as_it_was_read() -> None:
    wrong = checked(confidence=0.99, purpose="Bổ túc hồ sơ vay vôốn ngân hàng")
    assert codes(wrong) == {"text_unusual"}
    assert confidence(wrong, "purpose") < 0.9
    assert [f.raw for f in wrong.fields] == ["Bổ túc hồ sơ vay vôốn ngân hàng"]


@pytest.mark.parametrize("text", [
    "Bổ túc hồ sơ vay vốn ngân hàng Techcombank", "Nộp UBND, THPT chuyên, ĐHQG; mã A1-203 (bản 2)", "Ung thư phổi",
    "Đăng ký kết hôn với ông John Smith", "Suy hô hấp do COVID-19", "hòa giải, hoà thuận, quý I/2026",
])
def test_right_free_text_passes(text: str) -> None:
    record = checked(confidence=0.99, purpose=text)
    assert codes(record) == set()
    assert confidence(record, "purpose") == 0.99


@pytest.mark.parametrize(("paper", "code"), [
    ("Căn cước công dân số 00118100010 do Bộ Công an cấp ngày 20/11/2021", "id_length"),
    ("CMND số 12345678 do Công an Hà Nội cấp ngày 1/2/2005", "id_length"),
    ("CMND số 012345678 do Công an Hà Nội cấp ngày 1/2/2005", "id_expired_kind"),
    ("Căn cước số 003181000101 do Bộ Công an cấp ngày 15/03/2025", "id_province_unknown"),
    ("Căn cước số 001181000101", "issue_date_missing"),
])
def test_papers(paper: str, code: str) -> None:
    assert code in codes(checked(subject__identity_paper=paper))


def test_dates_in_order() -> None:
    died = "10 giờ 00 phút, ngày 5/3/1949"
    assert codes(checked(deceased__date_of_birth="1/1/1950", deceased__died_at=died)) == {"before_birth"}
    assert codes(checked(deceased__date_of_birth="1949", deceased__died_at=died)) == set()
    assert codes(checked(subject__date_of_birth="25/11/2026")) == {"date_in_future"}


def test_split_ward_asks_to_choose() -> None:
    record = checked(subject__residence="phường Láng Hạ, quận Đống Đa, Hà Nội")
    assert codes(record) == {"address_candidates"}
    assert confidence(record, "subject.residence") == 0.85


def test_copies() -> None:
    assert codes(checked(copies__wanted="Không", copies__count="02 bản")) == {"copies_conflict"}
    assert codes(checked(copies__wanted="", copies__count="02 bản")) == set()


def test_no_normal_form_is_hardly_sure() -> None:
    assert confidence(checked(subject__date_of_birth="42/1/1981"), "subject.date_of_birth") < 0.3


def test_a_doubtful_reading_is_not_lifted() -> None:
    record = checked(confidence=0.3, subject__personal_id="001181000101", subject__sex="Nữ")
    assert confidence(record, "subject.sex") == 0.3


def test_what_a_person_has_set_keeps_its_confidence() -> None:
    record = checked(0.997, Source.PERSON, subject__personal_id="001181000101", subject__sex="Nam")
    assert codes(record) == {"id_sex_differs"}
    assert confidence(record, "subject.sex") == 0.997


def test_messages_hold_nothing_personal() -> None:
    record = checked(requester__full_name="Lê Hùng", requester__personal_id="001079000202", subject__sex="Nữ",
                     subject__full_name="Lê Hưng", subject__personal_id="001079000202")
    for field in record.fields:
        for finding in field.findings:
            assert not any(part in finding.message for part in ("Hùng", "Hưng", "0010"))
