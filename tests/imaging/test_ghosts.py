"""What shines through from the back goes; ink, its soft edges and a page without ghosts stay as they are."""

import cv2
import numpy as np

from digitizer.imaging.ghosts import without_ghosts
from tests.imaging.paper import Sheet


def ghosted(strength: float) -> tuple[np.ndarray, np.ndarray]:
    """(page with its mirrored back, the page alone)."""
    front = cv2.GaussianBlur(cv2.cvtColor(Sheet().paragraph(12).bgr(), cv2.COLOR_BGR2GRAY), (0, 0), 0.8)
    back = cv2.flip(cv2.GaussianBlur(cv2.cvtColor(Sheet().paragraph(30).bgr(), cv2.COLOR_BGR2GRAY), (0, 0), 2.0), 1)
    seen = front * (1 - strength * (1 - back / 255))
    return seen.astype(np.uint8), front


def test_the_back_goes_and_the_front_stays() -> None:
    page, front = ghosted(0.25)
    clean = without_ghosts(page, 300.0)
    ink = front < 120
    around = cv2.dilate((front < 200).astype(np.uint8), np.ones((15, 15), np.uint8)) == 0
    assert (clean[around] == 255).all()
    assert np.array_equal(clean[ink], page[ink])


def test_a_page_without_ghosts_is_not_touched() -> None:
    _, front = ghosted(0.0)
    assert without_ghosts(front, 300.0) is front


def test_a_light_pen_is_no_ghost() -> None:
    """A ball pen comes to 100 to 150 in the middle of its strokes and is paler at their ends only."""
    page, _ = ghosted(0.25)
    pen = np.full_like(page, 255)
    cv2.putText(pen, "Nguyen", (300, 3000), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 3, 120, 4)
    pen = cv2.GaussianBlur(pen, (0, 0), 1.0)
    clean = without_ghosts(np.minimum(page, pen), 300.0)
    assert np.count_nonzero(clean[2800:3100] < 170) == np.count_nonzero(pen[2800:3100] < 170)


def test_small_pictures_do_no_harm() -> None:
    for shape in ((1, 1), (40, 3000), (200, 17)):
        gray = np.full(shape, 200, np.uint8)
        assert without_ghosts(gray, 300.0).shape == shape
