"""Invented identity cards, drawn: takes a random generator, gives both sides, pages and photos, and the truth.

The wording and its places are those of the two cards in use (Thông tư 06/2021/TT-BCA and 16/2024/TT-BCA); colours, the
guilloche and the letters are our own, the machine-readable zone is set in a fixed-width font that is not OCR-B, and
across each card stands that it is a drawing. The QR code is a real one."""

from __future__ import annotations

import io
import math
import random
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import cv2
import numpy as np
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from bench import words
from bench.blank import DPI
from bench.fonts import FOLDER
from bench.people import Person, day_between, make_person, unmarked
from digitizer.vietnam.mrz import check_digit

WIDTH_MM, HEIGHT_MM = 85.6, 53.98  # ISO/IEC 7810, ID-1
MM = 24  # pixels of the drawing a millimetre: 610 dpi
CHIP, NEW = "tt06-2021", "tt16-2024"
NO_LIMIT = "Không thời hạn"
_TODAY = date(2026, 9, 20)
_INK, _RED, _FAINT = (28, 32, 40), (176, 36, 40), (120, 140, 150)


@dataclass(frozen=True, slots=True)
class Card:
    """One card and what it says. `expires`: a day, or None without limit. `marks`: personal features, old card only."""

    edition: str
    person: Person
    home_town: str
    residence: str
    birth_place: str
    issued: date
    expires: date | None
    marks: str
    old_id: str

    @property
    def name(self) -> str:
        return self.person.full_name.upper()

    def truth(self) -> dict[str, str]:
        """Field id -> what stands on the card, both sides."""
        told = {
            "personal_id": self.person.personal_id, "full_name": self.name, "date_of_birth": _day(self.person.born),
            "sex": self.person.sex, "nationality": "Việt Nam", "residence": self.residence,
            "issued_on": _day(self.issued), "expires_on": _day(self.expires) if self.expires else NO_LIMIT,
        }
        if self.edition == CHIP:
            return told | {"home_town": self.home_town, "personal_features": self.marks}
        return told | {"place_of_birth": self.birth_place}

    def qr_text(self) -> str:
        """Seven fields parted by | (vietnam.md 1.3)."""
        p = self.person
        return "|".join((
            p.personal_id, self.old_id, self.name.title(), f"{p.born:%d%m%Y}", p.sex, self.residence,
            f"{self.issued:%d%m%Y}",
        ))

    def mrz(self) -> tuple[str, str, str]:
        """TD1 lines (vietnam.md 1.4, ICAO 9303 part 5)."""
        number = self.person.personal_id
        first = f"IDVNM{number[3:]}{check_digit(number[3:])}{number}<<"
        first += check_digit(first[15:])  # position 30: over the optional data, as real cards have it
        until = f"{self.expires:%y%m%d}" if self.expires else "991231"
        born = f"{self.person.born:%y%m%d}"
        second = f"{born}{check_digit(born)}{'M' if self.person.sex == 'Nam' else 'F'}{until}{check_digit(until)}VNM"
        second = f"{second:<29}".replace(" ", "<")
        second += check_digit(first[5:30] + second[0:7] + second[8:15] + second[18:29])
        surname, *rest = unmarked(self.name).split()
        return first, second, f"{surname}<<{'<'.join(rest)}".ljust(30, "<")[:30]


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def make_card(rng: random.Random, edition: str = "") -> Card:
    """A card of somebody; addresses of the time of issue."""
    edition = edition or rng.choice((CHIP, NEW))
    first, last = (date(2021, 3, 1), date(2024, 6, 30)) if edition == CHIP else (date(2024, 7, 1), date(2026, 8, 1))
    issued = day_between(rng, first, last)
    person = make_person(rng, day_between(rng, date(1950, 1, 1), issued - timedelta(days=15 * 366)))
    commune, district = rng.choice(words.OLD_UNITS)
    unit = f"{commune}, {district}" if issued < date(2025, 7, 1) else f"phường {rng.choice(words.WARDS)}"
    place = _plain_units(f"{unit}, Hà Nội")
    detail = rng.choice((
        f"Số {rng.randrange(2, 299)} {rng.choice(words.STREETS)}", f"Tổ {rng.randrange(1, 40)}",
        f"Số {rng.randrange(1, 40)} Ngõ {rng.randrange(2, 299)} {rng.choice(words.STREETS)}",
    ))
    birthday = next((a for a in (25, 40, 60) if _anniversary(person.born, a) > issued + timedelta(days=2 * 365)), None)
    feature = rng.choice(("Nốt ruồi C", "Sẹo chấm C", "Sẹo thẳng C", "Nốt ruồi T"))
    where = rng.choice(("trên đuôi lông mày trái", "dưới mép phải", "trước đầu lông mày phải", "sau cánh mũi trái"))
    return Card(
        edition, person, _plain_units(rng.choice((f"Xã {rng.choice(words.COMMUNES)}, Hà Nội", "Nam Trực, Nam Định",
                                                  "Yên Bình, Ý Yên, Nam Định", "Tân Trào, Kiến Thụy, Hải Phòng"))),
        f"{detail}, {place}", place, issued, _anniversary(person.born, birthday) if birthday else None,
        f"{feature}: {rng.randrange(1, 4)}cm {where}", f"{rng.randrange(10**8, 10**9)}" if rng.random() < 0.4 else "",
    )


