"""The base that training starts from, the PP-OCRv6 small recogniser (Apache-2.0), and a head of our own classes."""

from __future__ import annotations

import hashlib
import unicodedata
from functools import cache
from importlib.metadata import files
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import nn

from digitizer.vietnam.text import letter_parts
from training.alphabet import CLASSES

BEFORE_HEAD = "p2o.pd_op.transpose.8.0"  # the last tensor before the base's linear head: N × T × 120
HEAD_WEIGHT, HEAD_BIAS = "linear_8.w_0", "linear_8.b_0"
STAND_IN = {"№": "N"}
NAME, LICENCE = "PP-OCRv6_rec_small.onnx", "Apache-2.0"
SHA256 = "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884"


@cache
def base_file() -> Path:
    """The ONNX file in the rapidocr wheel. Raises ValueError when it is another one than the weights were made from."""
    found = Path(str(next(file.locate() for file in files("rapidocr") or [] if file.name == NAME)))
    if hashlib.sha256(found.read_bytes()).hexdigest() != SHA256:
        raise ValueError(f"{found} is not the base that training was written for: install requirements/train.lock")
    return found


def base_letters(model: onnx.ModelProto) -> list[str]:
    """What the base's classes stand for; class 0 is the blank."""
    listed = next(entry.value for entry in model.metadata_props if entry.key == "character")
    return ["", *listed.split("\n"), " "]


def new_head(seed: int) -> nn.Linear:
    """Known letters are copied; a marked one starts from the nearest that is known, a little noisy and less likely."""
    model = onnx.load(str(base_file()))
    arrays = {i.name: i for i in model.graph.initializer}
    weight, bias = (torch.tensor(numpy_helper.to_array(arrays[name]).copy()) for name in (HEAD_WEIGHT, HEAD_BIAS))
    number = {letter: k for k, letter in enumerate(base_letters(model))}
    noise = torch.Generator().manual_seed(seed)
    head = nn.Linear(weight.shape[0], len(CLASSES))
    for k, letter in enumerate(CLASSES):
        source = next(number[near] for near in _nearest(letter) if near in number)
        head.weight.data[k], head.bias.data[k] = weight[:, source], bias[source]
        if letter not in number:
            head.weight.data[k] += torch.randn(weight.shape[0], generator=noise) * 0.01 * weight[:, source].abs().mean()
            head.bias.data[k] -= 1
    return head


def _nearest(letter: str) -> tuple[str, ...]:
    """The letter itself, then without its tone, then without any mark."""
    if not letter:
        return ("",)
    plain, quality, _ = letter_parts(letter)
    near = (unicodedata.normalize("NFC", plain + quality), plain)
    return letter, *(n.upper() if letter.isupper() else n for n in near), STAND_IN.get(letter, "-")
