"""Vietnamese letters and spellings: takes text from any source, gives one storage form, comparison forms and marks."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

# The 67 lower-case letters outside ASCII (vietnam.md 6.1); with their capitals 134, of which 90 lie in U+1EA0-U+1EF9.
_LOWER = "àáâãèéêìíòóôõùúýăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"
MARKED_LETTERS = _LOWER + _LOWER.upper()

TONES = {"\u0301": "sac", "\u0300": "huyen", "\u0309": "hoi", "\u0303": "nga", "\u0323": "nang"}
_QUALITIES = frozenset("\u0302\u0306\u031b")  # circumflex, breve, horn

_REPLACED = str.maketrans({
    "Ð": "Đ", "ð": "đ", "Ɖ": "Đ",  # Icelandic eth and African D stand for Đ in old typed names
    "–": "-", "—": "-", "‐": "-", "‑": "-", "‒": "-", "―": "-", "−": "-",
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "‛": "'", "´": "'", "`": "'",
    "…": "...", "\u00ad": None, "\u200b": None, "\u200c": None, "\u200d": None, "\ufeff": None,
})
# A tone typed before the circumflex or breve: canonical order leaves the two as they come, and "á̂" is no letter.
_LOOSE = re.compile("([\u0300\u0301\u0303\u0309])([\u0302\u0306])")
_FULLWIDTH = str.maketrans({chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)})
_SPACES = re.compile(r"\s+")
_WORD = re.compile(r"[^\W\d_]+")


def nfc(text: str) -> str:
    """The storage form: NFC, one kind of Đ, dash and quote, ASCII digits, single spaces, none at the ends.

    Tone placement and i/y stay as written: a name's spelling is the person's (vietnam.md 6.1)."""
    plain = unicodedata.normalize("NFC", text.translate(_REPLACED).translate(_FULLWIDTH))
    if "\u0302" in plain or "\u0306" in plain:
        plain = unicodedata.normalize("NFC", _LOOSE.sub(r"\2\1", unicodedata.normalize("NFD", plain)))
    return _SPACES.sub(" ", plain).strip()


@lru_cache(maxsize=65536)
def fold(text: str, spaces: bool = True) -> str:
    """For comparison only: storage form, lower case, no marks, đ as d; with `spaces=False` letters and digits only."""
    decomposed = unicodedata.normalize("NFD", nfc(text).lower())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c)).replace("đ", "d")
    return bare if spaces else "".join(c for c in bare if c.isalnum())


def fold_aligned(text: str) -> str:
    """As `fold`, but one character for one, so that places found in it are places in the text (in storage form)."""
    return "".join(letter_parts(c)[0][:1] or c for c in text)


@lru_cache(maxsize=4096)
def letter_parts(letter: str) -> tuple[str, str, str]:
    """(base letter, quality mark, tone mark) of one letter, lower case; '' where there is none; the bar of đ is '-'."""
    if letter in "đĐ":
        return "d", "-", ""
    base, quality, tone = "", "", ""
    for mark in unicodedata.normalize("NFD", letter.lower()):
        if mark in TONES:
            tone = mark
        elif mark in _QUALITIES:
            quality = mark
        else:
            base += mark
    return base, quality, tone


def tone_key(text: str) -> str:
    """For comparison only: lower case; hòa, khỏe, thúy, qúy spelled hoà, khoẻ, thuý, quý (15 pairs, vietnam.md 6.1)."""
    return new_style(nfc(text).lower())


def same_text(one: str, other: str) -> bool:
    """Whether two texts are the same but for case, tone placement and Unicode form."""
    return tone_key(one) == tone_key(other)


def new_style(text: str) -> str:
    """NFC text with tones on the last vowel: hoà, khoẻ, thuý for hòa, khỏe, thúy (vietnam.md 6.1); case stays."""
    return _WORD.sub(lambda match: _new_style(match.group()), nfc(text))


def _new_style(word: str) -> str:
    if len(word) < 2:
        return word
    first, last = letter_parts(word[-2]), letter_parts(word[-1])
    movable = first[2] and not first[1] and last[1:] == ("", "") and first[0] + last[0] in ("oa", "oe", "uy")
    if not movable:
        return word
    bare = first[0].upper() if word[-2].isupper() else first[0]
    return word[:-2] + bare + unicodedata.normalize("NFC", word[-1] + first[2])


_RIMES_LISTED = (
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây "
    "e ec em en eng eo ep et ê êch êm ên ênh êp êt êu "
    "i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu "
    "o oc oi om on ong op ot ooc oong ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt "
    "oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oe oen oeo oet oem "
    "u ua uc ui um un ung up ut uê uêch uên uênh uêu uơ uy uya uych uynh uyp uyt uyu uyên uyêt "
    "uân uât uâng uây uôc uôi uôm uôn uông uôt "
    "ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu y yêm yên yêng yêt yêu"
)
_AFTER_QU_LISTED = (
    "a ac ach ai an ang anh ao at au ay ăc ăm ăn ăng ăp ăt ân âng ât ây âc e en eo et ê ên ênh êch êt i in it inh "
    "y yt ynh ych yên yêt ơ ơi ôc ôn"
)
_RIMES = frozenset(_RIMES_LISTED.split())
_AFTER_QU = frozenset(_AFTER_QU_LISTED.split())
_ONSETS = (
    "ngh", "ng", "nh", "gh", "gi", "ch", "kh", "ph", "qu", "th", "tr",
    "b", "c", "d", "đ", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "x", "",
)
_FRONT = frozenset("eêiy")
_STOPS = ("p", "t", "c", "ch")


@lru_cache(maxsize=16384)
def is_syllable(word: str) -> bool:
    """Whether one word can be a Vietnamese syllable: onset, rime and tone agree (vietnam.md 6.1).

    Names of other peoples (H'Hen, K'Brơi) are not: flag them, never reject them."""
    bare, tones = "", ""
    for letter in unicodedata.normalize("NFC", tone_key(word)):
        base, quality, tone = letter_parts(letter)
        bare += unicodedata.normalize("NFC", base + quality) if quality != "-" else "đ"
        tones += tone
    if not bare or len(tones) > 1:
        return False
    return any(_fits(onset, bare[len(onset):], tones) for onset in _ONSETS if bare.startswith(onset))


def broken_words(text: str) -> tuple[str, ...]:
    """Words of running text with Vietnamese marks that are no Vietnamese syllable: read wrongly, or of another people.
    Words without marks may be of any language, and capitals alone an abbreviation: those are passed over."""
    marked = (w for w in _WORD.findall(nfc(text)) if not (w.isascii() or (w.isupper() and len(w) < 6)))
    return tuple(w for w in marked if not is_syllable(w))


@cache
def syllables() -> tuple[str, ...]:
    """Every syllable that `is_syllable` allows, lower case; where two styles set the tone apart (hòa, hoà), both."""
    found: set[str] = set()
    for onset in _ONSETS:
        for rime in _RIMES:
            for tone in ("", *TONES):
                words = {onset + _toned(rime, tone)}
                if tone and rime in ("oa", "oe", "uy"):
                    words.add(onset + unicodedata.normalize("NFC", rime[0] + tone) + rime[1])
                found.update(filter(is_syllable, words))
    return tuple(sorted(found))


def _toned(rime: str, tone: str) -> str:
    """The tone over the vowel that has a quality mark, else over the last but one, or over the last before a coda."""
    vowels = [i for i, letter in enumerate(rime) if letter_parts(letter)[0] in "aeiouy"]
    marked = [i for i in vowels if letter_parts(rime[i])[1]]
    if marked:
        at = marked[-1]
    elif vowels[-1] < len(rime) - 1 or rime[:2] in ("oa", "oe", "uy"):
        at = vowels[min(1, len(vowels) - 1)] if rime[:2] in ("oa", "oe", "uy") else vowels[-1]
    else:
        at = vowels[0]
    return rime[:at] + unicodedata.normalize("NFC", rime[at] + tone) + rime[at + 1 :]


def _fits(onset: str, rime: str, tone: str) -> bool:
    if rime.endswith(_STOPS) and TONES.get(tone) not in ("sac", "nang"):
        return False
    if onset == "qu":
        return rime in _AFTER_QU
    if onset == "gi":
        return rime in _RIMES and not rime.startswith(("i", "y"))
    if rime not in _RIMES:
        return False
    if rime.startswith("yê") and onset:
        return False
    front = rime[0] in _FRONT
    if onset in ("k", "gh", "ngh"):
        return front
    if onset == "g":
        return not front or rime in ("i", "in", "iêng")  # gì, gìn, giếng
    if onset in ("c", "ng"):
        return not front
    return True
