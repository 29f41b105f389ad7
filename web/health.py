"""How the service is and what it refuses: takes nothing, gives health, numbers, limits and the meaning of errors."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Path
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from starlette.responses import Response

from digitizer.errors import DigitizerError, NotFound, by_code
from storage.base import Stores
from web.deps import IDEMPOTENCY_KEY_CHARACTERS, Parts, Service
from web.incoming import NAME_CHARACTERS, SUFFIXES
from web.openapi import problems
from web.records import PAGE_SIZE
from web.schemas import ErrorOut, Health, LimitsOut

router = APIRouter()
IDEMPOTENCY_DAYS = 7  # storage/base.py, Answer
log = logging.getLogger("digitizer.api")


@router.get("/healthz", response_model=Health, tags=["health"], responses=problems())
def healthz() -> Health:
    """The process answers."""
    return Health(status="ok")


@router.get("/readyz", response_model=Health, tags=["health"], responses=problems())
def readyz(service: Parts) -> Health:
    """Database and object store answer; 503 names the one that does not. Redis is not needed to take scans in."""
    service.stores.queue.backlog()
    service.stores.objects.check()
    return Health(status="ok")


@router.get("/metrics", tags=["health"], response_class=Response, responses={
    200: {"description": "Prometheus text", "content": {"text/plain": {"schema": {"type": "string"}}}}, **problems(),
})
def metrics(service: Parts) -> Response:
    """Counts and times; no ids, no names."""
    return Response(generate_latest(service.metrics), headers={"Content-Type": CONTENT_TYPE_LATEST})


@router.get("/v1/limits", response_model=LimitsOut, tags=["limits"], responses=problems())
def limits(service: Parts) -> LimitsOut:
    """What is refused. Open to all, so that a kiosk can check before it sends."""
    given = dataclasses.asdict(service.limits)
    return LimitsOut(
        media_types=sorted(SUFFIXES), file_name_characters=NAME_CHARACTERS,
        idempotency_key_characters=IDEMPOTENCY_KEY_CHARACTERS, idempotency_key_days=IDEMPOTENCY_DAYS,
        page_size=PAGE_SIZE, **{k: v for k, v in given.items() if k in LimitsOut.model_fields},
    )


@router.get("/v1/errors/{code}", response_model=ErrorOut, tags=["limits"], responses=problems(404, 422))
def explain_error(code: Annotated[str, Path(examples=["too_many_bytes"])]) -> ErrorOut:
    """What a problem's `type` points at. Open to all."""
    error = by_code().get(code)
    if error is None:
        raise NotFound()
    return ErrorOut(
        code=error.code, title=error.title, http_status=error.http_status, exit_status=error.exit_status,
        clerk=error.clerk,
    )


class Backlog:
    """Asked for at each scrape, so that the number is that of the database and not of one process."""

    def __init__(self, stores: Stores) -> None:
        self.stores = stores

    def collect(self) -> Iterator[Metric]:
        try:
            count, age_s = self.stores.queue.backlog()
        except DigitizerError as error:
            log.warning("metrics: %s", error.code)
            return
        yield GaugeMetricFamily("digitizer_backlog_documents", "Documents not yet read", value=count)
        yield GaugeMetricFamily("digitizer_backlog_age_seconds", "Age of the oldest of them", value=age_s)


def count_backlog(service: Service) -> None:
    service.metrics.register(Backlog(service.stores))
