"""How fast records are found: makes invented records in a database of its own, asks what people ask, gives times."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench.answers import answers
from bench.report import machine
from digitizer.template import FieldType, Template, load_templates
from digitizer.vietnam.dates import parse_date
from storage import migrate
from storage import tables as t
from storage.base import Answer, NewRecord, NewUpload, State, Stores
from storage.database import Database
from storage.search import SqlSearch
from storage.search_base import Wanted
from storage.search_words import Names, indexed_text, indexed_words

FORMS = ("khai-sinh", "khai-tu", "xac-nhan-hon-nhan", "ct01")
BRANCHES = 30
SHAPES = 5_000  # different bodies; more records repeat them, so that making 100,000 takes two minutes
AT_ONCE = 1000
BEGIN = datetime(2026, 1, 5, 1, tzinfo=UTC)
ROUNDS = 5


def invented_body(template: Template, rng: random.Random) -> dict[str, Any]:
    """A record's body as the machine would leave it, without places on the paper."""
    types = {spec.id: spec for spec in template.fields}
    fields: dict[str, Any] = {}
    for field_id, truth in answers(template, rng).items():
        spec = types.get(field_id) or next(s for s in template.fields if s.id.partition("[")[0] in field_id)
        fields[field_id] = {
            "label": spec.label, "type": spec.type.value, "status": truth.status.value, "raw": truth.raw,
            "value": _value(spec.type, truth.raw), "confidence": round(rng.uniform(0.9, 1), 4), "source": "ocr",
            "page": 1, "polygon_mm": [[[20.0, 30.0], [90.0, 30.0], [90.0, 36.0], [20.0, 36.0]]], "candidates": [],
            "findings": [], "required": spec.required,
        }
    code = f"H26.{rng.randrange(10, 40)}-26{rng.randrange(1, 13):02}{rng.randrange(1, 29):02}-{rng.randrange(10000):04}"
    return {
        "file": "scan.pdf", "pages": [1], "dossier": {"code": code, "page": 1, "confidence": 1.0},
        "form": {"id": template.id, "edition": template.edition, "confidence": 0.99}, "fields": fields,
        "decision": {"outcome": "review", "confidence": 0.9, "reasons": []}, "findings": [], "seals": [],
        "engine": {"name": "bench", "version": "1"}, "sha256": "0" * 64, "timings_ms": {},
    }


def _value(kind: FieldType, raw: str) -> Any:
    if kind is FieldType.DATE:
        day = parse_date(raw)
        return day.iso if day else raw
    if kind in (FieldType.ADDRESS, FieldType.PLACE) and raw:
        return {"as_written": raw, "unit_code": None, "unit_name": None, "province_code": None, "candidates": []}
    return raw or None


def fill(database: Database, records: int, seed: int) -> None:
    """Straight into the tables, a thousand a transaction; the index by the service's own functions."""
    migrate.upgrade(database)
    rng = random.Random(seed)
    templates = [x for x in load_templates() if x.id in FORMS]
    shapes = [(x.id, invented_body(x, rng)) for x in (rng.choice(templates) for _ in range(min(SHAPES, records)))]
    for begin in range(0, records, AT_ONCE):
        with database.write() as conn:
            numbers = range(begin, min(begin + AT_ONCE, records))
            _insert(conn, [_row(n, *shapes[rng.randrange(len(shapes))]) for n in numbers])
    with database.write() as conn:
        conn.execute(sa.text("ANALYZE"))


def _row(n: int, form_id: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"n": n, "form_id": form_id, "body": body, "branch": f"chi-nhanh-{n % BRANCHES + 1:02}",
            "at": BEGIN + timedelta(minutes=n)}


