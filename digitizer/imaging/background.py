"""Paper to even white: takes a colour page, gives gray values whose paper is 255, and tells red seal ink apart."""

from __future__ import annotations

import cv2
import numpy as np

SHRINK = 8  # paper shading is smooth: it is estimated at an eighth of the size
RED_MARGIN = 45  # red above green and blue by this much is seal ink, not warm paper
SEAL_DISC_MM = 12.0  # smallest window in which a seal (35-42 mm, Decree 99/2016) must show its ink


def shrunk(image: np.ndarray, factor: float) -> np.ndarray:
    """The picture at `factor` (below 1) of its size, each pixel the mean of what it covers; at least 1 x 1."""
    height, width = image.shape[:2]
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def split_seal(image: np.ndarray, dpi: float) -> tuple[np.ndarray, bool]:
    """(gray, seal): gray (h, w) uint8 in which red ink is lifted away (its red channel is bright, black ink's is not);
    seal says whether enough red ink stands together."""
    gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    small = shrunk(image, 1 / SHRINK)
    if not _red(small, RED_MARGIN // 2).any():
        return gray, False
    red = _red(image, RED_MARGIN)
    red = cv2.dilate(red, np.ones((3, 3), np.uint8))
    gray = np.where(red > 0, np.maximum(gray, image[:, :, 2]), gray)
    return gray, _stands_together(red, dpi)


def _red(image: np.ndarray, margin: int) -> np.ndarray:
    blue, green, red = cv2.split(image)
    return (cv2.subtract(red, cv2.max(blue, green)) > margin).astype(np.uint8)


def _stands_together(red: np.ndarray, dpi: float) -> bool:
    share = shrunk(red * np.uint8(255), 1 / SHRINK)
    side = max(3, round(SEAL_DISC_MM / 25.4 * dpi / SHRINK))
    return bool(cv2.blur(share, (side, side)).max(initial=0) > 255 * 0.06)


def even_background(gray: np.ndarray) -> np.ndarray:
    """(h, w) uint8 with paper at 255: divided by the paper's brightness around each point."""
    small = shrunk(gray, 1 / SHRINK)
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (15, 15)))
    paper = cv2.medianBlur(paper, 21)
    paper = np.maximum(cv2.GaussianBlur(paper, (0, 0), 5), 40)
    paper = cv2.resize(paper, (gray.shape[1], gray.shape[0]), interpolation=cv2.INTER_LINEAR)
    return cv2.divide(gray, paper, scale=262)  # a little over 255: paper grain goes to white
