"""The HTTP service: takes settings, gives the application that uvicorn runs (`uvicorn --factory api:create_app`)."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version

from fastapi import FastAPI

import web.errors
import web.openapi
from digitizer.errors import UnsafeSettings
from digitizer.options import Limits, Options
from digitizer.sandbox import Reader
from digitizer.template import load_templates
from settings import Settings
from storage.connect import open_stores
from storage.workbench import SessionRules
from web import checks, documents, events, forms, health, naming, records, review, searchable
from web.access import Access
from web.deps import Service
from web.glancing import Glancers
from web.ui.oidc import IdentityProvider
from web.ui.routes import add_pages
from web.ui.signin import error_page


def create_app(settings: Settings | None = None) -> FastAPI:
    """Reads the settings (once, from the environment where none are given), opens the stores."""
    settings = settings or Settings()
    _log_to_stderr(settings.log_json)
    options = Options()
    screening = Reader(options, settings.sandbox, reads=False)
    glancers = Glancers([Reader(options, settings.sandbox) for _ in range(settings.glancers)])
    stores = open_stores(settings)
    service = Service(
        stores=stores, templates=load_templates(), screen=screening.screen, limits=options.limits,
        backlog_limit=settings.backlog_limit, accept_probability=settings.accept_probability,
        sessions=SessionRules(
            timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours)
        ),
        review_lease=timedelta(minutes=settings.review_lease_minutes), review_own_uploads=settings.review_own_uploads,
        secure_cookies=settings.mode == "production", identity_provider=_identity_provider(settings),
        glance=glancers.glance, bind=screening.bind, redact=screening.redact,
        draw=screening.draw,
    )
    glancers.start()

    def stop() -> None:
        screening.close()
        glancers.close()
        stores.close()

    return build(service, stop)


def _identity_provider(settings: Settings) -> IdentityProvider | None:
    """Raises UnsafeSettings where half of it is set: nobody could sign in, and nobody would know why."""
    if not settings.oidc_issuer:
        return None
    if not (settings.oidc_client_id and settings.public_url):
        raise UnsafeSettings("DIGITIZER_OIDC_ISSUER needs DIGITIZER_OIDC_CLIENT_ID and DIGITIZER_PUBLIC_URL")
    if settings.mode == "production" and not settings.oidc_issuer.startswith("https://"):
        raise UnsafeSettings("DIGITIZER_OIDC_ISSUER must begin with https:// in production")
    return IdentityProvider(
        settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret.get_secret_value(),
        settings.public_url, settings.oidc_claim,
    )


def build(service: Service, on_stop: Callable[[], None] = lambda: None) -> FastAPI:
    """The application around parts that exist already; what tests call."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        on_stop()

    app = FastAPI(
        title="Digitizer", version=_version(), description=_description(service.limits), lifespan=lifespan,
        docs_url=None, redoc_url=None, openapi_url="/openapi.json", redirect_slashes=False,
    )
    app.state.service = service
    health.count_backlog(service)
    app.add_middleware(Access, metrics=service.metrics, upload_bytes=service.limits.upload_bytes)
    for part in (documents, checks, events, records, searchable, review, naming, forms, health):
        app.include_router(part.router)
    if service.stores.workbench is not None:
        add_pages(app)
    web.errors.install(app, error_page)
    web.openapi.install(app)
    # uvicorn's own access log writes whole addresses with their queries; web/access.py writes ids instead.
    logging.getLogger("uvicorn.access").disabled = True
    return app


class _JsonLines(logging.Formatter):
    """The same members as the workers' lines."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat()
        return json.dumps({"event": record.getMessage(), "level": record.levelname.lower(), "timestamp": at})


def _log_to_stderr(as_json: bool) -> None:
    """Our own lines only: what a library says may hold what a citizen wrote."""
    handler = logging.StreamHandler()
    handler.setFormatter(_JsonLines() if as_json else logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    ours = logging.getLogger("digitizer")
    ours.handlers, ours.propagate = [handler], False
    ours.setLevel(logging.INFO)


def _description(limits: Limits) -> str:
    return web.openapi.DESCRIPTION.format(megabytes=limits.upload_bytes // 2**20, pages=limits.pages)


def _version() -> str:
    try:
        return version("digitizer")
    except PackageNotFoundError:  # run from a checkout that was not installed
        return "0"
