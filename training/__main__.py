"""`python -m training`: from nothing to a scored ONNX file. Each command says what it does with --help."""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import fields
from pathlib import Path

import cv2
import numpy as np

from training.lines import stream
from training.settings import Plan

VERSION = "1"  # of the released weights


def main() -> None:
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "16384")  # its own 1024 hold the kernels of five shapes
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--fonts", type=Path, default=Path("var/training/fonts"), help="folder with node_modules")
    commands = parser.add_subparsers(required=True)
    for adder in (_add_train, _add_compare, _add_release, _add_sheet):
        adder(commands)
    options = parser.parse_args()
    options.run(options)


def _add_train(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    train = commands.add_parser("train", help="train, or go on; the same --out goes on where it stopped")
    for part in fields(Plan):
        shown = f"default {part.default}"
        train.add_argument(f"--{part.name}", type=type(part.default), default=part.default, help=shown)
    train.add_argument("--out", type=Path, default=Path("var/training/run"), help="folder of the checkpoints")
    train.add_argument("--sets", type=Path, nargs="*", default=[], help="folders with labels.tsv to score on the way")
    train.add_argument("--limit", type=int, default=100, help="lines of each set to score on the way")
    train.add_argument("--every", type=int, default=8, help="checkpoints between two scores")
    # One core is left to what makes the lines: threads that wait for each other on a busy core stand still.
    train.add_argument("--threads", type=int, default=max(1, len(os.sched_getaffinity(0)) - 1))
    train.set_defaults(run=_train)


def _train(options: argparse.Namespace) -> None:
    import torch  # 2 s, and not there where only a sheet is wanted

    from training.model import batch, greedy
    from training.score import Score, score
    from training.train import Training

    torch.set_num_threads(options.threads)
    plan = Plan(**{part.name: getattr(options, part.name) for part in fields(Plan)})
    training = Training(plan, options.fonts, options.out)

    @torch.no_grad()
    def report(lines: int, seconds: float) -> None:
        found: dict[str, Score] = {
            folder.name: score(lambda x: [greedy(s) for s in training.model(batch(x))], folder, options.limit)
            for folder in options.sets if (folder / "labels.tsv").is_file()
        }
        print(lines, f"lines {seconds:.0f} s", *(f"| {k}: {v}" for k, v in found.items()), flush=True)
        entry = {"lines": lines, "sets": {k: [v.exact, v.lines, v.wrong, v.letters] for k, v in found.items()}}
        with (options.out / "scores.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(entry) + "\n")

    for number, progress in enumerate(training.run()):
        if number % options.every == options.every - 1 or progress.lines >= plan.lines:
            report(progress.lines, progress.seconds)


def _add_compare(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    compare = commands.add_parser("compare", help="settings side by side on the same lines; prints a table")
    compare.add_argument("--lines", type=int, default=1500, help="that each variant trains on")
    compare.add_argument("--seed", type=int, default=5)
    compare.add_argument("--sets", type=Path, nargs="+", required=True, help="folders with labels.tsv to read")
    compare.add_argument("--limit", type=int, default=60, help="lines of each set")
    compare.add_argument("--out", type=Path, default=Path("var/training/compare"))
    compare.set_defaults(run=_compare)


def _compare(options: argparse.Namespace) -> None:
    from training.compare import Comparison, compare

    what = Comparison(
        options.lines, options.seed, options.fonts, tuple(options.sets), options.limit, options.out,
    )
    for row in compare(what):
        print(row, flush=True)


def _add_release(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    release = commands.add_parser("release", help="int8 weights and their card from a checkpoint")
    release.add_argument("--checkpoint", type=Path, default=Path("var/training/run/last.pt"))
    release.add_argument("--out", type=Path, default=Path("digitizer/engines/data/recogniser.onnx"))
    release.add_argument("--sets", type=Path, nargs="*", default=[], help="folders with labels.tsv for the card")
    release.set_defaults(run=_release)


def _release(options: argparse.Namespace) -> None:
    from training.release import Release, release

    sets = tuple(folder for folder in options.sets if (folder / "labels.tsv").is_file())
    card = release(Release(options.checkpoint, options.out, options.fonts, sets, VERSION))
    print(json.dumps(card["greedy"], indent=1))


def _add_sheet(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    sheet = commands.add_parser("sheet", help="a picture of lines as they are trained on, and their texts")
    sheet.add_argument("--out", type=Path, default=Path("var/training/sheet.png"))
    sheet.add_argument("--lines", type=int, default=30)
    sheet.add_argument("--seed", type=int, default=1)
    sheet.add_argument("--hands", type=float, default=Plan.hands)
    sheet.set_defaults(run=_sheet)


def _sheet(options: argparse.Namespace) -> None:
    source = stream(options.seed, options.fonts, options.hands)
    lines = [next(source) for _ in range(options.lines)]
    widest = max(gray.shape[1] for gray, _ in lines)
    rows = [cv2.copyMakeBorder(g, 2, 2, 0, widest - g.shape[1], cv2.BORDER_CONSTANT, value=255) for g, _ in lines]
    options.out.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(options.out), np.vstack(rows))
    print(*(text for _, text in lines), sep="\n")


if __name__ == "__main__":
    main()
