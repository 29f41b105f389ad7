"""Entries to a template: takes an Outline and what its body holds, gives a Draft with ids, types and doubts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from digitizer.drafting.alternatives import alternatives_in, asks_to_strike
from digitizer.drafting.entries import Entry, Found
from digitizer.drafting.known import Meaning, bare, block_of, meaning, slug
from digitizer.drafting.outline import MOTTO, NATION, Outline, edition_of
from digitizer.template import FieldKind, FieldType, Signatory
from digitizer.vietnam.text import fold

_WITH_ID = re.compile(r"chi (ghi|ke khai).*(chua co|khong cung cap)")
_SIGNS = re.compile(r"^\(?\s*ky\b.*\b(ho|ten|dau)\b")
_TITLE_START = re.compile(r"^(to khai|don de nghi|giay de nghi|don|phieu|giay khai|giay)\s+")
_HEADING = 130  # letters; a longer paragraph is no heading
_REQUIRED = {FieldType.PERSON_NAME, FieldType.ORGANIZATION}
_PEOPLE = {"requester", "subject", "child", "deceased"}


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something a person has to look at. `message` is Vietnamese, for a clerk; field: id, '' for the whole form."""

    code: str
    message: str
    field: str = ""


@dataclass(slots=True)
class Draft:
    """A template as plain data, ready to be written, and what is uncertain about it."""

    data: dict[str, object]
    doubts: list[Doubt] = field(default_factory=list)

    @property
    def title(self) -> str:
        titles = self.data["titles"]
        assert isinstance(titles, list)
        return " ".join(titles)

    @property
    def items(self) -> list[dict[str, object]]:
        items = self.data["items"]
        assert isinstance(items, list)
        return items


MESSAGES = {
    "type_unknown": "Mục “{label}”: chưa biết là loại thông tin gì, tạm ghi là chữ tự do (text). Hãy chọn đúng loại.",
    "tick_without_label": "Mục “{label}”: có ô đánh dấu nhưng không thấy câu hỏi. Hãy kiểm tra nhãn và các lựa chọn.",
    "column_without_head": "Bảng có một cột không có tiêu đề. Hãy đặt tên cho cột này.",
    "short_label": "Mục “{label}”: nhãn quá ngắn, dễ tìm nhầm chỗ. Hãy xem lại trên ảnh kiểm tra.",
    "place_without_label": "Dòng “…, ngày … tháng … năm …” trên chữ ký không có nhãn: chỉ phần ngày được khai, nơi ghi "
                           "thì không.",
    "alternatives_guessed": "Mục “{label}” có phần để gạch bỏ: {choices}. Hãy xem lại từng phần và đặt lại tên.",
    "no_title": "Không tìm thấy tên biểu mẫu. Hãy ghi tên vào dòng titles.",
    "no_nation": "Không thấy dòng “Cộng hòa xã hội chủ nghĩa Việt Nam”. Nếu mẫu không có dòng này thì bỏ qua.",
    "no_regulation": "Không thấy văn bản ban hành mẫu. Hãy ghi số thông tư hoặc nghị định vào dòng regulation.",
    "valid_from_unknown": "Ngày bắt đầu áp dụng (valid_from) chưa biết, tạm ghi hôm nay. Hãy ghi ngày hiệu lực.",
    "required_unknown": "Máy không biết mục nào bắt buộc; mới đặt required cho họ tên và nơi nhận. Hãy xem lại.",
    "loose_leaders": "Có {count} dòng chấm không thuộc mục nào và đã bỏ qua. Hãy so với bản in.",
    "signature_columns": "Phần chữ ký chia nhiều cột có ngày tháng không được đưa vào; máy không đọc phần này.",
    "signatory_guessed": "Chỗ ký tạm ghi là của người yêu cầu (signature: requester). Hãy xem ai ký ở đó.",
    "table_guessed": "Bảng “{label}”: các cột được đặt là {table}[n]. Nếu không phải danh sách người, hãy đổi tên.",
    "labelled_rows": "Bảng có nhãn ở cột đầu: mỗi cột được đặt tên theo chữ in trên đầu cột (column). Hãy xem lại tên "
                     "cột, và ô trong bảng là để đánh dấu (tick) hay để viết.",
    "read_by_machine": "Bản này là ảnh quét nên chữ có thể bị đọc sai. Hãy so từng nhãn với bản in.",
    "from_word": "Bản Word không cho biết chỗ xuống dòng; số dòng (lines) là ước tính. Nếu có bản PDF, hãy dùng PDF.",
    "no_fields": "Không tìm thấy chỗ điền nào. Hãy kiểm tra xem tệp có phải mẫu trống không.",
}


def doubt(code: str, field_id: str = "", **words: object) -> Doubt:
    return Doubt(code, MESSAGES[code].format(**words), field_id)


