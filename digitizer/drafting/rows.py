"""Pages to printed lines: takes words, leaders and boxes, gives rows of pieces and tables in reading order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from digitizer.drafting.boxes import drawn
from digitizer.drafting.pdf_text import BOX_SIGNS
from digitizer.drafting.sheet import EM_PX, Grid, Kind, Piece, Print, Row, Sheet, Word
from digitizer.geometry import Box, union

_SAME_LINE = 0.35  # of the letter size
_GAP = 2.2  # of the letter size; wider, and two columns begin
_RULE = 0.25  # of the letter size; so near to a table its rules are found
_APART = 3.0  # letter sizes between leaders that are not one
_RAISED_BY = 0.75  # of the letter size, at most
_MARK = re.compile(r"\((\d{1,2})\)([:;.,]*)")
_GLUED = re.compile(r"(.*\w)\((\d{1,2})\)([:;.,]*)")
_FULL = 3.0  # letter sizes from the right margin
_MIDDLE = 0.06  # of the page's width


@dataclass(slots=True)
class _Line:
    level: float
    words: list[Word]
    others: list[Piece]


def print_of(pages: Sequence[Sheet], read: bool) -> Print:
    parts: list[Row | Grid] = []
    for page in pages:
        parts.extend(_page(page, read))
    return Print(tuple(parts), read)


def _page(sheet: Sheet, read: bool) -> list[Row | Grid]:
    grids, combs, ticks = drawn(sheet)
    inside = [g.box.padded(4, _RULE * EM_PX) for g in grids]  # its own rules are no leaders
    words = [w for w in sheet.words if not _within(w.box, inside)]
    lines = _lines([w for w in words if not w.raised])
    for word in (w for w in words if w.raised):
        _attach_raised(lines, word)
    for box in sheet.leaders:
        if not _within(box, inside) and box.width > 0.3 * EM_PX:
            _attach(lines, Piece(Kind.LEADER, box), box.bottom, 0.4)
    for piece in (*combs, *ticks):
        near = 0.5 * piece.box.height / EM_PX + 0.3
        _attach(lines, piece, piece.box.middle_y + 0.25 * EM_PX, near)
    rows = [row for line in lines if (row := row_of(sheet.page, sheet.width, line.words, line.others))]
    if read:
        rows = [whole for row in rows if (whole := _without_specks(row))]
    right = sorted(r.box.right for r in rows)[int(0.9 * (len(rows) - 1))] if rows else 0.0
    rows = [replace(r, full=r.box.right > right - _FULL * EM_PX) for r in rows]
    placed: list[tuple[float, Row | Grid]] = [(r.box.bottom, r) for r in rows]
    placed += [(g.box.top, g) for g in grids]
    return [part for _, part in sorted(placed, key=lambda p: p[0])]


def _within(box: Box, areas: Sequence[Box]) -> bool:
    return any(a.left < box.middle_x < a.right and a.top < box.middle_y < a.bottom for a in areas)


def _lines(words: Sequence[Word]) -> list[_Line]:
    found: list[_Line] = []
    for word in sorted(words, key=lambda w: w.baseline):
        line = found[-1] if found else None
        if line is not None and word.baseline - line.level <= _SAME_LINE * EM_PX:
            line.words.append(word)
            line.level = median(w.baseline for w in line.words)
        else:
            found.append(_Line(word.baseline, [word], []))
    return found


def _attach_raised(lines: list[_Line], word: Word) -> None:
    """To the line whose foot lies a little below; small print alone, as in footnotes, is a line of its own."""
    below = [x for x in lines if -0.1 * EM_PX < x.level - word.baseline < _RAISED_BY * EM_PX]
    if below:
        min(below, key=lambda x: x.level - word.baseline).words.append(word)
    else:
        same = [x for x in lines if abs(x.level - word.baseline) <= _SAME_LINE * EM_PX]
        if same:
            same[0].words.append(word)
        else:
            lines.append(_Line(word.baseline, [replace(word, raised=False)], []))


def _without_specks(row: Row) -> Row | None:
    """Of dust and of what is left of dots an engine makes letters: print that stands alone and has but one."""
    pieces = tuple(p for p in row.pieces if p.kind is not Kind.WORDS or _is_print(p))
    return replace(row, pieces=pieces) if pieces else None


def _is_print(piece: Piece) -> bool:
    letters = sum(c.isalpha() for c in piece.text)
    return letters > 1 or (letters == 0 and bool(re.search(r"[/\d]", piece.text))) or bool(piece.mark)


def _attach(lines: list[_Line], piece: Piece, level: float, reach: float) -> None:
    """To the line on whose level it lies, else to one whose letters reach as low: a mark below may be read so."""
    before = piece.box.left + EM_PX
    near = [x for x in lines if abs(x.level - level) <= reach * EM_PX] or [
        x for x in lines if any(w.box.top < level < w.box.bottom and w.box.right < before for w in x.words)
    ]
    if near:
        min(near, key=lambda x: abs(x.level - level)).others.append(piece)
    else:
        lines.append(_Line(level, [], [piece]))


def row_of(page: int, width: float, words: Sequence[Word], others: Sequence[Piece]) -> Row | None:
    """One line's words and what is drawn between them, left to right; None when nothing is left of it."""
    pieces: list[Piece] = []
    things: list[Word | Piece] = [*words, *others]
    for thing in sorted(things, key=lambda t: t.box.left):
        if isinstance(thing, Piece):
            _add_drawn(pieces, thing)
        elif thing.text in BOX_SIGNS:
            pieces.append(Piece(Kind.BOX, thing.box))
        else:
            _add_word(pieces, thing)
    pieces = [p for p in pieces if p.kind is not Kind.WORDS or p.text or p.mark]
    if not pieces:
        return None
    box = union(p.box for p in pieces)
    aside = min(box.left, width - box.right) > 0.16 * width
    centred = aside and abs(box.middle_x - width / 2) < _MIDDLE * width
    return Row(page, tuple(pieces), centred=centred)


