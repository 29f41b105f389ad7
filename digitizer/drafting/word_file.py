"""A blank in a Word file to print: takes a .docx, gives its paragraphs as lines of a page that is only estimated.

word/document.xml is read directly: neither Word nor LibreOffice is needed. Where lines break is not in the file;
words and dots are set with the widths of Times 13 pt, as the form would be printed."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from digitizer.drafting.boxes import TICK_COLUMN_MM, labelled
from digitizer.drafting.pdf_text import BOX_SIGNS
from digitizer.drafting.rows import row_of
from digitizer.drafting.sheet import EM_PX, PAGE_WIDTH_PX, Grid, Kind, Piece, Print, Row, Word
from digitizer.errors import DamagedDocument, DecompressionBomb
from digitizer.geometry import Box

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DOCUMENT = "word/document.xml"
_MOST_BYTES = 30 * 1024 * 1024
_LEFT_PX, _WIDTH_PX = 300.0, 1950.0  # 165 mm between the margins
_LETTER, _DOT = 0.45 * EM_PX, 0.25 * EM_PX
_LEADER = re.compile(r"[._…·]{2,}|…")
_PARTS = re.compile(rf"[._…·]{{2,}}|…|[{re.escape(BOX_SIGNS)}]|\t|[^\s._…·{re.escape(BOX_SIGNS)}]+(?:[._·](?![._…·])"
                    rf"[^\s._…·{re.escape(BOX_SIGNS)}]*)*|[._·]")
_BOXES = {("Wingdings 2", "F0A3"), ("Wingdings 2", "00A3")}  # the same code of Wingdings is a circle
_LEAST_COMB, _LEAST_COLUMNS = 4, 3
_TICK_EMU = (90_000, 300_000)  # 2.5 to 8.3 mm, in 1/914400 inch
_TICK_PT = (7.0, 24.0)
_DRAWN = re.compile(r"\b(width|height):([\d.]+)pt")


@dataclass(frozen=True, slots=True)
class _Run:
    text: str
    bold: bool = False
    raised: bool = False


def is_word_file(path: Path) -> bool:
    if not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return _DOCUMENT in archive.namelist()
    except zipfile.BadZipFile:
        return False


def word_print(path: Path) -> Print:
    """Raises DamagedDocument, DecompressionBomb."""
    press = _Press()
    body = _document(path).find(f"{_W}body")
    if body is None:
        raise DamagedDocument("Word file: no body")
    press.block(body)
    return Print(tuple(press.parts), flat=True)


def _document(path: Path) -> ElementTree.Element:
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo(_DOCUMENT).file_size > _MOST_BYTES:
                raise DecompressionBomb(f"Word file: more than {_MOST_BYTES} bytes of text")
            data = archive.read(_DOCUMENT)
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError, NotImplementedError) as error:
        raise DamagedDocument(f"Word file: {type(error).__name__}") from error
    if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data:  # Word writes none: they could unpack without end
        raise DamagedDocument("Word file: entities are declared in it")
    try:
        return ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise DamagedDocument(f"Word file: {error}") from error


class _Press:
    """Sets paragraphs into lines from top to bottom."""

    def __init__(self) -> None:
        self.parts: list[Row | Grid] = []
        self.y = 200.0
        self.page = 1

    def block(self, parent: ElementTree.Element) -> None:
        for child in parent:
            if child.tag == f"{_W}p":
                self.paragraph(child)
            elif child.tag == f"{_W}tbl":
                self.table(child)
            elif child.tag == f"{_W}sdt":
                content = child.find(f"{_W}sdtContent")
                if content is not None:
                    self.block(content)

    def paragraph(self, element: ElementTree.Element) -> None:
        centred = _value(element, "pPr/jc") == "center"
        self.page += _begins_page(element)
        for runs in _lines(list(_runs(element, _leader_tabs(element)))):
            self.set(runs, centred)

    def set(self, runs: Sequence[_Run], centred: bool, comb: int = 0) -> None:
        """One paragraph, broken where its line is full; a leader fills what is left of the line, then the next."""
        words: list[Word] = []
        others: list[Piece] = []
        x = 0.0
        for text, run, spaced in _pieces(runs):
            if text == "\t":
                x += 3 * EM_PX
                continue
            x += 0.3 * EM_PX if spaced else 0.0
            if _LEADER.fullmatch(text):
                x = self._leader(text, x, (words, others))
                continue
            width = EM_PX if text in BOX_SIGNS else _LETTER * len(text)
            if x + width > _WIDTH_PX and x > 0:
                self._feed(words, others, True, centred)
                x = 0.0
            box = Box(_LEFT_PX + x, self.y - 0.7 * EM_PX, _LEFT_PX + x + width, self.y)
            words.append(Word(text, box, self.y, run.bold, run.raised))
            x += width
        if comb:
            box = Box(_LEFT_PX + x + EM_PX, self.y - EM_PX, _LEFT_PX + x + 2 * EM_PX, self.y)
            others.append(Piece(Kind.COMB, box, cells=comb))
        self._feed(words, others, x > 0.93 * _WIDTH_PX, centred)

    def _leader(self, text: str, x: float, line: tuple[list[Word], list[Piece]]) -> float:
        """Dots on as many lines as they need; a last few are the fill of the line before, not a line of their own."""
        left = sum(EM_PX if c == "…" else _DOT for c in text)
        while left > 0:
            room = _WIDTH_PX - x
            length = left if left < room + 9 * EM_PX else max(room, 0.0)
            if length > 0.5 * EM_PX or not line[1]:
                at = _LEFT_PX + x
                line[1].append(Piece(Kind.LEADER, Box(at, self.y - 8, at + max(length, 20.0), self.y)))
            left -= max(length, 1.0)
            x += length
            if left > 0:
                self._feed(*line, True, False)
                x = 0.0
        return x

    def _feed(self, words: list[Word], others: list[Piece], full: bool, centred: bool) -> None:
        row = row_of(1, PAGE_WIDTH_PX, words, others)
        if row is not None:
            self.parts.append(Row(self.page, row.pieces, full, centred and len(row.pieces) == 1))
        words.clear()
        others.clear()
        self.y += 1.4 * EM_PX

    def table(self, element: ElementTree.Element) -> None:
        """A table to fill, a row of digit boxes with its label, or a frame for print side by side."""
        rows = [row.findall(f"{_W}tc") for row in element.findall(f"{_W}tr")]
        texts = [[_cell_text(cell) for cell in row] for row in rows]
        found = labelled(texts)
        if found is not None and found.heads:
            widths = [_cell_mm(cell) for row in rows if len(row) > found.columns for cell in row[-found.columns:]]
            self.grid(found.heads, found.labels, max(widths, default=0.0) < TICK_COLUMN_MM)
            return
        empty = [t for t in texts if len(t) >= _LEAST_COLUMNS and not any(t[1:])]
        heads = [t for t in texts if sum(map(bool, t)) >= _LEAST_COLUMNS]
        if len(rows) > 1 and empty and heads and texts.index(heads[0]) < texts.index(empty[0]):
            self.grid(heads[0], [""] * len(empty))
            return
        for row, text in zip(rows, texts, strict=True):
            self._frame_row(row, text)

    def grid(self, heads: Sequence[str], labels: Sequence[str], ticked: bool = False) -> None:
        box = Box(_LEFT_PX, self.y, _LEFT_PX + _WIDTH_PX, self.y + (len(labels) + 1) * EM_PX)
        shown = tuple(labels) if any(labels) else ()
        self.parts.append(Grid(self.page, box, tuple(heads), len(labels), shown, ticked))
        self.y = box.bottom + EM_PX

    def _frame_row(self, row: Sequence[ElementTree.Element], texts: Sequence[str]) -> None:
        blank = sum(not t for t in texts)
        if blank >= _LEAST_COMB:
            runs = [r for cell in row for p in cell.iter(f"{_W}p") for r in _runs(p, False)]
            self.set(runs, False, comb=blank)
            return
        if sum("tháng" in text and "năm" in text for text in texts) > 1:
            return  # columns for signatures: nobody reads them
        for cell in row:
            self.block(cell)


def _cell_mm(cell: ElementTree.Element) -> float:
    """0 where its width is left to Word."""
    width = cell.find(f"{_W}tcPr/{_W}tcW")
    twips = width.get(f"{_W}w", "0") if width is not None and width.get(f"{_W}type") == "dxa" else "0"
    return int(twips) / 1440 * 25.4 if twips.isdigit() else 0.0


def _cell_text(cell: ElementTree.Element) -> str:
    paragraphs = ("".join(run.text for run in _runs(p, False)) for p in cell.iter(f"{_W}p"))
    return " ".join(" ".join(paragraphs).split())


def _value(element: ElementTree.Element, path: str) -> str:
    found = element.find("/".join(f"{_W}{part}" for part in path.split("/")))
    return found.get(f"{_W}val", "on") if found is not None else ""


def _begins_page(paragraph: ElementTree.Element) -> bool:
    """Where Word broke the page when it last set the text; a break inside a paragraph counts for the whole."""
    return any(True for _ in paragraph.iter(f"{_W}lastRenderedPageBreak"))


def _leader_tabs(paragraph: ElementTree.Element) -> bool:
    """Whether the paragraph's tabs are drawn as dots or a line."""
    tabs = paragraph.iter(f"{_W}tab")
    return any(tab.get(f"{_W}leader", "none") not in ("none", "") for tab in tabs)


