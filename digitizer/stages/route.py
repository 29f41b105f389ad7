"""Accept, or ask a person: takes a checked record, gives it with a decision whose reasons a clerk can read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from digitizer.calibration import calibration
from digitizer.document import Decision, Field, FieldStatus, Finding, Outcome, Reason, Record, Source
from digitizer.faults import FAULTS, UPSIDE_DOWN
from digitizer.template import FROM_REGISTRY

# Worth knowing, but nobody has to look before the record goes out.
NOTES = frozenset({
    "registry_unavailable", "address_candidates", "address_not_found", "id_expired_kind", "issue_date_missing",
    "copies_conflict", "paper_expired", "not_in_list", "registry_address_differs",
    "pdf_signature", "pdf_restricted", "blank_page", "pages_reordered", "dossier_code_unread", "dossier_code_unusual",
    UPSIDE_DOWN, *FAULTS,
})
# Where one of these holds, a spoilt picture may be why, and its faults are told with them.
DOUBTS = frozenset({
    "form_uncertain", "illegible", "low_confidence", "label_not_found", "required_blank", "not_understood",
    "page_missing", "first_page_missing",
})
AGREED_WITH_REGISTRY = 0.995  # number, name and birth date were matched together; three misreadings do not do that
FORM_CERTAIN = 0.5
_BLANK = "Trang trắng, không có nội dung. Hãy quét lại mặt có chữ."
_EMPTY = {
    FieldStatus.BLANK: ("required_blank", "Chưa ghi mục bắt buộc: {label}."),
    FieldStatus.STRUCK: ("required_struck", "Mục bắt buộc bị gạch bỏ: {label}."),
    FieldStatus.ILLEGIBLE: ("illegible", "Không đọc được mục: {label}."),
    FieldStatus.NOT_FOUND: ("label_not_found", "Không tìm thấy mục trên giấy: {label}."),
    FieldStatus.NONE_STATED: ("required_none", "Mục bắt buộc ghi là không có: {label}."),
}


def route(record: Record, accept_probability: float | None = None) -> Record:
    """The document is as sure as its worst required field. It is accepted only when every written answer reaches
    accept_probability (None: the calibrated one of its type), no required one is missing, and no finding asks for a
    person. What a person has looked at (a field of theirs, a reason they have overruled) asks nobody again."""
    if record.form is None:
        return replace(record, decision=_unknown(record))
    first: dict[tuple[str, str | None], Reason] = {}
    for reason in _reasons(record, accept_probability):
        first.setdefault((reason.code, reason.field), reason)
    overruled = record.decision.overruled if record.decision else ()
    known = {f.id for f in record.fields}
    reasons = tuple(r for r in first.values() if r.field in known or r.code not in overruled)
    if any(reason.code in DOUBTS for reason in reasons):
        reasons += tuple(_page_faults(record))
    outcome = Outcome.REVIEW if reasons else Outcome.ACCEPT
    return replace(record, decision=Decision(outcome, reasons, document_confidence(record), overruled))


def document_confidence(record: Record) -> float:
    """Of the worst required field, 0 when one is missing; of the worst written field where none is required."""
    excused = _excused(record)
    required = [f for f in record.fields if f.required and f.id not in excused]
    if required:
        return min(sureness(f) if f.status is FieldStatus.FILLED or _confirmed(f) else 0.0 for f in required)
    return min((sureness(f) for f in record.fields if f.status is FieldStatus.FILLED), default=0.0)


def _confirmed(field: Field) -> bool:
    """A person has looked and says that nothing usable stands there: asking again would hold the paper for ever."""
    return field.source is Source.PERSON


def sureness(field: Field) -> float:
    """Probability that the field is right, with what the registry adds; `Field.confidence` itself stays as read."""
    if field.registry and field.registry.verdict == "agrees":
        return max(field.confidence, AGREED_WITH_REGISTRY)
    return field.confidence


def _least(f: Field, accept_probability: float | None) -> float:
    return calibration().threshold(f.type) if accept_probability is None else accept_probability


def _reasons(record: Record, accept_probability: float | None) -> Iterator[Reason]:
    if record.form and record.form.confidence < FORM_CERTAIN:
        yield Reason("form_uncertain", "Chưa chắc chắn đây là loại tờ khai nào; hãy xem lại loại giấy.")
    excused = _excused(record)
    for f in record.fields:
        if f.required and f.status in _EMPTY and f.id not in excused and not _confirmed(f):
            code, message = _EMPTY[f.status]
            yield Reason(code, message.format(label=_label(f)), f.id)
        elif f.status is FieldStatus.ILLEGIBLE and not _confirmed(f):
            yield Reason("illegible", _EMPTY[f.status][1].format(label=_label(f)), f.id)
        elif f.status is FieldStatus.FILLED and not _confirmed(f) and sureness(f) < _least(f, accept_probability):
            yield Reason("low_confidence", f"Máy đọc chưa chắc mục: {_label(f)}.", f.id)
        if f.source is not Source.PERSON:
            yield from (_of_finding(x, f) for x in f.findings if x.code not in NOTES)
    by_id = {f.id: f for f in record.fields}
    for finding in record.findings:
        about = by_id.get(finding.field or "")
        if finding.code not in NOTES and not (about and about.source is Source.PERSON):
            yield _of_finding(finding, about)


def _page_faults(record: Record) -> Iterator[Reason]:
    """What is wrong with the pictures, each fault once: why the reading is in doubt."""
    for finding in {f.code: f for f in record.findings if f.code in FAULTS}.values():
        yield _of_finding(finding, None)


def _of_finding(finding: Finding, field: Field | None) -> Reason:
    message = f"{_label(field)}: {finding.message}" if field else finding.message
    return Reason(finding.code, message, finding.field)


def _label(field: Field) -> str:
    return field.label.strip(" :,") or field.id


def _excused(record: Record) -> frozenset[str]:
    """Blank fields that footnote (2) allows because the same block holds the person's number."""
    found = set()
    for f in record.fields:
        block, _, leaf = f.id.rpartition(".")
        if f.status is FieldStatus.BLANK and leaf in FROM_REGISTRY and _has_number(record, block):
            found.add(f.id)
    return frozenset(found)


def _has_number(record: Record, block: str) -> bool:
    for leaf in ("personal_id", "identity_paper"):
        field = record.field(f"{block}.{leaf}")
        if field and field.status is FieldStatus.FILLED and field.value is not None:
            return True
    return False


def _unknown(record: Record) -> Decision:
    blank = {f.page for f in record.findings if f.code == "blank_page"}
    if record.pages and blank.issuperset(record.pages):
        return Decision(Outcome.UNKNOWN, (Reason("blank_document", _BLANK),))
    reasons = [Reason("unknown_form", "Không phải loại tờ khai hệ thống đọc được; cán bộ tự phân loại.")]
    reasons += [_of_finding(f, None) for f in record.findings if f.code not in NOTES]
    reasons += _page_faults(record)
    return Decision(Outcome.UNKNOWN, tuple(reasons))
