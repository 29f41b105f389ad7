"""A form is named when title and labels agree, and only then; a file is parted into its documents page by page."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest

from digitizer.document import CleanPage, Line, PageText
from digitizer.stages.classify import KEPT_PAGES, DocumentPages, group_pages
from digitizer.template import Template, load_forms
from tests.stages.papers import printed, small_page

TEMPLATES = load_forms()
BY_ID = {t.id: t for t in TEMPLATES}
STRANGE = [
    "ĐƠN XIN NGHỈ PHÉP", "Tôi tên là Lê Văn Mẫu, công tác tại bộ phận kế toán", "Lý do: về quê thăm gia đình một tuần",
]


def group(*pages: tuple[CleanPage, PageText], form: str | None = None) -> list[DocumentPages]:
    return list(group_pages(pages, TEMPLATES, form))


def named(found: DocumentPages) -> str | None:
    return found.classification.match.form_id if found.classification.match else None


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: f"{t.id}/{t.edition}")
def test_each_form_is_named_by_its_own_print(template: Template) -> None:
    (found,) = group(small_page(1, printed(template)))
    assert found.classification.match is not None
    assert (named(found), found.classification.match.edition) == (template.id, template.edition)
    assert found.classification.match.confidence > 0.9


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: f"{t.id}/{t.edition}")
def test_the_title_alone_names_nothing(template: Template) -> None:
    (found,) = group(small_page(1, [*template.titles, *STRANGE]))
    assert named(found) is None
    assert template.id in [c.form_id for c in found.classification.candidates]


def test_the_labels_alone_name_nothing() -> None:
    lines = [line for line in printed(BY_ID["khai-sinh"]) if "TỜ KHAI" not in line]
    (found,) = group(small_page(1, ["TỜ KHAI ĐĂNG KÝ LẠI KHAI SINH", *lines]))
    assert named(found) is None


def test_editions_are_told_apart_by_the_label_that_changed() -> None:
    editions = {t.edition: t for t in TEMPLATES if t.id == "ct01"}
    assert list(editions) == ["tt66-2023", "tt53-2025"]  # the newest last
    for edition, template in editions.items():
        lines = [line.replace("tên khai sinh:", "tên kha sinb:") for line in printed(template)]
        (found,) = group(small_page(1, lines))
        assert found.classification.match is not None
        assert (named(found), found.classification.match.edition) == ("ct01", edition)


def test_an_answer_that_reads_like_the_other_edition_makes_it_none() -> None:
    lines = printed(next(t for t in TEMPLATES if t.edition == "tt66-2023"))
    lines = [f"{line} Phan Đình Toàn" if line.startswith("1. Họ, chữ đệm và tên:") else line for line in lines]
    for forced in (None, "ct01"):
        (found,) = group(small_page(1, lines), form=forced)
        assert found.classification.match is not None
        assert (named(found), found.classification.match.edition) == ("ct01", "tt66-2023")


def test_forms_of_one_title_are_told_apart_by_the_line_below_it() -> None:
    first = next(i for i, item in enumerate(BY_ID["tro-giup-xa-hoi-1a"].items) if item.new_page)
    for form in ("tro-giup-xa-hoi-1a", "tro-giup-xa-hoi-1b"):
        (found,) = group(small_page(1, printed(BY_ID[form])[:first]))
        assert named(found) == form


def test_another_form_code_speaks_against_an_alike_form() -> None:
    lines = printed(BY_ID["ct01"])
    assert named(group(small_page(1, ["Mẫu CT01 ban hành kèm theo Thông tư", *lines]))[0]) == "ct01"
    assert named(group(small_page(1, ["Mẫu CT02 ban hành kèm theo Thông tư", *lines]))[0]) is None


def test_unknown_paper_says_so_and_keeps_no_image() -> None:
    (found,) = group(small_page(1, STRANGE))
    assert named(found) is None
    assert found.pages == ()
    assert "unknown_form" in [f.code for f in found.classification.findings]


def test_a_batch_is_parted_at_first_pages() -> None:
    birth, death = printed(BY_ID["khai-sinh"]), printed(BY_ID["khai-tu"])
    found = group(
        small_page(1, birth[:-4]), small_page(2, birth[-4:]), small_page(3, death[:20]), small_page(4, death[20:]),
        small_page(5, STRANGE), small_page(6, birth),
    )
    assert [(named(d), d.classification.pages) for d in found] == [
        ("khai-sinh", (1, 2)), ("khai-tu", (3, 4)), (None, (5,)), ("khai-sinh", (6,)),
    ]


def classes(found: DocumentPages) -> list[tuple[int, str]]:
    return [(c.page, c.kind.value) for c in found.classification.classes]


def codes(found: DocumentPages) -> list[tuple[str, int | None]]:
    return [(f.code, f.page) for f in found.classification.findings]


def parts(form: str, *cuts: int) -> list[list[str]]:
    """A form's print cut into pages."""
    lines = printed(BY_ID[form])
    return [lines[a:b] for a, b in pairwise((0, *cuts, len(lines)))]


