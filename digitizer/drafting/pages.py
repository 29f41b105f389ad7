"""A blank file to its pages as print: takes a path and an engine, gives Sheets in pixels at 300 dpi.

Words come from the text layer of a PDF where there is one, else from the engine's reading; what is drawn (leaders,
boxes, tables) always comes from the cleaned picture, as when a filled form is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median

from digitizer.document import CleanPage, PageText
from digitizer.drafting.pdf_text import TextPage, text_pages, without_overlap
from digitizer.drafting.sheet import Sheet, Word
from digitizer.geometry import Box
from digitizer.layout.rows import base_px
from digitizer.options import Options
from digitizer.ports import Engine
from digitizer.stages.clean import clean
from digitizer.stages.ingest import PDF, ingest
from digitizer.stages.render import render

_LEADER_TEXT = re.compile(r"[._…·]{2,}|…")
_SHORT_LEADER_PX = 180.0
_SPLINTER_PX = 12.0  # 1 mm: upper edges of a line that is read once more; the smallest print of forms is 1.5 mm high
_NOISE = re.compile(r"[\W_]+")
_BOX_READ = re.compile(r"(?<![^\W\d_])(?:L[TIl1]{1,2}|\[\s?\])")  # □ as letters
_MARKED = re.compile(r"^(.*[^\W\d_])\((\d{1,2})\)([:;.,]*)$")  # "gửi(1):"


def clean_pages(path: Path, options: Options) -> list[CleanPage]:
    """Upright pages that carry print. Raises BadInput."""
    pages = (clean(page) for page in render(ingest(path, path.name, options.limits), options))
    return [page for page in pages if not page.blank]


def sheets(path: Path, engine: Engine, options: Options) -> tuple[tuple[Sheet, ...], bool]:
    """(pages, whether the engine had to read them). Raises BadInput."""
    intake = ingest(path, path.name, options.limits)
    layer = text_pages(path) if intake.media_type == PDF else None
    cleaned = clean_pages(path, options)
    if layer is not None:
        return tuple(_from_layer(page, layer[page.number - 1]) for page in cleaned), False
    return tuple(_from_reading(page, engine.read_page(page)) for page in cleaned), True


def _from_layer(page: CleanPage, text: TextPage) -> Sheet:
    rules = [x.box for x in page.leaders if not x.pitch_px and not _underlines(x.box, text.words)]
    drawn = without_overlap(rules, text.leaders)
    return Sheet(page.number, page.width_px, page.height_px, text.words, (*text.leaders, *drawn), page.cells)


def _underlines(rule: Box, words: tuple[Word, ...], share: float = 0.4) -> bool:
    """A rule under print is no place to write on; nor are dots in the feet of bold letters."""
    above = rule.padded(0, 14)
    covered = sum(min(w.box.right, rule.right) - max(w.box.left, rule.left) for w in words if w.box.overlap(above) > 0)
    return covered > share * rule.width


def _from_reading(page: CleanPage, text: PageText) -> Sheet:
    words = tuple(word for line in _lines(text) for word in line)
    leaders = tuple(
        x.box for x in page.leaders if x.box.width > _SHORT_LEADER_PX or not _underlines(x.box, words, 0.8)
    )
    return Sheet(page.number, page.width_px, page.height_px, words, leaders, page.cells)


def _lines(text: PageText) -> Iterator[list[Word]]:
    """Words of a line share its baseline; remains of leaders are taken off them."""
    for line in text.lines:
        words = [w for w in line.words if w.box.height > _SPLINTER_PX or not any(c.isalpha() for c in w.text)]
        if not words:
            continue
        base = median(base_px(w.box, w.text) for w in words)
        found: list[Word] = []
        for word in words:
            plain = _LEADER_TEXT.sub(" ", word.text).strip()
            if not plain or (_NOISE.fullmatch(plain) and plain not in "/:,;-"):
                continue
            found.extend(words_read(plain, word.box, base))
        if found:
            yield found


def words_read(text: str, box: Box, base: float) -> Iterator[Word]:
    """A word as read: with the box to tick before it, which engines take for letters, and a footnote mark behind it."""
    match = _BOX_READ.search(text)
    rest = text[match.end():] if match else ""
    begins = rest[:1].isupper() and rest[1:2].islower()  # "LTINữ"; "LIỀN" is a word in capitals
    if match is None or not (begins or (not rest and match.group() not in ("LI", "LT", "LTI", "LIT"))):
        yield from _marked(text, box, base)
        return
    start, end = (box.left + box.width * at / len(text) for at in match.span())
    if match.start():
        yield from _marked(text[:match.start()], replace(box, right=start), base)
    yield Word("□", replace(box, left=start, right=end), base)
    if match.end() < len(text):
        yield from _marked(text[match.end():], replace(box, left=end), base)


def _marked(text: str, box: Box, base: float) -> Iterator[Word]:
    """"gửi(1):" is a word, a footnote mark and a colon."""
    match = _MARKED.match(text)
    if match is None:
        yield Word(text, box, base)
        return
    word, mark, end = match.groups()
    cut = box.left + box.width * len(word) / len(text)
    whole = Word(word + end, replace(box, right=cut), base)
    yield whole
    yield Word(f"({mark})", replace(box, left=cut), base, raised=True)
