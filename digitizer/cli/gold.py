"""`digitizer gold export`, `score`, `calibrate`: takes what people said of fields, measures and refits the reading."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitizer.cli.config import load_settings, stores_of
from digitizer.cli.output import emit, note, print_table, progress_bar
from digitizer.errors import DigitizerError, UsageError

if TYPE_CHECKING:  # these bring OpenCV and the engines: a second that `digitizer --help` need not take
    from digitizer.document import Record
    from digitizer.gold import Compared
    from digitizer.refit import Seen
    from storage.base import StoredRecord, Stores

AsJson = Annotated[bool, typer.Option("--json", help="For programs: JSON objects.")]
GoldFolder = Annotated[Path, typer.Option("--gold", help="Folder that `digitizer gold export` made.")]
FEWEST, FEWEST_WRONG, FEWEST_DOCUMENTS = 300, 30, 40  # below, a refit follows chance
gold = typer.Typer(no_args_is_help=True, help="What people said of fields, as a set to measure by.")


def add_to(app: typer.Typer) -> None:
    app.add_typer(gold, name="gold")
    app.command()(score)
    app.command()(calibrate)


@gold.callback()
def group() -> None:
    """What people said of fields, as a set to measure by."""


@gold.command()
def export(
    out: Annotated[Path, typer.Option(help="Folder for it; made where it is not there, readable by its owner only.")],
    since: Annotated[str, typer.Option(help="Records changed from this day on, YYYY-MM-DD; all by default.")] = "",
    branch: Annotated[str, typer.Option(help="Of one branch only.")] = "*",
    as_json: AsJson = False,
) -> None:
    """Export every field that a person corrected, confirmed or keyed blind, with the scans. Personal data."""
    from digitizer.gold import save
    from storage.gold import gold_fields

    with stores_of(load_settings()) as stores, progress_bar() as bar:
        task = bar.add_task("scans", total=None)
        written: set[str] = set()

        def file_of(record: StoredRecord) -> str:
            name = _keep(stores, record, out, written)
            bar.update(task, completed=len(written))
            return name

        count = save(out, gold_fields(stores, _day(since), branch, file_of))
        if stores.audit is not None:
            stores.audit.note("operator", f"gold.exported {count}")
    if as_json:
        emit({"fields": count, "originals": len(written), "folder": str(out)})
    note(f"{count} fields of {len(written)} scans. They hold personal data: they stay on the premises, nobody else may "
         "read the folder, and it is deleted when it has been used.")


def score(
    gold: GoldFolder,
    engine: Annotated[str, typer.Option(help="Recognition engine; the set one by default.")] = "",
    templates: Annotated[Path | None, typer.Option(help="Folder of templates in place of the shipped ones.")] = None,
    calibration: Annotated[Path | None, typer.Option(help="Calibration in place of the shipped one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read the gold set's scans anew and compare with the truth and with what was live. Exit status 1: worse."""
    from digitizer.gold import lines

    compared = _read_again(gold, engine, templates, calibration)
    found = lines(compared)
    for line in found if as_json else ():
        emit({**asdict(line), "interval": line.interval, "worse": line.worse})
    if not as_json:
        print_table(("form, type", "fields", "right when live", "right now", "95 % interval", "lost", "won", ""), [
            (line.name, str(line.fields), str(line.was_right), str(line.now_right),
             f"{line.interval[0]:.3f}-{line.interval[1]:.3f}", str(line.lost), str(line.won),
             "worse" if line.worse else "") for line in found
        ])
    _tell_release(compared)
    if any(line.worse for line in found):
        note("worse than what was live, beyond chance: do not put this reading into service")
        raise typer.Exit(1)


