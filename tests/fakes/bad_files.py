"""Files that no service should accept, made on the spot: takes a folder, each with its error code."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from PIL import Image, ImageDraw

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class BadFile:
    """`code`: of digitizer/errors.py. `where`: ingest = refused by headers alone, before anything is decoded;
    render = only decoding shows it, so an upload may be accepted first and rejected by the worker."""

    name: str
    path: Path
    code: str
    where: str


HOSTILE_NAMES = (
    "../../../etc/passwd.pdf", "..\\..\\windows\\win.pdf", "scan\r\nSet-Cookie: a=b.pdf", "scan\x00.pdf",
    "scan\u202efdp.pdf", "\x1b[31mred.pdf", "/dev/null/scan.pdf", "a" * 4000 + ".pdf", ".pdf", "...", "",
    "<script>alert(1)</script>.pdf", "tờ khai %00 ; rm -rf.pdf", "con\u2028line.pdf",
)


def all_bad_files(folder: Path) -> list[BadFile]:
    """Writes every bad file into the folder (62 MiB apparent, 12 MiB on disk, under two seconds)."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name, code, where, make in _RECIPES:
        path = folder / name
        content = make()
        if isinstance(content, int):
            with path.open("wb") as file:
                file.write(b"%PDF-1.7\n")
                file.truncate(content)
        else:
            path.write_bytes(content)
        made.append(BadFile(name, path, code, where))
    return made


def good_pdf(pages: int = 1) -> bytes:
    """A small sound PDF: A4 pages, each with its number in Helvetica."""
    pdf = pikepdf.new()
    for number in range(1, pages + 1):
        page = pdf.add_blank_page(page_size=(595, 842))
        page.Contents = pdf.make_stream(b"BT /F1 24 Tf 72 700 Td (Page %d) Tj ET" % number)
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    return _saved(pdf)


def good_picture(kind: str = "PNG", size: tuple[int, int] = (827, 1169)) -> bytes:
    """A gray A4 page at 100 dpi with some ink on it."""
    image = Image.new("L", size, 255)
    draw = ImageDraw.Draw(image)
    for y in range(100, size[1] - 100, 40):
        draw.rectangle((100, y, size[0] - 100 - y % 170, y + 12), fill=0)
    out = io.BytesIO()
    image.save(out, kind, dpi=(100, 100))
    return out.getvalue()


def _saved(pdf: pikepdf.Pdf, **options: object) -> bytes:
    out = io.BytesIO()
    pdf.save(out, **options)  # type: ignore[arg-type]
    return out.getvalue()


def _raw_pdf(*objects: bytes) -> bytes:
    """A PDF from object bodies as they are, numbered from 1; object 1 is the catalogue."""
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def _encrypted() -> bytes:
    with pikepdf.open(io.BytesIO(good_pdf())) as pdf:
        return _saved(pdf, encryption=pikepdf.Encryption(owner="owner", user="user", R=6))


def _blank_pages(count: int, **keys: object) -> bytes:
    pdf = pikepdf.new()
    for _ in range(count):
        page = pdf.add_blank_page(page_size=(595, 842))
        for key, value in keys.items():
            page.obj["/" + key] = value
    return _saved(pdf)


