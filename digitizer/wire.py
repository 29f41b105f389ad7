"""The JSON that other programs rely on: takes a Record, gives the object of `read --json`, and back."""

from __future__ import annotations

import dataclasses
from typing import Any

from digitizer.document import (
    ClassedPage,
    Correction,
    Decision,
    Dossier,
    EngineInfo,
    Field,
    FieldStatus,
    Finding,
    FormMatch,
    Naming,
    Outcome,
    PageClass,
    Reason,
    Record,
    Registry,
    Seal,
    Signature,
    Source,
)


def record_to_json(record: Record) -> dict[str, Any]:
    """The contract of DESIGN 6: unknown paper has `form.id` null and its nearest candidates."""
    form: dict[str, Any] = {"id": None, "edition": None, "confidence": 0.0}
    if record.form:
        form = _named(record.form)
    if record.form_candidates:
        form["candidates"] = [_named(c) for c in record.form_candidates]
    if record.naming:
        was = _named(record.naming.was) if record.naming.was else None
        form |= {"source": Source.PERSON.value, "naming": {
            "author": record.naming.author, "at": record.naming.at, "was_named": was}}
    body: dict[str, Any] = {
        "file": record.file, "pages": list(record.pages),
        "page_classes": [{"page": c.page, "class": c.kind.value} for c in record.page_classes],
        "dossier": dataclasses.asdict(record.dossier) if record.dossier else None, "form": form,
        "fields": {f.id: _field_to_json(f) for f in record.fields},
    }
    if record.decision:
        body["decision"] = {
            "outcome": record.decision.outcome.value,
            "confidence": round(record.decision.confidence, 4),
            "reasons": [_plain(r) for r in record.decision.reasons],
        }
        if record.decision.overruled:
            body["decision"]["overruled"] = list(record.decision.overruled)
    body["findings"] = [_plain(f) for f in record.findings]
    body["seals"] = [{"page": s.page, "polygon_mm": [list(point) for point in s.polygon_mm]} for s in record.seals]
    body["signatures"] = [_signature_to_json(s) for s in record.signatures]
    body["engine"] = {"name": record.engine.name, "version": record.engine.version}
    body["sha256"] = record.sha256
    body["timings_ms"] = {k: round(v, 1) for k, v in record.timings_ms.items()}
    return body


def record_from_json(body: dict[str, Any]) -> Record:
    """The inverse of `record_to_json`."""
    form = body["form"]
    match = _match(form) if form["id"] else None
    decision = body.get("decision")
    return Record(
        file=body["file"], pages=tuple(body["pages"]), form=match,
        fields=tuple(_field_from_json(k, v) for k, v in body["fields"].items()),
        engine=EngineInfo(**body["engine"]),
        form_candidates=tuple(map(_match, form.get("candidates", ()))), naming=_naming(form.get("naming")),
        findings=tuple(map(finding_from_json, body.get("findings", ()))),
        decision=decision and Decision(
            Outcome(decision["outcome"]), tuple(Reason(**r) for r in decision["reasons"]), decision["confidence"],
            tuple(decision.get("overruled", ())),
        ),
        sha256=body.get("sha256", ""), timings_ms=dict(body.get("timings_ms", {})),
        page_classes=tuple(ClassedPage(c["page"], PageClass(c["class"])) for c in body.get("page_classes", ())),
        dossier=Dossier(**body["dossier"]) if body.get("dossier") else None,
        seals=tuple(Seal(s["page"], tuple((x, y) for x, y in s["polygon_mm"])) for s in body.get("seals", ())),
        signatures=tuple(map(_signature, body.get("signatures", ()))),
    )


def _signature_to_json(found: Signature) -> dict[str, Any]:
    polygons = {"polygon_mm": found.polygon_mm, "ink_mm": found.ink_mm}
    return dataclasses.asdict(found) | {key: [list(point) for point in shape] for key, shape in polygons.items()}


def _signature(body: dict[str, Any]) -> Signature:
    polygons = {key: tuple((x, y) for x, y in body[key]) for key in ("polygon_mm", "ink_mm")}
    return Signature(**{**body, **polygons})


def _match(body: dict[str, Any]) -> FormMatch:
    return FormMatch(body["id"], body["edition"], body["confidence"])


def _naming(body: dict[str, Any] | None) -> Naming | None:
    was = body and body["was_named"]
    return Naming(body["author"], body["at"], _match(was) if was else None) if body else None


def _named(match: FormMatch) -> dict[str, Any]:
    return {"id": match.form_id, "edition": match.edition, "confidence": round(match.confidence, 4)}


def _field_to_json(f: Field) -> dict[str, Any]:
    body: dict[str, Any] = {
        "label": f.label, "type": f.type, "status": f.status.value, "raw": f.raw, "value": f.value,
        "confidence": round(f.confidence, 4), "source": f.source.value, "page": f.page,
        "polygon_mm": [[list(point) for point in polygon] for polygon in f.polygon_mm],
        "candidates": list(f.candidates), "findings": [_plain(x) for x in f.findings], "required": f.required,
    }
    if f.registry:
        body["registry"] = dataclasses.asdict(f.registry)
    if f.correction:
        body["correction"] = _correction_to_json(f.correction)
    return body


def _correction_to_json(c: Correction) -> dict[str, Any]:
    was_read = {
        "status": c.status.value, "raw": c.raw, "value": c.value, "confidence": round(c.confidence, 4),
        "source": c.source.value,
    }
    return {"author": c.author, "at": c.at, "was_read": was_read}


def _correction_from_json(body: dict[str, Any]) -> Correction:
    read = body["was_read"]
    return Correction(
        author=body["author"], at=body["at"], status=FieldStatus(read["status"]), raw=read["raw"], value=read["value"],
        confidence=read["confidence"], source=Source(read["source"]),
    )


def _field_from_json(field_id: str, body: dict[str, Any]) -> Field:
    return Field(
        id=field_id, label=body["label"], type=body["type"], status=FieldStatus(body["status"]), raw=body["raw"],
        value=body["value"], confidence=body["confidence"], source=Source(body["source"]), page=body["page"],
        polygon_mm=tuple(tuple((p[0], p[1]) for p in polygon) for polygon in body["polygon_mm"]),
        candidates=tuple(body["candidates"]), findings=tuple(map(finding_from_json, body["findings"])),
        required=body.get("required", False), registry=Registry(**body["registry"]) if "registry" in body else None,
        correction=_correction_from_json(body["correction"]) if "correction" in body else None,
    )


def finding_from_json(body: dict[str, Any]) -> Finding:
    """Also of a finding that was kept before findings had places."""
    return Finding(**{**body, "polygon_mm": tuple((x, y) for x, y in body.get("polygon_mm", ()))})


def _plain(value: Finding | Reason) -> dict[str, Any]:
    return {k: v for k, v in dataclasses.asdict(value).items() if v is not None and v != ()}
