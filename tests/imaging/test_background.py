"""Background: shaded paper becomes white and ink stays dark."""

import cv2
import numpy as np

from digitizer.imaging.background import even_background
from tests.imaging.paper import Sheet, scanned


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
