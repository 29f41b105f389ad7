"""From a checkpoint to the files that the product ships: int8 weights and their card with figures by set."""

from __future__ import annotations

import hashlib
import json
import platform
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import onnxruntime
from numpy.typing import NDArray

from digitizer.engines.ctc_paths import collapsed
from digitizer.engines.onnx import stacked
from training.alphabet import CLASSES
from training.base import LICENCE, NAME, SHA256
from training.export import averaged, export
from training.model import write_weights
from training.quantise import quantise
from training.score import Score, score


@dataclass(frozen=True, slots=True)
class Release:
    """Where from and where to. `sets`: folders with labels.tsv that nothing was trained on."""

    checkpoint: Path
    out: Path
    fonts: Path
    sets: tuple[Path, ...]
    version: str


def release(plan: Release) -> dict[str, Any]:
    """Writes `out` (int8) and its card (.json); beside the checkpoint float32.onnx and weights.npz, for another run to
    begin with. Gives the card."""
    model, origin = averaged(plan.checkpoint)
    whole = plan.checkpoint.with_name("float32.onnx")
    export(model, origin, whole)
    write_weights(model, plan.checkpoint.with_name("weights.npz"))
    quantise(whole, plan.out, plan.fonts)
    figures = {f.name: {"int8": measured(plan.out, f), "float32": measured(whole, f)} for f in plan.sets}
    card = {
        "version": plan.version, "sha256": hashlib.sha256(plan.out.read_bytes()).hexdigest(), "date": f"{date.today()}",
        "licence": "Apache-2.0", "base": {"name": NAME, "sha256": SHA256, "licence": LICENCE, "from": "PyPI rapidocr"},
        "classes": len(CLASSES), "run": origin, "machine": f"{platform.machine()}, {platform.system()}",
        "data": "synthetic lines only (training/): OFL and Apache-2.0 fonts, invented people, public unit names",
        "greedy": figures,
    }
    text = json.dumps(card, ensure_ascii=False, indent=1)
    plan.out.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
    return card


def measured(model: Path, folder: Path) -> dict[str, Any]:
    """Greedy, no lexicon: exact lines, letter errors, ms a line on one thread."""
    reader = OnnxReader(model)
    found: Score = score(reader, folder)
    return {
        "lines": found.lines, "exact": found.exact, "cer": round(found.cer, 5),
        "ms_per_line": round(1000 * reader.seconds / max(1, found.lines), 1),
    }


class OnnxReader:
    """Pictures to texts through an ONNX file, one thread, greedy; `seconds` spent in the network."""

    def __init__(self, model: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self.name, self.seconds = self.session.get_inputs()[0].name, 0.0

    def __call__(self, lines: list[NDArray[Any]]) -> list[str]:
        started = time.perf_counter()
        [output] = self.session.run(None, {self.name: stacked(lines)})
        self.seconds += time.perf_counter() - started
        return ["".join(CLASSES[k] for k in collapsed(steps.argmax(-1).tolist())) for steps in output]
