"""What travels between the stages, as frozen values with names: from the file that came to the record that goes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from digitizer.geometry import Box, union

MARK_BEHIND = 0.35  # of the letter size: room for a comma or colon behind a printed word


class FieldStatus(StrEnum):
    """Blank, struck, illegible and "không" are four different answers."""

    FILLED = "filled"
    BLANK = "blank"
    STRUCK = "struck"
    NONE_STATED = "none_stated"  # "không", "-/-", "//"
    ILLEGIBLE = "illegible"
    NOT_FOUND = "not_found"  # the label was not found on the paper, so nothing can be said


class Source(StrEnum):
    """Where a field's value came from."""

    OCR = "ocr"
    QR = "qr"  # the code on an identity card
    MRZ = "mrz"  # its machine-readable zone, where the check digit holds
    PERSON = "person"
    NONE = "none"


class Outcome(StrEnum):
    ACCEPT = "accept"
    REVIEW = "review"
    UNKNOWN = "unknown"  # no form of ours


class Mark(StrEnum):
    """What a pen did to a printed word that may be struck out."""

    NONE = "none"
    STRUCK = "struck"
    RINGED = "ringed"
    UNSURE = "unsure"  # something is there, and what cannot be told


class PageClass(StrEnum):
    """What one scanned page is among the pages around it."""

    FIRST = "first"  # carries the title of a form
    CONTINUATION = "continuation"  # goes on with a form; of a document without a form: the form whose first page lacks
    NOTES = "notes"  # printed footnotes or instructions, nothing to read
    BLANK = "blank"  # a back without anything on it
    LEAD = "lead"  # a lead sheet: its dossier code is that of all documents behind it
    SEPARATOR = "separator"  # a blank sheet between documents, no page of any
    UNKNOWN = "unknown"  # paper of no form of ours


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person may have to know. `message` is Vietnamese and free of personal data. polygon_mm: where on the
    page, coordinates as in Field; () where no place is meant."""

    code: str
    stage: str
    message: str
    page: int | None = None
    field: str | None = None
    polygon_mm: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Intake:
    """A file whose type, size and page count have been checked but whose pixels have not been decoded."""

    path: Path
    name: str
    media_type: str  # application/pdf | image/tiff | image/jpeg | image/png
    sha256: str
    size_bytes: int
    page_count: int
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class PageImage:
    """One rendered page. `image`: (height, width, 3) uint8, blue-green-red. `number` counts from 1 in the file.
    scanned_dpi: at which the scanner or camera took it; None for a drawn page, or where nothing tells."""

    number: int
    image: np.ndarray
    dpi: float
    scanned_dpi: float | None = None


@dataclass(frozen=True, slots=True)
class Leader:
    """A run of printed dots, dashes or a rule on which an answer stands. `box` encloses the marks only."""

    box: Box
    pitch_px: float  # distance of neighbouring dots; 0 for a rule


@dataclass(frozen=True, slots=True)
class CleanPage:
    """An upright page with an even background.

    picture: makes `image`, (h, w, 3) uint8 BGR, upright, colour kept; when asked, since nothing that is read needs it.
    gray: (h, w) uint8, background white, leaders in place.
    ink: (h, w) uint8, as gray but without leaders, rules and cell borders; what Tesseract gets.
    cells: closed boxes of combs, tables and ticks, in reading order. seals: of red ink, largest first.
    """

    number: int
    picture: Callable[[], np.ndarray]
    gray: np.ndarray
    ink: np.ndarray
    dpi: float
    rotation_deg: int = 0
    skew_deg: float = 0.0
    leaders: tuple[Leader, ...] = ()
    rules: tuple[Box, ...] = ()
    cells: tuple[Box, ...] = ()
    blank: bool = False
    seals: tuple[Box, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def image(self) -> np.ndarray:
        return self.picture()

    @property
    def width_px(self) -> int:
        return int(self.gray.shape[1])

    @property
    def height_px(self) -> int:
        return int(self.gray.shape[0])


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word in page pixels; confidence 0-1."""

    text: str
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class Line:
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(w.text for w in self.words)

    @property
    def box(self) -> Box:
        return union(w.box for w in self.words)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for one reading. read: probability by the engine, of the field's worst line. agreed: the least share
    of manners that read a line so. share: of all whole answers that the readings bear, this one's part. page: one less
    the geometric mean of what `read` leaves open over the document's other answers, which tells how good the picture
    is; by default that of a middling one."""

    type: str
    read: float
    agreed: float = 1.0
    share: float = 1.0
    page: float = 0.99


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code on a page: what it holds, as text, and where it stands in page pixels."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class PrintedValue:
    """One part of a card or document as printed. `evidence`: how sure the reading is; polygons in mm."""

    field_id: str
    raw: str
    evidence: Evidence
    polygon_mm: tuple[tuple[tuple[float, float], ...], ...]


@dataclass(frozen=True, slots=True)
class CardText:
    """What a page that shows an identity card says: codes, the zone's lines as read, and the values printed.

    edition: of the card's template, '' where nothing tells it."""

    edition: str
    codes: tuple[QrCode, ...] = ()
    zone: tuple[str, ...] = ()
    values: tuple[PrintedValue, ...] = ()


