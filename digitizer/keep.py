"""What --keep writes: takes each intermediate of a run, puts it under a predictable name in a folder, passes it on.

Names begin with the page number in the file, four digits, so that a listing shows the pages in order:
`0001_clean.png` (upright, even), `0001_ink.png` (what Tesseract gets), `0001_places.png` (leaders, cells and rules
drawn), `0001_read.json` and `0001_read.png` (recognised lines), and for each document `0001_record.json` (also what
each of its pages is) and `0001_fields.png` under its first page. The folder holds personal data: only its owner may
read it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from digitizer.document import CleanPage, PageText, Record
from digitizer.engines.layout import drawn, layout_of, layout_of_boxes
from digitizer.errors import UsageError
from digitizer.geometry import MM_PER_INCH, Box
from digitizer.wire import record_to_json


class Keeper:
    """Without a folder it keeps nothing and costs nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        if folder is not None:
            try:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            except OSError as error:
                raise UsageError(f"cannot make the folder to keep in: {error.strerror}") from error

    def cleaned(self, page: CleanPage) -> CleanPage:
        if self._folder is not None:
            self._picture(page.number, "clean", page.image)
            self._picture(page.number, "ink", page.ink)
            places = [
                *(("cell", box) for box in page.cells), *(("rule", box) for box in page.rules),
                *(("leader", leader.box) for leader in page.leaders),
            ]
            self._picture(page.number, "places", drawn(page.image, layout_of_boxes(places)))
        return page

    def surveyed(self, page: CleanPage, text: PageText) -> tuple[CleanPage, PageText]:
        if self._folder is not None:
            layout = layout_of(text)
            self._json(page.number, "read", layout.to_dict())
            self._picture(page.number, "read", drawn(page.image, layout))
        return page, text

    def recorded(self, record: Record, pages: tuple[CleanPage, ...]) -> Record:
        if self._folder is not None and record.pages:
            self._json(record.pages[0], "record", record_to_json(record))
            for page in pages:
                boxes = [
                    ("line", _box(polygon, page.dpi)) for found in record.fields if found.page == page.number
                    for polygon in found.polygon_mm
                ]
                self._picture(page.number, "fields", drawn(page.image, layout_of_boxes(boxes)))
        return record

    def _path(self, page: int, stage: str, ending: str) -> Path:
        assert self._folder is not None
        return self._folder / f"{page:04d}_{stage}.{ending}"

    def _picture(self, page: int, stage: str, image: np.ndarray) -> None:
        done, packed = cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 1])
        if not done:
            raise UsageError(f"page {page}: the picture of {stage} cannot be written")
        self._path(page, stage, "png").write_bytes(packed.tobytes())

    def _json(self, page: int, stage: str, content: Any) -> None:
        text = json.dumps(content, ensure_ascii=False, indent=1, default=float)
        self._path(page, stage, "json").write_text(text + "\n", encoding="utf-8")


def _box(polygon_mm: tuple[tuple[float, float], ...], dpi: float) -> Box:
    across, down = zip(*polygon_mm, strict=True)
    return Box(min(across), min(down), max(across), max(down)).scaled(dpi / MM_PER_INCH)
