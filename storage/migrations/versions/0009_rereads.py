"""Revision 0009: papers whose form a person has named, to be read again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rereads",
        sa.Column("record_id", sa.Text(), nullable=False), sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("branch", sa.Text(), nullable=False), sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Text(), nullable=False), sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False), sa.Column("reason_code", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False), sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rung_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("record_id", name="pk_rereads"),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name="fk_rereads_record_id"),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name="fk_rereads_document_id"),
    )
    op.create_index("ix_rereads_document_id_state", "rereads", ["document_id", "state"])
    op.create_index("ix_rereads_state_rung_at", "rereads", ["state", "rung_at"])


def downgrade() -> None:
    """None: restore the backup instead."""
    raise NotImplementedError("restore a backup instead of going back")
