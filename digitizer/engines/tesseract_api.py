"""Tesseract inside this process through tesserocr, kept warm: takes pages and regions, gives words and readings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from digitizer.document import CleanPage, EngineInfo, PageText, Reading
from digitizer.engines.tesseract_pages import (
    LANGUAGE,
    LINE_MODE,
    PAGE_MODE,
    WHITELISTS,
    Piece,
    data_dir,
    page_picture,
    page_text,
    region_picture,
    word,
)
from digitizer.errors import EngineUnavailable, ReadingFailed
from digitizer.ports import Alphabet, Region


class TesseractApi:
    """The fast engine. One instance per process and thread."""

    wants_leaders = False

    def __init__(self) -> None:
        try:
            import tesserocr
        except ImportError as error:
            advice = "pip install 'digitizer[fast]', or choose the engine tesseract"
            raise EngineUnavailable(f"tesserocr is not installed: {advice}") from error
        self._lib = tesserocr
        version = tesserocr.tesseract_version().split()[1]
        self.info = EngineInfo("tesserocr", f"{version} {LANGUAGE}")
        try:
            self._api = tesserocr.PyTessBaseAPI(path=str(data_dir()), lang=LANGUAGE, psm=PAGE_MODE)
        except RuntimeError as error:
            raise EngineUnavailable(f"tesserocr cannot load {LANGUAGE} from {data_dir()}") from error

    def read_page(self, page: CleanPage) -> PageText:
        if page.blank:
            return PageText(page.number, ())
        picture, factor = page_picture(page)
        self._api.SetPageSegMode(PAGE_MODE)
        self._api.SetVariable("tessedit_char_whitelist", "")
        self._show(picture, page.dpi / factor)
        if not self._api.Recognize():
            raise ReadingFailed("tesserocr: Recognize failed")
        return page_text(page.number, self._pieces(factor))

    def read_regions(self, regions: Sequence[Region]) -> list[Reading]:
        self._api.SetPageSegMode(LINE_MODE)
        return [self._region(region) for region in regions]

    def _region(self, region: Region) -> Reading:
        picture = region_picture(region)
        if picture is None:
            return Reading("", 1.0)
        self._api.SetVariable("tessedit_char_whitelist", WHITELISTS[Alphabet(region.alphabet)])
        self._show(picture, region.dpi)
        text = " ".join(self._api.GetUTF8Text().split())
        percents = self._api.AllWordConfidences()
        return Reading(text, min(percents) / 100 if text and percents else 0.0)

    def _show(self, picture: np.ndarray, dpi: float) -> None:
        height, width = picture.shape
        self._api.SetImageBytes(np.ascontiguousarray(picture).tobytes(), width, height, 1, width)
        self._api.SetSourceResolution(round(dpi))

    def _pieces(self, factor: float) -> Iterator[Piece]:
        level = self._lib.RIL
        line = 0
        for item in self._lib.iterate_level(self._api.GetIterator(), level.WORD):
            if item.IsAtBeginningOf(level.TEXTLINE):
                line += 1
            corners = item.BoundingBox(level.WORD)
            if corners is None:
                continue
            yield Piece(line, word(item.GetUTF8Text(level.WORD).strip(), corners, factor, item.Confidence(level.WORD)))
