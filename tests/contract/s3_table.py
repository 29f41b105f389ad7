"""What each real S3 server answers: servers in, a table of case x server out, written into docs/storage.md.

`python -m tests.contract.s3_table` starts the servers of `tests.build_servers`, asks, and rewrites the table;
`--print` only prints it. `test_s3_table.py` compares the table in the document with what the servers answer."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import socket
import sys
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from minio.commonconfig import COMPLIANCE, ENABLED, GOVERNANCE, Filter
from minio.error import S3Error
from minio.lifecycleconfig import Expiration, LifecycleConfig, Rule
from minio.objectlockconfig import DAYS, ObjectLockConfig
from minio.retention import Retention
from minio.sse import SseS3

from storage.objects import S3Objects, open_objects
from tests import servers
from tests.build_servers import SERVERS

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "storage.md"
BEGIN, END = "<!-- s3-table: begin -->", "<!-- s3-table: end -->"
Case = Callable[[S3Objects], str]
CASES: list[tuple[str, Case]] = []


def case(title: str) -> Callable[[Case], Case]:
    def keep(function: Case) -> Case:
        CASES.append((title, function))
        return function

    return keep


def put(objects: S3Objects, data: bytes) -> tuple[str, str]:
    digest = hashlib.sha256(data).hexdigest()
    key = f"originals/{digest[:2]}/{digest}"
    objects.put(key, data, digest)
    return key, digest


@case("our adapter: put, exists, get, list")
def _round_trip(objects: S3Objects) -> str:
    kept = [put(objects, bytes([n]) * n * 1000) for n in range(20)]
    whole = all(objects.exists(k) and objects.get(k, d) == bytes([n]) * n * 1000 for n, (k, d) in enumerate(kept))
    return "yes" if whole and sorted(objects.keys()) == sorted(k for k, _ in kept) else "no"


@case("sizes 0, 5 MiB - 1, 5 MiB + 1, 40 MiB in one PUT")
def _sizes(objects: S3Objects) -> str:
    for size in (0, 5 * 2**20 - 1, 5 * 2**20 + 1, 40 * 2**20):
        key, digest = put(objects, b"\xa5" * size)
        if len(objects.get(key, digest)) != size:
            return f"wrong at {size}"
    return "yes"


@case("listed at once after 8 writers at once")
def _list_after_write(objects: S3Objects) -> str:
    objects.check()
    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(lambda n: put(objects, b"paper %d" % n)[0], range(64)))
    return "yes" if sorted(kept) == sorted(objects.keys()) else "no"


@case("bucket made with object lock")
def _lock_bucket(objects: S3Objects) -> str:
    objects.check()
    with contextlib.suppress(ValueError):  # the client cannot read a lock configuration without a default retention
        objects.client.get_object_lock_config(objects.bucket.name)
    return "yes"


@case("versioning of that bucket")
def _versioning(objects: S3Objects) -> str:
    objects.check()
    return str(objects.client.get_bucket_versioning(objects.bucket.name).status)


@case("PUT with `If-None-Match: *`, key absent, then present")
def _if_none_match(objects: S3Objects) -> str:
    objects.check()
    return f"{objects.put_if_absent('originals/aa/one', b'1')}, then {objects.put_if_absent('originals/aa/one', b'2')}"


@case("8 such PUTs of one key at once: how many are let in")
def _race(objects: S3Objects) -> str:
    objects.check()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: objects.put_if_absent("originals/aa/race", b"%d" % n * 100_000), range(8)))
    return str(answers.count(200))


@case("PUT whose bytes do not fit its Content-MD5")
def _content_md5(objects: S3Objects) -> str:
    objects.check()
    url = objects.client.presigned_put_object(objects.bucket.name, "originals/aa/md5")
    wrong = {"Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="}
    status = objects.http.request("PUT", url, body=b"cut", headers=wrong).status
    return f"{status}, {'kept' if objects.exists('originals/aa/md5') else 'not kept'}"


@case("connection cut in the middle of a bare PUT: the object")
def _cut(objects: S3Objects) -> str:
    return _cut_with(objects, "")


@case("the same with Content-MD5, as our adapter sends it")
def _cut_md5(objects: S3Objects) -> str:
    digest = hashlib.md5(b"x" * 100_000, usedforsecurity=False).digest()
    return _cut_with(objects, f"Content-MD5: {base64.b64encode(digest).decode()}\r\n")


def _cut_with(objects: S3Objects, more: str) -> str:
    objects.check()
    url = objects.client.presigned_put_object(objects.bucket.name, "originals/aa/cut")
    host, _, port = objects.bucket.endpoint.partition(":")
    with socket.create_connection((host, int(port)), 5) as line:
        path = url.partition(objects.bucket.endpoint)[2]
        head = f"PUT {path} HTTP/1.1\r\nHost: {objects.bucket.endpoint}\r\nContent-Length: 100000\r\n{more}\r\n"
        line.sendall(head.encode() + b"x" * 40_000)
    time.sleep(0.5)  # the server notices when it reads on
    if not objects.exists("originals/aa/cut"):
        return "absent"
    return f"there, {objects.client.stat_object(objects.bucket.name, 'originals/aa/cut').size} of 100000 bytes"


@case("a foreign client writes over an original: the first version")
def _overwrite(objects: S3Objects) -> str:
    key, digest = put(objects, b"the scan")
    first = objects.client.stat_object(objects.bucket.name, key).version_id
    objects.client.put_object(objects.bucket.name, key, io.BytesIO(b"forged"), 6)
    kept = objects.client.get_object(objects.bucket.name, key, version_id=first).read()
    return "kept" if hashlib.sha256(kept).hexdigest() == digest else "lost"


@case("a foreign client deletes an original: the version")
def _delete(objects: S3Objects) -> str:
    key, digest = put(objects, b"the scan")
    version = objects.client.stat_object(objects.bucket.name, key).version_id
    objects.client.remove_object(objects.bucket.name, key)
    kept = objects.client.get_object(objects.bucket.name, key, version_id=version).read()
    return "kept" if hashlib.sha256(kept).hexdigest() == digest else "lost"


def _delete_locked(objects: S3Objects, mode: str) -> str:
    key, _ = put(objects, b"the scan")
    version = objects.client.stat_object(objects.bucket.name, key).version_id
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    objects.client.set_object_retention(objects.bucket.name, key, Retention(mode, until), version_id=version)
    try:
        objects.client.remove_object(objects.bucket.name, key, version_id=version)
    except S3Error as error:
        return f"refused, {error.code}"
    return "deleted"


@case("delete of a version under COMPLIANCE retention")
def _compliance(objects: S3Objects) -> str:
    return _delete_locked(objects, COMPLIANCE)


@case("delete of a version under GOVERNANCE retention, no bypass")
def _governance(objects: S3Objects) -> str:
    return _delete_locked(objects, GOVERNANCE)


@case("our put into a bucket with a default retention")
def _default_retention(objects: S3Objects) -> str:
    objects.check()
    objects.client.set_object_lock_config(objects.bucket.name, ObjectLockConfig(GOVERNANCE, 1, DAYS))
    key, digest = put(objects, b"the scan")
    kept = objects.client.get_object_retention(objects.bucket.name, key)
    version = objects.client.stat_object(objects.bucket.name, key).version_id
    said = f"{kept.mode} shown" if kept else "none shown"
    try:
        objects.client.remove_object(objects.bucket.name, key, version_id=version)
    except S3Error as error:
        return f"{'kept' if objects.get(key, digest) else ''}, {said}; delete refused, {error.code}"
    return f"kept, {said}; deleted"


@case("range read")
def _range(objects: S3Objects) -> str:
    key, _ = put(objects, bytes(range(256)))
    part = objects.client.get_object(objects.bucket.name, key, offset=10, length=5).read()
    return "yes" if part == bytes(range(10, 15)) else "no"


@case("server-side encryption (SSE-S3) asked for")
def _sse(objects: S3Objects) -> str:
    objects.check()
    objects.client.put_object(objects.bucket.name, "sse", io.BytesIO(b"x"), 1, sse=SseS3())
    said = objects.client.stat_object(objects.bucket.name, "sse").metadata or {}
    return "yes" if "x-amz-server-side-encryption" in {name.lower() for name in said} else "taken, not said to be done"


@case("lifecycle rule")
def _lifecycle(objects: S3Objects) -> str:
    objects.check()
    rule = Rule(ENABLED, rule_filter=Filter(prefix="tmp/"), rule_id="tmp", expiration=Expiration(days=1))
    objects.client.set_bucket_lifecycle(objects.bucket.name, LifecycleConfig([rule]))
    return "yes"


def answers(server: servers.S3) -> list[str]:
    """One answer a case; each case in a bucket of its own."""
    found = []
    for _, ask in CASES:
        objects = open_objects(server.url(f"case-{uuid.uuid4().hex[:12]}"), server.access_key, server.secret_key)
        assert isinstance(objects, S3Objects)
        try:
            found.append(ask(objects))
        except S3Error as error:
            found.append(f"refused, {error.code}")
    return found


def table(by_server: dict[str, list[str]]) -> str:
    lines = ["| case | " + " | ".join(by_server) + " |", "|---" * (len(by_server) + 1) + "|"]
    for (title, _), *said in zip(CASES, *by_server.values(), strict=True):
        lines.append(f"| {title} | " + " | ".join(said) + " |")
    return "\n".join(lines)


def names() -> dict[str, str]:
    """Column titles with the versions that were built."""
    def short(name: str) -> str:
        version = SERVERS[name].rpartition("@")[2]
        return version.split("-")[1][:8] if version.startswith("v0.0.0-") else version

    return {"minio": f"MinIO {short('minio')}", "versity": f"Versity Gateway {short('versitygw')}"}


def published() -> str:
    return DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0].strip()


def main(arguments: list[str]) -> int:
    with contextlib.ExitStack() as stack:
        running = {"minio": stack.enter_context(servers.minio_server()),
                   "versity": stack.enter_context(servers.versity_server())}
        made = table({names()[name]: answers(server) for name, server in running.items()})
    print(made)
    if "--print" not in arguments:
        before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
        DOCUMENT.write_text(f"{before}{BEGIN}\n{made}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
