"""The one door to every recognition engine: takes a name, gives an engine ready to read."""

from __future__ import annotations

from collections.abc import Callable

from digitizer.engines.null import NullEngine
from digitizer.engines.tesseract import TesseractProcess
from digitizer.engines.tesseract_api import TesseractApi
from digitizer.errors import EngineUnavailable
from digitizer.ports import Engine

ENGINES: dict[str, Callable[[], Engine]] = {
    "tesserocr": TesseractApi,  # fast: in this process, warm
    "tesseract": TesseractProcess,  # default binding of the trade: a process of its own
    "null": NullEngine,
}


def build_engine(name: str) -> Engine:
    """Raises EngineUnavailable, with what to install or which names there are."""
    maker = ENGINES.get(name)
    if maker is None:
        raise EngineUnavailable(f"no engine is called {name!r}; there are: {', '.join(ENGINES)}")
    return maker()