def _anniversary(born: date, years: int) -> date:
    return date(born.year + years, born.month, min(born.day, 28) if born.month == 2 else born.day)


def _plain_units(place: str) -> str:
    """As cards write places: without the words for ward, commune and district."""
    for word in ("phường ", "Phường ", "quận ", "huyện ", "xã ", "Xã ", "thị trấn ", "thị xã "):
        place = place.replace(word, "")
    return place[0].upper() + place[1:]


# --- drawing -------------------------------------------------------------------------------------------------------


def front(card: Card, code: bool = True) -> Image.Image:
    """The side with the photo; the QR code stands here on the older card, or white where `code` is False."""
    side = _Side(card, code)
    side.centred(43.0 if card.edition == CHIP else 47.0, 4.2, 1.9, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", bold=True)
    side.centred(43.0 if card.edition == CHIP else 47.0, 6.8, 1.7, "Độc lập - Tự do - Hạnh phúc", bold=True)
    side.photo()
    p = card.person
    if card.edition == CHIP:
        side.centred(43.0, 8.9, 1.3, "SOCIALIST REPUBLIC OF VIET NAM")
        side.centred(43.0, 10.7, 1.2, "Independence - Freedom - Happiness")
        side.centred(46.0, 14.9, 3.1, "CĂN CƯỚC CÔNG DÂN", bold=True, colour=_RED)
        side.centred(46.0, 17.5, 1.5, "Citizen Identity Card")
        side.qr(70.0, 2.6, 13.4)
        side.pair(28.0, 22.6, "Số / No.:", p.personal_id, 2.6, bold=True)
        side.below(28.0, 26.3, "Họ và tên / Full name:", [card.name], 2.2)
        side.pair(28.0, 33.2, "Ngày sinh / Date of birth:", _day(p.born))
        x = side.pair(28.0, 36.6, "Giới tính / Sex:", p.sex)
        side.pair(x + 2.5, 36.6, "Quốc tịch / Nationality:", "Việt Nam")
        side.below(28.0, 39.9, "Quê quán / Place of origin:", [card.home_town])
        head, rest = _broken(card.residence, 16)
        side.pair(28.0, 46.9, "Nơi thường trú / Place of residence:", head)
        side.text(28.0, 50.3, 1.95, rest)
        side.text(2.6, 47.6, 1.25, "Có giá trị đến: " + (_day(card.expires) if card.expires else NO_LIMIT))
        side.text(2.6, 49.7, 1.25, "Date of expiry:")
    else:
        side.centred(47.0, 12.6, 3.1, "CĂN CƯỚC", bold=True, colour=_RED)
        side.centred(47.0, 15.6, 1.7, "IDENTITY CARD", bold=True, colour=_RED)
        side.below(28.0, 20.6, "Số định danh cá nhân / Personal identification number:", [p.personal_id], 2.6, True)
        side.below(28.0, 28.4, "Họ, chữ đệm và tên khai sinh / Full name:", [card.name], 2.2)
        side.below(28.0, 36.0, "Ngày, tháng, năm sinh / Date of birth:", [_day(p.born)])
        side.below(66.0, 36.0, "Giới tính / Sex:", [p.sex])
        side.below(28.0, 43.6, "Quốc tịch / Nationality:", ["Việt Nam"])
    return side.image


def back(card: Card, code: bool = True) -> Image.Image:
    """The side with the machine-readable zone; the QR code stands here on the newer card."""
    side = _Side(card, code)
    if card.edition == CHIP:
        side.below(4.0, 4.6, "Đặc điểm nhận dạng / Personal identification:", [card.marks])
        side.pair(12.0, 12.4, "Ngày, tháng, năm / Date, month, year:", _day(card.issued))
        side.centred(38.0, 16.8, 1.6, "CỤC TRƯỞNG CỤC CẢNH SÁT", bold=True)
        side.centred(38.0, 19.1, 1.6, "QUẢN LÝ HÀNH CHÍNH VỀ TRẬT TỰ XÃ HỘI", bold=True)
        side.centred(38.0, 21.2, 1.1, "DIRECTOR GENERAL OF THE POLICE DEPARTMENT")
        side.centred(38.0, 22.8, 1.1, "FOR ADMINISTRATIVE MANAGEMENT OF SOCIAL ORDER")
        side.centred(38.0, 33.6, 1.7, "Trần Văn Mẫu", bold=True)
        for x, names in ((72.0, "Ngón trỏ trái"), (81.0, "Ngón trỏ phải")):
            side.centred(x, 13.0, 1.1, names)
            side.finger(x, 20.5)
    else:
        head, rest = _broken(card.residence, 30)
        side.below(4.0, 4.6, "Nơi cư trú / Place of residence:", [head, rest])
        side.below(4.0, 15.6, "Nơi đăng ký khai sinh / Place of birth:", [card.birth_place])
        side.below(4.0, 22.6, "Ngày, tháng, năm cấp / Date of issue:", [_day(card.issued)])
        until = _day(card.expires) if card.expires else NO_LIMIT
        side.below(4.0, 29.4, "Ngày, tháng, năm hết hạn / Date of expiry:", [until])
        side.centred(62.0, 27.0, 1.7, "BỘ CÔNG AN", bold=True)
        side.centred(62.0, 29.2, 1.4, "MINISTRY OF PUBLIC SECURITY")
        side.qr(70.8, 3.0, 12.0)
    side.zone(card.mrz())
    return side.image


class _Side:
    """One side on its guilloche; positions in millimetres, baselines where text is set."""

    def __init__(self, card: Card, code: bool) -> None:
        self.card, self.code = card, code
        self.image = _ground(card.edition).copy()
        self.draw = ImageDraw.Draw(self.image)
        font = _font("Arimo-Bold.ttf", 4.6)
        self.draw.text((72 * MM, 33 * MM), "BẢN VẼ", font=font, fill=(214, 224, 226), anchor="mm")

    def text(self, x: float, y: float, size: float, text: str, bold: bool = False) -> float:
        """Set from x on; gives where it ends, millimetres."""
        font = _font("Arimo-Bold.ttf" if bold else "Arimo-Regular.ttf", size)
        self.draw.text((x * MM, y * MM), text, font=font, fill=_INK, anchor="ls")
        return x + font.getlength(text) / MM

    def centred(
        self, x: float, y: float, size: float, text: str, bold: bool = False, colour: tuple[int, int, int] = _INK
    ) -> None:
        font = _font("Arimo-Bold.ttf" if bold else "Arimo-Regular.ttf", size)
        self.draw.text((x * MM, y * MM), text, font=font, fill=colour, anchor="ms")

    def pair(self, x: float, y: float, label: str, value: str, size: float = 1.95, bold: bool = False) -> float:
        end = self.text(x, y, 1.45, label)
        return self.text(end + 0.8, y, size, value, bold)

    def below(
        self, x: float, y: float, label: str, lines: list[str], size: float = 1.95, bold: bool = False
    ) -> None:
        self.text(x, y, 1.45, label)
        for n, line in enumerate(lines, start=1):
            self.text(x, y + 0.3 + n * (size + 1.0), size, line, bold)

    def photo(self) -> None:
        left, top = 3.0 * MM, 20.0 * MM
        self.draw.rectangle((left, top, left + 20 * MM, top + 25 * MM), fill=(196, 210, 216))
        self.draw.ellipse((left + 5 * MM, top + 4 * MM, left + 15 * MM, top + 16 * MM), fill=(168, 140, 120))
        self.draw.pieslice((left + 1 * MM, top + 15 * MM, left + 19 * MM, top + 35 * MM), 180, 360, fill=(60, 70, 90))
        self.draw.ellipse((4.5 * MM, 3.0 * MM, 14.5 * MM, 13.0 * MM), fill=(206, 60, 50))

    def finger(self, x: float, y: float) -> None:
        for r in range(1, 9):
            box = ((x - 0.45 * r) * MM, (y - 0.65 * r) * MM, (x + 0.45 * r) * MM, (y + 0.65 * r) * MM)
            self.draw.ellipse(box, outline=_FAINT, width=4)

    def qr(self, x: float, y: float, side: float) -> None:
        """Black on white; `side` with the quiet zone of two modules that cards have."""
        made = zxingcpp.create_barcode(self.card.qr_text().encode(), zxingcpp.BarcodeFormat.QRCode, ec_level="M")
        bare = np.pad(np.asarray(made.to_image(scale=1, add_quiet_zones=False)), 2, constant_values=255)
        bare = bare if self.code else np.full_like(bare, 255)
        square = Image.fromarray(bare).resize((round(side * MM),) * 2, Image.Resampling.NEAREST)
        self.image.paste(square.convert("RGB"), (round(x * MM), round(y * MM)))

    def zone(self, lines: tuple[str, str, str]) -> None:
        font = _font("Cousine-Regular.ttf", 3.3)
        step = 78.0 / 30
        for n, line in enumerate(lines):
            for k, letter in enumerate(line):
                at = ((4.0 + k * step) * MM, (40.0 + n * 4.3) * MM)
                self.draw.text(at, letter, font=font, fill=_INK, anchor="ls")


def _broken(text: str, letters: int) -> tuple[str, str]:
    """As a card breaks an address: at the last comma or space within so many letters."""
    if len(text) <= letters:
        return text, ""
    at = text.rfind(",", 0, letters) + 1 or text.rfind(" ", 0, letters) + 1
    return text[:at].strip(), text[at:].strip()


@cache
def _font(name: str, height_mm: float) -> ImageFont.FreeTypeFont:
    """`height_mm`: of capital letters with their marks left out, times 1.4: the em."""
    return ImageFont.truetype(str(FOLDER / "croscore" / name), round(height_mm * 1.32 * MM))


@cache
def _ground(edition: str) -> Image.Image:
    """Pale green to yellow, or pale blue, under fine waves."""
    height, width = round(HEIGHT_MM * MM), round(WIDTH_MM * MM)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    share = (x / width)[..., None]
    one, other = ((214, 234, 226), (240, 238, 212)) if edition == CHIP else ((212, 228, 240), (232, 240, 236))
    ground = (1 - share) * np.array(one, np.float32) + share * np.array(other, np.float32)
    for k, (length, height_px) in enumerate(((310.0, 60.0), (470.0, 90.0), (210.0, 40.0))):
        wave = np.abs(np.sin((y + height_px * np.sin(x / length * 2 * math.pi + k)) / (17.0 + 5 * k)))
        ground -= (18.0 * (wave < 0.14))[..., None]
    return Image.fromarray(np.clip(ground, 0, 255).astype(np.uint8))


# --- pages and photos ----------------------------------------------------------------------------------------------


def copied(sides: list[Image.Image], rng: random.Random, gray: bool = False, beside: str = "") -> Image.Image:
    """An A4 page at 300 dpi with the sides below one another, each a little askew; `beside`: lines typed below them."""
    page = np.full((3508, 2480, 3), 252, np.uint8)
    for n, side in enumerate(sides):
        middle = (1240 + rng.uniform(-300, 300), (2 * n + 1) * 850 + 200 + rng.uniform(-60, 60))
        _lay(page, side, middle, DPI / 25.4 / MM, rng.uniform(-2.5, 2.5))
    if gray:
        level = cv2.cvtColor(page, cv2.COLOR_RGB2GRAY).astype(np.float32)
        page = np.repeat(np.clip((level - 90) * 1.45, 0, 255).astype(np.uint8)[..., None], 3, axis=2)
    image = Image.fromarray(page)
    draw, font = ImageDraw.Draw(image), ImageFont.truetype(str(FOLDER / "croscore" / "Tinos-Regular.ttf"), 52)
    for n, line in enumerate(beside.splitlines()):
        draw.text((300, 2500 + 80 * n), line, font=font, fill=(20, 20, 20))
    return image


def photo(side: Image.Image, rng: random.Random, hard: float = 0.5) -> Image.Image:
    """As a phone sees a card on a table; `hard` 0-1: how far turned, tilted, blurred, dim and packed."""
    noise = np.random.default_rng(rng.getrandbits(64))
    width, height = 2400, 1800
    table = np.array([rng.randrange(70, 200) for _ in "rgb"], np.float32)
    grain = cv2.resize(noise.normal(0, 9, (height // 12, width // 3)).astype(np.float32), (width, height))
    seen = np.clip(table + grain[..., None], 0, 255).astype(np.uint8)
    share = rng.uniform(0.62, 0.85)
    corners = _corners(side, (width / 2, height / 2), share * width / side.width, rng.uniform(-12, 12) * hard)
    corners += noise.uniform(-1, 1, (4, 2)).astype(np.float32) * 0.05 * hard * width
    _place(seen, side, corners)
    light = cv2.resize(noise.uniform(1 - 0.35 * hard, 1, (4, 5)).astype(np.float32), (width, height),
                       interpolation=cv2.INTER_CUBIC)
    shaded = cv2.GaussianBlur(seen, (0, 0), 0.5 + 1.6 * hard * rng.random()).astype(np.float32) * light[..., None]
    shaded += noise.normal(0, 2 + 6 * hard, (height, width, 1))
    packed = io.BytesIO()
    Image.fromarray(np.clip(shaded, 0, 255).astype(np.uint8)).save(packed, "JPEG", quality=round(92 - 35 * hard))
    return Image.open(packed)


def _corners(side: Image.Image, middle: tuple[float, float], scale: float, turn_deg: float) -> np.ndarray:
    """Where the four corners of a side come to lie, clockwise from top left."""
    half = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)], np.float32) * np.array(side.size, np.float32) * scale / 2
    c, s = math.cos(math.radians(turn_deg)), math.sin(math.radians(turn_deg))
    return (half @ np.array([[c, s], [-s, c]]) + middle).astype(np.float32)


def _lay(page: np.ndarray, side: Image.Image, middle: tuple[float, float], scale: float, turn_deg: float) -> None:
    _place(page, side, _corners(side, middle, scale, turn_deg))


def _place(page: np.ndarray, side: Image.Image, corners: np.ndarray) -> None:
    """The side over the page, with round corners."""
    w, h = side.size
    matrix = cv2.getPerspectiveTransform(np.array([(0, 0), (w, 0), (w, h), (0, h)], np.float32), corners)
    mask = Image.new("L", side.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, w - 1, h - 1), radius=3 * MM, fill=255)
    size = (page.shape[1], page.shape[0])
    shrunk = float(np.linalg.norm(corners[1] - corners[0])) / w
    softened = cv2.GaussianBlur(np.asarray(side), (0, 0), max(0.3, 0.45 / shrunk))
    over = cv2.warpPerspective(softened, matrix, size, flags=cv2.INTER_LINEAR)
    share = cv2.warpPerspective(np.asarray(mask), matrix, size, flags=cv2.INTER_LINEAR)[..., None] / 255.0
    page[:] = (over * share + page * (1 - share)).astype(np.uint8)
