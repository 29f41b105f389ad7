"""A form as data: what is printed, in order, and which answers stand where; takes template.yaml, gives a Template."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from digitizer.errors import UsageError

# "7. Họ, chữ đệm và tên:", "[09.1]. Xã:" go without their numbers
_NUMBER = re.compile(r"^(?:\d+(?:\.\d+)?\.|\[\d+(?:\.\d+)?\]\.?|[a-zđ]\)|[-,;])\s+")
DOSSIER_CODE = "dossier_code"  # the field that makes a form a lead sheet
# Leaves that footnote (2) of the civil-status forms lets stay blank where the person's number is given (vietnam.md 4).
FROM_REGISTRY = frozenset({"residence", "permanent_residence", "sex", "ethnicity", "nationality"})
TICKED = "Có"  # the raw text of a lone tick box
TEMPLATES_DIR = Path(__file__).resolve().parents[1] / "templates"


class FieldType(StrEnum):
    """What an answer is; decides alphabet, normal form and checks (vietnam.md 4, type codes)."""

    PERSON_NAME = "person_name"
    DATE = "date"
    DATE_IN_WORDS = "date_in_words"
    DATETIME = "datetime"
    PERSONAL_ID = "personal_id"
    IDENTITY_PAPER = "identity_paper"
    ADDRESS = "address"
    PLACE = "place"
    SEX = "sex"
    ETHNICITY = "ethnicity"
    NATIONALITY = "nationality"
    RELATION = "relation"
    PHONE = "phone"
    EMAIL = "email"
    TEXT = "text"
    INTEGER = "integer"
    ORGANIZATION = "organization"
    NUMBER = "number"  # of a document or registry entry
    BOOK = "book"
    PLACE_AND_DATE = "place_and_date"
    TICK = "tick"


class Layout(StrEnum):
    """How a paper is laid out, and so which stage reads it."""

    FORM = "form"  # printed labels and places for answers, one below the other
    CARD = "card"  # an identity card
    LETTER = "letter"  # an administrative document, by Nghị định 30/2020/NĐ-CP


class Signatory(StrEnum):
    """Whose place for a signature it is."""

    REQUESTER = "requester"  # who makes the declaration
    BRIDE = "bride"
    GROOM = "groom"
    PRINCIPAL = "principal"  # who authorises
    AGENT = "agent"  # who is authorised
    HOUSEHOLDER = "householder"
    OWNER = "owner"  # of the dwelling
    GUARDIAN = "guardian"  # or father or mother

    @property
    def always(self) -> bool:
        """Whether every such form has to be signed there; the others consent in some cases only, or elsewhere."""
        return self not in (Signatory.HOUSEHOLDER, Signatory.OWNER, Signatory.GUARDIAN)


class FieldKind(StrEnum):
    """How the answer is printed for."""

    LEADERS = "leaders"  # on dots, dashes or a rule, behind the label, on `lines` lines
    COMB = "comb"  # one box a character
    TICKS = "ticks"  # one box per entry of `choices`; without any, one box at the label itself
    TABLE = "table"  # a column of a repeating table; id holds members[n]
    ROW = "row"  # a row of a table whose first column holds the labels; id holds [column], but a tick's
    ALTERNATIVES = "alternatives"  # words of the label itself, of which all but one are struck out


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One answer. `label`: as a clerk names it; by default the printed text without its number and colon.

    `lines`: printed lines it may run over. `choices`: printed words beside tick boxes, in order, or the alternatives in
    the label; `values`: what each of these says, where it is not its printed words. `box_first`: the boxes
    stand before their words. `rows`: of this column's table where it has other printed rows than the template says.
    `behind`: printed right behind the leader and no part of the answer: a unit, a bracket, a footnote mark.
    Of a ROW each column is an answer of its own; of one with a tick, the heads of the columns are its `choices`.
    `inner`: printed words inside the answer, such as "giờ", "phút, ngày", "tháng", "năm"; they belong to `raw`."""

    id: str
    label: str
    type: FieldType
    kind: FieldKind = FieldKind.LEADERS
    required: bool = False
    optional_with_id: bool = False  # footnote (2): may stay blank where the person's number is given
    lines: int = 1
    cells: int = 0
    choices: tuple[str, ...] = ()
    inner: tuple[str, ...] = ()
    box_first: bool = False
    behind: str = ""
    rows: int = 0
    values: tuple[str, ...] = ()

    @property
    def answers(self) -> tuple[str, ...]:
        """What ticking each box says, or what is left says: the choice, or of a lone box "Có"."""
        return self.values or self.choices or (TICKED,)

    @property
    def ticked(self) -> bool:
        """Whether the answer is where a mark stands, not what is written."""
        marked = self.kind in (FieldKind.TICKS, FieldKind.ALTERNATIVES)
        return marked or (self.kind is FieldKind.ROW and self.type is FieldType.TICK)


