"""Answers that are crossed out are told so and the others are left as they were, on a whole form too."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from bench.make import filled, template_of, truth_of
from bench.prints import print_blank, styles
from bench.run import Reader
from bench.scan import QUALITIES, save, scan_all
from bench.strikes import KINDS, Struck, struck
from digitizer.document import FieldStatus


@pytest.fixture(scope="module")
def drawn() -> Struck:
    return struck(filled(print_blank(template_of("khai-sinh"), styles()[0]), 5), 0.3, random.Random(5))


def test_the_truth_says_what_is_struck_and_every_stroke_is_on_the_paper(drawn: Struck) -> None:
    before = filled(print_blank(template_of("khai-sinh"), styles()[0]), 5)
    crossed = {a.field_id for a in drawn.form.answers if a.status is FieldStatus.STRUCK}
    assert crossed == set(drawn.kinds)
    assert set(drawn.kinds.values()) <= set(KINDS)
    assert 0 < len(crossed) < len(drawn.form.answers)
    for old, new in zip(before.answers, drawn.form.answers, strict=True):
        assert new.ink == old.ink
        assert new == old or new.raw == ""
        for line in new.ink:
            was, now = (np.asarray(f.pages[line.page].convert("L"))[line.box.slices()] for f in (before, drawn.form))
            darker = int((now < was - 60.0).sum())
            assert bool(darker) == (new.field_id in crossed)


def test_a_form_with_strokes_is_read_with_them(drawn: Struck, tmp_path: Path) -> None:
    scans = scan_all(drawn.form.pages, QUALITIES["light"], random.Random(5))
    path, *_ = save(scans, tmp_path / "form.pdf")
    (record,) = Reader("onnx").read(path)
    wanted = truth_of(drawn.form, scans)["fields"]
    told = {k for k, f in record["fields"].items() if f["status"] == "struck"}
    crossed = {k for k, f in wanted.items() if f["status"] == "struck"}
    assert told <= crossed
    assert len(told) >= 0.6 * len(crossed)
    assert all(record["fields"][k]["raw"] == "" and record["fields"][k]["value"] is None for k in told)
    required = {k for k in told if record["fields"][k].get("required")}
    reasons = {(r["code"], r.get("field")) for r in record["decision"]["reasons"]}
    assert {("required_struck", k) for k in required} <= reasons
