"""Letters from pixels through an engine: takes clean pages and answer regions, gives PageText and SlotReadings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from digitizer.document import CleanPage, Located, PageText, Reading, Slot, SlotReading
from digitizer.geometry import Box
from digitizer.ports import Alphabet, Engine, Region
from digitizer.template import FieldKind, FieldSpec, FieldType, Template

DARK = 150
DOT_MM = 1.0  # smaller specks are leader remnants, full stops and dust: no evidence of writing
EDGE_SHARE = 0.3  # of a region's height; what hangs in from its edge by less belongs to the next line
CELL_EDGE = 0.1  # of a cell's side: its drawn border
DIGIT_TYPES = frozenset({FieldType.PERSONAL_ID, FieldType.PHONE, FieldType.INTEGER})


@dataclass(frozen=True, slots=True)
class _Cut:
    """One region of a slot, with the share of its pixels that are ink."""

    slot: int
    region: Region
    ink_ratio: float
    boxes: int = 1  # comb cells that stand in this region


def read_page(page: CleanPage, engine: Engine) -> PageText:
    """All printed lines of a page, for finding the form and its labels."""
    return engine.read_page(page)


def read_slots(pages: Sequence[CleanPage], located: Located, template: Template, engine: Engine) -> tuple[SlotReading, ...]:
    """Only the answers' regions, in one call of the engine; a region without ink is not sent to it."""
    by_number = {page.number: page for page in pages}
    specs = {spec.id: spec for spec in template.fields}
    cuts = [
        cut for index, slot in enumerate(located.slots)
        for cut in _cuts(index, slot, specs[_column(slot.field_id)], by_number[slot.page])
    ]
    inked = [cut for cut in cuts if cut.ink_ratio > 0 and specs[_column(located.slots[cut.slot].field_id)].kind is not FieldKind.TICKS]
    readings = dict(zip(map(id, inked), engine.read_regions([cut.region for cut in inked]), strict=True))
    found: list[SlotReading] = []
    for index, slot in enumerate(located.slots):
        mine = [cut for cut in cuts if cut.slot == index]
        pairs = [(readings.get(id(cut), Reading("", 1.0)), cut.ink_ratio) for cut in mine]
        if len(mine) == 1 and mine[0].boxes > 1:
            pairs += [(Reading("", 1.0), 0.0)] * (len(slot.boxes) - 1)  # a comb is read as one word, kept with its first cell
        found.append(SlotReading(slot, tuple(r for r, _ in pairs), tuple(ratio for _, ratio in pairs)))
    return tuple(found)


def _column(field_id: str) -> str:
    """"members[2].sex" to the template's "members[n].sex"."""
    head, bracket, tail = field_id.partition("[")
    return f"{head}[n]{tail.partition(']')[2]}" if bracket else field_id


def _cuts(index: int, slot: Slot, spec: FieldSpec, page: CleanPage) -> Iterator[_Cut]:
    if spec.kind is FieldKind.COMB:
        yield _comb(index, slot, page)
        return
    for number, box in enumerate(slot.boxes):
        piece = slot.pieces[number] if slot.pieces else 0
        bare = _inside(box) if spec.kind in (FieldKind.TICKS, FieldKind.TABLE) else box
        gray, ink = (_crop(layer, bare) for layer in (page.gray, page.ink))
        if spec.kind is FieldKind.LEADERS:
            gray, ink = _without_neighbours(gray, ink)
        yield _Cut(index, Region(gray, ink, _alphabet(spec, piece), page.dpi), _ink_ratio(ink, page.dpi))


def _alphabet(spec: FieldSpec, piece: int) -> Alphabet:
    if spec.type in DIGIT_TYPES or (spec.inner and spec.type in (FieldType.DATE, FieldType.DATETIME) and "/" not in spec.inner):
        return Alphabet.DIGITS
    if spec.type is FieldType.PLACE_AND_DATE and piece > 0:
        return Alphabet.DIGITS
    if "/" in spec.inner or (spec.type is FieldType.DATE and spec.kind is FieldKind.TABLE):
        return Alphabet.DATE
    return Alphabet.TEXT


def _crop(layer: np.ndarray, box: Box) -> np.ndarray:
    return layer[box.clipped(layer.shape[1], layer.shape[0]).slices()]


def _inside(box: Box) -> Box:
    """A cell without its border."""
    edge = CELL_EDGE * min(box.width, box.height)
    return box.padded(-edge, -edge)


def _without_neighbours(gray: np.ndarray, ink: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whitens what only reaches in from the lines above and below."""
    dark = (ink < DARK).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    height = ink.shape[0]
    top, tall = stats[:, cv2.CC_STAT_TOP], stats[:, cv2.CC_STAT_HEIGHT]
    hanging = ((top == 0) | (top + tall == height)) & (tall < EDGE_SHARE * height)
    hanging[0] = False
    if not hanging.any():
        return gray, ink
    mask = cv2.dilate(hanging.astype(np.uint8)[labels], np.ones((5, 5), np.uint8)) > 0
    gray, ink = gray.copy(), ink.copy()
    gray[mask] = ink[mask] = 255
    return gray, ink


def _ink_ratio(ink: np.ndarray, dpi: float) -> float:
    """Share of dark pixels, specks not counted."""
    if not ink.size:
        return 0.0
    dark = (ink < DARK).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    dot = DOT_MM / 25.4 * dpi
    big = (stats[1:, cv2.CC_STAT_WIDTH] > dot) | (stats[1:, cv2.CC_STAT_HEIGHT] > dot)
    return float(stats[1:, cv2.CC_STAT_AREA][big].sum()) / ink.size


def _comb(index: int, slot: Slot, page: CleanPage) -> _Cut:
    """The digits of all cells on one line without walls: a lone digit is read worse than twelve."""
    cells = [_inside(box) for box in slot.boxes]
    height = int(min(box.height for box in cells))
    grays, inks, ratios = [], [], []
    for box in cells:
        gray, ink = (_crop(layer, box)[:height] for layer in (page.gray, page.ink))
        inked = np.nonzero((ink < DARK).any(axis=0))[0]
        ratios.append(_ink_ratio(ink, page.dpi))
        if ratios[-1] > 0 and len(inked):
            pad = max(2, height // 12)
            left, right = max(0, int(inked[0]) - pad), int(inked[-1]) + pad + 1
            grays.append(gray[:, left:right])
            inks.append(ink[:, left:right])
    if not inks:
        empty = np.full((height, 4), 255, np.uint8)
        return _Cut(index, Region(empty, empty, Alphabet.DIGITS, page.dpi), 0.0, len(cells))
    region = Region(np.hstack(grays), np.hstack(inks), Alphabet.DIGITS, page.dpi)
    return _Cut(index, region, sum(ratios) / len(ratios), len(cells))
