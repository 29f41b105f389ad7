"""Batches of mixed papers with their truth, and how they are parted: takes a seed and a number, gives counts.

`python -m bench.batches --seed 6102 --batches 12`. Forms on our own prints and, where this machine has them, on the
official blanks; backs without anything on them, blank sheets between documents, lead sheets, letters nobody wrote and
pages of the gazette; of some forms the pages lie in another order, or one is not there."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw
from rapidfuzz import fuzz
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.blank import Blank, PlaceNotFound
from bench.fill import DoesNotFit
from bench.fonts import faces
from bench.letters import letter
from bench.make import filled, real, shared_folder, template_of
from bench.prints import any_style, print_blank
from bench.scan import QUALITIES, save, scan_all
from digitizer.document import PageClass, Record
from digitizer.engines.build import build_engine
from digitizer.options import Options
from digitizer.pipeline import Tools, read_documents
from digitizer.template import DOSSIER_CODE, Layout, load_templates
from digitizer.vietnam.text import fold

A4 = (2480, 3508)
LEAD = "giay-tiep-nhan"
CONTENT = (PageClass.FIRST, PageClass.LEAD, PageClass.CONTINUATION)
SAID = {"page_missing", "first_page_missing"}
MEASURES = {
    "parted": "documents with exactly their own pages",
    "named": "forms with their first page, named right",
    "class": "pages, class right",
    "mended": "documents in a wrong order, put right and said",
    "missing": "documents that lack a page, said",
    "dossier": "documents with the code of their lead sheet, or rightly without",
    "quiet": "whole documents in order, nothing said",
}


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper before it is scanned, pages in the order of print. code: of a lead sheet."""

    form: str | None
    pages: tuple[tuple[Image.Image, PageClass], ...]
    code: str = ""


@dataclass(frozen=True, slots=True)
class Truth:
    """One document of a batch: page numbers in the order of print, those that are no notes and no back in `content`."""

    form: str | None
    pages: tuple[int, ...]
    content: tuple[int, ...]
    swapped: bool
    missing: bool
    dossier: str | None  # None without a lead sheet before it


@dataclass(frozen=True, slots=True)
class Batch:
    path: Path
    documents: tuple[Truth, ...]
    classes: dict[int, PageClass]


# --- making --------------------------------------------------------------------------------------------------------


def make_batch(seed: int, folder: Path) -> Batch:
    """The same seed gives the same batch."""
    images, documents, classes = planned(seed)
    rng = random.Random(f"batch-scan/{seed}")
    scans = scan_all(images, QUALITIES[rng.choice(("light", "medium"))], rng)
    path, *_ = save(scans, folder / f"batch-{seed}.pdf")
    return Batch(path, documents, classes)


def planned(seed: int) -> tuple[list[Image.Image], tuple[Truth, ...], dict[int, PageClass]]:
    """(the pages as they lie in the feeder, what they are)."""
    rng = random.Random(f"batch/{seed}")
    images: list[Image.Image] = []
    classes: dict[int, PageClass] = {}
    documents: list[Truth] = []
    dossier: str | None = None
    for paper in _papers(rng, seed):
        order, missing = _order(paper, rng)
        first = len(images) + 1
        places = {index: first + n for n, index in enumerate(order)}
        images += [paper.pages[index][0] for index in order]
        classes |= {number: paper.pages[index][1] for index, number in places.items()}
        dossier = paper.code or dossier
        pages = tuple(places[index] for index in sorted(places))
        content = tuple(number for number in pages if classes[number] in CONTENT)
        blanks = _blanks(rng)
        backs = tuple(range(len(images) + 1, len(images) + 1 + blanks % 2))
        classes |= {len(images) + 1 + n: PageClass.SEPARATOR for n in range(blanks)}
        classes |= dict.fromkeys(backs, PageClass.BLANK)
        images += [Image.new("RGB", A4, "white")] * blanks
        swapped = list(order) != sorted(order)
        documents.append(Truth(paper.form, (*pages, *backs), content, swapped, missing, dossier))
    return images, tuple(documents), classes


