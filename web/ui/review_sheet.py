"""One record as the review page shows it: takes the stored record, drafts, pictures, gives fields and all they say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from digitizer.document import Field, FieldStatus, Reason, Record, Source
from digitizer.review import Change, standing
from digitizer.template import FieldType, Template, edition_of
from digitizer.wire import record_from_json
from storage.base import StoredRecord
from storage.desk_base import Draft
from storage.workbench import PagePicture
from web.ui.review_words import BLOCK_WORDS, STATUS_WORDS, VERDICT_WORDS, Translate, as_written, meaning
from web.ui.sentences import Say

ABOUT_ALL = "#"  # drafts about the whole document: this and the code of a reason that was looked at
LISTED = frozenset({FieldType.SEX, FieldType.ETHNICITY, FieldType.NATIONALITY, FieldType.RELATION})
PLACES = frozenset({FieldType.ADDRESS, FieldType.PLACE})
LONG = 44  # letters that fit on one line of the column
MOST_CANDIDATES = 9


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
    title: str
    fields: tuple[Shown, ...]


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

    @property
    def doubts(self) -> int:
        return sum(f.mark == "doubt" for b in self.blocks for f in b.fields) + sum(not a.seen for a in self.about)


@dataclass(frozen=True, slots=True)
class Said:
    """The drafts of one record, parted into what a correction needs."""

    changes: Mapping[str, Change]
    overruled: tuple[str, ...]
    unsure: frozenset[str]


def said_by(drafts: Sequence[Draft], person_id: str) -> Said:
    mine = [d for d in drafts if d.person_id == person_id and d.said is not None]
    changes = {d.field_id: change_of(d.said or {}) for d in mine if not d.field_id.startswith(ABOUT_ALL)}
    overruled = tuple(d.field_id.removeprefix(ABOUT_ALL) for d in mine if d.field_id.startswith(ABOUT_ALL))
    return Said(changes, overruled, frozenset(d.field_id for d in mine if not d.sure))


def change_of(said: Mapping[str, Any]) -> Change:
    """as_written: the text stands so on the paper, whether or not it means anything."""
    status = FieldStatus(said["status"]) if said.get("status") else None
    return Change(status, said.get("raw"), None, bool(said.get("as_written")))


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
    record, said = record_from_json(stored.body), said_by(drafts, reviewer.person_id)
    now = standing(record, said.changes, reviewer.accept_probability, reviewer.templates, said.overruled)
    match = record.form
    template = edition_of(match.form_id, match.edition, reviewer.templates) if match else None
    mine = {d.field_id: d for d in drafts if d.person_id == reviewer.person_id}
    others = [d for d in drafts if d.person_id != reviewer.person_id and d.sure]
    view = _View(record, doubts(now, said, reviewer.say), mine, others, reviewer.translate, reviewer.say)
    choices = {s.id: s.choices for s in template.fields} if template else {}
    found: list[tuple[str, list[Shown]]] = []
    for number, field in enumerate(_in_print(now, template)):
        title = _title(field.id, reviewer.translate)
        if not found or found[-1][0] != title:
            found.append((title, []))
        found[-1][1].append(view.field(field, f"f{number}", choices.get(_general(field.id), ())))
    about = tuple(About(r.code, reviewer.say(r.code, r.message), r.code in said.overruled) for r in _about_all(record))
    return Sheet(stored, template.name if template else "", tuple(Block(t, tuple(f)) for t, f in found), about,
                 tuple(p for p in pages if p.page in record.pages))


def doubts(now: Record, said: Said, say: Say) -> dict[str, tuple[str, ...]]:
    """Field id -> the sentences that say why a person has to look, with what they have said so far taken in."""
    found: dict[str, list[str]] = {f: [] for f in said.unsure if not f.startswith(ABOUT_ALL)}
    for reason in now.decision.reasons if now.decision else ():
        if reason.field and now.field(reason.field):
            found.setdefault(reason.field, []).append(say(reason.code, reason.message))
    for name, change in said.changes.items():
        field = now.field(name)
        meant = [] if field is None or change.value_given else field.findings
        for finding in meant:
            if finding.code == "not_understood":
                found.setdefault(name, []).append(say(finding.code, finding.message))
    return {k: tuple(v) for k, v in found.items()}


def _about_all(record: Record) -> Iterator[Reason]:
    known = {f.id for f in record.fields}
    for reason in record.decision.reasons if record.decision else ():
        if reason.field not in known:
            yield reason


def _in_print(record: Record, template: Template | None) -> Iterator[Field]:
    """The record's fields in its own order, which is that of the print; what the form has besides goes where it is
    printed: behind the field before it."""
    if template is None:
        yield from record.fields
        return
    have = {f.id for f in record.fields}
    by_general: dict[str, list[Field]] = {}
    for f in record.fields:
        by_general.setdefault(_general(f.id), []).append(f)
    rows_done: set[str] = set()
    for spec in template.fields:
        if "[n]" in spec.id:
            table = spec.id.split("[")[0]
            if table not in rows_done:
                rows_done.add(table)
                yield from (f for f in record.fields if f.id.split("[")[0] == table and "[" in f.id)
        elif spec.id in have:
            yield from by_general[spec.id]
        else:
            yield Field(spec.id, spec.label, spec.type.value, FieldStatus.NOT_FOUND, source=Source.NONE,
                        required=spec.required)
    printed = {s.id for s in template.fields}
    yield from (f for f in record.fields if _general(f.id) not in printed)


def _general(field_id: str) -> str:
    return re.sub(r"\[[0-9]{1,3}\]", "[n]", field_id)


def _title(field_id: str, _: Translate) -> str:
    block = field_id.rpartition(".")[0]
    name = BLOCK_WORDS.get(block.split(".")[0].split("[")[0], "")
    row = re.search(r"\[([0-9]+)\]", block)
    return f"{_(name)} {int(row[1]) + 1}" if name and row else _(name) if name else ""


@dataclass(frozen=True, slots=True)
class _View:
    """What all fields of a sheet need."""

    record: Record
    doubts: Mapping[str, tuple[str, ...]]
    mine: Mapping[str, Draft]
    others: Sequence[Draft]
    translate: Translate
    say: Say

    def field(self, now: Field, key: str, choices: tuple[str, ...]) -> Shown:
        _ = self.translate
        was = self.record.field(now.id) or now
        draft = self.mine.get(now.id)
        read = was.correction.raw if was.correction else was.raw
        mark = "doubt" if now.id in self.doubts else "person" if now.source is Source.PERSON else "machine"
        kind = FieldType(now.type)
        status = "" if now.status is FieldStatus.FILLED else now.status.value
        return Shown(
            id=now.id, key=key, label=now.label.strip(" :,") or now.id, kind=now.type, page=now.page or 0,
            boxes=json.dumps([_box(p) for p in now.polygon_mm]), text=now.raw, base=was.raw, read=read,
            percent=was.correction.confidence if was.correction else was.confidence, mark=mark,
            why=self.doubts.get(now.id, ()), advice=advice(now, self.say), status=status,
            meaning=meaning(now.type, now.value, _),
            offers=self._offers(now.id, was, read), registry=as_written(was.registry.value) if was.registry else "",
            verdict=VERDICT_WORDS.get(was.registry.verdict, "") if was.registry else "",
            draft=json.dumps({"said": draft.said, "sure": draft.sure}) if draft else "", choices=choices,
            listed=kind.value if kind in LISTED else "places" if kind in PLACES else "",
            required=now.required, settled=was.source is Source.PERSON,
        )

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
