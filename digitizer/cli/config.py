"""Settings as the commands use them: takes the environment, gives Settings or a sentence naming the wrong variable."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from digitizer.errors import UnsafeSettings, UsageError
from settings import Settings

if TYPE_CHECKING:
    from storage.base import Stores


def load_settings() -> Settings:
    """Raises UnsafeSettings, without the value: it may be a secret."""
    try:
        return Settings()
    except ValueError as error:  # pydantic's ValidationError is one
        parts: list[Any] = getattr(error, "errors", list)()
        said = "; ".join(f"DIGITIZER_{'.'.join(map(str, p['loc'])).upper()}: {p['msg']}" for p in parts)
        raise UnsafeSettings(said or str(error)) from None


def with_redis(settings: Settings) -> Settings:
    """The settings with the address of Redis: as set, or that of the embedded service which runs on this folder."""
    if settings.redis_url:
        return settings
    from digitizer.cli.embedded import find

    service = find(settings.var)
    if service is None:
        raise UsageError("which Redis? set DIGITIZER_REDIS_URL, or start everything with `digitizer up`")
    return settings.model_copy(update={"redis_url": service.redis_url})


@contextmanager
def stores_of(settings: Settings) -> Iterator[Stores]:
    """The opened stores, closed at the end."""
    from storage.connect import open_stores

    stores = open_stores(settings)
    try:
        yield stores
    finally:
        stores.close()
