"""Where the time of a page goes, and whether a worker's memory stays flat: takes filled forms, gives tables.

    python -m bench.performance profile --documents 12      CPU by stage, beside the floor
    python -m bench.performance memory --pages 2000         memory of a worker's reading child

With --publish each writes its part of docs/performance.md."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import wraps
from itertools import cycle
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

import numpy as np
from rich.console import Console
from rich.progress import track

import digitizer.layout.recall
import digitizer.pipeline
import digitizer.stages.clean
import digitizer.stages.read
from bench.make import Made, official_blank, shared_folder
from bench.report import machine, renew
from bench.result import Plan
from bench.run import Reader, make_set
from digitizer.options import Options
from digitizer.sandbox import Reader as Child

DOCS = Path(__file__).resolve().parents[1] / "docs"
# Stages first, then what they are made of; what a name is in words.
TIMED: tuple[tuple[ModuleType, str, str], ...] = (
    (digitizer.pipeline, "clean", "clean"),
    (digitizer.stages.clean, "lift_seals", "— seal"), (digitizer.stages.clean, "even_background", "— even background"),
    (digitizer.stages.clean, "_lie", "— how the page lies"), (digitizer.stages.clean, "turn", "— turning"),
    (digitizer.stages.clean, "_bared", "— leaders, rules, cells"),
    (digitizer.pipeline, "read_page", "labels"), (digitizer.pipeline, "register", "register"),
    (digitizer.pipeline, "read_slots", "read the answers"), (digitizer.pipeline, "extract", "extract"),
    (digitizer.pipeline, "normalize", "normalize"), (digitizer.pipeline, "validate", "validate"),
)
EVERY_PAGES = 100


@dataclass(frozen=True, slots=True)
class Profile:
    """CPU milliseconds a page by what they went into; `floor`: decoding, and recognising the answers' ink."""

    pages: int
    spent: dict[str, float]
    floor: float


@contextmanager
def timed(spent: dict[str, float], places: Sequence[tuple[ModuleType, str, str]]) -> Iterator[None]:
    """CPU seconds of each function, added up under its name while the context lasts."""
    patches = [
        patch.object(module, name, _clocked(getattr(module, name), spent, words)) for module, name, words in places
    ]
    for each in patches:
        each.start()
    try:
        yield
    finally:
        for each in patches:
            each.stop()


def _clocked(function: Callable[..., Any], spent: dict[str, float], words: str) -> Callable[..., Any]:
    @wraps(function)
    def clocked(*arguments: Any, **named: Any) -> Any:
        started = time.process_time()
        try:
            return function(*arguments, **named)
        finally:
            spent[words] += time.process_time() - started

    return clocked


def profile(made: Sequence[Made], reader: Reader) -> Profile:
    """Reads the set once to be warm and once with the clock running."""
    reader.read(made[0].path)
    spent: dict[str, float] = defaultdict(float)
    engine, pages = reader.tools.engine, sum(one.pages for one in made)
    network = _clocked(engine.read_regions, spent, "— the network")
    started = time.process_time()
    with timed(spent, TIMED), patch.object(type(engine), "read_regions", lambda _, regions: network(regions)):
        for one in track(made, "reading"):
            reader.read(one.path)
    spent["all stages"] = time.process_time() - started
    whole = sum(spent[name] for _, _, name in TIMED if not name.startswith("—"))
    spent["render, classify, the rest"] = spent["all stages"] - whole
    decoding = _decoding(made, reader)
    return Profile(
        pages, {name: 1000 * s / pages for name, s in spent.items()},
        1000 * (decoding + spent["— the network"]) / pages,
    )


def _decoding(made: Sequence[Made], reader: Reader) -> float:
    """CPU seconds of rendering alone."""
    from digitizer.stages.ingest import ingest
    from digitizer.stages.render import render

    started = time.process_time()
    for one in made:
        for _page in render(ingest(one.path, one.path.name, reader.options.limits), reader.options):
            pass
    return time.process_time() - started


