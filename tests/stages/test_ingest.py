"""Ingest: what a file is, and what is refused before a pixel is decoded."""

import hashlib
import io
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from digitizer.errors import BadInput, PageTooLarge, TooManyBytes, TooManyPages, TypeMismatch, by_code
from digitizer.options import Limits
from digitizer.stages.ingest import check_extension, display_name, ingest
from tests.fakes.bad_files import HOSTILE_NAMES, BadFile, all_bad_files, good_pdf, good_picture


@pytest.fixture(scope="module")
def bad_files(tmp_path_factory: pytest.TempPathFactory) -> list[BadFile]:
    return all_bad_files(tmp_path_factory.mktemp("bad"))


def saved(folder: Path, content: bytes) -> Path:
    path = folder / "upload"
    path.write_bytes(content)
    return path


def test_every_bad_file_is_refused_with_its_code(bad_files: list[BadFile]) -> None:
    got = {}
    for bad in (b for b in bad_files if b.where == "ingest"):
        try:
            ingest(bad.path, bad.name, Limits())
            got[bad.name] = "accepted"
        except BadInput as error:
            got[bad.name] = error.code
    assert got == {b.name: b.code for b in bad_files if b.where == "ingest"}


def test_every_code_of_the_bad_files_is_known(bad_files: list[BadFile]) -> None:
    assert {b.code for b in bad_files} <= set(by_code())


def test_what_only_decoding_shows_passes_the_headers(bad_files: list[BadFile]) -> None:
    for bad in (b for b in bad_files if b.where == "render"):
        assert ingest(bad.path, bad.name, Limits()).page_count >= 1


@pytest.mark.parametrize(("kind", "media_type", "name"), [
    ("PNG", "image/png", "a.png"), ("JPEG", "image/jpeg", "a.JPG"), ("JPEG", "image/jpeg", "a.jpeg"),
    ("TIFF", "image/tiff", "a.tif"), ("PNG", "image/png", "no ending"), ("PNG", "image/png", "scan 3.12.2026"),
])
def test_pictures_are_known_by_content(tmp_path: Path, kind: str, media_type: str, name: str) -> None:
    content = good_picture(kind)
    intake = ingest(saved(tmp_path, content), name, Limits())
    assert (intake.media_type, intake.page_count, intake.name) == (media_type, 1, name)
    assert intake.sha256 == hashlib.sha256(content).hexdigest()
    assert intake.size_bytes == len(content)
    assert intake.findings == ()


def test_pages_of_a_pdf_and_of_a_tiff_are_counted(tmp_path: Path) -> None:
    assert ingest(saved(tmp_path, good_pdf(7)), "a.pdf", Limits()).page_count == 7
    out = io.BytesIO()
    frames = [Image.new("1", (400, 600), 1) for _ in range(5)]
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:], compression="group4")
    assert ingest(saved(tmp_path, out.getvalue()), "a.tiff", Limits()).page_count == 5


def test_progressive_jpeg_of_usual_making_is_accepted(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.effect_noise((600, 800), 50).save(out, "JPEG", progressive=True)
    assert ingest(saved(tmp_path, out.getvalue()), "a.jpg", Limits()).media_type == "image/jpeg"


def test_jpeg_with_bytes_behind_its_end_is_accepted(tmp_path: Path) -> None:
    assert ingest(saved(tmp_path, good_picture("JPEG") + bytes(300)), "a.jpg", Limits()).page_count == 1


def test_pdf_that_starts_after_blanks_is_a_pdf(tmp_path: Path) -> None:
    assert ingest(saved(tmp_path, b"\xef\xbb\xbf\r\n" + good_pdf()), "a.pdf", Limits()).media_type == "application/pdf"


def pdf_with(change: str) -> bytes:
    with pikepdf.open(io.BytesIO(good_pdf())) as pdf:
        if change == "javascript":
            pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        if change == "embedded_files":
            pdf.attachments["a.txt"] = b"text"
        if change == "jbig2":
            stream = pdf.make_stream(b"\x97JB2")
            stream.Filter = pikepdf.Name.JBIG2Decode
            pdf.Root.Kept = stream
        out = io.BytesIO()
        locked = pikepdf.Encryption(owner="owner", user="") if change == "restricted" else False
        pdf.save(out, encryption=locked)
    return out.getvalue()


@pytest.mark.parametrize("change", ["javascript", "embedded_files", "jbig2", "restricted"])
def test_what_a_pdf_carries_besides_pages_is_told(tmp_path: Path, change: str) -> None:
    intake = ingest(saved(tmp_path, pdf_with(change)), "a.pdf", Limits())
    assert [f.code for f in intake.findings] == [f"pdf_{change}"]
    assert all(f.message and f.stage == "ingest" for f in intake.findings)


def test_pdf_with_a_wrong_table_but_a_whole_end_is_repaired_and_told(tmp_path: Path) -> None:
    broken = good_pdf(2).replace(b"startxref\n", b"startxref\n9")
    intake = ingest(saved(tmp_path, broken), "a.pdf", Limits())
    assert (intake.page_count, [f.code for f in intake.findings]) == (2, ["pdf_repaired"])


def test_limits_are_the_callers(tmp_path: Path) -> None:
    path = saved(tmp_path, good_pdf(3))
    with pytest.raises(TooManyPages):
        ingest(path, "a.pdf", replace(Limits(), pages=2))
    with pytest.raises(TooManyBytes):
        ingest(path, "a.pdf", replace(Limits(), upload_bytes=100))
    with pytest.raises(PageTooLarge):
        ingest(path, "a.pdf", replace(Limits(), page_side_pt=800))
    with pytest.raises(TooManyPages):
        ingest(path, "a.pdf", replace(Limits(), document_pixels=20_000_000))


def test_landscape_and_turned_pages_are_measured_as_shown(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(good_pdf())) as pdf:
        pdf.pages[0].obj.Rotate = 90
        out = io.BytesIO()
        pdf.save(out)
    assert ingest(saved(tmp_path, out.getvalue()), "a.pdf", Limits()).page_count == 1


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_name_is_only_a_label(tmp_path: Path, name: str) -> None:
    label = ingest(saved(tmp_path, good_pdf()), name, Limits()).name
    assert label
    assert len(label) <= 200
    assert label.isprintable()
    assert "/" not in label and "\\" not in label and not label.startswith(".")


def test_vietnamese_names_stay_as_they_are() -> None:
    assert display_name("Tờ khai đăng ký khai sinh (1).pdf") == "Tờ khai đăng ký khai sinh (1).pdf"
    assert display_name("x" * 300 + ".pdf") == "x" * 196 + ".pdf"


def test_extension_is_compared_whatever_its_case() -> None:
    check_extension("A.TIFF", "image/tiff")
    check_extension("so 12/3", "image/tiff")
    with pytest.raises(TypeMismatch):
        check_extension("a.docx", "application/pdf")
