"""Personal names: takes a name as written, gives what is unusual about it; never another name.

Sources: vietnam.md 6.1 (parts, foreign names), 6.2 (never change one valid name into another), 6.3 (surname shares)."""

from __future__ import annotations

import re

from digitizer.vietnam.text import fold, is_syllable, nfc, tone_key

# Share of the people, in percent; a study of 2005 (vietnam.md 6.3).
SURNAMES = {
    "nguyễn": 38.4, "trần": 11.5, "lê": 9.5, "phạm": 7.0, "hoàng": 2.6, "huỳnh": 2.5, "phan": 4.5, "vũ": 2.0,
    "võ": 1.9, "đặng": 2.1, "bùi": 2.0, "đỗ": 1.4, "hồ": 1.3, "ngô": 1.3, "dương": 1.0, "lý": 0.5,
}
_SURNAME_KEYS = {tone_key(s) for s in SURNAMES}
_SURNAMES_FOLDED = {fold(s) for s in SURNAMES}


def normal_name(text: str) -> str:
    """Storage form of a name: NFC, single spaces, no leader remnants at the ends; letters and capitals as written."""
    return nfc(text).strip(" .,;:_·…|-'\"")


def words_of(name: str) -> tuple[str, ...]:
    return tuple(normal_name(name).split(" ")) if normal_name(name) else ()


def odd_characters(name: str) -> str:
    """Characters that stand in no name: digits and signs other than ' - and . (K'Brơi, Y-Moan)."""
    return "".join(sorted({c for c in normal_name(name) if not (c.isalpha() or c in " '-.")}))


def broken_words(name: str) -> tuple[str, ...]:
    """Words that are no Vietnamese syllable: a misreading, or a name of another people or country; a flag only."""
    parts = (p for word in words_of(name) for p in re.split(r"['\-.]", word) if p)
    return tuple(p for p in parts if not (is_syllable(p) and len(p) < 8))


def is_mixed_case(name: str) -> bool:
    """Capitals inside a word ('NguyỄn'), or words of capitals beside others: a sign of misreading."""
    words = [w for w in words_of(name) if len(w) > 1]
    odd = any(not (w.isupper() or w.istitle() or w.islower()) and "'" not in w for w in words)
    return odd or len({w.isupper() for w in words}) > 1


def has_common_surname(name: str) -> bool:
    """Whether the first word is one of the surnames of nine people in ten, marks and all."""
    words = words_of(name)
    return bool(words) and tone_key(words[0]) in _SURNAME_KEYS


def has_misread_surname(name: str) -> bool:
    """Whether the first word is a common surname but for its marks ('Nguyên', 'Tran'): likely misread. Duong is not
    looked at twice: 'Đường' and 'Dương' are both names."""
    words = words_of(name)
    return bool(words) and fold(words[0]) in _SURNAMES_FOLDED - {"duong", "ho", "ly", "vo", "do", "le"} and (
        tone_key(words[0]) not in _SURNAME_KEYS
    )


def same_name(one: str, other: str) -> bool:
    """Equal but for case, tone placement and spaces; 'Lý' and 'Lí' are two names."""
    return tone_key(normal_name(one)) == tone_key(normal_name(other))
