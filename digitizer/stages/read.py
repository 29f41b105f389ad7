"""Letters from pixels through an engine: takes clean pages and answer regions, gives PageText and SlotReadings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from digitizer.document import CleanPage, Located, Mark, PageText, PrintedWord, Reading, Slot, SlotReading
from digitizer.geometry import MM_PER_INCH, Box, union
from digitizer.imaging.crossed import ABOVE, BELOW, marks_on
from digitizer.imaging.parts import parts_of
from digitizer.imaging.strikes import is_struck
from digitizer.layout.answers import split_at
from digitizer.layout.recall import Known, recall
from digitizer.ports import Alphabet, Engine, Region
from digitizer.template import FieldKind, FieldSpec, FieldType, Template

DARK = 150
FEW_PX = 2  # of a column of pixels: fewer are dust
GAP_MM = 1.2  # between the strokes of a word
DOT_MM = 1.4  # smaller specks are leader remnants, printed commas and dust: no evidence of writing
EDGE_SHARE = 0.3  # of a region's height; what hangs in from its edge by less belongs to the next line
CROSS = 0.35  # of a tick box's side: what is smaller is no cross, even in a box of 2.4 mm
MARK_MM = 4.0  # the side of the tick box that a cross in a table's cell would have filled
CELL_EDGE = 0.1  # of a cell's side: its drawn border
# A printed word of the line above ends, and one of the line below begins, in these shares of a region's height.
PRINT_ABOVE, PRINT_BELOW, WORD_EDGE_PX = 0.55, 0.25, 2
# Of the letter size, below the line: where g and commas end, where the dot of nặng ends; and how large that dot is.
HANGING, NANG, DOTTED = 0.32, 0.26, 0.2
SURE = 0.9  # readings below are tried again in other manners
TALLER = 0.18  # of a region's height: room above for the marks of capitals, for an engine that bears its neighbours
LOOKALIKE = str.maketrans("OQoIl|ZSB", "000111258", ".,:;'…_-")
DIGIT_TYPES = frozenset({FieldType.PERSONAL_ID, FieldType.PHONE, FieldType.INTEGER})


@dataclass(frozen=True, slots=True)
class _Cut:
    """One region of a slot, with the share of its pixels that are ink."""

    slot: int
    region: Region
    ink_ratio: float
    boxes: int = 1  # comb cells that stand in this region


def read_page(page: CleanPage, engine: Engine, prints: Sequence[Known] = ()) -> PageText:
    """All printed lines of a page, for finding the form and its labels: of a registered blank those of the blank,
    found by their picture; else as the engine reads them."""
    known = recall(page, prints)
    return known.text if known else engine.read_page(page)


def read_slots(
    pages: Sequence[CleanPage], located: Located, template: Template, engine: Engine
) -> tuple[SlotReading, ...]:
    """Only the answers' regions, in few calls of the engine; a region without ink is not sent to it.

    What was read unsurely is read again in other manners and the surest reading is kept; short pieces between printed
    words are read once more with the words around them, because a lone digit is often not seen as text at all."""
    mine, by_number = _specs(located, template), {page.number: page for page in pages}
    cuts = list(_all_cuts(pages, located, mine, engine))
    inked = [cut for cut in cuts if cut.ink_ratio > 0 and not mine[cut.slot].ticked]
    read = _read_surely([cut.region for cut in inked], engine)
    readings = dict(zip(map(id, inked), read, strict=True))
    found = [_slot_reading(slot, [c for c in cuts if c.slot == i], readings) for i, slot in enumerate(located.slots)]
    for i, reading in enumerate(found):
        if mine[i].kind is FieldKind.ALTERNATIVES:
            found[i] = _marked(reading.slot, by_number[reading.slot.page], located.printed)
        elif not mine[i].ticked:
            found[i] = _with_strikes(reading, [c for c in cuts if c.slot == i], by_number[reading.slot.page])
    if engine.wants_leaders:  # it reads a lone digit as well alone: with or without the line, 221 of 232 fields
        return tuple(found)
    return _with_context(found, mine, by_number, engine)


def ink_in_slots(
    pages: Sequence[CleanPage], located: Located, template: Template, engine: Engine
) -> tuple[SlotReading, ...]:
    """The same places with the ink in them, but nothing read: enough to tell that an answer is missing."""
    specs = _specs(located, template)
    cuts = list(_all_cuts(pages, located, specs, engine))
    found = []
    for index, slot in enumerate(located.slots):
        mine = [cut for cut in cuts if cut.slot == index]
        found.append(replace(_slot_reading(slot, mine, {}), ink_mm=tuple(_ink_mm(cut.region) for cut in mine)))
        if specs[index].kind is FieldKind.ALTERNATIVES:
            page = next(page for page in pages if page.number == slot.page)
            found[-1] = _marked(slot, page, located.printed)
    return tuple(found)


def _marked(slot: Slot, page: CleanPage, printed: Sequence[PrintedWord]) -> SlotReading:
    """What a pen did to alternatives; the print beside them tells how this paper's print looks untouched."""
    others = [w for w in printed if w.page == slot.page and not any(_meet(w.box, box) for box in slot.boxes)]
    middle = union(slot.boxes).middle_y
    beside = sorted(others, key=lambda w: abs(w.level_px - middle))
    marks = marks_on(page.gray, slot.boxes, (_bare(word) for word in beside if word.box.width > 2 * word.letter_px))
    ratios = tuple(0.0 if mark is Mark.NONE else 1.0 for mark in marks)
    return SlotReading(slot, (Reading("", 1.0),) * len(marks), ratios, tuple(0.0 for _ in marks), marks=marks)


