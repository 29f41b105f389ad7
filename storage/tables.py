"""The tables as SQLAlchemy sees them: takes nothing, gives one MetaData; `migrations/` is what makes them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class UtcTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC with microseconds. SQLite has no zones, so there it is stored without one."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# One name a constraint: SQLite's batch migrations can only drop what has a name.
metadata = sa.MetaData(naming_convention={
    "ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s", "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
})
Column, Text = sa.Column, sa.Text
# 64 bits on PostgreSQL; SQLite numbers rows by itself only for a column called INTEGER
Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _ref(column: str, **options: Any) -> sa.Column[str]:
    table, _, _ = column.partition(".")
    return Column(f"{table.removesuffix('s')}_id", Text, sa.ForeignKey(column), nullable=False, **options)


submissions = sa.Table(
    "submissions", metadata,
    Column("id", Text, primary_key=True),
    Column("branch", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size_bytes", sa.BigInteger, nullable=False),
    Column("object_key", Text, nullable=False),
    Column("form_hint", Text, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("parts", sa.JSON(none_as_null=True)),  # name, type, hash and size of each file that was bound to one
    sa.Index(None, "object_key"),
)

# The queue of record. `fence` rises with every claim; `rung_at` is when a worker was last told.
documents = sa.Table(
    "documents", metadata,
    Column("id", Text, primary_key=True),
    _ref("submissions.id", unique=True),
    Column("state", Text, nullable=False),
    Column("reason_code", Text, nullable=False),
    Column("attempts", sa.Integer, nullable=False),
    Column("fence", sa.BigInteger, nullable=False),
    Column("worker", Text),
    Column("lease_until", UtcTime),
    Column("rung_at", UtcTime),
    Column("updated_at", UtcTime, nullable=False),
    sa.Index(None, "state", "rung_at"),
)

outbox = sa.Table(
    "outbox", metadata,
    Column("seq", Number, primary_key=True, autoincrement=True),
    _ref("documents.id", unique=True),
    sqlite_autoincrement=True,
)

idempotency = sa.Table(
    "idempotency", metadata,
    Column("scope", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("reserved_at", UtcTime, nullable=False),
    Column("status", sa.Integer),
    Column("headers", sa.JSON),
    Column("body", Text),
    sa.Index(None, "reserved_at"),
)

records = sa.Table(
    "records", metadata,
    Column("id", Text, primary_key=True),
    _ref("documents.id"),
    _ref("submissions.id"),
    Column("branch", Text, nullable=False),
    Column("form_id", Text),
    Column("state", Text, nullable=False),
    Column("version", sa.Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    sa.Index(None, "updated_at", "id"),
    sa.Index(None, "branch", "updated_at", "id"),
    sa.Index(None, "document_id"),
)

record_versions = sa.Table(
    "record_versions", metadata,
    Column("record_id", Text, sa.ForeignKey("records.id"), primary_key=True),
    Column("version", sa.Integer, primary_key=True),
    Column("body", sa.JSON, nullable=False),  # JSON, not JSONB: the order of the fields is the order in print
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

# What records are found by: each with the folded words of its fields, and where a word stands.
record_search = sa.Table(
    "record_search", metadata,
    Column("number", Number, primary_key=True, autoincrement=True),  # small, and in the order of arrival
    _ref("records.id", unique=True),
    Column("text", Text, nullable=False),
    Column("confirmed", sa.Integer, nullable=False),  # people whose number the population register confirms
    sqlite_autoincrement=True,
)

record_words = sa.Table(
    "record_words", metadata,
    # bytewise, so that the beginning of a word is a range of the key
    Column("word", Text().with_variant(Text(collation="C"), "postgresql"), primary_key=True),
    # number * search_words.SLOTS + line of the text: which field of which record
    Column("place", Number, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# One row. Whoever changes anything that others follow locks it first, so that commits come in the order of `seq`
# and `last_at`: a reader past a cursor can miss nothing that commits late (docs/storage.md, "Cursors").
ledger = sa.Table(
    "ledger", metadata,
    Column("id", sa.Integer, primary_key=True, autoincrement=False),
    Column("event_seq", sa.BigInteger, nullable=False),
    Column("audit_seq", sa.BigInteger, nullable=False),
    Column("audit_hash", Text, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    sa.CheckConstraint("id = 1", name="one_row"),
)

events = sa.Table(
    "events", metadata,
    Column("seq", Number, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
    Column("type", Text, nullable=False),
    Column("submission_id", Text, nullable=False),
    Column("record_id", Text),
    Column("branch", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", sa.Integer),
    Column("at", UtcTime, nullable=False),
    sa.Index(None, "submission_id", "seq"),
    sa.Index(None, "type", "at"),
    sa.Index(None, "branch", "seq"),
)

audit = sa.Table(
    "audit", metadata,
    Column("seq", Number, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("who", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("submission_id", Text),
    Column("document_id", Text),
    Column("record_id", Text),
    Column("fields", sa.JSON, nullable=False),
    Column("hash", Text, nullable=False),
    sa.Index(None, "at"),
    sa.Index(None, "record_id", "who"),
)

access_keys = sa.Table(
    "access_keys", metadata,
    Column("id", Text, primary_key=True),
    Column("secret_sha256", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("branch", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
    Column("last_used_at", UtcTime),
)

# How ink lies on pages that were looked at, by the hash of their file. Of a submission once it was sent.
sheets = sa.Table(
    "sheets", metadata,
    Column("branch", Text, primary_key=True),
    Column("file_sha256", Text, primary_key=True),
    Column("page", sa.Integer, primary_key=True, autoincrement=False),
    Column("form", Text, nullable=False),
    Column("ink", Text, nullable=False),
    Column("submission_id", Text),
    Column("seen_at", UtcTime, nullable=False),
    sa.Index(None, "branch", "form", "seen_at"),
    sa.Index(None, "seen_at"),
)

people = sa.Table(
    "people", metadata,
    Column("id", Text, primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("password", Text),  # argon2id; none where only the identity provider vouches
    Column("role", Text, nullable=False),
    Column("branch", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("disabled_at", UtcTime),
    Column("last_seen_at", UtcTime),
)

sessions = sa.Table(
    "sessions", metadata,
    Column("token_sha256", Text, primary_key=True),
    Column("person_id", Text, sa.ForeignKey("people.id"), nullable=False),
    Column("csrf", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    sa.Index(None, "person_id"),
    sa.Index(None, "created_at"),
)

# What people look at: small upright pictures, made anew with every reading. The objects lie under their own hash.
page_pictures = sa.Table(
    "page_pictures", metadata,
    Column("document_id", Text, sa.ForeignKey("documents.id"), primary_key=True),
    Column("page", sa.Integer, primary_key=True, autoincrement=False),
    Column("object_key", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("width_px", sa.Integer, nullable=False),
    Column("height_px", sa.Integer, nullable=False),
    Column("dpi", sa.Float, nullable=False),
)

# One row a record that needs review (storage/waiting.py), beside the JSON of its body so that the oldest is found and
# all are counted without reading it. A holder whose lease has run out stays written until another takes the record.
review_queue = sa.Table(
    "review_queue", metadata,
    Column("record_id", Text, sa.ForeignKey("records.id"), primary_key=True),
    Column("branch", Text, nullable=False),
    Column("form_id", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("uploader", Text, nullable=False),
    Column("holder", Text),
    Column("lease_until", UtcTime),
    Column("fence", sa.BigInteger, nullable=False),
    Column("postponed_until", UtcTime),
    Column("postponed_by", Text),
    Column("escalated", Text, nullable=False),  # the reason, '' for none
    Column("escalated_by", Text),
    sa.Index(None, "received_at", "record_id"),
    sa.Index(None, "branch", "received_at", "record_id"),
    sa.Index(None, "holder"),
)

# Papers whose form a person has named and that are to be read again; one row a record, gone when it is read. What has
# failed stays with its reason until the record is read, released or named anew.
rereads = sa.Table(
    "rereads", metadata,
    Column("record_id", Text, sa.ForeignKey("records.id"), primary_key=True),
    _ref("documents.id"),
    Column("branch", Text, nullable=False),
    Column("version", sa.Integer, nullable=False),  # of the record when it was named
    Column("form_id", Text, nullable=False),
    Column("edition", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason_code", Text, nullable=False),
    Column("attempts", sa.Integer, nullable=False),
    Column("fence", sa.BigInteger, nullable=False),
    Column("worker", Text),
    Column("lease_until", UtcTime),
    Column("rung_at", UtcTime),
    sa.Index(None, "document_id", "state"),
    sa.Index(None, "state", "rung_at"),
)

# What a person has typed and not released. fence and step order the saves; body NULL: taken back.
review_drafts = sa.Table(
    "review_drafts", metadata,
    Column("record_id", Text, sa.ForeignKey("records.id"), primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("field_id", Text, primary_key=True),
    Column("body", sa.JSON(none_as_null=True)),
    Column("sure", sa.Boolean, nullable=False),
    Column("fence", sa.BigInteger, nullable=False),
    Column("step", sa.BigInteger, nullable=False),
    Column("saved_at", UtcTime, nullable=False),
    sa.Index(None, "person_id"),
)

# Append-only: the newest row holds; a draw is repeated with the row that held when the record was released.
quality_rules = sa.Table(
    "quality_rules", metadata,
    Column("seq", Number, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False),
    Column("author", Text, nullable=False),
    Column("seed", Text, nullable=False),  # secret: whoever knows it can foresee what is checked
    Column("body", sa.JSON, nullable=False),
    sqlite_autoincrement=True,
)

checks = sa.Table(
    "checks", metadata,
    Column("id", Text, primary_key=True),
    _ref("records.id"),
    Column("branch", Text, nullable=False),
    Column("form_id", Text, nullable=False),
    Column("edition", Text, nullable=False),
    Column("field_id", Text, nullable=False),
    Column("field_type", Text, nullable=False),
    Column("engine", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("version", sa.Integer, nullable=False),  # of the record, whose answer is checked
    Column("confidence", sa.Float, nullable=False),
    Column("state", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("counted", sa.Boolean, nullable=False),  # in the error rate: a sample where something is written
    Column("drawn_at", UtcTime, nullable=False),
    Column("settled_at", UtcTime),
    Column("settled_by", Text, nullable=False),
    Column("standing", sa.JSON),
    Column("amended_in", sa.Integer),  # the version that says what two people keyed
    Column("taken_by", Text),
    Column("taken_until", UtcTime),
    sa.Index(None, "state", "branch", "drawn_at"),
    sa.Index(None, "record_id"),
    sa.Index(None, "form_id", "field_type", "settled_at"),
)

check_answers = sa.Table(
    "check_answers", metadata,
    Column("check_id", Text, sa.ForeignKey("checks.id"), primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
)

holds = sa.Table(
    "holds", metadata,
    Column("seq", Number, primary_key=True, autoincrement=True),
    Column("form_id", Text, nullable=False),
    Column("field_type", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("held_at", UtcTime, nullable=False),
    Column("held_by", Text, nullable=False),
    Column("samples", sa.Integer, nullable=False),
    Column("wrong", sa.Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("released_at", UtcTime),
    Column("released_by", Text, nullable=False),
    Column("release_note", Text, nullable=False),
    sa.Index(None, "form_id", "field_type", "released_at"),
    sqlite_autoincrement=True,
)
