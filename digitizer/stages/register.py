"""Where each answer of a form stands: takes pages, their text and a template, gives Located."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from statistics import median_low
from unicodedata import normalize

from digitizer.document import MARK_BEHIND, CleanPage, Finding, Located, PageText, PrintedWord, SigningPlace, Slot
from digitizer.geometry import Box, union
from digitizer.layout.align import Match, Role, align, patterns_of, with_lost
from digitizer.layout.alternatives import Spread, spread_of, wideness
from digitizer.layout.cells import comb_cells, table_cells, tick_box, tick_box_before
from digitizer.layout.grid import column_sides, line_boxes, row_cells
from digitizer.layout.rows import DARK, Sheet, answer_left_px, answer_right_px, base_px, sheet_of
from digitizer.layout.signing import signing_box
from digitizer.layout.spans import Place, Room, rooms_between
from digitizer.layout.stream import Token, parted, tokens_of
from digitizer.template import FieldKind, FieldSpec, FieldType, Grid, Item, Template
from digitizer.vietnam.text import fold

MANY_LINES = 12
YEAR = 0.2  # of a letter's square: the ink of four digits is at least that
ENDED = frozenset({FieldType.DATE, FieldType.DATETIME, FieldType.PLACE_AND_DATE})  # by the year, if printed in words


@dataclass(frozen=True, slots=True)
class _Found:
    """All that was recognised, and what of it is the form's own print. `items`: label match by item index; `spreads`:
    of the labels with alternatives, where their words stand."""

    template: Template
    tokens: tuple[Token, ...]
    matches: tuple[Match, ...]
    sheets: tuple[Sheet, ...]
    items: dict[int, Match]
    spreads: dict[int, Spread] = field(default_factory=dict)


def register(pages: Sequence[CleanPage], texts: Sequence[PageText], template: Template) -> Located:
    """Labels are found in printed order whatever the print's fonts, margins and line breaks (DESIGN 5); an answer is
    the room from its label to the next printed word. Fields whose label was not found get no slot, and a finding."""
    found = _find(pages, texts, template)
    slots: list[Slot] = []
    findings: list[Finding] = []
    for index, item in enumerate(template.items):
        if item.alternatives:
            slots.extend(_marked(found, index, item.alternatives))
            findings.extend([] if index in found.spreads else [_lost(item.alternatives)])
        if item.field is None or item.field.kind is FieldKind.TABLE:
            continue
        mine = list(_slots(found, index, item, item.field))
        slots.extend(mine)
        if not mine:
            findings.append(_lost(item.field))
    slots.extend(_table(found))
    for grid in template.grids:
        heads = _heads(found, grid)
        for row in grid.rows:
            mine = list(_row_slots(found, heads, row))
            slots.extend(mine)
            if not mine:
                findings.extend(map(_lost, template.items[row].cells))
    return Located(tuple(slots), tuple(findings), tuple(_printed(found)), tuple(_signing(found)))


def _find(pages: Sequence[CleanPage], texts: Sequence[PageText], template: Template) -> _Found:
    patterns = patterns_of(template)
    words = {word for p in patterns for word in re.findall(r"\w{2,}", fold(p.text))}
    tokens = parted(tokens_of(texts), words)
    matches = with_lost(align(patterns, tokens), patterns, tokens)
    printed = {i for m in matches for i in range(m.start, m.end)}
    sheets = []
    for number, page in enumerate(pages):
        mine = [(i, t) for i, t in enumerate(tokens) if t.page == number]
        sheets.append(sheet_of(page, [t for _, t in mine], [t for i, t in mine if i in printed]))
    items = {m.pattern.item: m for m in matches if m.pattern.role in (Role.LABEL, Role.FIXED)}
    found = _Found(template, tokens, matches, tuple(sheets), items)
    return replace(found, spreads=dict(_spreads(found)))


def _spreads(found: _Found) -> Iterator[tuple[int, Spread]]:
    for index, item in enumerate(found.template.items):
        label = found.items.get(index)
        if item.alternatives is None or label is None:
            continue
        page = found.tokens[label.end - 1].page
        mine = [token for token in found.tokens[label.start:label.end] if token.page == page]
        print_there = [t for m in found.matches for t in found.tokens[m.start:m.end] if t.page == page]
        spread = spread_of(item.text, item.alternatives.choices, mine, found.sheets[page], wideness(print_there))
        if spread:
            yield index, spread


def _marked(found: _Found, index: int, spec: FieldSpec) -> Iterator[Slot]:
    """The words of the label of which some may be struck out."""
    label, spread = found.items.get(index), found.spreads.get(index)
    if label and spread:
        boxes, options = tuple(w.box for w in spread.words), tuple(w.option for w in spread.words)
        number = found.sheets[found.tokens[label.end - 1].page].page.number
        yield Slot(spec.id, number, boxes, union(boxes), label.quality, options)


def _printed(found: _Found) -> Iterator[PrintedWord]:
    for match in found.matches:
        for token in found.tokens[match.start:match.end]:
            sheet, box = found.sheets[token.page], token.box
            level = sheet.level_near(_row(found, match, token), box.left, box.right)
            whole = Box(box.left, box.top, box.right + MARK_BEHIND * sheet.letter_px, box.bottom)
            dotted = "\u0323" in normalize("NFD", token.text)
            yield PrintedWord(sheet.page.number, whole, level, sheet.letter_px, dotted)


def _signing(found: _Found) -> Iterator[SigningPlace]:
    """The room below each signatory's label."""
    for index, item in enumerate(found.template.items):
        label = found.items.get(index)
        if item.signature is None or label is None:
            continue
        mine = found.tokens[label.start:label.end]
        page = mine[-1].page
        others = [
            t.box for m in found.matches if m is not label for t in found.tokens[m.start:m.end] if t.page == page
        ]
        sheet = found.sheets[page]
        around = union(t.box for t in mine if t.page == page)
        box = signing_box(sheet, around, others, [t for t in found.tokens if t.page == page])
        if box:
            name = found.template.signed_as(index)
            yield SigningPlace(item.signature.value, name, sheet.page.number, box, sheet.letter_px)


