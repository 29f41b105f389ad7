"""Places of Vietnam: takes an address as written, gives the unit it names, or candidates, never one guessed ward.

Source: vietnam.md 2.2-2.4. Two levels are in force since 2025-07-01; older papers write three."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from digitizer.vietnam import units
from digitizer.vietnam.misread import clearly_meant, word_case
from digitizer.vietnam.text import fold, is_syllable, nfc, same_text
from digitizer.vietnam.units import HANOI, OldWard, Unit

_WARD_KINDS = {"phuong": "Phường", "xa": "Xã", "thi tran": "Thị trấn", "dac khu": "Đặc khu"}
_DISTRICT_KINDS = {"quan": "Quận", "huyen": "Huyện", "thi xa": "Thị xã"}
_CITY_KINDS = {"thanh pho": "Thành phố", "tinh": "Tỉnh"}
_KINDS = {
    **dict.fromkeys(_WARD_KINDS, "ward"), **dict.fromkeys(_DISTRICT_KINDS, "district"),
    **dict.fromkeys(_CITY_KINDS, "province"),
}
_KIND_SPELLINGS = {**_WARD_KINDS, **_DISTRICT_KINDS, **_CITY_KINDS}
_SHORT = {
    "p": "phuong", "x": "xa", "tt": "thi tran", "q": "quan", "h": "huyen", "tx": "thi xa", "tp": "thanh pho",
    "t": "tinh",
}
_LONGEST_NAME = 6  # words: 'Văn Miếu - Quốc Tử Giám'


@dataclass(frozen=True, slots=True)
class Place:
    """An address understood as far as it is certain.

    levels: 2 or 3 as written, 0 where that cannot be told. unit: the commune in force now, only when there is one
    answer. candidates: present communes it may be, for a split old ward or an unclear name."""

    as_written: str
    levels: int = 0
    province_code: str | None = None
    unit: Unit | None = None
    candidates: tuple[Unit, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    """One piece between commas: its kind (ward, district, province or '') and the name without the kind's word."""

    level: str
    kind: str
    name: str


def parse_address(text: str) -> Place:
    """The pieces are counted from the end: province, district where there still is one, commune (vietnam.md 2.4)."""
    written = nfc(text)
    parts = _parts(written)
    province = units.province_named(parts[-1].name) if parts and parts[-1].level in ("province", "") else None
    if province is None:
        return Place(written, candidates=_without_province(parts))
    rest = parts[:-1]
    if not rest:
        return Place(written, province_code=province.code)
    if rest[-1].level == "district" or (rest[-1].level == "province" and len(rest) > 1):
        return _three_levels(written, rest, province.code, parts[-1].name)
    if rest[-1].level == "" and _is_bare_district(rest, province.code):
        return _three_levels(written, rest, province.code, parts[-1].name)
    place = _two_levels(written, rest[-1], province.code)
    if place.unit and not same_text(parts[-1].name, province.name) and province.code != HANOI:
        # a province of before the reform, so the name may be an old commune's: likely, but not certain
        return Place(written, 0, province.code, candidates=(place.unit,))
    return place


def address_value(place: Place) -> dict[str, object]:
    """The wire form of DESIGN 6; candidates as {unit_code, unit_name}."""
    return {
        "as_written": place.as_written,
        "unit_code": place.unit.code if place.unit else None,
        "unit_name": place.unit.full_name if place.unit else None,
        "province_code": place.province_code,
        "candidates": [{"unit_code": u.code, "unit_name": u.full_name} for u in place.candidates],
    }


def _two_levels(written: str, part: _Part, province_code: str) -> Place:
    """Within Hanoi a folded name is one unit; elsewhere names may differ by marks only, so there marks must agree."""
    found = units.units_named(part.name, province_code)
    if part.kind:
        found = tuple(u for u in found if u.kind == part.kind) or found
    exact = tuple(u for u in found if same_text(u.name, part.name))
    if len(found) > 1 and len(exact) == 1:
        found = exact
    old = units.old_wards_named(part.name) if province_code == HANOI else ()
    if not found and province_code != HANOI:  # the district left out: what is no unit of today was an old commune
        old = tuple(w for w in units.old_wards_named(part.name, "", province_code) if same_text(w.name, part.name))
    certain = len(found) == 1 and (not part.kind or found[0].kind == part.kind) and (
        province_code == HANOI or bool(exact)
    )
    bare_district = not part.kind and fold(part.name, spaces=False) in units.districts(province_code)
    if certain and (part.level == "ward" or not (old or bare_district)):
        return Place(written, 2, province_code, unit=found[0])
    candidates = tuple(dict.fromkeys((*found, *_successors(old)))) if part.level != "province" else ()
    return Place(written, 2 if part.level == "ward" and not old else 0, province_code, candidates=candidates)


