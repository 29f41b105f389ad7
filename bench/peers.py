"""Stock Tesseract and OCRmyPDF on the same files: takes a file, gives their text and time, and the fields found in it.

The lookup is as kind to them as one can be without working for them. All labels of the template are found in their
text at once, fuzzily (two letters in ten may be wrong), in printed order, by the chain of matches that explains most
letters; so one garbled label costs nothing. The answer is the text from a label to the next label found. Leaders,
footnote marks and the pipes of combs are stripped; digits of combs are joined; an X beside a choice counts as the tick.
Two readings of an answer (to the next label, or to the end of the label's line and its continuation lines) are tried
and the better one over all documents is reported. Rows of tables have no labels; what the peers would score if these
were parsed for them, by their date and twelve digits, is reported beside it."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import tempfile
import time
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz

from bench.blank import fold
from digitizer.template import FieldKind, FieldSpec, FieldType, Item, Template

_ONE_CORE = {"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1"}
_FUZZY = 80.0
_SHORT = 5  # folded letters; shorter labels must match exactly


@dataclass(frozen=True, slots=True)
class PeerText:
    """What a peer read. `cpu_s`: user and system time of its processes; `wall_s`: time on the clock."""

    text: str
    pages: int
    cpu_s: float
    wall_s: float


def tesseract(path: Path) -> PeerText:
    """`tesseract page.png - -l vie`, default page segmentation, the file's pages at 300 dpi (rendering is counted)."""
    with tempfile.TemporaryDirectory() as folder:
        started = _clocks()
        subprocess.run(["pdftoppm", "-r", "300", "-png", str(path), f"{folder}/p"], check=True, capture_output=True)
        texts = [
            _run(["tesseract", str(page), "-", "-l", "vie"]) for page in sorted(Path(folder).glob("*.png"))
        ]
        return PeerText("\f".join(texts), len(texts), *_since(started))


def ocrmypdf(path: Path) -> PeerText:
    """`ocrmypdf --force-ocr -l vie --jobs 1 --output-type pdf --sidecar`: what its searchable PDF would hold."""
    with tempfile.TemporaryDirectory() as folder:
        sidecar = Path(folder, "text.txt")
        started = _clocks()
        _run([
            "ocrmypdf", "--force-ocr", "-l", "vie", "--jobs", "1", "--output-type", "pdf", "--sidecar", str(sidecar),
            "--quiet", str(path), f"{folder}/out.pdf",
        ])
        spent = _since(started)
        text = sidecar.read_text(encoding="utf-8")
        return PeerText(text, text.count("\f") or 1, *spent)


def _run(command: list[str]) -> str:
    done = subprocess.run(command, env=os.environ | _ONE_CORE, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr[-300:]}")
    return done.stdout


def _clocks() -> tuple[float, float]:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime, time.monotonic()


def _since(started: tuple[float, float]) -> tuple[float, float]:
    now = _clocks()
    return now[0] - started[0], now[1] - started[1]


# --- lookup --------------------------------------------------------------------------------------------------------


def look_up(text: str, template: Template, to_line_end: bool = False, rows: bool = True) -> dict[str, Any]:
    """The object of `read --json` as far as a text can give it: the form's title in it, and `raw` per field.
    `rows`: also look for the rows of a table, which no label announces."""
    text = unicodedata.normalize("NFC", text).replace("\f", "\n")
    titles = fold("".join(template.titles))
    named = fuzz.partial_ratio(titles, fold(text)) >= _FUZZY
    found = _labels(text, template.items)
    fields: dict[str, Any] = {}
    for n, (item, _, end) in enumerate(found):
        stop = found[n + 1][1] if n + 1 < len(found) else len(text)
        if item.field and item.field.kind is not FieldKind.TABLE:
            fields[item.field.id] = {"raw": _answer(text[end:stop], item.field, to_line_end)}
    fields |= _rows(text, template) if rows else {}
    return {"form": {"id": template.id if named else None}, "fields": fields}


