"""What is wrong with a scanned page: takes gray values as they came and on even white, gives faults with their places.

Judged where ink is, in tiles of a centimetre, so that white paper says nothing and a blurred corner can be told from a
blurred page. The limits lie between what scanners and phones do to pages that are read well and what costs answers
(docs/pages.md)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np

from digitizer.geometry import MM_PER_INCH, Box, union
from digitizer.imaging.background import shrunk

BLUR_DPI = 300.0  # at which the widths of edges below are meant
TILE_PX = 128
MOST_TILES = 36
INKED = (0.02, 0.45)  # mean darkness of a tile with text; above: a picture or a shadow
LEAST_TILES = 4  # fewer are a few words: too little to judge a page by
SIDE_PX = 11  # of the window across an edge in which paper and ink are looked for
CONTRAST = 70  # of 255, between these
LEAST_EDGES = 30  # a tile
SOFT_PX = 4.1  # ink to paper, contrast over steepest step. Scanned well 1 to 2.6, 150 dpi and heavy scans 3.1
SOFT_SHARE = 0.4  # of the tiles
PALE = 140  # of 255: three strokes in four whose darkest point is paler; the reading counts ink below 150
PALE_SHARE = 0.5
STROKE = 225  # paler points are paper's grain
LEAST_STROKES = 12  # a tile
GLOOM = 85  # of 255: paper that is darker has little room left for ink; photographs in a room have 150 and more
GLOOM_SHARE = 0.25
SOLID_SHARE = 0.3  # of a page that is black: too dark for whatever was on it. Dense print has an eighth
EDGE_DPI = 150.0
BAND_MM = 9.0  # along each edge, looked at for letters that are cut
TOUCH_MM = 0.35  # to the edge
LETTER_MM = (0.7, 7.0)  # along the edge, of what is cut; longer: shadows and frames
REACH_MM = 8.0  # a letter, or letters that touch, reach no further from the edge
LEAST_CUT = {"side": 4, "end": 8}  # letters: one a line at a side, a good part of one line at head or foot
SHADOW = 0.75  # of the page's paper: an edge darker than that lies in a fold or beside the sheet
INKED_ROW = 0.05  # of a cut letter's rows further in, where its line goes on
FAINT = 200


class FaultCode(StrEnum):
    BLURRED = "blurred"
    TOO_DARK = "too_dark"
    TOO_LIGHT = "too_light"
    CUT_EDGE = "cut_edge"
    LOW_RESOLUTION = "low_resolution"


@dataclass(frozen=True, slots=True)
class Fault:
    """box: where, in pixels of the page as it was looked at; None: all of it."""

    code: FaultCode
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class _Tiles:
    """Of each inked tile its left top corner, its share of edges that are soft and of strokes that are pale, and how
    bright its paper is; NaN where it cannot be said."""

    corners: tuple[tuple[int, int], ...]
    soft_px: np.ndarray
    pale: np.ndarray
    paper: np.ndarray


def page_faults(raw: np.ndarray, even: np.ndarray, dpi: float, sideways: bool = False) -> tuple[Fault, ...]:
    """raw: (h, w) uint8 as scanned. even: the same with paper at 255, on which ink is judged. Neither turned yet: what
    is cut at an edge lies at the edge of the array. sideways: lines of text run down it. A hundredth of a second a page
    of A4."""
    found = _cut(raw, even, dpi, sideways)
    tiles = _tiles(raw, even)
    if float((shrunk(even, 1 / 4) < 128).mean()) > SOLID_SHARE:
        found.append(Fault(FaultCode.TOO_DARK))
    elif len(tiles.corners) >= LEAST_TILES:
        found += _of_tiles(FaultCode.TOO_DARK, tiles, tiles.paper < GLOOM, GLOOM_SHARE)
    if len(tiles.corners) >= LEAST_TILES:
        found += _of_tiles(FaultCode.TOO_LIGHT, tiles, tiles.pale > PALE, PALE_SHARE)
        found += _of_tiles(FaultCode.BLURRED, tiles, tiles.soft_px * BLUR_DPI / dpi > SOFT_PX, SOFT_SHARE)
    return tuple(found)


def _of_tiles(code: FaultCode, tiles: _Tiles, bad: np.ndarray, share: float) -> list[Fault]:
    if np.count_nonzero(bad) < max(LEAST_TILES, share * len(tiles.corners)):
        return []
    boxes = [Box(x, y, x + TILE_PX, y + TILE_PX) for (x, y), is_bad in zip(tiles.corners, bad, strict=True) if is_bad]
    return [Fault(code, union(boxes))]


def _tiles(raw: np.ndarray, even: np.ndarray) -> _Tiles:
    corners = _inked(even)
    if not corners:
        nothing = np.zeros(0)
        return _Tiles((), nothing, nothing, nothing)
    strip, before = (_strip(page, corners) for page in (even, raw))
    split = (TILE_PX, len(corners), TILE_PX)
    paper = np.percentile(before[::4, ::4].reshape(TILE_PX // 4, len(corners), -1), 80, axis=(0, 2))
    soft = np.fmax(_edge_px(strip, 1), _edge_px(strip, 0))
    strokes = (strip == cv2.erode(strip, np.ones((7, 7), np.uint8))) & (strip < STROKE)
    depths = np.where(strokes, strip.astype(np.float32), np.nan).reshape(split)
    return _Tiles(corners, soft, _quartile(depths), paper)


def _inked(even: np.ndarray) -> tuple[tuple[int, int], ...]:
    """Left top corners of tiles that hold text, spread over the page; those at its rim are left out."""
    small = shrunk(even, 1 / 8)
    size = (small.shape[1] * 8 // TILE_PX, small.shape[0] * 8 // TILE_PX)
    if min(size) < 3:
        return ()
    side = TILE_PX // 8
    ink = 1 - cv2.resize(small[:size[1] * side, :size[0] * side], size, interpolation=cv2.INTER_AREA) / 255
    ink[[0, -1]] = ink[:, [0, -1]] = 0
    ys, xs = np.nonzero((ink > INKED[0]) & (ink < INKED[1]))
    if len(ys) > MOST_TILES:
        chosen = np.linspace(0, len(ys) - 1, MOST_TILES).round().astype(int)
        ys, xs = ys[chosen], xs[chosen]
    return tuple((int(x) * TILE_PX, int(y) * TILE_PX) for y, x in zip(ys, xs, strict=True))


def _strip(page: np.ndarray, corners: tuple[tuple[int, int], ...]) -> np.ndarray:
    """The tiles side by side, so that each step below is one call."""
    return np.hstack([page[y:y + TILE_PX, x:x + TILE_PX] for x, y in corners])


def _edge_px(strip: np.ndarray, axis: int) -> np.ndarray:
    """For each tile the median width of its ink's edges across `axis` (1: along rows); NaN where it has few. The
    width is what a straight ramp of the same steepness would take from paper to ink: of a sharp step it is 1, of one
    softened by a Gaussian 2.5 times its sigma. A shake of the hand softens one way only."""
    def window(side: int) -> np.ndarray:
        return np.ones((1, side) if axis else (side, 1), np.uint8)

    span = cv2.subtract(cv2.dilate(strip, window(SIDE_PX)), cv2.erode(strip, window(SIDE_PX)))
    step = np.zeros_like(strip)
    if axis:
        step[:, :-1] = cv2.absdiff(strip[:, 1:], strip[:, :-1])
        step[:, TILE_PX - 1::TILE_PX] = 0  # between tiles
    else:
        step[:-1] = cv2.absdiff(strip[1:], strip[:-1])
    edges = (step == cv2.dilate(step, window(7))) & (span > CONTRAST) & (step > 0)
    ys, xs = np.nonzero(edges)
    widths, owners = span[ys, xs] / step[ys, xs].astype(np.float32), xs // TILE_PX
    found = [widths[owners == n] for n in range(strip.shape[1] // TILE_PX)]
    return np.array([np.median(each) if len(each) >= LEAST_EDGES else np.nan for each in found])


def _quartile(depths: np.ndarray) -> np.ndarray:
    """Of each tile the lower quartile of its strokes' darkest points."""
    each = np.moveaxis(depths, 1, 0).reshape(depths.shape[1], -1)
    counted = np.isfinite(each).sum(axis=1)
    return np.array([
        np.percentile(row[np.isfinite(row)], 25) if many >= LEAST_STROKES else np.nan
        for row, many in zip(each, counted, strict=True)
    ])


