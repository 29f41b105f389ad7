"""The scan that a PDF page only wraps: takes a page object, gives its one picture as the scanner wrote it.

Decoding that picture costs a third of having the page drawn, and no pixel is resampled. Whatever else a page carries —
more pictures, visible text, annotations, masks, unusual colours — is for the renderer to draw: then None."""

from __future__ import annotations

import io
import math
import zlib
from dataclasses import dataclass

import cv2
import numpy as np
import pikepdf
from PIL import Image

from digitizer.imaging.pdf_pages import inherited, number

OFF_BY_PT = 1.0  # how far the picture's edge may lie from the page's
MAX_OPERATORS = 20_000  # a page of invisible text, as scanners that recognise text write it, has some thousand
SILENT = frozenset({"q", "Q", "BT", "ET", "Tf", "Td", "TD", "Tm", "T*", "Tc", "Tw", "Tz", "TL", "Ts", "BMC", "EMC"})
SHOWS = frozenset({"Tj", "TJ", "'", '"'})
INVISIBLE = 3  # text rendering mode (PDF 1.7, table 106)


@dataclass(frozen=True, slots=True)
class WrappedScan:
    """data: a JPEG file, or with `channels` (1 gray, 3 red-green-blue) the samples themselves, packed by Deflate.
    turns: clockwise quarter turns to how the page is shown."""

    data: bytes
    size_px: tuple[int, int]
    turns: int
    channels: int = 0


@dataclass(frozen=True, slots=True)
class LonePicture:
    """The one picture that a page shows and nothing else, as it is stored. turns: as in WrappedScan."""

    stream: pikepdf.Stream
    size_px: tuple[int, int]
    turns: int


def lone_picture(page: pikepdf.Dictionary, size_pt: tuple[float, float]) -> LonePicture | None:
    """size_pt: as shown, turned. None when the page shows more, or nothing."""
    if "/Annots" in page or "/Group" in page or page.get("/UserUnit", 1) != 1:
        return None
    turns = int(number(inherited(page, "/Rotate"), 0.0)) // 90 % 4
    width, height = size_pt if turns % 2 == 0 else size_pt[::-1]
    try:
        name = _only_picture(page, (width, height))
        resources = inherited(page, "/Resources")
        picture = resources["/XObject"][name] if name and isinstance(resources, pikepdf.Dictionary) else None
    except (KeyError, TypeError, ValueError, pikepdf.PdfError):
        return None
    if not isinstance(picture, pikepdf.Stream) or picture.get("/Subtype") != "/Image":
        return None
    size = (int(picture.get("/Width", 0)), int(picture.get("/Height", 0)))
    return LonePicture(picture, size, turns) if min(size) > 0 else None


def wrapped_scan(picture: LonePicture, most_px: int) -> WrappedScan | None:
    """None when the page must be drawn, or the picture has more than `most_px` pixels."""
    samples = _plain_samples(picture.stream)
    if not (samples or _plain_jpeg(picture.stream)) or picture.size_px[0] * picture.size_px[1] > most_px:
        return None
    channels = _channels(picture.stream) if samples else 0
    return WrappedScan(picture.stream.read_raw_bytes(), picture.size_px, picture.turns, channels)


def _only_picture(page: pikepdf.Dictionary, size_pt: tuple[float, float]) -> str | None:
    """Name of the one picture that fills the page, when nothing else can be seen on it."""
    found, place, invisible = None, np.eye(3), False
    kept: list[np.ndarray] = []
    for count, instruction in enumerate(pikepdf.parse_content_stream(page)):
        if isinstance(instruction, pikepdf.ContentStreamInlineImage):
            return None
        operands, word = instruction.operands, str(instruction.operator)
        if count > MAX_OPERATORS:
            return None
        if word == "cm":
            place = _matrix(operands) @ place
        elif word == "q":
            kept.append(place)
        elif word == "Q":
            place = kept.pop() if kept else place
        elif word == "Do" and found is None and _fills(place, size_pt):
            found = str(operands[0])
        elif word == "Tr":
            invisible = int(operands[0]) == INVISIBLE
        elif not (word in SILENT or (word in SHOWS and invisible)):
            return None
    return found


def _matrix(operands: object) -> np.ndarray:
    a, b, c, d, e, f = (float(x) for x in operands)  # type: ignore[attr-defined]
    return np.array([[a, b, 0], [c, d, 0], [e, f, 1]])


def _fills(place: np.ndarray, size_pt: tuple[float, float]) -> bool:
    """Whether the unit square is laid upright on the whole page, whose box begins at nought."""
    wanted = np.array([[size_pt[0], 0, 0], [0, size_pt[1], 0], [0, 0, 1]])
    return bool(np.abs(place - wanted).max() <= OFF_BY_PT)


def _plain_jpeg(picture: pikepdf.Stream) -> bool:
    return _packed_by(picture, "/DCTDecode")


def _plain_samples(picture: pikepdf.Stream) -> bool:
    return _packed_by(picture, "/FlateDecode") and picture.get("/BitsPerComponent") == 8


def _packed_by(picture: pikepdf.Stream, name: str) -> bool:
    kinds = picture.get("/Filter")
    names = [str(k) for k in kinds] if isinstance(kinds, pikepdf.Array) else [str(kinds)]
    special = ("/Decode", "/SMask", "/Mask", "/DecodeParms", "/OC", "/ImageMask")
    return names == [name] and not any(key in picture for key in special) and _plain_colour(picture)


def _channels(picture: pikepdf.Stream) -> int:
    space = picture.get("/ColorSpace")
    if isinstance(space, pikepdf.Array):
        return int(space[1].get("/N", 0))
    return 1 if str(space) == "/DeviceGray" else 3


def _plain_colour(picture: pikepdf.Stream) -> bool:
    space = picture.get("/ColorSpace")
    if isinstance(space, pikepdf.Array) and len(space) == 2 and str(space[0]) == "/ICCBased":
        return int(space[1].get("/N", 0)) in (1, 3)
    return str(space) in ("/DeviceGray", "/DeviceRGB")


def unwrapped(scan: WrappedScan) -> np.ndarray | None:
    """(h, w, 3) uint8 blue-green-red, upright as the page is shown; None when it is damaged or another picture."""
    pixels = _samples(scan) if scan.channels else _decoded(scan)
    if pixels is None:
        return None
    image = cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR if pixels.ndim == 2 else cv2.COLOR_RGB2BGR)
    return np.ascontiguousarray(np.rot90(image, -scan.turns)) if scan.turns else image


def _samples(scan: WrappedScan) -> np.ndarray | None:
    """Unpacks no byte more than the picture has."""
    shape = (scan.size_px[1], scan.size_px[0], scan.channels)
    try:
        data = zlib.decompressobj().decompress(scan.data, math.prod(shape) + 1)
    except zlib.error:
        return None
    if len(data) != math.prod(shape):
        return None
    pixels = np.frombuffer(data, np.uint8).reshape(shape)
    return pixels[..., 0] if scan.channels == 1 else pixels


def _decoded(scan: WrappedScan) -> np.ndarray | None:
    try:
        with Image.open(io.BytesIO(scan.data), formats=("JPEG",)) as file:
            if file.size != scan.size_px or file.mode not in ("L", "RGB"):
                return None
            return np.asarray(file)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
