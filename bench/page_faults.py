"""How surely spoilt pages are told from usable ones: takes filled forms and real scans, gives docs/pages.md's table.

`python -m bench.page_faults [--documents 6] [--seed 4203] [--publish]`. A usable page is one that the benchmark reads:
every fault told of it is a false alarm. Spoilt ones are `medium` pages with one thing gone wrong each."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from rich.console import Console
from rich.progress import track

from bench import spoil
from bench.make import filled, official_blanks, real, shared_folder, template_of
from bench.prints import print_blank, styles
from bench.report import machine, renew
from bench.scan import QUALITIES, Scan, save, scan_all
from digitizer.document import CleanPage
from digitizer.faults import FAULTS
from digitizer.geometry import MM_PER_INCH
from digitizer.options import Limits, Options
from digitizer.stages.clean import clean
from digitizer.stages.ingest import ingest
from digitizer.stages.render import render

PAGE = Path(__file__).resolve().parents[1] / "docs" / "pages.md"
FORMS = ("khai-sinh", "khai-tu", "xac-nhan-hon-nhan", "ct01")
USABLE = (
    "light", "medium", "heavy", "medium-200", "heavy-200", "bilevel", "fax", "photo", "sealed", "shaded",
    "shone-through", "speckled", "copied", "tilted", "medium-600",
)


@dataclass(frozen=True, slots=True)
class Spoilt:
    """code: what should be told. make: (h, w, 3) uint8 at 300 dpi to the spoilt picture."""

    name: str
    code: str
    make: Callable[[np.ndarray], np.ndarray]
    dpi: int = 300


def _blurred(sigma: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda image: cv2.GaussianBlur(image, (0, 0), sigma)


def _shaken(length: int) -> Callable[[np.ndarray], np.ndarray]:
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1 / length
    return lambda image: cv2.filter2D(image, -1, kernel)


def _exposed(share: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda image: (image * share).astype(np.uint8)


def _faint(share: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda image: (255 - (255 - image.astype(np.float32)) * share).astype(np.uint8)


def _cut(edge: int, mm: float) -> Callable[[np.ndarray], np.ndarray]:
    """So much of the print gone at left, top, right or bottom."""
    def cut(image: np.ndarray) -> np.ndarray:
        turned = np.rot90(image, edge)
        inked = np.flatnonzero((turned[200:-200, :, 1] < 128).sum(axis=0) > 10)
        return np.ascontiguousarray(np.rot90(turned[:, inked[0] + round(mm / MM_PER_INCH * 300):], -edge))
    return cut


def _scaled(dpi: int) -> Callable[[np.ndarray], np.ndarray]:
    return lambda image: cv2.resize(image, None, fx=dpi / 300, fy=dpi / 300, interpolation=cv2.INTER_AREA)


SPOILT = (
    Spoilt("blur, sigma 2 px (read: nine fields in ten)", "blurred", _blurred(1.9)),
    Spoilt("blur, sigma 2.5 px", "blurred", _blurred(2.4)),
    Spoilt("blur, sigma 3 px", "blurred", _blurred(2.9)),
    Spoilt("blur, sigma 4 px", "blurred", _blurred(3.9)),
    Spoilt("shaken by 9 px", "blurred", _shaken(9)),
    Spoilt("shaken by 15 px", "blurred", _shaken(15)),
    Spoilt("exposed at a half (read well)", "too_dark", _exposed(0.5)),
    Spoilt("exposed at 0.35", "too_dark", _exposed(0.35)),
    Spoilt("exposed at a quarter", "too_dark", _exposed(0.25)),
    Spoilt("ink at a half of its darkness", "too_light", _faint(0.5)),
    Spoilt("ink at 0.4", "too_light", _faint(0.4)),
    Spoilt("ink at 0.3", "too_light", _faint(0.3)),
    *(
        Spoilt(f"{mm} mm of the print cut off at the {name}", "cut_edge", _cut(edge, mm))
        for edge, name in enumerate(("left", "top", "right", "foot")) for mm in (8, 20)
    ),
    Spoilt("150 dpi", "low_resolution", _scaled(150), 150),
    Spoilt("100 dpi", "low_resolution", _scaled(100), 100),
    Spoilt("laid upside down", "upside_down", lambda image: np.ascontiguousarray(np.rot90(image, 2))),
    Spoilt("laid on its side", "upside_down", lambda image: np.ascontiguousarray(np.rot90(image))),
)


@dataclass(slots=True)
class Row:
    """codes: how many pages each was told of."""

    name: str
    pages: int
    codes: Counter[str]


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; prints the tables, and with --publish puts them into docs/pages.md."""
    parser = argparse.ArgumentParser(prog="python -m bench.page_faults", description=__doc__)
    parser.add_argument("--documents", type=int, default=6, help="filled forms a row")
    parser.add_argument("--seed", type=int, default=4203)
    parser.add_argument("--publish", action="store_true", help="write docs/pages.md")
    options = parser.parse_args(arguments)
    console = Console(stderr=True)
    with tempfile.TemporaryDirectory() as place:
        usable = [*_usable(options.documents, options.seed, Path(place), console), *_real(console)]
        spoilt = list(_spoilt(options.documents, options.seed, Path(place), console))
    text = table(usable, spoilt, options.documents, options.seed)
    print(text)
    if options.publish:
        renew(PAGE, text)
    return 0


