"""Revision 0004: what waits for a person, who holds it, what has been typed."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "review_queue",
        _text("record_id"), _text("branch"), _text("form_id"), _text("reason"), _time("received_at"),
        _text("uploader"), _text("holder", nullable=True), _time("lease_until", nullable=True),
        sa.Column("fence", sa.BigInteger(), nullable=False), _time("postponed_until", nullable=True),
        _text("postponed_by", nullable=True), _text("escalated"), _text("escalated_by", nullable=True),
        sa.PrimaryKeyConstraint("record_id", name="pk_review_queue"),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name="fk_review_queue_record_id"),
    )
    op.create_index("ix_review_queue_received_at_record_id", "review_queue", ["received_at", "record_id"])
    op.create_index("ix_review_queue_branch_received_at_record_id", "review_queue",
                    ["branch", "received_at", "record_id"])
    op.create_index("ix_review_queue_holder", "review_queue", ["holder"])
    op.create_table(
        "review_drafts",
        _text("record_id"), _text("person_id"), _text("field_id"), sa.Column("body", sa.JSON()),
        sa.Column("sure", sa.Boolean(), nullable=False), sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False), _time("saved_at"),
        sa.PrimaryKeyConstraint("record_id", "person_id", "field_id", name="pk_review_drafts"),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name="fk_review_drafts_record_id"),
    )
    op.create_index("ix_review_drafts_person_id", "review_drafts", ["person_id"])
    _enter_all()


def downgrade() -> None:
    """None: restore the backup instead."""
    raise NotImplementedError("restore a backup instead of going back")


def _enter_all() -> None:
    """What waits already, a row each."""
    conn = op.get_bind()
    found = conn.execute(sa.text(
        "SELECT r.id, r.branch, r.form_id, s.received_at, s.key_id, v.body FROM records r "
        "JOIN record_versions v ON v.record_id = r.id AND v.version = r.version "
        "JOIN submissions s ON s.id = r.submission_id WHERE r.state = 'needs_review'"))
    for row in found.all():
        body = json.loads(row.body) if isinstance(row.body, str) else row.body
        reasons = (body.get("decision") or {}).get("reasons") or [{}]
        conn.execute(sa.text(
            "INSERT INTO review_queue (record_id, branch, form_id, reason, received_at, uploader, fence, escalated) "
            "VALUES (:record_id, :branch, :form_id, :reason, :received_at, :uploader, 0, '')"),
            {"record_id": row.id, "branch": row.branch, "form_id": row.form_id or "",
             "reason": reasons[0].get("code", ""), "received_at": row.received_at, "uploader": row.key_id})


def _text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _time(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
