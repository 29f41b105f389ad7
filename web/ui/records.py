"""The pages of records: takes what somebody looks for, gives a list; a record with its page, its versions, its scan.

What is looked for is personal data: it comes by POST and stands in no address and no log; that somebody looked, and
which records were shown, is in the trail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from digitizer.errors import NotFound
from digitizer.template import Template
from storage.base import Audit, StoredRecord
from storage.search_base import Wanted
from storage.workbench import Person
from web.clock import HANOI
from web.deps import Parts, Service, checked_id
from web.records import original_of
from web.searchable import searchable_of
from web.ui import record_view
from web.ui.pages import render
from web.ui.record_view import STATES
from web.ui.rights import Right
from web.ui.session import allowed, changes, workbench_of

router = APIRouter(include_in_schema=False)
Viewer = Annotated[Person, Depends(allowed(Right.RECORDS))]
Searcher = Annotated[Person, Depends(changes(Right.RECORDS))]
_ = str  # marks texts for the catalogues
GROUP_NAMES = {  # keys of search_words.GROUPS
    "names": _("họ tên"), "numbers": _("số định danh, giấy tờ"), "dates": _("ngày tháng"), "addresses": _("địa chỉ"),
    "phones": _("số điện thoại"), "dossiers": _("mã hồ sơ"), "submissions": _("số tiếp nhận"),
}
# As the labels of the form, whose language is that of the print.
BLOCKS = {
    "requester": "người yêu cầu", "subject": "người khai", "child": "con", "mother": "mẹ",
    "father": "cha", "spouse_female": "vợ", "spouse_male": "chồng", "deceased": "người chết",
    "householder": "chủ hộ", "guardian": "người giám hộ", "owner": "chủ sở hữu", "members": "thành viên",
}
SEARCHED_STATES = ("needs_review", "published", "amended")


class SearchForm(BaseModel):
    """As the form on the page sends it; days are Hanoi's."""

    csrf: str = ""
    text: str = Field(default="", max_length=200)
    field: str = Field(default="", max_length=100)
    exact: bool = False
    form: str = Field(default="", max_length=64)
    state: str = Field(default="", max_length=20)
    branch: str = Field(default="", max_length=64)
    since: date | None = None
    until: date | None = None
    before: int | None = None

    def wanted(self) -> Wanted:
        return Wanted(
            self.text, self.field, self.exact, self.form, self.state, self.branch,
            datetime.combine(self.since, time(), HANOI) if self.since else None,
            datetime.combine(self.until + timedelta(days=1), time(), HANOI) if self.until else None, self.before,
        )

    def used(self) -> list[str]:
        """Names of what was filled in, never what with."""
        return [name for name in ("text", "field", "exact", "form", "state", "branch", "since", "until")
                if getattr(self, name)]


@router.get("/records")
def show_search(request: Request, service: Parts, person: Viewer) -> Response:
    return render(request, "records.html", **_search_page(service, SearchForm()), lines=None, more=None)


