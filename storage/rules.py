"""What every adapter decides alike: states, cursors, bodies and keys in, the next value or a refusal out."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from digitizer.errors import InvalidMove, UsageError
from storage.base import MOVES, UNFINISHED, AuditEntry, NewRecord, Role, State

ANSWER_KEPT = timedelta(days=7)  # a kiosk that was off for a long weekend may still retry blindly
RESERVATION = timedelta(seconds=60)  # longer than any upload may take; after it the first request is taken for dead
LAST_USED_STEP = timedelta(seconds=60)  # a write per request would make every read wait for the disk
KEY_PREFIX = "dgz"
GENESIS = "0" * 64
MAX_PAGE = 1000
TICK = timedelta(microseconds=1)
Clock = Callable[[], datetime]
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
OBJECT_KEY = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")


def require_move(old: State, new: State) -> State:
    """The new state. Raises InvalidMove for an edge that `MOVES` does not have."""
    if new not in MOVES[old]:
        raise InvalidMove(f"a document does not go from {old} to {new}")
    return new


def require_finished(state: State, records: Iterable[NewRecord]) -> None:
    """What a worker may say at the end; it neither publishes nor queues. Raises InvalidMove."""
    require_move(State.PROCESSING, state)
    if state in UNFINISHED or any(r.state not in (State.NEEDS_REVIEW, State.ACCEPTED) for r in records):
        raise InvalidMove("work ends in needs_review, accepted, rejected or quarantined; its records in the first two")


def publish_at_once(state: State) -> State:
    """ACCEPTED asks nobody anything, so it does not wait."""
    return require_move(state, State.PUBLISHED) if state is State.ACCEPTED else state


def record_after_correction(old: State, accepted: bool) -> State:
    """Where a correction leaves a record; `accepted` when the corrected body's decision is 'accept'."""
    if old is State.NEEDS_REVIEW and not accepted:
        return old
    return require_move(old, State.PUBLISHED if old is State.NEEDS_REVIEW else State.AMENDED)


def document_after_correction(old: State, records: Iterable[State]) -> State:
    """A document leaves review with the last of its records, rejected when none of them is of use; once published every
    correction amends it."""
    if old is State.NEEDS_REVIEW:
        left = set(records)
        if State.NEEDS_REVIEW in left:
            return old
        return require_move(old, State.REJECTED if left == {State.REJECTED} else State.PUBLISHED)
    return require_move(old, State.AMENDED)


def is_accepted(body: dict[str, Any]) -> bool:
    return bool((body.get("decision") or {}).get("outcome") == "accept")


def changed_fields(old: dict[str, Any], new: dict[str, Any]) -> tuple[str, ...]:
    """Names of the fields whose answer differs, sorted; names only, as the audit trail holds no values."""
    before, after = old.get("fields", {}), new.get("fields", {})

    def answer(body: Any) -> Any:
        return tuple(json.dumps(body.get(k)) for k in ("raw", "value", "status")) if isinstance(body, dict) else None

    return tuple(sorted(f for f in before.keys() | after.keys() if answer(before.get(f)) != answer(after.get(f))))


def check_object_key(key: str) -> str:
    """Letters, digits, `.`, `_`, `-` in parts parted by `/`: safe as a path and in a URL. Raises UsageError."""
    if not OBJECT_KEY.fullmatch(key) or len(key) > 512 or any(set(part) <= {"."} for part in key.split("/")):
        raise UsageError("not an object key")
    return key


def is_damaged_copy(key: str, sha256: str) -> bool:
    """Whether other bytes under `key` can only be a damaged copy, as its name is the hash of what belongs there. Such a
    copy may be replaced, else one torn write would refuse the citizen's paper for ever."""
    return key.rpartition("/")[2] == sha256


def page_size(limit: int) -> int:
    if not 1 <= limit <= MAX_PAGE:
        raise UsageError(f"limit must be from 1 to {MAX_PAGE}")
    return limit


def record_cursor(updated_at: datetime, record_id: str) -> str:
    plain = f"{updated_at.astimezone(UTC).isoformat(timespec='microseconds')} {record_id}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def read_record_cursor(cursor: str) -> tuple[datetime, str]:
    """Raises UsageError for a cursor that `record_cursor` did not make."""
    try:
        plain = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        at, _, record_id = plain.partition(" ")
        moment = datetime.fromisoformat(at)
    except (ValueError, binascii.Error) as error:
        raise UsageError("this cursor did not come from here") from error
    if moment.tzinfo is None or not record_id:
        raise UsageError("this cursor did not come from here")
    return moment, record_id


def read_event_cursor(cursor: str | None) -> int:
    """The sequence number after which events follow; 0 for None. Raises UsageError."""
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
        raise UsageError("this cursor did not come from here")
    return int(cursor)


def audit_hash(previous: str, entry: AuditEntry) -> str:
    """SHA-256 over the hash before and everything the entry says."""
    said = [previous, entry.seq, entry.at.astimezone(UTC).isoformat(timespec="microseconds"), entry.who, entry.action,
            entry.submission_id, entry.document_id, entry.record_id, list(entry.fields)]
    return hashlib.sha256(json.dumps(said, separators=(",", ":")).encode()).hexdigest()


def first_break(previous: str, seq: int, page: Iterable[AuditEntry]) -> int | None:
    """The number of the first entry that does not follow the one before it; `seq` is that of the last good one."""
    for entry in page:
        if entry.seq != seq + 1 or entry.hash != audit_hash(previous, entry):
            return seq + 1
        previous, seq = entry.hash, entry.seq
    return None


@dataclass(frozen=True, slots=True)
class NewKey:
    """A fresh access key: `presented` is shown once, only `digest` is kept."""

    id: str
    presented: str
    digest: str


def new_key() -> NewKey:
    key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    return NewKey(key_id, f"{KEY_PREFIX}_{key_id}_{secret}", secret_digest(secret))


def secret_digest(secret: str) -> str:
    """Plain SHA-256 is enough for 256 random bits: there is nothing to guess (a password would need argon2)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def split_key(presented: str) -> tuple[str, str] | None:
    """(id, secret) of `dgz_<id>_<secret>`, None for anything else."""
    prefix, _, rest = presented.partition("_")
    key_id, _, secret = rest.partition("_")
    well_made = prefix == KEY_PREFIX and key_id and secret and len(presented) <= 200 and presented.isascii()
    return (key_id, secret) if well_made else None


def check_scope(role: Role, branch: str, name: str) -> None:
    """A device belongs to one branch. Raises UsageError."""
    if not branch or len(branch) > 64 or len(name) > 200:
        raise UsageError("a key needs a branch of 1 to 64 letters and a name of at most 200")
    if role is Role.DEVICE and branch == "*":
        raise UsageError("a device key is for one branch, not for '*'")
