"""The object store's contract, held by the memory twin, the folder, MinIO and the Versity gateway."""

from __future__ import annotations

import hashlib
import io

import pytest

from digitizer.errors import IntegrityError, NotFound, UsageError
from storage.base import ObjectStore
from storage.memory import MemoryObjects
from storage.objects import DirectoryObjects, S3Objects
from tests.contract.worlds import race


def key_of(data: bytes) -> tuple[str, str]:
    digest = hashlib.sha256(data).hexdigest()
    return f"originals/{digest[:2]}/{digest}", digest


def put(objects: ObjectStore, data: bytes) -> tuple[str, str]:
    key, digest = key_of(data)
    objects.put(key, data, digest)
    return key, digest


@pytest.mark.parametrize("size", [0, 1, 65_537, 5 * 1024 * 1024 - 1, 5 * 1024 * 1024 + 1])
def test_what_was_put_comes_back(objects: ObjectStore, size: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    key, digest = put(objects, data[:size])
    assert objects.get(key, digest) == data[:size]


def test_absent(objects: ObjectStore) -> None:
    objects.check()
    key, digest = key_of(b"never put")
    assert not objects.exists(key)
    with pytest.raises(NotFound):
        objects.get(key, digest)
    assert list(objects.keys()) == []


def test_exists_and_is_listed_at_once(objects: ObjectStore) -> None:
    kept = sorted(put(objects, b"paper %d" % n)[0] for n in range(25))
    assert sorted(objects.keys("originals/")) == kept
    assert all(objects.exists(key) for key in kept)
    assert list(objects.keys("derived/")) == []


def test_bytes_that_are_not_what_was_hashed_are_refused_and_not_kept(objects: ObjectStore) -> None:
    key, digest = key_of(b"the scan")
    with pytest.raises(IntegrityError):
        objects.put(key, b"the scan, cut", digest)
    assert not objects.exists(key)


def test_a_second_put_of_the_same_is_no_error(objects: ObjectStore) -> None:
    key, digest = put(objects, b"the scan")
    objects.put(key, b"the scan", digest)
    assert objects.get(key, digest) == b"the scan"
    assert list(objects.keys()) == [key]


def test_another_original_cannot_take_the_place(objects: ObjectStore) -> None:
    key, digest = put(objects, b"the scan")
    with pytest.raises(IntegrityError):
        objects.put(key, b"forged", hashlib.sha256(b"forged").hexdigest())
    assert objects.get(key, digest) == b"the scan"


def damage(objects: ObjectStore, key: str, data: bytes) -> None:
    """What a torn write, a bad disk or a foreign client leaves under the name of an original."""
    if isinstance(objects, MemoryObjects):
        objects._kept[key] = data
    elif isinstance(objects, DirectoryObjects):
        (objects.root / key).write_bytes(data)
    else:
        assert isinstance(objects, S3Objects)
        objects.client.put_object(objects.bucket.name, key, io.BytesIO(data), len(data))


@pytest.mark.parametrize("left", [b"", b"the sca", b"the scam", b"the scan and more"])
def test_a_damaged_copy_is_never_given_and_healed_by_the_same_upload(objects: ObjectStore, left: bytes) -> None:
    key, digest = put(objects, b"the scan")
    damage(objects, key, left)
    with pytest.raises(IntegrityError):
        objects.get(key, digest)
    objects.put(key, b"the scan", digest)
    assert objects.get(key, digest) == b"the scan"


def test_a_read_that_does_not_hash_right_is_refused(objects: ObjectStore) -> None:
    key, _ = put(objects, b"the scan")
    with pytest.raises(IntegrityError):
        objects.get(key, hashlib.sha256(b"what the database says").hexdigest())


@pytest.mark.parametrize("key", ["../outside", "/etc/passwd", "a/../b", "a//b", "", "tờ khai", "a b", "a/.", "x" * 600])
def test_a_key_that_is_no_safe_path_is_refused(objects: ObjectStore, key: str) -> None:
    digest = hashlib.sha256(b"x").hexdigest()
    with pytest.raises(UsageError):
        objects.put(key, b"x", digest)
    with pytest.raises(UsageError):
        objects.get(key, digest)


def test_eight_writers_of_one_scan_all_succeed(objects: ObjectStore) -> None:
    data = b"one scan, uploaded eight times" * 1000
    key, digest = key_of(data)
    assert race([lambda: objects.put(key, data, digest)] * 8) == [None] * 8
    assert objects.get(key, digest) == data


def test_eight_writers_of_their_own(objects: ObjectStore) -> None:
    papers = [b"paper %d" % n * 1000 for n in range(8)]
    assert race([lambda p=p: put(objects, p) for p in papers]) == [key_of(p) for p in papers]
    assert [objects.get(*key_of(p)) for p in papers] == papers


def test_of_two_forgers_one_at_most_gets_in(objects: ObjectStore) -> None:
    """Same key, different bytes, at once: whoever is second is told, and what is kept is whole."""
    papers = [b"first" * 5000, b"second" * 5000]
    digests = [hashlib.sha256(p).hexdigest() for p in papers]
    answers = race([lambda n=n: objects.put("originals/xx/same", papers[n], digests[n]) for n in range(2)])
    assert sorted(type(a).__name__ for a in answers) == ["IntegrityError", "NoneType"]
    winner = answers.index(None)
    assert objects.get("originals/xx/same", digests[winner]) == papers[winner]


def test_check_passes_on_a_store_that_can_be_used(objects: ObjectStore) -> None:
    objects.check()
    put(objects, b"after the check")
    objects.check()
