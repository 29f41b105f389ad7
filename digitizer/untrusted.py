"""Distrusts what comes out of the reading child: takes its JSON, gives checked records, or refuses them."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from digitizer.child import PDF_NAME
from digitizer.document import Field, Finding, Record, Seal, Signature, Source
from digitizer.errors import BadInput, ReaderCrashed
from digitizer.glance import Glance, PageGlance, Remark, glance_from_json
from digitizer.imaging.picture_headers import jpeg_size
from digitizer.options import Named, picture_name
from digitizer.wire import finding_from_json, record_from_json

PICTURE_BYTES = 4 * 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9_.\-\[\]]{1,120}")


@dataclasses.dataclass(frozen=True, slots=True)
class Screened:
    """What can be said of a file at upload time, before a pixel is decoded."""

    media_type: str
    page_count: int
    findings: tuple[Finding, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Picture:
    """A page to look at, as JPEG of PICTURE_DPI dots an inch: upright and flattened, or as it came. number: of the page
    in the file."""

    number: int
    data: bytes
    width_px: int
    height_px: int


def taken_pictures(folder: Path, most: int) -> Iterator[Picture]:
    """What the child left there, by page; only browsers decode them. Raises ReaderCrashed for what is no JPEG."""
    for number in range(1, most + 1):
        path = folder / picture_name(number)
        if path.is_symlink() or not path.is_file():
            continue
        if path.stat().st_size > PICTURE_BYTES:
            raise ReaderCrashed("a picture of a page is too large")
        data = path.read_bytes()
        try:
            width, height = jpeg_size(data)
        except BadInput:
            raise ReaderCrashed("a picture of a page is no JPEG") from None
        yield Picture(number, data, width, height)


def taken_pdf(folder: Path, most_bytes: int) -> bytes:
    """The PDF that the child has made. Raises ReaderCrashed for anything else under its name."""
    path = folder / PDF_NAME
    if path.is_symlink() or not path.is_file() or not 0 < path.stat().st_size <= most_bytes:
        raise ReaderCrashed("what was made is no file of an allowed size")
    data = path.read_bytes()
    if not data.startswith(b"%PDF-"):
        raise ReaderCrashed("what was made is no PDF")
    return data


def checked_screening(body: Any) -> Screened:
    """The child's answer at upload time. Raises ReaderCrashed when it makes no sense."""
    try:
        findings = tuple(map(finding_from_json, body["findings"][:1000]))
        for finding in findings:
            _check_finding(finding)
        pages = body["page_count"]
        if type(pages) is not int or pages < 0:
            raise ValueError("page_count")
        return Screened(checked_text(body["media_type"], 100), pages, findings)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ReaderCrashed(f"the child's answer to screening makes no sense: {type(error).__name__}") from None


def checked_glance(body: Any, max_page: int) -> Glance:
    """What to tell of a scan, out of an untrusted child. Raises ReaderCrashed when it makes no sense."""
    try:
        glance = glance_from_json(body)
        if len(glance.pages) > max_page or len(glance.missing) > 1000:
            raise ValueError("too many parts")
        for page in glance.pages:
            _check_page(page, max_page)
        for remark in glance.missing:
            _check_remark(remark)
        return glance
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ReaderCrashed(f"the child's answer to a glance makes no sense: {type(error).__name__}") from None


def _check_page(page: PageGlance, max_page: int) -> None:
    if type(page.number) is not int or not 1 <= page.number <= max_page:
        raise ValueError("page")
    if not (0 < page.width_mm < 10_000 and 0 < page.height_mm < 10_000):
        raise ValueError("size")
    for match in (page.form,) if page.form else ():
        _identifier(match.form_id)
        _identifier(match.edition)
        _probability(match.confidence)
    if len(page.remarks) > 1000 or len(page.printed) > 100 or len(page.ink) > 1000:
        raise ValueError("too many parts")
    for remark in page.remarks:
        _check_remark(remark)
    for seen in page.printed:
        _identifier(seen.form_id)
        _identifier(seen.edition)
        if len(seen.items) > 2000 or not all(type(item) is int and 0 <= item < 10_000 for item in seen.items):
            raise ValueError("items")