def _lost(spec: FieldSpec) -> Finding:
    return Finding("label_not_found", "register", f"Không tìm thấy mục “{spec.label}” trên giấy.", field=spec.id)


def _slots(found: _Found, index: int, item: Item, spec: FieldSpec) -> Iterator[Slot]:
    label = found.items.get(index)
    if label is None:
        return
    first, last = found.tokens[label.start], found.tokens[label.end - 1]
    anchor = union(t.box for t in found.tokens[label.start:label.end] if t.page == last.page and t.line == last.line)
    sheet = found.sheets[last.page]
    number = sheet.page.number
    if spec.kind is FieldKind.COMB:
        cells = comb_cells(sheet.page, anchor, spec.cells)
        if cells:
            yield Slot(spec.id, number, cells, anchor, label.quality)
    elif spec.kind is FieldKind.TICKS:
        boxes = tuple(_ticks(found, index, spec, first))
        if len(boxes) == len(spec.answers):
            yield Slot(spec.id, number, boxes, anchor, label.quality)
    else:
        yield from _written(found, index, item, spec)


def _written(found: _Found, index: int, item: Item, spec: FieldSpec) -> Iterator[Slot]:
    """One slot a page; `pieces` tells between which inner words each box lies."""
    label = found.items[index]
    rooms: list[tuple[Room, int]] = []
    for piece, start, end in _pieces(found, index, item, spec):
        most = MANY_LINES if _next_is_near(found, index) else spec.lines
        between = rooms_between(found.sheets, start, end, most)
        if spec.type in ENDED and piece == len(spec.inner) > 0 and _holds_year(found, between, start):
            between = between[:1]
        rooms.extend((room, piece) for room in between)
    last = found.tokens[label.end - 1]
    for page in sorted({room.page for room, _ in rooms}):
        mine = [(room, piece) for room, piece in rooms if room.page == page]
        yield Slot(
            spec.id, found.sheets[page].page.number, tuple(room.box for room, _ in mine),
            last.box if page == last.page else None, label.quality, tuple(piece for _, piece in mine),
        )


def _holds_year(found: _Found, rooms: Sequence[Room], start: Place) -> bool:
    """Whether a year is written on the line of the word before it, so that it does not go on below."""
    if not rooms or rooms[0].page != start.page:
        return False
    sheet, box = found.sheets[start.page], rooms[0].box
    ink = int((sheet.page.ink[box.slices()] < DARK).sum())
    return box.left < start.x_px + 2 and ink > YEAR * sheet.letter_px**2


def _pieces(found: _Found, index: int, item: Item, spec: FieldSpec) -> Iterator[tuple[int, Place, Place | None]]:
    """(number of the piece, from, to) between the label, the inner words and what is printed next."""
    label = found.items[index]
    inner = [m for m in found.matches if m.pattern.item == index and m.pattern.role is Role.INNER]
    after = next((m for m in found.matches if m.start >= label.end and m.pattern.item > index), None)
    bounds = [*inner, after]
    start, piece = _behind(found, label), 0
    for bound in bounds:
        end = _before(found, bound) if bound else None
        ends = (bool(item.footnote), item.text.rstrip(" :").endswith(")")) if piece == 0 else (False, False)
        yield piece, _behind_marks(found, start, end, ends), end
        if bound is not None and bound is not after:
            start, piece = _behind(found, bound), bound.pattern.part + 1


def _behind(found: _Found, match: Match) -> Place:
    token = found.tokens[match.end - 1]
    sheet = found.sheets[token.page]
    right, spread = token.box.right, found.spreads.get(match.pattern.item)
    if spread and match.pattern.role is Role.LABEL:  # its last words may be struck out and unread
        right = max(right, spread.right_px)
    return Place(token.page, _row(found, match, token), right + 0.04 * sheet.letter_px)


