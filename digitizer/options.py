"""How one run shall be done, as one frozen tree; takes nothing, gives defaults; vary by `dataclasses.replace`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

PICTURE_DPI = 150.0  # of a page to look at: 1240 x 1754 pixels; marks on letters are clear when zoomed to


def picture_name(number: int) -> str:
    """Of a page's picture in the folder `Options.pictures`."""
    return f"page-{number:04d}.jpg"


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused before it is decoded (reliability goals U1-U7); all announced by the API."""

    upload_bytes: int = 50 * 1024 * 1024
    pages: int = 100
    page_pixels: int = 40_000_000
    page_side_px: int = 10_000
    document_pixels: int = 2_000_000_000
    page_side_pt: float = 2_400.0  # A1 is 2384 pt: nothing larger comes off a branch scanner
    child_memory_bytes: int = 1536 * 1024 * 1024
    child_file_bytes: int = 256 * 1024 * 1024
    child_open_files: int = 64
    page_seconds: float = 90.0
    document_seconds: float = 900.0
    screening_seconds: float = 5.0
    glance_seconds: float = 20.0  # a page; two are usual where both cores are busy
    glance_pages: int = 20  # of a file: enough to hear that the scanner is set wrongly


@dataclass(frozen=True, slots=True)
class Cleaning:
    """Which steps of the clean stage may act; each decides by itself whether a page needs it. All are meant to be on:
    `python -m bench.ablation` turns them off one by one to tell what they are worth."""

    flatten: bool = True  # a photographed sheet, seen from straight above
    upright: bool = True  # quarter turns
    level: bool = True  # skew
    even: bool = True  # shading
    single: bool = True  # what shines through from the other side
    unseal: bool = True  # red ink
    despeckle: bool = True  # dust and toner


@dataclass(frozen=True, slots=True)
class Named:
    """What a person says a paper is: these pages of the file, counted from 1, are one document of this form."""

    form_id: str
    edition: str
    pages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Options:
    """form: read as this form id whatever the classifier says. named: read nothing but these pages, as one document of
    that form and edition. engine: name known to engines/build.py.
    keep: folder for every intermediate, or None. pictures: folder for small pictures of the pages, or None.
    accept_probability: of a field that passes unseen; None: as calibrated for its type."""

    form: str | None = None
    engine: str = "onnx"
    keep: Path | None = None
    pictures: Path | None = None
    render_dpi: int = 300
    accept_probability: float | None = None
    limits: Limits = field(default_factory=Limits)
    cleaning: Cleaning = field(default_factory=Cleaning)
    named: Named | None = None

    def wants(self, page: int) -> bool:
        """Whether a page of the file is to be read."""
        return self.named is None or page in self.named.pages
