"""What is particular to the folder and to S3: modes, torn writes, servers that fail in every way, secrets kept."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
import sys
import textwrap
import uuid
from pathlib import Path

import pytest
import urllib3

from digitizer.errors import DigitizerError, IntegrityError, NotFound, StoreUnavailable, UnsafeSettings
from storage.objects import Bucket, DirectoryObjects, S3Objects, open_objects
from tests import servers
from tests.conftest import own_server
from tests.fakes.bad_s3 import bad_s3

DATA = b"the scan"
DIGEST = hashlib.sha256(DATA).hexdigest()
KEY = f"originals/{DIGEST[:2]}/{DIGEST}"
SECRET = "a-secret-that-nobody-may-read"


def test_only_the_service_may_look_into_the_folder(tmp_path: Path) -> None:
    objects = DirectoryObjects(tmp_path / "var" / "objects")
    objects.put(KEY, DATA, DIGEST)
    for path in objects.root.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    assert stat.S_IMODE(objects.root.stat().st_mode) == 0o700


def test_a_flipped_bit_is_never_given(tmp_path: Path) -> None:
    objects = DirectoryObjects(tmp_path)
    objects.put(KEY, DATA, DIGEST)
    path = tmp_path / KEY
    path.write_bytes(bytes([DATA[0] ^ 1]) + DATA[1:])
    with pytest.raises(IntegrityError):
        objects.get(KEY, DIGEST)
    path.unlink()
    with pytest.raises(NotFound):
        objects.get(KEY, DIGEST)


@pytest.mark.parametrize("step", ["fsync", "link"])
def test_a_writer_killed_half_way_leaves_nothing_under_the_name(tmp_path: Path, step: str) -> None:
    """Killed for real, at the step before the file gets its name; what it left is swept a day later."""
    writer = textwrap.dedent(f"""
        import os, signal
        from pathlib import Path
        from storage.objects import DirectoryObjects
        os.{step} = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)
        objects = DirectoryObjects(Path({str(tmp_path)!r}))
        (objects.root / ".incoming").mkdir(parents=True)
        (objects.root / {KEY!r}).parent.mkdir(parents=True)
        objects.put({KEY!r}, {DATA!r}, {DIGEST!r})
    """)
    assert subprocess.run([sys.executable, "-c", writer], check=False).returncode == -9
    objects = DirectoryObjects(tmp_path)
    assert not objects.exists(KEY)
    assert list(objects.keys()) == []
    (left,) = (tmp_path / ".incoming").iterdir()
    objects.check()
    assert left.exists()
    os.utime(left, (0, 0))
    objects.check()
    assert not left.exists()
    objects.put(KEY, DATA, DIGEST)
    assert objects.get(KEY, DIGEST) == DATA


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    objects = DirectoryObjects(tmp_path / "file")
    with pytest.raises(StoreUnavailable):
        objects.check()
    with pytest.raises(StoreUnavailable):
        objects.put(KEY, DATA, DIGEST)


def s3(endpoint: str, read_s: float | None = None) -> S3Objects:
    objects = S3Objects(Bucket(endpoint, "papers", "key-id", SECRET, False, "us-east-1"))
    if read_s is not None:
        objects.http.connection_pool_kw["timeout"] = urllib3.Timeout(connect=1, read=read_s)
    objects.http.connection_pool_kw["retries"] = urllib3.Retry(total=0, raise_on_status=False)
    return objects


def assert_unavailable(objects: S3Objects) -> None:
    for call in (lambda: objects.put(KEY, DATA, DIGEST), lambda: objects.get(KEY, DIGEST), objects.check,
                 lambda: list(objects.keys()), lambda: objects.exists(KEY)):
        with pytest.raises(StoreUnavailable) as raised:
            call()
        assert SECRET not in str(raised.value) and raised.value.__cause__ is None


@pytest.mark.parametrize("way", ["status-500", "status-503", "stall"])
def test_a_sick_server_is_told_as_unavailable(way: str) -> None:
    with bad_s3(way) as endpoint:
        assert_unavailable(s3(endpoint, read_s=0.2))


@pytest.mark.parametrize("way", ["cut", "garbage"])
def test_a_lying_server_never_makes_an_original(way: str) -> None:
    with bad_s3(way) as endpoint:
        objects = s3(endpoint, read_s=2)
        with pytest.raises((StoreUnavailable, IntegrityError)):
            objects.get(KEY, DIGEST)
        with pytest.raises((StoreUnavailable, IntegrityError)):
            objects.put(KEY, DATA, DIGEST)


def test_nobody_there() -> None:
    assert_unavailable(s3(f"{servers.HOST}:{servers.free_port()}"))


def test_wrong_credentials_are_told_without_them(minio_server: servers.S3) -> None:
    assert_unavailable(s3(f"{servers.HOST}:{minio_server.port}"))


def test_a_server_killed_and_back_is_used_again() -> None:
    """Kept connections are dead then; the adapter must not need a restart."""
    with own_server(servers.versity_server()) as server:
        objects = open_objects(server.url(f"t-{uuid.uuid4().hex[:8]}"), server.access_key, server.secret_key)
        objects.put(KEY, DATA, DIGEST)
        server.kill()
        with pytest.raises(StoreUnavailable):
            objects.get(KEY, DIGEST)
        server.restart()
        assert objects.get(KEY, DIGEST) == DATA


@pytest.mark.parametrize("url", ["http://x/y", "s3://host:9000", "s3://host:9000/ab", "s3://host/a/b", "s3:///bucket"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UnsafeSettings):
        open_objects(url, "a", "b")


def test_s3_needs_keys() -> None:
    with pytest.raises(UnsafeSettings, match="DIGITIZER_S3_ACCESS_KEY"):
        open_objects("s3://host:9000/papers", "", "")


def test_a_file_url_is_a_folder(tmp_path: Path) -> None:
    open_objects(f"file://{tmp_path}/objects").put(KEY, DATA, DIGEST)
    assert (tmp_path / "objects" / KEY).read_bytes() == DATA


def test_every_error_is_ours(tmp_path: Path) -> None:
    objects = DirectoryObjects(tmp_path)
    (tmp_path / KEY).mkdir(parents=True)
    with pytest.raises(DigitizerError):
        objects.get(KEY, DIGEST)
