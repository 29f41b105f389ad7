"""Readers of cropped lines: takes what is installed, gives each reader's name and a function from Samples to texts."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path

import cv2
import numpy as np

from bench.line_sets import Sample
from digitizer.engines.build import build_engine
from digitizer.errors import EngineUnavailable
from digitizer.ports import Alphabet, Engine, Region

GREEDY, TYPED = "ours, greedy", "ours, with type"
CLEANED, RAW = "Tesseract, cleaned", "Tesseract, raw"
BASE = "unmodified base"
NAMES = (GREEDY, TYPED, CLEANED, RAW, BASE)
_BASE_FILE = "PP-OCRv6_rec_small.onnx"
_HEIGHT, _LEAST_WIDTH = 48, 320  # as PaddleOCR prepares a line: at least this wide, padded with 0 on the right


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


# --- the base ------------------------------------------------------------------------------------------------------


def _base() -> LineReader:
    """The recogniser that ours was trained from, with its own head of 18,000 letters. Raises EngineUnavailable."""
    try:
        import onnxruntime

        listed = metadata.files("rapidocr") or []
        version = metadata.version("rapidocr")
    except (ImportError, metadata.PackageNotFoundError) as error:
        raise EngineUnavailable("the wheel rapidocr or onnxruntime is not installed (pip install rapidocr)") from error
    path = next((Path(str(file.locate())) for file in listed if file.name == _BASE_FILE), None)
    if path is None or not path.is_file():
        raise EngineUnavailable(f"the wheel rapidocr {version} does not carry {_BASE_FILE}")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    letters = ("", *session.get_modelmeta().custom_metadata_map["character"].split("\n"), " ")
    name = session.get_inputs()[0].name

    def read(many: Sequence[Sample]) -> list[str]:
        return [
            _without_dots(_greedy(session.run(None, {name: _picture(s.region.gray)})[0][0], letters)) for s in many
        ]

    return LineReader(BASE, f"{_BASE_FILE.removesuffix('.onnx')} of rapidocr {version}", read)


def _picture(gray: np.ndarray) -> np.ndarray:
    """(1, 3, 48, w) float32 in -1..1."""
    width = max(1, round(gray.shape[1] * _HEIGHT / gray.shape[0]))
    small = cv2.resize(gray, (width, _HEIGHT)).astype(np.float32) / 127.5 - 1
    image = np.zeros((1, 3, _HEIGHT, max(width, _LEAST_WIDTH)), np.float32)
    image[:, :, :, :width] = small
    return image


def _greedy(steps: np.ndarray, letters: Sequence[str]) -> str:
    """The best class of each step; repeats and blanks (class 0) taken out."""
    best = steps.argmax(axis=-1).tolist()
    return "".join(letters[k] for before, k in zip([0, *best], best, strict=False) if k and k != before)
