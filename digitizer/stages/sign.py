"""Whether something is written where one signs: takes pages and Located, gives a Signature for each place.

Nothing is read, and nobody is told by their hand: `present` says that a pen has been there, not whose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from digitizer.document import CleanPage, Located, Signature, SigningPlace
from digitizer.geometry import Box, union
from digitizer.imaging.parts import parts_of

DARK = 150
HANGING = 0.5  # of the letter size: what comes from the label above
SPECK_MM = 1.0  # smaller parts are dust and remnants of leaders
# Of the form's letter size: the strokes of a pen that signs. No part of a typed name is higher than 0.9 or broader than
# 1.3; of one in 18 pt, 1.2 and 2.1 (`python -m bench.signatures --documents 0 --letters`).
TALL, LONG = 1.3, 3.2
EMPTY, SIGNED, SMALL = 0.99, 0.99, 0.8  # confidence: nothing there; a pen's strokes; no more than small letters


def signatures(pages: Sequence[CleanPage], located: Located) -> tuple[Signature, ...]:
    """One for every place that was found. What is printed, leaders, rules, red seals and a typed name are no signature;
    a name in separate small letters is not told from a typed one, and says so by its confidence."""
    by_number = {page.number: page for page in pages}
    return tuple(_signature(by_number[place.page], place) for place in located.signing)


def _signature(page: CleanPage, place: SigningPlace) -> Signature:
    box = place.box.clipped(page.width_px, page.height_px)
    parts = [p for p in _parts(page, box) if p.top > box.top + 1 or p.height > HANGING * place.letter_px]
    strokes = [part for part in parts if part.height > TALL * place.letter_px or part.width > LONG * place.letter_px]
    confidence = SIGNED if strokes else SMALL if parts else EMPTY
    ink = union(strokes).polygon_mm(page.dpi) if strokes else ()
    return Signature(place.role, place.label, place.page, box.polygon_mm(page.dpi), ink, bool(strokes), confidence)


def _parts(page: CleanPage, box: Box) -> Iterator[Box]:
    """What is dark in a place and no speck, in pixels of the page."""
    rows, columns = box.slices()
    dark = np.asarray(page.ink[rows, columns] < DARK, np.uint8)
    stats = parts_of(dark).stats[1:]
    least = SPECK_MM / 25.4 * page.dpi
    for left, top, width, height in stats[:, :cv2.CC_STAT_AREA].tolist():
        if max(width, height) >= least:
            yield Box(
                columns.start + left, rows.start + top, columns.start + left + width, rows.start + top + height,
            )
