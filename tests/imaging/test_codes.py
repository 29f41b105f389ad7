"""QR codes are found turned, blurred, small and pale; nothing is found where none is; bad bytes are no crash."""

from __future__ import annotations

import random

import cv2
import numpy as np
import pytest
import zxingcpp

from bench.cards import CHIP, front, make_card
from digitizer.imaging.codes import find_codes, find_codes_hard

CARD = make_card(random.Random(3), CHIP)
SIDE = cv2.resize(np.asarray(front(CARD).convert("L")), (1010, 637), interpolation=cv2.INTER_AREA)  # 300 dpi


def on_page(turn_deg: float = 0.0) -> np.ndarray:
    """The front of a card somewhere on white."""
    page = np.full((1400, 1600), 250, np.uint8)
    page[300:300 + SIDE.shape[0], 250:250 + SIDE.shape[1]] = SIDE
    matrix = cv2.getRotationMatrix2D((800, 700), turn_deg, 1.0)
    return cv2.warpAffine(page, matrix, (1600, 1400), borderValue=250)


@pytest.mark.parametrize("turn_deg", [0, 7, 45, 90, 180, 263])
def test_a_code_is_read_however_it_lies(turn_deg: float) -> None:
    (code,) = find_codes(on_page(turn_deg))
    assert code.text == CARD.qr_text()
    assert code.box.width < 400 and code.box.height < 400


def test_where_it_stands() -> None:
    (code,) = find_codes(on_page())
    middle = (250 + (70.0 + 6.7) / 85.6 * 1010, 300 + (2.6 + 6.7) / 53.98 * 637)
    assert abs(code.box.middle_x - middle[0]) < 8 and abs(code.box.middle_y - middle[1]) < 8


@pytest.mark.parametrize("blur_px", [1.0, 1.4])
def test_a_blurred_code_is_read_by_one_manner_or_another(blur_px: float) -> None:
    blurred = cv2.GaussianBlur(on_page(3), (0, 0), blur_px)
    found = find_codes(blurred) or find_codes_hard(blurred)
    assert [code.text for code in found] == [CARD.qr_text()]
    assert 700 < found[0].box.middle_x < 1300


def test_a_pale_and_noisy_code_is_read() -> None:
    noise = np.random.default_rng(1).normal(0, 14, (1400, 1600))
    pale = np.clip(0.35 * on_page(-4).astype(float) + 130 + noise, 0, 255).astype(np.uint8)
    assert [code.text for code in find_codes(pale) or find_codes_hard(pale)] == [CARD.qr_text()]


def test_paper_without_a_code_has_none() -> None:
    rng = np.random.default_rng(2)
    assert find_codes(rng.integers(0, 255, (900, 900), np.uint8).astype(np.uint8)) == ()
    assert find_codes_hard(np.full((900, 900), 255, np.uint8)) == ()


def test_bytes_that_are_no_text_are_given_as_such() -> None:
    made = zxingcpp.create_barcode(bytes(range(128, 200)), zxingcpp.BarcodeFormat.QRCode)
    (code,) = find_codes(np.asarray(made.to_image(scale=6)))
    assert "\ufffd" in code.text


@pytest.mark.parametrize("content", [CARD.qr_text(), CARD.qr_text().encode()])
def test_with_and_without_a_marker_of_the_encoding(content: str | bytes) -> None:
    made = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode)
    assert [code.text for code in find_codes(np.asarray(made.to_image(scale=4)))] == [CARD.qr_text()]
