"""Papers whose form a person has named: takes a document's id, reads those pages again, leaves a new version of each
record; safe to run twice, late, or by two at once, as the one job is."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import structlog

from digitizer.errors import BadInput, DatabaseUnavailable, DigitizerError, IntegrityError, NotFound, StaleFence
from digitizer.naming import Wish, named
from digitizer.options import Named
from digitizer.pipeline import settle
from digitizer.template import Template, load_templates
from digitizer.wire import record_from_json, record_to_json
from storage.rereads_base import RereadClaim, Rereads, RereadState
from workers.context import Workplace
from workers.heartbeat import heartbeat

log = structlog.get_logger("workers.named")
ORIGINAL_MISSING = "original_missing"


@dataclass(frozen=True, slots=True)
class Reached:
    """How a reading ended: with a body, or with a reason, which is final where another try would end the same."""

    body: dict[str, Any] | None = None
    reason_code: str = ""
    final: bool = False


def read_named_papers(workplace: Workplace, document_id: str) -> bool:
    """All of the document's records that wait for it, one after the other; whether there was any."""
    if workplace.stores.workbench is None:
        return False
    rereads, found = workplace.stores.workbench.rereads, False
    while (claim := rereads.claim(document_id, workplace.name, workplace.lease_s)) is not None:
        found = True
        if not _read_one(workplace, rereads, claim):
            break  # it is rung for again, with what else waits
    return found


def _read_one(workplace: Workplace, rereads: Rereads, claim: RereadClaim) -> bool:
    """Whether the paper is done with, read or not."""
    with structlog.contextvars.bound_contextvars(record=claim.asked.record_id):
        try:
            with heartbeat(workplace, lambda: rereads.heartbeat(claim, workplace.lease_s)):
                return _save(workplace, rereads, claim, read_named_paper(workplace, claim))
        except StaleFence:
            log.warning("stale_fence", fence=claim.fence)
            return False


def read_named_paper(workplace: Workplace, claim: RereadClaim) -> Reached:
    """The pages of the record as the form it was given, with what people have set; failures are data here."""
    before, asked = record_from_json(claim.body), claim.asked
    wish = Wish(asked.form_id, asked.edition, asked.author, asked.asked_at.isoformat().replace("+00:00", "Z"))
    try:
        original = workplace.stores.objects.get(claim.object_key, claim.sha256)
        read = workplace.reader.read_named(
            original, claim.file_name, Named(asked.form_id, asked.edition, tuple(sorted(before.pages))))
    except NotFound:
        log.error("original_missing")
        return Reached(reason_code=ORIGINAL_MISSING, final=True)
    except (BadInput, IntegrityError) as error:
        log.warning("reading_failed", code=error.code, detail=error.detail)
        return Reached(reason_code=error.code, final=True)
    except DigitizerError as error:
        log.warning("reading_failed", code=error.code, detail=error.detail, attempt=asked.attempts)
        return Reached(reason_code=error.code)
    draft = named(before, replace(read, sha256=claim.sha256), wish, templates())
    settled = settle(draft, workplace.population, workplace.options, workplace.stores.held())
    return Reached(record_to_json(settled))


@cache
def templates() -> tuple[Template, ...]:
    """Those that the reading child has loaded too."""
    return load_templates()


def _save(workplace: Workplace, rereads: Rereads, claim: RereadClaim, reached: Reached) -> bool:
    """Whether the paper is done with. A database that is away for less than a lease costs no second reading. Raises
    StaleFence, DatabaseUnavailable."""
    end = time.monotonic() + workplace.lease_s
    while True:
        try:
            if reached.body is not None:
                rereads.finish(claim, reached.body)
                log.info("read_again", form=claim.asked.form_id)
                return True
            state = rereads.give_back(claim, reached.reason_code, reached.final)
            log.info("not_read_again", state=state.value, code=reached.reason_code)
            return state is not RereadState.QUEUED
        except DatabaseUnavailable:
            if time.monotonic() > end:
                raise
            time.sleep(0.5)
