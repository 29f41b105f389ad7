"""An administrative document to fields: takes what its first page's head says, gives one Field per part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from digitizer.document import Field, Finding, PageText
from digitizer.layout.printed import missing, printed
from digitizer.template import Template
from digitizer.vietnam.documents import kind_of_number

STAGE = "read_letter"
DIFFER = 0.45  # the number says another kind than the heading
_DIFFERS = "Ký hiệu trong số văn bản không hợp với tên loại văn bản."


def read_letter(texts: Sequence[PageText], template: Template) -> tuple[Field, ...]:
    """Every field of the template; a part that the head does not hold is NOT_FOUND."""
    page, values = next(((t.page, {v.field_id: v for v in t.letter}) for t in texts if t.letter), (0, {}))
    fields = [printed(s, values[s.id], page) if s.id in values else missing(s) for s in template.fields]
    by_id = {f.id: f for f in fields}
    kind, told = by_id["document_type"].raw, kind_of_number(by_id["number"].raw)
    if kind and told and kind != told:
        for n, f in enumerate(fields):
            if f.id in ("document_type", "number"):
                finding = Finding("kind_differs", STAGE, _DIFFERS, page=f.page, field=f.id)
                fields[n] = replace(f, confidence=min(f.confidence, DIFFER), findings=(finding,))
    return tuple(fields)
