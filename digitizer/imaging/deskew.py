"""How a page lies: takes a bilevel page, gives its skew in degrees and the quarter turns that make it upright."""

from __future__ import annotations

import cv2
import numpy as np

COARSE_DEG = np.arange(-8.0, 8.01, 0.5)
FINE_STEPS_DEG = (0.1, 0.02)
MAX_POINTS = 60_000


def skew_deg(dark: np.ndarray) -> float:
    """Degrees by which text lines rise to the right (counter-clockwise positive): the turn at which the row profile
    is sharpest (Postl 1986). `dark`: (h, w) nonzero where ink is, about 75-100 dpi."""
    ys, xs = _points(dark)
    if len(xs) < 50:
        return 0.0
    best = _sharpest(ys, xs, COARSE_DEG)
    for step in FINE_STEPS_DEG:
        best = _sharpest(ys, xs, np.arange(best - 5 * step, best + 5.01 * step, step))
    return float(best)


def _points(dark: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    ys, xs = np.nonzero(dark)
    if len(xs) > MAX_POINTS:
        step = len(xs) // MAX_POINTS + 1
        ys, xs = ys[::step], xs[::step]
    return ys.astype(np.float32), (xs - dark.shape[1] / 2).astype(np.float32)


def _sharpest(ys: np.ndarray, xs: np.ndarray, angles: np.ndarray) -> float:
    return float(angles[int(np.argmax([profile_energy(ys, xs, a) for a in angles]))])


def profile_energy(ys: np.ndarray, xs: np.ndarray, angle_deg: float) -> float:
    """Sum of squared differences of neighbouring rows of ink after a shear by the angle."""
    rows = ys + xs * np.float32(np.tan(np.radians(angle_deg)))
    rows -= rows.min()
    profile = np.bincount(rows.astype(np.int32)).astype(np.float64)
    return float(np.square(np.diff(profile)).sum())


def turn(image: np.ndarray, skew: float, border: int | tuple[int, int, int]) -> np.ndarray:
    """The picture turned clockwise by `skew` degrees about its middle, same size, corners filled with `border`."""
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -skew, 1.0)
    return cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=border)
