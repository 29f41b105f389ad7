"""Several files of one submission to one PDF: takes files in order, writes their pages as they are.

A JPEG goes in byte for byte, other pictures as they are decoded, packed without loss; pages of PDFs are taken over.
What is rendered of the whole has the same pixels as what is rendered of the single files (`stages/render.py`). The same
files give the same bytes, so that a repeated upload is the same submission."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pikepdf
from PIL import Image, ImageOps, ImageSequence

from digitizer.document import Intake
from digitizer.errors import DamagedDocument, TooManyBytes, TooManyPages
from digitizer.options import Limits, Options
from digitizer.stages.ingest import JPEG, PDF, TIFF, ingest
from digitizer.stages.render import POINTS_PER_INCH, frame_dpi, to_bgr

EXIF_ORIENTATION = 0x0112
TURNS = {1: 0, 3: 180, 6: 90, 8: 270}  # EXIF's orientation to degrees clockwise; the mirrored ones are unpacked
AS_IT_IS = 0.01  # of the working resolution; so near to it no page is resampled


@dataclass(frozen=True, slots=True)
class Part:
    """One file as it came. name: as its sender calls it."""

    path: Path
    name: str


def bind(parts: Sequence[Part], out: Path, limits: Limits) -> int:
    """Writes `out`; gives its pages. Limits hold for all files together. Raises BadInput, which names the file by its
    place."""
    intakes = [_taken(number, part, limits) for number, part in enumerate(parts, start=1)]
    if sum(intake.size_bytes for intake in intakes) > limits.upload_bytes:
        raise TooManyBytes(f"all files together, limit {limits.upload_bytes}")
    if sum(intake.page_count for intake in intakes) > limits.pages:
        raise TooManyPages(f"all files together, more than {limits.pages}")
    with pikepdf.new() as whole:
        for number, intake in enumerate(intakes, start=1):
            try:
                _append(whole, intake)
            except (OSError, SyntaxError, ValueError, EOFError, pikepdf.PdfError, Image.DecompressionBombError) as e:
                raise DamagedDocument(f"file {number}: {type(e).__name__}") from e
        whole.remove_unreferenced_resources()
        whole.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return len(whole.pages)


def _taken(number: int, part: Part, limits: Limits) -> Intake:
    try:
        return ingest(part.path, part.name, limits)
    except DamagedDocument as error:
        raise DamagedDocument(f"file {number}: {error.detail}") from error


def _append(whole: pikepdf.Pdf, intake: Intake) -> None:
    if intake.media_type == PDF:
        with pikepdf.open(intake.path, suppress_warnings=True) as pdf:
            whole.pages.extend(pdf.pages)
        return
    with Image.open(intake.path, formats=("PNG", "JPEG", "TIFF", "MPO")) as file:
        frames: Iterator[Image.Image] = iter(ImageSequence.Iterator(file) if intake.media_type == TIFF else [file])
        for frame in frames:
            turned = TURNS.get(frame.getexif().get(EXIF_ORIENTATION, 1))
            if intake.media_type == JPEG and turned is not None and frame.mode in ("L", "RGB"):
                picture = _stream(whole, intake.path.read_bytes(), pikepdf.Name.DCTDecode, frame.size, frame.mode)
                _page(whole, picture, frame, turned)
            else:
                upright = ImageOps.exif_transpose(frame)
                _page(whole, _unpacked(whole, to_bgr(upright)), upright, 0, frame_dpi(frame))


def _unpacked(whole: pikepdf.Pdf, image: np.ndarray) -> pikepdf.Stream:
    gray = bool((image[..., 0] == image[..., 1]).all() and (image[..., 0] == image[..., 2]).all())
    pixels = np.ascontiguousarray(image[..., 0] if gray else image[..., ::-1])
    size = (image.shape[1], image.shape[0])
    return _stream(whole, zlib.compress(pixels.tobytes(), 6), pikepdf.Name.FlateDecode, size, "L" if gray else "RGB")


def _stream(
    whole: pikepdf.Pdf, data: bytes, packing: pikepdf.Name, size: tuple[int, int], mode: str
) -> pikepdf.Stream:
    picture = pikepdf.Stream(whole, b"")
    picture.write(data, filter=packing)
    picture.Type, picture.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    picture.Width, picture.Height = size
    picture.BitsPerComponent = 8
    picture.ColorSpace = pikepdf.Name.DeviceGray if mode == "L" else pikepdf.Name.DeviceRGB
    return picture


def _page(
    whole: pikepdf.Pdf, picture: pikepdf.Stream, frame: Image.Image, turned: int, dpi: float | None = None
) -> None:
    """As large as rendering makes the single file, so that the picture is unwrapped and comes to the same pixels."""
    factor = Options().render_dpi / (dpi or frame_dpi(frame))
    scale = 1.0 if abs(factor - 1) <= AS_IT_IS else factor
    width, height = (max(1, round(side * scale)) * POINTS_PER_INCH / Options().render_dpi for side in frame.size)
    page = whole.add_blank_page(page_size=(100, 100))
    page.MediaBox = pikepdf.Array([0, 0, round(width, 4), round(height, 4)])
    if turned:
        page.Rotate = turned
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Scan=picture))
    page.Contents = whole.make_stream(f"q {width:.4f} 0 0 {height:.4f} 0 0 cm /Scan Do Q".encode())
