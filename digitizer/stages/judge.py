"""Whether a scan will do, while the citizen is still there: takes a document's pages as far as they were looked at and
where ink stands, gives each page with what to tell the clerk. Nothing that was written is read for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from digitizer.document import Classification, CleanPage, Finding, FormMatch, PageClass, Signature, SlotReading
from digitizer.faults import FAULTS, UPSIDE_DOWN
from digitizer.geometry import union
from digitizer.glance import PageGlance, PageVerdict, PrintSeen, Remark, SeenPage
from digitizer.layout.answers import TICKED
from digitizer.layout.ink_layout import ink_layout
from digitizer.layout.likeness import Look
from digitizer.layout.sequence import items_on, missing_behind, nearest_forms
from digitizer.template import FROM_REGISTRY, FieldSpec, Layout, Signatory, Template, edition_of

RESCAN, ADVICE = PageVerdict.RESCAN, PageVerdict.ADVICE
# Of findings of the stages before, those that a clerk at the scanner can do something about.
SENTENCES: dict[str, tuple[PageVerdict, str]] = {
    "blank_page": (ADVICE, "Trang trắng. Nếu mặt sau có chữ thì quét lại mặt đó; nếu không, bỏ trang này ra."),
    "unknown_form": (ADVICE, "Không nhận ra mẫu giấy tờ này. Vẫn gửi được; cán bộ sẽ tự phân loại."),
    "pages_not_read": (ADVICE, "Hồ sơ có nhiều trang hơn mức máy đọc được. Hãy gửi phần sau thành hồ sơ riêng."),
    "pages_reordered": (ADVICE, "Các trang không theo thứ tự; máy đã tự xếp lại."),
}
MISSING: dict[str, str] = {
    "page_missing": "Thiếu trang: sau trang này mẫu còn phần tiếp theo. Hãy quét thêm trang còn thiếu.",
    "first_page_missing": "Thiếu trang đầu của mẫu này. Hãy quét thêm trang đầu.",
}
WRONG_FORM = "Giấy này là “{found}”, không phải “{wanted}”. Hãy đưa đúng mẫu, hoặc chọn lại loại giấy."
NOT_LOOKED_AT = "Máy chỉ xem nhanh {most} trang đầu; các trang sau vẫn được nhận và đọc sau khi gửi."
BLANK_FIELD = "Chưa ghi mục bắt buộc “{label}”. Mời công dân ghi thêm rồi quét lại."
UNSIGNED = "Chưa thấy chữ ký ở chỗ “{label}”. Mời công dân ký, ghi rõ họ tên rồi quét lại."
LABEL_LETTERS = 60
NUMBERS = ("personal_id", "identity_paper")
FIRSTS = (PageClass.FIRST, PageClass.LEAD)
FEW_ITEMS = 2  # of a form's print on a page that alone was unknown paper


@dataclass(frozen=True, slots=True)
class Looked:
    """One document of a file. pages: those that are read; ink: what stands in its answers' places, nothing read;
    signed: what is to be seen where one signs."""

    found: Classification
    pages: tuple[CleanPage, ...]
    ink: tuple[SlotReading, ...]
    signed: tuple[Signature, ...] = ()


def judge(
    looked: Looked, seen: Mapping[int, SeenPage], templates: Sequence[Template], wanted: str | None = None
) -> Iterator[PageGlance]:
    """Each page of the document, blank sheets too. wanted: the form that the citizen came with, where it is known."""
    found = looked.found
    template = edition_of(found.match.form_id, found.match.edition, templates) if found.match else None
    unanswered = [*_unanswered(looked, template), *_unsigned(looked)] if template else []
    for classed in found.classes:
        page = seen[classed.page]
        remarks = [r for f in page.findings if (r := _remark(f))]
        remarks += [r for f in found.findings if f.page == page.number and (r := _remark(f)) and r not in remarks]
        if classed.kind is PageClass.FIRST and wanted and template and template.id != wanted:
            remarks.append(_wrong(template, wanted, templates, page.number))
        remarks += [r for r in unanswered if r.page == page.number]
        yield PageGlance(
            page.number, classed.kind, found.match, page.width_mm, page.height_mm, tuple(remarks),
            tuple(_printed(page, found.match, templates)),
            ink_layout(template, looked.ink, page.number) if template else b"",
        )


def missing(looked: Looked) -> Iterator[Remark]:
    """What can only be said of all pages together: a file may hold one page of several that are sent."""
    for finding in looked.found.findings:
        if finding.code in MISSING:
            yield Remark(finding.code, RESCAN, MISSING[finding.code], finding.page)
        elif finding.page is None and finding.code in SENTENCES:
            yield Remark(finding.code, *SENTENCES[finding.code])


def not_looked_at(pages: int, most: int) -> Iterator[Remark]:
    """Of a file with more pages than are looked at."""
    if pages > most:
        yield Remark("not_checked", ADVICE, NOT_LOOKED_AT.format(most=most))


def _remark(finding: Finding) -> Remark | None:
    if finding.code in FAULTS:
        return Remark(finding.code, RESCAN, finding.message, finding.page, polygon_mm=finding.polygon_mm)
    if finding.code == UPSIDE_DOWN:
        return Remark(finding.code, ADVICE, finding.message, finding.page)
    told = SENTENCES.get(finding.code)
    return Remark(finding.code, told[0], told[1], finding.page) if told else None


def _wrong(template: Template, wanted: str, templates: Sequence[Template], page: int) -> Remark:
    name = next((t.name for t in reversed(templates) if t.id == wanted), wanted)
    return Remark("wrong_form", RESCAN, WRONG_FORM.format(found=template.name, wanted=name), page)


def _unanswered(looked: Looked, template: Template) -> Iterator[Remark]:
    """Required answers whose place holds no ink. Of a place that was not found nothing is said, nor of what may stay
    blank because the person's number is there."""
    specs = {spec.id: spec for spec in template.fields if spec.required}
    by_field: dict[str, list[SlotReading]] = {}
    for each in looked.ink:
        by_field.setdefault(each.slot.field_id, []).append(each)
    dpi = {page.number: page.dpi for page in looked.pages}
    for field_id, spec in specs.items():
        places = by_field.get(field_id, [])
        if not places or any(_is_inked(spec, each) for each in places) or _excused(field_id, by_field):
            continue
        slot = places[0].slot
        polygon = union(slot.boxes).polygon_mm(dpi[slot.page])
        message = BLANK_FIELD.format(label=_short(spec.label))
        yield Remark("required_blank", ADVICE, message, slot.page, field_id, polygon)


