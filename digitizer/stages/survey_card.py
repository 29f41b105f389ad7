"""Whether a page shows an identity card, and what stands on it: takes a page and its lines, gives the lines with that.

A card on a scan of 300 dpi has letters of twelve pixels, so what looks like one is cut out, levelled by itself, brought
to the size of print and read anew. Every page is searched for a QR code and for words that only cards have; the rest
is done where one of them was found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import cv2
import numpy as np
from rapidfuzz import fuzz

from digitizer.document import CardText, CleanPage, Line, PageText, PrintedValue, QrCode, Reading
from digitizer.geometry import MM_PER_INCH, Box, union
from digitizer.imaging.background import even_background
from digitizer.imaging.codes import find_codes, find_codes_hard
from digitizer.imaging.deskew import skew_deg
from digitizer.layout.answers import join_lines
from digitizer.layout.card_print import (
    FEW,
    Label,
    Passage,
    Spot,
    labels_on,
    likeness,
    names_a_card,
    segments,
    value_places,
)
from digitizer.layout.choices import evidence_of, wholes
from digitizer.ports import Alphabet, Engine, Region
from digitizer.template import FieldSpec, FieldType, Layout, Template
from digitizer.vietnam.card_codes import parse_card_code
from digitizer.vietnam.mrz import looks_like, read_zone
from digitizer.vietnam.text import fold

CROWDED = 180  # words; a page with more is no copy of a card, and its English words are something else's
READ_PX = 58.0  # the height to which words of a card are brought: that of 12 pt print at 300 dpi
READ_DPI = 200.0  # said of the enlarged picture, so that no engine shrinks it
DARK = 150
APART = 7.0  # line heights of white between a card and what else is on the page
TELLING = 30.0  # letters of a card's print; with fewer the edition is not told by them
_HINTS = (
    "citizenidentitycard", "identitycard", "dateofbirth", "placeoforigin", "placeofresidence", "dateofexpiry",
    "personalidentification", "ministryofpublicsecurity",
)
_NUMBER = re.compile(r"(?<!\d)0\d{11}(?!\d)")


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A part of the page as it is read. matrix: 2x3, px of the page to px of the picture."""

    picture: np.ndarray
    matrix: np.ndarray

    def polygon_mm(self, box: Box, dpi: float) -> tuple[tuple[float, float], ...]:
        corners = ((box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom))
        back = cv2.invertAffineTransform(self.matrix)
        moved = cv2.transform(np.array([corners], np.float64), back)[0]
        return tuple((round(float(x) * MM_PER_INCH / dpi, 2), round(float(y) * MM_PER_INCH / dpi, 2)) for x, y in moved)


@dataclass(frozen=True, slots=True)
class _Part:
    """What one part of the page says, read as the card it is most like, and the labels by which it is."""

    card: CardText
    labels: list[Label]


def survey_card(page: CleanPage, text: PageText, engine: Engine, templates: Sequence[Template]) -> PageText:
    """`text` with `card` where the page shows one, else as it came. Raises what the engine raises."""
    cards = [t for t in templates if t.layout is Layout.CARD]
    if page.blank or not cards:
        return text
    codes = tuple(code for code in find_codes(page.gray) if parse_card_code(code.text))
    if not codes and not _looks_like_card(text):
        return text
    # not `page.gray`: there the red title of a card is lifted away as if it were a seal
    gray = cv2.cvtColor(page.image, cv2.COLOR_BGR2GRAY)
    found = [_read_part(page, _enlarged(gray, part), engine, cards) for part in _parts(text, codes)]
    zone = tuple(line for part in found for line in part.card.zone)
    best = max(found, key=lambda part: likeness(part.labels), default=None)
    words = sum(len(line.words) for line in text.lines)
    named = best is not None and names_a_card(
        [label for part in found if part.card.edition == best.card.edition for label in part.labels], words
    )
    if not codes and not named and read_zone(zone) is None:
        return text
    codes = codes or find_codes(page.gray) or find_codes_hard(gray)
    values: dict[str, PrintedValue] = {}
    for part in sorted(found, key=lambda part: likeness(part.labels)):
        values |= {value.field_id: value for value in part.card.values}
    told = best is not None and likeness(best.labels) > TELLING
    edition = best.card.edition if best and told else _edition_of(codes, cards)
    return replace(text, card=CardText(edition, codes, zone, tuple(values.values())))


