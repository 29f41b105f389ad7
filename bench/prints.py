"""Our own prints of the forms: takes a template and a style, gives a Blank with its places known; needs no other file.

Printed as offices print the Word files: same labels in the same order, but the font, the margins, the length of the
leaders and the line and page breaks are the style's, and so differ from print to print."""

from __future__ import annotations

import random
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise, takewhile

from PIL import Image, ImageDraw, ImageFont

from bench.blank import DPI, Blank, Cell, Place, Run
from bench.fonts import FOLDER, faces
from digitizer.geometry import MM_PER_INCH, Box
from digitizer.template import FieldKind, FieldSpec, FieldType, Item, Signatory, Template, places_of

_MM = DPI / MM_PER_INCH
_INK = (15, 15, 15)
_FAMILIES = (
    ("croscore/Tinos-Regular.ttf", "croscore/Tinos-Bold.ttf", 1.0),
    ("noto/NotoSerif-Regular.ttf", "noto/NotoSerif-Bold.ttf", 0.88),
    ("dejavu/DejaVuSerif.ttf", "dejavu/DejaVuSerif-Bold.ttf", 0.82),
    ("croscore/Arimo-Regular.ttf", "croscore/Arimo-Bold.ttf", 0.93),
    ("noto/NotoSans-Regular.ttf", "noto/NotoSans-Bold.ttf", 0.86),
)
# How much of a line's free length an answer gets, against the others on the line.
_WEIGHTS = {
    FieldType.SEX: 1.0, FieldType.INTEGER: 0.5, FieldType.ETHNICITY: 1.1, FieldType.NUMBER: 0.8, FieldType.BOOK: 0.9,
    FieldType.NATIONALITY: 1.4, FieldType.DATE: 1.6, FieldType.PHONE: 1.6, FieldType.EMAIL: 2.4,
    FieldType.RELATION: 1.2,
}


@dataclass(frozen=True, slots=True)
class Style:
    """family: index of a font family that is installed. leader: "." or "…" or "_". Sizes in points, margins in mm."""

    family: int = 0
    size_pt: float = 13.0
    left_mm: float = 25.0
    right_mm: float = 18.0
    top_mm: float = 16.0
    spacing: float = 1.5
    leader: str = "."
    letter_paper: bool = False


def styles() -> tuple[Style, ...]:
    """Three prints of one form that no office would call different."""
    return (
        Style(), Style(family=1, size_pt=12.5, left_mm=30, right_mm=15, spacing=1.42, leader="…"),
        Style(family=2, size_pt=12, left_mm=20, right_mm=20, top_mm=20, spacing=1.6),
    )


def any_style(rng: random.Random) -> Style:
    return Style(
        rng.randrange(len(_families())), rng.uniform(11.5, 13.5), rng.uniform(20, 30), rng.uniform(13, 20),
        rng.uniform(12, 20), rng.uniform(1.4, 1.6), rng.choice("..…_"),
    )


def print_blank(template: Template, style: Style | None = None) -> Blank:
    """The blank at 300 dpi. Answer places come from the drawing itself."""
    press = _Press(style or Style())
    press.run(template)
    return Blank(template, tuple(press.pages), tuple(press.places), press.signature, notes_from=press.notes_from)


def _families() -> list[tuple[str, str, float]]:
    found = [f for f in _FAMILIES if (FOLDER / f[0]).is_file() and (FOLDER / f[1]).is_file()]
    if not found:
        face = faces()[0]
        found = [(str(face.path.relative_to(FOLDER)),) * 2 + (face.scale,)]
    return found


@dataclass(slots=True)
class _Atom:
    """A piece of a printed line: words, or a leader of some weight for piece `piece` of field `spec`."""

    text: str = ""
    bold: bool = False
    mark: str = ""
    spec: FieldSpec | None = None
    piece: int = 0
    weight: float = 0.0
    item: Item | None = None


@dataclass(frozen=True, slots=True)
class _Set:  # a line of a label; y: its baseline
    text: str
    x: float
    y: float
    page: int
    font: ImageFont.FreeTypeFont


