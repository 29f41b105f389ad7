"""Readers of cropped lines: takes what is installed, gives each reader's name and a function from Samples to texts."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2

from bench.base import Base
from bench.line_sets import Sample
from digitizer.engines.build import build_engine
from digitizer.errors import EngineUnavailable
from digitizer.ports import Alphabet, Engine, Region

GREEDY, TYPED = "ours, greedy", "ours, with type"
CLEANED, RAW = "Tesseract, cleaned", "Tesseract, raw"
BASE = "unmodified base"
NAMES = (GREEDY, TYPED, CLEANED, RAW, BASE)


@dataclass(frozen=True, slots=True)
class LineReader:
    """`read`: texts in the order of the samples; `version` for the table's foot."""

    name: str
    version: str
    read: Callable[[Sequence[Sample]], list[str]]


def readers(wanted: Sequence[str] = NAMES, model: Path | None = None) -> tuple[list[LineReader], list[str]]:
    """The wanted readers that are there, and a sentence for each that is not. `model`: weights instead of our own."""
    makers: dict[str, Callable[[], list[LineReader]]] = {
        GREEDY: lambda: _ours(model), CLEANED: lambda: [_cleaned()], RAW: lambda: [_raw()], BASE: lambda: [_base()],
    }
    found, lacking = [], []
    for first, maker in makers.items():
        names = {first, TYPED} if first == GREEDY else {first}
        if names & set(wanted):
            try:
                found += [reader for reader in maker() if reader.name in wanted]
            except EngineUnavailable as error:
                lacking.append(f"{first}: {error}.")
    return found, lacking


def _ours(model: Path | None) -> list[LineReader]:
    """Greedy: any letter, no list. With type: as the pipeline asks, with the field's alphabet and type."""
    engine = _our_engine(model)
    version = f"{engine.info.name} {engine.info.version}"
    return [
        LineReader(GREEDY, version, lambda many: _texts(engine, [_untyped(s.region) for s in many])),
        LineReader(TYPED, version, lambda many: _texts(engine, [s.region for s in many])),
    ]


def _our_engine(model: Path | None) -> Engine:
    if model is None:
        return build_engine("onnx")
    from digitizer.engines.onnx import OnnxEngine, Recogniser

    return OnnxEngine(build_engine("null"), Recogniser(model))


def _untyped(region: Region) -> Region:
    return replace(region, type="", alphabet=Alphabet.TEXT)


def _texts(engine: Engine, regions: Sequence[Region]) -> list[str]:
    return [reading.text for reading in engine.read_regions(regions)]


def _cleaned() -> LineReader:
    """Leaders and rules removed, the field's alphabet as a white list: as the pipeline asks this engine."""
    engine = build_engine("tesserocr")
    return LineReader(CLEANED, engine.info.version, lambda many: _texts(engine, [s.region for s in many]))


def _raw() -> LineReader:
    """The program on the crops as they are, one process for all of them."""
    version = build_engine("tesserocr").info.version
    return LineReader(RAW, version, lambda many: [_without_dots(text) for text in _stock(many)])


def _without_dots(text: str) -> str:
    """Leaders read as dots are no letters of an answer: as kind to a reader as whoever parses its text would be."""
    return " ".join(re.sub(r"[.·_…]{2,}|…", " ", text).split())


def _stock(many: Sequence[Sample]) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="lines-") as folder:
        names = [Path(folder, f"{n:05d}.png") for n in range(len(many))]
        for name, sample in zip(names, many, strict=True):
            cv2.imwrite(str(name), sample.crop)
        Path(folder, "list.txt").write_text("".join(f"{name}\n" for name in names), encoding="utf-8")
        dpi = str(round(many[0].region.dpi))
        done = subprocess.run(
            ["tesseract", f"{folder}/list.txt", "-", "-l", "vie", "--psm", "7", "--dpi", dpi], check=True,
            capture_output=True, text=True, env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
        texts = done.stdout.split("\f")[:len(many)]
        return [" ".join(text.split()) for text in texts] + [""] * (len(many) - len(texts))


def _base() -> LineReader:
    base = Base()
    return LineReader(BASE, base.version, lambda many: [_without_dots(base.read(s.region.gray)) for s in many])
