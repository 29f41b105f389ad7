"""Speaks to the service as a kiosk or a dossier system would: takes address and key, gives answers or our errors."""

from __future__ import annotations

import hashlib
import json
import os
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx2

from digitizer.errors import DigitizerError, IntegrityError, Refused, Unauthenticated, Unavailable, UsageError, by_code

RETRIED = frozenset({429, 500, 502, 503, 504})
TRIES = 7  # how often a service that is away is asked; DIGITIZER_TRIES in the environment says otherwise
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 15.0
PROMISE_S = 120.0  # reading the answer of an upload: the service hashes, screens and syncs it to disk first


@dataclass(frozen=True, slots=True)
class Upload:
    """One file to send. `key`, its Idempotency-Key: sent again it gets the same answer, not a second reading."""

    name: str
    data: bytes
    form: str = ""
    salt: str = ""  # another one makes the same bytes a new submission

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def key(self) -> str:
        parts = "\0".join((self.name, self.form, self.salt))
        return f"sha256-{hashlib.sha256(parts.encode() + bytes.fromhex(self.sha256)).hexdigest()}"


class Client:
    """One connection pool; use as a context manager. `say` hears of retries."""

    def __init__(
        self, url: str, key: str, say: Callable[[str], None] = lambda text: None, tries: int | None = None
    ) -> None:
        self._say, self._tries = say, tries or _tries()
        try:
            self._http = httpx2.Client(
                base_url=url.rstrip("/"), headers={"Authorization": f"Bearer {key}"}, trust_env=False,
                timeout=httpx2.Timeout(PROMISE_S, connect=5.0),
            )
        except (httpx2.InvalidURL, ValueError) as error:
            raise UsageError(f"{url!r} is no address of a service: {error}") from None
        self.url = url

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def upload(self, scan: Upload) -> dict[str, Any]:
        """The receipt. Sent again until it is answered: the Idempotency-Key makes that safe. Raises what the service
        answered, Unavailable, IntegrityError when it kept other bytes than these."""
        receipt: dict[str, Any] = self._ask(
            "POST", "/v1/submissions", headers={"Idempotency-Key": scan.key},
            files={"file": (scan.name, scan.data, "application/octet-stream")},
            data={"form": scan.form} if scan.form else None,
        ).json()
        if receipt["sha256"] != scan.sha256:
            raise IntegrityError("the service received other bytes than were sent")
        return receipt

    def submission(self, submission_id: str) -> dict[str, Any]:
        body: dict[str, Any] = self._ask("GET", f"/v1/submissions/{submission_id}").json()
        return body

    def record(self, record_id: str) -> dict[str, Any]:
        body: dict[str, Any] = self._ask("GET", f"/v1/records/{record_id}").json()
        return body

    def events(self, submission_id: str) -> list[dict[str, Any]]:
        """What has happened to a finished submission: the server-sent events, whose stream ends by itself."""
        answer = self._ask("GET", f"/v1/submissions/{submission_id}/events")
        return [json.loads(line[5:]) for line in answer.text.splitlines() if line.startswith("data:")]

    def wait(self, submission_ids: list[str], seconds: float) -> Iterator[dict[str, Any]]:
        """Each submission once, as it is finished. Raises Unavailable when some are not after `seconds`."""
        waiting, end, pause = list(submission_ids), time.monotonic() + seconds, 0.2
        while waiting:
            for submission_id in list(waiting):
                found = self.submission(submission_id)
                if found["finished"]:
                    waiting.remove(submission_id)
                    yield found
                    pause = 0.2
            if waiting and time.monotonic() > end:
                raise Unavailable(f"{len(waiting)} of {len(submission_ids)} are still being read after {seconds:.0f} s")
            if waiting:
                time.sleep(pause)
                pause = min(pause * 1.3, 2.0)

    def _ask(self, method: str, path: str, **request: Any) -> httpx2.Response:
        pause = FIRST_PAUSE_S
        for attempt in range(1, self._tries + 1):
            failure: DigitizerError
            try:
                answer = self._http.request(method, path, **request)
                if answer.is_success:
                    return answer
                failure = error_of(answer)
                if answer.status_code not in RETRIED and failure.code != "idempotency_in_progress":
                    raise failure
                wait_s = _retry_after(answer)
            except httpx2.UnsupportedProtocol:
                raise UsageError(f"{self.url!r} is no address; begin it with http:// or https://") from None
            except httpx2.TransportError as error:
                failure, wait_s = Unavailable(f"{self.url} does not answer ({type(error).__name__})"), 0.0
            if attempt == self._tries:
                raise failure
            # jitter: after an outage a hundred kiosks would else come back in the same second
            wait_s = max(wait_s, pause * random.uniform(0.5, 1.0))
            self._say(f"{failure.detail}; trying again in {wait_s:.1f} s ({attempt} of {self._tries - 1})")
            time.sleep(wait_s)
            pause = min(pause * 2, LONGEST_PAUSE_S)
        raise AssertionError("unreachable")


def error_of(answer: httpx2.Response) -> DigitizerError:
    """Our error for a refusal: by its stable code, else by its status."""
    try:
        body = answer.json()
        kind, detail = by_code().get(body.get("code", "")), str(body.get("detail", ""))
        items = "; ".join(f"{e.get('pointer', '')}: {e.get('detail', '')}" for e in body.get("errors") or ())
        detail = f"{detail}: {items}" if items else detail
    except (ValueError, AttributeError):
        kind, detail = None, ""
    if kind is None:
        kind = Unauthenticated if answer.status_code == 401 else Unavailable if answer.status_code >= 500 else Refused
        detail = detail or f"the service answered {answer.status_code}"
    return kind(detail)


def read_scan(path: Path, form: str = "", salt: str = "") -> Upload:
    """A file of this machine, ready to send. Raises UsageError for what is no file."""
    if path.is_dir():
        raise UsageError("this is a folder; name the files in it, or use `digitizer watch`")
    try:
        return Upload(path.name, path.read_bytes(), form, salt)
    except FileNotFoundError:
        raise UsageError("there is no such file") from None
    except OSError as error:
        raise UsageError(f"this file cannot be read: {error.strerror}") from None


def read_key(given: str) -> str:
    """The key itself, or what stands in a file named `@FILE`, so that it need not appear in the list of processes."""
    if not given:
        raise UsageError("a key is needed: --key, or DIGITIZER_KEY; `digitizer keys create` makes one")
    if not given.startswith("@"):
        return given.strip()
    try:
        return Path(given[1:]).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UsageError(f"the key file {given[1:]} cannot be read: {error.strerror}") from None


def _tries() -> int:
    given = os.environ.get("DIGITIZER_TRIES", str(TRIES))
    if not given.isdigit() or int(given) < 1:
        raise UsageError(f"DIGITIZER_TRIES is {given!r}; it must be a number from 1")
    return int(given)


def _retry_after(answer: httpx2.Response) -> float:
    given = answer.headers.get("Retry-After", "")
    return min(float(given), 60.0) if given.isdigit() else 0.0
