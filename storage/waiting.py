"""The rows of what waits for a person: takes records as they come and go, keeps one row for each that needs review.

Kept in the transaction that moves the record, beside the JSON of its body: ten thousand bodies are not parsed to find
the oldest with a given reason."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from digitizer.errors import BeingReadAgain, HeldByAnother
from storage import tables as t
from storage.base import State
from storage.database import Change

Q, W = t.review_queue.c, t.rereads.c
REREAD_FAILED = "reread_failed"  # the reason of what could not be read as a person named it
FAILED = "failed"  # RereadState.FAILED


def enter(change: Change, record_id: str, body: dict[str, Any]) -> None:
    """Of a record that has just been stored as NEEDS_REVIEW."""
    r, s = t.records.c, t.submissions.c
    made = sa.select(
        r.id, r.branch, sa.func.coalesce(r.form_id, ""), sa.literal(main_reason(body)), s.received_at, s.key_id,
        sa.literal(0), sa.literal(""),
    ).join(t.submissions, s.id == r.submission_id).where(r.id == record_id)
    columns = ["record_id", "branch", "form_id", "reason", "received_at", "uploader", "fence", "escalated"]
    change.conn.execute(sa.insert(t.review_queue).from_select(columns, made))


def follow(change: Change, record_id: str, state: State, body: dict[str, Any]) -> None:
    """After a new version or a rejection: the row leaves with the need for review, drafts with it."""
    if state is State.NEEDS_REVIEW:
        change.conn.execute(
            sa.update(t.review_queue).where(Q.record_id == record_id).values(reason=main_reason(body)))
        return
    change.conn.execute(sa.delete(t.review_drafts).where(t.review_drafts.c.record_id == record_id))
    change.conn.execute(sa.delete(t.rereads).where(W.record_id == record_id))
    change.conn.execute(sa.delete(t.review_queue).where(Q.record_id == record_id))


def being_read() -> sa.ColumnElement[bool]:
    """Of a row of the queue: whether its paper is to be read again, so that nobody may take it."""
    return Q.record_id.in_(sa.select(W.record_id).where(W.state != FAILED))


def require_free(change: Change, record_id: str, author: str) -> None:
    """Raises HeldByAnother while somebody else works on the record: what they type must not run into a 412; and
    BeingReadAgain while a worker does."""
    if change.conn.execute(sa.select(W.record_id).where(W.record_id == record_id, W.state != FAILED)).first():
        raise BeingReadAgain
    held = change.conn.execute(sa.select(Q.holder).where(
        Q.record_id == record_id, Q.holder.is_not(None), Q.holder != author, Q.lease_until > change.clock)).first()
    if held:
        raise HeldByAnother


def main_reason(body: dict[str, Any]) -> str:
    """Code of the first reason of the decision, '' where it gives none."""
    reasons = (body.get("decision") or {}).get("reasons") or [{}]
    return str(reasons[0].get("code", ""))
