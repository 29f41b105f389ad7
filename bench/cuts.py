"""Answer regions as the pipeline gives them to an engine: takes a number of forms, gives PNGs, labels.tsv, types.tsv.

Forms are filled, scanned and read up to `read_slots` with an engine that keeps what it is handed. The truth of a region
is the text of the written lines that lie in it; a region that holds a part of a line, because the pipeline looked in
the wrong place, is left out and counted. One that also holds printed letters (the "," behind an answer, a footnote
mark), which no reader can tell from written ones, goes into labels-print.tsv instead of labels.tsv."""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from rich.console import Console
from rich.progress import track

from bench.blank import Blank
from bench.fonts import PACKAGES, SETS, faces_of
from bench.make import Made, shared_folder
from bench.run import FORMS, blank_of, make_one
from bench.scan import QUALITIES
from digitizer.document import CleanPage, EngineInfo, PageText, Reading, Slot, SlotReading
from digitizer.engines.build import build_engine
from digitizer.errors import DigitizerError
from digitizer.geometry import MM_PER_INCH, Box
from digitizer.options import Options
from digitizer.pipeline import Tools
from digitizer.ports import Engine, Region
from digitizer.stages.classify import group_pages
from digitizer.stages.clean import LEVEL_DEG, clean
from digitizer.stages.ingest import ingest
from digitizer.stages.read import DARK, read_page, read_slots
from digitizer.stages.register import register
from digitizer.stages.render import render
from digitizer.template import load_templates

MOST_EMPTY = 0.05  # of a set's lines
SLIGHT_PX = 8  # of a neighbour's letter that reaches in
CUT_PX = 4  # of a line's own width that may be missing: less than a stroke
WHOLE_LETTER = 0.7  # share of a printed letter's box that makes it more than an edge's bit
WHOLE_DOWN = 0.8  # share of a line's height that makes it whole
_SERIAL = "§"  # a reading that no rule of the pipeline takes for a number or a word


@dataclass(frozen=True, slots=True)
class Cut:
    """One region with what is written in it. `type`: a FieldType value, '' for a piece of an answer between printed
    words, as the pipeline has it; `print`: printed letters that stand in it; the rest says whence it came."""

    region: Region
    text: str
    type: str
    field_id: str
    document: str
    font: str
    print: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One written line, or printed letter, on the upright page; pixels."""

    page: int
    box: Box
    text: str


@dataclass(slots=True)
class Recorder:
    """An engine that hands pages on to a real one and keeps every region; it reads the number of the region."""

    engine: Engine
    info: EngineInfo = field(default_factory=lambda: EngineInfo("recorder", "1"))
    wants_leaders: bool = True
    regions: list[Region] = field(default_factory=list)

    def read_page(self, page: CleanPage) -> PageText:
        return self.engine.read_page(page)

    def read_regions(self, regions: Sequence[Region]) -> list[Reading]:
        first = len(self.regions)
        self.regions.extend(regions)
        return [Reading(f"{_SERIAL}{first + n}", 1.0) for n in range(len(regions))]


def cuts_of(made: Made, blank: Blank, engine: Engine, left_out: Counter[str]) -> Iterator[Cut]:
    """The regions of one document that hold whole lines or nothing; the rest is counted in `left_out`."""
    options = Options(form=made.truth["form"]["id"])
    tools = Tools(engine, load_templates())
    pages = (clean(page) for page in render(ingest(made.path, made.path.name, options.limits), options))
    surveyed = ((page, read_page(page, tools.engine)) for page in pages)
    for document in group_pages(surveyed, tools.templates, options.form):
        if document.classification.match is None:
            left_out["page not named"] += len(document.pages)
            continue
        recorder = Recorder(tools.engine)
        located = register(document.pages, document.texts, blank.template)
        written = list(lines_of(made.truth, document.pages))
        letters = list(letters_of(blank, made.truth, document.pages))
        for reading in read_slots(document.pages, located, blank.template, recorder):
            for number, one in enumerate(reading.readings):
                if not one.text.startswith(_SERIAL):
                    continue  # no ink, so no region was sent to the engine
                region = recorder.regions[int(one.text.removeprefix(_SERIAL))]
                try:
                    text = _truth(reading, number, written)
                except PartOfALine as why:
                    left_out[str(why)] += 1
                    continue
                answer = made.truth["fields"].get(reading.slot.field_id, {"raw": "", "type": ""})
                text = _with_print(text, answer["raw"])
                kind = region.type or (answer["type"] if text == answer["raw"] else "")
                seen = "" if _is_comb(reading.slot) else _printed_in(reading.slot, number, region, letters)
                whence = reading.slot.field_id, made.path.stem, made.truth["font"]
                yield Cut(region, text, kind, *whence, print=seen.replace("/", "") if "/" in text else seen)


# --- truth ---------------------------------------------------------------------------------------------------------


class PartOfALine(Exception):
    """A region ends amid a written line."""


def lines_of(truth: dict[str, Any], pages: Sequence[CleanPage]) -> Iterator[Line]:
    """The written lines of a truth JSON, moved from the scan to the upright pages as `clean` turned them."""
    for page in pages:
        for answer in truth["fields"].values():
            for ink in answer["ink"]:
                if ink["page"] == page.number:
                    yield Line(page.number, upright(ink["polygon_mm"], page), ink["text"])


def letters_of(blank: Blank, truth: dict[str, Any], pages: Sequence[CleanPage]) -> Iterator[Line]:
    """The printed letters of the blank, moved likewise."""
    for page in pages:
        scanned = truth["pages"][page.number - 1]
        matrix, mm = np.array(scanned["matrix"]), MM_PER_INCH / scanned["dpi"]
        for letter in blank.letters:
            if letter.page == page.number - 1:
                b = letter.box
                corners = np.array([[(b.left, b.top), (b.right, b.top), (b.right, b.bottom), (b.left, b.bottom)]])
                polygon_mm = cv2.perspectiveTransform(corners, matrix)[0] * mm
                yield Line(page.number, upright(polygon_mm.tolist(), page), letter.char)


def _printed_in(slot: Slot, number: int, region: Region, letters: Sequence[Line]) -> str:
    """The printed letters that stand in a region, most of each, and were not whitened as the neighbours' ink."""
    box = slot.boxes[number]
    found = []
    for letter in letters:
        if letter.page == slot.page and letter.box.overlap(box) >= WHOLE_LETTER * max(1.0, letter.box.area):
            x, y = letter.box.left - box.left, letter.box.top - box.top
            here = Box(x, y, x + letter.box.width, y + letter.box.height).padded(1, 1)
            if (region.gray[here.clipped(region.gray.shape[1], region.gray.shape[0]).slices()] < DARK).any():
                found.append(letter)
    return "".join(one.text for one in sorted(found, key=lambda one: one.box.left))