def test_pages_scanned_in_the_wrong_order_are_put_in_order_and_it_is_said() -> None:
    first, second, third = parts("ho-kinh-doanh", 30, 50)
    (found,) = group(small_page(1, first), small_page(2, third), small_page(3, second))
    assert found.classification.pages == (1, 3, 2)
    assert [page.number for page in found.pages] == [1, 3, 2]
    assert classes(found) == [(1, "first"), (2, "continuation"), (3, "continuation")]
    assert codes(found) == [("pages_reordered", None)]


def test_a_later_page_scanned_first_waits_for_its_first_page() -> None:
    birth, death = parts("khai-sinh", 24), parts("khai-tu", 18)
    found = group(*(small_page(n, lines) for n, lines in enumerate((*birth, death[1], death[0]), start=1)))
    assert [(named(d), d.classification.pages) for d in found] == [("khai-sinh", (1, 2)), ("khai-tu", (4, 3))]
    assert codes(found[0]) == []
    assert codes(found[1]) == [("pages_reordered", None)]


def test_later_pages_with_little_print_go_to_the_first_page_behind_them_and_not_to_the_letter_before() -> None:
    first, last = parts("ct01", 23)
    notes = ["Chú thích:", *BY_ID["ct01"].notes]
    pages = (STRANGE, last, notes, first)
    found = group(*(small_page(n, lines) for n, lines in enumerate(pages, start=1)))
    assert [(named(d), d.classification.pages) for d in found] == [(None, (1,)), ("ct01", (4, 2, 3))]
    assert classes(found[1]) == [(2, "continuation"), (3, "notes"), (4, "first")]
    assert [page.number for page in found[1].pages] == [4, 2, 3]


def test_notes_scanned_before_their_form_are_not_the_form_before() -> None:
    land, birth = printed(BY_ID["dat-dai"]), printed(BY_ID["khai-sinh"])
    notes = ["Chú thích:", *BY_ID["khai-sinh"].notes]
    found = group(small_page(1, land), small_page(2, notes), small_page(3, birth))
    assert [(named(d), d.classification.pages) for d in found] == [("dat-dai", (1,)), ("khai-sinh", (3, 2))]
    own = ["Chú thích:", *BY_ID["dat-dai"].notes]
    found = group(small_page(1, land), small_page(2, own), small_page(3, birth))
    assert [d.classification.pages for d in found] == [(1, 2), (3,)]


def test_of_two_documents_of_one_form_each_keeps_its_pages() -> None:
    first, second = parts("khai-tu", 18)
    in_order = group(*(small_page(n, lines) for n, lines in enumerate((first, second, first, second), start=1)))
    assert [d.classification.pages for d in in_order] == [(1, 2), (3, 4)]
    swapped = group(*(small_page(n, lines) for n, lines in enumerate((first, second, second, first), start=1)))
    assert [d.classification.pages for d in swapped] == [(1, 2), (4, 3)]


