"""How well papers that come with declarations are read: draws identity cards of invented people, reads, and counts;
reads the first pages of the real administrative documents where they are on this machine.

    python -m bench.papers cards --seed 5102 --count 12
    python -m bench.papers letters --half check
    python -m bench.papers cost"""

from __future__ import annotations

import argparse
import csv
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf

from bench.cards import CHIP, NEW, Card, back, copied, front, make_card, photo
from bench.make import shared_folder
from bench.run import FORMS, Reader, make_one
from bench.scan import QUALITIES, scan
from digitizer.options import Options
from digitizer.stages.clean import clean
from digitizer.stages.ingest import ingest
from digitizer.stages.render import render
from digitizer.stages.survey_card import survey_card
from digitizer.stages.survey_letter import survey_letter
from digitizer.vietnam.names import same_name
from digitizer.vietnam.text import same_text

CASES = ("photo, careful", "photo, careless", "scan, medium", "gray copy, heavy")
_BESIDE = "Bản sao căn cước nộp kèm hồ sơ.\nHà Nội, ngày 12 tháng 9 năm 2026\nNgười nộp hồ sơ"


def card_files(card: Card, seed: int, folder: Path, code: bool) -> Iterator[tuple[str, Path]]:
    """(case, file) with both sides each; `code`: with the QR code, or with white where it stands."""
    sides = [front(card, code), back(card, code)]
    for n, case in enumerate(CASES):
        rng = random.Random(f"{seed}/{case}")
        path = folder / f"{seed}-{n}-{int(code)}.tiff"
        if case.startswith("photo"):
            pages = [photo(side, rng, 0.25 if case.endswith("careful") else 0.75) for side in sides]
            pages[0].save(path, save_all=True, append_images=pages[1:])
        else:
            gray = case.startswith("gray")
            page = copied(sides, rng, gray, _BESIDE if gray else "")
            image = scan(page, QUALITIES["heavy" if gray else "medium"], rng).image
            image.save(path, dpi=(300, 300))
        yield case, path


def compare(card: Card, records: list[dict[str, Any]]) -> tuple[int, int, list[str]]:
    """(fields exactly right, fields on the card, what was wrong) of all records of one file together."""
    got: dict[str, Any] = {}
    for record in records:
        got = {k: f for k, f in record["fields"].items() if f["status"] in ("filled", "none_stated")} | got
    truth = card.truth()
    wrong = [
        f"{k}: {got[k]['raw'] if k in got else '-'} for {said}" for k, said in truth.items()
        if k not in got or not (got[k]["raw"] == said or (k == "full_name" and same_name(got[k]["raw"], said)))
    ]
    return len(truth) - len(wrong), len(truth), wrong


def cards(seed: int, count: int, show: bool) -> None:
    """Prints a line a case."""
    reader = Reader(Options().engine)
    told: dict[tuple[str, bool], Counter[str]] = {}
    with tempfile.TemporaryDirectory() as place:
        for n in range(count):
            card = make_card(random.Random(f"card/{seed}/{n}"), (CHIP, NEW)[n % 2])
            for code in (True, False):
                for case, path in card_files(card, seed * 1000 + n, Path(place), code):
                    started = time.process_time()
                    records = reader.read(path)
                    tally = told.setdefault((case, code), Counter())
                    exact, fields, wrong = compare(card, records)
                    sources = Counter(f["source"] for r in records for f in r["fields"].values())
                    named = [r["form"]["edition"] for r in records if r["form"]["id"] == "the-can-cuoc"]
                    by_zone = [k for r in records for k, f in r["fields"].items() if f["source"] == "mrz"]
                    tally.update(
                        files=1, exact=exact, fields=fields, qr=sources["qr"] > 0, ms=int(1000 * _since(started)),
                        named=card.edition in named, one=len(records) == 1, mrz=bool(by_zone),
                        review=any(r["decision"]["outcome"] != "accept" for r in records),
                    )
                    if show:
                        print(case, code, n, card.edition, *wrong, sep=" | ")
                    path.unlink()
    for (case, code), t in told.items():
        print(
            f"{case}, {'with' if code else 'without'} code: {t['exact']} of {t['fields']} fields exact "
            f"({100 * t['exact'] / t['fields']:.1f} %), named {t['named']}, one document {t['one']}, code {t['qr']}, "
            f"zone {t['mrz']} of {t['files']}; to a person {t['review']}; {t['ms'] / t['files'] / 1000:.1f} s CPU"
        )


