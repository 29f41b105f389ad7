"""Tesseract as a process of its own through pytesseract: takes pages and regions, gives words and readings."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import pytesseract

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
from digitizer.errors import EngineUnavailable, ReaderTimedOut, ReadingFailed
from digitizer.ports import Alphabet, Region

TIMEOUT_S = 90


class TesseractProcess:
    """The default binding: one process a page, one process for all regions of a page of one alphabet."""

    wants_leaders = False

    def __init__(self) -> None:
        if shutil.which("tesseract") is None:
            raise EngineUnavailable("the program tesseract is missing: apt-get install tesseract-ocr tesseract-ocr-vie")
        data_dir()
        self.info = EngineInfo("tesseract", f"{pytesseract.get_tesseract_version()} {LANGUAGE}")

    def read_page(self, page: CleanPage) -> PageText:
        if page.blank:
            return PageText(page.number, ())
        picture, factor = page_picture(page)
        found = _run(picture, f"--psm {PAGE_MODE} --dpi {round(page.dpi / factor)}")
        return page_text(page.number, (piece for _, piece in _pieces(found, factor)))

    def read_regions(self, regions: Sequence[Region]) -> list[Reading]:
        readings = [Reading("", 1.0)] * len(regions)
        for alphabet in Alphabet:
            chosen = {
                index: picture for index, region in enumerate(regions)
                if region.alphabet == alphabet and (picture := region_picture(region)) is not None
            }
            if chosen:
                dpi = round(regions[next(iter(chosen))].dpi)
                for index, reading in zip(chosen, _read_list(list(chosen.values()), alphabet, dpi), strict=True):
                    readings[index] = reading
        return readings


def _read_list(pictures: list[Any], alphabet: Alphabet, dpi: int) -> list[Reading]:
    """All pictures by one process, through a list file: a start costs 0.2 s, a line 30 ms."""
    config = f"--psm {LINE_MODE} --dpi {dpi}"
    if WHITELISTS[alphabet]:
        config += f' -c tessedit_char_whitelist="{WHITELISTS[alphabet]}"'
    with tempfile.TemporaryDirectory(prefix="regions-") as folder:
        paths = [Path(folder) / f"{index:04d}.png" for index in range(len(pictures))]
        for path, picture in zip(paths, pictures, strict=True):
            cv2.imwrite(str(path), picture)
        listing = Path(folder) / "list.txt"
        listing.write_text("\n".join(map(str, paths)) + "\n", encoding="utf-8")
        found = _run(str(listing), config)
    words: list[list[Piece]] = [[] for _ in pictures]
    for sheet, piece in _pieces(found, 1.0):
        words[sheet - 1].append(piece)
    return [
        Reading(" ".join(p.word.text for p in pieces), min((p.word.confidence for p in pieces), default=0.0))
        for pieces in words
    ]


def _run(source: Any, config: str) -> dict[str, list[Any]]:
    try:
        return pytesseract.image_to_data(
            source, lang=LANGUAGE, config=config, output_type=pytesseract.Output.DICT, timeout=TIMEOUT_S
        )
    except pytesseract.TesseractNotFoundError as error:
        raise EngineUnavailable("the program tesseract has gone") from error
    except pytesseract.TesseractError as error:
        raise ReadingFailed(f"tesseract ended with status {error.status}") from error
    except RuntimeError as error:  # pytesseract's way to say that its timeout passed
        raise ReaderTimedOut(f"tesseract ran past {TIMEOUT_S} s") from error


def _pieces(found: dict[str, list[Any]], factor: float) -> Iterator[tuple[int, Piece]]:
    """(sheet number from 1, word) of every row that carries one."""
    for row in range(len(found["text"])):
        text = str(found["text"][row]).strip()
        if not text or float(found["conf"][row]) < 0:
            continue
        left, top = found["left"][row], found["top"][row]
        corners = (left, top, left + found["width"][row], top + found["height"][row])
        line = found["block_num"][row] * 1_000_000 + found["par_num"][row] * 1_000 + found["line_num"][row]
        yield found["page_num"][row], Piece(line, word(text, corners, factor, float(found["conf"][row])))
