"""A blank gives a template that can be used at once: from Word, from a text layer, from a scan, from official print."""

from __future__ import annotations

import random
import zipfile
from datetime import date
from pathlib import Path

import pytest

from bench.drafts import compare, compare_scan, drafted
from bench.make import document, real, shared_folder, template_of
from bench.prints import print_blank
from bench.scan import QUALITIES, save, scan_all
from bench.scanned_forms import scanned_forms
from digitizer.drafting.check import check_file
from digitizer.drafting.draft import draft_template
from digitizer.drafting.known import block_of, meaning, slug
from digitizer.drafting.pages import words_read
from digitizer.drafting.word_file import is_word_file, word_print
from digitizer.drafting.write import yaml_text
from digitizer.errors import DamagedDocument
from digitizer.geometry import Box
from digitizer.options import Options
from digitizer.pipeline import Tools, digitize
from digitizer.ports import Engine
from digitizer.template import FieldKind, FieldType, Template
from tests.drafting.conftest import paragraph, word_file

needs_blanks = pytest.mark.skipif(shared_folder() is None, reason="the real blanks are not on this machine")


def fields_of(template: Template) -> dict[str, tuple[FieldType, FieldKind]]:
    return {f.id: (f.type, f.kind) for f in template.fields}


def test_a_word_file_becomes_a_template(word_blank: Path, engine: Engine) -> None:
    draft = drafted(word_blank, engine)
    fields = fields_of(draft)
    assert draft.titles == ("TỜ KHAI ĐĂNG KÝ NUÔI MÈO",)
    assert draft.id == "nuoi-meo"
    assert fields["requester.full_name"] == (FieldType.PERSON_NAME, FieldKind.LEADERS)
    assert fields["requester.nationality"] == (FieldType.NATIONALITY, FieldKind.LEADERS)
    assert fields["place_and_date"][0] is FieldType.PLACE_AND_DATE
    assert fields["requester.personal_id"] == (FieldType.PERSONAL_ID, FieldKind.COMB)
    assert fields["members[n].full_name"] == (FieldType.PERSON_NAME, FieldKind.TABLE)
    assert draft.rows == 3
    by_id = {f.id: f for f in draft.fields}
    assert by_id["requester.personal_id"].cells == 12
    assert by_id["requester.date_of_birth"].inner == ("/", "/")
    assert by_id["place_and_date"].inner == (", ngày", "tháng", "năm")
    assert by_id["da_tiem_phong"].choices == ("Có", "Không")
    assert by_id["requester.residence"].lines > 1
    assert next(i for i in draft.items if i.field and i.field.type is FieldType.ETHNICITY).same_line
    assert [i.text for i in draft.items if i.signature] == ["(Ký, ghi rõ họ, chữ đệm, tên)"]


def test_print_of_every_sort_is_drafted(wide_word_blank: Path, engine: Engine) -> None:
    """What stands above the title, boxes before their words, several tables, labels in a table's first column."""
    draft = drafted(wide_word_blank, engine)
    kinds = {item.text: item.field for item in draft.items if item.field}
    assert draft.titles == ("TỜ KHAI ĐĂNG KÝ NUÔI NHIỀU MÈO",)
    assert next(iter(kinds)) == "Số:"
    assert kinds["ngày"].inner == ("tháng", "năm")
    assert (kinds["Giới tính:"].box_first, kinds["Giới tính:"].choices) == (True, ("Nam", "Nữ"))
    assert (kinds["Chưa đi học"].box_first, kinds["Chưa đi học"].choices) == (True, ())
    assert kinds["(Lý do:"].kind is FieldKind.LEADERS
    assert (kinds["a) Đề nghị cấp thẻ cho mèo"].kind, kinds["a) Đề nghị cấp thẻ cho mèo"].box_first) == (
        FieldKind.TICKS, False,
    )
    assert [(len(table.specs), table.rows) for table in draft.tables] == [(2, 2), (2, 3)]
    assert all("Chữ ký" not in f.label for f in draft.fields)
    marks = [i for i in draft.items if i.cells]
    assert [i.text for i in marks] == ["Cào bàn ghế", "Kêu ban đêm"]
    assert [i.text for i in draft.items if i.column] == ["Có", "Không"]


