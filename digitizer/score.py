"""How right a reading is: takes objects of `read --json` and the truth beside a made form, gives rates and bounds.

Truth JSON (bench/make.py): `form.id`, `pages` (size and skew), and per field `raw`, `status`, `type` and `ink`, the
outlines of what was written. A field is exact when its raw text equals the truth after NFC and folding of spaces."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rapidfuzz.distance import Levenshtein

from digitizer.geometry import MM_PER_INCH

LOCATED_SHARE = 0.9  # of the answer's ink that the region must cover
SHEET_DPI = 300  # of the unscanned page in the truth's matrix
_GRID = (25, 7)


@dataclass(frozen=True, slots=True)
class FieldScore:
    """One field of one document. `edits` are capped at the truth's length, so that a missing answer is the worst case.
    `located` is None where nothing was written or the reader gives no regions."""

    id: str
    type: str
    truth: str
    got: str
    filled: bool
    edits: int
    located: bool | None
    value_right: bool
    confidence: float
    struck: bool = False  # crossed out on the paper
    told_struck: bool = False

    @property
    def exact(self) -> bool:
        return self.truth == self.got


@dataclass(frozen=True, slots=True)
class DocumentScore:
    """other_edition: the form was named, but by an edition that it is not; readers that tell none are not asked."""

    file: str
    form: str
    named: str | None
    font: str
    quality: str
    pages: int
    fields: tuple[FieldScore, ...]
    other_edition: bool = False

    @property
    def named_right(self) -> bool:
        return self.form == self.named and not self.other_edition


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts over filled fields, except `blank_*`: fields left blank, and those rightly read as blank, and
    `struck_*`: the same of answers that are crossed out."""

    documents: int
    named_right: int
    fields: int
    exact: int
    value_right: int
    edits: int
    letters: int
    located_of: int
    located: int
    blank_fields: int
    blank_right: int
    struck_fields: int = 0
    struck_right: int = 0

    @property
    def exact_rate(self) -> float:
        return self.exact / self.fields if self.fields else 0.0

    @property
    def value_rate(self) -> float:
        return self.value_right / self.fields if self.fields else 0.0

    @property
    def cer(self) -> float:
        """Character error rate: edits against the letters of the truth, both over all filled fields."""
        return self.edits / self.letters if self.letters else 0.0

    @property
    def located_rate(self) -> float | None:
        return self.located / self.located_of if self.located_of else None

    @property
    def exact_interval(self) -> tuple[float, float]:
        return wilson(self.exact, self.fields)


def plain(text: str) -> str:
    """NFC, one space between words, none outside."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def score_document(truth: dict[str, Any], records: Sequence[dict[str, Any]]) -> DocumentScore:
    """`records`: all objects that the file gave; the one that names the truth's form is taken, else the first."""
    form = truth["form"]["id"]
    record = next((r for r in records if r["form"]["id"] == form), records[0] if records else None)
    got = record["fields"] if record else {}
    named, told = (record["form"]["id"], record["form"].get("edition")) if record else (None, None)
    regions = any("polygon_mm" in f for f in got.values()) or not got
    fields = tuple(
        score_field(k, t, got.get(k), truth.get("pages", ()) if regions else None) for k, t in truth["fields"].items()
    )
    return DocumentScore(
        truth.get("file", ""), form, named, truth.get("font", ""), truth.get("quality", ""),
        len(truth.get("pages", ())), fields, len({truth["form"].get("edition"), told} - {None}) > 1,
    )


def score_field(
    field_id: str, truth: dict[str, Any], got: dict[str, Any] | None, pages: Sequence[dict[str, Any]] | None = ()
) -> FieldScore:
    """`got` None: the reader does not have the field. `pages` None: this reader gives no regions."""
    wanted, read = plain(truth["raw"]), plain((got or {}).get("raw") or "")
    located = None
    if truth["ink"] and pages is not None:
        located = got is not None and is_located(truth["ink"], got, pages)
    return FieldScore(
        id=field_id, type=truth["type"], truth=wanted, got=read, filled=bool(wanted),
        edits=min(Levenshtein.distance(wanted, read), max(len(wanted), 1) if wanted else len(read)),
        located=located, value_right=comparable(truth["type"], wanted) == comparable(truth["type"], read),
        confidence=float((got or {}).get("confidence") or 0.0), struck=truth.get("status") == "struck",
        told_struck=(got or {}).get("status") == "struck",
    )