def _runs(paragraph: ElementTree.Element, leader_tabs: bool) -> Iterator[_Run]:
    for run in paragraph.iter(f"{_W}r"):
        bold = _value(run, "rPr/b") not in ("", "0", "false")
        raised = _value(run, "rPr/vertAlign") == "superscript"
        under = _value(run, "rPr/u") not in ("", "none")
        text = "".join(_text(part, leader_tabs or under) for part in run)
        if under and text and not text.strip():
            text = "_" * max(2, len(text))  # underlined spaces are a line to write on
        if text:
            yield _Run(unicodedata.normalize("NFC", text), bold, raised)


def _text(part: ElementTree.Element, leader_tabs: bool) -> str:
    if part.tag == f"{_W}t":
        return part.text or ""
    if part.tag == f"{_W}tab":
        return "_" * 30 if leader_tabs else "\t"
    if part.tag in (f"{_W}br", f"{_W}cr"):
        return "\n"
    if part.tag == f"{_W}sym":
        code = part.get(f"{_W}char", "")
        if (part.get(f"{_W}font", ""), code.upper()) in _BOXES:
            return "□"
        return chr(int(code, 16)) if re.fullmatch(r"[0-9A-Fa-f]{4}", code) else ""
    return "□" if _is_tick(part) else ""


