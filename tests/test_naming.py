"""A paper that a person has named, read again on real parts: only its pages, as that form, what people set kept."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from bench.fill import Filled
from bench.make import filled, template_of
from bench.prints import print_blank
from bench.scan import QUALITIES, scan_all
from digitizer.document import Dossier, FieldStatus, Outcome, Record, Source
from digitizer.errors import ReadingFailed
from digitizer.naming import CODE, Wish, named
from digitizer.options import Named, Options
from digitizer.pipeline import Tools, digitize, read_documents, settle
from digitizer.review import Author, Change, correct
from digitizer.rows import rows_in
from digitizer.wire import record_from_json, record_to_json

WHO, AT = "per_an", "2026-11-30T02:00:00Z"
Several = tuple[Path, Filled, Filled, list[Record]]
BIRTH, NEWER, OLDER = (Wish(form, edition, WHO, AT) for form, edition in (
    ("khai-sinh", "tt04-2024"), ("ct01", "tt53-2025"), ("ct01", "tt66-2023")))


def without_title(page: Image.Image) -> Image.Image:
    """A fill whose form nothing tells any more: its head lies under a sheet of white."""
    covered = page.copy()
    ImageDraw.Draw(covered).rectangle((0, 0, page.width, round(page.height * 0.13)), fill="white")
    return covered


def batch(path: Path) -> tuple[Path, Filled, Filled]:
    """Three papers in one file: a CT01, a declaration of birth without its head, another CT01."""
    ct01, birth = (filled(print_blank(template_of(form)), 5) for form in ("ct01", "khai-sinh"))
    pages: list[Image.Image] = []
    for form in (ct01, birth, ct01):
        scans = [scan.image for scan in scan_all(form.pages, QUALITIES["light"], random.Random(1))]
        pages += [without_title(scans[0]), *scans[1:]] if form is birth else scans
    pages[0].save(path, save_all=True, append_images=pages[1:], dpi=(300, 300), compression="tiff_deflate")
    return path, ct01, birth


@pytest.fixture(scope="module")
def several(tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> Several:
    path, ct01, birth = batch(tmp_path_factory.mktemp("named") / "batch.tiff")
    return path, ct01, birth, list(digitize(path, path.name, tools, Options()))


def read_again(path: Path, record: Record, wish: Wish, tools: Tools) -> Record:
    asked = Named(wish.form_id, wish.edition, record.pages)
    (read,) = read_documents(path, path.name, tools, Options(named=asked))
    return settle(named(record, read, wish, tools.templates), None, Options())


def exact(record: Record, form: Filled) -> float:
    truth = [a for a in form.answers if a.raw]
    read = {f.id: f.raw for f in record.fields}
    return sum(read.get(a.field_id) == a.raw for a in truth) / len(truth)


def test_an_unknown_paper_in_a_batch_is_read_as_it_is_named(several: Several, tools: Tools) -> None:
    path, _, birth, records = several
    assert [r.form and r.form.form_id for r in records] == ["ct01", None, "ct01"]
    unknown = records[1]
    again = read_again(path, unknown, BIRTH, tools)
    assert exact(again, birth) >= 0.5
    assert set(again.pages) == set(unknown.pages) and {f.page for f in again.fields} <= {None, *unknown.pages}
    assert again.form and (again.form.form_id, again.form.edition, again.form.confidence) == (
        "khai-sinh", "tt04-2024", 1.0)
    assert again.naming and (again.naming.author, again.naming.at, again.naming.was) == (WHO, AT, None)
    assert record_from_json(record_to_json(again)) == again
    assert record_to_json(again)["form"]["source"] == "person"


def test_what_a_person_named_goes_out_only_when_somebody_has_looked(several: Several, tools: Tools) -> None:
    path, _, _, records = several
    again = read_again(path, records[1], BIRTH, tools)
    assert again.decision and CODE in {r.code for r in again.decision.reasons}
    sure = correct(again, {f.id: Change() for f in again.fields}, Author(WHO, AT), 0.0, tools.templates, (CODE,))
    assert sure.decision and CODE not in {r.code for r in sure.decision.reasons}
    assert sure.naming == again.naming


def test_another_edition_keeps_what_people_have_set(several: Several, tools: Tools) -> None:
    path, _, _, records = several
    first = records[0]
    row = f"members[{max([-1, *rows_in(first.fields, 'members')]) + 1}].full_name"  # the machine saw no such row
    changes = {"subject.full_name": Change(raw="Lê Thị Khác"), row: Change(raw="Trần Văn Thử")}
    before = correct(first, changes, Author("per_binh", AT), None, tools.templates, ("page_missing",))
    again = read_again(path, before, OLDER, tools)
    assert again.form and again.form.edition == "tt66-2023"
    for name, change in changes.items():
        found, was = again.field(name), before.field(name)
        assert found and was
        assert (found.raw, found.value, found.source, found.confidence) == (
            change.raw, was.value, Source.PERSON, was.confidence)
        assert found.correction == was.correction
    assert again.naming and again.naming.was == first.form
    assert again.decision and again.decision.overruled == ("page_missing",)
    back = read_again(path, again, NEWER, tools)  # the machine's first word is not forgotten
    assert back.naming and back.naming.was == first.form and first.form in back.form_candidates


def test_another_form_leaves_peoples_answers_in_the_version_before(several: Several, tools: Tools) -> None:
    path, _, _, records = several
    first = records[0]
    name = next(f.id for f in first.fields if f.type == "person_name")
    before = correct(first, {name: Change(raw="Trần Văn Thử")}, Author("per_binh", AT), None, tools.templates)
    again = read_again(path, before, BIRTH, tools)
    assert again.form and again.form.form_id == "khai-sinh"
    assert [f.id for f in again.fields if f.source is Source.PERSON] == []
    assert again.decision and again.decision.outcome is Outcome.REVIEW


def test_pages_scanned_back_to_front_are_put_in_the_order_of_the_print(tools: Tools, tmp_path: Path) -> None:
    form = filled(print_blank(template_of("ct01")), 5)
    scans = [scan.image for scan in scan_all(form.pages, QUALITIES["light"], random.Random(1))][::-1]
    path = tmp_path / "turned.tiff"
    scans[0].save(path, save_all=True, append_images=scans[1:], dpi=(300, 300), compression="tiff_deflate")
    (read,) = read_documents(path, path.name, tools, Options(named=Named("ct01", "tt53-2025", (1, 2))))
    assert read.pages == (2, 1) and exact(read, form) >= 0.5


@pytest.mark.parametrize("form", ["the-can-cuoc", "van-ban-hanh-chinh", "giay-tiep-nhan"])
def test_any_paper_may_be_named_anything(several: Several, tools: Tools, form: str) -> None:
    """Nothing is found, so everything is asked; nothing breaks."""
    path, _, _, records = several
    template = [t for t in tools.templates if t.id == form][-1]
    again = read_again(path, records[1], Wish(form, template.edition, WHO, AT), tools)
    assert again.form and again.form.form_id == form and again.fields
    assert sum(f.status is FieldStatus.NOT_FOUND for f in again.fields) >= 0.5 * len(again.fields)
    assert again.decision and again.decision.outcome is Outcome.REVIEW


def test_an_empty_sheet_may_be_named_too(tools: Tools, tmp_path: Path) -> None:
    path = tmp_path / "empty.png"
    Image.new("RGB", (2480, 3508), "white").save(path, dpi=(300, 300))
    (blank,) = digitize(path, path.name, tools, Options())
    again = read_again(path, blank, BIRTH, tools)
    assert again.pages == (1,) and again.decision and again.decision.outcome is Outcome.REVIEW


def test_a_form_that_is_not_here_is_not_guessed(several: Several, tools: Tools) -> None:
    path, *_ = several
    with pytest.raises(ReadingFailed):
        list(read_documents(path, path.name, tools, Options(named=Named("khai-sinh", "tt00-1900", (1,)))))


def test_a_lead_sheet_before_it_stays_its_dossier(several: Several, tools: Tools) -> None:
    path, _, _, records = several
    dossier = Dossier("H29.157-261130-0001", 99, 0.9)
    again = read_again(path, replace(records[1], dossier=dossier), BIRTH, tools)
    assert again.dossier == dossier
    own = replace(records[1], dossier=replace(dossier, page=records[1].pages[0]))
    assert read_again(path, own, BIRTH, tools).dossier is None
