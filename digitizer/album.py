"""Pictures of pages for people: takes each page as it was read, leaves a small picture of it in a folder.

Upright and flattened as the machine saw it, so that the places of fields (millimetres) fit; colour kept, since stamps
and corrections in another ink tell a person much. The originals stay the evidence; these are only to look at."""

from __future__ import annotations

from pathlib import Path

import cv2

from digitizer.document import CleanPage
from digitizer.errors import ReadingFailed
from digitizer.imaging.background import shrunk
from digitizer.options import PICTURE_DPI, picture_name

QUALITY = 70  # 0-100 of JPEG; 150-250 KB a page


class Album:
    """Without a folder it takes no pictures and costs nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def taken(self, page: CleanPage) -> CleanPage:
        """The page, unchanged; its picture is `picture_name(page.number)`."""
        if self._folder is not None:
            small = shrunk(page.image, min(1.0, PICTURE_DPI / page.dpi))
            done, packed = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
            if not done:
                raise ReadingFailed(f"page {page.number}: no picture could be made")
            (self._folder / picture_name(page.number)).write_bytes(packed.tobytes())
        return page

