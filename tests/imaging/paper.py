"""Pages drawn for the tests of cleaning: takes what shall stand on them, gives arrays with exact places."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from digitizer.document import PageImage

FONTS = Path("/usr/share/fonts/truetype/dejavu")
A4 = (2480, 3508)
TEXT = (
    "Cộng hòa xã hội chủ nghĩa Việt Nam", "Tờ khai đăng ký khai sinh", "Họ, chữ đệm, tên người yêu cầu",
    "Ngày, tháng, năm sinh của người được khai", "Nơi cư trú theo quy định của pháp luật",
    "Quan hệ với người được khai sinh", "Tôi cam đoan nội dung đề nghị trên đây là đúng sự thật",
)


class Sheet:
    """A white A4 page at 300 dpi to write on; positions in pixels, text by its baseline."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", A4, "white")
        self.draw = ImageDraw.Draw(self.image)

    def write(self, x: float, y: float, text: str, size: int = 44, bold: bool = False) -> float:
        """Where the text ends."""
        font = ImageFont.truetype(str(FONTS / ("DejaVuSerif-Bold.ttf" if bold else "DejaVuSerif.ttf")), size)
        self.draw.text((x, y), text, font=font, fill="black", anchor="ls")
        return x + font.getlength(text)

    def dots(self, x: float, y: float, count: int, pitch: float = 13.0, size: int = 6) -> float:
        """A leader whose dots stand on y; returns its right end."""
        for k in range(count):
            left = round(x + k * pitch)
            self.draw.ellipse((left, y - size, left + size, y), fill="black")
        return x + (count - 1) * pitch + size

    def paragraph(self, lines: int = 24, top: int = 400, left: int = 300) -> Sheet:
        for k in range(lines):
            self.write(left, top + 90 * k, TEXT[k % len(TEXT)])
        return self

    def bgr(self) -> np.ndarray:
        return cv2.cvtColor(np.asarray(self.image), cv2.COLOR_RGB2BGR)

    def dark(self) -> np.ndarray:
        return np.where(np.asarray(self.image.convert("L")) < 150, 255, 0).astype(np.uint8)

    def page(self, number: int = 1) -> PageImage:
        return PageImage(number, self.bgr(), 300.0)


def scanned(image: np.ndarray, skew_deg: float = 0.0, seed: int = 1) -> np.ndarray:
    """The page through a worn scanner: turned counter-clockwise, shaded from corner to corner, blurred, grainy."""
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), skew_deg, 1.0)
    turned = cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))
    light = np.linspace(0.72, 0.97, width, dtype=np.float32)[None, :, None]
    light = light * np.linspace(1.0, 0.9, height, dtype=np.float32)[:, None, None]
    seen = cv2.GaussianBlur(turned, (0, 0), 0.8).astype(np.float32) * light
    seen += np.random.default_rng(seed).normal(0, 6, (height, width, 1)).astype(np.float32)
    return np.clip(seen, 0, 255).astype(np.uint8)