def draft_of(outline: Outline, found: Found, form_id: str, today: date) -> Draft:
    """form_id '': made of the form's code or title."""
    title = " ".join(outline.titles)
    namer = _Namer(title, outline.notes, any(asks_to_strike(e.text) for e in (*found.head, *found.entries)))
    items: list[dict[str, object]] = []
    if outline.nation:
        items.append({"text": NATION, "bold": True})
    if outline.motto:
        items.append({"text": MOTTO, "bold": True})
    items.extend(namer.item(entry) for entry in found.head)
    items.extend({"text": line, "bold": True} for line in outline.titles)
    items.extend(namer.item(entry) for entry in found.entries if entry.text or entry.kind)
    if outline.notes_heading:
        items.append({"text": outline.notes_heading, "bold": True})
    edition = edition_of(outline.regulation)
    data: dict[str, object] = {
        "id": form_id or form_id_of(outline), "edition": edition or "draft", "titles": list(outline.titles),
        "regulation": outline.regulation, "valid_from": today,
    }
    if outline.code:
        data["form_code"] = outline.code
    rows = next((e.rows for e in found.entries if e.table == 1), 0)
    if rows:
        data["rows"] = rows
    data["items"] = items
    if outline.notes:
        data["notes"] = list(outline.notes)
    return Draft(data, [*_whole(outline, found), *namer.doubts])


def form_id_of(outline: Outline) -> str:
    """"CT01" is ct01; else the title without "tờ khai" and the like, at most six words."""
    if re.fullmatch(r"[A-ZĐ]{2,4}\d{2}[A-Za-z]?", outline.code):
        return slug(outline.code)
    title = fold(" ".join(outline.titles))
    short = _TITLE_START.sub("", title)
    short = re.sub(r"^(dang ky|cap)\s+(?=\S+\s+\S)", "", short)
    return slug(short, 6).replace("_", "-")


def _whole(outline: Outline, found: Found) -> list[Doubt]:
    """What is uncertain about the form as a whole."""
    said = [
        ("no_title", not outline.titles, 0), ("no_nation", not outline.nation, 0),
        ("no_regulation", not outline.regulation, 0), ("valid_from_unknown", True, 0),
        ("no_fields", not any(e.kind for e in (*found.head, *found.entries)), 0), ("required_unknown", True, 0),
        ("loose_leaders", found.loose > 0, found.loose), ("signature_columns", found.columns > 0, 0),
    ]
    return [doubt(code, count=count) for code, holds, count in said if holds]


