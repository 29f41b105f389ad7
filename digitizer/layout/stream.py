"""Recognised lines as one stream of comparable pieces: takes PageTexts, gives tokens in reading order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from digitizer.document import Line, PageText, Word
from digitizer.geometry import Box
from digitizer.vietnam.text import fold

MARKS = 2  # before a word; more of them are a leader
_LIKE_COLON = (":", ";", "-", ".")


@dataclass(frozen=True, slots=True)
class Token:
    """A run of letters and digits. key: folded. page: index into the document's pages. line: index over all pages.

    first: begins its printed line. colon: a colon, or what is often read for one, stands right behind it; ended: a
    colon itself does. mark_px: where a mark or two right before it begin, such as the comma of ", ngày"; else its own
    left side."""

    key: str
    text: str
    box: Box
    page: int
    line: int
    first: bool
    colon: bool
    mark_px: float
    ended: bool = False


def tokens_of(texts: Sequence[PageText]) -> tuple[Token, ...]:
    """Words cut at punctuation, because a label's colon, its leader and the answer often come as one word."""
    found: list[Token] = []
    line_number = 0
    for page, recognised in enumerate(texts):
        for line in _reading_order(recognised.lines):
            first = True
            for word in line.words:
                for start, end, key in _cuts(word.text):
                    text = word.text[start:end]
                    colon = word.text[end:end + 1] in _LIKE_COLON and end < len(word.text)
                    if key:
                        box = _part(word, start, end)
                        bare = 0 < start <= MARKS and not any(c.isalnum() for c in word.text[:start])
                        mark = word.box.left if bare else box.left
                        ended = word.text[end:end + 1] == ":"
                        found.append(Token(key, text, box, page, line_number, first, colon, mark, ended))
                        first = False
            line_number += 1
    return tuple(found)


def parted(tokens: Iterable[Token], words: Collection[str]) -> tuple[Token, ...]:
    """Tokens that are known words without the spaces between ("đăngkýngày") cut where the words end; words: folded."""
    return tuple(piece for token in tokens for piece in _parted(token, words))


def _parted(token: Token, words: Collection[str]) -> Iterator[Token]:
    ends = _word_ends(token.key, words) if len(token.key) == len(token.text) else ()
    if len(ends) < 2:
        yield token
        return
    whole = Word(token.text, token.box, 1.0)
    for start, end in pairwise((0, *ends)):
        box, last = _part(whole, start, end), end == len(token.key)
        yield replace(
            token, key=token.key[start:end], text=token.text[start:end], box=box, first=token.first and start == 0,
            colon=token.colon and last, mark_px=token.mark_px if start == 0 else box.left, ended=token.ended and last,
        )


def _word_ends(key: str, words: Collection[str]) -> tuple[int, ...]:
    """Where the words end of which a key is made, the fewest there are; () when it is not made of them."""
    best: dict[int, tuple[int, ...]] = {0: ()}
    for end in range(1, len(key) + 1):
        made = [(*best[start], end) for start in range(end) if start in best and key[start:end] in words]
        if made:
            best[end] = min(made, key=len)
    return best.get(len(key), ())


@lru_cache(maxsize=4096)  # the words of a form come again and again: cutting and folding them was half of this module
def _cuts(word: str) -> tuple[tuple[int, int, str], ...]:
    """(start, end, folded) of its pieces."""
    return tuple((start, end, fold(word[start:end], spaces=False)) for start, end in _pieces(word))


def _pieces(word: str) -> Iterator[tuple[int, int]]:
    """Runs of letters or of digits; a capital behind a small letter begins a new one ("tạiUBND")."""
    start = None
    for i, char in enumerate(word):
        before = word[i - 1] if i else ""
        breaks = not char.isalnum() or char.isdigit() != before.isdigit() or (char.isupper() and before.islower())
        if start is not None and breaks:
            yield start, i
            start = None
        if start is None and char.isalnum():
            start = i
    if start is not None:
        yield start, len(word)


def _reading_order(lines: Sequence[Line]) -> list[Line]:
    """Top to bottom; lines at one height from left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda each: each.box.middle_y):
        last = rows[-1][-1] if rows else None
        if last and abs(last.box.middle_y - line.box.middle_y) < 0.3 * min(last.box.height, line.box.height):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda each: each.box.left)]


def _part(word: Word, start: int, end: int) -> Box:
    """The share of the word's box that some of its letters take, by how wide letters commonly are."""
    widths = [_width(char) for char in word.text]
    step = word.box.width / sum(widths)
    left = word.box.left + step * sum(widths[:start])
    return Box(left, word.box.top, left + step * sum(widths[start:end]), word.box.bottom)


def _width(char: str) -> float:
    if char in ".,:;'|!ilIj()[]/tfìíịỉĩ":
        return 0.55
    return 1.35 if char.isupper() or char in "mw®@" else 1.0
