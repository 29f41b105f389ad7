"""A branch scanner: takes page images at 300 dpi and a quality, gives degraded pages with the map from page to scan.

Light is a new flatbed, medium an honest branch scanner with a worn feeder, heavy a photocopy of a copy. Files carry
their resolution, as scanners write it."""

from __future__ import annotations

import io
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from bench.blank import DPI
from digitizer.geometry import MM_PER_INCH, Box


@dataclass(frozen=True, slots=True)
class Quality:
    """Largest skew (degrees), corner shift (share of width), blur and noise (sigma), shade (share), JPEG quality."""

    name: str
    skew_deg: float
    warp: float
    blur_px: float
    noise: float
    shade: float
    jpeg: int
    dpi: int = DPI
    bilevel: bool = False


QUALITIES: dict[str, Quality] = {
    q.name: q for q in (
        Quality("clean", 0.0, 0.0, 0.0, 0.0, 0.0, 95),
        Quality("light", 0.5, 0.001, 0.4, 3.0, 0.02, 90),
        Quality("medium", 1.5, 0.002, 0.7, 6.0, 0.06, 75),
        Quality("heavy", 3.0, 0.005, 1.1, 11.0, 0.14, 50),
        Quality("medium-200", 1.5, 0.002, 0.7, 6.0, 0.06, 75, dpi=200),
        Quality("bilevel", 1.0, 0.001, 0.5, 4.0, 0.03, 90, bilevel=True),
    )
}


@dataclass(frozen=True, slots=True)
class Scan:
    """One scanned page. `matrix`: 3x3, pixels of the unscanned page at 300 dpi to pixels of this image."""

    image: Image.Image
    matrix: np.ndarray
    dpi: int

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


def scan(page: Image.Image, quality: Quality, rng: random.Random) -> Scan:
    """One page through the scanner; the same seed gives the same bytes."""
    noise = np.random.default_rng(rng.getrandbits(64))
    height, width = (round(s * quality.dpi / DPI) for s in (page.height, page.width))
    matrix = _geometry(page.size, (width, height), quality, rng)
    paper = _paper(quality, rng)
    seen = cv2.warpPerspective(
        np.asarray(page.convert("RGB")), matrix, (width, height),
        flags=cv2.INTER_AREA if quality.dpi < DPI else cv2.INTER_LINEAR, borderValue=(255, 255, 255),
    )
    if quality.blur_px:
        seen = cv2.GaussianBlur(seen, (0, 0), quality.blur_px * quality.dpi / DPI)
    light = _light((width, height), quality, noise)
    shaded = seen.astype(np.float32)
    shaded *= light[..., None]
    shaded *= paper
    if quality.noise:
        shaded += quality.noise * noise.standard_normal((height, width, 1), dtype=np.float32)
        shaded[:, :, 2] += quality.noise / 2 * noise.standard_normal((height, width), dtype=np.float32)
    image = Image.fromarray(np.clip(shaded, 0, 255, out=shaded).astype(np.uint8))
    if quality.bilevel:
        gray = np.asarray(image.convert("L"))
        level = cv2.adaptiveThreshold(gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 51, 18)
        return Scan(Image.fromarray(level).convert("1"), matrix, quality.dpi)
    return Scan(_through_jpeg(image, quality.jpeg), matrix, quality.dpi)


def scan_all(pages: Sequence[Image.Image], quality: Quality, rng: random.Random) -> tuple[Scan, ...]:
    return tuple(scan(page, quality, rng) for page in pages)


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


def _geometry(size: tuple[int, int], out: tuple[int, int], quality: Quality, rng: random.Random) -> np.ndarray:
    """Skew about the middle, a little stretch and shift, a little keystone, then the scan's resolution."""
    width, height = size
    angle = rng.uniform(-quality.skew_deg, quality.skew_deg)
    stretch = 1 + rng.uniform(-1, 1) * quality.warp * 2
    turn = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), angle, stretch), [0, 0, 1]])
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], dtype=np.float32)
    shift = np.array([[rng.uniform(-1, 1) * quality.warp * width for _ in "xy"] for _ in corners], dtype=np.float32)
    keystone = cv2.getPerspectiveTransform(corners, corners + shift)
    scale = np.diag([out[0] / width, out[1] / height, 1.0])
    return np.asarray(scale @ keystone @ turn, dtype=np.float64)


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
    return cv2.resize(cv2.GaussianBlur(coarse, (0, 0), 1.0), size, interpolation=cv2.INTER_CUBIC)


def _through_jpeg(image: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    buffer.seek(0)
    return Image.open(buffer).convert("RGB")