def _unsigned(looked: Looked) -> Iterator[Remark]:
    """Places where every such form is signed and nothing is written; of one that was not found nothing is said."""
    for place in looked.signed:
        if not place.present and Signatory(place.role).always:
            message = UNSIGNED.format(label=_short(place.label))
            yield Remark("signature_missing", ADVICE, message, place.page, None, place.polygon_mm)


def _short(label: str) -> str:
    return label if len(label) <= LABEL_LETTERS else f"{label[:LABEL_LETTERS].rstrip()}…"


def _is_inked(spec: FieldSpec, place: SlotReading) -> bool:
    return any(ratio >= TICKED if spec.ticked else ratio > 0 for ratio in place.ink_ratio)


def _excused(field_id: str, by_field: Mapping[str, Sequence[SlotReading]]) -> bool:
    """Footnote (2) of the civil-status forms: the registry tells it by the person's number."""
    block, _, leaf = field_id.rpartition(".")
    numbers = [each for name in NUMBERS for each in by_field.get(f"{block}.{name}", ())]
    return leaf in FROM_REGISTRY and any(ratio > 0 for each in numbers for ratio in each.ink_ratio)


def _printed(page: SeenPage, match: FormMatch | None, templates: Sequence[Template]) -> Iterator[PrintSeen]:
    """Of the form that the page is of, else of the few whose print it holds most."""
    forms = [t for t in templates if t.layout is Layout.FORM]
    named = match and edition_of(match.form_id, match.edition, forms)
    likely = [named] if named else [forms[i] for i in nearest_forms(Look(page.text), forms)]
    for template in likely if page.text.lines else ():
        items = items_on(page.text, template)
        if items:
            yield PrintSeen(template.id, template.edition, tuple(sorted(items)))


@dataclass(frozen=True, slots=True)
class Together:
    """missing: with the place of the page, by its number. joined: numbers of pages that belong to a form before them,
    though alone nobody could tell."""

    missing: tuple[Remark, ...]
    joined: tuple[int, ...]


def together(pages: Sequence[PageGlance], templates: Sequence[Template]) -> Together:
    """Pages that were looked at one by one, in their order, as the documents they make: a first page begins one."""
    remarks: list[Remark] = []
    joined: list[int] = []
    for group in _groups(pages):
        first = group[0]
        match = first.form if first.kind in FIRSTS else None
        template = edition_of(match.form_id, match.edition, templates) if match else None
        if template is None:
            later = [page for page in group if page.kind is PageClass.CONTINUATION]
            remarks += [_missing("first_page_missing", page) for page in later[:1]]
            continue
        if template.layout is not Layout.FORM:
            continue
        items = [_items(page, template) for page in group]
        joined += [page.number for page, found in zip(group[1:], items[1:], strict=True) if _belongs(page, found)]
        remarks += [_missing("page_missing", group[at]) for at in missing_behind(items, template)]
    return Together(tuple(remarks), tuple(joined))


def _groups(pages: Sequence[PageGlance]) -> list[list[PageGlance]]:
    groups: list[list[PageGlance]] = []
    for page in pages:
        if page.kind in FIRSTS or not groups:
            groups.append([])
        groups[-1].append(page)
    return groups


def _items(page: PageGlance, template: Template) -> frozenset[int]:
    named = (template.id, template.edition)
    return frozenset(item for p in page.printed if (p.form_id, p.edition) == named for item in p.items)


def _belongs(page: PageGlance, items: frozenset[int]) -> bool:
    return page.kind in (PageClass.CONTINUATION, PageClass.NOTES) or len(items) >= FEW_ITEMS


def _missing(code: str, page: PageGlance) -> Remark:
    return Remark(code, RESCAN, MISSING[code], page.number)
