"""Scans coming in, in SQL: an upload whose bytes are safe in, one submission an Idempotency-Key out."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from digitizer.errors import IdempotencyInProgress, IdempotencyKeyReused, NotFound
from storage import tables as t
from storage.base import Answer, NewUpload, State, Submission, UploadPart
from storage.database import Database
from storage.rules import ANSWER_KEPT, RESERVATION

FORGOTTEN_AT_ONCE = 100


class SqlUploads:
    """The port Uploads on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def begin(self, scope: str, key: str, fingerprint: str) -> Answer | None:
        with self._db.write() as conn:
            now = self._db.now(conn)
            _forget_old(conn, now)
            fresh = _insert(conn)(t.idempotency).values(
                scope=scope, key=key, fingerprint=fingerprint, reserved_at=now
            ).on_conflict_do_nothing().returning(t.idempotency.c.key)
            if conn.execute(fresh).first():
                return None
            kept = conn.execute(sa.select(t.idempotency).where(*_this(scope, key)).with_for_update()).one_or_none()
            if kept is None:
                raise IdempotencyInProgress  # freed by `abandon` between the two statements
            if kept.fingerprint != fingerprint:
                raise IdempotencyKeyReused
            if kept.status is not None:
                return Answer(kept.status, kept.headers, kept.body)
            if kept.reserved_at > now - RESERVATION:
                raise IdempotencyInProgress
            conn.execute(sa.update(t.idempotency).where(*_this(scope, key)).values(reserved_at=now))
            return None

    def abandon(self, scope: str, key: str) -> None:
        with self._db.write() as conn:
            conn.execute(sa.delete(t.idempotency).where(*_this(scope, key), t.idempotency.c.status.is_(None)))

    def keep(self, scope: str, key: str, answer: Answer) -> None:
        with self._db.write() as conn:
            conn.execute(_settle(scope, key, answer))

    def accept(self, upload: NewUpload, scope: str, key: str, answer: Answer) -> Submission:
        with self._db.change() as change:
            conn = change.conn
            if not conn.execute(_settle(scope, key, answer).returning(t.idempotency.c.key)).first():
                # answered meanwhile by a second request that took this one for dead, or never reserved
                unreserved = _insert(conn)(t.idempotency).values(
                    scope=scope, key=key, fingerprint=upload.sha256, reserved_at=change.clock, status=answer.status,
                    headers=answer.headers, body=answer.body,
                ).on_conflict_do_nothing().returning(t.idempotency.c.key)
                if not conn.execute(unreserved).first():
                    raise IdempotencyInProgress
            conn.execute(sa.insert(t.submissions).values(
                id=upload.submission_id, branch=upload.branch, key_id=upload.key_id, file_name=upload.file_name,
                media_type=upload.media_type, sha256=upload.sha256, size_bytes=upload.size_bytes,
                object_key=upload.object_key, form_hint=upload.form_hint, received_at=change.clock,
                parts=[dataclasses.asdict(part) for part in upload.parts] or None,
            ))
            conn.execute(sa.insert(t.documents).values(
                id=upload.document_id, submission_id=upload.submission_id, state=State.RECEIVED.value, reason_code="",
                attempts=0, fence=0, updated_at=change.at,
            ))
            conn.execute(sa.insert(t.outbox).values(document_id=upload.document_id))
            change.moved(upload.submission_id, upload.branch, State.RECEIVED)
            change.audit(upload.key_id, "upload.accepted", upload.evidence, submission_id=upload.submission_id,
                         document_id=upload.document_id)
            return read_submission(conn, t.submissions.c.id == upload.submission_id)

    def submission(self, submission_id: str, branch: str) -> Submission:
        with self._db.read() as conn:
            return read_submission(conn, t.submissions.c.id == submission_id, in_branch(t.submissions, branch))


def in_branch(table: sa.Table, branch: str) -> sa.ColumnElement[bool]:
    return sa.true() if branch == "*" else table.c.branch == branch


def read_submission(conn: Connection, *where: sa.ColumnElement[bool]) -> Submission:
    """Raises NotFound."""
    d = t.documents.c
    found = conn.execute(
        sa.select(t.submissions, d.id.label("document_id"), d.state, d.reason_code, d.attempts, d.updated_at)
        .join(t.documents, d.submission_id == t.submissions.c.id).where(*where)
    ).one_or_none()
    if found is None:
        raise NotFound
    ids = conn.execute(
        sa.select(t.records.c.id).where(t.records.c.document_id == found.document_id).order_by(t.records.c.id)
    ).scalars()
    return _submission(found, tuple(ids))


def _submission(row: Row[Any], record_ids: tuple[str, ...]) -> Submission:
    return Submission(
        id=row.id, document_id=row.document_id, branch=row.branch, file_name=row.file_name, media_type=row.media_type,
        sha256=row.sha256, size_bytes=row.size_bytes, object_key=row.object_key, state=State(row.state),
        reason_code=row.reason_code, attempts=row.attempts, received_at=row.received_at, updated_at=row.updated_at,
        record_ids=record_ids, form_hint=row.form_hint, key_id=row.key_id,
        parts=tuple(UploadPart(**part) for part in row.parts or ()),
    )


def _this(scope: str, key: str) -> tuple[sa.ColumnElement[bool], ...]:
    return t.idempotency.c.scope == scope, t.idempotency.c.key == key


def _forget_old(conn: Connection, now: datetime) -> None:
    """A few at a time, and none that another request is at, so that two never wait for each other."""
    i = t.idempotency.c
    old = (
        sa.select(i.scope, i.key).where(i.reserved_at < now - ANSWER_KEPT).limit(FORGOTTEN_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    conn.execute(sa.delete(t.idempotency).where(sa.tuple_(i.scope, i.key).in_(old)))


def _settle(scope: str, key: str, answer: Answer) -> sa.Update:
    """An answer is given once: the first to come stays."""
    return sa.update(t.idempotency).where(*_this(scope, key), t.idempotency.c.status.is_(None)).values(
        status=answer.status, headers=answer.headers, body=answer.body)


def _insert(conn: Connection) -> Any:
    """The dialect's own INSERT, which knows ON CONFLICT."""
    if conn.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert as sqlite_insert

        return sqlite_insert
    from sqlalchemy.dialects.postgresql import insert as postgres_insert

    return postgres_insert
