"""The one coordinate convention: origin top left, x right, y down, units in the name; boxes and polygons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in pixels of one page image. `right` and `bottom` lie just outside, as in array slices."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle_x(self) -> float:
        return (self.left + self.right) / 2

    @property
    def middle_y(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def area(self) -> float:
        return max(0.0, self.width) * max(0.0, self.height)

    def padded(self, x_px: float, y_px: float) -> Box:
        return Box(self.left - x_px, self.top - y_px, self.right + x_px, self.bottom + y_px)

    def scaled(self, factor: float) -> Box:
        return Box(self.left * factor, self.top * factor, self.right * factor, self.bottom * factor)

    def clipped(self, width_px: float, height_px: float) -> Box:
        return Box(
            min(max(0.0, self.left), width_px), min(max(0.0, self.top), height_px),
            min(max(0.0, self.right), width_px), min(max(0.0, self.bottom), height_px),
        )

    def overlap(self, other: Box) -> float:
        """Shared area in square pixels."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0.0, width) * max(0.0, height)

    def slices(self) -> tuple[slice, slice]:
        """(rows, columns) to cut the box out of an array; the box must be clipped first."""
        return slice(int(self.top), round(self.bottom)), slice(int(self.left), round(self.right))

    def polygon_mm(self, dpi: float) -> tuple[tuple[float, float], ...]:
        """Four corners clockwise from top left, millimetres from the page's top left corner, two decimals."""
        k = MM_PER_INCH / dpi
        corners = ((self.left, self.top), (self.right, self.top), (self.right, self.bottom), (self.left, self.bottom))
        return tuple((round(x * k, 2), round(y * k, 2)) for x, y in corners)


def union(boxes: Iterable[Box]) -> Box:
    """The smallest box around all; at least one is needed."""
    many = list(boxes)
    return Box(
        min(b.left for b in many), min(b.top for b in many), max(b.right for b in many), max(b.bottom for b in many)
    )
