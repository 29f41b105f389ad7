"""Revision 0007: how ink lies on pages that were looked at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sheets",
        sa.Column("branch", sa.Text(), nullable=False), sa.Column("file_sha256", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False), sa.Column("form", sa.Text(), nullable=False),
        sa.Column("ink", sa.Text(), nullable=False), sa.Column("submission_id", sa.Text(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("branch", "file_sha256", "page", name="pk_sheets"),
    )
    op.create_index("ix_sheets_branch_form_seen_at", "sheets", ["branch", "form", "seen_at"])
    op.create_index("ix_sheets_seen_at", "sheets", ["seen_at"])


def downgrade() -> None:
    op.drop_table("sheets")
