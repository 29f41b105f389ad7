"""A checked file to its pages as pixels: takes an Intake, yields PageImages at one working resolution."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from pdf2image import convert_from_path
from pdf2image.exceptions import PDFPageCountError, PDFPopplerTimeoutError, PDFSyntaxError
from PIL import Image, ImageOps, ImageSequence

from digitizer.document import Intake, PageImage
from digitizer.errors import DamagedDocument, PageTooLarge
from digitizer.imaging.pdf_pages import page_size_pt, pages_in
from digitizer.imaging.pdf_scans import LonePicture, lone_picture, unwrapped, wrapped_scan
from digitizer.options import Limits, Options

BATCH_PAGES = 4  # one pdftoppm per batch: start-up costs 30 ms, four A4 pages at 300 dpi fill 104 MB of scratch
POINTS_PER_INCH = 72.0
A4_SHORT_IN, A4_LONG_IN = 8.27, 11.69
A4_SHAPE = (1.34, 1.50)  # long side to short, also of a sheet of letter size nearly so
SIZE_TOLERANCE_PX = 2


def render(intake: Intake, options: Options) -> Iterator[PageImage]:
    """Pages in file order, 8-bit blue-green-red, `options.render_dpi` each.

    Raises DamagedDocument when pages or pixels are missing: an exit status of pdftoppm is no evidence (it exits 0
    with a 1 x 1 page or with none). Raises PageTooLarge when a page would pass the pixel limits."""
    if intake.media_type == "application/pdf":
        yield from _pdf(intake, options)
    else:
        yield from _raster(intake, options)


def _pdf(intake: Intake, options: Options) -> Iterator[PageImage]:
    """A page that only wraps a scan is unwrapped, any other is drawn."""
    with pages_in(intake.path, options.limits.pages) as pages:
        sizes = [page_size_pt(page) for page in pages]
        waiting: list[tuple[int, float | None]] = []  # page number and the resolution of the scan on it
        for number, (page, size) in enumerate(zip(pages, sizes, strict=True), start=1):
            if not options.wants(number):
                if waiting:  # what is drawn together stands together
                    yield from _drawn(intake.path, waiting, sizes, options)
                    waiting = []
                continue
            picture = lone_picture(page, size)
            scan = wrapped_scan(picture, options.limits.page_pixels) if picture else None
            image = unwrapped(scan) if scan else None
            taken = _taken_dpi(picture, size) if picture else None
            if image is None:
                waiting.append((number, taken))
            if waiting and (image is not None or len(waiting) == BATCH_PAGES):
                yield from _drawn(intake.path, waiting, sizes, options)
                waiting = []
            if image is not None:
                yield PageImage(number, _sized(image, _expected(size, options)), float(options.render_dpi), taken)
        if waiting:
            yield from _drawn(intake.path, waiting, sizes, options)


def _expected(size_pt: tuple[float, float], options: Options) -> tuple[int, int]:
    width, height = (round(side * options.render_dpi / POINTS_PER_INCH) for side in size_pt)
    return width, height


def _sized(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """At the working resolution; a pixel more or less is the rounding of a scanner."""
    height, width = image.shape[:2]
    if abs(width - size[0]) <= SIZE_TOLERANCE_PX and abs(height - size[1]) <= SIZE_TOLERANCE_PX:
        return image
    smaller = width * height > size[0] * size[1]
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC)


def _drawn(
    path: Path, waiting: Sequence[tuple[int, float | None]], sizes: Sequence[tuple[float, float]], options: Options
) -> Iterator[PageImage]:
    first, last = waiting[0][0], waiting[-1][0]
    with tempfile.TemporaryDirectory(prefix="render-") as folder:
        found = _run_pdftoppm(path, (first, last), options, folder)
        if len(found) != len(waiting):
            raise DamagedDocument(f"pages {first}-{last}: {len(found)} rendered")
        for (number, taken), picture in zip(waiting, found, strict=True):
            yield replace(_rendered_page(picture, number, sizes[number - 1], options), scanned_dpi=taken)
            picture.unlink()


def _run_pdftoppm(path: Path, pages: tuple[int, int], options: Options, folder: str) -> list[Path]:
    try:
        found = convert_from_path(
            path, dpi=options.render_dpi, first_page=pages[0], last_page=pages[1], output_folder=folder,
            paths_only=True, use_cropbox=True, timeout=int(options.limits.page_seconds * (pages[1] - pages[0] + 1)),
        )
    except (PDFPageCountError, PDFSyntaxError, PDFPopplerTimeoutError, OSError, ValueError) as error:
        raise DamagedDocument(f"pages {pages[0]}-{pages[1]}: {type(error).__name__}") from error
    return [Path(p) for p in sorted(map(str, found))]


def _rendered_page(picture: Path, number: int, size_pt: tuple[float, float], options: Options) -> PageImage:
    expected = _expected(size_pt, options)
    image = cv2.imread(str(picture), cv2.IMREAD_COLOR)
    if image is None:
        raise DamagedDocument(f"page {number}: no picture")
    got = (image.shape[1], image.shape[0])
    if any(abs(g - e) > SIZE_TOLERANCE_PX for g, e in zip(got, expected, strict=True)):
        raise DamagedDocument(f"page {number}: {got[0]}x{got[1]} px rendered, {expected[0]}x{expected[1]} expected")
    return PageImage(number, image, float(options.render_dpi))


def _raster(intake: Intake, options: Options) -> Iterator[PageImage]:
    try:
        with Image.open(intake.path, formats=("PNG", "JPEG", "TIFF", "MPO")) as file:
            frames = ImageSequence.Iterator(file) if intake.media_type == "image/tiff" else [file]
            for number, frame in enumerate(frames, start=1):
                _check_pixels(frame.size, number, options.limits)
                if not options.wants(number):
                    continue
                yield _frame_page(frame, number, options.render_dpi)
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise DamagedDocument(f"{intake.media_type}: {type(error).__name__}") from error


def _check_pixels(size: tuple[int, int], number: int, limits: Limits) -> None:
    if size[0] * size[1] > limits.page_pixels or max(size) > limits.page_side_px:
        raise PageTooLarge(f"page {number}: {size[0]}x{size[1]} px")


def _frame_page(frame: Image.Image, number: int, dpi_wanted: int) -> PageImage:
    dpi = frame_dpi(frame)
    upright = ImageOps.exif_transpose(frame)
    image = to_bgr(upright)
    factor = dpi_wanted / dpi
    if abs(factor - 1) > 0.01:
        image = _sized(image, (max(1, round(image.shape[1] * factor)), max(1, round(image.shape[0] * factor))))
    return PageImage(number, image, float(dpi_wanted), scanned_dpi(frame))


def frame_dpi(frame: Image.Image) -> float:
    """The resolution to take the picture for: what its header says if that gives a believable sheet of paper, else what
    an A4 sheet of this shape would have."""
    return _stated_dpi(frame) or _a4_dpi(frame.size)


def scanned_dpi(frame: Image.Image) -> float | None:
    """As frame_dpi where the header tells or the picture has A4's shape; another shape, None, may be a card's."""
    return _stated_dpi(frame) or (_a4_dpi(frame.size) if _of_a4_shape(frame.size) else None)


def _stated_dpi(frame: Image.Image) -> float | None:
    try:
        dpi = float(frame.info["dpi"][0])
    except (KeyError, IndexError, TypeError, ValueError, ZeroDivisionError):
        return None
    return dpi if _believable(frame.size, dpi) else None


def _believable(size_px: tuple[int, int], dpi: float) -> bool:
    """Whether it gives a sheet of paper."""
    short, long = sorted(size_px)
    return 90 <= dpi <= 1250 and short / dpi >= 3.0 and long / dpi <= 17.5


def _a4_dpi(size_px: tuple[int, int]) -> float:
    short, long = sorted(size_px)
    return max(short / A4_SHORT_IN, long / A4_LONG_IN)


def _of_a4_shape(size_px: tuple[int, int]) -> bool:
    short, long = sorted(size_px)
    return A4_SHAPE[0] <= long / short <= A4_SHAPE[1]


def _taken_dpi(picture: LonePicture, size_pt: tuple[float, float]) -> float | None:
    """Of the scan that fills a page: by the page's size, or where that is no sheet of paper as of a bare picture."""
    dpi = max(picture.size_px) / max(size_pt) * POINTS_PER_INCH
    if _believable(picture.size_px, dpi):
        return dpi
    return _a4_dpi(picture.size_px) if _of_a4_shape(picture.size_px) else None


def to_bgr(frame: Image.Image) -> np.ndarray:
    """(h, w, 3) uint8 from any mode Pillow opens: 16-bit is scaled, transparency laid on white."""
    if frame.mode in ("I;16", "I;16B", "I;16L", "I", "F"):
        values = np.asarray(frame, dtype=np.float32)
        top = 65535.0 if frame.mode.startswith("I") else max(float(values.max(initial=1.0)), 1.0)
        return cv2.cvtColor(np.clip(values * (255.0 / top), 0, 255).astype(np.uint8), cv2.COLOR_GRAY2BGR)
    if frame.mode in ("RGBA", "LA", "PA") or "transparency" in frame.info:
        layers = frame.convert("RGBA")
        paper = Image.new("RGBA", layers.size, (255, 255, 255, 255))
        frame = Image.alpha_composite(paper, layers)
    if frame.mode in ("1", "L"):
        return cv2.cvtColor(np.asarray(frame.convert("L")), cv2.COLOR_GRAY2BGR)
    return cv2.cvtColor(np.asarray(frame.convert("RGB")), cv2.COLOR_RGB2BGR)
