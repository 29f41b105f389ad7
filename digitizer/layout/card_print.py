"""Labels and values printed on an identity card: takes its lines as read, gives which card it is and where values are.

A label is in two languages ("Họ và tên / Full name:"); its value stands behind it, or below it from the same left."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from digitizer.document import Line, Word
from digitizer.geometry import Box, union
from digitizer.template import FieldSpec, FieldType, Item, Template
from digitizer.vietnam.mrz import looks_like
from digitizer.vietnam.text import fold_aligned, nfc

ALIKE, PART_ALIKE = 76.0, 86.0  # of a label in both languages, and of one alone
SHORTEST = 7  # letters of a label in one language that is looked for by itself
GAP = 1.7  # line heights of white between two columns
BELOW = 2.6  # line heights from a label to the line of its value
ASIDE = 3.5  # line heights that the value may begin left or right of its label
BEHIND = 4.0  # line heights from a label's end to a value in a column of its own
TOLD, MANY = 2, 4  # labels that name a card: with one line of its fixed print, and without any
FEW = 100  # words of a page that shows a card and little else
_NUMBER = re.compile(r"(?<!\d)\d(?:[ .]?\d){11}(?!\d)")


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of one line that stand together, as read by the recogniser. lefts: px where each character begins."""

    text: str
    box: Box
    lefts: tuple[float, ...]

    def left_of(self, index: int) -> float:
        return self.lefts[index] if index < len(self.lefts) else self.box.right


@dataclass(frozen=True, slots=True)
class Spot:
    """A line of a value. begins: px at which its first letter was told, where a label stands before it in `box`."""

    box: Box
    begins: float | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """A printed item found in a passage, from letter `start` to before `end`; `spec` of what it asks, or None.

    both: in both languages. title: what only the card says (`bold` in its template)."""

    item: int
    passage: int
    start: int
    end: int
    quality: float
    spec: FieldSpec | None
    both: bool
    title: bool


