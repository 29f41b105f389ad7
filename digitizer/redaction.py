"""Pages with answers blacked out: takes pictures of pages and boxes on them, writes a PDF/A without any text.

What is covered is gone from the pixels: the picture is decoded, painted and packed anew, so that nothing lies under the
black. Runs in the reading child, as every decoding does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from digitizer.document import EngineInfo, Record
from digitizer.errors import ReadingFailed
from digitizer.imaging.searchable import ShownPage, searchable_pdf

QUALITY = 80  # of JPEG; what was drawn at 70 loses little more
PixelBox = tuple[int, int, int, int]  # left, top, right, bottom; right and bottom excluded


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page to show. jpeg: where its picture lies. boxes: what to cover; whole: all of it."""

    page: int
    jpeg: Path
    dpi: float
    boxes: tuple[PixelBox, ...]
    whole: bool = False


def redact(sheets: Sequence[Sheet], out: Path, title: str) -> int:
    """Writes `out`; gives its pages. Raises ReadingFailed for a picture that cannot be decoded."""
    shown = [_covered(sheet) for sheet in sheets]
    nobody = Record(file="", pages=tuple(s.page for s in sheets), form=None, fields=(), engine=EngineInfo("", ""))
    out.write_bytes(searchable_pdf(nobody, shown, title))
    return len(shown)


def _covered(sheet: Sheet) -> ShownPage:
    image = cv2.imdecode(np.frombuffer(sheet.jpeg.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise ReadingFailed(f"page {sheet.page}: its picture cannot be decoded")
    height, width = image.shape[:2]
    for left, top, right, bottom in ((0, 0, width, height),) if sheet.whole else sheet.boxes:
        image[max(0, top):max(0, bottom), max(0, left):max(0, right)] = 0
    done, packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not done:
        raise ReadingFailed(f"page {sheet.page}: its picture cannot be packed")
    return ShownPage(sheet.page, packed.tobytes(), width, height, sheet.dpi)
