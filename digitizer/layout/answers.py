"""Raw text of an answer: takes what was read in its regions, gives text without leaders and what kind of answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from digitizer.document import FieldStatus
from digitizer.template import FieldSpec, FieldType
from digitizer.vietnam.text import fold, nfc

TICKED = 0.035  # share of a tick box's inside that is ink; an empty box has none, a thin cross 0.06
_EDGE = " .,:;·•_~|*'\"`^-=<>«»\\„“”®©°¬†‡⁄!"
_DOTS = re.compile(r"(?:\s*[.·•…_,]){2,}\s*|\s+[.·•_]+\s+")
_GLUED = re.compile(r"(?<=[^\W\d_][^\W\d_])[.](?=[^\W\d_]{2})|(?<=[^\W\d_])[.](?=\d)(?!\d+\b\.)")
_LABEL_TAIL = re.compile(r"^[a-zà-ỹ]{1,2}[.:]? (?=\()")
# A footnote mark that stood behind the label; its second bracket is often lost against the answer.
_MARK = re.compile(r"^\W{0,2}\(\d{1,2}(?:\)|\s(?=[^()]*$))[\W_]*")
_LABEL_REST = re.compile(r"^([^\W\d_]{1,12})\s?[.:;]?\s*\(\d{1,2}\)[\W_]*")  # "thân: (3) " of "Giấy tờ tùy thân:(3)"
_LEADER_DOT = re.compile(r"(?<=[^\W\d_]{2})\.\s+(?=[a-zà-ỹđ])|(?<=\d)\.\s*(?=[a-zà-ỹđ])")  # no sentence begins small
_LABEL_END = re.compile(r"^([^\W\d_]{0,3})\s?[:;]\s*(?=\w|$)")  # "g: 01", "D:" for "):" - the label's end
WORD = 3  # letters that may be a word of the answer
_LETTERS_AHEAD = re.compile(r"^[^\W\d_]{1,2}\s+(?=\d)")  # "g 05": the same, where an answer begins with a digit
_PARTED = re.compile(r"\w([,;])\s*$")  # without dots behind it, which would make it one of them
_DIGITS_FIRST = {FieldType.INTEGER, FieldType.PERSONAL_ID, FieldType.PHONE}
_NONE_SIGNS = re.compile(r"[-/\\|\s.]*(?:-\s*/\s*-|//+)[-/\\|\s.]*")
_NONE_WORDS = {"không", "không có", "khong", "không co"}
_LOOSE = {"(": r"\(?", "²": "[²2?]?", ".": r"\.?"}  # as raised and low print is often read
_SLASHLIKE = re.compile(r"[\s.,:…·_-]+")
_SPACED_SLASH = re.compile(r"[\s.,]*/[\s.,]*")


def line_text(text: str, spec: FieldSpec, goes_on: bool = False, begins: bool = True) -> str:
    """One region's text without leader remnants: dots in a row, dots between words, dots and dashes at the ends.

    goes_on: a further line of the answer follows, so a comma or semicolon close behind the last word was written.
    begins: the label may end in this region; else "Nội; " is a word of the answer."""
    plain = nfc(text).replace("...", " . . ")
    if _NONE_SIGNS.fullmatch(plain):
        return plain.strip(" .")
    if begins:
        plain = _without_label(plain, spec)
    if spec.type in _DIGITS_FIRST:
        plain = _LETTERS_AHEAD.sub("", plain)
    if spec.type is FieldType.EMAIL:
        return re.sub(r"\s+", "", plain).strip(_EDGE)
    plain = _DOTS.sub(_gap, plain)
    plain = _LEADER_DOT.sub(" ", _GLUED.sub(" ", plain))
    parted = _PARTED.search(text) if goes_on else None
    return nfc(plain.strip(_EDGE)) + (parted[1] if parted else "")


def _without_label(text: str, spec: FieldSpec) -> str:
    """A region's text without the end of the label and its footnote mark."""
    rest = _LABEL_REST.match(text)
    if rest and fold(spec.label).endswith(fold(rest[1])):
        text = text[rest.end():]
    text = _MARK.sub("", text.lstrip(")"))
    end = _LABEL_END.match(text)
    if end and (len(end[1]) < WORD or fold(spec.label.rstrip(" :")).endswith(fold(end[1]))):
        text = text[end.end():]
    return text


