"""The doors to the outside: recognition engines and the population registry; takes nothing, gives protocols only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np

from digitizer.document import CleanPage, EngineInfo, PageText, Reading


class Alphabet(StrEnum):
    """What may stand in a region; engines may narrow their letters by it."""

    TEXT = "text"
    DIGITS = "digits"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Region:
    """One line of answer cut out for reading.

    gray: (h, w) uint8, leaders in place. ink: same size, leaders and rules removed. An engine takes the one it was
    made for: `wants_leaders` of the engine says which. type: value of FieldType, '' for any text: an engine may weigh
    its candidates by the closed lists and grammars of the type."""

    gray: np.ndarray
    ink: np.ndarray
    alphabet: Alphabet
    dpi: float
    type: str = ""


class Engine(Protocol):
    """Reads pages and regions. One instance per process and thread; not shared.

    `wants_leaders`: True when trained to read through leaders, so that no mark is lost to cleaning."""

    info: EngineInfo
    wants_leaders: bool

    def read_page(self, page: CleanPage) -> PageText:
        """Every printed line of the page, words with boxes in page pixels. Raises EngineUnavailable, ReadingFailed."""

    def read_regions(self, regions: Sequence[Region]) -> list[Reading]:
        """One reading per region, same order; an empty region gives text ''."""


class Verdict(StrEnum):
    """Answer classes of the population lookup (vietnam.md 5.2, 5.4)."""

    PERSON = "person"
    NOT_FOUND = "not_found"
    MISMATCH = "mismatch"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Person:
    """What the registry holds; dates ISO, possibly a year only; places as written there."""

    personal_id: str
    full_name: str
    date_of_birth: str
    sex: str = ""
    ethnicity: str = ""
    nationality: str = ""
    permanent_residence: str = ""
    home_town: str = ""


@dataclass(frozen=True, slots=True)
class Lookup:
    """person only with PERSON; `mismatched` names the query parts that differ, with MISMATCH."""

    verdict: Verdict
    person: Person | None = None
    mismatched: tuple[str, ...] = ()


class PopulationRegistry(Protocol):
    def lookup(self, personal_id: str, full_name: str, date_of_birth: str) -> Lookup:
        """All three are needed together. Never raises for a registry that is down: the verdict says so."""
