"""`python -m training`: from nothing to a scored ONNX file. Each command says what it does with --help."""

from __future__ import annotations

import argparse
import json
from dataclasses import fields
from pathlib import Path

import torch

from training.model import Recogniser, batch, greedy
from training.score import Score, score
from training.train import Plan, Progress, Training


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(required=True)
    train = commands.add_parser("train", help="train, or go on; the same --out goes on where it stopped")
    for part in fields(Plan):
        help_text = f"default {part.default}"
        train.add_argument(f"--{part.name}", type=type(part.default), default=part.default, help=help_text)
    train.add_argument("--sets", type=Path, nargs="*", default=[], help="folders with labels.tsv to score on the way")
    train.add_argument("--limit", type=int, default=150, help="lines of each set to score on the way")
    train.add_argument("--every", type=int, default=5, help="checkpoints between two scores")
    train.add_argument("--threads", type=int, default=2)
    _places(train)
    train.set_defaults(run=_train)
    options = parser.parse_args()
    options.run(options)


def _places(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--fonts", type=Path, default=Path("var/training/fonts"), help="folder with node_modules")
    parser.add_argument("--out", type=Path, default=Path("var/training/run"), help="folder of the checkpoints")


def _train(options: argparse.Namespace) -> None:
    torch.set_num_threads(options.threads)
    plan = Plan(**{part.name: getattr(options, part.name) for part in fields(Plan)})
    training = Training(plan, options.fonts, options.out)
    for number, progress in enumerate(training.run()):
        if number % options.every == 0 or progress.lines >= plan.lines:
            _report(training.model, progress, options)


@torch.no_grad()
def _report(model: Recogniser, progress: Progress, options: argparse.Namespace) -> None:
    found: dict[str, Score] = {
        folder.name: score(lambda lines: [greedy(s) for s in model(batch(lines))], folder, options.limit)
        for folder in options.sets
    }
    print(progress.lines, f"lines {progress.seconds:.0f} s", *(f"| {k}: {v}" for k, v in found.items()), flush=True)
    entry = {"lines": progress.lines, "sets": {k: [v.exact, v.lines, v.wrong, v.letters] for k, v in found.items()}}
    with (options.out / "scores.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(entry) + "\n")


if __name__ == "__main__":
    main()
