"""Render: every kind of file becomes blue-green-red pages at one resolution, and missing pixels are an error."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image, ImageDraw

from digitizer.document import PageImage
from digitizer.errors import BadInput, DamagedDocument, PageTooLarge
from digitizer.options import Limits, Options
from digitizer.stages.ingest import ingest
from digitizer.stages.render import render
from tests.fakes.bad_files import all_bad_files, good_pdf

A4_300 = (3508, 2480)


def pages_of(folder: Path, content: bytes) -> list[PageImage]:
    path = folder / "upload"
    path.write_bytes(content)
    return list(render(ingest(path, "upload", Limits()), Options()))


def picture(mode: str = "L", size: tuple[int, int] = (827, 1169)) -> Image.Image:
    """White, with a black square near the top left corner."""
    image = Image.new("L", size, 255)
    ImageDraw.Draw(image).rectangle((40, 60, 139, 159), fill=0)
    return image.convert(mode)


def packed(image: Image.Image, kind: str, dpi: float | None = 100, **more: object) -> bytes:
    out = io.BytesIO()
    if dpi:
        more["dpi"] = (dpi, dpi)
    image.save(out, kind, **more)
    return out.getvalue()


def assert_a4_with_square(page: PageImage) -> None:
    height, width = page.image.shape[:2]
    assert page.dpi == 300
    assert page.image.dtype == np.uint8
    assert page.image.ndim == 3
    assert abs(height - A4_300[0]) <= 3
    assert abs(width - A4_300[1]) <= 3
    assert page.image[200:460, 140:400].max() < 60
    assert page.image[600:, 600:].min() > 200


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16"])
def test_png_of_every_mode(tmp_path: Path, mode: str) -> None:
    deep = Image.fromarray(np.asarray(picture()).astype(np.uint16) * 257)
    image = deep if mode == "I;16" else picture(mode)
    [page] = pages_of(tmp_path, packed(image, "PNG"))
    assert_a4_with_square(page)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_jpeg_of_every_mode(tmp_path: Path, mode: str) -> None:
    [page] = pages_of(tmp_path, packed(picture(mode), "JPEG"))
    assert_a4_with_square(page)


def test_clear_paper_is_white(tmp_path: Path) -> None:
    image = Image.new("RGBA", (827, 1169), (0, 0, 0, 0))
    [page] = pages_of(tmp_path, packed(image, "PNG"))
    assert page.image.min() == 255


def test_colour_keeps_its_channels(tmp_path: Path) -> None:
    [page] = pages_of(tmp_path, packed(Image.new("RGB", (827, 1169), (200, 20, 30)), "PNG"))
    assert page.image[100, 100].tolist() == [30, 20, 200]


def test_camera_orientation_is_applied(tmp_path: Path) -> None:
    lying = picture().rotate(90, expand=True)  # as a camera stores it; the tag says: turn 90 degrees clockwise
    exif = Image.Exif()
    exif[0x0112] = 6
    [page] = pages_of(tmp_path, packed(lying, "JPEG", exif=exif))
    assert_a4_with_square(page)


def test_resolution_is_guessed_from_the_sheet_when_not_told(tmp_path: Path) -> None:
    [page] = pages_of(tmp_path, packed(picture(), "PNG", dpi=None))
    assert_a4_with_square(page)


def test_resolution_that_cannot_be_is_not_believed(tmp_path: Path) -> None:
    [page] = pages_of(tmp_path, packed(picture(size=(2480, 3508)), "JPEG", dpi=96))  # would be a sheet of 93 cm
    assert page.image.shape[0] == pytest.approx(3508, abs=3)


def test_finer_scans_come_down_to_the_working_resolution(tmp_path: Path) -> None:
    [page] = pages_of(tmp_path, packed(picture("1", (3308, 4676)), "TIFF", dpi=400, compression="group4"))
    assert page.image.shape[:2] == pytest.approx(A4_300, abs=3)


def test_tiff_pages_come_in_order_each_with_its_own_size(tmp_path: Path) -> None:
    high, wide = (827, 1169), (1169, 827)
    frames = [Image.new("1", high, 1), Image.new("L", wide, 100), Image.new("RGB", high, (0, 0, 9))]
    out = io.BytesIO()
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:], dpi=(100, 100))
    pages = pages_of(tmp_path, out.getvalue())
    assert [p.number for p in pages] == [1, 2, 3]
    assert [p.image.shape[0] > p.image.shape[1] for p in pages] == [True, False, True]
    assert [int(p.image[9, 9, 0]) for p in pages] == [255, 100, 9]


def test_pdf_pages_come_in_order_over_several_batches(tmp_path: Path) -> None:
    pages = pages_of(tmp_path, good_pdf(6))
    assert [p.number for p in pages] == [1, 2, 3, 4, 5, 6]
    assert all(p.image.shape[:2] == pytest.approx(A4_300, abs=3) for p in pages)
    assert all(p.image.min() < 80 for p in pages)


def changed(change: Callable[[pikepdf.Page], None]) -> bytes:
    with pikepdf.open(io.BytesIO(good_pdf())) as pdf:
        change(pdf.pages[0])
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def test_turned_and_cropped_pdf_pages_have_the_size_they_show(tmp_path: Path) -> None:
    [turned] = pages_of(tmp_path, changed(lambda page: page.rotate(90, relative=False)))
    assert turned.image.shape[:2] == pytest.approx((A4_300[1], A4_300[0]), abs=3)

    def crop(page: pikepdf.Page) -> None:
        page.cropbox = pikepdf.Array([0, 421, 595, 842])
    [cropped] = pages_of(tmp_path, changed(crop))
    assert cropped.image.shape[:2] == pytest.approx((1754, 2480), abs=3)


def test_bad_files_that_pass_the_headers_end_in_their_code(tmp_path: Path) -> None:
    for bad in (b for b in all_bad_files(tmp_path) if b.where == "render"):
        intake = ingest(bad.path, bad.name, Limits())
        with pytest.raises(BadInput) as caught:
            list(render(intake, Options()))
        assert (bad.name, caught.value.code) == (bad.name, bad.code)


def test_a_picture_over_the_limit_is_not_decoded(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(packed(picture(), "PNG"))
    intake = ingest(path, "a.png", Limits())
    with pytest.raises(PageTooLarge):
        list(render(intake, Options(limits=replace(Limits(), page_pixels=500_000))))


def fake_pdftoppm(folder: Path, script: str) -> None:
    program = folder / "pdftoppm"
    asked = '[ "$1" = -v ] && exit 0'  # pdf2image asks for the version first
    program.write_text(f"#!/bin/sh\n{asked}\n{script}\n", encoding="ascii")
    program.chmod(0o755)


@pytest.mark.parametrize("script", [
    'for last; do :; done; printf "P6 1 1 255 abc" > "$last-1.ppm"',  # a page of one pixel, status 0
    "exit 0",  # no page, status 0
    'for last; do :; done; : > "$last-1.ppm"',  # an empty picture, as on a full disk
])
def test_missing_pixels_are_an_error_whatever_the_exit_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(good_pdf())
    intake = ingest(path, "a.pdf", Limits())
    with monkeypatch.context() as m:
        programs = tmp_path / "bin"
        programs.mkdir()
        fake_pdftoppm(programs, script)
        m.setenv("PATH", f"{programs}:/usr/bin:/bin")
        with pytest.raises(DamagedDocument):
            list(render(intake, Options()))


def test_scratch_is_gone_after_rendering(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    pages_of(tmp_path, good_pdf(2))
    assert list(scratch.iterdir()) == []


def test_the_scanned_resolution_is_told_where_the_file_tells_it(tmp_path: Path) -> None:
    """Stated, implied by A4's shape, of the scan that a PDF page wraps whatever its packing; none of a card's picture
    and none of a drawn page."""
    def dpi(content: bytes) -> float | None:
        (page,) = pages_of(tmp_path, content)
        return page.scanned_dpi

    assert dpi(packed(picture(), "PNG", 150)) == pytest.approx(150, abs=0.1)
    assert dpi(packed(picture(), "PNG", None)) == pytest.approx(100, rel=0.01)
    assert dpi(packed(picture(size=(1011, 638)), "PNG", None)) is None
    for mode in ("L", "1"):  # as JPEG, and as fax
        buffer = io.BytesIO()
        picture(mode).save(buffer, "PDF", resolution=120.0)
        assert dpi(buffer.getvalue()) == pytest.approx(120, rel=0.01)
    assert dpi(good_pdf(1)) is None