def _looks_like_card(text: PageText) -> bool:
    """Words that only cards bear, a machine-readable line, or a lone personal number on a nearly empty page."""
    words = sum(len(line.words) for line in text.lines)
    if words > CROWDED:
        return False
    if any("<<" in line.text and looks_like(line.text) for line in text.lines):
        return True
    whole = fold(" ".join(line.text for line in text.lines), spaces=False)
    if any(len(whole) > len(hint) and fuzz.partial_ratio(hint, whole, score_cutoff=85) for hint in _HINTS):
        return True
    return words <= FEW and any(_NUMBER.search(w.text) for line in text.lines for w in line.words)


def _parts(text: PageText, codes: Sequence[QrCode]) -> Iterator[Box]:
    """What stands together on the page, from top to bottom; what is far from everything else is a part by itself."""
    lines = [line for line in text.lines if any(len(w.text) > 1 for w in line.words)]
    if not lines:
        yield from (code.box.padded(6 * code.box.width, 6 * code.box.width) for code in codes)
        return
    height = _letter_px(lines)
    group: list[Line] = []
    for line in sorted(lines, key=lambda line: line.box.middle_y):
        if group and line.box.top - max(g.box.bottom for g in group) > APART * height:
            yield union(g.box for g in group).padded(2 * height, 2 * height)
            group = []
        group.append(line)
    yield union(g.box for g in group).padded(2 * height, 2 * height)


