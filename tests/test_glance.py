"""A quick look at scans of our own prints: what is wrong is told, with its place; what is right is left alone."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from bench.answers import answers
from bench.fill import Filled, any_hand, fill
from bench.make import filled, template_of
from bench.prints import print_blank
from bench.scan import QUALITIES, save, scan_all
from digitizer.document import FieldStatus
from digitizer.glance import Glance, PageVerdict, glance_from_json, glance_to_json
from digitizer.layout.sequence import missing_behind
from digitizer.options import Limits, Options
from digitizer.pipeline import Tools, glance_documents
from digitizer.stages.judge import together

FORMS = ("khai-sinh", "khai-tu", "xac-nhan-hon-nhan", "ct01")


def look(tools: Tools, pages: tuple[Image.Image, ...], folder: Path, options: Options | None = None) -> Glance:
    scans = scan_all(pages, QUALITIES["medium"], random.Random(3))
    (path,) = save(scans, folder / "form.pdf")
    return glance_documents(path, path.name, tools, options or Options())


def without(form: str, field_id: str) -> Filled:
    """A form on which one answer was forgotten."""
    blank, rng = print_blank(template_of(form)), random.Random(11)
    told = answers(blank.template, rng)
    told[field_id] = replace(told[field_id], status=FieldStatus.BLANK)
    return fill(blank, told, any_hand(rng), rng)


@pytest.mark.parametrize("form", FORMS)
def test_of_a_good_scan_nothing_is_said(form: str, tools: Tools, tmp_path: Path) -> None:
    seen = look(tools, filled(print_blank(template_of(form)), 7).pages, tmp_path, Options(form=form))
    assert [(p.form and p.form.form_id, p.remarks) for p in seen.pages] == [(form, ())] * len(seen.pages)
    assert (seen.verdict, seen.missing) == (PageVerdict.USABLE, ())
    assert glance_from_json(glance_to_json(seen)) == seen


@pytest.mark.parametrize(("form", "field_id"), [
    ("khai-sinh", "child.full_name"), ("khai-tu", "deceased.died_at"), ("ct01", "subject.personal_id"),
    ("xac-nhan-hon-nhan", "purpose"),
])
def test_a_forgotten_answer_is_told_with_its_place(form: str, field_id: str, tools: Tools, tmp_path: Path) -> None:
    place = next(p for p in print_blank(template_of(form)).places if p.field_id == field_id)
    seen = look(tools, without(form, field_id).pages, tmp_path)
    (remark,) = [r for page in seen.pages for r in page.remarks]
    assert (remark.code, remark.field, remark.verdict) == ("required_blank", field_id, PageVerdict.ADVICE)
    assert place.spec.label[:20] in remark.message and remark.page is not None
    (left, top), _, (right, bottom), _ = remark.polygon_mm
    assert 0 < left < right < 216 and 0 < top < bottom < 300


@pytest.mark.parametrize("form", ["khai-sinh", "ct01"])
def test_a_missing_signature_is_advice_with_its_place(form: str, tools: Tools, tmp_path: Path) -> None:
    """Of those whom only some forms need, such as the householder, nothing is said."""
    blank = print_blank(template_of(form))
    assert blank.signature
    seen = look(tools, filled(replace(blank, signature=None), 7).pages, tmp_path)
    (remark,) = [r for page in seen.pages for r in page.remarks]
    assert (remark.code, remark.verdict) == ("signature_missing", PageVerdict.ADVICE)
    assert remark.page == blank.signature.page + 1 and remark.field is None
    (left, top), _, (right, bottom), _ = remark.polygon_mm
    middle = blank.signature.box.middle_x / 300 * 25.4, blank.signature.box.middle_y / 300 * 25.4
    assert left < middle[0] < right and top < middle[1] < bottom


def test_another_form_than_was_meant_is_told(tools: Tools, tmp_path: Path) -> None:
    seen = look(tools, filled(print_blank(template_of("khai-tu")), 7).pages, tmp_path, Options(form="khai-sinh"))
    assert [r.code for r in seen.pages[0].remarks] == ["wrong_form"] and seen.verdict is PageVerdict.RESCAN
    assert "KHAI TỬ" in seen.pages[0].remarks[0].message.upper()


def test_a_page_that_was_not_scanned_is_missed(tools: Tools, tmp_path: Path) -> None:
    pages = filled(print_blank(template_of("khai-tu")), 7).pages
    first, second = look(tools, pages[:1], tmp_path), look(tools, pages[1:], tmp_path)
    assert [r.code for r in first.missing] == ["page_missing"] and first.missing[0].page == 1
    assert [r.code for r in second.missing] == ["first_page_missing"]
    template = template_of("khai-tu")
    found = [next(p for p in seen.pages[0].printed if p.form_id == "khai-tu").items for seen in (first, second)]
    assert missing_behind(found, template) == [] and missing_behind(found[:1], template) == [0]


def test_blank_and_strange_pages_are_advice(tools: Tools, tmp_path: Path) -> None:
    white = Image.new("RGB", (2480, 3508), "white")
    assert [r.code for r in look(tools, (white,), tmp_path).pages[0].remarks] == ["blank_page"]
    strange = white.copy()
    strange.paste(filled(print_blank(template_of("ct01")), 7).pages[1].crop((200, 200, 2200, 900)), (200, 1800))
    seen = look(tools, (strange,), tmp_path)
    assert seen.verdict is not PageVerdict.USABLE and seen.pages[0].form is None


def test_of_a_thick_file_the_first_pages_are_looked_at(tools: Tools, tmp_path: Path) -> None:
    pages = filled(print_blank(template_of("khai-tu")), 7).pages
    seen = look(tools, pages, tmp_path, Options(limits=Limits(glance_pages=1)))
    assert len(seen.pages) == 1 and [r.code for r in seen.missing] == ["not_checked"]


def test_a_spoilt_page_is_to_be_scanned_again_with_its_place(tools: Tools, tmp_path: Path) -> None:
    pages = filled(print_blank(template_of("khai-sinh")), 7).pages
    shaken = scan_all(pages, replace(QUALITIES["medium"], blur_px=2.6), random.Random(3))
    (path,) = save(shaken, tmp_path / "shaken.pdf")
    seen = glance_documents(path, path.name, tools, Options())
    told = [r for page in seen.pages for r in page.remarks if r.code == "blurred"]
    assert [r.page for r in told] == list(range(1, len(pages) + 1)) and seen.verdict is PageVerdict.RESCAN
    assert all(r.message and len(r.polygon_mm) == 4 for r in told)


def test_pages_looked_at_alone_are_put_together(tools: Tools, tmp_path: Path) -> None:
    pages = filled(print_blank(template_of("khai-tu")), 7).pages
    first, second = (
        replace(look(tools, (page,), tmp_path).pages[0], number=n) for n, page in enumerate(pages, start=1)
    )
    whole = together([first, second], tools.templates)
    assert (whole.missing, whole.joined) == ((), (2,))
    assert [(r.code, r.page) for r in together([first], tools.templates).missing] == [("page_missing", 1)]
    assert [r.code for r in together([second], tools.templates).missing] == ["first_page_missing"]
    twice = together([first, second, replace(first, number=3)], tools.templates)
    assert [(r.code, r.page) for r in twice.missing] == [("page_missing", 3)]