def _is_tick(part: ElementTree.Element) -> bool:
    """A small drawn square. Word writes a new drawing and an old one for the same shape: the first decides."""
    for each in part.iter():
        name = each.tag.rpartition("}")[2]
        if name == "extent":
            size = [int(each.get(key, "0") or 0) for key in ("cx", "cy")]
            return all(_TICK_EMU[0] < side < _TICK_EMU[1] for side in size)
        if name in ("rect", "shape", "roundrect"):
            sides = {key: float(number) for key, number in _DRAWN.findall(each.get("style", ""))}
            return len(sides) == 2 and all(_TICK_PT[0] < side < _TICK_PT[1] for side in sides.values())
    return False


def _lines(runs: Sequence[_Run]) -> list[list[_Run]]:
    """Parted at line breaks typed into the paragraph."""
    lines: list[list[_Run]] = [[]]
    for run in runs:
        first, *others = run.text.split("\n")
        if first:
            lines[-1].append(_Run(first, run.bold, run.raised))
        lines.extend([_Run(text, run.bold, run.raised)] if text else [] for text in others)
    return [line for line in lines if line]


def _pieces(runs: Sequence[_Run]) -> Iterator[tuple[str, _Run, bool]]:
    """(words, leaders, boxes and tabs; their run; whether a space stands before). Words and leaders are often spread
    over several runs, so that print of one kind is joined first."""
    joined: list[_Run] = []
    for run in runs:
        last = joined[-1] if joined else None
        if last and last.raised == run.raised and (last.bold == run.bold or not run.text.strip()):
            joined[-1] = _Run(last.text + run.text, last.bold, last.raised)
        else:
            joined.append(run)
    spaced = False
    for run in joined:
        at = 0
        for match in _PARTS.finditer(run.text):
            gap = run.text[at:match.start()]
            yield match.group(), run, spaced or bool(gap)
            spaced, at = False, match.end()
        spaced = spaced or bool(run.text[at:])
