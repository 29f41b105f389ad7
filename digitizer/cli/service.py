"""`digitizer up`, `down`, `status`, `serve`, `worker`, `relay`, `migrate`: take settings, run the service or a part."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import asdict
from typing import Annotated

import typer

from digitizer.cli.config import load_settings, with_redis
from digitizer.cli.output import emit, note, print_table
from digitizer.errors import UsageError

AsJson = Annotated[bool, typer.Option("--json", help="For programs: one JSON object a line.")]
Port = Annotated[int, typer.Option(help="Instead of DIGITIZER_PORT; 0 takes a free one.")]
Host = Annotated[str, typer.Option(help="Instead of DIGITIZER_HOST.")]
UNSET = -1
SHUTDOWN_S = 10  # for uploads under way; what was not acknowledged is sent again by the client


def add_to(app: typer.Typer) -> None:
    for command in (up, down, status, serve, worker, relay, migrate):
        app.command()(command)


def up(
    port: Port = UNSET, host: Host = "",
    background: Annotated[bool, typer.Option("--background", help="Return when it answers.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run everything on this machine: API, relay, workers and a private Redis, data under ./var (DIGITIZER_VAR)."""
    from digitizer.cli import embedded

    settings = load_settings()
    chosen = {"port": _port(port, settings.port, host or settings.host), "host": host or settings.host}
    settings = settings.model_copy(update=chosen)
    if not background:
        raise typer.Exit(embedded.run(settings, note))
    service = embedded.start_in_background(settings, note)
    if as_json:
        emit(asdict(service))
    else:
        note(f"running at {service.url}, process {service.pid}; `digitizer down` ends it")


def down(as_json: AsJson = False) -> None:
    """End the service that `digitizer up` started on this folder, and everything it started."""
    from digitizer.cli import embedded

    service = embedded.stop(load_settings().var)
    if as_json:
        emit({"stopped": service is not None, "pid": service.pid if service else None})
    elif service:
        note(f"stopped: {service.url}, process {service.pid}")
    else:
        note("nothing was running")


def status(as_json: AsJson = False) -> None:
    """Say whether a service runs on this folder. Exit status 8 when none does."""
    from digitizer.cli import embedded
    from digitizer.errors import Unavailable

    service = embedded.find(load_settings().var)
    if service is None:
        raise Unavailable(f"no service runs on {load_settings().var.resolve()}; `digitizer up` starts one")
    if as_json:
        emit(asdict(service))
        return
    rows = [("service", str(service.pid), service.url)]
    rows += [(name, str(pid), "") for name, pid in service.children.items()]
    print_table(("part", "process", "address"), rows)


def serve(port: Port = UNSET, host: Host = "") -> None:
    """Run the HTTP API alone; uploads are kept even while Redis and workers are away."""
    import uvicorn

    from api import create_app

    settings = load_settings()
    host = host or settings.host
    app = create_app(settings)
    uvicorn.run(
        app, host=host, port=_port(port, settings.port, host), access_log=False, log_level="warning",
        timeout_graceful_shutdown=SHUTDOWN_S, server_header=False, proxy_headers=False,
    )


def worker(
    count: Annotated[int, typer.Option(help="Worker processes; default DIGITIZER_WORKERS.", min=0)] = 0,
    one: Annotated[bool, typer.Option("--one", help="One worker in this process and no relay.")] = False,
) -> None:
    """Read documents as they come in; any number, on any host with the same database, Redis and object store."""
    settings = with_redis(load_settings())
    os.environ["DIGITIZER_REDIS_URL"] = settings.redis_url
    from workers.__main__ import main

    raise typer.Exit(main(["--one"] if one else ["--count", str(count or settings.workers)]))


def relay() -> None:
    """Ring workers for what was uploaded, and again for what was lost. `digitizer worker` does this too."""
    from digitizer.cli.config import stores_of
    from workers.context import configure_logs
    from workers.queue import Doorbell
    from workers.relay import Relay

    settings = with_redis(load_settings())
    configure_logs(settings.log_json)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with stores_of(settings) as stores:
        bell = Doorbell(settings.redis_url, settings.queue_name)
        try:
            Relay(stores, bell, settings.sweep_seconds).run(stop)
        finally:
            bell.close()


def migrate(as_json: AsJson = False) -> None:
    """Bring the database's tables to this version; safe to run at any time, by several at once."""
    from storage.connect import migrate as bring_up_to_date

    revision = bring_up_to_date(load_settings())
    if as_json:
        emit({"revision": revision})
    else:
        note(f"the database is at revision {revision}")


def _port(given: int, default: int, host: str) -> int:
    if given == 0:
        from digitizer.cli.embedded import free_port

        return free_port(host)
    if given != UNSET and not 0 < given < 65536:
        raise UsageError(f"{given} is no port")
    return default if given == UNSET else given