def _check_remark(remark: Remark) -> None:
    _identifier(remark.code)
    checked_text(remark.message, 500)
    if remark.field is not None:
        _identifier(remark.field)
    if remark.page is not None and type(remark.page) is not int:
        raise ValueError("page")
    if len(remark.polygon_mm) > 100 or not all(math.isfinite(x) for point in remark.polygon_mm for x in point):
        raise ValueError("polygon")


def checked_records(bodies: Any, name: str, max_page: int) -> tuple[Record, ...]:
    """Records out of an untrusted child: shape, sizes and ranges checked, and nothing decided by the child kept."""
    try:
        if not isinstance(bodies, list) or len(bodies) > max_page:
            raise ValueError("not a list of records, or too many")
        return tuple(_checked(record_from_json(body), name, max_page) for body in bodies)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise ReaderCrashed(f"the child's answer is not a record: {type(error).__name__}") from None


def checked_named(records: tuple[Record, ...], named: Named) -> Record:
    """The record of the pages and the form that were asked for. Raises ReaderCrashed for any other answer."""
    forms = [(r.form.form_id, r.form.edition) for r in records if r.form]
    if len(records) != 1 or forms != [(named.form_id, named.edition)] or set(records[0].pages) != set(named.pages):
        raise ReaderCrashed("the child's answer is about another paper than was asked for")
    return records[0]


def _checked(record: Record, name: str, max_page: int) -> Record:
    if len(record.fields) > 1000 or len(record.findings) > 1000:
        raise ValueError("too many parts")
    if not all(type(p) is int and 1 <= p <= max_page for p in record.pages):
        raise ValueError("page")
    for match in (*((record.form,) if record.form else ()), *record.form_candidates):
        _identifier(match.form_id)
        _identifier(match.edition)
        _probability(match.confidence)
    checked_text(record.engine.name, 100)
    checked_text(record.engine.version, 100)
    for finding in record.findings:
        _check_finding(finding)
    if len(record.seals) > 1000 or not all(map(_is_seal, record.seals)):
        raise ValueError("seal")
    if len(record.signatures) > 100 or not all(map(_is_signature, record.signatures)):
        raise ValueError("signature")
    timings = {_identifier(k): float(v) for k, v in record.timings_ms.items()}
    fields = tuple(_checked_field(f) for f in record.fields)
    return dataclasses.replace(record, file=name, decision=None, naming=None, fields=fields, timings_ms=timings)


def _checked_field(field: Field) -> Field:
    _identifier(field.id)
    _identifier(field.type)
    for text in (field.label, field.raw, *field.candidates):
        checked_text(text)
    _probability(field.confidence)
    if field.page is not None and type(field.page) is not int:
        raise ValueError("page")
    if len(json.dumps(field.value)) > 20_000 or len(field.candidates) > 100 or len(field.polygon_mm) > 200:
        raise ValueError("too large")
    if not all(math.isfinite(x) for polygon in field.polygon_mm for point in polygon for x in point):
        raise ValueError("polygon")
    for finding in field.findings:
        _check_finding(finding)
    if field.source is Source.PERSON:
        raise ValueError("source")
    return dataclasses.replace(field, registry=None, correction=None)


def _is_seal(seal: Seal) -> bool:
    return type(seal.page) is int and len(seal.polygon_mm) == 4 and all(
        math.isfinite(x) for point in seal.polygon_mm for x in point
    )


def _is_signature(found: Signature) -> bool:
    _identifier(found.role)
    checked_text(found.label, 500)
    _probability(found.confidence)
    return type(found.page) is int and type(found.present) is bool and len(found.polygon_mm) == 4 and all(
        len(polygon) in (0, 4) and all(math.isfinite(x) for point in polygon for x in point)
        for polygon in (found.polygon_mm, found.ink_mm)
    )


def _check_finding(finding: Finding) -> None:
    _identifier(finding.code)
    _identifier(finding.stage)
    checked_text(finding.message)
    if len(finding.polygon_mm) > 100 or not all(math.isfinite(x) for point in finding.polygon_mm for x in point):
        raise ValueError("polygon")


def _identifier(value: Any) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError("identifier")
    return value


def checked_text(value: Any, longest: int = 4000) -> str:
    if not isinstance(value, str) or len(value) > longest:
        raise ValueError("text")
    return value


def _probability(value: Any) -> None:
    if not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError("probability")