def _letter_px(lines: Sequence[Line]) -> float:
    """Height of the usual word."""
    heights = sorted(w.box.height for line in lines for w in line.words if len(w.text) > 2)
    return heights[len(heights) // 2] if heights else READ_PX


def _read_part(page: CleanPage, sheet: _Sheet, engine: Engine, cards: Sequence[Template]) -> _Part:
    lines = engine.read_page(replace(
        page, gray=sheet.picture, ink=sheet.picture, dpi=READ_DPI, leaders=(), rules=(), cells=(), blank=False,
    )).lines
    passages = _passages(sheet, lines, engine)
    found = [(template, labels_on(passages, template)) for template in cards]
    template, labels = max(found, key=lambda pair: likeness(pair[1]))
    seen = (*(line.text for line in lines), *(p.text for p in passages))  # the page reader knows the filler better
    zone = tuple(text for text in seen if looks_like(text))
    places = value_places(passages, template, labels)
    specs = {spec.id: spec for spec in template.fields}
    values = tuple(_values(sheet, {specs[k]: v for k, v in places.items()}, engine, page.dpi))
    return _Part(CardText(template.edition, (), zone, values), labels)


def _enlarged(gray: np.ndarray, part: Box) -> _Sheet:
    """The part level and at reading size."""
    part = part.clipped(gray.shape[1], gray.shape[0])
    cut = even_background(gray[part.slices()])
    small = cv2.resize(cut, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    skew = skew_deg(small < DARK)
    heights = _ink_heights(cut)
    height = float(np.median(heights)) if heights else READ_PX
    factor = min(2.6, max(0.7, READ_PX / height))
    width, tall = cut.shape[1] * factor, cut.shape[0] * factor
    turn = cv2.getRotationMatrix2D((cut.shape[1] / 2, cut.shape[0] / 2), -skew, factor)
    turn[:, 2] += (width - cut.shape[1]) / 2, (tall - cut.shape[0]) / 2
    picture = cv2.warpAffine(cut, turn, (round(width), round(tall)), flags=cv2.INTER_CUBIC, borderValue=255)
    shift = np.array([[1, 0, -float(int(part.left))], [0, 1, -float(int(part.top))], [0, 0, 1]])
    return _Sheet(picture, turn @ shift)


def _ink_heights(gray: np.ndarray) -> list[float]:
    """Of letter-like marks, times what a word's marks and tails add."""
    _, _, stats, _ = cv2.connectedComponentsWithStats((gray < DARK).astype(np.uint8), connectivity=8)
    tall, wide = stats[1:, cv2.CC_STAT_HEIGHT], stats[1:, cv2.CC_STAT_WIDTH]
    letters = (tall >= 8) & (tall <= 120) & (wide < 2 * tall) & (tall < 5 * wide)
    return [1.75 * float(h) for h in tall[letters]]


def _passages(sheet: _Sheet, lines: Sequence[Line], engine: Engine) -> list[Passage]:
    boxes = [box.padded(6, 5).clipped(sheet.picture.shape[1], sheet.picture.shape[0]) for box in segments(lines)]
    readings = engine.read_regions([_region(sheet, box, "") for box in boxes])
    return [_passage(box, reading) for box, reading in zip(boxes, readings, strict=True) if reading.text.strip()]


def _region(sheet: _Sheet, box: Box, kind: str) -> Region:
    cut = sheet.picture[box.slices()]
    alphabet = Alphabet.DIGITS if kind == FieldType.PERSONAL_ID else Alphabet.TEXT
    return Region(cut, cut, alphabet, READ_DPI, kind)


def _passage(box: Box, reading: Reading) -> Passage:
    """Where the engine does not tell where letters stand, they are spread evenly."""
    if len(reading.characters) == len(reading.text):
        lefts = tuple(box.left + c.left_px for c in reading.characters)
    else:
        lefts = tuple(box.left + box.width * k / len(reading.text) for k in range(len(reading.text)))
    return Passage(reading.text, box, lefts)


def _values(
    sheet: _Sheet, places: dict[FieldSpec, list[Spot]], engine: Engine, dpi: float
) -> Iterator[PrintedValue]:
    """Each value read by itself, with what its type allows."""
    boxes = [(spec, _bare(sheet, spot)) for spec, many in places.items() for spot in many]
    readings = engine.read_regions([_region(sheet, box, _type(spec)) for spec, box in boxes])
    for spec in places:
        mine = [(box, reading) for (other, box), reading in zip(boxes, readings, strict=True) if other is spec]
        found = wholes([r for _, r in mine], lambda texts: join_lines([text.strip() for text in texts]))[0]
        if found.text:
            polygons = tuple(sheet.polygon_mm(box, dpi) for box, _ in mine)
            yield PrintedValue(spec.id, found.text, evidence_of(spec.type.value, found), polygons)


def _bare(sheet: _Sheet, spot: Spot) -> Box:
    """The spot without the colon before it: from the middle of the widest gap in which its first letter can begin."""
    box = spot.box.padded(4, 3).clipped(sheet.picture.shape[1], sheet.picture.shape[0])
    if spot.begins is None:
        return box
    last = min(box.right, spot.begins + 0.3 * box.height)
    head = sheet.picture[Box(box.left, box.top, last, box.bottom).slices()]
    white = np.concatenate(([False], (head >= DARK).all(axis=0), [False]))
    edges = np.flatnonzero(np.diff(white.astype(np.int8)))
    if not len(edges):
        return box
    starts, ends = edges[::2], edges[1::2]
    widest = int(np.argmax(ends - starts))
    return Box(box.left + (starts[widest] + ends[widest]) / 2, box.top, box.right, box.bottom)


def _type(spec: FieldSpec) -> str:
    """A last day of validity may be in words."""
    return "" if spec.id == "expires_on" else spec.type.value


def _edition_of(codes: Sequence[QrCode], cards: Sequence[Template]) -> str:
    """By the day of issue that the code tells; '' where nothing does."""
    for code in codes:
        told = parse_card_code(code.text)
        if told and told.issued_on:
            day = "-".join(reversed(told.issued_on.split("/")))
            for template in cards:
                if template.valid_from.isoformat() <= day <= (template.valid_to or date.max).isoformat():
                    return template.edition
    return ""
