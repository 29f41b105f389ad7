"""The pages for people, put together: takes the application, gives it their routes and static files."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from web.ui import (
    beside,
    check,
    groups,
    kiosk,
    oidc,
    overview,
    page_pictures,
    people,
    quality,
    records,
    redact,
    review,
    review_actions,
    review_form,
    signin,
)
from web.ui.pages import HERE

PARTS = (
    signin, oidc, people, page_pictures, records, beside, redact, check, groups, quality, review, review_actions,
    review_form, kiosk, overview,
)


class Static(StaticFiles):
    """Addresses carry a digest of the content (`pages.static_address`), so a browser may keep what it has; modules that
    others import have none, and are asked about each time (304 while they are the same)."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        digested = scope["query_string"].startswith(b"v=")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if digested else "no-cache"
        return response


def add_pages(app: FastAPI) -> None:
    for part in PARTS:
        app.include_router(part.router)
    app.mount("/static", Static(directory=HERE / "static"), name="static")
