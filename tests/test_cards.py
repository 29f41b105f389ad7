"""An identity card is read from file to record: on a scan, on a photo, with and without its code, and never made up."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.cards import CHIP, NEW, Card, back, copied, front, make_card, photo
from bench.make import document, template_of
from bench.prints import print_blank
from bench.scan import QUALITIES, scan
from digitizer.document import FieldStatus, Outcome, Record, Source
from digitizer.engines.build import build_engine
from digitizer.options import Options
from digitizer.pipeline import Tools, digitize
from digitizer.template import load_templates
from digitizer.vietnam.names import same_name


@cache
def tools() -> Tools:
    return Tools(build_engine("onnx"), load_templates())


def read(path: Path) -> list[Record]:
    return list(digitize(path, path.name, tools(), Options()))


def raw(record: Record, field_id: str) -> str:
    field = record.field(field_id)
    return field.raw if field else ""


def card(edition: str, seed: int = 11) -> Card:
    return make_card(random.Random(seed), edition)


def scanned(pages: Image.Image, path: Path) -> Path:
    scan(pages, QUALITIES["light"], random.Random(1)).image.save(path, dpi=(300, 300))
    return path


@pytest.mark.parametrize("edition", [CHIP, NEW])
def test_both_sides_on_one_page_become_one_record(edition: str, tmp_path: Path) -> None:
    made = card(edition)
    (record,) = read(scanned(copied([front(made), back(made)], random.Random(2)), tmp_path / "a.png"))
    assert record.form and (record.form.form_id, record.form.edition) == ("the-can-cuoc", edition)
    truth = made.truth()
    for field_id in ("personal_id", "date_of_birth", "sex", "issued_on", "expires_on", "residence", "nationality"):
        assert raw(record, field_id) == truth[field_id], field_id
    assert same_name(raw(record, "full_name"), truth["full_name"])
    number = record.field("personal_id")
    assert number and number.source is Source.QR and number.confidence > 0.99
    assert number.value == made.person.personal_id


def test_front_and_back_on_two_pages_are_one_document(tmp_path: Path) -> None:
    made = card(NEW)
    pages = [photo(side(made), random.Random(n), 0.2) for n, side in enumerate((front, back))]
    pages[0].save(tmp_path / "a.tiff", save_all=True, append_images=pages[1:])
    (record,) = read(tmp_path / "a.tiff")
    assert record.pages == (1, 2)
    assert raw(record, "personal_id") == made.person.personal_id
    assert record.field("issued_on").source is Source.QR  # type: ignore[union-attr]


def test_without_a_code_the_zone_and_the_print_tell(tmp_path: Path) -> None:
    made = card(CHIP)
    page = copied([front(made, code=False), back(made, code=False)], random.Random(3))
    (record,) = read(scanned(page, tmp_path / "a.png"))
    sources = {f.id: f.source for f in record.fields if f.status is FieldStatus.FILLED}
    assert Source.QR not in sources.values()
    assert sources["date_of_birth"] is Source.MRZ
    assert raw(record, "date_of_birth") == made.truth()["date_of_birth"]
    assert raw(record, "full_name") == made.name


def test_a_code_that_says_something_else_than_the_print_is_reported(tmp_path: Path) -> None:
    made, other = card(CHIP, 11), card(CHIP, 12)
    forged = front(made)
    box = tuple(round(v * 24) for v in (69.5, 2.0, 84.0, 16.5))
    forged.paste(front(other).crop(box), box[:2])
    (record,) = read(scanned(copied([forged, back(made)], random.Random(3)), tmp_path / "a.png"))
    number = record.field("personal_id")
    assert number and number.confidence < 0.5
    assert "card_sources_differ" in [f.code for f in number.findings]
    assert record.decision and record.decision.outcome is Outcome.REVIEW


def test_another_code_on_a_card_is_reported_and_print_is_read(tmp_path: Path) -> None:
    import zxingcpp

    made = card(CHIP)
    side = front(made)
    code = zxingcpp.create_barcode("https://example.vn/1|2|3", zxingcpp.BarcodeFormat.QRCode)
    square = Image.fromarray(np.asarray(code.to_image(scale=1))).resize((322, 322), Image.Resampling.NEAREST)
    side.paste(square.convert("RGB"), (1680, 62))
    (record,) = read(scanned(copied([side, back(made)], random.Random(3)), tmp_path / "a.png"))
    assert "card_code_strange" in [f.code for f in record.findings]
    assert raw(record, "full_name") == made.name
    assert record.decision and record.decision.outcome is Outcome.REVIEW


def test_a_declaration_stays_what_it_is(tmp_path: Path) -> None:
    made = document(print_blank(template_of("ct01")), 5, "light", tmp_path / "a.png")
    records = read(made.path)
    assert records[0].form and records[0].form.form_id == "ct01"
