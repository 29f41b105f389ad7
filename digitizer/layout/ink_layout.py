"""How far ink stands in each answer's place, as a row of bytes: another scan of the same paper has nearly the same row,
another fill of the same form has not. No letter can be told from it.

The place is measured, not the picture, so that resolution, skew, shade and noise of a scan hardly matter."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from digitizer.document import SlotReading
from digitizer.template import FieldKind, Template

UNKNOWN = 255  # the place is on another page, or was not found
STEP_MM = 0.5
MOST_STEPS = 254
NEAR_STEPS, NEAR_SHARE = 2, 0.04  # by which two scans of one answer may differ
FEWEST = 6  # answers that must be compared, for anything to be said
SAME = 0.8  # of them must agree (docs/workbench.md, "Sheets scanned before")


def ink_layout(template: Template, ink: Sequence[SlotReading], page: int) -> bytes:
    """A byte for each answer of the form in printed order, rows of tables one by one: how far ink stands on this page,
    in half millimetres; b'' where the page has too few written answers to be known by."""
    found: dict[str, float] = {}
    for each in ink:
        if each.slot.page == page:
            found[each.slot.field_id] = found.get(each.slot.field_id, 0.0) + sum(each.ink_mm)
    row = bytes(UNKNOWN if i not in found else min(MOST_STEPS, round(found[i] / STEP_MM)) for i in _ids(template))
    return row if sum(0 < byte < UNKNOWN for byte in row) >= FEWEST else b""


def alike(one: bytes, other: bytes) -> float:
    """Share of the answers written on either of two pages that are as long on both; 0 where too few are known."""
    if len(one) != len(other):
        return 0.0
    a, b = (np.frombuffer(row, np.uint8).astype(int) for row in (one, other))
    compared = (a != UNKNOWN) & (b != UNKNOWN) & ((a > 0) | (b > 0))
    if int(compared.sum()) < FEWEST:
        return 0.0
    near = np.abs(a - b) <= np.maximum(NEAR_STEPS, NEAR_SHARE * np.maximum(a, b))
    return float(near[compared].mean())


def _ids(template: Template) -> list[str]:
    rows = {spec.id: table.rows for table in template.tables for spec in table.specs}
    return [
        spec.id.replace("[n]", f"[{n}]") for spec in template.fields
        for n in range(rows.get(spec.id, 1) if spec.kind is FieldKind.TABLE else 1)
    ]