@dataclass(frozen=True, slots=True)
class Table:
    """A repeating table. `columns`: from left to right, None for one without answers (a signature); what is printed
    left of the first answer is not counted. `head`: index of the item that begins its head line."""

    columns: tuple[FieldSpec | None, ...]
    rows: int
    head: int

    @property
    def specs(self) -> tuple[FieldSpec, ...]:
        return tuple(spec for spec in self.columns if spec)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table whose first column holds the labels. heads: indices of the items over its columns, from left to right;
    rows: of those that are its labels."""

    heads: tuple[int, ...]
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One printed thing in reading order: fixed text, or a label with its answer.

    text: as printed, without leaders and footnote marks. footnote: the mark behind it, or ''.
    same_line: stands on the line of the item before it. variants: other spellings seen in print. new_page: a page
    of its own begins here, so that the first page is not known by what follows. column: over a column of a table
    whose first column holds the labels, its name in ids. cells: answers of such a label's row, left to right.
    signature: who signs below it. alternatives: the answer that striking out words of the text itself gives."""

    text: str
    field: FieldSpec | None = None
    alternatives: FieldSpec | None = None
    cells: tuple[FieldSpec, ...] = ()
    column: str = ""
    footnote: str = ""
    same_line: bool = False
    bold: bool = False
    variants: tuple[str, ...] = ()
    new_page: bool = False
    signature: Signatory | None = None

    @property
    def specs(self) -> tuple[FieldSpec, ...]:
        """All its answers: alternatives in the label stand before what is written behind it."""
        return self.cells or tuple(spec for spec in (self.alternatives, self.field) if spec)


@dataclass(frozen=True, slots=True)
class Template:
    """One edition of one form. `titles`: the title's printed lines. `rows`: printed rows of a repeating table."""

    id: str
    edition: str
    titles: tuple[str, ...]
    regulation: str
    valid_from: date
    form_code: str
    procedure_codes: tuple[str, ...]
    items: tuple[Item, ...]
    rows: int = 0
    valid_to: date | None = None
    notes: tuple[str, ...] = ()  # how the printed footnotes begin, in order; a page of them is a notes page
    layout: Layout = Layout.FORM

    def __hash__(self) -> int:
        """Quick, for what is worked out once a template: the whole of one is long to hash."""
        return hash((self.id, self.edition))

    @property
    def fields(self) -> tuple[FieldSpec, ...]:
        """All answers in printed order; table columns as `members[n].leaf`."""
        return tuple(spec for item in self.items for spec in item.specs)

    def signed_as(self, index: int) -> str:
        """What a place for a signature is called: "Người yêu cầu", which stands over "(Ký, ghi rõ họ tên)"."""
        over = index > 0 and self.items[index].text.startswith("(")
        return self.items[index - 1 if over else index].text

    @property
    def tables(self) -> tuple[Table, ...]:
        """Columns belong to one table while their ids begin alike; a column without answers stands on the same line."""
        found: list[Table] = []
        head = end = 0
        for index, item in enumerate(self.items):
            head = head if item.same_line else index
            spec = item.field if item.field and item.field.kind is FieldKind.TABLE else None
            name = spec.id.split("[")[0] if spec else ""
            behind = item.same_line and not spec and end == index
            if found and (behind or name == found[-1].specs[0].id.split("[")[0]):
                found[-1] = replace(found[-1], columns=(*found[-1].columns, spec))
            elif spec:
                found.append(Table((spec,), spec.rows or self.rows, head))
            else:
                continue
            end = index + 1
        return tuple(found)

    @property
    def grids(self) -> tuple[Grid, ...]:
        """Every table whose first column holds the labels."""
        found: list[Grid] = []
        for index, item in enumerate(self.items):
            if item.column and not (found and not found[-1].rows):
                found.append(Grid((), ()))
            if item.column:
                found[-1] = Grid((*found[-1].heads, index), ())
            elif item.cells and found:
                found[-1] = Grid(found[-1].heads, (*found[-1].rows, index))
        return tuple(found)

    @property
    def name(self) -> str:
        return " ".join(self.titles)

    @property
    def lead(self) -> bool:
        """Whether it is a lead sheet, whose dossier code is that of all documents behind it in a batch."""
        return any(spec.id == DOSSIER_CODE for spec in self.fields)


