"""What each step of cleaning is worth: takes cases of spoiled pages, reads each with and without its step, writes the
table and the pictures of docs/pipeline.md.

`python -m bench.ablation [--documents 8] [--seed 4102] [--publish]`. Everybody on the pictures is invented; the forms
are our own prints."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from rich.console import Console

from bench.blank import DPI
from bench.make import Made, filled, template_of
from bench.prints import print_blank, styles
from bench.report import machine, renew
from bench.result import PLACE, Plan, Reading
from bench.run import Reader, make_set, measure
from bench.scan import QUALITIES, scan_all
from digitizer.document import PageImage
from digitizer.geometry import MM_PER_INCH
from digitizer.options import Cleaning, Limits, Options
from digitizer.score import Summary, coverage, flat, level, summarize
from digitizer.stages.clean import clean
from digitizer.stages.ingest import ingest
from digitizer.stages.render import render

ROOT = Path(__file__).resolve().parents[1]
PAGE, PICTURES = ROOT / "docs" / "pipeline.md", ROOT / "docs" / "img"
ROUNDS = 5  # of timing, the least counts


@dataclass(frozen=True, slots=True)
class Case:
    """quality: of bench/scan.py. step: of Cleaning, "" where no step of cleaning is for it. corner_mm, size_mm: which
    part of the page the picture shows; None for the whole page."""

    quality: str
    what: str
    step: str = ""
    corner_mm: tuple[float, float] | None = (20.0, 50.0)


CASES = (
    Case("medium", "an honest branch scanner, 300 dpi"),
    Case("photo", "photographed on a table: perspective, shadow", "flatten", None),
    Case("turned", "laid by 90, 180 or 270°", "upright", None),
    Case("tilted", "5 to 8° askew", "level", None),
    Case("shaded", "light falling by 40 %, the fold of a book", "even", (0.0, 50.0)),
    Case("shone-through", "the back's print seen through the paper", "single"),
    Case("sealed", "two red stamps a page over text", "unseal"),
    Case("speckled", "12 specks a square centimetre", "despeckle"),
    Case("fax", "200 dpi, bilevel, 2 specks a square centimetre", "despeckle"),
    Case("copied", "a copy of a copy, scanned"),
    Case("medium-150", "150 dpi"),
    Case("medium-200", "200 dpi"),
    Case("medium-600", "600 dpi"),
)


@dataclass(frozen=True, slots=True)
class Measured:
    case: Case
    with_step: Summary
    without: Summary | None
    cost_ms: float | None
    seals: tuple[int, int] | None = None


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; prints the table, and with --publish puts it and the pictures under docs."""
    parser = argparse.ArgumentParser(prog="python -m bench.ablation", description=__doc__)
    parser.add_argument("--documents", type=int, default=8, help="filled forms a case")
    parser.add_argument("--seed", type=int, default=4102)
    parser.add_argument("--cases", nargs="+", default=[c.quality for c in CASES])
    parser.add_argument("--source", choices=("real", "own"), default="real")
    parser.add_argument("--publish", action="store_true", help="write docs/pipeline.md and docs/img")
    options = parser.parse_args(arguments)
    plan = Plan(documents=options.documents, seed=options.seed, source=options.source, out=PLACE)
    console = Console(stderr=True)
    found = [measured(case, plan, console) for case in CASES if case.quality in options.cases]
    text = table(found, plan)
    print(text)
    if options.publish:
        renew(PAGE, text)
        for case in {c.step: c for c in reversed(CASES) if c.step}.values():
            picture(case)
    return 0


def measured(case: Case, plan: Plan, console: Console) -> Measured:
    """One case: the same files read with all steps, and with all but the one that is for it."""
    made = make_set(plan, plan.documents, case.quality, plan.out / "pages", console)
    ours, records = _read(made, Cleaning(), console)
    without = cost = None
    if case.step:
        without = summarize(_read(made, replace(Cleaning(), **{case.step: False}), console)[0].scores)
        cost = _cost_ms(case.step, plan, console)
    seals = _seals_found(made, records) if QUALITIES[case.quality].seals else None
    return Measured(case, summarize(ours.scores), without, cost, seals)


def _read(made: Sequence[Made], steps: Cleaning, console: Console) -> tuple[Reading, dict[str, Any]]:
    reader = Reader(Options().engine)
    reader.options = replace(reader.options, cleaning=steps)
    return measure("digitizer", made, reader.read, console)


