"""How good drafted templates are: takes blanks of forms that have templates and scans of forms that have none, gives
tables.

`python -m bench.drafts`. A drafted field is found when it has the printed label of one of the template's fields, in
the same order. Then its kind, type, lines and id are compared with the template's, and filled
blanks are read with the untouched draft in place of the template; what was written must come out exactly.
`--source scans`: scans of official forms, compared with what a person wrote down as their labels and kinds."""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rapidfuzz.distance import Levenshtein

from bench.make import document, real, shared_folder, template_of
from bench.prints import print_blank
from bench.scan import QUALITIES, save, scan_all
from bench.scanned_forms import ScannedForm, scanned_forms
from digitizer.drafting.check import check_file
from digitizer.drafting.draft import draft_template
from digitizer.drafting.overlay import lay_over
from digitizer.drafting.pages import clean_pages
from digitizer.drafting.write import yaml_text
from digitizer.engines.build import build_engine
from digitizer.options import Options
from digitizer.pipeline import Tools, digitize
from digitizer.ports import Engine
from digitizer.score import DocumentScore, score_document, summarize
from digitizer.template import FieldSpec, Item, Template
from digitizer.vietnam.text import fold
from digitizer.wire import record_to_json

FORMS = (
    "khai-sinh", "khai-tu", "xac-nhan-hon-nhan", "ct01", "cai-chinh", "trich-luc", "dat-dai", "ho-kinh-doanh",
    "khuyet-tat", "tro-giup-xa-hoi-1a", "tro-giup-xa-hoi-1d",
)
SOURCES = ("pdf", "docx", "scan", "own")
SCANS = "scans"
_ALIKE = 0.75  # of a label's letters, for two labels to be the same print
_ROW = re.compile(r"\[\d+\]")
_DAY = date(2026, 1, 1)


