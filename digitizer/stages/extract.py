"""Readings to fields: takes a template, its slots' readings and the pages, gives one Field per answer, in order."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from digitizer.calibration import calibration, nats
from digitizer.document import CleanPage, Evidence, Field, FieldStatus, Finding, Located, Reading, SlotReading, Source
from digitizer.geometry import Box
from digitizer.layout.alternatives import left_of
from digitizer.layout.answers import (
    TICKED,
    join_slashes,
    line_text,
    only_mark,
    only_slashes,
    status_of,
    whole_text,
    with_inner,
    without_tail,
)
from digitizer.layout.choices import TOLD, Whole, evidence_of, wholes
from digitizer.template import FieldKind, FieldSpec, FieldType, Template
from digitizer.vietnam.answers import grammar_of
from digitizer.vietnam.lists import snap, snap_marital_status
from digitizer.vietnam.phrases import (
    repair_address,
    repair_digits,
    repair_email,
    repair_figure,
    repair_office,
    repair_paper,
    repair_prose,
)

_MEASURE = re.compile(r"\((?:m|m²|cm³|kg|kW)\)$")  # the unit that a label names and its form prints
TWO_TICKS = 0.3  # two inked boxes: which one is meant is a guess
STRUCK = 0.98  # 50 of 51 (docs/pipeline.md)
PARTLY_STRUCK = 0.5  # a line is crossed out and another is not: whether that one is the answer, a person says


def extract(
    template: Template, located: Located, readings: Sequence[SlotReading], pages: Sequence[CleanPage]
) -> tuple[Field, ...]:
    """Every field of the template; of the repeating table the rows that hold ink. A label that was not found gives
    NOT_FOUND: nothing can be said then, not even that the answer is blank."""
    dpi = {page.number: page.dpi for page in pages}
    fields: list[Field] = []
    for spec in template.fields:
        if spec.kind is FieldKind.TABLE:
            continue
        mine = [r for r in readings if r.slot.field_id == spec.id]
        fields.append(_field(spec, mine, dpi) if mine else _missing(spec))
    fields.extend(_rows(template, readings, dpi))
    return _calibrated(fields)


def _calibrated(fields: Sequence[Field]) -> tuple[Field, ...]:
    """Confidences as measured shares of being right: what the engine says of a line and what else speaks for it."""
    certain = {f.id: nats(f.evidence.read) for f in fields if f.evidence}
    whole = sum(certain.values())
    found = []
    for f in fields:
        if f.evidence:
            others = len(certain) - 1
            mean = (whole - certain[f.id]) / others if others else certain[f.id]
            evidence = replace(f.evidence, page=1 - math.exp(-mean))
            f = replace(f, evidence=evidence, confidence=round(calibration().probability(evidence), 4))
        found.append(f)
    return tuple(found)


def _missing(spec: FieldSpec) -> Field:
    return Field(
        spec.id, spec.label, spec.type.value, FieldStatus.NOT_FOUND, source=Source.NONE, required=spec.required
    )


def _rows(template: Template, readings: Sequence[SlotReading], dpi: dict[int, float]) -> Iterator[Field]:
    for table, n in ((each, n) for each in template.tables for n in range(each.rows)):
        row = [replace(spec, id=spec.id.replace("[n]", f"[{n}]")) for spec in table.specs]
        mine = {spec.id: [r for r in readings if r.slot.field_id == spec.id] for spec in row}
        if any(sum(r.ink_ratio) > 0 for found in mine.values() for r in found):
            yield from (_field(spec, mine[spec.id], dpi) if mine[spec.id] else _missing(spec) for spec in row)


def _field(spec: FieldSpec, mine: Sequence[SlotReading], dpi: dict[int, float]) -> Field:
    others: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    if spec.kind is FieldKind.ALTERNATIVES:
        raw, status, confidence, others = left_of(spec, mine[0])
        evidence = None
        findings = (_unclear(spec, mine[0]),) if status is FieldStatus.ILLEGIBLE else ()
    elif spec.ticked:
        raw, status, confidence = _ticked(spec, mine[0])
        evidence = None
    else:
        raw, status, evidence, others = _written(spec, [_unstruck(r) for r in mine])
        confidence = calibration().shares["blank"]
        if any(any(r.struck) for r in mine):
            status, others = (FieldStatus.FILLED, others) if raw else (FieldStatus.STRUCK, ())
            evidence, confidence = None, PARTLY_STRUCK if raw else STRUCK
    page, boxes = _where(mine)
    return Field(
        id=spec.id, label=spec.label, type=spec.type.value, status=status, raw=raw, confidence=round(confidence, 4),
        source=Source.OCR, page=page, polygon_mm=tuple(box.polygon_mm(dpi[page]) for box in boxes), candidates=others,
        findings=findings, required=spec.required, evidence=evidence,
    )


def _unclear(spec: FieldSpec, reading: SlotReading) -> Finding:
    message = f"Không rõ phần nào bị gạch bỏ: {' / '.join(spec.choices)}."
    return Finding("alternatives_unclear", "extract", message, page=reading.slot.page, field=spec.id)


def _unstruck(reading: SlotReading) -> SlotReading:
    """Without the ink of what is crossed out: nothing of it is an answer, nor may be one."""
    if not any(reading.struck):
        return reading
    kept = tuple(0.0 if s else ratio for s, ratio in zip(reading.struck, reading.ink_ratio, strict=True))
    return replace(reading, ink_ratio=kept)


def _ticked(spec: FieldSpec, reading: SlotReading) -> tuple[str, FieldStatus, float]:
    """The choice whose box holds ink; two inked boxes are nobody's answer."""
    inked = [i for i, ratio in enumerate(reading.ink_ratio) if ratio >= TICKED]
    if not inked:
        return "", FieldStatus.BLANK, calibration().shares["unticked"]
    if len(inked) > 1:
        return "", FieldStatus.ILLEGIBLE, TWO_TICKS
    return spec.answers[inked[0]], FieldStatus.FILLED, calibration().shares["ticked"]


