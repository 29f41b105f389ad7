"""What is said of a scan while the citizen is still there, as frozen values, and as the JSON that leaves the child."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from digitizer.document import CleanPage, Finding, FormMatch, PageClass, PageText
from digitizer.geometry import MM_PER_INCH


class PageVerdict(StrEnum):
    """Whether a page will do, from best to worst."""

    USABLE = "usable"
    ADVICE = "advice"  # it can be read; the clerk should know something, or ask the citizen
    RESCAN = "rescan"  # it should be scanned again, or another paper be laid in


@dataclass(frozen=True, slots=True)
class SeenPage:
    """A page as far as it has been looked at. findings: of its cleaning. Sizes in millimetres, upright."""

    number: int
    text: PageText
    findings: tuple[Finding, ...]
    width_mm: float
    height_mm: float


def seen_page(page: CleanPage, text: PageText) -> SeenPage:
    """What is kept of a page: no pixels."""
    width, height = (round(side * MM_PER_INCH / page.dpi, 1) for side in (page.width_px, page.height_px))
    return SeenPage(page.number, text, page.findings, width, height)


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to tell the clerk at once. `message` is Vietnamese, says what to do, and is free of personal data.

    polygon_mm: where on the page as it is shown, corners clockwise; () the whole page."""

    code: str
    verdict: PageVerdict
    message: str
    page: int | None = None
    field: str | None = None
    polygon_mm: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class PrintSeen:
    """Which printed things of one form stand on a page, as indexes into the template's items: by these, pages that
    came in several files are put together."""

    form_id: str
    edition: str
    items: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PageGlance:
    """One page. form: None for unknown paper, and for a later page alone; then `printed` tells the likely ones."""

    number: int
    kind: PageClass
    form: FormMatch | None
    width_mm: float
    height_mm: float
    remarks: tuple[Remark, ...] = ()
    printed: tuple[PrintSeen, ...] = ()
    ink: bytes = b""  # digitizer/layout/ink_layout.py

    @property
    def verdict(self) -> PageVerdict:
        return worst(self.remarks)


@dataclass(frozen=True, slots=True)
class Glance:
    """All pages of a file, by number; missing: what can only be said of all pages of a document together."""

    pages: tuple[PageGlance, ...]
    missing: tuple[Remark, ...] = ()

    @property
    def verdict(self) -> PageVerdict:
        return worst([*(remark for page in self.pages for remark in page.remarks), *self.missing])


def worst(remarks: Iterable[Remark]) -> PageVerdict:
    order = list(PageVerdict)
    return max((remark.verdict for remark in remarks), key=order.index, default=PageVerdict.USABLE)


def glance_to_json(glance: Glance) -> dict[str, Any]:
    body = dataclasses.asdict(glance)
    for page in body["pages"]:
        page["ink"] = page["ink"].hex()
    return body


def glance_from_json(body: dict[str, Any]) -> Glance:
    """The inverse. Raises KeyError, TypeError, ValueError."""
    return Glance(tuple(map(_page, body["pages"])), tuple(map(_remark, body["missing"])))


def _page(body: dict[str, Any]) -> PageGlance:
    return PageGlance(
        number=body["number"], kind=PageClass(body["kind"]), form=FormMatch(**body["form"]) if body["form"] else None,
        width_mm=float(body["width_mm"]), height_mm=float(body["height_mm"]),
        remarks=tuple(map(_remark, body["remarks"])),
        printed=tuple(PrintSeen(p["form_id"], p["edition"], tuple(p["items"])) for p in body["printed"]),
        ink=bytes.fromhex(body["ink"]),
    )


def _remark(body: dict[str, Any]) -> Remark:
    polygon = tuple((float(x), float(y)) for x, y in body["polygon_mm"])
    return Remark(
        body["code"], PageVerdict(body["verdict"]), body["message"], body["page"], body["field"], polygon,
    )
