"""Answers are located by what is printed around them, whatever the layout; what is not found is said."""

from __future__ import annotations

from datetime import date

import pytest

from digitizer.document import Located, Slot
from digitizer.geometry import Box
from digitizer.stages.register import register
from digitizer.template import FieldKind, FieldSpec, FieldType, Item, Template
from tests.stages.papers import LETTER, PITCH, Paper


def form(*items: Item, rows: int = 0) -> Template:
    return Template("form", "1", ("TỜ KHAI",), "", date(2024, 1, 1), "", (), items, rows)


def asked(text: str, field_id: str, **more: object) -> Item:
    item = {k: more.pop(k) for k in ("footnote", "same_line") if k in more}
    return Item(text, FieldSpec(field_id, text, more.pop("type", FieldType.TEXT), **more), **item)  # type: ignore[arg-type]


def slot(found: Located, field_id: str) -> Slot:
    (only,) = [s for s in found.slots if s.field_id == field_id]
    return only


def covers(box: Box, ink: Box) -> bool:
    return box.overlap(ink) > 0.99 * ink.area


def test_the_answer_is_the_rest_of_the_line_up_to_the_next_label() -> None:
    paper = Paper()
    paper.leader(paper.text(300, 400, "Giới tính:"), 700, 400)
    paper.leader(paper.text(710, 400, "Dân tộc:"), 1300, 400)
    paper.leader(paper.text(300, 400 + PITCH, "Quốc tịch:"), 1300, 400 + PITCH)
    template = form(
        asked("Giới tính:", "sex"), asked("Dân tộc:", "ethnicity", same_line=True), asked("Quốc tịch:", "nation"),
    )
    found = register([paper.page()], [paper.read()], template)
    (sex,), (ethnicity,) = slot(found, "sex").boxes, slot(found, "ethnicity").boxes
    assert 520 < sex.left < 570
    assert 690 < sex.right <= 712
    assert covers(ethnicity, Box(950, 360, 1290, 400))
    assert found.findings == ()


def test_a_year_does_not_run_on_into_the_next_date_line() -> None:
    paper = Paper()
    x = paper.text(300, 400, "Ngày")
    for word in ("tháng", "năm"):
        paper.leader(x, x + 180, 400)
        x = paper.text(x + 190, 400, word)
    paper.leader(x, x + 200, 400)
    paper.leader(300, 1800, 400 + PITCH)  # of the office below, whose words were not seen
    paper.text(300, 400 + 2 * PITCH, "NGƯỜI KHAI")
    paper.blot(Box(x + 20, 365, x + 120, 400))  # the year
    signed = asked("Ngày", "signed_on", type=FieldType.DATE, inner=("tháng", "năm"))
    found = register([paper.page()], [paper.read()], form(signed, Item("NGƯỜI KHAI")))
    assert slot(found, "signed_on").pieces == (0, 1, 2)


def test_an_answer_runs_over_the_lines_before_the_next_label() -> None:
    paper = Paper()
    paper.leader(paper.text(300, 400, "Nơi cư trú:"), 2200, 400)
    paper.leader(300, 2200, 400 + PITCH)
    paper.leader(paper.text(300, 400 + 2 * PITCH, "Quê quán:"), 2200, 400 + 2 * PITCH)
    template = form(asked("Nơi cư trú:", "home", lines=2), asked("Quê quán:", "town"))
    found = register([paper.page()], [paper.read()], template)
    first, second = slot(found, "home").boxes
    assert first.left > 500
    assert second.left <= 300
    assert covers(second, Box(300, 450, 2200, 490))
    assert len(slot(found, "town").boxes) == 1


def test_the_edge_of_a_box_below_is_no_line_to_write_on() -> None:
    paper = Paper()
    paper.leader(paper.text(300, 400, "Quan hệ:"), 2200, 400)
    paper.leader(900, 2200, 400 + 34)  # what is left of a comb's upper edge, closer than print is ever set
    template = form(asked("Quan hệ:", "relation", lines=2))
    found = register([paper.page()], [paper.read()], template)
    assert len(slot(found, "relation").boxes) == 1


