"""What both Tesseract bindings share: takes pages and regions, gives pictures to read; takes words, gives lines.

Chosen by measuring tesserocr (5.5, vie) on 12 first pages of filled official forms, medium scans, one core; share of
printed labels found / CPU seconds a page, by resolution and page segmentation mode:

    150 dpi   psm 6  86.7 % / 0.37    psm 11  87.6 % / 0.40    psm 3  86.7 % / 0.40
    200 dpi   psm 6  86.7 % / 0.43    psm 11  88.4 % / 0.48    psm 3  86.7 % / 0.49
    300 dpi   psm 6  86.7 % / 0.54    psm 11  89.0 % / 0.66    psm 3  86.7 % / 0.67

So 200 dpi and psm 6: psm 11 finds two labels in a hundred more but breaks lines into scattered words. Regions: 7 ms a
line in the warm engine, 20 ms and one process start in the other."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from digitizer.document import CleanPage, Line, PageText, Word
from digitizer.errors import EngineUnavailable
from digitizer.geometry import Box
from digitizer.ports import Alphabet, Region

os.environ.setdefault("OMP_THREAD_LIMIT", "1")  # before the library loads: 1.2 s a page with it, 8 s without

LANGUAGE = "vie"
PAGE_DPI = 200.0
PAGE_MODE = 6  # one block of text
LINE_MODE = 7  # one text line
TEXT_HEIGHT_PX = 48  # lines are brought to about this height incl. padding: what the LSTM was trained near
PADDING_PX = 12
WHITELISTS = {Alphabet.TEXT: "", Alphabet.DIGITS: "0123456789", Alphabet.DATE: "0123456789/-. "}
DATA_DIRS = (
    "/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tesseract-ocr/4.00/tessdata", "/usr/share/tessdata",
    "/usr/local/share/tessdata", "/opt/homebrew/share/tessdata",
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A word as Tesseract gives it: `line` numbers the lines of the page in its own order."""

    line: int
    word: Word


@cache
def data_dir() -> Path:
    """The folder with vie.traineddata. Raises EngineUnavailable with what to install."""
    stated = os.environ.get("TESSDATA_PREFIX")
    for folder in map(Path, (*([stated] if stated else []), *_asked(), *DATA_DIRS)):
        if (folder / f"{LANGUAGE}.traineddata").is_file():
            return folder
    raise EngineUnavailable("Tesseract's Vietnamese data not found: install tesseract-ocr and tesseract-ocr-vie")


def _asked() -> list[str]:
    """What `tesseract --list-langs` names as its folder, in quotes on the first line."""
    try:
        answer = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    first = (answer.stdout + answer.stderr).partition("\n")[0]
    return first.split('"')[1:2]


def page_picture(page: CleanPage) -> tuple[np.ndarray, float]:
    """(picture, factor): `ink` at PAGE_DPI; a box in the picture times `factor` is a box on the page."""
    shrink = min(1.0, PAGE_DPI / page.dpi)
    if shrink == 1.0:
        return page.ink, 1.0
    return cv2.resize(page.ink, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), 1 / shrink


def region_picture(region: Region) -> np.ndarray | None:
    """`ink` cut to its dark part, brought to reading size, white around; None where there is nothing to read."""
    dark = region.ink < 160
    rows, columns = np.nonzero(dark.any(axis=1))[0], np.nonzero(dark.any(axis=0))[0]
    if len(rows) == 0 or int(dark.sum()) < 6:
        return None
    cut = region.ink[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]
    if cut.shape[0] < 24:
        factor = min(3.0, 32 / cut.shape[0])
        cut = cv2.resize(cut, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    return cv2.copyMakeBorder(cut, PADDING_PX, PADDING_PX, PADDING_PX, PADDING_PX, cv2.BORDER_CONSTANT, value=255)


def page_text(number: int, pieces: Iterable[Piece]) -> PageText:
    """Words gathered to lines, lines from top to bottom."""
    lines: dict[int, list[Word]] = {}
    for piece in pieces:
        if piece.word.text.strip():
            lines.setdefault(piece.line, []).append(piece.word)
    found = [Line(_parted(words)) for words in lines.values()]
    return PageText(number, tuple(sorted(found, key=lambda line: (line.box.middle_y, line.box.left))))


def _parted(words: list[Word]) -> tuple[Word, ...]:
    """Boxes that end where the next word begins: with leaders between, Tesseract draws one over its neighbour, and an
    answer that begins right behind its label would lose its first letters."""
    ends = [later.box.left for later in words[1:]] + [words[-1].box.right]
    return tuple(
        replace(w, box=replace(w.box, right=end)) if w.box.left < end < w.box.right else w
        for w, end in zip(words, ends, strict=True)
    )


def word(text: str, corners: tuple[float, float, float, float], factor: float, percent: float) -> Word:
    left, top, right, bottom = corners
    return Word(text, Box(left, top, right, bottom).scaled(factor), min(1.0, max(0.0, percent / 100)))
