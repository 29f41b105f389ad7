"""Letters from pixels through an engine: takes clean pages and answer regions, gives PageText and SlotReadings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from digitizer.document import CleanPage, Located, PageText, Reading, Slot, SlotReading
from digitizer.geometry import Box, union
from digitizer.layout.answers import split_at
from digitizer.ports import Alphabet, Engine, Region
from digitizer.template import FieldKind, FieldSpec, FieldType, Template

DARK = 150
DOT_MM = 1.0  # smaller specks are leader remnants, full stops and dust: no evidence of writing
EDGE_SHARE = 0.3  # of a region's height; what hangs in from its edge by less belongs to the next line
CELL_EDGE = 0.1  # of a cell's side: its drawn border
SURE = 0.9  # readings below are tried again in other manners
LOOKALIKE = str.maketrans("OQoIl|ZSB", "000111258", ".,:;'…_-")
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
    """Only the answers' regions, in two calls of the engine; a region without ink is not sent to it.

    What was read unsurely is read again in other manners and the surest reading is kept; short pieces between printed
    words are read once more with the words around them, because a lone digit is often not seen as text at all."""
    by_number = {page.number: page for page in pages}
    specs = {spec.id: spec for spec in template.fields}
    cuts = [
        cut for index, slot in enumerate(located.slots)
        for cut in _cuts(index, slot, specs[_column(slot.field_id)], by_number[slot.page])
    ]
    inked = [cut for cut in cuts if cut.ink_ratio > 0 and specs[_column(located.slots[cut.slot].field_id)].kind is not FieldKind.TICKS]
    read = _read_surely([cut.region for cut in inked], engine)
    readings = dict(zip(map(id, inked), read, strict=True))
    found: list[SlotReading] = []
    for index, slot in enumerate(located.slots):
        mine = [cut for cut in cuts if cut.slot == index]
        pairs = [(readings.get(id(cut), Reading("", 1.0)), cut.ink_ratio) for cut in mine]
        if len(mine) == 1 and mine[0].boxes > 1:
            pairs += [(Reading("", 1.0), 0.0)] * (len(slot.boxes) - 1)  # a comb is read as one word, kept with its first cell
        found.append(SlotReading(slot, tuple(r for r, _ in pairs), tuple(ratio for _, ratio in pairs)))
    return _with_context(found, specs, by_number, engine)


def _read_surely(regions: Sequence[Region], engine: Engine) -> list[Reading]:
    readings = engine.read_regions(regions)
    again = [i for i, r in enumerate(readings) if r.confidence < SURE and regions[i].alphabet is Alphabet.TEXT]
    if engine.wants_leaders or not again:
        return readings
    manners = (_smaller, _bilevel)
    others = engine.read_regions([manner(regions[i]) for i in again for manner in manners])
    for k, i in enumerate(again):
        tries = [readings[i], *others[k * len(manners):(k + 1) * len(manners)]]
        best = max(tries, key=lambda r: (bool(r.text), r.confidence))
        rest = tuple(dict.fromkeys(r.text for r in tries if r.text and r.text != best.text))
        readings[i] = Reading(best.text, best.confidence, rest)
    return readings


def _smaller(region: Region) -> Region:
    """At four fifths: where 300 dpi print is large, strokes come nearer to what the engine was trained on."""
    return replace(region, ink=cv2.resize(region.ink, None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA))


def _bilevel(region: Region) -> Region:
    return replace(region, ink=np.where(region.ink < DARK, 0, 255).astype(np.uint8))


def _with_context(
    found: list[SlotReading], specs: dict[str, FieldSpec], pages: dict[int, CleanPage], engine: Engine
) -> tuple[SlotReading, ...]:
    """Pieces between inner words, checked against their whole line."""
    strips: list[tuple[int, list[int], Region]] = []
    for index, reading in enumerate(found):
        spec = specs[_column(reading.slot.field_id)]
        if spec.kind is FieldKind.LEADERS and spec.inner and "/" not in spec.inner and any(reading.ink_ratio):
            strips += [(index, boxes, region) for boxes, region in _strips(reading.slot, pages[reading.slot.page])]
    lines = _read_surely([region for _, _, region in strips], engine)
    for (index, boxes, _), line in zip(strips, lines, strict=True):
        reading = found[index]
        pieces = [reading.slot.pieces[b] for b in boxes]
        inner = specs[_column(reading.slot.field_id)].inner[pieces[0]:pieces[-1]]
        parts = split_at(line.text, inner) if pieces == list(range(pieces[0], pieces[-1] + 1)) else None
        if parts:
            readings = list(reading.readings)
            for box, part in zip(boxes, parts, strict=True):
                if reading.slot.pieces[box] > 0 or not readings[box].text or readings[box].text.isdigit():
                    readings[box] = _better_number(readings[box], part, line.confidence, reading.slot.pieces[box] == len(
                        specs[_column(reading.slot.field_id)].inner))
            found[index] = replace(reading, readings=tuple(readings))
    return tuple(found)


def _strips(slot: Slot, page: CleanPage) -> Iterator[tuple[list[int], Region]]:
    """The boxes of one printed line with the words between them; lines with one box only need no context."""
    rows: list[list[int]] = []
    for number, box in enumerate(slot.boxes):
        if rows and abs(slot.boxes[rows[-1][-1]].middle_y - box.middle_y) < 0.4 * box.height:
            rows[-1].append(number)
        else:
            rows.append([number])
    for row in rows:
        if len(row) > 1 and slot.pieces:
            whole = union(slot.boxes[i] for i in row)
            gray, ink = _without_neighbours(*(_crop(layer, whole) for layer in (page.gray, page.ink)))
            yield row, Region(gray, ink, Alphabet.TEXT, page.dpi)


def _better_number(alone: Reading, part: str, confidence: float, year: bool) -> Reading:
    """The reading that can be a day, month, hour or year; with both possible the one read in its line."""
    number = "".join(part.translate(LOOKALIKE).split())
    fits = (lambda t: len(t) == 4 and t[:2] in ("18", "19", "20")) if year else (lambda t: 1 <= len(t) <= 2)
    if number.isdigit() and fits(number) and (not fits(alone.text) or len(number) >= len(alone.text)):
        return Reading(number, max(confidence, alone.confidence) if number == alone.text else confidence, (alone.text,))
    return alone


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
    speck = (tall < 0.13 * height) & (top + tall < 0.24 * height)  # a dot of the line above, cut clear
    hanging |= speck & ~_over_ink(dark, stats)
    hanging[0] = False
    if not hanging.any():
        return gray, ink
    mask = cv2.dilate(hanging.astype(np.uint8)[labels], np.ones((5, 5), np.uint8)) > 0
    gray, ink = gray.copy(), ink.copy()
    gray[mask] = ink[mask] = 255
    return gray, ink


def _over_ink(dark: np.ndarray, stats: np.ndarray) -> np.ndarray:
    """For each component whether something stands right below it, as a letter below its mark."""
    height = dark.shape[0]
    found = np.zeros(len(stats), bool)
    for i, (left, top, width, tall, _) in enumerate(stats):
        below = dark[top + tall:min(height, top + tall + height // 3), max(0, left - width):left + 2 * width]
        found[i] = bool(below.any())
    return found


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