def _gap(match: re.Match[str]) -> str:
    """A row of dots is a gap; a comma among them stays."""
    return ", " if match.group().lstrip().startswith(",") else " "


def without_tail(text: str, tail: str) -> str:
    """An answer without what is printed right behind its leader ("120,5 m²" where the form says "…… m²")."""
    if not tail:
        return text
    pattern = "".join(_LOOSE.get(char, re.escape(char)) for char in tail)
    return re.sub(rf"\s*{pattern}[\s.,]*$", "", text)


def only_mark(text: str) -> bool:
    """Whether all that was read is a footnote mark, or the end of the label with it, so that nothing was written."""
    return bool(_MARK.fullmatch(_LABEL_TAIL.sub("", nfc(text))))


def only_slashes(text: str, spec: FieldSpec) -> bool:
    """Whether all that was read is the printed slashes of a date, which alone are often read as 1 or l."""
    strokes = _SLASHLIKE.sub("", nfc(text))
    return len(strokes) <= len(spec.inner) and not strokes.strip("/1lI|!")


def join_lines(texts: Sequence[str]) -> str:
    """Continuation lines with one space; what was cut at a slash or dash stays together."""
    joined = ""
    for text in texts:
        if not text:
            continue
        cut = joined.endswith(("/", "-")) and joined[-2:-1] != " "
        joined += text if cut or not joined else f" {text}"
    return joined


def whole_text(texts: Sequence[str], spec: FieldSpec) -> str:
    """All lines of one answer as read, or of its piece between two printed words."""
    lines: list[str] = []
    for number, text in reversed(tuple(enumerate(texts))):
        lines.insert(0, without_tail(line_text(text, spec, any(lines), number == 0), spec.behind))
    return join_lines(lines)


def with_inner(pieces: Sequence[str], inner: Sequence[str]) -> str:
    """Pieces with the printed inner words between them; '' when nothing was written in any."""
    if not any(pieces):
        return ""
    if all(word == "/" for word in inner):
        return join_slashes(" ".join(p for p in pieces if p))
    pieces = _parted(pieces, inner)
    whole = pieces[0]
    for word, piece in zip(inner, pieces[1:], strict=True):
        gap = "" if word.startswith(",") or not whole else " "
        whole = f"{whole}{gap}{word}{' ' if piece else ''}{piece}"
    return nfc(whole.strip(", "))


def _parted(pieces: Sequence[str], inner: Sequence[str]) -> list[str]:
    """A printed inner word that was not found on the page was read with the answer around it: parted there."""
    parted = list(pieces)
    for number, word in enumerate(inner):
        if not parted[number + 1] and fold(word).strip(" ,") in fold(parted[number]):
            parts = split_at(parted[number], (word,))
            if parts:
                parted[number], parted[number + 1] = parts
    return parted


def split_at(text: str, inner: Sequence[str]) -> list[str] | None:
    """A line's text parted at its printed inner words, however well they were read; None when one is not there."""
    bare = "".join(fold(c, spaces=False) or (" " if c.isspace() else c) for c in nfc(text))
    plain, parts, at = nfc(text), [], 0
    if len(bare) != len(plain):
        return None
    for word in inner:
        key = fold(word).strip(" ,")
        found = fuzz.partial_ratio_alignment(key, bare[at:], score_cutoff=70)
        if found is None or found.dest_end <= found.dest_start:
            return None
        parts.append(plain[at:at + found.dest_start])
        at += found.dest_end
    return [nfc(p.strip(_EDGE)) for p in (*parts, plain[at:])]


def join_slashes(text: str) -> str:
    return _SPACED_SLASH.sub("/", text)


def status_of(raw: str, inked: bool, spec: FieldSpec) -> FieldStatus:
    """Blank, none stated, illegible and filled are different answers."""
    if not inked:
        return FieldStatus.BLANK
    if _NONE_SIGNS.fullmatch(raw) or (raw.lower() in _NONE_WORDS and spec.type is not FieldType.TICK):
        return FieldStatus.NONE_STATED
    return FieldStatus.FILLED if raw else FieldStatus.ILLEGIBLE
