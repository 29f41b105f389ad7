"""What an answer of a type can be: takes a field type and a reading, gives letters, shapes and listed answers near it.

Only for choosing among what a picture holds: nothing here says what an answer is, only what it might be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from rapidfuzz.distance import Levenshtein

from digitizer.vietnam import dates, ids, lists, names
from digitizer.vietnam.pairs import doubted_words
from digitizer.vietnam.text import broken_words, fold, nfc

DIGITS = "0123456789"
LISTED = (*lists.CLOSED, "marital_status")
_STATUSES = (  # whole answers, as people write them on the form of vietnam.md 4.4
    "Độc thân", "Chưa đăng ký kết hôn với ai", "Chưa đăng ký kết hôn lần nào", "Chưa đăng ký kết hôn",
    "Hiện tại chưa đăng ký kết hôn với ai", "Đã kết hôn", "Đã đăng ký kết hôn", "Đã ly hôn", "Chưa kết hôn",
    "Vợ đã chết", "Chồng đã chết",
)
_DATE_LETTERS = DIGITS + "/-. ,ngàythámăNTngayhSisinừ"
_LETTERS = {  # letters that may come out where the type says so
    "date": _DATE_LETTERS, "personal_id": DIGITS + " .", "phone": DIGITS + " .+()-", "integer": DIGITS + " .,",
}


def letters_of(field_type: str) -> frozenset[str] | None:
    """Letters in which an answer of that type is written; None for any."""
    letters = _LETTERS.get(field_type)
    return frozenset(letters) if letters else None


def shape_of(field_type: str) -> Callable[[str], bool] | None:
    """Whether a text is a whole answer of its type: a date that exists, twelve digits, a phone number, one number."""
    return _SHAPES.get(field_type)


def _is_date(text: str) -> bool:
    """Separators must be there: eight digits in a row are not told from a number."""
    is_parted = re.search(r"\d\D+\d", text) or re.fullmatch(r"\D*\d{4}\D*", text)
    return bool(is_parted) and dates.parse_date(text) is not None


_SHAPES: dict[str, Callable[[str], bool]] = {
    "date": _is_date,
    "personal_id": lambda text: ids.parse_personal_id(text) is not None,
    "phone": lambda text: ids.parse_phone(text) is not None,
    "integer": lambda text: re.fullmatch(r"[\d .,]+", text) is not None and ids.parse_integer(text) is not None,
}


def grammar_of(field_type: str) -> Callable[[str], bool] | None:
    """Whether a whole answer, with the words printed between its pieces, can be understood as one of its type; None for
    types that may say anything."""
    if field_type in lists.CLOSED:
        return lambda text: lists.value_of(text, field_type) is not None
    return _GRAMMARS.get(field_type)


def _is_place_and_date(text: str) -> bool:
    """A day that exists, and a name of a place: its last word has a capital, or is a number."""
    place, day = dates.split_place_and_date(text)
    return day is not None and not (place and place.split()[-1][0].islower())


# Endings that addresses of people in Vietnam have, all in one case: "outlook.cor" and "khoaO1@" are misread.
_EMAIL = re.compile(r"[\w.+-]+@(?:[\w-]+\.)+(?:com|vn|net|org|edu|gov|info|me|io|eu|de|fr|jp|kr|us|uk|au|ru|cz)", re.A)


_GRAMMARS: dict[str, Callable[[str], bool]] = {
    "date": lambda text: dates.parse_date(text) is not None,
    "datetime": lambda text: dates.parse_datetime(text) is not None,
    "date_in_words": lambda text: dates.parse_date_in_words(text) is not None,
    "place_and_date": _is_place_and_date,
    "personal_id": lambda text: ids.parse_personal_id(text) is not None,
    "phone": lambda text: ids.parse_phone(text) is not None,
    "integer": lambda text: ids.parse_integer(text) is not None,
    "person_name": lambda text: all(word[0].isupper() for word in names.words_of(text)),
    "email": lambda text: bool(_EMAIL.fullmatch(text.lower())) and text in (text.lower(), text.upper()),
    "text": lambda text: not broken_words(text) and not doubted_words(text),
}


def lacks_digits(text: str, field_type: str) -> bool:
    """Whether the number in a text has not as many digits as numbers of that type have: one may have been missed."""
    if field_type == "identity_paper":
        runs = [len(run) for run in re.findall(r"\d{7,}", text)]
        passport = re.search(r"[A-Z]\d{7,8}(?!\d)", text)
        return bool(runs) and not passport and not any(size in (9, 12) for size in runs)
    shape = shape_of(field_type) if field_type in ("personal_id", "phone") else None
    return shape is not None and any(c.isdigit() for c in text) and not shape(text)


def near_listed(text: str, field_type: str) -> dict[str, str]:
    """Entries of the type's closed list that a reading may be a misreading of: spelling in every case -> value.

    Half the letters and marks may differ: the picture decides (engines/ctc_choice.py), this only saves its time."""
    written = fold(text, spaces=False)
    found: dict[str, str] = {}
    for spellings, key, value in _listed(field_type):
        most = max(1, max(len(key), len(written)) // 2)
        if Levenshtein.distance(written, key, score_cutoff=most) <= most:
            found.update(dict.fromkeys(spellings, value))
    return found


@cache
def _listed(field_type: str) -> tuple[tuple[tuple[str, ...], str, str], ...]:
    if field_type in lists.CLOSED:
        pairs = [(e.spelling, e.value) for e in lists.entries(field_type)]
    else:
        pairs = [(s, s) for s in _STATUSES]
    return tuple((tuple(_cases(nfc(s))), fold(s, spaces=False), v) for s, v in pairs)


def _cases(text: str) -> Iterator[str]:
    """As listed, as in a sentence, small, capitals, and every word with a capital."""
    title = " ".join(word[:1].upper() + word[1:] for word in text.split(" "))
    yield from dict.fromkeys((text, text[:1].upper() + text[1:].lower(), text.lower(), text.upper(), title))


def edits(one: str, other: str) -> int:
    """Letters to change, add or drop."""
    return Levenshtein.distance(one, other)
