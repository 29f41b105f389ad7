"""Accounts and sessions, in SQL: takes a login and a password, gives who it is; only hashes are ever kept."""

from __future__ import annotations

import functools
import re
import secrets
import unicodedata
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import argon2
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from digitizer.errors import NotFound, SignedOut, UsageError, WrongPassword
from storage import tables as t
from storage.database import Database
from storage.rules import LAST_USED_STEP, secret_digest
from storage.uploads import in_branch
from storage.workbench import NewPerson, Person, PersonRole, Session, SessionRules

P, S = t.people.c, t.sessions.c
LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
PASSWORD_CHARACTERS = 12  # NIST SP 800-63B-4 asks 15 without a second factor, 8 with one; long beats intricate
hasher = argon2.PasswordHasher()  # argon2id with RFC 9106's second recommended choice


class SqlPeople:
    """The port People on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, new: NewPerson, by: str) -> Person:
        login = checked_login(new.login)
        name = " ".join(unicodedata.normalize("NFC", new.name).split())
        if not name or len(name) > 200:
            raise UsageError("a person needs a name of at most 200 letters", "Hãy ghi họ tên, không quá 200 chữ.")
        _check_place(new.role, new.branch)
        digest = hasher.hash(checked_password(new.password)) if new.password is not None else None
        with self._db.change() as change:
            if change.conn.execute(sa.select(P.id).where(P.login == login)).first():
                raise UsageError("this login is taken", "Tên đăng nhập này đã có người dùng. Hãy chọn tên khác.")
            row = change.conn.execute(sa.insert(t.people).values(
                id=f"per_{uuid.uuid4().hex}", login=login, name=name, password=digest, role=new.role.value,
                branch=new.branch, created_at=change.at,
            ).returning(t.people)).one()
            change.audit(by, f"person.added {row.id} {new.role.value}")
            return _person(row)

    def change(self, person_id: str, role: PersonRole, branch: str, by: str) -> Person:
        _check_place(role, branch)
        with self._db.change() as change:
            row = change.conn.execute(
                sa.update(t.people).where(P.id == person_id).values(role=role.value, branch=branch)
                .returning(t.people)
            ).one_or_none()
            if row is None:
                raise NotFound
            change.audit(by, f"person.changed {person_id} {role.value}")
            return _person(row)

    def set_password(self, person_id: str, password: str, by: str) -> None:
        digest = hasher.hash(checked_password(password))
        self._update(person_id, by, "person.password", {"password": digest})

    def disable(self, person_id: str, by: str) -> None:
        with self._db.read() as conn:
            now = self._db.now(conn)
        self._update(person_id, by, "person.disabled", {"disabled_at": now})

    def enable(self, person_id: str, by: str) -> None:
        self._update(person_id, by, "person.enabled", {"disabled_at": None})

    def _update(self, person_id: str, by: str, action: str, values: dict[str, Any]) -> None:
        """Every one of these ends the sessions that were."""
        with self._db.change() as change:
            changed = change.conn.execute(sa.update(t.people).where(P.id == person_id).values(**values).returning(P.id))
            if not changed.first():
                raise NotFound
            change.conn.execute(sa.delete(t.sessions).where(S.person_id == person_id))
            change.audit(by, f"{action} {person_id}")

    def person(self, person_id: str, branch: str) -> Person:
        with self._db.read() as conn:
            row = conn.execute(
                sa.select(t.people).where(P.id == person_id, in_branch(t.people, branch))
            ).one_or_none()
        if row is None:
            raise NotFound
        return _person(row)

    def list_people(self, branch: str) -> Sequence[Person]:
        with self._db.read() as conn:
            query = sa.select(t.people).where(in_branch(t.people, branch)).order_by(P.login)
            return [_person(row) for row in conn.execute(query)]

    def sign_in(self, login: str, password: str) -> tuple[Person, str]:
        with self._db.read() as conn:
            row = conn.execute(sa.select(t.people).where(P.login == login.strip().lower())).one_or_none()
        good = _matches(row.password if row and row.password else _nobodys(), password)
        if row is None or not row.password or row.disabled_at or not good:
            raise WrongPassword
        if hasher.check_needs_rehash(row.password):
            with self._db.write() as conn:
                conn.execute(sa.update(t.people).where(P.id == row.id).values(password=hasher.hash(password)))
        return self._begin(row)

    def sign_in_known(self, login: str) -> tuple[Person, str]:
        with self._db.read() as conn:
            row = conn.execute(sa.select(t.people).where(P.login == login.strip().lower())).one_or_none()
        if row is None or row.disabled_at:
            raise WrongPassword
        return self._begin(row)

    def _begin(self, row: Row[Any]) -> tuple[Person, str]:
        token = secrets.token_urlsafe(32)
        with self._db.change() as change:
            change.conn.execute(sa.insert(t.sessions).values(
                token_sha256=secret_digest(token), person_id=row.id, csrf=secrets.token_urlsafe(24),
                created_at=change.clock, seen_at=change.clock,
            ))
            change.conn.execute(sa.update(t.people).where(P.id == row.id).values(last_seen_at=change.clock))
            change.audit(row.id, "person.signed_in")
        return _person(row), token

    def session(self, token: str, rules: SessionRules) -> Session:
        digest = secret_digest(token)
        with self._db.read() as conn:
            row = conn.execute(
                sa.select(t.people, S.csrf, S.created_at.label("began"), S.seen_at).join_from(
                    t.sessions, t.people, S.person_id == P.id).where(S.token_sha256 == digest)
            ).one_or_none()
            now = self._db.now(conn)
        if row is None or row.disabled_at or now - row.began > rules.absolute or now - row.seen_at > rules.idle:
            raise SignedOut
        if row.seen_at < now - LAST_USED_STEP:
            with self._db.write() as conn:
                _seen(conn, digest, row.id, now, rules)
        return Session(_person(row), row.csrf, row.began)

    def sign_out(self, token: str) -> None:
        with self._db.change() as change:
            who = change.conn.execute(
                sa.delete(t.sessions).where(S.token_sha256 == secret_digest(token)).returning(S.person_id)
            ).scalar_one_or_none()
            if who:
                change.audit(who, "person.signed_out")


def checked_login(login: str) -> str:
    login = unicodedata.normalize("NFC", login).strip().lower()
    if not LOGIN.fullmatch(login):
        raise UsageError(
            "a login is 2 to 64 small letters without marks, digits, '.', '_', '-' and '@'",
            "Tên đăng nhập gồm 2 đến 64 chữ thường không dấu, chữ số và các ký tự . _ - @.",
        )
    return login


def checked_password(password: str) -> str:
    if not PASSWORD_CHARACTERS <= len(password) <= 200:
        raise UsageError(
            f"a password has {PASSWORD_CHARACTERS} to 200 characters",
            f"Mật khẩu dài {PASSWORD_CHARACTERS} đến 200 ký tự.",
        )
    return password


def _check_place(role: PersonRole, branch: str) -> None:
    if not branch or len(branch) > 64:
        raise UsageError("a person needs a branch of 1 to 64 letters", "Hãy ghi mã chi nhánh, không quá 64 ký tự.")
    if branch == "*" and role is PersonRole.UPLOADER:
        raise UsageError(
            "who scans stands in one branch, not in '*'", "Cán bộ quét phải thuộc một chi nhánh, không phải '*'."
        )


def _matches(digest: str, password: str) -> bool:
    try:
        return hasher.verify(digest, password[:200])
    except (argon2.exceptions.VerifyMismatchError, argon2.exceptions.InvalidHashError):
        return False


@functools.cache
def _nobodys() -> str:
    """Compared with when there is no such login, so that an answer takes as long as for one that exists."""
    return hasher.hash(secrets.token_urlsafe(24))


def _seen(conn: Connection, digest: str, person_id: str, now: datetime, rules: SessionRules) -> None:
    conn.execute(sa.update(t.sessions).where(S.token_sha256 == digest).values(seen_at=now))
    conn.execute(sa.update(t.people).where(P.id == person_id).values(last_seen_at=now))
    conn.execute(sa.delete(t.sessions).where(S.created_at < now - rules.absolute))


def _person(row: Row[Any]) -> Person:
    return Person(
        row.id, row.login, row.name, PersonRole(row.role), row.branch, row.created_at, row.disabled_at,
        row.last_seen_at, row.password is not None,
    )
