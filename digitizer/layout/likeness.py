"""How much a page looks like a form: takes recognised lines and a template, gives shares of what is printed there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from digitizer.document import PageText
from digitizer.layout.align import Match, Pattern, Role, align, patterns_of
from digitizer.layout.stream import tokens_of
from digitizer.template import Template
from digitizer.vietnam.text import fold

TITLE_LINES = 3  # a title may be set on so many
TOP_LINES = 16
WORTH_A_LOOK = 0.45  # of the title; below, labels are not compared: it would cost 50 ms a form and page
TELLING = 6  # letters; shorter labels stand on every form
_CODE = re.compile(r"[Mm][ẫâãa]u\s+(?:s[ốôo]\s+)?([A-ZĐ]{2,4})\s?([0-9OI]{2})\b")
_VARIANT = re.compile(r"[Mm][ẫâãa]u\s+s[ốôo]\s+(\d{1,2}[a-eđ])\b")  # "Mẫu số 1a" to "Mẫu số 1đ" bear one title
_NATION = "conghoaxahoichunghiavietnam"


@dataclass(frozen=True, slots=True)
class Likeness:
    """title: similarity of the nearest line or lines, 0-1. labels: share of the first page's label letters found in
    order, 0 where the title is nothing like it. other_code: another form's code stands on the page."""

    title: float
    labels: float
    other_code: bool


def likeness(text: PageText, template: Template) -> Likeness:
    title = _title(text, template)
    labels = _labels(text, template) if title >= WORTH_A_LOOK else 0.0
    return Likeness(title, labels, _other_code(text, template.form_code))


def letters_found(text: PageText, template: Template) -> int:
    """Letters of labels and fixed lines that this page alone holds in order; the nation's header counts for nothing."""
    found = align(_telling(template, (Role.LABEL, Role.FIXED)), tokens_of([text]))
    return sum(_right_letters(m) for m in found if not _NATION.startswith(m.pattern.keys[0][:12]))


def has_notes(text: PageText, template: Template) -> bool:
    """Whether one of the form's footnotes begins on this page."""
    whole = fold(" ".join(line.text for line in text.lines), spaces=False)
    keys = [fold(note, spaces=False)[:60] for note in template.notes]
    return any(len(key) >= 20 and fuzz.partial_ratio(key, whole, score_cutoff=85) > 0 for key in keys)


def begins_paper(text: PageText) -> bool:
    """Whether the page carries the nation's header, with which every official first page begins."""
    top = [fold(line.text, spaces=False) for line in text.lines[:8]]
    return any(fuzz.partial_ratio(_NATION, line) > 80 for line in top if len(line) > 15)


def _title(text: PageText, template: Template) -> float:
    key = fold(template.name, spaces=False)
    lines = [fold(line.text, spaces=False) for line in text.lines[:TOP_LINES]]
    joined = ("".join(lines[i:i + n]) for i in range(len(lines)) for n in range(1, TITLE_LINES + 1))
    return max((Levenshtein.normalized_similarity(key, text) for text in joined), default=0.0)


def _labels(text: PageText, template: Template) -> float:
    end = next((i for i, item in enumerate(template.items) if item.new_page), len(template.items))
    patterns = [p for p in _telling(template, (Role.LABEL, Role.FIXED)) if p.item < end]
    whole = sum(len(p.keys[0]) for p in patterns if p.role is Role.LABEL)
    found = align(patterns, tokens_of([text]))
    return sum(_right_letters(m) for m in found if m.pattern.role is Role.LABEL) / whole if whole else 0.0


def _telling(template: Template, roles: Sequence[Role]) -> list[Pattern]:
    return [p for p in patterns_of(template) if p.role in roles and len(p.keys[0]) >= TELLING]


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