@pytest.mark.parametrize(("sure", "said"), [(0.9, ["page_missing"]), (0.5, [])])
def test_a_last_page_that_can_hardly_be_read_is_there(sure: float, said: list[str]) -> None:
    """Four columns of signatures in a bad scan: their print is on the page, though nothing of it was made out."""
    template = BY_ID["ct01"]
    lines = printed(template)
    front = small_page(1, lines[:18])
    page, text = small_page(2, ["ngày thg nă m", "ÝKIẾN CỦACHỦ"])
    words = [tuple(replace(word, confidence=sure) for word in line.words) for line in text.lines]
    (found,) = group(front, (page, replace(text, lines=tuple(map(Line, words)))))
    assert found.classification.pages == (1, 2)
    assert [f.code for f in found.classification.findings] == said


@pytest.mark.parametrize(("kept", "said"), [((0, 1), ("page_missing", 2)), ((0, 2), ("page_missing", 1))])
def test_a_missing_page_is_said(kept: tuple[int, ...], said: tuple[str, int]) -> None:
    pages = parts("ho-kinh-doanh", 30, 50)
    (found,) = group(*(small_page(n, pages[i]) for n, i in enumerate(kept, start=1)))
    assert named(found) == "ho-kinh-doanh"
    assert codes(found) == [said]


def test_a_later_page_alone_is_named_after_no_form_but_says_which_page_is_missing() -> None:
    (found,) = group(small_page(1, parts("ho-kinh-doanh", 30, 50)[1]))
    assert named(found) is None
    assert found.pages == ()
    assert classes(found) == [(1, "continuation")]
    assert codes(found) == [("unknown_form", 1), ("first_page_missing", 1)]
    assert [c.form_id for c in found.classification.candidates] == ["ho-kinh-doanh"]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: t.id)
def test_nothing_is_missing_of_a_whole_form(template: Template) -> None:
    (found,) = group(small_page(1, printed(template)))
    assert codes(found) == []


def test_a_blank_sheet_parts_documents_and_is_none() -> None:
    form, stub = printed(BY_ID["khai-tu"]), ["(2) nhận ngày 3/3"]
    sheet = [small_page(n, [], blank=True) for n in (2, 3)]
    found = group(small_page(1, form), *sheet, small_page(4, stub), small_page(5, [], blank=True))
    assert [(named(d), d.classification.pages) for d in found] == [("khai-tu", (1,)), (None, (4, 5))]
    assert classes(found[0]) == [(1, "first"), (2, "separator"), (3, "separator")]
    assert classes(found[1]) == [(4, "unknown"), (5, "blank")]
    assert codes(found[0]) == []


def test_blank_pages_before_the_first_document_are_no_document() -> None:
    (found,) = group(small_page(1, [], blank=True), small_page(2, printed(BY_ID["khai-tu"])))
    assert found.classification.pages == (2,)
    assert classes(found) == [(1, "separator"), (2, "first")]


def test_a_file_of_blank_pages_is_one_document_that_says_so() -> None:
    (found,) = group(*(small_page(n, [], blank=True) for n in (1, 2, 3)))
    assert named(found) is None
    assert codes(found) == [("blank_page", n) for n in (1, 2, 3)]


def test_a_form_with_a_dossier_code_is_a_lead_sheet() -> None:
    form = BY_ID["khai-tu"]
    first, *others = form.items[3:]
    assert first.field
    code = replace(first, field=replace(first.field, id="dossier_code"))
    sheet = replace(form, items=(*form.items[:3], code, *others))
    (found,) = group_pages([small_page(1, printed(sheet))], [sheet])
    assert classes(found) == [(1, "lead")]


