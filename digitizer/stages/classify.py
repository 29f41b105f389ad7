"""Which form each page belongs to: takes surveyed pages one by one, yields documents as soon as they are complete."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from digitizer.document import Classification, CleanPage, Finding, FormMatch, PageText
from digitizer.layout.likeness import Likeness, Look
from digitizer.template import Template

TITLE_SURE = 0.9  # "ĐĂNG KÝ LẠI KHAI SINH" comes to 0.87 of "ĐĂNG KÝ KHAI SINH"
LABELS_SURE = 0.65  # scanned: the form itself 0.88 to 1.0, its siblings at most 0.62, CT02 for CT01 0.44
CANDIDATE = 0.35
NEAREST = 5  # candidates; forms 1a to 1đ of social assistance bear one title
ALIKE = 0.03  # of confidence; forms of one title so near to each other differ by how much of their print is there
CONTINUES = 10  # letters of the form's own print on a later page
SPARSE = 15  # words; a page with fewer is a back or a stub: nothing to name it by, and nothing against its neighbour
KEPT_PAGES = 6  # 44 MB each: what one document may hold in memory

MESSAGES = {
    "blank_page": "Trang trắng, không có nội dung.",
    "notes_page": "Trang chú thích của biểu mẫu, không có thông tin khai.",
    "unknown_form": "Không nhận ra mẫu giấy tờ này.",
    "pages_not_read": "Hồ sơ có nhiều trang hơn mức đọc được; các trang sau không được đọc.",
}


@dataclass(frozen=True, slots=True)
class DocumentPages:
    """One document of a file. Unknown paper keeps its page numbers only."""

    pages: tuple[CleanPage, ...]
    texts: tuple[PageText, ...]
    classification: Classification


@dataclass(slots=True)
class _Open:
    """The document that the pages now coming belong to."""

    match: FormMatch | None
    template: Template | None
    candidates: tuple[FormMatch, ...] = ()
    numbers: list[int] = field(default_factory=list)
    pages: list[CleanPage] = field(default_factory=list)
    texts: list[PageText] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def note(self, code: str, page: int | None = None) -> None:
        self.findings.append(Finding(code, "classify", MESSAGES[code], page))

    def closed(self) -> DocumentPages:
        found = Classification(tuple(self.numbers), self.match, self.candidates, tuple(self.findings))
        return DocumentPages(tuple(self.pages), tuple(self.texts), found)


def group_pages(
    surveyed: Iterable[tuple[CleanPage, PageText]], templates: Sequence[Template], forced_form: str | None = None
) -> Iterator[DocumentPages]:
    """A file may hold several forms: a first page opens a document, later pages join it while they carry its print.

    A form is named only when title and labels agree; everything else is unknown paper with its nearest candidates.
    forced_form: every document is that form; first pages still part them. Unknown form id: as if none was given."""
    forced = next((t for t in reversed(templates) if t.id == forced_form), None)
    current: _Open | None = None
    for page, text in surveyed:
        following = _follow(current, page, text, templates, forced)
        if current is not None and following is not current:
            yield current.closed()
        current = following
    if current is not None:
        yield current.closed()


def _follow(
    current: _Open | None, page: CleanPage, text: PageText, templates: Sequence[Template], forced: Template | None
) -> _Open:
    """The document this page belongs to: the open one, or a new one that it opens."""
    if page.blank or not text.lines:
        document = current or _Open(None, None)
        document.numbers.append(page.number)
        document.note("blank_page", page.number)
        return document
    look = Look(text)
    match, candidates = _name(look, templates if forced is None else (forced,))
    if match is None and forced is not None and current is None:
        match = FormMatch(forced.id, forced.edition, 1.0)
    if match is not None:
        template = next(t for t in templates if (t.id, t.edition) == (match.form_id, match.edition))
        return _joined(_Open(match, template, candidates), page, text)
    if current is not None and current.template is not None and (forced or _continues(look, current.template)):
        return _joined(current, page, text)
    return _unknown(current, page, look, candidates, templates)


def _joined(document: _Open, page: CleanPage, text: PageText) -> _Open:
    document.numbers.append(page.number)
    if len(document.pages) < KEPT_PAGES:
        document.pages.append(page)
        document.texts.append(text)
    elif not any(f.code == "pages_not_read" for f in document.findings):
        document.note("pages_not_read", page.number)
    return document


def _unknown(
    current: _Open | None, page: CleanPage, look: Look, candidates: tuple[FormMatch, ...],
    templates: Sequence[Template],
) -> _Open:
    """Unknown pages go together until one of them begins a new paper."""
    if current is None or current.template is not None or look.begins_paper():
        current = _Open(None, None, candidates)
        current.note("unknown_form", page.number)
    current.numbers.append(page.number)
    if look.has_notes(templates):
        current.note("notes_page", page.number)
    return current


def _continues(look: Look, template: Template) -> bool:
    words = sum(len(line.words) for line in look.text.lines)
    return words < SPARSE or look.letters_found(template) >= CONTINUES or look.has_notes((template,))


def _name(look: Look, templates: Sequence[Template]) -> tuple[FormMatch | None, tuple[FormMatch, ...]]:
    """(the form whose first page this is, the nearest ones)."""
    scored = [(template, look.likeness(template)) for template in templates]
    scored.sort(key=lambda pair: (_confidence(pair[1]), pair[0].valid_from), reverse=True)
    near = tuple(_match(*pair) for pair in scored if _confidence(pair[1]) >= CANDIDATE)[:NEAREST]
    sure = [pair for pair in scored if _is_sure(pair[1])]
    if not sure:
        return None, near
    alike = [pair for pair in sure if _confidence(pair[1]) >= _confidence(sure[0][1]) - ALIKE]
    named = _match(*max(alike, key=lambda pair: look.letters_found(pair[0])))
    return named, (named, *(match for match in near if match != named))[:NEAREST]


def _is_sure(like: Likeness) -> bool:
    return like.title >= TITLE_SURE and like.labels >= LABELS_SURE and not like.other_code


def _confidence(like: Likeness) -> float:
    return 0.4 * like.title + 0.6 * like.labels


def _match(template: Template, like: Likeness) -> FormMatch:
    return FormMatch(template.id, template.edition, round(_confidence(like), 4))