def _meet(one: Box, other: Box) -> bool:
    across = min(one.right, other.right) > max(one.left, other.left)
    return across and min(one.bottom, other.bottom) > max(one.top, other.top)


def _bare(word: PrintedWord) -> Box:
    """As words among alternatives are measured, without the mark behind."""
    over, under = ABOVE * word.letter_px, BELOW * word.letter_px
    return Box(word.box.left, word.level_px - over, word.right_px, word.level_px + under)


def _ink_mm(region: Region) -> float:
    """The width of all words together: gaps between strokes count, since strokes grow thinner in a poor scan."""
    columns = ((region.ink < DARK).sum(axis=0) >= FEW_PX).astype(np.uint8)[None]
    gap = round(GAP_MM * region.dpi / MM_PER_INCH)
    room = cv2.copyMakeBorder(columns, 0, 0, gap, gap, cv2.BORDER_CONSTANT, value=0)
    return float(cv2.morphologyEx(room, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8)).sum() * MM_PER_INCH / region.dpi)


def _specs(located: Located, template: Template) -> list[FieldSpec]:
    """Of each slot the answer that stands in it."""
    specs = {spec.id: spec for spec in template.fields}
    return [_spec_of(slot, specs) for slot in located.slots]


def _all_cuts(
    pages: Sequence[CleanPage], located: Located, specs: Sequence[FieldSpec], engine: Engine
) -> Iterator[_Cut]:
    by_number = {page.number: page for page in pages}
    for index, slot in enumerate(located.slots):
        yield from _cuts(index, slot, specs[index], (by_number[slot.page], engine.wants_leaders), located)


def _spec_of(slot: Slot, specs: dict[str, FieldSpec]) -> FieldSpec:
    """"members[2].sex" is the template's "members[n].sex"."""
    head, bracket, tail = slot.field_id.partition("[")
    return specs[f"{head}[n]{tail.partition(']')[2]}" if bracket else slot.field_id]


def _slot_reading(slot: Slot, cuts: Sequence[_Cut], readings: dict[int, Reading]) -> SlotReading:
    pairs = [(readings.get(id(cut), Reading("", 1.0)), cut.ink_ratio) for cut in cuts]
    if len(cuts) == 1 and cuts[0].boxes > 1:  # a comb is read as one word, kept with its first cell
        pairs += [(Reading("", 1.0), 0.0)] * (len(slot.boxes) - 1)
    return SlotReading(slot, tuple(r for r, _ in pairs), tuple(ratio for _, ratio in pairs))


def _with_strikes(reading: SlotReading, cuts: Sequence[_Cut], page: CleanPage) -> SlotReading:
    """A stroke may run through a whole line with the words printed in it; what stands between two of these may be
    crossed out alone. Of short answers under strokes so little is left as ink that they seem blank."""
    struck = [is_struck(cut.region.gray, cut.region.ink, page.dpi) for cut in cuts]
    for boxes, region in _strips(reading.slot, page) if any(reading.ink_ratio) else ():
        inked = [i for i in boxes if cuts[i].ink_ratio > 0]
        if not all(struck[i] for i in inked) and is_struck(region.gray, region.ink, page.dpi):
            for i in inked:
                struck[i] = True
    struck += [False] * (len(reading.slot.boxes) - len(struck))  # a comb is one cut
    return replace(reading, struck=tuple(struck)) if any(struck) else reading


