"""One error shape over every route (RFC 9457), whatever went wrong; no trace, no personal data, nor in logs."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from digitizer.errors import DatabaseUnavailable, StoreUnavailable, by_code
from tests.web.test_authorization import TABLE, ask
from tests.web.world import PDF_BYTES, World, running
from web.deps import Service

MEMBERS = {"type", "title", "status", "detail", "code", "clerk", "instance"}


def assert_problem(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert set(body) >= MEMBERS and body["status"] == status and body["code"] == code
    assert body["type"] == f"/v1/errors/{code}" and body["clerk"] == by_code()[code].clerk
    assert body["instance"] == f"urn:request:{answer.headers['X-Request-Id']}"
    assert "Traceback" not in answer.text and ".py" not in answer.text
    return body


def test_unknown_paths(world: World) -> None:
    with world.client("client") as http:
        for path in ("/v1", "/v1/records/", "/docs", "/v2", "/v1/../etc/passwd", "/%00", "/v1/forms/a/b"):
            assert_problem(http.get(path), 404, "not_found")


def test_wrong_method_on_every_route(world: World) -> None:
    with world.client("client") as http:
        for method, path in TABLE:
            answer = http.request("DELETE", path.replace("{", "").replace("}", ""))
            assert_problem(answer, 405, "method_not_allowed")
            assert method.upper() in answer.headers["Allow"]


def test_no_key_on_every_closed_route(world: World) -> None:
    place = {"submission_id": "sub_x", "record_id": "rec_x", "form_id": "x", "code": "x"}
    for operation in (o for o, row in TABLE.items() if row[0] == 401):
        world.service.failures.forget()
        assert_problem(ask(world, "none", operation, place), 401, "unauthenticated")


class Broken:
    """A store part whose every method fails with what it was given; the message holds what must never leak."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __getattr__(self, name: str) -> Any:
        def fail(*_: Any, **__: Any) -> None:
            raise self.error

        return fail


WITHOUT_DATABASE = (
    "/v1/checks", "/healthz", "/metrics", "/v1/limits", "/v1/errors/{code}", "/v1/forms", "/v1/forms/{form_id}/schema",
)
SECRET = "Nguyễn Thị Bí Mật 012345678901"


@pytest.mark.parametrize(("error", "status", "code"), [
    (ValueError(f"row holds {SECRET}"), 500, "internal_error"),
    (DatabaseUnavailable(), 503, "database_unavailable"),
])
def test_a_failing_database_on_every_route(
    service: Service, error: Exception, status: int, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    with running(service) as world:
        submission, record = world.record()
        place = {"submission_id": submission, "record_id": record, "form_id": "khai-sinh", "code": "not_found"}
        kept = world.stores
        broken = Broken(error)
        object.__setattr__(service, "stores", replace(kept, uploads=broken, queue=broken, records=broken))
        with caplog.at_level(logging.DEBUG):
            for operation, row in TABLE.items():
                caller = "device" if row[8] == 403 else "reviewer"
                if operation[1] in WITHOUT_DATABASE:
                    assert ask(world, caller, operation, place).status_code == 200
                    continue
                body = assert_problem(ask(world, caller, operation, place), status, code)
                assert "Bí Mật" not in str(body)
                if status == 503:
                    assert ask(world, caller, operation, place).headers["Retry-After"]
        object.__setattr__(service, "stores", kept)
    assert SECRET not in caplog.text and "Bí Mật" not in caplog.text
    assert f"unforeseen {type(error).__name__}" in caplog.text or status == 503


def test_a_failing_object_store_frees_the_key(service: Service) -> None:
    with running(service) as world:
        kept = world.stores
        object.__setattr__(service, "stores", replace(kept, objects=Broken(StoreUnavailable())))
        assert_problem(world.upload(key="k"), 503, "store_unavailable")
        with world.client() as http:
            assert_problem(http.get("/readyz"), 503, "store_unavailable")
        object.__setattr__(service, "stores", kept)
        assert world.upload(key="k").status_code == 202


def test_bodies_that_are_no_correction(world: World) -> None:
    record = world.record()[1]
    half = b'{"fields": {"a": {}}, "reason": "\\ud800"}'
    for body in (b"{", b"\xff\xfe", b"[" * 100_000, b'"text"', b"", half):
        with world.client("reviewer") as http:
            answer = http.post(f"/v1/records/{record}/corrections", content=body, headers={
                "Content-Type": "application/json", "If-Match": "x", "Idempotency-Key": "x",
            })
        assert_problem(answer, 422, "invalid_request")


def test_a_correction_of_megabytes_is_413(world: World) -> None:
    with world.client("reviewer") as http:
        for content in (b" " * 2_000_000, iter([b" " * 500_000] * 4)):
            answer = http.post("/v1/records/rec_x/corrections", content=content, headers={
                "Content-Type": "application/json", "If-Match": "x", "Idempotency-Key": "x",
            })
            assert_problem(answer, 413, "too_many_bytes")


def test_logs_hold_ids_only(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), world.client("device") as http:
        answer = http.post(
            "/v1/submissions?form=khai-sinh&note=NguyenThiBiMat", files={"file": ("NguyenThiBiMat.pdf", PDF_BYTES)},
            headers={"Idempotency-Key": "NguyenThiBiMat", "User-Agent": "NguyenThiBiMat"},
        )
        submission = answer.json()["id"]
        http.get(f"/v1/submissions/{submission}?name=NguyenThiBiMat")
        http.get("/NguyenThiBiMat")
        http.get("/v1/submissions/Nguyen%20Thi%20Bi%20Mat")
        for _ in range(250):  # the line of a request is written after its answer has gone
            lines = [r.getMessage() for r in caplog.records if r.name == "digitizer.access"]
            if len(lines) == 4:
                break
            time.sleep(0.02)
    assert len(lines) == 4 and submission in lines[1] and "/v1/submissions/{submission_id}" in lines[1]
    mine = "\n".join(r.getMessage() for r in caplog.records if not r.name.startswith(("httpx", "httpcore")))
    assert "BiMat" not in mine and "Bi Mat" not in mine and "khai-sinh" not in mine
    assert not any(key in mine for key in world.keys.values())


def test_metrics_count_without_ids(world: World) -> None:
    submission = world.upload().json()["id"]
    with world.client("device") as http:
        http.get(f"/v1/submissions/{submission}")
        http.get("/v1/no-such-thing")
        text = http.get("/metrics").text
    assert 'digitizer_http_requests_total{method="POST",route="/v1/submissions",status="202"} 1.0' in text
    assert 'route="/v1/submissions/{submission_id}",status="200"} 1.0' in text
    assert "digitizer_backlog_documents 1.0" in text
    assert submission not in text and "no-such-thing" not in text


def test_every_answer_carries_the_safe_headers(world: World) -> None:
    with world.client("client") as http:
        for path in ("/healthz", "/v1/records", "/nowhere", "/openapi.json"):
            headers = http.get(path).headers
            assert headers["X-Content-Type-Options"] == "nosniff" and headers["Cache-Control"] == "no-store"
            assert headers["Content-Security-Policy"].startswith("default-src 'none'") and headers["X-Request-Id"]
