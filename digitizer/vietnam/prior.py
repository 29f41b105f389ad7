"""What is known of Vietnamese words before a picture is seen: takes words in turn, gives log-probabilities.

Built from open material alone: the units in force before and since 2025-07-01, words of addresses, the closed lists.
A word that was never counted stays possible if the language allows it as a syllable, and any other at a price, since
hamlets, streets and people bear names that stand in no table. Words are compared in lower case, tone placement folded
(hoà = hòa), so the prior never prefers one spelling of a tone; a number is a number, whichever it is."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from digitizer.vietnam import dates, lists, units
from digitizer.vietnam.text import fold, is_syllable, letter_parts, syllables, tone_key

NUMBER = "#"
START = "^"
MOST_KNOWN = 100_000  # answers kept, some 30 MB
ORDER = 4  # words of context: enough to see the end of the district behind its ward
# Kinds of units may stand before a name, or be left out: they do not count as context.
KINDS = frozenset(("xã", "phường", "quận", "huyện", "tỉnh", "tp", "tx", "tt", "ttr", "p", "q", "h", "x", "f", "t"))
PAIRED_KINDS = frozenset({("thành", "phố"), ("thị", "xã"), ("thị", "trấn"), ("đặc", "khu")})
_SMALL = (
    "thành phố thị trấn số nhà đường ngõ ngách hẻm kiệt tổ dân khu vực khối khóm ấp thôn xóm đội cụm bản buôn làng lô "
    "tầng tòa căn hộ phòng chung cư tập thể đô thị công nghiệp tờ đồ thửa đất chợ trường cầu ngã ba tư và "
    "bệnh viện trạm y tế tâm trung ương khám đa khoa phụ sản nhi hộ sinh quân hữu nghị học cổ truyền quốc tế"
)
_SHORT = "tp tx tt tdp kp kdc kđt kcn kv hcm hn ql tl km tbđ ubnd vn sn"
SMALL = KINDS | frozenset(_SMALL.split())  # words that are as well written without a capital inside an address
ABBREVIATED = KINDS | frozenset(_SHORT.split())
SHORT = frozenset(_SHORT.split())  # written in capitals, whatever the rest is


class NgramPrior:
    """Interpolated counts of word sequences (Witten and Bell 1991), found when asked for and then kept.

    `of_syllables`, `of_others`: share of words that were never counted, legal syllables and anything else."""

    of_syllables = 0.04
    of_others = 0.002
    of_letter = math.log(1 / 25)  # a letter of a word that is no syllable
    of_digit = math.log(1 / 10)

    def __init__(self, phrases: Iterable[str], skipped: frozenset[str] = frozenset()) -> None:
        self._words: list[str] = []
        self._skipped = skipped
        for phrase in phrases:
            self._words.append(START)
            self._words += self._bare(phrase.split())
        self._places: dict[tuple[str, ...], list[int]] = {}
        for place, word in enumerate(self._words[:-1]):
            self._places.setdefault((word,), []).append(place + 1)
        self._followers: dict[tuple[str, ...], tuple[dict[str, int], int] | None] = {}
        self._started: dict[tuple[Any, str], float] = {}
        self._ahead: dict[tuple[str, ...], tuple[dict[str, float], float] | None] = {}
        self._kinds = _likeliest((kind, 1.0) for kind in (*skipped, *(first for first, _ in PAIRED_KINDS)))
        self._known: dict[tuple[Any, str], tuple[float, Any]] = {}
        counts = Counter(self._words)
        known = 1 - self.of_syllables - self.of_others
        total = sum(counts.values())
        self._single = {word: known * n / total for word, n in counts.items()}
        self._legal = self.of_syllables / len(syllables())
        self._begun = self._beginnings()
        self._vocabulary = [*(word for word in self._single if word not in (NUMBER, START)), *skipped]
        self._folded = [fold(word) for word in self._vocabulary]

    def _bare(self, words: list[str]) -> Iterator[str]:
        for k, word in enumerate(words):
            paired = tuple(words[k:k + 2]) in PAIRED_KINDS or tuple(words[max(0, k - 1):k + 1]) in PAIRED_KINDS
            if not (self._skipped and (word in self._skipped or paired)):
                yield word

    def _beginnings(self) -> dict[str, float]:
        """Log-probability of the likeliest word that begins so, nothing known of the words before."""
        chances = dict.fromkeys(_legal(), self._legal)
        for word, chance in self._single.items():
            chances[word] = max(chances.get(word, 0.0), chance)
        return _likeliest(chances.items())

    def start(self) -> Any:
        return (START,), ""

    def beginning(self, state: Any, letters: str) -> float:
        """Of the likeliest word behind `state` that begins so, case not looked at; with a digit, of a number."""
        found = self._started.get((state, letters))
        if found is None:
            found = self._started[state, letters] = self._beginning(state, letters.lower())
        return found

    def _beginning(self, state: Any, letters: str) -> float:
        context, last = state
        least = -math.inf
        rest = 0.0  # what is left for words not seen behind the longer contexts
        for length in range(len(context), 0, -1):
            begun = self._begun_behind(context[-length:])
            if begun is not None:
                likeliest, left = begun
                least = max(least, rest + likeliest.get(letters, -math.inf))
                rest += left
        if self._skipped and any(one == last and other.startswith(letters) for one, other in PAIRED_KINDS):
            return PAIRED
        if self._skipped and letters in self._kinds:
            least = max(least, KIND)
        if letters in self._begun:
            return max(least, rest + self._begun[letters])
        if not letters.isalpha() and any(c.isdigit() for c in letters):
            number = self._chance(NUMBER, context)
            return math.log(max(number, NUMBERS)) + self.of_digit * len(letters)
        return max(least, rest + math.log(self.of_others) + self.of_letter * len(letters))

    def _begun_behind(self, context: tuple[str, ...]) -> tuple[dict[str, float], float] | None:
        """Beginnings of the words seen behind a context, and the logarithm of the share left to other words."""
        if context not in self._ahead:
            followers = self._behind(context)
            if followers is None:
                self._ahead[context] = None
                return None
            counts, total = followers
            likeliest = _likeliest((word, n / (total + len(counts))) for word, n in counts.items())
            self._ahead[context] = likeliest, math.log(len(counts) / (total + len(counts)))
        return self._ahead[context]

    def word(self, state: Any, word: str) -> tuple[float, Any]:
        """Log-probability of a word behind `state`, with what its capitals cost, and the state behind it."""
        found = self._known.get((state, word))
        if found is None:
            if len(self._known) + len(self._started) > MOST_KNOWN:
                for kept in (self._known, self._started, self._followers, self._ahead):
                    kept.clear()
            found = self._known[state, word] = self._word(state, word)
        return found

    def _word(self, state: Any, word: str) -> tuple[float, Any]:
        context, last = state
        key = _key(word)
        case = self.case(word, key)
        if self._skipped:
            if key in self._skipped:
                return (KIND if len(key) > 1 else INITIAL) + case, (context, key)
            if (last, key) in PAIRED_KINDS:
                return PAIRED + case, (context[:-1] if context[-1:] == (last,) else context, key)
        if not key.isalpha() and any(c.isdigit() for c in key):
            chance = self._chance(NUMBER, context)
            return math.log(max(chance, NUMBERS)) + self.of_digit * len(key), ((*context, NUMBER)[-ORDER:], NUMBER)
        chance = self._chance(key, context)
        other = self.of_others * math.exp(self.of_letter * len(key))
        return math.log(chance + other) + case, ((*context, key)[-ORDER:], key)

    def knows(self, word: str) -> bool:
        """Whether a word was counted, or is a number."""
        key = _key(word)
        return key in self._single or key in self._skipped or key.isdigit()

    def near(self, word: str, most: int) -> list[str]:
        """Known words spelled like a reading, the likest first, as written with a capital and, where usual, without."""
        key = fold(word)
        if any(c.isdigit() for c in key) and not any(c.isalpha() for c in key):
            return []
        allowed = max(1, (len(key) + 1) // 2)
        distances = process.extract(key, self._folded, scorer=Levenshtein.distance, score_cutoff=allowed, limit=None)
        ranked = sorted((distance, -self._single.get(self._vocabulary[at], 1.0), at) for _, distance, at in distances)
        return [form for _, _, at in ranked[:most] for form in self.forms(self._vocabulary[at], word)]

    def forms(self, key: str, word: str) -> Iterator[str]:
        """How a known word may be written where `word` was read."""
        for spelling in _placements(key):
            yield spelling.upper() if word.isupper() and len(word) > 1 else spelling[:1].upper() + spelling[1:]
            if key in SMALL:
                yield spelling

    def sign(self, state: Any, sign: str) -> tuple[float, Any]:
        """A comma, a dot, a hyphen between words, which is no context. A dot is mostly a leader's, but not in 'TP.'."""
        if sign == "." and state[1] in ABBREVIATED:
            return PAIRED, state
        return (COMMA if sign == "," else SIGN), state

    def end(self, state: Any) -> float:
        """Of the line's end behind `state`: a unit's kind is not the last word of an address."""
        context, last = state
        if last in self._skipped:
            return END
        return max(END, math.log(self._chance(START, context)))

    def case(self, word: str, key: str) -> float:
        return 0.0

    def _chance(self, word: str, context: tuple[str, ...]) -> float:
        chance = self._single.get(word, 0.0)
        if not chance or word not in self._single:
            chance += self._legal if word in _legal() else 0.0
        for length in range(1, len(context) + 1):
            followers = self._behind(context[-length:])
            if followers is None:
                break
            counts, total = followers
            chance = (counts.get(word, 0) + len(counts) * chance) / (total + len(counts))
        return chance

    def _behind(self, context: tuple[str, ...]) -> tuple[dict[str, int], int] | None:
        """What was counted behind a context, and how often it was; None when it never was."""
        if context not in self._followers:
            counts = Counter(self._words[place] for place in self._found(context) if place < len(self._words))
            self._followers[context] = (dict(counts), sum(counts.values())) if counts else None
        return self._followers[context]

    def _found(self, context: tuple[str, ...]) -> list[int]:
        places = self._places.get(context)
        if places is None and len(context) == 1:
            return []
        if places is None:
            before, back = context[0], len(context)
            places = [p for p in self._found(context[1:]) if p >= back and self._words[p - back] == before]
            self._places[context] = places
        return places


