"""A form is named when title and labels agree, and only then; a file is parted into its documents page by page."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from digitizer.document import CleanPage, PageText
from digitizer.stages.classify import KEPT_PAGES, DocumentPages, group_pages
from digitizer.template import Template, load_templates
from tests.stages.papers import printed, small_page

TEMPLATES = load_templates()
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


def test_a_blank_back_stays_with_its_form() -> None:
    (found,) = group(small_page(1, printed(BY_ID["khai-tu"])), small_page(2, [], blank=True))
    assert found.classification.pages == (1, 2)
    assert len(found.pages) == 1
    assert [(f.code, f.page) for f in found.classification.findings] == [("blank_page", 2)]


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
            lines = printed(template) if number == 1 else printed(template)[18:] if number < 30 else STRANGE
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
