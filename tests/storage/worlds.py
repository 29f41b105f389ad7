"""Records for the storage tests of checking: read, corrected and keyed by invented people."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from digitizer.document import FieldStatus, Outcome, Record
from digitizer.review import Author, Change, correct
from digitizer.wire import record_from_json, record_to_json
from storage.base import NewRecord, State, Stores
from storage.checks_base import Keyed
from tests.contract.worlds import ACCEPTED, new_upload
from tests.web.world import TEMPLATE, answer, sample_record

RIGHT = {"child.full_name": "Nguyễn Thi Mẫu", "child.date_of_birth": "01/02/2024", "child.sex": "Nữ",
         "child.ethnicity": "Kinh"}


def read(stores: Stores, number: int = 1, outcome: Outcome = Outcome.ACCEPT, record: Record | None = None,
         branch: str = "b01") -> str:
    """Uploaded and read; gives the record's id."""
    stores.uploads.begin("dev", f"key-{number}", "f")
    stores.uploads.accept(new_upload(number, branch), "dev", f"key-{number}", ACCEPTED)
    claim = stores.queue.claim(f"doc_{number}", "w1", 30)
    assert claim is not None
    body = record_to_json(record or sample_record(outcome))
    state = State.ACCEPTED if outcome is Outcome.ACCEPT else State.NEEDS_REVIEW
    (record_id,) = stores.queue.finish(claim, [NewRecord(body, "khai-sinh", state)], state)
    return record_id


def named(name: str, confidence: float = 0.99) -> Record:
    """A record with one field."""
    field = answer("child.full_name", "person_name", name, name, confidence)
    return replace(sample_record(Outcome.ACCEPT), fields=(field,))


def corrected(stores: Stores, record_id: str, changes: dict[str, str], author: str = "per_first") -> None:
    """As the page of review saves it."""
    seen = stores.records.record(record_id, "*")
    said = {name: Change(raw=raw) for name, raw in changes.items()}
    after = correct(record_from_json(seen.body), said, Author(author, "2026-11-23T08:00:00Z"), 0.0,
                    (TEMPLATE,))
    stores.records.correct(record_id, "*", seen.version, record_to_json(after), author, "")


def keyed(raw: str) -> Keyed:
    return Keyed(FieldStatus.FILLED, raw)


def put_read(stores: Stores, data: bytes, read_as: Record, after: Record) -> str:
    """A paper with its bytes, as the machine read it and as a person left it; released, whatever is doubtful."""
    digest = hashlib.sha256(data).hexdigest()
    upload = replace(new_upload(1), sha256=digest, object_key=f"originals/{digest[:2]}/{digest}", size_bytes=len(data))
    stores.objects.put(upload.object_key, data, digest)
    stores.uploads.begin("dev", "key-1", "f")
    stores.uploads.accept(upload, "dev", "key-1", ACCEPTED)
    claim = stores.queue.claim(upload.document_id, "w1", 60)
    assert claim is not None
    body = record_to_json(replace(read_as, sha256=digest))
    form_id = read_as.form.form_id if read_as.form else None
    (record_id,) = stores.queue.finish(claim, [NewRecord(body, form_id, State.NEEDS_REVIEW)], State.NEEDS_REVIEW)
    released = {**record_to_json(after), "decision": {"outcome": "accept", "confidence": 1.0, "reasons": []}}
    stores.records.correct(record_id, "*", 1, released, "per_a", "")
    return record_id
