"""Faults of a page: what a clerk can mend is told with its place, and a page that reads well has none."""

import cv2
import numpy as np
import pytest

from digitizer.imaging.background import even_background
from digitizer.imaging.quality import Fault, FaultCode, page_faults
from tests.imaging.paper import Sheet, scanned

PAGE = scanned(Sheet().paragraph(30).bgr())


def faults(image: np.ndarray) -> tuple[Fault, ...]:
    gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    return page_faults(gray, even_background(gray), 300.0)


def codes(image: np.ndarray) -> list[FaultCode]:
    return [fault.code for fault in faults(image)]


def shaken(image: np.ndarray, upright: bool) -> np.ndarray:
    kernel = np.zeros((13, 13), np.float32)
    kernel[(slice(None), 6) if upright else (6, slice(None))] = 1 / 13
    return cv2.filter2D(image, -1, kernel)


@pytest.mark.parametrize("seed", range(3))
def test_an_honest_scan_has_no_fault(seed: int) -> None:
    assert codes(scanned(Sheet().paragraph(30).bgr(), 0.8, seed)) == []


def test_few_words_and_a_white_page_say_nothing() -> None:
    few = Sheet()
    few.write(300, 400, "Có")
    assert codes(cv2.GaussianBlur(few.bgr(), (0, 0), 4)) == []
    assert codes(Sheet().bgr()) == []


def test_blur_and_a_shake_either_way_are_told() -> None:
    assert codes(cv2.GaussianBlur(PAGE, (0, 0), 3)) == [FaultCode.BLURRED]
    assert codes(shaken(PAGE, upright=False)) == [FaultCode.BLURRED]
    assert codes(shaken(PAGE, upright=True)) == [FaultCode.BLURRED]


def test_the_blurred_half_is_told_as_the_place() -> None:
    half = PAGE.copy()
    half[1700:] = cv2.GaussianBlur(PAGE, (0, 0), 3.5)[1700:]
    (found,) = faults(half)
    assert found.code is FaultCode.BLURRED
    assert found.box is not None
    assert 1500 < found.box.top < 2000


def test_dark_and_pale_pages_are_told() -> None:
    assert codes((PAGE * 0.25).astype(np.uint8)) == [FaultCode.TOO_DARK]
    assert codes(np.full((3508, 2480, 3), 12, np.uint8)) == [FaultCode.TOO_DARK]
    assert codes((255 - (255 - PAGE.astype(np.float32)) * 0.33).astype(np.uint8)) == [FaultCode.TOO_LIGHT]


@pytest.mark.parametrize("turns", range(4))
def test_print_that_runs_off_an_edge_is_told_with_the_edge(turns: int) -> None:
    """The left of the print cut off, and the sheet then laid each way."""
    cut = np.ascontiguousarray(np.rot90(PAGE[:, 420:], turns))
    gray = cv2.cvtColor(cut, cv2.COLOR_BGR2GRAY)
    (found,) = page_faults(gray, even_background(gray), 300.0, sideways=turns % 2 == 1)
    assert found.code is FaultCode.CUT_EDGE
    assert found.box is not None
    height, width = gray.shape
    # from left, foot, right and head
    away = (found.box.left, height - found.box.bottom, width - found.box.right, found.box.top)
    assert away[turns] == 0
    assert sorted(away)[1] > 0


def test_a_line_cut_along_its_middle_is_told_and_white_beside_it_is_not() -> None:
    assert codes(PAGE[385:]) == [FaultCode.CUT_EDGE]
    assert codes(PAGE[420:]) == []


def test_frames_and_shadows_at_the_edge_are_no_letters() -> None:
    framed = PAGE.copy()
    framed[:, :6] = 30
    framed[900:906] = 20  # a rule of a table across the sheet
    cv2.circle(framed, (10, 1200), 35, (10, 10, 10), -1)  # a punch hole, half
    assert codes(framed) == []
    shadow = (PAGE * np.clip(np.linspace(0.3, 4, PAGE.shape[1]), 0, 1)[None, :, None]).astype(np.uint8)
    assert FaultCode.CUT_EDGE not in codes(shadow)
