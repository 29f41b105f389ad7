"""What the reading shall reach, beside what was measured: takes a Result, gives rows of a table."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator

from rapidfuzz.distance import Levenshtein

from bench.result import Reading, Result
from digitizer.score import DocumentScore, calibrate, summarize

PEERS = {"tesseract": "stock Tesseract", "ocrmypdf": "OCRmyPDF"}
DIGIT_TYPES = frozenset({"personal_id", "phone", "date", "datetime", "integer", "number"})
EXACT = {  # share of fields, by the beginning of a set's name
    "heavy-200": 0.96, "hand-print": 0.92, "print variants": 0.98,
}
WRONG_RELEASED = 0.0029


def goal_rows(result: Result) -> Iterator[list[str]]:
    """(figure, measured, wanted, whether it is met); what was not measured has a dash."""
    scores = result.ours.scores
    yield _goal("fields exactly right, typed, 300 dpi, medium", summarize(scores).exact_rate, 0.99)
    for name, sweep in result.sweeps.items():
        wanted = next((w for begin, w in EXACT.items() if name.startswith(begin)), None)
        if wanted:
            yield _goal(f"fields exactly right, {name}", summarize(sweep.scores).exact_rate, wanted)
    yield _goal("digits of ids, dates, phones and numbers, typed", digits_right(scores), 0.998, 2)
    hand = [r.scores for name, r in result.sweeps.items() if name.startswith("hand-print")]
    yield _goal("the same, hand-print fonts", digits_right(hand[0]) if hand else None, 0.98, 2)
    known = [score for reading in (result.ours, *result.sweeps.values()) for score in reading.scores]
    yield _goal(f"right form named, all {len(known)} fills", _share(s.named_right for s in known), 0.995)
    if result.strangers:
        yield _goal(f"the same, {len(result.strangers)} other papers", _share(p.right for p in result.strangers), 0.99)
    yield from _released(result)
    yield from _speed(result)


def digits_right(scores: Iterable[DocumentScore]) -> float | None:
    """Of all digits of fields that are numbers, the share read right."""
    wrong = whole = 0
    for field in (f for s in scores for f in s.fields if f.type in DIGIT_TYPES and f.filled):
        truth, got = (re.sub(r"\D", "", text) for text in (field.truth, field.got))
        wrong += min(Levenshtein.distance(truth, got), len(truth))
        whole += len(truth)
    return 1 - wrong / whole if whole else None


def _released(result: Result) -> Iterator[list[str]]:
    """Documents that no person sees, and how wrong the fields are that go out with them."""
    accepted = [
        s for s in result.ours.scores
        if any(r["form"]["id"] and (r["decision"] or {}).get("outcome") == "accept" for r in result.records[s.file])
    ]
    yield _goal("documents that pass without a person", len(accepted) / len(result.ours.scores), 0.85)
    fields = [f for s in accepted for f in s.fields]
    wrong = sum(not f.exact for f in fields) / len(fields) if fields else 0.0
    met = "yes" if wrong <= WRONG_RELEASED else "no"
    yield [f"wrong among the {len(fields)} fields released so", f"{100 * wrong:.2f} %", "at most 0.29 %", met]
    gap = calibrate([f for s in result.ours.scores for f in s.fields]).ece
    yield ["expected calibration error", f"{gap:.3f}", "at most 0.03", "yes" if gap <= 0.03 else "no"]


def _speed(result: Result) -> Iterator[list[str]]:
    for reading in (r for r in (result.ours, result.registered) if r):
        met = "yes" if reading.cpu_per_page <= 0.6 else "no"
        yield [f"CPU seconds a page, {reading.reader}", f"{reading.cpu_per_page:.2f}", "at most 0.6", met]
    for peer in result.peers:
        for mine in (r for r in (result.shared[peer.reader], result.registered) if r):
            wanted = 10.0 if peer.reader == "ocrmypdf" else None
            yield _times(mine, peer, wanted)


def _times(mine: Reading, peer: Reading, wanted: float | None) -> list[str]:
    times = peer.cpu_per_page / mine.cpu_per_page
    said = f"{times:.1f} x" if math.isfinite(times) else "-"
    met = "" if wanted is None else "yes" if times >= wanted else "no"
    return [f"pages a CPU second, {mine.reader} against {PEERS[peer.reader]}", said, f"{wanted or '-'} x", met]


def _share(right: Iterable[bool]) -> float:
    seen = list(right)
    return sum(seen) / len(seen) if seen else 0.0


def _goal(name: str, got: float | None, wanted: float, places: int = 1) -> list[str]:
    if got is None:
        return [name, "-", f"{100 * wanted:.{places}f} %", "not measured"]
    return [name, f"{100 * got:.{places}f} %", f"{100 * wanted:.{places}f} %", "yes" if got >= wanted else "no"]
