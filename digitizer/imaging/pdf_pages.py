"""What a PDF's object tree promises: takes a file, gives page sizes and what else it carries."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pikepdf

from digitizer.errors import DamagedDocument, DecompressionBomb, PageTooLarge, TooManyPages

DEFAULT_BOX = (0.0, 0.0, 612.0, 792.0)  # poppler's when a page has none
MAX_TREE_DEPTH = 100
MAX_OBJECTS = 100_000  # a hundred scanned pages have about a thousand
MAX_STREAM_BYTES = 100 * 1024 * 1024
DEFLATE_MAX_RATIO = 1032  # zlib's theoretical best: shorter streams need not be tried
PICTURE_FACTOR = 4  # a scan inside may be finer than what we render: 1200 dpi against 600


@contextmanager
def pages_in(path: Path, max_pages: int) -> Iterator[tuple[pikepdf.Dictionary, ...]]:
    """All page objects, while the file is open. Raises DamagedDocument, TooManyPages."""
    try:
        with pikepdf.open(path, suppress_warnings=True) as pdf:
            yield page_objects(pdf, max_pages)
    except pikepdf.PdfError as error:
        raise DamagedDocument(f"PDF: {type(error).__name__}") from error


def write_page_alone(path: Path, number: int, out: Path, max_pages: int) -> None:
    """A PDF of one page of another. Raises DamagedDocument, also for a page that is not there; TooManyPages."""
    with pages_in(path, max_pages) as pages, pikepdf.new() as alone:
        if not 1 <= number <= len(pages):
            raise DamagedDocument(f"page {number}: not there")
        alone.pages.append(pikepdf.Page(pages[number - 1]))
        alone.save(out)


def page_objects(pdf: pikepdf.Pdf, max_pages: int) -> tuple[pikepdf.Dictionary, ...]:
    """All pages by walking the tree ourselves: /Count may lie, and pikepdf's own list would clone a million shared
    pages. Raises DamagedDocument for a loop or no page, TooManyPages."""
    root = pdf.Root.get("/Pages")
    if not isinstance(root, pikepdf.Dictionary):
        raise DamagedDocument("PDF: no page tree")
    found: list[pikepdf.Dictionary] = []
    for page in _leaves(root, 0, set()):
        found.append(page)
        if len(found) > max_pages:
            raise TooManyPages(f"more than {max_pages}")
    if not found:
        raise DamagedDocument("PDF: no page")
    return tuple(found)


def _leaves(node: pikepdf.Dictionary, depth: int, above: set[tuple[int, int]]) -> Iterator[pikepdf.Dictionary]:
    if depth > MAX_TREE_DEPTH or (node.is_indirect and node.objgen in above):
        raise DamagedDocument("PDF: the page tree runs in a loop")
    kids = node.get("/Kids")
    if not isinstance(kids, pikepdf.Array):
        yield node
        return
    for index in range(len(kids)):  # never the whole array at once: a million kids take seconds as Python objects
        kid = kids[index]
        if isinstance(kid, pikepdf.Dictionary):
            yield from _leaves(kid, depth + 1, above | {node.objgen})


def page_size_pt(page: pikepdf.Dictionary) -> tuple[float, float]:
    """(width, height) as poppler shows it: crop box within media box, /Rotate applied, 1/72 inch."""
    media = _box(page, "/MediaBox") or DEFAULT_BOX
    crop = _box(page, "/CropBox") or media
    left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
    right, top = min(media[2], crop[2]), min(media[3], crop[3])
    if right <= left or top <= bottom:
        left, bottom, right, top = media
    turn = int(number(inherited(page, "/Rotate"), 0.0)) % 360
    width, height = right - left, top - bottom
    return (height, width) if turn in (90, 270) else (width, height)


def user_unit(page: pikepdf.Dictionary) -> float:
    """Size of a unit in 1/72 inch (PDF 1.6); poppler 22.12 does not apply it."""
    return number(page.get("/UserUnit"), 1.0)


def _box(page: pikepdf.Dictionary, key: str) -> tuple[float, float, float, float] | None:
    value = inherited(page, key)
    if not isinstance(value, pikepdf.Array) or len(value) != 4:
        return None
    try:
        x0, y0, x1, y1 = (float(v) for v in value)
    except (TypeError, ValueError):
        return None
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def inherited(node: pikepdf.Dictionary, key: str) -> object:
    """What a page or the nodes above it say of itself; None when none does."""
    for _ in range(MAX_TREE_DEPTH):
        if key in node:
            return node[key]
        parent = node.get("/Parent")
        if not isinstance(parent, pikepdf.Dictionary):
            return None
        node = parent
    return None


def number(value: object, otherwise: float) -> float:
    """A PDF number as Python's."""
    return float(value) if isinstance(value, int | float | Decimal) else otherwise


