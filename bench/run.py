"""The benchmark: takes options, makes filled forms, reads them with us and with the peers in one run, gives tables.

`digitizer bench` or `python -m bench.run`. Times are CPU seconds (user and system, children included) a page on one
core, so that a busy machine changes them less; the time on the clock is kept beside them."""

from __future__ import annotations

import argparse
import os
import random
import resource
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from bench import others, peers
from bench.base import BaseEngine
from bench.blank import Blank
from bench.fonts import Face, faces, faces_of
from bench.make import Made, document, official_blank, official_blanks, real, shared_folder, template_of
from bench.prints import any_style, print_blank, styles
from bench.result import PLACE, Plan, Reading, Result
from bench.scan import QUALITIES
from digitizer.errors import EngineUnavailable
from digitizer.options import Options
from digitizer.score import DocumentScore, score_document, summarize
from digitizer.template import load_forms

FORMS = ("khai-sinh", "khai-tu", "xac-nhan-hon-nhan", "ct01")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 0 when it ran, 2 when it was asked for something that is not there."""
    options = _parser().parse_args(arguments)
    console = Console(stderr=True)
    if options.source == "real" and shared_folder() is None:
        console.print("The real blanks are not on this machine; our own prints are used (see docs/benchmark.md).")
        options.source = "own"
    if options.faces == "hand":
        try:
            faces_of("hand")
        except FileNotFoundError as error:
            console.print(str(error), markup=False)
            return 2
        if options.publish:
            console.print("docs/benchmark.md is about typed answers: leave out --publish.")
            return 2
    if options.publish and tuple(options.forms) != FORMS:
        console.print("docs/benchmark.md is about the four forms: leave out --forms.")
        return 2
    from bench.report import publish, show, write  # matplotlib, for those who asked for a run

    result = run(_plan(options), console)
    write(result, options.out)
    show(result)
    if options.publish:
        publish(result)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="digitizer bench", description=__doc__)
    parser.add_argument("--documents", type=int, default=40, help="filled forms in the headline set")
    known = sorted({name for t in load_forms() for name in (t.id, f"{t.id}/{t.edition}")})
    parser.add_argument("--forms", nargs="+", default=FORMS, choices=known, metavar="FORM", help="ids of forms")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--quality", default="medium", choices=tuple(QUALITIES), metavar="Q", help=", ".join(QUALITIES))
    parser.add_argument("--source", choices=("real", "own", "variants"), default="real", help="blanks")
    parser.add_argument("--faces", choices=("typed", "hand", "script"), default="typed", help="fonts of the answers")
    parser.add_argument("--engine", default=Options().engine)
    parser.add_argument("--tesseract", type=int, default=-1, help="documents for stock Tesseract; default all")
    parser.add_argument("--ocrmypdf", type=int, default=8, help="documents for OCRmyPDF, about 10-20 s a page")
    parser.add_argument("--sweep", type=int, default=12, help="documents for every other set; 0: none")
    parser.add_argument("--quick", action="store_true", help="8 documents, 2 for the peers, no sweep")
    parser.add_argument("--publish", action="store_true", help="also write docs/benchmark.md and docs/img")
    parser.add_argument("--out", type=Path, default=PLACE)
    return parser


def _plan(o: argparse.Namespace) -> Plan:
    if o.quick:
        o.documents, o.tesseract, o.ocrmypdf, o.sweep = 8, 2, 2, 0
    tesseract = o.documents if o.tesseract < 0 else min(o.tesseract, o.documents)
    return Plan(
        o.documents, o.seed, o.quality, o.source, o.engine,
        (("tesseract", tesseract), ("ocrmypdf", min(o.ocrmypdf, o.documents))), o.sweep, o.out, o.faces,
        tuple(o.forms),
    )


def run(plan: Plan, console: Console) -> Result:
    """Makes the set, reads it, and lets the peers read the same files."""
    os.environ["OMP_THREAD_LIMIT"] = "1"  # before an engine starts: one core each
    skipped = ["Two workers against one is measured by `python -m workers.measure`, not here."]
    made = make_set(plan, plan.documents, plan.quality, plan.out / "set", console)
    reader = Reader(plan.engine)
    reader.read(made[0].path)  # warm: models loaded, code compiled
    ours, records = measure("digitizer", made, reader.read, console)
    engines = measure_engines(made, plan, skipped, console)
    beside: list[Reading] = []
    shared: dict[str, Reading] = {}
    for name, count in plan.peer_documents:
        if count == 0:
            skipped.append(f"{name} was not asked to read.")
            continue
        beside.append(measure_peer(name, made[:count], console))
        shared[name] = ours if count == len(made) else measure("digitizer", made[:count], reader.read, console)[0]
    sweeps = {}
    for name, other in _other_sets(plan, skipped).items() if plan.sweep else ():
        files = make_set(other, plan.sweep, other.quality, plan.out / "set", console)
        sweeps[name] = measure("digitizer", files, reader.read, console)[0]
    strangers = others.check(reader.read, plan, console)
    if not strangers:
        skipped.append("Papers that are no form of ours: the real scans are not on this machine.")
    known = measure_registered(made, plan, skipped, console)
    return Result(plan, ours, tuple(beside), shared, sweeps, strangers, records, tuple(skipped), engines, known)


def _other_sets(plan: Plan, skipped: list[str]) -> dict[str, Plan]:
    """Other scans, other prints, and hands whose fonts nothing was trained on, by the row's name."""
    qualities = ("light", "heavy", "medium-200", "heavy-200", "medium-150", "bilevel", "photo")
    sets = {quality: replace(plan, quality=quality) for quality in qualities}
    sets["our own prints, medium"] = replace(plan, source="own", quality="medium")
    sets["print variants never seen, medium"] = replace(plan, source="variants", quality="medium")
    for faces_name, name in (("hand", "hand-print fonts"), ("script", "joined hands' fonts")):
        try:
            faces_of(faces_name)
            sets[f"{name} never trained on, medium"] = replace(plan, faces=faces_name, quality="medium")
        except FileNotFoundError as error:
            skipped.append(f"{name}: {error}.")
    return sets


