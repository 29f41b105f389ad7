"""`digitizer keys`: takes a role, a branch and a name, gives access keys; lists and revokes them."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from digitizer.cli.config import load_settings, stores_of
from digitizer.cli.output import emit, note, print_table
from digitizer.errors import UsageError

AsJson = Annotated[bool, typer.Option("--json", help="For programs: one JSON object a line.")]
BRANCH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
ROLES = ("device", "client", "reviewer")
keys = typer.Typer(no_args_is_help=True, help="Access keys of devices, dossier systems and reviewers.")


def add_to(app: typer.Typer) -> None:
    app.add_typer(keys, name="keys")


@keys.command()
def create(
    role: Annotated[str, typer.Option(help="device: uploads; client: fetches finished records; reviewer: corrects.")],
    branch: Annotated[str, typer.Option(help="Branch it is for; '*' means every branch (not for devices).")],
    name: Annotated[str, typer.Option(help="What it is for, such as kiosk-07. No person's name.")],
    as_json: AsJson = False,
) -> None:
    """Make a key and print it on standard output. It is shown this once: only its hash is kept."""
    from storage.base import Role

    if role not in ROLES:
        raise UsageError(f"no role is called {role!r}; there are: {', '.join(ROLES)}")
    if branch == "*" and role == "device":
        raise UsageError("a device stands in one branch: '*' is for clients and reviewers")
    if branch != "*" and not BRANCH.fullmatch(branch):
        raise UsageError("a branch is up to 64 letters, digits, '.', '_' and '-'")
    with stores_of(load_settings()) as stores:
        key, secret = stores.keys.create(Role(role), branch, name)
    if as_json:
        emit({**asdict(key), "key": secret})
    else:
        print(secret)
        note(f"key {key.id} for {role} {name!r}, branch {branch}; it is not shown again")


@keys.command("list")
def list_keys(as_json: AsJson = False) -> None:
    """List the keys, without their secrets."""
    with stores_of(load_settings()) as stores:
        found = stores.keys.list_keys()
    if as_json:
        for key in found:
            emit(asdict(key))
        return
    print_table(("id", "role", "branch", "name", "created", "last used", "revoked"), [
        (k.id, k.role.value, k.branch, k.name, *(_short(t) for t in (k.created_at, k.last_used_at, k.revoked_at)))
        for k in found
    ])


@keys.command()
def revoke(
    key_id: Annotated[str, typer.Argument(help="As `digitizer keys list` shows it.")], as_json: AsJson = False
) -> None:
    """End a key; requests with it are refused from now on."""
    with stores_of(load_settings()) as stores:
        stores.keys.revoke(key_id)
    if as_json:
        emit({"id": key_id, "revoked": True})
    else:
        note(f"key {key_id} is revoked")


def _short(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}Z" if moment else ""
