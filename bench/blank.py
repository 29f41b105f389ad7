"""Where the answers of a blank form stand: takes a vector PDF and its template, gives pages and a Place per field.

The text layer is read glyph by glyph (baseline and box), labels are found in printed order, and what stands between a
label and the next one on dots is its leader. Pixels are at 300 dpi."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from ctypes import byref, c_double
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise, product
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image, ImageDraw

from digitizer.geometry import Box, union
from digitizer.template import FieldKind, FieldSpec, FieldType, Item, Signatory, Template

DPI = 300
_POINT = DPI / 72
_EDGE_PX = 11 / 25.4 * DPI  # nobody writes nearer to the paper's edge
_BOXES = frozenset("□☐\uf0a3\uf0a8")  # tick boxes set as letters, the last two of Word's symbol fonts


@dataclass(frozen=True, slots=True)
class Run:
    """One leader. `left_limit` and `right_limit`: how far an answer may run over it before it meets print."""

    page: int
    left: float
    right: float
    baseline: float
    size: float
    left_limit: float
    right_limit: float

    @property
    def width(self) -> float:
        return self.right - self.left


@dataclass(frozen=True, slots=True)
class Cell:
    """One box of a comb, a table or a tick."""

    page: int
    box: Box


@dataclass(frozen=True, slots=True)
class Place:
    """Where one answer goes. `pieces`: leaders, parted by the printed inner words; `cells`: boxes, ticks by choice.
    `words`: of alternatives, each with the boxes of its printed words, one a line."""

    field_id: str
    spec: FieldSpec
    inner: tuple[str, ...] = ()
    pieces: tuple[tuple[Run, ...], ...] = ()
    cells: tuple[Cell, ...] = ()
    size: float = 0.0
    words: tuple[tuple[Cell, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Blank:
    """A blank form. `pages`: RGB at 300 dpi. `signature`: where the requester signs. `letters`: all that is printed but
    leaders, footnote marks included; of our own prints none are known. notes_from: of our own prints, the first page
    that holds nothing but footnotes."""

    template: Template
    pages: tuple[Image.Image, ...]
    places: tuple[Place, ...]
    signature: Cell | None = None
    letters: tuple[Glyph, ...] = ()
    notes_from: int | None = None


@dataclass(frozen=True, slots=True)
class Glyph:
    char: str
    page: int
    box: Box
    baseline: float
    size: float

    @property
    def dots(self) -> bool:
        return self.char in "._…"


@dataclass(frozen=True, slots=True)
class Token:
    """A letter of the printed stream, or a leader."""

    key: str  # folded letter or "/"; "" for a leader
    glyph: Glyph
    run: Run | None = None


_MARK = re.compile(r"\(\d{1,2}\)")
_SAMPLE = re.compile(r"(?<=\.{6})(\d{2})(?=\.{6})")


class PlaceNotFound(Exception):
    """A label of the template is not printed on the blank, or no place follows it."""


def fold(text: str) -> str:
    """Letters, digits and slashes only, no marks, lower case: how labels are compared."""
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D")).lower()
    return "".join(c for c in bare if c.isalnum() or c == "/")


def read_blank(path: Path, template: Template) -> Blank:
    """The real blank print. Raises PlaceNotFound where the template does not match the paper."""
    document = pypdfium2.PdfDocument(path)
    try:
        tokens: list[Token] = []
        letters: list[Glyph] = []
        shapes: dict[str, list[Cell]] = {"box": [], "line": [], "level": []}
        images = []
        for number, page in enumerate(document):
            width = page.get_width() * _POINT
            glyphs = list(_glyphs(page, number))
            shapes["box"] += (Cell(number, g.box) for g in glyphs if g.char in _BOXES)
            samples = _samples(glyphs)
            glyphs = [g for g in glyphs if g not in samples and g.char not in _BOXES]
            letters += (g for g in glyphs if not g.dots)
            for row in _rows(_without_footnotes(glyphs)):
                tokens.extend(_tokens(row, width))
            for kind, cell in _shapes(page, number):
                shapes[kind].append(cell)
            image = page.render(scale=_POINT).to_pil().convert("RGB")
            for glyph in samples:
                box = glyph.box.padded(2, 2)
                ImageDraw.Draw(image).rectangle((box.left, box.top, box.right, box.bottom), fill="white")
            images.append(image)
        found = places(template, tokens, shapes)
        return Blank(template, tuple(images), found, _signature(template, tokens), tuple(letters))
    finally:
        document.close()


def _glyphs(page: pypdfium2.PdfPage, number: int) -> Iterator[Glyph]:
    text = page.get_textpage()
    height = page.get_height()
    for i in range(text.count_chars()):
        char = chr(pdfium.FPDFText_GetUnicode(text, i))
        if char.isspace() or not (char.isprintable() or char in _BOXES):
            continue
        left, bottom, right, top = text.get_charbox(i)
        x, y = c_double(), c_double()
        pdfium.FPDFText_GetCharOrigin(text, i, byref(x), byref(y))
        box = Box(left, height - top, right, height - bottom).scaled(_POINT)
        yield Glyph(char, number, box, (height - y.value) * _POINT, pdfium.FPDFText_GetFontSize(text, i) * _POINT)


def _without_footnotes(glyphs: list[Glyph]) -> list[Glyph]:
    """Drops raised marks such as (2) or (10): small glyphs in a row whose neighbours are larger."""
    large = sorted(g.size for g in glyphs)[len(glyphs) // 2] if glyphs else 0.0
    text = "".join(g.char for g in glyphs)
    marks = {
        i for found in _MARK.finditer(text) for i in range(*found.span())
        if max(g.size for g in glyphs[found.start():found.end()]) < 0.8 * large
    }
    return [g for i, g in enumerate(glyphs) if i not in marks]


def _samples(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """A sample answer printed in the midst of a leader ("......01......bản"): nobody could write there."""
    text = "".join(g.char for g in glyphs)
    return [g for found in _SAMPLE.finditer(text) for g in glyphs[found.start(1):found.end(1)]]


def _rows(glyphs: list[Glyph]) -> Iterator[list[Glyph]]:
    """Printed lines, top to bottom; within a line by the left edge, as marked letters come out of order."""
    row: list[Glyph] = []
    for glyph in sorted(glyphs, key=lambda g: g.baseline):
        if row and glyph.baseline - row[0].baseline > 0.35 * max(glyph.size, row[0].size):
            yield sorted(row, key=lambda g: g.box.left)
            row = []
        row.append(glyph)
    if row:
        yield sorted(row, key=lambda g: g.box.left)


def _tokens(row: list[Glyph], page_width: float) -> Iterator[Token]:
    """Letters as they are, dots joined to leaders with the free room around them."""
    print_size = max((g.size for g in row if not g.dots), default=max(g.size for g in row))
    start = 0
    while start < len(row):
        if not row[start].dots:
            yield Token(fold(row[start].char), row[start])
            start += 1
            continue
        end = start
        while end + 1 < len(row) and row[end + 1].dots:
            if row[end + 1].box.left - row[end].box.right > 0.9 * print_size:
                break
            end += 1
        slashed = start > 0 and row[start - 1].char == "/"  # "tháng ……/.": the year is written on from the last dot
        if end > start or row[start].char == "…" or slashed:
            before = row[start - 1].box.right if start else _EDGE_PX
            after = row[end + 1].box.left if end + 1 < len(row) else page_width - _EDGE_PX
            first, right = row[start], row[end].box.right
            yield Token("", first, Run(first.page, first.box.left, right, first.baseline, print_size, before, after))
        start = end + 1


def _shapes(page: pypdfium2.PdfPage, number: int) -> Iterator[tuple[str, Cell]]:
    """Tick boxes ("box": squares of 3-7 mm, drawn or pasted), upright ("line") and level lines of combs and tables."""
    height = page.get_height()
    for thing in page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE)):
        left, bottom, right, top = thing.get_bounds()
        box = Box(left, height - max(top, bottom), right, height - min(top, bottom)).scaled(_POINT)
        if 35 < box.width < 85 and 0.7 < box.width / max(1.0, box.height) < 1.4:
            yield "box", Cell(number, box)
        elif box.width < 15 and box.height > 60:
            yield "line", Cell(number, box)
        elif box.height < 15 and box.width > 60:
            yield "level", Cell(number, box)


# --- places --------------------------------------------------------------------------------------------------------


def places(template: Template, tokens: Sequence[Token], shapes: dict[str, list[Cell]]) -> tuple[Place, ...]:
    """Every field's place; labels are matched once, in order, and a place ends where the next label begins."""
    stream = "".join(t.key for t in tokens)
    index = [i for i, t in enumerate(tokens) for _ in t.key]
    spans: list[tuple[Item, int, int]] = []
    cursor = 0
    for item in template.items:
        if item.field and item.field.kind is FieldKind.TABLE:
            continue
        at, size = _find(stream, item, cursor)
        if at < 0:
            if item.field or item.cells:
                wanted = (item.field or item.cells[0]).id
                raise PlaceNotFound(f"{template.id}: label {item.text!r} of {wanted} is not on the blank")
            continue
        cursor = at + size
        spans.append((item, index[at], index[cursor - 1] + 1))
    grid = _grids(shapes["line"])
    found: list[Place] = []
    for k, (item, begin, end) in enumerate(spans):
        if item.alternatives:
            found.append(_alternatives(item.alternatives, tokens[begin:end]))
        if item.field:
            stop = spans[k + 1][1] if k + 1 < len(spans) else len(tokens)
            found.append(_place(item.field, tokens, (begin, end, stop), (shapes["box"], grid)))
        elif item.cells:
            found.extend(_row(item, tokens[begin].glyph, shapes))
    return (*found, *_table(template, grid))


