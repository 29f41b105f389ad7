"""What shines through from the back of the paper: takes an even gray page, gives it without what is only faint."""

from __future__ import annotations

import cv2
import numpy as np

FIRM = 180  # of 255: ink of this side is darker somewhere; print of the back, seen through paper, hardly ever
SEEN = 228  # paler than this is grain of the paper
RIM_MM = 0.25  # around firm ink the gray of its own edge stays
SHARE = 0.0025  # of the page: scans of single-sided paper have less than 0.0005
STRIP_PX, EVERY_PX = 24, 160  # a page is judged by a sixth of its rows


def without_ghosts(gray: np.ndarray, dpi: float) -> np.ndarray:
    """(h, w) uint8. Where much of the page is faint without being the rim of ink, all that is faint becomes white; a
    page that has no such ghosts comes back itself, after a millisecond."""
    side = 2 * round(RIM_MM / 25.4 * dpi) + 1
    height, width = gray.shape
    if height < EVERY_PX:
        return gray
    strips = gray[:height // EVERY_PX * EVERY_PX].reshape(-1, EVERY_PX, width)[:, :STRIP_PX].reshape(-1, width)
    faint = cv2.inRange(strips, FIRM, SEEN)
    if cv2.countNonZero(cv2.subtract(faint, _near_ink(strips, side))) < SHARE * strips.size:
        return gray
    return cv2.bitwise_or(gray, cv2.bitwise_not(_near_ink(gray, side)))


def _near_ink(gray: np.ndarray, side: int) -> np.ndarray:
    firm = cv2.threshold(gray, FIRM, 255, cv2.THRESH_BINARY_INV)[1]
    return cv2.dilate(firm, np.ones((side, side), np.uint8))
