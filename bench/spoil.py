"""What happens to paper before and under the glass: takes pixels of a sheet, gives them stamped, shone through, copied,
speckled or photographed, with where the stamps are and how the sheet lies in the photograph.

Everything is drawn from the random source it is given; offices and words on stamps are invented."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from bench.blank import DPI
from digitizer.geometry import MM_PER_INCH, Box

PX = DPI / MM_PER_INCH
SEAL_MM = (35.0, 42.0)  # outer diameter of an authority's round seal
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"
_WORDS = ("ỦY BAN NHÂN DÂN XÃ AN TRÍ", "ỦY BAN NHÂN DÂN PHƯỜNG TÂM LỘC", "CÔNG AN PHƯỜNG VĨNH HẢO")
_RECEIVED = ("CÔNG VĂN ĐẾN", "ĐÃ TIẾP NHẬN", "BẢN SAO")
PHOTO = (3000, 4000)  # twelve megapixels, held upright
FOCAL = 1.25  # of the photo's height: the main camera of a phone


@dataclass(frozen=True, slots=True)
class Stamped:
    """image: (h, w, 3) uint8 RGB. boxes: of the seals' ink, pixels of the sheet."""

    image: np.ndarray
    boxes: tuple[Box, ...]


def stamped(sheet: np.ndarray, count: int, rng: random.Random) -> Stamped:
    """`count` red stamps over text, round seals and boxed ones in turn; RGB at 300 dpi. Ink darkens what it covers."""
    image, boxes = sheet, []
    for n in range(count):
        stamp = _round_seal(rng) if n % 2 == 0 else _boxed_stamp(rng)
        ink = _worn(stamp.rotate(rng.uniform(-25, 25), Image.Resampling.BICUBIC, expand=True), rng)
        left, top = _over_text(image, ink.shape, rng)
        colour = np.array([rng.uniform(0.72, 0.9), rng.uniform(0.1, 0.3), rng.uniform(0.14, 0.36)], np.float32)
        rows, columns = slice(top, top + ink.shape[0]), slice(left, left + ink.shape[1])
        image = image.copy()
        under = image[rows, columns].astype(np.float32)
        image[rows, columns] = (under * (1 - ink[..., None] * (1 - colour))).astype(np.uint8)
        ys, xs = np.nonzero(ink > 0.2)
        boxes.append(Box(left + xs.min(), top + ys.min(), left + xs.max() + 1, top + ys.max() + 1))
    return Stamped(image, tuple(boxes))


def _round_seal(rng: random.Random) -> Image.Image:
    """Two rings, words along them, a star in the middle."""
    side = round(rng.uniform(*SEAL_MM) * PX)
    seal = Image.new("L", (side, side), 0)
    draw = ImageDraw.Draw(seal)
    for edge, width in ((4, 9), (round(0.19 * side), 5)):
        draw.ellipse((edge, edge, side - edge, side - edge), outline=255, width=width)
    words, middle = rng.choice(_WORDS), side / 2
    font = ImageFont.truetype(FONT, round(0.085 * side))
    for n, letter in enumerate(words):
        angle = math.radians(-125 + 250 * n / (len(words) - 1))
        tile = Image.new("L", (round(0.16 * side),) * 2, 0)
        ImageDraw.Draw(tile).text((tile.width / 2, tile.height / 2), letter, 255, font, anchor="mm")
        tile = tile.rotate(-math.degrees(angle), Image.Resampling.BICUBIC)
        x, y = middle + 0.4 * side * math.sin(angle), middle - 0.4 * side * math.cos(angle)
        seal.paste(255, (round(x - tile.width / 2), round(y - tile.height / 2)), tile)
    points = [
        (middle + r * side * math.sin(math.pi * k / 5), middle - r * side * math.cos(math.pi * k / 5))
        for k, r in enumerate((0.13, 0.05) * 5)
    ]
    draw.polygon(points, fill=255)
    return seal


