"""The answers invented people write on a form: takes a template and a random generator, gives one Truth a field."""

from __future__ import annotations

import random
import re
from dataclasses import replace

from bench import applications, certificates, guardians, offices, people, vehicles
from bench.people import BLANK, Truth
from digitizer.template import FieldKind, FieldSpec, FieldType, Template

_MAKERS = (
    people.MAKERS | applications.MAKERS | guardians.MAKERS | offices.MAKERS | vehicles.MAKERS | certificates.MAKERS
)


def answers(template: Template, rng: random.Random) -> dict[str, Truth]:
    """One Truth per field of the template, table rows as members[0], members[1] … (at most the printed rows, 0-3)."""
    made = _MAKERS[template.id](rng)
    wanted: dict[str, Truth] = {}
    for spec in template.fields:
        if spec.kind is FieldKind.TABLE:
            wanted.update({k: made[k] for k in made if re.sub(r"\[\d+\]", "[n]", k) == spec.id})
        else:
            wanted[spec.id] = _with_printed_words(made.get(spec.id, BLANK), spec)
    return wanted


def _with_printed_words(truth: Truth, spec: FieldSpec) -> Truth:
    """A date whose template counts a printed "ngày" to the answer has it in its raw text."""
    if truth.raw and spec.type is FieldType.DATE and spec.inner and spec.inner[0].strip(" ,") == "ngày":
        return replace(truth, raw=f"ngày {truth.raw}")
    return truth
