"""The engine that reads nothing: takes pages and regions, gives empty text; for dry runs."""

from __future__ import annotations

from collections.abc import Sequence

from digitizer.document import CleanPage, EngineInfo, PageText, Reading
from digitizer.ports import Region


class NullEngine:
    wants_leaders = False
    info = EngineInfo("null", "1")

    def read_page(self, page: CleanPage) -> PageText:
        return PageText(page.number, ())

    def read_regions(self, regions: Sequence[Region]) -> list[Reading]:
        return [Reading("", 0.0) for _ in regions]
