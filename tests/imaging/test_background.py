"""Background and seal: shaded paper becomes white, red ink goes and is told, black ink stays."""

import cv2
import numpy as np

from digitizer.imaging.background import even_background, split_seal
from tests.imaging.paper import Sheet, scanned

RED = (60, 40, 200)  # blue, green, red of a stamp pad


def gray_of(image: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)


def test_shaded_paper_becomes_white_and_ink_stays_dark() -> None:
    sheet = Sheet().paragraph()
    ink = sheet.dark() > 0
    even = even_background(gray_of(scanned(sheet.bgr())))
    core = cv2.erode(ink.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    around = cv2.dilate(ink.astype(np.uint8), np.ones((9, 9), np.uint8)) == 0
    assert np.percentile(even[around], 1) > 215
    assert np.percentile(even[core], 99) < 120


def test_a_large_black_area_stays_black_at_its_edge() -> None:
    gray = np.full((1200, 900), 230, np.uint8)
    gray[500:560, 200:700] = 20
    assert even_background(gray)[505:555, 210:690].max() < 90


def stamped(angle: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """(page, mask of the seal's ink): a round seal across text."""
    page = Sheet().paragraph().bgr()
    mask = np.zeros(page.shape[:2], np.uint8)
    cv2.circle(mask, (1200, 900), 210, 255, 12)
    cv2.circle(mask, (1200, 900), 150, 255, 6)
    cv2.putText(mask, "UBND", (1060, 930), cv2.FONT_HERSHEY_DUPLEX, 3.5, 255, 14)
    page[mask > 0] = np.minimum(page[mask > 0], RED)
    return page, mask


def test_a_seal_is_told_and_lifted_off() -> None:
    page, mask = stamped()
    black = Sheet().paragraph().dark() > 0
    gray, seal = split_seal(page, 300)
    assert seal
    assert np.median(gray[(mask > 0) & ~black]) > 190
    assert np.median(gray[black & (cv2.dilate(mask, np.ones((5, 5), np.uint8)) > 0)]) < 60


def test_black_blue_and_yellowed_pages_have_no_seal() -> None:
    plain = Sheet().paragraph().bgr()
    blue = plain.copy()
    blue[(plain < 100).all(axis=2)] = (150, 40, 30)
    yellowed = (plain.astype(np.float32) * (0.75, 0.92, 1.0)).astype(np.uint8)
    for page in (plain, blue, yellowed):
        assert split_seal(page, 300)[1] is False


def test_a_few_red_specks_are_no_seal() -> None:
    page = Sheet().paragraph().bgr()
    page[100:110, 100:130] = RED
    assert split_seal(page, 300)[1] is False
