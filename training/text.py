"""Invented text as it stands on forms: takes a random generator, gives lines of NFC text from classes of the alphabet.

Sources are open or our own: answers of the bench's invented people, the official units of the product's data, labels
of the templates, and syllables by the rules of the language, so that rare letters and tones are as common as others."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

from bench import people, words
from bench.answers import answers
from digitizer.template import load_forms, load_templates
from digitizer.vietnam.text import letter_parts, new_style, syllables
from training.addresses import address
from training.alphabet import written

CONFUSED = "ộồôơợờưựừứịĩỉọòạàảãăắằẵẳặậấầẩẫýỳỷỹụùủũẹẻẽệễểỷ"
# Shares of answers, names, addresses, numbers, days, rare letters, sentences, labels, foreign words and codes. Hands
# write what forms ask for: there the likely words help to read what the ink alone does not tell.
PRINT = (0.20, 0.14, 0.14, 0.09, 0.08, 0.14, 0.15, 0.03, 0.03)
BY_HAND = (0.20, 0.17, 0.33, 0.08, 0.08, 0.06, 0.06, 0.01, 0.01)
WORDS = Path(__file__).parent / "words.txt"
NEW_STYLE = 0.4  # share of lines with tones as in hoà, not hòa: most hands write so, and half of all print
LONGEST = (10, 22, 34, 46, 56)  # letters; one is drawn for each line


@cache
def by_mark() -> dict[str, tuple[str, ...]]:
    """Syllables by marked letter."""
    found: dict[str, list[str]] = {}
    for word in syllables():
        for letter in set(word):
            if letter_parts(letter)[1] or letter_parts(letter)[2]:
                found.setdefault(letter, []).append(word)
    return {letter: tuple(w) for letter, w in found.items()}


@cache
def labels() -> tuple[str, ...]:
    """Printed labels of our templates."""
    return tuple(sorted({spec.label for template in load_templates() for spec in template.fields if spec.label}))


@cache
def running_words() -> tuple[tuple[str, ...], ...]:
    """Small words, compounds, foreign words, and short forms, of `words.txt`."""
    listed = "\n".join(line for line in WORDS.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    small, compounds, foreign, short = listed.split("\n\n")
    parted = tuple(" ".join(part.split()) for part in compounds.split(","))
    return tuple(small.split()), parted, tuple(foreign.split()), tuple(short.split())


@cache
def printed_texts() -> tuple[str, ...]:
    """Everything that our templates know to be printed: titles, labels, declarations, footnotes."""
    found: set[str] = set()
    for template in load_templates():
        found.update((template.name, *template.notes, *(item.text for item in template.items)))
    return tuple(sorted(text for text in found if text.strip()))


class Writer:
    """One line of text a call."""

    def __init__(self, rng: random.Random, shares: tuple[float, ...] = PRINT) -> None:
        self.rng, self.shares = rng, shares
        self.makers: tuple[Callable[[], str], ...] = (
            self.answer, self.name, self.address, self.number, self.day, self.rare, self.sentence, self.label,
            self.foreign,
        )
        self.pool: list[str] = []

    def line(self, longest: int = 0) -> str:
        """`longest`: letters, 0 for any. Cut at a space; never empty."""
        text = written(self.rng.choices(self.makers, self.shares)[0]())
        text = new_style(text) if self.rng.random() < NEW_STYLE else text
        limit = longest or self.rng.choice(LONGEST)
        if len(text) > limit and self.rng.random() < 0.5:  # the second line of a wrapped answer
            text = text[self.rng.randrange(len(text) - limit) :].split(" ", 1)[-1]
        while len(text) > limit and " " in text:
            text = text.rsplit(" ", 1)[0]
        return text or "Kinh"

    def answer(self) -> str:
        """What the bench's people write on one of the forms."""
        if not self.pool:
            made = answers(self.rng.choice(load_forms()), self.rng)
            self.pool = [truth.raw for truth in made.values() if truth.raw]
            self.rng.shuffle(self.pool)
        return self.pool.pop()

    def name(self) -> str:
        r = self.rng
        name = people.full_name(r, r.choice(("Nam", "Nữ")))
        if r.random() < 0.6:  # any syllable may be a name: the lists are short
            name = " ".join((name.split()[0], *(r.choice(syllables()).capitalize() for _ in range(r.randint(1, 3)))))
        return name.upper() if r.random() < 0.3 else name

    def address(self) -> str:
        return address(self.rng)

    def number(self) -> str:
        r = self.rng
        digits = "".join(r.choice("0123456789") for _ in range(12))
        return r.choice((
            digits, digits, digits[:9], f"0{digits[:9]}", f"{digits[:4]}.{digits[4:7]}.{digits[7:10]}",
            str(r.randint(0, 400)),
            f"{r.randint(1, 300)}/{r.randint(1990, 2026)}", f"Số {r.randint(1, 300):03d}",
            f"({digits[:2]}) {digits[2:10]}",
            f"{r.choice('BCNPAK')}{digits[:7]}", people.email(r, people.full_name(r, "Nam"), people.TODAY),
            f"{' '.join(digits[i : i + 3] for i in (0, 3, 6, 9))}", f"{r.randint(1, 99)} - {r.randint(1, 99)}",
        ))

    def day(self) -> str:
        r = self.rng
        d, m, y = r.randint(1, 31), r.randint(1, 12), r.randint(1930, 2026)
        when = people.day_between(r, people.date(1935, 1, 1), people.TODAY)
        return r.choice((
            f"{d:02d}/{m:02d}/{y}", f"{d}/{m}/{y}", f"{d:02d}-{m:02d}-{y}", f"{d:02d}.{m:02d}.{y}",
            f"{d}/{m}/{y % 100:02d}", str(y),
            f"ngày {d:02d} tháng {m:02d} năm {y}", f"Ngày {d} tháng {m} năm {y}", f"{d:02d} tháng {m} năm {y}",
            f"{m:02d}/{y}",
            people.date_in_words(when),
            f"{r.randint(0, 23):02d} giờ {r.randint(0, 59):02d} phút ngày {d:02d}/{m:02d}/{y}",
            f"Hà Nội, ngày {d:02d} tháng {m:02d} năm {y}",
        ))

    def rare(self) -> str:
        """Syllables chosen by their marked letter, each letter as often as the next; confusable ones twice as often."""
        r, marks = self.rng, by_mark()
        letters = [*marks, *(c for c in CONFUSED if c in marks)]
        text = " ".join(r.choice(marks[r.choice(letters)]) for _ in range(r.randint(1, 6)))
        roll = r.random()
        return text.upper() if roll < 0.3 else text.title() if roll < 0.5 else text.capitalize() if roll < 0.7 else text

    def sentence(self) -> str:
        """Running text of a regulation or a declaration: our own words, now and then any syllable, maybe numbered."""
        r = self.rng
        if r.random() < 0.2:
            chosen = r.choice(printed_texts()).split()
            start = r.randrange(len(chosen))
            chosen = chosen[start : start + r.randint(3, 12)]
        else:
            chosen = [self._word() for _ in range(r.randint(2, 8))]
        for k in range(len(chosen) - 1):
            if r.random() < 0.09:
                chosen[k] += r.choice((",", ",", ",", ";", ".", ":", " -"))
        text = " ".join(chosen)
        ended = text.rstrip(",;.: ") + r.choice(("", "", "", ".", ",", ":", ";"))
        text = f"({text})" if r.random() < 0.04 else ended
        if r.random() < 0.15:
            return text.upper()
        text = text[0].upper() + text[1:] if r.random() < 0.5 else text
        return f"{self._numbering()} {text}" if r.random() < 0.2 else text

    def running(self) -> str:
        """A printed line of a document: sentences up to its right edge, or a row of a list with codes and numbers."""
        r, roll, limit = self.rng, self.rng.random(), self.rng.choice((12, 30, 60, 75))
        if roll < 0.12:
            return written(self._row()) or "2.3"
        text = self.sentence()
        while len(text) < limit and r.random() < 0.95:
            text = f"{text} {self.sentence()}"
        while len(text) > limit + 15:
            text = text.rsplit(" ", 1)[0]
        if r.random() < 0.35:
            text = text.rstrip(",;:-. ") + r.choice(("", ".", ".", ".", ".", ";", ":", ",", "./.", "-"))
        return written(new_style(text) if r.random() < NEW_STYLE else text) or "Điều 1."

    def _row(self) -> str:
        """Numbers with stops, chemical names, capitals with stops, as lists and tables of regulations hold them."""
        r, n = self.rng, self.rng.randint
        foreign, short = running_words()[2:]
        names = [r.choice(foreign) for _ in range(n(1, 4))]
        if r.random() < 0.3:
            names[-1] += r.choice((",", "-", ", N.O.S.", "."))
        name = r.choice(("-", " ", " ", " ")).join(names)
        parts = (
            f"{n(1, 9)}.{n(1, 9)}", f"{n(1000, 3500)} {n(1, 9)}.{n(1, 9)}", f"{n(1, 2000)} {name}", name, name.upper(),
            f"{name.upper()} {n(1000, 3500)} {n(1, 9)}", "N.O.S.", f"{r.choice(syllables()).upper()}, N.O.S.",
            f"+{n(1, 9)}.{n(1, 9)}", f"{n(1, 99)}%", f"{n(1, 90)} °C", f"{n(1, 12)}-{n(1, 31)}-{n(1990, 2026)}",
            f"Số {n(1, 999)} + {n(1, 999)}", f"{self._word().upper()}/Số {n(1, 99)}",
            f"{n(1, 300)} mm x {n(1, 300)} mm", f"{r.choice(short)} {self._word()}",
            f"{n(1, 9)},{n(1, 9)}-{name}", f"({r.choice(short)})",
        )
        return " ".join(r.choice(parts) for _ in range(n(1, 3)))

    def _word(self) -> str:
        r, roll = self.rng, self.rng.random()
        small, compounds, _, short = running_words()
        if roll < 0.03:
            return r.choice(short)
        return r.choice(compounds if roll < 0.5 else small if roll < 0.75 else syllables())

    def _numbering(self) -> str:
        r, n, roman = self.rng, self.rng.randint(1, 30), self.rng.choice(("I", "II", "III", "IV", "V", "IX"))
        return r.choice((
            f"{n}.", f"{n}.", f"{n})", f"{r.choice('abcdđeghi')})", f"Điều {n}.", f"Khoản {n},", f"Mục {n}.",
            f"{n}.{n}.", f"Chương {roman}", f"{roman}.", "-", "+", f"({n})",
        ))

    def foreign(self) -> str:
        """Latin words, codes of regulations, signs: letters that Vietnamese lacks (f, j, w, z) are read too."""
        r, digits = self.rng, self.rng.randint(1, 999)
        word = "".join(r.choice("abcdefghijklmnopqrstuvwxyzfjwz") for _ in range(r.randint(2, 9)))
        word = r.choice(running_words()[2]) if r.random() < 0.5 else word
        code = "-".join(r.choice(("NĐ", "CP", "TT", "BTP", "BCA", "QĐ", "UBND", "TTg", "NQ", "QH15")) for _ in range(2))
        signs = (
            f"{digits}/{r.randint(1990, 2026)}/{code}", f"{r.randint(1, 100)}%", f"{digits / 10:.1f}".replace(".", ","),
            f"“{r.choice(syllables())} {word}”", f'"{word}"', f"+{digits}", f"{digits} m²", f"{digits * 1000:,}",
            f"{r.randint(1, 40)}°C", f"({word[0]})", f"{word}?", f"[{digits}]", f"{digits} = {r.randint(1, 99)}",
            f"Điều {r.randint(1, 99)}.", f"No. {digits}", f"№ {digits}", f"{word[0]})", f"{word} & {word}",
            f"#{digits}", f"{digits}*", f"– {word}",
        )
        return " ".join(r.choice((word, word.title(), word.upper(), r.choice(signs))) for _ in range(r.randint(1, 4)))

    def label(self) -> str:
        return self.rng.choice((*labels(), *words.PURPOSES, *words.REQUESTS, *words.CAUSES_OF_DEATH))
