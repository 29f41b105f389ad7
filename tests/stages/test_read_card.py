"""Of code, zone and print the surest tells a field; where they differ it is said; what none tells is not made up."""

from __future__ import annotations

import random

from bench.cards import CHIP, make_card
from digitizer.document import CardText, Evidence, FieldStatus, PageText, PrintedValue, QrCode, Source
from digitizer.geometry import Box
from digitizer.stages.read_card import CardReading, read_card
from digitizer.template import load_templates

TEMPLATE = next(t for t in load_templates() if (t.id, t.edition) == ("the-can-cuoc", CHIP))
CARD = make_card(random.Random(4), CHIP)
BOX = Box(0, 0, 10, 10)


def value(field_id: str, raw: str, read: float = 0.99) -> PrintedValue:
    spec = next(s for s in TEMPLATE.fields if s.id == field_id)
    place = ((1.0, 1.0), (9.0, 1.0), (9.0, 2.0), (1.0, 2.0))
    return PrintedValue(field_id, raw, Evidence(spec.type.value, read, share=read), (place,))


def read(code: str = "", zone: tuple[str, ...] = (), *values: PrintedValue) -> CardReading:
    codes = (QrCode(code, BOX),) if code else ()
    return read_card([PageText(1, (), CardText(CHIP, codes, zone, values))], TEMPLATE)


def source(found: CardReading, field_id: str) -> tuple[str, Source, FieldStatus]:
    field = next(f for f in found.fields if f.id == field_id)
    return field.raw, field.source, field.status


def test_code_before_zone_before_print() -> None:
    born = CARD.truth()["date_of_birth"]
    printed = value("date_of_birth", born)
    assert source(read(CARD.qr_text(), CARD.mrz(), printed), "date_of_birth") == (born, Source.QR, FieldStatus.FILLED)
    assert source(read("", CARD.mrz(), printed), "date_of_birth") == (born, Source.MRZ, FieldStatus.FILLED)
    assert source(read("", (), printed), "date_of_birth") == (born, Source.OCR, FieldStatus.FILLED)
    assert source(read(), "date_of_birth") == ("", Source.NONE, FieldStatus.NOT_FOUND)


def test_the_zone_gives_no_name() -> None:
    assert source(read("", CARD.mrz()), "full_name") == ("", Source.NONE, FieldStatus.NOT_FOUND)


def test_fields_come_in_the_template_s_order_and_all_of_them() -> None:
    assert [f.id for f in read(CARD.qr_text()).fields] == [s.id for s in TEMPLATE.fields]


def test_a_place_stays_with_what_is_printed_there() -> None:
    found = read(CARD.qr_text(), (), value("full_name", CARD.name))
    name = next(f for f in found.fields if f.id == "full_name")
    assert name.polygon_mm and name.source is Source.QR and name.page == 1


def test_sources_that_differ_are_said() -> None:
    other = make_card(random.Random(5), CHIP)
    found = read(CARD.qr_text(), other.mrz())
    number = next(f for f in found.fields if f.id == "personal_id")
    assert number.candidates == (other.person.personal_id,) and number.confidence < 0.5
    assert [x.code for x in number.findings] == ["card_sources_differ"]


def test_a_letter_misread_in_print_is_no_contradiction() -> None:
    found = read(CARD.qr_text(), (), value("full_name", CARD.name[:-1] + "X"))
    name = next(f for f in found.fields if f.id == "full_name")
    assert name.findings == () and name.confidence > 0.99


def test_print_that_was_hardly_read_says_nothing_against_the_code() -> None:
    wrong = "0" * 11 + "9"
    found = read(CARD.qr_text(), (), value("personal_id", wrong, 0.2))
    number = next(f for f in found.fields if f.id == "personal_id")
    assert number.raw == CARD.person.personal_id and number.findings == ()


def test_what_the_print_of_a_type_cannot_be_is_not_given() -> None:
    found = read("", (), value("date_of_birth", "abc"), value("full_name", "1 .,"), value("personal_id", "Nam"))
    assert {source(found, k)[2] for k in ("date_of_birth", "full_name", "personal_id")} == {FieldStatus.NOT_FOUND}


def test_no_limit_is_an_answer() -> None:
    assert source(read("", (), value("expires_on", "Không thời hạn")), "expires_on")[2] is FieldStatus.NONE_STATED


def test_other_codes_and_two_cards_are_findings() -> None:
    assert [f.code for f in read("xin chào").findings] == ["card_code_strange"]
    both = CardText(CHIP, (QrCode(CARD.qr_text(), BOX), QrCode(make_card(random.Random(5), CHIP).qr_text(), BOX)))
    assert [f.code for f in read_card([PageText(1, (), both)], TEMPLATE).findings] == ["several_cards"]
