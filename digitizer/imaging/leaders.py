"""Dotted leaders: takes the connected components of a bilevel page, gives the runs of dots and which dots to erase."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from digitizer.document import Leader
from digitizer.geometry import Box

DOT_MAX_MM = 1.0
PITCH_MAX_MM = 2.6


@dataclass(frozen=True, slots=True)
class Leaders:
    """runs: all leaders of the page. erase: (h, w) uint8, 255 on pixels that belong to leaders only."""

    runs: tuple[Leader, ...]
    erase: np.ndarray


def find_leaders(dark: np.ndarray, dpi: float) -> Leaders:
    """`dark`: (h, w) uint8, 255 where ink is, rules already taken out."""
    count, labels, stats, centres = cv2.connectedComponentsWithStats(dark, connectivity=8)
    dot = DOT_MAX_MM / 25.4 * dpi
    w, h, area = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_AREA]
    small = (w <= dot) & (h <= dot) & (area >= 4) & (np.arange(count) > 0)
    rows = _chains(np.nonzero(small)[0], stats, centres, PITCH_MAX_MM / 25.4 * dpi)
    lut = np.zeros(count, np.uint8)
    runs = []
    for chain in rows:
        lut[chain] = 255
        left, top = stats[chain, 0].min(), stats[chain, 1].min()
        right, bottom = (stats[chain, 0] + w[chain]).max(), (stats[chain, 1] + h[chain]).max()
        pitch = float(np.median(np.diff(centres[chain, 0])))
        runs.append(Leader(Box(float(left), float(top), float(right), float(bottom)), pitch))
    return Leaders(tuple(runs), lut[labels])


def _chains(dots: np.ndarray, stats: np.ndarray, centres: np.ndarray, reach_px: float) -> list[np.ndarray]:
    """Dots that follow one another to the right on one level, at least four in a chain."""
    order = dots[np.argsort(centres[dots, 0])]
    open_chains: list[list[int]] = []
    done: list[list[int]] = []
    for dot in order.tolist():
        x, y = centres[dot]
        best = None
        still = []
        for chain in open_chains:
            last_x, last_y = centres[chain[-1]]
            if x - last_x > reach_px:
                done.append(chain)
                continue
            still.append(chain)
            if abs(y - last_y) <= 2.5 and x - last_x > 2 and (best is None or last_x > centres[best[-1]][0]):
                best = chain
        open_chains = still
        if best is None:
            open_chains.append([dot])
        else:
            best.append(dot)
    done += open_chains
    return [np.array(c) for c in done if len(c) >= 4]