def _three_levels(written: str, rest: list[_Part], province_code: str, province: str) -> Place:
    """Old communes of the district and province as written. Outside Hanoi names may differ by marks only, so there an
    answer is certain only with its marks."""
    if len(rest) < 2:
        return Place(written, 3, province_code)
    district, ward = rest[-1], rest[-2]
    found = units.old_wards_named(ward.name, district.name, province_code)
    found = tuple(w for w in found if fold(w.province) == fold(province)) or found
    exact = tuple(w for w in found if same_text(w.name, ward.name) and ward.kind in ("", w.kind))
    if exact:
        found = exact
    after = _successors(found)
    if len(found) == 1 and len(after) == 1 and (exact or province_code == HANOI):
        return Place(written, 3, province_code, unit=after[0])
    return Place(written, 3, province_code, candidates=after)


def _successors(wards: tuple[OldWard, ...]) -> tuple[Unit, ...]:
    return tuple(dict.fromkeys(units.units()[code] for ward in wards for code in ward.successors))


def _is_bare_district(rest: list[_Part], province_code: str) -> bool:
    """'Láng Hạ, Đống Đa, Hà Nội': a district's name without its kind, behind a ward that stood in it."""
    if len(rest) < 2 or fold(rest[-1].name, spaces=False) not in units.districts(province_code):
        return False
    return bool(units.old_wards_named(rest[-2].name, rest[-1].name, province_code))


def _without_province(parts: list[_Part]) -> tuple[Unit, ...]:
    ward = next((p for p in reversed(parts) if p.level == "ward"), None)
    if ward is None:
        return ()
    found = tuple(u for u in units.units_named(ward.name) if same_text(u.name, ward.name) and u.kind == ward.kind)
    return found if len(found) <= 5 else ()


def _parts(written: str) -> list[_Part]:
    pieces = [p for p in re.split(r"[,;\n]+|\s-\s(?=[^\d])", written) if p.strip(" .-")]
    found: list[_Part] = []
    for piece in pieces:
        found += _split_piece(piece.strip(" .-"))
    # 'Văn Miếu - Quốc Tử Giám' and 'Bà Rịa - Vũng Tàu' were cut at their own dash
    for i in range(len(found) - 1, 0, -1):
        joined = f"{found[i - 1].name} - {found[i].name}"
        known = units.units_named(joined) or units.province_named(joined) or units.is_old_district(joined)
        if not found[i].kind and known:
            found[i - 1:i + 1] = [_Part(found[i - 1].level, found[i - 1].kind, joined)]
    return found


def _split_piece(piece: str) -> list[_Part]:
    """Cuts before kind words inside a piece ('phường Láng quận Đống Đa Hà Nội'), where a known name follows."""
    words = re.sub(r"\b([pqhxt]|t[ptx])\.\s*(?=\S)", r"\1. ", piece, flags=re.IGNORECASE).split()
    starts = [0]
    for i in range(1, len(words)):
        kind, length = _kind_at(words, i)
        name_begins = starts[-1] + _kind_at(words, starts[-1])[1]  # 'phường Phương Liên': its first word is no kind
        if kind and i != name_begins and _known_after(words, i + length, kind):
            starts.append(i)
    cuts = [words[a:b] for a, b in zip(starts, [*starts[1:], len(words)], strict=True)]
    tail = _province_tail(cuts[-1])
    if tail:
        cuts[-1:] = [cuts[-1][:-tail], cuts[-1][-tail:]]
    return [_part(cut) for cut in cuts if cut]


def _part(words: list[str]) -> _Part:
    kind, length = _kind_at(words, 0)
    if not kind or length == len(words):
        return _Part("", "", " ".join(words))
    return _Part(_KINDS[kind], _KIND_SPELLINGS[kind], " ".join(words[length:]))


def _kind_at(words: list[str], start: int) -> tuple[str, int]:
    """(folded kind, its words) of the kind word at this place; ('', 0) for none."""
    if words[start][-1:] in ",;":
        return "", 0
    one = fold(words[start]).strip(" .:")
    if start and f"{fold(words[start - 1])} {one}" in _KINDS:
        return "", 0  # the second word of 'thị xã'
    two = f"{one} {fold(words[start + 1])}" if start + 1 < len(words) else ""
    if two in _KINDS:
        return two, 2
    if one in _KINDS:
        return one, 1
    short = _SHORT.get(one)
    dotted = words[start].endswith(".") or (one in ("tp", "tt", "tx") and len(words) > start + 1)
    return (short, 1) if short and dotted else ("", 0)