@dataclass(frozen=True, slots=True)
class Compared:
    """Of `fields` in the template `found` are drafted, of these so many with the same kind, type, lines and id.
    extra: drafted fields that the template does not have. pairs: drafted id to the template's. faults: a line for each
    answer that is not found, of another kind, or drafted where there is none."""

    form: str
    source: str
    fields: int
    found: int
    kind: int
    type: int
    lines: int
    id: int
    extra: int
    pairs: dict[str, str]
    faults: tuple[str, ...] = ()


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when it ran; 2 when a blank is not there."""
    options = _parser().parse_args(arguments)
    if options.picture:
        picture(options.picture, build_engine(Options().engine))
        return 0
    if options.source != "own" and shared_folder() is None:
        sys.stderr.write("The real blanks are not on this machine (set DIGITIZER_SHARED): only --source own works.\n")
        return 2
    engine = build_engine(Options().engine)
    if options.source == SCANS:
        _scans(engine, options.faults)
        return 0
    sources = SOURCES if options.source == "all" else (options.source,)
    rows: list[Sequence[str]] = []
    readings: list[Sequence[str]] = []
    with tempfile.TemporaryDirectory(prefix="drafts-") as folder:
        for source in sources:
            for form in options.forms:
                draft = drafted(blank_file(form, source, Path(folder)), engine)
                compared = compare(draft, template_of(form) if source == "own" else real(form).template, source)
                rows.append(_row(compared))
                _faults(compared, options.faults)
                if options.documents:
                    readings.append(_reading(draft, compared, engine, (options.documents, options.seed)))
    _show(("form", "blank", "fields", "found", "right kind", "type", "lines", "id", "extra"), rows)
    if readings:
        _show(("form", "blank", "named", "fields exact, draft", "fields exact, template"), readings)
    return 0


def _show(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    sys.stdout.write("\n".join("| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)) + "\n\n")


def _scans(engine: Engine, faults: bool) -> None:
    """Of forms that are there for figures only no fault is shown: what is mended must not be mended for them."""
    sums = {True: [0] * 5, False: [0] * 5}
    rows: list[Sequence[str]] = []
    for form in scanned_forms():
        compared = compare_scan(drafted(form.picture, engine), form)
        counts = (1, compared.fields, compared.found, compared.kind, compared.extra)
        sums[form.seen] = [a + b for a, b in zip(sums[form.seen], counts, strict=True)]
        rows.append((form.name, "seen" if form.seen else "unseen", *map(str, counts[1:])))
        _faults(compared, faults and form.seen)
    for seen, name in ((True, "seen"), (False, "unseen")):
        forms, fields, found, kind, extra = sums[seen]
        shares = (f"{found} ({found / max(1, fields):.1%})", f"{kind} ({kind / max(1, fields):.1%})")
        rows.append((f"**{forms} forms**", name, str(fields), *shares, str(extra)))
    _show(("form", "faults", "fields", "found", "right kind", "extra"), rows)


def _faults(compared: Compared, shown: bool) -> None:
    if shown and compared.faults:
        sys.stdout.write("\n".join((f"{compared.form} ({compared.source}):", *compared.faults)) + "\n\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.drafts", description=__doc__)
    parser.add_argument("--source", choices=(*SOURCES, "all", SCANS), default="all", help="what the draft is made from")
    parser.add_argument("--forms", nargs="+", choices=FORMS, default=FORMS)
    parser.add_argument("--documents", type=int, default=0, help="filled blanks to read with each draft; 0: none")
    parser.add_argument("--faults", action="store_true", help="say what is missed, wrong or too much")
    parser.add_argument("--picture", type=Path, help="draw a draft of an own print over that print, and nothing else")
    parser.add_argument("--seed", type=int, default=2026)
    return parser


def blank_file(form: str, source: str, folder: Path) -> Path:
    """The real blank as PDF or Word file; the same scanned (medium quality); a print of our own, as a picture."""
    shared = shared_folder()
    if source in ("pdf", "docx"):
        assert shared
        return shared / "forms" / "blank" / f"{form}.{source}"
    blank = print_blank(template_of(form)) if source == "own" else real(form)
    quality = QUALITIES["clean" if source == "own" else "medium"]
    first, *_ = save(scan_all(blank.pages, quality, random.Random(f"draft/{form}")), folder / f"{form}-{source}.pdf")
    return first


def picture(path: Path, engine: Engine) -> None:
    """The picture of docs/forms.md: a print of our own, drafted from its scan, with what the draft finds on it."""
    import cv2

    with tempfile.TemporaryDirectory(prefix="drafts-") as folder:
        blank = blank_file("xac-nhan-hon-nhan", "own", Path(folder))
        laid = lay_over(clean_pages(blank, Options()), drafted(blank, engine), engine)
    shown = laid.picture[: round(1.12 * laid.picture.shape[1])]
    cv2.imwrite(str(path), cv2.resize(shown, None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA))


def drafted(path: Path, engine: Engine) -> Template:
    """The draft as it stands, through its file, as `digitizer forms new` writes it. Raises ValueError when it has a
    fault that `digitizer forms check` finds: a draft must be usable before anybody has looked at it."""
    with tempfile.TemporaryDirectory(prefix="drafts-") as folder:
        file = Path(folder) / "draft.yaml"
        file.write_text(yaml_text(draft_template(path, engine, Options(), "", _DAY)), encoding="utf-8")
        faults, template = check_file(file)
    if template is None:
        raise ValueError("; ".join(f.message for f in faults if not f.warning))
    return template


def compare(draft: Template, template: Template, source: str) -> Compared:
    """Labels are matched in printed order, as many letters as possible; then fields of matched labels are compared."""
    pairs = matched([i for i in draft.items if _specs(i)], [i for i in template.items if _specs(i)])
    both = [both for d, t in pairs for both in zip(_specs(d), _specs(t), strict=False)]
    return Compared(
        template.id, source, len(template.fields), len(both),
        sum(_same_kind(d, t) for d, t in both), sum(d.type is t.type for d, t in both),
        sum(d.lines == t.lines for d, t in both), sum(d.id == t.id for d, t in both),
        len(draft.fields) - len(both), {d.id: t.id for d, t in both}, _told(draft.items, template.items, pairs),
    )


def _specs(item: Item) -> tuple[FieldSpec, ...]:
    """Its answers: of a label in a table's first column one for each column."""
    return item.cells or ((item.field,) if item.field else ())


def compare_scan(draft: Template, form: ScannedForm) -> Compared:
    """As `compare`; of types, lines and ids nothing is known, and what stands aside is not counted as too much."""
    pairs = matched([i for i in draft.items if i.field], form.items)
    aside = [Item(text) for text in form.aside]
    wanted = {id(d) for d, _ in pairs}
    items = [i for i in draft.items if _specs(i) and (id(i) in wanted or not any(_alike(i, a) for a in aside))]
    kind = sum(_same_kind(_specs(d)[0], _specs(t)[0]) for d, t in pairs)
    return Compared(
        form.name, SCANS, len(form.items), len(pairs), kind, 0, 0, 0, len(items) - len(pairs), {},
        _told(items, form.items, pairs),
    )


