"""What the headers of PNG, JPEG and TIFF promise: takes a file's bytes, gives page sizes; no pixel is decoded."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from digitizer.errors import DamagedDocument, DecompressionBomb, TooManyPages

JPEG_MAX_SCANS = 100  # more than 100 was never seen in practice; a small file with 80,000 was made as an attack
START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
STANDALONE = frozenset((0x01, *range(0xD0, 0xD9)))
TIFF_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
WIDTH, HEIGHT, STRIP_OFFSETS, STRIP_COUNTS, TILE_OFFSETS, TILE_COUNTS = 256, 257, 273, 279, 324, 325


def png_size(data: bytes) -> tuple[int, int]:
    """(width, height) px. Raises DamagedDocument when a chunk is cut or the end chunk is missing."""
    if data[12:16] != b"IHDR" or len(data) < 33:
        raise DamagedDocument("PNG: no header chunk")
    at, kind = 8, b""
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        at += 12 + length
        if kind == b"IEND":
            break
    if kind != b"IEND" or at > len(data):
        raise DamagedDocument("PNG: cut short")
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def jpeg_size(data: bytes) -> tuple[int, int]:
    """(width, height) px. Raises DamagedDocument when cut short, DecompressionBomb for too many progressive scans."""
    size = None
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            raise DamagedDocument("JPEG: a marker is missing")
        marker = data[at + 1]
        if marker == 0xFF or marker in STANDALONE:
            at += 1 if marker == 0xFF else 2
            continue
        length = struct.unpack_from(">H", data, at + 2)[0]
        if marker in START_OF_FRAME and at + 9 <= len(data):
            height, width = struct.unpack_from(">HH", data, at + 5)
            size = (width, height)
        if marker == 0xDA:
            break
        at += 2 + length
    if size is None or at + 4 > len(data):
        raise DamagedDocument("JPEG: no picture before the end")
    scans = data.count(b"\xff\xda", at)
    if scans > JPEG_MAX_SCANS:
        raise DecompressionBomb(f"JPEG: {scans} scans")
    if data.rfind(b"\xff\xd9") < data.rfind(b"\xff\xda"):
        raise DamagedDocument("JPEG: cut short")
    return size


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a TIFF is laid out: byte order, and the widths that differ between classic TIFF and BigTIFF."""

    order: str
    offset: str
    count: str
    entry_bytes: int


def tiff_sizes(data: bytes, max_pages: int) -> tuple[tuple[int, int], ...]:
    """(width, height) px of every page. Raises DamagedDocument for a loop or data that lie beyond the end,
    TooManyPages."""
    order = "<" if data[:2] == b"II" else ">"
    big = struct.unpack_from(order + "H", data, 2)[0] == 43
    layout = _Layout(order, "Q" if big else "I", "Q" if big else "H", 20 if big else 12)
    found: list[tuple[int, int]] = []
    seen: set[int] = set()
    try:
        at = struct.unpack_from(order + layout.offset, data, 8 if big else 4)[0]
        while at:
            if at in seen:
                raise DamagedDocument("TIFF: the pages run in a loop")
            seen.add(at)
            size, at = _directory(data, at, layout)
            found.append(size)
            if len(found) > max_pages:
                raise TooManyPages(f"more than {max_pages}")
    except (struct.error, KeyError, IndexError) as error:
        raise DamagedDocument("TIFF: cut short") from error
    if not found:
        raise DamagedDocument("TIFF: no page")
    return tuple(found)


def _directory(data: bytes, at: int, layout: _Layout) -> tuple[tuple[int, int], int]:
    """((width, height), offset of the next directory)."""
    entries = struct.unpack_from(layout.order + layout.count, data, at)[0]
    start = at + struct.calcsize(layout.count)
    tags = dict(_entries(data, start, entries, layout))
    width, height = tags[WIDTH][0], tags[HEIGHT][0]
    for offsets, counts in ((STRIP_OFFSETS, STRIP_COUNTS), (TILE_OFFSETS, TILE_COUNTS)):
        for offset, count in zip(tags.get(offsets, ()), tags.get(counts, ()), strict=False):
            if offset + count > len(data):
                raise DamagedDocument("TIFF: cut short")
    after = start + entries * layout.entry_bytes
    return (width, height), struct.unpack_from(layout.order + layout.offset, data, after)[0]


def _entries(data: bytes, start: int, entries: int, layout: _Layout) -> Iterator[tuple[int, tuple[int, ...]]]:
    wanted = (WIDTH, HEIGHT, STRIP_OFFSETS, STRIP_COUNTS, TILE_OFFSETS, TILE_COUNTS)
    head = layout.order + "HH" + layout.offset
    inline = struct.calcsize("=" + layout.offset)
    for index in range(entries):
        at = start + index * layout.entry_bytes
        tag, kind, count = struct.unpack_from(head, data, at)
        letter = {3: "H", 4: "I", 16: "Q"}.get(kind)
        if tag not in wanted or letter is None or count == 0:
            continue
        value_at = at + struct.calcsize("=HH" + layout.offset)
        if TIFF_SIZES[kind] * count > inline:
            value_at = struct.unpack_from(layout.order + layout.offset, data, value_at)[0]
        if value_at + TIFF_SIZES[kind] * count > len(data):
            raise DamagedDocument("TIFF: cut short")
        yield tag, struct.unpack_from(f"{layout.order}{count}{letter}", data, value_at)
