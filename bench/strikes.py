"""Answers that people cross out: takes filled forms, strikes some answers with a pen, measures what is told of them.

`python -m bench.strikes [--documents 12] [--seed 6101] [--faces typed] [--source real] [--quality medium]`. One answer
in five is struck; of the others none may be called struck. Nothing may be tuned on seed 6101.
`python -m bench.strikes alternatives` measures words of labels of which all but one are struck out."""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bench import alternatives
from bench.fill import Answer, Filled, Ink
from bench.fonts import faces, faces_of
from bench.make import Made, filled, truth_of
from bench.pens import KINDS, PENS, cross_out, inked
from bench.run import FORMS, Reader, blank_of
from bench.scan import QUALITIES, save, scan_all
from digitizer.document import FieldStatus
from digitizer.geometry import Box, union
from digitizer.score import score_document, summarize

SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Struck:
    """form: with the strokes and their truth. kinds: of each struck answer how, by its id."""

    form: Filled
    kinds: dict[str, str]


def struck(form: Filled, share: float, rng: random.Random) -> Struck:
    """Some of the written answers crossed out, each line of them; ticks are left as they are."""
    masks = [Image.new("L", page.size, 0) for page in form.pages]
    answers, kinds = [], {}
    for answer in form.answers:
        if answer.ink and answer.type != "tick" and _wide(answer) and rng.random() < share:
            kinds[answer.field_id] = kind = rng.choice(KINDS)
            for page, box in _lines(answer.ink):
                cross_out(masks[page], box, kind, rng)
            answer = replace(answer, raw="", status=FieldStatus.STRUCK)
        answers.append(answer)
    colour = np.array(rng.choice(PENS), dtype=np.float32)
    pages = tuple(inked(page, mask, colour) for page, mask in zip(form.pages, masks, strict=True))
    return Struck(replace(form, pages=pages, answers=tuple(answers)), kinds)


def _wide(answer: Answer) -> bool:
    """Two letters are crossed out by a stroke that might be a letter's; nobody could tell."""
    return all(len(line.text) > 2 for line in answer.ink) or len(answer.ink) > 2


def _lines(ink: Sequence[Ink]) -> Iterator[tuple[int, Box]]:
    """What was written on one printed line, with what is printed between, is struck in one go."""
    rows: list[list[Ink]] = []
    for piece in ink:
        last = rows[-1][-1] if rows else None
        same = last and last.page == piece.page and abs(last.box.middle_y - piece.box.middle_y) < 0.6 * last.box.height
        if same:
            rows[-1].append(piece)
        else:
            rows.append([piece])
    for row in rows:
        yield row[0].page, union(piece.box for piece in row)


# --- measuring ---------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Count:
    """Answers struck and told so, by kind of stroke; clean ones, blank ones, and those of them called struck."""

    struck: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    clean: int = 0
    blank: int = 0
    false: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


def main(arguments: Sequence[str] | None = None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["alternatives"]:
        return alternatives.main(given[1:])
    options = _parser().parse_args(given)
    count, reader = Count(), Reader(options.engine)
    chosen = list(faces() if options.faces == "typed" else faces_of(options.faces))
    random.Random(options.seed).shuffle(chosen)
    scores = []
    with tempfile.TemporaryDirectory() as folder:
        for n in range(options.documents):
            form, seed = options.forms[n % len(options.forms)], options.seed * 1000 + n
            drawn = struck(
                filled(blank_of(form, seed, options.source), seed, chosen[n % len(chosen)]), options.share,
                random.Random(f"strikes/{form}/{seed}"),
            )
            made = _scanned(drawn.form, seed, options.quality, Path(folder) / f"{n}.pdf")
            records = reader.read(made.path)
            scores.append(score_document(made.truth, records))
            _tally(count, drawn, records, f"{form}/{seed}")
    found = summarize(scores)
    print(json.dumps({
        "documents": found.documents, "named": found.named_right, "clean": count.clean, "blank": count.blank,
        "called struck": count.false, "struck": dict(count.struck), "told": dict(count.told), "missed": count.missed,
        "exact": f"{found.exact} of {found.fields}", "struck right": f"{found.struck_right} of {found.struck_fields}",
    }, ensure_ascii=False, indent=1))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench.strikes", description=__doc__)
    parser.add_argument("--documents", type=int, default=12)
    parser.add_argument("--seed", type=int, default=6101)
    parser.add_argument("--share", type=float, default=SHARE, help="of the written answers that are struck")
    parser.add_argument("--forms", nargs="+", default=FORMS)
    parser.add_argument("--faces", choices=("typed", "hand", "script"), default="typed")
    parser.add_argument("--source", choices=("real", "own", "variants"), default="real")
    parser.add_argument("--quality", choices=tuple(QUALITIES), default="medium", metavar="Q")
    parser.add_argument("--engine", default="onnx")
    return parser


def _scanned(form: Filled, seed: int, quality: str, path: Path) -> Made:
    scans = scan_all(form.pages, QUALITIES[quality], random.Random(f"scan/{form.form_id}/{seed}"))
    first, *_ = save(scans, path)
    return Made(first, truth_of(form, scans), len(scans))


def _tally(count: Count, drawn: Struck, records: Sequence[dict[str, Any]], where: str) -> None:
    got = {k: v for record in records for k, v in record["fields"].items()}
    for answer in drawn.form.answers:
        status = got.get(answer.field_id, {}).get("status")
        told, name = status == FieldStatus.STRUCK, f"{where} {answer.field_id}"
        if kind := drawn.kinds.get(answer.field_id):
            count.struck[kind] += 1
            count.told[kind] += told
            count.missed += [] if told else [f"{name} {kind} {status}: {answer.ink[0].text}"]
            continue
        count.clean += bool(answer.ink)
        count.blank += not answer.ink
        count.false += [f"{name}: {answer.raw}"] if told else []


if __name__ == "__main__":
    sys.exit(main())
