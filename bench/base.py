"""The recogniser ours was made from, unmodified: takes gray lines, gives texts; and as an engine of the pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

import cv2
import numpy as np

from digitizer.document import CleanPage, EngineInfo, PageText, Reading
from digitizer.engines.build import build_engine
from digitizer.errors import EngineUnavailable
from digitizer.ports import Region

FILE = "PP-OCRv6_rec_small.onnx"
_HEIGHT, _LEAST_WIDTH = 48, 320  # as PaddleOCR prepares a line: at least this wide, padded with 0 on the right


class Base:
    """The network in the rapidocr wheel with its own head of 18,000 letters. Raises EngineUnavailable."""

    def __init__(self) -> None:
        try:
            import onnxruntime

            listed = metadata.files("rapidocr") or []
            version = metadata.version("rapidocr")
        except (ImportError, metadata.PackageNotFoundError) as error:
            raise EngineUnavailable("the wheel rapidocr is not installed (pip install rapidocr)") from error
        path = next((Path(str(file.locate())) for file in listed if file.name == FILE), None)
        if path is None or not path.is_file():
            raise EngineUnavailable(f"the wheel rapidocr {version} does not carry {FILE}")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        listing = self._session.get_modelmeta().custom_metadata_map["character"]
        self._letters = ("", *listing.split("\n"), " ")
        self._input = self._session.get_inputs()[0].name
        self.version = f"{FILE.removesuffix('.onnx')} of rapidocr {version}"

    def read(self, gray: np.ndarray) -> str:
        """(h, w) uint8 to its text."""
        return _greedy(self._session.run(None, {self._input: _picture(gray)})[0][0], self._letters)


class BaseEngine:
    """Answers by the base, pages by Tesseract: our pipeline with this one part exchanged."""

    wants_leaders = True

    def __init__(self) -> None:
        self._base, self._pages = Base(), build_engine("tesserocr")
        self.info = EngineInfo("base", self._base.version)

    def read_page(self, page: CleanPage) -> PageText:
        return self._pages.read_page(page)

    def read_regions(self, regions: Sequence[Region]) -> list[Reading]:
        return [Reading(self._base.read(r.gray) if r.gray.size else "", 0.5) for r in regions]


def _picture(gray: np.ndarray) -> np.ndarray:
    """(1, 3, 48, w) float32 in -1..1."""
    width = max(1, round(gray.shape[1] * _HEIGHT / gray.shape[0]))
    small = cv2.resize(gray, (width, _HEIGHT)).astype(np.float32) / 127.5 - 1
    image = np.zeros((1, 3, _HEIGHT, max(width, _LEAST_WIDTH)), np.float32)
    image[:, :, :, :width] = small
    return image


def _greedy(steps: np.ndarray, letters: Sequence[str]) -> str:
    """The best class of each step; repeats and blanks (class 0) taken out."""
    best = steps.argmax(axis=-1).tolist()
    return "".join(letters[k] for before, k in zip([0, *best], best, strict=False) if k and k != before)