def test_the_end_of_a_footnote_is_no_document_of_its_own() -> None:
    template = BY_ID["khai-tu"]
    rest = ["cước điện tử; không cung cấp đầy đủ thông tin ngày, tháng, năm sinh của người đã chết",
            "(3) Ghi theo giấy tờ đã được cấp và còn giá trị sử dụng tính đến ngày nộp hồ sơ"]
    (found,) = group(small_page(1, [*printed(template), template.notes[0]]), small_page(2, rest))
    assert classes(found) == [(1, "first"), (2, "notes")]


def test_a_paper_behind_a_form_with_notes_is_a_paper_of_its_own() -> None:
    template = BY_ID["khai-tu"]
    found = group(small_page(1, [*printed(template), template.notes[0]]), small_page(2, STRANGE))
    assert [(named(d), classes(d)) for d in found] == [("khai-tu", [(1, "first")]), (None, [(2, "unknown")])]


def test_an_official_paper_behind_a_form_is_none_of_its_pages() -> None:
    letter = ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", *STRANGE, "Nơi cư trú: Hà Nội"]
    found = group(small_page(1, printed(BY_ID["khai-tu"])), small_page(2, letter))
    assert [(named(d), d.classification.pages) for d in found] == [("khai-tu", (1,)), (None, (2,))]


def test_a_blank_back_stays_with_its_form() -> None:
    (found,) = group(small_page(1, printed(BY_ID["khai-tu"])), small_page(2, [], blank=True))
    assert found.classification.pages == (1, 2)
    assert len(found.pages) == 1
    assert codes(found) == [("blank_page", 2)]
    assert classes(found) == [(1, "first"), (2, "blank")]


def test_a_sparse_back_stays_with_its_form() -> None:
    (found,) = group(small_page(1, printed(BY_ID["ct01"])), small_page(2, ["(2) nhận ngày 3/3"]))
    assert found.classification.pages == (1, 2)


def test_notes_after_a_form_belong_to_it_and_alone_are_unknown() -> None:
    template = BY_ID["xac-nhan-hon-nhan"]
    notes = ["Chú thích:", *template.notes]
    (found,) = group(small_page(1, printed(template)), small_page(2, notes))
    assert found.classification.pages == (1, 2)
    (alone,) = group(small_page(1, notes))
    assert named(alone) is None
    assert "notes_page" in [f.code for f in alone.classification.findings]


def test_a_forced_form_is_believed() -> None:
    found = group(small_page(1, STRANGE), small_page(2, STRANGE), form="ct01")
    assert [(named(d), d.classification.pages) for d in found] == [("ct01", (1, 2))]


def test_a_document_is_given_out_before_the_next_one_is_read() -> None:
    taken: list[int] = []

    def pages() -> Iterator[tuple[CleanPage, PageText]]:
        for number in range(1, 5):
            taken.append(number)
            yield small_page(number, printed(BY_ID["khai-sinh"]))

    first = next(group_pages(pages(), TEMPLATES))
    assert first.classification.pages == (1,)
    assert taken == [1, 2]


def test_memory_is_bounded_whatever_the_number_of_pages() -> None:
    alive: list[weakref.ref[object]] = []
    most = 0

    def pages() -> Iterator[tuple[CleanPage, PageText]]:
        nonlocal most
        template = BY_ID["khai-tu"]
        for number in range(1, 61):
            lines = printed(template) if number == 1 else ["Chú thích:", *template.notes] if number < 30 else STRANGE
            page, text = small_page(number, lines)
            alive.append(weakref.ref(page.image))
            yield page, text
            del page
            gc.collect()
            most = max(most, sum(ref() is not None for ref in alive))

    found = list(group_pages(pages(), TEMPLATES))
    assert [len(d.classification.pages) for d in found] == [29, 31]
    assert len(found[0].pages) == KEPT_PAGES
    assert "pages_not_read" in [f.code for f in found[0].classification.findings]
    assert most <= KEPT_PAGES + 2
