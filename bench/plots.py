"""The benchmark's pictures: takes a Result, gives PNG files."""

from __future__ import annotations

from pathlib import Path

import matplotlib

from bench.result import Result
from digitizer.score import by, calibrate, summarize

matplotlib.use("Agg")
from matplotlib import pyplot as plt

_BLUE, _GRAY = "#1f5fa8", "#9aa3ad"


def draw(result: Result, folder: Path) -> None:
    """bench-readers.png, bench-types.png, bench-sets.png, bench-calibration.png."""
    _readers(result, folder / "bench-readers.png")
    _sets(result, folder / "bench-sets.png")
    _types(result, folder / "bench-types.png")
    _calibration(result, folder / "bench-calibration.png")


def _readers(result: Result, path: Path) -> None:
    """Two bars a reader: exact fields (dotted: with table rows parsed for the peer too), and pages a CPU minute."""
    readings = [result.ours, *result.peers]
    names = [r.reader for r in readings]
    colours = [_BLUE] + [_GRAY] * len(result.peers)
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2))
    rates = [100 * summarize(r.scores).exact_rate for r in readings]
    helped = [100 * summarize(r.helped or r.scores).exact_rate for r in readings]
    bars = left.bar(names, helped, color="white", edgecolor=colours, linestyle=":")  # table rows parsed for the peers
    said = [f"{r:.1f} %" + (f" ({h:.1f} %)" if h != r else "") for r, h in zip(rates, helped, strict=True)]
    left.bar_label(bars, said)
    left.bar(names, rates, color=colours)
    left.set(title="fields exactly right", ylim=(0, 105), ylabel="%")
    speeds = [60 / r.cpu_per_page if r.cpu_s else 0 for r in readings]
    bars = right.bar(names, speeds, color=colours)
    right.bar_label(bars, [f"{v:.1f}" for v in speeds])
    right.set(title="pages a minute, one core", ylim=(0, 1.15 * max(speeds)))
    _save(figure, path)


def _sets(result: Result, path: Path) -> None:
    """A bar for each scan quality, print and hand, with its 95 % interval."""
    sets = {result.plan.quality: result.ours, **result.sweeps}
    found = [(name, summarize(reading.scores)) for name, reading in reversed(sets.items())]
    figure, axis = plt.subplots(figsize=(9, 0.3 * len(found) + 1.2))
    rates = [100 * s.exact_rate for _, s in found]
    low, high = ([100 * abs(s.exact_interval[i] - s.exact_rate) for _, s in found] for i in (0, 1))
    bars = axis.barh([name for name, _ in found], rates, xerr=(low, high), color=_BLUE, ecolor=_GRAY)
    axis.bar_label(bars, [f" {s.exact} of {s.fields}" for _, s in found], fontsize=8)
    axis.set(xlim=(0, 118), xlabel="fields exactly right, %")
    _save(figure, path)


def _types(result: Result, path: Path) -> None:
    parts = sorted(by(result.ours.scores, lambda d, f: f.type).items(), key=lambda kv: kv[1].exact_rate)
    parts = [(k, s) for k, s in parts if s.fields]
    figure, axis = plt.subplots(figsize=(9, 0.28 * len(parts) + 1.2))
    bars = axis.barh([k for k, _ in parts], [100 * s.exact_rate for _, s in parts], color=_BLUE)
    axis.bar_label(bars, [f" {s.exact} of {s.fields}" for _, s in parts], fontsize=8)
    axis.set(xlim=(0, 115), xlabel="fields exactly right, %")
    _save(figure, path)


def _calibration(result: Result, path: Path) -> None:
    bins = calibrate([f for d in result.ours.scores for f in d.fields]).bins
    figure, axis = plt.subplots(figsize=(4.5, 4))
    axis.plot((0, 1), (0, 1), color=_GRAY, linewidth=1)
    axis.plot([b[0] for b in bins], [b[1] for b in bins], color=_BLUE, marker="o")
    for confidence, share, count in bins:
        axis.annotate(str(count), (confidence, share), textcoords="offset points", xytext=(6, -10), fontsize=8)
    axis.set(xlabel="confidence given", ylabel="share exactly right", xlim=(0, 1.02), ylim=(0, 1.05))
    _save(figure, path)


def _save(figure: plt.Figure, path: Path) -> None:
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)
