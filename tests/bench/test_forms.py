"""Filled forms say where their ink is: on our own prints, on the real blanks, and through the scanner."""

from __future__ import annotations

import dataclasses
import json
import random
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from bench.blank import DPI, Blank
from bench.fill import Filled, split_answer
from bench.fonts import faces, holds
from bench.make import document, filled, official_blanks, real, shared_folder, template_of
from bench.prints import any_style, print_blank, styles
from bench.scan import CASES, QUALITIES, save, scan
from digitizer.geometry import Box
from digitizer.template import FieldKind, load_forms

FORMS = sorted({t.id for t in load_forms()})
needs_blanks = pytest.mark.skipif(shared_folder() is None, reason="the real blanks are not on this machine")


def darkness(image: Image.Image, box: Box) -> float:
    area = np.asarray(image.convert("L"))[int(box.top):int(box.bottom) + 1, int(box.left):int(box.right) + 1]
    return float((255 - area.astype(float)).sum())


def check_truths(blank: Blank, form: Filled) -> None:
    """Every written answer darkens its own box, boxes hold all new ink but the signature's, no label is overprinted."""
    new = [np.asarray(p.convert("L")).astype(int) for p in form.pages]
    old = [np.asarray(p.convert("L")).astype(int) for p in blank.pages]
    inked = [(o - n) > 60 for o, n in zip(old, new, strict=True)]
    for answer in form.answers:
        assert bool(answer.ink) == bool(answer.raw), answer.field_id
        for cell in answer.ink:
            before, after = (darkness(pages[cell.page], cell.box) for pages in (blank.pages, form.pages))
            assert before < after, answer.field_id
    if blank.signature:
        _clear(inked[blank.signature.page], blank.signature.box.padded(40, 60))
    for answer in form.answers:
        for cell in answer.ink:
            _clear(inked[cell.page], cell.box.padded(3, 3))
    assert sum(int(page.sum()) for page in inked) == 0
    places = {p.field_id: p for p in blank.places}
    for answer in form.answers:
        runs = [r for piece in places[answer.field_id].pieces for r in piece]
        for cell in answer.ink if runs else ():
            rooms = [(r.left_limit - 2, r.right_limit + 2) for r in runs if r.page == cell.page]
            fits = any(left <= cell.box.left and cell.box.right <= right for left, right in rooms)
            assert fits, f"{answer.field_id} runs into print"


def _clear(page: np.ndarray, box: Box) -> None:
    page[max(0, int(box.top)):int(box.bottom) + 1, max(0, int(box.left)):int(box.right) + 1] = False


@pytest.mark.parametrize("form", FORMS)
def test_own_prints_know_their_answers(form: str) -> None:
    blank = print_blank(template_of(form), any_style(random.Random(form)))
    placed = {p.field_id for p in blank.places}
    wanted = {f.id.replace("[n]", "[0]") for f in blank.template.fields}
    assert wanted <= placed
    check_truths(blank, filled(blank, 3))


def test_prints_differ_in_their_breaks_but_not_in_their_fields() -> None:
    one, other = (print_blank(template_of("khai-sinh"), s) for s in styles()[:2])
    assert {p.field_id for p in one.places} == {p.field_id for p in other.places}
    lines = [next(p for p in b.places if p.field_id == "father.residence").pieces[0][0].baseline for b in (one, other)]
    assert abs(lines[0] - lines[1]) > 20


@needs_blanks
@pytest.mark.parametrize("form", official_blanks() or ["none"])
def test_real_blanks_are_filled_on_their_leaders(form: str) -> None:
    blank = real(form)
    assert {f.id.replace("[n]", "[0]") for f in blank.template.fields} <= {p.field_id for p in blank.places}
    for place in blank.places:
        expected = place.spec.cells or len(place.spec.choices) or 1
        if place.spec.kind is not FieldKind.LEADERS:
            assert len(place.cells or place.words) == expected, place.field_id
        elif place.inner:
            assert len(place.pieces) == len(place.inner) + 1, place.field_id
    check_truths(blank, filled(blank, 5))


@needs_blanks
def test_justified_labels_keep_their_answer_on_the_next_line() -> None:
    place = next(p for p in real("khai-tu").places if p.field_id == "deceased.nationality")
    label_line = next(p for p in real("khai-tu").places if p.field_id == "deceased.sex").pieces[0][0].baseline
    assert [r.baseline > label_line + 20 for r in place.pieces[0]] == [True]


def test_answers_part_at_printed_words() -> None:
    inner = ("giờ", "phút, ngày", "tháng", "năm")
    assert split_answer("10 giờ 30 phút, ngày 05 tháng 3 năm 2026", inner) == ["10", "30", "05", "3", "2026"]
    assert split_answer("Hà Nội, ngày 05 tháng 3 năm 2026", (", ngày", "tháng", "năm")) == ["Hà Nội", "05", "3", "2026"]
    assert split_answer("05/03/1990", ("/", "/")) == ["05", "03", "1990"]
    assert split_answer("Kinh", ()) == ["Kinh"]