def test_a_label_read_without_its_spaces_is_found() -> None:
    paper = Paper()
    paper.leader(paper.text(300, 400, "Quyển số:"), 700, 400)
    day = paper.text(720, 400, "đăngkýngày")
    paper.leader(day, day + 150, 400)
    paper.leader(paper.text(day + 160, 400, "tháng"), 1500, 400)
    template = form(asked("Quyển số:", "book"), asked(", đăng ký", "date", same_line=True, inner=("ngày", "tháng")))
    found = register([paper.page()], [paper.read()], template)
    assert slot(found, "book").boxes[0].right <= 722
    written, _ = slot(found, "date").boxes
    assert day - 10 < written.left < written.right <= day + 162
    assert found.findings == ()


def test_a_tight_line_below_a_label_is_its_answer() -> None:
    """Labels set justified over the whole line, the leader right below: closer than print is high."""
    paper = Paper()
    paper.text(300, 400, "Nơi chết:")
    paper.leader(300, 2200, 400 + 38)
    paper.text(300, 400 + 2 * PITCH, "Nguyên nhân chết:")
    template = form(asked("Nơi chết:", "place", lines=2), asked("Nguyên nhân chết:", "cause"))
    found = register([paper.page()], [paper.read()], template)
    assert any(covers(box, Box(310, 405, 900, 438)) for box in slot(found, "place").boxes)


def test_a_label_may_break_over_lines_and_be_misread() -> None:
    paper = Paper()
    paper.leader(paper.text(300, 400, "Họ, chu đem, lên:"), 2200, 400)
    paper.text(1900, 400 + PITCH, "3. Giới")
    paper.leader(paper.text(300, 400 + 2 * PITCH, "tính:"), 1500, 400 + 2 * PITCH)
    template = form(asked("Họ, chữ đệm, tên:", "name"), asked("3. Giới tính:", "sex", same_line=True))
    found = register([paper.page()], [paper.read()], template)
    assert covers(slot(found, "sex").boxes[0], Box(500, 545, 1490, 580))
    assert slot(found, "name").confidence < 1.0


def test_equal_labels_are_told_apart_by_what_stands_around_them() -> None:
    paper = Paper()
    lines = ("Họ, chữ đệm, tên người mẹ:", "Nơi cư trú:", "Họ, chữ đệm, tên người cha:", "Nơi cư trú:")
    for n, text in enumerate(lines):
        paper.leader(paper.text(300, 400 + n * PITCH, text), 2200, 400 + n * PITCH)
    template = form(*(asked(text, f"f{n}") for n, text in enumerate(lines)))
    found = register([paper.page()], [paper.read()], template)
    assert [round((slot(found, f"f{n}").boxes[0].middle_y - 400) / PITCH) for n in range(4)] == [0, 1, 2, 3]
    paper.words.pop(400.0 + PITCH)  # the mother's line was not read
    found = register([paper.page()], [paper.read()], template)
    assert round((slot(found, "f3").boxes[0].middle_y - 400) / PITCH) == 3
    assert [f.field for f in found.findings] == ["f1"]


def test_the_footnote_mark_is_not_part_of_the_answer() -> None:
    paper = Paper()
    end = paper.text(300, 400, "Nơi sinh:")
    for n in range(3):
        paper.blot(Box(end + 40 + 10 * n, 362, end + 46 + 10 * n, 384))  # three small raised strokes: (4)
    paper.leader(end + 80, 2200, 400)
    found = register([paper.page()], [paper.read()], form(asked("Nơi sinh:", "place", footnote="(4)")))
    assert end + 60 < slot(found, "place").boxes[0].left < end + 80
    bare = register([paper.page()], [paper.read()], form(asked("Nơi sinh:", "place")))
    assert slot(bare, "place").boxes[0].left < end + 40