def calibrate(
    gold: GoldFolder,
    out: Annotated[Path, typer.Option(help="File for the new calibration.")],
    engine: Annotated[str, typer.Option(help="Recognition engine; the set one by default.")] = "",
) -> None:
    """Fit the confidences anew to what people said, and report. Exit status 1: too few fields, or no better."""
    from digitizer.calibration import save
    from digitizer.refit import expected_error, fit, log_loss, refitted

    seen = _seen(_read_again(gold, engine, None, None))
    written = [s for s in seen if s.evidence]
    wrong, documents = sum(not s.exact for s in written), len({s.document for s in written})
    note(f"{len(written)} fields read by letters in {documents} documents, {wrong} of them wrong")
    if len(written) < FEWEST or wrong < FEWEST_WRONG or documents < FEWEST_DOCUMENTS:
        note(f"too few: a fit needs {FEWEST} fields, {FEWEST_WRONG} wrong ones, {FEWEST_DOCUMENTS} documents")
        raise typer.Exit(1)
    halves = [[s for s in seen if s.document % 2 == n] for n in (0, 1)]
    other = refitted(fit(halves[0]), halves[1]) + refitted(fit(halves[1]), halves[0])
    shipped = [replace(s, confidence=s.before) for s in seen]  # as read, without the checks between fields
    before, after = log_loss(shipped), log_loss(other)
    print_table(("", "shipped", "fitted on the other half"), [
        ("log loss a field", f"{before:.4f}", f"{after:.4f}"),
        ("expected calibration error", f"{expected_error(shipped):.4f}", f"{expected_error(other):.4f}"),
    ])
    if after >= before:
        note("no better on documents it was not fitted on: the shipped calibration stays")
        raise typer.Exit(1)
    found = fit(seen)
    found["fitted"] = {"date": datetime.now(UTC).date().isoformat(), "gold": len(seen), "documents": documents,
                       "fields": len(written), "wrong": wrong}
    save(out, found, "digitizer calibrate")
    print_table(("passes from", "threshold"), [(k, f"{v:.3f}") for k, v in found["thresholds"].items()])
    note(f"{out}: measure it with `digitizer score --gold … --calibration {out}`")


def _seen(compared: Sequence[Compared]) -> list[Seen]:
    """As fitting wants it: fields with what speaks for them."""
    from digitizer.calibration import calibration as live
    from digitizer.refit import Seen

    numbers: dict[str, int] = {}
    found = []
    for one in compared:
        if one.now is None:
            continue
        number = numbers.setdefault(one.gold.record_id, len(numbers))
        before = live().probability(one.now.evidence) if one.now.evidence else one.now.confidence
        found.append(Seen("gold", number, one.now.type, one.now.status, one.right, one.now.confidence,
                          round(before, 4), one.now.evidence, False))
    return found


def _read_again(
    folder: Path, engine: str, templates: Path | None, calibration: Path | None
) -> list[Compared]:
    from digitizer.calibration import use
    from digitizer.gold import compare, load

    fields = load(folder)
    if not fields:
        raise UsageError("the gold set is empty")
    if calibration:
        use(calibration)
    with progress_bar() as bar:
        task = bar.add_task("reading", total=len({f.file for f in fields}))
        return compare(fields, _reader(folder, engine, templates, lambda: bar.advance(task)))


def _reader(
    folder: Path, engine: str, templates: Path | None, done: Callable[[], None]
) -> Callable[[str], Sequence[Record]]:
    """Reads a file of the gold set; one that cannot be read any more gives no record, and its fields count as wrong."""
    from digitizer.cli.read import open_tools
    from digitizer.pipeline import read_documents
    from digitizer.template import load_templates

    tools, options = open_tools("", None, engine)
    if templates:
        tools = replace(tools, templates=load_templates(templates))

    def read(name: str) -> Sequence[Record]:
        path = folder / "originals" / Path(name).name
        try:
            return list(read_documents(path, path.name, tools, options))
        except DigitizerError as error:
            note(f"{path.name}: {error.code}")
            return []
        finally:
            done()

    return read


def _tell_release(compared: Sequence[Compared]) -> None:
    """How many fields would pass now, and how many of these are wrong."""
    from digitizer.bounds import upper_bound
    from digitizer.calibration import calibration

    passing = [c for c in compared if c.now and c.now.confidence >= calibration().threshold(c.now.type)]
    wrong = sum(not c.right for c in passing)
    note(f"{len(passing)} of {len(compared)} fields reach their threshold, {wrong} of these wrong "
         f"(at most {upper_bound(wrong, len(passing)):.2%}, 95 % one-sided; of what people looked at, not of all)")


def _keep(stores: Stores, record: StoredRecord, out: Path, written: set[str]) -> str:
    """The original under its hash; gives its name."""
    from web.incoming import SUFFIXES

    name = f"{record.sha256}{SUFFIXES.get(record.media_type, '.bin')}"
    if name in written:
        return name
    folder = out / "originals"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    out.chmod(0o700)
    data = stores.objects.get(record.object_key, record.sha256)
    with os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
    written.add(name)
    return name


def _day(since: str) -> datetime | None:
    if not since:
        return None
    try:
        return datetime.fromisoformat(since).replace(tzinfo=UTC)
    except ValueError:
        raise UsageError("--since is a day as YYYY-MM-DD") from None
