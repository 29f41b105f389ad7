"""Access keys, in SQL: takes what a caller presents, gives who it is; only a hash of the secret is ever kept."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from digitizer.errors import NotFound, Unauthenticated
from storage import rules
from storage import tables as t
from storage.base import AccessKey, Identity, Role
from storage.database import Database

K = t.access_keys.c


class SqlKeys:
    """The port Keys on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def create(self, role: Role, branch: str, name: str) -> tuple[AccessKey, str]:
        rules.check_scope(role, branch, name)
        new = rules.new_key()
        with self._db.change() as change:
            made = change.conn.execute(sa.insert(t.access_keys).values(
                id=new.id, secret_sha256=new.digest, role=role.value, branch=branch, name=name, created_at=change.at,
            ).returning(t.access_keys)).one()
            change.audit("operator", f"key.created {new.id}")
            return _key(made), new.presented

    def authenticate(self, presented: str) -> Identity:
        parts = rules.split_key(presented)
        if not parts:
            raise Unauthenticated
        with self._db.read() as conn:
            found = conn.execute(sa.select(t.access_keys).where(K.id == parts[0])).one_or_none()
            now = self._db.now(conn)
        expected = found.secret_sha256 if found else rules.GENESIS
        if not hmac.compare_digest(expected, rules.secret_digest(parts[1])) or not found or found.revoked_at:
            raise Unauthenticated
        if found.last_used_at is None or found.last_used_at < now - rules.LAST_USED_STEP:
            with self._db.write() as conn:
                conn.execute(sa.update(t.access_keys).where(K.id == found.id).values(last_used_at=now))
        return Identity(found.id, Role(found.role), found.branch, found.name)

    def revoke(self, key_id: str) -> None:
        """A second time changes nothing. Raises NotFound."""
        with self._db.change() as change:
            revoked = change.conn.execute(
                sa.update(t.access_keys).where(K.id == key_id, K.revoked_at.is_(None)).values(revoked_at=change.at)
                .returning(K.id)
            ).first()
            if revoked:
                change.audit("operator", f"key.revoked {key_id}")
            elif not change.conn.execute(sa.select(K.id).where(K.id == key_id)).first():
                raise NotFound

    def list_keys(self) -> Sequence[AccessKey]:
        with self._db.read() as conn:
            return [_key(row) for row in conn.execute(sa.select(t.access_keys).order_by(K.created_at, K.id))]


def _key(row: Row[Any]) -> AccessKey:
    return AccessKey(
        row.id, Role(row.role), row.branch, row.name, row.created_at, row.revoked_at, row.last_used_at)