def _papers(rng: random.Random, seed: int) -> Iterator[Paper]:
    """Four to six papers, with a lead sheet before the first or in the midst, or with none."""
    count = rng.randint(4, 6)
    leads = {n for n, share in ((0, 0.7), (count // 2, 0.4)) if rng.random() < share}
    unknown = False
    for n in range(count):
        if n in leads:
            yield _form(LEAD, rng, seed * 100 + n)
            unknown = False
        if rng.random() < 0.75:
            yield _any_form(rng, seed * 100 + n)
            unknown = False
        else:
            yield _stranger(rng, heading=unknown)
            unknown = True


def _any_form(rng: random.Random, seed: int) -> Paper:
    forms = [f"{t.id}/{t.edition}" for t in load_templates() if t.id != LEAD and t.layout is Layout.FORM]
    while True:
        try:
            return _form(rng.choice(forms), rng, seed)
        except (DoesNotFit, KeyError):  # somebody's answers are too long; a paper that nobody fills
            continue


def _form(name: str, rng: random.Random, seed: int) -> Paper:
    blank = _blank(name, rng)
    form = filled(blank, seed)
    kinds = [_kind(blank, n) for n in range(len(form.pages))]
    code = next((a.raw for a in form.answers if a.field_id == DOSSIER_CODE), "") if name == LEAD else ""
    return Paper(form.form_id, tuple(zip(form.pages, kinds, strict=True)), code)


def _blank(name: str, rng: random.Random) -> Blank:
    """The official blank or a print of our own, evenly where there are both."""
    style, own = any_style(rng), rng.random() < 0.5
    template = template_of(name)
    if not own:
        try:
            blank = real(template.id)
            return blank if blank.template.edition == template.edition else print_blank(template, style)
        except (FileNotFoundError, PlaceNotFound):
            pass
    return print_blank(template, style)


def _kind(blank: Blank, page: int) -> PageClass:
    """By what is printed there: pages with footnotes only are notes, any with an answer's place go on with the form."""
    if page == 0:
        return PageClass.LEAD if blank.template.lead else PageClass.FIRST
    if blank.notes_from is not None:
        return PageClass.NOTES if page >= blank.notes_from else PageClass.CONTINUATION
    printed = fold("".join(g.char for g in blank.letters if g.page == page), spaces=False)
    if not printed:
        return PageClass.BLANK
    places = {cell.page for p in blank.places for cell in p.cells}
    places |= {run.page for p in blank.places for piece in p.pieces for run in piece}
    if page in places or (blank.signature and blank.signature.page == page):
        return PageClass.CONTINUATION
    notes = [fold(note, spaces=False)[:40] for note in blank.template.notes]
    begun = any(fuzz.partial_ratio(note, printed) > 80 for note in notes) or _kind(blank, page - 1) is PageClass.NOTES
    return PageClass.NOTES if begun else PageClass.CONTINUATION


def _stranger(rng: random.Random, heading: bool) -> Paper:
    """A letter of our own, or a page or two of the gazette. heading: it must bear the nation's header, for without one
    nobody can tell it from the unknown paper before."""
    folder = shared_folder()
    pages = sorted((folder / "data" / "gazette" / "pages").glob("*.png")) if folder else []
    if pages and not heading and rng.random() < 0.4:
        start = rng.randrange(len(pages) - 1)
        taken = [Image.open(path).convert("RGB").resize(A4) for path in pages[start:start + rng.randint(1, 2)]]
        return Paper(None, tuple((image, PageClass.UNKNOWN) for image in taken))
    image = Image.new("RGB", A4, "white")
    letter(ImageDraw.Draw(image), rng.choice(faces()), rng, heading or rng.random() < 0.5)
    return Paper(None, ((image, PageClass.UNKNOWN),))


def _order(paper: Paper, rng: random.Random) -> tuple[list[int], bool]:
    """(indexes of the pages as they are scanned, whether one is missing). Of forms with several pages to fill, four in
    ten are out of order and three in ten lack one."""
    order = [n for n, (_, kind) in enumerate(paper.pages) if kind is not PageClass.BLANK]
    content = [n for n in order if paper.pages[n][1] in CONTENT]
    chance = rng.random()
    if len(content) < 2 or chance > 0.7:
        return order, False
    if chance < 0.3:
        order.remove(rng.choice(content))
        return order, True
    while [n for n in order if n in content] == content:
        rng.shuffle(order)
    return order, False


def _blanks(rng: random.Random) -> int:
    """Blank pages behind a document: a back, a sheet laid between, both, or none."""
    return (1 if rng.random() < 0.3 else 0) + (2 if rng.random() < 0.15 else 0)


# --- measuring -----------------------------------------------------------------------------------------------------


def score(batch: Batch, records: Sequence[Record]) -> tuple[Counter[str], Counter[str], list[str]]:
    """(right, all, what went wrong) by measure."""
    right: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    wrong: list[str] = []

    def count(measure: str, ok: bool, what: str) -> None:
        whole[measure] += 1
        right[measure] += ok
        if not ok:
            wrong.append(f"{batch.path.name}: {measure}: {what}")

    classes = {c.page: c.kind for record in records for c in record.page_classes}
    for number, kind in batch.classes.items():
        count("class", classes.get(number) is kind, f"page {number} came as {classes.get(number)}, is {kind}")
    for truth in batch.documents:
        mine = [r for r in records if set(r.pages) & set(truth.pages)]
        codes = {f.code for r in mine for f in r.findings}
        got = "; ".join(f"{r.form.form_id if r.form else None} {r.pages}" for r in mine)
        what = f"{truth.form} {truth.pages} came as {got}, {sorted(codes & (SAID | {'pages_reordered'}))}"
        count("parted", len(mine) == 1 and set(mine[0].pages) == set(truth.pages), what)
        first = batch.classes[truth.content[0]] in (PageClass.FIRST, PageClass.LEAD) if truth.content else False
        if truth.form and first:
            count("named", any(r.form is not None and r.form.form_id == truth.form for r in mine), what)
        order = [n for r in mine for n in r.pages if n in truth.content]
        if truth.swapped:
            count("mended", tuple(order) == truth.content and "pages_reordered" in codes, what)
        elif truth.missing:
            count("missing", bool(codes & SAID), what)
        else:
            count("quiet", not codes & (SAID | {"pages_reordered"}), what)
        told = {r.dossier.code if r.dossier else None for r in mine}
        count("dossier", told == {truth.dossier}, f"{told}, is {truth.dossier}")
    return right, whole, wrong


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.batches", description=__doc__)
    parser.add_argument("--batches", type=int, default=12)
    parser.add_argument("--seed", type=int, default=6102)
    parser.add_argument("--out", type=Path, help="keep the batches here")
    parser.add_argument("--verbose", action="store_true", help="say what went wrong")
    options = parser.parse_args(arguments)
    console = Console(stderr=True)
    run = Options()
    tools = Tools(build_engine(run.engine), load_templates())
    right: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as place:
        folder = options.out or Path(place)
        folder.mkdir(parents=True, exist_ok=True)
        for n in track(range(options.batches), "batches", console=console):
            batch = make_batch(options.seed * 100 + n, folder)
            some, all_, wrong = score(batch, list(read_documents(batch.path, batch.path.name, tools, run)))
            right, whole = right + some, whole + all_
            for line in wrong if options.verbose else ():
                console.print(line, markup=False, highlight=False, soft_wrap=True)
    table = Table("measured", "right", "of", "share")
    for name, label in MEASURES.items():
        share = f"{right[name] / whole[name]:.1%}" if whole[name] else "–"
        table.add_row(label, str(right[name]), str(whole[name]), share)
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
