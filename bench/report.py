"""What the benchmark found: takes a Result, gives a table on the terminal, JSON, Markdown and plots as PNG."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.goals import PEERS, goal_rows
from bench.plots import draw
from bench.result import Reading, Result
from digitizer.score import Summary, by, calibrate, summarize

DOCS = Path(__file__).resolve().parents[1] / "docs"
Rows = list[list[str]]


def write(result: Result, out: Path) -> None:
    """results.json, records.jsonl, report.md and the plots, all under `out`."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "results.json").write_text(json.dumps(as_json(result), ensure_ascii=False, indent=1), encoding="utf-8")
    _save_records(result.records, out / "records.jsonl")
    (out / "report.md").write_text("# Benchmark\n\n" + markdown(result, "."), encoding="utf-8")
    draw(result, out)


def publish(result: Result) -> None:
    """Puts the measured part into docs/benchmark.md between its marks, and the plots into docs/img."""
    renew(DOCS / "benchmark.md", markdown(result, "img"))
    (DOCS / "img").mkdir(exist_ok=True)
    draw(result, DOCS / "img")


def renew(page: Path, text: str, part: str = "measured") -> None:
    """Puts text between the marks of a part of a page; what stands around them is written by people."""
    begin, end = f"<!-- {part}: begin -->", f"<!-- {part}: end -->"
    before, rest = page.read_text(encoding="utf-8").split(begin)
    page.write_text(f"{before}{begin}\n{text}\n{end}{rest.split(end)[1]}", encoding="utf-8")


def show(result: Result) -> None:
    """The tables on standard output."""
    show_tables(_tables(result), result.skipped)


def show_tables(tables: Iterable[tuple[str, list[str], Rows]], skipped: Sequence[str]) -> None:
    """(title, head, rows) each, then a sentence for what was not measured."""
    console = Console(width=None if sys.stdout.isatty() else 170)
    for title, head, rows in tables:
        table = Table(*head, title=title, title_justify="left", title_style="bold")
        for row in rows:
            table.add_row(*row)
        console.print(table)
    for sentence in skipped:
        console.print(f"Not measured: {sentence}", markup=False)


