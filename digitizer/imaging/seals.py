"""Red seals: takes a colour page, gives gray values in which red ink is gone, and the boxes of seals as evidence."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from digitizer.geometry import Box
from digitizer.imaging.background import SHRINK, shrunk

RED_MARGIN = 45  # red above green and blue by this much is seal ink, not warm paper
PALE_MARGIN = 14  # beside seal ink this is its edge, which JPEG has spread
EDGE_MM = 0.35
UNMIX = 0.3  # seal ink takes a quarter as much red light as green: red + 0.3 (red - green) is the paper under it
JOIN_MM = 4.0  # rings, letters and star of one seal lie nearer to one another
SEAL_MM = 12.0  # smallest side of a window in which a seal (35-42 mm, Decree 99/2016) must show its ink
SEAL_SHARE = 0.06  # of that window


@dataclass(frozen=True, slots=True)
class Unsealed:
    """gray: (h, w) uint8 without red ink. red: (h/8, w/8) uint8, share of red ink around each point (255: all); None
    where the page holds none."""

    gray: np.ndarray
    red: np.ndarray | None


def lift_seals(image: np.ndarray, dpi: float) -> Unsealed:
    """Black ink under a seal stays, as its red channel is dark. A page without red costs a look at a small one."""
    gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    if not (_redness(shrunk(image, 1 / SHRINK)) > RED_MARGIN // 2).any():
        return Unsealed(gray, None)
    redness = _redness(image)
    sure = cv2.threshold(redness, RED_MARGIN, 255, cv2.THRESH_BINARY)[1]
    side = 2 * round(EDGE_MM / 25.4 * dpi) + 1
    zone = (cv2.dilate(sure, np.ones((side, side), np.uint8)) > 0) & (redness > PALE_MARGIN)
    paper = cv2.addWeighted(image[:, :, 2], 1.0, redness, UNMIX, 0)
    return Unsealed(np.where(zone, np.maximum(gray, paper), gray), shrunk(sure, 1 / SHRINK))


def seal_boxes(red: np.ndarray, dpi: float) -> tuple[Box, ...]:
    """Where enough red ink stands together to be a seal, largest first, in pixels of the page. `red`: as in Unsealed,
    turned upright with the page."""
    px = dpi / 25.4 / SHRINK
    side, reach = max(3, round(SEAL_MM * px)), max(3, round(JOIN_MM * px))
    dense = cv2.blur(red, (side, side))
    joined = cv2.dilate((red > 24).astype(np.uint8), np.ones((reach, reach), np.uint8))
    count, labels = cv2.connectedComponents(joined)
    found = []
    for number in range(1, count):
        mine = labels == number
        if dense[mine].max() > 255 * SEAL_SHARE:
            ys, xs = np.nonzero(mine & (red > 24))
            found.append(Box(xs.min() * SHRINK, ys.min() * SHRINK, (xs.max() + 1) * SHRINK, (ys.max() + 1) * SHRINK))
    return tuple(sorted(found, key=lambda box: -box.area))


def _redness(image: np.ndarray) -> np.ndarray:
    blue, green, red = cv2.split(image)
    return cv2.subtract(red, cv2.max(blue, green))
