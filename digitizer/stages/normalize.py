"""From what is written to what it means: takes a record with raw answers, gives it with normal forms; raw stays."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from digitizer.document import Field, FieldStatus, Finding, Record, Source
from digitizer.template import FieldType
from digitizer.vietnam import dates, ids, lists, names, places
from digitizer.vietnam.text import fold, nfc

STAGE = "normalize"
_NONE_MARKS = re.compile(r"[.\-/\\]*(?://|-/-|/-/|\\\\|--+)[.\-/\\]*")  # '//', '-/-' (vietnam.md 4.9)
_NONE_WORDS = frozenset({"khong", "khong co", "khong thoi han"})
_NEVER_NONE = frozenset({FieldType.TICK, FieldType.SEX, FieldType.DATE_IN_WORDS})

# What is said where an answer is written but has no normal form; without the person's data.
_MESSAGES = {
    FieldType.DATE: "Ngày ghi không đọc được thành ngày, tháng, năm có thật.",
    FieldType.DATE_IN_WORDS: "Ngày ghi bằng chữ không đọc được thành ngày có thật.",
    FieldType.DATETIME: "Thời điểm ghi không đọc được thành giờ, ngày có thật.",
    FieldType.PERSONAL_ID: "Số định danh cá nhân không đủ 12 chữ số.",
    FieldType.IDENTITY_PAPER: "Không thấy số của giấy tờ tùy thân.",
    FieldType.SEX: "Giới tính không đọc được là Nam hay Nữ.",
    FieldType.PHONE: "Số điện thoại không đúng dạng.",
    FieldType.EMAIL: "Địa chỉ thư điện tử không đúng dạng.",
    FieldType.INTEGER: "Không đọc được thành một số.",
}
# A list that people write beside: the text is kept as the value, and said to be off the list.
_OPEN_LISTS = {
    FieldType.ETHNICITY: "Dân tộc không có trong danh mục 54 dân tộc.",
    FieldType.NATIONALITY: "Quốc tịch không có trong danh mục.",
    FieldType.RELATION: "Quan hệ không có trong danh mục thường gặp.",
}


def normalize(record: Record) -> Record:
    """`value` of every filled field by its type (DESIGN 6); 'không', '-/-' and '//' become NONE_STATED.

    Safe to run again: findings of an earlier run are replaced, and what a person has set is left as they set it."""
    return replace(record, fields=tuple(
        f if f.source is Source.PERSON else _normalize_field(f) for f in record.fields
    ))


def _normalize_field(field: Field) -> Field:
    kept = tuple(f for f in field.findings if f.stage != STAGE)
    if field.status not in (FieldStatus.FILLED, FieldStatus.NONE_STATED):
        return replace(field, value=None, findings=kept)
    if says_none(field.raw, field.type):
        return replace(field, status=FieldStatus.NONE_STATED, value=None, findings=kept)
    kind = FieldType(field.type)
    value = _NORMAL_FORMS[kind](field.raw)
    if value is None and kind in _MESSAGES:
        kept += (_finding("not_understood", _MESSAGES[kind], field),)
    if value is None and kind in _OPEN_LISTS:
        value = nfc(field.raw)
        kept += (_finding("not_in_list", _OPEN_LISTS[kind], field),)
    return replace(field, status=FieldStatus.FILLED, value=value, findings=kept)


def says_none(raw: str, field_type: str) -> bool:
    """Whether the answer is that there is none; a ticked 'Không' is an answer of its own."""
    if field_type in _NEVER_NONE:
        return False
    return bool(_NONE_MARKS.fullmatch(re.sub(r"\s", "", raw))) or fold(raw).strip(" .,-") in _NONE_WORDS


def _finding(code: str, message: str, field: Field) -> Finding:
    return Finding(code, STAGE, message, page=field.page, field=field.id)


def _date(raw: str) -> str | None:
    found = dates.parse_date(raw)
    return found.iso if found else None


def _date_in_words(raw: str) -> str | None:
    found = dates.parse_date_in_words(raw)
    return found.iso if found else None


def _personal_id(raw: str) -> str | None:
    found = ids.parse_personal_id(raw)
    return found.digits if found else None


def _identity_paper(raw: str) -> dict[str, Any] | None:
    found = ids.parse_identity_paper(raw)
    if found is None or found.number is None:
        return None
    return {**asdict(found), "issued_on": found.issued_on.iso if found.issued_on else None}


def _address(raw: str) -> dict[str, Any]:
    return places.address_value(places.parse_address(raw))


def _place_and_date(raw: str) -> dict[str, Any]:
    place, when = dates.split_place_and_date(raw)
    return {"place": place or None, "date": when.iso if when else None}


def _listed(kind: str) -> Callable[[str], str | None]:
    return lambda raw: lists.value_of(raw, kind)


def _number(raw: str) -> str:
    return re.sub(r"\s*([/-])\s*", r"\1", nfc(raw)).strip(" .,;:")


_NORMAL_FORMS: dict[FieldType, Callable[[str], Any]] = {
    FieldType.PERSON_NAME: names.normal_name,
    FieldType.DATE: _date,
    FieldType.DATE_IN_WORDS: _date_in_words,
    FieldType.DATETIME: dates.parse_datetime,
    FieldType.PERSONAL_ID: _personal_id,
    FieldType.IDENTITY_PAPER: _identity_paper,
    FieldType.ADDRESS: _address,
    FieldType.PLACE: _address,
    FieldType.SEX: _listed("sex"),
    FieldType.ETHNICITY: _listed("ethnicity"),
    FieldType.NATIONALITY: _listed("nationality"),
    FieldType.RELATION: _listed("relation"),
    FieldType.PHONE: ids.parse_phone,
    FieldType.EMAIL: ids.parse_email,
    FieldType.TEXT: nfc,
    FieldType.INTEGER: ids.parse_integer,
    FieldType.ORGANIZATION: nfc,
    FieldType.NUMBER: _number,
    FieldType.BOOK: _number,
    FieldType.PLACE_AND_DATE: _place_and_date,
    FieldType.TICK: nfc,
}