def _find(stream: str, item: Item, cursor: int) -> tuple[int, int]:
    for text in (item.text, *item.variants):
        key = fold(text)
        at = stream.find(key, cursor) if key else -1
        if at >= 0:
            return at, len(key)
    return -1, 0


def _place(
    spec: FieldSpec, tokens: Sequence[Token], span: tuple[int, int, int], shapes: tuple[list[Cell], list[list[Cell]]]
) -> Place:
    # span: where the label begins, where it ends, and where what is printed next begins
    _, start, stop = span
    label = tokens[start - 1].glyph
    if spec.kind is FieldKind.COMB:
        row = next((g for g in shapes[1] if len(g) == spec.cells and _beside(g[0], label)), None)
        if row is None:
            raise PlaceNotFound(f"{spec.id}: no comb of {spec.cells} boxes beside its label")
        return Place(spec.id, spec, cells=tuple(row), size=label.size)
    if spec.kind is FieldKind.TICKS:
        words = tokens[start:] if spec.choices else tokens[span[0]:start]
        return Place(spec.id, spec, cells=_ticks(spec, words, shapes[0]), size=label.size)
    inner = spec.inner
    if not inner and spec.type is FieldType.DATE and any(t.key == "/" for t in tokens[start:stop]):
        inner = ("/", "/")
    pieces = _pieces(tokens[start:stop], inner)
    if not any(pieces):
        raise PlaceNotFound(f"{spec.id}: no leader behind its label")
    return Place(spec.id, spec, inner, pieces, size=label.size)


