"""Answers as people write them, read without error: nothing is repaired, nothing is found, all is accepted."""

import random
import re

import pytest

from bench.answers import answers
from digitizer.document import EngineInfo, Field, FieldStatus, FormMatch, Outcome, Record
from digitizer.stages.normalize import normalize
from digitizer.stages.route import NOTES, route
from digitizer.stages.validate import validate
from digitizer.template import Template, load_forms
from digitizer.vietnam.lists import snap


def read_without_error(template: Template, seed: int) -> Record:
    specs = {s.id: s for s in template.fields}
    fields = []
    for field_id, truth in answers(template, random.Random(seed)).items():
        spec = specs[re.sub(r"\[\d+\]", "[n]", field_id)]
        status = FieldStatus.FILLED if truth.raw else FieldStatus.BLANK
        fields.append(Field(field_id, spec.label, spec.type.value, status, raw=truth.raw, confidence=0.99,
                            required=spec.required))
    return Record("a.pdf", (1,), FormMatch(template.id, template.edition, 0.99), tuple(fields), EngineInfo("none", "0"))


@pytest.mark.parametrize("template", load_forms(), ids=lambda t: t.id)
def test_right_answers_pass(template: Template) -> None:
    for seed in range(25):
        record = read_without_error(template, seed)
        for field in record.fields:
            assert snap(field.raw, field.type) in (None, field.raw), field.id
        result = route(validate(normalize(record)), 0.95)
        codes = {x.code for f in result.fields for x in f.findings}
        assert codes <= NOTES
        assert result.decision is not None
        assert result.decision.outcome is Outcome.ACCEPT
        filled = [f for f in result.fields if f.status is FieldStatus.FILLED]
        assert all(f.value is not None for f in filled)
