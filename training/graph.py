"""Runs an ONNX graph inside PyTorch, so that its weights can be trained, and writes them back into the file.

Covers the operators of the PP-OCRv6 recognisers; another operator is an error that names it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper
from torch import Tensor, nn

Attributes = dict[str, Any]
Node = tuple[str, list[str], str, Attributes]  # operator, inputs, output, attributes


class OnnxGraph(nn.Module):
    """Float initializers of more than one element are parameters; `stop` names the tensor that forward() returns."""

    def __init__(self, path: Path, stop: str) -> None:
        super().__init__()
        graph = onnx.load(str(path)).graph
        self.input, self.stop = graph.input[0].name, stop
        nodes, constants = _nodes(graph, stop)
        self.nodes = fused(nodes, {i.name: list(i.dims) for i in graph.initializer})
        used = {name for _, inputs, _, _ in self.nodes for name in inputs}
        self.weights = nn.ParameterDict()
        self.constants: dict[str, Tensor] = {name: value for name, value in constants.items() if name in used}
        for initializer in graph.initializer:
            if initializer.name not in used:
                continue
            value = torch.tensor(numpy_helper.to_array(initializer).copy())
            if value.dtype == torch.float32 and value.numel() > 1:
                self.weights[_key(initializer.name)] = nn.Parameter(value)
            else:
                self.constants[initializer.name] = value

    def in_order(self) -> list[str]:
        """Keys of the weights that can be trained, in the order in which the graph uses them."""
        found: dict[str, None] = {}
        for op, inputs, _, _ in self.nodes:
            kept = inputs[:3] if op == "BatchNormalization" else inputs  # its statistics are not trained
            found.update(dict.fromkeys(_key(name) for name in kept if _key(name) in self.weights))
        return list(found)

    def forward(self, images: Tensor) -> Tensor:
        """`images`: N × 3 × H × W in -1..1; gives the tensor `stop`."""
        values = {self.input: images}
        for op, inputs, output, attributes in self.nodes:
            values[output] = _apply(op, [self._value(name, values) for name in inputs], attributes)
        return values[self.stop]

    def _value(self, name: str, values: dict[str, Tensor]) -> Tensor:
        if name in values:
            return values[name]
        if _key(name) in self.weights:
            return self.weights[_key(name)]
        return self.constants[name].to(values[self.input].device)


def _key(name: str) -> str:
    return name.replace(".", "#")  # a module's keys may not hold dots


def put_back(model: onnx.ModelProto, weights: dict[str, Tensor]) -> None:
    """Writes trained `weights` (by key) over the initializers they came from."""
    for initializer in model.graph.initializer:
        if _key(initializer.name) in weights:
            value = weights[_key(initializer.name)].detach().cpu().float().numpy()
            initializer.CopyFrom(numpy_helper.from_array(value, initializer.name))


def _nodes(graph: onnx.GraphProto, stop: str) -> tuple[list[Node], dict[str, Tensor]]:
    nodes: list[Node] = []
    constants: dict[str, Tensor] = {}
    for node in graph.node:
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        if node.op_type == "Constant":
            constants[node.output[0]] = torch.tensor(numpy_helper.to_array(attributes["value"]).copy())
            continue
        nodes.append((node.op_type, [name for name in node.input if name], node.output[0], attributes))
        if stop in node.output:
            return nodes, constants
    raise ValueError(f"the graph has no tensor named {stop}")


def fused(nodes: list[Node], shapes: dict[str, list[int]]) -> list[Node]:
    """The same sums in fewer steps: no copies, a convolution with its bias, GELU and SiLU whole.

    Written out, they took two thirds of a training step on a CPU: every added bias turned bf16 back into float32."""
    same: dict[str, str] = {}
    for op, inputs, output, _ in nodes:
        if op == "Identity":
            same[output] = same.get(inputs[0], inputs[0])
    bare = [(op, [same.get(i, i) for i in inputs], out, a) for op, inputs, out, a in nodes if op != "Identity"]
    last = same.get(nodes[-1][2])
    found: list[Node] = []
    for node in bare:
        found.append(node)
        for pattern in (_conv_bias, _gelu, _silu):
            pattern(found, shapes)
    return found if last is None else [*found, ("Identity", [last], nodes[-1][2], {})]


def _conv_bias(found: list[Node], shapes: dict[str, list[int]]) -> None:
    op, inputs, output, _ = found[-1]
    if op != "Add" or len(found) < 2 or found[-2][0] != "Conv" or len(found[-2][1]) > 2:
        return
    _, conv_inputs, conv_output, attributes = found[-2]
    bias = shapes.get(inputs[1], [])
    if inputs[0] == conv_output and len(bias) == 4 and bias[0] == bias[2] == bias[3] == 1:
        found[-2:] = [("Conv", [*conv_inputs, inputs[1]], output, attributes)]


def _gelu(found: list[Node], _: dict[str, list[int]]) -> None:
    """x / sqrt 2, erf, + 1, times x, times 1/2: the only way in which the bases write an Erf."""
    if [node[0] for node in found[-5:]] == ["Div", "Erf", "Add", "Mul", "Mul"]:
        found[-5:] = [("Gelu", found[-5][1][:1], found[-1][2], {})]


def _silu(found: list[Node], _: dict[str, list[int]]) -> None:
    if [node[0] for node in found[-2:]] == ["Sigmoid", "Mul"] and found[-1][1] == [found[-2][1][0], found[-2][2]]:
        found[-2:] = [("Silu", found[-2][1], found[-1][2], {})]


def _squeeze(x: list[Tensor], a: Attributes) -> Tensor:
    y, axes = x[0], a["axes"] if "axes" in a else x[1].tolist()
    for axis in sorted((axis % y.ndim for axis in axes), reverse=True):
        y = y.squeeze(axis)
    return y


def _unsqueeze(x: list[Tensor], a: Attributes) -> Tensor:
    y = x[0]
    for axis in sorted(a["axes"] if "axes" in a else x[1].tolist()):
        y = y.unsqueeze(axis)
    return y


def _reshape(x: list[Tensor], a: Attributes) -> Tensor:
    return x[0].reshape([x[0].shape[k] if n == 0 else n for k, n in enumerate(x[1].tolist())])


def _slice(x: list[Tensor], a: Attributes) -> Tensor:
    starts, ends = (a["starts"], a["ends"]) if "starts" in a else (x[1].tolist(), x[2].tolist())
    axes = a.get("axes") or (x[3].tolist() if len(x) > 3 else range(len(starts)))
    steps = x[4].tolist() if len(x) > 4 else [1] * len(starts)
    cut = [slice(None)] * x[0].ndim
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        size = x[0].shape[axis]
        first, last = start if start >= 0 else max(size + start, 0), min(end, size) if end >= 0 else size + end
        cut[axis] = slice(first, last, step)
    return x[0][tuple(cut)]


def _padding(image: Tensor, kernel: list[int], a: Attributes) -> list[int]:
    """Left, right, top, bottom, as torch.nn.functional.pad takes them."""
    if a.get("auto_pad") != b"SAME_UPPER":
        top, left, bottom, right = a.get("pads", [0, 0, 0, 0])
        return [left, right, top, bottom]
    pads, strides, dilations = [], a.get("strides", [1, 1]), a.get("dilations", [1, 1])
    for axis in (1, 0):
        size, stride = image.shape[2 + axis], strides[axis]
        total = max((-(-size // stride) - 1) * stride + (kernel[axis] - 1) * dilations[axis] + 1 - size, 0)
        pads += [total // 2, total - total // 2]
    return pads


def _conv(x: list[Tensor], a: Attributes) -> Tensor:
    image, bias = x[0], x[2].flatten() if len(x) > 2 else None
    pad = _padding(image, list(x[1].shape[2:]), a)
    if pad[0] != pad[1] or pad[2] != pad[3]:
        image, pad = F.pad(image, pad), [0, 0, 0, 0]
    stride, dilation = list(a.get("strides", [1, 1])), list(a.get("dilations", [1, 1]))
    return F.conv2d(image, x[1], bias, stride, (pad[2], pad[0]), dilation, a.get("group", 1))


def _max_pool(x: list[Tensor], a: Attributes) -> Tensor:
    kernel = list(a["kernel_shape"])
    image = F.pad(x[0], _padding(x[0], kernel, a), value=-1e30)
    return F.max_pool2d(image, kernel, list(a.get("strides", [1, 1])), ceil_mode=bool(a.get("ceil_mode", 0)))


def _average_pool(x: list[Tensor], a: Attributes) -> Tensor:
    kernel = list(a["kernel_shape"])
    pad = _padding(x[0], kernel, a)
    return F.avg_pool2d(
        x[0], kernel, list(a.get("strides", [1, 1])), (pad[2], pad[0]), bool(a.get("ceil_mode", 0)),
        bool(a.get("count_include_pad", 0)),
    )


def _batch_norm(x: list[Tensor], a: Attributes) -> Tensor:
    return F.batch_norm(x[0], x[3].detach(), x[4].detach(), x[1], x[2], False, 0, a.get("epsilon", 1e-5))


OPERATORS: dict[str, Callable[[list[Tensor], Attributes], Tensor]] = {
    "Identity": lambda x, a: x[0],
    "Cast": lambda x, a: x[0],  # the graph casts shapes alone, which are whole numbers here anyway
    "Add": lambda x, a: x[0] + x[1],
    "Sub": lambda x, a: x[0] - x[1],
    "Mul": lambda x, a: x[0] * x[1],
    "Div": lambda x, a: x[0] / x[1],
    "Pow": lambda x, a: x[0] ** x[1],
    "Sqrt": lambda x, a: x[0].sqrt(),
    "Gelu": lambda x, a: F.gelu(x[0]),
    "Silu": lambda x, a: F.silu(x[0]),
    "Relu": lambda x, a: x[0].relu(),
    "Sigmoid": lambda x, a: x[0].sigmoid(),
    "HardSigmoid": lambda x, a: (x[0] * a.get("alpha", 0.2) + a.get("beta", 0.5)).clamp(0, 1),
    "MatMul": lambda x, a: x[0] @ x[1],
    "Softmax": lambda x, a: x[0].softmax(a.get("axis", -1)),
    "Transpose": lambda x, a: x[0].permute(*a["perm"]),
    "ReduceMean": lambda x, a: x[0].mean(tuple(a["axes"]), keepdim=bool(a.get("keepdims", 1))),
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Shape": lambda x, a: torch.tensor(x[0].shape),
    "Concat": lambda x, a: torch.cat(x, a["axis"]),
    "Reshape": _reshape,
    "Slice": _slice,
    "BatchNormalization": _batch_norm,
    "Conv": _conv,
    "MaxPool": _max_pool,
    "AveragePool": _average_pool,
}


def _apply(op: str, x: list[Tensor], a: Attributes) -> Tensor:
    if op not in OPERATORS:
        raise NotImplementedError(f"operator {op} of the base is not covered: add it to training/graph.py")
    return OPERATORS[op](x, a)
