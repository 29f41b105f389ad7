"""What people said fields are, to measure a reading by: takes lines of a gold set, gives how a reading does against it.

A gold set is a folder: `gold.jsonl`, one field a line with who said so, when, and what the machine had read then, and
`originals/`, the scans. Personal data all of it: files are the owner's alone and stay on the premises."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from digitizer.bounds import at_most
from digitizer.document import Field, FieldStatus, Record
from digitizer.errors import UsageError
from digitizer.score import plain, wilson

LINES = "gold.jsonl"
EMPTY = frozenset({FieldStatus.BLANK.value, FieldStatus.NOT_FOUND.value})
BY_CHANCE = 0.01  # so unlikely a loss, were old and new alike, is no noise


@dataclass(frozen=True, slots=True)
class GoldField:
    """One field. how: 'review' (a person corrected or confirmed it), 'blind' (keyed without seeing any answer) or
    'person' (keyed where the machine had read nothing: a row of a table that it missed, an answer it did not find).
    double: two people said the same independently. was_*: what the machine had read, and how sure it was."""

    record_id: str
    document_id: str
    file: str
    sha256: str
    form_id: str
    edition: str
    pages: tuple[int, ...]
    field_id: str
    type: str
    page: int | None
    polygon_mm: list[Any]
    status: str
    raw: str
    was_status: str
    was_raw: str
    was_confidence: float
    engine: str
    author: str
    at: str
    how: str
    double: bool

    @property
    def was_right(self) -> bool:
        return same(self.status, self.raw, self.was_status, self.was_raw)


def same(status: str, raw: str, other_status: str, other_raw: str) -> bool:
    """Letter for letter; of two that hold no text: both empty, or both struck, or both illegible."""
    kinds = tuple("empty" if s in EMPTY else s for s in (status, other_status))
    text = frozenset({FieldStatus.FILLED.value, FieldStatus.NONE_STATED.value})
    if not text & set(kinds):
        return kinds[0] == kinds[1]
    return plain(raw) == plain(other_raw) if set(kinds) <= text else False


def save(folder: Path, fields: Iterable[GoldField]) -> int:
    """Writes gold.jsonl, readable by its owner only; gives the number of lines."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    count = 0
    opened = os.open(folder / LINES, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(opened, "w", encoding="utf-8") as file:
        for field in fields:
            file.write(json.dumps(asdict(field), ensure_ascii=False) + "\n")
            count += 1
    (folder / LINES).chmod(0o600)  # also where it was there before
    return count


def load(folder: Path) -> list[GoldField]:
    """Raises UsageError."""
    try:
        lines = (folder / LINES).read_text(encoding="utf-8").splitlines()
        return [GoldField(**{**found, "pages": tuple(found["pages"])}) for found in map(json.loads, lines)]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UsageError(f"no gold set can be read there: {type(error).__name__}") from None


@dataclass(frozen=True, slots=True)
class Compared:
    """One field of the gold set as it is read now. now None: no such field came out, which is wrong."""

    gold: GoldField
    now: Field | None

    @property
    def right(self) -> bool:
        return self.now is not None and same(self.gold.status, self.gold.raw, self.now.status.value, self.now.raw)


@dataclass(frozen=True, slots=True)
class Line:
    """Of one form and type, or of everything: how many, right when it was live, right now, and what turned."""

    name: str
    fields: int
    was_right: int
    now_right: int
    lost: int
    won: int

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.now_right, self.fields)

    @property
    def worse(self) -> bool:
        """More lost than won, beyond what a coin would do (sign test over the fields that turned, one-sided)."""
        turned = self.lost + self.won
        return self.lost > self.won and at_most(self.won, turned, 0.5) < BY_CHANCE


def compare(gold: Sequence[GoldField], read: Callable[[str], Sequence[Record]]) -> list[Compared]:
    """Every field beside the reading of its document; `read` takes the file's name in the gold set."""
    found: list[Compared] = []
    by_file: dict[str, dict[str, list[GoldField]]] = {}
    for field in gold:
        by_file.setdefault(field.file, {}).setdefault(field.record_id, []).append(field)
    for file, records in sorted(by_file.items()):
        drafts = read(file)
        for fields in records.values():
            draft = _of_pages(drafts, fields[0].pages)
            found += [Compared(f, _now(draft, f)) for f in fields]
    return found


def _now(draft: Record | None, gold: GoldField) -> Field | None:
    """What is read now; of a table's row that does not come out, that nothing was found."""
    found = draft.field(gold.field_id) if draft else None
    if found is None and draft and "[" in gold.field_id:
        return Field(gold.field_id, gold.field_id, gold.type, FieldStatus.NOT_FOUND, page=gold.page)
    return found


def _of_pages(drafts: Sequence[Record], pages: Sequence[int]) -> Record | None:
    """The document on these pages: a file may hold several."""
    best = max(drafts, key=lambda d: len(set(d.pages) & set(pages)), default=None)
    return best if best and set(best.pages) & set(pages) else None


def lines(compared: Sequence[Compared]) -> list[Line]:
    """Everything first, then by form and type."""
    by_kind: dict[str, list[Compared]] = {}
    for one in compared:
        by_kind.setdefault(f"{one.gold.form_id} {one.gold.type}", []).append(one)
    return [
        Line(name, len(many), sum(c.gold.was_right for c in many), sum(c.right for c in many),
             sum(c.gold.was_right and not c.right for c in many), sum(c.right and not c.gold.was_right for c in many))
        for name, many in (("all", list(compared)), *sorted(by_kind.items()))
    ]