@router.get("/records/fields")
def fields_of_form(
    request: Request, service: Parts, person: Viewer, form: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """The choices of the list of fields once a form is chosen."""
    return render(request, "records_fields.html", fields=_fields(service, form), groups=GROUP_NAMES, chosen="")


@router.post("/records")
def search(request: Request, service: Parts, person: Searcher, form: Annotated[SearchForm, Form()]) -> Response:
    """The list: with the header X-Part only its lines, else the whole page (a browser without script)."""
    found = workbench_of(service).search.find(person.branch, form.wanted())
    titles = titles_of(service)
    lines = [record_view.hit_line(hit, titles.get(hit.form_id or "", hit.form_id or ""), form.text)
             for hit in found.hits]
    shown = [*form.used(), *(hit.record_id for hit in found.hits)]
    _trail(service).note(person.id, "records.searched", shown)
    news: dict[str, Any] = {"lines": lines, "more": found.next_before, "states": STATES, "first": form.before is None}
    if request.headers.get("x-part"):
        return render(request, "records_hits.html", **news)
    return render(request, "records.html", **{**_search_page(service, form), **news, "first": True})


@router.get("/records/{record_id}")
def show_record(request: Request, service: Parts, person: Viewer, record_id: str) -> Response:
    record = find_record(service, person, record_id)
    versions = service.stores.records.versions(record.id, person.branch)
    pictures = workbench_of(service).pictures.of(record.document_id, person.branch)
    authors = _authors(service, record_view.authors_of(versions))
    seen(service, person, record, "record.viewed")
    return render(
        request, "record.html", record=record, form=titles_of(service).get(record.form_id or "", ""), versions=versions,
        lines=record_view.field_lines(record.body, pictures, authors), authors=authors, states=STATES,
        pictures=[p for p in pictures if p.page in record.body["pages"]] or pictures, words=record_view,
    )


@router.get("/records/{record_id}/compare")
def compare_versions(
    request: Request, service: Parts, person: Viewer, record_id: str, old: int = 1, new: int = 0,
) -> Response:
    """Two versions, field by field; `new` 0: the newest."""
    record = find_record(service, person, record_id)
    versions = {v.version: v for v in service.stores.records.versions(record.id, person.branch)}
    new = new or record.version
    if old not in versions or new not in versions:
        raise NotFound
    seen(service, person, record, "record.versions_viewed")
    names = _authors(service, record_view.authors_of([versions[old], versions[new]]))
    return render(
        request, "record_compare.html", record=record, versions=list(versions.values()), authors=names,
        comparison=record_view.compare(versions[old], versions[new]), words=record_view,
    )


@router.get("/records/{record_id}/original")
def download_original(service: Parts, person: Viewer, record_id: str) -> Response:
    record = find_record(service, person, record_id)
    seen(service, person, record, "record.original_downloaded")
    return original_of(service, record)


@router.get("/records/{record_id}/searchable.pdf")
def download_searchable(service: Parts, person: Viewer, record_id: str) -> Response:
    record = find_record(service, person, record_id)
    answer = searchable_of(service, record)
    seen(service, person, record, "record.searchable_downloaded")
    return answer


def find_record(service: Service, person: Person, record_id: str) -> StoredRecord:
    return service.stores.records.record(checked_id(record_id), person.branch)


def seen(
    service: Service, person: Person, record: StoredRecord, action: str, fields: Sequence[str] = ()
) -> None:
    """Notes who looked at what; the names of fields, never values."""
    _trail(service).note(person.id, action, fields, submission_id=record.submission_id, document_id=record.document_id,
                         record_id=record.id)


def _trail(service: Service) -> Audit:
    """Raises NotFound where nothing is kept: then nobody may look either."""
    if service.stores.audit is None:
        raise NotFound
    return service.stores.audit


def _authors(service: Service, ids: Iterable[str]) -> dict[str, str]:
    """Names of people; of a key its id."""
    people, names = workbench_of(service).people, {}
    for author in ids:
        try:
            names[author] = people.person(author, "*").name
        except NotFound:
            names[author] = author
    return names


def _search_page(service: Service, form: SearchForm) -> dict[str, Any]:
    return {
        "form": form, "titles": titles_of(service), "groups": GROUP_NAMES, "states": STATES,
        "searched_states": SEARCHED_STATES, "fields": _fields(service, form.form), "chosen": form.field, "first": True,
    }


def titles_of(service: Service) -> dict[str, str]:
    """By form, of the newest edition, alphabetically; sheets that only lead others are no records."""
    newest = {x.id: x for x in sorted(service.templates, key=lambda x: x.valid_from) if not x.lead}
    return dict(sorted(((x.id, _title(x)) for x in newest.values()), key=lambda pair: pair[1]))


def _title(template: Template) -> str:
    return template.name.capitalize() if template.name.isupper() else template.name


def _fields(service: Service, form_id: str) -> dict[str, str]:
    """Labels by id over all editions of the form, in printed order; empty without a form."""
    found = {spec.id: spec.label for x in service.templates if x.id == form_id for spec in x.fields}
    return {field_id: f"{label} · {_block(field_id)}" if _block(field_id) else label
            for field_id, label in found.items()}


def _block(field_id: str) -> str:
    return BLOCKS.get(field_id.partition(".")[0].partition("[")[0], "")
