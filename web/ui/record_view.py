"""What of a record stands on the pages: takes stored bodies and versions, gives lines ready to be shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from digitizer.template import FieldType
from digitizer.vietnam.text import fold
from storage.base import RecordVersion
from storage.search_base import Hit
from storage.search_words import Term, field_words, groups_of
from storage.workbench import PagePicture

_ = str  # marks texts for the catalogues; the templates translate them
STATES = {
    "needs_review": _("chờ kiểm tra"), "published": _("đã công bố"), "amended": _("đã sửa và công bố"),
    "rejected": _("bị từ chối"), "erased": _("đã xóa"),
}
STATUSES = {
    "filled": _("có ghi"), "blank": _("để trống"), "struck": _("gạch bỏ"), "none_stated": _("ghi là không có"),
    "illegible": _("không đọc được"), "not_found": _("không thấy trên giấy"),
}
SOURCES = {
    "ocr": _("máy đọc nét mực"), "qr": _("mã QR của thẻ"), "mrz": _("vùng MRZ của thẻ"), "person": _("cán bộ"),
    "none": _("không có"),
}
VERDICTS = {
    "agrees": _("khớp cơ sở dữ liệu dân cư"), "disagrees": _("khác cơ sở dữ liệu dân cư"),
    "only_registry": _("giấy để trống, cơ sở dữ liệu dân cư có"),
}
MASKED = frozenset({FieldType.PERSONAL_ID.value, FieldType.IDENTITY_PAPER.value, FieldType.PHONE.value})
_WORD = re.compile(r"[^\W_]+")
_LETTERS_SHOWN = 3  # of a masked number: enough to tell two apart at a counter, too little to use it


@dataclass(frozen=True, slots=True)
class Piece:
    """Text of a match; `found`: it is what was looked for."""

    text: str
    found: bool


@dataclass(frozen=True, slots=True)
class Match:
    """A field that holds what was looked for. masked: shown only when somebody points at it; then `full` is."""

    label: str
    pieces: tuple[Piece, ...]
    full: str
    masked: str


@dataclass(frozen=True, slots=True)
class HitLine:
    """One line of the list."""

    hit: Hit
    form: str
    name: str
    born: str
    number: str
    masked: str
    dossier: str
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Region:
    """Where an answer stands: shares (0-1) of the picture's width and height."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One field of the record's page. `was`: what the machine had read, where a person changed it; '' for nothing."""

    id: str
    label: str
    body: dict[str, Any]
    value: str
    page: int | None
    regions: tuple[Region, ...]
    was: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of which two versions differ."""

    label: str
    field_id: str
    before: str
    after: str
    before_status: str = ""
    after_status: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions: the fields that differ, and how many do not."""

    old: RecordVersion
    new: RecordVersion
    differences: tuple[Difference, ...]
    same: int


def hit_line(hit: Hit, form: str, typed: str) -> HitLine:
    """The person the paper is about, and what of the record was looked for."""
    block, name = _about(hit.body["fields"])
    beside = {leaf: hit.body["fields"].get(f"{block}.{leaf}") for leaf in ("date_of_birth", "personal_id",
                                                                           "identity_paper")}
    number = _number(beside["personal_id"]) or _number(beside["identity_paper"])
    born = beside["date_of_birth"]
    return HitLine(
        hit, form, name, shown_value(born) if born else "", number, masked(number),
        (hit.body.get("dossier") or {}).get("code", ""), tuple(_matches(hit.body["fields"], typed, name)),
    )


def field_lines(
    body: dict[str, Any], pictures: Sequence[PagePicture], authors: dict[str, str]
) -> tuple[FieldLine, ...]:
    sizes = {p.page: (p.width_px / p.dpi * 25.4, p.height_px / p.dpi * 25.4) for p in pictures}
    lines = []
    for field_id, one in body["fields"].items():
        correction = one.get("correction")
        read = correction["was_read"] if correction else None
        page = one.get("page")
        lines.append(FieldLine(
            field_id, one["label"], one, shown_value(one), page,
            tuple(_region(polygon, sizes[page]) for polygon in one["polygon_mm"]) if page in sizes else (),
            shown_value({**one, **read}) if read else "",
            authors.get(correction["author"], correction["author"]) if correction else "",
        ))
    return tuple(lines)


def compare(old: RecordVersion, new: RecordVersion) -> Comparison:
    """Field by field, in the order of the newer version, then what only the older one has."""
    before, after = old.body["fields"], new.body["fields"]
    found = []
    for field_id in [*after, *(f for f in before if f not in after)]:
        was, is_ = before.get(field_id), after.get(field_id)
        if was is None or is_ is None or any(was.get(k) != is_.get(k) for k in ("raw", "value", "status", "source")):
            found.append(Difference(
                (is_ or was)["label"], field_id, _both(was), _both(is_), was["status"] if was else "",
                is_["status"] if is_ else "",
            ))
    return Comparison(old, new, tuple(found), len(before.keys() | after.keys()) - len(found))


def authors_of(versions: Sequence[RecordVersion]) -> set[str]:
    """Whoever wrote a version or a field of one, but the machine."""
    found = {v.author for v in versions}
    for version in versions:
        found |= {f["correction"]["author"] for f in version.body["fields"].values() if f.get("correction")}
    return found - {"machine", ""}


def shown_value(one: dict[str, Any]) -> str:
    """The normal form as people write it: 25/08/1981; a paper with its number, issuer and day."""
    value = one.get("value")
    if value is None:
        return str(one.get("raw") or "")
    if isinstance(value, dict):
        parts = (_day(str(v)) if k in ("issued_on", "date") else str(v) for k, v in value.items()
                 if v and k in ("kind", "number", "issuer", "issued_on", "as_written", "unit_name", "place", "date"))
        return " · ".join(dict.fromkeys(parts))
    return _day(str(value)) if one.get("type") in ("date", "datetime") else str(value)


def masked(number: str) -> str:
    """Dots for all but the last letters."""
    return "•" * max(0, len(number) - _LETTERS_SHOWN) + number[-_LETTERS_SHOWN:] if len(number) > 4 else number


def _about(fields: dict[str, Any]) -> tuple[str, str]:
    """(block, name) of the first person who is not the one asking; else of that one."""
    names = [(f.rpartition(".")[0], shown_value(one)) for f, one in fields.items()
             if one["type"] == FieldType.PERSON_NAME.value and shown_value(one)]
    others = [n for n in names if n[0] != "requester"]
    return (others or names or [("", "")])[0]


def _number(one: dict[str, Any] | None) -> str:
    value = one.get("value") if one else None
    number = value.get("number") if isinstance(value, dict) else value
    return str(number or (one or {}).get("raw") or "")


def _matches(fields: dict[str, Any], typed: str, name: str) -> Iterator[Match]:
    """The first field for each group of words, but for the name that the line begins with anyway."""
    for group in groups_of(typed):
        for one in fields.values():
            text = str(one.get("raw") or shown_value(one))
            pieces = tuple(_pieces(text, group)) if _holds(one, group) else ()
            if pieces and text != name:
                hidden = masked(re.sub(r"\s", "", text)) if one["type"] in MASKED else ""
                yield Match(one["label"], pieces, text, hidden)
                break
            if pieces:
                break


def _holds(one: dict[str, Any], group: tuple[Term, ...]) -> bool:
    words = field_words(one)
    return all(term.fits(words) for term in group)


def _pieces(text: str, group: tuple[Term, ...]) -> Iterator[Piece]:
    at = 0
    for word in _WORD.finditer(text):
        if any(term.fits([fold(word.group())]) for term in group):
            yield Piece(text[at:word.start()], False)
            yield Piece(word.group(), True)
            at = word.end()
    yield Piece(text[at:], False)


def _region(polygon: list[list[float]], size_mm: tuple[float, float]) -> Region:
    xs, ys = [p[0] / size_mm[0] for p in polygon], [p[1] / size_mm[1] for p in polygon]
    return Region(*(round(v, 4) for v in (min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))))


def _both(one: dict[str, Any] | None) -> str:
    """Value, and the text as written where that says more."""
    if one is None:
        return ""
    value, raw = shown_value(one), str(one.get("raw") or "")
    return value if not raw or fold(raw, spaces=False) == fold(value, spaces=False) else f"{value} ({raw})"


def _day(value: str) -> str:
    date, _sep, clock = value.partition("T")
    turned = "/".join(reversed(date.split("-"))) if re.fullmatch(r"\d{4}(-\d\d){0,2}", date) else date
    return f"{clock} {turned}".strip()
