"""Signatures: the place is below the label; a pen's strokes count, print, dots, names and dust do not."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import cv2
import pytest

from digitizer.document import Signature
from digitizer.geometry import Box
from digitizer.stages.register import register
from digitizer.stages.sign import signatures
from digitizer.template import FieldSpec, FieldType, Item, Signatory, Template
from tests.stages.papers import LETTER, PITCH, Paper

MM = 300 / 25.4
SIGN = Item("(Ký, ghi rõ họ, chữ đệm, tên)", signature=Signatory.REQUESTER)
FORM = Template(
    "form", "1", ("TỜ KHAI",), "", date(2024, 1, 1), "", (),
    (Item("Họ và tên:", FieldSpec("name", "Họ và tên", FieldType.PERSON_NAME)), Item("Người yêu cầu"), SIGN,
     Item("Chú thích cho người khai:")),
)


def paper() -> Paper:
    sheet = Paper()
    sheet.leader(sheet.text(300, 400, "Họ và tên:"), 1800, 400)
    sheet.text(1500, 900, "Người yêu cầu")
    sheet.text(1300, 900 + PITCH, SIGN.text)
    return sheet


def seen(sheet: Paper, form: Template = FORM) -> tuple[Signature, ...]:
    page = sheet.page()
    return signatures([page], register([page], [sheet.read()], form))


def pen(sheet: Paper, box: Box) -> None:
    """One looping line."""
    x, y, wide, high = box.left, box.middle_y, box.width, box.height / 2
    points = [(x, y), (x + 0.2 * wide, y - high), (x + 0.4 * wide, y + high), (x + 0.6 * wide, y - high), (x + wide, y)]
    for a, b in pairwise(points):
        ends = [(round(p[0]), round(p[1])) for p in (a, b)]
        for layer in (sheet.gray, sheet.ink):
            cv2.line(layer, ends[0], ends[1], 30, 5)


def test_a_pen_below_the_label_is_told_with_its_place() -> None:
    sheet, box = paper(), Box(1500, 1050, 1900, 1180)
    pen(sheet, box)
    (found,) = seen(sheet)
    assert (found.role, found.label, found.page, found.present) == ("requester", "Người yêu cầu", 1, True)
    (left, top), _, (right, bottom), _ = found.ink_mm
    assert (left * MM, top * MM, right * MM, bottom * MM) == pytest.approx((1500, 1050, 1900, 1180), abs=6)
    (left, top), _, (right, bottom), _ = found.polygon_mm
    assert left * MM < 1500 and right * MM > 1900 and top * MM == pytest.approx(900 + PITCH, abs=5)
    assert 20 < bottom - top < 36


def test_an_empty_place_and_dust_are_no_signature() -> None:
    sheet = paper()
    (empty,) = seen(sheet)
    for n in range(12):
        sheet.blot(Box(1400 + 40 * n, 1060 + 9 * n, 1405 + 40 * n, 1066 + 9 * n))
    (dusty,) = seen(sheet)
    assert (empty.present, empty.ink_mm) == (dusty.present, dusty.ink_mm) == (False, ())
    assert empty.confidence == dusty.confidence > 0.95


def test_a_typed_name_is_none_but_less_surely() -> None:
    sheet = paper()
    for n in range(14):
        sheet.blot(Box(1400 + 0.6 * LETTER * n, 1250, 1400 + 0.6 * LETTER * n + 22, 1290))
    (found,) = seen(sheet)
    assert not found.present and found.confidence < 0.95


def test_what_is_written_beside_the_place_or_below_the_next_print_is_none() -> None:
    sheet = paper()
    sheet.text(1200, 1300, "Chú thích cho người khai:")
    pen(sheet, Box(1500, 1350, 1900, 1480))
    pen(sheet, Box(300, 1050, 800, 1180))
    (found,) = seen(sheet)
    assert not found.present and found.polygon_mm[2][1] * MM < 1300


def test_columns_do_not_reach_into_one_another() -> None:
    items = (
        Item("Họ và tên:", FieldSpec("name", "Họ và tên", FieldType.PERSON_NAME)),
        Item("BÊN NỮ KÝ TÊN", signature=Signatory.BRIDE),
        Item("BÊN NAM KÝ TÊN", signature=Signatory.GROOM, same_line=True),
    )
    sheet = Paper()
    sheet.leader(sheet.text(300, 400, "Họ và tên:"), 1800, 400)
    sheet.text(900, 900, "BÊN NỮ KÝ TÊN")
    sheet.text(1300, 900, "BÊN NAM KÝ TÊN")
    pen(sheet, Box(1320, 950, 1600, 1080))
    bride, groom = seen(sheet, Template("form", "1", ("TỜ KHAI",), "", date(2024, 1, 1), "", (), items))
    assert (bride.role, bride.present, groom.role, groom.present) == ("bride", False, "groom", True)
    assert bride.polygon_mm[1][0] <= groom.polygon_mm[0][0]


def test_of_a_place_that_is_not_there_nothing_is_said() -> None:
    without = Paper()
    without.leader(without.text(300, 400, "Họ và tên:"), 1800, 400)
    assert seen(without) == ()
    foot = Paper(height=1040)  # the label is the last thing on the page
    foot.leader(foot.text(300, 400, "Họ và tên:"), 1800, 400)
    foot.text(1300, 990, SIGN.text)
    assert seen(foot) == ()
