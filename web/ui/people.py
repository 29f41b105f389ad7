"""The page of accounts: takes an administrator's changes, gives the list of people with role and branch."""

from __future__ import annotations

import re
import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from digitizer.errors import Forbidden, UsageError
from storage.workbench import NewPerson, Person, PersonRole
from web.deps import Parts, Service, checked_id
from web.ui.pages import render
from web.ui.rights import Right
from web.ui.sentences import say_for
from web.ui.session import allowed, changes, workbench_of

router = APIRouter(include_in_schema=False)
BRANCH = re.compile(r"\*|[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
Administrator = Annotated[Person, Depends(allowed(Right.PEOPLE))]
ChangingAdministrator = Annotated[Person, Depends(changes(Right.PEOPLE))]
ROLE_NAMES = {
    PersonRole.UPLOADER: "Cán bộ quét", PersonRole.REVIEWER: "Cán bộ kiểm tra",
    PersonRole.SECOND_REVIEWER: "Cán bộ kiểm tra lần hai", PersonRole.SUPERVISOR: "Giám sát",
    PersonRole.ADMINISTRATOR: "Quản trị",
}


class AccountForm(BaseModel):
    csrf: str = ""
    login: str = Field(max_length=64)
    name: str = Field(max_length=200)
    role: PersonRole
    branch: str = Field(max_length=64)


@router.get("/people")
def show_people(request: Request, service: Parts, person: Administrator) -> Response:
    return _page(request, service, person)


@router.post("/people")
def add_person(
    request: Request, service: Parts, person: ChangingAdministrator, form: Annotated[AccountForm, Form()]
) -> Response:
    """Adds an account with a password made here, shown once on the page that answers."""
    password = secrets.token_urlsafe(12)
    try:
        added = workbench_of(service).people.add(
            NewPerson(form.login, form.name, form.role, _branch(person, form.branch), password), person.id
        )
    except UsageError as error:
        return _page(request, service, person, fault=say_for(request)(error.code, error.clerk))
    return _page(request, service, person, added=added, password=password)


@router.post("/people/{person_id}/{action}")
def change_person(
    request: Request, service: Parts, person: ChangingAdministrator, person_id: str, action: str,
) -> Response:
    """disable, enable, or password: a new one, shown once."""
    people = workbench_of(service).people
    other = people.person(checked_id(person_id), person.branch)
    if other.id == person.id and action == "disable":
        raise Forbidden("nobody closes their own account")
    if action == "password":
        password = secrets.token_urlsafe(12)
        people.set_password(other.id, password, person.id)
        return _page(request, service, person, added=other, password=password)
    if action == "disable":
        people.disable(other.id, person.id)
    elif action == "enable":
        people.enable(other.id, person.id)
    else:
        raise UsageError("no such change")
    return RedirectResponse("/people", 303)


def _branch(person: Person, branch: str) -> str:
    """An administrator of one branch makes accounts for that branch only."""
    branch = branch.strip()
    if not BRANCH.fullmatch(branch):
        raise UsageError(
            "a branch is up to 64 letters, digits, '.', '_' and '-'",
            "Mã chi nhánh gồm không quá 64 chữ không dấu, chữ số và các ký tự . _ -.",
        )
    if person.branch not in ("*", branch):
        raise UsageError("this branch is not yours", "Bạn không quản lý chi nhánh này.")
    return branch


def _page(request: Request, service: Service, person: Person, **news: Any) -> Response:
    """news: `added` with its `password`, or a `fault`."""
    shown = {"added": None, "password": "", "fault": "", **news}
    people = workbench_of(service).people.list_people(person.branch)
    return render(request, "people.html", 422 if shown["fault"] else 200, people=people, roles=ROLE_NAMES, **shown)