def _read_surely(regions: Sequence[Region], engine: Engine) -> list[Reading]:
    readings = engine.read_regions(regions)
    again = [i for i, r in enumerate(readings) if r.confidence < SURE]
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
    found: list[SlotReading], specs: Sequence[FieldSpec], pages: dict[int, CleanPage], engine: Engine
) -> tuple[SlotReading, ...]:
    """Pieces between inner words, checked against their whole line."""
    strips: list[tuple[int, list[int], Region]] = []
    for index, reading in enumerate(found):
        spec = specs[index]
        if spec.kind is FieldKind.LEADERS and spec.inner and "/" not in spec.inner and any(reading.ink_ratio):
            strips += [(index, boxes, region) for boxes, region in _strips(reading.slot, pages[reading.slot.page])]
    lines = _read_surely([region for _, _, region in strips], engine)
    for (index, boxes, _), line in zip(strips, lines, strict=True):
        found[index] = _checked(found[index], boxes, line, specs[index].inner)
    return tuple(found)


def _checked(reading: SlotReading, boxes: Sequence[int], line: Reading, inner: Sequence[str]) -> SlotReading:
    """Each piece by its own reading and by every reading of the line it stands in."""
    pieces = [reading.slot.pieces[b] for b in boxes]
    if pieces != list(range(pieces[0], pieces[-1] + 1)):
        return reading
    between = inner[pieces[0]:pieces[-1]]
    splits = [parts for text in (line.text, *line.alternatives) if (parts := split_at(text, between))]
    readings = list(reading.readings)
    for number, box in enumerate(boxes):
        if pieces[number] or "giờ" in inner:
            readings[box] = _likely_number(
                readings[box], [parts[number] for parts in splits], inner, pieces[number], line.confidence
            )
    return replace(reading, readings=tuple(readings))


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
            gray, ink = _without_neighbours(_crop(page.gray, whole), _crop(page.ink, whole), whole)
            yield row, Region(gray, ink, Alphabet.TEXT, page.dpi)


def _likely_number(
    alone: Reading, in_line: Sequence[str], inner: Sequence[str], piece: int, confidence: float
) -> Reading:
    """Of all readings those that can stand there (a month is at most 12); the commonest, then the one in its line."""
    texts = ["".join(t.translate(LOOKALIKE).split()) for t in (*in_line, alone.text, *alone.alternatives)]
    fitting = [t for t in texts if t.isdigit() and _fits(t, inner, piece)]
    if not fitting:
        return alone
    best = max(fitting, key=lambda t: fitting.count(t) + 1.5 * len(t))  # a digit is lost sooner than made up
    agreed = fitting.count(best) > 1
    own = max(alone.confidence, confidence) if agreed else min(0.8, confidence)
    return Reading(best, own, tuple(dict.fromkeys(t for t in fitting if t != best)))


def _fits(number: str, inner: Sequence[str], piece: int) -> bool:
    """Whether a number can be what the printed words around its place say."""
    before = inner[piece - 1].split()[-1] if piece else ""
    most = {"ngày": 31, "tháng": 12, "giờ": 59, "": 23}.get(before)
    if most is None:
        return len(number) == 4 and number[:2] in ("18", "19", "20")
    return len(number) <= 2 and int(number) <= most and not (before in ("ngày", "tháng") and int(number) == 0)


def _cuts(
    index: int, slot: Slot, spec: FieldSpec, place: tuple[CleanPage, bool], located: Located
) -> Iterator[_Cut]:
    page, taller = place
    if spec.kind is FieldKind.ALTERNATIVES:
        return
    if spec.kind is FieldKind.COMB:
        yield _comb(index, slot, page)
        return
    printed = [word for word in located.printed if word.page == slot.page]
    for number, box in enumerate(slot.boxes):
        piece = slot.pieces[number] if slot.pieces else 0
        bare = _inside(box) if spec.kind in (FieldKind.TICKS, FieldKind.TABLE) else box
        if taller and spec.kind is FieldKind.LEADERS:
            bare = Box(box.left, box.top - TALLER * box.height, box.right, box.bottom)
        gray, ink = (_crop(layer, bare) for layer in (page.gray, page.ink))
        if spec.kind is FieldKind.LEADERS:
            gray, ink = _without_neighbours(gray, ink, bare, [w for w in printed if _beside(w.box, bare)])
        region = Region(gray, ink, _alphabet(spec, piece), page.dpi, _type(spec))
        speck = min(DOT_MM / 25.4 * page.dpi, CROSS * box.height) if spec.ticked else None
        ratio = _ink_ratio(ink, page.dpi, speck)
        if spec.ticked and spec.kind is FieldKind.ROW:  # a cross fills the less of a cell, the larger that is
            ratio = min(1.0, ratio * ink.size / (MARK_MM / 25.4 * page.dpi) ** 2)
        yield _Cut(index, region, ratio)


