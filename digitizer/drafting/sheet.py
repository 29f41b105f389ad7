"""A blank form as print, before anything is known of its meaning: frozen values only, in pixels at 300 dpi."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from digitizer.geometry import Box, union

DPI = 300
EM_PX = 54.0  # 13 pt, the size these forms are set in
PAGE_WIDTH_PX = 2480.0  # A4


class Kind(StrEnum):
    WORDS = "words"
    LEADER = "leader"  # dots, a rule or an underline to write on
    BOX = "box"  # one box to tick
    COMB = "comb"  # a row of boxes, one a character


@dataclass(frozen=True, slots=True)
class Word:
    """One printed word. raised: small print above the line, as footnote marks are set."""

    text: str
    box: Box
    baseline: float
    bold: bool = False
    raised: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """What stands between two gaps of a printed line. mark: the footnote mark behind the words. cells: of a comb."""

    kind: Kind
    box: Box
    text: str = ""
    mark: str = ""
    bold: bool = False
    cells: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One printed line, left to right; of a Word file one paragraph. full: it ends at the right margin, so that its
    sentence may go on below. centred: it stands in the middle of the page."""

    page: int
    pieces: tuple[Piece, ...]
    full: bool = False
    centred: bool = False

    @property
    def text(self) -> str:
        return " ".join(p.text for p in self.pieces if p.kind is Kind.WORDS)

    @property
    def bold(self) -> bool:
        words = [p for p in self.pieces if p.kind is Kind.WORDS]
        return bool(words) and all(p.bold for p in words)

    @property
    def box(self) -> Box:
        return union(p.box for p in self.pieces)


@dataclass(frozen=True, slots=True)
class Grid:
    """A ruled table. heads: what is printed in each column's head; rows: empty rows below it. labels: where the first
    column holds them, one a row; heads then begins with the one over the labels, or is empty where the table goes on
    from the page before. ticked: its cells are too narrow for more than a mark."""

    page: int
    box: Box
    heads: tuple[str, ...]
    rows: int
    labels: tuple[str, ...] = ()
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page: its words, and what is drawn. leaders, cells: boxes; cells are closed boxes of any size."""

    page: int
    width: float
    height: float
    words: tuple[Word, ...]
    leaders: tuple[Box, ...]
    cells: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Print:
    """The whole blank in reading order. read: by the engine, so that letters may be wrong; flat: from a Word file,
    where line breaks are not known."""

    parts: tuple[Row | Grid, ...]
    read: bool = False
    flat: bool = False
