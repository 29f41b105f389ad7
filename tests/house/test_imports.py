"""Imports point one way, nothing imports in a circle, and each foreign library appears only where it is listed."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("digitizer", "workers", "storage", "web", "bench", "training")
OWN = (*PACKAGES, "api", "settings")

# One rung may import the rungs below it (and, unless listed under ISLANDS, its own). First match wins.
LADDER: list[tuple[str, ...]] = [
    ("digitizer.geometry", "digitizer.errors", "digitizer.bounds"),
    ("digitizer.vietnam", "digitizer.document", "digitizer.template", "digitizer.calibration",
     "digitizer.faults", "digitizer.glance"),
    ("digitizer.options", "digitizer.ports", "digitizer.wire", "digitizer.rows"),
    ("digitizer.imaging", "digitizer.layout"),
    ("digitizer.stages", "digitizer.engines"),
    ("digitizer.pipeline", "digitizer.review", "digitizer.naming", "digitizer.score", "digitizer.refit",
     "digitizer.gold", "digitizer.keep", "digitizer.album", "digitizer.binding", "digitizer.redaction",
     "digitizer.original",
     "digitizer.sandbox", "digitizer.child", "digitizer.jail", "digitizer.untrusted", "digitizer.drafting"),
    ("settings", "storage"),
    ("workers.queue",),
    ("workers.context", "workers.heartbeat", "workers.named", "workers.jobs", "workers.relay", "workers.worker", "web"),
    ("api", "workers", "bench"),
    ("digitizer.cli", "digitizer.__main__"),
    ("training",),
]
# Members of an island never import one another.
ISLANDS = {
    "digitizer.stages": "a stage imports no other stage and no engine",
    "digitizer.engines": "engines know no stage",
    "web": "web reaches workers only through workers.queue",
}
LIBRARIES: dict[str, tuple[str, ...]] = {
    "cv2": ("digitizer.redaction", "digitizer.stages", "digitizer.imaging", "digitizer.engines", "digitizer.layout",
            "digitizer.original", "digitizer.keep", "bench", "digitizer.album", "digitizer.cli",
            "digitizer.drafting.overlay", "training"),
    "PIL": ("digitizer.stages", "digitizer.imaging", "digitizer.engines", "digitizer.keep", "digitizer.binding",
            "bench", "digitizer.cli", "training"),
    "pytesseract": ("digitizer.engines.tesseract", "digitizer.cli.doctor"),
    "tesserocr": ("digitizer.engines", "digitizer.cli.doctor"),
    "layoutparser": ("digitizer.engines.layout", "digitizer.keep"),
    "pdf2image": ("digitizer.stages.render", "bench"),
    "pikepdf": ("digitizer.imaging.pdf_pages", "digitizer.imaging.pdf_scans", "digitizer.imaging.searchable",
                "digitizer.stages.ingest", "digitizer.binding", "bench"),
    "puremagic": ("digitizer.stages.ingest",),
    "zxingcpp": ("digitizer.imaging.codes", "bench.cards"),
    "rapidfuzz": ("digitizer.vietnam", "digitizer.stages", "digitizer.layout", "digitizer.score",
                  "digitizer.drafting", "bench", "training"),
    "yaml": ("digitizer.template", "digitizer.vietnam", "digitizer.drafting.check", "digitizer.calibration", "bench"),
    "rq": ("workers",),
    "redis": ("workers", "digitizer.cli.doctor"),
    "minio": ("storage.objects", "storage.s3"),
    "sqlalchemy": ("storage", "bench.record_search", "bench.overview_speed"),
    "alembic": ("storage",),
    "fastapi": ("api", "web"),
    "starlette": ("api", "web"),
    "uvicorn": ("api", "digitizer.cli", "bench.screens", "bench.kiosk"),
    "playwright": ("bench.review_speed", "bench.screens", "bench.screens_checks"),
    "httpx2": ("storage.population", "web.ui.oidc", "digitizer.cli", "bench"),
    "jinja2": ("web.ui.pages",),
    "babel": ("web.ui.language",),
    "argon2": ("storage.people",),
    "joserfc": ("web.ui.oidc",),
    "segno": ("web.ui",),
    "typer": ("digitizer.cli", "bench"),
    "rich": ("digitizer.cli", "bench"),
    "pydantic": ("settings", "web", "api"),
    "pydantic_settings": ("settings",),
    "matplotlib": ("bench",),
    "fontTools": ("bench", "training"),
    "torch": ("training",),
    "onnx": ("training",),
    "skimage": ("training",),
    "onnxruntime": ("digitizer.engines", "training", "bench.base"),
    "pypdfium2": ("digitizer.drafting.pdf_text", "bench"),
    "pdfplumber": ("bench",),
}


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {
    module_of(p): p
    for p in [ROOT / "api.py", ROOT / "settings.py", *(p for name in PACKAGES for p in (ROOT / name).rglob("*.py"))]
    if p.exists() and "migrations" not in p.parts
}


def imports(path: Path) -> set[str]:
    """Dotted names imported anywhere in the file, late imports too; `from a.b import c` gives a.b.c for a module."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                found.add(full if full in SOURCES else node.module)
    return found


def under(module: str, prefix: str) -> bool:
    return module == prefix or module.startswith(prefix + ".")


def rung(module: str) -> tuple[int, str]:
    for height, prefixes in enumerate(LADDER):
        for prefix in prefixes:
            if under(module, prefix):
                return height, prefix
    raise AssertionError(f"{module} has no place on the ladder of tests/house/test_imports.py")


@pytest.mark.parametrize("module", sorted(m for m in SOURCES if m not in PACKAGES))
def test_imports_point_down(module: str) -> None:
    height, place = rung(module)
    faults = []
    for target in sorted(i for i in imports(SOURCES[module]) if i.split(".")[0] in OWN and i not in PACKAGES):
        target_height, target_place = rung(target)
        if target_height > height or (target_height == height and target_place != place and place in ISLANDS):
            faults.append(f"{module} imports {target}, which stands above or beside it")
        if place == target_place == "digitizer.stages" and target != module:
            faults.append(f"{module} imports the stage {target}")
        if place == "web" and under(target, "workers") and target != "workers.queue":
            faults.append(f"{module} imports {target}: web reaches workers only through workers.queue")
    assert faults == []


def test_no_import_cycle() -> None:
    graph = {m: {i for i in imports(p) if i in SOURCES and i != m} for m, p in SOURCES.items()}
    done: set[str] = set()

    def walk(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " -> ".join((*trail, module))
        if module not in done:
            for target in graph[module]:
                walk(target, (*trail, module))
            done.add(module)

    for module in graph:
        walk(module, ())


@pytest.mark.parametrize("module", sorted(SOURCES))
def test_libraries_stay_where_they_are_listed(module: str) -> None:
    faults = []
    for target in sorted(imports(SOURCES[module])):
        library = target.split(".")[0]
        if library in OWN or library in sys.stdlib_module_names:
            continue
        allowed = LIBRARIES.get(library)
        if allowed is not None and not any(under(module, a) for a in allowed):
            faults.append(f"{module} imports {library}, listed for {', '.join(allowed)}")
    assert faults == []


def test_one_opencv() -> None:
    """opencv-python and opencv-python-headless share the folder cv2; removing one leaves the other empty."""
    locks = "".join((ROOT / "requirements" / f).read_text(encoding="utf-8") for f in ("run.lock", "dev.lock"))
    assert "opencv-python==" in locks and "opencv-python-headless==" not in locks
