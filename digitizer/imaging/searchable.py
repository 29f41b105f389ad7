"""A PDF/A-2b that can be searched: takes pictures of pages and the record's answers, gives the file's bytes.

Each page is the JPEG as it is, never decoded here; behind it, invisible, the answers as they stand after people's
corrections, each at its place. ISO 19005-2; the font is empty, ToUnicode tells its letters (as Tesseract does)."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pikepdf
from PIL import ImageCms

from digitizer.document import Field, Record
from digitizer.errors import ReadingFailed
from digitizer.geometry import MM_PER_INCH
from digitizer.vietnam.text import nfc

FONT = Path(__file__).resolve().parents[1] / "data" / "invisible.ttf"
LETTER = 500  # width of every glyph, thousandths of the size: as in the font itself
POINTS_PER_MM = 72 / MM_PER_INCH
BASELINE = 0.22  # of a line's height, from its lower edge


@dataclass(frozen=True, slots=True)
class ShownPage:
    """page: its number in the scan; jpeg: baseline or progressive, gray or colour."""

    page: int
    jpeg: bytes
    width_px: int
    height_px: int
    dpi: float


@dataclass(frozen=True, slots=True)
class Line:
    """Text on one line of the page: left, bottom, width, height in points, from the lower left corner."""

    text: str
    left: float
    bottom: float
    width: float
    height: float


def searchable_pdf(record: Record, pages: Sequence[ShownPage], title: str) -> bytes:
    """The pages in the order given. title: of the form; no name of a person. Raises ReadingFailed for a picture that is
    no JPEG."""
    pdf = pikepdf.new()
    font = _font(pdf)
    for page in pages:
        _add_page(pdf, page, tuple(lines_on(record, page)), font)
    _make_archival(pdf, record, title)
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True)
    return out.getvalue()


def lines_on(record: Record, page: ShownPage) -> Iterator[Line]:
    """The answers written on a page; of one over several lines, words in shares of the lines' widths."""
    height = page.height_px / page.dpi * 72
    for field in record.fields:
        text = nfc(field.raw)
        if field.page != page.page or not text or not field.polygon_mm:
            continue
        yield from _lines(text, field, height)


def _lines(text: str, field: Field, height: float) -> Iterator[Line]:
    boxes = [(min(x for x, _ in p), min(y for _, y in p), max(x for x, _ in p), max(y for _, y in p))
             for p in field.polygon_mm]
    if len(boxes) > 3 and len(boxes) >= len(text.replace(" ", "")):  # boxes of single digits: one line
        lefts, tops, rights, bottoms = zip(*boxes, strict=True)
        boxes = [(min(lefts), min(tops), max(rights), max(bottoms))]
    words, whole = text.split(" "), sum(b[2] - b[0] for b in boxes) or 1.0
    for place, (left, top, right, bottom) in enumerate(boxes):
        rest = len(boxes) - place - 1
        many = len(words) if not rest else round(len(words) * (right - left) / whole) or 1
        here, words = words[:many], words[many:]
        whole -= right - left
        if here:
            yield Line(" ".join(here), left * POINTS_PER_MM, height - bottom * POINTS_PER_MM,
                       (right - left) * POINTS_PER_MM, (bottom - top) * POINTS_PER_MM)


def _add_page(pdf: pikepdf.Pdf, page: ShownPage, lines: Sequence[Line], font: pikepdf.Object) -> None:
    width, height = page.width_px / page.dpi * 72, page.height_px / page.dpi * 72
    picture = pikepdf.Stream(pdf, page.jpeg)
    picture.stream_dict = pikepdf.Dictionary(
        Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=page.width_px, Height=page.height_px,
        ColorSpace=pikepdf.Name(_colours(page.jpeg)), BitsPerComponent=8, Filter=pikepdf.Name.DCTDecode)
    content = f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Page Do Q\n".encode() + b"".join(map(_written, lines))
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(pikepdf.Dictionary(
        Type=pikepdf.Name.Page, MediaBox=[0, 0, round(width, 3), round(height, 3)],
        Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(Page=pdf.make_indirect(picture)),
                                     Font=pikepdf.Dictionary(Text=font)),
        Contents=pdf.make_stream(content),
    ))))


