"""Printed words of a template found on paper, in printed order: takes a token stream, gives what stands where.

Dynamic programming over fuzzy matches: every label may match at several places or nowhere; of all ways to place them
in order, the one with most letters right is taken. So "Nơi cư trú" of the mother is told from the father's by what
stands around it, and an answer that happens to contain a label's words does not mislead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import Levenshtein

from digitizer.layout.stream import Token
from digitizer.template import FieldKind, FieldSpec, Item, Template
from digitizer.vietnam.text import fold

WRONG_SHARE = 0.34  # of a label's letters may be misread
SHORT = 4  # letters; shorter labels must match exactly
ERROR_COST = 2.2


# Of a label's letters: (first token, token behind the last, wrong letters) of every place that reads nearly so.
Known = dict[str, list[tuple[int, int, int]]]


class Role(StrEnum):
    FIXED = "fixed"
    LABEL = "label"
    INNER = "inner"  # a printed word inside an answer
    CHOICE = "choice"  # the word beside a tick box


@dataclass(frozen=True, slots=True)
class Pattern:
    """One thing to find. item: index into the template's items. part: which inner word or choice."""

    item: int
    role: Role
    keys: tuple[str, ...]
    text: str
    part: int = 0
    colon: bool = False
    same_line: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """Tokens start (incl.) to end (excl.) are the pattern; quality 1 is every letter right."""

    pattern: Pattern
    start: int
    end: int
    quality: float
    gain: float


@dataclass(frozen=True, slots=True)
class _Chain:
    score: float
    match: Match | None
    before: _Chain | None


def patterns_of(template: Template) -> tuple[Pattern, ...]:
    """Everything printed, in order; the table's column heads are found by the table's lines instead."""
    found: list[Pattern] = []
    for index, item in enumerate(template.items):
        spec = item.field
        if spec and spec.kind is FieldKind.TABLE:
            continue
        keys = tuple(key for text in (item.text, *item.variants) if (key := fold(text, spaces=False)))
        role = Role.LABEL if spec else Role.FIXED
        found.append(Pattern(index, role, keys, item.text, 0, item.text.endswith(":"), item.same_line))
        if spec:
            found.extend(_parts(index, item, spec))
    return tuple(p for p in found if p.keys)


def _parts(index: int, item: Item, spec: FieldSpec) -> list[Pattern]:
    role, words = (Role.CHOICE, spec.choices) if spec.kind is FieldKind.TICKS else (Role.INNER, spec.inner)
    keyed = ((part, word, fold(word, spaces=False)) for part, word in enumerate(words))
    return [Pattern(index, role, (key,), word, part, False, True) for part, word, key in keyed if key]


def align(patterns: Sequence[Pattern], tokens: Sequence[Token], known: Known | None = None) -> tuple[Match, ...]:
    """The best placing of the patterns in order; those without a place are missing.

    known: where labels stand among these tokens, filled as they are looked for; what forms share is looked for once."""
    empty = _Chain(0.0, None, None)
    best = [empty] * (len(tokens) + 1)  # best[i]: with everything placed before token i
    known = {} if known is None else known
    for pattern in patterns:
        updated = list(best)
        for match in _candidates(pattern, tokens, known):
            chain = best[match.start]
            score = chain.score + match.gain
            if score > updated[match.end].score:
                updated[match.end] = _Chain(score, match, chain)
        for i in range(1, len(updated)):
            if updated[i - 1].score > updated[i].score:
                updated[i] = updated[i - 1]
        best = updated
    placed = []
    link: _Chain | None = best[-1]
    while link and link.match:
        placed.append(link.match)
        link = link.before
    return tuple(reversed(placed))


def _candidates(pattern: Pattern, tokens: Sequence[Token], known: Known) -> list[Match]:
    found = []
    for key in pattern.keys:
        if key not in known:
            known[key] = _near(key, tokens)
        for start, end, errors in known[key]:
            weight = len(pattern.keys[0]) / len(key)  # a variant counts as much as the wording itself
            gain = weight * (len(key) - ERROR_COST * errors) + _bonus(pattern, tokens, start, end)
            if gain > 0:
                found.append(Match(pattern, start, end, 1 - errors / len(key), gain))
    return found


def _near(key: str, tokens: Sequence[Token]) -> list[tuple[int, int, int]]:
    """(start, end, wrong letters) of every run of tokens that reads nearly as the key; of one start the best end."""
    size = len(key)
    allowed = 0 if size < SHORT else max(1, int(WRONG_SHARE * size))
    found = []
    for start in range(len(tokens)):
        joined, best = "", None
        for end in range(start, min(len(tokens), start + 40)):
            joined += tokens[end].key
            if len(joined) > size + allowed:
                break
            if len(joined) < size - allowed:
                continue
            errors = Levenshtein.distance(key, joined, score_cutoff=allowed)
            if errors <= allowed and (best is None or errors < best[2]):
                best = (start, end + 1, errors)
        if best:
            found.append(best)
    return found


def _bonus(pattern: Pattern, tokens: Sequence[Token], start: int, end: int) -> float:
    """Small evidence that decides between equal readings: place on the line, the colon, the very letters."""
    bonus = 0.0
    if tokens[start].first != pattern.same_line:
        bonus += 0.6
    if pattern.colon and tokens[end - 1].colon:
        bonus += 0.8
    if tokens[start].text[:1].isupper() == pattern.text.lstrip(" ,(0123456789.")[:1].isupper():
        bonus += 0.4
    if len(pattern.keys[0]) <= SHORT and tokens[start].text.lower() == pattern.text.strip(" ,:").lower():
        bonus += 0.6
    return bonus
