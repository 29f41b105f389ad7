"""A branch scanner: takes page images at 300 dpi and a quality, gives degraded pages with the map from page to scan.

Light is a new flatbed, medium an honest branch scanner with a worn feeder, heavy a photocopy of a copy. The others are
medium with one thing gone wrong each (CASES): docs/pipeline.md tells what each of them costs. Files carry their
resolution, as scanners write it."""

from __future__ import annotations

import io
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from bench import spoil
from bench.blank import DPI
from digitizer.geometry import MM_PER_INCH, Box


@dataclass(frozen=True, slots=True)
class Quality:
    """Largest skew (degrees), corner shift (share of width), blur and noise (sigma), shade (share), JPEG quality.

    tilt_deg: least skew, on a glass larger than the sheet. seals: red stamps a page. back: darkness of what shines
    through from the other side. specks: a square centimetre. copies: by a photocopier, before. turned: laid by 90, 180
    or 270 degrees. gutter: darkness of a book's fold. photo: by a phone, on a table."""

    name: str
    skew_deg: float
    warp: float
    blur_px: float
    noise: float
    shade: float
    jpeg: int
    dpi: int = DPI
    bilevel: bool = False
    tilt_deg: float = 0.0
    seals: int = 0
    back: float = 0.0
    specks: float = 0.0
    copies: int = 0
    turned: bool = False
    gutter: float = 0.0
    photo: bool = False


_MEDIUM = Quality("medium", 1.5, 0.002, 0.7, 6.0, 0.06, 75)
PHOTO_DPI = round(spoil.PHOTO[0] / 8.27)  # a photograph as wide as A4: what an application puts into a PDF
QUALITIES: dict[str, Quality] = {
    q.name: q for q in (
        Quality("clean", 0.0, 0.0, 0.0, 0.0, 0.0, 95),
        Quality("light", 0.5, 0.001, 0.4, 3.0, 0.02, 90),
        _MEDIUM,
        Quality("heavy", 3.0, 0.005, 1.1, 11.0, 0.14, 50),
        Quality("medium-200", 1.5, 0.002, 0.7, 6.0, 0.06, 75, dpi=200),
        Quality("heavy-200", 3.0, 0.005, 1.1, 11.0, 0.14, 50, dpi=200),
        Quality("bilevel", 1.0, 0.001, 0.5, 4.0, 0.03, 90, bilevel=True),
        replace(_MEDIUM, name="sealed", seals=2),
        replace(_MEDIUM, name="shone-through", back=0.35),
        replace(_MEDIUM, name="shaded", shade=0.4, gutter=0.6),
        replace(_MEDIUM, name="speckled", specks=12.0),
        replace(_MEDIUM, name="copied", copies=2),
        replace(_MEDIUM, name="turned", turned=True),
        replace(_MEDIUM, name="tilted", skew_deg=8.0, tilt_deg=5.0),
        replace(_MEDIUM, name="photo", photo=True, blur_px=0.8, noise=5.0, jpeg=85, dpi=PHOTO_DPI),
        Quality("fax", 1.5, 0.002, 0.7, 4.0, 0.03, 90, dpi=200, bilevel=True, specks=2.0),
        replace(_MEDIUM, name="medium-150", dpi=150),
        replace(_MEDIUM, name="medium-600", dpi=600),
    )
}
CASES = (
    "sealed", "shone-through", "shaded", "speckled", "copied", "turned", "tilted", "photo", "fax", "medium-150",
    "medium-200", "medium-600",
)


@dataclass(frozen=True, slots=True)
class Scan:
    """One scanned page. `matrix`: 3x3, pixels of the unscanned page at 300 dpi to pixels of this image. `seals`: boxes
    of the stamps' ink on the unscanned page."""

    image: Image.Image
    matrix: np.ndarray
    dpi: int
    seals: tuple[Box, ...] = ()

    @property
    def skew_deg(self) -> float:
        """Degrees by which printed lines rise to the right."""
        return -math.degrees(math.atan2(self.matrix[1, 0], self.matrix[0, 0]))

    def polygon_mm(self, box: Box) -> tuple[tuple[float, float], ...]:
        """Where a box of the unscanned page lies on the scan, corners clockwise from top left, millimetres."""
        corners = ((box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom))
        moved = cv2.perspectiveTransform(np.array([corners], dtype=np.float64), self.matrix)[0]
        k = MM_PER_INCH / self.dpi
        return tuple((round(float(x) * k, 2), round(float(y) * k, 2)) for x, y in moved)


