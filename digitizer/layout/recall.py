"""Whether a page is a registered blank, filled: takes a cleaned page and Prints, gives the printed words' places.

Every piece of print must be found by its picture (normalised cross-correlation), and all of them must lie together as
one flat sheet lies in a scanner. Where that does not hold, nothing is said, and the page is read letter by letter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np

from digitizer.document import CleanPage, Line, PageText, Word
from digitizer.geometry import Box, union
from digitizer.layout.prints import DPI, Print, load_prints, shrunk_ink
from digitizer.template import TEMPLATES_DIR

MM = DPI / 25.4
PIECE_MM = 25.0  # longest piece of print looked for at once: one other word in it must show
GAP = 1.2  # of a line's height between words of one piece
PAD = 2  # pixels of paper around a piece
THUMB = 8  # the coarse look is at this part of DPI
FAR_MM = 12.0  # a sheet may lie so far off
NEAR_MM, FINE_MM = 4.0, 1.0  # how far a piece may lie from where the coarse look, the other pieces put it
GRID = 4  # pieces of the first round, a side of the page
TRIED = 3  # prints that are looked at closely
FLAT_PX = 2.5  # by which a piece may lie off the sheet
SEEN = 0.6  # correlation of a piece that stands there: on 76 medium scans none of the right print had less than 0.67
FEWEST = 8  # pieces, for a page to be known by them


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of one line. box: in pixels at DPI, padded. members: (line, word) indexes into the print's text."""

    box: Box
    patch: np.ndarray
    members: tuple[tuple[int, int], ...]


class Known:
    """A Print made ready to be looked for."""

    def __init__(self, source: Print) -> None:
        self.source = source
        self.thumb = _thumb(source.picture)

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        return tuple(_pieces(self.source))

    @cached_property
    def spread(self) -> tuple[Piece, ...]:
        """The largest piece of each part of the page."""
        height, width = self.source.picture.shape
        best: dict[tuple[int, int], Piece] = {}
        for piece in self.pieces:
            at = (int(piece.box.middle_y * GRID / height), int(piece.box.middle_x * GRID / width))
            if at not in best or piece.box.width > best[at].box.width:
                best[at] = piece
        return tuple(best.values())


def known_prints(templates: Path = TEMPLATES_DIR) -> tuple[Known, ...]:
    """All registered blanks, ready. Raises UsageError for one that cannot be used."""
    return tuple(Known(each) for each in load_prints(templates))


@dataclass(frozen=True, slots=True)
class Recalled:
    """The page's printed words, and how well their pictures agreed on average."""

    text: PageText
    source: Print
    likeness: float


def recall(page: CleanPage, known: Sequence[Known]) -> Recalled | None:
    """The registered blank that this page is; None when it is none of them beyond doubt."""
    if page.blank or not known:
        return None
    ink = shrunk_ink(page)
    thumb = _thumb(ink)
    looks = sorted(((*_coarse(each.thumb, thumb), i) for i, each in enumerate(known)), reverse=True)
    for score, dx, dy, i in looks[:TRIED]:
        if score > 0 and (found := _laid(page, ink, known[i], (dx, dy))):
            return found
    return None


def _thumb(ink: np.ndarray) -> np.ndarray:
    small = cv2.resize(ink, None, fx=1 / THUMB, fy=1 / THUMB, interpolation=cv2.INTER_AREA)
    return cv2.GaussianBlur(small, (0, 0), 0.8).astype(np.float32)


def _coarse(print_: np.ndarray, page: np.ndarray) -> tuple[float, float, float]:
    """(correlation, dx, dy in pixels at DPI) of the best shift."""
    far = round(FAR_MM * MM / THUMB)
    inner = print_[far:-far, far:-far]
    if inner.shape[0] > page.shape[0] or inner.shape[1] > page.shape[1] or abs(print_.shape[0] - page.shape[0]) > far:
        return -1.0, 0.0, 0.0
    found = cv2.matchTemplate(page, inner, cv2.TM_CCOEFF_NORMED)
    _, best, _, (x, y) = cv2.minMaxLoc(found)
    return float(best), float((x - far) * THUMB), float((y - far) * THUMB)


def _pieces(source: Print) -> Iterator[Piece]:
    for number, line in enumerate(source.text.lines):
        group: list[int] = []
        for at in range(len(line.words)):
            if group and not _together([line.words[i].box for i in (*group, at)], source.dpi):
                yield from _piece(source, line, number, group)
                group = []
            group.append(at)
        yield from _piece(source, line, number, group)


def _together(boxes: Sequence[Box], dpi: float) -> bool:
    whole = union(boxes)
    gap = boxes[-1].left - boxes[-2].right
    return gap < GAP * whole.height and whole.width < PIECE_MM / 25.4 * dpi


