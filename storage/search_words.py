"""What a record is found by: takes its body or what somebody types, gives folded words to keep or to look for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from digitizer.template import FieldType
from digitizer.vietnam.text import fold, nfc

SLOTS = 256  # lines of a text told apart
MOST_GROUPS = 12
LONGEST_WORD = 64  # longer ones are no words of a paper: runs of misread leaders
_WORD = re.compile(r"[^\W_]+")
_DAY = re.compile(r"\b(?:(\d{1,2})[/.-])?(\d{1,2})[/.-](\d{4})\b")
_ISO = re.compile(r"\b(\d{4})-(\d{2})(?:-(\d{2}))?\b")
_SPACED_NUMBER = re.compile(r"(?<![\w.-])\d[\d .-]{7,}\d(?!\w)")
_NUMBERS = frozenset(t.value for t in (
    FieldType.PERSONAL_ID, FieldType.IDENTITY_PAPER, FieldType.PHONE, FieldType.NUMBER))
# What fields are searched together where no one field is meant.
GROUPS: dict[str, frozenset[str]] = {
    "names": frozenset({FieldType.PERSON_NAME.value}),
    "numbers": frozenset({FieldType.PERSONAL_ID.value, FieldType.IDENTITY_PAPER.value}),
    "dates": frozenset({FieldType.DATE.value, FieldType.DATETIME.value, FieldType.PLACE_AND_DATE.value}),
    "addresses": frozenset({FieldType.ADDRESS.value, FieldType.PLACE.value}),
    "phones": frozenset({FieldType.PHONE.value}),
    "dossiers": frozenset({"dossier"}),
    "submissions": frozenset({"submission"}),
}


@dataclass(frozen=True, slots=True)
class Term:
    """A folded word; `begins`: longer ones that begin with it are meant too."""

    word: str
    begins: bool

    def fits(self, words: Iterable[str]) -> bool:
        return any(w.startswith(self.word) if self.begins else w == self.word for w in words)


@dataclass(frozen=True, slots=True)
class Names:
    """What a record is called outside its body."""

    record_id: str
    submission_id: str
    file_name: str


def indexed_text(names: Names, body: Mapping[str, Any]) -> str:
    """A line a field: its id, its type, its folded words, parted by tabs; nothing of empty fields."""
    lines = [
        _line("_record", "record", [names.record_id]), _line("_submission", "submission", [names.submission_id]),
        _line("_file", "file", [names.file_name]),
    ]
    if body.get("dossier"):
        lines.append(_line("_dossier", "dossier", [body["dossier"]["code"]]))
    for field_id, field in body.get("fields", {}).items():
        words = field_words(field)
        if words:
            lines.append("\t".join((field_id, field.get("type", ""), " ".join(words))))
    return "\n".join(lines)


def confirmed(body: Mapping[str, Any]) -> int:
    """How many people's personal numbers the population register confirms; one a person, whichever field says it."""
    return len({
        field_id.rpartition(".")[0] for field_id, field in body.get("fields", {}).items()
        if field_id.rpartition(".")[2] in ("personal_id", "identity_paper")
        and (field.get("registry") or {}).get("verdict") == "agrees"
    })


def indexed_words(text: str, number: int) -> set[tuple[str, int]]:
    """Every word of what `indexed_text` gave, with its place: which line of which record."""
    lines = (line.rpartition("\t")[2].split(" ") for line in text.split("\n"))
    return {(word, number * SLOTS + min(slot, SLOTS - 1)) for slot, words in enumerate(lines) for word in words if word}


def field_words(field: Mapping[str, Any]) -> list[str]:
    """Of the text as written and of the value; a date also as one word 20240201, a number also without its gaps."""
    texts = [*_texts(field.get("raw")), *_texts(field.get("value"))]
    words = _split(" ".join(texts))
    for text in texts:
        words += [year + month + (day or "") for year, month, day in _ISO.findall(text)]
        if field.get("type") in _NUMBERS:
            words += [joined for joined in map(_digits, _SPACED_NUMBER.findall(text)) if joined]
    return list(dict.fromkeys(w for w in words if len(w) <= LONGEST_WORD))