def test_inner_words_part_an_answer_into_pieces() -> None:
    paper = Paper()
    x = paper.text(300, 400, "Làm tại:")
    for word in (", ngày", "tháng", "năm"):
        paper.leader(x + 10, x + 250, 400)
        x = paper.text(x + 260, 400, word.strip(", "))
    paper.leader(x + 10, x + 150, 400)
    template = form(asked("Làm tại:", "signed", type=FieldType.PLACE_AND_DATE, inner=(", ngày", "tháng", "năm")))
    found = slot(register([paper.page()], [paper.read()], template), "signed")
    assert found.pieces == (0, 1, 2, 3)
    assert all(a.right < b.left for a, b in zip(found.boxes, found.boxes[1:], strict=False))


def test_an_answer_over_a_page_break_has_a_slot_on_each_page() -> None:
    one, two = Paper(), Paper(number=2)
    one.leader(one.text(300, 3300, "Nguyên nhân chết:"), 2200, 3300)
    two.leader(300, 2200, 200)
    two.text(300, 200 + PITCH, "Tôi cam đoan những nội dung trên")
    template = form(asked("Nguyên nhân chết:", "cause", lines=2), Item("Tôi cam đoan những nội dung trên"))
    found = register([one.page(), two.page()], [one.read(), two.read()], template)
    assert [(s.field_id, s.page) for s in found.slots] == [("cause", 1), ("cause", 2)]


@pytest.mark.parametrize("lost", [(), (4,)])
def test_comb_cells_are_found_also_when_a_wall_is_lost(lost: tuple[int, ...]) -> None:
    paper = Paper()
    paper.text(300, 400, "4. Số định danh:")
    for n in range(12):
        if n not in lost:
            paper.cell(Box(900 + 80 * n, 350, 980 + 80 * n, 430))
    template = form(asked("4. Số định danh:", "id", kind=FieldKind.COMB, cells=12, type=FieldType.PERSONAL_ID))
    boxes = slot(register([paper.page()], [paper.read()], template), "id").boxes
    assert len(boxes) == 12
    assert boxes[7].overlap(Box(1460, 350, 1540, 430)) > 0.9 * 80 * 80


def test_tick_boxes_follow_their_words() -> None:
    paper = Paper()
    x = paper.text(300, 400, "Bản sao: Có")
    paper.cell(Box(x + 20, 355, x + 70, 405))
    y = paper.text(x + 90, 400, "Không")
    paper.cell(Box(y + 20, 355, y + 70, 405))
    template = form(asked("Bản sao:", "copies", kind=FieldKind.TICKS, choices=("Có", "Không"), type=FieldType.TICK))
    yes, no = slot(register([paper.page()], [paper.read()], template), "copies").boxes
    assert (yes.left, no.left) == (x + 20, y + 20)


def test_table_cells_lie_between_rules_and_dotted_lines() -> None:
    paper = Paper()
    paper.text(300, 400, "11. Những thành viên cùng thay đổi:")
    sides = (300, 400, 900, 1300)
    paper.rules += [Box(x - 2, 500, x + 2, 1000) for x in sides]
    paper.rules += [Box(300, 498, 1300, 502), Box(300, 598, 1300, 602)]
    for y in (700, 800, 900, 1000):
        paper.leader(300, 1300, y + 2)
    items = (
        Item("11. Những thành viên cùng thay đổi:"), Item("TT"),
        asked("Họ và tên", "members[n].full_name", kind=FieldKind.TABLE, type=FieldType.PERSON_NAME),
        asked("Giới tính", "members[n].sex", kind=FieldKind.TABLE, type=FieldType.SEX),
    )
    found = register([paper.page()], [paper.read()], form(*items, rows=4))
    assert len(found.slots) == 8
    name = slot(found, "members[1].full_name").boxes[0]
    assert covers(name, Box(405, 705, 895, 795))
    assert name.height < 2.2 * LETTER


