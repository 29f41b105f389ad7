"""A sheet that lies in its picture, as in a phone's photograph or on a glass with the lid open: takes the picture,
gives the sheet's corners, and the sheet alone, seen from straight above."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product

import cv2
import numpy as np

from digitizer.geometry import MM_PER_INCH
from digitizer.imaging.background import shrunk

SURVEY_PX = 640  # longer side of the picture in which the sheet's edges are looked for: half a millimetre a pixel
DARKER = 0.78  # of the paper's brightness: what the picture's rim shows when it is not the sheet
RIM_SHARE = 0.5  # of one side of the rim
CLOSE_PX = 13  # print is closed over, so that only large areas are left
STEP = 14  # of 255, between neighbours, at an edge of the sheet: softer ones are shadows
LEAN_DEG = 30
LINES_A_SIDE = 4
SUPPORT = 0.62  # of each side that must show its edge
LEAST_SHARE = 0.25  # of the picture
SQUARE_DEG = 25  # a corner may be seen this far from square
A4_MM, A5_MM = (210.0, 297.0), (148.0, 210.0)
A4_RATIO = (1.34, 1.50)  # as seen; foreshortening by 14 degrees changes it by 5 %. An identity card has 1.585
CUT_MM = 0.8  # this much of the sheet's rim goes, and with it the table's last pixels
SAME_SIZE = 0.03


def lies_open(image: np.ndarray) -> bool:
    """Whether more than the sheet may be in view: a side of the rim is darker than paper. `image`: (h, w, 3) uint8;
    of a scan that fills its picture this is False, in a millisecond."""
    step = max(1, max(image.shape[:2]) // SURVEY_PX)
    small = np.ascontiguousarray(image[step // 2::step, step // 2::step, 1])
    if min(small.shape) < 16:
        return False
    least = DARKER * float(np.percentile(small, 85))
    sides = (small[1:3], small[-3:-1], small[:, 1:3], small[:, -3:-1])
    return any(float((side < least).mean()) > RIM_SHARE for side in sides)


def sheet_corners(image: np.ndarray) -> np.ndarray | None:
    """(4, 2) float64, corners of a sheet brighter than what it lies on, clockwise from top left, in pixels of `image`
    (h, w, 3); None where no four edges show."""
    factor = min(1.0, SURVEY_PX / max(image.shape[:2]))
    gray = cv2.cvtColor(shrunk(image, factor), cv2.COLOR_BGR2GRAY)
    gray = cv2.morphologyEx(gray, cv2.MORPH_CLOSE, np.ones((CLOSE_PX, CLOSE_PX), np.uint8))
    gray = cv2.GaussianBlur(gray, (0, 0), 1.0)
    across, down = (cv2.Sobel(gray, cv2.CV_32F, *way, ksize=3) / 4 for way in ((1, 0), (0, 1)))
    edges = [side > STEP for side in (across, down, -across, -down)]  # left, top, right, bottom: brighter inwards
    sides = [_lines(edge, upright=n % 2 == 0) for n, edge in enumerate(edges)]
    best, most = None, 0.0
    for four in product(*sides):
        quad = _quad(four)
        if quad is None or not _like_a_sheet(quad, gray.shape):
            continue
        support = _support(quad, edges)
        if min(support) >= SUPPORT and sum(support) > most:
            best, most = quad, sum(support)
    return None if best is None else (_refined(best, edges) + 0.5) / factor - 0.5  # of pixels' middles


def flattened(image: np.ndarray, corners: np.ndarray, dpi: float) -> np.ndarray:
    """The sheet alone, at `dpi`. A photograph tells no size: a sheet of A4's shape is taken for A4, one that measures
    A5 stays A5, any other keeps its pixels."""
    width, height = sheet_size(corners, dpi)
    target = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    flat = cv2.warpPerspective(image, matrix, (width, height), flags=cv2.INTER_CUBIC)
    cut = min(round(CUT_MM / MM_PER_INCH * dpi), (min(width, height) - 1) // 2)
    inside = flat[cut:height - cut, cut:width - cut]
    return cv2.copyMakeBorder(inside, cut, cut, cut, cut, cv2.BORDER_REPLICATE)


def sheet_size(corners: np.ndarray, dpi: float) -> tuple[int, int]:
    """(width, height) in pixels at `dpi`."""
    width, height = side_lengths(corners)
    k = dpi / MM_PER_INCH
    short, long = sorted((width, height))
    if not A4_RATIO[0] <= long / short <= A4_RATIO[1]:
        return round(width), round(height)
    a5 = all(abs(got / (k * mm) - 1) < SAME_SIZE for got, mm in zip((short, long), A5_MM, strict=True))
    sides = [round(k * mm) for mm in (A5_MM if a5 else A4_MM)]
    return (sides[0], sides[1]) if height > width else (sides[1], sides[0])


def side_lengths(corners: np.ndarray) -> tuple[float, float]:
    """(width, height) of the sheet as seen, in pixels of its picture."""
    lengths = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    return float(lengths[0::2].mean()), float(lengths[1::2].mean())


def _lines(edge: np.ndarray, upright: bool) -> list[tuple[float, float]]:
    """(rho, theta) of the strongest straight edges, apart from one another."""
    middle, lean = (0.0, math.radians(LEAN_DEG)) if upright else (math.pi / 2, math.radians(LEAN_DEG))
    height, width = edge.shape
    votes = round(0.3 * (height if upright else width))
    found = cv2.HoughLines(
        edge.astype(np.uint8), 1, math.radians(0.5), votes, min_theta=middle - lean, max_theta=middle + lean
    )
    kept: list[tuple[float, float]] = []
    for rho, theta in found[:, 0, :2].tolist() if found is not None else ():
        if all(abs(rho - r) > 8 or abs(theta - t) > 0.07 for r, t in kept):
            kept.append((rho, theta))
        if len(kept) == LINES_A_SIDE:
            break
    return kept


def _quad(four: tuple[tuple[float, float], ...]) -> np.ndarray | None:
    """Corners clockwise from top left of left, top, right and bottom lines."""
    corners = []
    for one, other in ((0, 1), (1, 2), (2, 3), (3, 0)):
        (r1, t1), (r2, t2) = four[one], four[other]
        system = np.array([[math.cos(t1), math.sin(t1)], [math.cos(t2), math.sin(t2)]])
        if abs(np.linalg.det(system)) < 0.3:
            return None
        corners.append(np.linalg.solve(system, (r1, r2)))
    return np.array(corners)


def _like_a_sheet(quad: np.ndarray, shape: tuple[int, ...]) -> bool:
    """Convex, in view, a fair part of the picture, and nearly square at its corners."""
    height, width = shape[:2]
    if (quad < -2).any() or (quad[:, 0] > width + 2).any() or (quad[:, 1] > height + 2).any():
        return False
    ahead = np.roll(quad, -1, axis=0) - quad
    turn = np.roll(ahead, -1, axis=0)
    cross = ahead[:, 0] * turn[:, 1] - ahead[:, 1] * turn[:, 0]
    lengths = np.linalg.norm(ahead, axis=1)
    sine = cross / (lengths * np.roll(lengths, -1))
    area = float(cv2.contourArea(quad.astype(np.float32)))
    return bool((sine > math.cos(math.radians(SQUARE_DEG))).all() and area > LEAST_SHARE * height * width)


def _support(quad: np.ndarray, edges: list[np.ndarray]) -> list[float]:
    """Of each side, left, top, right, bottom, the share of its length that lies on its edge, a pixel either way."""
    shares = []
    for edge, (start, end) in zip(edges, _sides(quad), strict=True):
        points = np.linspace(start, end, max(8, int(np.linalg.norm(end - start) / 2)))
        xs = np.clip(np.round(points[:, 0]).astype(int), 1, edge.shape[1] - 2)
        ys = np.clip(np.round(points[:, 1]).astype(int), 1, edge.shape[0] - 2)
        hit = edge[ys, xs] | edge[ys - 1, xs] | edge[ys + 1, xs] | edge[ys, xs - 1] | edge[ys, xs + 1]
        shares.append(float(hit.mean()))
    return shares


def _sides(quad: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Left, top, right, bottom as (start, end)."""
    for start, end in ((3, 0), (0, 1), (1, 2), (2, 3)):
        yield quad[start], quad[end]


def _refined(quad: np.ndarray, edges: list[np.ndarray]) -> np.ndarray:
    """Each side fitted to the edge pixels along it: half a pixel here is three where the sheet is read."""
    lines = []
    for edge, (start, end) in zip(edges, _sides(quad), strict=True):
        along = (end - start) / np.linalg.norm(end - start)
        ys, xs = np.nonzero(edge)
        off = np.abs((xs - start[0]) * along[1] - (ys - start[1]) * along[0])
        near = np.stack([xs[off < 2.5], ys[off < 2.5]], axis=1).astype(np.float32)
        dx, dy, x, y = cv2.fitLine(near, cv2.DIST_HUBER, 0, 0.01, 0.01).ravel().tolist()
        lines.append((x * dy - y * dx, math.atan2(-dx, dy)))
    refined = _quad(tuple(lines))
    return quad if refined is None else refined
