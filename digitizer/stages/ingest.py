"""A file that came to what it is: takes a path and limits, gives an Intake; nothing is decoded yet."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pikepdf
from PIL import Image

from digitizer.document import Intake
from digitizer.errors import DamagedDocument, EmptyFile, EncryptedDocument, UnsupportedType
from digitizer.options import Limits

PDF, TIFF, JPEG, PNG = "application/pdf", "image/tiff", "image/jpeg", "image/png"


def ingest(path: Path, name: str, limits: Limits) -> Intake:
    """First light: type by magic number, page count by header."""
    data = path.read_bytes()
    if not data:
        raise EmptyFile()
    kind = _kind(data[:1024])
    try:
        if kind == PDF:
            with pikepdf.open(path) as pdf:
                pages = len(pdf.pages)
        else:
            with Image.open(path) as image:
                pages = getattr(image, "n_frames", 1) if kind == TIFF else 1
    except pikepdf.PasswordError as error:
        raise EncryptedDocument() from error
    except (pikepdf.PdfError, OSError) as error:
        raise DamagedDocument(type(error).__name__) from error
    return Intake(path, name, kind, hashlib.sha256(data).hexdigest(), len(data), pages)


def _kind(head: bytes) -> str:
    if b"%PDF-" in head:
        return PDF
    for magic, kind in ((b"II*\0", TIFF), (b"MM\0*", TIFF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG)):
        if head.startswith(magic):
            return kind
    raise UnsupportedType()
