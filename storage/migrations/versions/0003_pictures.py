"""Revision 0003: pictures of pages for people to look at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "page_pictures",
        sa.Column("document_id", sa.Text(), nullable=False), sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=False), sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False), sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("dpi", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("document_id", "page", name="pk_page_pictures"),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name="fk_page_pictures_document_id"),
    )


def downgrade() -> None:
    """None: restore the backup instead."""
    raise NotImplementedError("restore a backup instead of going back")
