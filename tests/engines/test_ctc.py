"""Decoding by type: what the picture holds is repaired, what it does not hold is never made."""

import string

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitizer.engines.ctc import Decoded, decode
from digitizer.engines.ctc_choice import Candidate, allowance, choose
from digitizer.engines.ctc_paths import ctc_score
from digitizer.ports import Alphabet
from digitizer.vietnam.answers import edits, near_listed, shape_of
from digitizer.vietnam.text import MARKED_LETTERS, syllables

LETTERS = "".join(sorted({*string.ascii_letters, *string.digits, *"/-.,:()'", *MARKED_LETTERS})) + " "
CLASSES = ("", *LETTERS)
ELSE = 2e-5  # probability of every class that is not named


def seen(*letters: str | dict[str, float]) -> np.ndarray:
    """A line: text stands letter by letter surely, a dict gives the probabilities of one step ('' is the blank)."""
    steps: list[dict[str, float]] = [{"": 0.99}]
    for part in letters:
        for step in part if isinstance(part, str) else [part]:
            steps += [step if isinstance(step, dict) else {step: 0.99}, {"": 0.99}]
    rows = np.full((len(steps), len(CLASSES)), ELSE)
    for row, step in zip(rows, steps, strict=True):
        for letter, probability in step.items():
            row[CLASSES.index(letter)] = probability
    return np.log(rows / rows.sum(1, keepdims=True)).astype(np.float32)


def read(logp: np.ndarray, type: str = "", letters: Alphabet = Alphabet.TEXT) -> Decoded:
    return decode(logp, CLASSES, type, letters)


def test_without_a_type_the_text_is_greedy() -> None:
    found = read(seen("Hà ", {"N": 0.6, "M": 0.3}, "ội"))
    assert found.text == "Hà Nội"
    assert 0.6 < found.confidence < 0.67
    assert "".join(c.text for c in found.characters) == found.text
    assert found.characters[3].alternatives[0][0] == "M"
    assert read(seen()).text == "" and read(np.empty((0, len(CLASSES)), np.float32)).text == ""
    assert read(seen("  a  b  ")).text == "a b"


def test_logarithms_of_nothing_are_borne() -> None:
    logp = seen("Nam")
    logp[logp < -9] = -np.inf
    for type in ("", "sex", "address", "date", "person_name"):
        assert read(logp, type).text == "Nam"


@pytest.mark.parametrize(("parts", "type", "text"), [
    (("12/", {"O": 0.6, "0": 0.35}, "3/1985"), "date", "12/03/1985"),
    (("1", {"7": 0.6, "2": 0.35}, "/1", {"9": 0.6, "0": 0.3}, "/1985"), "date", "17/10/1985"),
    (("ngày 5 tháng ", {"Z": 0.7, "2": 0.25}, " năm 1985"), "date", "ngày 5 tháng 2 năm 1985"),
    (("00109900", {"": 0.55, "1": 0.4}, "234"), "personal_id", "001099001234"),
    (("09", {"l": 0.5, "1": 0.4}, "2345678"), "phone", "0912345678"),
    ((({"O": 0.6, "0": 0.35}), "2"), "integer", "02"),
    (("N", {"ừ": 0.6, "ữ": 0.3}), "sex", "Nữ"),
    (("Vi", {"ê": 0.6, "ệ": 0.3}, {"f": 0.5, "t": 0.4}, " Nam"), "nationality", "Việt Nam"),
    (("KI", {"M": 0.6, "N": 0.3}, "H"), "ethnicity", "KINH"),
    (("chưa đăng k", {"y": 0.7, "ý": 0.2}, " kết hôn"), "marital_status", "chưa đăng ký kết hôn"),
    (("Xã Hoà Thắng, Quảng B", {"i": 0.8, "ì": 0.1}, "nh"), "address", "Xã Hoà Thắng, Quảng Bình"),
    (("ngày mư", {"ớ": 0.6, "ờ": 0.3}, "i"), "date_in_words", "ngày mười"),
])
def test_the_type_repairs_what_the_picture_leaves_open(
    parts: tuple[str | dict[str, float], ...], type: str, text: str
) -> None:
    found = read(seen(*parts), type)
    assert found.text == text
    assert read(seen(*parts)).text != text
    assert "".join(c.text for c in found.characters) == text
    assert 0 < found.confidence <= 1