def profile_page(read: Profile, known: Profile, seed: int) -> str:
    """The table of docs/performance.md."""
    names = [name for _, _, name in TIMED]
    names.insert(names.index("extract"), "— the network")
    lines = [
        f"`python -m bench.performance profile --documents {read.pages // 2} --seed {seed}`, "
        f"{date.today().isoformat()}, {machine()}; typed fills of the four real blanks, 300 dpi, medium, "
        f"{read.pages} pages.", "",
        "| CPU milliseconds a page | labels read | blanks registered |", "|---|---|---|",
    ]
    for name in (*names, "render, classify, the rest", "all stages"):
        lines.append(f"| {name} | {read.spent.get(name, 0):.0f} | {known.spent.get(name, 0):.0f} |")
    lines.append(f"| the floor: decode, recognise the ink | {read.floor:.0f} | {known.floor:.0f} |")
    return "\n".join(lines)


# --- memory --------------------------------------------------------------------------------------------------------


def memory(made: Sequence[Made], pages: int, console: Console) -> list[tuple[int, float]]:
    """(pages read, resident MB of the reading child and its children) about every EVERY_PAGES pages."""
    child = Child(Options())
    try:
        child.start()
        read = 0
        found: list[tuple[int, float]] = []
        for one in cycle(made):
            child.read(one.path, one.path.name)
            read += one.pages
            if read // EVERY_PAGES > (read - one.pages) // EVERY_PAGES or not found:
                found.append((read, _resident_mb()))
                console.print(f"{read} pages: {found[-1][1]:.0f} MB")
            if read >= pages:
                return found
    finally:
        child.close()
    return []


def _resident_mb() -> float:
    """Of all processes below this one."""
    kilobytes, waiting = 0, [os.getpid()]
    while waiting:
        parent = waiting.pop()
        for task in Path(f"/proc/{parent}/task").iterdir():
            waiting += [int(pid) for pid in (task / "children").read_text().split()]
        if parent != os.getpid():
            status = Path(f"/proc/{parent}/status").read_text()
            kilobytes += next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")), 0)
    return kilobytes / 1024


def memory_page(found: Sequence[tuple[int, float]], seed: int) -> str:
    """The table of docs/performance.md, with the slope over the last three quarters."""
    later = [(pages, mb) for pages, mb in found if pages >= found[-1][0] / 4]
    slope = float(np.polyfit([p for p, _ in later], [mb for _, mb in later], 1)[0]) * 1000
    picked = found[:: max(1, len(found) // 10)]
    lines = [
        f"`python -m bench.performance memory --pages {found[-1][0]} --seed {seed}`, {date.today().isoformat()}, "
        f"{machine()}; the sandboxed child that a worker reads with, resident memory.", "",
        "| pages read | " + " | ".join(str(pages) for pages, _ in picked) + " |", "|---|" + "---|" * len(picked),
        "| MB | " + " | ".join(f"{mb:.0f}" for _, mb in picked) + " |", "",
        f"Over the last three quarters it changes by {slope:+.1f} MB in a thousand pages.",
    ]
    return "\n".join(lines)


def publish(name: str, text: str) -> None:
    """Between the marks of that name in docs/performance.md."""
    renew(DOCS / "performance.md", text, name)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 0 when it ran, 2 without the real blanks."""
    parser = argparse.ArgumentParser(prog="python -m bench.performance", description=__doc__)
    parser.add_argument("what", choices=("profile", "memory"))
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--documents", type=int, default=12)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--publish", action="store_true")
    options = parser.parse_args(arguments)
    os.environ["OMP_THREAD_LIMIT"] = "1"
    console = Console(stderr=True)
    if shared_folder() is None:
        console.print("The real blanks are not on this machine (set DIGITIZER_SHARED).")
        return 2
    with tempfile.TemporaryDirectory() as place:
        plan = Plan(options.documents, options.seed)
        made = make_set(plan, options.documents, plan.quality, Path(place), console)
        if options.what == "profile":
            readers = Reader(plan.engine), Reader(plan.engine, [official_blank(form) for form in plan.forms])
            read, known = (profile(made, reader) for reader in readers)
            text = profile_page(read, known, options.seed)
        else:
            text = memory_page(memory(made, options.pages, console), options.seed)
    console.print(text, markup=False)
    if options.publish:
        publish(options.what, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