# --- located -------------------------------------------------------------------------------------------------------


def is_located(ink: Sequence[dict[str, Any]], got: dict[str, Any], pages: Sequence[dict[str, Any]]) -> bool:
    """Whether the field's polygons cover nine tenths of the ink that lies on the page the field names.

    A field names one page; ink that runs over to the next page is judged by that page's part. Polygons may be given on
    the page as scanned, as turned level, or flat as before it was scanned (truth knows how it lay)."""
    page = int(got.get("page") or 0)
    regions = [np.asarray(p, dtype=float) for p in got.get("polygon_mm") or ()]
    here = [line for line in ink if line["page"] == page]
    if not here or not regions:
        return False
    outlines = [np.asarray(line["polygon_mm"], dtype=float) for line in here]
    frames = [outlines]
    if page <= len(pages):
        ways = (level, flat) if "matrix" in pages[page - 1] else (level,)
        frames += [[lay(outline, pages[page - 1]) for outline in outlines] for lay in ways]
    return any(coverage(frame, regions) >= LOCATED_SHARE for frame in frames)


def level(outline: np.ndarray, page: dict[str, Any]) -> np.ndarray:
    """(n, 2) millimetres on the scanned page to the page turned clockwise about its middle by its skew, which counts
    the quarter turns by which it lay."""
    angle = math.radians(page["skew_deg"])
    middle = np.array([page["width_mm"] / 2, page["height_mm"] / 2])
    turned = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    return (outline - middle) @ turned.T + (middle[::-1] if abs(math.sin(angle)) > math.sqrt(0.5) else middle)


def flat(outline: np.ndarray, page: dict[str, Any]) -> np.ndarray:
    """(n, 2) millimetres on the scanned page to the sheet before it was scanned, as when a photograph is flattened."""
    back = np.linalg.inv(np.asarray(page["matrix"], dtype=float))
    pixels = np.hstack([outline * page["dpi"] / MM_PER_INCH, np.ones((len(outline), 1))]) @ back.T
    return np.asarray(pixels[:, :2] / pixels[:, 2:] * MM_PER_INCH / SHEET_DPI)


def coverage(outlines: Sequence[np.ndarray], regions: Sequence[np.ndarray]) -> float:
    """Share of the outlines' area inside any region, sampled on a grid; all are quadrilaterals or convex polygons."""
    inside = total = 0.0
    across, down = np.meshgrid((np.arange(_GRID[0]) + 0.5) / _GRID[0], (np.arange(_GRID[1]) + 0.5) / _GRID[1])
    for quad in outlines:
        a, b, c, d = quad
        u, v = across[..., None], down[..., None]
        points = ((1 - u) * (1 - v) * a + u * (1 - v) * b + u * v * c + (1 - u) * v * d).reshape(-1, 2)
        hit = np.zeros(len(points), dtype=bool)
        for region in regions:
            hit |= _in_convex(points, region)
        area = float(np.linalg.norm(b - a) * np.linalg.norm(d - a))
        inside += area * float(hit.mean())
        total += area
    return inside / total if total else 0.0


def _in_convex(points: np.ndarray, polygon: np.ndarray) -> np.ndarray:
    edges = np.roll(polygon, -1, axis=0) - polygon
    off = points[:, None, :] - polygon[None, :, :]
    side = edges[None, :, 0] * off[:, :, 1] - edges[None, :, 1] * off[:, :, 0]
    return np.asarray((side >= -1e-9).all(axis=1) | (side <= 1e-9).all(axis=1))


