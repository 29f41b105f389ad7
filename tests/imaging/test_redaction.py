"""Blacked pages: what is covered is gone from the pixels, whatever the boxes; what cannot be decoded is refused."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pikepdf
import pytest

from digitizer.errors import ReadingFailed
from digitizer.redaction import Sheet, redact


def page(folder: Path, **how: object) -> np.ndarray:
    """The gray pixels of a white 200 x 100 page after redaction."""
    (folder / "p.jpg").write_bytes(cv2.imencode(".jpg", np.full((100, 200, 3), 255, np.uint8))[1].tobytes())
    redact([Sheet(1, folder / "p.jpg", 150.0, **how)], folder / "out.pdf", "Tờ khai")  # type: ignore[arg-type]
    with pikepdf.open(io.BytesIO((folder / "out.pdf").read_bytes())) as pdf:
        assert len(pdf.pages) == 1 and b"Tj" not in pdf.pages[0].Contents.read_bytes()
        return cv2.imdecode(np.frombuffer(pdf.pages[0].Resources.XObject.Page.read_raw_bytes(), np.uint8), 0)


def test_boxes_and_nothing_else(tmp_path: Path) -> None:
    shown = page(tmp_path, boxes=((40, 20, 120, 60), (-50, 90, 30, 500), (150, 10, 140, 5)))
    assert shown[24:56, 44:116].max() < 12 and shown[94:, :26].max() < 12
    assert shown[:10].min() > 240 and shown[30:80, 130:].min() > 240


def test_a_whole_page(tmp_path: Path) -> None:
    assert page(tmp_path, boxes=(), whole=True).max() < 12


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "p.jpg").write_bytes(b"no picture")
    with pytest.raises(ReadingFailed):
        redact([Sheet(1, tmp_path / "p.jpg", 150.0, ())], tmp_path / "out.pdf", "x")
