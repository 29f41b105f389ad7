"""Revision 0006: what several files were before they were bound to one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("submissions", sa.Column("parts", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    """None: going back would drop hashes that prove what came. Restore the backup instead."""
    raise NotImplementedError("restore a backup instead of going back")
