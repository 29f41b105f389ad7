"""Whether the answers fit together: takes a normalized record, gives it with findings and confidences; fills nothing.

A failed check lowers a confidence to a ceiling, an agreeing one lifts it to a floor; so a second run changes nothing.
Fields a person has set keep their confidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations

from digitizer.calibration import calibration
from digitizer.document import Field, FieldStatus, Finding, Record, Source
from digitizer.template import FieldType
from digitizer.vietnam import dates, ids, names
from digitizer.vietnam.dates import PartialDate
from digitizer.vietnam.pairs import doubted_words, with_meant
from digitizer.vietnam.text import broken_words, tone_key

STAGE = "validate"
# Measured shares right (calibration.py). Ceilings: no normal form; two answers against each other; unusual. Floors:
# part of it confirmed by another field; all of it.
BROKEN, CONFLICT, ODD, CHECKED, CONFIRMED = "broken", "conflict", "odd", "checked", "confirmed"
_LIFTABLE = 0.5  # a reading less sure than this is not saved by a check
_SEX_OF_BLOCK = {"mother": "Nữ", "father": "Nam", "spouse_female": "Nữ", "spouse_male": "Nam",
                 "bride": "Nữ", "groom": "Nam", "wife": "Nữ", "husband": "Nam"}
_AHEAD = ("valid_until", "due_at")  # days that are to come when the paper is written
_SELF = ("bản thân", "chính tôi")
# Two blocks that are one person when the relation says so; relations as tone_key.
_SAME_PERSON = (
    ("requester", "subject", "requester.relation", _SELF),
    ("subject", "householder", "householder.relation", (*_SELF, "chủ hộ")),
    ("requester", "mother", "requester.relation", ("mẹ", "mẹ đẻ", "mẹ ruột", "má", "má ruột")),
    ("requester", "father", "requester.relation",
     ("cha", "cha đẻ", "cha ruột", "bố", "bố đẻ", "bố ruột", "ba", "ba ruột")),
)
_PARENT_YEARS = 10  # no younger mother or father is believed


@dataclass
class _Notebook:
    """What the checks found, by field id, until it is written into a new record."""

    findings: dict[str, list[Finding]] = field(default_factory=dict)
    ceilings: dict[str, float] = field(default_factory=dict)
    floors: dict[str, float] = field(default_factory=dict)
    proposals: dict[str, str] = field(default_factory=dict)

    def against(self, code: str, message: str, kind: str, *fields: Field | None) -> None:
        for f in fields:
            if f is not None:
                self.note(code, message, f)
                self.lower(kind, f)

    def note(self, code: str, message: str, f: Field) -> None:
        self.findings.setdefault(f.id, []).append(Finding(code, STAGE, message, page=f.page, field=f.id))

    def lower(self, kind: str, f: Field) -> None:
        self.ceilings[f.id] = min(calibration().shares[kind], self.ceilings.get(f.id, 1.0))

    def propose(self, text: str, f: Field) -> None:
        self.proposals[f.id] = text

    def agree(self, kind: str, *fields: Field | None) -> None:
        for f in fields:
            if f is not None:
                self.floors[f.id] = max(calibration().shares[kind], self.floors.get(f.id, 0.0))

    def written_into(self, f: Field) -> Field:
        kept = tuple(x for x in f.findings if x.stage != STAGE)
        findings = (*kept, *self.findings.get(f.id, ()))
        if f.source is Source.PERSON:
            return replace(f, findings=findings)
        confidence, ceiling = f.confidence, self.ceilings.get(f.id, 1.0)
        if confidence >= _LIFTABLE and ceiling == 1.0:
            confidence = max(confidence, self.floors.get(f.id, 0.0))
        candidates = f.candidates
        if f.id in self.proposals and self.proposals[f.id] not in candidates:
            candidates = (self.proposals[f.id], *candidates)
        return replace(f, findings=findings, confidence=min(confidence, ceiling), candidates=candidates)


@dataclass(frozen=True, slots=True)
class _Person:
    """The fields of one person block ('requester', 'members[2]') that the checks look at."""

    block: str
    name: Field | None
    born: Field | None
    number: Field | None  # a personal_id or identity_paper field with a 12-digit number
    sex: Field | None

    @property
    def digits(self) -> str:
        return personal_number(self.number)

    @property
    def birth(self) -> PartialDate | None:
        return dates.from_iso(self.born.value) if self.born and isinstance(self.born.value, str) else None


def personal_number(f: Field | None) -> str:
    """The 12-digit number a field holds, '' for none (a passport, nine digits, a birth certificate)."""
    value = f.value if f else None
    number = value.get("number") if isinstance(value, dict) else value
    return number if isinstance(number, str) and ids.parse_personal_id(number) else ""


def validate(record: Record, today: date | None = None) -> Record:
    """Per field and across fields (vietnam.md 1.1, 1.7, 4.0, 6.2); today: for dates in the future, default now."""
    notes = _Notebook()
    day = today or date.today()
    for f in record.fields:
        if f.status is FieldStatus.FILLED:
            _check_field(f, day, notes)
    people = _people(record)
    for person in people:
        _check_person(person, notes)
    for one, other in combinations(people, 2):
        _check_pair(one, other, notes)
    _check_self(record, people, notes)
    _check_family(people, notes)
    _check_dates(record, people, notes)
    _check_copies(record, notes)
    return replace(record, fields=tuple(notes.written_into(f) for f in record.fields))


def _people(record: Record) -> list[_Person]:
    def filled(field_id: str) -> Field | None:
        found = record.field(field_id)
        return found if found and found.status is FieldStatus.FILLED and found.value is not None else None

    blocks = dict.fromkeys(f.id.rpartition(".")[0] for f in record.fields if "." in f.id)
    people = []
    for block in blocks:
        number = filled(f"{block}.personal_id") or filled(f"{block}.identity_paper")
        people.append(_Person(
            block, filled(f"{block}.full_name"), filled(f"{block}.date_of_birth"),
            number if personal_number(number) else None, filled(f"{block}.sex"),
        ))
    return people


def _check_field(f: Field, day: date, notes: _Notebook) -> None:
    if f.value is None:
        notes.lower(BROKEN, f)  # normalize has said why
        return
    if f.type == FieldType.PERSON_NAME:
        _check_name(f, notes)
    elif f.type in (FieldType.PERSONAL_ID, FieldType.IDENTITY_PAPER):
        _check_number(f, notes)
    elif f.type in (FieldType.DATE, FieldType.DATE_IN_WORDS, FieldType.DATETIME):
        _check_date(f, day, notes)
    elif f.type == FieldType.ADDRESS and f.value["unit_code"] is None:
        many = len(f.value["candidates"]) > 1
        notes.note(
            "address_candidates" if many else "address_not_found",
            "Xã, phường cũ đã chia về nhiều đơn vị mới; cần chọn đúng đơn vị." if many
            else "Chưa xác định được xã, phường hiện nay từ địa chỉ.", f,
        )
    elif f.type in (FieldType.TEXT, FieldType.PLACE):
        _check_text(f, notes)
    elif any(x.code == "not_in_list" for x in f.findings):
        notes.lower(ODD, f)


def _check_text(f: Field, notes: _Notebook) -> None:
    """Free text is read as it stands; what it may have been meant to say is shown beside it."""
    if f.type == FieldType.TEXT and broken_words(f.raw):
        notes.against("text_unusual", "Có từ không theo chính tả tiếng Việt; cần xem lại.", ODD, f)
    elif doubts := doubted_words(f.raw):
        notes.against("text_marks", "Có từ hiếm khi đứng cạnh các từ bên cạnh; cần xem lại dấu.", ODD, f)
        notes.propose(with_meant(f.raw, doubts), f)


def _check_date(f: Field, day: date, notes: _Notebook) -> None:
    """What has happened lies not in the future; the last day of a paper may."""
    if f.id.rpartition(".")[2] == "expires_on":
        if f.value < day.isoformat():
            notes.note("paper_expired", "Giấy tờ đã hết thời hạn sử dụng.", f)
    elif f.value[:10] > day.isoformat() and not f.id.endswith(_AHEAD):
        notes.against("date_in_future", "Ngày ghi còn ở tương lai.", CONFLICT, f)


def _check_name(f: Field, notes: _Notebook) -> None:
    if names.odd_characters(f.value):
        notes.against("name_characters", "Họ tên có chữ số hoặc ký hiệu lạ.", BROKEN, f)
    elif len(names.words_of(f.value)) < 2:
        notes.against("name_one_word", "Họ tên chỉ có một từ.", CONFLICT, f)
    elif names.has_misread_surname(f.value):
        notes.against("surname_marks", "Họ viết khác dấu so với họ thường gặp; cần xem lại dấu.", CONFLICT, f)
    elif names.broken_words(f.value) or names.is_mixed_case(f.value):
        notes.against("name_unusual", "Họ tên có từ không theo chính tả tiếng Việt; cần xem lại.", ODD, f)


def _check_number(f: Field, notes: _Notebook) -> None:
    value = f.value if isinstance(f.value, dict) else {"kind": None, "number": f.value, "issued_on": None}
    number, kind = value["number"], value["kind"] or ""
    personal = ids.parse_personal_id(number)
    if personal and personal.province is None:
        notes.against("id_province_unknown", "Ba số đầu không phải mã tỉnh nơi đăng ký khai sinh.", CONFLICT, f)
    needs_twelve = "căn cước" in kind.lower() or kind == "Số định danh cá nhân"
    if needs_twelve and not personal:
        notes.against("id_length", "Số căn cước phải có đủ 12 chữ số.", BROKEN, f)
    if kind == "Chứng minh nhân dân":
        if ids.parse_old_id(number) is None and not personal:
            notes.against("id_length", "Số chứng minh nhân dân phải có đủ 9 chữ số.", BROKEN, f)
        notes.note("id_expired_kind", "Chứng minh nhân dân đã hết giá trị sử dụng từ ngày 01/01/2025.", f)
    if isinstance(f.value, dict) and value["issued_on"] is None:
        notes.note("issue_date_missing", "Không đọc được ngày cấp của giấy tờ.", f)


def _check_person(person: _Person, notes: _Notebook) -> None:
    """Digits 4 to 6 of the number against sex and birth year: a comparison, never a source (vietnam.md 1.1)."""
    said = ids.parse_personal_id(person.digits)
    if said is None or person.number is None:
        return
    sex = person.sex.value if person.sex else _SEX_OF_BLOCK.get(person.block)
    if sex and sex != said.sex:
        notes.against("id_sex_differs", "Số định danh không khớp với giới tính.", CONFLICT, person.number, person.sex)
    elif person.sex:
        notes.agree(CONFIRMED, person.sex)
    if person.birth is None:
        return
    if person.birth.year != said.birth_year:
        notes.against("id_year_differs", "Số định danh không khớp với năm sinh.", CONFLICT, person.number, person.born)
    else:
        whole = person.birth.month is None
        notes.agree(CONFIRMED if whole else CHECKED, person.born)
        notes.agree(CHECKED, person.number)


def _check_pair(one: _Person, other: _Person, notes: _Notebook) -> None:
    """The same person in two blocks is read twice: that confirms, or shows a misreading."""
    if one.name is None or other.name is None:
        return
    same_name = names.same_name(one.name.value, other.name.value)
    if one.digits and one.digits == other.digits:
        if {one.block, other.block} <= {"mother", "father", "child"}:
            notes.against("same_number_in_family", "Hai người khác nhau mang cùng một số.", CONFLICT,
                          one.number, other.number)
        elif same_name:
            notes.agree(CONFIRMED, one.name, other.name, one.number, other.number)
            _compare_births(one, other, notes)
        else:
            notes.against("same_number_other_name", "Cùng một số định danh nhưng họ tên ghi khác nhau.", CONFLICT,
                          one.name, other.name)
    elif same_name and one.digits and other.digits and _few_differ(one.digits, other.digits):
        notes.against("numbers_nearly_equal", "Cùng họ tên nhưng số định danh lệch một, hai chữ số.", CONFLICT,
                      one.number, other.number)


def _few_differ(one: str, other: str) -> bool:
    return sum(a != b for a, b in zip(one, other, strict=True)) <= 2


def _compare_births(one: _Person, other: _Person, notes: _Notebook) -> None:
    if one.birth is None or other.birth is None:
        return
    if one.birth == other.birth:
        notes.agree(CONFIRMED, one.born, other.born)
    elif not one.birth.agrees(other.birth):
        notes.against("births_differ", "Cùng một người nhưng ngày sinh ghi khác nhau.", CONFLICT, one.born, other.born)


def _check_self(record: Record, people: list[_Person], notes: _Notebook) -> None:
    """A relation may say that two blocks are one person, written twice (vietnam.md 4.0: never merged, but compared)."""
    by_block = {p.block: p for p in people}
    for one, other, relation_id, words in _SAME_PERSON:
        relation = record.field(relation_id)
        first, second = by_block.get(one), by_block.get(other)
        if relation is None or first is None or second is None or first.name is None or second.name is None:
            continue
        if not isinstance(relation.value, str) or tone_key(relation.value) not in words:
            continue
        if names.same_name(first.name.value, second.name.value):
            notes.agree(CONFIRMED, first.name, second.name)
            _compare_births(first, second, notes)
        else:
            notes.against("self_differs", "Theo quan hệ đã ghi thì hai mục là một người, nhưng họ tên ghi khác nhau.",
                          CONFLICT, first.name, second.name)


def _check_family(people: list[_Person], notes: _Notebook) -> None:
    by_block = {p.block: p for p in people}
    child = by_block.get("child")
    for block in ("mother", "father"):
        parent = by_block.get(block)
        if parent is None or child is None:
            continue
        if parent.name and child.name and names.same_name(parent.name.value, child.name.value):
            notes.against("parent_is_child", "Họ tên cha hoặc mẹ trùng với họ tên con.", CONFLICT,
                          parent.name, child.name)
        if parent.birth and child.birth and child.birth.year - parent.birth.year < _PARENT_YEARS:
            notes.against("parent_too_young", "Năm sinh của cha hoặc mẹ không hợp với ngày sinh của con.", CONFLICT,
                          parent.born, child.born)


def _check_dates(record: Record, people: list[_Person], notes: _Notebook) -> None:
    for person in people:
        words = record.field(f"{person.block}.date_of_birth_words")
        said = dates.from_iso(words.value) if words and isinstance(words.value, str) else None
        if said and person.birth and person.birth == said:
            notes.agree(CONFIRMED, person.born, words)
        elif said and person.birth:
            notes.against("words_differ", "Ngày sinh bằng số và bằng chữ không giống nhau.", CONFLICT,
                          person.born, words)
        for later in _later_dates(record, person.block):
            if person.birth and later.value[:10] < person.birth.iso[:len(later.value)]:
                notes.against("before_birth", "Có ngày ghi sớm hơn ngày sinh.", CONFLICT, later, person.born)


def _later_dates(record: Record, block: str) -> Iterator[Field]:
    """What happens to a person after birth, as fields whose value is an ISO date."""
    died = record.field(f"{block}.died_at")
    if died and isinstance(died.value, str):
        yield died
    paper = record.field(f"{block}.identity_paper")
    if paper and isinstance(paper.value, dict) and paper.value.get("issued_on"):
        yield replace(paper, value=paper.value["issued_on"])


def _check_copies(record: Record, notes: _Notebook) -> None:
    """A positive number of copies means Có, whatever is ticked (vietnam.md 4.0)."""
    wanted, count = record.field("copies.wanted"), record.field("copies.count")
    if wanted and count and isinstance(count.value, int) and count.value > 0 and wanted.value == "Không":
        notes.note("copies_conflict", "Đánh dấu Không nhưng có ghi số lượng bản sao; số lượng được dùng.", wanted)
