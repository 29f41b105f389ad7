"""The machine-readable zone of identity cards: takes lines as read, gives what they say where check digits hold.

TD1, three lines of thirty (ICAO 9303 part 5), as Vietnamese cards use it (vietnam.md 1.4): the document number is the
last nine digits of the personal number, which stands whole in the optional data with a check digit of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from digitizer.vietnam.units import birth_provinces

LENGTH = 30
_WEIGHTS = (7, 3, 1)
_TO_DIGIT = str.maketrans("OQDULIJZSGBAT", "0000111256847")
_TO_LETTER = str.maketrans("0158264", "OISBZGA")
_FILLERS = str.maketrans("«‹([{≤", "<<<<<<")
_NAME = re.compile(r"[A-Z]+(?:<[A-Z]+)*<<[A-Z]+(?:<[A-Z]+)*<*|[A-Z]+(?:<[A-Z]+)*<+")
_STARTS = re.compile(r"[I1L|]?[D0O][VY]NM")
_STATE, _NO_LIMIT = "VNM", "991231"


@dataclass(frozen=True, slots=True)
class Zone:
    """What a TD1 zone says; a part whose check digit does not hold is ''.

    personal_id: 12 digits. born, expires: ISO; `expires` '' for a card without limit. sex: 'Nam', 'Nữ' or ''.
    name: without marks, as printed ('NGUYEN VAN AN'), '' where fillers were not read as such. checked: how many of the
    five check digits hold."""

    personal_id: str
    born: str
    sex: str
    expires: str
    name: str
    checked: int


def check_digit(text: str) -> str:
    """ICAO 9303 part 3, 4.9: weights 7 3 1, 0-9 as they are, A=10 … Z=35, filler 0; modulo 10.

    Raises ValueError for another character."""
    return str(sum(_worth(c) * _WEIGHTS[k % 3] for k, c in enumerate(text)) % 10)


def _worth(char: str) -> int:
    if char == "<":
        return 0
    if char.isascii() and (char.isdigit() or char.isupper()):
        return int(char, 36)
    raise ValueError(f"no character of a machine-readable zone: {char!r}")


def looks_like(text: str) -> bool:
    """Whether a line as read may be one of a zone: nearly thirty characters, hardly any but capitals, digits, fillers.

    Readers that never learnt the filler see K, S, 5 or 6 in it: such a line is told by what else must stand there."""
    plain = squeezed(text)
    zone = sum(c == "<" or (c.isascii() and (c.isdigit() or c.isupper())) for c in plain)
    if not 24 <= len(plain) <= 36 or zone < 0.9 * len(plain):
        return False
    return "<<" in plain or "KKK" in plain or bool(_STARTS.match(plain) or _STATE in plain[12:22])


def squeezed(text: str) -> str:
    """Without spaces, look-alikes of the filler as fillers."""
    return re.sub(r"\s", "", text).translate(_FILLERS)


def read_zone(lines: Sequence[str]) -> Zone | None:
    """Of the lines of a page those that make a zone, in any order between others; None where none does.

    Letters where digits must stand are read as the digits they look like, and believed only where the check digit then
    holds. Of several readings of a line the one is taken of which most check digits hold."""
    plain = [squeezed(line) for line in lines if looks_like(line)]
    first = max((z for z in map(_first, plain) if z), key=lambda z: z.checked, default=None)
    second = max((z for z in map(_second, plain) if z), key=lambda z: z.checked, default=None)
    if first is None and second is None:
        return None
    first, second = first or _First("", "", 0), second or _Second("", "", "", "", 0)
    names = sorted((n for n in map(_name, plain) if n), key=len)
    whole = bool(first.sealed and second.final and check_digit(first.sealed + second.sealed) == second.final)
    return Zone(
        first.number, _birth(second.born, first.number), second.sex, _expiry(second.expires),
        names[0] if names else "", first.checked + second.checked + whole,
    )


@dataclass(frozen=True, slots=True)
class _First:
    """sealed: positions 6 to 30, which the last check digit covers; '' where they are not all known."""

    number: str
    sealed: str
    checked: int


@dataclass(frozen=True, slots=True)
class _Second:
    """sealed: what the last check digit, `final`, covers of this line."""

    born: str
    sex: str
    expires: str
    final: str
    checked: int
    sealed: str = ""


def _first(line: str) -> _First | None:
    """'IDVNM', nine digits and their check digit, twelve digits of which the last nine are the same, '<<', and a check
    digit over these. Of the two copies of nine digits the one is right that fits; the first three have no copy."""
    found = _STARTS.match(line)
    if not found:
        return None
    rest = line[found.end():]
    if len(rest) < 22:
        return None
    document, number, final = (rest[a:b].translate(_TO_DIGIT) for a, b in ((0, 10), (10, 22), (24, 25)))
    copies = (document[:9], number[3:])
    told = {number[:3] + copy for copy in copies if _holds(copy + document[9]) and _near(*copies)}
    if final.isdigit():
        told = {n for n in told if n.isdigit() and _closes(n, final)}
    else:  # nothing guards the first three digits but that they are a province
        told = {n for n in told if n == number and n.isdigit() and n[:3] in birth_provinces()}
    if len(told) != 1:
        return None
    found_number = told.pop()
    whole = f"{found_number[3:]}{check_digit(found_number[3:])}{found_number}<<{check_digit(found_number + '<<')}"
    return _First(found_number, whole, _holds(document) + _closes(found_number, final))


def _near(one: str, other: str) -> bool:
    """Two copies of one number, of which a digit at most was misread."""
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) <= 1


def _closes(number: str, final: str) -> bool:
    return check_digit(number + "<<") == final


def _second(line: str) -> _Second | None:
    """Birth yymmdd, check, sex, expiry yymmdd, check, VNM, fillers, check over both lines."""
    if _STATE[1:] not in line[12:22].replace("H", "N") or len(line) < 18:
        return None
    born, until = _sealed(line[:7]), _sealed(line[8:15])
    if not born and not until:
        return None
    sex = {"M": "Nam", "N": "Nam", "H": "Nam", "W": "Nam", "F": "Nữ"}.get(line[7], "")
    known = f"{born}{check_digit(born)}{until}{check_digit(until)}{'<' * 11}" if born and until else ""
    final = line[29].translate(_TO_DIGIT) if len(line) == LENGTH and known else ""
    return _Second(born, sex, until, final, bool(born) + bool(until), known)


def _sealed(text: str) -> str:
    """Six digits whose check digit, the seventh, holds once letters are read as the digits they look like; else ''."""
    digits = text.translate(_TO_DIGIT)
    return digits[:6] if _holds(digits) and _is_day(digits[:6]) else ""


def _holds(text: str) -> bool:
    return text.isascii() and text.isdigit() and check_digit(text[:-1]) == text[-1]


def _is_day(digits: str) -> bool:
    """yymmdd, where an unknown day or month is 00."""
    return int(digits[2:4]) <= 12 and int(digits[4:6]) <= 31


def _birth(digits: str, number: str) -> str:
    """Of the centuries the one that the personal number tells (its fourth digit), else the one not in the future."""
    if not digits:
        return ""
    century = 19 + int(number[3]) // 2 if number else (20 if int(digits[:2]) <= 30 else 19)
    return _iso(century, digits)


def _expiry(digits: str) -> str:
    return "" if not digits or digits == _NO_LIMIT else _iso(20, digits)


def _iso(century: int, digits: str) -> str:
    year, month, day = f"{century}{digits[:2]}", digits[2:4], digits[4:6]
    return year if month == "00" else f"{year}-{month}" if day == "00" else f"{year}-{month}-{day}"


def _name(line: str) -> str:
    """The third line without its fillers; without K too where fillers were read as K."""
    letters = line.translate(_TO_LETTER)
    if _STARTS.match(line) or sum(c.isdigit() for c in line) > 6:
        return ""
    if _NAME.fullmatch(letters):
        return " ".join(letters.replace("<", " ").split())
    return ""