def parse_template(data: dict[str, Any], where: str) -> Template:
    """Checks the keys: an unknown one is an error that names the file."""
    try:
        return Template(
            id=data["id"], edition=data["edition"], titles=tuple(data["titles"]), regulation=data["regulation"],
            valid_from=data["valid_from"], valid_to=data.get("valid_to"), form_code=data.get("form_code", ""),
            procedure_codes=tuple(data.get("procedure_codes", ())), rows=data.get("rows", 0),
            items=tuple(_items(data["items"])), notes=tuple(data.get("notes", ())),
            layout=Layout(data.get("layout", "form")),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"template {where}: {type(error).__name__}: {error}") from error


def _items(data: list[dict[str, Any]]) -> Iterator[Item]:
    heads: list[Item] = []  # over the columns of the table that what follows may be rows of
    before = ""
    for entry in data:
        item = _item(entry)
        if item.column:
            heads = [*heads, item] if before else [item]
        before = item.column
        if item.field and item.field.kind is FieldKind.ROW:
            item = replace(item, field=None, cells=tuple(_cells(item.field, heads)))
        yield item


def _item(data: dict[str, Any]) -> Item:
    rest = dict(data)
    spec = rest.pop("field", None)
    if "variants" in rest:
        rest["variants"] = tuple(rest["variants"])
    if "signature" in rest:
        rest["signature"] = Signatory(rest["signature"])
    if "alternatives" in rest:
        rest["alternatives"] = _alternatives(rest["alternatives"], rest["text"])
    return Item(**rest, field=_field(spec, rest["text"]) if spec else None)


def _alternatives(data: dict[str, Any], text: str) -> FieldSpec:
    spec = _field({"type": FieldType.TICK, **data, "kind": FieldKind.ALTERNATIVES}, text)
    places = places_of(spec.choices, text)
    if len(places) < 2 or len(spec.values) not in (0, len(spec.choices)):
        raise ValueError(f"{spec.id}: choices must be two or more words of “{text}” in their order, values as many")
    return spec


def places_of(choices: Sequence[str], text: str) -> tuple[tuple[int, int], ...]:
    """Where the alternatives stand in a label, from and to; () where one does not, or not behind the one before it."""
    found: list[tuple[int, int]] = []
    for choice in choices:
        at = text.find(choice, found[-1][1] if found else 0)
        if at < 0:
            return ()
        found.append((at, at + len(choice)))
    return tuple(found)


def _cells(spec: FieldSpec, heads: Sequence[Item]) -> Iterator[FieldSpec]:
    if len(heads) < 2:
        raise ValueError(f"{spec.id}: no items with `column` stand over this row")
    if spec.type is FieldType.TICK:
        yield replace(spec, choices=tuple(head.text for head in heads))
        return
    for head in heads:
        name = spec.id.replace("[column]", head.column)
        yield replace(spec, id=name, label=f"{head.text}: {spec.label}")


def _field(data: dict[str, Any], label: str) -> FieldSpec:
    rest = {"label": _NUMBER.sub("", label).strip(" :,"), **data}
    rest["type"] = FieldType(rest["type"])
    rest["kind"] = FieldKind(rest.get("kind", FieldKind.LEADERS))
    for key in ("choices", "inner", "values"):
        rest[key] = tuple(rest.get(key, ()))
    return FieldSpec(**rest)


@cache
def load_templates(folder: Path = TEMPLATES_DIR) -> tuple[Template, ...]:
    """Every `<form>/<edition>/template.yaml` under the folder, by id; of one form the newest edition comes last."""
    found = []
    for path in sorted(folder.glob("*/*/template.yaml")):
        found.append(parse_template(yaml.safe_load(path.read_text(encoding="utf-8")), str(path.relative_to(folder))))
    return tuple(sorted(found, key=lambda t: (t.id, t.valid_from)))


def edition_of(form_id: str, edition: str, templates: Sequence[Template]) -> Template | None:
    """The template of a named form and edition; None where there is none."""
    return next((t for t in templates if (t.id, t.edition) == (form_id, edition)), None)


def load_forms(folder: Path = TEMPLATES_DIR) -> tuple[Template, ...]:
    """Of these the forms that people fill."""
    return tuple(t for t in load_templates(folder) if t.layout is Layout.FORM)
