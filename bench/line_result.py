"""What a reader made of lines, as values: takes samples and what was read in them, gives counts and rates."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from rapidfuzz.distance import Levenshtein

from bench.line_sets import LineSet, Sample
from digitizer.score import plain, wilson
from digitizer.vietnam.text import fold


@dataclass(slots=True)
class LineScore:
    """One reader on one set. wrong: letters to change, add or drop, of `letters`; `bare`: without marks and case;
    types: lines and exact ones by type of field."""

    set: str
    reader: str
    lines: int = 0
    exact: int = 0
    letters: int = 0
    wrong: int = 0
    bare_letters: int = 0
    bare_wrong: int = 0
    cpu_s: float = 0.0
    types: dict[str, tuple[int, int]] = field(default_factory=dict)
    errors: list[tuple[str, str, str]] = field(default_factory=list)  # file, truth, read

    @property
    def exact_rate(self) -> float:
        return self.exact / max(1, self.lines)

    @property
    def interval(self) -> tuple[float, float]:
        """Of the rate of exact lines, 95 %."""
        return wilson(self.exact, self.lines)

    @property
    def cer(self) -> float:
        return self.wrong / max(1, self.letters)

    @property
    def bare_cer(self) -> float:
        return self.bare_wrong / max(1, self.bare_letters)

    @property
    def line_ms(self) -> float:
        return 1000 * self.cpu_s / max(1, self.lines)

    @property
    def forty_letters_ms(self) -> float:
        """What 40 letters of this set cost."""
        return 1000 * self.cpu_s * 40 / max(1, self.letters)

    def add(self, sample: Sample, read: str) -> None:
        truth, read = (_comparable(text, sample.region.type) for text in (sample.text, read))
        self.lines += 1
        self.exact += truth == read
        lines, exact = self.types.get(sample.region.type, (0, 0))
        self.types[sample.region.type] = lines + 1, exact + (truth == read)
        self.letters += len(truth)
        self.wrong += Levenshtein.distance(truth, read)
        bare, bare_read = fold(truth), fold(read)
        self.bare_letters += len(bare)
        self.bare_wrong += Levenshtein.distance(bare, bare_read)
        if truth != read:
            self.errors.append((sample.file, truth, read))


@dataclass(frozen=True, slots=True)
class LineResult:
    """Everything a report needs. curve: per point (training lines, CER by set)."""

    seed: int
    limit: int
    sets: tuple[LineSet, ...]
    scores: tuple[LineScore, ...]
    versions: dict[str, str]
    skipped: tuple[str, ...]
    curve: tuple[tuple[int, dict[str, float]], ...] = ()


def _comparable(text: str, kind: str) -> str:
    """The spaces around the printed slashes of a date say nothing."""
    return re.sub(r"\s*/\s*", "/", plain(text)) if kind == "date" else plain(text)
