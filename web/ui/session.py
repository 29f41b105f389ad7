"""Who is at the page: takes the cookie, gives the session; refuses who may not, and changes from elsewhere."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from digitizer.errors import Forbidden, ForeignForm, NotFound, SignedOut
from storage.base import Identity, Role
from storage.workbench import Person, Session, Workbench
from web.deps import Parts, Service
from web.ui.rights import Right, rights

COOKIE = "digitizer_session"
SAFE_METHODS = frozenset({"GET", "HEAD"})


def workbench_of(service: Service) -> Workbench:
    """What the pages keep. Raises NotFound where the stores have none (in memory)."""
    if service.stores.workbench is None:
        raise NotFound
    return service.stores.workbench


def session_of(request: Request, service: Parts) -> Session:
    """Looked up with every request, so that a closed account ends at once. Raises SignedOut."""
    token = request.cookies.get(COOKIE, "")
    if not token:
        raise SignedOut
    session = workbench_of(service).people.session(token, service.sessions)
    request.state.session = session
    return session


async def changing(request: Request, session: Annotated[Session, Depends(session_of)]) -> Session:
    """The session, once the request has proved to come from one of its pages (OWASP: synchronizer token).

    The token comes in the header X-CSRF-Token, or as the field `csrf` of a form."""
    given = request.headers.get("x-csrf-token", "")
    if not given and request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        field = (await request.form()).get("csrf", "")
        given = field if isinstance(field, str) else ""
    if not hmac.compare_digest(given.encode(), session.csrf.encode()):
        raise ForeignForm
    return session


def allowed(*wanted: Right) -> Callable[[Session], Person]:
    """A dependency for pages that show: the person, where the role has one of these rights."""

    def check(session: Annotated[Session, Depends(session_of)]) -> Person:
        return _with_right(session, wanted)

    return check


def changes(*wanted: Right) -> Callable[[Session], Person]:
    """The same for whatever changes something."""

    def check(session: Annotated[Session, Depends(changing)]) -> Person:
        return _with_right(session, wanted)

    return check


def _with_right(session: Session, wanted: tuple[Right, ...]) -> Person:
    if not rights(session.person.role) & set(wanted):
        raise Forbidden(f"the role {session.person.role.value} may not do that")
    return session.person


def identity(person: Person, role: Role = Role.REVIEWER) -> Identity:
    """A person as the rest of the service knows callers: what it writes as the author is the person's id."""
    return Identity(person.id, role, person.branch, person.login)


def set_cookie(response: Response, service: Service, token: str) -> None:
    """HttpOnly and SameSite=Strict; Secure wherever the service is reached by HTTPS."""
    response.set_cookie(
        COOKIE, token, max_age=int(service.sessions.absolute.total_seconds()), path="/", httponly=True,
        samesite="strict", secure=service.secure_cookies,
    )
