"""Revision 0008: the words that records are found by, filled from what is there; what the overview counts by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_events_type_at", "events", ["type", "at"])
    op.create_index("ix_audit_at", "audit", ["at"])
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "record_search",
        sa.Column("number", number, nullable=False, autoincrement=True),
        sa.Column("record_id", sa.Text(), nullable=False), sa.Column("text", sa.Text(), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_record_search"),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name="fk_record_search_record_id"),
        sa.UniqueConstraint("record_id", name="uq_record_search_record_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "record_words",
        sa.Column("word", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("place", number, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("word", "place", name="pk_record_words"),
        sqlite_with_rowid=False,
    )
    from storage.search_index import index_all

    index_all(op.get_bind())


def downgrade() -> None:
    """None, as of every revision: restore the backup instead."""
    raise NotImplementedError("restore a backup instead of going back")
