"""Whether a page begins an administrative document: takes a page and its lines, gives the lines with what its head is.

Named only where agency, number, place, date and kind stand at their places, the year is printed, and number or date are
read whole: a form whose number and day are empty is none, whatever its head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from digitizer.document import CleanPage, Evidence, PageText, PrintedValue
from digitizer.geometry import Box
from digitizer.layout.answers import join_lines
from digitizer.layout.choices import evidence_of, wholes
from digitizer.layout.letter_print import letter_places
from digitizer.ports import Alphabet, Engine, Region
from digitizer.template import FieldSpec, FieldType, Layout, Template
from digitizer.vietnam.dates import split_place_and_date
from digitizer.vietnam.documents import OFFICIAL_LETTER, document_number, kind_of_number
from digitizer.vietnam.text import nfc

ROOM, HAND_ROOM = 0.12, 0.35  # of a line's height above and below: print, and what is written between printed words
GIVEN = 0.99  # the kind is one of a short list


def survey_letter(page: CleanPage, text: PageText, engine: Engine, templates: Sequence[Template]) -> PageText:
    """`text` with `letter` where the page begins such a document, else as it came. Raises what the engine raises."""
    template = next((t for t in templates if t.layout is Layout.LETTER), None)
    places = letter_places(text.lines, page.width_px) if template and not page.blank else None
    if template is None or places is None or not (places.kind or places.about):
        return text
    specs = {spec.id: spec for spec in template.fields}
    dated, numbered = (
        _read(page, specs[k], (box,), engine) for k, box in (("place_and_date", places.place_and_date),
                                                             ("number", places.number))
    )
    number = document_number(numbered.raw)
    day = split_place_and_date(dated.raw)[1]
    if not number and (day is None or day.day is None):
        return text
    kind = places.kind or kind_of_number(number) or OFFICIAL_LETTER
    values = [
        _read(page, specs["agency"], places.agency, engine), replace(numbered, raw=number or numbered.raw), dated,
        PrintedValue("document_type", kind, Evidence("text", GIVEN), (places.kind_box.polygon_mm(page.dpi),)),
    ]
    if places.about:
        values.append(_read(page, specs["subject"], places.about, engine))
    return replace(text, letter=tuple(values))


def _read(page: CleanPage, spec: FieldSpec, boxes: Sequence[Box], engine: Engine) -> PrintedValue:
    by_hand = spec.type in (FieldType.NUMBER, FieldType.PLACE_AND_DATE)
    readings = engine.read_regions([_region(page, box, spec, HAND_ROOM if by_hand else ROOM) for box in boxes])
    found = wholes(readings, lambda texts: nfc(join_lines([text.strip(" |_·•`'") for text in texts])))[0]
    polygons = tuple(box.polygon_mm(page.dpi) for box in boxes)
    return PrintedValue(spec.id, found.text, evidence_of(spec.type.value, found), polygons)


def _region(page: CleanPage, box: Box, spec: FieldSpec, room: float) -> Region:
    place = box.padded(0.3 * box.height, room * box.height).clipped(page.width_px, page.height_px)
    return Region(page.gray[place.slices()], page.ink[place.slices()], Alphabet.TEXT, page.dpi, spec.type.value)
