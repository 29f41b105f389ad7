"""A template laid over its blank: takes pages and a template, gives what was found and a picture of it.

The same two stages look for labels and answers as when a filled form is read, so what the picture shows is what the
reader will use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from digitizer.document import CleanPage, Located, Slot
from digitizer.geometry import Box
from digitizer.ports import Engine
from digitizer.stages.read import read_page
from digitizer.stages.register import register
from digitizer.template import FieldKind, Template

_LABEL, _ANSWER, _BOX = (170, 100, 0), (40, 140, 0), (0, 110, 230)  # blue, green, orange as blue-green-red
_SIGNED = (160, 40, 140)  # violet
_SHOWN_WIDTH = 1240  # 150 dpi: names stay readable and a picture of two pages stays below a megabyte
_FONT = cv2.FONT_HERSHEY_SIMPLEX


@dataclass(frozen=True, slots=True)
class Overlay:
    """picture: (h, w, 3) uint8, blue-green-red, all pages below one another. lost: ids without a place."""

    picture: np.ndarray
    located: Located
    lost: tuple[str, ...]


def lay_over(pages: Sequence[CleanPage], template: Template, engine: Engine) -> Overlay:
    """Raises EngineUnavailable, ReadingFailed."""
    texts = [read_page(page, engine) for page in pages]
    located = register(pages, texts, template)
    found = {slot.field_id for slot in located.slots}
    lost = tuple(
        f.id for f in template.fields
        if (f.id.replace("[n]", "[0]") if f.kind is FieldKind.TABLE else f.id) not in found
    )
    return Overlay(_picture(pages, located, template), located, lost)


def _picture(pages: Sequence[CleanPage], located: Located, template: Template) -> np.ndarray:
    kinds = {f.id: f.kind for f in template.fields}
    drawn = []
    for page in pages:
        factor = _SHOWN_WIDTH / page.width_px
        size = (_SHOWN_WIDTH, round(page.height_px * factor))
        small = cv2.resize(cv2.cvtColor(page.gray, cv2.COLOR_GRAY2BGR), size, interpolation=cv2.INTER_AREA)
        for slot in (s for s in located.slots if s.page == page.number):
            _draw(small, slot, factor, kinds.get(slot.field_id, FieldKind.TABLE))
        for place in (p for p in located.signing if p.page == page.number):
            _outline(small, place.box.scaled(factor), f"signature: {place.role}", _SIGNED)
        small[-1:] = 160  # where one page ends and the next begins
        drawn.append(small)
    return np.vstack(drawn)


def _draw(picture: np.ndarray, slot: Slot, factor: float, kind: FieldKind) -> None:
    color = _ANSWER if kind is FieldKind.LEADERS else _BOX
    for box in slot.boxes:
        _outline(picture, box.scaled(factor), "", color)
    if slot.anchor is not None:
        at = slot.anchor.scaled(factor)
        foot = round(at.bottom) + 1
        cv2.line(picture, (round(at.left), foot), (round(at.right), foot), _LABEL, 2)
    if kind is not FieldKind.TABLE or "[0]" in slot.field_id:
        name = slot.field_id if kind is not FieldKind.TABLE else slot.field_id.rpartition(".")[2]
        _name(picture, slot.boxes[0].scaled(factor), name, color)


def _outline(picture: np.ndarray, at: Box, name: str, color: tuple[int, int, int]) -> None:
    """A tinted box; name: what it is called, '' for nothing."""
    left, top, right, bottom = (round(v) for v in (at.left, at.top, at.right, at.bottom))
    inside = picture[max(0, top):bottom, max(0, left):right]
    if inside.size:
        inside[:] = (0.82 * inside + 0.18 * np.array(color)).astype(np.uint8)
    cv2.rectangle(picture, (left, top), (right, bottom), color, 1)
    if name:
        _name(picture, at, name, color)


def _name(picture: np.ndarray, at: Box, name: str, color: tuple[int, int, int]) -> None:
    where = (round(at.left) + 3, round(at.top) + 11)
    cv2.putText(picture, name, where, _FONT, 0.36, (255, 255, 255), 3, cv2.LINE_AA)
    cv2.putText(picture, name, where, _FONT, 0.36, color, 1, cv2.LINE_AA)
