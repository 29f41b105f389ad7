"""Clean: a scan as it comes off the glass becomes an upright, even page whose `ink` is the writing alone."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from digitizer.document import CleanPage, PageImage
from digitizer.options import Limits, Options
from digitizer.stages.clean import clean, clean_line
from digitizer.stages.ingest import ingest
from digitizer.stages.render import render
from tests.imaging.paper import Sheet, scanned

SHARED = Path(os.environ.get("DIGITIZER_SHARED", Path(__file__).resolve().parents[2].parent / "shared"))


def form() -> Sheet:
    """Twelve labels with leaders, a comb and two tick boxes."""
    sheet = Sheet()
    for k in range(12):
        y = 400 + 130 * k
        sheet.dots(sheet.write(250, y, "Họ, chữ đệm, tên người mẹ:") + 10, y, 95)
    for k in range(12):
        sheet.draw.rectangle((700 + 90 * k, 2200, 790 + 90 * k, 2310), outline="black", width=4)
    for x in (400, 700):
        sheet.draw.rectangle((x, 2600, x + 50, 2650), outline="black", width=4)
    return sheet


def ink_of(page: CleanPage) -> int:
    return int(np.count_nonzero(page.ink < 128))


@pytest.mark.parametrize("skew", [0.0, 1.6, -3.1])
def test_a_worn_scan_is_levelled_and_its_places_are_found(skew: float) -> None:
    page = clean(PageImage(3, scanned(form().bgr(), skew), 300.0))
    assert page.number == 3
    assert page.skew_deg == pytest.approx(skew, abs=0.12)
    assert page.rotation_deg == 0
    assert len(page.cells) == 14
    dotted = [leader for leader in page.leaders if leader.pitch_px]
    assert len(dotted) == 12
    assert all(leader.box.width == pytest.approx(1228, abs=40) for leader in dotted)
    assert not page.blank
    assert page.findings == ()


def test_the_pictures_have_one_size_and_white_paper() -> None:
    page = clean(PageImage(1, scanned(form().bgr(), 1.0), 300.0))
    assert page.image.shape == (*page.gray.shape, 3)
    assert page.ink.shape == page.gray.shape
    assert (page.width_px, page.height_px) == (2480, 3508)
    assert page.gray.dtype == page.ink.dtype == page.image.dtype == np.uint8
    assert np.median(page.gray) == 255


def test_a_line_by_itself_is_made_white_and_bared() -> None:
    page = clean(PageImage(1, scanned(form().bgr(), 0.0), 300.0))
    leader = page.leaders[0].box
    rows = slice(int(leader.top) - 60, int(leader.bottom) + 20)
    shaded = (page.gray[rows] * 0.8).astype(np.uint8)
    gray, ink = clean_line(shaded, 300.0)
    assert gray.shape == ink.shape == shaded.shape
    assert np.median(gray) == 255
    assert (gray < 150).sum() > (ink < 150).sum()


def test_ink_is_without_leaders_and_boxes_and_gray_keeps_them() -> None:
    labels = Sheet()
    for k in range(12):
        labels.write(250, 400 + 130 * k, "Họ, chữ đệm, tên người mẹ:")
    wanted = ink_of(clean(PageImage(1, scanned(labels.bgr()), 300.0)))
    page = clean(PageImage(1, scanned(form().bgr()), 300.0))
    assert ink_of(page) == pytest.approx(wanted, rel=0.03)
    assert np.count_nonzero(page.gray < 128) > 1.3 * wanted


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_page_laid_wrongly_comes_back_upright(turns: int) -> None:
    straight = form().paragraph(8, top=2750).bgr()
    page = clean(PageImage(1, np.ascontiguousarray(np.rot90(scanned(straight, 0.8), turns)), 300.0))
    assert page.rotation_deg == 90 * turns
    assert len(page.cells) == 14
    difference = cv2.absdiff(page.gray, cv2.cvtColor(straight, cv2.COLOR_BGR2GRAY))
    assert np.count_nonzero(difference > 128) < 0.5 * np.count_nonzero(straight[:, :, 0] < 128)


@pytest.mark.parametrize("what", ["white", "grain", "shadow"])
def test_a_blank_or_back_page_is_told(what: str) -> None:
    image = Sheet().bgr()
    if what == "grain":
        image = scanned(image)
    if what == "shadow":
        image[:, :40] = 60  # the lid stood open
    page = clean(PageImage(2, image, 300.0))
    assert page.blank
    assert [(f.code, f.page) for f in page.findings] == [("blank_page", 2)]
    assert "trắng" in page.findings[0].message


def test_a_page_with_one_line_is_not_blank() -> None:
    sheet = Sheet()
    sheet.write(300, 400, "Xác nhận của Ủy ban nhân dân phường")
    assert not clean(sheet.page()).blank


@pytest.mark.parametrize(("turns", "skew"), [(0, 0.0), (0, -2.0), (1, 1.5)])
def test_a_seal_is_evidence_and_leaves_no_ink(turns: int, skew: float) -> None:
    """Its box lies on the upright page, however the sheet lay."""
    plain = form().paragraph(8, top=2750).bgr()
    stamped = plain.copy()
    cv2.circle(stamped, (1900, 2900), 210, (60, 40, 200), 12)
    cv2.circle(stamped, (1900, 2900), 150, (60, 40, 200), 6)
    pages = []
    for image in (stamped, plain):
        lying = np.ascontiguousarray(np.rot90(scanned(image, skew), turns))
        pages.append(clean(PageImage(1, lying, 300.0)))
    page, without = pages
    assert without.seals == ()
    (box,) = page.seals
    assert (box.left, box.top, box.right, box.bottom) == pytest.approx((1684, 2684, 2116, 3116), abs=30)
    assert ink_of(page) == pytest.approx(ink_of(without), rel=0.02)
    assert np.count_nonzero(page.image[2690:3110, 1690:2110, 2] > page.image[2690:3110, 1690:2110, 0] + 60) > 5000


def test_odd_sizes_do_no_harm() -> None:
    for size in ((1, 1), (40, 3000), (3000, 40), (200, 300)):
        page = clean(PageImage(1, np.full((*size, 3), 255, np.uint8), 300.0))
        assert page.gray.shape == size
        assert page.blank


@pytest.mark.parametrize(("form_id", "cells", "dotted"), [
    ("khai-sinh", 2, 44), ("ct01", 84, 10), ("khai-tu", 0, 30), ("xac-nhan-hon-nhan", 0, 24),
])
def test_real_blanks(form_id: str, cells: int, dotted: int) -> None:
    path = SHARED / "forms" / "blank" / f"{form_id}.pdf"
    if not path.is_file():
        pytest.skip("the real blank forms are not on this machine (set DIGITIZER_SHARED)")
    page = clean(next(render(ingest(path, path.name, Limits()), Options())))
    assert len(page.cells) == cells
    assert sum(1 for leader in page.leaders if leader.pitch_px) >= dotted
    assert page.seals == ()
    assert (page.rotation_deg, page.skew_deg) == (0, pytest.approx(0, abs=0.15))


def test_a_fault_is_placed_on_the_upright_page_and_a_turn_is_told() -> None:
    """The head of the sheet blurred, the sheet laid upside down: the place is at the head of what is read."""
    straight = Sheet().paragraph(30).bgr()
    straight[:2100] = cv2.GaussianBlur(straight, (0, 0), 3.5)[:2100]
    page = clean(PageImage(4, np.ascontiguousarray(np.rot90(straight, 2)), 300.0, 150.0))
    told = {finding.code: finding for finding in page.findings}
    assert set(told) == {"blurred", "upside_down", "low_resolution"}
    assert all((f.page == 4 and "quét" in f.message) or f.code == "upside_down" for f in told.values())
    assert max(y for _, y in told["blurred"].polygon_mm) < 200
    assert told["low_resolution"].polygon_mm == ((0.0, 0.0), (209.97, 0.0), (209.97, 297.01), (0.0, 297.01))


def test_an_honest_scan_has_no_finding() -> None:
    assert clean(PageImage(1, scanned(form().bgr(), 1.0), 300.0, 300.0)).findings == ()
