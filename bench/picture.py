"""The picture of the README: takes a seed, fills and scans one of our own prints, reads it, draws scan and record.

`python -m bench.picture`. Everybody on it is invented."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from bench.make import document, template_of
from bench.prints import print_blank
from digitizer.calibration import calibration
from digitizer.document import Field, FieldStatus, Record
from digitizer.engines.build import build_engine
from digitizer.geometry import MM_PER_INCH
from digitizer.options import Options
from digitizer.pipeline import Tools, digitize
from digitizer.template import load_templates

TARGET = Path(__file__).resolve().parents[1] / "docs" / "img" / "form-and-record.png"
FONT = Path("/usr/share/fonts/truetype/dejavu")
WIDTH, HEIGHT = 900, 1270
SURE, DOUBTFUL, QUIET = (20, 110, 60), (190, 70, 0), (110, 110, 110)


def main(form: str = "khai-sinh", seed: int = 3) -> None:
    """Writes docs/img/form-and-record.png: the scan with what was located, beside the record."""
    options = Options()
    with tempfile.TemporaryDirectory() as folder:
        made = document(print_blank(template_of(form)), seed, "medium", Path(folder) / "to-khai.pdf")
        kept = Path(folder) / "kept"
        tools = Tools(build_engine(Options().engine), load_templates())
        (record,) = digitize(made.path, made.path.name, tools, replace(options, keep=kept))
        scan = Image.open(kept / "0001_clean.png").convert("RGB")
    picture = Image.new("RGB", (2 * WIDTH, HEIGHT), "white")
    picture.paste(_marked(scan, record, options), (0, 0))
    _write(ImageDraw.Draw(picture), record)
    TARGET.parent.mkdir(exist_ok=True)
    picture.quantize(24, dither=Image.Dither.NONE).save(TARGET, optimize=True)


def _marked(scan: Image.Image, record: Record, options: Options) -> Image.Image:
    scale = WIDTH / scan.width
    page = scan.resize((WIDTH, round(scan.height * scale)), Image.Resampling.LANCZOS)
    draw = ImageDraw.Draw(page)
    to_px = options.render_dpi / MM_PER_INCH * scale
    for field in record.fields:
        for polygon in field.polygon_mm if field.page == record.pages[0] else ():
            draw.polygon([(x * to_px, y * to_px) for x, y in polygon], outline=_colour(field), width=2)
    return page.crop((0, 0, WIDTH, HEIGHT))


def _write(draw: ImageDraw.ImageDraw, record: Record) -> None:
    bold, plain = (ImageFont.truetype(FONT / name, 17) for name in ("DejaVuSans-Bold.ttf", "DejaVuSans.ttf"))
    assert record.form is not None and record.decision is not None
    left, y, step = WIDTH + 30, 30, 43
    title = f"{record.form.form_id} {record.form.edition} → {record.decision.outcome.value}"
    draw.text((left, y), title, font=bold, fill="black")
    for field in record.fields:
        y += step
        if y > HEIGHT - step:
            break
        said = field.raw or f"({field.status.value})"
        draw.text((left, y), field.id, font=plain.font_variant(size=13), fill=QUIET)
        draw.text((left, y + 16), _fitting(said, plain, WIDTH - 130), font=plain, fill=_colour(field))
        if field.status is FieldStatus.FILLED:
            draw.text((2 * WIDTH - 75, y + 16), f"{field.confidence:.2f}", font=plain, fill=_colour(field))


def _fitting(text: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    while font.getlength(text) > width:
        text = text[:-2] + "…"
    return text


def _colour(field: Field) -> tuple[int, int, int]:
    if field.status is not FieldStatus.FILLED:
        return QUIET
    return SURE if field.confidence >= calibration().threshold(field.type) else DOUBTFUL


if __name__ == "__main__":
    main()
