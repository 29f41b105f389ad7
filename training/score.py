"""Measures a recogniser on folders of real or filled crops that nothing was trained on: letter errors and exact lines.

A folder holds labels.tsv (image TAB text) and the images. Texts are compared in NFC, spaces collapsed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from digitizer.engines.onnx import HEIGHT, prepared
from digitizer.ports import Alphabet, Region
from digitizer.score import plain
from digitizer.stages.clean import clean_line

DPI = 300.0
SQUEEZED = {"handwriting-cinnamon": 2}  # the publisher made these lines half as wide as they are written
Reader = Callable[[list[NDArray[Any]]], list[str]]


@dataclass
class Score:
    """`wrong`: letters to change, add or drop, of `letters`; `exact` lines of `lines`."""

    lines: int = 0
    exact: int = 0
    letters: int = 0
    wrong: int = 0
    errors: list[tuple[str, str, str]] = field(default_factory=list)  # file, truth, read

    @property
    def cer(self) -> float:
        return self.wrong / max(1, self.letters)

    def __str__(self) -> str:
        return f"{self.exact}/{self.lines} exact {self.exact / max(1, self.lines):.3f} CER {self.cer:.4f}"


def crops(folder: Path, limit: int = 0) -> list[tuple[str, NDArray[Any], str]]:
    """(file, gray line 48 px high as the product cuts it, truth); `limit`: so many, drawn with seed 3; 0 for all."""
    rows = [line.split("\t") for line in (folder / "labels.tsv").read_text(encoding="utf-8").splitlines() if line]
    if limit and limit < len(rows):
        rows = random.Random(3).sample(rows, limit)
    found = []
    for name, text in rows:
        gray = cv2.imread(str(folder / name), cv2.IMREAD_GRAYSCALE)
        if gray is None:
            raise FileNotFoundError(f"{folder / name} is listed in labels.tsv and cannot be read")
        found.append((name, picture(gray, SQUEEZED.get(folder.name, 1)), plain(text)))
    return found


def picture(gray: NDArray[Any], squeezed: int = 1) -> NDArray[Any]:
    """What the product's engine gives the network for a cropped line; an empty one is white."""
    if squeezed > 1:
        gray = cv2.resize(gray, (gray.shape[1], gray.shape[0] // squeezed), interpolation=cv2.INTER_AREA)
    even, ink = clean_line(gray, DPI)
    cut = prepared(Region(even, ink, Alphabet.TEXT, DPI))
    return np.full((HEIGHT, HEIGHT), 255, np.uint8) if cut is None else cut.picture


def score(reader: Reader, folder: Path, limit: int = 0) -> Score:
    """Reads the folder's lines one by one, as time per line is measured so as well."""
    total = Score()
    for name, gray, truth in crops(folder, limit):
        read = plain(reader([gray])[0])
        total.lines += 1
        total.exact += read == truth
        total.letters += len(truth)
        total.wrong += Levenshtein.distance(read, truth)
        if read != truth:
            total.errors.append((name, truth, read))
    return total
