"""Specks go from a dusty page and letters, marks and leaders stay; a clean page is not looked at twice."""

import numpy as np

from digitizer.imaging.parts import parts_of
from digitizer.imaging.specks import find_specks, without_specks
from tests.imaging.paper import Sheet


def dusty(sheet: Sheet, a_cm2: float = 8.0) -> tuple[np.ndarray, np.ndarray]:
    """(page with specks of 1 to 2 pixels, 255 on those that lie half a millimetre from all other ink)."""
    dark = sheet.dark()
    rng = np.random.default_rng(3)
    specks = np.zeros_like(dark)
    for _ in range(round(a_cm2 * 623)):
        x, y, size = rng.integers(20, 2440), rng.integers(20, 3480), rng.integers(1, 3)
        if not dark[y - 7:y + 9, x - 7:x + 9].any():
            specks[y:y + size, x:x + 1] = 255
    return dark | specks, specks


def form() -> Sheet:
    sheet = Sheet()
    for k in range(20):
        y = 300 + 150 * k
        sheet.dots(sheet.write(200, y, "Họ, chữ đệm, tên người được khai sinh: Lê Thị Hồng Ngọc ị ĩ"), y, 60)
    sheet.dots(306, 3400, 297, 6.05, 3)  # a dotted line of a table
    return sheet


def test_specks_go_and_everything_printed_stays() -> None:
    sheet = form()
    dark, specks = dusty(sheet)
    found = find_specks(dark, parts_of(dark), 300.0)
    assert found is not None
    assert np.count_nonzero(found & sheet.dark()) == 0
    assert np.count_nonzero(found & specks) > 0.9 * np.count_nonzero(specks)


def test_specks_become_white_and_ink_keeps_its_rim() -> None:
    sheet = form()
    dark, _ = dusty(sheet)
    gray = np.where(dark > 0, 30, 255).astype(np.uint8)
    found = find_specks(dark, parts_of(dark), 300.0)
    assert found is not None
    clean, bare = without_specks(gray, dark, found)
    assert (clean[found > 0] == 255).all()
    assert (clean[sheet.dark() > 0] == 30).all()
    assert not (bare & found).any()


def test_a_page_without_dust_is_left_alone() -> None:
    for sheet in (Sheet(), form(), Sheet().paragraph()):
        dark = sheet.dark()
        assert find_specks(dark, parts_of(dark), 300.0) is None


def test_more_parts_than_sixteen_bits_count_are_all_told() -> None:
    dark = np.zeros((600, 600), np.uint8)
    dark[::2, ::2] = 255
    parts = parts_of(dark)
    assert parts.count == 90_001
    assert parts.labels.max() == 90_000
