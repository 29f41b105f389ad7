"""The outermost ring: takes every request, gives it an id, a body limit, safe headers and a log line."""

from __future__ import annotations

import logging
import re
import secrets
import time

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digitizer.errors import TooManyBytes
from web.deps import ID
from web.errors import Problem, as_problem, log_unforeseen, problem_response

BODY_BYTES = 1024 * 1024  # of everything but an upload
FORM_OVERHEAD_BYTES = 64 * 1024  # boundaries and headers around the file of a multipart upload
UPLOAD_PATHS = frozenset({"/v1/submissions", "/v1/checks", "/kiosk/submissions", "/kiosk/checks"})
log = logging.getLogger("digitizer.access")
SAFE_HEADERS = {
    b"x-content-type-options": b"nosniff", b"cache-control": b"no-store", b"referrer-policy": b"no-referrer",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
    b"cross-origin-resource-policy": b"same-origin",
}
DISCONNECTED = 499


class Access:
    """ASGI middleware. The log holds method, route, ids, status, milliseconds: no query, no file name, no address."""

    def __init__(self, app: ASGIApp, metrics: CollectorRegistry, upload_bytes: int) -> None:
        self.app, self.upload_bytes = app, upload_bytes
        self.requests = Counter(
            "digitizer_http_requests", "Requests answered", ("method", "route", "status"), registry=metrics
        )
        self.seconds = Histogram("digitizer_http_seconds", "Time to answer", ("route",), registry=metrics)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id, started = secrets.token_hex(12), time.monotonic()
        scope.setdefault("state", {})["request_id"] = request_id
        exchange = _Exchange(receive, send, request_id, self._limit(scope))
        try:
            exchange.check_announced(scope)
            await self.app(scope, exchange.receive, exchange.send)
        except ClientDisconnect:
            exchange.status = DISCONNECTED
        except Exception as error:  # noqa: BLE001 - the last ring: whatever it is, the caller gets our error shape
            problem = as_problem(error)
            if not isinstance(error, Problem):
                log_unforeseen(error, request_id)
            if not exchange.status:
                await problem_response(request_id, problem)(scope, exchange.receive, exchange.send)
        finally:
            self._note(scope, exchange.status, time.monotonic() - started, request_id)

    def _limit(self, scope: Scope) -> int:
        return self.upload_bytes + FORM_OVERHEAD_BYTES if scope["path"] in UPLOAD_PATHS else BODY_BYTES

    def _note(self, scope: Scope, status: int, seconds: float, request_id: str) -> None:
        route = scope["route"].path if "route" in scope and hasattr(scope["route"], "path") else "unmatched"
        method = scope["method"] if re.fullmatch("[A-Z]{1,10}", scope["method"]) else "OTHER"
        ids = " ".join(v for v in scope.get("path_params", {}).values() if isinstance(v, str) and ID.match(v))
        log.info("%s %s %s %d %.0fms request=%s", method, route, ids or "-", status, seconds * 1000, request_id)
        if route != "unmatched" or status:
            self.requests.labels(method if route != "unmatched" else "ANY", route, str(status)).inc()
            self.seconds.labels(route).observe(seconds)


class _Exchange:
    """One request and its answer, with the bytes counted and the safe headers put on."""

    def __init__(self, receive: Receive, send: Send, request_id: str, limit: int) -> None:
        self._receive, self._send, self._limit = receive, send, limit
        self._request_id = request_id.encode()
        self._came = 0
        self.status = 0

    def check_announced(self, scope: Scope) -> None:
        """Refuses by Content-Length before a byte is read."""
        headers: dict[bytes, bytes] = dict(scope["headers"])
        length = headers.get(b"content-length", b"0")
        if length.isdigit() and int(length) > self._limit:
            raise Problem(TooManyBytes(f"the body may have {self._limit} bytes"), {"Connection": "close"})

    async def receive(self) -> Message:
        """Counts chunked bodies too. The HTTPException passes through FastAPI's own reading of a body."""
        message = await self._receive()
        if message["type"] == "http.request":
            self._came += len(message.get("body", b""))
            if self._came > self._limit:
                raise HTTPException(413, headers={"Connection": "close"})
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given: list[tuple[bytes, bytes]] = list(message.get("headers", []))
            names = {name.lower() for name, _ in given}
            given += [(name, value) for name, value in SAFE_HEADERS.items() if name not in names]
            given.append((b"x-request-id", self._request_id))
            message = {**message, "headers": given}
        await self._send(message)