def _row(found: _Found, match: Match, token: Token) -> int:
    """The row one token of a match stands in, told by all its words there: a box may run into the line below."""
    line = [t for t in found.tokens[match.start:match.end] if t.line == token.line]
    return found.sheets[token.page].row_at(median_low(base_px(t.box, t.text) for t in line))


def _behind_marks(found: _Found, start: Place, end: Place | None, ends: tuple[bool, bool]) -> Place:
    """Behind what ends a label besides letters. ends: whether a footnote mark does, and whether a bracket."""
    sheet = found.sheets[start.page]
    same_line = end is not None and (end.page, end.row) == (start.page, start.row)
    stop = end.x_px if end and same_line else float(sheet.page.width_px)
    return Place(start.page, start.row, answer_left_px(sheet, start.row, start.x_px, stop, *ends))


def _before(found: _Found, match: Match) -> Place:
    token = found.tokens[match.start]
    sheet = found.sheets[token.page]
    row = _row(found, match, token)
    comma = match.pattern.text.startswith((",", ";"))
    left = (token.mark_px if comma else token.box.left) - 0.04 * sheet.letter_px
    return Place(token.page, row, answer_right_px(sheet, row, left, comma and token.mark_px == token.box.left))


def _next_is_near(found: _Found, index: int) -> bool:
    """Whether the thing printed next was found too, so that all room before it is this answer's."""
    items = found.template.items
    following = next((i for i in range(index + 1, len(items)) if _printed_alone(items[i])), None)
    return following is None or following in found.items


def _printed_alone(item: Item) -> bool:
    return item.field is None or item.field.kind is not FieldKind.TABLE


def _ticks(found: _Found, index: int, spec: FieldSpec, first: Token) -> Iterator[Box]:
    words = [m for m in found.matches if m.pattern.item == index and m.pattern.role is Role.CHOICE]
    words = words if spec.choices else [found.items[index]]
    for match in words:
        token = found.tokens[match.start if spec.box_first else match.end - 1]
        if token.page != first.page:
            continue
        sheet = found.sheets[token.page]
        if spec.box_first:
            yield tick_box_before(sheet.page, token.box, sheet.letter_px, _line_before(found, match))
            continue
        following = [found.tokens[m.start] for m in words if m.start > match.start]
        stop = min((t.box.left for t in following), default=token.box.right + 4 * sheet.letter_px)
        yield tick_box(sheet.page, token.box, sheet.letter_px, stop)


def _line_before(found: _Found, match: Match) -> float:
    """Where the print before a word on its line ends; a few letters before the word where it begins the line."""
    token = found.tokens[match.start]
    far = max(0.0, token.box.left - 4 * found.sheets[token.page].letter_px)
    before = max((m.end for m in found.matches if m.end <= match.start), default=0)
    last = found.tokens[before - 1] if before else None
    return max(far, last.box.right) if last and last.line == token.line else far


def _heads(found: _Found, grid: Grid) -> tuple[float | None, ...]:
    """The middle of each column's head, wherever it stands between what is printed above the table and its first row:
    columns may be swapped."""
    above = max((m.end for i, m in found.items.items() if i < grid.heads[0]), default=0)
    below = min((m.start for i, m in found.items.items() if i in grid.rows), default=above)
    tokens = found.tokens[above:below]
    middles: list[float | None] = []
    for pattern in patterns_of(found.template):
        if pattern.item in grid.heads:
            placed = align((pattern,), tokens)
            middles.append(union(t.box for m in placed for t in tokens[m.start:m.end]).middle_x if placed else None)
    return tuple(middles)


def _row_slots(found: _Found, heads: tuple[float | None, ...], row: int) -> Iterator[Slot]:
    """The answers right of one label in a table: by column, or the cells that a mark may stand in."""
    label = found.items.get(row)
    if label is None:
        return
    first = found.tokens[label.start]
    page = found.sheets[first.page].page
    anchor = union(t.box for t in found.tokens[label.start:label.end] if t.page == first.page)
    cells = row_cells(page, anchor, column_sides(page, anchor, heads))
    specs = found.template.items[row].cells
    if not cells:
        return
    if len(specs) == 1:
        yield Slot(specs[0].id, page.number, cells, anchor, label.quality)
        return
    for spec, cell in zip(specs, cells, strict=True):
        yield Slot(spec.id, page.number, line_boxes(page, cell), anchor, label.quality)


def _table(found: _Found) -> Iterator[Slot]:
    for table in found.template.tables:
        above = [m for i, m in found.items.items() if i < table.head]
        if not above:
            continue
        last = found.tokens[max(above, key=lambda m: m.end).end - 1]
        sheet = found.sheets[last.page]
        for n, row in enumerate(table_cells(sheet.page, last.box.bottom, len(table.columns), table.rows)):
            for spec, cell in zip(table.columns, row, strict=True):
                if spec:
                    yield Slot(spec.id.replace("[n]", f"[{n}]"), sheet.page.number, (cell,))
