"""Are the originals still what came: open stores in, what is missing, corrupt or unknown out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from digitizer.errors import IntegrityError, NotFound
from storage.base import Stores

ORIGINALS = "originals/"


@dataclass(frozen=True, slots=True)
class Report:
    """What one whole pass found. Document ids for missing and corrupt, object keys for orphans (no row in the database;
    an upload under way may show as one for a moment), and the first line where the audit trail breaks."""

    checked: int
    bytes_read: int
    missing: tuple[str, ...]
    corrupt: tuple[str, ...]
    orphans: tuple[str, ...]
    audit_broken_at: int | None

    @property
    def ok(self) -> bool:
        """Orphans lose nothing: after restoring an older database newer objects are orphans that must be kept."""
        return not self.missing and not self.corrupt and self.audit_broken_at is None


def verify(stores: Stores, progress: Callable[[int], None] | None = None) -> Report:
    """Reads every original and compares its SHA-256 with the database's. `progress` gets the count so far.

    Raises StoreUnavailable, DatabaseUnavailable: an outage is not a finding."""
    before = set(stores.objects.keys(ORIGINALS))  # taken first: what an upload adds meanwhile is no orphan
    known: set[str] = set()
    missing, corrupt = [], []
    checked = bytes_read = 0
    for original in stores.records.originals():
        known.add(original.object_key)
        try:
            bytes_read += len(stores.objects.get(original.object_key, original.sha256))
        except NotFound:
            missing.append(original.document_id)
        except IntegrityError:
            corrupt.append(original.document_id)
        checked += 1
        if progress:
            progress(checked)
    broken = stores.audit.verify() if stores.audit else None
    return Report(checked, bytes_read, tuple(missing), tuple(corrupt), tuple(sorted(before - known)), broken)
