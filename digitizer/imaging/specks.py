"""Dust and toner on a page: takes what is dark and its connected parts, gives a mask of the specks among them."""

from __future__ import annotations

import cv2
import numpy as np

from digitizer.imaging.parts import Parts, parts_of

GRAIN_MM2 = 0.022  # area: 3 pixels at 300 dpi; no whole mark of a letter is as small
DUST_MM2 = 0.06  # 8 pixels. Full stops and leader dots have 9 and more, but the dotted lines of a table may have 6
APART_MM = 0.45  # dust this near to other ink may be a piece of a letter with it
GROUP_MM2 = 0.09  # unless all that lies so near together is no more than this
MANY_A_CM2 = 0.8  # grains; real scans have up to 0.1, a photocopied copy 0.3, a dusty fax 1.5
MANY = 30  # a single line cut out of a page is too small to be judged by its density
ROW_MM, PITCH_MM = 6.0, 1.0  # dust in a row this long, no further apart, is a dotted line


def find_specks(dark: np.ndarray, parts: Parts, dpi: float) -> np.ndarray | None:
    """(h, w) uint8, 255 on specks; None where the page has not so many that it would matter."""
    px = dpi / 25.4
    area = parts.stats[:, cv2.CC_STAT_AREA]
    if np.count_nonzero(area <= GRAIN_MM2 * px * px) < max(MANY, MANY_A_CM2 * dark.size / (10 * px) ** 2):
        return None
    dust = area <= DUST_MM2 * px * px
    dust[0] = False
    found = _drawn(dust, parts)
    side = round(APART_MM * px) + 1
    groups = parts_of(cv2.dilate(dark, np.ones((side, side), np.uint8)))
    inked = np.bincount(groups.labels[dark > 0], minlength=groups.count)
    alone = _drawn(inked <= GROUP_MM2 * px * px, groups)
    return cv2.subtract(cv2.bitwise_and(found, alone), _rows(found, px))


def _drawn(chosen: np.ndarray, parts: Parts) -> np.ndarray:
    return np.asarray(np.where(chosen, np.uint8(255), np.uint8(0))[parts.labels])


def _rows(dots: np.ndarray, px: float) -> np.ndarray:
    """Where dots stand close together in a level row."""
    joined = cv2.morphologyEx(dots, cv2.MORPH_CLOSE, np.ones((3, round(PITCH_MM * px)), np.uint8))
    return cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((1, round(ROW_MM * px)), np.uint8))


def without_specks(gray: np.ndarray, dark: np.ndarray, specks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`gray` with the specks and their rims white, and `dark` without them; ink keeps its own rim."""
    dark = cv2.subtract(dark, specks)
    rims = cv2.dilate(specks, np.ones((5, 5), np.uint8))
    return cv2.bitwise_or(gray, cv2.subtract(rims, cv2.dilate(dark, np.ones((3, 3), np.uint8)))), dark
