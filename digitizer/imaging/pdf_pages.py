"""Sizes of a PDF's pages from its page tree, nothing rendered; takes an open pikepdf file, gives points."""

from __future__ import annotations

import pikepdf

DEFAULT_BOX = (0.0, 0.0, 612.0, 792.0)  # poppler's when a page has none


def page_sizes_pt(pdf: pikepdf.Pdf) -> tuple[tuple[float, float], ...]:
    """(width, height) of every page as it will be shown: crop box, UserUnit and /Rotate applied, 1/72 inch."""
    return tuple(_page_size_pt(page) for page in pdf.pages)


def _page_size_pt(page: pikepdf.Page) -> tuple[float, float]:
    media = _box(page, "/MediaBox") or DEFAULT_BOX
    crop = _box(page, "/CropBox") or media
    left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
    right, top = min(media[2], crop[2]), min(media[3], crop[3])
    if right <= left or top <= bottom:
        left, bottom, right, top = media
    unit = _number(page.obj.get("/UserUnit"), 1.0)
    turn = int(_number(_inherited(page.obj, "/Rotate"), 0.0)) % 360
    width, height = (right - left) * unit, (top - bottom) * unit
    return (height, width) if turn in (90, 270) else (width, height)


def _box(page: pikepdf.Page, key: str) -> tuple[float, float, float, float] | None:
    value = _inherited(page.obj, key)
    if not isinstance(value, pikepdf.Array) or len(value) != 4:
        return None
    try:
        x0, y0, x1, y1 = (float(v) for v in value)
    except (TypeError, ValueError):
        return None
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _inherited(node: pikepdf.Object, key: str) -> pikepdf.Object | None:
    for _ in range(50):  # a page tree deeper than this is an attack
        if key in node:
            return node[key]
        parent = node.get("/Parent")
        if not isinstance(parent, pikepdf.Dictionary):
            return None
        node = parent
    return None


def _number(value: object, otherwise: float) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return otherwise