@pytest.mark.parametrize(("text", "type"), [
    ("ninh thuận", "sex"), ("Nga", "sex"), ("không rõ", "date"), ("12 quyển", "date"), ("31/02/1985", "date"),
    ("00109900123", "personal_id"), ("0010990012345", "personal_id"), ("không có", "personal_id"), ("012", "phone"),
    ("Lê Thị Mơ", "nationality"), ("Hoàng Hạc", "ethnicity"), ("-/-", "date"), ("Trưởng thôn", "relation"),
    ("Thôn Đùng Đình, Xóm Bưa", "address"), ("wxyz kfj", "address"), ("bình thường thôi", "address"),
])
def test_what_is_read_surely_stays_whatever_the_type(text: str, type: str) -> None:
    assert read(seen(text), type).text == text


WORDS = st.lists(st.sampled_from(syllables()), min_size=1, max_size=4).map(" ".join)
TYPES = ("date", "personal_id", "phone", "integer", "sex", "ethnicity", "nationality", "relation", "marital_status")


def blurred(text: str, seed: int) -> np.ndarray:
    """A line whose letters are each read with 0.4 to 0.95, the rest spread over a few other classes."""
    rng = np.random.default_rng(seed)
    steps = []
    for letter in text:
        sure = float(rng.uniform(0.4, 0.95))
        others = [str(o) for o in rng.choice(list(LETTERS), 3)]
        steps.append({**dict.fromkeys(others, (1 - sure) / 3.2), letter: sure})
    return seen(*steps)


@settings(max_examples=150, deadline=None)
@given(WORDS, st.integers(0, 10_000), st.sampled_from(TYPES))
def test_no_answer_is_made_of_another_text(text: str, seed: int, type: str) -> None:
    """A line of words without digits is never a date or a number; an entry is taken only within its allowance."""
    logp = blurred(text, seed)
    free, found = read(logp), read(logp, type)
    if found.text != free.text:
        shape = shape_of(type)
        assert found.text in near_listed(free.text, type) if shape is None else shape(found.text)
        one, other = ctc_score(logp, CLASSES, [free.text, found.text])
        assert one - other <= allowance(free.text, found.text)
        assert edits(free.text, found.text) <= max(1, 0.34 * max(len(free.text), len(found.text)))
        if shape is not None:
            assert sum(c.isdigit() for c in free.text) >= 0.6 * sum(c.isdigit() for c in found.text)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10_000), st.text("0123456789/-. ", min_size=4, max_size=12))
def test_a_changed_date_exists(seed: int, text: str) -> None:
    logp = blurred(text, seed)
    free, found = read(logp), read(logp, "date")
    is_date = shape_of("date")
    assert is_date is not None
    assert found.text == free.text or is_date(found.text)


@given(st.lists(st.sampled_from(syllables()), min_size=2, max_size=4), st.integers(0, 1000))
@settings(max_examples=60, deadline=None)
def test_a_name_of_syllables_is_left_to_the_picture(words: list[str], seed: int) -> None:
    text = " ".join(w.capitalize() for w in words)
    rng = np.random.default_rng(seed)
    logp = seen(*({"o": 0.05, "n": 0.05, letter: float(rng.uniform(0.5, 0.9))} for letter in text))
    assert read(logp, "person_name").text == text


def test_of_two_names_the_likelier_picture_wins_and_the_other_is_told() -> None:
    found = read(seen("Trần H", {"ù": 0.5, "ư": 0.45}, "ng"), "person_name")
    assert found.text == "Trần Hùng"
    assert found.alternatives[0][0] == "Trần Hưng"
    assert found.alternatives[0][1] == pytest.approx(0.47, abs=0.03)
    assert read(seen("Trần H", {"ù": 0.45, "ư": 0.5}, "ng"), "person_name").text == "Trần Hưng"


def test_an_alphabet_narrows_only_what_fits_it() -> None:
    digits = seen("1", {"l": 0.6, "1": 0.3}, "2")
    assert read(digits, "", Alphabet.DIGITS).text == "112"
    assert read(digits).text == "1l2"
    assert read(seen("không"), "", Alphabet.DIGITS).text == "không"


def test_a_candidate_is_taken_down_to_its_allowance() -> None:
    free = Candidate("Nư", -0.5)
    assert allowance("Nư", "Nữ") == 3.0
    assert choose(free, [Candidate("Nữ", -3.4, "Nữ")]).text == "Nữ"
    assert choose(free, [Candidate("Nữ", -3.4, "Nữ")]).probability == pytest.approx(0.52, abs=0.01)
    kept = choose(free, [Candidate("Nữ", -3.6, "Nữ")])
    assert kept.text == "Nư" and kept.others[0][0] == "Nữ"
    assert allowance("Nư", "Nam") < 0