def test_what_is_not_there_is_said() -> None:
    paper = Paper()
    paper.text(300, 400, "Nghỉ phép")
    found = register([paper.page()], [paper.read()], form(asked("Nơi cư trú:", "home")))
    assert found.slots == ()
    assert [(f.code, f.field) for f in found.findings] == [("label_not_found", "home")]


def test_a_label_ends_at_its_colon_though_the_answer_reads_like_more_of_it() -> None:
    paper = Paper()
    paper.leader(paper.text(300, 400 - PITCH, "Kính gửi:"), 1300, 400 - PITCH)
    paper.leader(paper.text(300, 400, "1. Họ, chữ đệm và tên: Phan Đình Toàn"), 1300, 400)
    paper.leader(paper.text(300, 400 + PITCH, "2. Quốc tịch:"), 1300, 400 + PITCH)
    template = form(
        asked("Kính gửi:", "office"), asked("1. Họ, chữ đệm và tên khai sinh:", "name"),
        asked("2. Quốc tịch:", "nation"),
    )
    found = register([paper.page()], [paper.read()], template)
    (name,) = slot(found, "name").boxes
    assert name.left < paper.text(300, 2000, "1. Họ, chữ đệm và tên: Phan")


@pytest.mark.parametrize(("label", "read"), [("Nơi cư trú:", 'Nơi cư " @)'), ("tại:", "tỉ"), ("tại:", "tạ")])
def test_a_label_read_badly_is_found_between_its_neighbours(label: str, read: str) -> None:
    paper = Paper()
    paper.leader(paper.text(300, 400, "Ngày, tháng, năm sinh:"), 1300, 400)
    paper.leader(paper.text(300, 400 + PITCH, read), 1300, 400 + PITCH)
    paper.leader(paper.text(300, 400 + 2 * PITCH, "Giấy tờ tùy thân:"), 1300, 400 + 2 * PITCH)
    template = form(asked("Ngày, tháng, năm sinh:", "born"), asked(label, "home"), asked("Giấy tờ tùy thân:", "paper"))
    found = register([paper.page()], [paper.read()], template)
    (home,) = slot(found, "home").boxes
    assert 400 < home.bottom + 40 < 400 + 2 * PITCH and found.findings == ()


@pytest.mark.parametrize("between", ["Nguyễn Cư Trinh", "Thôn Tám, xã Nội Bài", "2026"])
def test_an_answer_is_not_taken_for_a_label_that_is_not_there(between: str) -> None:
    for label in ("Nơi cư trú:", "tại:"):
        paper = Paper()
        paper.leader(paper.text(300, 400, "Ngày, tháng, năm sinh:"), 1300, 400)
        paper.leader(paper.text(300, 400 + PITCH, between), 1300, 400 + PITCH)
        paper.leader(paper.text(300, 400 + 2 * PITCH, "Giấy tờ tùy thân:"), 1300, 400 + 2 * PITCH)
        template = form(
            asked("Ngày, tháng, năm sinh:", "born"), asked(label, "home"), asked("Giấy tờ tùy thân:", "paper"),
        )
        found = register([paper.page()], [paper.read()], template)
        assert [f.field for f in found.findings] == ["home"]


@pytest.mark.parametrize("label", ["Fax (nếu có):", "Tên viết tắt (nếu có)", "Số điện thoại (2):", "Email:"])
def test_nothing_of_the_label_is_in_the_room_of_the_answer(label: str) -> None:
    paper = Paper()
    end = paper.text(300, 400, label)
    paper.leader(end + 30, 1300, 400)
    paper.leader(paper.text(300, 400 + PITCH, "Quốc tịch:"), 1300, 400 + PITCH)
    template = form(asked(label, "first"), asked("Quốc tịch:", "nation"))
    page = paper.page()
    (room,) = slot(register([page], [paper.read()], template), "first").boxes
    assert end - 14 < room.left < end + 30
    ahead = Box(room.left, room.top, end + 20, room.bottom)
    assert not (page.ink[ahead.clipped(page.width_px, page.height_px).slices()] < 150).any()
