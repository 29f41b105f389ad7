"""The ablation reads a case with and without its step, and docs/pipeline.md tells of every step and case."""

from __future__ import annotations

import dataclasses

from PIL import Image

from bench import ablation
from bench.scan import CASES as SPOILED
from digitizer.options import Cleaning

PAGE = ablation.PAGE.read_text(encoding="utf-8")


def test_every_step_and_every_case_is_measured() -> None:
    steps = {f.name for f in dataclasses.fields(Cleaning)}
    assert {case.step for case in ablation.CASES} - {""} == steps
    assert {case.quality for case in ablation.CASES} == {"medium", *SPOILED}
    for step in steps:
        assert f"| `{step}` |" in PAGE
    for case in ablation.CASES:
        assert f"| {case.quality} |" in PAGE


def test_the_pictures_are_there_and_small() -> None:
    for picture in ablation.PICTURES.glob("page-*.jpg"):
        assert f"img/{picture.name}" in PAGE
        assert picture.stat().st_size < 200_000
        with Image.open(picture) as image:
            assert image.height > 300
