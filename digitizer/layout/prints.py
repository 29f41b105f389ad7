"""Blanks that a branch hands out, registered once: takes their cleaned pages and words, gives Prints, keeps and loads
them.

A filled page that is one of them has its printed words where the blank has them, so no text need be recognised to find
its labels (`recall.py`). They lie beside the form's template: `<form>/<edition>/prints/<name>/`, a PNG a page and
`print.json`; made by `digitizer forms register`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from digitizer.document import CleanPage, Line, PageText, Word
from digitizer.errors import UsageError
from digitizer.geometry import Box
from digitizer.template import TEMPLATES_DIR

DPI = 100.0  # of the pictures: a letter is 10 px high, and a word has a shape of its own
FOLDER, FILE = "prints", "print.json"


@dataclass(frozen=True, slots=True)
class Print:
    """One page of one registered blank. picture: (h, w) uint8 at DPI, 0 paper, 255 ink, without leaders and rules.
    text: its words; boxes in pixels of a page at `dpi`."""

    name: str
    page: int
    picture: np.ndarray
    text: PageText
    dpi: float


def shrunk_ink(page: CleanPage) -> np.ndarray:
    """(h, w) uint8 at DPI, 0 paper, 255 ink."""
    factor = DPI / page.dpi
    return 255 - cv2.resize(page.ink, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)


def print_of(name: str, page: CleanPage, text: PageText) -> Print:
    return Print(name, page.number, shrunk_ink(page), text, page.dpi)


def save_prints(prints: Iterable[Print], folder: Path) -> None:
    """Into an empty folder of its own. Raises OSError."""
    folder.mkdir(parents=True)
    pages = []
    for each in prints:
        cv2.imwrite(str(folder / f"page-{each.page}.png"), 255 - each.picture)
        lines = [
            [[word.text, *(round(x, 1) for x in (word.box.left, word.box.top, word.box.right, word.box.bottom))]
             for word in line.words]
            for line in each.text.lines
        ]
        pages.append({"page": each.page, "dpi": each.dpi, "lines": lines})
    text = json.dumps({"pages": pages}, ensure_ascii=False)
    (folder / FILE).write_text(text, encoding="utf-8")


def load_prints(templates: Path = TEMPLATES_DIR) -> tuple[Print, ...]:
    """All registered blanks, by form, edition, name and page. Raises UsageError for one that cannot be used."""
    return tuple(p for path in sorted(templates.glob(f"*/*/{FOLDER}/*/{FILE}")) for p in _loaded(path))


def _loaded(path: Path) -> Iterator[Print]:
    name = "/".join(path.relative_to(path.parents[4]).parent.parts)
    try:
        for page in json.loads(path.read_text(encoding="utf-8"))["pages"]:
            picture = cv2.imread(str(path.with_name(f"page-{page['page']}.png")), cv2.IMREAD_GRAYSCALE)
            if picture is None:
                raise ValueError(f"page {page['page']} has no picture")
            lines = tuple(Line(tuple(Word(str(t), Box(*box), 1.0) for t, *box in line)) for line in page["lines"])
            yield Print(name, page["page"], 255 - picture, PageText(page["page"], lines), float(page["dpi"]))
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise UsageError(f"registered blank {name}: {error}; register it again, or remove its folder") from error
