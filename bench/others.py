"""Papers that are no form of ours: takes our reader, gives what each real scan and each other real blank was named."""

from __future__ import annotations

import csv
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
from rich.console import Console
from rich.progress import track

from bench.make import official_blank, official_blanks, shared_folder
from bench.result import Plan, Stranger
from bench.scan import QUALITIES, save, scan
from digitizer.template import load_templates

OURS = {"CT01": "ct01", "CT02": "ct02", "DKX10": "xe"}  # forms of ours among the real scans, by their codes there


def other_blanks() -> list[str]:
    """Real blanks that no template describes."""
    ours = {t.id for t in load_templates()}
    return [form for form in official_blanks() if form not in ours]


def check(read: Callable[[Path], list[dict[str, Any]]], plan: Plan, console: Console) -> tuple[Stranger, ...]:
    """Nothing where the shared folder is absent. A short run looks at every fourth scan."""
    folder = shared_folder()
    if folder is None:
        return ()
    step = 4 if plan.documents < 20 else 1
    found = []
    for row in track(_scans(folder)[::step], "reading real scans", console=console):
        named = _named(read(folder / "data" / "forms-scanned" / row["file"]))
        ours = OURS.get(row["template"])
        found.append(Stranger(Path(row["file"]).stem, "scan", ours, named, row["page_role"] != "first"))
    with tempfile.TemporaryDirectory() as place:
        for name in track(other_blanks()[::step], "reading other real forms", console=console):
            path = _scanned(official_blank(name), Path(place))
            found.append(Stranger(name, "blank", None, _named(read(path))))
    return tuple(found)


def _scans(folder: Path) -> list[dict[str, str]]:
    manifest = folder / "data" / "forms-scanned" / "manifest.tsv"
    if not manifest.is_file():
        return []
    with manifest.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def _scanned(blank: Path, place: Path) -> Path:
    """The blank through the medium scanner."""
    document = pypdfium2.PdfDocument(blank)
    rng = random.Random(blank.stem)
    pages = [scan(p.render(scale=300 / 72).to_pil(), QUALITIES["medium"], rng) for p in document]
    document.close()
    return save(pages, place / f"{blank.stem}.pdf")[0]


def _named(records: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(sorted({r["form"]["id"] for r in records if r["form"]["id"]}))
