"""The sets of lines that readers are measured on: takes folders, gives Samples; cuts that are not there yet are made.

A folder holds labels.tsv (image TAB text); types.tsv and ink/ beside it are used where they are."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console

from bench import digit_boxes
from bench.cuts import Order, write_cuts
from bench.fonts import SETS as FACE_SETS
from bench.make import shared_folder
from digitizer.ports import Alphabet, Region
from digitizer.score import plain
from digitizer.stages.clean import clean_line

CUTS = Path(__file__).resolve().parents[1] / "var" / "cuts"
DOCUMENTS = {"typed-seen": 24, "typed-unseen": 16, "hand": 12}
SHEETS = 14


@dataclass(frozen=True, slots=True)
class LineSet:
    """`squeezed`: how often too high its publisher made the images. `type`: of all lines, where no types.tsv says.
    `labels`: name of the file that lists the lines."""

    name: str
    what: str
    folder: Path
    dpi: float = 300.0
    squeezed: float = 1.0
    type: str = ""
    labels: str = "labels.tsv"


@dataclass(frozen=True, slots=True)
class Sample:
    """One line. crop: as it was cut. region: what the pipeline, or `digitizer lines`, would hand to an engine."""

    file: str
    crop: np.ndarray
    region: Region
    text: str


_CUT = {
    "typed-seen": "typed answers cut from forms, fonts seen in training",
    "typed-unseen": "the same, fonts never trained on",
    "hand": "the same, handwriting fonts never trained on",
}
PRINT = "+print"  # of a set's name: its regions that hold printed letters too
_MIXED = {
    f"{name}{PRINT}": f"regions of {name} that also hold printed letters (a comma, a footnote mark, the label's end)"
    for name in _CUT
}
_DIGITS = {
    "digits-comb": "handwritten digits in 12 boxes, as the pipeline cuts a comb",
    "digits-row": "the same combs with their walls",
    "digits-box": "one handwritten digit in its box",
}
_REAL = {
    "handwriting-kalapa": ("real handwritten addresses, photographed", 300.0, 1.0, "address"),
    "handwriting-cinnamon": ("real handwritten addresses, bilevel", 300.0, 2.0, "address"),
    "decree-scan": ("printed lines of a bilevel scan", 200.0, 1.0, ""),
    "gazette": ("printed lines of born-digital pages", 200.0, 1.0, ""),
}
NAMES = (*_CUT, *_MIXED, *_DIGITS, *_REAL)


def line_sets(cuts: Path, wanted: tuple[str, ...] = NAMES) -> Iterator[LineSet]:
    """Those of the wanted sets whose folders are there."""
    shared = shared_folder()
    for name, what in (_CUT | _MIXED | _DIGITS).items():
        folder, labels = cuts / name.removesuffix(PRINT), "labels-print.tsv" if name in _MIXED else "labels.tsv"
        if name in wanted and _column(folder / labels):
            yield LineSet(name, what, folder, labels=labels)
    for name, (what, dpi, squeezed, kind) in _REAL.items():
        if name in wanted and shared and (shared / "data" / name / "labels.tsv").is_file():
            yield LineSet(name, what, shared / "data" / name, dpi, squeezed, kind)


def make_missing(cuts: Path, seed: int, wanted: tuple[str, ...], console: Console) -> list[str]:
    """Cuts what is wanted and not there; gives a sentence for each set that cannot be made on this machine."""
    lacking = []
    shared = shared_folder()
    for name in FACE_SETS:
        if {name, f"{name}{PRINT}"} & set(wanted) and not (cuts / name / "labels.tsv").is_file():
            source = "real" if shared else "own"
            try:
                write_cuts(Order(DOCUMENTS[name], seed, "medium", name, source), cuts / name, console)
            except FileNotFoundError as error:
                lacking.append(f"{name}: {error}.")
    if any(name in wanted and not (cuts / name / "labels.tsv").is_file() for name in digit_boxes.SETS):
        if shared:
            digits = digit_boxes.read_digits(shared / "data" / "digits")
            digit_boxes.write_digits(digits, seed, SHEETS, cuts)
        else:
            lacking.append("Digits in boxes: the handwritten digits are not on this machine.")
    lacking += [f"{name}: not on this machine." for name in _REAL if name in wanted and shared is None]
    return lacking


def left_out(cuts: Path, wanted: tuple[str, ...]) -> list[str]:
    """What the pipeline lost before any reader saw it, as sentences."""
    lost, kept = (len(_column(cuts / name / "labels.tsv")) for name in (digit_boxes.LOST, "digits-comb"))
    if not lost or "digits-comb" not in wanted:
        return []
    return [f"{lost} of {lost + kept} combs of handwritten digits: cleaning took a digit of each for a printed frame."]


def samples(line_set: LineSet, limit: int = 0) -> list[Sample]:
    """The lines of a set, or `limit` of them, drawn. Raises FileNotFoundError for a listed image that is not there."""
    folder = line_set.folder
    cut = (folder / "ink").is_dir()  # of a page that was cleaned as a whole
    types, alphabets = _column(folder / "types.tsv"), _alphabets(folder / "cuts.jsonl")
    found = []
    rows = list(_column(folder / line_set.labels).items())
    for name, text in random.Random(3).sample(rows, limit) if 0 < limit < len(rows) else rows:
        gray = cv2.imread(str(folder / name), cv2.IMREAD_GRAYSCALE)
        if gray is None:
            raise FileNotFoundError(f"{folder / name} is listed in labels.tsv and cannot be read")
        if line_set.squeezed != 1:
            size = (gray.shape[1], max(1, round(gray.shape[0] / line_set.squeezed)))
            gray = cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
        even, ink = gray, cv2.imread(str(folder / "ink" / name), cv2.IMREAD_GRAYSCALE) if cut else None
        if ink is None:
            even, ink = clean_line(gray, line_set.dpi)
        alphabet, kind = alphabets.get(name, Alphabet.TEXT), types.get(name, line_set.type)
        found.append(Sample(name, gray, Region(even, ink, alphabet, line_set.dpi, kind), plain(text)))
    return found


def _column(path: Path) -> dict[str, str]:
    """Image to what stands behind the tab; nothing where the file is absent."""
    if not path.is_file():
        return {}
    rows = (line.split("\t", 1) for line in path.read_text(encoding="utf-8").splitlines() if line)
    return {row[0]: row[1] for row in rows}


def _alphabets(path: Path) -> dict[str, Alphabet]:
    if not path.is_file():
        return {}
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return {row["image"]: Alphabet(row["alphabet"]) for row in rows}
