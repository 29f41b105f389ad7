"""QR codes on a page: takes gray pixels, gives their contents and places, trying harder where asked to.

By zxing-cpp: of four readers it alone read codes of 1.6 px a module and tilted ones (10 of 10 of each). A page of
300 dpi costs 6 ms when nothing is on it, so every page is looked at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import cv2
import numpy as np
import zxingcpp

from digitizer.document import QrCode
from digitizer.geometry import Box

QUIET = 0.25  # of a code's side: kept around it when it is cut out
_FORMATS = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_LARGE_PX = 1200  # a cut-out code is brought to at most this side


def find_codes(gray: np.ndarray) -> tuple[QrCode, ...]:
    """Every code that one look finds. gray: (h, w) uint8, any turn. Bytes that are no UTF-8 are given with U+FFFD."""
    return tuple(_code(found) for found in _read(gray) if found.valid)


def find_codes_hard(gray: np.ndarray) -> tuple[QrCode, ...]:
    """For a page on which a code is expected: thresholded, blurred, sharpened and larger, whole and around the place
    where a code was seen but not read. The first manner that reads any is the last; about 0.3 s when none does."""
    for picture, box, factor in _tries(gray):
        found = [f for f in _read(picture) if f.valid]
        if found:
            return tuple(_moved(_code(f), box, factor) for f in found)
    return ()


def _read(gray: np.ndarray, errors: bool = False) -> list[Any]:
    return list(zxingcpp.read_barcodes(
        np.ascontiguousarray(gray), formats=_FORMATS, try_invert=False, return_errors=errors,
    ))


def _code(found: Any) -> QrCode:
    p = found.position
    corners = [(c.x, c.y) for c in (p.top_left, p.top_right, p.bottom_right, p.bottom_left)]
    across, down = zip(*corners, strict=True)
    # by bytes: without a marker of the encoding the library guesses, and may guess Latin letters
    return QrCode(found.bytes.decode("utf-8", errors="replace"), Box(min(across), min(down), max(across), max(down)))


def _moved(code: QrCode, box: Box, factor: float) -> QrCode:
    at = code.box.scaled(1 / factor)
    return QrCode(code.text, Box(at.left + box.left, at.top + box.top, at.right + box.left, at.bottom + box.top))


def _tries(gray: np.ndarray) -> Iterator[tuple[np.ndarray, Box, float]]:
    """(picture, the part of the page it shows, its px a page px)."""
    whole = Box(0, 0, gray.shape[1], gray.shape[0])
    parts = [_code(found).box for found in _read(gray, errors=True) if not found.valid]
    for part in parts:
        side = max(part.width, part.height, 30.0)
        box = part.padded(QUIET * side, QUIET * side).clipped(whole.right, whole.bottom)
        cut = gray[box.slices()]
        for factor in (1.0, 2.0, 3.0):
            if cut.size and factor * side <= _LARGE_PX:
                larger = cut if factor == 1.0 else cv2.resize(cut, None, fx=factor, fy=factor,
                                                              interpolation=cv2.INTER_CUBIC)
                for manner in (_same, *_MANNERS):
                    yield manner(larger), box, factor
    for manner in _MANNERS:
        yield manner(gray), whole, 1.0
    if max(gray.shape) <= 4000:
        yield cv2.resize(gray, None, fx=1.6, fy=1.6, interpolation=cv2.INTER_CUBIC), whole, 1.6


def _same(gray: np.ndarray) -> np.ndarray:
    return gray


def _sharpened(gray: np.ndarray) -> np.ndarray:
    return cv2.addWeighted(gray, 2.2, cv2.GaussianBlur(gray, (0, 0), 2.0), -1.2, 0)


def _softened(gray: np.ndarray) -> np.ndarray:
    """Noise of a few pixels goes."""
    return cv2.GaussianBlur(gray, (0, 0), 1.2)


def _bilevel(gray: np.ndarray) -> np.ndarray:
    return cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1]


_MANNERS: tuple[Callable[[np.ndarray], np.ndarray], ...] = (_sharpened, _softened, _bilevel)
