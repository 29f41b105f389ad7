"""`digitizer gold export`, `score`, `calibrate` on a paper that was read, corrected and published in its own store."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from bench.make import Made
from digitizer.document import Outcome
from digitizer.gold import load
from digitizer.review import Author, Change, correct
from digitizer.wire import record_from_json
from settings import Settings
from storage.connect import open_stores
from tests.cli.conftest import Command
from tests.storage.worlds import put_read


def test_what_people_said_is_exported_scored_and_too_little_to_refit(
    digitizer: Command, birth_form: Made, tmp_path: Path
) -> None:
    read = record_from_json(digitizer("read", str(birth_form.path), "--json").objects[0])
    names = [f.id for f in read.fields if f.status == "filled" and birth_form.truth["fields"].get(f.id, {}).get("raw")]
    said = {name: Change(raw=birth_form.truth["fields"][name]["raw"]) for name in names[:6]}
    corrected = correct(read, said, Author("per_a", "2026-11-29T08:00:00Z"), 0.0)
    assert corrected.decision and corrected.decision.outcome in Outcome
    stores = open_stores(Settings(var=tmp_path / "var"))
    put_read(stores, birth_form.path.read_bytes(), read, corrected)
    stores.close()
    folder = tmp_path / "gold"
    done = digitizer("gold", "export", "--out", str(folder), "--json")
    assert done.objects == [{"fields": len(said), "originals": 1, "folder": str(folder)}]
    assert "personal data" in done.err
    kept = load(folder)
    assert {g.field_id: g.raw for g in kept} == {n: birth_form.truth["fields"][n]["raw"] for n in said}
    (original,) = (folder / "originals").iterdir()
    assert original.read_bytes() == birth_form.path.read_bytes() and stat.S_IMODE(original.stat().st_mode) == 0o600
    scored = digitizer("score", "--gold", str(folder), "--json")
    everything = scored.objects[0]
    assert (everything["name"], everything["fields"], everything["worse"]) == ("all", len(said), False)
    assert scored.status == 0 and everything["was_right"] == everything["now_right"]
    lines = [json.loads(line) for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
    refit = digitizer("calibrate", "--gold", str(folder), "--out", str(tmp_path / "new.yaml"))
    assert refit.status == 1 and "too few" in refit.err and not (tmp_path / "new.yaml").exists()
    # read by an engine that reads nothing, ten times the same paper: worse, and no coin
    with (folder / "gold.jsonl").open("w", encoding="utf-8") as file:
        for n in range(10):
            for line in lines:
                file.write(json.dumps({**line, "record_id": f"rec_{n}", "was_raw": line["raw"]}) + "\n")
    worse = digitizer("score", "--gold", str(folder), "--engine", "null", "--json")
    assert worse.status == 1 and worse.objects[0]["worse"] and worse.objects[0]["now_right"] == 0
    assert digitizer("score", "--gold", str(tmp_path)).status == 2