def _page_tree(pages: bytes, page: bytes = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>") -> bytes:
    return _raw_pdf(b"<< /Type /Catalog /Pages 2 0 R >>", pages, page)


def _zeros_deflated(size: int) -> bytes:
    """`size` (whole MiB) zero bytes as one deflate stream, without packing them all: one packed MiB, repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    adler = (size % 65521) << 16 | 1  # of zeros: the first sum stays 1, the second counts
    return b"\x78\xda" + block * (size // MIB) + b"\x03\x00" + struct.pack(">I", adler)


def _bomb_page(stream: bytes, filters: bytes) -> bytes:
    return _raw_pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>",
        b"<< /Length %d /Filter %b >>\nstream\n%b\nendstream" % (len(stream), filters, stream),
    )


def _deflate_bomb() -> bytes:
    return _bomb_page(_zeros_deflated(2048 * MIB), b"/FlateDecode")


def _deflate_chain() -> bytes:
    stream = zlib.compress(zlib.compress(_zeros_deflated(2048 * MIB), 9), 9)
    return _bomb_page(stream, b"[/FlateDecode /FlateDecode /FlateDecode]")


def _huge_picture_inside() -> bytes:
    picture = _zeros_deflated(299 * MIB)
    return _raw_pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /XObject << /I 5 0 R >> >> >>",
        b"<< /Length 25 >>\nstream\nq 595 0 0 842 0 0 cm /I Do\nendstream",
        b"<< /Type /XObject /Subtype /Image /Width 50000 /Height 50000 /BitsPerComponent 1 /ColorSpace /DeviceGray "
        b"/Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream" % (len(picture), picture),
    )


def _png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _png(width: int, height: int, pixels: bytes) -> bytes:
    """One bit a pixel; `pixels` is the packed stream as given."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _png_chunk(b"IHDR", header) + _png_chunk(b"IDAT", pixels) + _png_chunk(b"IEND", b"")


def _png_of_900_mpx() -> bytes:
    return _png(30_000, 30_000, _zeros_deflated(108 * MIB))


def _png_wrong_pixels() -> bytes:
    return _png(800, 1000, b"this is no deflate stream at all")


def _tiff(frames: int, *, size: tuple[int, int] = (32, 32), loop: bool = False) -> bytes:
    """Bilevel pages without compression, one after another; `loop` links the last to the first."""
    out = bytearray(b"II*\0" + struct.pack("<I", 8))
    strip = bytes((size[0] + 7) // 8 * min(size[1], 32))
    for frame in range(frames):
        at = len(out)
        strip_at = at + 2 + 8 * 12 + 4
        after = 8 if loop and frame == frames - 1 else 0 if frame == frames - 1 else strip_at + len(strip)
        tags = (
            (256, size[0]), (257, size[1]), (258, 1), (259, 1), (262, 1),
            (273, strip_at), (278, size[1]), (279, len(strip)),
        )
        out += struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
        out += struct.pack("<I", after) + strip
    return bytes(out)


def _jpeg_of_scans(scans: int) -> bytes:
    """A small progressive JPEG whose last scan stands there `scans` times (RHBZ 1344214)."""
    out = io.BytesIO()
    Image.effect_noise((64, 64), 60).save(out, "JPEG", progressive=True, quality=90)
    data = out.getvalue()
    last = data.rfind(b"\xff\xda")
    return data[:last] + data[last:-2] * scans + data[-2:]


def _cut(data: bytes, share: float = 0.6) -> bytes:
    return data[: int(len(data) * share)]


def _shared_page(times: int, said: int | None = None) -> bytes:
    """One page that stands `times` times in the tree, which says it has `said`."""
    return _page_tree(_A4_KIDS % (said or times, b"3 0 R " * times))


_A4_KIDS = b"<< /Type /Pages /Count %d /Kids [%b] >>"
_RECIPES: tuple[tuple[str, str, str, Callable[[], bytes | int]], ...] = (
    ("empty.pdf", "empty_file", "ingest", lambda: b""),
    ("over-the-limit.pdf", "too_many_bytes", "ingest", lambda: 50 * MIB + 1),
    ("letter.pdf", "unsupported_type", "ingest", lambda: "Kính gửi: đây không phải là PDF.".encode() * 40),
    ("zeros.pdf", "unsupported_type", "ingest", lambda: bytes(MIB)),
    ("program.png", "unsupported_type", "ingest", lambda: b"MZ\x90\0" + bytes(2000)),
    ("page.html", "unsupported_type", "ingest", lambda: b"<html><body>%PDF-1.7 polyglot</body></html>"),
    ("word.docx", "unsupported_type", "ingest", lambda: b"PK\x03\x04\x14\0\x06\0" + bytes(500)),
    ("picture-named.pdf", "type_mismatch", "ingest", lambda: good_picture("PNG")),
    ("pdf-named.jpg", "type_mismatch", "ingest", good_pdf),
    ("encrypted.pdf", "encrypted", "ingest", _encrypted),
    ("truncated.pdf", "damaged", "ingest", lambda: _cut(good_pdf(4))),
    ("truncated.jpg", "damaged", "ingest", lambda: _cut(good_picture("JPEG"))),
    ("truncated.png", "damaged", "ingest", lambda: _cut(good_picture("PNG"))),
    ("truncated.tif", "damaged", "ingest", lambda: _cut(good_picture("TIFF"))),
    ("header-only.pdf", "damaged", "ingest", lambda: b"%PDF-1.7\n"),
    ("header-only.jpg", "damaged", "ingest", lambda: b"\xff\xd8\xff\xe0"),
    ("header-only.tif", "damaged", "ingest", lambda: b"II*\0"),
    ("no-pages.pdf", "damaged", "ingest", lambda: _page_tree(_A4_KIDS % (0, b""))),
    ("tree-loop.pdf", "damaged", "ingest", lambda: _page_tree(_A4_KIDS % (1, b"2 0 R"))),
    ("ifd-loop.tif", "damaged", "ingest", lambda: _tiff(3, loop=True)),
    ("pages-1000.pdf", "too_many_pages", "ingest", lambda: _blank_pages(1000)),
    ("count-lies.pdf", "too_many_pages", "ingest", lambda: _shared_page(1_000, said=1)),
    ("pages-million.pdf", "too_many_pages", "ingest", lambda: _shared_page(1_000_000)),
    ("pages-1000.tif", "too_many_pages", "ingest", lambda: _tiff(1000)),
    ("pixels-900m.png", "page_too_large", "ingest", _png_of_900_mpx),
    ("pixels-2500m.tif", "page_too_large", "ingest", lambda: _tiff(1, size=(50_000, 50_000))),
    ("page-14400pt.pdf", "page_too_large", "ingest",
     lambda: _blank_pages(1, MediaBox=pikepdf.Array([0, 0, 14_400, 14_400]))),
    ("user-unit.pdf", "page_too_large", "ingest", lambda: _blank_pages(1, UserUnit=75_000)),
    ("picture-2500m.pdf", "page_too_large", "ingest", _huge_picture_inside),
    ("deflate-bomb.pdf", "decompression_bomb", "ingest", _deflate_bomb),
    ("deflate-chain.pdf", "decompression_bomb", "ingest", _deflate_chain),
    ("scans-2000.jpg", "decompression_bomb", "ingest", lambda: _jpeg_of_scans(2000)),
    ("wrong-pixels.png", "damaged", "render", _png_wrong_pixels),
)
