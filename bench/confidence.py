"""What a check of the confidences found, as a page and a picture: takes fields seen, gives docs/confidence.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import matplotlib
import numpy as np

from digitizer.calibration import calibration
from digitizer.refit import TARGETS, Seen, bins, expected_error
from digitizer.score import wilson

matplotlib.use("Agg")
from matplotlib import pyplot as plt

DOCS = Path(__file__).resolve().parents[1] / "docs"


def publish(seen: Sequence[Seen], seed: int, documents: int) -> None:
    """docs/confidence.md and docs/img/confidence.png."""
    answered = [s for s in seen if s.confidence > 0]
    draw(answered, DOCS / "img" / "confidence.png")
    page = "\n".join(_page(seen, answered, (seed, documents)))
    (DOCS / "confidence.md").write_text(page + "\n", encoding="utf-8")


def draw(seen: Sequence[Seen], path: Path) -> None:
    """Reliability on the left, risk against coverage on the right."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
    found = bins(seen)
    left.plot((0, 1), (0, 1), color="#9aa3ad", linewidth=1)
    left.plot([b[0] for b in found], [b[1] for b in found], color="#1f5fa8", marker="o")
    for confidence, share, count in found:
        left.annotate(str(count), (confidence, share), textcoords="offset points", xytext=(5, -11), fontsize=7)
    left.set(title="reliability", xlabel="confidence given", ylabel="share exactly right")
    for mix in dict.fromkeys(s.mix for s in seen):
        surest = sorted((s for s in seen if s.mix == mix), key=lambda s: -s.confidence)
        risk = np.cumsum([not s.exact for s in surest]) / np.arange(1, len(surest) + 1)
        right.plot(np.arange(1, len(surest) + 1) / len(surest), 100 * risk, label=mix)
    right.set(title="risk and coverage", xlabel="share of fields taken, surest first", ylabel="wrong among them, %")
    right.legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(path, dpi=100)
    plt.close(figure)


HEAD = """# How sure a reading is

`confidence` of a field is the measured probability that its raw text is right, letter for letter. It rests on what the
recogniser gives the text, a doubtful line drawn in several manners, on what else the whole answer may be after lists
and grammars of its type, on how well the rest of the document was read, and on the checks between fields. A field
passes unseen when it reaches the threshold of its type; a document when all its written fields do, nothing required is
missing and no check asks.

Fitted {date} on {documents} documents with {fields} written fields, {wrong} of them wrong
(`python -m bench.calibrate fit --seed {seed} --documents {each}`).
The numbers are in `digitizer/data/calibration.yaml`, what they mean in
`digitizer/calibration.py`. `accept_probability` in the settings puts one threshold in place of those by type.

![Reliability, and risk against coverage](img/confidence.png)

*Left: the surer a field is said to be, the more often it is right; numbers are fields. Right: wrong fields among those
taken, surest first.*

"""
TABLE = """\
| answers, blanks, quality | documents | fields | exactly right | ECE | straight through | wrong of their fields |
|---|---|---|---|---|---|---|"""
TYPES = """\
| type of field | fields | exactly right | passes from | share that passes | wrong among these |
|---|---|---|---|---|---|"""


def _page(seen: Sequence[Seen], answered: Sequence[Seen], asked: tuple[int, int]) -> Iterator[str]:
    fitted = calibration().fitted
    yield HEAD.format(**fitted, each=fitted["documents"] // len({s.mix for s in seen}))
    yield "## Checked on other people and other scans\n"
    yield f"`python -m bench.calibrate check --seed {asked[0]} --documents {asked[1]}`, {date.today().isoformat()}."
    yield "ECE: expected calibration error over the steps of the picture. In brackets: 95 % intervals.\n"
    yield TABLE
    for mix in (*dict.fromkeys(s.mix for s in seen), ""):
        yield _row(mix or "all", [s for s in answered if mix in ("", s.mix)])
    yield "\n" + TYPES
    yield from _types(answered)
    targets = ", ".join(f"{kind} {100 * share:g} %" for kind, share in TARGETS.items())
    yield f"\nWrong among what passes, as aimed at: {targets}."


def _row(name: str, mine: Sequence[Seen]) -> str:
    documents = {s.document for s in mine}
    released = [s for s in mine if s.released]
    through = len({s.document for s in released})
    wrong = sum(not s.exact for s in released)
    exact = sum(s.exact for s in mine)
    low, high = wilson(wrong, len(released))
    share = f"{100 * wrong / len(released):.2f} % ({100 * low:.2f}-{100 * high:.2f})" if released else "-"
    through_share = 100 * through / max(1, len(documents))
    return (
        f"| {name} | {len(documents)} | {len(mine)} | {100 * exact / max(1, len(mine)):.2f} % "
        f"| {expected_error(mine):.4f} | {through} ({through_share:.0f} %) | {wrong} of {len(released)}, {share} |"
    )


def _types(answered: Sequence[Seen]) -> Iterator[str]:
    written = [s for s in answered if s.evidence]
    for kind in sorted({s.type for s in written}):
        mine = [s for s in written if s.type == kind]
        passes = [s for s in mine if s.confidence >= calibration().threshold(kind)]
        wrong = sum(not s.exact for s in passes)
        yield (
            f"| {kind} | {len(mine)} | {100 * sum(s.exact for s in mine) / len(mine):.1f} % | "
            f"{calibration().threshold(kind):.3f} | {100 * len(passes) / len(mine):.1f} % | {wrong} of {len(passes)} |"
        )
