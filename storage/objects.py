"""Where originals are kept: bytes and their SHA-256 in, the same bytes or an error out; a folder, or any S3 server."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import urllib3
from minio import Minio
from minio.error import InvalidResponseError, MinioException, S3Error, ServerError
from minio.versioningconfig import ENABLED, VersioningConfig

from digitizer.errors import IntegrityError, NotFound, StoreUnavailable, UnsafeSettings
from storage.base import ObjectStore
from storage.rules import check_object_key, is_damaged_copy

SCRATCH = ".incoming"
STALE_SCRATCH_S = 24 * 3600.0
CONNECT_S, READ_S = 3.0, 15.0  # a store that takes longer is down: the kiosk is told to try again
PRESIGNED = timedelta(minutes=5)
ABSENT = ("NoSuchKey", "NoSuchObject", "NoSuchVersion")


def open_objects(url: str, access_key: str = "", secret_key: str = "") -> ObjectStore:
    """From a folder, `file:///folder`, or `s3://host:port/bucket?secure=0&region=us-east-1`. Raises UnsafeSettings."""
    parts = urlsplit(url)
    if parts.scheme in ("", "file"):
        return DirectoryObjects(Path(parts.path))
    if parts.scheme != "s3":
        raise UnsafeSettings("DIGITIZER_OBJECTS_URL must be a folder or s3://host:port/bucket")
    bucket = parts.path.strip("/")
    if not parts.hostname or len(bucket) < 3 or "/" in bucket:
        raise UnsafeSettings("DIGITIZER_OBJECTS_URL needs a host and a bucket name of at least 3 letters")
    if not access_key or not secret_key:
        raise UnsafeSettings("DIGITIZER_S3_ACCESS_KEY and DIGITIZER_S3_SECRET_KEY are needed for s3://")
    query = parse_qs(parts.query)
    return S3Objects(Bucket(
        parts.netloc.rpartition("@")[2], bucket, access_key, secret_key, query.get("secure", ["1"])[0] != "0",
        query.get("region", ["us-east-1"])[0],
    ))


def require_hash(data: bytes, sha256: str) -> None:
    """Raises IntegrityError."""
    if not _hashes(data, sha256):
        raise IntegrityError


def _hashes(data: bytes, sha256: str) -> bool:
    return hashlib.sha256(data).hexdigest() == sha256


class DirectoryObjects:
    """The port ObjectStore in a folder: 0700 folders, 0600 files, nothing half-written under a final name."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._scratch = root / SCRATCH

    def put(self, key: str, data: bytes, sha256: str) -> None:
        """Temporary file, fsync, link to its name, fsync of the folder: after a power cut it is there or was never."""
        require_hash(data, sha256)
        target = self._path(key)
        with _disk():
            if not target.exists():
                _make_folder(target.parent, self.root)
                _make_folder(self._scratch, self.root)
                self._write(target, data, _publish)
            elif not _hashes(target.read_bytes(), sha256) and is_damaged_copy(key, sha256):
                self._write(target, data, Path.replace)
            stored = target.read_bytes()
        require_hash(stored, sha256)

    def get(self, key: str, sha256: str) -> bytes:
        with _disk():
            data = self._path(key).read_bytes()
        require_hash(data, sha256)
        return data

    def exists(self, key: str) -> bool:
        with _disk():
            return self._path(key).is_file()

    def keys(self, prefix: str = "") -> Iterator[str]:
        if not self.root.is_dir():
            return
        with _disk():
            found = [p.relative_to(self.root).as_posix() for p in self.root.rglob("*") if p.is_file()]
        yield from sorted(k for k in found if k.startswith(prefix) and not k.startswith(f"{SCRATCH}/"))

    def check(self) -> None:
        """Writes and removes a file, and what writers that died left behind a day ago."""
        with _disk():
            _make_folder(self._scratch, self.root)
            probe = self._scratch / f"check-{uuid.uuid4().hex}"
            probe.write_bytes(b"")
            probe.unlink()
            for left in self._scratch.iterdir():
                if left.stat().st_mtime < time.time() - STALE_SCRATCH_S:
                    left.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.root / check_object_key(key)

    def _write(self, target: Path, data: bytes, publish: Callable[[Path, Path], object]) -> None:
        temporary = self._scratch / uuid.uuid4().hex
        try:
            with os.fdopen(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):  # another writer was first: its bytes are compared by `put`
                publish(temporary, target)
            _sync_folder(target.parent)
        finally:
            temporary.unlink(missing_ok=True)


