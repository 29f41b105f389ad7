"""The stream of training lines: print and hands mixed by shares, made by processes of their own, seeded and endless."""

from __future__ import annotations

import multiprocessing
import random
from collections.abc import Iterator
from pathlib import Path
from queue import Full
from typing import Any

import cv2

from training.alphabet import INDEX
from training.boxes import Boxes
from training.faces import find
from training.hands import Hands
from training.printed import Line, Printed

LONGEST = 1200  # px at 48 px height; longer lines cost memory and teach nothing new
HANDS, BOXES = 0.5, 0.11  # shares of lines written by hand, and of rows of digit boxes


def stream(seed: int, fonts: Path, hands: float = HANDS) -> Iterator[Line]:
    """Lines without end, the same for the same seed and fonts."""
    rng = random.Random(seed)
    print_fonts, hand_fonts = find("print", fonts), find("hands", fonts)
    printed, written = Printed(rng, print_fonts), Hands(rng, hand_fonts, print_fonts)
    boxes = Boxes(rng, print_fonts, written)
    while True:
        maker = boxes if rng.random() < BOXES else written if rng.random() < hands else printed
        gray, text = maker()
        if gray.shape[1] <= LONGEST and all(letter in INDEX for letter in text):
            yield gray, text


def _produce(queue: Any, seed: int, fonts: Path, hands: float) -> None:
    cv2.setNumThreads(1)
    caller = multiprocessing.parent_process()
    for line in stream(seed, fonts, hands):
        while caller and caller.is_alive():  # a caller that was killed cannot end its daemons
            try:
                queue.put(line, timeout=5)
                break
            except Full:
                continue
        else:
            return


def made_beside(seed: int, fonts: Path, processes: int, hands: float = HANDS) -> Iterator[Line]:
    """Lines from `processes` daemons, seeds seed × 1000 + 0, 1, …; they end with the caller."""
    context = multiprocessing.get_context("spawn")
    queue = context.Queue(maxsize=512)
    for number in range(processes):
        worker = context.Process(target=_produce, args=(queue, seed * 1000 + number, fonts, hands), daemon=True)
        worker.start()
    while True:
        yield queue.get()
