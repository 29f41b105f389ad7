"""`digitizer people`: takes a login, a role and a branch, gives an account with a password; lists and closes them."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from digitizer.cli.config import load_settings, stores_of
from digitizer.cli.keys import BRANCH, AsJson
from digitizer.cli.output import emit, note, print_table
from digitizer.errors import NotFound, UnsafeSettings, UsageError

if TYPE_CHECKING:
    from storage.base import Stores
    from storage.workbench import People, Person

OPERATOR = "operator"
ROLES = ("uploader", "reviewer", "second_reviewer", "supervisor", "administrator")
people = typer.Typer(no_args_is_help=True, help="Accounts of people for the pages: kiosk, review, records, overview.")


def add_to(app: typer.Typer) -> None:
    app.add_typer(people, name="people")


@people.command()
def add(
    login: Annotated[str, typer.Argument(help="What the person types to sign in.")],
    role: Annotated[str, typer.Option(help=", ".join(ROLES))],
    branch: Annotated[str, typer.Option(help="Branch the person works for; '*' means every branch.")],
    name: Annotated[str, typer.Option(help="As shown on the pages.")] = "",
    as_json: AsJson = False,
) -> None:
    """Add an account and print its password on standard output. It is shown this once: only its hash is kept."""
    from storage.workbench import NewPerson, PersonRole

    if role not in ROLES:
        raise UsageError(f"no role is called {role!r}; there are: {', '.join(ROLES)}")
    if branch != "*" and not BRANCH.fullmatch(branch):
        raise UsageError("a branch is up to 64 letters, digits, '.', '_' and '-'")
    password = secrets.token_urlsafe(12)
    with stores_of(load_settings()) as stores:
        new = NewPerson(login, name or login, PersonRole(role), branch, password)
        _show(accounts(stores).add(new, OPERATOR), password, as_json)


@people.command("list")
def list_people(as_json: AsJson = False) -> None:
    """List the accounts."""
    with stores_of(load_settings()) as stores:
        found = accounts(stores).list_people("*")
    if as_json:
        for person in found:
            emit(asdict(person))
        return
    print_table(("login", "name", "role", "branch", "closed"), [
        (p.login, p.name, p.role.value, p.branch, "closed" if p.disabled_at else "") for p in found
    ])


@people.command()
def password(login: Annotated[str, typer.Argument()], as_json: AsJson = False) -> None:
    """Give an account a new password; ends its sessions."""
    new = secrets.token_urlsafe(12)
    with stores_of(load_settings()) as stores:
        person = _find(stores, login)
        accounts(stores).set_password(person.id, new, OPERATOR)
    _show(person, new, as_json)


@people.command()
def disable(login: Annotated[str, typer.Argument()], as_json: AsJson = False) -> None:
    """Close an account; ends its sessions. It stays in the list, since records name it."""
    with stores_of(load_settings()) as stores:
        person = _find(stores, login)
        accounts(stores).disable(person.id, OPERATOR)
    if as_json:
        emit({"id": person.id, "login": person.login, "disabled": True})
    else:
        note(f"{person.login} is closed")


def accounts(stores: Stores) -> People:
    """Raises UnsafeSettings where nothing of people is kept."""
    if stores.workbench is None:
        raise UnsafeSettings("accounts need a database")
    return stores.workbench.people


def _find(stores: Stores, login: str) -> Person:
    found = next((p for p in accounts(stores).list_people("*") if p.login == login.strip().lower()), None)
    if found is None:
        raise NotFound(f"no account is called {login!r}")
    return found


def _show(person: Person, secret: str, as_json: bool) -> None:
    if as_json:
        emit({**asdict(person), "password": secret})
    else:
        print(secret)
        note(f"account {person.login}, {person.role.value}, branch {person.branch}; the password is not shown again")