def markdown(result: Result, pictures: str) -> str:
    """The measured part of the page: machine, tables, plots."""
    lines = [f"Measured {datetime.now(UTC):%Y-%m-%d} · {_set_words(result)} · {machine()}", ""]
    lines += [f"Versions: {', '.join(f'{k} {v}' for k, v in versions(result).items())}", ""]
    for title, head, rows in _tables(result):
        lines += [f"### {title}", "", "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
        lines += ["| " + " | ".join(row) + " |" for row in rows]
        lines.append("")
    lines += [f"![{name}]({pictures}/{file})\n" for name, file in PLOTS]
    lines += [f"Not measured: {sentence}" for sentence in result.skipped]
    return "\n".join(lines)


PLOTS = (
    ("Fields exactly right, us and the peers", "bench-readers.png"),
    ("Fields exactly right by type of field", "bench-types.png"),
    ("Fields exactly right by scan, print and hand", "bench-sets.png"),
    ("Confidence against the share that is right", "bench-calibration.png"),
)


def _save_records(records: dict[str, Any], path: Path) -> None:
    lines = (json.dumps(r, ensure_ascii=False) for many in records.values() for r in many)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


# --- tables --------------------------------------------------------------------------------------------------------


def _tables(result: Result) -> Iterator[tuple[str, list[str], Rows]]:
    yield "Same files, one core each", _HEAD, list(_reader_rows(result))
    yield "What must be reached", ["figure", "measured", "wanted", ""], list(goal_rows(result))
    scores = result.ours.scores
    yield "By form", _PART, _part_rows(by(scores, lambda d, f: d.form))
    yield "By type of field", _PART, _part_rows(by(scores, lambda d, f: f.type))
    yield "By font of the answers", _PART, _part_rows(by(scores, lambda d, f: d.font))
    if result.sweeps:
        parts = {result.plan.quality: result.ours, **result.sweeps}
        yield "By scan, print and hand", _PART, _part_rows({k: summarize(r.scores) for k, r in parts.items()})
    yield "Fields most often wrong", _PART, _part_rows(_worst(result))
    yield "Confidence", ["accepted at", "share of fields", "wrong among them"], _confidence_rows(result)
    if result.strangers:
        yield "Papers that are no form of ours", ["paper", "seen", "right", "wrongly named"], _stranger_rows(result)


_HEAD = [
    "reader", "documents", "pages", "fields exactly right", "95 % interval", "CER", "value right", "located",
    "form named", "CPU s a page", "clock s a page",
]
_PART = ["", "fields", "exactly right", "value right", "CER", "located", "blank kept blank"]


def _reader_rows(result: Result) -> Iterator[list[str]]:
    yield _reader_row(result.ours, f"digitizer ({result.plan.engine})")
    if result.registered:
        yield _reader_row(result.registered, result.registered.reader)
    for other in result.engines:
        yield _reader_row(other, f"our pipeline, answers read by {other.reader}")
    for peer in result.peers:
        same = result.shared[peer.reader]
        if same is not result.ours:
            yield _reader_row(same, f"digitizer, the {len(same.scores)} of the next line")
        name = PEERS[peer.reader]
        yield _reader_row(peer, f"{name} ({peer.note})")
        yield _reader_row(dataclasses.replace(peer, scores=peer.helped), f"{name}, table rows parsed for it too")


def _reader_row(reading: Reading, name: str) -> list[str]:
    s = summarize(reading.scores)
    low, high = s.exact_interval
    return [
        name, str(s.documents), str(reading.pages), f"{s.exact} of {s.fields} ({_share(s.exact_rate)})",
        f"{_share(low)}-{_share(high)}", _share(s.cer), _share(s.value_rate), _share(s.located_rate),
        f"{s.named_right} of {s.documents}", f"{reading.cpu_per_page:.2f}", f"{reading.wall_s / reading.pages:.2f}",
    ]


def _part_rows(parts: dict[str, Summary]) -> Rows:
    return [
        [
            name, str(s.fields), _share(s.exact_rate), _share(s.value_rate), _share(s.cer), _share(s.located_rate),
            f"{s.blank_right} of {s.blank_fields}",
        ]
        for name, s in parts.items()
    ]


def _worst(result: Result, most: int = 12) -> dict[str, Summary]:
    fields = by(result.ours.scores, lambda d, f: f"{d.form} {f.id}")
    often = {k: s for k, s in fields.items() if s.fields >= 3 and s.exact_rate < 1}
    return dict(sorted(often.items(), key=lambda kv: kv[1].exact_rate)[:most])


def _confidence_rows(result: Result) -> Rows:
    result_of = calibrate([f for d in result.ours.scores for f in d.fields])
    rows = [[f"{t:.2f}", _share(taken), _share(wrong)] for t, taken, wrong in result_of.accepted]
    return [*rows, ["Brier score", f"{result_of.brier:.3f}", ""], ["mean gap", _share(result_of.ece), ""]]


def _stranger_rows(result: Result) -> Rows:
    rows = []
    for source, name in (("scan", "real scans"), ("blank", "other real blanks, medium scan")):
        seen = [s for s in result.strangers if s.source == source]
        wrong = [f"{s.name} → {', '.join(s.named) or 'unknown'}" for s in seen if not s.right]
        rows.append([name, str(len(seen)), str(len(seen) - len(wrong)), "; ".join(wrong) or "none"])
    return rows


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"


# --- where and with what -------------------------------------------------------------------------------------------


def _set_words(result: Result) -> str:
    plan = result.plan
    forms = f"{len(plan.forms)} forms"
    where = f"the real blanks of {forms}" if plan.source == "real" else f"our own prints of {forms}"
    fills = "typed fills" if plan.faces == "typed" else "fills in handwriting fonts"
    return f"{plan.documents} {fills} of {where}, quality `{plan.quality}`, seed {plan.seed}"


def machine() -> str:
    """Processor, cores and load; no host name."""
    model = next(
        (line.split(":")[1].strip() for line in _lines(Path("/proc/cpuinfo")) if line.startswith("model name")),
        platform.machine(),
    )
    return f"{model}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"


def _lines(path: Path) -> Sequence[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


def versions(result: Result) -> dict[str, str]:
    """Of whatever bears on the figures."""
    found = {"python": platform.python_version()}
    done = subprocess.run(["tesseract", "--version"], capture_output=True, text=True, check=False)
    found["tesseract"] = (done.stdout or done.stderr).split("\n")[0].removeprefix("tesseract ")
    for name in ("tesserocr", "pytesseract", "opencv-python", "layoutparser", "ocrmypdf"):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "absent"
    engines = {r["engine"]["version"] for many in result.records.values() for r in many}
    return found | {"engine": ", ".join(sorted(engines))}


def as_json(result: Result) -> dict[str, Any]:
    """Everything, the fields of every document included; people are invented."""
    def reading(one: Reading) -> dict[str, Any]:
        return {**dataclasses.asdict(one), "summary": dataclasses.asdict(summarize(one.scores))}

    return {
        "plan": {**dataclasses.asdict(result.plan), "out": ""}, "machine": machine(), "versions": versions(result),
        "date": f"{datetime.now(UTC):%Y-%m-%d}", "digitizer": reading(result.ours),
        "engines": [reading(e) for e in result.engines], "peers": [reading(p) for p in result.peers],
        "registered": reading(result.registered) if result.registered else None,
        "shared": {k: reading(v) for k, v in result.shared.items()},
        "sweeps": {k: reading(v) for k, v in result.sweeps.items()},
        "strangers": [dataclasses.asdict(s) for s in result.strangers], "skipped": list(result.skipped),
    }