def upright(polygon_mm: Sequence[Sequence[float]], page: CleanPage) -> Box:
    """Where four corners on the scan, clockwise from top left, lie on the page as `clean` turned it."""
    height, width = page.gray.shape
    corners = np.array([polygon_mm], dtype=np.float64) * page.dpi / MM_PER_INCH
    if abs(page.skew_deg) >= LEVEL_DEG:
        turned = cv2.getRotationMatrix2D((width / 2, height / 2), -page.skew_deg, 1.0)
        corners = np.asarray(cv2.transform(corners, turned), dtype=np.float64)
    x, y = corners[0].T
    # the middle of the slanted sides: the box around a tilted line would be too high
    return Box((x[0] + x[3]) / 2, (y[0] + y[1]) / 2, (x[1] + x[2]) / 2, (y[2] + y[3]) / 2)


def _truth(reading: SlotReading, number: int, written: Sequence[Line]) -> str:
    """The text in box `number` of a slot; a comb is read as one word, so it is judged by all its boxes."""
    slot = reading.slot
    mine = [line for line in written if line.page == slot.page]
    if _is_comb(slot):
        return "".join(text for box in slot.boxes for text in texts_in(box, mine))
    return " ".join(texts_in(slot.boxes[number], mine))


def _is_comb(slot: Slot) -> bool:
    return len(slot.boxes) > 1 and not slot.pieces


def _with_print(text: str, raw: str) -> str:
    """The slashes of "23 / 09 / 1976" are printed, not written, and stand in the region all the same."""
    return raw if "/" in raw and text.split() == raw.split("/") else text


def texts_in(box: Box, written: Sequence[Line]) -> list[str]:
    """Texts of the lines in a box, left to right. Raises where a line is neither in nor out."""
    found = []
    for line in written:
        across = min(line.box.right, box.right) - max(line.box.left, box.left)
        down = min(line.box.bottom, box.bottom) - max(line.box.top, box.top)
        if across <= SLIGHT_PX or not box.top <= line.box.middle_y <= box.bottom:
            continue  # elsewhere, or a neighbour that reaches in
        if across < line.box.width - CUT_PX:
            raise PartOfALine("cut at its left or right end")
        if down < WHOLE_DOWN * line.box.height:
            raise PartOfALine("cut above or below")
        found.append(line)
    return [line.text for line in sorted(found, key=lambda one: one.box.left)]