def groups_of(typed: str) -> tuple[tuple[Term, ...], ...]:
    """What to look for: words that must stand in one field together, a group each. A comma, a day and a number part
    groups: "Hương, Hàng Bạc 1985" are three.

    1/2/2024 is the first of February, 2/2024 its month; a number needs no gaps. Words are whole, the last one and
    numbers also a beginning; letters alone (Y, H) are whole words."""
    rest, days = _take_days(nfc(typed))
    rest = _SPACED_NUMBER.sub(lambda found: _digits(found.group()), rest)
    found: list[tuple[Term, ...]] = [(Term(day, len(day) < 8),) for day in days]
    parts = [[_split(piece) for piece in part.split()] for part in re.split("[,;]", rest)]
    last = next((words[-1] for part in reversed(parts) for words in reversed(part) if words), "")
    for part in parts:
        together = [word for words in part for word in words if not _is_number(words)]
        found.append(tuple(Term(w, len(w) > 1 and (w.isdigit() or w is last)) for w in together))
        found += [tuple(Term(w, w is words[-1] and len(w) > 1) for w in words) for words in part if _is_number(words)]
    return tuple(dict.fromkeys(group for group in found if group))[:MOST_GROUPS]


def _is_number(words: Sequence[str]) -> bool:
    """Of a house as little as of a file: only what is long enough to be one by itself."""
    return any(c.isdigit() for c in "".join(words)) and len("".join(words)) >= 4


def groups_fit(text: str, groups: Iterable[tuple[Term, ...]], field: str) -> bool:
    """Whether each group stands in one field of the text. `field`: only in those meant by it, an id (with [n] any row)
    or a key of GROUPS; '' in any."""
    wanted, types = re.compile(re.escape(field).replace(r"\[n\]", r"\[\d+\]") + r"\Z"), GROUPS.get(field)
    lines = [line.split("\t") for line in text.split("\n")]
    meant = [words.split(" ") for field_id, kind, words in lines
             if not field or (kind in types if types else wanted.match(field_id))]
    return all(any(all(term.fits(words) for term in group) for words in meant) for group in groups)


def written_so(body: Mapping[str, Any], typed: str) -> bool:
    """Whether every word typed stands somewhere in the record with just these marks."""
    there = {w for f in body["fields"].values() for text in (*_texts(f.get("raw")), *_texts(f.get("value")))
             for w in _WORD.findall(nfc(text).lower())}
    asked = [w for w in _WORD.findall(nfc(typed).lower()) if not w.isdigit()]
    return all(any(w.startswith(word) for w in there) for word in asked)


def _take_days(typed: str) -> tuple[str, list[str]]:
    days: list[str] = []

    def iso(found: re.Match[str]) -> str:
        days.append("".join(part or "" for part in found.groups()))
        return " "

    def written(found: re.Match[str]) -> str:
        day, month, year = found.groups()
        days.append(year + month.zfill(2) + (day.zfill(2) if day else ""))
        return " "

    return _DAY.sub(written, _ISO.sub(iso, typed)), days


def _line(field_id: str, kind: str, texts: list[str]) -> str:
    return "\t".join((field_id, kind, " ".join(dict.fromkeys(_split(" ".join(texts))))))


def _split(text: str) -> list[str]:
    return _WORD.findall(fold(text))


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def _texts(value: Any) -> list[str]:
    """Strings in a value; candidates and codes are no answers of the paper."""
    if isinstance(value, Mapping):
        return [t for k, v in value.items() if k not in ("candidates", "unit_code", "province_code") for t in _texts(v)]
    if value is None or isinstance(value, (bool, list)):
        return []
    return [str(value)]
