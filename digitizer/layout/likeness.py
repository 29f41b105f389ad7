"""How much a page looks like a form: takes recognised lines and a template, gives shares of what is printed there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from digitizer.document import PageText
from digitizer.layout.align import Match, Pattern, Role, align, patterns_of
from digitizer.layout.stream import Token, tokens_of
from digitizer.template import Template
from digitizer.vietnam.text import fold

TITLE_LINES = 3  # a title may be set on so many
TOP_LINES = 16
WORTH_A_LOOK = 0.45  # of the title; below, labels are not compared: it would cost 50 ms a form and page
NUMBERING = 2  # letters of what may stand before a label: "1.2", "a)", "T." read for "7."
TELLING = 6  # letters; shorter labels stand on every form
_CODE = re.compile(r"[Mm][ẫâãa]u\s+(?:s[ốôo]\s+)?([A-ZĐ]{2,4})\s?([0-9OI]{2})\b")
_VARIANT = re.compile(r"[Mm][ẫâãa]u\s+s[ốôo]\s+(\d{1,2}[a-eđ])\b")  # "Mẫu số 1a" to "Mẫu số 1đ" bear one title
_NATION = "conghoaxahoichunghiavietnam"
_OFFICIAL = (_NATION, "doclaptudohanhphuc")


@dataclass(frozen=True, slots=True)
class Likeness:
    """title: similarity of the nearest line or lines, 0-1. labels: share of the first page's label letters found in
    order, 0 where the title is nothing like it. other_code: another form's code stands on the page."""

    title: float
    labels: float
    other_code: bool


class Look:
    """One page, looked at for many forms: what they share is folded, and looked for, once."""

    def __init__(self, text: PageText) -> None:
        self.text = text
        self._top = [fold(line.text, spaces=False) for line in text.lines[:TOP_LINES]]
        self._tokens: tuple[Token, ...] | None = None

    def likeness(self, template: Template, least: float = WORTH_A_LOOK) -> Likeness:
        """least: of the title; below, labels are not compared."""
        title = self._title(template)
        other = _other_code(self.text, template.form_code)
        if title < least:
            return Likeness(title, 0.0, other)
        patterns = _first_page(template)
        whole = sum(len(p.keys[0]) for p in patterns if p.role is Role.LABEL)
        labels = sum(_right_letters(m) for m in self._placed(patterns) if m.pattern.role is Role.LABEL)
        return Likeness(title, labels / whole if whole else 0.0, other)

    @cached_property
    def whole(self) -> str:
        """All its letters and digits, folded."""
        return fold(" ".join(line.text for line in self.text.lines), spaces=False)

    @cached_property
    def _titles(self) -> list[str]:
        """What a title may stand in: every few lines in a row."""
        lines = self._top
        return ["".join(lines[i:i + n]) for i in range(len(lines)) for n in range(1, TITLE_LINES + 1)]

    @property
    def words(self) -> int:
        return sum(len(line.words) for line in self.text.lines)

    def letters_found(self, template: Template) -> int:
        """Letters of the form's own print that this page alone holds in order."""
        return _letters(self._placed(own_patterns(template)), self._stream())

    def letters_verbatim(self, template: Template) -> int:
        """The same, in whatever order and without any misread letter; quick, to sift many forms."""
        return sum(len(key) for key in {p.keys[0] for p in own_patterns(template)} if key in self.whole)

    def has_notes(self, templates: Iterable[Template]) -> bool:
        """Whether a footnote of one of the forms begins on this page."""
        keys = {key for template in templates for key in _note_keys(template)}
        return any(fuzz.partial_ratio(key, self.whole, score_cutoff=85) > 0 for key in keys)

    def begins_paper(self) -> bool:
        """Whether the page carries the nation's header, with which every official first page begins."""
        return any(fuzz.partial_ratio(_NATION, line) > 80 for line in self._top[:8] if len(line) > 15)

    def _placed(self, patterns: Sequence[Pattern]) -> tuple[Match, ...]:
        return align(patterns, self._stream())

    def _stream(self) -> tuple[Token, ...]:
        if self._tokens is None:
            self._tokens = tokens_of([self.text])
        return self._tokens

    def _title(self, template: Template) -> float:
        best = process.extractOne(_title_key(template), self._titles, scorer=Levenshtein.normalized_similarity)
        return float(best[1]) if best else 0.0


def letters_in_order(texts: Sequence[PageText], template: Template) -> int:
    """Letters of the form's own print that the pages hold in printed order."""
    tokens = tokens_of(texts)
    return _letters(align(own_patterns(template), tokens), tokens)


def _letters(found: Sequence[Match], tokens: Sequence[Token]) -> int:
    return sum(map(_right_letters, on_own_lines(found, tokens)))


def on_own_lines(found: Sequence[Match], tokens: Sequence[Token]) -> Iterator[Match]:
    """What begins its line, perhaps behind a number, or follows such on the same line: footnotes name labels too, but
    amid their sentences."""
    line = -1
    for match in found:
        if tokens[match.start].line == line or _begins_line(tokens, match.start):
            line = tokens[match.start].line
            yield match


def _begins_line(tokens: Sequence[Token], at: int) -> bool:
    """Whether only a number or letter such as "1.2" stands before on the line."""
    first = at
    while not tokens[first].first and at - first < 3 and len(tokens[first - 1].key) <= NUMBERING:
        first -= 1
    return tokens[first].first


@cache
def own_patterns(template: Template) -> tuple[Pattern, ...]:
    """Labels and fixed lines that tell this form's print from another paper's: the nation's header and motto stand on
    every official one."""
    return tuple(p for p in _telling(template) if p.keys[0] not in _OFFICIAL)


@cache
def _title_key(template: Template) -> str:
    return fold(template.name, spaces=False)


@cache
def _note_keys(template: Template) -> tuple[str, ...]:
    keys = (fold(note, spaces=False)[:60] for note in template.notes)
    return tuple(key for key in keys if len(key) >= 20)


@cache
def _telling(template: Template) -> tuple[Pattern, ...]:
    """Labels and fixed lines that are long enough to tell one form from another."""
    roles = (Role.LABEL, Role.FIXED)
    return tuple(p for p in patterns_of(template) if p.role in roles and len(p.keys[0]) >= TELLING)


@cache
def _first_page(template: Template) -> tuple[Pattern, ...]:
    end = next((i for i, item in enumerate(template.items) if item.new_page), len(template.items))
    return tuple(p for p in _telling(template) if p.item < end)


def _right_letters(match: Match) -> int:
    return round(len(match.pattern.keys[0]) * max(0.0, 1 - 2 * (1 - match.quality)))


def _other_code(text: PageText, code: str) -> bool:
    """"Mẫu CT02" on a page is evidence against CT01, "Mẫu số 1b" against "Mẫu số 1a", however alike the rest."""
    if not code:
        return False
    for line in text.lines[:6]:
        variant = _VARIANT.search(line.text)
        if variant and _VARIANT.search(code):
            return not code.endswith(f" {variant.group(1)}")
        found = _CODE.search(line.text)
        if found and found.group(1) == code[:-2]:
            return found.group(2).replace("O", "0").replace("I", "1") != code[-2:]
    return False