def scan(page: Image.Image, quality: Quality, rng: random.Random, back: Image.Image | None = None) -> Scan:
    """One page through the scanner; the same seed gives the same bytes. back: what is printed on the other side."""
    noise = np.random.default_rng(rng.getrandbits(64))
    size = _glass(page.size, quality)
    matrix = _geometry(page.size, size, quality, rng)
    paper = _paper(quality, rng)
    sheet = _soiled(np.asarray(page.convert("RGB")), quality, rng, np.asarray((back or page).convert("RGB")))
    seen = _seen(sheet.image, matrix, size, quality, rng)
    if quality.blur_px:
        seen = cv2.GaussianBlur(seen, (0, 0), quality.blur_px * min(quality.dpi, PHOTO_DPI) / DPI)
    shaded = seen.astype(np.float32)
    if not quality.photo:
        shaded *= _light(size, quality, noise)[..., None]
    shaded *= paper
    if quality.noise:
        shaded += quality.noise * noise.standard_normal((*shaded.shape[:2], 1), dtype=np.float32)
        shaded[:, :, 2] += quality.noise / 2 * noise.standard_normal(shaded.shape[:2], dtype=np.float32)
    image = np.clip(shaded, 0, 255, out=shaded).astype(np.uint8)
    if quality.specks:
        image = spoil.specked(image, quality.specks, quality.dpi, noise)
    if quality.turned:
        image, matrix = _laid(image, matrix, rng.choice((1, 2, 3)))
    return Scan(_stored(image, quality), matrix, quality.dpi, sheet.boxes)


def _stored(image: np.ndarray, quality: Quality) -> Image.Image:
    if not quality.bilevel:
        return _through_jpeg(Image.fromarray(image), quality.jpeg)
    gray = np.asarray(Image.fromarray(image).convert("L"))
    level = cv2.adaptiveThreshold(gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 51, 18)
    return Image.fromarray(level).convert("1")


def scan_all(pages: Sequence[Image.Image], quality: Quality, rng: random.Random) -> tuple[Scan, ...]:
    """Each page's back is the page after it, and the last one's the first."""
    backs = (*pages[1:], *pages[:1])
    return tuple(scan(page, quality, rng, back) for page, back in zip(pages, backs, strict=True))


def save(scans: Sequence[Scan], path: Path, jpeg: int = 90) -> tuple[Path, ...]:
    """Writes PDF and TIFF with all pages in one file; JPEG and PNG with a file a page (-1, -2 … from the second on)."""
    images, dpi = [s.image for s in scans], scans[0].dpi
    suffix = path.suffix.lower()
    if suffix == ".pdf":
        # bilevel pages go in as fax, group 4, which knows no quality
        packed: dict[str, Any] = {} if images[0].mode == "1" else {"quality": jpeg}
        images[0].save(path, save_all=True, append_images=images[1:], resolution=float(dpi), **packed)
        return (path,)
    if suffix in {".tif", ".tiff"}:
        packing = "group4" if images[0].mode == "1" else "tiff_lzw"
        images[0].save(path, save_all=True, append_images=images[1:], dpi=(dpi, dpi), compression=packing)
        return (path,)
    paths = tuple(path if i == 0 else path.with_stem(f"{path.stem}-{i + 1}") for i in range(len(images)))
    for one, image in zip(paths, images, strict=True):
        if suffix == ".png":
            image.save(one, dpi=(dpi, dpi))
        else:
            image.convert("RGB").save(one, dpi=(dpi, dpi), quality=jpeg)
    return paths


def _glass(page: tuple[int, int], quality: Quality) -> tuple[int, int]:
    """Width and height of the picture: of the sheet, or of all that a tilted one needs."""
    if quality.photo:
        return spoil.PHOTO
    width, height = page
    if quality.tilt_deg:
        sine, cosine = math.sin(math.radians(quality.skew_deg)), math.cos(math.radians(quality.skew_deg))
        width, height = round(width * cosine + height * sine), round(height * cosine + width * sine)
    return round(width * quality.dpi / DPI), round(height * quality.dpi / DPI)


