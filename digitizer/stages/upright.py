"""The page the right way up: takes a CleanPage, what was read on it and an engine, gives page and lines.

The clean stage tells up from down by how ink lies on its lines, which a page of few lines does not show: the end of a
footnote, a note on a back. What was read tells it surely: upside down hardly a word is a Vietnamese one."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from digitizer.document import CleanPage, Finding, PageText
from digitizer.faults import UPSIDE_DOWN, turned
from digitizer.faults import turned_over as moved_over
from digitizer.geometry import MM_PER_INCH, Box
from digitizer.ports import Engine
from digitizer.vietnam.text import is_syllable

LEGIBLE = 0.4  # share of letters in Vietnamese words: of 120 upright pages 0.49 to 1.0, upside down up to 0.3
_WORD = re.compile(r"[^\W\d_]{2,}")


def righted(page: CleanPage, text: PageText, engine: Engine) -> tuple[CleanPage, PageText]:
    """The page and its lines, or both of the page turned by half a turn; it is read again only when hardly a word of
    what was read makes sense."""
    share = legible_share(text)
    if page.blank or not text.lines or share >= LEGIBLE:
        return page, text
    over = turned_over(page)
    other = engine.read_page(over)
    return (over, other) if legible_share(other) > max(LEGIBLE, share) else (page, text)


def legible_share(text: PageText) -> float:
    """Share of the letters that stand in words which can be Vietnamese."""
    words = [word for line in text.lines for word in _WORD.findall(line.text)]
    return sum(len(word) for word in words if is_syllable(word)) / max(1, sum(map(len, words)))


def turned_over(page: CleanPage) -> CleanPage:
    """The page turned by half a turn, with all that was found on it."""
    def moved(box: Box) -> Box:
        width, height = page.width_px, page.height_px
        return Box(width - box.right, height - box.bottom, width - box.left, height - box.top)

    rotation = (page.rotation_deg + 180) % 360
    gray, ink = (np.ascontiguousarray(np.rot90(each, 2)) for each in (page.gray, page.ink))
    return replace(
        page, picture=lambda: np.ascontiguousarray(np.rot90(page.image, 2)), gray=gray, ink=ink,
        rotation_deg=rotation,
        leaders=tuple(replace(leader, box=moved(leader.box)) for leader in reversed(page.leaders)),
        rules=tuple(map(moved, reversed(page.rules))), cells=tuple(map(moved, reversed(page.cells))),
        seals=tuple(map(moved, page.seals)), findings=_findings(page, rotation),
    )


def _findings(page: CleanPage, rotation_deg: int) -> tuple[Finding, ...]:
    size = (page.width_px, page.height_px)
    k = MM_PER_INCH / page.dpi
    kept = tuple(f for f in page.findings if f.code != UPSIDE_DOWN)
    told = (turned(page.number, size, page.dpi),) if rotation_deg else ()
    return moved_over(kept, (size[0] * k, size[1] * k)) + told
