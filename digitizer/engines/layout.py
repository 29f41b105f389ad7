"""Recognised lines as layoutparser objects: takes PageText or boxes, gives a Layout and pictures with it drawn on.

layoutparser is used for its data model and its drawing only: its own Tesseract agent runs Tesseract twice a page.
It pulls in pandas (1.2 s), so it is loaded by the first call, which only --keep makes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image

from digitizer.document import PageText
from digitizer.geometry import Box

if TYPE_CHECKING:
    import layoutparser

COLOURS = {"line": "#1b7837", "word": "#2166ac", "leader": "#b2182b", "cell": "#e08214", "rule": "#762a83"}


def layout_of(text: PageText) -> layoutparser.Layout:
    """Every line and word as a TextBlock in page pixels: type line or word, text, score 0-1, parent = line's id."""
    import layoutparser

    blocks = []
    for number, line in enumerate(text.lines):
        score = min((word.confidence for word in line.words), default=0.0)
        parts: list[tuple[str, str | None, str, str, Box, float]] = []
        parts.append((f"l{number}", None, "line", line.text, line.box, score))
        parts += [
            (f"l{number}w{at}", f"l{number}", "word", word.text, word.box, word.confidence)
            for at, word in enumerate(line.words)
        ]
        blocks += [
            layoutparser.TextBlock(
                layoutparser.Rectangle(box.left, box.top, box.right, box.bottom),
                id=name, parent=parent, type=kind, text=words, score=sure,
            )
            for name, parent, kind, words, box, sure in parts
        ]
    return layoutparser.Layout(blocks)


def layout_of_boxes(boxes: Iterable[tuple[str, Box]]) -> layoutparser.Layout:
    """(type, box in page pixels) to a Layout without text."""
    import layoutparser

    return layoutparser.Layout([
        layoutparser.TextBlock(layoutparser.Rectangle(b.left, b.top, b.right, b.bottom), type=kind) for kind, b in boxes
    ])


def drawn(image: np.ndarray, layout: layoutparser.Layout) -> np.ndarray:
    """(h, w, 3) uint8 BGR with the layout's outlines over it, coloured by type; the picture given stays as it is."""
    import layoutparser

    canvas = Image.fromarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB))
    if not len(layout):
        return image.copy()
    seen = layoutparser.draw_box(canvas, layout, box_width=3, color_map=COLOURS)
    return cv2.cvtColor(np.asarray(seen.convert("RGB")), cv2.COLOR_RGB2BGR)
