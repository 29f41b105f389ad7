"""Which form each page belongs to: takes surveyed pages one by one, yields documents as soon as they are complete."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from digitizer.document import (
    CardText,
    ClassedPage,
    Classification,
    CleanPage,
    Finding,
    FormMatch,
    PageClass,
    PageText,
)
from digitizer.layout.likeness import Likeness, Look
from digitizer.layout.sequence import Fit, Nearest, best_fit, is_notes, missing_after, nearest_form
from digitizer.template import Layout, Template, edition_of

TITLE_SURE = 0.9  # "ĐĂNG KÝ LẠI KHAI SINH" comes to 0.87 of "ĐĂNG KÝ KHAI SINH"
LABELS_SURE = 0.65  # scanned: the form itself 0.88 to 1.0, its siblings at most 0.62, CT02 for CT01 0.44
CANDIDATE = 0.35
NEAREST = 5  # candidates; forms 1a to 1đ of social assistance bear one title
ALIKE = 0.03  # of confidence; forms of one title so near to each other differ by how much of their print is there
CONTINUES = 10  # letters of the form's own print that a later page adds …
CONTINUES_SHARE = 0.045  # … of its own letters: later pages 0.05 to 0.9, laws and other forms up to 0.036
ANOTHERS = 1.3  # times the letters, and the page is rather a page of that form
# The same on a page with footnotes, which name labels: pages of notes alone up to 14 letters, or 0.008 of them.
CONTINUES_NOTES, CONTINUES_NOTES_SHARE = 15, 0.012
LATER_PAGE = 40  # letters of one form's print by which a page whose first page is not there is known …
LATER_SHARE = 0.1  # … of its own: later pages 0.1 to 0.9, laws and other forms up to 0.07
SIDES_SHARE = 1  # fields found on both sides of a card: one may be a misreading
CARD_SURE = 0.99  # a code or zone with check digits, or title and labels
LETTER_SURE = 0.95  # number, place, date and kind at their places
SPARSE = 15  # words; a page with fewer is a back or a stub: nothing to name it by, and nothing against its neighbour
KEPT_PAGES = 6  # 44 MB each: what one document may hold in memory

MESSAGES = {
    "blank_page": "Trang trắng, không có nội dung.",
    "notes_page": "Trang chú thích của biểu mẫu, không có thông tin khai.",
    "unknown_form": "Không nhận ra mẫu giấy tờ này.",
    "pages_not_read": "Hồ sơ có nhiều trang hơn mức đọc được; các trang sau không được đọc.",
    "pages_reordered": "Các trang được quét không đúng thứ tự; đã xếp lại theo nội dung in của mẫu.",
    "page_missing": "Thiếu trang: không thấy phần tiếp theo của mẫu sau trang này. Hãy quét lại đủ các trang.",
    "first_page_missing": "Thiếu trang đầu của mẫu này, chỉ có trang tiếp theo. Hãy quét lại đủ các trang.",
}


@dataclass(frozen=True, slots=True)
class DocumentPages:
    """One document of a file, its pages in the order of the form's print. Unknown paper keeps its page numbers only."""

    pages: tuple[CleanPage, ...]
    texts: tuple[PageText, ...]
    classification: Classification


@dataclass(slots=True)
class _Leaf:
    """One page of an open document; `held` None: nothing will be read on it. print: letters of the nearest form."""

    number: int
    kind: PageClass
    held: tuple[CleanPage, PageText] | None = None
    print: int = 0


