"""One record as the review page shows it: takes the stored record, drafts, pictures, gives fields and all they say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from digitizer.document import Field, FieldStatus, Reason, Record, Source
from digitizer.geometry import MM_PER_INCH
from digitizer.review import standing
from digitizer.rows import MOST_ROWS, Expected, Row, expected, general, name_of, row_of, rows_in, spec_of
from digitizer.template import TICKED, FieldType, Template, edition_of
from digitizer.wire import record_from_json
from storage.base import StoredRecord
from storage.desk_base import Draft
from storage.workbench import PagePicture
from web.ui.review_said import Said, doubts, said_by
from web.ui.review_words import BLOCK_WORDS, STATUS_WORDS, VERDICT_WORDS, Translate, as_written, meaning
from web.ui.sentences import Say

LISTED = frozenset({FieldType.SEX, FieldType.ETHNICITY, FieldType.NATIONALITY, FieldType.RELATION})
PLACES = frozenset({FieldType.ADDRESS, FieldType.PLACE})
LONG = 44  # letters that fit on one line of the column
MOST_CANDIDATES = 9
LEAST_BAND_MM = 8.0  # between two lines of print there is no table


@dataclass(frozen=True, slots=True)
class Offer:
    """Another answer, taken with Alt and its number. whose: 'machine', or 'person' who worked on the record before."""

    text: str
    whose: str = "machine"


@dataclass(frozen=True, slots=True)
class Shown:
    """One field. key: of its elements. boxes: [[left, top, right, bottom] in mm …] as JSON. text: what stands in the
    input; base: in the record as it is kept; read: what the machine read there. mark: machine | person | doubt, with
    `why` in sentences."""

    id: str
    key: str
    label: str
    kind: str
    page: int
    boxes: str
    text: str
    base: str
    read: str
    unseen: bool  # the machine found no such answer
    percent: float
    mark: str
    why: tuple[str, ...]
    advice: tuple[str, ...]
    status: str  # what stands in place of a text, '' where there is one
    meaning: str
    offers: tuple[Offer, ...]
    registry: str
    verdict: str
    draft: str  # JSON of what this person has said before, '' for nothing
    choices: tuple[str, ...]
    listed: str  # its closed list, or 'places', or ''
    required: bool
    settled: bool  # by a person, in a version before

    @property
    def long(self) -> bool:
        return self.listed in ("", "places") and len(self.text) > LONG


@dataclass(frozen=True, slots=True)
class Block:
    """Fields under one heading; of a table's row with its number. added: by this person, not released. Without fields:
    the place where that row may be added; last: behind all of them."""

    title: str
    fields: tuple[Shown, ...] = ()
    row: Row | None = None
    added: bool = False
    last: bool = False


@dataclass(frozen=True, slots=True)
class NewRow:
    """The next row of a table before anybody has added it. Its ids hold {n} for the number and the heading {m} for the
    number as people count; every row further down stands pitch_mm lower, none below lowest_mm."""

    block: Block
    row: Row
    pitch_mm: float
    lowest_mm: float


@dataclass(frozen=True, slots=True)
class About:
    """A reason about the whole document, which a person looks at and sets aside. seen: already done."""

    code: str
    message: str
    seen: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    record: StoredRecord
    form_name: str
    blocks: tuple[Block, ...]
    about: tuple[About, ...]
    pages: tuple[PagePicture, ...]
    new_rows: tuple[NewRow, ...] = ()

    @property
    def doubts(self) -> int:
        return sum(f.mark == "doubt" for b in self.blocks for f in b.fields) + sum(not a.seen for a in self.about)


@dataclass(frozen=True, slots=True)
class Reviewer:
    """For whom a sheet is made, and by which rules records are decided."""

    person_id: str
    templates: Sequence[Template]
    accept_probability: float | None
    translate: Translate
    say: Say


def sheet(stored: StoredRecord, drafts: Sequence[Draft], pages: Sequence[PagePicture], reviewer: Reviewer) -> Sheet:
    """Fields in printed order, grouped by block; those that the record lacks and the form has are there too."""
    record = record_from_json(stored.body)
    said = said_by(drafts, reviewer.person_id, record, reviewer.templates)
    now = standing(record, said.changes, reviewer.accept_probability, reviewer.templates, said.overruled)
    template = edition_of(record.form.form_id, record.form.edition, reviewer.templates) if record.form else None
    mine = {d.field_id: d for d in drafts if d.person_id == reviewer.person_id}
    others = [d for d in drafts if d.person_id != reviewer.person_id and d.sure]
    shown = tuple(p for p in pages if p.page in record.pages)
    asked = doubts(now, said, reviewer.translate, reviewer.say)
    view = _View(record, now, template, said, asked, mine, others, shown, reviewer.translate, reviewer.say)
    about = tuple(About(r.code, reviewer.say(r.code, r.message), r.code in said.overruled) for r in _about_all(record))
    return Sheet(stored, template.name if template else "", tuple(view.blocks()), about, shown, tuple(view.new_rows()))


def _about_all(record: Record) -> Iterator[Reason]:
    known = {f.id for f in record.fields}
    for reason in record.decision.reasons if record.decision else ():
        if reason.field not in known:
            yield reason


@dataclass(frozen=True, slots=True)
class _Gap:
    """A row of a table that is not there and may be added. last: the one behind all others."""

    row: Row
    last: bool


def _in_print(record: Record, template: Template | None, kept: Record) -> Iterator[Field | _Gap]:
    """The record's fields in its own order, which is that of the print; what the form has besides goes where it is
    printed: behind the field before it. kept: the record without what has been said and not released."""
    if template is None:
        yield from record.fields
        return
    tables_done: set[str] = set()
    for spec in template.fields:
        if "[n]" in spec.id:
            table = spec.id.split("[")[0]
            if table not in tables_done:
                tables_done.add(table)
                yield from _table(record, table, kept)
        else:
            yield record.field(spec.id) or Field(
                spec.id, spec.label, spec.type.value, FieldStatus.NOT_FOUND, source=Source.NONE, required=spec.required)
    printed = {s.id for s in template.fields}
    yield from (f for f in record.fields if general(f.id) not in printed)


def _table(record: Record, table: str, kept: Record) -> Iterator[Field | _Gap]:
    """Rows left out between those kept may be added there, and taken away again; so they are told in either case."""
    there = rows_in(kept.fields, table)
    end = max(rows_in(record.fields, table), default=-1) + 1
    for number in range(end):
        if number not in there and number < max(there, default=-1):
            yield _Gap(Row(table, number), False)
        yield from (f for f in record.fields if row_of(f.id) == Row(table, number))
    if end < MOST_ROWS:
        yield _Gap(Row(table, end), True)


def _title(field_id: str, _: Translate) -> str:
    name = BLOCK_WORDS.get(field_id.split(".")[0].split("[")[0], "") if "." in field_id or "[" in field_id else ""
    row = row_of(field_id)
    if row is None:
        return _(name) if name else ""
    return f"{_(name)} {row.number + 1}" if name else _("Hàng %(number)s") % {"number": row.number + 1}


@dataclass(frozen=True, slots=True)
class _View:
    """What all fields of a sheet need. record: as it is kept; now: with what this person has said."""

    record: Record
    now: Record
    template: Template | None
    said: Said
    doubts: Mapping[str, tuple[str, ...]]
    mine: Mapping[str, Draft]
    others: Sequence[Draft]
    pages: Sequence[PagePicture]
    translate: Translate
    say: Say

    def blocks(self) -> Iterator[Block]:
        page = self.record.pages[0] if self.record.pages else 0  # of what stands before, for what has no place itself

        def shown(number: int, f: Field) -> Shown:
            nonlocal page
            page = f.page or page
            return self.field(replace(f, page=page), f"f{number}")

        pieces = enumerate(_in_print(self.now, self.template, self.record))
        for (title, row, last), many in groupby(pieces, lambda piece: self._heading(piece[1])):
            fields = tuple(shown(n, f) for n, f in many if isinstance(f, Field))
            yield Block(title, fields, row, row in self.said.rows, last is True)

    def _heading(self, piece: Field | _Gap) -> tuple[str, Row | None, bool | None]:
        if isinstance(piece, _Gap):
            return _title(piece.row.id, self.translate), piece.row, piece.last
        return _title(piece.id, self.translate), row_of(piece.id), None

    def new_rows(self) -> Iterator[NewRow]:
        for table in self.template.tables if self.template else ():
            row = Row(name_of(table), max(rows_in(self.now.fields, name_of(table)), default=-1) + 1)
            place = expected(self.now, row, self.template) if self.template else Expected()
            fields = tuple(
                replace(self.field(Field(
                    s.id.replace("[n]", "[{n}]"), s.label, s.type.value, FieldStatus.NOT_FOUND, source=Source.NONE,
                    required=s.required, page=place.page, polygon_mm=place.boxes.get(s.id, ()),
                ), f"{row.table}-{{n}}-{n}"), mark="doubt", status="")
                for n, s in enumerate(table.specs)
            )
            title = _title(row.id, self.translate).removesuffix(str(row.number + 1)) + "{m}"
            yield NewRow(Block(title, fields, row, True), row, place.pitch_mm, place.lowest_mm)

    def field(self, now: Field, key: str) -> Shown:
        _ = self.translate
        was = self.record.field(now.id) or replace(
            now, status=FieldStatus.NOT_FOUND, raw="", value=None, source=Source.NONE, correction=None)
        draft = self.mine.get(now.id)
        first = was.correction or was
        mark = "doubt" if now.id in self.doubts else "person" if now.source is Source.PERSON else "machine"
        kind = FieldType(now.type)
        unsaid = now.status is FieldStatus.FILLED or now.id in self.said.unkeyed
        return Shown(
            id=now.id, key=key, label=now.label.strip(" :,") or now.id, kind=now.type, page=now.page or 0,
            boxes=json.dumps([_box(p) for p in now.polygon_mm] or self._band(now)), text=now.raw, base=was.raw,
            read=first.raw, unseen=first.status is FieldStatus.NOT_FOUND, percent=first.confidence, mark=mark,
            why=self.doubts.get(now.id, ()), advice=advice(now, self.say), status="" if unsaid else now.status.value,
            meaning=meaning(now.type, now.value, _), offers=self._offers(now.id, was, first.raw),
            registry=as_written(was.registry.value) if was.registry else "",
            verdict=VERDICT_WORDS.get(was.registry.verdict, "") if was.registry else "",
            draft=json.dumps({"said": draft.said, "sure": draft.sure}) if draft else "", choices=self._choices(now.id),
            listed=kind.value if kind in LISTED else "places" if kind in PLACES else "",
            required=now.required, settled=was.source is Source.PERSON,
        )

    def _choices(self, field_id: str) -> tuple[str, ...]:
        spec = spec_of(field_id.replace("{n}", "0"), self.template) if self.template else None
        return () if spec is None else spec.values or spec.choices or ((TICKED,) if spec.type is FieldType.TICK else ())

    def _band(self, now: Field) -> list[list[float]]:
        """For a cell of a row whose place nobody knows: of the page, what lies between the print around the table."""
        picture = next((p for p in self.pages if p.page == now.page), None)
        if picture is None or self.template is None or "[" not in now.id:
            return []
        ids = [s.id for s in self.template.fields]
        mine = [i for i, each in enumerate(ids) if each.split("[")[0] == now.id.split("[")[0]]
        wide, high = (px / picture.dpi * MM_PER_INCH for px in (picture.width_px, picture.height_px))
        top, bottom = 0.0, high
        for f in self.record.fields:
            at = ids.index(general(f.id)) if f.page == now.page and f.polygon_mm and general(f.id) in ids else -1
            edges = [y for polygon in f.polygon_mm for _, y in polygon]
            if 0 <= at < mine[0]:
                top = max(top, *edges)
            elif at > mine[-1]:
                bottom = min(bottom, *edges)
        rim = min(10.0, wide / 10)
        return [[rim, round(top, 1), round(wide - rim, 1), round(bottom, 1)]] if bottom - top > LEAST_BAND_MM else []

    def _offers(self, field_id: str, was: Field, read: str) -> tuple[Offer, ...]:
        found = {str((d.said or {}).get("raw") or ""): Offer(str((d.said or {}).get("raw") or ""), "person")
                 for d in self.others if d.field_id == field_id}
        for text in (read, *was.candidates):
            found.setdefault(text, Offer(text))
        return tuple(o for t, o in found.items() if t and t != was.raw)[:MOST_CANDIDATES]


def advice(field: Field, say: Say) -> tuple[str, ...]:
    """What checks and registry say of a field, in sentences."""
    return tuple(dict.fromkeys(say(f.code, f.message) for f in field.findings))


def status_word(status: str, _: Translate) -> str:
    return _(STATUS_WORDS[FieldStatus(status)]) if status else ""


def _box(polygon: Sequence[tuple[float, float]]) -> list[float]:
    xs, ys = [x for x, _ in polygon], [y for _, y in polygon]
    return [round(min(xs), 1), round(min(ys), 1), round(max(xs), 1), round(max(ys), 1)]