def _geometry(size: tuple[int, int], out: tuple[int, int], quality: Quality, rng: random.Random) -> np.ndarray:
    """Skew about the middle, a little stretch and shift, a little keystone, then the scan's resolution."""
    if quality.photo:
        return spoil.photo_matrix(size, rng)
    width, height = size
    angle = rng.uniform(-quality.skew_deg, quality.skew_deg)
    if quality.tilt_deg:
        angle = math.copysign(rng.uniform(quality.tilt_deg, quality.skew_deg), angle)
    stretch = 1 + rng.uniform(-1, 1) * quality.warp * 2
    turn = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), angle, stretch), [0, 0, 1]])
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], dtype=np.float32)
    shift = np.array([[rng.uniform(-1, 1) * quality.warp * width for _ in "xy"] for _ in corners], dtype=np.float32)
    keystone = cv2.getPerspectiveTransform(corners, corners + shift)
    if quality.tilt_deg:  # the sheet in the middle of a larger glass
        room = np.array([(out[k] * DPI / quality.dpi - size[k]) / 2 for k in (0, 1)])
        keystone = np.array([[1, 0, room[0]], [0, 1, room[1]], [0, 0, 1]]) @ keystone
        width, height = (round(s * DPI / quality.dpi) for s in out)
    scale = np.diag([out[0] / width, out[1] / height, 1.0])
    return np.asarray(scale @ keystone @ turn, dtype=np.float64)


def _soiled(sheet: np.ndarray, quality: Quality, rng: random.Random, back: np.ndarray) -> spoil.Stamped:
    """The sheet, (h, w, 3) RGB, with all that is on it before it is scanned."""
    if quality.back:
        sheet = spoil.shone_through(sheet, back, quality.back, rng)
    if quality.copies:
        sheet = spoil.copied(sheet, quality.copies, rng)
    return spoil.stamped(sheet, quality.seals, rng)


def _seen(
    sheet: np.ndarray, matrix: np.ndarray, size: tuple[int, int], quality: Quality, rng: random.Random
) -> np.ndarray:
    if quality.photo:
        return spoil.on_table(sheet, matrix, rng)
    how = cv2.INTER_AREA if quality.dpi < DPI else cv2.INTER_LINEAR
    if quality.dpi < 200:  # a sensor takes in all that its pixel covers, a warp only four points
        sheet = cv2.GaussianBlur(sheet, (0, 0), 0.4 * DPI / quality.dpi)
    return cv2.warpPerspective(sheet, matrix, size, flags=how, borderValue=(255, 255, 255))


def _laid(image: np.ndarray, matrix: np.ndarray, turns: int) -> tuple[np.ndarray, np.ndarray]:
    """The picture turned counter-clockwise by quarter turns, and its matrix."""
    for _ in range(turns):
        matrix = np.array([[0, 1, 0], [-1, 0, image.shape[1]], [0, 0, 1]], np.float64) @ matrix
        image = np.ascontiguousarray(np.rot90(image))
    return image, matrix


def _paper(quality: Quality, rng: random.Random) -> np.ndarray:
    """Red, green, blue reflection of the sheet: white to yellowish gray."""
    tone = 1 - quality.shade * rng.uniform(0.2, 0.6)
    green, blue = (1 - quality.shade * rng.uniform(0, most) for most in (0.15, 0.6))
    return np.array([tone, tone * green, tone * blue], np.float32)


def _light(size: tuple[int, int], quality: Quality, noise: np.random.Generator) -> np.ndarray:
    """(h, w) brightness: a coarse field of five by seven stretched over the page, as a lid left open casts."""
    if not quality.shade:
        return np.ones((size[1], size[0]), np.float32)
    coarse = noise.uniform(1 - quality.shade, 1, (7, 5)).astype(np.float32)
    light = cv2.resize(cv2.GaussianBlur(coarse, (0, 0), 1.0), size, interpolation=cv2.INTER_CUBIC)
    return spoil.gutter(light, quality.gutter) if quality.gutter else light


def _through_jpeg(image: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    buffer.seek(0)
    return Image.open(buffer).convert("RGB")