def _written(
    spec: FieldSpec, mine: Sequence[SlotReading]
) -> tuple[str, FieldStatus, Evidence | None, tuple[str, ...]]:
    """Raw text, kind of answer, what speaks for the text (None of a blank), and what else it may be."""
    inner = spec.inner if "/" not in spec.inner else ()
    parts = list(_parts(spec, mine, bool(inner)))

    def compose(texts: Sequence[str]) -> str:
        pieces: list[list[str]] = [[] for _ in range(len(inner) + 1)]
        for (piece, _), text in zip(parts, texts, strict=True):
            pieces[piece].append(text)
        written = [whole_text(each, spec) for each in pieces]
        return _tidied(with_inner(written, inner) if inner else written[0], spec)

    found = wholes([reading for _, reading in parts], compose)
    chosen = _understood(found, spec)
    status = status_of(chosen.text, bool(parts), spec)
    if status is FieldStatus.BLANK:
        return "", status, None, ()
    others = tuple(w.text for w in found if w.text not in ("", chosen.text) and w.share >= TOLD)
    return chosen.text, status, evidence_of(spec.type.value, chosen), others


def _parts(spec: FieldSpec, mine: Sequence[SlotReading], parted: bool) -> Iterator[tuple[int, Reading]]:
    """What was written, line by line, and between which printed words of the answer it stands."""
    for found in mine:
        for number, (reading, ratio) in enumerate(zip(found.readings, found.ink_ratio, strict=True)):
            if ratio <= 0 or only_mark(reading.text) or ("/" in spec.inner and only_slashes(reading.text, spec)):
                continue
            text = without_tail(line_text(reading.text, spec), spec.behind)
            if reading.text and not text and spec.behind:
                continue
            yield found.slot.pieces[number] if found.slot.pieces and parted else 0, reading


def _understood(found: Sequence[Whole], spec: FieldSpec) -> Whole:
    """The answer as read; where that is no date, number or listed word, the likeliest other reading that is one, as
    "31 tháng 01" for "31 tháng 02". It is no surer than its least sure piece."""
    grammar = grammar_of(spec.type.value)
    if grammar is None or not found[0].text or grammar(found[0].text):
        return found[0]
    return next((w for w in found[1:] if grammar(w.text)), found[0])


def _tidied(raw: str, spec: FieldSpec) -> str:
    """Spellings that the type makes certain."""
    if spec.kind is FieldKind.COMB or spec.type in (FieldType.PERSONAL_ID, FieldType.PHONE):
        raw = raw.replace(" ", "")
    if spec.type is FieldType.DATE and "/" in raw:
        raw = join_slashes(raw)
    if spec.type is FieldType.IDENTITY_PAPER:
        raw = repair_paper(raw)
    elif spec.type in (FieldType.ADDRESS, FieldType.PLACE):
        raw = repair_address(raw)
    elif spec.type is FieldType.ORGANIZATION:
        raw = repair_office(raw)
    elif spec.type is FieldType.DATE:
        raw = repair_digits(raw)
    elif spec.type is FieldType.TEXT:
        raw = repair_figure(raw) if _MEASURE.search(spec.label) else repair_prose(raw)
    elif spec.type is FieldType.EMAIL:
        raw = repair_email(raw)
    if spec.id.endswith(".marital_status"):
        raw = snap_marital_status(raw)
    return (snap(raw, spec.type.value) if raw else None) or raw


def _where(mine: Sequence[SlotReading]) -> tuple[int, tuple[Box, ...]]:
    """The page with most of the answer's ink, and the boxes there."""
    best = max(mine, key=lambda r: (sum(r.ink_ratio), -r.slot.page))
    return best.slot.page, best.slot.boxes
