"""Revision 0010: an index of who looked at which record."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_audit_record_id_who", "audit", ["record_id", "who"])


def downgrade() -> None:
    op.drop_index("ix_audit_record_id_who", table_name="audit")