@dataclass(slots=True)
class _Open:
    """The document that the pages now coming belong to. match None: no first page has come, so the document is unknown
    paper or, with a template, surely later pages of that form. leaves: in the order of print; of unknown paper those
    are held that may be later pages of the form whose first page comes next."""

    match: FormMatch | None = None
    template: Template | None = None
    candidates: tuple[FormMatch, ...] = ()
    leaves: list[_Leaf] = field(default_factory=list)
    blanks: list[int] = field(default_factory=list)  # blank pages behind the last leaf
    parting: list[int] = field(default_factory=list)  # blank sheets before and behind the document
    unread: int | None = None  # the first page beyond those that are kept
    last: Look | None = None  # the page scanned last

    @property
    def texts(self) -> list[PageText]:
        return [leaf.held[1] for leaf in self.leaves if leaf.held]

    def add(self, leaf: _Leaf, look: Look, at: int | None = None) -> None:
        """Puts a page where its print belongs: before the `at`-th page held, by default behind the last scanned."""
        held = [i for i, each in enumerate(self.leaves) if each.held]
        if leaf.held and len(held) >= KEPT_PAGES:
            leaf.held = None
            self.unread = self.unread or leaf.number
        self.leaves.insert(len(self.leaves) if at is None or at >= len(held) else held[at], leaf)
        self.last = look

    def give_back(self, first: Look, template: Template) -> list[_Leaf]:
        """The pages at the end that are later ones of the form whose first page has come, as they were scanned."""
        taken: list[_Leaf] = []
        sure = 0  # backs and ends of footnotes go with the page before them
        for leaf in sorted(self.leaves, key=lambda each: -each.number):
            theirs = _is_note_of(leaf, template, self.template) if self.match else _is_behind(leaf, first, template)
            if theirs:
                sure = len(taken) + 1
            elif leaf.kind not in (PageClass.BLANK, PageClass.NOTES):
                break
            taken.append(leaf)
        taken = taken[:sure]
        self.leaves = [leaf for leaf in self.leaves if leaf not in taken]
        return taken[::-1]

    def parted(self) -> bool:
        """Whether the blank pages just seen end the document. One is the back of the sheet before; two are a sheet
        of their own that somebody laid between (of three, the first is the back)."""
        backs = len(self.blanks) % 2 if self.leaves else 0
        self.leaves += [_Leaf(number, PageClass.BLANK) for number in self.blanks[:backs]]
        parting = self.blanks[backs:]
        self.parting += parting
        self.blanks = []
        return bool(parting)

    def closed(self) -> DocumentPages:
        self.parted()
        if not self.leaves:  # nothing but blank pages in the whole file
            self.leaves = [_Leaf(number, PageClass.BLANK) for number in self.parting]
            self.parting = []
        classes = [(leaf.number, leaf.kind) for leaf in self.leaves]
        classes += [(number, PageClass.SEPARATOR) for number in self.parting]
        found = Classification(
            tuple(leaf.number for leaf in self.leaves), self.match, self.candidates, tuple(self._findings()),
            tuple(ClassedPage(number, kind) for number, kind in sorted(classes)),
        )
        held = [leaf.held for leaf in self.leaves if leaf.held and self.match]
        return DocumentPages(tuple(page for page, _ in held), tuple(text for _, text in held), found)

    def _findings(self) -> Iterator[Finding]:
        numbers = [leaf.number for leaf in self.leaves]
        if self.match is None and any(leaf.kind is not PageClass.BLANK for leaf in self.leaves):
            yield _finding("unknown_form", min(numbers))
        if self.match is None and self.template is not None:
            yield _finding("first_page_missing", min(numbers))
        for leaf in self.leaves:
            if leaf.kind is PageClass.BLANK:
                yield _finding("blank_page", leaf.number)
            elif leaf.kind is PageClass.NOTES and self.match is None:
                yield _finding("notes_page", leaf.number)
        if self.match and self.unread is not None:
            yield _finding("pages_not_read", self.unread)
        elif self.match and self.template and self.template.layout is Layout.FORM:
            texts = self.texts
            for index in missing_after(texts, self.template):
                yield _finding("page_missing", texts[index].page)
        if self.match and numbers != sorted(numbers):
            yield _finding("pages_reordered")


def _finding(code: str, page: int | None = None) -> Finding:
    return Finding(code, "classify", MESSAGES[code], page)


def group_pages(
    surveyed: Iterable[tuple[CleanPage, PageText]], templates: Sequence[Template], forced_form: str | None = None
) -> Iterator[DocumentPages]:
    """A file may hold several forms: a first page opens a document, later pages join it while they carry its print,
    in whatever order they were scanned; pages that came before their first page wait for it.

    A form is named only when title and labels agree; everything else is unknown paper with its nearest candidates.
    forced_form: every document is that form, in the edition that it looks most like; first pages still part them.
    Unknown form id: as if none was given."""
    forced = tuple(t for t in templates if t.id == forced_form)
    current = _Open()
    for page, text in surveyed:
        if page.blank or not text.lines:
            current.blanks.append(page.number)
            continue
        ended = current.parted()
        going_on = current if current.leaves and not ended else None
        following = _follow(going_on, page, Look(text), (templates, forced))
        if following is not current:
            if current.leaves:
                yield current.closed()
            else:
                following.parting = current.parting
            current = following
    if current.leaves or current.blanks:
        yield current.closed()


