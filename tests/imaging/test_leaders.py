"""Leaders: dots go, marks stay, and what was found says where the answers are."""

import numpy as np
import pytest

from digitizer.document import Leader
from digitizer.geometry import Box
from digitizer.imaging.leaders import Leaders, find_leaders
from digitizer.imaging.parts import parts_of
from tests.imaging.paper import Sheet

BASE = 1000  # the dots stand on this row


def found(sheet: Sheet) -> Leaders:
    dark = sheet.dark()
    return find_leaders(dark, parts_of(dark), 300)


def left_after(sheet: Sheet) -> np.ndarray:
    """Bilevel page without what the leaders take away."""
    leaders = found(sheet)
    return sheet.dark() & ~(leaders.dots | leaders.touching)


def ink_in(image: np.ndarray, left: float, top: float, right: float, bottom: float) -> int:
    return int(np.count_nonzero(image[int(top):int(bottom), int(left):int(right)]))


@pytest.mark.parametrize(("pitch", "size"), [(9.0, 4), (13.0, 6), (13.5, 6), (17.2, 7), (24.0, 8)])
def test_a_leader_is_found_with_its_pitch_and_goes(pitch: float, size: int) -> None:
    sheet = Sheet()
    end = sheet.dots(500, BASE, 60, pitch, size)
    [leader] = found(sheet).runs
    assert leader.pitch_px == pytest.approx(pitch, abs=0.6)
    assert (leader.box.left, leader.box.right) == pytest.approx((500, end), abs=3)
    assert leader.box.bottom == pytest.approx(BASE, abs=2)
    assert not left_after(sheet).any()


def test_short_leaders_of_a_date_are_found() -> None:
    sheet = Sheet()
    x = 300.0
    for word in ("ngày ", " tháng ", " năm "):
        x = sheet.dots(sheet.write(x, BASE, word) + 6, BASE, 5) + 10
    assert len(found(sheet).runs) == 3


def test_dots_of_letters_between_two_lines_are_no_leader() -> None:
    sheet = Sheet()
    sheet.dots(400, BASE, 80, 13.0, 6)
    sheet.dots(600, BASE - 30, 3, 13.0, 6)
    assert [leader.box.bottom for leader in found(sheet).runs] == [pytest.approx(BASE, abs=2)]


def test_leaders_of_two_sizes_on_one_line_both_go() -> None:
    sheet = Sheet()
    sheet.dots(sheet.dots(400, BASE, 30, 13.0, 6) + 9, BASE, 30, 9.0, 4)
    assert not left_after(sheet).any()


def test_label_and_colon_before_a_leader_stay_whole() -> None:
    plain, dotted = Sheet(), Sheet()
    for sheet in (plain, dotted):
        end = sheet.write(300, BASE, "Họ, chữ đệm, tên người mẹ:")
    dotted.dots(end + 8, BASE, 80)
    assert np.array_equal(left_after(dotted), plain.dark())


def test_text_without_leaders_stays_whole() -> None:
    sheet = Sheet().paragraph()
    assert np.array_equal(left_after(sheet), sheet.dark())
    assert found(sheet).runs == ()


@pytest.mark.parametrize("lift", [0, 4, 9, 14])
@pytest.mark.parametrize("answer", ["Nguyễn Thị Lệ Hạnh", "Mẹ đẻ", "xã Vọng Nguyệt, thị xã Mộc Lộc", "001190004321"])
def test_answers_written_on_the_dots_keep_their_ink(answer: str, lift: int) -> None:
    """Nearly all of the answer's ink stays, nearly none of the dots' beside it."""
    plain, filled = Sheet(), Sheet()
    filled.dots(400, BASE, 110)
    for sheet in (plain, filled):
        end = sheet.write(450, BASE - lift, answer)
    after, wanted = left_after(filled), plain.dark()
    kept = np.count_nonzero(after & wanted) / np.count_nonzero(wanted)
    dots = np.count_nonzero(filled.dark() & ~wanted)
    extra = np.count_nonzero(after & ~wanted)
    assert kept > 0.95
    assert extra < 0.35 * dots
    assert ink_in(after, end + 30, 0, 2480, 2000) == 0


@pytest.mark.parametrize("answer", ["ạ", "ị", "ộ", "ệ", "ọ", "ụ", "ợ", "ậ", "Ạ", "Ị", "Ộ"])
def test_the_dot_of_nang_survives_when_the_letter_stands_on_the_leader(answer: str) -> None:
    sheet, plain = Sheet(), Sheet()
    sheet.dots(400, BASE, 90)
    for one in (sheet, plain):
        one.write(700, BASE - 2, f"n{answer}n")
    below = (700, BASE + 3, 800, BASE + 20)
    assert ink_in(left_after(sheet), *below) > 0.8 * ink_in(plain.dark(), *below)


def test_a_mark_off_the_grid_survives_at_the_height_of_the_dots() -> None:
    sheet = Sheet()
    sheet.dots(400, BASE, 40, 16.0, 6)
    x = 400 + 20 * 16 + 8
    sheet.draw.rectangle((x - 1, BASE - 6, x + 3, BASE), fill="black")  # half way between two dots
    assert ink_in(left_after(sheet), x - 1, BASE - 6, x + 4, BASE + 1) > 24


def test_two_leaders_with_a_label_between_are_two() -> None:
    sheet = Sheet()
    first_end = sheet.dots(400, BASE, 30)
    label_end = sheet.write(first_end + 20, BASE, "Quốc tịch hiện nay:")
    sheet.dots(label_end + 13, BASE, 30)
    boxes = [leader.box for leader in found(sheet).runs]
    assert len(boxes) == 2
    assert boxes[0].right == pytest.approx(first_end, abs=15)
    assert boxes[1].left == pytest.approx(label_end + 13, abs=15)


def test_an_empty_page_has_none() -> None:
    leaders = found(Sheet())
    assert leaders.runs == ()
    assert not leaders.dots.any()


def test_boxes_are_in_page_pixels_and_in_order() -> None:
    sheet = Sheet()
    sheet.dots(900, 700, 30)
    sheet.dots(300, 500, 30)
    runs = found(sheet).runs
    assert [round(run.box.bottom, -1) for run in runs] == [500, 700]
    assert all(isinstance(run, Leader) and isinstance(run.box, Box) for run in runs)