def _type(spec: FieldSpec) -> str:
    """The type whose whole answer stands in the region; a piece between printed words is only text."""
    return "" if spec.inner and "/" not in spec.inner else spec.type.value


def _alphabet(spec: FieldSpec, piece: int) -> Alphabet:
    slashed = "/" in spec.inner
    if spec.type in DIGIT_TYPES or (spec.inner and not slashed and spec.type in (FieldType.DATE, FieldType.DATETIME)):
        return Alphabet.DIGITS
    if spec.type is FieldType.PLACE_AND_DATE and piece > 0:
        return Alphabet.DIGITS
    if slashed or (spec.type is FieldType.DATE and spec.kind is FieldKind.TABLE):
        return Alphabet.DATE
    return Alphabet.TEXT


def _crop(layer: np.ndarray, box: Box) -> np.ndarray:
    return layer[box.clipped(layer.shape[1], layer.shape[0]).slices()]


def _inside(box: Box) -> Box:
    """A cell without its border."""
    edge = CELL_EDGE * min(box.width, box.height)
    return box.padded(-edge, -edge)


def _beside(word: Box, region: Box) -> bool:
    """Whether a printed word of the line above or below reaches into a region."""
    if min(word.right, region.right) <= max(word.left, region.left):
        return False
    above = region.top < word.bottom < region.top + PRINT_ABOVE * region.height
    below = region.bottom - PRINT_BELOW * region.height < word.top < region.bottom
    return above or below


def _without_neighbours(
    gray: np.ndarray, ink: np.ndarray, region: Box, words: Sequence[PrintedWord] = ()
) -> tuple[np.ndarray, np.ndarray]:
    """Whitens what only reaches in from the lines above and below."""
    dark = (ink < DARK).astype(np.uint8)
    parts = parts_of(dark)
    labels, stats, height = parts.labels, parts.stats, ink.shape[0]
    top, tall = stats[:, cv2.CC_STAT_TOP], stats[:, cv2.CC_STAT_HEIGHT]
    hanging = ((top == 0) | (top + tall == height)) & (tall < EDGE_SHARE * height)
    speck = (tall < 0.13 * height) & (top + tall < 0.24 * height)  # a dot of the line above, cut clear
    hanging |= speck & ~_over_ink(dark, stats)
    for word in words:
        hanging |= _of_word(stats, word, region)
    hanging[0] = False
    if not hanging.any():
        return gray, ink
    mask = cv2.dilate(hanging.astype(np.uint8)[labels], np.ones((5, 5), np.uint8)) > 0
    gray, ink = gray.copy(), ink.copy()
    gray[mask] = ink[mask] = 255
    return gray, ink


def _of_word(stats: np.ndarray, word: PrintedWord, region: Box) -> np.ndarray:
    """For each component of a region whether it is part of a printed word beside it: letters that begin over the
    word's line and end where letters hang, and dots of nặng below it. Marks of the answer begin below that line."""
    left, top = stats[:, cv2.CC_STAT_LEFT] + region.left, stats[:, cv2.CC_STAT_TOP] + region.top
    wide, tall = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    inside = (left >= word.box.left - WORD_EDGE_PX) & (left + wide <= word.box.right + WORD_EDGE_PX)
    inside &= (top >= word.box.top - WORD_EDGE_PX) | (stats[:, cv2.CC_STAT_TOP] == 0)
    letters = (top <= word.level_px) & (top + tall <= word.level_px + HANGING * word.letter_px)
    if not word.dotted:
        return np.asarray(inside & letters)
    dot = (np.maximum(wide, tall) <= DOTTED * word.letter_px) & (top > word.level_px)
    return np.asarray(inside & (letters | (dot & (top + tall <= word.level_px + NANG * word.letter_px))))


def _over_ink(dark: np.ndarray, stats: np.ndarray) -> np.ndarray:
    """For each component whether something stands right below it, as a letter below its mark."""
    height = dark.shape[0]
    found = np.zeros(len(stats), bool)
    for i, (left, top, width, tall, _) in enumerate(stats):
        below = dark[top + tall:min(height, top + tall + height // 3), max(0, left - width):left + 2 * width]
        found[i] = bool(below.any())
    return found


def _ink_ratio(ink: np.ndarray, dpi: float, speck_px: float | None = None) -> float:
    """Share of dark pixels, specks not counted: up to DOT_MM, or as given."""
    if not ink.size:
        return 0.0
    dark = (ink < DARK).astype(np.uint8)
    stats = parts_of(dark).stats
    dot = DOT_MM / 25.4 * dpi if speck_px is None else speck_px
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