@pytest.mark.parametrize("quality", ["light", "medium", "heavy", "medium-200"])
def test_the_scanner_says_where_a_mark_went(quality: str) -> None:
    page = Image.new("RGB", (1240, 1754), "white")
    mark = Box(300, 1400, 360, 1460)
    page.paste((0, 0, 0), (300, 1400, 360, 1460))
    seen = scan(page, QUALITIES[quality], random.Random(4))
    dark = np.argwhere(np.asarray(seen.image.convert("L")) < 110)
    middle = dark.mean(axis=0)[::-1] / seen.dpi * 25.4
    expected = np.array(seen.polygon_mm(mark)).mean(axis=0)
    assert np.allclose(middle, expected, atol=0.25)
    again = scan(page, QUALITIES[quality], random.Random(4))
    assert seen.image.tobytes() == again.image.tobytes()


@pytest.mark.parametrize("quality", CASES)
def test_what_goes_wrong_is_where_the_truth_says(quality: str) -> None:
    """A black square lies on paper that is lighter, wherever scanner or camera put it."""
    page = Image.new("RGB", (2480, 3508), "white")
    mark = Box(600, 2600, 720, 2720)
    page.paste((0, 0, 0), (600, 2600, 720, 2720))
    seen = scan(page, dataclasses.replace(QUALITIES[quality], back=0.0, seals=0), random.Random(4))
    gray = np.asarray(seen.image.convert("L")).astype(float)

    def inside(box: Box) -> np.ndarray:
        outline = np.array(seen.polygon_mm(box)) * seen.dpi / 25.4
        area = np.zeros(gray.shape, np.uint8)
        cv2.fillConvexPoly(area, np.round(outline).astype(np.int32), 1)
        return area > 0

    around = inside(mark.padded(60, 60)) & ~inside(mark.padded(8, 8))
    assert np.median(gray[inside(mark.padded(-8, -8))]) + 60 < np.percentile(gray[around], 5)


def test_seals_are_red_where_the_truth_says() -> None:
    page = print_blank(template_of("ct01"), styles()[0]).pages[0]
    seen = scan(page, QUALITIES["sealed"], random.Random(4))
    assert len(seen.seals) == 2
    pixels = np.asarray(seen.image).astype(int)
    for box in seen.seals:
        outline = np.array(seen.polygon_mm(box)) * seen.dpi / 25.4
        (left, top), (right, bottom) = outline.min(axis=0).astype(int), outline.max(axis=0).astype(int)
        red = pixels[top:bottom, left:right, 0] - pixels[top:bottom, left:right, 1:].max(axis=2) > 50
        assert red.mean() > 0.02
    assert 25 < seen.seals[0].width / 300 * 25.4 < 45  # round


@pytest.mark.parametrize("suffix", [".pdf", ".tiff", ".jpg", ".png"])
@pytest.mark.parametrize("bilevel", [False, True])
def test_files_carry_pages_and_resolution(suffix: str, bilevel: bool, tmp_path: Path) -> None:
    page = Image.new("RGB", (827, 1169), "white")
    quality = dataclasses.replace(QUALITIES["medium-200"], bilevel=bilevel)
    scans = [scan(page, quality, random.Random(n)) for n in range(2)]
    paths = save(scans, tmp_path / f"form{suffix}")
    assert len(paths) == (1 if suffix in {".pdf", ".tiff"} else 2)
    if suffix == ".pdf":
        import pypdfium2

        opened = pypdfium2.PdfDocument(paths[0])
        assert len(opened) == 2
        assert opened[0].get_width() == pytest.approx(scans[0].image.width / 200 * 72, abs=1)
        opened.close()
        return
    with Image.open(paths[0]) as image:
        assert getattr(image, "n_frames", 1) == (2 if suffix == ".tiff" else 1)
        assert float(image.info["dpi"][0]) == pytest.approx(200, abs=0.5)


def test_a_document_and_its_truth_lie_side_by_side(tmp_path: Path) -> None:
    blank = print_blank(template_of("ct01"))
    made = document(blank, 11, "light", tmp_path / "a.jpg")
    truth = json.loads((tmp_path / "a.jpg.truth.json").read_text(encoding="utf-8"))
    assert made.path.is_file()
    assert truth["form"]["id"] == "ct01"
    number = truth["fields"]["subject.personal_id"]
    assert len(number["ink"]) == 12
    assert all(0 < x < truth["pages"][0]["width_mm"] for line in number["ink"] for x, _ in line["polygon_mm"])
    same = document(blank, 11, "light", tmp_path / "b.jpg")
    assert same.path.read_bytes() == made.path.read_bytes()


def test_fonts_hold_every_vietnamese_letter() -> None:
    assert faces()
    for face in faces():
        assert holds(face.at(40), "ẠạẶặỆệỘộỰựỴỵĐđƠơƯưỸỹ")


def test_resolution_is_that_of_the_truths() -> None:
    assert DPI == 300
