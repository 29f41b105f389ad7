"""Several files bound to one: the same pixels as alone, the same bytes for the same files, limits over all of them."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.make import filled, template_of
from bench.prints import print_blank
from bench.scan import QUALITIES, scan
from digitizer.errors import BadInput, DamagedDocument, TooManyBytes, TooManyPages
from digitizer.options import Limits, Options
from digitizer.sandbox import Reader
from digitizer.stages.ingest import ingest
from digitizer.stages.render import render
from tests.fakes.bad_files import good_pdf


@pytest.fixture(scope="module")
def binder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    reader = Reader(Options(), reads=False, scratch=tmp_path_factory.mktemp("scratch"))
    yield reader
    reader.close()


@pytest.fixture(scope="module")
def sheet() -> Image.Image:
    page = filled(print_blank(template_of("ct01")), 7).pages[0]
    return scan(page, replace(QUALITIES["medium"], dpi=150), random.Random(3)).image


def packed(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def turned(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def pixels(data: bytes, name: str, folder: Path) -> list[np.ndarray]:
    path = folder / name
    path.write_bytes(data)
    return [page.image for page in render(ingest(path, name, Limits()), Options())]


def files(sheet: Image.Image) -> list[tuple[bytes, str]]:
    at = {"dpi": (150, 150)}
    out = io.BytesIO()
    pages = [sheet.convert("1"), sheet.convert("L")]
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], compression="tiff_lzw", **at)
    return [
        (packed(sheet, "JPEG", quality=80, **at), "a.jpg"), (packed(sheet.convert("L"), "JPEG", **at), "gray.jpg"),
        (packed(sheet, "PNG", **at), "b.png"), (out.getvalue(), "c.tif"), (packed(sheet, "JPEG"), "no-dpi.jpg"),
        (packed(sheet, "JPEG", exif=turned(6), **at), "turned.jpg"),
        (packed(sheet, "JPEG", exif=turned(5), **at), "mirrored.jpg"),
        (packed(sheet.convert("CMYK"), "JPEG", **at), "cmyk.jpg"), (packed(sheet, "JPEG", dpi=(301, 301)), "near.jpg"),
        (packed(sheet.convert("RGBA"), "PNG", **at), "clear.png"), (good_pdf(2), "d.pdf"),
    ]


def test_every_page_has_the_pixels_it_had_alone(binder: Reader, sheet: Image.Image, tmp_path: Path) -> None:
    came = files(sheet)
    bound = pixels(binder.bind(came), "bound.pdf", tmp_path)
    alone = [(name, image) for data, name in came for image in pixels(data, name, tmp_path)]
    assert len(bound) == len(alone)
    for (name, one), other in zip(alone, bound, strict=True):
        assert np.array_equal(one, other), name


def test_the_same_files_give_the_same_bytes_and_jpegs_stay_whole(binder: Reader, sheet: Image.Image) -> None:
    came = files(sheet)
    once = binder.bind(came)
    assert once == binder.bind(came) != binder.bind(came[::-1])
    assert came[0][0] in once and came[5][0] in once


def test_limits_hold_for_all_together(sheet: Image.Image, tmp_path: Path) -> None:
    data = packed(sheet, "JPEG")
    strict = Limits(upload_bytes=len(data) + 10, pages=3)
    reader = Reader(Options(limits=strict), reads=False, scratch=tmp_path / "scratch")
    with pytest.raises(TooManyBytes):
        reader.bind([(data, "a.jpg"), (data, "b.jpg")])
    with pytest.raises(TooManyPages):
        reader.bind([(good_pdf(2), "a.pdf"), (good_pdf(2), "b.pdf")])
    reader.close()


def test_a_bad_file_is_named_by_its_place(binder: Reader, sheet: Image.Image) -> None:
    good = packed(sheet, "PNG")
    with pytest.raises(DamagedDocument, match="file 2"):
        binder.bind([(good, "a.png"), (good[:9000], "b.png")])
    for bad, name in ((b"", "a.png"), (b"no scan", "a.png"), (good, "a.pdf")):
        with pytest.raises(BadInput):
            binder.bind([(good, "a.png"), (bad, name)])
