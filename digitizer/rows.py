"""Rows of a form's repeating tables: takes a record and its template, gives which may be added, holding what, where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from digitizer.document import Field, FieldStatus, Record, Source
from digitizer.template import FieldSpec, Table, Template

Polygon = tuple[tuple[float, float], ...]
MOST_ROWS = 100  # of one table: more than anybody writes by hand, few enough to look at
LOWEST_MM = 297.0  # of an A4 page: a row that would stand lower is on another one
_OVERLAP_MM = 1.0  # by which an expected row may reach into what is printed below
_ROW = re.compile(r"([^\[\]]+)\[(0|[1-9][0-9]{0,2})\](?:\.|$)")


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """The n-th row of a table, from 0 as JSON arrays count: members[2]."""

    table: str
    number: int

    @property
    def id(self) -> str:
        return f"{self.table}[{self.number}]"


@dataclass(frozen=True, slots=True)
class Expected:
    """Where a row ought to stand that the machine did not see. boxes: by column (members[n].sex);
    pitch_mm: from one row to the next; lowest_mm: no row ends below that. Without rows to go by: the page at most."""

    page: int | None = None
    pitch_mm: float = 0.0
    lowest_mm: float = LOWEST_MM
    boxes: Mapping[str, tuple[Polygon, ...]] = field(default_factory=dict)


def row_of(field_id: str) -> Row | None:
    """The row that an id of a field, or of a row itself, belongs to; None for what stands in no table."""
    found = _ROW.match(field_id)
    return Row(found[1], int(found[2])) if found else None


def general(field_id: str) -> str:
    """members[2].sex as the template names it: members[n].sex."""
    return re.sub(r"\[[0-9]{1,3}\]", "[n]", field_id)


def spec_of(field_id: str, template: Template) -> FieldSpec | None:
    """The template's field of a record's; None where the form has no such field."""
    name = general(field_id)
    return next((s for s in template.fields if s.id == name and ("[n]" in s.id) == ("[" in field_id)), None)


def table_of(row: Row, template: Template) -> Table | None:
    return next((t for t in template.tables if name_of(t) == row.table), None)


def name_of(table: Table) -> str:
    return table.specs[0].id.split("[")[0]


def rows_in(fields: Iterable[Field], table: str) -> tuple[int, ...]:
    """Numbers of the table's rows, ascending. Those that the machine read may have gaps: it leaves out empty ones."""
    found = (row_of(f.id) for f in fields)
    return tuple(sorted({r.number for r in found if r and r.table == table}))


def beyond(record: Record, wanted: Iterable[Row]) -> frozenset[Row]:
    """Of these rows, those that cannot be there: neither next after the record's last row and those added with them,
    nor left out between its rows."""
    found: set[Row] = set()
    last: dict[str, int] = {}
    for row in sorted(set(wanted)):
        there = last.setdefault(row.table, max(rows_in(record.fields, row.table), default=-1))
        if row.number > there + 1 or row.number >= MOST_ROWS:
            found.add(row)
        else:
            last[row.table] = max(there, row.number)
    return frozenset(found)


def new_fields(record: Record, row: Row, template: Template) -> tuple[Field, ...]:
    """All columns of a row that the record has not, as what the machine knows of them: nothing, but where they ought
    to stand. () where the form has no such table."""
    table = table_of(row, template)
    if table is None:
        return ()
    place = expected(record, row, template)
    return tuple(
        Field(id=s.id.replace("[n]", f"[{row.number}]"), label=s.label, type=s.type.value, status=FieldStatus.NOT_FOUND,
              source=Source.NONE, required=s.required, page=place.page, polygon_mm=place.boxes.get(s.id, ()))
        for s in table.specs
    )


def expected(record: Record, row: Row, template: Template) -> Expected:
    """By the rows of the table that the machine saw: the nearest one, moved by the distance from row to row. Without
    any, the page of what is printed before the table. Rows that people added tell nothing: they were put there so."""
    seen = [f for f in record.fields if f.page and f.polygon_mm and not unseen(f)]
    mine = [(r.number, f) for f in seen if (r := row_of(f.id)) and r.table == row.table]
    if not mine:
        return Expected(_page_before(seen, row, template))
    nearest = min((n for n, _ in mine), key=lambda n: (abs(n - row.number), n))
    page = next(f.page for n, f in mine if n == nearest)
    mine = sorted(((n, f) for n, f in mine if f.page == page), key=lambda each: -abs(each[0] - row.number))
    edges = {n: _edges([f for m, f in mine if m == n]) for n, _ in mine}
    first, last = min(edges), max(edges)
    pitch = (edges[last][0] - edges[first][0]) / (last - first) if last > first else edges[first][1] - edges[first][0]
    boxes = {general(f.id): _moved(f.polygon_mm, (row.number - n) * pitch) for n, f in mine}
    top, bottom = (edge + (row.number - nearest) * pitch for edge in edges[nearest])
    lowest = min([LOWEST_MM, *_printed_below(seen, row, template, page)])
    return Expected(page, pitch, lowest, boxes if top >= 0 and bottom <= lowest + _OVERLAP_MM else {})


def unseen(f: Field) -> bool:
    """Whether the machine found no such answer: what stands there is a person's alone, its place an expected one."""
    return f.correction is not None and f.correction.status is FieldStatus.NOT_FOUND


def in_print(fields: Sequence[Field], new: Iterable[Field], template: Template | None) -> tuple[Field, ...]:
    """The fields with new ones where the machine would have put them: answers as printed, then the tables' rows."""
    found = list(fields)
    for f in sorted(new, key=lambda f: _rank(f.id, template)):
        rank = _rank(f.id, template)
        at = next((i for i, other in enumerate(found) if _rank(other.id, template) > rank), len(found))
        found.insert(at, f)
    return tuple(found)


def _rank(field_id: str, template: Template | None) -> tuple[int, int, int, int, str]:
    ids = [s.id for s in template.fields] if template else []
    name, row = general(field_id), row_of(field_id)
    if name not in ids:
        return (2, 0, 0, 0, field_id)
    if row is None:
        return (0, ids.index(name), 0, 0, "")
    first = next(i for i, each in enumerate(ids) if each.startswith(f"{row.table}["))
    return (1, first, row.number, ids.index(name), "")


def _page_before(seen: Sequence[Field], row: Row, template: Template) -> int | None:
    """Of the last answer printed before the table that was found; else of the first one behind it."""
    ids = [s.id for s in template.fields]
    first = next((i for i, each in enumerate(ids) if each.startswith(f"{row.table}[")), 0)
    placed = sorted((ids.index(general(f.id)), f.page) for f in seen if general(f.id) in ids and f.page)
    before = [page for index, page in placed if index < first]
    return before[-1] if before else placed[0][1] if placed else None


def _printed_below(seen: Sequence[Field], row: Row, template: Template, page: int | None) -> Iterator[float]:
    """Upper edges of what is printed after the table on the page."""
    ids = [s.id for s in template.fields]
    last = max(i for i, each in enumerate(ids) if each.startswith(f"{row.table}["))
    for f in seen:
        if f.page == page and general(f.id) in ids and ids.index(general(f.id)) > last:
            yield _edges([f])[0]


def _edges(fields: Sequence[Field]) -> tuple[float, float]:
    """Upper and lower edge, in mm."""
    ys = [y for f in fields for polygon in f.polygon_mm for _, y in polygon]
    return min(ys), max(ys)


def _moved(polygons: Sequence[Polygon], down_mm: float) -> tuple[Polygon, ...]:
    return tuple(tuple((x, round(y + down_mm, 2)) for x, y in polygon) for polygon in polygons)