def _insert(conn: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
    conn.execute(sa.insert(t.submissions), [{
        "id": f"sub_{r['n']:032x}", "branch": r["branch"], "key_id": "bench", "file_name": "scan.pdf",
        "media_type": "application/pdf", "sha256": "0" * 64, "size_bytes": 1, "object_key": f"originals/00/{r['n']}",
        "form_hint": "", "received_at": r["at"]} for r in rows])
    conn.execute(sa.insert(t.documents), [{
        "id": f"doc_{r['n']:032x}", "submission_id": f"sub_{r['n']:032x}", "state": "published", "reason_code": "",
        "attempts": 1, "fence": 1, "updated_at": r["at"]} for r in rows])
    conn.execute(sa.insert(t.records), [{
        "id": f"rec_{r['n']:032x}", "document_id": f"doc_{r['n']:032x}", "submission_id": f"sub_{r['n']:032x}",
        "branch": r["branch"], "form_id": r["form_id"], "state": "published", "version": 1, "created_at": r["at"],
        "updated_at": r["at"]} for r in rows])
    conn.execute(sa.insert(t.record_versions), [{
        "record_id": f"rec_{r['n']:032x}", "version": 1, "body": r["body"], "author": "machine", "reason": "",
        "created_at": r["at"]} for r in rows])
    texts = [indexed_text(Names(f"rec_{r['n']:032x}", f"sub_{r['n']:032x}", "scan.pdf"), r["body"]) for r in rows]
    conn.execute(sa.insert(t.record_search), [
        {"number": r["n"] + 1, "record_id": f"rec_{r['n']:032x}", "text": x, "confirmed": 0}
        for r, x in zip(rows, texts, strict=True)])
    conn.execute(sa.insert(t.record_words), [
        {"word": word, "place": place} for r, x in zip(rows, texts, strict=True)
        for word, place in sorted(indexed_words(x, r["n"] + 1))])


def questions(database: Database, seed: int) -> Iterator[tuple[str, str, Wanted]]:
    """(what is asked, branch, the question) about a record that is there, and about none."""
    rng = random.Random(seed + 1)
    with database.read() as conn:
        count = conn.execute(sa.select(sa.func.count()).select_from(t.records)).scalar_one()
        body = conn.execute(sa.select(t.record_versions.c.body).where(
            t.record_versions.c.record_id == f"rec_{rng.randrange(count):032x}")).scalar_one()
    of = {f["type"]: f["raw"] for f in body["fields"].values() if f["raw"]}
    name, first = of["person_name"], of["person_name"].split()[0]
    yield "a name with marks", "*", Wanted(name)
    yield "a name without marks, one branch", "chi-nhanh-07", Wanted(name.lower())
    yield "the commonest surname", "*", Wanted(first)
    yield "the beginning of a word, two letters", "*", Wanted("ng")
    yield "a surname and a year", "*", Wanted(f"{first} 1950")
    yield "a day", "*", Wanted(next(f["value"] for f in body["fields"].values() if f["type"] == "date" and f["value"]))
    yield "the dossier code", "*", Wanted(body["dossier"]["code"])
    yield "a record's id", "*", Wanted(f"rec_{count // 2:032x}")
    yield "a name among names only", "*", Wanted(name, field="names")
    yield "a name with just these marks", "*", Wanted(name, exact=True)
    yield "words that never stand together", "*", Wanted("nguyen thi khongcotennay")
    yield "one form, one month, no words", "*", Wanted(form_id="ct01", since=BEGIN, until=BEGIN + timedelta(days=30))


@dataclass
class HandClock:
    """The time, or the moment it is set to."""

    moment: datetime | None = None

    def __call__(self) -> datetime:
        return self.moment or datetime.now(UTC)


def busy_week(stores: Stores, clock: HandClock, seed: int) -> None:
    """Seven days of uploads in three branches, by the service's own functions under a clock that is moved by hand."""
    rng, now = random.Random(seed), datetime.now(UTC)
    templates = [x for x in load_templates() if x.id in FORMS]
    moments = sorted(now - timedelta(hours=rng.uniform(0, 160)) for _ in range(240))
    for n, clock.moment in enumerate(moments):
        number, template = f"{n:032x}", rng.choice(templates)
        upload = NewUpload(f"sub_{number}", f"doc_{number}", f"chi-nhanh-{rng.choice((1, 1, 2, 3)):02}", "bench",
                           "scan.pdf", "application/pdf", "0" * 64, 1, f"originals/00/{n}")
        stores.uploads.begin("bench", number, number)
        stores.uploads.accept(upload, "bench", number, Answer(202, {}, "{}"))
        claim = stores.queue.claim(upload.document_id, "bench", 60) if n < 232 else None
        if claim is None:
            continue
        body, sure = invented_body(template, rng), rng.random() < 0.7
        if not sure:
            code = rng.choices(("low_confidence", "required_blank", "page_missing"), (7, 2, 1))[0]
            body["decision"]["reasons"] = [{"code": code, "message": "."}]
        state = State.ACCEPTED if sure else State.NEEDS_REVIEW
        (record_id,) = stores.queue.finish(claim, [NewRecord(body, template.id, state)], state)
        if not sure and rng.random() < 0.6:
            done = {**body, "decision": {"outcome": "accept", "confidence": 1.0, "reasons": []}}
            stores.records.correct(record_id, "*", 1, done, "bench", "bench")
    clock.moment = None


def measure(database: Database, seed: int) -> list[tuple[str, int, float, float]]:
    """(question, hits on the first page, median ms, worst ms), each asked ROUNDS times."""
    search, found = SqlSearch(database), []
    for title, branch, wanted in questions(database, seed):
        times: list[float] = []
        for _ in range(ROUNDS):
            begin = time.perf_counter()
            hits = len(search.find(branch, wanted).hits)
            times.append((time.perf_counter() - begin) * 1000)
        found.append((title, hits, statistics.median(times), max(times)))
    return found


def scan_ms(database: Database) -> float:
    """What an index of words saves: a rare word looked for in all texts, median ms."""
    query = sa.select(t.record_search.c.number).where(t.record_search.c.text.like("% khongcotennay%")).limit(51)
    times = []
    with database.read() as conn:
        for _ in range(ROUNDS):
            begin = time.perf_counter()
            conn.execute(query).all()
            times.append((time.perf_counter() - begin) * 1000)
    return statistics.median(times)


def run(records: int, seed: int, place: Path, url: str) -> str:
    """The table of docs/workbench.md."""
    database = Database(url or f"sqlite:///{place}/bench.sqlite3")
    try:
        begin = time.perf_counter()
        fill(database, records, seed)
        filled_s = time.perf_counter() - begin
        rows, scan = measure(database, seed), scan_ms(database)
    finally:
        database.close()
    kind = "PostgreSQL" if url else "SQLite"
    return "\n".join([
        f"`python -m bench.workbench search --records {records} --seed {seed}`, {datetime.now(UTC).date()}, {kind}, "
        f"{machine()}; made in {filled_s:.0f} s, each question {ROUNDS} times.", "",
        "| question | hits shown | median ms | worst ms |", "|---|---:|---:|---:|",
        *(f"| {title} | {hits} | {median:.1f} | {worst:.1f} |" for title, hits, median, worst in rows),
        f"| for comparison: a rare word in all texts, without the index | 0 | {scan:.0f} | |",
    ])