def test_what_stands_on_a_later_page_is_marked(wide_word_blank: Path, engine: Engine) -> None:
    """Without it the first page would be compared with the print of all pages, and no filled form would be known."""
    draft = drafted(wide_word_blank, engine)
    assert [i.text for i in draft.items if i.new_page] == ["Trang sau của tờ khai"]


def test_a_filled_form_of_two_pages_is_known_by_its_draft(tmp_path: Path, engine: Engine) -> None:
    """A print of our own, drafted from its scan; the same print, filled and scanned, is then named."""
    blank = print_blank(template_of("tro-giup-xa-hoi-1d"))
    assert len(blank.pages) > 1
    empty, *_ = save(scan_all(blank.pages, QUALITIES["clean"], random.Random(5)), tmp_path / "trong.pdf")
    draft = drafted(empty, engine)
    made = document(blank, 2026, "light", tmp_path / "a.pdf")
    records = digitize(made.path, "a.pdf", Tools(engine, (draft,)), Options())
    assert [r.form.form_id for r in records if r.form] == [draft.id]


def test_a_text_layer_becomes_the_same_template(text_pdf: Path, engine: Engine) -> None:
    draft = drafted(text_pdf, engine)
    fields = fields_of(draft)
    assert [i.text for i in draft.items][:3] == [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "TỜ KHAI ĐĂNG KÝ NUÔI MÈO",
    ]
    for name in ("authority", "requester.full_name", "requester.sex", "requester.ethnicity", "place_and_date"):
        assert name in fields
    assert {f.id: f for f in draft.fields}["requester.residence"].lines == 2


def test_a_scan_becomes_a_template(scanned_blank: Path, engine: Engine) -> None:
    compared = compare(drafted(scanned_blank, engine), template_of("ct01"), "own")
    assert compared.found >= 13
    assert compared.kind >= 12


def test_doubts_are_told_and_stand_in_the_file(word_blank: Path, engine: Engine) -> None:
    draft = draft_template(word_blank, engine, Options(), "", date(2026, 1, 1))
    told = {d.code for d in draft.doubts}
    assert {"from_word", "no_regulation", "valid_from_unknown", "required_unknown", "type_unknown"} <= told
    unknown = next(d for d in draft.doubts if d.code == "type_unknown")
    assert "Màu lông của mèo" in unknown.message
    text = yaml_text(draft)
    assert all(f"# {d.message}" in text for d in draft.doubts)


def test_a_letter_without_a_title_is_called_by_its_subject(tmp_path: Path, engine: Engine) -> None:
    lines = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Số: ....................",
             "V/v đề nghị cấp giấy phép", "vận chuyển mèo", "Kính gửi: ....................",
             "Tên tổ chức: ....................")
    path = word_file(tmp_path / "a.docx", "".join(paragraph(line) for line in lines))
    draft = drafted(path, engine)
    assert draft.titles == ("V/v đề nghị cấp giấy phép", "vận chuyển mèo")
    assert [f.label for f in draft.fields] == ["Số", "Kính gửi", "Tên tổ chức"]


def test_a_named_form_keeps_its_name(word_blank: Path, engine: Engine) -> None:
    assert draft_template(word_blank, engine, Options(), "meo", date(2026, 1, 1)).data["id"] == "meo"


def test_the_code_and_the_regulation_are_read(tmp_path: Path, engine: Engine) -> None:
    lines = ("Mẫu CT91", "Ban hành kèm theo Thông tư số 153/2025/TT-BCA ngày 01/7/2025",
             "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "PHIẾU KHAI BÁO MÈO",
             "Họ và tên(1): ..........................", "Chú thích:", "(1) Ghi bằng chữ in hoa.")
    path = word_file(tmp_path / "a.docx", "".join(paragraph(line) for line in lines))
    draft = drafted(path, engine)
    assert (draft.id, draft.edition, draft.form_code) == ("ct91", "tt153-2025", "CT91")
    assert draft.regulation == "Thông tư 153/2025/TT-BCA"
    assert draft.notes == ("Ghi bằng chữ in hoa.",)
    assert next(i for i in draft.items if i.field).footnote == "(1)"