def _add_drawn(pieces: list[Piece], piece: Piece) -> None:
    last = pieces[-1] if pieces else None
    if last and last.kind is piece.kind is Kind.LEADER and piece.box.left - last.box.right < _APART * EM_PX:
        pieces[-1] = replace(last, box=union((last.box, piece.box)))
    elif last and last.kind is piece.kind is Kind.BOX and last.box.overlap(piece.box) > 0:
        return
    else:
        pieces.append(piece)


def _add_word(pieces: list[Piece], word: Word) -> None:
    """To the words before it, unless something or a wide gap stands between. Marks go to the piece, not its text."""
    last = pieces[-1] if pieces else None
    joins = last is not None and last.kind is Kind.WORDS and _near(last, word)
    alone = _MARK.fullmatch(word.text)
    glued = _GLUED.fullmatch(word.text)
    if last is not None and joins and last.text and (alone or (word.raised and word.text.strip("()").isdigit())):
        mark = f"({alone.group(1)})" if alone else word.text
        end = alone.group(2) if alone else ""
        pieces[-1] = replace(last, text=last.text + end, mark=mark, box=union((last.box, word.box)))
        return
    text, mark = (glued.group(1) + glued.group(3), f"({glued.group(2)})") if glued else (word.text, "")
    if last is not None and joins:
        tight = text[0] in ":;,." or not last.text
        joined = f"{last.text}{'' if tight else ' '}{text}"
        pieces[-1] = replace(last, text=joined, mark=mark or last.mark, box=union((last.box, word.box)))
    else:
        pieces.append(Piece(Kind.WORDS, word.box, text, mark, word.bold))


def _near(piece: Piece, word: Word) -> bool:
    """Lines set justified part their words as far as columns stand apart; but a column begins with a capital."""
    if word.box.left - piece.box.right < _GAP * EM_PX:
        return True
    return word.text[:1].islower() or word.text[:1] in ":;," or bool(_MARK.fullmatch(word.text))