def _publish(temporary: Path, target: Path) -> None:
    """A hard link never replaces what is there, a rename does; shares without links get the rename."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:
        temporary.rename(target)


def _make_folder(folder: Path, root: Path) -> None:
    """With its name safe on the disk too, up to and including the root's."""
    if folder.is_dir():
        return
    if folder != root:
        _make_folder(folder.parent, root)
    folder.mkdir(mode=0o700, parents=folder == root, exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise NotFound from None
    except OSError as error:
        raise StoreUnavailable(f"the folder cannot be used: {error.strerror}") from None


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where an S3 bucket is and how to get in."""

    endpoint: str
    name: str
    access_key: str
    secret_key: str
    secure: bool
    region: str


class S3Objects:
    """The port ObjectStore on any S3 server, through the `minio` client; one object for all threads."""

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket
        self.http = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=CONNECT_S, read=READ_S), maxsize=16, cert_reqs="CERT_REQUIRED",
            retries=urllib3.Retry(total=2, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504],
                                  allowed_methods=None, raise_on_status=False),
        )
        self.client = Minio(bucket.endpoint, bucket.access_key, bucket.secret_key, secure=bucket.secure,
                            region=bucket.region, http_client=self.http)
        self._ready = False

    def put(self, key: str, data: bytes, sha256: str) -> None:
        """Asks the server to refuse a second write (`If-None-Match: *`). A server that does not know the question gets
        the same bytes again under a content-addressed key, which changes nothing."""
        require_hash(data, sha256)
        check_object_key(key)
        self._prepare()
        status = 412 if self.exists(key) else self.put_if_absent(key, data)
        if status == 412:
            try:
                self.get(key, sha256)
                return
            except IntegrityError:
                if not is_damaged_copy(key, sha256):
                    raise
            status = self._put(key, data, {})  # a new version; a bucket with versions keeps the damaged one too
        if status != 200:
            raise StoreUnavailable(f"the object store answered {status} to a write")
        try:  # read back: the paper leaves the counter on the word of this call
            self.get(key, sha256)
        except NotFound:
            raise StoreUnavailable("the object store said yes to a write and has nothing") from None

    def put_if_absent(self, key: str, data: bytes) -> int:
        """The status of one conditional PUT: 200, or 412 where something is."""
        return self._put(key, data, {"If-None-Match": "*"})

    def _put(self, key: str, data: bytes, condition: dict[str, str]) -> int:
        """`put_object` cannot send a condition, a presigned request can. Content-MD5 makes the server compare what
        arrived: without it a connection cut half-way leaves half an object on the Versity gateway (docs/storage.md)."""
        headers = {**condition, "Content-Type": "application/octet-stream",
                   "Content-MD5": base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()}
        with _remote():
            url = self.client.presigned_put_object(self.bucket.name, key, expires=PRESIGNED)
            for pause in (0.1, 0.3, 0.0):  # 409: another conditional write of the same key is on its way
                answer = self.http.request("PUT", url, body=data, headers=headers)
                if answer.status != 409:
                    break
                time.sleep(pause)
        return answer.status

    def get(self, key: str, sha256: str) -> bytes:
        with _remote():
            answer = self.client.get_object(self.bucket.name, check_object_key(key))
            try:
                data = answer.read()
            finally:
                answer.close()
                answer.release_conn()
        require_hash(data, sha256)
        return data

    def exists(self, key: str) -> bool:
        try:
            with _remote():
                self.client.stat_object(self.bucket.name, check_object_key(key))
        except NotFound:
            return False
        return True

    def keys(self, prefix: str = "") -> Iterator[str]:
        self._prepare()
        with _remote():
            for entry in self.client.list_objects(self.bucket.name, prefix=prefix, recursive=True):
                if entry.object_name and not entry.is_dir:
                    yield entry.object_name

    def check(self) -> None:
        self._ready = False
        self._prepare()

    def _prepare(self) -> None:
        """Makes the bucket when it is not there: with object lock (which brings versions) where the server can, else
        with versions, else plain; `digitizer doctor` tells which."""
        if self._ready:
            return
        with _remote():
            if not self.client.bucket_exists(self.bucket.name):
                self._make_bucket()
        self._ready = True

    def _make_bucket(self) -> None:
        for object_lock in (True, False):
            try:
                self.client.make_bucket(self.bucket.name, object_lock=object_lock)
                break
            except S3Error as error:
                if error.code in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
                    return  # another process was first
                if not object_lock:
                    raise
        with contextlib.suppress(S3Error):
            self.client.set_bucket_versioning(self.bucket.name, VersioningConfig(ENABLED))


@contextmanager
def _remote() -> Iterator[None]:
    """Outside exceptions become ours; details name the server's code, never a key or a credential."""
    try:
        yield
    except S3Error as error:
        if error.code in ABSENT:
            raise NotFound from None
        raise StoreUnavailable(f"the object store answered {error.code}") from None
    except (MinioException, ServerError, InvalidResponseError) as error:
        raise StoreUnavailable(f"the object store answered badly: {type(error).__name__}") from None
    except urllib3.exceptions.HTTPError as error:
        raise StoreUnavailable(f"the object store does not answer: {type(error).__name__}") from None