def _cut(raw: np.ndarray, even: np.ndarray, dpi: float, sideways: bool) -> list[Fault]:
    """Edges that letters run off: at a side many lines end in a letter that touches the edge, at head or foot much of
    one line does. Frames and punch holes are no letters by their
    size, and shadows are told by the paper beside them."""
    small = shrunk(even, min(1.0, EDGE_DPI / dpi))
    k = small.shape[1] / even.shape[1]
    px = dpi * k / MM_PER_INCH
    depth = round(BAND_MM * px)
    if min(small.shape) < 4 * depth:
        return []
    height, width = even.shape
    paper, rims = float(np.percentile(raw[::16, ::16], 80)), (raw[::8, 2], raw[2, ::8], raw[::8, -3], raw[-3, ::8])
    found = []
    names = ("end", "side") if sideways else ("side", "end")
    for turns, name in enumerate(2 * names):  # left, top, right, bottom come to lie at the left
        if float(np.median(rims[turns])) < SHADOW * paper:
            continue
        band = np.ascontiguousarray(np.rot90(small, turns)[:, :depth] < FAINT).astype(np.uint8)
        spans = _cut_letters(band, px, goes_on=name == "side")
        if len(spans) >= LEAST_CUT[name]:
            first, last = min(s[0] for s in spans) / k, max(s[1] for s in spans) / k
            found.append(Fault(FaultCode.CUT_EDGE, _strip_box(turns, (first, last), depth / k, (width, height))))
    return found


def _cut_letters(band: np.ndarray, px: float, goes_on: bool) -> list[tuple[int, int]]:
    """(first, last) row of each letter that touches the left of `band`, (length of the edge, depth), 1 where dark.
    goes_on: only of those whose line has more ink further in."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(band, connectivity=8)
    touch, reach = round(TOUCH_MM * px), round(REACH_MM * px)
    low, high = (mm * px for mm in LETTER_MM)
    found = []
    for left, top, width, height, area in stats[1:].tolist():
        if left > touch or not low <= height <= high or not 2 <= width <= reach or area < 6:
            continue
        beyond = band[top:top + height, width:]
        if goes_on and float(beyond.mean() if beyond.size else 0.0) < INKED_ROW:
            continue
        found.append((top, top + height))
    return found


def _strip_box(turns: int, span: tuple[float, float], depth: float, size: tuple[int, int]) -> Box:
    """Of an edge that `turns` quarter turns counter-clockwise bring to the left, the strip from span[0] to span[1]."""
    width, height = size
    first, last = span
    return (
        Box(0, first, depth, last), Box(width - last, 0, width - first, depth),
        Box(width - depth, height - last, width, height - first), Box(first, height - depth, last, height),
    )[turns]