@dataclass(frozen=True, slots=True)
class PageText:
    """The recognised lines of one page, top to bottom. card: what is on an identity card that the page shows; letter:
    what the head of an administrative document says that begins here, () for none."""

    page: int
    lines: tuple[Line, ...]
    card: CardText | None = None
    letter: tuple[PrintedValue, ...] = ()


@dataclass(frozen=True, slots=True)
class FormMatch:
    form_id: str
    edition: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Naming:
    """A person has said what form the paper is; no machine says otherwise after that. was: the machine's own match,
    None where it knew no form."""

    author: str
    at: str  # RFC 3339
    was: FormMatch | None


@dataclass(frozen=True, slots=True)
class ClassedPage:
    """A page of the file, counted from 1, and what it is."""

    page: int
    kind: PageClass


@dataclass(frozen=True, slots=True)
class Classification:
    """The pages of one document within the file, in the order of the form's print, and what form it is; `match` is
    None for unknown paper. classes: of these pages in the order scanned, and of blank sheets that part documents."""

    pages: tuple[int, ...]
    match: FormMatch | None
    candidates: tuple[FormMatch, ...] = ()
    findings: tuple[Finding, ...] = ()
    classes: tuple[ClassedPage, ...] = ()


@dataclass(frozen=True, slots=True)
class Dossier:
    """The dossier a document belongs to, by the lead sheet before it in the batch. page: of the lead sheet; code: ""
    where it could not be read; confidence: of its reading."""

    code: str
    page: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Slot:
    """Where the answer to one field stands: one box a printed line, in reading order, or one box a comb cell.

    An answer that runs over a page break has one slot a page. pieces: for each box, how many printed inner words
    ("giờ", "ngày" …) stand before it; () means none do. Of alternatives: for each box, which of them it is."""

    field_id: str
    page: int
    boxes: tuple[Box, ...]
    anchor: Box | None = None  # the label's box
    confidence: float = 1.0
    pieces: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PrintedWord:
    """A word of the form itself with the mark behind it. level_px: its baseline; letter_px: font size; dotted: it holds
    a letter with a dot below. `box` may be lower than the word: what is written below it is easily taken in."""

    page: int
    box: Box
    level_px: float
    letter_px: float
    dotted: bool

    @property
    def right_px(self) -> float:
        """Where its letters end."""
        return self.box.right - MARK_BEHIND * self.letter_px


@dataclass(frozen=True, slots=True)
class SigningPlace:
    """Where one signs. role: whose place it is, by the template; label: as printed. letter_px: size of the form's."""

    role: str
    label: str
    page: int
    box: Box
    letter_px: float


@dataclass(frozen=True, slots=True)
class Located:
    """All slots of one document; fields whose label was not found are missing. printed: words that are the form's own
    print, so that no part of them is read as part of an answer. signing: the places for signatures that were found."""

    slots: tuple[Slot, ...]
    findings: tuple[Finding, ...] = ()
    printed: tuple[PrintedWord, ...] = ()
    signing: tuple[SigningPlace, ...] = ()


