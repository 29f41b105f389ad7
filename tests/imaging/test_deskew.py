"""How a page lies: skew to a tenth of a degree, and all four orientations."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from digitizer.geometry import Box
from digitizer.imaging.background import even_background
from digitizer.imaging.deskew import carried, quarter_turns, skew_deg, turn
from tests.imaging.paper import Sheet, scanned

SHARED = Path(os.environ.get("DIGITIZER_SHARED", Path(__file__).resolve().parents[2].parent / "shared"))


def survey(image: np.ndarray, dpi: float = 300.0, at: float = 75.0) -> np.ndarray:
    gray = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    small = cv2.resize(even_background(gray), None, fx=at / dpi, fy=at / dpi, interpolation=cv2.INTER_AREA)
    return small < 200


@pytest.mark.parametrize("angle", [-8.4, -7.3, -2.1, -0.4, -0.1, 0.0, 0.1, 0.25, 1.0, 4.4])
def test_skew_is_found_to_a_tenth_of_a_degree(angle: float) -> None:
    page = scanned(Sheet().paragraph().bgr(), angle)
    assert skew_deg(survey(page, at=150)) == pytest.approx(angle, abs=0.1)


def test_turning_by_the_skew_levels_the_page() -> None:
    page = scanned(Sheet().paragraph().bgr(), 3.0)
    gray = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    assert abs(skew_deg(survey(turn(gray, skew_deg(survey(page, at=150)), 255), at=150))) <= 0.1


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize("skew", [0.0, -2.0, 3.0, -5.0, 8.0])
def test_the_turns_back_are_found(turns: int, skew: float) -> None:
    lying = np.rot90(survey(scanned(Sheet().paragraph().bgr(), skew)), turns)  # counter-clockwise
    assert quarter_turns(lying) == turns


def test_a_form_with_leaders_is_not_turned_over() -> None:
    sheet = Sheet()
    for k in range(20):
        sheet.dots(sheet.write(250, 400 + 110 * k, "Nơi cư trú:") + 8, 400 + 110 * k, 100)
    assert quarter_turns(survey(sheet.bgr())) == 0


@pytest.mark.parametrize("ink", ["nothing", "one word"])
def test_almost_empty_pages_are_left_alone(ink: str) -> None:
    sheet = Sheet()
    if ink != "nothing":
        sheet.write(300, 400, "Trang")
    dark = survey(sheet.bgr())
    assert quarter_turns(dark) == 0
    assert skew_deg(dark) == pytest.approx(0.0, abs=8)


def test_real_scans_in_every_orientation() -> None:
    folder = SHARED / "data" / "forms-scanned" / "images"
    if not folder.is_dir():
        pytest.skip("the real scans are not on this machine (set DIGITIZER_SHARED)")
    wrong = []
    for path in sorted(folder.iterdir())[::4]:
        scan = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        assert scan is not None
        dark = survey(scan, dpi=200)
        wrong += [(path.name, t) for t in range(4) if quarter_turns(np.rot90(dark, t)) != t]
    assert wrong == []


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("skew", [0.0, 3.0])
def test_a_place_is_carried_where_its_pixels_go(turns: int, skew: float) -> None:
    page = np.full((900, 600), 255, np.uint8)
    page[120:180, 60:260] = 0
    upright = turn(np.ascontiguousarray(np.rot90(page, -turns)), skew, 255)
    outline = np.array(carried(Box(60, 120, 260, 180), (600, 900), turns, skew))
    ys, xs = np.nonzero(upright < 128)
    assert outline.mean(axis=0) == pytest.approx((xs.mean() + 0.5, ys.mean() + 0.5), abs=1)
    assert outline.min(axis=0) == pytest.approx((xs.min(), ys.min()), abs=2)
    assert outline[0].sum() == min(point.sum() for point in outline)  # from the corner top left
