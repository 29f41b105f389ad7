"""Printed words of a template found on paper, in printed order: takes a token stream, gives what stands where.

Dynamic programming over fuzzy matches: every label may match at several places or nowhere; of all ways to place them
in order, the one with most letters right is taken. So "Nơi cư trú" of the mother is told from the father's by what
stands around it, and an answer that happens to contain a label's words does not mislead."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate, pairwise

from rapidfuzz.distance import Levenshtein

from digitizer.layout.stream import Token
from digitizer.template import FieldKind, FieldSpec, Item, Template
from digitizer.vietnam.text import fold

WRONG_SHARE = 0.34  # of a label's letters may be misread
STRUCK_SHARE = 0.45  # of one whose words people strike out
SHORT = 4  # letters; shorter labels must match exactly …
LEAST = 3  # … but of so many one may be misread, and of longer ones …
LOST_SHARE = 0.4  # … where nothing else between two printed words reads like the label
ERROR_COST = 2.2
COLON_WITHIN = 5  # wrong letters that a colon amid a label counts as: there it ended, and what follows is the answer
TEXTS = 32  # texts whose labels' places are kept: a page is asked for many forms, and each registered blank comes again


# Of a label's letters and the share that may be wrong: (first token, token behind the last, wrong letters) of every
# place that reads nearly so.
_Places = dict[tuple[str, float], list[tuple[int, int, int]]]


class Role(StrEnum):
    FIXED = "fixed"
    LABEL = "label"
    INNER = "inner"  # a printed word inside an answer
    CHOICE = "choice"  # the word beside a tick box


@dataclass(frozen=True, slots=True)
class Pattern:
    """One thing to find. item: index into the template's items. part: which inner word or choice. wrong: share of its
    letters that may be misread."""

    item: int
    role: Role
    keys: tuple[str, ...]
    text: str
    part: int = 0
    colon: bool = False
    same_line: bool = False
    wrong: float = WRONG_SHARE


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
        role = Role.LABEL if item.specs else Role.FIXED
        wrong = STRUCK_SHARE if item.alternatives else WRONG_SHARE
        found.append(Pattern(index, role, keys, item.text, 0, item.text.endswith(":"), item.same_line, wrong))
        if spec:
            found.extend(_parts(index, item, spec))
    return tuple(p for p in found if p.keys)


def _parts(index: int, item: Item, spec: FieldSpec) -> list[Pattern]:
    role, words = (Role.CHOICE, spec.choices) if spec.kind is FieldKind.TICKS else (Role.INNER, spec.inner)
    keyed = ((part, word, fold(word, spaces=False)) for part, word in enumerate(words))
    return [Pattern(index, role, (key,), word, part, False, True) for part, word, key in keyed if key]


def align(patterns: Sequence[Pattern], tokens: Sequence[Token]) -> tuple[Match, ...]:
    """The best placing of the patterns in order; those without a place are missing."""
    empty = _Chain(0.0, None, None)
    best = [empty] * (len(tokens) + 1)  # best[i]: with everything placed before token i
    text = _Text(tokens)
    for pattern in patterns:
        found = sorted(_candidates(pattern, text), key=lambda match: -match.end)
        chains = [_Chain(best[m.start].score + m.gain, m, best[m.start]) for m in found]
        for match, chain in zip(found, chains, strict=True):  # of equals the last one stays
            end = match.end
            while end < len(best) and best[end].score < chain.score:  # the scores never fall from left to right
                best[end] = chain
                end += 1
    placed = []
    link: _Chain | None = best[-1]
    while link and link.match:
        placed.append(link.match)
        link = link.before
    return tuple(reversed(placed))


def with_lost(placed: Sequence[Match], patterns: Sequence[Pattern], tokens: Sequence[Token]) -> tuple[Match, ...]:
    """The matches, and a label between two of them that was read too badly, or is too short, to be looked for
    everywhere ("Nơi cư \"" for "Nơi cư trú:", "tỉ" for "tại"): where nothing else there reads like it."""
    order = {id(pattern): number for number, pattern in enumerate(patterns)}
    found: list[Match] = []
    for before, behind in pairwise((None, *placed, None)):
        first = order[id(before.pattern)] + 1 if before else 0
        lost = [p for p in patterns[first:order[id(behind.pattern)] if behind else None] if p.role is Role.LABEL]
        if len(lost) == 1 and before and behind:
            like = list(_like(lost[0], tokens, before.end, behind.start))
            found += like if len({match.start for match in like}) == 1 else ()
        found += [behind] if behind else []
    return tuple(found)


def _like(label: Pattern, tokens: Sequence[Token], first: int, last: int) -> Iterator[Match]:
    """From each token on the likest run, where it is like the label. A name with a capital is none for a label in small
    letters; longer labels begin a line with their very letter."""
    key = label.keys[0]
    most = 1 if len(key) == LEAST else int(LOST_SHARE * len(key))
    for start in range(first, last) if most else ():
        token = tokens[start]
        if token.text[:1].isupper() != label.text[:1].isupper() or token.text[:1].isdigit() != label.text[:1].isdigit():
            continue
        if len(key) > LEAST and not (token.first and token.key[:1] == key[:1]):
            continue
        line = [end for end in range(start + 1, last + 1) if tokens[end - 1].line == token.line]
        colon = next((end for end in line if tokens[end - 1].ended), last)
        line = [end for end in line if end <= colon]
        runs = ((Levenshtein.distance(key, "".join(t.key for t in tokens[start:end])), end) for end in line)
        errors, end = min(runs, default=(most + 1, start))
        if errors <= most:
            yield Match(label, start, end, 1 - errors / len(key), 0.0)


class _Text:
    """Tokens, and their letters as one text. places: of the labels that were looked for in this very text."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.letters = "".join(token.key for token in tokens)
        self.begins = tuple(accumulate((len(token.key) for token in tokens), initial=0))
        self.places = _places(self.letters, self.begins)