def _likeliest(chances: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Log-probability of the likeliest word for every beginning, both tone placements."""
    best: dict[str, float] = {}
    for word, chance in chances:
        for spelling in _placements(word):
            for length in range(1, len(spelling) + 1):
                if chance > best.get(spelling[:length], 0.0):
                    best[spelling[:length]] = chance
    return {letters: math.log(chance) for letters, chance in best.items()}


FACILITIES = 5  # times that each counts
PHRASES = 60  # times that a phrase of the forms counts, as much as a province's communes
PAIRED = math.log(0.5)
KIND = math.log(0.03)  # of a unit's kind at any place
INITIAL = math.log(0.001)  # of one letter for it (P., Q.): else TP comes apart
COMMA, SIGN = math.log(0.4), math.log(0.05)
NUMBERS = 0.01  # of a number at any place
END = math.log(0.05)  # of the end of a line where none was counted: an answer may go on below


class AddressPrior(NgramPrior):
    """Addresses: names of places begin with capitals, or the whole line is in capitals or in small letters."""

    def case(self, word: str, key: str) -> float:
        if word == word.lower():
            return 0.0 if key in SMALL else SMALL_LETTER
        if word[1:] == word[1:].lower():
            return 0.0
        if word == word.upper():
            return 0.0 if key in SHORT else CAPITALS
        return MIXED


SMALL_LETTER, CAPITALS, MIXED = math.log(0.02), math.log(0.4), math.log(0.01)


@cache
def address_prior() -> AddressPrior:
    return AddressPrior(_addresses(), KINDS)


@cache
def papers_prior() -> NgramPrior:
    """Names of authorities and papers, with places: the phrases of the forms among the units."""
    phrases = [_key_phrase(phrase) for kind in ("identity_paper", "organization", "place_and_date", "address")
               for phrase in lists.phrases(kind)]
    return NgramPrior((*_addresses(), *(phrases * PHRASES)), KINDS)


@cache
def spoken_dates_prior() -> NgramPrior:
    """Dates in words, the days of a century."""
    days = (dates.partial(year, year % 12 + 1, year * 11 % 28 + 1) for year in range(1930, 2031))
    return NgramPrior(tone_key(dates.date_in_words(day)) for day in days if day)


class SyllablePrior:
    """Whether a word can be Vietnamese, and nothing more: all syllables are alike, so no name is made of another."""

    def start(self) -> Any:
        return None

    def beginning(self, state: Any, letters: str) -> float:
        return 0.0

    def word(self, state: Any, word: str) -> tuple[float, Any]:
        return (0.0 if self.knows(word) else BROKEN), None

    def sign(self, state: Any, sign: str) -> tuple[float, Any]:
        return 0.0, None

    def knows(self, word: str) -> bool:
        """A syllable, a number or an abbreviation (QLHC); capitals only at its beginning or throughout."""
        one_case = word[1:] == word[1:].lower() or word == word.upper()
        return (one_case and is_syllable(word)) or word.isdigit() or _ABBREVIATION.fullmatch(word) is not None

    def end(self, state: Any) -> float:
        return 0.0

    def near(self, word: str, most: int) -> list[str]:
        return []


BROKEN = -8.0  # of a word that is no syllable; at the weight of names, as much as a letter of a tenth the probability


@cache
def syllable_prior() -> SyllablePrior:
    return SyllablePrior()


def _addresses() -> Iterator[str]:
    """Every unit within those above it, with words of addresses; lower case, new tone placement."""
    province = district = ""
    for level, _, name, _ in units.old_units():
        if level == "P":
            province = name
        elif level == "D":
            district = name
        else:
            yield _key_phrase(f"{name} {district} {province}")
    names = {p.code: p.name for p in units.provinces()}
    for unit in units.units().values():
        yield _key_phrase(f"{unit.name} {names[unit.province_code]}")
    for phrase in (*address_words(), *facilities() * FACILITIES):
        yield _key_phrase(phrase)


def address_words() -> tuple[str, ...]:
    return _lines("address_words.txt")


def facilities() -> tuple[str, ...]:
    """Hospitals and other places where people are born and die, in small letters."""
    return _lines("health_facilities.txt")


@cache
def _lines(name: str) -> tuple[str, ...]:
    """Without the two lines at the head: a phrase may itself begin with '#', any number."""
    return tuple((units.DATA / name).read_text(encoding="utf-8").splitlines()[2:])


def _key_phrase(text: str) -> str:
    return " ".join(NUMBER if word[0].isdigit() else word for word in _WORD.findall(tone_key(text)))


_ABBREVIATION = re.compile(r"[A-ZĐ]{2,6}")
_WORD = re.compile(r"[^\W_][\w'/]*|#")


@cache
def _legal() -> frozenset[str]:
    return frozenset(tone_key(word) for word in syllables())


@cache
def _key(word: str) -> str:
    return tone_key(word)


def _placements(word: str) -> Iterator[str]:
    """The word, and with its tone where the old style puts it (hoà, hòa)."""
    yield word
    if len(word) > 1:
        first, last = letter_parts(word[-2]), letter_parts(word[-1])
        if last[2] and not last[1] and not first[1] and first[0] + last[0] in ("oa", "oe", "uy"):
            yield word[:-2] + _composed(first[0], last[2]) + last[0]


def _composed(letter: str, tone: str) -> str:
    return unicodedata.normalize("NFC", letter + tone)
