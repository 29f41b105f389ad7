"""Seals: red ink goes and is told with its box, black ink under it stays."""

import cv2
import numpy as np
import pytest

from digitizer.imaging.seals import lift_seals, seal_boxes
from tests.imaging.paper import Sheet

RED = (60, 40, 200)  # blue, green, red of a stamp pad


def stamped() -> tuple[np.ndarray, np.ndarray]:
    """(page, mask of the seal's ink): a round seal across text."""
    page = Sheet().paragraph().bgr()
    mask = np.zeros(page.shape[:2], np.uint8)
    cv2.circle(mask, (1200, 900), 210, 255, 12)
    cv2.circle(mask, (1200, 900), 150, 255, 6)
    cv2.putText(mask, "UBND", (1060, 930), cv2.FONT_HERSHEY_DUPLEX, 3.5, 255, 14)
    page[mask > 0] = np.minimum(page[mask > 0], RED)
    return page, mask


def test_a_seal_is_lifted_off_and_its_place_told() -> None:
    page, mask = stamped()
    black = Sheet().paragraph().dark() > 0
    found = lift_seals(page, 300)
    assert np.median(found.gray[(mask > 0) & ~black]) > 225
    assert np.median(found.gray[black & (cv2.dilate(mask, np.ones((5, 5), np.uint8)) > 0)]) < 60
    assert found.red is not None
    (box,) = seal_boxes(found.red, 300)
    assert (box.left, box.top, box.right, box.bottom) == pytest.approx((984, 684, 1416, 1116), abs=24)


def test_two_seals_are_two_the_larger_first() -> None:
    page, _ = stamped()
    cv2.rectangle(page, (300, 2600), (900, 2800), RED, 12)
    found = lift_seals(page, 300)
    assert found.red is not None
    round_seal, boxed = seal_boxes(found.red, 300)
    assert round_seal.middle_y == pytest.approx(900, abs=12)
    assert (boxed.left, boxed.right) == pytest.approx((294, 906), abs=24)


def test_pale_edges_of_a_seal_go_too() -> None:
    page, mask = stamped()
    small = cv2.resize(page, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    soft = cv2.resize(small, page.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    away = cv2.dilate(Sheet().paragraph().dark(), np.ones((9, 9), np.uint8)) == 0
    ring = (cv2.dilate(mask, np.ones((7, 7), np.uint8)) > 0) & away
    assert np.percentile(lift_seals(soft, 300).gray[ring], 5) > 200


def test_black_blue_and_yellowed_pages_have_no_seal() -> None:
    plain = Sheet().paragraph().bgr()
    blue = plain.copy()
    blue[(plain < 100).all(axis=2)] = (150, 40, 30)
    yellowed = (plain.astype(np.float32) * (0.75, 0.92, 1.0)).astype(np.uint8)
    for page in (plain, blue, yellowed):
        red = lift_seals(page, 300).red
        assert red is None or seal_boxes(red, 300) == ()


def test_a_few_red_specks_are_no_seal() -> None:
    page = Sheet().paragraph().bgr()
    page[100:110, 100:130] = RED
    red = lift_seals(page, 300).red
    assert red is None or seal_boxes(red, 300) == ()
