"""What must hold after the storm: takes the history and the stores, gives every broken promise as a sentence."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from digitizer.errors import DigitizerError
from storage.base import MAX_ATTEMPTS, MOVES, UNFINISHED, AuditEntry, State, Stores, Submission
from tests.crash.attack import History, Sent

READ = {State.NEEDS_REVIEW, State.ACCEPTED, State.PUBLISHED}


@dataclass(slots=True)
class Verdict:
    """`faults` empty: nothing was lost, doubled or forged."""

    acknowledged: int = 0
    lost: int = 0
    states: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def heal(stores: Stores, history: History, within_s: float = 120.0) -> None:
    """Waits until every acknowledged document is finished, or the time is over; the checker tells which."""
    end = time.monotonic() + within_s
    waiting = [s.submission_id for s in history.sent if s.submission_id]
    while waiting and time.monotonic() < end:
        waiting = [s for s in waiting if stores.uploads.submission(s, "*").state in UNFINISHED]
        time.sleep(0.2)


def check(stores: Stores, history: History) -> Verdict:
    """I1 to I10 of reliability.md 1.4, as far as this part of the product goes."""
    verdict = Verdict(acknowledged=sum(1 for s in history.sent if s.submission_id))
    by_document = _audit_by_document(stores)
    for sent in history.sent:
        if not sent.submission_id:
            verdict.faults.append(f"upload {sent.number}: never acknowledged, last status {sent.status}")
            continue
        try:
            found = stores.uploads.submission(sent.submission_id, "*")
            stores.objects.get(found.object_key, sent.sha256)
        except DigitizerError as error:
            verdict.lost += 1
            verdict.faults.append(f"I1 upload {sent.number}: {error.code}")
            continue
        verdict.states[found.state.value] += 1
        verdict.faults += _document_faults(stores, sent, found)
        verdict.faults += _fence_faults(found, by_document.get(found.document_id, []))
    verdict.faults += _store_faults(stores, history)
    return verdict


def _document_faults(stores: Stores, sent: Sent, found: Submission) -> Iterator[str]:
    where = f"upload {sent.number} ({found.id})"
    if found.sha256 != sent.sha256:
        yield f"I1 {where}: another hash than was sent"
    if found.state in UNFINISHED:
        yield f"I2 {where}: still {found.state.value}"
    if len(found.record_ids) != (1 if found.state in READ else 0):
        yield f"I3 {where}: {found.state.value} with {len(found.record_ids)} records"
    for record_id in found.record_ids:
        if len(stores.records.versions(record_id, "*")) != 1:
            yield f"I3 {where}: more than one version"
    events = stores.records.submission_events(found.id, None)
    states = [e.state for e in events if e.type.startswith("document.")]
    for old, new in itertools.pairwise(states):
        taken_over = old is new is State.PROCESSING  # another claim after an expired lease: told, but no move
        if new not in MOVES[old] and not taken_over:
            yield f"I5 {where}: moved from {old.value} to {new.value}"
    if states[:1] != [State.RECEIVED] or states[-1:] != [found.state]:
        yield f"I5 {where}: events {[s.value for s in states]}, state {found.state.value}"
    if len({e.id for e in events}) != len(events):
        yield f"I8 {where}: an event id twice"
    if found.attempts > MAX_ATTEMPTS:
        yield f"I10 {where}: {found.attempts} attempts"


def _fence_faults(found: Submission, entries: list[AuditEntry]) -> Iterator[str]:
    """Only the last who claimed may end it: the audit trail is written in the same transactions as the fence."""
    holder = ""
    for entry in entries:
        if entry.action == "document.claimed":
            holder = entry.who
        elif entry.action.startswith("document.") and entry.who not in (holder, "queue") and holder:
            yield f"I4 {found.id}: {entry.action} by {entry.who}, held by {holder}"
        elif entry.action.startswith("document.") and entry.who == holder:
            holder = "nobody"
    if not entries:
        yield f"I7 {found.id}: no audit entry"


def _store_faults(stores: Stores, history: History) -> Iterator[str]:
    originals = list(stores.records.originals())
    if len(originals) != len(history.sent):
        yield f"{len(history.sent)} uploads made {len(originals)} documents"
    objects = set(stores.objects.keys("originals/"))
    rows = {o.object_key for o in originals}
    if rows - objects:
        yield f"I9: {len(rows - objects)} rows without object"
    if objects - rows:
        yield f"I9: {len(objects - rows)} objects without row, though every upload was retried"
    if stores.audit is not None and (broken := stores.audit.verify()) is not None:
        yield f"I7: the audit chain breaks at {broken}"
    if list(stores.queue.unrung(1)):
        yield "the outbox is not empty"


def _audit_by_document(stores: Stores) -> dict[str, list[AuditEntry]]:
    found: dict[str, list[AuditEntry]] = {}
    after = 0
    while stores.audit is not None and (page := stores.audit.entries(after)):
        for entry in page:
            if entry.document_id:
                found.setdefault(entry.document_id, []).append(entry)
        after = page[-1].seq
    return found
