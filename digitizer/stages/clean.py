"""A page to an upright page on even white with answer places located: takes a PageImage, gives a CleanPage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import cv2
import numpy as np

from digitizer.document import CleanPage, Finding, PageImage
from digitizer.faults import LEAST_DPI, fault, turned
from digitizer.geometry import Box
from digitizer.imaging.background import even_background, shrunk
from digitizer.imaging.deskew import carried, quarter_turns, skew_deg, turn
from digitizer.imaging.ghosts import without_ghosts
from digitizer.imaging.leaders import find_leaders
from digitizer.imaging.parts import parts_of
from digitizer.imaging.quality import Fault, FaultCode, page_faults
from digitizer.imaging.rules import Ruling, find_lines, find_ruling
from digitizer.imaging.seals import Unsealed, lift_seals, seal_boxes
from digitizer.imaging.sheet import flattened, lies_open, sheet_corners, sheet_size, side_lengths
from digitizer.imaging.specks import find_specks, without_specks
from digitizer.options import Cleaning

ALL = Cleaning()
STAGE = "clean"
DARK = 150  # of 255, after the background is even
FAINT = 200  # the same on a shrunken page, where thin strokes turn gray
LEVEL_DEG = 0.15  # less skew than this costs no answers, and resampling is a tenth of a second
TURN_DPI = 75.0
SKEW_DPI = 150.0  # at 75 a page of plain text is judged 0.2 degrees wrong, at 150 within 0.1
MARGIN_MM = 6.0  # scanner shadows and punch holes lie within: not counted when asking whether a page is blank
BLANK_INK_SHARE = 0.0006  # two words on an A4 page; dust and show-through stay below


def clean(page: PageImage, steps: Cleaning = ALL) -> CleanPage:
    """Finds the sheet in a photograph, turns, deskews, evens the background, lifts the red seal off, takes leaders and
    rules out of `ink`. `steps`: what of this may be done.

    Never raises for what is on the page: a blank or back page comes back with `blank` and a finding."""
    page = _flat(page) if steps.flatten else page
    image = page.image
    found = lift_seals(image, page.dpi) if steps.unseal else Unsealed(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), None)
    even = even_background(found.gray) if steps.even else found.gray
    gray = without_ghosts(even, page.dpi) if steps.single else even
    turns, skew = _lie(gray, page.dpi, steps)
    faults = page_faults(found.gray, even, page.dpi, sideways=turns % 2 == 1) + _coarse(page)
    upright = partial(_upright, turns=turns, skew=skew)
    gray = upright(gray)
    dark = cv2.threshold(gray, DARK, 255, cv2.THRESH_BINARY_INV)[1]
    blank = is_blank(dark, page.dpi)
    bared = _bared(gray, dark, page.dpi, steps)
    ruling = bared.ruling
    return CleanPage(
        number=page.number, picture=partial(upright, image), gray=bared.gray, ink=bared.ink, dpi=page.dpi,
        rotation_deg=90 * turns, skew_deg=skew, leaders=ruling.leaders, rules=ruling.rules, cells=ruling.cells,
        seals=() if found.red is None else seal_boxes(~upright(~found.red), page.dpi), blank=blank,
        findings=(_blank(page),) if blank else tuple(_findings(page, faults, turns, skew)),
    )


def _upright(image: np.ndarray, turns: int, skew: float) -> np.ndarray:
    upright = np.ascontiguousarray(np.rot90(image, -turns)) if turns else image
    if abs(skew) < LEVEL_DEG:
        return upright
    return turn(upright, skew, 255 if image.ndim == 2 else (255, 255, 255))


def _flat(page: PageImage) -> PageImage:
    """The sheet alone where the picture shows more than the sheet, with the resolution at which the sheet was taken."""
    corners = sheet_corners(page.image) if lies_open(page.image) else None
    if corners is None:
        return page
    factor = sheet_size(corners, page.dpi)[0] / side_lengths(corners)[0]
    scanned = page.scanned_dpi and page.scanned_dpi / factor
    return replace(page, image=flattened(page.image, corners, page.dpi), scanned_dpi=scanned)


def _coarse(page: PageImage) -> tuple[Fault, ...]:
    low = page.scanned_dpi is not None and page.scanned_dpi < LEAST_DPI
    return (Fault(FaultCode.LOW_RESOLUTION),) if low else ()


def _blank(page: PageImage) -> Finding:
    return Finding("blank_page", STAGE, "Trang trắng, không có nội dung.", page.number)


def _findings(page: PageImage, faults: tuple[Fault, ...], turns: int, skew: float) -> Iterator[Finding]:
    """What is wrong with the picture, placed on the upright page, and that it was turned."""
    height, width = page.image.shape[:2]
    for each in faults:
        outline = carried(each.box or Box(0, 0, width, height), (width, height), turns, skew)
        yield fault(each.code.value, page.number, outline, page.dpi)
    if turns:
        yield turned(page.number, (height, width) if turns % 2 else (width, height), page.dpi)


def clean_line(gray: np.ndarray, dpi: float) -> tuple[np.ndarray, np.ndarray]:
    """One cropped line, (h, w) uint8, upright already: on even white, and the same without leaders and rules."""
    gray = even_background(gray)
    dark = cv2.threshold(gray, DARK, 255, cv2.THRESH_BINARY_INV)[1]
    return gray, _bared(gray, dark, dpi, ALL).ink


@dataclass(frozen=True, slots=True)
class _Bared:
    """gray: without specks. ink: without leaders and rules too."""

    gray: np.ndarray
    ink: np.ndarray
    ruling: Ruling


def _bared(gray: np.ndarray, dark: np.ndarray, dpi: float, steps: Cleaning) -> _Bared:
    """What is ruled, and `gray` with leaders and rules gone."""
    lines = find_lines(dark, dpi)
    bare = cv2.subtract(dark, lines.mask)
    parts = parts_of(bare)
    specks = find_specks(bare, parts, dpi) if steps.despeckle else None
    if specks is not None:
        gray, bare = without_specks(gray, bare, specks)
        parts = parts_of(bare)
    leaders = find_leaders(bare, parts, dpi)
    ruling = find_ruling(lines, leaders.runs, dpi)
    gone = cv2.dilate(cv2.bitwise_or(ruling.mask, leaders.dots), np.ones((5, 5), np.uint8))
    return _Bared(gray, cv2.bitwise_or(gray, cv2.bitwise_or(gone, leaders.touching)), ruling)


def _lie(gray: np.ndarray, dpi: float, steps: Cleaning) -> tuple[int, float]:
    """(quarter turns clockwise to upright, skew in degrees after them)."""
    turns = quarter_turns(_survey(gray, dpi, TURN_DPI)) if steps.upright else 0
    return turns, skew_deg(np.rot90(_survey(gray, dpi, SKEW_DPI), -turns)) if steps.level else 0.0


def _survey(gray: np.ndarray, dpi: float, wanted_dpi: float) -> np.ndarray:
    """Where ink is, at another resolution; the margin, with its shadows, says nothing about how text lies."""
    dark = shrunk(gray, min(1.0, wanted_dpi / dpi)) < FAINT
    margin = round(MARGIN_MM / 25.4 * wanted_dpi)
    inner = np.zeros_like(dark)
    inner[margin:-margin, margin:-margin] = dark[margin:-margin, margin:-margin]
    return inner


def is_blank(dark: np.ndarray, dpi: float) -> bool:
    """Whether the page inside its margins carries less ink than two words. `dark`: (h, w) uint8, 255 where ink is."""
    margin = round(MARGIN_MM / 25.4 * dpi)
    inside = dark[margin:-margin, margin:-margin] if min(dark.shape) > 4 * margin else dark
    specks_gone = cv2.morphologyEx(inside, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    return bool(cv2.countNonZero(specks_gone) < BLANK_INK_SHARE * inside.size)
