"""Signing in and out, and the first page: takes a login and a password, gives a session's cookie."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from digitizer.errors import SignedOut, TooManyRequests, WrongPassword
from web.deps import Parts, Service
from web.errors import Problem, problem_response
from web.ui.language import COOKIE as LANGUAGE_COOKIE
from web.ui.language import LANGUAGES
from web.ui.pages import menu_of, render
from web.ui.sentences import say_for
from web.ui.session import COOKIE, session_of, set_cookie, workbench_of

router = APIRouter(include_in_schema=False)


@router.get("/")
def first_page(request: Request, service: Parts) -> Response:
    """The first page that the role may open."""
    session = session_of(request, service)
    menu = menu_of(session.person.role)
    return RedirectResponse(menu[0][0] if menu else "/login", 303)


@router.get("/login")
def show_login(request: Request, service: Parts, next: str = "/") -> Response:
    oidc = service.identity_provider is not None
    return render(request, "login.html", next=own_address(next), fault=None, login="", oidc=oidc)


@router.post("/login")
def log_in(
    request: Request, service: Parts, login: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=1000)], next: Annotated[str, Form(max_length=500)] = "/",
) -> Response:
    """A wrong password tells nothing of whether the login exists; the eleventh in a quarter of an hour has to wait."""
    caller = f"{request.client.host if request.client else ''} {login.strip().lower()[:64]}"
    try:
        _refuse_the_hasty(service, caller)
        _, token = workbench_of(service).people.sign_in(login, password)
    except WrongPassword as error:
        service.failures.failed(caller)
        oidc = service.identity_provider is not None
        return render(request, "login.html", 401, next=own_address(next), fault=error, login=login, oidc=oidc)
    response = RedirectResponse(own_address(next), 303)
    set_cookie(response, service, token)
    return response


@router.post("/logout")
def log_out(request: Request, service: Parts) -> Response:
    """Needs no token: who makes another's browser do this wins nothing, and a late click must still work."""
    token = request.cookies.get(COOKIE, "")
    if token:
        workbench_of(service).people.sign_out(token)
    response = RedirectResponse("/login", 303)
    response.delete_cookie(COOKIE, path="/")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@router.get("/language")
def choose_language(to: str, next: str = "/") -> Response:
    response = RedirectResponse(own_address(next), 303)
    if to in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, to, max_age=365 * 86400, path="/", samesite="lax", httponly=True)
    return response


def own_address(address: str) -> str:
    """A path of ours; '/' for anything that a browser could take for another host."""
    safe = address.startswith("/") and not address.startswith("//") and "\\" not in address and address.isprintable()
    return address if safe else "/"


def error_page(request: Request, problem: Problem) -> Response | None:
    """What a person sees in place of problem+json: the sentence, the code, the way on; a page's script gets the JSON
    with the sentence in its language. None: let the JSON of the API go out."""
    if request.url.path.startswith("/v1"):
        return None
    request_id, error = request.state.request_id, problem.error
    if "text/html" not in request.headers.get("accept", ""):
        told = {**problem.members, "clerk": say_for(request)(error.code, error.clerk)}
        return problem_response(request_id, Problem(error, problem.headers, told))
    if isinstance(error, SignedOut) and request.method == "GET":
        here = own_address(request.url.path)
        return RedirectResponse("/login" if here == "/" else f"/login?next={here}", 303)
    response = render(request, "error.html", error.http_status, error=error, request_id=request_id)
    response.headers.update(problem.headers)
    return response


def _refuse_the_hasty(service: Service, caller: str) -> None:
    wait_s = service.failures.waits(caller)
    if wait_s:
        raise Problem(TooManyRequests("too many wrong passwords"), {"Retry-After": str(int(wait_s) + 1)})
