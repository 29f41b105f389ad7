"""What is printed on a card or document as a Field: takes a value and its spec, gives the calibrated Field."""

from __future__ import annotations

from digitizer.calibration import calibration
from digitizer.document import Field, FieldStatus, PrintedValue, Source
from digitizer.template import FieldSpec


def missing(spec: FieldSpec) -> Field:
    """Nothing was found, so nothing can be said."""
    return Field(
        spec.id, spec.label, spec.type.value, FieldStatus.NOT_FOUND, source=Source.NONE, required=spec.required
    )


def printed(spec: FieldSpec, value: PrintedValue, page: int) -> Field:
    return Field(
        spec.id, spec.label, spec.type.value, FieldStatus.FILLED, value.raw,
        confidence=round(calibration().probability(value.evidence), 4), source=Source.OCR, page=page,
        polygon_mm=value.polygon_mm, required=spec.required,
    )
