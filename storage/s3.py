"""What an S3 server can do beyond keeping bytes: takes a bucket, gives whether versions and the object lock hold."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from minio.commonconfig import COMPLIANCE
from minio.error import MinioException, S3Error
from minio.retention import Retention

from storage.base import ObjectStore
from storage.objects import S3Objects, _remote

PROBE = "doctor/lock-probe"
LOCKED_FOR = timedelta(minutes=2)  # the shortest that outlasts a slow answer; then the probe can be removed


@dataclass(frozen=True, slots=True)
class Belt:
    """versions: a second write keeps the first. lock: a version under COMPLIANCE retention was not deleted."""

    versions: bool
    lock: bool
    said: str = ""  # the server's code where it cannot


def probe_belt(objects: ObjectStore) -> Belt | None:
    """Writes a small object, locks that version for two minutes, tries to delete it, and expects to be refused.

    None for a store that is no S3 server. Raises StoreUnavailable."""
    if not isinstance(objects, S3Objects):
        return None
    objects.check()
    client, bucket = objects.client, objects.bucket.name
    with _remote():
        versions = client.get_bucket_versioning(bucket).status == "Enabled"
        _remove_old(objects)
        try:
            until = datetime.now(UTC).replace(microsecond=0) + LOCKED_FOR
            written = client.put_object(bucket, PROBE, io.BytesIO(b"probe"), 5)
            client.set_object_retention(bucket, PROBE, Retention(COMPLIANCE, until), version_id=written.version_id)
        except (S3Error, MinioException) as error:
            return Belt(versions, False, _code(error))
        try:
            client.remove_object(bucket, PROBE, version_id=written.version_id)
        except S3Error as error:
            return Belt(versions, True, error.code or "")
    return Belt(versions, False, "the locked version was deleted")


def _remove_old(objects: S3Objects) -> None:
    """Probes of earlier calls whose lock has run out; those that still hold stay for the next call."""
    for entry in objects.client.list_objects(objects.bucket.name, prefix=PROBE, include_version=True):
        try:
            objects.client.remove_object(objects.bucket.name, PROBE, version_id=entry.version_id)
        except S3Error:
            continue


def _code(error: MinioException) -> str:
    return str(getattr(error, "code", "") or type(error).__name__)
