"""What the population registry says beside the paper: takes a record, gives it with agreement per field.

Nothing the paper says is overwritten; a registry that is down leaves the record as it was (vietnam.md 5.2, 5.4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from digitizer.document import Field, FieldStatus, Finding, Record, Registry
from digitizer.ports import Lookup, Person, PopulationRegistry, Verdict
from digitizer.vietnam import dates, ids, lists, names, places
from digitizer.vietnam.text import nfc, same_text

STAGE = "enrich"
_NAMES_OF_PARTS = {"full_name": "họ tên", "date_of_birth": "ngày sinh", "personal_id": "số định danh"}
# Leaf of the field -> attribute of ports.Person it is compared with.
_COMPARED = {
    "full_name": "full_name", "date_of_birth": "date_of_birth", "personal_id": "personal_id", "sex": "sex",
    "ethnicity": "ethnicity", "nationality": "nationality", "residence": "permanent_residence",
    "permanent_residence": "permanent_residence", "home_town": "home_town",
}
_MOVABLE = frozenset({"residence", "permanent_residence", "home_town"})  # people move: no sign of a misreading


@dataclass(frozen=True, slots=True)
class _Query:
    """The three parts a lookup needs together, and the block they come from."""

    block: str
    personal_id: str
    full_name: str
    date_of_birth: str


def enrich(record: Record, population: PopulationRegistry | None) -> Record:
    """`Field.registry` for every person block whose number, name and birth date were read; findings for a mismatch,
    for a number nobody holds, and one note when the registry does not answer."""
    if population is None:
        return record
    answers: dict[tuple[str, str, str], Lookup] = {}
    fields = {f.id: replace(f, registry=None, findings=_of_others(f.findings)) for f in record.fields}
    findings = list(_of_others(record.findings))
    for query in _queries(record):
        key = (query.personal_id, query.full_name, query.date_of_birth)
        if key not in answers:
            answers[key] = population.lookup(*key)
        answer = answers[key]
        if answer.verdict is Verdict.UNAVAILABLE:
            findings.append(Finding("registry_unavailable", STAGE, "Chưa đối chiếu được với cơ sở dữ liệu dân cư."))
            break
        if answer.verdict is Verdict.PERSON and answer.person:
            _compare(fields, query.block, answer.person)
        else:
            _mismatch(fields, query.block, answer)
    return replace(record, fields=tuple(fields.values()), findings=tuple(findings))


def _of_others(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Without what an earlier lookup said."""
    return tuple(f for f in findings if f.stage != STAGE)


def _queries(record: Record) -> Iterator[_Query]:
    for block in dict.fromkeys(f.id.rpartition(".")[0] for f in record.fields if "." in f.id):
        number = _number(record.field(f"{block}.personal_id")) or _number(record.field(f"{block}.identity_paper"))
        name, born = (_text(record.field(f"{block}.{leaf}")) for leaf in ("full_name", "date_of_birth"))
        if number and name and born:
            yield _Query(block, number, name, born)


def _text(field: Field | None) -> str:
    return field.value if field and field.status is FieldStatus.FILLED and isinstance(field.value, str) else ""


def _number(field: Field | None) -> str:
    value = field.value if field and field.status is FieldStatus.FILLED else None
    number = value.get("number") if isinstance(value, dict) else value
    return number if isinstance(number, str) and ids.parse_personal_id(number) else ""


def _compare(fields: dict[str, Field], block: str, person: Person) -> None:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    for leaf, attribute in _COMPARED.items():
        field, held = fields.get(f"{block}.{leaf}"), getattr(person, attribute)
        if field is None or not held:
            continue
        if field.status is FieldStatus.FILLED:
            verdict = "agrees" if _same(leaf, field.value, held) else "disagrees"
        elif field.status in (FieldStatus.BLANK, FieldStatus.NOT_FOUND):
            verdict = "only_registry"
        else:
            continue
        added: tuple[Finding, ...] = ()
        if verdict == "disagrees":
            code = "registry_address_differs" if leaf in _MOVABLE else "registry_disagrees"
            added = (_finding(code, "Khác với cơ sở dữ liệu dân cư.", field),)
        fields[field.id] = replace(field, registry=Registry(verdict, held, now), findings=(*field.findings, *added))
    paper = fields.get(f"{block}.identity_paper")
    if paper and _number(paper) == person.personal_id:
        fields[paper.id] = replace(paper, registry=Registry("agrees", person.personal_id, now))


def _same(leaf: str, said: Any, held: str) -> bool:
    """Equal in meaning: names letter for letter, dates as far as both are known, places by their unit."""
    if leaf == "full_name":
        return names.same_name(str(said), held)
    if leaf == "date_of_birth":
        one, other = dates.from_iso(str(said)), dates.from_iso(held)
        return bool(one and other and one.agrees(other))
    if leaf in ("sex", "ethnicity", "nationality"):
        return said == (lists.value_of(held, leaf) or nfc(held))
    if isinstance(said, dict):
        place = places.parse_address(held)
        if said["unit_code"] and place.unit:
            return bool(said["unit_code"] == place.unit.code)
        return same_text(said["as_written"], held)
    return same_text(str(said), held)


def _mismatch(fields: dict[str, Field], block: str, answer: Lookup) -> None:
    if answer.verdict is Verdict.NOT_FOUND:
        code, message = "registry_not_found", "Không có người nào mang số định danh này trong cơ sở dữ liệu dân cư."
        parts: tuple[str, ...] = ("personal_id",)
    else:
        named = ", ".join(_NAMES_OF_PARTS.get(p, p) for p in answer.mismatched)
        code, message = "registry_mismatch", f"Không khớp với cơ sở dữ liệu dân cư: {named}."
        parts = answer.mismatched
    for part in parts:
        field = fields.get(f"{block}.{part}")
        if field is None and part == "personal_id":
            field = fields.get(f"{block}.identity_paper")
        if field:
            fields[field.id] = replace(field, findings=(*field.findings, _finding(code, message, field)))


def _finding(code: str, message: str, field: Field) -> Finding:
    return Finding(code, STAGE, message, page=field.page, field=field.id)
