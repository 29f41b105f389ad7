"""The recogniser in training: the base's body, our head, the moving average of the weights, checkpoints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from digitizer.engines.ctc_paths import collapsed
from digitizer.engines.onnx import HEIGHT, padded
from training.alphabet import CLASSES
from training.base import BEFORE_HEAD, base_file, new_head
from training.graph import OnnxGraph

FROZEN = 0.15  # share of the body's weights, from the image on, that stay: they see strokes, which are the same


class Recogniser(nn.Module):
    """Gray lines in, scores of CLASSES out."""

    def __init__(self, seed: int = 0, frozen: float = FROZEN, precision: str = "bfloat16") -> None:
        super().__init__()
        self.precision: torch.dtype = getattr(torch, precision)
        self.body, self.head = OnnxGraph(base_file(), BEFORE_HEAD), new_head(seed)
        order = self.body.in_order()
        free = set(order[int(len(order) * frozen) :])
        for name, weight in self.body.weights.items():
            weight.requires_grad_(name in free)
        self.to(memory_format=torch.channels_last)  # half as fast again on a CPU

    def forward(self, images: Tensor) -> Tensor:
        """N × 3 × 48 × W in -1..1 to scores N × W/8 × classes, before softmax, float32."""
        with torch.autocast(images.device.type, self.precision, enabled=self.precision != torch.float32):
            return self.head(self.body(images.contiguous(memory_format=torch.channels_last))).float()

    def trained(self) -> list[nn.Parameter]:
        """The head's weight and bias come last."""
        return [p for p in self.parameters() if p.requires_grad]


class Average:
    """The moving average of the trained weights: it reads far better than the last step."""

    def __init__(self, model: Recogniser) -> None:
        self.live = model.trained()
        self.kept = [p.detach().clone() for p in self.live]

    def update(self, step: int) -> None:
        keep = min(0.995, (1 + step) / (10 + step))
        torch._foreach_mul_(self.kept, keep)
        torch._foreach_add_(self.kept, [p.detach() for p in self.live], alpha=1 - keep)

    def swap(self) -> None:
        """Exchanges the model's weights with their average; a second call puts them back."""
        for p, kept in zip(self.live, self.kept, strict=True):
            p.data, kept.data = kept.data.clone(), p.data.clone()


def batch(lines: list[NDArray[Any]], width: int = 0) -> Tensor:
    """Gray lines, 48 px high, as N × 3 × 48 × W in -1..1, padded with 0 to `width` px or as the product does."""
    width = width or padded(max(line.shape[1] for line in lines))
    images = np.zeros((len(lines), 3, HEIGHT, width), np.float32)
    for k, line in enumerate(lines):
        images[k, :, :, : line.shape[1]] = line.astype(np.float32) / 127.5 - 1
    return torch.from_numpy(images)


def greedy(scores: Tensor) -> str:
    """The best class of each step of one line's T × classes, repeats and blanks taken out."""
    return "".join(CLASSES[k] for k in collapsed(scores.argmax(-1).tolist()))


def write_weights(model: Recogniser, path: Path) -> None:
    """All weights in float16, half the size: what another run can begin with."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **{name: value.half().numpy() for name, value in model.state_dict().items()})


def read_weights(model: Recogniser, path: Path) -> None:
    with np.load(path) as saved:
        model.load_state_dict({name: torch.from_numpy(saved[name]).float() for name in saved.files})


def save(path: Path, content: dict[str, Any]) -> None:
    """Whole or not at all: a run that is cut off must find its last checkpoint."""
    unfinished = path.with_suffix(".part")
    torch.save(content, unfinished)
    unfinished.replace(path)
