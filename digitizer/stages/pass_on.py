"""The lead sheet's dossier code to the documents behind it: takes a record and the dossier before it, gives the record
with its dossier."""

from __future__ import annotations

from dataclasses import replace

from digitizer.document import Dossier, FieldStatus, Finding, PageClass, Record
from digitizer.template import DOSSIER_CODE
from digitizer.vietnam.ids import is_dossier_code

STAGE = "pass_on"
_UNREAD = "Không đọc được mã hồ sơ trên giấy tiếp nhận đi trước; hãy ghi mã hồ sơ."
_UNUSUAL = "Mã hồ sơ trên giấy tiếp nhận không đúng dạng thường gặp; hãy đối chiếu."


def pass_on(record: Record, before: Dossier | None) -> Record:
    """A lead sheet begins a dossier of its own; any other document belongs to the one before it, or to none."""
    dossier = _own(record) if any(c.kind is PageClass.LEAD for c in record.page_classes) else before
    if dossier is None:
        return record
    findings = record.findings
    if not dossier.code:
        findings += (Finding("dossier_code_unread", STAGE, _UNREAD, dossier.page),)
    elif not is_dossier_code(dossier.code):
        findings += (Finding("dossier_code_unusual", STAGE, _UNUSUAL, dossier.page),)
    return replace(record, dossier=dossier, findings=findings)


def _own(record: Record) -> Dossier:
    page = next(c.page for c in record.page_classes if c.kind is PageClass.LEAD)
    field = record.field(DOSSIER_CODE)
    if field is None or field.status is not FieldStatus.FILLED:
        return Dossier("", page, 0.0)
    return Dossier(str(field.value or field.raw), page, field.confidence)