def letters(half: str, show: bool) -> None:
    """Documents by sorted name, even ones for developing, odd ones to check; only first pages are read."""
    folder = shared_folder()
    if folder is None:
        raise SystemExit("the real documents are not on this machine (set DIGITIZER_SHARED)")
    folder = folder / "data" / "admin-docs"
    with (folder / "fields.tsv").open(encoding="utf-8", newline="") as lines:
        truths = sorted(csv.DictReader(lines, delimiter="\t"), key=lambda row: row["file"])
    reader, tally = Reader(Options().engine), Counter[str]()
    with tempfile.TemporaryDirectory() as place:
        for row in truths[(0 if half == "tuned" else 1)::2]:
            records = reader.read(_first_page(folder / row["file"], Path(place) / "first.pdf"))
            got = next((r["fields"] for r in records if r["form"]["id"] == "van-ban-hanh-chinh"), None)
            tally["documents"] += 1
            tally["named"] += got is not None
            for name, said in _parts_of(row).items():
                read = _part_read(name, got or {})
                tally[f"{name}, all"] += 1
                tally[name] += same_text(read, said)
                if show and not same_text(read, said):
                    print(row["file"], name, repr(read), repr(said), sep=" | ")
    print(f"{half}: named {tally['named']} of {tally['documents']}; " + "; ".join(
        f"{name} {tally[name]} of {tally[f'{name}, all']}" for name in _PARTS
    ))


def cost(seed: int, count: int) -> None:
    """Prints what asking for cards and documents costs a page that is neither: filled prints of our own."""
    reader, spent, pages = Reader(Options().engine), Counter[str](), 0
    with tempfile.TemporaryDirectory() as place:
        for n in range(count):
            made = make_one(FORMS[n % len(FORMS)], seed + n, "medium", ("own", Path(place)))
            for image in render(ingest(made.path, made.path.name, reader.options.limits), reader.options):
                page = clean(image)
                text = reader.tools.engine.read_page(page)
                pages += 1
                for name, ask in (("card", survey_card), ("document", survey_letter)):
                    started = time.process_time()
                    found = ask(page, text, reader.tools.engine, reader.tools.templates)
                    spent[name] += int(1e6 * _since(started))
                    assert found is text
    print("; ".join(f"{name}: {us / pages / 1000:.1f} ms a page" for name, us in spent.items()), f"({pages} pages)")


_PARTS = ("agency", "number", "date", "place", "document_type", "subject")


def _first_page(path: Path, to: Path) -> Path:
    with pikepdf.open(path) as document:
        del document.pages[1:]
        document.save(to)
    return to


def _parts_of(row: dict[str, str]) -> dict[str, str]:
    return {name: row["doc_type" if name == "document_type" else name] for name in _PARTS}


def _part_read(name: str, fields: dict[str, Any]) -> str:
    if name in ("date", "place"):
        value = fields.get("place_and_date", {}).get("value") or {}
        return str(value.get(name) or "")
    return str(fields.get(name, {}).get("raw", ""))


def _since(started: float) -> float:
    return time.process_time() - started


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.papers", description=__doc__)
    parser.add_argument("what", choices=("cards", "letters", "cost"))
    parser.add_argument("--seed", type=int, default=5001, help="5001 is what was tuned on")
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--half", choices=("tuned", "check"), default="check", help="of the real documents")
    parser.add_argument("--show", action="store_true", help="what was wrong, file by file")
    given = parser.parse_args(argv)
    if given.what == "cards":
        cards(given.seed, given.count, given.show)
    elif given.what == "cost":
        cost(given.seed, given.count)
    else:
        letters(given.half, given.show)
    return 0


if __name__ == "__main__":
    sys.exit(main())