def _piece(source: Print, line: Line, number: int, group: Sequence[int]) -> Iterator[Piece]:
    whole = union(line.words[i].box for i in group).scaled(DPI / source.dpi).padded(PAD, PAD)
    height, width = source.picture.shape
    box = Box(*(float(round(x)) for x in (whole.left, whole.top, whole.right, whole.bottom))).clipped(width, height)
    patch = source.picture[box.slices()]
    if sum(len(line.words[i].text) for i in group) > 1 and patch.size and float(patch.std()) > 8:
        yield Piece(box, patch, tuple((number, i) for i in group))


def _laid(page: CleanPage, ink: np.ndarray, known: Known, shift: tuple[float, float]) -> Recalled | None:
    """The print laid on the page: first some pieces far around, then all of them close to where these put them."""
    if len(known.pieces) < FEWEST:
        return None
    start = np.array([[1.0, 0, shift[0]], [0, 1.0, shift[1]], [0, 0, 1.0]])
    sheet = _sheet(list(_sought(ink, known.spread, start, NEAR_MM)), len(known.spread) // 2)
    if sheet is None:
        return None
    found = list(_sought(ink, known.pieces, sheet, FINE_MM))
    sheet = _sheet(found, len(known.pieces))
    if sheet is None:
        return None
    return Recalled(_moved(page, known, found, sheet), known.source, sum(s for _, _, s in found) / len(found))


_Found = tuple[Piece, tuple[float, float], float]  # piece, where its middle lies on the page, correlation


def _sought(ink: np.ndarray, pieces: Iterable[Piece], sheet: np.ndarray, reach_mm: float) -> Iterator[_Found]:
    reach = round(reach_mm * MM)
    for piece in pieces:
        high, wide = piece.patch.shape
        x, y = _onto(sheet, piece.box.left + wide / 2, piece.box.top + high / 2)
        left, top = round(x - wide / 2) - reach, round(y - high / 2) - reach
        window = ink[max(0, top):top + high + 2 * reach, max(0, left):left + wide + 2 * reach]
        if window.shape[0] < high or window.shape[1] < wide:
            yield piece, (float(x), float(y)), -1.0
            continue
        score = cv2.matchTemplate(window, piece.patch, cv2.TM_CCOEFF_NORMED)
        _, best, _, (at_x, at_y) = cv2.minMaxLoc(score)
        fine_x, fine_y = _peak(score, at_x, at_y)
        yield piece, (max(0, left) + fine_x + wide / 2, max(0, top) + fine_y + high / 2), float(best)


def _peak(score: np.ndarray, x: int, y: int) -> tuple[float, float]:
    """The top of a parabola through the highest value and its neighbours."""
    return x + _vertex(score[y, max(0, x - 1):x + 2]), y + _vertex(score[max(0, y - 1):y + 2, x])


def _vertex(values: np.ndarray) -> float:
    if len(values) < 3:
        return 0.0
    before, top, after = (float(v) for v in values)
    bend = before - 2 * top + after
    return 0.5 * (before - after) / bend if bend < 0 else 0.0


def _sheet(found: Sequence[_Found], fewest: int) -> np.ndarray | None:
    """(3, 3): from the print to the page, when at least `fewest` pieces lie on one flat sheet."""
    seen = [(piece, place) for piece, place, score in found if score >= SEEN]
    if len(seen) < max(5, fewest):
        return None
    source = np.array([(p.box.left + p.patch.shape[1] / 2, p.box.top + p.patch.shape[0] / 2) for p, _ in seen])
    target = np.array([place for _, place in seen])
    cv2.setRNGSeed(1)
    matrix, inliers = cv2.findHomography(source, target, cv2.RANSAC, FLAT_PX, maxIters=400)
    if matrix is None or int(inliers.sum()) < fewest:
        return None
    return np.asarray(matrix, np.float64)


def _onto(sheet: np.ndarray, x: float, y: float) -> np.ndarray:
    point = sheet @ (x, y, 1.0)
    return np.asarray(point[:2] / point[2])


def _moved(page: CleanPage, known: Known, found: Sequence[_Found], sheet: np.ndarray) -> PageText:
    """The print's words where their piece was seen; the few of no piece where the sheet puts them."""
    source, scale = known.source, page.dpi / DPI
    own: dict[tuple[int, int], np.ndarray] = {}
    for piece, place, _ in found:
        high, wide = piece.patch.shape
        off = np.array(place) - _onto(sheet, piece.box.left + wide / 2, piece.box.top + high / 2)
        own |= dict.fromkeys(piece.members, off)
    lines = []
    for number, line in enumerate(source.text.lines):
        words = []
        for at, word in enumerate(line.words):
            off = own.get((number, at), np.zeros(2))
            corners = word.box.scaled(DPI / source.dpi)
            left, top = _onto(sheet, corners.left, corners.top) + off
            right, bottom = _onto(sheet, corners.right, corners.bottom) + off
            words.append(Word(word.text, Box(left, top, right, bottom).scaled(scale), word.confidence))
        lines.append(Line(tuple(words)))
    return PageText(page.number, tuple(sorted(lines, key=lambda line: (line.box.middle_y, line.box.left))))