# --- values --------------------------------------------------------------------------------------------------------


def comparable(field_type: str, text: str) -> str:
    """What a text says, whatever its spelling: a date's numbers, a number's digits, else letters without case, spaces,
    commas and the two ways to place a tone mark (hòa, hoà)."""
    if field_type in {"date", "datetime"}:
        return "/".join(str(int(n)) for n in re.findall(r"\d+", text)) or text
    if field_type in {"personal_id", "phone", "integer"}:
        return re.sub(r"\D", "", text).lstrip("0" if field_type == "integer" else "") or text
    bare = unicodedata.normalize("NFD", text.lower())
    tones = "".join(sorted(c for c in bare if c in "\u0300\u0301\u0303\u0309\u0323"))
    letters = "".join(c for c in bare if c.isalnum() or (unicodedata.combining(c) and c not in tones))
    return letters + tones


# --- many ----------------------------------------------------------------------------------------------------------


def summarize(documents: Iterable[DocumentScore]) -> Summary:
    many = list(documents)
    return summarize_fields([f for d in many for f in d.fields], len(many), sum(d.named_right for d in many))


def summarize_fields(fields: Sequence[FieldScore], documents: int = 0, named_right: int = 0) -> Summary:
    filled, struck = [f for f in fields if f.filled], [f for f in fields if f.struck]
    blank = [f for f in fields if not f.filled and not f.struck]
    seen = [f for f in filled if f.located is not None]
    return Summary(
        documents=documents, named_right=named_right, fields=len(filled), exact=sum(f.exact for f in filled),
        value_right=sum(f.value_right for f in filled), edits=sum(f.edits for f in filled),
        letters=sum(len(f.truth) for f in filled), located_of=len(seen), located=sum(bool(f.located) for f in seen),
        blank_fields=len(blank), blank_right=sum(not f.got for f in blank), struck_fields=len(struck),
        struck_right=sum(f.told_struck for f in struck),
    )


def by(documents: Iterable[DocumentScore], key: Callable[[DocumentScore, FieldScore], str]) -> dict[str, Summary]:
    """Summaries of fields grouped by anything of the document or the field, in the order of the keys."""
    groups: dict[str, list[FieldScore]] = {}
    for document in documents:
        for one in document.fields:
            groups.setdefault(key(document, one), []).append(one)
    return {k: summarize_fields(groups[k]) for k in sorted(groups)}


def wilson(right: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927); (0, 1) where nothing was counted."""
    if not total:
        return 0.0, 1.0
    share, spread = right / total, z * z / total
    middle = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / total + spread / total / 4) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Calibration:
    """`bins`: (mean confidence, share right, count) of ten equal steps that hold anything; `brier`, `ece` over all;
    `accepted`: per threshold, the share of fields at or above it and the share of those that are wrong."""

    bins: tuple[tuple[float, float, int], ...]
    brier: float
    ece: float
    accepted: tuple[tuple[float, float, float], ...]


def calibrate(fields: Sequence[FieldScore], thresholds: Sequence[float] = (0.9, 0.95, 0.99)) -> Calibration:
    """Whether confidence means probability of being right, over filled fields."""
    seen = [(f.confidence, f.exact) for f in fields if f.filled]
    if not seen:
        return Calibration((), 0.0, 0.0, ())
    bins = []
    for step in range(10):
        held = [(c, r) for c, r in seen if min(9, int(c * 10)) == step]
        if held:
            bins.append((sum(c for c, _ in held) / len(held), sum(r for _, r in held) / len(held), len(held)))
    accepted = []
    for threshold in thresholds:
        taken = [r for c, r in seen if c >= threshold]
        accepted.append((threshold, len(taken) / len(seen), (len(taken) - sum(taken)) / len(taken) if taken else 0.0))
    return Calibration(
        bins=tuple(bins), brier=sum((c - r) ** 2 for c, r in seen) / len(seen),
        ece=sum(abs(c - r) * n for c, r, n in bins) / len(seen), accepted=tuple(accepted),
    )