def _cost_ms(step: str, plan: Plan, console: Console) -> float:
    """What the step costs a page that does not need it: CPU of the clean stage with it and without."""
    (made, *_) = make_set(plan, 1, "medium", plan.out / "pages", console)
    intake = ingest(made.path, made.path.name, Limits())
    page = next(iter(render(intake, Options())))
    ways = (Cleaning(), replace(Cleaning(), **{step: False}))
    spent = [[_clean_s(page, way) for way in ways] for _ in range(ROUNDS)]
    return 1000 * (min(s[0] for s in spent) - min(s[1] for s in spent))


def _clean_s(page: PageImage, steps: Cleaning) -> float:
    started = time.process_time()
    clean(page, steps)
    return time.process_time() - started


def _seals_found(made: Iterable[Made], records: dict[str, Any]) -> tuple[int, int]:
    """(seals whose ink the record's boxes cover by nine tenths, all seals) on pages of documents that were named."""
    found = total = 0
    for one in made:
        told = [s for record in records[one.path.name] for s in record["seals"]]
        for number, page in enumerate(one.truth["pages"], start=1):
            regions = [np.array(s["polygon_mm"]) for s in told if s["page"] == number]
            for outline in map(np.array, page["seals_mm"]):
                total += 1
                found += any(coverage([lay(outline, page)], regions) >= 0.9 for lay in (level, flat))
    return found, total


def table(found: Sequence[Measured], plan: Plan) -> str:
    """Markdown."""
    lines = [
        f"Measured {time.strftime('%Y-%m-%d')} · {plan.documents} typed fills a case, {plan.source} blanks, seed "
        f"{plan.seed} · {machine()}", "",
        f"`python -m bench.ablation --documents {plan.documents} --seed {plan.seed}`", "",
        "| case | what happened to the page | step | exact without it | exact | CER | located | form named | costs an "
        "ordinary page |", "|---|---|---|---|---|---|---|---|---|",
    ]
    for m in found:
        s = m.with_step
        without = f"{m.without.exact_rate:.1%}" if m.without else "-"
        cost = f"{max(0.0, m.cost_ms):.0f} ms" if m.cost_ms is not None else "-"
        lines.append(
            f"| {m.case.quality} | {m.case.what} | {m.case.step or '-'} | {without} | {s.exact_rate:.1%} ({s.exact} of "
            f"{s.fields}) | {s.cer:.1%} | {s.located_rate or 0:.1%} | {s.named_right} of {s.documents} | {cost} |"
        )
    lines += [f"\nSeals whose ink lies in a box of the record: {m.seals[0]} of {m.seals[1]}." for m in found if m.seals]
    return "\n".join(lines)


def picture(case: Case, seed: int = 4) -> Path:
    """docs/img/page-<case>.jpg: one of our own prints as it came, beside what is read of it."""
    form = filled(print_blank(template_of("khai-sinh"), styles()[0]), seed)
    quality = QUALITIES[case.quality]
    (seen, *_) = scan_all(form.pages[:1], quality, random.Random(f"picture/{case.quality}"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.png"
        seen.image.save(path, dpi=(seen.dpi, seen.dpi))
        page = next(iter(render(ingest(path, path.name, Limits()), Options())))
    after = clean(page)
    before, now = page.image, cv2.cvtColor(after.gray, cv2.COLOR_GRAY2BGR)
    if case.corner_mm:
        left, top = (round(mm / MM_PER_INCH * DPI) for mm in case.corner_mm)
        part = (slice(top, top + 560), slice(left, left + 1200))
        before, now = after.image[part], now[part]
    target = PICTURES / f"page-{case.quality}.jpg"
    cv2.imwrite(str(target), _beside(before, now), [cv2.IMWRITE_JPEG_QUALITY, 75])
    return target


def _beside(left: np.ndarray, right: np.ndarray, height: int = 420) -> np.ndarray:
    panels = []
    for panel in (left, right):
        width = round(panel.shape[1] * height / panel.shape[0])
        panel = cv2.resize(panel, (width, height), interpolation=cv2.INTER_AREA)
        panels.append(cv2.copyMakeBorder(panel, 6, 6, 6, 6, cv2.BORDER_CONSTANT, value=(120, 120, 120)))
    return np.hstack(panels)


if __name__ == "__main__":
    sys.exit(main())