def _usable(documents: int, seed: int, place: Path, console: Console) -> Iterator[Row]:
    for quality in track(USABLE, "usable pages", console=console):
        told = [_codes(page) for scans in _scans(documents, seed, quality) for page in _pages(scans, place)]
        yield Row(quality, len(told), sum(told, Counter()))
    backs = []
    for scans in _scans(documents, seed, "medium"):
        print_through = np.asarray(scans[0].image.convert("RGB"))
        back = spoil.shone_through(np.full_like(print_through, 246), print_through, 0.35, random.Random(seed))
        backs += [_codes(page) for page in _pages([Scan(Image.fromarray(back), scans[0].matrix, 300)], place)]
    yield Row("white backs, print shining through", len(backs), sum(backs, Counter()))


def _real(console: Console) -> Iterator[Row]:
    """Nothing where the shared folder is absent."""
    shared = shared_folder()
    if shared is None:
        return
    sets = {
        "real scans of forms": "forms-scanned/images/*", "real scan of a decree": "decree-scan/pages/*",
        "pages of laws": "gazette/pages/*", "real administrative documents": "admin-docs/pdf/*",
    }
    for name, pattern in sets.items():
        told = [
            _codes(page) for path in track(sorted((shared / "data").glob(pattern)), name, console=console)
            for page in _read(path)
        ]
        yield Row(name, len(told), sum(told, Counter()))


def _spoilt(documents: int, seed: int, place: Path, console: Console) -> Iterator[tuple[Spoilt, Row]]:
    scans = [each[:1] for each in _scans(documents, seed, "medium")]
    for case in track(SPOILT, "spoilt pages", console=console):
        told = []
        for (one,) in scans:
            image = Image.fromarray(case.make(np.asarray(one.image.convert("RGB"))))
            told += [_codes(page) for page in _pages([Scan(image, one.matrix, case.dpi)], place)]
        yield case, Row(case.name, len(told), sum(told, Counter()))


def _scans(documents: int, seed: int, quality: str) -> Iterator[Sequence[Scan]]:
    for n in range(documents):
        form = FORMS[n % len(FORMS)]
        blank = real(form) if form in official_blanks() else print_blank(template_of(form), styles()[0])
        rng = random.Random(f"faults/{quality}/{seed}/{n}")
        yield scan_all(filled(blank, seed + n).pages, QUALITIES[quality], rng)


def _pages(scans: Sequence[Scan], place: Path) -> Iterator[CleanPage]:
    """As a scanner writes them, and as the clean stage takes them."""
    yield from _read(save(scans, place / "page.pdf")[0])


def _read(path: Path) -> Iterator[CleanPage]:
    for page in render(ingest(path, path.name, Limits()), Options()):
        yield clean(page)


def _codes(page: CleanPage) -> Counter[str]:
    return Counter({finding.code for finding in page.findings})


def table(usable: Sequence[Row], spoilt: Sequence[tuple[Spoilt, Row]], documents: int, seed: int) -> str:
    """Markdown: false alarms, then what is told of spoilt pages."""
    alarms = sum(sum(row.codes[code] for code in FAULTS) for row in usable)
    lines = [
        f"Measured {time.strftime('%Y-%m-%d')} · {documents} typed fills a row, seed {seed} · {machine()}", "",
        f"`python -m bench.page_faults --documents {documents} --seed {seed}`", "",
        f"Usable pages: {alarms} false alarms on {sum(row.pages for row in usable)} pages.", "",
        "| usable pages | pages | false alarms |", "|---|---|---|",
    ]
    for row in usable:
        wrong = ", ".join(f"{row.codes[code]} `{code}`" for code in FAULTS if row.codes[code]) or "0"
        lines.append(f"| {row.name} | {row.pages} | {wrong} |")
    lines += ["", "| spoilt pages | told as | of the pages | other faults told |", "|---|---|---|---|"]
    for case, row in spoilt:
        others = ", ".join(
            f"{row.codes[c]} `{c}`" for c in (*FAULTS, "blank_page") if c != case.code and row.codes[c]
        ) or "-"
        lines.append(f"| {case.name} | `{case.code}` | {row.codes[case.code]} of {row.pages} | {others} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
