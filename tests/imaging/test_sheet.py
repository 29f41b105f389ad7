"""A sheet in a photograph is found and flattened; a scan that fills its picture is left alone."""

import cv2
import numpy as np
import pytest

from digitizer.imaging.sheet import flattened, lies_open, sheet_corners, sheet_size
from tests.imaging.paper import A4, Sheet, scanned

LEANING = np.array([(260, 210), (2190, 330), (2330, 3190), (150, 3020)], np.float32)  # clockwise from top left
STRAIGHT = np.array([(200, 200), (2280, 200), (2280, 3142), (200, 3142)], np.float32)


def on_table(sheet: np.ndarray, corners: np.ndarray, table: int = 90, shadow: float = 0.6) -> np.ndarray:
    """The sheet seen at `corners` of a picture of A4's size, grainy, with a shadow over its right half."""
    whole = np.array([(0, 0), (sheet.shape[1], 0), sheet.shape[1::-1], (0, sheet.shape[0])], np.float32)
    matrix = cv2.getPerspectiveTransform(whole, corners)
    seen = cv2.warpPerspective(sheet, matrix, A4, borderValue=(table, table, table + 10)).astype(np.float32)
    light = 1 - (1 - shadow) / (1 + np.exp(-np.linspace(-12, 12, A4[0], dtype=np.float32)))
    seen = seen * 0.92 * light[None, :, None]
    seen += np.random.default_rng(1).normal(0, 5, (*seen.shape[:2], 1)).astype(np.float32)
    return np.clip(seen, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("table", [20, 90, 140])
@pytest.mark.parametrize("corners", [LEANING, STRAIGHT], ids=["leaning", "straight"])
def test_the_corners_of_a_photographed_sheet_are_found(corners: np.ndarray, table: int) -> None:
    picture = on_table(Sheet().paragraph().bgr(), corners, table)
    assert lies_open(picture)
    found = sheet_corners(picture)
    assert found is not None
    assert np.linalg.norm(found - corners, axis=1).max() < 8  # 0.7 mm


def test_what_is_flattened_lies_where_it_was_written() -> None:
    page = Sheet().paragraph().bgr()
    flat = flattened(on_table(page, LEANING, shadow=1.0), LEANING, 300.0)
    assert flat.shape == page.shape
    written = cv2.erode((page[:, :, 0] < 100).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    assert np.median(flat[written]) < 110
    assert np.median(flat[~cv2.dilate((page[:, :, 0] < 200).astype(np.uint8), np.ones((9, 9))).astype(bool)]) > 200


@pytest.mark.parametrize("page", ["text", "gutter", "table", "blank"])
def test_a_scan_is_no_photograph(page: str) -> None:
    sheet = Sheet()
    if page in ("text", "gutter"):
        sheet.paragraph()
    if page == "table":
        sheet.draw.rectangle((200, 300, 2280, 3200), outline="black", width=8)
    image = scanned(sheet.bgr(), 1.0)
    if page == "gutter":
        image = (image * np.clip(np.linspace(0.2, 3, A4[0]), 0, 1)[None, :, None]).astype(np.uint8)
    assert not lies_open(image) or sheet_corners(image) is None


def test_shapes_and_sizes() -> None:
    def size(width: float, height: float) -> tuple[int, int]:
        return sheet_size(np.array([(0, 0), (width, 0), (width, height), (0, height)]), 300.0)

    assert size(2080, 2942) == A4  # a photograph does not tell its scale
    assert size(2942, 2080) == A4[::-1]
    assert size(1748, 2480) == (1748, 2480)  # A5 on a glass of A4
    assert size(1011, 638) == (1011, 638)  # an identity card


def test_small_pictures_do_no_harm() -> None:
    for shape in ((1, 1, 3), (40, 3000, 3), (17, 17, 3)):
        image = np.zeros(shape, np.uint8)
        assert not lies_open(image) or sheet_corners(image) is None
