"""What a run of the benchmark was asked and what it found, as frozen values; takes nothing, gives types only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitizer.options import Options
from digitizer.score import DocumentScore

PLACE = Path(__file__).resolve().parent / "out"


@dataclass(frozen=True, slots=True)
class Stranger:
    """`ours`: the form id it should get, None for "unknown". later: a page of the form that is not its first, which may
    be named so, or nothing."""

    name: str
    source: str
    ours: str | None
    named: tuple[str, ...]
    later: bool = False

    @property
    def right(self) -> bool:
        if self.ours and not self.later:
            return self.named == (self.ours,)
        return set(self.named) <= {self.ours}


@dataclass(frozen=True, slots=True)
class Plan:
    """documents: of the headline set. peer_documents: how many of these each peer reads. sweep: documents for each
    other quality, 0 for none. source: `real` blanks, our `own` prints, or `variants` of these: another font,
    size, margin, line break and leader for every document. faces: answers `typed`, or in fonts of handwriting that
    nothing was trained on, `hand` (hand-print) or `script` (joined)."""

    documents: int = 40
    seed: int = 2026
    quality: str = "medium"
    source: str = "real"
    engine: str = Options().engine
    peer_documents: tuple[tuple[str, int], ...] = (("tesseract", 40), ("ocrmypdf", 8))
    sweep: int = 12
    out: Path = PLACE
    faces: str = "typed"
    forms: tuple[str, ...] = ("khai-sinh", "khai-tu", "xac-nhan-hon-nhan", "ct01")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reader made of one set. `note`: what a table has to say about it. `helped`: of a peer, the scores when
    the rows of tables, which have no labels, are parsed for it as well."""

    reader: str
    scores: tuple[DocumentScore, ...]
    pages: int
    cpu_s: float
    wall_s: float
    note: str = ""
    helped: tuple[DocumentScore, ...] = ()

    @property
    def cpu_per_page(self) -> float:
        return self.cpu_s / self.pages if self.pages else 0.0


@dataclass(frozen=True, slots=True)
class Result:
    """Everything a report needs. `shared`: us on the very documents that each peer read, by the peer's name.
    `engines`: our pipeline on the headline set with another engine for the answers. `registered`: us with the set's
    blanks registered before, as a branch would."""

    plan: Plan
    ours: Reading
    peers: tuple[Reading, ...]
    shared: dict[str, Reading]
    sweeps: dict[str, Reading]
    strangers: tuple[Stranger, ...]
    records: dict[str, Any]
    skipped: tuple[str, ...]
    engines: tuple[Reading, ...] = ()
    registered: Reading | None = None