def _pieces(tokens: Sequence[Token], inner: tuple[str, ...]) -> tuple[tuple[Run, ...], ...]:
    """Leaders parted by the inner words; any other printed word ends the place."""
    pieces: list[list[Run]] = [[]]
    waiting = [fold(word) for word in inner]
    i = 0
    while i < len(tokens):
        token = tokens[i]
        if token.run:
            pieces[-1].append(token.run)
        elif token.key:
            word = waiting.pop(0) if waiting else ""
            n = len([t for t in tokens[i:i + len(word) + 3] if t.key][:len(word)])
            if not word or "".join(t.key for t in tokens[i:] if t.key)[:n] != word:
                break
            pieces.append([])
            while n:
                n -= bool(tokens[i].key)
                i += 1
            continue
        i += 1
    return tuple(tuple(p) for p in pieces)


def _alternatives(spec: FieldSpec, label: Sequence[Token]) -> Place:
    stream = "".join(t.key for t in label)
    index = [i for i, t in enumerate(label) for _ in t.key]
    words, cursor = [], 0
    for choice in spec.choices:
        at = stream.find(fold(choice), cursor)
        if at < 0:
            raise PlaceNotFound(f"{spec.id}: alternative {choice!r} is not printed")
        cursor = at + len(fold(choice))
        rows: list[list[Glyph]] = []
        for glyph in (label[i].glyph for i in dict.fromkeys(index[at:cursor])):
            if rows and abs(rows[-1][-1].baseline - glyph.baseline) < 0.5 * glyph.size:
                rows[-1].append(glyph)
            else:
                rows.append([glyph])
        words.append(tuple(Cell(row[0].page, union(glyph.box for glyph in row)) for row in rows))
    return Place(spec.id, spec, size=label[0].glyph.size, words=tuple(words))


def _beside(cell: Cell, label: Glyph) -> bool:
    return cell.page == label.page and cell.box.top < label.baseline < cell.box.bottom + label.size


def _ticks(spec: FieldSpec, tokens: Sequence[Token], boxes: list[Cell]) -> tuple[Cell, ...]:
    """The box right of each choice's word, or left of it; of a lone box, beside the label that the tokens are."""
    stream = "".join(t.key for t in tokens)
    index = [i for i, t in enumerate(tokens) for _ in t.key]
    cells, cursor = [], 0
    for choice in spec.choices or (stream,):
        at = stream.find(fold(choice), cursor)
        if at < 0:
            raise PlaceNotFound(f"{spec.id}: choice {choice!r} is not printed")
        cursor = at + len(fold(choice))
        word = tokens[index[at if spec.box_first else cursor - 1]].glyph
        near = [b for b in boxes if b.page == word.page and abs(b.box.middle_y - word.baseline) < 1.2 * word.size]
        if spec.box_first:
            near = sorted((b for b in near if b.box.right < word.box.left + 5), key=lambda b: -b.box.right)
        else:
            near = sorted((b for b in near if b.box.left > word.box.right - 5), key=lambda b: b.box.left)
        if not near:
            raise PlaceNotFound(f"{spec.id}: no box beside {choice!r}")
        cells.append(near[0])
    return tuple(cells)


