"""`digitizer lines`: takes pictures of single lines, gives what is written on each, one object a line."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitizer.cli.output import emit, note, progress_bar, show_error, write_out
from digitizer.errors import BadInput, DigitizerError, UsageError

if TYPE_CHECKING:  # these bring OpenCV and the engines
    from digitizer.document import Reading
    from digitizer.ports import Engine, Region

DPI = 300.0  # what a line's strokes are judged by when the file does not say
TOGETHER = 32  # lines read in one call of the engine


class Kind(StrEnum):
    """How a line is written. One model reads print and hands alike; `digits` allows nothing but digits."""

    PRINT = "print"
    HAND = "hand"
    DIGITS = "digits"


def add_to(app: typer.Typer) -> None:
    app.command()(lines)


def lines(
    images: Annotated[list[Path], typer.Argument(help="PNG, JPEG or TIFF, one line of writing each.")],
    kind: Annotated[Kind | None, typer.Option(help="How they are written; digits narrows the letters.")] = None,
    field_type: Annotated[str, typer.Option("--type", help="Type of the answer, such as address or date.")] = "",
    engine: Annotated[str, typer.Option(help="Recognition engine.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON object a line.")] = False,
) -> None:
    """Read cropped lines: the text, how sure, and what else it may be.

    Without --type no lexicon is used: what is printed is what the network saw."""
    from digitizer.engines.build import build_engine
    from settings import Settings

    _check_type(field_type)
    reader = build_engine(engine or Settings().engine)
    worst = 0
    if not as_json:
        write_out("file\tconfidence\ttext")
    with progress_bar() as bar:
        task = bar.add_task("reading", total=len(images))
        for start in range(0, len(images), TOGETHER):
            regions: dict[Path, Region] = {}
            for path in images[start : start + TOGETHER]:
                try:
                    regions[path] = _region(path, kind, field_type)
                except DigitizerError as error:
                    show_error(error, as_json, str(path))
                    worst = max(worst, error.exit_status)
            _show(regions, reader, as_json)
            bar.advance(task, min(TOGETHER, len(images) - start))
    raise typer.Exit(worst)


def _check_type(field_type: str) -> None:
    from digitizer.template import FieldType

    if field_type and field_type not in {t.value for t in FieldType}:
        raise UsageError(f"no type is called {field_type!r}; there are: {', '.join(t.value for t in FieldType)}")


def _region(path: Path, kind: Kind | None, field_type: str) -> Region:
    """Raises BadInput for what is no picture."""
    import cv2

    from digitizer.ports import Alphabet, Region
    from digitizer.stages.clean import clean_line

    gray = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) if path.is_file() else None
    if gray is None:
        raise BadInput("this is no picture that can be read: give PNG, JPEG or TIFF files of single lines")
    gray, ink = clean_line(gray, DPI)
    return Region(gray, ink, Alphabet.DIGITS if kind is Kind.DIGITS else Alphabet.TEXT, DPI, field_type)


def _show(regions: dict[Path, Region], reader: Engine, as_json: bool) -> None:
    readings: Sequence[Reading] = reader.read_regions(list(regions.values()))
    for path, reading in zip(regions, readings, strict=True):
        if as_json:
            emit({
                "file": str(path), "text": reading.text, "confidence": round(reading.confidence, 4),
                "alternatives": [
                    [text, round(score, 4)] for text, score in zip(reading.alternatives, reading.scores, strict=False)
                ],
            })
        else:
            write_out(f"{path}\t{reading.confidence:.2f}\t{reading.text}")
    if not as_json and regions and not any(r.text for r in readings):
        note("nothing was read")
