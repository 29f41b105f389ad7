"""One error shape on the wire (RFC 9457): takes whatever went wrong, gives problem+json without personal data."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from digitizer.errors import (
    DigitizerError,
    IdempotencyInProgress,
    MethodNotAllowed,
    NotFound,
    TooManyBytes,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    UsageError,
)

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "/v1/errors/"
RETRY_AFTER_S: dict[type[DigitizerError], int] = {IdempotencyInProgress: 2, TooManyRequests: 30, Unavailable: 10}
log = logging.getLogger("digitizer.api")


class Problem(Exception):
    """An error of the tree with what only HTTP needs: headers, and members beside the standard ones."""

    def __init__(
        self, error: DigitizerError, headers: dict[str, str] | None = None, members: dict[str, Any] | None = None
    ) -> None:
        super().__init__(error.detail)
        self.error, self.headers, self.members = error, headers or {}, members or {}


def invalid(where: str, detail: str) -> Problem:
    """A 422 that points at one place of the request: `#/fields/x` in the body, or the name of a header or parameter."""
    return Problem(UsageError("the request is not valid"), members={"errors": [{"pointer": where, "detail": detail}]})


def pointer(*parts: str) -> str:
    """A JSON pointer (RFC 6901) from its unescaped parts; the first is `#`."""
    return "/".join((parts[0], *(part.replace("~", "~0").replace("/", "~1") for part in parts[1:])))


def problem_body(error: DigitizerError, request_id: str, members: dict[str, Any] | None = None) -> dict[str, Any]:
    """The members of RFC 9457 and ours: `code` (stable), `clerk` (Vietnamese, may be shown to staff)."""
    return {
        "type": TYPE_PREFIX + error.code, "title": error.title, "status": error.http_status, "detail": error.detail,
        "code": error.code, "clerk": error.clerk, "instance": f"urn:request:{request_id}", **(members or {}),
    }


def problem_response(request_id: str, problem: Problem) -> Response:
    error = problem.error
    headers = dict(problem.headers)
    if isinstance(error, Unauthenticated):
        headers.setdefault("WWW-Authenticate", 'Bearer realm="digitizer"')
    for kind, seconds in RETRY_AFTER_S.items():
        if isinstance(error, kind):
            headers.setdefault("Retry-After", str(seconds))
    body = json.dumps(problem_body(error, request_id, problem.members), ensure_ascii=False)
    return Response(body, status_code=error.http_status, headers=headers, media_type=MEDIA_TYPE)


def as_problem(error: Exception) -> Problem:
    """Any exception to a Problem; what nobody foresaw becomes a bare internal_error."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, DigitizerError):
        return Problem(error)
    if isinstance(error, RequestValidationError):
        return Problem(UsageError("the request is not valid"), members={"errors": [_item(e) for e in error.errors()]})
    if isinstance(error, HTTPException):
        return Problem(_from_status(error.status_code), headers=dict(error.headers or {}))
    return Problem(DigitizerError())


def log_unforeseen(error: Exception, request_id: str) -> None:
    """Type and place only: the message of a foreign exception may quote what a citizen wrote."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    where = " < ".join(f"{f.filename.rsplit('/', 2)[-1]}:{f.lineno} {f.name}" for f in reversed(frames))
    log.error("unforeseen %s request=%s at %s", type(error).__name__, request_id, where)


def install(app: FastAPI, page: Callable[[Request, Problem], Response | None] = lambda *_: None) -> None:
    """Every way an error can leave the application. Those nobody foresaw are caught further out, in web/access.py.

    page: makes a page of it for a person; None where the caller is a program."""

    def answer(request: Request, error: Exception) -> Response:
        problem = as_problem(error)
        if problem.error.http_status >= 500:
            log.error("%s: %s request=%s", problem.error.code, problem.error.detail, request.state.request_id)
        return page(request, problem) or problem_response(request.state.request_id, problem)

    for kind in (Problem, DigitizerError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, answer)


def _from_status(status: int) -> DigitizerError:
    known: dict[int, type[DigitizerError]] = {404: NotFound, 405: MethodNotAllowed, 413: TooManyBytes}
    if status in known:
        return known[status]()
    if 400 <= status < 500:
        return UsageError("the request could not be understood")
    return DigitizerError()


def _item(error: dict[str, Any]) -> dict[str, str]:
    """Where and what, without the offending value: it may be a person's."""
    place, *path = [str(part) for part in error["loc"]]
    if place == "body" and error["type"] != "json_invalid":
        where = pointer("#", *path)
    elif place == "body":
        where = "#"
    else:
        where = f"{place}:{'/'.join(path)}"
    kinds = {"value_error": "the value is not allowed", "json_invalid": "the body is not JSON"}
    return {"pointer": where, "detail": kinds.get(error["type"], str(error["msg"]))}
