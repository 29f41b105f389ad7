"""Progress as it happens and news to catch up on: takes a submission or a cursor, gives a stream or a page."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from digitizer.errors import DigitizerError, Unauthenticated
from storage.base import Event, Identity
from web import states
from web.deps import Anyone, Credentials, Parts, Reader, Service
from web.documents import find
from web.openapi import problems
from web.schemas import EventOut, EventPageOut, rfc3339

router = APIRouter(prefix="/v1", tags=["events"])
HEARTBEAT_S = 10.0
RECHECK_KEY_S = 5.0  # a revoked key loses its streams within this time (goal A3)
STREAM_S = 900.0  # then the client connects again with Last-Event-ID
RETRY_MS = 2000
SSE = {"content": {"text/event-stream": {"schema": {"type": "string"}}}}


@router.get(
    "/submissions/{submission_id}/events", response_class=StreamingResponse,
    responses={
        200: {**SSE, "description": "`id:` is the cursor, `event:` the state, `data:` JSON"},
        204: {"description": "Finished, and nothing after Last-Event-ID: do not connect again"},
        **problems(401, 403, 404, 422, 429),
    },
)
def submission_events(
    service: Parts, identity: Anyone, credentials: Credentials,
    submission_id: Annotated[str, Path(examples=["sub_0123"])],
    last_event_id: Annotated[str | None, Header(description="The last `id:` seen, to go on from there")] = None,
) -> Response:
    """Server-sent events of one submission, from the first (or Last-Event-ID) to the end of the machine's work."""
    found = find(service, identity, submission_id)
    first = service.stores.records.submission_events(found.id, last_event_id or None)
    if not first and states.is_finished(found.state):
        return Response(status_code=204)
    presented = credentials.credentials if credentials else ""
    stream = _Stream(service, identity, presented, found.id, last_event_id or None)
    return StreamingResponse(stream.run(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


class _Stream:
    """Looks into the database now and then: workers may run on another host, the database is what both know."""

    def __init__(
        self, service: Service, identity: Identity, presented: str, submission_id: str, cursor: str | None
    ) -> None:
        self.service, self.identity, self.presented = service, identity, presented
        self.submission_id, self.cursor = submission_id, cursor

    async def run(self) -> AsyncIterator[str]:
        yield f"retry: {RETRY_MS}\n\n"
        started = beat = checked = time.monotonic()
        while time.monotonic() - started < STREAM_S:
            try:
                events, finished = await run_in_threadpool(self._look)
                if time.monotonic() - checked >= RECHECK_KEY_S:
                    await run_in_threadpool(self.service.stores.keys.authenticate, self.presented)
                    checked = time.monotonic()
            except Unauthenticated:
                return
            except DigitizerError:  # the database is away: keep the line open, the client has nothing better to do
                events, finished = (), False
            for event in events:
                self.cursor = event.cursor
                yield _message(event)
            if finished:
                return
            if time.monotonic() - beat >= HEARTBEAT_S:
                beat = time.monotonic()
                yield ": still here\n\n"
            await asyncio.sleep(self.service.poll_s)

    def _look(self) -> tuple[Sequence[Event], bool]:
        """News, and whether they are the last. The state is read first: events written after it come next time."""
        found = find(self.service, self.identity, self.submission_id)
        events = self.service.stores.records.submission_events(self.submission_id, self.cursor)
        return events, states.is_finished(found.state)


def _message(event: Event) -> str:
    data = {
        "type": event.type, "submission_id": event.submission_id, "state": event.state.value,
        "state_text": states.SENTENCES[event.state].model_dump(), "finished": states.is_finished(event.state),
        "record_id": event.record_id, "at": rfc3339(event.at),
    }
    return f"id: {event.cursor}\nevent: {event.state.value}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


@router.get("/events", response_model=EventPageOut, responses=problems(401, 403, 422, 429))
def list_events(
    service: Parts, identity: Reader,
    cursor: Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> EventPageOut:
    """What has happened in your branches, oldest first. Keep `next_cursor`: it is where to go on, also tomorrow."""
    page = service.stores.records.events(identity.branch, cursor, limit)
    last = page.events[-1].cursor if page.events else cursor
    return EventPageOut(
        events=[_event(e) for e in page.events], next_cursor=page.next_cursor or last, has_more=bool(page.next_cursor)
    )


def _event(e: Event) -> EventOut:
    return EventOut(
        id=e.id, type=e.type, cursor=e.cursor, submission_id=e.submission_id, record_id=e.record_id, state=e.state,
        version=e.version, at=e.at,
    )
