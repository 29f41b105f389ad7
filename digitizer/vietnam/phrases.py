"""Wording that hardly varies in addresses, agencies and identity papers: takes a reading, gives it with that right.

Only what is a closed list is touched: kinds of papers, issuers, unit words in small letters, digits among digits, and
the marks that part an address. Names of people and places are left to `lists.snap` and to people."""

from __future__ import annotations

import re
from functools import cache
from math import inf

from rapidfuzz.distance import Levenshtein

from digitizer.vietnam.misread import clearly_meant
from digitizer.vietnam.text import fold, syllables
from digitizer.vietnam.units import province_named

_KINDS = (
    "Căn cước công dân số", "Căn cước số", "Thẻ căn cước số", "Thẻ căn cước công dân số", "CCCD số", "CMND số",
    "Chứng minh nhân dân số", "Hộ chiếu số", "Giấy khai sinh số", "Số định danh cá nhân",
)
_ISSUERS = (
    "do Cục Cảnh sát QLHC về TTXH", "do Cục Cảnh sát quản lý hành chính về trật tự xã hội", "do Bộ Công an",
    "do Cục CS QLHC về TTXH", "do Cục Quản lý xuất nhập cảnh",
)
_OFFICES = ("UBND", "Ủy ban nhân dân", "Công an")
# Words of offices above the commune; near to unit words, but none of them.
_OFFICE_WORDS = frozenset((
    "sở", "phòng", "cục", "chi", "nhánh", "cơ", "quan", "bộ", "vụ", "tổng", "trụ", "cảnh", "sát", "quản", "lý", "xuất",
    "nhập", "xây", "dựng", "đăng", "ký", "đất", "đai", "bảo", "hiểm", "hội", "thuế", "tư", "pháp", "giao", "thông",
    "vận", "tải", "nông", "nghiệp", "môi", "trường", "hành", "chính", "phục", "dịch", "lao", "động", "tài", "nguyên",
    "kế", "hoạch", "đầu", "kinh", "tiếp", "nhận", "trả", "kết", "quả", "phận", "một", "cửa",
))
_UNIT_WORDS = (
    "phường", "xã", "thị", "trấn", "đặc", "khu", "quận", "huyện", "tỉnh", "thành", "phố", "thôn", "xóm", "ấp", "bản",
    "tổ", "dân", "đường", "ngõ", "ngách", "hẻm", "kiệt", "số", "nhà", "tòa", "chung", "cư", "căn", "hộ", "tầng", "lô",
    "đội", "cụm", "bệnh", "viện", "đa", "khoa", "trạm", "y", "tế", "trung", "ương", "sản", "nhi", "và", "tại", "nhân",
    "ủy", "ban", "công", "an", "tập", "thể", "làng", "buôn", "tâm", "riêng", "quốc", "gia",
)
_ROADS = frozenset(("xa lộ", "đại lộ", "quốc lộ", "tỉnh lộ", "hương lộ"))
_PARTING = r"(?:phường|xã|thị trấn|đặc khu|quận|huyện|thị xã|tỉnh|thành phố|TP\.)"
_UNPARTED = re.compile(rf"(\w+) (?={_PARTING} [A-ZĐÀ-Ỹ0-9])")
_NAMED_UNIT = re.compile(rf"{_PARTING} (?:[A-ZĐÀ-Ỹ]\w* ?)+$")
_CITY = re.compile(r"\bTP\s?[,:;]?\s+(?=[A-ZĐ])")
_NAME_AND_NUMBER = re.compile(r"(?P<name>[a-zA-Z]+?)(?P<zeros>[oO]{1,2})(?=\d+@)")
LONGEST = 7  # letters of a syllable: nghiêng
_NOT_BEFORE_COMMA = {"và", "tại", "ubnd", "dân", "an", "thuộc", "của", "do", "trên"}
_LOOKALIKE = str.maketrans("OQoDC(Il|!]ÍÌZSB§", "00000011111112588")
_SLASH = r"\s?[/⁄]{1,2}\s?"
_DATE = re.compile(rf"(?<![\w(/])([\dOQo(Il|]{{1,2}}){_SLASH}([\dOQoIl|]{{1,2}}){_SLASH}([\dOQoIl|ZSB]{{4}})(?!\w)")
_DECIMAL = re.compile(r"^(\d+)\.(\d{1,2})$")
_TWO_SIGNS = re.compile(r"\b(\d{1,2})(?:/(?=\d+\s?[-.])|[-.](?=\d+\s?/))(\d{1,2})\s?[-./](\d{4})\b")
_LONG_NUMBER = re.compile(r"(?<!\w)[\dOQoIl|ZSB§(][\dOQoIl|ZSB§]{11}(?!\w)")
_PAPER = re.compile(
    r"^(?P<kind>\D*?)\s*(?P<number>\d{9,12})\.?\s+(?P<issuer>.+?)\s+"
    r"[cC][ấâaắảáạẩ]p\s*(?P<day>\S*g[aàáảạ]y)?\s*(?P<date>\d\S*)$"
)


def repair_paper(text: str) -> str:
    """"Cän cước số QQ1192670349 dọ Bô Công an cấp 27/10/2025" with kind, number, issuer and date as they must be."""
    plain = _WASTE.sub("", repair_digits(text))
    found = _PAPER.match(plain)
    if not found:
        return plain
    day = "ngày " if found["day"] else ""
    kind = nearest(found["kind"], _KINDS)
    return f"{kind} {found['number']} {nearest(found['issuer'], _ISSUERS)} cấp {day}{found['date']}".strip()


