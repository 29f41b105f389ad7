"""An identity card to fields: takes what its pages say, gives one Field per printed item, from the surest source.

Code before machine-readable zone before print; where two of them differ in more than a misreading, that is said and
nothing is sure any more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import Levenshtein

from digitizer.document import CardText, Field, FieldStatus, Finding, PageText, PrintedValue, Source
from digitizer.layout.printed import missing, printed
from digitizer.template import FieldSpec, FieldType, Template
from digitizer.vietnam import dates, ids
from digitizer.vietnam.card_codes import CardCode, parse_card_code
from digitizer.vietnam.lists import snap
from digitizer.vietnam.mrz import Zone, read_zone
from digitizer.vietnam.phrases import repair_address, repair_digits
from digitizer.vietnam.text import fold, nfc

STAGE = "read_card"
BY_CODE, BY_ZONE = 0.999, 0.99  # the code corrects itself; one misread zone in ten passes each check digit, not two
DIFFER = 0.45  # two sources against each other: as likely the one as the other
SURE_PRINT = 0.9  # print read with less says nothing against another source
NO_LIMIT = "Không thời hạn"
_MESSAGES = {
    "card_sources_differ": "Mã QR, dòng máy đọc và chữ in trên thẻ không giống nhau.",
    "card_code_strange": "Mã QR trên thẻ không có nội dung của thẻ căn cước.",
    "several_cards": "Trên trang có thẻ của nhiều người; chỉ một thẻ được đọc.",
}


@dataclass(frozen=True, slots=True)
class CardReading:
    fields: tuple[Field, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Told:
    """What a source says of one field, and on which page."""

    raw: str
    source: Source
    page: int


def read_card(texts: Sequence[PageText], template: Template) -> CardReading:
    """Every field of the template; what no source tells is NOT_FOUND, as its side may not have been shown."""
    shown = [(text.page, text.card) for text in texts if text.card]
    codes = [(page, c) for page, card in shown for code in card.codes if (c := parse_card_code(code.text))]
    zones = [(page, zone) for page, card in shown if (zone := read_zone(card.zone))]
    values = {value.field_id: (page, value) for page, card in reversed(shown) for value in card.values}
    told: dict[str, list[_Told]] = {}
    for page, code in codes[:1]:
        _add(told, _of_code(code), Source.QR, page)
    for page, zone in zones[:1]:
        _add(told, _of_zone(zone), Source.MRZ, page)
    fields = tuple(_field(spec, told.get(spec.id, []), values.get(spec.id)) for spec in template.fields)
    fields = _names_compared(fields, zones[0][1] if zones else None)
    return CardReading(fields, tuple(_findings(shown, codes, zones)))


def _add(told: dict[str, list[_Told]], values: dict[str, str], source: Source, page: int) -> None:
    for field_id, raw in values.items():
        if raw:
            told.setdefault(field_id, []).append(_Told(raw, source, page))


def _of_code(code: CardCode) -> dict[str, str]:
    return {name: getattr(code, name) for name in CardCode.__slots__}


def _of_zone(zone: Zone) -> dict[str, str]:
    """Without the name, whose marks the zone does not have."""
    return {
        "personal_id": zone.personal_id, "date_of_birth": _slashed(zone.born), "sex": zone.sex,
        "expires_on": _slashed(zone.expires),
    }


def _slashed(iso: str) -> str:
    return "/".join(reversed(iso.split("-"))) if iso else ""


def _field(spec: FieldSpec, told: Sequence[_Told], value: tuple[int, PrintedValue] | None) -> Field:
    field = missing(spec)
    raw = tidied(value[1].raw, spec) if value else ""
    if value and raw:
        field = printed(spec, replace(value[1], raw=raw), value[0])
        if raw == NO_LIMIT:
            field = replace(field, status=FieldStatus.NONE_STATED)
    if not told:
        return field
    best = told[0]
    against = [other.raw for other in told[1:] if not _same(other.raw, best.raw, spec)]
    if field.source is Source.OCR and field.confidence >= SURE_PRINT and _contradicts(field.raw, best.raw, spec):
        against.append(field.raw)
    found = replace(
        field, status=FieldStatus.FILLED, raw=best.raw, source=best.source, page=best.page,
        confidence=BY_CODE if best.source is Source.QR else BY_ZONE,
    )
    if not against:
        return found
    finding = Finding("card_sources_differ", STAGE, _MESSAGES["card_sources_differ"], page=best.page, field=spec.id)
    return replace(found, confidence=DIFFER, candidates=tuple(dict.fromkeys(against)), findings=(finding,))


def tidied(raw: str, spec: FieldSpec) -> str:
    """A printed value without what photo, guilloche and neighbours left at its ends; '' when nothing of its kind is
    left."""
    raw = nfc(raw).strip(" .,:;|-_'\"`~")
    if spec.type is FieldType.PERSONAL_ID:
        digits = ids.digits_of(raw)
        return digits if digits.isdigit() else ""
    if spec.type is FieldType.DATE:
        if fold(raw, spaces=False).startswith("khongthoihan"):
            return NO_LIMIT
        found = re.search(r"\d{1,2}\s*/\s*\d{1,2}\s*/\s*\d{4}", repair_digits(raw))
        return re.sub(r"\s", "", found.group()) if found and dates.parse_date(found.group()) else ""
    if spec.type is FieldType.PERSON_NAME:
        words = [w for w in raw.split() if w.isalpha() and w.isupper()]
        return " ".join(words) if len(words) > 1 else ""
    if spec.type in (FieldType.SEX, FieldType.NATIONALITY):
        return snap(raw, spec.type.value) or (snap(raw.split()[0], spec.type.value) or "" if raw else "")
    if spec.type in (FieldType.ADDRESS, FieldType.PLACE):
        return repair_address(raw)
    return raw


def _same(one: str, other: str, spec: FieldSpec) -> bool:
    return fold(one, spaces=False) == fold(other, spaces=False)


def _contradicts(seen: str, told: str, spec: FieldSpec) -> bool:
    """Whether print says something else, and not only with a letter misread."""
    one, other = fold(seen, spaces=False), fold(told, spaces=False)
    if spec.type in (FieldType.PERSONAL_ID, FieldType.DATE, FieldType.SEX):
        return one != other
    if spec.type is FieldType.PERSON_NAME:
        return Levenshtein.normalized_similarity(one, other) < 0.75
    return False  # an address is broken, shortened and renamed


def _names_compared(fields: tuple[Field, ...], zone: Zone | None) -> tuple[Field, ...]:
    """The zone's name, which has no marks, against the name that was read."""
    name = next((f for f in fields if f.id == "full_name"), None)
    if zone is None or not zone.name or name is None or name.status is not FieldStatus.FILLED:
        return fields
    one, other = fold(name.raw, spaces=False), fold(zone.name, spaces=False)
    cut = len(other) >= 24 and one.startswith(other[:20])  # a long name does not fit into thirty letters
    if cut or Levenshtein.normalized_similarity(one, other) >= 0.8:
        return fields
    finding = Finding("card_sources_differ", STAGE, _MESSAGES["card_sources_differ"], page=name.page, field=name.id)
    doubted = replace(name, confidence=min(name.confidence, DIFFER), candidates=(zone.name,),
                      findings=(*name.findings, finding))
    return tuple(doubted if f is name else f for f in fields)


def _findings(
    shown: Sequence[tuple[int, CardText]], codes: Sequence[tuple[int, CardCode]], zones: Sequence[tuple[int, Zone]]
) -> list[Finding]:
    found = []
    for page, card in shown:
        if card.codes and not any(parse_card_code(code.text) for code in card.codes):
            found.append(Finding("card_code_strange", STAGE, _MESSAGES["card_code_strange"], page))
    if len({code.personal_id for _, code in codes}) > 1:
        found.append(Finding("several_cards", STAGE, _MESSAGES["several_cards"], codes[0][0]))
    return found
