"""What people have said of fields, from the records: takes open stores and a day, gives the lines of a gold set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from digitizer.document import FieldStatus, Source
from digitizer.gold import GoldField
from storage.base import State, StoredRecord, Stores
from storage.checks_base import CheckOutcome, CheckResult
from storage.checks_draw import engine_of

RELEASED = frozenset({State.PUBLISHED, State.AMENDED})  # in review the last word has not been said
AT_ONCE = 100


def gold_fields(
    stores: Stores, since: datetime | None, branch: str, file_of: Callable[[StoredRecord], str]
) -> Iterator[GoldField]:
    """Fields a person corrected or confirmed, and fields that were keyed blind and agreed; of released records changed
    since. file_of: the name that the original gets in the gold set."""
    cursor = None
    while True:
        page = stores.records.list_records(branch, since, cursor, AT_ONCE, RELEASED)
        checked: dict[tuple[str, str], CheckResult] = {}
        if stores.workbench and page.records:
            for found in stores.workbench.checks.settled([r.id for r in page.records]):
                checked[found.record_id, found.field_id] = found
        for record in page.records:
            yield from _of_record(record, checked, file_of)
        cursor = page.next_cursor
        if cursor is None:
            return


def _of_record(
    record: StoredRecord, checked: dict[tuple[str, str], CheckResult], file_of: Callable[[StoredRecord], str]
) -> Iterator[GoldField]:
    for field_id, field in record.body["fields"].items():
        check = checked.get((record.id, field_id))
        agreed = check is not None and check.outcome is CheckOutcome.AGREES
        said_by_person = field["source"] == Source.PERSON.value and "correction" in field
        if not said_by_person and not agreed:
            continue
        was = field["correction"]["was_read"] if said_by_person else field
        blind = check is not None and (agreed or check.outcome is CheckOutcome.DIFFERS)
        how = "blind" if blind else "person" if was["status"] == FieldStatus.NOT_FOUND.value else "review"
        yield GoldField(
            record_id=record.id, document_id=record.document_id, file=file_of(record), sha256=record.sha256,
            form_id=record.form_id or "", edition=record.body["form"].get("edition") or "",
            pages=tuple(record.body["pages"]), field_id=field_id, type=field["type"], page=field["page"],
            polygon_mm=field["polygon_mm"], status=field["status"], raw=field["raw"], was_status=was["status"],
            was_raw=was["raw"], was_confidence=was["confidence"], engine=engine_of(record.body),
            how=how, double=blind and said_by_person, **_who(field, check, said_by_person),
        )


def _who(field: dict[str, Any], check: CheckResult | None, said_by_person: bool) -> dict[str, str]:
    """The last who said so, and when."""
    if said_by_person:
        return {"author": field["correction"]["author"], "at": field["correction"]["at"]}
    assert check is not None and check.settled_at is not None
    return {"author": check.settled_by, "at": check.settled_at.isoformat()}
