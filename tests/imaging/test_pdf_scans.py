"""A PDF page that only wraps a scan gives the scanner's own pixels; any other is left to the renderer."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image, ImageDraw

from digitizer.document import PageImage
from digitizer.imaging.pdf_pages import page_size_pt
from digitizer.imaging.pdf_scans import lone_picture, unwrapped, wrapped_scan
from digitizer.options import Limits, Options
from digitizer.stages.ingest import ingest
from digitizer.stages.render import render

SIZE = (1240, 1754)  # A4 at 150 dpi
MOST = 40_000_000


def scan(mode: str = "RGB") -> Image.Image:
    image = Image.new("RGB", SIZE, (250, 250, 240))
    draw = ImageDraw.Draw(image)
    draw.rectangle((100, 120, 300, 200), fill=(20, 20, 20))
    draw.rectangle((900, 1500, 1000, 1600), fill=(200, 20, 30))
    return image.convert(mode)


def wrapped(folder: Path, mode: str = "RGB") -> Path:
    path = folder / "scan.pdf"
    scan(mode).save(path, resolution=150.0, quality=95)
    return path


def changed(path: Path, change: Callable[[pikepdf.Pdf, pikepdf.Page], None]) -> Path:
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        change(pdf, pdf.pages[0])
        pdf.save(path)
    return path


def pixels(path: Path, most: int = MOST) -> np.ndarray | None:
    with pikepdf.open(path) as pdf:
        page = pdf.pages[0].obj
        alone = lone_picture(page, page_size_pt(page))
        found = wrapped_scan(alone, most) if alone else None
        return unwrapped(found) if found else None


def behind(pdf: pikepdf.Pdf, page: pikepdf.Page, more: bytes) -> None:
    page.contents_add(pdf.make_stream(more))


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_the_pixels_are_the_scanners(tmp_path: Path, mode: str) -> None:
    found = pixels(wrapped(tmp_path, mode))
    assert found is not None
    buffer = io.BytesIO()
    scan(mode).save(buffer, "JPEG", quality=95)
    told = np.asarray(Image.open(buffer).convert("RGB"))[:, :, ::-1]
    assert np.array_equal(found, told)


def test_a_turned_page_comes_upright(tmp_path: Path) -> None:
    def turn(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
        page.obj.Rotate = 90

    upright, turned = pixels(wrapped(tmp_path)), pixels(changed(wrapped(tmp_path), turn))
    assert upright is not None
    assert turned is not None
    assert np.array_equal(turned, np.rot90(upright, -1))


def test_invisible_text_of_a_scanner_changes_nothing(tmp_path: Path) -> None:
    text = b"BT 3 Tr /F1 12 Tf 20 700 Td (not seen) Tj ET"
    assert pixels(changed(wrapped(tmp_path), lambda pdf, page: behind(pdf, page, text))) is not None


@pytest.mark.parametrize("more", [
    b"BT /F1 12 Tf 20 700 Td (seen) Tj ET", b"0 0 100 100 re f", b"q 10 0 0 10 5 5 cm /image Do Q", b"/Sh sh",
    b"BI /W 1 /H 1 /BPC 8 /CS /G ID \x00 EI",
])
def test_whatever_else_is_seen_is_left_to_the_renderer(tmp_path: Path, more: bytes) -> None:
    assert pixels(changed(wrapped(tmp_path), lambda pdf, page: behind(pdf, page, more))) is None


def _note(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
    page.obj.Annots = pdf.make_indirect(pikepdf.Array([]))


def _smaller(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
    page.obj.CropBox = pikepdf.Array([0, 0, 300, 400])


def _inverted(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
    [picture] = page.images.values()
    picture.Decode = pikepdf.Array([1, 0, 1, 0, 1, 0])


def _masked(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
    [picture] = page.images.values()
    picture.SMask = pdf.make_stream(b"\x00", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image)


def _broken(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
    [picture] = page.images.values()
    picture.write(picture.read_raw_bytes()[:2000], filter=pikepdf.Name.DCTDecode)


def _other_size(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
    [picture] = page.images.values()
    picture.Width = 20


@pytest.mark.parametrize("change", [_note, _smaller, _inverted, _masked, _broken, _other_size])
def test_a_page_that_shows_otherwise_than_its_picture_is_drawn(
    tmp_path: Path, change: Callable[[pikepdf.Pdf, pikepdf.Page], None]
) -> None:
    assert pixels(changed(wrapped(tmp_path), change)) is None


def test_a_picture_beyond_the_limit_is_not_decoded_whole(tmp_path: Path) -> None:
    assert pixels(wrapped(tmp_path), most=SIZE[0] * SIZE[1] - 1) is None


def test_pages_of_both_kinds_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    drawn = b"q 0 0 1 rg 50 600 200 100 re f Q"
    path = tmp_path / "mixed.pdf"
    with pikepdf.new() as pdf:
        for kind in "swwsws":
            with pikepdf.open(wrapped(tmp_path)) as one:
                pdf.pages.append(one.pages[0])
            if kind == "w":
                behind(pdf, pdf.pages[-1], drawn)
        pdf.save(path)
    pages: list[PageImage] = list(render(ingest(path, "mixed.pdf", Limits()), Options()))
    assert [p.number for p in pages] == [1, 2, 3, 4, 5, 6]
    assert "".join("w" if p.image[900, 500].tolist() == [255, 0, 0] else "s" for p in pages) == "swwsws"
    assert {p.image.shape[:2] for p in pages} == {(3508, 2480)}
