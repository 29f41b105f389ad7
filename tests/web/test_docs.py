"""The pages say what the code does: the codes, the reasons for review, and every command of docs/api.md, run."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from digitizer.sandbox import Reader
from digitizer.stages.enrich import enrich
from storage.memory import open_memory
from tests.fakes.bad_files import good_pdf
from tests.web.error_table import PAGE, with_table
from tests.web.world import TEMPLATE, World, running
from web.deps import Service

DOCS = PAGE.parent
STAGES = Path(enrich.__code__.co_filename).parent
MAKERS = ("Reason", "Finding", "_finding", "against", "note")
CODE = re.compile(r"[a-z]+(_[a-z0-9]+)+|illegible")


def test_errors_page_holds_the_codes_as_they_are() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_table(page), "run python -m tests.web.error_table"


def test_errors_page_explains_every_reason_for_review() -> None:
    """Codes as they stand in the stages: the first argument of what makes a reason or a finding."""
    codes = set()
    for path in STAGES.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                found = node.args[0]
                if name in MAKERS and isinstance(found, ast.Constant) and CODE.fullmatch(str(found.value)):
                    codes.add(str(found.value))
    page = PAGE.read_text(encoding="utf-8")
    assert len(codes) > 20
    assert [c for c in sorted(codes) if f"`{c}`" not in page] == []


@pytest.fixture
def staffed(screening: Reader) -> Iterator[World]:
    """A town with a worker that reads whatever is rung for."""
    stop = threading.Event()
    with running(Service(open_memory(), (TEMPLATE,), screening.screen, poll_s=0.05, bind=screening.bind)) as world:

        def read_on() -> None:
            while not stop.wait(0.05):
                ids = world.stores.queue.unrung(10)
                world.stores.queue.rung(ids)
                for submission in world.submissions(ids):
                    world.work(submission)

        worker = threading.Thread(target=read_on, daemon=True)
        worker.start()
        yield world
        stop.set()
        worker.join(timeout=10)


def test_every_command_of_the_api_page_runs(staffed: World, tmp_path: Path) -> None:
    curl = shutil.which("curl")
    if curl is None:
        if os.environ.get("CI") == "true":
            pytest.fail("curl is missing")
        pytest.skip("curl is missing")
    blocks = re.findall(r"^```sh\n(.*?)^```$", (DOCS / "api.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len(blocks) > 8
    (tmp_path / "to-khai.pdf").write_bytes(good_pdf())
    keys = {f"{role.upper()}_KEY": staffed.keys[role] for role in ("device", "client", "reviewer")}
    done = subprocess.run(
        ["bash", "-euxo", "pipefail", "-c", "\n".join(blocks)], cwd=tmp_path, capture_output=True, text=True,
        timeout=60, env={"PATH": os.environ["PATH"], "URL": staffed.url, "no_proxy": "*", **keys},
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "event: needs_review" in done.stdout and '"state":"published"' in done.stdout.replace(": ", ":")