def _written(line: Line) -> bytes:
    """Stretched over its place, so that what a reader marks is what stands there."""
    size = max(1.0, line.height * 0.8)
    stretch = line.width / (len(line.text) * LETTER / 1000 * size) * 100
    text = "".join(c if ord(c) <= 0xFFFF else "\ufffd" for c in line.text).encode("utf-16-be").hex()
    return (f"BT 3 Tr /Text {size:.2f} Tf {stretch:.2f} Tz "
            f"1 0 0 1 {line.left:.2f} {line.bottom + line.height * BASELINE:.2f} Tm <{text}> Tj ET\n").encode()


def _font(pdf: pikepdf.Pdf) -> pikepdf.Object:
    """Two bytes a letter, its code point; each drawn as the one empty glyph."""
    program = pikepdf.Stream(pdf, FONT.read_bytes())
    program.stream_dict = pikepdf.Dictionary(Length1=FONT.stat().st_size)
    described = pdf.make_indirect(pikepdf.Dictionary(
        Type=pikepdf.Name.FontDescriptor, FontName=pikepdf.Name("/Invisible"), Flags=4, FontBBox=[0, 0, 0, 0],
        ItalicAngle=0, Ascent=800, Descent=-200, CapHeight=800, StemV=80, FontFile2=pdf.make_indirect(program)))
    glyphs = pdf.make_indirect(pikepdf.Stream(pdf, b"\0\1" * 0x10000))
    inner = pdf.make_indirect(pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.CIDFontType2, BaseFont=pikepdf.Name("/Invisible"),
        CIDSystemInfo=pikepdf.Dictionary(Registry="Adobe", Ordering="Identity", Supplement=0), DW=LETTER,
        FontDescriptor=described, CIDToGIDMap=glyphs))
    return pdf.make_indirect(pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type0, BaseFont=pikepdf.Name("/Invisible"),
        Encoding=pikepdf.Name("/Identity-H"), DescendantFonts=[inner],
        ToUnicode=pdf.make_indirect(pikepdf.Stream(pdf, _to_unicode()))))


@cache
def _to_unicode() -> bytes:
    """Code point to itself, but for the surrogates; a range keeps to one first byte (Adobe TN 5411, 1.4.3)."""
    rows = [f"<{high:02x}00> <{high:02x}ff> <{high:02x}00>" for high in range(256) if not 0xD8 <= high <= 0xDF]
    rows[0] = "<0001> <00ff> <0001>"
    blocks = [rows[n:n + 100] for n in range(0, len(rows), 100)]
    ranges = "".join(f"{len(b)} beginbfrange\n{chr(10).join(b)}\nendbfrange\n" for b in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n{ranges}"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode()


def _make_archival(pdf: pikepdf.Pdf, record: Record, title: str) -> None:
    """The output intent and the metadata that PDF/A asks for; the original is named by its hash."""
    profile = pikepdf.Stream(pdf, _srgb())
    profile.stream_dict = pikepdf.Dictionary(N=3)
    pdf.Root.OutputIntents = [pdf.make_indirect(pikepdf.Dictionary(
        Type=pikepdf.Name.OutputIntent, S=pikepdf.Name("/GTS_PDFA1"), OutputConditionIdentifier="sRGB",
        Info="sRGB IEC61966-2.1", DestOutputProfile=pdf.make_indirect(profile)))]
    with pdf.open_metadata(set_pikepdf_as_editor=False) as said:
        said["dc:title"] = title
        said["dc:source"] = f"sha256:{record.sha256}"
        said["dc:language"] = ["vi"]
        said["pdfaid:part"] = "2"
        said["pdfaid:conformance"] = "B"
    pdf.Root.Lang = "vi"


@cache
def _srgb() -> bytes:
    """With a fixed date of its making in the header (ICC.1 7.2.8), so that the same record gives the same file."""
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return made[:24] + bytes((7, 234, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0)) + made[36:]


def _colours(jpeg: bytes) -> str:
    """By the number of components in the frame header (ITU-T T.81 B.2.2); the picture itself is not decoded."""
    at = 2
    while jpeg[:2] == b"\xff\xd8" and at + 10 <= len(jpeg) and jpeg[at] == 0xFF:
        kind, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2:at + 4], "big")
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            found = {1: "/DeviceGray", 3: "/DeviceRGB"}.get(jpeg[at + 9])
            if found:
                return found
            break
        at += 2 + length
    raise ReadingFailed("a picture of a page is no JPEG of ours")