def _boxed_stamp(rng: random.Random) -> Image.Image:
    width, height = round(rng.uniform(45, 60) * PX), round(rng.uniform(14, 20) * PX)
    stamp = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(stamp)
    draw.rectangle((3, 3, width - 4, height - 4), outline=255, width=7)
    font = ImageFont.truetype(FONT, round(0.085 * width))
    draw.text((width / 2, 0.32 * height), rng.choice(_RECEIVED), 255, font, anchor="mm")
    line = f"Số {rng.randint(100, 9999)}  Ngày {rng.randint(1, 28):02d}/{rng.randint(1, 12):02d}/2026"
    draw.text((width / 2, 0.7 * height), line, 255, font.font_variant(size=round(0.06 * width)), anchor="mm")
    return stamp


def _worn(stamp: Image.Image, rng: random.Random) -> np.ndarray:
    """(h, w) 0-1: a pad gives ink unevenly, and pressure fails on one side."""
    noise = np.random.default_rng(rng.getrandbits(32))
    coarse = noise.uniform(0.5, 1.2, (7, 7)).astype(np.float32)
    fine = noise.uniform(0.7, 1.1, (stamp.height // 4 + 1, stamp.width // 4 + 1)).astype(np.float32)
    ink = np.asarray(stamp, np.float32) / 255
    for field in (coarse, fine):
        ink = ink * cv2.resize(field, (stamp.width, stamp.height), interpolation=cv2.INTER_CUBIC)
    return np.clip(cv2.GaussianBlur(ink, (0, 0), 1.0), 0, 1)


def _over_text(image: np.ndarray, shape: tuple[int, ...], rng: random.Random) -> tuple[int, int]:
    """(left, top) where much is printed or written: the first of a dozen places with a fortieth of it dark."""
    edge = round(12 * PX)
    for _ in range(12):
        left = rng.randint(edge, max(edge, image.shape[1] - shape[1] - edge))
        top = rng.randint(edge, max(edge, image.shape[0] - shape[0] - edge))
        if float((image[top:top + shape[0]:4, left:left + shape[1]:4, 0] < 128).mean()) > 0.025:
            break
    return left, top


def shone_through(sheet: np.ndarray, back: np.ndarray, strength: float, rng: random.Random) -> np.ndarray:
    """The back's print seen through the paper: mirrored, soft, and stronger where the paper is thin."""
    noise = np.random.default_rng(rng.getrandbits(32))
    seen = cv2.GaussianBlur(cv2.flip(cv2.cvtColor(back, cv2.COLOR_RGB2GRAY), 1), (0, 0), 2.2)
    seen = cv2.resize(seen, (sheet.shape[1], sheet.shape[0])).astype(np.float32) / 255
    thin = cv2.resize(noise.uniform(0.5, 1.0, (8, 6)).astype(np.float32), (sheet.shape[1], sheet.shape[0]))
    return (sheet * (1 - strength * thin * (1 - seen))[..., None]).astype(np.uint8)


def copied(sheet: np.ndarray, times: int, rng: random.Random) -> np.ndarray:
    """Through a photocopier `times` times: each one softens, drives contrast up and loses or swells thin strokes."""
    gray: np.ndarray = cv2.cvtColor(sheet, cv2.COLOR_RGB2GRAY).astype(np.float32)
    noise = np.random.default_rng(rng.getrandbits(32))
    for _ in range(times):
        grain: np.ndarray = noise.standard_normal(gray.shape, dtype=np.float32)
        soft = np.asarray(cv2.GaussianBlur(gray, (0, 0), 1.4) + 9 * cv2.GaussianBlur(grain, (0, 0), 0.8))
        gray = np.asarray(255 / (1 + np.exp((rng.uniform(140, 175) - soft) / 16)), np.float32)
        gray = specked(gray, 3.0, DPI, noise)
    return cv2.cvtColor(np.clip(gray, 0, 255).astype(np.uint8), cv2.COLOR_GRAY2RGB)


def specked(image: np.ndarray, per_cm2: float, dpi: float, noise: np.random.Generator) -> np.ndarray:
    """Dust and toner: dark specks of 0.05 to 0.3 mm, and a third as many holes in what is dark; (h, w) or (h, w, 3)."""
    height, width = image.shape[:2]
    k = dpi / MM_PER_INCH
    count = round(per_cm2 * height * width / (10 * k) ** 2)
    image = image.copy()
    for dark, many in ((True, count), (False, count // 3)):
        xs, ys = noise.integers(0, width, many), noise.integers(0, height, many)
        sizes = np.maximum(1, np.round(noise.gamma(2.0, 0.05, many) * k)).astype(int)
        for x, y, size in zip(xs.tolist(), ys.tolist(), sizes.tolist(), strict=True):
            level = int(noise.integers(0, 90)) if dark else 250
            spot = image[y:y + max(1, size - int(noise.integers(0, 2))), x:x + size]
            np.minimum(spot, level, out=spot) if dark else np.maximum(spot, level, out=spot)
    return image


def gutter(light: np.ndarray, depth: float) -> np.ndarray:
    """(h, w) brightness with the shadow of a book's fold on the left: `depth` dark at the edge, gone after 25 mm."""
    across = np.arange(light.shape[1], dtype=np.float32) / light.shape[1] * 210
    return np.asarray(light * (1 - depth * np.exp(-np.square(across / 11)))[None, :])


def photo_matrix(size: tuple[int, int], rng: random.Random) -> np.ndarray:
    """3x3, the sheet's pixels to the photograph's: a camera held over a table, leaning up to 14 degrees each way and
    turned up to 5, the whole sheet in view."""
    width, height = size
    lean_x, lean_y, roll = (math.radians(rng.uniform(-a, a)) for a in (14, 14, 5))
    around_x, around_y = cv2.Rodrigues(np.array([lean_x, 0, 0]))[0], cv2.Rodrigues(np.array([0, lean_y, 0]))[0]
    turned = cv2.Rodrigues(np.array([0, 0, roll]))[0] @ around_y @ around_x
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float64)
    flat = np.hstack([(corners - (width / 2, height / 2)) / height, np.zeros((4, 1))]) @ turned.T
    focal = FOCAL * PHOTO[1]
    seen = focal * flat[:, :2] / (flat[:, 2:] + 2.0)
    span = seen.max(axis=0) - seen.min(axis=0)
    fill = rng.uniform(0.86, 0.95) * min(PHOTO[0] / span[0], PHOTO[1] / span[1])
    seen = (seen - (seen.max(axis=0) + seen.min(axis=0)) / 2) * fill + np.array(PHOTO) / 2
    return np.asarray(cv2.getPerspectiveTransform(corners.astype(np.float32), seen.astype(np.float32)), np.float64)


def on_table(sheet: np.ndarray, matrix: np.ndarray, rng: random.Random) -> np.ndarray:
    """(h, w, 3) float32 RGB: the sheet in the photograph, on a table, in the light of a room with a shadow across."""
    noise = np.random.default_rng(rng.getrandbits(32))
    width, height = PHOTO
    tone = np.array([rng.uniform(0.9, 1.1), 1.0, rng.uniform(0.75, 1.0)]) * rng.choice((45, 80, 115, 150))
    grain = noise.normal(0, 1, (height // 4, width // 60)).astype(np.float32)
    wood = cv2.resize(cv2.GaussianBlur(grain, (0, 0), 1.0), PHOTO, interpolation=cv2.INTER_LINEAR)
    table = np.clip(tone.astype(np.float32) * (1 + 0.12 * wood[..., None]), 0, 255)
    inside = cv2.warpPerspective(np.full(sheet.shape[:2], 255, np.uint8), matrix, PHOTO, flags=cv2.INTER_LINEAR)
    seen = cv2.warpPerspective(sheet, matrix, PHOTO, flags=cv2.INTER_AREA).astype(np.float32)
    share = inside[..., None].astype(np.float32) / 255
    return (seen * 0.93 * share + table * (1 - share)) * _room_light(rng)[..., None]


def _room_light(rng: random.Random) -> np.ndarray:
    """(h, w): brighter towards the lamp, and the soft edge of somebody's shadow."""
    width, height = PHOTO
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    lamp, shadow = rng.uniform(0, 2 * math.pi), rng.uniform(0, 2 * math.pi)
    light = 0.88 + 0.12 * (across * math.cos(lamp) + down * math.sin(lamp))
    edge = across * math.cos(shadow) + down * math.sin(shadow) - rng.uniform(-0.3, 0.6)
    return light * (1 - rng.uniform(0.2, 0.45) / (1 + np.exp(-edge / rng.uniform(0.02, 0.12))))