_LONE_LETTER = re.compile(r"^[a-zà-ỹ] (?:\(\d\)\s?)?(?=[^\W\d_])")
_WASTE = re.compile(r"^[\W\d_]\S{0,3} (?=\w{3})")  # of a footnote mark before the answer: "(3C "


def repair_office(text: str) -> str:
    """The agency's kind at the beginning, behind what may be left of a label broken over two lines ("tạ|i UBND"), then
    unit words."""
    text = _LONE_LETTER.sub("", text)
    for office in _OFFICES:
        size = len(office.split(" "))
        words = text.split(" ")
        head = " ".join(words[:size])
        key, read = fold(office, spaces=False), fold(head, spaces=False)
        if len(words) > size and head != office and Levenshtein.distance(key, read) <= max(1, len(key) // 5):
            text = " ".join((office if "ỷ" not in head else "Uỷ ban nhân dân", *words[size:]))
            break
    return repair_unit_words(text)


def repair_address(text: str) -> str:
    """Unit words, and commas where dots and other small marks were read between the parts."""
    text = _CITY.sub("TP. ", text)
    text = re.sub(r"(?<=[^\W_])(?<!\bTP)(?<!\bTX)(?<!\bTT)(?<!\b[PQ])\s?[.;:]\s+(?=\w)", ", ", text)
    return _province_parted(_UNPARTED.sub(_with_comma, repair_unit_words(text)))


def _province_parted(text: str) -> str:
    """A comma between a named unit and the bare province behind it: "thị xã Sơn Tây, Hà Nội"."""
    *before, last = text.rsplit(", ", 1)
    words = last.split(" ")
    for length in (3, 2):
        named, province = words[:-length], " ".join(words[-length:])
        if _NAMED_UNIT.match(" ".join(named)) and province_named(province):
            return ", ".join((*before, " ".join(named), province))
    return text


def repair_prose(text: str) -> str:
    """Free text, in which an address may stand: its digits, and what parts the address."""
    return _province_parted(_UNPARTED.sub(_with_comma, _CITY.sub("TP. ", repair_digits(text))))


def repair_email(text: str) -> str:
    """"quano1@" is quan01: a letter o before digits is a zero where the letters are fewer syllables without it."""
    found = _NAME_AND_NUMBER.match(text)
    if not found or _syllable_count(found["name"]) >= _syllable_count(found["name"] + found["zeros"]):
        return text
    return found["name"] + "0" * len(found["zeros"]) + text[found.end("zeros"):]


def _syllable_count(letters: str) -> float:
    """Of how many Vietnamese syllables, marks left out, letters are made at least; infinity where of none."""
    least = [0.0, *[inf] * len(letters)]
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - LONGEST), end):
            if letters[start:end].lower() in _bare_syllables():
                least[end] = min(least[end], least[start] + 1)
    return least[-1]


@cache
def _bare_syllables() -> frozenset[str]:
    return frozenset(fold(syllable) for syllable in syllables())


def _with_comma(match: re.Match[str]) -> str:
    """Units are parted by commas; the leader's dots swallow them more often than people forget them."""
    word = match.group(1)
    return match.group() if word.lower() in _NOT_BEFORE_COMMA or word.islower() else f"{word}, "


def repair_unit_words(text: str) -> str:
    """Small words of an address come from a closed list; one that is not on it but near one entry is that entry."""
    words = text.split(" ")
    for i, word in enumerate(words):
        core = word.strip(",.;:")
        if not core.isalpha() or not core.islower() or core in _UNIT_WORDS or core in _OFFICE_WORDS or len(core) < 2:
            continue
        if " ".join(words[i:i + 2]) in _ROADS or " ".join(words[max(0, i - 1):i + 1]) in _ROADS:
            continue
        near = [w for w in _UNIT_WORDS if Levenshtein.distance(fold(core), fold(w)) <= (1 if len(w) >= 4 else 0)]
        meant = clearly_meant(core, near) if near else None
        if meant:
            words[i] = word.replace(core, meant, 1)
    return " ".join(words)


def repair_figure(text: str) -> str:
    """A figure before a printed unit: the decimal mark is the comma, and a leader's dot hides its tail; a dot parts
    three digits only."""
    return _DECIMAL.sub(r"\1,\2", text)


def repair_digits(text: str) -> str:
    """Letters read for digits inside dates and 12-digit numbers; a date's own slashes kept single, and a second sign
    between its numbers made like a slash: nobody writes 12/11-1993."""
    text = _TWO_SIGNS.sub(r"\1/\2/\3", text)
    text = _DATE.sub(lambda m: "/".join(part.translate(_LOOKALIKE) for part in m.groups()), text)
    return _LONG_NUMBER.sub(_as_number, text)


def _as_number(match: re.Match[str]) -> str:
    digits = sum(c.isdigit() for c in match.group())
    return match.group().translate(_LOOKALIKE) if digits >= 8 else match.group()


def nearest(text: str, choices: tuple[str, ...]) -> str:
    """The one entry that reads nearly so, letters compared without marks; the text itself where none does."""
    read = fold(text, spaces=False)
    scored = sorted((Levenshtein.distance(fold(c, spaces=False), read), c) for c in choices)
    errors, best = scored[0]
    clear = len(scored) == 1 or scored[1][0] > errors
    return best if read and clear and errors <= len(fold(best, spaces=False)) // 4 else text
