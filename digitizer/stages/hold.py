"""What may not pass unseen for the time being: takes a record and the kinds of field held back, gives it with findings.

The finding stays in the record, so that it asks for a person whoever decides again, until that person has answered."""

from __future__ import annotations

from dataclasses import replace

from digitizer.document import FieldStatus, Finding, Record, Source

STAGE, CODE = "hold", "held"
Held = frozenset[tuple[str, str]]  # (form id, type of field)
NOTHING: Held = frozenset()
_MESSAGE = "Tạm dừng tự động chấp nhận mục này vì mẫu kiểm tra có nhiều lỗi; cán bộ đối chiếu với giấy."


def hold(record: Record, held: Held) -> Record:
    """Every written answer of a held kind asks for a person; a second run changes nothing."""
    form_id = record.form.form_id if record.form else ""
    kept = tuple(f for f in record.findings if f.stage != STAGE)
    found = tuple(
        Finding(CODE, STAGE, _MESSAGE, page=f.page, field=f.id) for f in record.fields
        if (form_id, f.type) in held and f.status is FieldStatus.FILLED and f.source is not Source.PERSON
    )
    return replace(record, findings=(*kept, *found))