class _Namer:
    """Gives ids in printed order: the block comes from what was printed before."""

    def __init__(self, title: str, notes: tuple[str, ...], struck: bool) -> None:
        """struck: somewhere the form asks to strike out what does not apply."""
        self.title = title
        self.struck = struck
        self.block = "subject"
        self.notes = notes
        self.used: set[str] = set()
        self.doubts: list[Doubt] = []
        self.tables = 0
        self.labelled = False
        self.page = 0

    def item(self, entry: Entry) -> dict[str, object]:
        item: dict[str, object] = {"text": entry.text}
        if 0 < self.page < entry.page:
            item["new_page"] = True
        self.page = max(self.page, entry.page)
        if entry.same_line:
            item["same_line"] = True
        if entry.bold:
            item["bold"] = True
        if entry.mark:
            item["footnote"] = entry.mark if entry.mark.startswith("(") else f"({entry.mark})"
        if choices := self.alternatives(entry):
            item["alternatives"] = self.struck_out(entry, choices)
        if entry.column:
            item["column"] = self.unique(slug(bare(entry.text)))
        elif entry.kind is None:
            self.heading(entry.text)
            if _SIGNS.match(fold(entry.text)):
                item["signature"] = self.signatory()
        else:
            item["field"] = self.field(entry, entry.kind)
        return item

    def signatory(self) -> str:
        """The print says that somebody signs here; who that is, a person has to say."""
        if not any(each.code == "signatory_guessed" for each in self.doubts):
            self.doubts.append(doubt("signatory_guessed"))
        return Signatory.REQUESTER.value

    def heading(self, text: str) -> None:
        if len(text) < _HEADING and "cam doan" not in fold(text):
            self.block = block_of(text, self.title) or self.block

    def field(self, entry: Entry, kind: FieldKind) -> dict[str, object]:
        slashes = bool(entry.inner) and set(entry.inner) == {"/"}
        told = meaning(entry.text, slashes and len(entry.inner) == 2, self.block not in _PEOPLE)
        block = self.block_for(entry, told)
        name = self.unique(self.name(entry, told, block))
        kind_of = FieldType.TICK if kind is FieldKind.TICKS or entry.ticked else _with_inner(told.type, entry)
        spec: dict[str, object] = {"id": name, "type": kind_of.value}
        if kind is not FieldKind.LEADERS:
            spec["kind"] = kind.value
        if entry.cells:
            spec["cells"] = entry.cells
        if entry.table > 1:
            spec["rows"] = entry.rows
        if kind_of in _REQUIRED and (block in _PEOPLE or name == "authority") and kind is FieldKind.LEADERS:
            spec["required"] = True
        if self.with_id(entry.mark):
            spec.pop("required", None)
            spec["optional_with_id"] = True
        if kind is FieldKind.LEADERS and entry.lines > 1:
            spec["lines"] = entry.lines
        if entry.box_first:
            spec["box_first"] = True
        if entry.choices:
            spec["choices"] = entry.choices
        if entry.inner:
            spec["inner"] = list(entry.inner)
        self.note(entry, kind, told, name)
        return spec

    def block_for(self, entry: Entry, told: Meaning) -> str:
        """A name's label may begin a block ("Họ, chữ đệm, tên người mẹ"); other labels only say whose answer it is."""
        if entry.kind is FieldKind.TABLE:
            return f"{_table(entry)}[n]"
        if entry.kind is FieldKind.ROW:
            return "[column]"
        said = block_of(entry.text, self.title)
        if said and (told.type is FieldType.PERSON_NAME or said == "death_notice"):
            self.block = said
        elif said and told.type is not FieldType.RELATION:
            return said if said in ("householder", "mother", "father") else self.block
        return self.block

    def name(self, entry: Entry, told: Meaning, block: str) -> str:
        if (entry.kind is FieldKind.TICKS or entry.ticked) and told.leaf != "copies.wanted":
            return slug(bare(entry.choices[0] if len(bare(entry.text)) < 3 and entry.choices else entry.text))
        if told.own and entry.kind is not FieldKind.ROW:
            return told.leaf
        return f"{block}.{told.leaf}"

    def unique(self, name: str) -> str:
        number, free = 2, name
        while free in self.used:
            free = f"{name}_{number}"
            number += 1
        self.used.add(free)
        return free

    def note_of(self, mark: str) -> str:
        number = mark.strip("()")
        return self.notes[int(number) - 1] if number.isdigit() and 0 < int(number) <= len(self.notes) else ""

    def with_id(self, mark: str) -> bool:
        """The footnote says that the answer may stay blank where the person's number is given (vietnam.md 4.0)."""
        return bool(_WITH_ID.search(fold(self.note_of(mark))))

    def alternatives(self, entry: Entry) -> list[str]:
        """Words of the label, where it, its note or the form asks to strike some out."""
        note = self.note_of(entry.mark)
        asked = self.struck or asks_to_strike(note)
        simple = entry.kind in (None, FieldKind.LEADERS) and not entry.column
        return alternatives_in(entry.text, note) if asked and simple else []

    def struck_out(self, entry: Entry, choices: list[str]) -> dict[str, object]:
        name = self.unique(slug(" ".join(choices), 4))
        label = entry.text.strip(" :")
        self.doubts.append(doubt("alternatives_guessed", name, label=label, choices=" / ".join(choices)))
        return {"id": name, "choices": choices}

    def note(self, entry: Entry, kind: FieldKind, told: Meaning, name: str) -> None:
        label = entry.text.strip(" :")
        for code in entry.doubts:
            self.doubts.append(doubt(code, name, label=label))
        if kind is FieldKind.ROW and not self.labelled:
            self.labelled = True
            self.doubts.append(doubt("labelled_rows", name))
        if kind is FieldKind.TABLE and entry.table > self.tables:
            self.tables = entry.table
            self.doubts.append(doubt("table_guessed", name, label=label, table=_table(entry)))
        if not entry.ticked and kind is not FieldKind.TICKS and not told.known:
            self.doubts.append(doubt("type_unknown", name, label=label))
        if len(fold(entry.text, spaces=False)) < 2 and kind is not FieldKind.TICKS:
            self.doubts.append(doubt("short_label", name, label=label))


def _table(entry: Entry) -> str:
    """Most tables list people; of several each has its name."""
    return "members" if entry.table == 1 else f"table_{entry.table}"


def _with_inner(kind: FieldType, entry: Entry) -> FieldType:
    """Printed inner words say more than the label: "tháng" and "năm" are a date, "giờ" a time."""
    words = {fold(w).strip(" ,") for w in entry.inner}
    if "gio" in words:
        return FieldType.DATETIME
    if {"thang", "nam"} <= words and kind not in (FieldType.PLACE_AND_DATE, FieldType.DATETIME):
        return FieldType.PLACE_AND_DATE if any(w.startswith(", ng") for w in entry.inner) else FieldType.DATE
    return kind
