"""Letters, storage form, comparison forms and the law of the syllable."""

import unicodedata
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitizer.vietnam import text as t
from digitizer.vietnam.text import MARKED_LETTERS, fold, is_syllable, letter_parts, new_style, nfc, same_text, tone_key

LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxy" + MARKED_LETTERS


def test_all_134_marked_letters() -> None:
    assert len(set(MARKED_LETTERS)) == 134
    assert sum("\u1ea0" <= c <= "\u1ef9" for c in MARKED_LETTERS) == 90


@pytest.mark.parametrize("letter", MARKED_LETTERS)
def test_every_marked_letter_survives(letter: str) -> None:
    assert nfc(letter) == letter
    assert nfc(unicodedata.normalize("NFD", letter)) == letter
    assert fold(letter) in "aeiouyd"
    assert len(fold(letter)) == 1
    assert letter_parts(letter)[0] == fold(letter)


@pytest.mark.parametrize("letter", MARKED_LETTERS)
def test_every_marked_letter_survives_every_way_of_composing_it(letter: str) -> None:
    """Decomposed in every order of its marks (typed, macOS), and composed with one loose mark (Windows-1258)."""
    base, *marks = unicodedata.normalize("NFD", letter)
    for order in permutations(marks):
        assert nfc("".join((base, *order))) == letter
        for cut in range(len(order) + 1):
            some = unicodedata.normalize("NFC", "".join((base, *order[:cut])))
            assert nfc(some + "".join(order[cut:])) == letter
    assert nfc(unicodedata.normalize("NFKD", letter)) == letter
    assert nfc(f"x{letter}\u200by") == f"x{letter}y"


@pytest.mark.parametrize(("given_text", "stored"), [
    ("e\u0323\u0302", "ệ"),
    ("ê\u0323", "ệ"),  # Windows-1258 manner
    ("Ðỗ Văn ðức", "Đỗ Văn đức"),
    ("０１２３／Ａ", "0123/A"),
    ("Hà\u00a0Nội", "Hà Nội"),
    ("  Hà \t\n Nội ", "Hà Nội"),
    ("Độc lập – Tự do — Hạnh phúc", "Độc lập - Tự do - Hạnh phúc"),
    ("“H’Mông”", "\"H'Mông\""),
    ("a\u00adb\u200bc…", "abc..."),
])
def test_storage_form(given_text: str, stored: str) -> None:
    assert nfc(given_text) == stored


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_storage_form_is_stable_and_nfc(text: str) -> None:
    once = nfc(text)
    assert nfc(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert "  " not in once


@given(st.text(alphabet=LETTERS + " ", max_size=30))
@settings(max_examples=100, deadline=None)
def test_folding_leaves_plain_letters(text: str) -> None:
    assert fold(text).isascii()
    assert " " not in fold(text, spaces=False)
    assert len(t.fold_aligned(nfc(text))) == len(nfc(text))


@pytest.mark.parametrize(("one", "other"), [
    ("CỘNG HÒA", "cộng hoà"), ("khỏe", "khoẻ"), ("Thúy", "Thuý"), ("qúy", "quý"), ("Tòa án", "toà án"),
])
def test_tone_placement_does_not_matter_for_comparison(one: str, other: str) -> None:
    assert same_text(one, other)


def test_tone_placement_is_kept_in_storage() -> None:
    assert nfc("Thúy") == "Thúy"
    assert nfc("Thuý") == "Thuý"


@pytest.mark.parametrize(("one", "other"), [("Lý", "Lí"), ("Hùng", "Hưng"), ("mùa", "muà"), ("hoa", "hòa")])
def test_different_words_stay_different(one: str, other: str) -> None:
    assert not same_text(one, other)


def test_old_and_new_style_of_all_pairs() -> None:
    old_style, new_style = "òaóaỏaõaọaòeóeỏeõeọeùyúyủyũyụy", "oàoáoảoãoạoèoéoẻoẽoẹuỳuýuỷuỹuỵ"
    for i in range(0, 30, 2):
        old, new = old_style[i:i + 2], new_style[i:i + 2]
        assert tone_key(f"h{old}") == f"h{new}" == tone_key(f"h{new}")


SYLLABLES = """nguyễn nghĩa khuê quỳnh quyền giang giếng gì gìn huyện mạt mát yến uyên hoàn thuở khuỷu xoong oanh ấp
    ưu đường rượu Kiều HUỲNH hòa hoà"""
NO_SYLLABLES = "màt mảc quyt ngi cin kang bìnf H'Hen jrai wăn 12 nguyêễn aa ngeo qan zung bắch"


@pytest.mark.parametrize("word", SYLLABLES.split())
def test_syllables(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", NO_SYLLABLES.split())
def test_no_syllables(word: str) -> None:
    assert not is_syllable(word)


def test_the_new_style_keeps_capitals() -> None:
    assert new_style("Hòa THÚY khỏe, quý QUỲ hoàn KHÒA") == "Hoà THUÝ khoẻ, quý QUỲ hoàn KHOÀ"