@dataclass(slots=True)
class _Press:
    """Draws from top to bottom and breaks pages where the paper ends."""

    style: Style
    pages: list[Image.Image] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    signature: Cell | None = None
    dated: bool = False
    notes_from: int | None = None
    y: float = 0.0
    labels: dict[int, tuple[FieldSpec, list[_Set]]] = field(default_factory=dict)  # with alternatives, by their item

    # -- fonts and paper

    @property
    def em(self) -> float:
        return self.style.size_pt / 72 * DPI

    def font(self, bold: bool = False, scale: float = 1.0) -> ImageFont.FreeTypeFont:
        families = _families()
        regular, heavy, width = families[self.style.family % len(families)]
        return _font(str(FOLDER / (heavy if bold else regular)), round(self.em * width * scale))

    @property
    def left(self) -> float:
        return self.style.left_mm * _MM

    @property
    def right(self) -> float:
        return self.pages[-1].width - self.style.right_mm * _MM

    @property
    def draw(self) -> ImageDraw.ImageDraw:
        return ImageDraw.Draw(self.pages[-1])

    def new_page(self) -> None:
        size_mm = (215.9, 279.4) if self.style.letter_paper else (210.0, 297.0)
        self.pages.append(Image.new("RGB", (round(size_mm[0] * _MM), round(size_mm[1] * _MM)), "white"))
        self.y = self.style.top_mm * _MM

    def feed(self, lines: float = 1.0) -> None:
        """To the next baseline, on a new page where this one is full."""
        self.y += lines * self.em * self.style.spacing
        if self.y > self.pages[-1].height - 15 * _MM:
            self.new_page()
            self.y += self.em

    # -- the form

    def run(self, template: Template) -> None:
        self.new_page()
        self.dated = any(f.id in ("signed_on", "issued_on", "place_and_date") for f in template.fields)
        self.code(template)
        titles = set(template.titles)
        groups = list(_groups(template.items))
        for k, group in enumerate(groups):
            first = group[0]
            columns = [i.field for i in group if i.field and i.field.kind is FieldKind.TABLE]
            if first.cells:
                continue  # drawn with the heads of its table
            if any(i.column for i in group):
                self.grid(group, [g[0] for g in takewhile(lambda g: g[0].cells, groups[k + 1:])])
            elif columns:
                self.table(group, columns[0].rows or template.rows)
            elif first.field and first.field.kind is FieldKind.COMB:
                self.comb(first)
            elif first.field and first.field.kind is FieldKind.TICKS:
                self.ticks(first)
                if group[1:]:
                    self.line(group[1:])
            elif len(group) > 1 and not any(i.field for i in group):
                self.columns(group)
            elif first.text in titles or k < 2:
                self.centred(first, 1.08 if first.text in titles else 1.0)
            elif not any(i.field for i in group):
                self.fixed(first)
            else:
                self.line(group)
        self.places += [place for spec, lines in self.labels.values() for place in _alternatives(spec, lines, self.em)]
        self.notes(template)

    def label(self, item: Item | None, text: str, x: float, bold: bool) -> None:
        """One line of a label from x on, at the baseline that was reached."""
        font = self.font(bold)
        self.draw.text((x, self.y), text, font=font, fill=_INK, anchor="ls")
        if item and item.alternatives:
            lines = self.labels.setdefault(id(item), (item.alternatives, []))[1]
            lines.append(_Set(text, x, self.y, len(self.pages) - 1, font))

    def code(self, template: Template) -> None:
        """The form's number and regulation at the top right, small."""
        if template.form_code:
            number = template.form_code if template.form_code.startswith("Mẫu") else f"Mẫu {template.form_code}"
            text = f"{number} ban hành kèm theo {template.regulation}"
            self.draw.text((self.right, self.y), text, font=self.font(scale=0.75), fill=_INK, anchor="rs")

    def centred(self, item: Item, scale: float) -> None:
        font = self.font(True, scale)
        for n, line in enumerate(_wrapped(item.text, font, self.right - self.left)):
            self.feed(1.6 if scale > 1 and not n else 1.0)
            self.draw.text(((self.left + self.right) / 2, self.y), line, font=font, fill=_INK, anchor="ms")

    def fixed(self, item: Item) -> None:
        """A paragraph; the requester's signature block stands at the right, with room below it."""
        if item.text.startswith(("Người yêu cầu", "(Ký")):
            self.feed()
            middle = self.right - 45 * _MM
            self.draw.text((middle, self.y), item.text, font=self.font(item.bold), fill=_INK, anchor="ms")
            if item.text.startswith("(Ký"):
                top = self.y + 0.4 * self.em
                box = Box(middle - 25 * _MM, top, middle + 25 * _MM, top + 15 * _MM)
                self.signature = Cell(len(self.pages) - 1, box)
                self.y += 18 * _MM
            return
        for line in _wrapped(item.text, self.font(item.bold), self.right - self.left):
            self.feed()
            self.label(item, line, self.left, item.bold)

    def line(self, group: Sequence[Item]) -> None:
        """Labels with their leaders, as many on a line as have room; then the lines an answer may run on over."""
        indent = 0.0
        if group[0].field and group[0].field.id == "authority":
            indent = 25 * _MM
        elif group[0].field and group[0].field.type is FieldType.PLACE_AND_DATE:
            indent = 0.3 * (self.right - self.left)
        rest = [_atoms(item) for item in group]
        drawn: dict[str, list[list[Run]]] = {}
        while rest:
            taken = rest[:1]
            while len(taken) < len(rest) and self.least([*taken, rest[len(taken)]]) <= self.right - self.left - indent:
                taken.append(rest[len(taken)])
            rest = rest[len(taken):]
            self.long_label(taken[0], self.right - self.left - indent)
            self.feed()
            self.atoms([a for atoms in taken for a in atoms], self.left + indent, drawn)
            last = taken[-1][-1].spec or taken[-1][0].spec
            for _ in range((last.lines if last and not last.inner else 1) - 1):
                self.feed()
                self.atoms([_Atom(spec=last, weight=1.0)], self.left, drawn)
        for item in group:
            if item.field:
                pieces = tuple(tuple(p) for p in drawn[item.field.id])
                self.places.append(Place(item.field.id, item.field, item.field.inner, pieces, size=self.em))

    def long_label(self, atoms: Sequence[_Atom], room: float) -> None:
        """A label that leaves no room for its leader is set on several lines; the last one stays in its atom."""
        label = atoms[0]
        weight = sum(a.weight for a in atoms)
        if label.spec or self.width(label) + 5.0 * self.em * weight <= room:
            return
        lines = _wrapped(label.text, self.font(label.bold), room - 5.0 * self.em * weight)
        for line in lines[:-1]:
            self.feed()
            self.label(label.item, line, self.left, label.bold)
        label.text = lines[-1]

    def least(self, parts: Sequence[Sequence[_Atom]]) -> float:
        """The shortest line these labels and leaders make."""
        return sum(self.width(a) + 5.0 * self.em * a.weight for atoms in parts for a in atoms)

    def width(self, atom: _Atom) -> float:
        if atom.spec:
            return 0.0
        mark = self.font(scale=0.6).getlength(atom.mark) if atom.mark else 0.0
        return self.font(atom.bold).getlength(atom.text + " ") + mark

    def atoms(self, atoms: Sequence[_Atom], x: float, drawn: dict[str, list[list[Run]]]) -> None:
        """One printed line from x to the right margin; the leaders share what the words leave."""
        weight = sum(a.weight for a in atoms) or 1.0
        free = self.right - x - sum(self.width(a) for a in atoms)
        for atom in atoms:
            if atom.spec is None:
                self.words(atom, x)
                x += self.width(atom)
                continue
            length = free * atom.weight / weight
            if atom.spec.type is FieldType.INTEGER:
                length = min(length, 6 * self.em)
            end = self.leader(x, length - 0.25 * self.em)
            run = Run(len(self.pages) - 1, x, end, self.y, self.em, x - 0.1 * self.em, x + length)
            pieces = drawn.setdefault(atom.spec.id, [[]])
            pieces.extend([] for _ in range(atom.piece + 1 - len(pieces)))
            pieces[atom.piece].append(run)
            x += length

    def words(self, atom: _Atom, x: float) -> None:
        font = self.font(atom.bold)
        self.label(atom.item, atom.text, x, atom.bold)
        if atom.mark:
            at = x + font.getlength(atom.text) + 0.08 * self.em
            self.draw.text((at, self.y - 0.38 * self.em), atom.mark, font=self.font(scale=0.6), fill=_INK, anchor="ls")

    def leader(self, x: float, length: float) -> float:
        """Draws dots up to the length; gives where they end."""
        if self.style.leader == "_":
            self.draw.line([(x, self.y + 2), (x + length, self.y + 2)], fill=_INK, width=2)
            return x + length
        font = self.font()
        count = max(2, int(length / font.getlength(self.style.leader)))
        dots = self.style.leader * count
        self.draw.text((x, self.y), dots, font=font, fill=_INK, anchor="ls")
        return x + font.getlength(dots)

    # -- boxes

    def comb(self, item: Item) -> None:
        self.feed(1.25)
        assert item.field
        self.draw.text((self.left, self.y), item.text, font=self.font(item.bold), fill=_INK, anchor="ls")
        side = min(7.0 * _MM, (self.right - self.left - self.font().getlength(item.text) - self.em) / item.field.cells)
        start, top = self.right - side * item.field.cells, self.y - 0.75 * side
        cells = []
        for n in range(item.field.cells):
            box = Box(start + n * side, top, start + (n + 1) * side, top + side)
            self.frame(box)
            cells.append(Cell(len(self.pages) - 1, box))
        self.places.append(Place(item.field.id, item.field, cells=tuple(cells), size=self.em))

    def ticks(self, item: Item) -> None:
        self.feed(1.15)
        assert item.field
        atom = _Atom(item.text, item.bold, item.footnote)
        self.words(atom, self.left)
        side, cells = 4.2 * _MM, []
        first, alone = item.field.box_first, not item.field.choices
        x = self.left - side - 0.2 * self.em if first and alone else self.left + self.width(atom)
        for n, choice in enumerate(item.field.choices or ("",)):
            text = choice and f"{', ' if n else ''}{choice} "
            length = self.font().getlength(text)
            if x + length + side > self.right:  # long choices go on below each other
                self.feed()
                x = self.left
            before, after = (side + 0.2 * self.em, 0.0) if first else (0.0, length)
            self.draw.text((x + before, self.y), text, font=self.font(), fill=_INK, anchor="ls")
            box = Box(x + after, self.y - 0.85 * side, x + after + side, self.y + 0.15 * side)
            self.frame(box)
            cells.append(Cell(len(self.pages) - 1, box))
            x += length + side + 0.2 * self.em
        self.places.append(Place(item.field.id, item.field, cells=tuple(cells), size=self.em))

    def frame(self, box: Box) -> None:
        self.draw.rectangle((box.left, box.top, box.right, box.bottom), outline=_INK, width=3)

    def table(self, group: Sequence[Item], rows: int) -> None:
        """Header cells with wrapped labels, then the rows; a column is as wide as what it holds."""
        shares = [_COLUMN.get(i.field.type, 2.0) if i.field else 0.7 for i in group]
        unit = (self.right - self.left) / sum(shares)
        head, high = 2.9 * self.em, 1.75 * self.em
        if self.y + head + rows * high > self.pages[-1].height - 15 * _MM:
            self.new_page()
        top, x = self.y + 0.5 * self.em, self.left
        page, font = len(self.pages) - 1, self.font(True, 0.82)
        for item, share in zip(group, shares, strict=True):
            lines = _wrapped(item.text, font, share * unit - 0.3 * self.em)
            for n, text in enumerate(lines):
                at = top + head / 2 + (n - (len(lines) - 1) / 2) * self.em
                self.draw.text((x + share * unit / 2, at), text, font=font, fill=_INK, anchor="mm")
            for row in range(-1, rows):
                box = Box(x, top + head + row * high, x + share * unit, top + head + (row + 1) * high)
                self.frame(box if row >= 0 else Box(x, top, box.right, top + head))
                if item.field and row >= 0:
                    name = item.field.id.replace("[n]", f"[{row}]")
                    spec = replace(item.field, id=name)
                    self.places.append(Place(name, spec, cells=(Cell(page, box),), size=0.42 * high))
            x += share * unit
        self.y = top + head + rows * high

    def grid(self, heads: Sequence[Item], rows: Sequence[Item]) -> None:
        """A table whose first column holds the labels; it breaks between two rows."""
        specs = rows[0].cells
        across = sum(bool(i.column) for i in heads)
        first = (0.62 if specs[0].ticked else 0.28) * (self.right - self.left)
        sides = [self.left, *(self.left + first + n * (self.right - self.left - first) / across
                              for n in range(across + 1))]
        self.y += 0.5 * self.em
        self.cells_of([*([""] * (across + 1 - len(heads))), *(i.text for i in heads)], sides, True, 1)
        for item in rows:
            lines = 1 if item.cells[0].ticked else item.cells[0].lines
            cells = self.cells_of([f"{item.text} {item.footnote}".strip(), *[""] * across], sides, item.bold, lines)[1:]
            if len(item.cells) == 1:
                self.places.append(Place(item.cells[0].id, item.cells[0], cells=tuple(cells), size=self.em))
                continue
            for spec, cell in zip(item.cells, cells, strict=True):
                self.places.append(Place(spec.id, spec, cells=(cell,), size=self.em))

    def cells_of(self, texts: Sequence[str], sides: Sequence[float], bold: bool, lines: int) -> list[Cell]:
        """Draws one row of framed cells, as high as its texts or as so many lines need; on a new page where it ends."""
        font = self.font(bold, 0.92)
        wrapped = [_wrapped(t, font, b - a - 0.5 * self.em) if t else [] for t, (a, b) in zip(texts, pairwise(sides),
                                                                                             strict=True)]
        high = (1.25 * max(lines, *map(len, wrapped)) + 0.4) * self.em
        if self.y + high > self.pages[-1].height - 15 * _MM:
            self.new_page()
        cells = []
        for parts, (left, right) in zip(wrapped, pairwise(sides), strict=True):
            box = Box(left, self.y, right, self.y + high)
            self.frame(box)
            for n, part in enumerate(parts):
                at = (left + 0.25 * self.em, self.y + (1.25 * n + 1.05) * self.em)
                self.draw.text(at, part, font=font, fill=_INK, anchor="ls")
            cells.append(Cell(len(self.pages) - 1, box))
        self.y += high
        return cells

    def columns(self, group: Sequence[Item]) -> None:
        """Signature columns: each with its date line above, where the form has no other, and room below."""
        self.feed(1.6)
        if self.y + 40 * _MM > self.pages[-1].height:
            self.new_page()
            self.feed()
        width = (self.right - self.left) / len(group)
        font, small = self.font(True, 0.75), self.font(False, 0.65)
        for n, item in enumerate(group):
            middle = self.left + (n + 0.5) * width
            if not self.dated:
                self.draw.text((middle, self.y), "……, ngày…tháng…năm…", font=small, fill=_INK, anchor="ms")
            for k, line in enumerate(_wrapped(item.text + item.footnote, font, width - 0.5 * self.em)):
                self.draw.text((middle, self.y + (k + 1) * self.em), line, font=font, fill=_INK, anchor="ms")
            if item.signature is Signatory.REQUESTER:
                top, half = self.y + (k + 1.4) * self.em, min(25 * _MM, width / 2)
                self.signature = Cell(len(self.pages) - 1, Box(middle - half, top, middle + half, top + 15 * _MM))
        self.y += 32 * _MM

    def notes(self, template: Template) -> None:
        self.notes_from = len(self.pages)
        font = self.font(False, 0.85)
        for n, note in enumerate(template.notes):
            for k, line in enumerate(_wrapped(f"({n + 1}) {note}", font, self.right - self.left)):
                self.feed(0.85)
                self.draw.text((self.left + (0 if k else self.em), self.y), line, font=font, fill=_INK, anchor="ls")


