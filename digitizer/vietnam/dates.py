"""Dates as people write them: takes digits or words in Vietnamese order, gives ISO dates no finer than written.

Sources: vietnam.md 1.7 (printed forms, order, words), NĐ 30/2020/NĐ-CP (leading zeros)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from rapidfuzz.distance import Levenshtein

from digitizer.vietnam.text import fold, nfc

FIRST_YEAR, LAST_YEAR = 1850, 2100
_LEADERS = " .…_·,;:|~'\"*"


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date of which the month or the day may be unknown; a year-only birth date never becomes 1 January."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def iso(self) -> str:
        """'1981-08-25', '1981-08' or '1981'."""
        return "-".join([f"{self.year:04}"] + [f"{part:02}" for part in (self.month, self.day) if part is not None])

    def agrees(self, other: PartialDate) -> bool:
        """Equal as far as both are known."""
        pairs = ((self.year, other.year), (self.month, other.month), (self.day, other.day))
        return all(a == b for a, b in pairs if a is not None and b is not None)


def partial(year: int, month: int | None = None, day: int | None = None) -> PartialDate | None:
    """None for a date that does not exist (31/4, month 19) or lies outside 1850-2100."""
    if not FIRST_YEAR <= year <= LAST_YEAR or (day is not None and month is None):
        return None
    try:
        date(year, month if month is not None else 1, day if day is not None else 1)
    except ValueError:
        return None
    return PartialDate(year, month, day)


def from_iso(text: str) -> PartialDate | None:
    """The inverse of `PartialDate.iso`; a time behind 'T' is dropped."""
    match = re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T.*)?)?)?", text)
    return partial(*(int(g) for g in match.groups() if g)) if match else None


def parse_date(text: str) -> PartialDate | None:
    """'ngày 05 tháng 3 năm 1981', '5/3/1981', '5.3.1981', '5-3-1981', '03/1981', '1981'; spaces and leader remnants
    inside are borne. Day-month-year only; None for anything else, a two-digit year or an impossible date."""
    folded = fold(text)
    folded = re.sub(r"^\W*(?:sinh|vao)\b", " ", folded).strip(_LEADERS)
    if re.search(r"thang|nam", folded):
        return _with_words(folded)
    folded = re.sub(r"^ngay\b", "", folded).strip(_LEADERS)
    if re.search(r"[^\d\s./,:;_|·-]", folded):
        return None
    return _from_groups(_groups(folded))


def _with_words(folded: str) -> PartialDate | None:
    match = re.fullmatch(
        r"(?:(?:ngay)?(?P<day>[^a-z]*?))?(?:thang(?P<month>[^a-z]*?))?nam(?P<year>[^a-z]*)", folded.replace("mong", "")
    )
    if not match:
        return None
    parts = ["".join(re.findall(r"\d", match[name] or "")) for name in ("day", "month", "year")]
    return _from_groups(parts)


def _groups(folded: str) -> list[str]:
    """The digits between separators; the strongest separator that is there decides, so that dots may be leaders."""
    for separator in ("/", "-"):
        if separator in folded:
            return [re.sub(r"\D", "", part) for part in folded.split(separator)]
    if "." in folded:
        return [re.sub(r"\D", "", part) for part in re.split(r"\.+", folded)]
    digits = re.sub(r"\D", "", folded)
    if len(digits) == 8:
        return [digits[:2], digits[2:4], digits[4:]]
    return folded.split() if len(digits) != 4 else [digits]


def _from_groups(groups: list[str]) -> PartialDate | None:
    if not groups or len(groups) > 3:
        return None
    day, month, year = [""] * (3 - len(groups)) + groups
    if len(year) != 4 or len(day) > 2 or len(month) > 2 or not (day + month + year).isdigit():
        return None
    if day and not month:
        return None
    return partial(int(year), int(month) if month else None, int(day) if day else None)


def parse_datetime(text: str) -> str | None:
    """'08 giờ 30 phút, ngày 15 tháng 3 năm 2026' -> '2026-03-15T08:30'; without minutes '2026-03-15T08'; without a
    time the date alone. Also '8h30 ngày 15/3/2026' and '08:30, 15/3/2026'. None when the date is not there."""
    folded = fold(text)
    match = re.match(r"^\W*(\d[\d ]*)\s*(?:gio|h|:)[\s.…_]*(\d[\d ]*)?[\s.…_]*(?:phut|p\b)?[\s,.;…_]*(.*)$", folded)
    if match is None:
        found = parse_date(re.sub(r"^[\W_]*(?:gio)?[\W_]*(?:phut)?[\W_]*(?=ngay)", "", folded))
        return found.iso if found else None
    found = parse_date(match[3])
    hour, minute = match[1].replace(" ", ""), (match[2] or "").replace(" ", "")
    if not found or found.day is None or int(hour) > 24 or (minute and int(minute) > 59) or len(hour + minute) > 4:
        return None
    return f"{found.iso}T{int(hour):02}" + (f":{int(minute):02}" if minute else "")


def split_place_and_date(text: str) -> tuple[str, PartialDate | None]:
    """'Hà Nội, ngày 05 tháng 11 năm 2026' -> ('Hà Nội', its date); a place alone keeps an unknown date."""
    written = nfc(text)
    match = re.search(r"[,.\s]*(?:[Nn]g[àaáâ]y\b.*|\d{1,2}\s*/.*)$", written)
    if not match:
        return written.strip(_LEADERS), None
    return written[:match.start()].strip(_LEADERS), parse_date(match.group().strip(_LEADERS))


_DIGIT_WORDS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_OTHER_DIGITS = {"mốt": 1, "tư": 4, "lăm": 5, "nhăm": 5, "bẩy": 7}
_DIGITS = {fold(w): n for n, w in enumerate(_DIGIT_WORDS)} | {fold(w): n for w, n in _OTHER_DIGITS.items()}
_MONTHS = {"giêng": 1, "chạp": 12}
_SPOKEN = (
    *_DIGIT_WORDS, *_OTHER_DIGITS, *_MONTHS, "mười", "mươi", "trăm", "nghìn", "ngàn", "linh", "lẻ", "ngày", "tháng",
    "mồng", "mùng",
)
_BY_KEY: dict[str, tuple[str, ...]] = {}
for _word in _SPOKEN:
    _BY_KEY[fold(_word)] = (*_BY_KEY.get(fold(_word), ()), _word)


def parse_date_in_words(text: str) -> PartialDate | None:
    """'Ngày mười lăm tháng ba năm hai nghìn hai mươi sáu'; also 'một chín tám mốt' and 'hai nghìn linh năm' for years,
    mồng/mùng, tháng giêng and tháng chạp. Marks may be misread: the words differ without them."""
    words = [_known(w) for w in re.findall(r"[a-z]+", fold(text))]
    line = " ".join(w or "?" for w in words)
    match = re.fullmatch(r"(?:(?:ngay )?(?:mong |mung )?(.+?) )?thang (.+?) nam (.+)", line)
    if match:
        day, month, year = match.groups()
    elif match := re.fullmatch(r"(?:nam )?(.+)", line):
        day, month, year = None, None, match[1]
    else:
        return None
    numbers = [_number(part.split()) if part else None for part in (day, month, year)]
    if any(part and number is None for part, number in zip((day, month, year), numbers, strict=True)):
        return None
    return partial(numbers[2] or 0, numbers[1], numbers[0])


def date_in_words(when: PartialDate) -> str:
    """'ngày mười lăm tháng ba năm hai nghìn không trăm hai mươi sáu', as far as the date is known."""
    parts = [f"năm {number_in_words(when.year)}"]
    if when.month is not None:
        parts.insert(0, f"tháng {'tư' if when.month == 4 else number_in_words(when.month)}")
    if when.day is not None:
        parts.insert(0, f"ngày {number_in_words(when.day)}")
    return " ".join(parts)


def number_in_words(number: int) -> str:
    """0 to 9999 as read aloud in the north: 'một nghìn chín trăm tám mươi mốt', 'hai nghìn không trăm linh năm'."""
    if not 0 <= number <= 9999:
        raise ValueError("only 0 to 9999")
    thousands, rest = divmod(number, 1000)
    if not thousands:
        return _below_thousand(rest, False)
    head = f"{_DIGIT_WORDS[thousands]} nghìn"
    return head if not rest else f"{head} {_below_thousand(rest, True)}"


def _below_thousand(number: int, full: bool) -> str:
    hundreds, rest = divmod(number, 100)
    head = f"{_DIGIT_WORDS[hundreds]} trăm " if hundreds or full else ""
    tens, ones = divmod(rest, 10)
    if not rest:
        return head.strip() or _DIGIT_WORDS[0]
    if not tens:
        return head + ("linh " if head else "") + _DIGIT_WORDS[ones]
    if tens == 1:
        return head + "mười" + (f" {'lăm' if ones == 5 else _DIGIT_WORDS[ones]}" if ones else "")
    last = {0: "", 1: " mốt", 4: " tư", 5: " lăm"}.get(ones, f" {_DIGIT_WORDS[ones]}")
    return f"{head}{_DIGIT_WORDS[tens]} mươi{last}"


def snap_words(text: str) -> str | None:
    """A date in words with the marks of its words repaired; None when it is no date in words.

    'mười' and 'mươi' follow from grammar (mươi only behind a digit from 2 to 9); otherwise a word that exists stays."""
    written = nfc(text)
    if parse_date_in_words(written) is None:
        return None
    before = ""

    def repaired(match: re.Match[str]) -> str:
        nonlocal before
        word = match.group()
        key = _known(fold(word)) or fold(word)
        choices = _BY_KEY.get(key, (word,))
        meant = word.lower() if word.lower() in choices else choices[0]
        if key == "muoi":
            meant = "mươi" if _DIGITS.get(before, 0) >= 2 else "mười"
        before = key
        if word.isupper() and len(word) > 1:
            return meant.upper()
        return meant[:1].upper() + meant[1:] if word[:1].isupper() else meant

    return re.sub(r"[^\W\d_]+", repaired, written)


def _known(word: str) -> str | None:
    """The folded word of the vocabulary that is meant, one wrong letter borne where only one word is that near."""
    if word in _BY_KEY:
        return word
    near = [k for k in _BY_KEY if len(word) >= 3 and Levenshtein.distance(word, k, score_cutoff=1) <= 1]
    return near[0] if len(near) == 1 else None


def _number(words: list[str]) -> int | None:
    """The number of folded number words; 'mot chin tam mot' digit by digit is 1981."""
    months = {fold(k): v for k, v in _MONTHS.items()}
    if len(words) == 1 and words[0] in months:
        return months[words[0]]
    if len(words) == 4 and all(w in _DIGITS for w in words):
        return int("".join(str(_DIGITS[w]) for w in words))
    total, current = 0, None
    for word in words:
        if word in _DIGITS:
            if current is not None and current % 10:
                return None
            current = (current or 0) + _DIGITS[word]
        elif word == "muoi":
            current = (current or 1) * 10
        elif word in ("tram", "nghin", "ngan"):
            if current is None:
                return None
            total, current = total + current * (100 if word == "tram" else 1000), None
        elif word not in ("linh", "le"):
            return None
    return total + (current or 0)
