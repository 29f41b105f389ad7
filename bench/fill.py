"""Writes answers onto a blank form: takes a Blank, its truths and a hand, gives page images with the exact truth."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from bench.blank import Blank, Cell, Place, Run
from bench.fonts import Face, faces
from bench.people import BLANK, Truth
from digitizer.document import FieldStatus
from digitizer.geometry import Box
from digitizer.template import FieldKind

_SHRINK = (1.0, 0.93, 0.87)
_LAST_RESORT = (0.8, 0.74, 0.68)


@dataclass(frozen=True, slots=True)
class Hand:
    """How somebody fills: font, size against the label's, ink, height above the dots as a share of the size."""

    face: Face
    size: float
    colour: tuple[int, int, int]
    lift: float

    @property
    def name(self) -> str:
        return self.face.name


@dataclass(frozen=True, slots=True)
class Ink:
    """One line, or one digit in a box, as written; `box`: pixels of the unscanned page."""

    page: int
    box: Box
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What was written in a field, line by line or digit by digit."""

    field_id: str
    type: str
    raw: str
    status: FieldStatus
    ink: tuple[Ink, ...] = ()


@dataclass(frozen=True, slots=True)
class Filled:
    form_id: str
    edition: str
    font: str
    pages: tuple[Image.Image, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Stroke:
    """One piece of text to draw; x, y: left end of its baseline."""

    page: int
    x: float
    y: float
    text: str
    size: float


class DoesNotFit(Exception):
    """An answer has no spelling that fits its place at a readable size."""


def any_hand(rng: random.Random, face: Face | None = None) -> Hand:
    """A typed hand: two in three black, else blue; the baseline on the dots or up to a tenth of the size above."""
    colour = rng.choice(((18, 18, 20), (45, 45, 48), (28, 40, 120)))
    return Hand(face or rng.choice(faces()), rng.uniform(0.9, 1.03), colour, rng.uniform(0.0, 0.1))


def fill(blank: Blank, truths: Mapping[str, Truth], hand: Hand, rng: random.Random) -> Filled:
    """Raises DoesNotFit rather than print over a label."""
    masks = [Image.new("L", page.size, 0) for page in blank.pages]
    answers = []
    for place in blank.places:
        truth = truths.get(place.field_id, BLANK)
        if place.spec.kind is FieldKind.TABLE and place.field_id not in truths:
            continue
        strokes, raw = _write(place, truth, hand, rng)
        ink = tuple(_draw(masks, stroke, hand) for stroke in strokes)
        answers.append(Answer(place.field_id, place.spec.type.value, raw, truth.status, ink))
    if blank.signature:
        _sign(masks[blank.signature.page], blank.signature.box, rng)
    pages = tuple(_inked(page, mask, hand.colour) for page, mask in zip(blank.pages, masks, strict=True))
    return Filled(blank.template.id, blank.template.edition, hand.name, pages, tuple(answers))


# --- laying out ----------------------------------------------------------------------------------------------------


def _write(place: Place, truth: Truth, hand: Hand, rng: random.Random) -> tuple[list[Stroke], str]:
    if truth.status is FieldStatus.BLANK:
        return [], ""
    if place.spec.ticked:
        cell = place.cells[place.spec.answers.index(truth.raw)]
        return [_centred(cell, rng.choice("XXx"), min(max(34.0, 0.85 * cell.box.height), 56.0), hand)], truth.raw
    if place.spec.kind is FieldKind.COMB:
        size = 0.62 * place.cells[0].box.height
        return [_centred(c, d, size, hand) for c, d in zip(place.cells, truth.raw, strict=True)], truth.raw
    if place.spec.kind is FieldKind.TABLE:
        return _in_cell(place, truth.raw, hand), truth.raw
    if place.spec.kind is FieldKind.ROW:
        return _in_row(place, truth, hand)
    return _on_leaders(place, truth, hand, rng)


def _on_leaders(place: Place, truth: Truth, hand: Hand, rng: random.Random) -> tuple[list[Stroke], str]:
    """The first spelling and size that fit; a smaller hand before a shorter spelling, and overrun before both fail."""
    size = max(place.size, 34.0) * hand.size  # nobody types under 8 pt
    texts = (truth.raw, *truth.shorter)
    tries = [(t, k, o) for t in texts for o in (False, True) for k in _SHRINK]
    tries += [(t, k, True) for t in texts for k in _LAST_RESORT]
    skip_stub = rng.random() < 0.5
    lift = hand.lift + rng.uniform(0, 0.04)
    for text, shrink, overrun in tries:
        laid = _lay(place, text, hand.face, size * shrink, overrun, skip_stub)
        if laid is not None:
            loose = rng.uniform(0.1, 0.7) * size
            return [_on_run(run, part, hand.face, size * shrink, (loose, lift)) for run, part in laid if part], text
    raise DoesNotFit(f"{place.field_id}: {len(truth.raw)} letters in {hand.name}")


def _lay(
    place: Place, text: str, face: Face, size: float, overrun: bool, skip_stub: bool
) -> list[tuple[Run, str]] | None:
    """The text cut to the leaders, or None when it does not fit."""
    parts = split_answer(text, place.inner)
    if len(parts) > 1:
        laid = []
        for runs, part in zip(place.pieces, parts, strict=True):
            cut = _flow(part, runs, face, size, overrun)
            if cut is None:
                return None
            laid.extend(cut)
        return laid
    runs = place.pieces[0] if not place.inner else tuple(r for p in place.pieces for r in p)
    if skip_stub and len(runs) > 1 and runs[0].width < 0.35 * runs[1].width:
        cut = _flow(text, runs[1:], face, size, overrun)
        if cut is not None:
            return cut
    return _flow(text, runs, face, size, overrun)


def split_answer(raw: str, inner: Sequence[str]) -> list[str]:
    """"10 giờ 30 phút, ngày 05 …" and its printed inner words to what is written on each leader."""
    parts: list[str] = []
    rest = raw
    for word in inner:
        head, found, tail = rest.partition(word.strip(" ,"))
        if not found:
            return [raw] if not parts else [*parts, rest]
        parts.append(head.strip(" ,"))
        rest = tail
    return [*parts, rest.strip(" ,")] if inner else [raw]


def _flow(text: str, runs: Sequence[Run], face: Face, size: float, overrun: bool) -> list[tuple[Run, str]] | None:
    words = text.split()
    laid: list[tuple[Run, str]] = []
    font = face.at(size)
    for i, run in enumerate(runs):
        room = run.width
        last = i == len(runs) - 1
        if overrun and last:
            room = run.right_limit - max(run.left_limit, run.left - 0.5 * size) - 0.3 * size
        taken: list[str] = []
        while words and font.getlength(" ".join([*taken, words[0]])) <= room:
            taken.append(words.pop(0))
        if taken:
            laid.append((run, " ".join(taken)))
    return None if words else laid


def _on_run(run: Run, text: str, face: Face, size: float, place: tuple[float, float]) -> Stroke:
    """`place`: wanted distance from the leader's left end, and the lift. Short leaders get their answer centred."""
    loose, lift = place
    length = face.at(size).getlength(text)
    spare = run.width - length
    if spare < 0:  # centred between what is printed left and right of it
        low, high = max(run.left_limit, run.left - 0.5 * size), run.right_limit
        x = min(max(run.left + spare / 2, low + 0.1 * size), high - length - 0.1 * size)
    else:
        x = run.left + (spare / 2 if run.width < 6 * size else min(loose, spare / 2))
    return Stroke(run.page, x, run.baseline - lift * size, text, size)


