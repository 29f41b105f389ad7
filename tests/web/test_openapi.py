"""The description is the truth: schemathesis asks odd questions of every operation, as every role."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from digitizer.sandbox import Reader
from storage.base import State, StoredRecord
from storage.memory import open_memory
from tests.web.test_authorization import TABLE
from tests.web.world import OLDER, TEMPLATE, World, running
from web.deps import Service
from web.records import etag

CHECKS = [
    schemathesis.checks.not_a_server_error, status_code_conformance, content_type_conformance,
    response_schema_conformance, response_headers_conformance,
]


@pytest.fixture(scope="module")
def town(screening: Reader) -> Iterator[World]:
    with running(Service(open_memory(), (OLDER, TEMPLATE), screening.screen, poll_s=0.05)) as world:
        for state in (State.ACCEPTED, State.NEEDS_REVIEW):
            world.record(state=state)
        yield world


def test_answers_are_as_described(town: World) -> None:
    """Without schemathesis' pytest plugin, which 4.32.5 and pytest 9.2 do not agree on."""
    schema = schemathesis.openapi.from_url(f"{town.url}/openapi.json").exclude(path_regex="/events$")
    asked = set()
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]
        asked.add(operation.label)
        ask_oddly(operation, town)
    assert len(asked) == len(TABLE) - 2, "all but the two of events"


def ask_oddly(operation: Any, town: World) -> None:
    """Valid requests and broken ones; ids of real records in half of them."""
    records = list(town.stores.records.list_records("*", None, None, 9).records)
    mine = "device" if operation.label in ("POST /v1/submissions", "POST /v1/checks") else "reviewer"

    @given(
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
        | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
        st.sampled_from([mine, mine, "client", "device", None]), st.sampled_from([None, *records]),
    )
    @settings(
        max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), database=None,
        phases=[Phase.explicit, Phase.generate], derandomize=True,
    )
    def ask(case: schemathesis.Case, who: str | None, record: StoredRecord | None) -> None:
        town.service.failures.forget()
        place = case.path_parameters or {}
        if record and "record_id" in place:
            place["record_id"] = record.id
            if "If-Match" in (case.headers or {}):
                case.headers["If-Match"] = etag(town.stores.records.record(record.id, "*"))
        if record and "submission_id" in place:
            place["submission_id"] = record.submission_id
        headers = {"Authorization": f"Bearer {town.keys[who] if who else 'dgz_no_key'}"}
        case.call_and_validate(checks=CHECKS, headers=headers, timeout=30)

    ask()


def test_description_is_openapi_3_1_and_says_what_is_needed(town: World) -> None:
    with town.client() as http:
        said = http.get("/openapi.json").json()
    assert said["openapi"].startswith("3.1")
    assert "50 MiB" in said["info"]["description"] and "100 pages" in said["info"]["description"]
    for path, operations in said["paths"].items():
        for method, operation in operations.items():
            where = f"{method} {path}"
            assert operation["description"] or operation["summary"], where
            errors = {k: v for k, v in operation["responses"].items() if k >= "400"}
            assert {"500", "503"} <= set(errors), where
            assert {tuple(v["content"]) for v in errors.values()} == {("application/problem+json",)}, where
            if "security" in operation:
                assert {"401", "403", "429"} <= set(errors), where
            if method == "post":
                (key,) = [p for p in operation["parameters"] if p["name"].lower() == "idempotency-key"]
                assert key["required"], where
    assert "HTTPValidationError" not in str(said)
