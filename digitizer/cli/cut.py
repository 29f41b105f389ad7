"""`digitizer cut`: takes scans, gives one small picture per answer line, named by form, field and page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitizer.cli.output import emit, note, progress_bar, show_error
from digitizer.cli.read import local_file, open_tools, records_of
from digitizer.errors import DigitizerError
from digitizer.geometry import MM_PER_INCH

if TYPE_CHECKING:
    import numpy as np

    from digitizer.document import CleanPage, Record
    from digitizer.options import Options

MARGIN_MM = 0.6


def add_to(app: typer.Typer) -> None:
    app.command()(cut)


def cut(
    files: Annotated[list[str], typer.Argument(help="PDF, TIFF, JPEG or PNG.")],
    out: Annotated[Path, typer.Option(help="Folder for the pictures.")] = Path("lines"),
    form: Annotated[str, typer.Option(help="Read as this form whatever it looks like.")] = "",
    engine: Annotated[str, typer.Option(help="Recognition engine.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a picture.")] = False,
) -> None:
    """Cut the answers out of scans: a PNG a line, and lines.jsonl with what was read in each.

    For teaching a recogniser and for looking at what it sees. Personal data: treat the folder like the scans."""
    tools, options = open_tools(form, engine=engine)
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    worst, count = 0, 0
    with progress_bar() as bar, (out / "lines.jsonl").open("a", encoding="utf-8") as index:
        task = bar.add_task("cutting", total=len(files))
        for name in files:
            try:
                with local_file(name) as (path, shown):
                    pages = _clean_pages(path, shown, options)
                    for record in records_of(path, shown, tools, options):
                        for entry in _cut(record, pages, out):
                            index.write(json.dumps(entry, ensure_ascii=False) + "\n")
                            count += 1
                            if as_json:
                                emit(entry)
            except DigitizerError as error:
                show_error(error, as_json, name)
                worst = max(worst, error.exit_status)
            bar.advance(task)
    note(f"{count} lines in {out}")
    raise typer.Exit(worst)


def _clean_pages(path: Path, name: str, options: Options) -> dict[int, CleanPage]:
    """The upright pages, colour kept; the same two stages as in the pipeline, so polygons fit."""
    from digitizer.stages.clean import clean
    from digitizer.stages.ingest import ingest
    from digitizer.stages.render import render

    return {page.number: clean(page) for page in render(ingest(path, name, options.limits), options)}


def _cut(record: Record, pages: dict[int, CleanPage], out: Path) -> list[dict[str, object]]:
    import cv2

    form = record.form.form_id if record.form else "unknown"
    entries: list[dict[str, object]] = []
    for f in record.fields:
        page = pages.get(f.page or 0)
        if page is None:
            continue
        for number, polygon in enumerate(f.polygon_mm, 1):
            picture = _crop(page, polygon)
            if picture.size == 0:
                continue
            stem = f"{record.sha256[:12]}-p{page.number}-{form}-{f.id}-{number}".replace("[", "").replace("]", "")
            if not cv2.imwrite(str(out / f"{stem}.png"), picture):
                raise DigitizerError(f"{out} cannot be written to")
            entries.append({
                "picture": f"{stem}.png", "file": record.file, "page": page.number, "form": form, "field": f.id,
                "line": number, "lines": len(f.polygon_mm), "raw": f.raw, "confidence": round(f.confidence, 4),
            })
    return entries


def _crop(page: CleanPage, polygon: tuple[tuple[float, float], ...]) -> np.ndarray:
    """The upright box around a polygon in millimetres, with a small margin."""
    k = page.dpi / MM_PER_INCH
    xs, ys = [x for x, _ in polygon], [y for _, y in polygon]
    top, bottom = (max(0, round((y + m) * k)) for y, m in ((min(ys), -MARGIN_MM), (max(ys), MARGIN_MM)))
    left, right = (max(0, round((x + m) * k)) for x, m in ((min(xs), -MARGIN_MM), (max(xs), MARGIN_MM)))
    return page.image[top:bottom, left:right]
