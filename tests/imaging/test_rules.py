"""Rules and cells: combs, tables with dotted rows, tick boxes; lines go, letters do not become boxes."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.geometry import Box
from digitizer.imaging.leaders import find_leaders
from digitizer.imaging.parts import parts_of
from digitizer.imaging.rules import Ruling, find_lines, find_ruling, reading_order
from tests.imaging.paper import Sheet


def ruled(sheet: Sheet) -> Ruling:
    dark = sheet.dark()
    lines = find_lines(dark, 300)
    bare = dark & ~lines.mask
    return find_ruling(lines, find_leaders(bare, parts_of(bare), 300).runs, 300)


def comb(sheet: Sheet, x: int, y: int, count: int = 12, side: int = 90) -> None:
    for k in range(count):
        sheet.draw.rectangle((x + k * side, y, x + (k + 1) * side, y + 110), outline="black", width=4)


def test_a_comb_gives_its_cells_from_left_to_right() -> None:
    sheet = Sheet()
    comb(sheet, 600, 800)
    cells = ruled(sheet).cells
    assert len(cells) == 12
    assert [c.left for c in cells] == sorted(c.left for c in cells)
    assert cells[0].left == pytest.approx(604, abs=4)
    assert all(c.width == pytest.approx(84, abs=6) and c.height == pytest.approx(103, abs=6) for c in cells)


def test_digits_written_in_a_comb_change_no_cell_and_stay() -> None:
    sheet, digits = Sheet(), Sheet()
    comb(sheet, 600, 800)
    for k, digit in enumerate("001095012345"):
        for one in (sheet, digits):
            one.write(600 + 90 * k + 26, 885, digit, size=64)
    ruling = ruled(sheet)
    assert len(ruling.cells) == 12
    left = sheet.dark() & ~ruling.mask
    wanted = digits.dark()
    assert np.count_nonzero(left & wanted) > 0.98 * np.count_nonzero(wanted)


def test_a_thick_zero_in_a_comb_is_no_tick_box() -> None:
    """Square within and thick around, as a broad pen draws it: its strokes were taken for a border and wiped out."""
    sheet = Sheet()
    comb(sheet, 600, 800)
    for k in range(12):
        left, top = 600 + 90 * k + 18, 825
        sheet.draw.rounded_rectangle((left, top, left + 56, top + 62), 8, outline="black", width=11)
    ruling = ruled(sheet)
    assert len(ruling.cells) == 12
    middle = (slice(822, 892), slice(614, 678))  # the first zero
    kept = sheet.dark()[middle] & ~ruling.mask[middle]
    assert np.count_nonzero(kept) > 0.95 * np.count_nonzero(sheet.dark()[middle])


@pytest.mark.parametrize("side", [34, 46, 60])
def test_tick_boxes_are_cells_and_their_borders_go(side: int) -> None:
    sheet = Sheet()
    sheet.draw.rectangle((500, 700, 500 + side, 700 + side), outline="black", width=4)
    ruling = ruled(sheet)
    assert len(ruling.cells) == 1
    assert np.count_nonzero(sheet.dark() & ~ruling.mask) < 30


def test_bold_capitals_are_no_boxes() -> None:
    sheet = Sheet()
    sheet.write(300, 600, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM ĐOQD 0680", size=54, bold=True)
    sheet.write(300, 800, "ĐƠN ĐĂNG KÝ BỘ ĐỘI ODB", size=64, bold=True)
    assert ruled(sheet).cells == ()


def table(sheet: Sheet, rows: int, dotted: bool) -> None:
    edges = (300, 420, 1000, 1500, 2100)
    bottom = 1000 + 90 * rows
    for x in edges:
        sheet.draw.line((x, 1000, x, bottom), fill="black", width=5)
    for k in range(rows + 1):
        y = 1000 + 90 * k
        if dotted and k:
            sheet.dots(306, y + 2, 297, 6.05, 3)
        else:
            sheet.draw.line((300, y, 2100, y), fill="black", width=5)


@pytest.mark.parametrize("dotted", [False, True])
def test_a_table_gives_its_cells_row_by_row(dotted: bool) -> None:
    sheet = Sheet()
    table(sheet, 5, dotted)
    ruling = ruled(sheet)
    assert len(ruling.cells) == 20
    tops = [round(c.top, -1) for c in ruling.cells]
    assert tops == sorted(tops)
    assert ruling.leaders == ()


def test_a_rule_alone_is_a_leader_without_pitch() -> None:
    sheet = Sheet()
    sheet.draw.line((500, 900, 1400, 900), fill="black", width=3)
    [leader] = ruled(sheet).leaders
    assert leader.pitch_px == 0
    assert (leader.box.left, leader.box.right) == pytest.approx((500, 1400), abs=3)


def test_letters_on_a_page_of_text_are_no_lines() -> None:
    sheet = Sheet().paragraph()
    ruling = ruled(sheet)
    assert (ruling.rules, ruling.cells, ruling.leaders) == ((), (), ())
    assert not ruling.mask.any()


def test_reading_order_goes_row_by_row_also_on_a_tilt() -> None:
    boxes = [Box(100 * c, 200 * r + 4 * c, 100 * c + 90, 200 * r + 4 * c + 90) for c in range(5) for r in range(3)]
    order = reading_order(boxes[::-1])
    assert [(round(b.top, -2), b.left) for b in order] == [(200 * r, 100 * c) for r in range(3) for c in range(5)]


@given(st.integers(0, 2**32 - 1), st.integers(1, 260), st.integers(1, 260))
def test_lines_are_what_openings_leave_also_at_the_edge_of_the_paper(seed: int, height: int, width: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (height, width)).astype(np.uint8)
    dark = np.where(cv2.blur(noise, (9, 3)) > 110, 255, 0).astype(np.uint8)
    found = find_lines(dark, 300)

    def opened(rows: int, columns: int) -> np.ndarray:
        return cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((rows, columns), np.uint8))

    assert np.array_equal(found.across, opened(1, 77))
    assert np.array_equal(found.down, opened(77, 1))
    assert np.array_equal(found.short, opened(1, 25) | opened(25, 1))
