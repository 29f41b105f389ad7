"""Paper to even white: takes a gray page, gives gray values whose paper is 255."""

from __future__ import annotations

import cv2
import numpy as np

SHRINK = 8  # paper shading is smooth: it is estimated at an eighth of the size


def shrunk(image: np.ndarray, factor: float) -> np.ndarray:
    """The picture at `factor` (below 1) of its size, each pixel the mean of what it covers; at least 1 x 1. Halved as
    often as can be, which OpenCV does ten times faster than any other step; an odd last row or column goes."""
    height, width = image.shape[:2]
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    while factor <= 0.5 and min(image.shape[:2]) >= 2:
        half = (image.shape[1] // 2, image.shape[0] // 2)
        image = cv2.resize(image[:2 * half[1], :2 * half[0]], half, interpolation=cv2.INTER_AREA)
        factor *= 2
    return image if image.shape[1::-1] == size else cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def even_background(gray: np.ndarray) -> np.ndarray:
    """(h, w) uint8 with paper at 255: divided by the paper's brightness around each point."""
    small = shrunk(gray, 1 / SHRINK)
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (15, 15)))
    paper = cv2.medianBlur(paper, 21)
    paper = np.maximum(cv2.GaussianBlur(paper, (0, 0), 5), 40)
    paper = cv2.resize(paper, (gray.shape[1], gray.shape[0]), interpolation=cv2.INTER_LINEAR)
    return cv2.divide(gray, paper, scale=262)  # a little over 255: paper grain goes to white
