"""Readings become fields: blank, none, illegible and filled are different; every field of the template is there."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest

from bench.answers import answers
from digitizer.calibration import calibration
from digitizer.document import Field, FieldStatus, Located, Reading, Slot, SlotReading
from digitizer.geometry import Box
from digitizer.stages.extract import extract
from digitizer.template import FieldKind, FieldSpec, FieldType, Item, Template, load_forms
from tests.stages.papers import Paper

LINE = Box(300, 300, 1000, 370)


def form(*specs: FieldSpec, rows: int = 0) -> Template:
    items = tuple(Item(spec.label, spec) for spec in specs)
    return Template("form", "1", ("TỜ KHAI",), "", date(2024, 1, 1), "", (), items, rows)


def read(field_id: str, *texts: str, pieces: tuple[int, ...] = (), page: int = 1) -> SlotReading:
    """'' stands for a region without ink."""
    slot = Slot(field_id, page, (LINE,) * len(texts), pieces=pieces)
    readings = tuple(Reading(t, 0.9 if t else 1.0) for t in texts)
    return SlotReading(slot, readings, tuple(0.1 if t else 0.0 for t in texts))


def fields(template: Template, *readings: SlotReading) -> dict[str, Field]:
    pages = [Paper(40, 40).page(), Paper(40, 40, number=2).page()]
    return {f.id: f for f in extract(template, Located(tuple(r.slot for r in readings)), readings, pages)}


def one(spec: FieldSpec, *texts: str, pieces: tuple[int, ...] = ()) -> Field:
    return fields(form(spec), read(spec.id, *texts, pieces=pieces))[spec.id]


TEXT = FieldSpec("a", "A", FieldType.TEXT)
SIGNED = FieldSpec("signed", "Làm tại", FieldType.PLACE_AND_DATE, inner=(", ngày", "tháng", "năm"))
DIED = FieldSpec("died", "Đã chết", FieldType.DATETIME, inner=("giờ", "phút, ngày", "tháng", "năm"))


def test_blank_none_illegible_and_filled_differ() -> None:
    assert one(TEXT, "").status is FieldStatus.BLANK
    assert one(TEXT, "Không").status is FieldStatus.NONE_STATED
    assert one(TEXT, "-/-").status is FieldStatus.NONE_STATED
    assert one(TEXT, "...").status is FieldStatus.ILLEGIBLE
    assert one(TEXT, "Già yếu").status is FieldStatus.FILLED
    assert fields(form(TEXT))["a"].status is FieldStatus.NOT_FOUND


def test_a_word_at_the_head_of_a_further_line_is_no_end_of_the_label() -> None:
    whole = one(TEXT, "Bản án số 45 của Tòa án nhân dân khu vực 6 - Hà", "Nội; hiện tại chưa đăng ký kết hôn với ai")
    assert whole.raw == "Bản án số 45 của Tòa án nhân dân khu vực 6 - Hà Nội; hiện tại chưa đăng ký kết hôn với ai"
    assert one(TEXT, "g: Già yếu").raw == "Già yếu"
    assert one(FieldSpec("a", "Nơi cư trú:", FieldType.TEXT), "trú: xã Nội Bài").raw == "xã Nội Bài"


def test_a_footnote_mark_whose_second_bracket_was_lost_is_none_of_the_answer() -> None:
    paper = FieldSpec("paper", "Giấy tờ tùy thân:", FieldType.IDENTITY_PAPER)
    assert one(paper, "(3 Căn cước số 001190012345").raw == "Căn cước số 001190012345"
    assert one(TEXT, "(2 con) ở xã Nội Bài").raw == "(2 con) ở xã Nội Bài"


def test_two_signs_between_the_numbers_of_a_date_are_one_slash_misread() -> None:
    born = FieldSpec("born", "Ngày sinh", FieldType.DATE)
    assert one(born, "12/11-1993").raw == "12/11/1993"
    assert one(born, "12-11-1993").raw == "12-11-1993"


def test_of_readings_of_an_email_one_with_a_known_ending_in_one_case_is_taken() -> None:
    email = FieldSpec("email", "Email:", FieldType.EMAIL)
    slot = Slot("email", 1, (LINE,))
    for first, second in (("khoaO1@yahoo.com", "khoa01@yahoo.com"), ("nghia95@outlook.cor", "nghia95@outlook.com")):
        reading = SlotReading(slot, (Reading(first, 0.6, (second,), (0.3,)),), (0.1,))
        assert fields(form(email), reading)["email"].raw == second
    assert one(email, "KHOA@GMAIL.COM").raw == "KHOA@GMAIL.COM"


def crossed(reading: SlotReading, *struck: bool) -> SlotReading:
    return replace(reading, struck=struck)


def test_what_is_crossed_out_is_no_answer_and_none_of_it_is_told() -> None:
    found = fields(form(TEXT), crossed(read("a", "Già yếu", ""), True, False))["a"]
    assert (found.status, found.raw, found.candidates) == (FieldStatus.STRUCK, "", ())
    assert found.polygon_mm
    assert found.confidence > 0.9


def test_strokes_that_leave_little_ink_of_a_short_answer_are_not_a_blank() -> None:
    assert fields(form(TEXT), crossed(read("a", ""), True))["a"].status is FieldStatus.STRUCK


def test_a_line_that_is_left_beside_one_crossed_out_is_the_answer_but_a_person_looks() -> None:
    found = fields(form(TEXT), crossed(read("a", "Già yếu", "Viêm phổi"), True, False))["a"]
    assert (found.status, found.raw) == (FieldStatus.FILLED, "Viêm phổi")
    assert found.confidence < min(calibration().thresholds.values())


def test_lines_are_joined_and_leaders_trimmed() -> None:
    assert one(TEXT, "...Viêm phổi nặng,..", "..suy hô hấp......", "").raw == "Viêm phổi nặng suy hô hấp"
    assert one(TEXT, "sinh ngày 24/2/1993,", "tại Hà Nội,", "").raw == "sinh ngày 24/2/1993, tại Hà Nội"
    assert one(TEXT, "Đã ly hôn;", "....").raw == "Đã ly hôn"
    assert one(TEXT, "Hiện. tại chưa.đăng ký ....... kết hôn").raw == "Hiện tại chưa đăng ký kết hôn"
    assert one(FieldSpec("e", "Email", FieldType.EMAIL), "..mau.le @vidu.vn...").raw == "mau.le@vidu.vn"


def test_a_footnote_mark_is_no_answer() -> None:
    assert one(TEXT, "(4)").status is FieldStatus.BLANK
    assert one(TEXT, "(2): Già yếu").raw == "Già yếu"


def test_the_end_of_a_label_before_its_footnote_mark_is_no_answer() -> None:
    paper = FieldSpec("p", "Giấy tờ tùy thân", FieldType.IDENTITY_PAPER)
    assert one(paper, "thân: (3) Căn cước số 001190012345").raw == "Căn cước số 001190012345"
    assert one(paper, "Hộ chiếu (1) số C1234567").raw == "Hộ chiếu (1) số C1234567"


def test_of_the_readings_one_that_is_spelled_as_its_type_is_taken() -> None:
    status = doubtful("Đã ly hôn; hiện tai chưa kết hôn", 0.4, ("Đã ly hôn; hiện tại chưa kết hôn", 0.3))
    assert fields(form(TEXT), seen("a", status))["a"].raw == "Đã ly hôn; hiện tại chưa kết hôn"
    place, rest = doubtful("Hà nội", 0.6, ("Hà Nội", 0.3)), [Reading(t, 0.99) for t in ("05", "3", "2026")]
    signed = seen("signed", place, *rest, pieces=(0, 1, 2, 3))
    assert fields(form(SIGNED), signed)["signed"].raw == "Hà Nội, ngày 05 tháng 3 năm 2026"
    name = doubtful("Lê Thị Tuyếng", 0.5, ("Lê Thị Tuyết", 0.4))
    assert fields(form(FieldSpec("a", "A", FieldType.PERSON_NAME)), seen("a", name))["a"].raw == "Lê Thị Tuyếng"
    name = doubtful("Vũ Diệu uyên", 0.5, ("Vũ Diệu Uyên", 0.4))
    assert fields(form(FieldSpec("a", "A", FieldType.PERSON_NAME)), seen("a", name))["a"].raw == "Vũ Diệu Uyên"


def seen(field_id: str, *readings: Reading, pieces: tuple[int, ...] = ()) -> SlotReading:
    slot = Slot(field_id, 1, (LINE,) * len(readings), pieces=pieces)
    return SlotReading(slot, readings, (0.1,) * len(readings))


def doubtful(text: str, sure: float, *others: tuple[str, float]) -> Reading:
    return Reading(text, sure, tuple(t for t, _ in others), tuple(p for _, p in others))


def test_of_the_pieces_of_a_date_the_other_readings_are_taken_where_only_they_make_a_day_that_exists() -> None:
    place, year = Reading("Hà Nội", 0.99), Reading("2026", 0.99)
    day, month = doubtful("31", 0.9, ("21", 0.06)), doubtful("02", 0.7, ("03", 0.2), ("01", 0.04))
    pieces = (0, 1, 2, 3)
    found = fields(form(SIGNED), seen("signed", place, day, month, year, pieces=pieces))["signed"]
    assert found.raw == "Hà Nội, ngày 31 tháng 03 năm 2026"
    plain = seen("signed", place, day, Reading("03", 0.9), year, pieces=pieces)
    assert found.confidence < fields(form(SIGNED), plain)["signed"].confidence
    day, month = doubtful("31", 0.99, ("21", 0.005)), doubtful("02", 0.99, ("03", 0.004))
    sure = fields(form(SIGNED), seen("signed", place, day, month, year, pieces=pieces))["signed"]
    assert sure.raw == "Hà Nội, ngày 31 tháng 02 năm 2026"  # what is read surely is no other day


@pytest.mark.parametrize(("type", "read", "raw"), [
    (FieldType.SEX, doubtful("Na", 0.6, ("Nữ", 0.3)), "Nữ"),
    (FieldType.ETHNICITY, doubtful("Tấv", 0.5, ("Tày", 0.3), ("Tà", 0.1)), "Tày"),
    (FieldType.RELATION, doubtful("Mẹ dể", 0.6, ("Mẹ đẻ", 0.3)), "Mẹ đẻ"),
    (FieldType.PHONE, doubtful("091234567", 0.6, ("0912345678", 0.3)), "0912345678"),
    (FieldType.ETHNICITY, doubtful("Xa Phang", 0.9, ("Xơ Đăng", 0.01)), "Xa Phang"),  # off the list, read surely
])
def test_lists_and_grammars_choose_among_what_may_stand_there(type: FieldType, read: Reading, raw: str) -> None:
    assert fields(form(FieldSpec("a", "A", type)), seen("a", read))["a"].raw == raw


def test_a_name_stays_as_read_and_what_else_it_may_be_is_told() -> None:
    spec = FieldSpec("a", "A", FieldType.PERSON_NAME)
    read = doubtful("Trần Vănn Hùng", 0.5, ("Trần Văn Hùng", 0.4), ("Trần Văn Hưng", 0.05))
    found = fields(form(spec), seen("a", read))
    assert found["a"].raw == "Trần Vănn Hùng"
    assert found["a"].candidates == ("Trần Văn Hùng", "Trần Văn Hưng")
    assert fields(form(spec), seen("a", doubtful("Lê Mơ", 0.99, ("Lê Mở", 0.002))))["a"].candidates == ()


def test_other_readings_of_several_lines_are_told_as_whole_answers() -> None:
    one_line, next_line = doubtful("Số 5 ngõ 7", 0.7, ("Số 5 ngõ 1", 0.2)), Reading("phố Huế, Hà Nội", 0.99)
    found = fields(form(FieldSpec("a", "A", FieldType.TEXT, lines=2)), seen("a", one_line, next_line))["a"]
    assert found.candidates == ("Số 5 ngõ 1 phố Huế, Hà Nội",)


def test_the_printed_inner_words_belong_to_the_answer() -> None:
    assert one(SIGNED, "Hà Nội", "05", "3", "2026", pieces=(0, 1, 2, 3)).raw == "Hà Nội, ngày 05 tháng 3 năm 2026"
    raw = one(DIED, "10", "30", "05", "3", "", "2026", pieces=(0, 1, 2, 3, 4, 4)).raw
    assert raw == "10 giờ 30 phút, ngày 05 tháng 3 năm 2026"
    assert one(SIGNED, "", "", "", "", pieces=(0, 1, 2, 3)).raw == ""
    assert one(SIGNED, "", "", "", "", pieces=(0, 1, 2, 3)).status is FieldStatus.BLANK


def test_an_inner_word_that_was_read_with_the_answer_is_not_said_twice() -> None:
    """"giờ" was not found on the page, so hour and minute stand in one piece."""
    found = one(DIED, "16 giờ 57", "02", "9", "2026", pieces=(0, 2, 3, 4))
    assert found.raw == "16 giờ 57 phút, ngày 02 tháng 9 năm 2026"


def test_the_end_of_a_label_is_no_answer() -> None:
    count = FieldSpec("n", "Số lượng", FieldType.INTEGER)
    assert one(count, "g: 01").raw == "01"
    assert one(count, "g 05").raw == "05"
    assert one(TEXT, "D:").raw == ""
    assert one(TEXT, ": Đi học").raw == "Đi học"
    assert one(TEXT, "Thôn 3: nhà cuối").raw == "Thôn 3: nhà cuối"


def test_printed_slashes_stand_without_spaces() -> None:
    assert one(FieldSpec("d", "D", FieldType.DATE, inner=("/", "/")), "04 /. 11 / 1967").raw == "04/11/1967"


def test_letters_among_digits_are_digits() -> None:
    assert one(FieldSpec("d", "D", FieldType.DATE), "07/Q7/2026").raw == "07/07/2026"
    paper = FieldSpec("p", "P", FieldType.IDENTITY_PAPER)
    read_badly = "Căn cước công dần số QQ1192670349 dọ Cục Cảnh sát QI.HC về TTXH cấp ngày 27/10/2025"
    assert one(paper, read_badly).raw == (
        "Căn cước công dân số 001192670349 do Cục Cảnh sát QLHC về TTXH cấp ngày 27/10/2025"
    )


def test_closed_lists_decide_and_make_sure() -> None:
    found = one(FieldSpec("n", "N", FieldType.NATIONALITY), "Viêt Nam")
    assert (found.raw, found.confidence >= 0.9) == ("Việt Nam", True)


def test_names_are_left_as_read() -> None:
    assert one(FieldSpec("n", "N", FieldType.PERSON_NAME), "Lê Thi Trâm").raw == "Lê Thi Trâm"


def test_ticks() -> None:
    spec = FieldSpec("copies", "Bản sao", FieldType.TICK, kind=FieldKind.TICKS, choices=("Có", "Không"))
    assert one(spec, "X", "").raw == "Có"
    assert one(spec, "", "X").raw == "Không"
    assert one(spec, "", "").status is FieldStatus.BLANK
    assert one(spec, "X", "X").status is FieldStatus.ILLEGIBLE


def test_rows_of_the_table_are_those_with_ink() -> None:
    columns = [
        FieldSpec("members[n].full_name", "Họ tên", FieldType.PERSON_NAME, kind=FieldKind.TABLE),
        FieldSpec("members[n].sex", "Giới tính", FieldType.SEX, kind=FieldKind.TABLE),
    ]
    found = fields(
        form(*columns, rows=3), read("members[0].full_name", "Lê Văn Mẫu"), read("members[0].sex", ""),
        read("members[1].full_name", ""), read("members[1].sex", ""),
    )
    assert list(found) == ["members[0].full_name", "members[0].sex"]
    assert found["members[0].sex"].status is FieldStatus.BLANK


def test_an_answer_over_a_page_break_is_one_field_on_the_page_with_its_ink() -> None:
    found = fields(form(TEXT), read("a", ""), read("a", "Già yếu", page=2))["a"]
    assert (found.raw, found.page) == ("Già yếu", 2)
    assert len(found.polygon_mm) == 1


@pytest.mark.parametrize("template", load_forms(), ids=lambda t: t.id)
def test_right_readings_are_not_repaired(template: Template) -> None:
    """Whole answers as people write them come out as they went in, inner words and all."""
    specs = [s for s in template.fields if s.kind is FieldKind.LEADERS and not s.inner]
    for seed in range(40):
        truths = answers(template, random.Random(seed))
        found = fields(template, *(read(s.id, truths[s.id].raw) for s in specs))
        assert {s.id: found[s.id].raw for s in specs} == {s.id: truths[s.id].raw for s in specs}