def named_pages(surveyed: Iterable[tuple[CleanPage, PageText]], template: Template) -> DocumentPages:
    """All pages as one document of the form that a person has named, whatever they look like; only their order is that
    of the form's print, where that can be told."""
    opened = _Open(FormMatch(template.id, template.edition, 1.0), template)
    spare: tuple[CleanPage, PageText] | None = None
    title = 0.0
    for page, text in surveyed:
        if page.blank or not text.lines:
            opened.leaves.append(_Leaf(page.number, PageClass.BLANK))
            spare = spare or (page, text)
            continue
        look, at = Look(text), None
        titled = look.likeness(template).title if template.layout is Layout.FORM else 0.0
        if opened.texts and template.layout is Layout.FORM:
            at = 0 if titled > max(title, TITLE_SURE) else best_fit(opened.texts, look, template, True).at
        title = max(title, titled)
        notes = bool(opened.texts) and is_notes(look, (template,), opened.last)
        opened.add(_Leaf(page.number, PageClass.NOTES if notes else PageClass.CONTINUATION, (page, text)), look, at)
    if spare and not opened.texts:  # somebody sees a form where nothing is printed, as far as the machine sees
        opened.leaves[0].held = spare
    for leaf in [leaf for leaf in opened.leaves if leaf.held][:1]:
        leaf.kind = PageClass.LEAD if template.lead else PageClass.FIRST
    return opened.closed()


def _follow(
    current: _Open | None, page: CleanPage, look: Look, forms: tuple[Sequence[Template], tuple[Template, ...]]
) -> _Open:
    """The document this page belongs to: the open one, or a new one that it opens."""
    templates = [t for t in forms[0] if t.layout is Layout.FORM]
    forced = forms[1]
    match, candidates = _name(look, forced or templates)
    if match is None and not forced and look.text.card is not None:
        return _with_card(current, page, look, forms[0])
    if match is None and not forced and look.text.letter:
        return _with_letter(page, look, forms[0])
    if match is None and forced and current is None:
        likest = max(forced, key=lambda t: (_confidence(look.likeness(t, 0.0)), t.valid_from))
        match = FormMatch(likest.id, likest.edition, 1.0)
    if match is not None:
        template = edition_of(match.form_id, match.edition, templates)
        return _begun(current, page, look, _Open(match, template, candidates))
    if current is not None and forced:
        current.add(_Leaf(page.number, PageClass.CONTINUATION, (page, look.text)), look)
        return current
    if current is not None and _joins(current, page, look, templates):
        return current
    return _strange(page, look, candidates, templates)


def _begun(current: _Open | None, page: CleanPage, look: Look, opened: _Open) -> _Open:
    """A first page opens a document, and later pages that were scanned before it come to it."""
    template = opened.template
    assert template is not None
    kind = PageClass.LEAD if template.lead else PageClass.FIRST
    opened.add(_Leaf(page.number, kind, (page, look.text)), look)
    for leaf in current.give_back(look, template) if current is not None else ():
        later = Look(leaf.held[1]) if leaf.held else None
        fit = best_fit(opened.texts, later, template, True) if later else None
        if leaf.kind is PageClass.UNKNOWN:
            leaf.kind = PageClass.CONTINUATION
        opened.add(leaf, look, fit.at if fit else None)
    return opened


def _with_card(current: _Open | None, page: CleanPage, look: Look, templates: Sequence[Template]) -> _Open:
    """A page with a card; the other side of the same card, on the next page, belongs to it."""
    shown = look.text.card
    assert shown is not None
    cards = [t for t in templates if t.layout is Layout.CARD]
    leaf = _Leaf(page.number, PageClass.CONTINUATION, (page, look.text))
    if current is not None and current.template in cards and len(current.texts) == 1:
        seen = current.texts[0].card
        if seen is not None and other_side(seen, shown):
            current.add(leaf, look)
            return current
    template = next((t for t in cards if t.edition == shown.edition), cards[-1])
    document = _Open(FormMatch(template.id, template.edition, CARD_SURE), template)
    leaf.kind = PageClass.FIRST
    document.add(leaf, look)
    return document


def _with_letter(page: CleanPage, look: Look, templates: Sequence[Template]) -> _Open:
    """The first page of an administrative document."""
    template = next(t for t in templates if t.layout is Layout.LETTER)
    document = _Open(FormMatch(template.id, template.edition, LETTER_SURE), template)
    document.add(_Leaf(page.number, PageClass.FIRST, (page, look.text)), look)
    return document


def other_side(one: CardText, other: CardText) -> bool:
    """Whether two pages may show the two sides of one card: not two editions, and hardly a field on both."""
    if one.edition and other.edition and one.edition != other.edition:
        return False
    fields = [{value.field_id for value in card.values} for card in (one, other)]
    return len(fields[0] & fields[1]) <= SIDES_SHARE and not (one.zone and other.zone)


