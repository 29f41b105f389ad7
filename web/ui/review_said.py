"""What a person has said of a record and not released: takes their drafts, gives changes and what they leave open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from digitizer.document import FieldStatus, Record
from digitizer.review import Change
from digitizer.rows import Row, beyond, new_fields, row_of, rows_in, table_of
from digitizer.template import Template, edition_of
from storage.desk_base import Draft
from web.ui.review_words import Translate
from web.ui.sentences import Say

ABOUT_ALL = "#"  # drafts about the whole document: this and the code of a reason that was looked at
ADDED = "+"  # drafts that add a row to a table: this and the row's id
_EMPTY = Change(status=FieldStatus.BLANK, raw="")


@dataclass(frozen=True, slots=True)
class Said:
    """The drafts of one record, parted into what a correction needs. rows: added to its tables, each with all its
    fields among the changes. unkeyed: of these, fields of which nothing has been said yet. lost: drafts that cannot be
    heard, of rows that are not there."""

    changes: Mapping[str, Change]
    overruled: tuple[str, ...] = ()
    unsure: frozenset[str] = frozenset()
    rows: tuple[Row, ...] = ()
    unkeyed: frozenset[str] = frozenset()
    lost: frozenset[str] = frozenset()

    def empty(self, row: Row) -> bool:
        """Whether all of an added row has been said to be blank."""
        mine = [(name, change) for name, change in self.changes.items() if row_of(name) == row]
        return all(_blank(change) and name not in self.unkeyed for name, change in mine)


def said_by(drafts: Sequence[Draft], person_id: str, record: Record, templates: Sequence[Template]) -> Said:
    mine = {d.field_id: d for d in drafts if d.person_id == person_id and d.said is not None}
    template = edition_of(record.form.form_id, record.form.edition, templates) if record.form else None
    asked = [row for name in mine if name.startswith(ADDED) and (row := row_of(name.removeprefix(ADDED)))]
    missing = [row for row in asked if row.number not in rows_in(record.fields, row.table)]
    rows = sorted(r for r in set(missing) - beyond(record, missing) if template and table_of(r, template))
    heard = {k: d for k, d in mine.items() if not k.startswith((ABOUT_ALL, ADDED)) and _there(k, record, rows)}
    changes = {k: change_of(d.said or {}) for k, d in heard.items()}
    cells = [f.id for row in rows for f in new_fields(record, row, template)] if template else []
    unkeyed = frozenset(cells) - changes.keys()
    about = tuple(k for k in mine if k.startswith(ABOUT_ALL))
    known = {f"{ADDED}{row.id}" for row in asked if row in rows or row not in missing}
    return Said(
        {**changes, **dict.fromkeys(unkeyed, _EMPTY)}, tuple(k.removeprefix(ABOUT_ALL) for k in about),
        frozenset(k for k, d in heard.items() if not d.sure), tuple(rows), unkeyed,
        frozenset(mine) - heard.keys() - set(about) - known,
    )


def change_of(said: Mapping[str, Any]) -> Change:
    """as_written: the text stands so on the paper, whether or not it means anything."""
    status = FieldStatus(said["status"]) if said.get("status") else None
    return Change(status, said.get("raw"), None, bool(said.get("as_written")))


def doubts(now: Record, said: Said, _: Translate, say: Say) -> dict[str, tuple[str, ...]]:
    """Field id -> the sentences that say why a person has to look, with what they have said so far taken in."""
    found: dict[str, list[str]] = {f: [] for f in said.unsure}
    for reason in now.decision.reasons if now.decision else ():
        if reason.field and now.field(reason.field):
            found.setdefault(reason.field, []).append(say(reason.code, reason.message))
    for name, change in said.changes.items():
        field = now.field(name)
        meant = [] if field is None or change.value_given else field.findings
        for finding in meant:
            if finding.code == "not_understood":
                found.setdefault(name, []).append(say(finding.code, finding.message))
    for name in said.unkeyed:
        found.setdefault(name, []).append(_("Hàng mới thêm: gõ như trên giấy, Enter nếu để trống."))
    for row in said.rows:
        first = next((f.id for f in now.fields if row_of(f.id) == row), "")
        if first and said.empty(row):
            found.setdefault(first, []).append(_("Hàng thêm này chưa có gì. Hãy gõ, hoặc bỏ hàng (Alt+Delete)."))
    return {k: tuple(v) for k, v in found.items()}


def _there(field_id: str, record: Record, rows: Iterable[Row]) -> bool:
    """Whether a word on this field can be heard: a cell of a table needs its row."""
    row = row_of(field_id)
    return row is None or record.field(field_id) is not None or row in rows or row.number in rows_in(
        record.fields, row.table)


def _blank(change: Change) -> bool:
    return change.status is FieldStatus.BLANK or (change.status is None and not (change.raw or "").strip())
