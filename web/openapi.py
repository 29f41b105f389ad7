"""The description of the interface: takes the application, gives OpenAPI 3.1 with every status a client may see."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from web.errors import MEDIA_TYPE
from web.schemas import ProblemDetails

TITLES = {
    400: "A required header is missing", 401: "No valid key", 403: "The key may not do that",
    404: "Not there, or not yours", 409: "Not now", 412: "Changed since it was fetched",
    413: "Larger than the limit", 415: "Not a type we read, or not the type it says", 422: "Not valid",
    428: "If-Match is missing", 429: "Too much at once; see Retry-After", 500: "Our fault",
    503: "A part does not answer; see Retry-After",
}
REQUIRED_HEADERS = {"idempotency-key", "if-match"}
DESCRIPTION = """Scans of Vietnamese declarations in, structured records out.

Every error is `application/problem+json` (RFC 9457) with a stable `code` and a Vietnamese sentence `clerk`.
Every POST needs an `Idempotency-Key`. Times are RFC 3339. Cursors and ids are opaque. Answers may gain members.
`GET /v1/limits` says what is refused: PDF, TIFF, JPEG or PNG of up to {megabytes} MiB and {pages} pages."""


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The error answers of an operation; 500 and 503 can always happen."""
    schema = {"$ref": "#/components/schemas/ProblemDetails"}
    return {
        status: {"description": TITLES[status], "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in (*statuses, 500, 503)
    }


def install(app: FastAPI) -> None:
    """Our own description instead of FastAPI's, which does not know the error shape."""

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app)
        return app.openapi_schema

    app.openapi = describe  # type: ignore[method-assign]


def _described(app: FastAPI) -> dict[str, Any]:
    schema = get_openapi(
        title=app.title, version=app.version, openapi_version="3.1.0", description=app.description, routes=app.routes
    )
    parts = schema["components"]["schemas"]
    problem = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
    parts.update(problem.pop("$defs", {}))
    parts["ProblemDetails"] = problem
    for name in ("HTTPValidationError", "ValidationError"):
        parts.pop(name, None)
    for operations in schema["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "header" and parameter["name"].lower() in REQUIRED_HEADERS:
                    parameter["required"] = True
                    parameter["schema"] = {"type": "string", "minLength": 1, "maxLength": 255}
    return schema
