"""One full pass over the originals finds every damage, and cries wolf at none."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from digitizer.errors import StoreUnavailable
from settings import Settings
from storage.base import NewUpload, Stores
from storage.connect import open_stores
from storage.fixity import verify
from tests.contract.worlds import ACCEPTED

PAPERS = 140


def paper(number: int) -> bytes:
    return b"paper %d " % number * 50


def upload(stores: Stores, number: int) -> str:
    data = paper(number)
    digest = hashlib.sha256(data).hexdigest()
    key = f"originals/{digest[:2]}/{digest}"
    stores.objects.put(key, data, digest)
    stores.uploads.accept(NewUpload(
        f"sub_{number}", f"doc_{number:03}", "b01", "dev", "a.pdf", "application/pdf", digest, len(data), key),
        "dev", f"k{number}", ACCEPTED)
    return key


def test_seven_kinds_of_damage_ten_of_each(tmp_path: Path) -> None:
    stores = open_stores(Settings(var=tmp_path))
    keys = [upload(stores, n) for n in range(PAPERS)]
    healthy = verify(stores)
    assert healthy.ok
    assert (healthy.checked, healthy.bytes_read) == (PAPERS, sum(len(paper(n)) for n in range(PAPERS)))
    assert (healthy.missing, healthy.corrupt, healthy.orphans, healthy.audit_broken_at) == ((), (), (), None)

    files = [tmp_path / "objects" / key for key in keys]
    missing, corrupt, orphans = set[str](), set[str](), set[str]()
    for n in range(10):
        flipped, cut, empty, gone, moved, longer = (files[n * 7 + kind] for kind in range(6))
        flipped.write_bytes(bytes([flipped.read_bytes()[0] ^ 128]) + flipped.read_bytes()[1:])
        cut.write_bytes(cut.read_bytes()[:-1])
        empty.write_bytes(b"")
        gone.unlink()
        stray = moved.with_name("0" * 60 + f"{n:04}")
        moved.rename(stray)
        longer.write_bytes(longer.read_bytes() + b"\0")
        corrupt |= {f"doc_{n * 7 + kind:03}" for kind in (0, 1, 2, 5)}
        missing |= {f"doc_{n * 7 + kind:03}" for kind in (3, 4)}
        orphans.add(stray.relative_to(tmp_path / "objects").as_posix())
    for n in range(0, 10, 2):  # swapped with each other: each is an original, in the wrong place
        first, second = files[n * 7 + 6], files[n * 7 + 13]
        first_bytes, second_bytes = first.read_bytes(), second.read_bytes()
        first.write_bytes(second_bytes)
        second.write_bytes(first_bytes)
        corrupt |= {f"doc_{n * 7 + 6:03}", f"doc_{n * 7 + 13:03}"}

    counted: list[int] = []
    report = verify(stores, counted.append)
    assert not report.ok
    assert (set(report.missing), set(report.corrupt), set(report.orphans)) == (missing, corrupt, orphans)
    assert (report.checked, counted) == (PAPERS, list(range(1, PAPERS + 1)))
    stores.close()


def test_the_same_paper_twice_is_one_original_and_no_finding(tmp_path: Path) -> None:
    stores = open_stores(Settings(var=tmp_path))
    key = upload(stores, 1)
    digest = key.rpartition("/")[2]
    again = NewUpload("sub_2", "doc_2", "b02", "dev", "b.pdf", "application/pdf", digest, len(paper(1)), key)
    stores.uploads.accept(again, "dev", "k2", ACCEPTED)
    report = verify(stores)
    assert (report.ok, report.checked, report.orphans) == (True, 2, ())
    stores.close()


def test_orphans_alone_lose_nothing(tmp_path: Path) -> None:
    """An older database restored beside newer objects: they are to be kept."""
    stores = open_stores(Settings(var=tmp_path))
    upload(stores, 1)
    data = b"newer"
    digest = hashlib.sha256(data).hexdigest()
    stores.objects.put(f"originals/{digest[:2]}/{digest}", data, digest)
    report = verify(stores)
    assert report.ok
    assert report.orphans == (f"originals/{digest[:2]}/{digest}",)
    stores.close()


def test_an_outage_is_not_a_finding(tmp_path: Path) -> None:
    stores = open_stores(Settings(var=tmp_path))
    key = upload(stores, 1)
    path = tmp_path / "objects" / key
    path.unlink()
    path.mkdir()  # the disk answers, but not with a file
    with pytest.raises(StoreUnavailable):
        verify(stores)
    stores.close()
