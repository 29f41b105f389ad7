"""From a checkpoint to an ONNX file: takes the model, gives the base's graph with our weights, head and classes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from training.alphabet import CLASSES
from training.base import HEAD_BIAS, HEAD_WEIGHT, base_file
from training.graph import put_back
from training.model import Average, Recogniser


def averaged(checkpoint: Path) -> tuple[Recogniser, dict[str, Any]]:
    """The model with the averaged weights of a checkpoint, and what the checkpoint says of its run."""
    saved = torch.load(checkpoint, map_location="cpu")
    model = Recogniser(saved["plan"]["seed"], saved["plan"]["frozen"])
    saved["plan"].pop("start", None)  # a path of the machine it ran on
    model.load_state_dict(saved["model"])
    average = Average(model)
    for kept, value in zip(average.kept, saved["average"], strict=True):
        kept.copy_(value)
    average.swap()
    return model, {"plan": saved["plan"], "progress": saved["progress"]}


def export(model: Recogniser, origin: dict[str, Any], out: Path) -> None:
    """Writes float32 ONNX: input `x` N × 3 × 48 × W in -1..1, output N × W/8 × classes, probabilities.

    The metadata carries the classes, one a line (the blank left out), and the run the weights come from."""
    graph = onnx.load(str(base_file()))
    put_back(graph, dict(model.body.weights.items()))
    head = {HEAD_WEIGHT: model.head.weight.detach().T.contiguous(), HEAD_BIAS: model.head.bias.detach()}
    for initializer in graph.graph.initializer:
        if initializer.name in head:
            initializer.CopyFrom(numpy_helper.from_array(head[initializer.name].float().numpy(), initializer.name))
    del graph.graph.value_info[:]
    del graph.metadata_props[:]
    output = graph.graph.output[0]
    shape = helper.make_tensor_value_info(output.name, TensorProto.FLOAT, ["N", "T", len(CLASSES)])
    output.CopyFrom(shape)
    helper.set_model_props(graph, {"character": "\n".join(CLASSES[1:]), "run": json.dumps(origin)})
    onnx.checker.check_model(graph)
    out.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(graph, str(out))
