"""A page to an upright page on even white, with what is printed for answers located: takes PageImage, gives CleanPage."""

from __future__ import annotations

import cv2
import numpy as np

from digitizer.document import CleanPage, PageImage
from digitizer.imaging.background import even_background, split_seal
from digitizer.imaging.deskew import skew_deg, turn
from digitizer.imaging.leaders import find_leaders
from digitizer.imaging.rules import find_ruling

DARK = 150  # of 255, after the background is even
LEVEL_DEG = 0.06  # less skew than this is not worth resampling: 2 px over an A4 line at 300 dpi
SURVEY_DPI = 75.0
BLANK_INK_SHARE = 0.0004


def clean(page: PageImage) -> CleanPage:
    """Deskews, evens the background, lifts the red seal off and takes leaders and rules out of `ink`."""
    gray, seal = split_seal(page.image, page.dpi)
    gray = even_background(gray)
    skew = _skew(gray, page.dpi)
    image = page.image
    if abs(skew) >= LEVEL_DEG:
        gray, image = turn(gray, skew, 255), turn(image, skew, (255, 255, 255))
    dark = cv2.threshold(gray, DARK, 255, cv2.THRESH_BINARY_INV)[1]
    ruling = find_ruling(dark, page.dpi)
    leaders = find_leaders(cv2.bitwise_and(dark, cv2.bitwise_not(ruling.mask)), page.dpi)
    ink = gray.copy()
    gone = cv2.dilate(cv2.bitwise_or(ruling.mask, leaders.dots), np.ones((5, 5), np.uint8))
    ink[cv2.bitwise_or(gone, leaders.touching) > 0] = 255
    return CleanPage(
        number=page.number, image=image, gray=gray, ink=ink, dpi=page.dpi, skew_deg=skew, leaders=leaders.runs,
        rules=ruling.rules, cells=ruling.cells, seal=seal,
        blank=bool(cv2.countNonZero(dark) < BLANK_INK_SHARE * dark.size),
    )


def _skew(gray: np.ndarray, dpi: float) -> float:
    factor = SURVEY_DPI / dpi
    small = cv2.resize(gray, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return skew_deg(small < 200)