_COLUMN = {
    FieldType.PERSON_NAME: 3.2, FieldType.DATE: 2.0, FieldType.SEX: 1.1, FieldType.PERSONAL_ID: 2.7,
    FieldType.RELATION: 1.8,
}


def _alternatives(spec: FieldSpec, lines: Sequence[_Set], em: float) -> Iterator[Place]:
    """Where each of them stands, on the lines that a label was broken into."""
    words = []
    for begin, end in places_of(spec.choices, " ".join(line.text for line in lines)):
        cells, at = [], 0
        for line in lines:
            first, last = max(0, begin - at), min(len(line.text), end - at)
            if first < last and line.text[first:last].strip():
                left, right = (line.x + line.font.getlength(line.text[:n]) for n in (first, last))
                _, top, _, bottom = line.font.getbbox(line.text[first:last], anchor="ls")
                cells.append(Cell(line.page, Box(left, line.y + top, right, line.y + bottom)))
            at += len(line.text) + 1
        words.append(tuple(cells))
    yield Place(spec.id, spec, size=em, words=tuple(words))


def _groups(items: Sequence[Item]) -> Iterator[list[Item]]:
    """Items of one printed line together."""
    group: list[Item] = []
    for item in items:
        if group and not item.same_line:
            yield group
            group = []
        group.append(item)
    if group:
        yield group


