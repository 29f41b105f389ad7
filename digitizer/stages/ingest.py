"""A file that came to what it is: takes a path, a name and limits, gives an Intake; no pixel is decoded yet."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import puremagic

from digitizer.document import Finding, Intake
from digitizer.errors import (
    DamagedDocument,
    DecompressionBomb,
    EmptyFile,
    EncryptedDocument,
    PageTooLarge,
    TooManyBytes,
    TooManyPages,
    TypeMismatch,
    UnsupportedType,
)
from digitizer.imaging.pdf_pages import contents, page_objects, page_size_pt, user_unit
from digitizer.imaging.picture_headers import jpeg_size, png_size, tiff_sizes
from digitizer.options import Limits

STAGE = "ingest"
PDF, TIFF, JPEG, PNG = "application/pdf", "image/tiff", "image/jpeg", "image/png"
MAGIC = (
    (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG), (b"II*\0", TIFF), (b"MM\0*", TIFF), (b"II+\0", TIFF),
    (b"MM\0+", TIFF),
)
EXTENSIONS = {
    "pdf": PDF, "tif": TIFF, "tiff": TIFF, "jpg": JPEG, "jpeg": JPEG, "jpe": JPEG, "jfif": JPEG, "png": PNG,
}
PDF_HEADER_WITHIN = 1024  # readers accept the header this late; scanners write blanks and byte order marks before it
RENDER_DPI = 300.0  # pages are counted in pixels of this resolution
NAME_MAX = 200
HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
MAX_REFERENCES = 200_000  # in plain sight: qpdf needs 4 s to open a tree of a million pages, before any can be counted
NOTES = {
    "javascript": "Tệp PDF có chứa mã lệnh (JavaScript). Mã lệnh không được chạy; cần người kiểm tra.",
    "embedded_files": "Tệp PDF có đính kèm tệp khác. Tệp đính kèm không được mở; cần người kiểm tra.",
    "forms_xfa": "Tệp PDF là biểu mẫu động (XFA), nội dung hiển thị có thể thiếu; cần người kiểm tra.",
    "jbig2": "Tệp PDF dùng kiểu nén ảnh JBIG2, có thể làm sai chữ số; cần người đối chiếu.",
    "signature": "Tệp PDF có chữ ký số. Chữ ký chưa được kiểm tra ở bước này.",
    "restricted": "Tệp PDF bị đặt hạn chế (in, sao chép) nhưng vẫn mở được.",
    "repaired": "Tệp PDF có lỗi cấu trúc và đã được sửa khi mở; cần người kiểm tra đủ trang.",
}


@dataclass(frozen=True, slots=True)
class _Facts:
    page_count: int
    notes: tuple[str, ...] = ()


def ingest(path: Path, name: str, limits: Limits) -> Intake:
    """Type by content, extension against content, size, page count and page sizes from headers, SHA-256 of the bytes.

    `name` is a label only, never a path; the Intake carries it fit for display. Raises a BadInput error that says what
    is wrong. Findings tell what a PDF carries that a person should know."""
    size = path.stat().st_size
    if size == 0:
        raise EmptyFile()
    if size > limits.upload_bytes:
        raise TooManyBytes(f"{size} bytes, limit {limits.upload_bytes}")
    data = path.read_bytes()
    kind = media_type(data[:4096])
    label = display_name(name)
    check_extension(label, kind)
    facts = _pdf_facts(path, data, limits) if kind == PDF else _picture_facts(data, kind, limits)
    findings = tuple(Finding(f"pdf_{note}", STAGE, NOTES[note]) for note in facts.notes)
    return Intake(path, label, kind, hashlib.sha256(data).hexdigest(), size, facts.page_count, findings)


def media_type(head: bytes) -> str:
    """Of the first bytes (4096 are plenty). Raises UnsupportedType, which names what it seems to be."""
    for magic, kind in MAGIC:
        if head.startswith(magic):
            return kind
    before, found, _ = head[:PDF_HEADER_WITHIN].partition(b"%PDF-")
    if found and not before.strip(b"\0\t\n\r\f \xef\xbb\xbf"):
        return PDF
    raise UnsupportedType(f"content looks like {_guess(head)}")


def _guess(head: bytes) -> str:
    try:
        return puremagic.from_string(head, mime=True) or "nothing known"
    except (puremagic.PureError, ValueError, IndexError):
        return "nothing known"


def display_name(name: str) -> str:
    """The last part of a path, without control, formatting or direction characters, at most NAME_MAX long."""
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    shown = (c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c) not in HIDDEN)
    kept = "".join(shown)
    kept = " ".join(kept.split()).lstrip(".")
    if len(kept) > NAME_MAX:
        stem, dot, ending = kept.rpartition(".")
        kept = kept[:NAME_MAX] if not dot or len(ending) > 8 else stem[: NAME_MAX - len(ending) - 1] + dot + ending
    return kept or "document"


def check_extension(name: str, kind: str) -> None:
    """Raises TypeMismatch when the name ends like something else; a name without an ending says nothing."""
    stem, dot, ending = name.rpartition(".")
    if not dot or not stem or not ending.isascii() or not ending.isalnum() or len(ending) > 5 or ending.isdigit():
        return
    if EXTENSIONS.get(ending.lower()) != kind:
        raise TypeMismatch(f"the name says .{ending.lower()}, the content is {kind}")


def _picture_facts(data: bytes, kind: str, limits: Limits) -> _Facts:
    one_page = {PNG: png_size, JPEG: jpeg_size}
    sizes = (one_page[kind](data),) if kind in one_page else tiff_sizes(data, limits.pages)
    _check_pixels([(float(w), float(h)) for w, h in sizes], limits)
    return _Facts(len(sizes))


def _check_pixels(sizes: list[tuple[float, float]], limits: Limits) -> None:
    for number, (width, height) in enumerate(sizes, start=1):
        if min(width, height) < 1:
            raise DamagedDocument(f"page {number} is {width:.0f} x {height:.0f}")
        if max(width, height) > limits.page_side_px or width * height > limits.page_pixels:
            raise PageTooLarge(f"page {number} is {width:.0f} x {height:.0f} px")
    if sum(w * h for w, h in sizes) > limits.document_pixels:
        raise TooManyPages(f"more than {limits.document_pixels / 1e9:.0f} Gpx in all")


def _pdf_facts(path: Path, data: bytes, limits: Limits) -> _Facts:
    if data.count(b" R") > MAX_REFERENCES:
        raise TooManyPages(f"more than {MAX_REFERENCES} references")
    try:
        with pikepdf.open(path, suppress_warnings=True) as pdf:
            pages = page_objects(pdf, limits.pages)
            _check_pages(pages, limits)
            notes = set(contents(pdf, limits.page_pixels))
            if pdf.is_encrypted:
                notes.add("restricted")
            if pdf.get_warnings():
                notes.add("repaired")
    except pikepdf.PasswordError as error:
        raise EncryptedDocument("PDF: a password is needed") from error
    except (pikepdf.PdfError, ValueError, TypeError, RecursionError) as error:
        raise DamagedDocument(f"PDF: {type(error).__name__}") from error
    except MemoryError as error:
        raise DecompressionBomb("PDF: opening it needs more memory than allowed") from error
    if "repaired" in notes and b"%%EOF" not in data.rstrip(b"\0\t\n\r\f ")[-1024:]:
        raise DamagedDocument("PDF: cut short")
    return _Facts(len(pages), tuple(sorted(notes)))


def _check_pages(pages: tuple[pikepdf.Dictionary, ...], limits: Limits) -> None:
    pixels = []
    for number, page in enumerate(pages, start=1):
        width, height = (side * user_unit(page) for side in page_size_pt(page))
        if max(width, height) > limits.page_side_pt:
            raise PageTooLarge(f"page {number} is {width:.0f} x {height:.0f} pt")
        pixels.append((width / 72 * RENDER_DPI, height / 72 * RENDER_DPI))
    _check_pixels(pixels, limits)
