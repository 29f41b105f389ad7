"""Where the printed alternatives of a label stand: takes its text and tokens, gives boxes of words and where it ends.

Words that were struck out are read badly or not at all. The words around them are not, and tell where they must be."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from rapidfuzz.distance import Levenshtein

from digitizer.document import FieldStatus, Mark, SlotReading
from digitizer.geometry import Box
from digitizer.imaging.crossed import ABOVE, BELOW
from digitizer.layout.rows import Sheet, base_px
from digitizer.layout.stream import Token
from digitizer.template import FieldSpec, places_of
from digitizer.vietnam.text import fold

MARKED, UNMARKED = 0.98, 0.98  # 154 of 154 and 69 of 71: not surer than so few bear
UNCLEAR = 0.3  # as of two ticked boxes
OFF, ALIKE = 120, 0.16  # thousandths of the letter size, and share of a word's width, by which its box may differ
LONG, FEW = 4, 5  # letters of words, and such words, that tell how wide a page's print is
SPACE = 250  # thousandths of the letter size, as all that follows: widths of Times, which most forms are printed in
_WIDTHS = {
    **dict.fromkeys("abdghknopquvxy0123456789", 500), **dict.fromkeys("cez", 444), **dict.fromkeys("fr", 333),
    **dict.fromkeys("ijlt/.,:;", 278), "s": 389, "m": 778, "w": 722, "(": 333, ")": 333, "-": 333, " ": SPACE,
    **dict.fromkeys("ABCDGHKNOQRUVXY", 722), **dict.fromkeys("ELTZ", 611), **dict.fromkeys("FPS", 556), "I": 333,
    "J": 389, "M": 889, "W": 944,
}


@dataclass(frozen=True, slots=True)
class Words:
    """One alternative, or its part on one printed line. option: which it is."""

    box: Box
    option: int


@dataclass(frozen=True, slots=True)
class Spread:
    """A label with alternatives. words: of these, in printed order. right_px: where its last word ends."""

    words: tuple[Words, ...]
    right_px: float


@dataclass(frozen=True, slots=True)
class _Piece:
    """Letters of the label without a space or mark between them: from and to, and how far from the label's begin in
    thousandths of the letter size. token: index of the one that reads so, or None."""

    start: int
    end: int
    left: float
    right: float
    tokens: tuple[int, int] | None


def spread_of(text: str, choices: Sequence[str], tokens: Sequence[Token], sheet: Sheet, wide: float) -> Spread | None:
    """`tokens`: the label as read, all on the sheet's page; wide: as by `wideness`. None where nothing of it tells
    where the words stand."""
    pieces = list(_pieces(text, tokens))
    placed = _placed(pieces, tokens, sheet, wide)
    if not placed:
        return None
    found: list[Words] = []
    for option, (start, end) in enumerate(places_of(choices, text)):
        mine = [n for n, piece in enumerate(pieces) if start <= piece.start and piece.end <= end]
        for line, group in groupby(mine, key=lambda n: placed[n][2]):
            sides = [placed[n] for n in group]
            left, right = min(side[0] for side in sides), max(side[1] for side in sides)
            guess = _level([tokens[at] for p in pieces if p.tokens for at in p.tokens], tokens, line)
            level = sheet.level_near(sheet.row_at(guess), left, right)
            box = Box(left, level - ABOVE * sheet.letter_px, right, level + BELOW * sheet.letter_px)
            found.append(Words(box.clipped(sheet.page.width_px, sheet.page.height_px), option))
    return Spread(tuple(found), placed[-1][1])


def wideness(printed: Sequence[Token]) -> float:
    """Pixels to a thousandth of the letter size by which this page's words are as wide as in Times; 0 for too few."""
    scales = [t.box.width / sum(map(_width, t.text)) for t in printed if len(t.text) >= LONG]
    return median(scales) if len(scales) >= FEW else 0.0


def left_of(spec: FieldSpec, reading: SlotReading) -> tuple[str, FieldStatus, float, tuple[str, ...]]:
    """What the marks say: (raw, status, confidence, what else it may be). One that is left where the others are struck
    out, or one with a ring, is the answer; print that nobody touched says nothing; else a person has to look."""
    marks = [_together([m for m, n in zip(reading.marks, reading.slot.pieces, strict=True) if n == option])
             for option in range(len(spec.choices))]
    if all(mark is Mark.NONE for mark in marks):
        return "", FieldStatus.BLANK, UNMARKED, ()
    ringed = [n for n, mark in enumerate(marks) if mark is Mark.RINGED]
    left = ringed or [n for n, mark in enumerate(marks) if mark is not Mark.STRUCK]
    if len(left) == 1 and Mark.UNSURE not in marks:
        return spec.answers[left[0]], FieldStatus.FILLED, MARKED, ()
    return "", FieldStatus.ILLEGIBLE, UNCLEAR, tuple(spec.answers[n] for n in left) or spec.answers


def _together(marks: Sequence[Mark]) -> Mark:
    """Of words on several lines."""
    return marks[0] if len(set(marks)) == 1 else Mark.UNSURE