def measure_registered(
    made: Sequence[Made], plan: Plan, skipped: list[str], console: Console
) -> Reading | None:
    """Us again, with the blanks of the set registered before; None where there are no real blanks."""
    if plan.source != "real" or shared_folder() is None:
        skipped.append("Registered blanks: the set is not filled on real ones.")
        return None
    blanks = [official_blank(form) for form in plan.forms if form in official_blanks()]
    reader = Reader(plan.engine, blanks)
    reader.read(made[0].path)
    return measure("digitizer, blanks registered", made, reader.read, console)[0]


def measure_engines(made: Sequence[Made], plan: Plan, skipped: list[str], console: Console) -> tuple[Reading, ...]:
    """The same pipeline with the answers read by Tesseract, leaders removed, and by the base our recogniser is from."""
    found = []
    engines = (("Tesseract, leaders removed", "tesserocr"), ("the unmodified base, leaders in place", "base"))
    for name, engine in engines:
        try:
            reader = Reader(engine)
        except EngineUnavailable as error:
            skipped.append(f"{name}: {error}.")
            continue
        if engine != plan.engine:
            reader.read(made[0].path)
            found.append(measure(name, made, reader.read, console)[0])
    return tuple(found)


# --- making --------------------------------------------------------------------------------------------------------


def make_set(plan: Plan, count: int, quality: str, folder: Path, console: Console) -> list[Made]:
    """`count` documents, the forms in turn, the fonts evenly; the same seed gives the same files."""
    order = list(faces() if plan.faces == "typed" else faces_of(plan.faces))
    random.Random(plan.seed).shuffle(order)
    made = []
    where = (plan.source, folder if plan.faces == "typed" else folder / plan.faces)
    for n in track(range(count), f"filling forms ({plan.source}, {quality})", console=console):
        form = plan.forms[n % len(plan.forms)]
        face = order[(n // len(plan.forms) + n) % len(order)]
        made.append(make_one(form, plan.seed * 1000 + n, quality, where, face))
    return made


def make_one(form: str, seed: int, quality: str, where: tuple[str, Path], face: Face | None = None) -> Made:
    source, folder = where
    path = folder / source / quality / f"{form.replace('/', '-')}-{seed}.pdf"
    return document(blank_of(form, seed, source), seed, quality, path, face)


def blank_of(form: str, seed: int, source: str) -> Blank:
    """The real blank where there is one, or the one of our own prints that this seed is filled on."""
    if source == "real":
        with suppress(FileNotFoundError):
            return real(form)
    style = any_style(random.Random(seed)) if source == "variants" else styles()[seed % len(styles())]
    return print_blank(template_of(form), style)


# --- reading -------------------------------------------------------------------------------------------------------


class Reader:
    """Our pipeline, warm: one engine for all files. blanks: unfilled ones that were registered before."""

    def __init__(self, engine: str, blanks: Sequence[Path] = ()) -> None:
        from digitizer.drafting.register_blank import registered
        from digitizer.engines.build import build_engine
        from digitizer.layout.recall import Known
        from digitizer.pipeline import Tools
        from digitizer.template import load_templates

        made = BaseEngine() if engine == "base" else build_engine(engine)
        templates, self.options = load_templates(), Options(engine=engine)
        found = [registered(path, path.stem, made, templates, self.options) for path in blanks]
        self.tools = Tools(made, templates, prints=tuple(Known(page) for each in found for page in each.prints))

    def read(self, path: Path) -> list[dict[str, Any]]:
        """The objects of `read --json` for one file."""
        from digitizer.pipeline import digitize
        from digitizer.wire import record_to_json

        return [record_to_json(r) for r in digitize(path, path.name, self.tools, self.options)]


def measure(
    name: str, made: Iterable[Made], read: Callable[[Path], list[dict[str, Any]]], console: Console
) -> tuple[Reading, dict[str, Any]]:
    """Reads a set with the clock running; gives scores and the records by file."""
    scores, records, pages, cpu, wall = [], {}, 0, 0.0, 0.0
    for one in track(list(made), f"reading with {name}", console=console):
        started = cpu_now(), time.monotonic()
        got = read(one.path)
        cpu += cpu_now() - started[0]
        wall += time.monotonic() - started[1]
        pages += one.pages
        records[one.path.name] = got
        scores.append(score_document(one.truth, got))
    return Reading(name, tuple(scores), pages, cpu, wall), records


def measure_peer(name: str, made: Sequence[Made], console: Console) -> Reading:
    """The peer's text once a file; of two lookups the one that finds more exact answers over the whole set."""
    ask = {"tesseract": peers.tesseract, "ocrmypdf": peers.ocrmypdf}[name]
    tries: dict[bool, list[DocumentScore]] = {False: [], True: []}
    helped: dict[bool, list[DocumentScore]] = {False: [], True: []}
    made[0].path.parent.joinpath("text").mkdir(exist_ok=True)
    pages, cpu, wall = 0, 0.0, 0.0
    for one in track(made, f"reading with {name}", console=console):
        text = ask(one.path)
        pages, cpu, wall = pages + one.pages, cpu + text.cpu_s, wall + text.wall_s
        one.path.parent.joinpath("text", f"{one.path.stem}.{name}.txt").write_text(text.text, encoding="utf-8")
        template = template_of(one.truth["form"]["id"])
        for rows, scores in ((False, tries), (True, helped)):
            for to_line_end in scores:
                found = peers.look_up(text.text, template, to_line_end, rows)
                scores[to_line_end].append(score_document(one.truth, [found]))
    best = max(tries, key=lambda k: summarize(tries[k]).exact)
    how = "to the end of the label's lines" if best else "up to the next label"
    return Reading(name, tuple(tries[best]), pages, cpu, wall, f"text {how}", tuple(helped[best]))


def cpu_now() -> float:
    """User and system seconds of this process and its ended children."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


if __name__ == "__main__":
    sys.exit(main())