def _centred(cell: Cell, text: str, size: float, hand: Hand) -> Stroke:
    left, top, right, bottom = hand.face.at(size).getbbox(text, anchor="ls")
    x = cell.box.middle_x - (left + right) / 2
    return Stroke(cell.page, x, cell.box.middle_y - (top + bottom) / 2, text, size)


def _in_cell(place: Place, text: str, hand: Hand) -> list[Stroke]:
    """One line in a table cell, as large as fits, between 7 and 10 pt."""
    cell = place.cells[0]
    room = cell.box.width - 24
    for points in (10, 9.5, 9, 8.5, 8, 7.5, 7, 6.5):
        size = points / 72 * 300
        if hand.face.at(size).getlength(text) <= room:
            return [Stroke(cell.page, cell.box.left + 12, cell.box.bottom - 0.3 * cell.box.height, text, size)]
    raise DoesNotFit(f"{place.field_id}: {len(text)} letters in {hand.name}")


def _in_row(place: Place, truth: Truth, hand: Hand) -> tuple[list[Stroke], str]:
    """On as many lines as the cell is high, between 7 and 11 pt."""
    cell = place.cells[0]
    for text, points in product((truth.raw, *truth.shorter), (11, 10, 9, 8, 7)):
        size = points / 72 * 300
        lines = _broken(text, hand.face, size, cell.box.width - 24)
        if lines and len(lines) * 1.2 * size <= cell.box.height - 0.2 * size:
            x, first = cell.box.left + 12, cell.box.top + 1.05 * size
            return [Stroke(cell.page, x, first + 1.2 * n * size, line, size) for n, line in enumerate(lines)], text
    raise DoesNotFit(f"{place.field_id}: {len(truth.raw)} letters in {hand.name}")


def _broken(text: str, face: Face, size: float, room: float) -> list[str]:
    """Words on lines of at most so many pixels; nothing where one word is longer."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if face.at(size).getlength(longer) <= room:
            lines[-1] = longer
        elif face.at(size).getlength(word) > room:
            return []
        else:
            lines.append(word)
    return lines


# --- ink -----------------------------------------------------------------------------------------------------------


def _draw(masks: list[Image.Image], stroke: Stroke, hand: Hand) -> Ink:
    font = hand.face.at(stroke.size)
    x, y = round(stroke.x), round(stroke.y)
    ImageDraw.Draw(masks[stroke.page]).text((x, y), stroke.text, font=font, fill=255, anchor="ls")
    left, top, right, bottom = font.getbbox(stroke.text, anchor="ls")
    return Ink(stroke.page, Box(x + left, y + top, x + right, y + bottom), stroke.text)


def _sign(mask: Image.Image, room: Box, rng: random.Random) -> None:
    """A signature nobody has: one looping pen line."""
    x, y = room.left + 0.25 * room.width, room.middle_y
    points = []
    for step in range(60):
        swing = rng.uniform(0.5, 1.0) * room.height * 0.3
        points.append((x + step * 0.5 * room.width / 60 + 18 * np.cos(step), y + swing * np.sin(step * 0.9)))
    ImageDraw.Draw(mask).line(points, fill=235, width=5, joint="curve")


def _inked(page: Image.Image, mask: Image.Image, colour: tuple[int, int, int]) -> Image.Image:
    """Ink darkens paper, it does not cover print."""
    cover = np.asarray(mask.filter(ImageFilter.GaussianBlur(0.5)), dtype=np.float32)[..., None] / 255
    paper = np.asarray(page, dtype=np.float32)
    ink = np.minimum(paper, np.array(colour, dtype=np.float32))
    return Image.fromarray((paper * (1 - cover) + ink * cover + 0.5).astype(np.uint8))
