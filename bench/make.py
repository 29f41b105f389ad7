"""One filled and scanned form with its truth: takes a blank, a seed and a quality, gives files and a JSON."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.answers import answers
from bench.blank import Blank, PlaceNotFound, real_blank
from bench.fill import DoesNotFit, Filled, any_hand, fill
from bench.fonts import Face
from bench.scan import QUALITIES, Quality, Scan, save, scan_all
from digitizer.geometry import MM_PER_INCH
from digitizer.template import Template, load_forms

_TRIES = 20


@dataclass(frozen=True, slots=True)
class Made:
    """A document of the set. `path`: the first file; `truth`: as in the JSON beside it."""

    path: Path
    truth: dict[str, Any]
    pages: int


def shared_folder() -> Path | None:
    """The folder with the real blanks, which are never part of the repository; None where it is absent."""
    named = os.environ.get("DIGITIZER_SHARED")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared"
    return folder if (folder / "forms" / "blank").is_dir() else None


def official_blanks() -> tuple[str, ...]:
    """Forms of which an official blank is on this machine."""
    folder = shared_folder()
    return tuple(sorted(p.stem for p in (folder / "forms" / "blank").glob("*.pdf"))) if folder else ()


def official_blank(form_id: str) -> Path:
    """The PDF it is printed from. Raises FileNotFoundError where there is none."""
    folder = shared_folder()
    if folder is None:
        raise FileNotFoundError("the real blanks are not on this machine (set DIGITIZER_SHARED)")
    path = folder / "forms" / "blank" / f"{form_id}.pdf"
    if not path.is_file():
        raise FileNotFoundError(f"no official blank of {form_id} is on this machine")
    return path


def template_of(form: str) -> Template:
    """The newest edition of a form, or the one named behind a slash ("ct01/tt66-2023")."""
    form_id, _, edition = form.partition("/")
    return [t for t in load_forms() if t.id == form_id and edition in ("", t.edition)][-1]


def real(form_id: str) -> Blank:
    """The real blank of a form, with the newest edition that is printed so. Raises FileNotFoundError where there is
    none, PlaceNotFound where it is no print of the form."""
    path = official_blank(form_id)
    older = [t for t in load_forms() if t.id == form_id]
    while len(older) > 1:
        try:
            return real_blank(path, older[-1])
        except PlaceNotFound:
            older.pop()
    return real_blank(path, older[-1])


def filled(blank: Blank, seed: int, face: Face | None = None) -> Filled:
    """Somebody's filled form; people whose answers do not fit their places go elsewhere and the next one comes."""
    for attempt in range(_TRIES):
        rng = random.Random(f"{blank.template.id}/{seed}/{attempt}")
        hand = any_hand(rng, face)
        try:
            return fill(blank, answers(blank.template, rng), hand, rng)
        except DoesNotFit as error:
            last = error
    raise last


def document(blank: Blank, seed: int, quality: Quality | str, path: Path, face: Face | None = None) -> Made:
    """Fills, scans and writes `path` (PDF, TIFF, JPEG, PNG by its ending) and `<path>.truth.json`."""
    quality = QUALITIES[quality] if isinstance(quality, str) else quality
    form = filled(blank, seed, face)
    scans = scan_all(form.pages, quality, random.Random(f"scan/{blank.template.id}/{seed}"))
    path.parent.mkdir(parents=True, exist_ok=True)
    first, *_ = save(scans, path)
    truth = truth_of(form, scans) | {"file": first.name, "font": form.font, "quality": quality.name, "seed": seed}
    Path(f"{path}.truth.json").write_text(json.dumps(truth, ensure_ascii=False, indent=1), encoding="utf-8")
    return Made(first, truth, len(scans))


def truth_of(form: Filled, scans: Sequence[Scan]) -> dict[str, Any]:
    """`ink`: per line or digit its text, page (from 1) and outline on the scan, millimetres from top left.

    Of a page, `matrix` (3x3) takes pixels of the unscanned page at 300 dpi to pixels of the scan, and `seals_mm` are
    outlines of the red stamps on it."""
    fields = {}
    for answer in form.answers:
        ink = [
            {
                "page": line.page + 1, "polygon_mm": [list(p) for p in scans[line.page].polygon_mm(line.box)],
                "text": line.text,
            }
            for line in answer.ink
        ]
        fields[answer.field_id] = {"raw": answer.raw, "status": answer.status.value, "type": answer.type, "ink": ink}
    pages = [
        {
            "width_mm": round(s.image.width * MM_PER_INCH / s.dpi, 2), "skew_deg": round(s.skew_deg, 4),
            "height_mm": round(s.image.height * MM_PER_INCH / s.dpi, 2), "dpi": s.dpi, "matrix": s.matrix.tolist(),
            "seals_mm": [[list(p) for p in s.polygon_mm(box)] for box in s.seals],
        }
        for s in scans
    ]
    return {"form": {"id": form.form_id, "edition": form.edition}, "pages": pages, "fields": fields}