def test_what_only_looks_like_a_word_file_is_refused(tmp_path: Path) -> None:
    assert not is_word_file(Path(__file__))
    other = tmp_path / "a.zip"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("a.txt", "x")
    assert not is_word_file(other)
    broken = tmp_path / "a.docx"
    with zipfile.ZipFile(broken, "w") as archive:
        archive.writestr("word/document.xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")
    with pytest.raises(DamagedDocument):
        word_print(broken)


@pytest.mark.parametrize(("read", "words"), [
    ("LTINữ", ["□", "Nữ"]), ("®:L1", ["®:", "□"]), ("[ ]Có", ["□", "Có"]), ("gửi(1):", ["gửi:", "(1)"]),
    ("LIỀN", ["LIỀN"]), ("LIÊN", ["LIÊN"]), ("Liên", ["Liên"]), ("LI", ["LI"]),
])
def test_a_box_read_as_letters_is_a_box(read: str, words: list[str]) -> None:
    assert [w.text for w in words_read(read, Box(0, 0, 100, 40), 40)] == words


def test_labels_mean_what_clerks_call_them() -> None:
    assert meaning("7. Họ, chữ đệm và tên chủ hộ:").type is FieldType.PERSON_NAME
    assert meaning("Nơi cư trú cuối cùng:").leaf == "residence"
    assert meaning("Tên hộ kinh doanh viết tắt (nếu có):").type is FieldType.TEXT
    assert meaning("Số CMND hoặc căn cước công dân:").type is FieldType.IDENTITY_PAPER
    assert meaning("Số căn cước công dân:").type is FieldType.PERSONAL_ID
    assert meaning("đồng. Hưởng từ tháng").type is FieldType.DATE
    assert meaning("Số chỗ ngồi:").type is FieldType.INTEGER
    assert block_of("Họ, chữ đệm, tên người mẹ:", "") == "mother"
    assert block_of("cho người có tên dưới đây:", "ĐĂNG KÝ KHAI TỬ") == "deceased"
    assert block_of("Dân tộc:", "") is None
    assert slug("1a. Diện tích đất") == "field_1a_dien_tich_dat"


@needs_blanks
@pytest.mark.parametrize("form", ["khai-sinh", "ct01", "ho-kinh-doanh", "khuyet-tat"])
def test_official_blanks_are_drafted_as_their_templates_are(form: str, engine: Engine, tmp_path: Path) -> None:
    folder = shared_folder()
    assert folder
    template = real(form).template
    for source in ("docx", "pdf"):
        compared = compare(drafted(folder / "forms" / "blank" / f"{form}.{source}", engine), template, source)
        assert compared.found == compared.fields, (source, compared.faults)
        assert compared.kind >= compared.fields - 2, (source, compared.faults)
        assert compared.type >= 0.9 * compared.fields, (source, compared)
    file = tmp_path / "a.yaml"
    file.write_text(yaml_text(draft_template(folder / "forms/blank" / f"{form}.docx", engine, Options(), "",
                                             date(2026, 1, 1))), encoding="utf-8")
    assert not [f for f in check_file(file)[0] if not f.warning]


@needs_blanks
@pytest.mark.parametrize("name", ["DC01", "DKX11"])
def test_scans_of_forms_without_a_template_are_drafted(name: str, engine: Engine) -> None:
    """Nearly every answer that a person sees is drafted, boxes to tick among them, and hardly anything else."""
    form = next(f for f in scanned_forms() if f.seen and f.name == name)
    compared = compare_scan(drafted(form.picture, engine), form)
    assert compared.found >= 0.9 * compared.fields, compared.faults
    assert compared.kind >= 0.85 * compared.fields, compared.faults
    assert compared.extra <= 3, compared.faults
