"""The ceilings of the house: lines a file, lines a function, parameters, empty __init__.py. No exceptions."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("digitizer", "workers", "storage", "web", "bench", "training")
IN_PACKAGES = (path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))
SOURCES = sorted([ROOT / "api.py", ROOT / "settings.py", *IN_PACKAGES])
EVERYTHING = SOURCES + sorted((ROOT / "tests").rglob("*.py"))
MAX_FILE_LINES, MAX_FUNCTION_LINES, MAX_PARAMETERS = 500, 60, 6


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


@pytest.mark.parametrize("path", EVERYTHING, ids=name)
def test_files_are_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_FILE_LINES


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_functions_are_short_and_take_few_parameters(path: Path) -> None:
    faults = []
    for f in functions(path):
        lines = (f.end_lineno or f.lineno) - f.lineno + 1
        if lines > MAX_FUNCTION_LINES:
            faults.append(f"{f.name}: {lines} lines")
        given = [a.arg for a in (*f.args.posonlyargs, *f.args.args, *f.args.kwonlyargs) if a.arg not in ("self", "cls")]
        if len(given) > MAX_PARAMETERS:
            faults.append(f"{f.name}: {len(given)} parameters")
    assert faults == []


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_modules_say_what_they_are(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if path.name == "__init__.py":
        assert text == ""
    else:
        assert ast.get_docstring(ast.parse(text)), "a module opens with one sentence: what it takes, what it gives"


def test_every_test_asserts_something() -> None:
    """A test that cannot fail is worse than none."""
    idle = []
    for path in (ROOT / "tests").rglob("test_*.py"):
        for f in functions(path):
            if not f.name.startswith("test_"):
                continue
            words = {type(n).__name__ for n in ast.walk(f)}
            calls = {ast.unparse(n.func).rsplit(".", 1)[-1] for n in ast.walk(f) if isinstance(n, ast.Call)}
            checking = ("assert", "check", "raises", "expect", "raise_for_status", "validate")
            checks = any(c.startswith(checking) for c in calls)
            if "Assert" not in words and "Raise" not in words and not checks:
                idle.append(f"{name(path)}::{f.name}")
    assert idle == []
