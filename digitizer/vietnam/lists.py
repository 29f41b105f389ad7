"""Answers with a closed list: takes a reading, gives the entry that was meant, or nothing when that is not clear."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz.distance import Levenshtein

from digitizer.vietnam import dates, places
from digitizer.vietnam.misread import LETTER, MARGIN, reading_cost, word_case
from digitizer.vietnam.text import fold, is_syllable, nfc, same_text, tone_key

DATA = Path(__file__).parent / "data"
CLOSED = ("sex", "ethnicity", "nationality", "relation")

_NOISE = " .,:;_·•|~*'\"-="


@dataclass(frozen=True, slots=True)
class Entry:
    """`spelling` as people write it, `value` its normal form; `key` folded, letters and digits only."""

    spelling: str
    value: str
    key: str


@cache
def _data() -> dict[str, Any]:
    return dict(yaml.safe_load((DATA / "lists.yaml").read_text(encoding="utf-8")))


@cache
def entries(kind: str) -> tuple[Entry, ...]:
    """All spellings of a closed list: sex, ethnicity, nationality or relation; the normal form first."""
    found = []
    for value, others in _data()[kind].items():
        found += [Entry(nfc(s), value, fold(s, spaces=False)) for s in (value, *others)]
    return tuple(found)


def value_of(text: str, kind: str) -> str | None:
    """The normal form of an answer of a closed list ('NỮ' -> 'Nữ', "H'Mông" -> 'HMông'), None when it is not clear.

    The value of a relation stays the entry as written: 'Bố đẻ' and 'Cha đẻ' are not interchanged on a record."""
    entry = _match(text, kind)
    if entry is None:
        return None
    return entry.spelling if kind == "relation" else entry.value


def snap(text: str, field_type: str) -> str | None:
    """The reading with the letters that the closed lists make certain ('Viêt Nam' -> 'Việt Nam', 'Mẹ để' -> 'Mẹ đẻ').

    field_type: value of FieldType. The writer's capitals are kept. None when the type has no list, nothing comes
    near, or two entries come equally near. Of addresses, identity papers and the like only the fixed phrases and
    unit names are repaired; everything else, and every personal name, is left alone."""
    if field_type in CLOSED:
        entry, written = _match(text, field_type), nfc(text).strip(_NOISE)
        if entry is None:
            return None
        if tone_key(entry.spelling) == tone_key(written):
            return written
        return _with_case(written, entry.spelling)
    if field_type in ("address", "place"):
        return places.snap_units(_repair_phrases(nfc(text), "address"))
    if field_type in ("identity_paper", "organization", "place_and_date"):
        return places.snap_units(_repair_phrases(nfc(text), field_type), only_named=True)
    if field_type == "date_in_words":
        return dates.snap_words(text)
    if field_type in ("date", "datetime", "text"):
        return _repair_phrases(nfc(text), field_type)
    return None


def snap_marital_status(text: str) -> str:
    """The reading of a marital status with its fixed phrases repaired (vietnam.md 4.4); names in it are left alone."""
    return _repair_phrases(nfc(text), "marital_status")


def marital_status_code(text: str) -> str | None:
    """The portal's code of a marital status (vietnam.md 4.3: 1 to 4), None when no pattern fits."""
    folded = fold(text)
    return next((row["code"] for row in _data()["marital_status"] if re.search(fold(row["pattern"]), folded)), None)


def _match(text: str, kind: str) -> Entry | None:
    written = nfc(text).strip(_NOISE)
    if not written:
        return None
    same = [e for e in entries(kind) if tone_key(e.spelling) == tone_key(written)]
    if same:
        return next((e for e in same if e.spelling.lower() == written.lower()), same[0])
    key = fold(written, spaces=False)
    if not key:
        return None
    allowed = _allowed_letters(written, key, kind)
    near = [e for e in entries(kind) if Levenshtein.distance(key, e.key, score_cutoff=allowed) <= allowed]
    scored = sorted(((reading_cost(written, e.spelling), e) for e in near), key=lambda pair: pair[0])
    if not scored:
        return None
    best_cost, best = scored[0]
    rivals = [cost for cost, e in scored[1:] if e.value != best.value or kind == "relation"]
    clear = not rivals or rivals[0] - best_cost >= MARGIN + 0.3 * (best_cost >= LETTER)
    return best if clear else None


def _allowed_letters(written: str, key: str, kind: str) -> int:
    """How many base letters may be misread. Relations are many and near one another ('Cháu nội', 'Cháu nuôi'), so
    there a letter may differ only where a word is no Vietnamese syllable at all."""
    if kind == "sex":
        return 1 if 2 <= len(key) <= 4 else 0
    if kind == "relation":
        broken = any(not is_syllable(w) for w in written.split())
        return 1 if broken and len(key) >= 5 else 0
    if len(key) <= 3:
        return 0
    return 2 if len(key) >= 7 else 1


def _with_case(written: str, meant: str) -> str:
    """`meant` in the writer's capitals: all capitals, or small first letters, word for word where the words pair."""
    if written.isupper() and len(written) > 1:
        return meant.upper()
    words, model = meant.split(" "), written.split(" ")
    if len(words) != len(model):
        return meant
    return " ".join(word_case(mine, theirs) for theirs, mine in zip(words, model, strict=True))


def phrases(kind: str) -> tuple[str, ...]:
    """Phrases that forms print or people write the same way everywhere, of one field type."""
    return tuple(nfc(phrase) for phrase in _data()["phrases"][kind])


@cache
def _phrases(kind: str) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """(words, folded words) of each fixed phrase, longest first."""
    split = [tuple(nfc(p).split(" ")) for p in _data()["phrases"][kind]]
    split.sort(key=len, reverse=True)
    return tuple((words, tuple(fold(w) for w in words)) for words in split)


def _repair_phrases(text: str, kind: str) -> str:
    words = text.split(" ")
    cores = [w.strip(_NOISE + "/()") for w in words]
    folded = [fold(w) for w in cores]
    done = [False] * len(words)
    for meant, key in _phrases(kind):
        for start in range(len(words) - len(key) + 1):
            span = range(start, start + len(key))
            if any(done[i] for i in span) or not _alike(folded[start:start + len(key)], key):
                continue
            for i, word in zip(span, meant, strict=True):
                words[i] = words[i].replace(cores[i], word_case(cores[i], word), 1)
                done[i] = True
    for i, bare in enumerate(folded[:-1]):
        word = _before_number("addresses" if kind == "address" else "dates").get(bare, "")
        if done[i] or not word or words[i] != cores[i]:
            continue
        if folded[i + 1][:1].isdigit() and not same_text(cores[i], word):
            words[i] = word_case(cores[i], word)
    return " ".join(words)


@cache
def _before_number(where: str) -> dict[str, str]:
    return {fold(word): word for word in _data()["before_number"][where]}


def _alike(read: list[str], key: tuple[str, ...]) -> bool:
    """Same letters but for marks; of a long phrase one word in four may have one letter wrong."""
    wrong = [(r, k) for r, k in zip(read, key, strict=True) if r != k]
    if len(wrong) > len(key) // 4:
        return False
    return all(len(k) >= 3 and Levenshtein.distance(r, k) == 1 for r, k in wrong)
