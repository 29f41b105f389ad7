"""Where a page belongs among a form's pages: takes their text and a template, gives places and what is not there."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from digitizer.document import PageText
from digitizer.layout.align import Pattern, Role, align, patterns_of
from digitizer.layout.likeness import Look, letters_in_order, on_own_lines, own_patterns
from digitizer.layout.stream import tokens_of
from digitizer.template import Template
from digitizer.vietnam.text import fold

GOES_ON = 0.9  # of what a page holds alone: found behind the others, it stands where it was scanned
SIFTED = 3  # forms of which a page's print is compared letter by letter, 15 ms each
MISSING = 3  # printed things in a row that no page holds …
MISSING_LETTERS = 40  # … with so many letters: less may be unread, or cut from this office's print
STUB = 15  # words
HARDLY_READ = 0.7  # mean certainty of a page's words; scans of 300 dpi have 0.85 to 0.95, the worst 0.65
FEW_LINES = 14  # of a page that holds the end of a footnote only
_HEADING = re.compile(r"(chuthich|ghichu|huongdan(viet|ghi|kekhai|khai|dien|cachghi|lap|sudung)|cachghi)")
_MARK = re.compile(r"^\W{0,2}\d{1,2}\W")  # "(5) Đề nghị …": a note begins


@dataclass(frozen=True, slots=True)
class Fit:
    """at: index among the pages held where the page says most. letters: of the form's print that it adds there."""

    at: int
    letters: int
    share: float  # of the page's own letters


@dataclass(frozen=True, slots=True)
class Nearest:
    """letters of the template's print on the page; share: of the page's letters; of_form: of all the form's print."""

    template: Template
    letters: int
    share: float
    of_form: float


def best_fit(held: Sequence[PageText], look: Look, template: Template, first_known: bool) -> Fit:
    """The place at which the page adds most of the form's print, the last one where several are alike.

    first_known: the page held first carries the title, so that none stands before it."""
    before = letters_in_order(held, template)
    best = Fit(len(held), 0, 0.0)
    for at in range(len(held), 0 if first_known else -1, -1):
        letters = letters_in_order([*held[:at], look.text, *held[at:]], template) - before
        if letters > best.letters:
            best = Fit(at, letters, letters / max(1, len(look.whole)))
        if letters >= GOES_ON * look.letters_found(template):
            break
    return best


def nearest_form(look: Look, templates: Sequence[Template]) -> Nearest | None:
    """The form of whose print the page holds most; the forms are sifted by what stands there verbatim."""
    found = [(look.letters_found(templates[i]), i) for i in nearest_forms(look, templates)]
    if not found:
        return None
    letters, index = max(found)
    of_form = letters / sum(len(p.keys[0]) for p in own_patterns(templates[index]))
    return Nearest(templates[index], letters, letters / max(1, len(look.whole)), of_form)


def nearest_forms(look: Look, templates: Sequence[Template]) -> list[int]:
    """By index, the few forms of whose print most stands on the page verbatim, the likeliest first."""
    sifted = sorted(((look.letters_verbatim(t), i) for i, t in enumerate(templates)), reverse=True)[:SIFTED]
    return [i for letters, i in sifted if letters]


def is_notes(look: Look, templates: Sequence[Template], before: Look | None = None) -> bool:
    """Footnotes or instructions: by their heading, by a note of one of the forms, or as the end of the notes on the
    page before, which breaks off: few lines that begin amid a sentence or with a note's mark, and no heading."""
    lines = [line.text for line in look.text.lines]
    if any(_HEADING.match(fold(line, spaces=False)) for line in lines[:3]) or look.has_notes(templates):
        return True
    if before is None or not 0 < len(lines) <= FEW_LINES or not before.has_notes(templates):
        return False
    begins = lines[0][:1].islower() or _MARK.match(lines[0]) or look.words < STUB
    return bool(begins) and not any(map(_is_heading, lines))


def _is_heading(line: str) -> bool:
    letters = [char for char in line if char.isalpha()]
    return len(letters) > 8 and sum(char.isupper() for char in letters) > 0.8 * len(letters)


def missing_after(texts: Sequence[PageText], template: Template) -> list[int]:
    """Behind which of a document's pages (by index, in the order of print) another should stand: things printed one
    after the other, between two pages or at the end, that were found nowhere. Where all pages of the form, or
    two if it is not known how many it has, are there and the last can hardly be read, its print may stand on it."""
    tokens = tokens_of(texts)
    found = on_own_lines(align(_printed(template), tokens), tokens)
    gaps = _gaps({m.pattern.item: tokens[m.start].page for m in found}, template)
    all_there = len(texts) > max(1, sum(item.new_page for item in template.items))
    return gaps[:-1] if gaps[-1:] == [len(texts) - 1] and all_there and _hardly_read(texts[-1]) else gaps


def _hardly_read(text: PageText) -> bool:
    """By the engine's own word."""
    words = [word.confidence for line in text.lines for word in line.words]
    return len(words) > 0 and sum(words) / len(words) < HARDLY_READ


def items_on(text: PageText, template: Template) -> frozenset[int]:
    """Indexes of the template's items that stand on one page alone."""
    tokens = tokens_of([text])
    return frozenset(m.pattern.item for m in on_own_lines(align(_printed(template), tokens), tokens))


def missing_behind(pages: Sequence[Collection[int]], template: Template) -> list[int]:
    """As `missing_after`, of pages that were looked at one by one: which items stand on each, in the order of print."""
    return _gaps({item: at for at in reversed(range(len(pages))) for item in pages[at]}, template)


def _printed(template: Template) -> list[Pattern]:
    return [p for p in patterns_of(template) if p.role in (Role.LABEL, Role.FIXED)]


def _gaps(pages: Mapping[int, int], template: Template) -> list[int]:
    """pages: where each item was found."""
    gaps: list[int] = []
    unfound: list[int] = []
    last = 0
    for pattern in _printed(template):
        page = pages.get(pattern.item)
        if page is None:
            unfound.append(len(pattern.keys[0]))
            continue
        if page != last and _is_much(unfound):
            gaps.append(last)
        unfound, last = [], page
    return [*gaps, last] if pages and _is_much(unfound) else gaps


def _is_much(unfound: Collection[int]) -> bool:
    return len(unfound) >= MISSING and sum(unfound) >= MISSING_LETTERS