# --- writing -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Writer:
    """Puts cuts into a folder; of the empty ones no more than a twentieth."""

    out: Path
    rows: list[dict[str, str]] = field(default_factory=list)
    empty: int = 0
    empty_left_out: int = 0

    def __post_init__(self) -> None:
        (self.out / "ink").mkdir(parents=True, exist_ok=True)

    def add(self, cut: Cut) -> None:
        if not cut.text:
            if self.empty + 1 > MOST_EMPTY * (len(self.rows) + 1):
                self.empty_left_out += 1
                return
            self.empty += 1
        name = f"{len(self.rows):04d}.png"
        for folder, layer in ((self.out, cut.region.gray), (self.out / "ink", cut.region.ink)):
            if not cv2.imwrite(str(folder / name), layer):
                raise OSError(f"{folder / name} cannot be written")
        self.rows.append({
            "image": name, "text": unicodedata.normalize("NFC", cut.text), "type": cut.type,
            "alphabet": cut.region.alphabet.value, "field": cut.field_id, "font": cut.font, "document": cut.document,
            "print": cut.print,
        })

    def close(self) -> None:
        """labels.tsv, labels-print.tsv (image TAB text), types.tsv (image TAB type), and all there is in cuts.jsonl."""
        clear, mixed = ([row for row in self.rows if bool(row["print"]) is p] for p in (False, True))
        for name, rows, column in (
            ("labels.tsv", clear, "text"), ("labels-print.tsv", mixed, "text"), ("types.tsv", self.rows, "type"),
        ):
            lines = (f"{row['image']}\t{row[column]}\n" for row in rows)
            (self.out / name).write_text("".join(lines), encoding="utf-8")
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in self.rows)
        (self.out / "cuts.jsonl").write_text("".join(lines), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Order:
    """What shall be cut. faces: a set of bench.fonts. source: `real` blanks or our `own` prints."""

    documents: int
    seed: int
    quality: str
    faces: str
    source: str
    packages: Path = PACKAGES


def write_cuts(order: Order, out: Path, console: Console) -> tuple[Writer, Counter[str]]:
    """Fills, reads and cuts; the forms in turn, the fonts evenly; the same order gives the same files."""
    fonts = list(faces_of(order.faces, order.packages))
    random.Random(order.seed).shuffle(fonts)
    engine = build_engine("tesserocr")
    writer, left_out = Writer(out), Counter[str]()
    with tempfile.TemporaryDirectory(prefix="cuts-") as folder:
        for n in track(range(order.documents), f"cutting {order.faces} ({order.source})", console=console):
            face = fonts[(n // len(FORMS) + n) % len(fonts)]
            where = (order.source, Path(folder))
            form, seed = FORMS[n % len(FORMS)], order.seed * 1000 + n
            made = make_one(form, seed, order.quality, where, face)
            for cut in cuts_of(made, blank_of(form, seed, order.source), engine, left_out):
                writer.add(cut)
            made.path.unlink()
    writer.close()
    return writer, left_out


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 0 when it wrote something, 2 when fonts, blanks or an engine are not there."""
    parser = argparse.ArgumentParser(prog="python -m bench.cuts", description=__doc__)
    parser.add_argument("--documents", type=int, default=8)
    parser.add_argument("--seed", type=int, default=77)
    parser.add_argument("--quality", choices=tuple(QUALITIES), default="medium")
    parser.add_argument("--faces", choices=SETS, default="typed-seen")
    parser.add_argument("--source", choices=("real", "own"), default="real", help="real blanks, or our own prints")
    parser.add_argument("--fonts", type=Path, default=PACKAGES, help="where the npm packages of fonts lie")
    parser.add_argument("--out", type=Path, required=True)
    o = parser.parse_args(arguments)
    console = Console(stderr=True)
    if o.source == "real" and shared_folder() is None:
        console.print("The real blanks are not on this machine; our own prints are used.")
        o.source = "own"
    try:
        writer, left_out = write_cuts(
            Order(o.documents, o.seed, o.quality, o.faces, o.source, o.fonts), o.out, console,
        )
    except (DigitizerError, FileNotFoundError) as error:
        console.print(str(error), markup=False)
        return 2
    mixed = sum(bool(row["print"]) for row in writer.rows)
    console.print(f"{len(writer.rows)} lines in {o.out}, {writer.empty} of them empty, {mixed} with printed letters")
    for why, count in sorted((left_out + Counter({"empty": writer.empty_left_out})).items()):
        console.print(f"left out, {why}: {count}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
