"""A short run on our own prints makes forms, reads them and leaves tables, JSON and plots behind."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from rich.console import Console

from bench import report
from bench.result import Plan, Result, Stranger
from bench.run import Reader, main, make_set, measure
from digitizer.score import summarize


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """Two own prints, lightly scanned, read by us."""
    plan = Plan(documents=2, source="own", quality="light", peer_documents=(), sweep=0)
    console = Console(quiet=True)
    made = make_set(plan, 2, "light", tmp_path_factory.mktemp("set"), console)
    ours, records = measure("digitizer", made, Reader("tesserocr").read, console)
    strangers = (Stranger("a", "scan", None, ("ct01",)), Stranger("b", "scan", "ct01", ("ct01",)))
    return Result(plan, ours, (), {}, {}, strangers, records, ("No peer was asked.",))


def test_we_read_what_was_written(result: Result) -> None:
    found = summarize(result.ours.scores)
    assert found.named_right == 2
    assert found.exact_rate > 0.4
    assert result.ours.pages >= 3
    assert result.ours.cpu_s > 0


def test_a_report_is_left_behind(result: Result, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report.write(result, tmp_path)
    stored = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert stored["digitizer"]["summary"]["documents"] == 2
    assert len((tmp_path / "records.jsonl").read_text(encoding="utf-8").splitlines()) == 2
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "a → ct01" in text  # the stranger that was named wrongly
    assert "No peer was asked." in text
    for _, picture in report.PLOTS:
        assert (tmp_path / picture).read_bytes().startswith(b"\x89PNG")
    report.show(result)
    assert "fields exactly right" in capsys.readouterr().out


def test_a_stranger_is_right_when_unknown_and_a_form_of_ours_when_named() -> None:
    stranger = Stranger("x", "scan", None, ())
    assert stranger.right
    assert not dataclasses.replace(stranger, named=("ct01",)).right
    assert not dataclasses.replace(stranger, ours="ct01").right
    assert dataclasses.replace(stranger, ours="ct01", later=True).right


def test_help_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    assert "--publish" in capsys.readouterr().out