def segments(lines: Sequence[Line]) -> Iterator[Box]:
    """Lines parted where columns part."""
    for line in lines:
        words = [w for w in line.words if any(c.isalnum() or c == "<" for c in w.text)]
        if not words:
            continue
        heights = sorted(w.box.height for w in words)
        height = heights[len(heights) // 2]
        group: list[Word] = []
        for word in words:
            if group and word.box.left - group[-1].box.right > GAP * height:
                yield _tight(group, height)
                group = []
            group.append(word)
        yield _tight(group, height)


def _tight(words: Sequence[Word], height: float) -> Box:
    """Around the words, but not around what noise made of one of them."""
    fair = [w for w in words if w.box.height < 1.8 * height] or list(words)
    return union(w.box for w in fair)


def labels_on(passages: Sequence[Passage], template: Template) -> list[Label]:
    """Each printed item at most once, at its best; no two in the same letters."""
    tries = [found for n, p in enumerate(passages) if not looks_like(p.text) for found in _tries(n, p, template)]
    tries.sort(key=lambda label: label.quality * (label.end - label.start), reverse=True)
    taken: list[Label] = []
    for label in tries:
        if any(t.item == label.item or _overlap(t, label) for t in taken):
            continue
        taken.append(label)
    return taken


def _overlap(one: Label, other: Label) -> bool:
    return one.passage == other.passage and min(one.end, other.end) - max(one.start, other.start) > 1


def _tries(number: int, passage: Passage, template: Template) -> Iterator[Label]:
    folded = fold_aligned(passage.text)
    for n, item in enumerate(template.items):
        for key, enough in _keys(item):
            if len(folded) < 0.8 * len(key) or len(folded) < 5:
                continue
            found = fuzz.partial_ratio_alignment(key, folded, score_cutoff=enough)
            if found is None or found.dest_end - found.dest_start < 0.7 * len(key):
                continue
            end = _past(folded, found.dest_end, item)
            yield Label(n, number, found.dest_start, end, found.score / 100, item.field, "/" in key, item.bold)
            break


def _keys(item: Item) -> Iterator[tuple[str, float]]:
    """The label in both languages, then in each alone, with the likeness that is enough."""
    for text in (item.text, *item.variants):
        key = fold_aligned(nfc(text)).strip(" :")
        if len(key) >= SHORTEST:
            yield key, ALIKE if "/" in key else PART_ALIKE
    parts = [fold_aligned(nfc(part)).strip(" :") for part in item.text.split("/")]
    if len(parts) > 1:
        yield from ((part, PART_ALIKE) for part in parts if len(part) >= SHORTEST)


def _past(folded: str, end: int, item: Item) -> int:
    """Behind the label's colon, and behind its other language where only one was found."""
    colon = folded.find(":", max(0, end - 2), end + 3)
    if colon < 0 and "/" in folded[end:end + 3]:
        other = item.text.split("/")[-1]
        colon = folded.find(":", end, end + len(other) + 6)
        end = min(len(folded), end + len(other) + 2) if colon < 0 else end
    return colon + 1 if colon >= 0 else end


def likeness(labels: Sequence[Label]) -> float:
    """Letters of the card's print that were found."""
    return sum(label.quality * (label.end - label.start) for label in labels)


def names_a_card(labels: Sequence[Label], words: int) -> bool:
    """Whether print alone is enough: what only the card's own title lines say, and labels in both languages; where the
    title was not read, more labels, on a page with little else."""
    asked = sum(label.spec is not None and label.both for label in labels)
    return asked >= TOLD and (any(label.title for label in labels) or (asked >= MANY and words <= FEW))


def value_places(passages: Sequence[Passage], template: Template, labels: Sequence[Label]) -> dict[str, list[Spot]]:
    """Field id -> the lines of its value, in px of the passages."""
    found: dict[str, list[Spot]] = {}
    for label in labels:
        if label.spec is not None:
            spots = _behind(passages, labels, label)
            wanted = label.spec.lines - len(spots)
            if not spots or wanted > 0:
                spots += [Spot(box) for box in _below(passages, labels, label, max(1, wanted))]
            if spots:
                found[label.spec.id] = spots
    number = next((s.id for s in template.fields if s.type is FieldType.PERSONAL_ID), "")
    if number and number not in found:
        for passage in passages:
            match = _NUMBER.search(passage.text)
            if match and not looks_like(passage.text):
                found[number] = [_spot(passage, max(0, match.start() - 2), match.start(), match.end())]
    return found


def _spot(passage: Passage, after: int, first: int, stop: int) -> Spot:
    """From letter `after`, which does not belong to it, to before `stop`; its own first letter is `first`."""
    box = Box(passage.left_of(after), passage.box.top, passage.left_of(stop), passage.box.bottom)
    return Spot(box, passage.left_of(first) if first else None)


def _behind(passages: Sequence[Passage], labels: Sequence[Label], label: Label) -> list[Spot]:
    """The rest of the label's passage up to the next label, or the next passage of the line when nothing is left."""
    mine = passages[label.passage]
    stops = [other.start for other in labels if other.passage == label.passage and other.start >= label.end]
    stop = min(stops, default=len(mine.text))
    if sum(c.isalnum() for c in mine.text[label.end:stop]) >= 2:
        first = next(k for k in range(label.end, stop) if mine.text[k].isalnum())
        return [_spot(mine, label.end - 1, first, stop)]
    if stops:
        return []
    height, taken = mine.box.height, {other.passage for other in labels}
    beside = [
        p.box for n, p in enumerate(passages)
        if n not in taken and 0 <= p.box.left - mine.box.right < BEHIND * height
        and abs(p.box.middle_y - mine.box.middle_y) < 0.6 * height and not looks_like(p.text)
    ]
    return [Spot(min(beside, key=lambda box: box.left))] if beside else []


def _below(passages: Sequence[Passage], labels: Sequence[Label], label: Label, lines: int) -> list[Box]:
    """Up to so many lines right below, from about the label's left on, that hold no label."""
    mine = passages[label.passage]
    left, height = mine.left_of(label.start), mine.box.height
    taken = {other.passage for other in labels}
    bottom, found = mine.box.middle_y, []
    for n, passage in sorted(enumerate(passages), key=lambda pair: pair[1].box.middle_y):
        box = passage.box
        down = box.middle_y - bottom
        if not 0.5 * height < down < BELOW * height or not box.left - ASIDE * height < left < box.right:
            continue
        if n in taken or looks_like(passage.text) or box.left - left > ASIDE * height:
            if n in taken and any(o.passage == n and o.spec and abs(passage.left_of(o.start) - left) < ASIDE * height
                                  for o in labels):
                break
            continue
        found.append(Box(max(box.left, left - 0.6 * height), box.top, box.right, box.bottom))
        bottom = box.middle_y
        if len(found) == lines:
            break
    return found
