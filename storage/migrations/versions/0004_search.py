"""Revision 0004: the words that records are found by; filled by revision 0009, which makes them anew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "record_search",
        sa.Column("number", number, nullable=False, autoincrement=True),
        sa.Column("record_id", sa.Text(), nullable=False), sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_record_search"),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name="fk_record_search_record_id"),
        sa.UniqueConstraint("record_id", name="uq_record_search_record_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "record_words",
        sa.Column("word", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("number", number, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("word", "number", name="pk_record_words"),
        sa.ForeignKeyConstraint(["number"], ["record_search.number"], name="fk_record_words_number"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """None, as of every revision: restore the backup instead."""
    raise NotImplementedError("restore a backup instead of going back")
