"""The population registry over HTTP: takes number, name and birth date together, gives a Lookup; never raises.

Speaks `POST /lookup` with a JSON body (vietnam.md 5.2, 5.4): personal data never stands in an address or a log line."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2

from digitizer.errors import RegistryUnavailable, UnsafeSettings
from digitizer.ports import Lookup, Person, PopulationRegistry, Verdict
from settings import Settings

LOOKUP_SECONDS = 2.0
FAILURES_TO_OPEN, OPEN_SECONDS = 3, 30.0
ANSWER_BYTES = 64 * 1024
_UNAVAILABLE = Lookup(Verdict.UNAVAILABLE)
_PARTS = frozenset({"personal_id", "full_name", "date_of_birth"})


class NullPopulation:
    """No registry is connected: every lookup says so."""

    def lookup(self, personal_id: str, full_name: str, date_of_birth: str) -> Lookup:
        return _UNAVAILABLE


@dataclass
class CircuitBreaker:
    """After three failures on end nothing is asked for 30 seconds; then one try decides. Safe between threads."""

    clock: Callable[[], float] = time.monotonic
    failures: int = 0
    closed_again_at: float = 0.0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    def may_try(self) -> bool:
        """While open: False, but True once for the caller who may try after the pause."""
        with self._lock:
            if self.failures < FAILURES_TO_OPEN:
                return True
            if self.clock() < self.closed_again_at:
                return False
            self.closed_again_at = self.clock() + OPEN_SECONDS
            return True

    def succeeded(self) -> None:
        with self._lock:
            self.failures = 0

    def failed(self) -> None:
        with self._lock:
            self.failures += 1
            if self.failures >= FAILURES_TO_OPEN:
                self.closed_again_at = self.clock() + OPEN_SECONDS


class HttpPopulation:
    """One per process; keeps its connections. `seconds` bounds a lookup as a whole, a slow answer included."""

    def __init__(self, url: str, seconds: float = LOOKUP_SECONDS, breaker: CircuitBreaker | None = None) -> None:
        self._url = url.rstrip("/")
        self._seconds = seconds
        self._breaker = breaker or CircuitBreaker()
        self._client = httpx2.Client(timeout=seconds, follow_redirects=False, trust_env=False)

    def lookup(self, personal_id: str, full_name: str, date_of_birth: str) -> Lookup:
        """UNAVAILABLE when it is down, slow, or answers what cannot be understood."""
        if not self._breaker.may_try():
            return _UNAVAILABLE
        query = {"personal_id": personal_id, "full_name": full_name, "date_of_birth": date_of_birth}
        try:
            answer = _understood(self._ask(query))
        except (httpx2.HTTPError, RegistryUnavailable, ValueError):
            self._breaker.failed()
            return _UNAVAILABLE
        if answer.verdict is Verdict.UNAVAILABLE:
            self._breaker.failed()
        else:
            self._breaker.succeeded()
        return answer

    def check(self) -> None:
        """Raises RegistryUnavailable when /healthz does not answer 200; for `digitizer doctor`."""
        try:
            status = self._client.get(f"{self._url}/healthz").status_code
        except httpx2.HTTPError as error:
            raise RegistryUnavailable(type(error).__name__) from None
        if status != 200:
            raise RegistryUnavailable(f"/healthz answered {status}")

    def close(self) -> None:
        self._client.close()

    def _ask(self, query: dict[str, str]) -> Any:
        deadline = time.monotonic() + self._seconds
        with self._client.stream("POST", f"{self._url}/lookup", json=query) as response:
            if response.status_code != 200:
                raise RegistryUnavailable(f"/lookup answered {response.status_code}")
            body = b""
            for piece in response.iter_bytes():
                body += piece
                if len(body) > ANSWER_BYTES or time.monotonic() > deadline:
                    raise RegistryUnavailable("the answer is too long or too slow")
        return json.loads(body)


def _understood(body: Any) -> Lookup:
    """Raises ValueError for anything that is not the agreed shape, so that a lying registry counts as none."""
    if not isinstance(body, dict):
        raise ValueError("not an object")
    verdict = Verdict(str(body.get("verdict")))
    if verdict is Verdict.PERSON:
        held = body.get("person")
        if not isinstance(held, dict) or not all(isinstance(v, str) for v in held.values()):
            raise ValueError("no person")
        known = {name: held[name] for name in Person.__dataclass_fields__ if name in held}
        if not known.keys() >= _PARTS:
            raise ValueError("an incomplete person")
        return Lookup(verdict, Person(**known))
    if verdict is Verdict.MISMATCH:
        parts = body.get("mismatched")
        if not isinstance(parts, list) or not all(p in _PARTS for p in parts):
            raise ValueError("unknown parts")
        return Lookup(verdict, mismatched=tuple(parts))
    return Lookup(verdict)


def open_population(settings: Settings) -> PopulationRegistry | None:
    """None where no registry is set, so that `enrich` is simply absent. Raises UnsafeSettings for an address that is
    not http(s), or plain http to another host in production."""
    url = settings.population_url
    if not url:
        return None
    address = httpx2.URL(url)
    if address.scheme not in ("http", "https") or not address.host:
        raise UnsafeSettings("DIGITIZER_POPULATION_URL is no http(s) address")
    loopback = address.host in ("127.0.0.1", "localhost", "::1")
    if settings.mode == "production" and address.scheme == "http" and not loopback:
        raise UnsafeSettings("DIGITIZER_POPULATION_URL must be https in production: personal data goes over it")
    return HttpPopulation(url)
