"""The text layer of a PDF: takes a file, gives words and leaders of each page in pixels at 300 dpi."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from ctypes import byref, c_double
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import pypdfium2
import pypdfium2.raw as pdfium

from digitizer.drafting.sheet import DPI, Word
from digitizer.errors import DamagedDocument
from digitizer.geometry import Box, union
from digitizer.vietnam.text import is_syllable

_POINT = DPI / 72
_LEAST_LETTERS = 60  # a page with fewer is a scan with a few words laid over it
_STOPS = ".,:;?!)"
_DOTS = "._…·"
_SAME_LINE = 0.35  # of the letter size
_DOT_PITCH = 1.1  # of the letter size
_SPACE = 0.14  # of the letter size; a space of Times is 0.25 wide, and print set tight has less
_NARROW_SPACE = 0.05  # less, and the character is an artefact of how the line was set ("th ật")
_RAISED = 0.8  # of the page's usual size
BOX_SIGNS = "□☐▢◻❏❐❑❒⬜\uf06f\uf0a8\uf071\uf072"  # the last four: boxes of the Wingdings font
_BOLD_WEIGHT = 600


@dataclass(frozen=True, slots=True)
class TextPage:
    words: tuple[Word, ...]
    leaders: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class _Glyph:
    char: str
    box: Box  # as wide as the letter advances, so that gaps are true gaps
    baseline: float
    size: float
    bold: bool
    space: bool = False  # a space character stands before it


def text_pages(path: Path) -> tuple[TextPage, ...] | None:
    """None where some page has no text layer worth the name: the engine has to read it then.

    Raises DamagedDocument."""
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise DamagedDocument(f"PDF: {type(error).__name__}") from error
    try:
        pages = [list(_glyphs(page)) for page in document]
    finally:
        document.close()
    if not pages or len(pages[0]) < _LEAST_LETTERS:
        return None
    return tuple(_page(glyphs) for glyphs in pages)


def _glyphs(page: pypdfium2.PdfPage) -> Iterator[_Glyph]:
    text = page.get_textpage()
    height = page.get_height()
    space = False
    for i in range(text.count_chars()):
        char = chr(pdfium.FPDFText_GetUnicode(text, i))
        if char.isspace() or not (char.isprintable() or char in BOX_SIGNS):
            space = True
            continue
        left, bottom, right, top = text.get_charbox(i, loose=True)
        x, y = c_double(), c_double()
        pdfium.FPDFText_GetCharOrigin(text, i, byref(x), byref(y))
        box = Box(left, height - top, right, height - bottom).scaled(_POINT)
        size = pdfium.FPDFText_GetFontSize(text, i) * _POINT
        bold = pdfium.FPDFText_GetFontWeight(text, i) >= _BOLD_WEIGHT
        yield _Glyph(char, box, (height - y.value) * _POINT, size, bold, space)
        space = False


def _page(glyphs: Sequence[_Glyph]) -> TextPage:
    words: list[Word] = []
    leaders: list[Box] = []
    usual = median(g.size for g in glyphs) if glyphs else 0.0
    for line in _lines(glyphs):
        found, dots = _split(line, usual)
        words.extend(found)
        leaders.extend(dots)
    return TextPage(tuple(words), tuple(leaders))


def _lines(glyphs: Sequence[_Glyph]) -> Iterator[list[_Glyph]]:
    """By height alone: letters with marks come out of order, and columns are parted later by their gaps."""
    line: list[_Glyph] = []
    for glyph in sorted(glyphs, key=lambda g: g.baseline):
        if line and glyph.baseline - line[0].baseline > _SAME_LINE * max(glyph.size, line[0].size):
            yield sorted(line, key=lambda g: g.box.left)
            line = []
        line.append(glyph)
    if line:
        yield sorted(line, key=lambda g: g.box.left)


def _split(line: Sequence[_Glyph], usual: float) -> tuple[list[Word], list[Box]]:
    """A dot is leader when another stands beside it; one alone ends a sentence or an abbreviation."""
    words: list[Word] = []
    leaders: list[Box] = []
    dotted = [_on_leader(line, i) for i in range(len(line))]
    start = 0
    for end in range(1, len(line) + 1):
        if end < len(line) and dotted[end] == dotted[end - 1] and not _parts(line[end - 1], line[end], dotted[end]):
            continue
        run = line[start:end]
        if dotted[start]:
            around, base = union(g.box for g in run), median(g.baseline for g in run)
            leaders.append(Box(around.left, base - 8, around.right, base))
        else:
            words.append(_word(run, usual))
        start = end
    return _mended(words), leaders


def _mended(words: Sequence[Word]) -> list[Word]:
    """"s ố" is "số": some programs set a space inside a word. Joined where only the whole is a syllable."""
    found: list[Word] = []
    for word in words:
        last = found[-1] if found else None
        if last and word.box.left - last.box.right < 0.2 * word.box.height and last.raised == word.raised:
            whole = last.text + word.text
            bare = whole.rstrip(_STOPS)
            parts = (last.text, word.text.rstrip(_STOPS))
            if bare.isalpha() and is_syllable(bare) and not all(p.isalpha() and is_syllable(p) for p in parts):
                found[-1] = replace(last, text=unicodedata.normalize("NFC", whole), box=union((last.box, word.box)))
                continue
        found.append(word)
    return found


def _on_leader(line: Sequence[_Glyph], at: int) -> bool:
    if line[at].char not in _DOTS:
        return False
    if line[at].char == "…":
        return True
    near = [line[i] for i in (at - 1, at + 1) if 0 <= i < len(line) and line[i].char in _DOTS]
    return any(abs(g.box.middle_x - line[at].box.middle_x) < _DOT_PITCH * line[at].size for g in near)


def _parts(before: _Glyph, after: _Glyph, dotted: bool) -> bool:
    """Whether a new word begins: at a gap, at a box, at print of another size."""
    gap = after.box.left - before.box.right
    if dotted:
        return gap > _DOT_PITCH * after.size
    if before.char in BOX_SIGNS or after.char in BOX_SIGNS:
        return True
    if after.space and gap > _NARROW_SPACE * after.size:
        return True
    return gap > _SPACE * after.size or abs(before.size - after.size) > 0.15 * max(before.size, after.size)


def _word(run: Sequence[_Glyph], usual: float) -> Word:
    text = unicodedata.normalize("NFC", "".join(g.char for g in run))
    size = max(g.size for g in run)
    bold = sum(g.bold for g in run) * 2 > len(run)
    return Word(text, union(g.box for g in run), median(g.baseline for g in run), bold, size < _RAISED * usual)


def without_overlap(boxes: Sequence[Box], others: Sequence[Box]) -> list[Box]:
    """Those of the boxes that lie on none of the others: a leader that is both typed and found drawn counts once."""
    grown = [b.padded(2, 14) for b in others]
    return [b for b in boxes if not any(b.padded(0, 4).overlap(o) > 0 for o in grown)]