def _labels(text: str, items: Sequence[Item]) -> list[tuple[Item, int, int]]:
    """(item, start, end) in the text: the ordered chain of matches with the most matched letters."""
    candidates: list[tuple[int, int, int, float]] = []  # item number, start, end, weight
    stream, index = _stream(text)
    lines = _line_spans(text, index)
    for n, item in enumerate(items):
        if item.field and item.field.kind is FieldKind.TABLE:
            continue
        for spelling in (item.text, *item.variants):
            key = fold(spelling)
            candidates += [(n, a, b, w) for a, b, w in _matches(stream, key, lines)]
    candidates.sort(key=lambda c: (c[1], c[2]))
    best: list[tuple[float, int]] = []
    for k, (n, start, _, weight) in enumerate(candidates):
        total, back = weight, -1
        for j in range(k):
            if candidates[j][0] < n and candidates[j][2] <= start and best[j][0] + weight > total:
                total, back = best[j][0] + weight, j
        best.append((total, back))
    chain: list[tuple[Item, int, int]] = []
    k = max(range(len(best)), key=lambda i: best[i][0], default=-1)
    while k >= 0:
        n, start, end, _ = candidates[k]
        chain.append((items[n], index[start], index[end - 1] + 1))
        k = best[k][1]
    return chain[::-1]


def _stream(text: str) -> tuple[str, list[int]]:
    """The text's folded letters, and for each where it stands in the text."""
    keys = [(fold(c), i) for i, c in enumerate(text)]
    return "".join(k for k, _ in keys), [i for k, i in keys for _ in k]


def _line_spans(text: str, index: Sequence[int]) -> list[tuple[int, int]]:
    """Spans of the stream: each line with the next one, as a label may break over two."""
    ends = [i for i, c in enumerate(text) if c == "\n"] + [len(text)]
    cuts = [0]
    for end in ends:
        cuts.append(next((k for k in range(cuts[-1], len(index)) if index[k] >= end), len(index)))
    spans = [(a, b) for a, b in zip(cuts, [*cuts[2:], cuts[-1]], strict=False) if b > a]
    return spans or [(0, len(index))]


def _matches(stream: str, key: str, lines: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, float]]:
    if not key:
        return
    at = stream.find(key)
    exact = set()
    while at >= 0:
        exact.add(at)
        yield at, at + len(key), len(key) * 1.0
        at = stream.find(key, at + 1)
    if len(key) <= _SHORT:
        return
    for start, end in lines:
        match = fuzz.partial_ratio_alignment(key, stream[start:end], score_cutoff=_FUZZY)
        if match and match.dest_end > match.dest_start and start + match.dest_start not in exact:
            yield start + match.dest_start, start + match.dest_end, len(key) * match.score / 100


def _answer(text: str, spec: FieldSpec, to_line_end: bool) -> str:
    """What stands behind a label, cleaned of print."""
    if to_line_end:
        text = " ".join(text.splitlines()[:spec.lines])
    if spec.kind is FieldKind.TICKS:
        return next((c for c in spec.choices if re.search(rf"{c}\s*[\[|(]?\s*[xX×☒]\b", text)), "")
    text = re.sub(r"\(\s*\d\s*\)|[®©°*]", " ", text)
    text = re.sub(r"[._…·•,:;\-–—~]{2,}|[_…·•|]", " ", text)
    if spec.kind is FieldKind.COMB:
        return "".join(re.findall(r"\d", text))[:spec.cells]
    if spec.type is FieldType.DATE:
        text = re.sub(r"\s*/\s*", "/", text)
    return " ".join(text.split()).strip(" .,:;-–")


def _rows(text: str, template: Template) -> dict[str, Any]:
    """Rows of CT01's table: a name, a date, a sex, twelve digits and a relation on one line."""
    columns = [s for s in template.fields if s.kind is FieldKind.TABLE]
    found: dict[str, Any] = {}
    row = 0
    for line in text.splitlines() if columns else ():
        line = re.sub(r"[|\[\]]", " ", line)
        match = re.search(r"([^\d|]+?)\s+(\d{1,2}/\d{1,2}/\d{4})\s+(\S+)\s+(\d{12})\s+(.+)", line)
        if match:
            for spec, part in zip(columns, match.groups(), strict=True):
                found[spec.id.replace("[n]", f"[{row}]")] = {"raw": " ".join(part.split()).strip(" .,-")}
            row += 1
    return found