@dataclass(frozen=True, slots=True)
class Character:
    """One letter of a reading: from `left_px` to `right_px` of its region; `alternatives`: (letter, probability)."""

    text: str
    confidence: float
    left_px: float
    right_px: float
    alternatives: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What an engine read in one region; confidence 0-1; `alternatives` best first without the text itself, with their
    probabilities in `scores` and the letters in `characters` where the engine tells them. agreed: share of the manners
    in which the region was read that gave this text."""

    text: str
    confidence: float
    alternatives: tuple[str, ...] = ()
    scores: tuple[float, ...] = ()
    characters: tuple[Character, ...] = ()
    agreed: float = 1.0


@dataclass(frozen=True, slots=True)
class SlotReading:
    """One slot with a reading per box (same order); `ink_ratio` is the share of dark pixels per box, ink_mm how far ink
    stands along it (where asked for). struck: for each box whether what stands there is crossed out; () for none.
    marks: of alternatives, for each box what a pen did to its words."""

    slot: Slot
    readings: tuple[Reading, ...]
    ink_ratio: tuple[float, ...]
    ink_mm: tuple[float, ...] = ()
    struck: tuple[bool, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Registry:
    """What the population registry says beside the paper; never written over it."""

    verdict: str  # agrees | disagrees | only_registry (the paper leaves it blank)
    value: Any
    looked_up_at: str  # RFC 3339


@dataclass(frozen=True, slots=True)
class Correction:
    """What the machine had read before a person changed or confirmed the field; kept through later corrections."""

    author: str  # key id of the last person
    at: str  # RFC 3339, of the last change
    status: FieldStatus
    raw: str
    value: Any
    confidence: float
    source: Source


@dataclass(frozen=True, slots=True)
class Field:
    """One answer. `raw` is the text as written (NFC, single spaces, no leaders); `value` its normal form or None."""

    id: str
    label: str
    type: str
    status: FieldStatus
    raw: str = ""
    value: Any = None
    confidence: float = 0.0
    source: Source = Source.OCR
    page: int | None = None
    polygon_mm: tuple[tuple[tuple[float, float], ...], ...] = ()
    candidates: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    required: bool = False
    registry: Registry | None = None
    correction: Correction | None = None
    evidence: Evidence | None = field(default=None, compare=False)  # of a reading, while it is in the pipeline


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the decision is what it is; `message` is Vietnamese, for the clerk."""

    code: str
    message: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """overruled: codes of reasons about the whole document that a person has looked at and set aside."""

    outcome: Outcome
    reasons: tuple[Reason, ...] = ()
    confidence: float = 0.0
    overruled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EngineInfo:
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Seal:
    """Evidence of a red seal, which is lifted off for reading: where it stands, with coordinates as in Field."""

    page: int
    polygon_mm: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """Whether something is written where one signs; not whose hand it is. role, label: of the place, by the template.

    polygon_mm: the place; ink_mm: around what is written there, () where `present` is false; coordinates as in Field.
    A place that was not found on the paper has none of these. confidence: of `present`."""

    role: str
    label: str
    page: int
    polygon_mm: tuple[tuple[float, float], ...]
    ink_mm: tuple[tuple[float, float], ...]
    present: bool
    confidence: float


@dataclass(frozen=True, slots=True)
class Record:
    """One document as read. `decision` is None until the route stage has run.

    pages: in the order of the form's print, which may not be that of the scan. dossier: None without a lead sheet.
    naming: where a person has named the form."""

    file: str
    pages: tuple[int, ...]
    form: FormMatch | None
    fields: tuple[Field, ...]
    engine: EngineInfo
    form_candidates: tuple[FormMatch, ...] = ()
    findings: tuple[Finding, ...] = ()
    decision: Decision | None = None
    sha256: str = ""
    timings_ms: dict[str, float] = field(default_factory=dict, compare=False)
    page_classes: tuple[ClassedPage, ...] = ()
    dossier: Dossier | None = None
    seals: tuple[Seal, ...] = ()
    signatures: tuple[Signature, ...] = ()
    naming: Naming | None = None

    def field(self, field_id: str) -> Field | None:
        return next((f for f in self.fields if f.id == field_id), None)
