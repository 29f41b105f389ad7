"""What two people keyed alike goes into the released record: takes settled checks, leaves new versions of records."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import structlog

from digitizer.errors import DigitizerError, UsageError
from digitizer.review import Author, correct, same_answer, says
from digitizer.wire import record_from_json, record_to_json
from storage.checks import said
from storage.checks_base import CheckResult
from web.deps import Service
from web.schemas import rfc3339
from web.ui.session import workbench_of

log = structlog.get_logger("web.ui.amend")
REASON = "Kiểm tra độc lập: hai người nhập như nhau"


def amend_settled(service: Service, branch: str) -> None:
    """Every check that was settled otherwise than its record says. What cannot be written now (somebody works on the
    record at this moment) is written with the next answer that anybody keys: the check says what is still to do."""
    for found in workbench_of(service).checks.to_amend(branch):
        try:
            workbench_of(service).checks.amended(found.id, _amend(service, found))
        except DigitizerError as error:
            log.warning("not_amended", check=found.id, code=error.code)


def _amend(service: Service, found: CheckResult) -> int:
    """The version of the record that says what was keyed; the one there is, where it says so already."""
    stored = service.stores.records.record(found.record_id, found.branch)
    record = record_from_json(stored.body)
    assert found.standing is not None  # of every settled check
    change = said(replace(found.standing, as_written=False))
    try:
        wanted = says(record, found.field_id, change, service.templates)
    except UsageError:  # stands so on the paper although it makes no value; the keyer has said so
        change = said(replace(found.standing, as_written=True))
        wanted = says(record, found.field_id, change, service.templates)
    now = record.field(found.field_id)
    if now is not None and same_answer(now, wanted):
        return stored.version
    author = Author(found.settled_by, rfc3339(datetime.now(UTC)))
    after = correct(record, {found.field_id: change}, author, service.accept_probability, service.templates)
    return service.stores.records.correct(
        stored.id, found.branch, stored.version, record_to_json(after), found.settled_by, REASON).version