def _is_behind(leaf: _Leaf, first: Look, template: Template) -> bool:
    """Whether a page scanned before the first page of a form is a later one of it. Forms share labels, so that the form
    need not be the page's nearest."""
    if leaf.held is None:
        return False
    look = Look(leaf.held[1])
    fit = best_fit([first.text], look, template, True)
    notes = look.has_notes((template,))
    if _goes_on(fit, notes):
        return ANOTHERS * fit.letters >= leaf.print
    return notes and leaf.print < LATER_PAGE


def _is_note_of(leaf: _Leaf, template: Template, other: Template | None) -> bool:
    """Whether it is a page of one form's notes that was taken for the end of another form's."""
    if leaf.kind is not PageClass.NOTES or leaf.held is None or other is None:
        return False
    look = Look(leaf.held[1])
    return look.has_notes((template,)) and not look.has_notes((other,))


def _joins(document: _Open, page: CleanPage, look: Look, templates: Sequence[Template]) -> bool:
    """Adds the page to the open document if it is one of its pages."""
    template = document.template
    if template is not None and template.layout is not Layout.FORM:
        later = template.layout is Layout.LETTER and not look.begins_paper() and not _is_later(
            nearest_form(look, templates)
        )
        if later:  # nothing is read there
            document.add(_Leaf(page.number, PageClass.CONTINUATION), look)
        return later
    if template is None:
        return _joins_unknown(document, page, look, templates)
    notes = is_notes(look, (template,), document.last)
    fit = best_fit(document.texts, look, template, document.match is not None)
    goes_on = _goes_on(fit, notes) and (notes or not look.begins_paper())
    near = nearest_form(look, templates)
    leaf = _Leaf(page.number, PageClass.CONTINUATION, (page, look.text), near.letters if near else 0)
    if goes_on and not _is_anothers(near, template, fit.letters):
        document.add(leaf, look, fit.at)
    elif notes or look.words < SPARSE:
        leaf.kind = PageClass.NOTES if notes else PageClass.CONTINUATION
        document.add(leaf, look)
    else:
        return False
    return True


def _goes_on(fit: Fit, notes: bool) -> bool:
    """Whether a page adds enough of a form's print; notes: footnotes stand on it too."""
    if notes:
        return fit.letters >= CONTINUES_NOTES and fit.share >= CONTINUES_NOTES_SHARE
    return fit.letters >= CONTINUES and fit.share >= CONTINUES_SHARE


def _joins_unknown(document: _Open, page: CleanPage, look: Look, templates: Sequence[Template]) -> bool:
    """Unknown pages go together until one of them begins a new paper, or is surely a later page of a form."""
    near = nearest_form(look, templates)
    if look.begins_paper() or _is_later(near):
        return False
    document.add(_unknown(page, look, near, is_notes(look, templates, document.last)), look)
    return True


def _unknown(page: CleanPage, look: Look, near: Nearest | None, notes: bool) -> _Leaf:
    """A page that nothing is known of; held when the next first page may claim it."""
    held = (page, look.text) if notes or (near and near.letters >= CONTINUES) else None
    kind = PageClass.NOTES if notes else PageClass.UNKNOWN
    return _Leaf(page.number, kind, None if look.begins_paper() else held, near.letters if near else 0)


def _is_anothers(near: Nearest | None, template: Template, letters: int) -> bool:
    """Whether the page is one of another form, by much more of that form's print than of this one's."""
    return near is not None and near.template.id != template.id and _is_later(near) and (
        near.letters > ANOTHERS * letters
    )


def _is_later(near: Nearest | None) -> bool:
    return near is not None and near.letters >= LATER_PAGE and near.share >= LATER_SHARE


def _strange(
    page: CleanPage, look: Look, candidates: tuple[FormMatch, ...], templates: Sequence[Template]
) -> _Open:
    """Unknown paper, or a later page of a form whose first page may still come."""
    near = nearest_form(look, templates)
    if near is not None and _is_later(near) and not look.begins_paper():
        likely = FormMatch(near.template.id, near.template.edition, round(near.of_form, 4))
        document = _Open(None, near.template, (likely, *(c for c in candidates if c.form_id != likely.form_id)))
        document.add(_Leaf(page.number, PageClass.CONTINUATION, (page, look.text), near.letters), look)
        return document
    document = _Open(None, None, candidates)
    document.add(_unknown(page, look, near, is_notes(look, templates)), look)
    return document


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