@lru_cache(maxsize=TEXTS)
def _places(letters: str, begins: tuple[int, ...]) -> _Places:
    """Empty at first, filled as labels are looked for."""
    return {}


def _candidates(pattern: Pattern, text: _Text) -> list[Match]:
    found = []
    for key in pattern.keys:
        named = key, pattern.wrong
        if named not in text.places:
            text.places[named] = _near(key, text, pattern.wrong)
        for start, end, letters in text.places[named]:
            within = _colons_within(pattern, text.tokens, start, end)
            errors = letters + COLON_WITHIN * within
            if within and errors > pattern.wrong * len(key):
                continue
            weight = len(pattern.keys[0]) / len(key)  # a variant counts as much as the wording itself
            gain = weight * (len(key) - ERROR_COST * errors) + _bonus(pattern, text.tokens, start, end)
            if gain > 0:
                found.append(Match(pattern, start, end, 1 - errors / len(key), gain))
    return found


def _colons_within(pattern: Pattern, tokens: Sequence[Token], start: int, end: int) -> int:
    """Colons read before the last of some tokens beyond those that are printed so; strokes are read as colons too."""
    printed = pattern.text.rstrip(" :").count(":")
    read = sum(token.ended for token in tokens[start:end - 1])
    return max(0, read - printed) if pattern.wrong == WRONG_SHARE else 0


def _near(key: str, text: _Text, wrong: float) -> list[tuple[int, int, int]]:
    """(start, end, wrong letters) of every run of tokens that reads nearly as the key; of one start the best end.

    As many letters as the key has, with twice the errors, must be there first: other ends differ by so many at most."""
    size = len(key)
    allowed = 0 if size < SHORT else max(1, int(wrong * size))
    found = []
    for start, begin in enumerate(text.begins[:-1]):
        window = text.letters[begin:begin + size]
        if Levenshtein.distance(key, window, score_cutoff=2 * allowed) > 2 * allowed:
            continue
        first, last = (bisect_left(text.begins, begin + size + off) for off in (-allowed, allowed + 1))
        ends = [
            (Levenshtein.distance(key, text.letters[begin:text.begins[end]], score_cutoff=allowed), end)
            for end in range(max(first, start + 1), last)
        ]
        errors, end = min(ends, default=(allowed + 1, 0))
        if errors <= allowed:
            found.append((start, end, errors))
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