def _told(drafts: Sequence[Item], rights: Sequence[Item], pairs: Sequence[tuple[Item, Item]]) -> tuple[str, ...]:
    """In printed order, first what is missed or wrong, then what is too much."""
    of = {id(right): drafted_item for drafted_item, right in pairs}
    told = []
    for right in rights:
        mine = of.get(id(right))
        if mine is None and _specs(right):
            told.append(f"- {right.text}")
        elif mine and not _same_kind(_specs(mine)[0], _specs(right)[0]):
            told.append(f"~ {right.text}  {_look(_specs(mine)[0])} in place of {_look(_specs(right)[0])}")
    used = {id(d) for d, _ in pairs}
    told += [f"+ {d.text}  {_look(_specs(d)[0])}" for d in drafts if _specs(d) and id(d) not in used]
    return tuple(told)


def _look(spec: FieldSpec) -> str:
    more = (*spec.choices, *spec.inner, *([str(spec.cells)] if spec.cells else ()), *(["before"] * spec.box_first))
    return f"{spec.kind.value} {list(more)}" if more else spec.kind.value


def _same_kind(drafted: FieldSpec, right: FieldSpec) -> bool:
    """Kind with what belongs to it: boxes of a comb, choices and on which side of them the boxes stand, inner words."""
    words = [[fold(w).strip(" ,") for w in (*spec.choices, "|", *spec.inner)] for spec in (drafted, right)]
    drawn = [(spec.kind, spec.cells, spec.box_first) for spec in (drafted, right)]
    return drawn[0] == drawn[1] and words[0] == words[1]


def matched(drafts: Sequence[Item], rights: Sequence[Item]) -> list[tuple[Item, Item]]:
    """The longest common sequence, by likeness of labels."""
    best = [[0.0] * (len(rights) + 1) for _ in range(len(drafts) + 1)]
    for i, drafted_item in enumerate(drafts):
        for j, right in enumerate(rights):
            like = _alike(drafted_item, right)
            best[i + 1][j + 1] = max(best[i][j + 1], best[i + 1][j], best[i][j] + like if like else 0.0)
    found = []
    i, j = len(drafts), len(rights)
    while i and j:
        if best[i][j] == best[i - 1][j]:
            i -= 1
        elif best[i][j] == best[i][j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            found.append((drafts[i], rights[j]))
    return found[::-1]


def _alike(one: Item, other: Item) -> float:
    """0 for different print; a form's own wording or one of its variants."""
    texts = [fold(t, spaces=False) for t in (other.text, *other.variants)]
    like = max(Levenshtein.normalized_similarity(fold(one.text, spaces=False), t) for t in texts)
    return like if like >= _ALIKE else 0.0


def _row(c: Compared) -> tuple[str, ...]:
    counts = (c.fields, c.found, c.kind, c.type, c.lines, c.id, c.extra)
    return (c.form, c.source, *(str(n) for n in counts))


def _reading(draft: Template, compared: Compared, engine: Engine, plan: tuple[int, int]) -> tuple[str, ...]:
    """The same filled and scanned blanks, read once with the draft and once with the template."""
    documents, seed = plan
    blank = print_blank(template_of(compared.form)) if compared.source == "own" else real(compared.form)
    right = blank.template
    scores: list[DocumentScore] = []
    goals: list[DocumentScore] = []
    with tempfile.TemporaryDirectory(prefix="drafts-") as folder:
        for n in range(documents):
            made = document(blank, seed + n, "medium", Path(folder) / f"{n}.pdf")
            records = [_renamed(r, compared) for r in _read(made.path, engine, draft)]
            named = {**made.truth, "form": {"id": draft.id}}
            scores.append(score_document(named, records))
            goals.append(score_document(made.truth, _read(made.path, engine, right)))
    mine, best = summarize(scores), summarize(goals)
    return (
        compared.form, compared.source, f"{mine.named_right} of {documents}",
        f"{mine.exact} of {mine.fields} ({mine.exact_rate:.1%})",
        f"{best.exact} of {best.fields} ({best.exact_rate:.1%})",
    )


def _read(path: Path, engine: Engine, template: Template) -> list[dict[str, Any]]:
    tools = Tools(engine, (template,))
    return [record_to_json(r) for r in digitize(path, path.name, tools, Options())]


def _renamed(record: dict[str, Any], compared: Compared) -> dict[str, Any]:
    """The draft's field ids as the template's, so that both are scored by the same truth; others are left out."""
    fields = {}
    for name, value in record["fields"].items():
        row = _ROW.search(name)
        key = compared.pairs.get(_ROW.sub("[n]", name))
        if key is not None:
            fields[key.replace("[n]", row.group() if row else "[n]")] = value
    return {**record, "fields": fields}


if __name__ == "__main__":
    sys.exit(main())
