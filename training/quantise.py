"""From the float32 ONNX file to int8 convolutions, a third of the size and twice as fast; takes and gives files."""

from __future__ import annotations

import tempfile
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import version_converter
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from training.lines import stream
from training.model import batch

OPSET = 17  # scales a channel need 13, LayerNormalization 17; the base is written in 11
LINES = 300  # synthetic lines whose ranges are measured


class _Lines(CalibrationDataReader):
    def __init__(self, name: str, lines: list[NDArray[Any]]) -> None:
        self.name, self.lines = name, iter(lines)

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        line = next(self.lines, None)
        return None if line is None else {self.name: batch([line]).numpy()}


def quantise(model: Path, out: Path, fonts: Path, seed: int = 17, keep: tuple[str, ...] = ()) -> None:
    """Convolutions in int8, weights by channel, ranges from LINES synthetic lines; `keep`: nodes that stay float32."""
    with tempfile.TemporaryDirectory(prefix="quantise-") as folder:
        newer, ready = Path(folder) / "newer.onnx", Path(folder) / "ready.onnx"
        whole = onnx.load(str(model))
        onnx.save(version_converter.convert_version(whole, OPSET), str(newer))
        quant_pre_process(str(newer), str(ready), skip_symbolic_shape=True)
        lines = [gray for gray, _ in islice(stream(seed, fonts), LINES)]
        quantize_static(
            str(ready), str(out), _Lines(whole.graph.input[0].name, lines), quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv"], per_channel=True, activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8, nodes_to_exclude=list(keep), calibrate_method=CalibrationMethod.MinMax,
        )
    done = onnx.load(str(out))
    if not done.metadata_props:
        onnx.helper.set_model_props(done, {p.key: p.value for p in whole.metadata_props})
        onnx.save(done, str(out))
