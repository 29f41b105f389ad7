"""What the review page says of a paper's form: takes a record and what is asked of it, gives candidates and words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from digitizer.document import Source
from digitizer.errors import by_code
from digitizer.template import Template, edition_of
from digitizer.vietnam.text import fold
from storage.base import StoredRecord
from storage.rereads_base import Reread, RereadState
from storage.waiting import REREAD_FAILED

_FAILED = "Không đọc lại được theo mẫu {form}; hồ sơ vẫn như trước."
# Reasons that are no error of the tree.
FAILED = {
    "original_missing": "Không tìm thấy bản gốc đã lưu. Hãy báo ngay cho người quản trị.",
    "poison": "Máy đã thử ba lần mà không đọc xong.",
}


@dataclass(frozen=True, slots=True)
class FormChoice:
    """A form to choose. search: what it is found by, without marks."""

    id: str
    edition: str
    name: str
    code: str
    since: str
    search: str


@dataclass(frozen=True, slots=True)
class FormNow:
    """What a sheet knows of its form. candidates: JSON [[id, edition, percent] …], the machine's, best first. answers:
    set by people in the version there is. pages: as a person says them. author: who has named the form, '' for nobody.
    failed: sentences with their codes that say that and why it could not be read again."""

    id: str
    edition: str
    candidates: str
    answers: int
    pages: str
    author: str = ""
    failed: tuple[tuple[str, str], ...] = ()


def choices(templates: Sequence[Template]) -> list[FormChoice]:
    """Every edition of every form, by name; the newest edition first."""
    newest_first = sorted(templates, key=lambda t: t.valid_from, reverse=True)
    return [
        FormChoice(t.id, t.edition, t.name, t.form_code, f"{t.valid_from:%d/%m/%Y}",
                   fold(f"{t.name} {t.id} {t.form_code} {t.edition} {t.valid_from:%d/%m/%Y}"))
        for t in sorted(newest_first, key=lambda t: fold(t.name))
    ]


def form_now(stored: StoredRecord, asked: Reread | None, templates: Sequence[Template]) -> FormNow:
    form = stored.body["form"]
    matches = [*form.get("candidates", ())]
    if form["id"] and "naming" not in form and all(c["id"] != form["id"] for c in matches):
        matches.insert(0, form)
    people = sum(f["source"] == Source.PERSON.value for f in stored.body["fields"].values())
    found = [[c["id"], c["edition"], round(100 * c["confidence"])] for c in matches]
    return FormNow(
        form["id"] or "", form["edition"] or "", json.dumps(found), people, spans(stored.body["pages"]),
        form.get("naming", {}).get("author", ""), tuple(_failed(asked, templates)) if asked else (),
    )


def _failed(asked: Reread, templates: Sequence[Template]) -> Iterator[tuple[str, str]]:
    if asked.state is RereadState.FAILED:
        template = edition_of(asked.form_id, asked.edition, templates)
        yield REREAD_FAILED, _FAILED.format(form=template.name if template else asked.form_id)
        yield asked.reason_code, why_failed(asked.reason_code)


def why_failed(code: str) -> str:
    """In Vietnamese, for whoever works on the record."""
    error = by_code().get(code)
    return FAILED.get(code) or (error.clerk if error else code)


def spans(pages: Sequence[int]) -> str:
    """1, 2, 3, 5 as 1–3, 5."""
    runs: list[list[int]] = []
    for page in sorted(pages):
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    return ", ".join(f"{a}–{b}" if b > a else str(a) for a, b in runs)
