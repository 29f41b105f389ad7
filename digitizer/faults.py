"""Faults of a page as findings: takes what imaging measured and how the page was turned, gives findings whose message
tells the clerk what to do."""

from __future__ import annotations

from dataclasses import replace

from digitizer.document import Finding
from digitizer.geometry import MM_PER_INCH, Box

STAGE = "clean"
LEAST_DPI = 195.0  # a scanner set to 200 may state 199.5
UPSIDE_DOWN = "upside_down"
FAULTS = {
    "blurred": "Ảnh quét bị nhòe, chữ không rõ nét. Hãy lau mặt kính, giữ giấy phẳng và yên rồi quét lại.",
    "too_dark": "Ảnh quét quá tối. Hãy giảm độ đậm hoặc thêm ánh sáng rồi quét lại.",
    "too_light": "Chữ trên ảnh quét quá nhạt. Hãy tăng độ đậm rồi quét lại.",
    "cut_edge": "Chữ bị cắt ở mép giấy. Hãy đặt trọn tờ giấy vào máy rồi quét lại.",
    "low_resolution": "Ảnh quét dưới 200 dpi. Hãy đặt máy quét ở 300 dpi rồi quét lại.",
}
_TURNED = "Trang nằm ngược hoặc nằm ngang; máy đã tự xoay lại để đọc, không cần quét lại."


def fault(code: str, page: int, outline_px: tuple[tuple[float, float], ...], dpi: float) -> Finding:
    """A fault of FAULTS; outline_px: where on the upright page."""
    k = MM_PER_INCH / dpi
    return Finding(code, STAGE, FAULTS[code], page, polygon_mm=tuple((round(x * k, 2), round(y * k, 2))
                                                                     for x, y in outline_px))


def turned(page: int, size_px: tuple[int, int], dpi: float) -> Finding:
    """That the page was turned to be read: advice, no fault. size_px: width and height."""
    return Finding(UPSIDE_DOWN, STAGE, _TURNED, page, polygon_mm=Box(0, 0, *size_px).polygon_mm(dpi))


def turned_over(findings: tuple[Finding, ...], size_mm: tuple[float, float]) -> tuple[Finding, ...]:
    """The findings of a page that has been turned by half a turn, their places with it."""
    width, height = size_mm
    return tuple(
        replace(f, polygon_mm=tuple((round(width - x, 2), round(height - y, 2)) for x, y in f.polygon_mm))
        for f in findings
    )
