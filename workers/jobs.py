"""The one job: takes a document's id, leaves records in the database, or reads again what of it a person has
named (workers/named.py); safe to run twice, late, or by two at once."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from digitizer.document import Outcome, Record
from digitizer.errors import BadInput, DatabaseUnavailable, DigitizerError, IntegrityError, StaleFence
from digitizer.options import PICTURE_DPI
from digitizer.pipeline import settle
from digitizer.untrusted import Picture
from digitizer.wire import record_to_json
from storage.base import Claim, NewRecord, State, Stores, WorkQueue
from storage.workbench import PagePicture
from workers.context import Workplace, current, document_bound
from workers.heartbeat import heartbeat
from workers.named import read_named_papers

log = structlog.get_logger("workers.jobs")


@dataclass(frozen=True, slots=True)
class Reached:
    """How a reading ended."""

    state: State
    reason_code: str = ""
    records: tuple[NewRecord, ...] = ()


def process_document(document_id: str) -> None:
    """Claim, read, settle, save. Raises Unavailable when a part is down before the claim: no attempt is spent."""
    workplace = current()
    with document_bound(document_id):
        workplace.reader.start()
        workplace.stores.objects.check()
        claim = workplace.stores.queue.claim(document_id, workplace.name, workplace.lease_s)
        if claim is None:
            if not read_named_papers(workplace, document_id):
                log.info("nothing_to_do")  # finished, or another worker holds it: a doorbell may ring twice
            return
        try:
            with heartbeat(workplace, lambda: workplace.stores.queue.heartbeat(claim, workplace.lease_s)):
                save(workplace, claim, read_document(workplace, claim))
        except StaleFence:
            log.warning("stale_fence", fence=claim.fence)  # another worker has taken over; ours is dropped


def read_document(workplace: Workplace, claim: Claim) -> Reached:
    """What the original says, as records with a decision; failures of the reading are data here."""
    submission = claim.submission
    try:
        original = workplace.stores.objects.get(submission.object_key, submission.sha256)
        hint = submission.form_hint or None
        drafts, pictures = workplace.reader.read_to_show(original, submission.file_name, hint)
        keep_pictures(workplace.stores, claim.document_id, pictures)
    except BadInput as error:
        return Reached(State.REJECTED, error.code)
    except IntegrityError as error:
        return Reached(State.QUARANTINED, error.code)
    except DigitizerError as error:
        log.warning("reading_failed", code=error.code, detail=error.detail, attempt=claim.attempt)
        return Reached(State.QUEUED, error.code)
    held = workplace.stores.held()  # asked anew for every document: what is held takes effect with the next one
    settled = [
        settle(replace(draft, sha256=submission.sha256), workplace.population, workplace.options, held)
        for draft in drafts
    ]
    records = tuple(NewRecord(record_to_json(r), r.form.form_id if r.form else None, record_state(r)) for r in settled)
    if not records:
        return Reached(State.QUARANTINED, "no_document")
    everything = all(r.state is State.ACCEPTED for r in records)
    return Reached(State.ACCEPTED if everything else State.NEEDS_REVIEW, "", records)


def keep_pictures(stores: Stores, document_id: str, pictures: Sequence[Picture]) -> None:
    """Before the records are there, so that whoever opens a record finds its pages. Not fenced: a worker that was
    taken for dead leaves the pictures of the same original. Raises StoreUnavailable, DatabaseUnavailable."""
    if stores.workbench is None:
        return
    kept = []
    for picture in pictures:
        digest = hashlib.sha256(picture.data).hexdigest()
        key = f"pages/{digest[:2]}/{digest}"
        stores.objects.put(key, picture.data, digest)
        kept.append(PagePicture(picture.number, key, digest, picture.width_px, picture.height_px, PICTURE_DPI))
    stores.workbench.pictures.keep(document_id, kept)


def record_state(record: Record) -> State:
    """Only a decision to accept lets a record pass without a person."""
    accepted = record.decision is not None and record.decision.outcome is Outcome.ACCEPT
    return State.ACCEPTED if accepted else State.NEEDS_REVIEW


def save(workplace: Workplace, claim: Claim, reached: Reached) -> None:
    """A database that is away for less than a lease costs no second reading: a write whose outcome is not known may be
    repeated, as the fence refuses the second. Raises StaleFence, DatabaseUnavailable."""
    end = time.monotonic() + workplace.lease_s
    while True:
        try:
            return _save_once(workplace.stores.queue, claim, reached)
        except DatabaseUnavailable:
            if time.monotonic() > end:
                raise
            time.sleep(0.5)


def _save_once(queue: WorkQueue, claim: Claim, reached: Reached) -> None:
    if reached.state is State.QUEUED:
        log.info("given_back", state=queue.give_back(claim, reached.reason_code).value, code=reached.reason_code)
        return
    queue.finish(claim, reached.records, reached.state, reached.reason_code)
    log.info("finished", state=reached.state.value, code=reached.reason_code, records=len(reached.records))