def contents(pdf: pikepdf.Pdf, page_pixels: int) -> frozenset[str]:
    """What the file carries besides pages: javascript, embedded_files, forms_xfa, jbig2, signature.

    Raises PageTooLarge for a picture inside far beyond `page_pixels`, DecompressionBomb for a stream that unpacks
    beyond MAX_STREAM_BYTES."""
    found: set[str] = set()
    for count, item in enumerate(pdf.objects):
        if count > MAX_OBJECTS:
            raise DecompressionBomb(f"PDF: more than {MAX_OBJECTS} objects")
        if isinstance(item, pikepdf.Stream):
            found |= _stream(item, page_pixels)
        elif isinstance(item, pikepdf.Dictionary):
            found |= _dictionary(item, 0)
    return frozenset(found)


def _dictionary(item: pikepdf.Dictionary, depth: int) -> set[str]:
    found = set()
    for value in item.values() if depth < MAX_TREE_DEPTH else ():
        if isinstance(value, pikepdf.Dictionary) and not value.is_indirect:  # others come by themselves
            found |= _dictionary(value, depth + 1)
    if "/JS" in item or item.get("/S") == "/JavaScript" or "/JavaScript" in item:
        found.add("javascript")
    if "/EmbeddedFiles" in item or (item.get("/Type") == "/Filespec" and "/EF" in item):
        found.add("embedded_files")
    if "/XFA" in item:
        found.add("forms_xfa")
    if item.get("/Type") == "/Sig" or (item.get("/FT") == "/Sig" and "/V" in item):
        found.add("signature")
    return found


def _stream(item: pikepdf.Stream, page_pixels: int) -> set[str]:
    filters = _filters(item)
    picture = item.get("/Subtype") == "/Image"
    if picture:
        pixels = number(item.get("/Width"), 0) * number(item.get("/Height"), 0)
        if pixels > PICTURE_FACTOR * page_pixels:
            raise PageTooLarge(f"PDF: a picture of {pixels / 1e6:.0f} Mpx")
    deflates = 0
    for name in filters:
        if name not in ("/FlateDecode", "/Fl"):
            break
        deflates += 1
    if deflates and not (picture and deflates == 1 and len(filters) == 1):
        _check_deflate(item.read_raw_bytes(), deflates)
    return {"jbig2"} if "/JBIG2Decode" in filters else set()


def _filters(item: pikepdf.Stream) -> list[str]:
    value = item.get("/Filter")
    if isinstance(value, pikepdf.Array):
        return [str(v) for v in value]
    return [str(value)] if value is not None else []


def _check_deflate(data: bytes, layers: int) -> None:
    for _ in range(layers):
        if len(data) * DEFLATE_MAX_RATIO**layers <= MAX_STREAM_BYTES:
            return
        unpacker = zlib.decompressobj()
        try:
            data = unpacker.decompress(data, MAX_STREAM_BYTES)
        except zlib.error:
            return  # poppler will give up on it too; a page that stays empty is caught after rendering
        if len(data) >= MAX_STREAM_BYTES:
            raise DecompressionBomb(f"PDF: a stream unpacks beyond {MAX_STREAM_BYTES} bytes")
