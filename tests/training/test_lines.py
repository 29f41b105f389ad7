"""What the recogniser is taught: text of every letter, lines of the right size, the same for the same seed.

The network itself is exercised by `make train-quick`: PyTorch is large and no part of the product needs it."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.fonts import faces
from digitizer.vietnam.text import MARKED_LETTERS, is_syllable, syllables
from training.addresses import address
from training.alphabet import CLASSES, INDEX, LEADER, written
from training.boxes import Boxes
from training.digits import MANNERS, digit
from training.faces import UNSEEN, find, packages
from training.hands import Hands
from training.paper import HEIGHT, Paper, fit
from training.printed import Line, Printed
from training.text import BY_HAND, PRINT, Writer

FONTS = [face.path for face in faces()]


def check(line: Line) -> None:
    gray, text = line
    assert gray.dtype == np.uint8
    assert gray.shape[0] == HEIGHT
    assert gray.shape[1] >= HEIGHT
    assert all(letter in INDEX for letter in text)
    assert text == " ".join(text.split())


def test_the_classes_hold_every_vietnamese_letter_once() -> None:
    assert CLASSES[0] == ""
    assert set(MARKED_LETTERS) <= set(CLASSES)
    assert len(set(CLASSES)) == len(CLASSES)
    assert 225 <= len(CLASSES) <= 240


@given(st.text(max_size=40))
def test_what_cannot_be_said_is_left_out(text: str) -> None:
    assert set(written(text)) <= set(INDEX)
    assert written(written(text)) == written(text)


@pytest.mark.parametrize("shares", [PRINT, BY_HAND])
def test_every_marked_letter_is_taught(shares: tuple[float, ...]) -> None:
    writer = Writer(random.Random(5), shares)
    seen = set("".join(writer.line() for _ in range(6000)))
    assert set(MARKED_LETTERS) <= seen


def test_lines_of_text_are_short_enough_to_be_read_and_never_empty() -> None:
    writer = Writer(random.Random(6))
    lines = [writer.line() for _ in range(500)]
    assert all(lines)
    assert all(len(writer.line(20)) <= 20 or " " not in line for line in lines)


def test_the_same_seed_gives_the_same_lines() -> None:
    def some(seed: int) -> list[Line]:
        rng = random.Random(seed)
        printed, hands = Printed(rng, FONTS), Hands(rng, FONTS, FONTS)
        return [printed() if k % 2 else hands() for k in range(6)]

    for (gray, text), (other, same) in zip(some(7), some(7), strict=True):
        assert text == same
        assert (gray == other).all()
    assert [text for _, text in some(7)] != [text for _, text in some(8)]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_a_line_is_what_the_network_takes(seed: int) -> None:
    rng = random.Random(seed)
    hands = Hands(rng, FONTS, FONTS)
    for make in (Printed(rng, FONTS), hands, Boxes(rng, FONTS, hands)):
        check(make())


def test_whole_lines_tell_leaders_as_one_sign() -> None:
    printed = Printed(random.Random(3), FONTS)
    texts = [printed.whole()[1] for _ in range(60)]
    assert any(LEADER in text for text in texts)
    assert not any(LEADER * 2 in text or ".." in text for text in texts)


def test_a_bare_leader_line_says_nothing_and_carries_dots() -> None:
    printed = Printed(random.Random(4), FONTS)
    bare = [printed.typed("") for _ in range(30)]
    assert {text for _, text in bare} == {""}
    assert any((gray < gray.max() - 60).any() for gray, _ in bare)


def test_running_text_keeps_the_stops_that_leaders_would_hide() -> None:
    printed = Printed(random.Random(8), FONTS)
    lines = [printed.running() for _ in range(150)]
    for line in lines:
        check(line)
    ends = sum(text.endswith(".") for _, text in lines)
    assert 30 < ends < 120
    assert any("N.O.S." in text for _, text in lines)


def test_what_hangs_from_the_line_above_stays_at_the_top() -> None:
    paper = Paper(random.Random(12), FONTS)
    inks = [paper.neighbour("Nguyễn Thị Ngọc, quận Ba Đình, gạch", 48, 600, 72) for _ in range(60)]
    above = [ink for ink in inks if ink[:24].any()]
    assert len(above) > 20
    assert sum(not ink[24:].any() for ink in above) > 0.9 * len(above)


def test_rows_of_boxes_are_digits_and_sometimes_capitals() -> None:
    rng = random.Random(9)
    boxes = Boxes(rng, FONTS, Hands(rng, FONTS, FONTS))
    texts = [boxes()[1] for _ in range(200)]
    assert "" in texts
    assert max(len(text) for text in texts) == 13
    assert any(text.isalnum() and not text.isdigit() for text in texts)
    assert sum(text.isdigit() for text in texts) > 150


def test_every_manner_of_every_digit_leaves_ink_of_its_size() -> None:
    rng = random.Random(11)
    for character in MANNERS:
        for _ in range(20):
            ink = digit(rng, character, (40, 60), 4)
            assert ink.max() > 200
            assert ink.shape[0] <= 75
            assert 1 <= ink.shape[1] <= 80


def test_addresses_have_units_of_today_and_of_three_levels() -> None:
    rng = random.Random(10)
    made = " | ".join(address(rng) for _ in range(600))
    for word in ("phường", "Xã", "huyện", "Quận", "Hà Nội", "Hồ Chí Minh", "Kp"):
        assert word in made


def test_syllables_are_those_the_language_allows() -> None:
    assert len(syllables()) > 5000
    assert {"nguyễn", "khuỷu", "đường", "quả", "giặt", "hòa"} <= set(syllables())
    assert all(is_syllable(word) for word in random.Random(1).sample(syllables(), 300))


def test_paper_is_fitted_whatever_its_size() -> None:
    for height, width in ((12, 30), (48, 500), (200, 90)):
        assert fit(np.zeros((height, width), np.uint8)).shape[0] == HEIGHT
    leaders = Paper(random.Random(2), FONTS).leaders(40, 50, 300, 70)
    assert leaders.shape == (70, 300)


def test_fonts_kept_for_measuring_are_never_taught(tmp_path: Path) -> None:
    for name in ("patrick-hand", "caveat"):
        folder = tmp_path / "node_modules" / "@expo-google-fonts" / name
        folder.mkdir(parents=True)
        (folder / f"{name}.ttf").write_bytes(FONTS[0].read_bytes())
    taught = {path.parent.name for path in find("hands", tmp_path)}
    assert taught == {"caveat"}
    assert {path.parent.name for path in find("hands", tmp_path, unseen=True)} == {"patrick-hand"}
    assert not any(u in str(path) for path in find("print", tmp_path) for u in UNSEEN)


def test_there_are_fonts_enough() -> None:
    assert len(packages("hands")) >= 60
    assert len(packages("print")) >= 20
