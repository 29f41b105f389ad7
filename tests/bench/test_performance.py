"""Times are added up under their stage and put back as they were; tables say what was measured."""

from __future__ import annotations

import types
from collections import defaultdict
from pathlib import Path

import pytest

from bench import performance


def test_time_goes_to_its_stage_and_functions_come_back() -> None:
    def work(times: int) -> int:
        return sum(i * i for i in range(times))

    place = types.ModuleType("place")
    place.work = work  # type: ignore[attr-defined]
    spent: dict[str, float] = defaultdict(float)
    with performance.timed(spent, ((place, "work", "working"),)):
        assert place.work(300_000) == work(300_000)
    assert spent["working"] > 0
    assert place.work is work


def test_memory_that_grows_shows_in_the_slope() -> None:
    flat = [(pages, 500.0) for pages in range(100, 2001, 100)]
    grows = [(pages, 500.0 + pages / 10) for pages in range(100, 2001, 100)]
    assert "by +0.0 MB in a thousand" in performance.memory_page(flat, 1)
    assert "by +100.0 MB in a thousand" in performance.memory_page(grows, 1)
    assert "--pages 2000 --seed 1" in performance.memory_page(flat, 1)


def test_a_profile_names_every_stage_and_the_floor() -> None:
    spent = {name: 10.0 for _, _, name in performance.TIMED} | {"all stages": 140.0, "— the network": 9.0}
    page = performance.profile_page(performance.Profile(8, spent, 40.0), performance.Profile(8, spent, 30.0), 7)
    assert "| read the answers | 10 | 10 |" in page
    assert "| the floor: decode, recognise the ink | 40 | 30 |" in page
    assert "--documents 4 --seed 7" in page


def test_each_part_of_the_page_is_renewed_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(performance, "DOCS", tmp_path)
    page = tmp_path / "performance.md"
    marks = "".join(f"<!-- {n}: begin -->\nold {n}\n<!-- {n}: end -->\n" for n in ("profile", "memory"))
    page.write_text(f"# Head\n{marks}tail\n", encoding="utf-8")
    performance.publish("memory", "new")
    text = page.read_text(encoding="utf-8")
    assert "old profile" in text
    assert "<!-- memory: begin -->\nnew\n<!-- memory: end -->" in text
    assert text.endswith("tail\n")


def test_every_stage_that_is_timed_is_there() -> None:
    assert [words for module, name, words in performance.TIMED if not callable(getattr(module, name, None))] == []
