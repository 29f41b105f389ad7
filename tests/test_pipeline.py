"""From a file to records on real parts: our own prints, and the official blanks where this machine has them."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from PIL import Image

from bench.blank import Blank
from bench.make import document, filled, real, shared_folder, template_of
from bench.prints import print_blank
from bench.scan import QUALITIES, scan_all
from digitizer.document import Outcome
from digitizer.options import PICTURE_DPI, Options, picture_name
from digitizer.pipeline import Tools, digitize
from digitizer.score import score_document
from digitizer.wire import record_to_json

FORMS = ("khai-sinh", "khai-tu", "xac-nhan-hon-nhan", "ct01")


def official(form: str) -> Blank:
    if shared_folder() is None:
        pytest.skip("the official blank forms are not on this machine; set DIGITIZER_SHARED to their folder")
    return real(form)


@pytest.mark.parametrize("form", FORMS)
def test_a_filled_official_form_is_read(form: str, tools: Tools, tmp_path: Path) -> None:
    made = document(official(form), 4711, "medium", tmp_path / f"{form}.pdf")
    (record,) = digitize(made.path, made.path.name, tools, Options())
    score = score_document(json.loads(Path(f"{made.path}.truth.json").read_text()), [record_to_json(record)])
    written = [f for f in score.fields if f.filled]
    assert score.named_right
    assert sum(f.located is not False for f in written) >= 0.97 * len(written)
    assert sum(f.exact for f in written) >= 0.5 * len(written)
    assert all(f.got == "" for f in score.fields if not f.filled)
    assert record.decision is not None


def test_a_batch_of_our_own_prints_is_parted_and_read(tools: Tools, tmp_path: Path) -> None:
    pages: list[Image.Image] = []
    made = [filled(print_blank(template_of(form)), 5) for form in ("ct01", "khai-sinh")]
    for form in made:
        pages += [scan.image for scan in scan_all(form.pages, QUALITIES["light"], random.Random(1))]
    path = tmp_path / "batch.tiff"
    pages[0].save(path, save_all=True, append_images=pages[1:], dpi=(300, 300), compression="tiff_deflate")
    records = list(digitize(path, path.name, tools, Options()))
    assert [r.form and r.form.form_id for r in records] == ["ct01", "khai-sinh"]
    assert [n for r in records for n in r.pages] == list(range(1, len(pages) + 1))
    for form, record in zip(made, records, strict=True):
        truth = [a for a in form.answers if a.raw]
        read = {f.id: f.raw for f in record.fields}
        assert sum(read.get(a.field_id) == a.raw for a in truth) >= 0.5 * len(truth)


def test_a_batch_under_a_lead_sheet_with_pages_in_the_wrong_order(tools: Tools, tmp_path: Path) -> None:
    lead, death = (filled(print_blank(template_of(form)), 7) for form in ("giay-tiep-nhan", "khai-tu"))
    assert len(lead.pages) == 1 and len(death.pages) == 2
    blank = Image.new("RGB", death.pages[0].size, "white")
    pages = [*lead.pages, blank, *reversed(death.pages)]
    scans = [scan.image for scan in scan_all(pages, QUALITIES["light"], random.Random(2))]
    path = tmp_path / "batch.tiff"
    scans[0].save(path, save_all=True, append_images=scans[1:], dpi=(300, 300), compression="tiff_deflate")
    first, second = digitize(path, path.name, tools, Options())
    assert (first.form and first.form.form_id, first.pages) == ("giay-tiep-nhan", (1, 2))
    assert (second.form and second.form.form_id, second.pages) == ("khai-tu", (4, 3))
    kinds = [(c.page, c.kind.value) for record in (first, second) for c in record.page_classes]
    assert kinds == [(1, "lead"), (2, "blank"), (3, "continuation"), (4, "first")]
    assert "pages_reordered" in [f.code for f in second.findings]
    code = first.field("dossier_code")
    assert code and code.raw and second.dossier
    assert (second.dossier.code, second.dossier.page) == (code.value, 1)
    truth = {a.field_id: a.raw for a in death.answers if a.raw}
    read = {f.id: f.raw for f in second.fields}
    assert sum(read.get(field) == raw for field, raw in truth.items()) >= 0.5 * len(truth)


def test_strange_paper_is_unknown(tools: Tools, tmp_path: Path) -> None:
    path = tmp_path / "strange.png"
    Image.new("L", (1240, 1754), 255).save(path, dpi=(150, 150))
    (record,) = digitize(path, path.name, tools, Options())
    assert record.form is None
    assert record.decision is not None
    assert record.decision.outcome is Outcome.UNKNOWN


def test_pictures_of_pages_fit_the_places_of_fields(tools: Tools, tmp_path: Path) -> None:
    """A tilted scan: in the upright picture each answer's box holds ink, and the leader's dots alone are less."""
    made = filled(print_blank(template_of("khai-sinh")), 5)
    pages = [scan.image.rotate(2.5, fillcolor="white") for scan in scan_all(made.pages, QUALITIES["light"],
                                                                            random.Random(1))]
    path = tmp_path / "form.tiff"
    pages[0].save(path, save_all=True, append_images=pages[1:], dpi=(300, 300))
    (tmp_path / "album").mkdir()
    (record,) = digitize(path, path.name, tools, Options(pictures=tmp_path / "album"))
    shown = {n: Image.open(tmp_path / "album" / picture_name(n)).convert("L") for n in range(1, len(pages) + 1)}
    assert all(abs(p.width - 210 / 25.4 * PICTURE_DPI) < 20 for p in shown.values())
    filled_in = [f for f in record.fields if f.raw and f.page and len(f.raw) > 3]
    assert len(filled_in) > 10
    for field in filled_in:
        across, down = zip(*field.polygon_mm[0], strict=True)
        box = tuple(round(v * PICTURE_DPI / 25.4) for v in (min(across), min(down), max(across), max(down)))
        dark = sum(shown[field.page or 1].crop(box).histogram()[:128])
        assert dark > 12 * len(field.raw.split("\n")[0]) / 2, field.id
