"""The one door to every recognition engine: takes a name, gives an engine ready to read."""

from __future__ import annotations

from collections.abc import Callable

from digitizer.engines.null import NullEngine
from digitizer.engines.onnx import OnnxEngine
from digitizer.engines.tesseract import TesseractProcess
from digitizer.engines.tesseract_api import TesseractApi
from digitizer.errors import EngineUnavailable
from digitizer.ports import Engine


def _ours() -> Engine:
    """Answers by our recogniser; pages and labels by the fastest Tesseract that is there, which finds those best.

    One reader for every type of field: ours reads none worse (docs/recogniser-lines.md, exact by type of field)."""
    try:
        return OnnxEngine(TesseractApi())
    except EngineUnavailable:
        return OnnxEngine(TesseractProcess())


ENGINES: dict[str, Callable[[], Engine]] = {
    "onnx": _ours,
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