def _atoms(item: Item) -> list[_Atom]:
    """A label and its leaders, parted by the inner words."""
    atoms = [_Atom(item.text, item.bold, item.footnote, item=item)]
    if item.field is None:
        return atoms
    spec, weight = item.field, _WEIGHTS.get(item.field.type, 3.0)
    if not spec.inner:
        return [*atoms, _Atom(spec=spec, weight=weight)]
    if spec.inner[0].strip(" ,") != "ngày" or spec.inner[0].startswith(","):
        atoms.append(_Atom(spec=spec, weight=2.0 if spec.inner[0].startswith(",") else 0.6))
    for piece, word in enumerate(spec.inner, start=1):
        atoms.append(_Atom(word.strip()))
        atoms.append(_Atom(spec=spec, piece=piece, weight=0.8 if word == "năm" else 0.6))
    return atoms


def _wrapped(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    letters = max(4, int(width / max(1.0, font.getlength(text) / max(1, len(text)))))
    for limit in range(letters, 3, -1):
        lines = textwrap.wrap(text, limit, break_long_words=False)
        if all(font.getlength(line) <= width for line in lines):
            return lines
    return textwrap.wrap(text, 4, break_long_words=False)


@cache
def _font(path: str, size_px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size_px, layout_engine=ImageFont.Layout.BASIC)
