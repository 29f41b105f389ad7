"""The files of an upload as they arrive: takes the request's stream, gives bytes checked for size, name and type."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
import unicodedata
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from email.message import Message

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from digitizer.errors import BadFileName, DamagedDocument, EmptyFile, TooManyBytes, TypeMismatch
from digitizer.stages.ingest import JPEG, PDF, PNG, TIFF, check_extension, media_type
from web.errors import invalid

SUFFIXES = {PDF: ".pdf", TIFF: ".tif", JPEG: ".jpg", PNG: ".png"}
ALIASES = {"application/x-pdf": PDF, "image/jpg": JPEG, "image/pjpeg": JPEG, "image/x-png": PNG, "image/tif": TIFF}
UNDECLARED = ("", "application/octet-stream", "binary/octet-stream")
MEMORY_BYTES = 1024 * 1024  # beyond it the upload lies in an unlinked temporary file
NAME_CHARACTERS = 255
MOST_FILES = 40  # of one submission
RECEIVE_SECONDS = 300.0
BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


@dataclass(frozen=True, slots=True)
class ArrivedFile:
    """A file still in its spool: an unlinked one, so nothing of it stays behind whatever happens."""

    file: UploadFile
    name: str
    declared: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """An upload: one file, or several that are pages of one submission, in their order."""

    files: tuple[ArrivedFile, ...]
    form: str

    async def close(self) -> None:
        for each in self.files:
            await each.file.close()


@dataclass(frozen=True, slots=True)
class Scan:
    """The bytes with what is known of them before anything is decoded."""

    data: bytes
    sha256: str
    media_type: str
    name: str


async def arrive(request: Request, limit: int) -> Arrival:
    """Reads the body to its end, multipart or raw. Raises TooManyBytes, BadFileName, UsageError's problems."""
    content_type = request.headers.get("content-type", "")
    try:
        async with asyncio.timeout(RECEIVE_SECONDS):
            if content_type.split(";")[0].strip().lower() == "multipart/form-data":
                return await _from_form(request, limit)
            return await _from_raw(request, limit, content_type)
    except TimeoutError:
        raise DamagedDocument("the upload did not end in time") from None


async def _from_form(request: Request, limit: int) -> Arrival:
    parser = MultiPartParser(request.headers, _stream(request), max_files=MOST_FILES, max_fields=4, max_part_size=1024)
    try:
        form = await parser.parse()
    except MultiPartException:
        raise invalid("#", f"not a multipart body with 1 to {MOST_FILES} files") from None
    files, hint = form.getlist("file"), form.get("form", "")
    unknown = sorted(set(form.keys()) - {"file", "form"})
    try:
        if unknown:
            raise invalid("#", "only the parts `file` and `form` are known")
        if not files or not all(isinstance(file, UploadFile) for file in files):
            raise invalid("#/file", "a part named `file` with a file name is needed")
        if not isinstance(hint, str):
            raise invalid("#/form", "a text is needed")
        arrived = [_arrived(file) for file in files if isinstance(file, UploadFile)]
        if sum(each.file.size or 0 for each in arrived) > limit:
            raise TooManyBytes(f"all files together may have {limit} bytes")
        return Arrival(tuple(arrived), hint)
    except BaseException:
        await form.close()
        raise


def _arrived(file: UploadFile) -> ArrivedFile:
    return ArrivedFile(file, checked_name(file.filename or ""), _plain_type(file.content_type or ""))


async def _from_raw(request: Request, limit: int, content_type: str) -> Arrival:
    name = checked_name(_disposition_name(request.headers))
    spool = tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES)  # noqa: SIM115 - closed by the route
    file = UploadFile(file=spool, size=0)  # type: ignore[arg-type]
    try:
        async for chunk in _stream(request):
            await file.write(chunk)
            if (file.size or 0) > limit:
                raise TooManyBytes(f"the file may have {limit} bytes")
    except BaseException:
        await file.close()
        raise
    came = ArrivedFile(file, name, _plain_type(content_type))
    return Arrival((came,), request.query_params.get("form", ""))


async def _stream(request: Request) -> AsyncGenerator[bytes, None]:
    async for chunk in request.stream():
        yield chunk


def checked_scan(came: ArrivedFile) -> Scan:
    """The whole file with its hash and its type by content. Raises EmptyFile, UnsupportedType, TypeMismatch."""
    came.file.file.seek(0)
    data = came.file.file.read()
    if not data:
        raise EmptyFile()
    kind = media_type(data[:4096])
    check_extension(came.name, kind)
    if came.declared not in UNDECLARED and ALIASES.get(came.declared, came.declared) != kind:
        raise TypeMismatch(f"the content is {kind}, the declared type is another")
    return Scan(data, hashlib.sha256(data).hexdigest(), kind, came.name or f"scan{SUFFIXES[kind]}")


def checked_name(name: str) -> str:
    """The file name, NFC. Paths, control characters and direction marks are refused, not repaired: who sends them
    does not send a scan."""
    name = unicodedata.normalize("NFC", name)
    bad = any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") or c in BIDI or c in "/\\" for c in name)
    if bad or len(name) > NAME_CHARACTERS or name in (".", ".."):
        raise BadFileName()
    return name


def _disposition_name(headers: Headers) -> str:
    """`filename*=` (RFC 8187) or `filename=` of Content-Disposition; '' where there is none."""
    given = headers.get("content-disposition", "")
    if not given:
        return ""
    message = Message()
    try:
        # Header bytes come as latin-1; programs that send marks without RFC 8187 mean UTF-8.
        message["content-disposition"] = given.encode("latin-1").decode("utf-8")
        return message.get_filename("") or ""
    except (LookupError, ValueError, UnicodeError):
        raise BadFileName() from None


def _plain_type(content_type: str) -> str:
    return content_type.split(";")[0].strip().lower()


