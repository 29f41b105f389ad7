"""How surely it is told that a form is signed: takes fills signed and not, and real paper, gives what was found.

`python -m bench.signatures [--documents 4] [--seed 5101] [--source real own] [--quality medium heavy] [--forms …]`.
Each fill comes four times: signed; signed across a typed name; with a typed name only; with nothing where one signs.
`--letters`: how large the parts of names are, typed and by hand, where the fonts are installed (`make train`).
`--scans`: the real scans of forms too, whose truth is for a person to see: only what was found is shown."""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from bench.blank import DPI, Blank
from bench.fonts import SETS, faces, faces_of
from bench.make import filled, official_blanks, shared_folder
from bench.run import blank_of
from bench.scan import QUALITIES, save, scan_all
from digitizer.document import Signature
from digitizer.engines.build import build_engine
from digitizer.imaging.parts import parts_of
from digitizer.keep import Keeper
from digitizer.options import Options
from digitizer.pipeline import Tools, surveyed_pages
from digitizer.stages.classify import group_pages
from digitizer.stages.ingest import ingest
from digitizer.stages.register import register
from digitizer.stages.render import render
from digitizer.stages.sign import DARK, LONG, TALL, signatures
from digitizer.template import Signatory, edition_of, load_templates

OWN = (
    "khai-sinh", "khai-tu", "xac-nhan-hon-nhan", "ct01", "cai-chinh", "dat-dai", "khuyet-tat", "giam-ho", "gplx",
    "can-cuoc", "mai-tang", "ct02",
)
NAMES = ("Nguyễn Thị Ngọc Ẩn", "LÝ VĂN THẮNG", "Trương Quỹ", "Đặng Hoàng Gia Mỹ", "PHẠM THỊ ƯỚC")
WAYS = {"signed": True, "signed over a typed name": True, "typed name only": False, "nothing": False}


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found on one file. took_ms: for all pages, of asking only."""

    found: tuple[Signature, ...]
    took_ms: float
    pages: int


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; prints one line for each source, quality and way of filling."""
    o = _parser().parse_args(arguments)
    tools = Tools(build_engine(Options().engine), load_templates())
    with tempfile.TemporaryDirectory() as folder:
        for source in o.source if o.documents else ():
            forms = [f for f in o.forms if source == "own" or f in official_blanks()]
            for quality in o.quality:
                _fills(forms, o, (source, quality), tools, Path(folder))
    if o.letters:
        _letters()
    if o.scans:
        _scans(tools)
    return 0


def _fills(forms: Sequence[str], o: argparse.Namespace, case: tuple[str, str], tools: Tools, folder: Path) -> None:
    told: dict[str, Counter[str]] = {way: Counter() for way in WAYS}
    took, pages = 0.0, 0
    for n in range(o.documents):
        form = forms[n % len(forms)]
        blank = blank_of(form, o.seed + n, case[0])
        if blank.signature is None:
            continue
        for way, signed in WAYS.items():
            images = _paper(blank, o.seed + n, way)
            scans = scan_all(images, QUALITIES[case[1]], random.Random(f"signatures/{form}/{o.seed + n}"))
            (path,) = save(scans, folder / "form.pdf")
            seen = look(path, tools)
            took, pages = took + seen.took_ms, pages + seen.pages
            mine = [s for s in seen.found if s.role == Signatory.REQUESTER]
            answer = "not found" if not mine else "right" if mine[0].present is signed else "wrong"
            told[way][answer] += 1
            told[way]["others taken for signed"] += sum(s.present for s in seen.found if s not in mine)
            if answer != "right":
                print(f"  {form} {o.seed + n} {way}: {answer}")
    for way, counts in told.items():
        print(f"{case[0]}, {case[1]}, {way}: {dict(counts)}")
    print(f"{case[0]}, {case[1]}: {took / max(1, pages):.2f} ms a page")


def _paper(blank: Blank, seed: int, way: str) -> tuple[Image.Image, ...]:
    assert blank.signature
    form = filled(blank if way.startswith("signed") else replace(blank, signature=None), seed)
    if "name" not in way:
        return form.pages
    page, box = blank.signature.page, blank.signature.box
    image = form.pages[page].copy()
    rng = random.Random(seed)
    font = rng.choice(faces()).at(rng.uniform(46.0, 58.0))
    at = (box.middle_x, box.bottom - rng.uniform(0, 0.3) * box.height)
    ImageDraw.Draw(image).text(at, rng.choice(NAMES), font=font, fill=(20, 20, 22), anchor="ms")
    return (*form.pages[:page], image, *form.pages[page + 1:])


def look(path: Path, tools: Tools) -> Seen:
    """A file as far as the places for signatures."""
    options = Options()
    pages = surveyed_pages(render(ingest(path, path.name, options.limits), options), tools, options, Keeper(None))
    found: list[Signature] = []
    took, count = 0.0, 0
    for document in group_pages(pages, tools.templates):
        match = document.classification.match
        template = edition_of(match.form_id, match.edition, tools.templates) if match else None
        count += len(document.pages)
        if template:
            located = register(document.pages, document.texts, template)
            before = time.perf_counter()
            found += signatures(document.pages, located)
            took += 1000 * (time.perf_counter() - before)
    return Seen(tuple(found), took, count)


def _letters() -> None:
    """Names at 12 and 18 pt, blurred as by a heavy scanner: the highest and broadest part against a form of 13 pt."""
    for kind, points in product(SETS, (12, 18)):
        try:
            fonts = [face.at(points / 72 * DPI) for face in faces_of(kind)]
        except FileNotFoundError as missing:
            print(missing)
            continue
        sizes = [_largest(font, name) for font, name in product(fonts, NAMES)]
        strokes = sum(high > TALL or broad > LONG for high, broad in sizes)
        high, broad = (max(column) for column in zip(*sizes, strict=True))
        print(f"{kind}, {points} pt: {high:.2f} high, {broad:.2f} broad; {strokes} of {len(sizes)} taken for signed")


def _largest(font: ImageFont.FreeTypeFont, name: str) -> tuple[float, float]:
    image = Image.new("L", (1800, 400), 255)
    ImageDraw.Draw(image).text((60, 250), name, font=font, fill=20, anchor="ls")
    blurred = np.asarray(image.filter(ImageFilter.GaussianBlur(1.2)))
    parts = parts_of((blurred < DARK).astype(np.uint8)).stats[1:]
    letter = 13 / 72 * DPI
    return float(parts[:, cv2.CC_STAT_HEIGHT].max() / letter), float(parts[:, cv2.CC_STAT_WIDTH].max() / letter)


def _scans(tools: Tools) -> None:
    folder = shared_folder()
    for path in sorted((folder / "data" / "forms-scanned").rglob("*.png")) if folder else ():
        for each in look(path, tools).found:
            print(f"{path.name}: {each.role} {'present' if each.present else 'empty'} ({each.confidence})")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=4)
    parser.add_argument("--seed", type=int, default=5101)
    parser.add_argument("--source", nargs="+", default=["real", "own"], choices=["real", "own"])
    parser.add_argument("--quality", nargs="+", default=["medium", "heavy"], choices=list(QUALITIES))
    parser.add_argument("--forms", nargs="+", default=list(OWN))
    parser.add_argument("--letters", action="store_true")
    parser.add_argument("--scans", action="store_true")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
