"""Blanks that the tests make themselves: a Word file, a PDF with a text layer, a scan of one of our own prints."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from bench.make import template_of
from bench.prints import print_blank
from bench.scan import QUALITIES, save, scan_all
from digitizer.engines.build import build_engine
from digitizer.options import Options
from digitizer.ports import Engine

LEADER = "." * 60
LINES = (
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "TỜ KHAI ĐĂNG KÝ NUÔI MÈO",
    f"Kính gửi: {LEADER}", f"Họ, chữ đệm, tên người yêu cầu: {LEADER}",
    "Ngày, tháng, năm sinh: ......./......./.......",
    f"Nơi cư trú: {LEADER}", LEADER + LEADER, f"Giới tính: {'.' * 20} Dân tộc: {'.' * 20} Quốc tịch: {'.' * 20}",
    f"Màu lông của mèo: {LEADER}", "Cấp ngày ........ tháng ........ năm ........", "Đã tiêm phòng: Có □, Không □",
    "Tôi cam đoan lời khai trên là đúng.", f"Làm tại: {'.' * 30}, ngày ...... tháng ...... năm ......", "Người yêu cầu",
    "(Ký, ghi rõ họ, chữ đệm, tên)",
)
_NS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def word_file(path: Path, body: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{_NS}"><w:body>{body}</w:body></w:document>')
    return path


def paragraph(text: str, centred: bool = False) -> str:
    look = '<w:pPr><w:jc w:val="center"/></w:pPr>' if centred else ""
    return f'<w:p>{look}<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def table(rows: Sequence[Sequence[str]]) -> str:
    lines = ("".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) for row in rows)
    return "<w:tbl>" + "".join(f"<w:tr>{line}</w:tr>" for line in lines) + "</w:tbl>"


@pytest.fixture
def word_blank(tmp_path: Path) -> Path:
    body = "".join(paragraph(line, n < 3) for n, line in enumerate(LINES))
    members = table([("TT", "Họ và tên", "Năm sinh", "Giới tính"), *[(str(n), "", "", "") for n in (1, 2, 3)]])
    number = table([("Số định danh cá nhân:", *[""] * 12)])
    return word_file(tmp_path / "mau.docx", body + number + members)


@pytest.fixture
def wide_word_blank(tmp_path: Path) -> Path:
    """Two pages: an office and a date above the title, boxes before their words, two tables and one with labels."""
    people = table([("TT", "Họ và tên", "Năm sinh", "Chữ ký"), *[(str(n), "", "", "") for n in (1, 2)]])
    cats = table([("TT", "Tên mèo", "Màu lông"), *[(str(n), "", "") for n in (1, 2, 3)]])
    marks = table([("Tật của mèo", "Có", "Không"), ("Cào bàn ghế", "", ""), ("Kêu ban đêm", "", "")])
    first, second = (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", f"Số: {'.' * 20}",
        f"{'.' * 20}, ngày ...... tháng ...... năm ......", "TỜ KHAI ĐĂNG KÝ NUÔI NHIỀU MÈO",
        f"Kính gửi: {LEADER}", "Giới tính: □ Nam □ Nữ", "Tình trạng học tập của mèo",
        f"□ Chưa đi học (Lý do: {'.' * 20})", "a) Đề nghị cấp thẻ cho mèo □",
    ), (f"Họ, chữ đệm, tên người yêu cầu: {LEADER}",)
    broken = "<w:p><w:r><w:lastRenderedPageBreak/><w:t>Trang sau của tờ khai</w:t></w:r></w:p>"
    body = "".join(paragraph(line, n in (0, 1, 4)) for n, line in enumerate(first))
    body += people + cats + broken + "".join(paragraph(line) for line in second) + marks
    return word_file(tmp_path / "mau-rong.docx", body)


@pytest.fixture
def text_pdf(tmp_path: Path) -> Path:
    """A PDF with a text layer, A4, DejaVu 11 pt."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_pdf import FigureCanvasPdf
    from matplotlib.figure import Figure

    path = tmp_path / "mau.pdf"
    with rc_context({"pdf.fonttype": 42}):
        figure = Figure(figsize=(8.27, 11.69))
        for n, line in enumerate(LINES):
            centred = n < 3
            figure.text(0.5 if centred else 0.1, 0.94 - 0.033 * n, line.replace("□", " "), fontsize=9.5,
                        ha="center" if centred else "left", family="DejaVu Serif")
        FigureCanvasPdf(figure).print_pdf(path)
    return path


@pytest.fixture(scope="session")
def scanned_blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An own print of the declaration of residence, lightly scanned: combs, a table and leaders."""
    pages = print_blank(template_of("ct01")).pages
    scans = scan_all(pages, QUALITIES["light"], random.Random(5))
    first, *_ = save(scans, tmp_path_factory.mktemp("blank") / "trong.pdf")
    return first


@pytest.fixture(scope="session")
def engine() -> Engine:
    return build_engine(Options().engine)
