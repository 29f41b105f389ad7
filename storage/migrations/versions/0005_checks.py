"""Revision 0005: fields keyed blind, what was keyed, the rules of the draw, and what is held back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "quality_rules",
        sa.Column("seq", _BIG, nullable=False, autoincrement=True), _time("at"), _text("author"), _text("seed"),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_quality_rules"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "checks",
        _text("id"), _text("record_id"), _text("branch"), _text("form_id"), _text("edition"), _text("field_id"),
        _text("field_type"), _text("engine"), _text("kind"), sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False), _text("state"), _text("outcome"),
        sa.Column("counted", sa.Boolean(), nullable=False), _time("drawn_at"), _time("settled_at", nullable=True),
        _text("settled_by"), sa.Column("standing", sa.JSON()), sa.Column("amended_in", sa.Integer()),
        _text("taken_by", nullable=True), _time("taken_until", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_checks"),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name="fk_checks_record_id"),
    )
    op.create_index("ix_checks_state_branch_drawn_at", "checks", ["state", "branch", "drawn_at"])
    op.create_index("ix_checks_record_id", "checks", ["record_id"])
    op.create_index("ix_checks_form_id_field_type_settled_at", "checks", ["form_id", "field_type", "settled_at"])
    op.create_table(
        "check_answers",
        _text("check_id"), _text("person_id"), _text("status"), _text("raw"), _time("at"),
        sa.PrimaryKeyConstraint("check_id", "person_id", name="pk_check_answers"),
        sa.ForeignKeyConstraint(["check_id"], ["checks.id"], name="fk_check_answers_check_id"),
    )
    op.create_table(
        "holds",
        sa.Column("seq", _BIG, nullable=False, autoincrement=True), _text("form_id"), _text("field_type"),
        _text("reason"), _time("held_at"), _text("held_by"), sa.Column("samples", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False), _text("note"), _time("released_at", nullable=True),
        _text("released_by"), _text("release_note"),
        sa.PrimaryKeyConstraint("seq", name="pk_holds"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_holds_form_id_field_type_released_at", "holds", ["form_id", "field_type", "released_at"])


def downgrade() -> None:
    """None: going back would drop evidence. Restore the backup instead."""
    raise NotImplementedError("restore a backup instead of going back")


def _text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _time(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
