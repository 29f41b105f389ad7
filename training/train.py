"""The loop: lines made beside it, groups of like width, CTC, a rate that holds and then falls, checkpoints.

The rate rises over WARM_UP steps, holds, and falls in a straight line to LAST over the final FALL of the planned lines.
So a run may be planned longer later: it goes on from the checkpoint before the fall (`stable.pt`) as if never ended."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.alphabet import INDEX
from training.lines import made_beside
from training.model import Average, Recogniser, batch, read_weights, save
from training.printed import Line
from training.settings import Plan

WARM_UP, FALL, LAST = 60, 0.25, 0.03
WIDTHS = (96, 160, 224, 288, 352, 416, 512, 640, 768, 928, 1216)  # px to which lines are padded
EVERY = 200  # steps between checkpoints


@dataclass
class Progress:
    """How far a run is."""

    lines: int = 0
    steps: int = 0
    seconds: float = 0.0
    runs: int = 0
    falling: bool = False


class Training:
    """One run in the folder `out`: goes on from its checkpoint if there is one."""

    HEAD = 4

    def __init__(self, plan: Plan, fonts: Path, out: Path) -> None:
        torch.manual_seed(plan.seed)
        self.plan, self.fonts, self.out, self.progress = plan, fonts, out, Progress()
        self.ended = False
        self.model = Recogniser(plan.seed, plan.frozen, plan.precision).to(plan.device)
        if plan.start:
            read_weights(self.model, Path(plan.start))
        self.average = Average(self.model)
        trained = self.model.trained()
        body, head = {"params": trained[:-2], "times": 1}, {"params": trained[-2:], "times": self.HEAD}
        self.optimizer = torch.optim.AdamW([body, head], lr=plan.rate, weight_decay=1e-4)
        out.mkdir(parents=True, exist_ok=True)
        self._go_on()

    def _go_on(self) -> None:
        """From last.pt; but if the plan has grown since the rate began to fall, from the weights before the fall."""
        last, stable = self.out / "last.pt", self.out / "stable.pt"
        if not last.exists():
            return
        saved = torch.load(last, map_location=self.plan.device)
        if saved["progress"]["falling"] and not self._falls(saved["progress"]["lines"]):
            saved = torch.load(stable, map_location=self.plan.device)
        self.model.load_state_dict(saved["model"])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.progress = Progress(**saved["progress"])
        for kept, value in zip(self.average.kept, saved["average"], strict=True):
            kept.copy_(value)

    def _falls(self, lines: int) -> bool:
        return lines > (1 - FALL) * self.plan.lines

    def rate(self) -> float:
        share = self.progress.lines / self.plan.lines
        return self.plan.rate * min(1, (self.progress.steps + 1) / WARM_UP) * max(LAST, min(1, (1 - share) / FALL))

    def checkpoint(self, name: str) -> None:
        state = {
            "model": self.model.state_dict(), "optimizer": self.optimizer.state_dict(), "average": self.average.kept,
            "progress": asdict(self.progress), "plan": asdict(self.plan),
        }
        save(self.out / name, state)

    def run(self) -> Iterator[Progress]:
        """Trains to the planned lines; yields at every checkpoint, with the averaged weights in the model meanwhile."""
        signal.signal(signal.SIGTERM, self._end)
        started, before = time.monotonic(), self.progress.seconds
        self.progress.runs += 1
        # Another seed for each run, or one that goes on would be shown its first lines again.
        source = made_beside(self.plan.seed * 100 + self.progress.runs, self.fonts, self.plan.makers, self.plan.hands)
        for group in grouped(source, self.plan.pixels):
            if self._falls(self.progress.lines) and not self.progress.falling:
                self.checkpoint("stable.pt")
                self.progress.falling = True
            loss = self.step(group)
            self.progress.seconds = before + time.monotonic() - started
            if self.progress.steps % 25 == 0:
                self._log(loss)
            if self.progress.lines >= self.plan.lines or self.ended:
                break
            if self.progress.steps % EVERY == 0:
                yield from self._pause()
        yield from self._pause()

    def _end(self, *_: object) -> None:
        """A run that is told to stop keeps what it has learnt."""
        self.ended = True

    def _pause(self) -> Iterator[Progress]:
        self.checkpoint("last.pt")
        self.average.swap()
        yield self.progress
        self.average.swap()

    def step(self, group: list[Line]) -> float:
        for part in self.optimizer.param_groups:
            part["lr"] = part["times"] * self.rate()
        width = next(w for w in WIDTHS if max(gray.shape[1] for gray, _ in group) <= w)
        images = batch([gray for gray, _ in group], width).to(self.plan.device)
        loss = ctc(self.model(images), [text for _, text in group])
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.average.live, 5)
        self.optimizer.step()
        self.average.update(self.progress.steps)
        self.progress.steps += 1
        self.progress.lines += len(group)
        return float(loss.item())

    def _log(self, loss: float) -> None:
        entry = {**asdict(self.progress), "loss": round(loss, 4), "rate": round(self.rate(), 7)}
        with (self.out / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(entry) + "\n")


def ctc(scores: Tensor, texts: list[str]) -> Tensor:
    """Connectionist temporal classification loss (Graves et al. 2006); a line too short for its text counts nothing."""
    steps = F.log_softmax(scores, -1).permute(1, 0, 2)
    target = torch.tensor([INDEX[letter] for text in texts for letter in text], device=scores.device)
    sizes = torch.full((len(texts),), steps.shape[0])
    return F.ctc_loss(steps, target, sizes, torch.tensor([len(text) for text in texts]), zero_infinity=True)


def grouped(lines: Iterable[Line], pixels: int) -> Iterator[list[Line]]:
    """Lines of like width together: of each width in WIDTHS always the same number.

    oneDNN compiles a kernel for every new shape of a batch, and free widths hardly ever repeat one."""
    waiting: dict[int, list[Line]] = {width: [] for width in WIDTHS}
    for line in lines:
        width = next((w for w in WIDTHS if line[0].shape[1] <= w), 0)
        if not width:
            continue
        waiting[width].append(line)
        if len(waiting[width]) >= max(1, pixels // width):
            yield waiting[width]
            waiting[width] = []