def _known_after(words: list[str], start: int, kind: str) -> bool:
    """Whether the words from here to the end or to the next kind word name something of that level."""
    for end in range(min(len(words), start + _LONGEST_NAME), start, -1):
        name = " ".join(words[start:end])
        if _KINDS[kind] == "province" and units.province_named(name):
            return True
        if _KINDS[kind] == "district" and units.is_old_district(name):
            return True
        anywhere = "" if end - start > 1 or name.isdigit() else HANOI  # 'Đan Phượng thành phố': Thành is one too
        if _KINDS[kind] == "ward" and (units.units_named(name) or units.old_wards_named(name, "", anywhere)):
            return True
    return False


def _province_tail(words: list[str]) -> int:
    """How many words at the end name a province, when something stands before them that is no kind word of its own."""
    for length in (4, 3, 2):
        if length >= len(words) or not units.province_named(" ".join(words[-length:])):
            continue
        kind, _ = _kind_at(words, 0)
        head = words[:-length]
        if kind and _KINDS[kind] == "province":
            return 0
        return length if len(head) > 1 and not _is_kind(head[-2:]) else 0
    return 0


def _is_kind(words: list[str]) -> bool:
    return fold(" ".join(words)) in _KINDS or fold(words[-1]) in _KINDS


def snap_units(text: str, only_named: bool = False) -> str:
    """The text with the marks of unit names repaired where the tables leave no doubt ('phường Giẳng Võ' -> 'Giảng Võ').

    Names behind phường, xã, quận, ... are repaired anywhere; with `only_named` False also the last pieces of an
    address that stand without such a word. Streets, hamlets and unknown names are left alone."""
    words = text.split(" ")
    province = parse_address(text).province_code or HANOI
    taken: set[int] = set()
    for i in range(len(words)):
        kind, length = _kind_at(words, i) if i not in taken else ("", 0)
        if kind:
            taken |= _snap_named(words, (i, length), kind, province)
    if not only_named:
        _snap_bare(words, province)
    return " ".join(words)


def _snap_named(words: list[str], at: tuple[int, int], kind: str, province: str) -> set[int]:
    """Repairs the name behind one kind word and the kind word itself; gives the places of the words it stood on."""
    first, length = at
    start = first + length
    stop = next((j + 1 for j in range(start, len(words)) if words[j][-1:] in ",;"), len(words))
    for end in range(min(stop, start + _LONGEST_NAME), start, -1):
        meant = _meant(words[start:end], _KINDS[kind], province, whole=end == stop)
        if meant is None:
            continue
        _write(words, start, meant)
        if fold(words[first]).strip(" .") not in _SHORT:
            _write(words, first, _KIND_SPELLINGS[kind].lower())
        return set(range(first, end))
    return set()


def _snap_bare(words: list[str], province: str) -> None:
    """The last piece as a province; in Hanoi the two before it as district or ward."""
    ends = [j + 1 for j, word in enumerate(words) if word[-1:] in ",;" or j == len(words) - 1]
    spans = list(zip([0, *ends[:-1]], ends, strict=True))
    for back, (start, end) in enumerate(reversed(spans[1:])):
        if _kind_at(words, start)[0] or back > 2:
            continue
        levels = ("province",) if back == 0 else ("district", "ward") if province == HANOI else ()
        for level in levels:
            meant = _meant(words[start:end], level, province, whole=True)
            if meant:
                _write(words, start, meant)
                break


def _meant(read: list[str], level: str, province: str, whole: bool) -> str | None:
    """The one spelling that was read. Of a whole piece of six letters and more one letter may be wrong, where a word is
    no syllable: 'Hàng Bè' is a street and no misread 'Hàng Bồ'."""
    name = " ".join(read).strip(" .,;")
    key = fold(name, spaces=False)
    table = units.spellings(level, province)
    same = table.get(key, ())
    if same:
        return name if any(same_text(s, name) for s in same) else clearly_meant(name, same)
    broken = level == "province" or any(not is_syllable(w) for w in re.findall(r"[^\W\d_]+", name))
    if not whole or len(key) < 6 or not broken:
        return None
    near = [s for k, names in table.items() if Levenshtein.distance(key, k, score_cutoff=1) <= 1 for s in names]
    return clearly_meant(name, near) if near else None


def _write(words: list[str], start: int, meant: str) -> None:
    """Puts the words of `meant` over those read, with their capitals and punctuation; only where the words pair."""
    model = meant.split(" ")
    if start + len(model) > len(words):
        return
    for j, word in enumerate(model, start):
        core = words[j].strip(" .,;:()")
        if core and word != core:
            words[j] = words[j].replace(core, word_case(core, word), 1)
