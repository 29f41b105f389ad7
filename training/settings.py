"""What one training run is; takes nothing, gives defaults. Written beside its checkpoints and into the model card."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Plan:
    """`rate`: of the body; the head learns four times as fast. `frozen`: share of the body's weights, from the image
    on, that stay. `hands`: share of lines by hand. `pixels`: width of a group of lines, together. `makers`: processes
    that make lines beside the training. `start`: weights of an earlier release to begin with, '' for the base.
    `precision`: of the arithmetic, bfloat16 or float32."""

    lines: int = 400_000
    seed: int = 1
    rate: float = 4e-4
    frozen: float = 0.15
    hands: float = 0.5
    pixels: int = 7000
    makers: int = 1
    start: str = ""
    device: str = "cpu"
    precision: str = "bfloat16"