def _row(item: Item, label: Glyph, shapes: dict[str, list[Cell]]) -> Iterator[Place]:
    """The cells right of a label in a table: between the upright lines there, the level ones above and below it."""
    level, page = label.box.middle_y, label.page
    uprights = [c.box.middle_x for c in shapes["line"] if c.page == page and c.box.top < level < c.box.bottom]
    across = [c.box for c in shapes["level"] if c.page == page and c.box.left < label.box.left < c.box.right]
    wanted = len(item.cells[0].choices) or len(item.cells)
    sides = list(pairwise(sorted(x for x in uprights if x > label.box.left)))[-wanted:]
    above, below = [b.bottom for b in across if b.middle_y < level], [b.top for b in across if b.middle_y > level]
    if len(sides) < wanted or not above or not below:
        raise PlaceNotFound(f"{item.cells[0].id}: no cells right of {item.text!r}")
    cells = tuple(Cell(page, Box(a + 4, max(above), b - 4, min(below))) for a, b in sides)
    if len(item.cells) == 1:
        yield Place(item.cells[0].id, item.cells[0], cells=cells, size=label.size)
        return
    for spec, cell in zip(item.cells, cells, strict=True):
        yield Place(spec.id, spec, cells=(cell,), size=label.size)


def _grids(lines: list[Cell]) -> list[list[Cell]]:
    """Cells between upright lines that begin and end at the same height, left to right."""
    groups: list[list[Cell]] = []
    for line in sorted(lines, key=lambda c: (c.page, c.box.left)):
        for group in groups:
            a, b = group[0].box, line.box
            if group[0].page == line.page and abs(a.top - b.top) < 12 and abs(a.bottom - b.bottom) < 12:
                group.append(line)
                break
        else:
            groups.append([line])
    return [
        [
            Cell(a.page, Box(a.box.middle_x, a.box.top + 4, b.box.middle_x, a.box.bottom - 4))
            for a, b in pairwise(group)
        ]
        for group in groups if len(group) > 2
    ]


def _table(template: Template, grids: list[list[Cell]]) -> Iterator[Place]:
    """Rows of the repeating tables: the tallest grids, in printed order; the rows lie under a header that takes what is
    over."""
    wanted = template.tables
    tall = sorted(grids, key=lambda g: g[0].box.height, reverse=True)[:len(wanted)]
    for table, grid in zip(wanted, sorted(tall, key=lambda g: (g[0].page, g[0].box.top)), strict=True):
        height = grid[0].box.height / (table.rows + _HEADERS.get(table.specs[0].id, 1.91))
        columns = zip(table.columns, grid[-len(table.columns):], strict=True)
        for row, (spec, column) in product(range(table.rows), columns):
            top = column.box.bottom - (table.rows - row) * height
            if spec:
                box = Box(column.box.left, top, column.box.right, top + height)
                name = spec.id.replace("[n]", f"[{row}]")
                yield Place(name, replace(spec, id=name), cells=(Cell(column.page, box),), size=0.42 * height)


# Height of a table's header, in rows, by its first column: the header of CT01 is 41.8 pt high, its rows 21.9 pt.
_HEADERS = {"industries[n].name": 1.86, "household[n].full_name": 4.13}


def _signature(template: Template, tokens: Sequence[Token]) -> Cell | None:
    """The free space under the requester's label, "(Ký, ghi rõ họ, chữ đệm, tên)", about 50 by 18 mm."""
    stream = "".join(t.key for t in tokens)
    index = [i for i, t in enumerate(tokens) for _ in t.key]
    cursor = 0
    for item in template.items:
        at, size = _find(stream, item, cursor)
        if at < 0 or (item.field and item.field.kind is FieldKind.TABLE):
            continue
        cursor = at + size
        if item.signature is Signatory.REQUESTER:
            first, last = tokens[index[at]].glyph, tokens[index[cursor - 1]].glyph
            middle = (first.box.left + last.box.right) / 2
            top = last.baseline + 0.4 * last.size
            return Cell(last.page, Box(middle - 290, top, middle + 290, top + 190))
    return None


@cache
def real_blank(path: Path, template: Template) -> Blank:
    """`read_blank`, once per process."""
    return read_blank(path, template)
