"""Revision 0001: an empty database in, every table of `storage/tables.py` and an append-only trail out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Frozen here on purpose: a migration must make tomorrow what it makes today, whatever tables.py says by then.
_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _uploads()
    _queue()
    _records()
    _trail()
    _keys()
    _append_only()


def downgrade() -> None:
    """None: going back would drop evidence. Restore the backup instead."""
    raise NotImplementedError("restore a backup instead of going back")


def _text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _time(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _uploads() -> None:
    op.create_table(
        "submissions",
        _text("id"), _text("branch"), _text("key_id"), _text("file_name"), _text("media_type"), _text("sha256"),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        _text("object_key"), _text("form_hint"), _time("received_at"),
        sa.PrimaryKeyConstraint("id", name="pk_submissions"),
    )
    op.create_index("ix_submissions_object_key", "submissions", ["object_key"])
    op.create_table(
        "idempotency",
        _text("scope"), _text("key"), _text("fingerprint"), _time("reserved_at"),
        sa.Column("status", sa.Integer()), sa.Column("headers", sa.JSON()), _text("body", nullable=True),
        sa.PrimaryKeyConstraint("scope", "key", name="pk_idempotency"),
    )
    op.create_index("ix_idempotency_reserved_at", "idempotency", ["reserved_at"])


def _queue() -> None:
    op.create_table(
        "documents",
        _text("id"), _text("submission_id"), _text("state"), _text("reason_code"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        _text("worker", nullable=True), _time("lease_until", nullable=True), _time("rung_at", nullable=True),
        _time("updated_at"),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name="fk_documents_submission_id"),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
        sa.UniqueConstraint("submission_id", name="uq_documents_submission_id"),
    )
    op.create_index("ix_documents_state_rung_at", "documents", ["state", "rung_at"])
    op.create_table(
        "outbox",
        sa.Column("seq", _BIG, autoincrement=True, nullable=False), _text("document_id"),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name="fk_outbox_document_id"),
        sa.PrimaryKeyConstraint("seq", name="pk_outbox"),
        sa.UniqueConstraint("document_id", name="uq_outbox_document_id"),
        sqlite_autoincrement=True,
    )


def _records() -> None:
    op.create_table(
        "records",
        _text("id"), _text("document_id"), _text("submission_id"), _text("branch"), _text("form_id", nullable=True),
        _text("state"), sa.Column("version", sa.Integer(), nullable=False), _time("created_at"), _time("updated_at"),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name="fk_records_document_id"),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name="fk_records_submission_id"),
        sa.PrimaryKeyConstraint("id", name="pk_records"),
    )
    op.create_index("ix_records_updated_at_id", "records", ["updated_at", "id"])
    op.create_index("ix_records_branch_updated_at_id", "records", ["branch", "updated_at", "id"])
    op.create_index("ix_records_document_id", "records", ["document_id"])
    op.create_table(
        "record_versions",
        _text("record_id"), sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False), _text("author"), _text("reason"), _time("created_at"),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name="fk_record_versions_record_id"),
        sa.PrimaryKeyConstraint("record_id", "version", name="pk_record_versions"),
    )


def _trail() -> None:
    ledger = op.create_table(
        "ledger",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_seq", sa.BigInteger(), nullable=False),
        sa.Column("audit_seq", sa.BigInteger(), nullable=False),
        _text("audit_hash"), _time("last_at"),
        sa.CheckConstraint("id = 1", name=op.f("ck_ledger_one_row")),
        sa.PrimaryKeyConstraint("id", name="pk_ledger"),
    )
    op.execute(sa.insert(ledger).values(
        id=1, event_seq=0, audit_seq=0, audit_hash="0" * 64, last_at=sa.text("'2000-01-01 00:00:00.000000'")))
    op.create_table(
        "events",
        sa.Column("seq", _BIG, autoincrement=False, nullable=False),
        _text("id"), _text("type"), _text("submission_id"), _text("record_id", nullable=True), _text("branch"),
        _text("state"), sa.Column("version", sa.Integer()), _time("at"),
        sa.PrimaryKeyConstraint("seq", name="pk_events"),
        sa.UniqueConstraint("id", name="uq_events_id"),
    )
    op.create_index("ix_events_submission_id_seq", "events", ["submission_id", "seq"])
    op.create_index("ix_events_branch_seq", "events", ["branch", "seq"])
    op.create_table(
        "audit",
        sa.Column("seq", _BIG, autoincrement=False, nullable=False),
        _time("at"), _text("who"), _text("action"), _text("submission_id", nullable=True),
        _text("document_id", nullable=True), _text("record_id", nullable=True),
        sa.Column("fields", sa.JSON(), nullable=False), _text("hash"),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )


def _keys() -> None:
    op.create_table(
        "access_keys",
        _text("id"), _text("secret_sha256"), _text("role"), _text("branch"), _text("name"), _time("created_at"),
        _time("revoked_at", nullable=True), _time("last_used_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_access_keys"),
    )


def _append_only() -> None:
    """What was read and who did what stays as it was said: not even our own code may change it. Versions may still be
    deleted as a whole, since the law asks for erasure; the trail holds no values, so it never has to be."""
    for table, verbs in (("audit", ("UPDATE", "DELETE")), ("record_versions", ("UPDATE",))):
        if op.get_bind().dialect.name == "sqlite":
            for verb in verbs:
                op.execute(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                           f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END")
            continue
        op.execute(f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
                   f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$")
        op.execute(f"CREATE TRIGGER {table}_append_only BEFORE {' OR '.join(verbs)} ON {table} "
                   f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()")
