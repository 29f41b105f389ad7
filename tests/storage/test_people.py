"""Accounts and sessions on SQLite and PostgreSQL: who is let in, for how long, and what the trail says of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from digitizer.errors import NotFound, SignedOut, UsageError, WrongPassword
from storage.base import Stores
from storage.workbench import NewPerson, People, PersonRole, SessionRules
from tests.contract.worlds import HandClock

RULES = SessionRules(idle=timedelta(minutes=30), absolute=timedelta(hours=12))
PASSWORD = "mot-mat-khau-dai-12"


@pytest.fixture
def people(stores: Stores) -> People:
    assert stores.workbench is not None
    return stores.workbench.people


def hired(people: People, login: str = "an.tran", branch: str = "b01") -> str:
    return people.add(NewPerson(login, "Trần  An", PersonRole.REVIEWER, branch, PASSWORD), "test").id


def test_a_session_ends_idle_or_old(people: People, clock: HandClock) -> None:
    hired(people)
    person, token = people.sign_in(" AN.tran ", PASSWORD)
    assert person.name == "Trần An"
    for _ in range(24):
        clock.pass_time(minutes=29)
        assert people.session(token, RULES).person.id == person.id
    clock.pass_time(minutes=29)  # 12 hours and 5 minutes, never idle
    with pytest.raises(SignedOut):
        people.session(token, RULES)
    _, token = people.sign_in("an.tran", PASSWORD)
    clock.pass_time(minutes=31)
    with pytest.raises(SignedOut):
        people.session(token, RULES)


def test_signing_out_ends_this_session_only(people: People) -> None:
    hired(people)
    tokens = [people.sign_in("an.tran", PASSWORD)[1] for _ in range(2)]
    assert len({people.session(token, RULES).csrf for token in tokens}) == 2
    people.sign_out(tokens[0])
    people.sign_out(tokens[0])
    with pytest.raises(SignedOut):
        people.session(tokens[0], RULES)
    assert people.session(tokens[1], RULES)


@pytest.mark.parametrize("end", ["disable", "password"])
def test_closing_an_account_or_a_new_password_ends_its_sessions(people: People, end: str) -> None:
    person_id = hired(people)
    _, token = people.sign_in("an.tran", PASSWORD)
    if end == "disable":
        people.disable(person_id, "test")
    else:
        people.set_password(person_id, "mot-mat-khau-khac-34", "test")
    with pytest.raises(SignedOut):
        people.session(token, RULES)
    with pytest.raises(WrongPassword):
        people.sign_in("an.tran", PASSWORD)


def test_an_account_without_a_password_needs_the_identity_provider(people: People) -> None:
    people.add(NewPerson("sso", "Lê Thử", PersonRole.SUPERVISOR, "*"), "test")
    for password in ("", "None", PASSWORD):
        with pytest.raises(WrongPassword):
            people.sign_in("sso", password)
    person, token = people.sign_in_known("SSO")
    assert people.session(token, RULES).person == people.person(person.id, "*")
    with pytest.raises(WrongPassword):
        people.sign_in_known("nobody")


def test_passwords_and_tokens_are_kept_as_hashes_only(people: People, stores: Stores, tmp_path: Path) -> None:
    hired(people)
    _, token = people.sign_in("an.tran", PASSWORD)
    stores.close()
    for path in tmp_path.glob("kept.sqlite3*"):
        data = path.read_bytes()
        assert PASSWORD.encode() not in data and token.encode() not in data


@pytest.mark.parametrize(("login", "branch", "password", "role"), [
    ("a", "b01", PASSWORD, PersonRole.REVIEWER), ("có dấu", "b01", PASSWORD, PersonRole.REVIEWER),
    ("ok", "", PASSWORD, PersonRole.REVIEWER), ("ok", "b01", "ngan", PersonRole.REVIEWER),
    ("ok", "*", PASSWORD, PersonRole.UPLOADER),
])
def test_badly_formed_accounts_are_refused(
    people: People, login: str, branch: str, password: str, role: PersonRole
) -> None:
    with pytest.raises(UsageError):
        people.add(NewPerson(login, "Ai Đó", role, branch, password), "test")
    assert people.list_people("*") == []


def test_a_login_is_taken_once(people: People) -> None:
    hired(people)
    with pytest.raises(UsageError):
        hired(people)


def test_other_branches_people_are_not_there(people: People) -> None:
    person_id = hired(people, branch="b02")
    assert people.list_people("b01") == []
    with pytest.raises(NotFound):
        people.person(person_id, "b01")
    assert people.change(person_id, PersonRole.SUPERVISOR, "*", "test").role is PersonRole.SUPERVISOR


def test_the_trail_tells_who_changed_whom(people: People, stores: Stores) -> None:
    person_id = hired(people)
    people.sign_in("an.tran", PASSWORD)
    people.disable(person_id, "per_boss")
    assert stores.audit is not None
    said = [(e.who, e.action) for e in stores.audit.entries()]
    assert said == [
        ("test", f"person.added {person_id} reviewer"), (person_id, "person.signed_in"),
        ("per_boss", f"person.disabled {person_id}"),
    ]
    assert stores.audit.verify() is None
