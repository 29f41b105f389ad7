"""What every route may ask for: takes the request, gives the service's parts and who asks; refuses who may not."""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Header, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from prometheus_client import CollectorRegistry
from starlette.requests import Request

from digitizer.errors import Forbidden, IdempotencyKeyMissing, NotFound, TooManyRequests, Unauthenticated, UsageError
from digitizer.options import Limits
from digitizer.sandbox import BlackedPage
from digitizer.template import Template
from digitizer.untrusted import Picture
from storage.base import Identity, Role, Stores
from storage.workbench import SessionRules
from web.errors import Problem, invalid
from web.glancing import Glancing, nothing_seen

IDEMPOTENCY_KEY_CHARACTERS = 255
FAILURES, FAILURE_WINDOW_S = 10, 900.0
ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")


class FailureCounter:
    """Counts refused keys per caller. A good key is never locked out by somebody else's failures."""

    def __init__(self, callers: int = 10_000) -> None:
        self._failures: OrderedDict[str, list[float]] = OrderedDict()
        self._callers = callers
        self._lock = threading.Lock()

    def failed(self, caller: str) -> float:
        """Notes a failure; gives the seconds the caller has to wait, 0 while it may go on."""
        now = time.monotonic()
        with self._lock:
            recent = [t for t in self._failures.pop(caller, []) if now - t < FAILURE_WINDOW_S][-FAILURES:]
            recent.append(now)
            self._failures[caller] = recent
            if len(self._failures) > self._callers:
                self._failures.popitem(last=False)
        return FAILURE_WINDOW_S - (now - recent[0]) if len(recent) > FAILURES else 0.0

    def waits(self, caller: str) -> float:
        """The seconds this caller still has to wait, without noting anything."""
        now = time.monotonic()
        with self._lock:
            recent = [t for t in self._failures.get(caller, []) if now - t < FAILURE_WINDOW_S]
        return FAILURE_WINDOW_S - (now - recent[0]) if len(recent) > FAILURES else 0.0

    def forget(self) -> None:
        with self._lock:
            self._failures.clear()


def not_bound(files: list[tuple[bytes, str]]) -> bytes:
    """For a service that takes one file at a time."""
    raise UsageError("this service takes one file at a time")


def not_drawn(data: bytes, name: str, page: int) -> Picture:
    """For a service without such a child."""
    raise UsageError("this service draws no originals")


def not_redacted(sheets: Sequence[BlackedPage], title: str) -> bytes:
    """For a service without a child that may decode pictures."""
    raise UsageError("this service makes no redacted copies")


@dataclass(frozen=True, slots=True)
class Service:
    """Everything the routes work with, built once by api.create_app.

    screen: takes the bytes and the file name, raises BadInput for a file that cannot become a document; runs in a
    killable child. bind: several files and their names to one PDF, there too; draw: a page of a file as it came, there
    too. glance: looks at a scan while the citizen waits, in a child of its own. heavy: how many requests may hold a
    whole file in memory at once."""

    stores: Stores
    templates: tuple[Template, ...]
    screen: Callable[[bytes, str], object]
    limits: Limits = field(default_factory=Limits)
    backlog_limit: int = 10_000
    accept_probability: float | None = None
    failures: FailureCounter = field(default_factory=FailureCounter)
    metrics: CollectorRegistry = field(default_factory=CollectorRegistry)
    heavy: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(4))
    poll_s: float = 0.5  # how often an SSE stream looks for news
    sessions: SessionRules = field(default_factory=SessionRules)
    identity_provider: object | None = None  # web.ui.oidc.IdentityProvider, where one is set
    glance: Glancing = nothing_seen
    review_lease: timedelta = timedelta(minutes=10)
    review_own_uploads: bool = False
    bind: Callable[[list[tuple[bytes, str]]], bytes] = not_bound
    redact: Callable[[Sequence[BlackedPage], str], bytes] = not_redacted
    draw: Callable[[bytes, str, int], Picture] = not_drawn
    secure_cookies: bool = False  # True wherever the service is reached by HTTPS


def service_of(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Parts = Annotated[Service, Depends(service_of)]
bearer = HTTPBearer(
    auto_error=False, scheme_name="key",
    description="A key made by `digitizer keys create`: `Authorization: Bearer dgz_…`",
)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(bearer)]


def identify(request: Request, service: Parts, credentials: Credentials) -> Identity:
    """Who asks, looked up on every request, so that a revoked key ends at once."""
    try:
        if credentials is None:
            raise Unauthenticated()
        return service.stores.keys.authenticate(credentials.credentials)
    except Unauthenticated:
        address = request.client.host if request.client else ""
        presented = "_".join(credentials.credentials.split("_")[:2])[:40] if credentials else ""
        wait_s = service.failures.failed(f"{address} {presented}")
        if wait_s:
            raise Problem(
                TooManyRequests("too many refused keys from this caller"), {"Retry-After": str(int(wait_s) + 1)}
            ) from None
        raise


def allow(*roles: Role) -> Callable[[Identity], Identity]:
    """A dependency that lets these roles pass."""

    def check(identity: Annotated[Identity, Depends(identify)]) -> Identity:
        if identity.role not in roles:
            raise Forbidden(f"a {identity.role.value} key may not do that")
        return identity

    return check


Device = Annotated[Identity, Depends(allow(Role.DEVICE))]
Reader = Annotated[Identity, Depends(allow(Role.CLIENT, Role.REVIEWER))]
Reviewer = Annotated[Identity, Depends(allow(Role.REVIEWER))]
Anyone = Annotated[Identity, Depends(allow(*Role))]


def checked_id(value: str) -> str:
    """An id that could be ours; anything else is simply not there."""
    if not ID.match(value):
        raise NotFound()
    return value


def idempotency_key(
    idempotency_key: Annotated[str | None, Header(
        description=f"Any text of up to {IDEMPOTENCY_KEY_CHARACTERS} printable ASCII characters, new for each new "
                    "submission, the same for its retries; kept 7 days. Required.",
        examples=["kiosk-07-2026-11-24-000123"],
    )] = None,
) -> str:
    """Required, but optional to FastAPI: its absence has an error of its own."""
    if not idempotency_key:
        raise IdempotencyKeyMissing()
    printable = idempotency_key.isascii() and idempotency_key.isprintable()
    if not printable or len(idempotency_key) > IDEMPOTENCY_KEY_CHARACTERS:
        raise invalid("header:Idempotency-Key", f"up to {IDEMPOTENCY_KEY_CHARACTERS} printable ASCII characters")
    return idempotency_key


IdempotencyKey = Annotated[str, Depends(idempotency_key)]
