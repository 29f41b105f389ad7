"""Struck-out alternatives: takes forms whose labels hold some, strikes words out with pens, measures what is told.

`python -m bench.strikes alternatives [--documents 12] [--seed 6201] [--publish]`. Nothing may be tuned on seed 6201."""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bench.blank import Blank, Place
from bench.fill import Answer, Filled, any_hand, fill
from bench.fonts import Face
from bench.make import filled, real, shared_folder
from bench.pens import PENS, SHORT_KINDS, inked, ring, strike_words
from bench.people import Truth, make_person
from bench.prints import any_style, print_blank
from bench.scan import QUALITIES, save, scan_all
from digitizer.document import FieldStatus
from digitizer.engines.build import build_engine
from digitizer.options import Options
from digitizer.pipeline import Tools, digitize
from digitizer.template import FieldKind, Template, parse_template
from digitizer.wire import record_to_json

# Labels as forms print them, on a form of our own. The last words of an item are its leaders'.
ITEMS: tuple[dict[str, Any], ...] = (
    {"text": "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "bold": True},
    {"text": "Độc lập - Tự do - Hạnh phúc", "bold": True},
    {"text": "ĐƠN ĐỀ NGHỊ XÁC NHẬN QUAN HỆ GIA ĐÌNH", "bold": True},
    {"text": "Kính gửi:", "field": {"id": "authority", "type": "organization"}},
    {"text": "Ông/Bà:", "alternatives": {"id": "requester.title", "choices": ["Ông", "Bà"]},
     "field": {"id": "requester.full_name", "type": "person_name"}},
    {"text": "Số Căn cước công dân/Hộ chiếu:", "alternatives": {
        "id": "requester.paper", "choices": ["Căn cước công dân", "Hộ chiếu"]},
     "field": {"id": "requester.number", "type": "number"}},
    {"text": "Nơi cư trú:", "field": {"id": "requester.residence", "type": "address", "lines": 2}},
    {"text": "Là vợ/chồng/con của người có tên dưới đây (gạch bỏ phần không cần thiết)", "alternatives": {
        "id": "requester.relation", "choices": ["vợ", "chồng", "con"]}},
    {"text": "Họ, chữ đệm, tên:", "field": {"id": "subject.full_name", "type": "person_name"}},
    {"text": "Ngày, tháng, năm sinh:", "field": {"id": "subject.date_of_birth", "type": "date"}},
    {"text": "Sinh con trai/con gái, đặt tên là:", "alternatives": {
        "id": "child.sex", "type": "sex", "choices": ["con trai", "con gái"]},
     "field": {"id": "child.full_name", "type": "person_name"}},
    {"text": "Hiện đang cư trú tại địa phương: Có/Không", "alternatives": {
        "id": "resident", "choices": ["Có", "Không"]}},
    {"text": "Đề nghị (1) cấp mới/(2) cấp lại/(3) cấp đổi giấy xác nhận nêu trên", "alternatives": {
        "id": "request", "choices": ["cấp mới", "cấp lại", "cấp đổi"]}},
    {"text": "Số Giấy báo tử/Giấy tờ thay thế Giấy báo tử:", "footnote": "(1)", "alternatives": {
        "id": "notice.kind", "choices": ["Giấy báo tử", "Giấy tờ thay thế Giấy báo tử"]},
     "field": {"id": "notice.number", "type": "number"}},
    {"text": "Tôi cam đoan những nội dung khai trên đây là đúng sự thật và chịu trách nhiệm trước pháp luật."},
    {"text": "Làm tại:", "field": {"id": "place", "type": "place"}},
    {"text": "Người yêu cầu", "bold": True},
    {"text": "(Ký, ghi rõ họ, chữ đệm, tên)", "signature": "requester"},
)
OWN = {
    "id": "quan-he-gia-dinh", "edition": "own", "titles": ["ĐƠN ĐỀ NGHỊ XÁC NHẬN QUAN HỆ GIA ĐÌNH"],
    "regulation": "none, a form of the bench", "valid_from": date(2026, 1, 1), "items": list(ITEMS),
}
# What becomes of an item's alternatives, and how often: one is left, none is struck, one is ringed, all are struck.
FATES = {"one": 6, "none": 3, "ring": 1, "all": 1}


@dataclass(frozen=True, slots=True)
class Case:
    """What was done to one item's alternatives. left: the answer, '' where the paper says none. kinds: of strokes."""

    field_id: str
    fate: str
    left: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A filled form with its alternatives struck out, and what was done to each."""

    template: Template
    form: Filled
    cases: tuple[Case, ...]


def own_template() -> Template:
    return parse_template({**OWN, "items": [dict(item) for item in ITEMS]}, "bench")


def own_form(seed: int) -> Blank:
    return print_blank(own_template(), any_style(random.Random(f"style/alternatives/{seed}")))


def own_filled(blank: Blank, seed: int, face: Face | None = None) -> Filled:
    rng = random.Random(f"alternatives/{seed}")
    one, other, child = (make_person(rng) for _ in range(3))
    truths = {
        "requester.full_name": Truth(one.full_name), "requester.residence": one.residence,
        "requester.number": Truth(one.personal_id), "subject.full_name": Truth(other.full_name),
        "subject.date_of_birth": Truth(f"{other.born:%d/%m/%Y}"), "child.full_name": Truth(child.full_name),
        "notice.number": Truth(f"{rng.randrange(5, 400)}/GBT"), "place": Truth(other.home_town),
    }
    return fill(blank, truths, any_hand(rng, face), rng)


def struck_out(form: Filled, blank: Blank, rng: random.Random) -> Drawn:
    """The alternatives of a filled form marked with one pen, and their truth."""
    masks = [Image.new("L", page.size, 0) for page in form.pages]
    cases = {place.field_id: _marked(masks, place, rng) for place in blank.places
             if place.spec.kind is FieldKind.ALTERNATIVES}
    colour = np.array(rng.choice(PENS), dtype=np.float32)
    pages = tuple(inked(page, mask, colour) for page, mask in zip(form.pages, masks, strict=True))
    answers = tuple(_answered(a, cases[a.field_id]) if a.field_id in cases else a for a in form.answers)
    return Drawn(blank.template, replace(form, pages=pages, answers=answers), tuple(cases.values()))


def _answered(answer: Answer, case: Case) -> Answer:
    return replace(answer, raw=case.left, status=FieldStatus.FILLED if case.left else FieldStatus.BLANK)


def _marked(masks: Sequence[Image.Image], place: Place, rng: random.Random) -> Case:
    fate = rng.choices(list(FATES), list(FATES.values()))[0]
    kept = rng.randrange(len(place.words))
    kinds = []
    for n, cells in enumerate(place.words):
        if fate == "ring" and n == kept:
            for cell in cells:
                ring(masks[cell.page], cell.box, rng)
        if fate == "all" or (fate == "one" and n != kept):
            kinds.append(rng.choice(SHORT_KINDS))
            for cell in cells:
                strike_words(masks[cell.page], cell.box, kinds[-1], rng)
    left = place.spec.answers[kept] if fate in ("one", "ring") else ""
    return Case(place.field_id, fate, left, tuple(kinds))


def drawn(seed: int, source: str = "own", face: Face | None = None) -> Drawn:
    """source: "own", the form above, or "real": the official death declaration, which asks for it in its fourth note.
    Raises FileNotFoundError where that is not on this machine."""
    blank = own_form(seed) if source == "own" else real("khai-tu")
    form = own_filled(blank, seed, face) if source == "own" else filled(blank, seed, face)
    return struck_out(form, blank, random.Random(f"pens/{seed}"))


# --- measuring ---------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Count:
    """right: told as it is. doubtful: a person is asked though the paper is clear. wrong: neither. odd: what was not
    right, for those who look for reasons."""

    cases: int = 0
    right: int = 0
    doubtful: int = 0
    wrong: int = 0
    untouched: int = 0
    alarms: int = 0
    odd: list[str] = field(default_factory=list)


def measure(plan: argparse.Namespace, source: str, quality: str) -> Count:
    count, engine = Count(), build_engine(plan.engine)
    with tempfile.TemporaryDirectory() as folder:
        for n in range(plan.documents):
            seed = plan.seed * 1000 + n
            made = drawn(seed, source)
            scans = scan_all(made.form.pages, QUALITIES[quality], random.Random(f"scan/alternatives/{seed}"))
            path, *_ = save(scans, Path(folder) / f"{n}.pdf")
            tools = Tools(engine, (made.template,))
            records = [record_to_json(r) for r in digitize(path, path.name, tools, Options(engine=plan.engine))]
            _tally(count, made, records, f"{quality}/{seed}")
    return count


def _tally(count: Count, made: Drawn, records: Sequence[dict[str, Any]], where: str) -> None:
    got = {k: v for record in records for k, v in record["fields"].items()}
    for case in made.cases:
        found = got.get(case.field_id, {"status": "not_found", "raw": ""})
        asked = found["status"] in ("illegible", "not_found")
        unclear = case.fate == "all"
        status = "filled" if case.left else "blank"
        right = asked if unclear else (found["status"], found["raw"]) == (status, case.left)
        count.cases += 1
        count.untouched += case.fate == "none"
        count.right += right
        count.doubtful += asked and not unclear
        count.wrong += not right and not asked
        count.alarms += case.fate == "none" and not right
        if not right:
            count.odd.append(f"{where} {case.field_id} {case.fate} {case.left!r} {case.kinds}: {found['status']} "
                             f"{found['raw']!r}")


# --- the command -------------------------------------------------------------------------------------------------

SETS = ("own/light", "own/medium", "own/heavy", "own/medium-150", "own/heavy-200", "own/bilevel", "real/medium",
        "real/heavy-200")
DOCS = Path(__file__).resolve().parents[1] / "docs" / "pipeline.md"
BEGIN, END = "<!-- alternatives: begin -->", "<!-- alternatives: end -->"


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m bench.strikes alternatives`."""
    parser = argparse.ArgumentParser(prog="bench.strikes alternatives", description=__doc__)
    parser.add_argument("--documents", type=int, default=12, help="of each set")
    parser.add_argument("--seed", type=int, default=6201)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS, metavar="SOURCE/QUALITY")
    parser.add_argument("--engine", default="onnx")
    parser.add_argument("--publish", action="store_true", help="write the table into docs/pipeline.md")
    plan = parser.parse_args(arguments)
    rows = []
    for source, _, quality in (each.partition("/") for each in plan.sets):
        if source == "real" and shared_folder() is None:
            print("The real blanks are not on this machine: left out.")
            continue
        count = measure(plan, source, quality)
        print("\n".join(count.odd))
        rows.append(_row(source, quality, count))
        print(rows[-1], flush=True)
    from bench.report import machine  # matplotlib, for those who asked for a run

    table = _table(rows, plan, machine())
    print(table)
    if plan.publish:
        text = DOCS.read_text(encoding="utf-8")
        head, rest = text.split(BEGIN)
        DOCS.write_text(f"{head}{BEGIN}\n{table}\n{END}{rest.split(END)[1]}", encoding="utf-8")
    return 0


def _row(source: str, quality: str, count: Count) -> str:
    form = "own form" if source == "own" else "`khai-tu`, real blank"
    told = count.cases - count.doubtful
    share = f"{100 * count.right / told:.1f} %" if told else "-"
    return (f"| {form}, {quality} | {count.cases} | {count.right} | {count.doubtful} | {count.wrong} | {share} "
            f"| {count.alarms} of {count.untouched} |")


def _table(rows: Sequence[str], plan: argparse.Namespace, machine: str) -> str:
    return "\n".join((
        f"Measured {date.today():%Y-%m-%d}, {plan.documents} forms a set, seed {plan.seed}, "
        f"{machine}:\n`python -m bench.strikes alternatives --documents {plan.documents} --seed {plan.seed} "
        f"--sets {' '.join(plan.sets)}`", "",
        "| set | labels | right | a person is asked | wrong | right of what is told | alarms on untouched print |",
        "|---|---|---|---|---|---|---|", *rows,
    ))