def _pieces(text: str, tokens: Sequence[Token]) -> Iterator[_Piece]:
    """The label's words, with the tokens that read as they do, letter for letter."""
    keys = [fold(char, spaces=False) for char in text]
    key, at = "".join(keys), [i for i, k in enumerate(keys) for _ in k]
    read, of = "".join(t.key for t in tokens), [i for i, t in enumerate(tokens) for _ in t.key]
    same: dict[int, int] = {}
    for step in Levenshtein.opcodes(key, read):
        if step.tag == "equal":
            same.update({at[step.src_start + k]: step.dest_start + k for k in range(step.src_end - step.src_start)})
    widths = [_width(char) for char in text]
    left = [sum(widths[:i]) for i in range(len(text) + 1)]
    for lettered, group in groupby(range(len(text)), key=lambda i: bool(keys[i])):
        letters = list(group)
        if not lettered:
            continue
        places = [same.get(i, -1) for i in letters]
        whole = -1 not in places and all(b == a + 1 for a, b in pairwise(places))
        mine = (of[places[0]], of[places[-1]]) if whole else None
        if mine and (of.index(mine[0]) != places[0] or of[places[-1]:places[-1] + 2].count(mine[1]) > 1):
            mine = None  # a part of a token: its sides are not the word's
        yield _Piece(letters[0], letters[-1] + 1, left[letters[0]], left[letters[-1] + 1], mine)


def _placed(
    pieces: Sequence[_Piece], tokens: Sequence[Token], sheet: Sheet, wide: float
) -> list[tuple[float, float, int]]:
    """(left, right, line) of each piece: of one that was read its tokens' sides, else counted on from the next ones."""
    known = _known(pieces, tokens, wide or sheet.letter_px / 1000)
    if not known:
        return []
    scale = sum(right - left for left, right, _ in known.values())
    scale /= sum(pieces[n].right - pieces[n].left for n in known)
    placed = []
    for n, piece in enumerate(pieces):
        if n in known:
            placed.append(known[n])
            continue
        before, after = max((k for k in known if k < n), default=None), min((k for k in known if k > n), default=None)
        if before is not None and after is not None and known[before][2] == known[after][2]:
            a, b = pieces[before].right, pieces[after].left
            x, step = known[before][1], (known[after][0] - known[before][1]) / (b - a)
            placed.append((x + step * (piece.left - a), x + step * (piece.right - a), known[before][2]))
            continue
        on = before is not None and _room(known[before][1], piece, pieces[before], scale) <= sheet.right_px
        if before is not None and (on or after is None):
            x = known[before][1] - scale * pieces[before].right
            placed.append((x + scale * piece.left, x + scale * piece.right, known[before][2]))
        elif after is not None:
            x = known[after][0] - scale * pieces[after].left
            placed.append((x + scale * piece.left, x + scale * piece.right, known[after][2]))
    return placed


def _known(pieces: Sequence[_Piece], tokens: Sequence[Token], wide: float) -> dict[int, tuple[float, float, int]]:
    """Sides and line of the pieces that were read, but for those whose box is as wide as no word of theirs: it holds
    more than that, or less."""
    read: dict[int, tuple[float, float, int]] = {}
    for _, group in groupby((n for n, p in enumerate(pieces) if p.tokens), key=lambda n: _word(pieces[n], tokens)):
        mine = list(group)
        first, last = pieces[mine[0]].tokens, pieces[mine[-1]].tokens
        assert first and last
        left, right = tokens[first[0]].box.left, tokens[last[1]].box.right
        begin, end = pieces[mine[0]].left, pieces[mine[-1]].right
        step = (right - left) / (end - begin)
        for n in mine:
            sides = left + step * (pieces[n].left - begin), left + step * (pieces[n].right - begin)
            read[n] = (*sides, tokens[last[1]].line)
    off = {n: abs((right - left) / wide - (pieces[n].right - pieces[n].left)) for n, (left, right, _) in read.items()}
    return {n: place for n, place in read.items()
            if off[n] < OFF + ALIKE * (pieces[n].right - pieces[n].left)}


def _word(piece: _Piece, tokens: Sequence[Token]) -> tuple[float, float, int]:
    """What the pieces of one recognised word have in common, such as "Ông/Bà:": their sides are guessed there."""
    assert piece.tokens
    token = tokens[piece.tokens[0]]
    return token.box.top, token.box.bottom, token.line


def _room(right: float, piece: _Piece, before: _Piece, scale: float) -> float:
    return right + scale * (piece.right - before.right)


def _level(read: Sequence[Token], tokens: Sequence[Token], line: int) -> float:
    """The baseline, by the words that were read: a box may be lower than its word, above all with a stroke in it."""
    mine = [t for t in read if t.line == line] or [t for t in tokens if t.line == line]
    levels = sorted(base_px(t.box, t.text) for t in mine)
    return levels[len(levels) // 3]


def _width(char: str) -> float:
    bare = unicodedata.normalize("NFD", char.replace("đ", "d").replace("Đ", "D"))[0]
    return float(_WIDTHS.get(bare, 500))
