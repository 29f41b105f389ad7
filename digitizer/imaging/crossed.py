"""Pen marks on printed words: takes a page's gray picture and the box of some words, says how they were marked.

Print has gaps between its letters and words. What crosses them out bridges the gaps, however it was drawn, so the least
gap on any way from the first letter to the last tells it; a ring bridges them too, but above and below the letters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

import cv2
import numpy as np

from digitizer.document import Mark
from digitizer.geometry import Box

EM_PX = 36  # the size that letters are brought to
ABOVE, BELOW = 0.85, 0.27  # of the letter size around the baseline: the box that words are given in
BESIDE, OVER, UNDER = 0.4, 0.3, 0.35  # of the letter size: what is looked at around the box
CORE = -0.47, 0.01  # of the letter size from the baseline: where every letter stands, and a close ring does not run
INSIDE_PX = 3  # from the words' sides: a box is not that exact
HALF, FAINT, FAINTEST = 0.5, 0.7, 0.82  # of the way from ink to paper
LETTER_EM = 0.5  # of the letter size that a letter is wide
SIDE_EM = 0.3  # of the letter size that a box may be wider than its words, on each side
WHOLE = -1.2, 0.6  # of the letter size: what is crossed from corner to corner, or ringed, is inked in all its columns
OVERHEAD, UNDERFOOT = (-1.2, -0.48), (0.02, 0.6)  # of the letter size: where a ring runs over and under the letters
ENDS = 0.12  # of the words' width: there a ring comes down
RING_GAP = 0.35  # of the width where it does not run
RINGED, ENDS_APART_PX = 0.9, 5  # of the paper between the letters, shut in by a ring whose ends are so near at most
REFERENCES = 8  # words of the print nearby
LOOSE = 1.5  # gap a letter size, of print whose letters stand apart
SHORT_EM = 2.4  # words of two or three letters, between which there are few gaps
STRUCK_GAP, CLEAN_GAP = (0.15, 0.3), (0.3, 0.6)  # of what print nearby has: of short words, of longer ones
PALE_GAP = 0.15  # the same, with what is nearly paper taken for ink
HEAVY, THICK = 1.25, 1.45  # times as much ink as print nearby: something is there; so much have no capitals alone
CORNERS = 0.75  # of the gap of print nearby: less where a stroke from corner to corner crosses some letters
BESIDE_PX = 8  # from a word's side, whose box may take in the mark beside it
BEYOND_PX = 4  # a stroke is longer than short words, whose letters may touch


def marks_on(gray: np.ndarray, boxes: Sequence[Box], print_nearby: Iterable[Box]) -> tuple[Mark, ...]:
    """One a box, each from ABOVE to BELOW the baseline; print_nearby: boxes of untouched words, best first, which are
    looked at only where something seems marked."""
    looks = [look_at(gray, box) for box in boxes]
    if all(look is not None and look.open for look in looks):
        return (Mark.NONE,) * len(looks)
    near = [look for box in islice(print_nearby, REFERENCES) if (look := look_at(gray, box))]
    usual = Usual.of([*near, *(look for look in looks if look and look.open)])
    return tuple(Mark.UNSURE if look is None else mark_of(look, usual) for look in looks)


@dataclass(frozen=True, slots=True)
class Usual:
    """What print nearby is like. gap: pixels a letter size, the last letter not counted; faint: the same, with what is
    nearly paper taken for ink; density: as of a Look."""

    gap: float
    faint: float
    density: float

    @classmethod
    def of(cls, looks: Sequence[Look]) -> Usual:
        """Some of it may be struck out too, so that not the middle of them is told but one a little lighter."""
        if not looks:
            return cls(0.0, 0.0, 1.0)
        gap, faint = (
            float(np.percentile([look.gap(share=share) / look.gaps_em for look in looks], 60))
            for share in (FAINT, FAINTEST)
        )
        return cls(gap, faint, float(np.percentile([look.density for look in looks], 40)))


def mark_of(look: Look, usual: Usual) -> Mark:
    """Where letters of the print nearby hang together, no stroke can be told from them."""
    least = usual.gap * look.gaps_em
    struck, clean = (gaps[look.width_em > SHORT_EM] * least for gaps in (STRUCK_GAP, CLEAN_GAP))
    gap, around = look.gap(), look.gap(WHOLE)
    heavy = look.density > HEAVY * usual.density
    over, under = look.runs(OVERHEAD), look.runs(UNDERFOOT)
    if over and under and look.enclosed > RINGED and not (heavy and gap <= struck):
        return Mark.RINGED if gap > max(clean, CORNERS * least) else Mark.UNSURE
    if gap > clean and around > clean:
        pale = usual.faint >= LOOSE and look.gap(share=FAINTEST) <= PALE_GAP * usual.faint * look.gaps_em
        cut = usual.gap >= LOOSE and look.inner_gap <= struck
        thick = look.density > THICK * usual.density and gap < CORNERS * least
        return Mark.UNSURE if thick or pale or cut else Mark.NONE
    if usual.gap < LOOSE or min(gap, around) > struck:
        return Mark.UNSURE
    if gap > struck:  # from corner to corner, or a line along one side
        return Mark.STRUCK if gap < CORNERS * least or not (over or under) else Mark.UNSURE
    if heavy or look.width_em > SHORT_EM or look.gap(share=HALF) == 0 or look.reaches_out:
        return Mark.STRUCK
    return Mark.UNSURE


@dataclass(frozen=True)
class Look:
    """Words at EM_PX a letter size. gray: (h, w) uint8 with the room around them; left, right, base: of the words."""

    gray: np.ndarray
    left: int
    right: int
    base: int
    ink: float

    @property
    def width_em(self) -> float:
        return (self.right - self.left) / EM_PX

    @property
    def gaps_em(self) -> float:
        """The width that gaps between letters lie in: of a word of two letters there is but one."""
        return max(self.width_em - LETTER_EM, LETTER_EM)

    def gap(
        self, between: tuple[float, float] = CORE, share: float = FAINT, beyond: tuple[int, int] = (-INSIDE_PX,) * 2
    ) -> float:
        """Pixels without ink on the way with fewest of them from the words' left to their right, between two heights,
        of the letter size from the baseline. beyond: how much farther it begins and ends."""
        top, foot = self.rows(between)
        left, right = max(0, self.left - beyond[0]), min(self.gray.shape[1], self.right + beyond[1])
        return least_gap(self.gray[top:foot, left:right] >= self.level(share))

    @cached_property
    def open(self) -> bool:
        """Whether so many columns between the letters are empty that nothing can cross them, nor run around."""
        words = self.gray[slice(*self.rows(WHOLE)), self.left + INSIDE_PX:self.right - INSIDE_PX]
        return int((words >= self.level(FAINTEST)).all(axis=0).sum()) >= max(3.0, LOOSE * self.width_em)

    @property
    def inner_gap(self) -> float:
        """The same where what is printed beside the words is taken for their end."""
        sides = (-INSIDE_PX, -BESIDE_PX), (-BESIDE_PX, -INSIDE_PX)
        return min(self.gap(beyond=side) for side in sides)

    @property
    def reaches_out(self) -> bool:
        """Whether what crosses the words goes on beyond them on either side."""
        sides = (BEYOND_PX, -INSIDE_PX), (-INSIDE_PX, BEYOND_PX)
        return any(self.gap(beyond=side) == 0 for side in sides)

    @cached_property
    def enclosed(self) -> float:
        """Share of the paper between the letters to which no way leads from outside."""
        ink = (self.gray < self.level(FAINTEST)).astype(np.uint8)
        paper = cv2.copyMakeBorder(1 - cv2.dilate(ink, np.ones((ENDS_APART_PX,) * 2, np.uint8)), 1, 1, 1, 1,
                                   cv2.BORDER_CONSTANT, value=1)
        cv2.floodFill(paper, None, (0, 0), 2)
        core = paper[1:-1, 1:-1][slice(*self.rows(CORE)), self.left:self.right]
        within, outside = np.count_nonzero(core == 1), np.count_nonzero(core == 2)
        return within / (within + outside) if within else 0.0

    def runs(self, zone: tuple[float, float]) -> bool:
        """Whether a line runs through a zone over or under the letters, as a ring does."""
        inset = round(ENDS * (self.right - self.left))
        return self.gap(zone, FAINT, (-max(2, inset),) * 2) <= RING_GAP * (self.right - self.left - 2 * inset)

    def rows(self, zone: tuple[float, float]) -> tuple[int, int]:
        top, foot = (min(max(0, self.base + round(y * EM_PX)), len(self.gray)) for y in zone)
        return top, foot

    def level(self, share: float) -> float:
        return self.ink + share * (255 - self.ink)

    @cached_property
    def density(self) -> float:
        """Share of the core that is inked."""
        top, foot = self.rows(CORE)
        return float((self.gray[top:foot, self.left:self.right] < self.level(HALF)).mean())


def look_at(gray: np.ndarray, box: Box) -> Look | None:
    """`box`: from ABOVE to BELOW the baseline; None where it is too small to be words."""
    em = box.height / (ABOVE + BELOW)
    scale = EM_PX / em
    around = Box(box.left - BESIDE * em, box.top - OVER * em, box.right + BESIDE * em, box.bottom + UNDER * em)
    around = around.clipped(gray.shape[1], gray.shape[0])
    crop = gray[around.slices()]
    if not crop.size or box.width < 0.3 * em:
        return None
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(crop, None, fx=scale, fy=scale, interpolation=way)
    dark = small[small < 170]
    ink = float(np.percentile(dark, 30)) if dark.size > 20 else 60.0
    left, right = (round((x - int(around.left)) * scale) for x in (box.left, box.right))
    base = round((box.top + ABOVE * em - int(around.top)) * scale)
    return _trimmed(Look(small, max(0, left), min(right, small.shape[1]), base, ink))


def _trimmed(look: Look) -> Look:
    """From the first letter to the last."""
    core = look.gray[slice(*look.rows(CORE)), look.left:look.right]
    inked = np.flatnonzero((core < look.level(FAINT)).any(axis=0)) if core.size else np.array([], int)
    if not inked.size:
        return look
    most = round(SIDE_EM * EM_PX)
    left, right = look.left + min(int(inked[0]), most), look.right - min(core.shape[1] - 1 - int(inked[-1]), most)
    return replace(look, left=left, right=right)


def least_gap(empty: np.ndarray) -> float:
    """empty: (h, w) bool. The fewest empty pixels on a way from the left side to the right that never turns back."""
    if not empty.size:
        return 0.0
    cost = empty[:, 0].astype(np.float32)
    room = np.full(len(cost) + 2, np.float32(1e6))
    for column in empty.T[1:].astype(np.float32):
        room[1:-1] = cost
        cost = np.minimum(np.minimum(room[:-2], room[2:]), cost) + column
        down = np.cumsum(column)  # up and down within the column: free along ink
        cost = np.minimum(cost, down + np.minimum.accumulate(cost - down))
        up = np.cumsum(column[::-1])
        cost = np.minimum(cost, (up + np.minimum.accumulate(cost[::-1] - up))[::-1])
    return float(cost.min())
