"""A paper that a person has named, through the worker's one job and through whole workers on a real Redis."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.make import filled, template_of
from bench.prints import print_blank
from bench.scan import QUALITIES, scan_all
from digitizer.document import Source
from digitizer.naming import CODE
from digitizer.options import Options
from digitizer.review import Author, Change, correct
from digitizer.sandbox import Reader
from digitizer.wire import record_from_json, record_to_json
from storage.base import MAX_ATTEMPTS, State, StoredRecord
from storage.rereads_base import NamedForm, Rereads, RereadState
from tests import servers
from tests.fakes.child import SECRET, picture, short_limits
from tests.fakes.worker import FAKE
from tests.processes import gone
from tests.test_naming import exact, without_title
from tests.workers.plant import WAIT_SECONDS, Plant, plant
from tests.workers.test_jobs import NOWHERE
from tests.workers.test_workers import worker_pids
from workers.context import Workplace, install
from workers.jobs import process_document
from workers.relay import relay_once


@pytest.fixture(params=["sqlite", "postgres"])
def works(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Plant]:
    """Stores and a workplace in this process; one warm child."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    with plant(tmp_path / "var", NOWHERE, url) as made:
        options = Options(limits=short_limits(), accept_probability=1.0)  # everything asks for a person
        reader = Reader(options, "auto", program=FAKE, scratch=tmp_path / "scratch")
        install(Workplace("w1", made.stores, reader, options, made.settings.lease_seconds))
        yield made
        install(None)
        reader.close()


@pytest.fixture
def plant_with_redis(tmp_path: Path, redis_server: servers.Redis) -> Iterator[Plant]:
    with plant(tmp_path / "var", redis_server.url, accept_probability=1.0) as made:
        yield made


def rereads(made: Plant) -> Rereads:
    assert made.stores.workbench is not None
    return made.stores.workbench.rereads


def record_of(made: Plant, submission_id: str) -> StoredRecord:
    (record_id,) = made.look(submission_id).record_ids
    return made.stores.records.record(record_id, "*")


def name(made: Plant, record: StoredRecord, form: str = "ct01", edition: str = "tt66-2023") -> None:
    rereads(made).ask(NamedForm(record.id, "*", record.version, form, edition, "per_an"))


def read_then_named(made: Plant, behaviour: str = "good", number: int = 0) -> StoredRecord:
    """Read once, in review, and named by a person."""
    sid = made.submit(picture(behaviour, number))
    process_document(made.look(sid).document_id)
    record = record_of(made, sid)
    assert record.state is State.NEEDS_REVIEW
    name(made, record)
    return record


def test_it_is_read_again_once_however_often_it_is_rung(works: Plant) -> None:
    before = read_then_named(works)
    assert list(works.stores.queue.unrung(10)) == [before.document_id]
    for _ in range(3):
        process_document(before.document_id)
    after = works.stores.records.record(before.id, "*")
    assert (after.version, after.state, after.form_id) == (2, State.NEEDS_REVIEW, "ct01")
    assert after.body["form"]["edition"] == "tt66-2023" and after.body["form"]["naming"]["author"] == "per_an"
    assert after.body["form"]["naming"]["was_named"]["id"] == "khai-sinh"
    assert {r["code"] for r in after.body["decision"]["reasons"]} >= {CODE}
    assert after.body["sha256"] == before.sha256
    one, two = works.stores.records.versions(before.id, "*")
    assert (one.body, two.author) == (before.body, "machine") and "per_an" in two.reason
    assert rereads(works).of(before.id) is None
    assert works.look(before.submission_id).state is State.NEEDS_REVIEW


def test_what_a_person_has_set_stays_in_the_same_form(works: Plant) -> None:
    sid = works.submit(picture("good"))
    process_document(works.look(sid).document_id)
    record = record_of(works, sid)
    said = {"requester.full_name": Change(raw="Trần Văn Thử")}
    after = correct(record_from_json(record.body), said, Author("per_an", "2026-11-30T00:00:00Z"), 1.0)
    body = {**record_to_json(after), "decision": record.body["decision"]}
    corrected = works.stores.records.correct(record.id, "*", 1, body, "per_an", "")
    assert corrected.state is State.NEEDS_REVIEW
    name(works, corrected, "khai-sinh", "tt04-2024")
    process_document(record.document_id)
    stands = record_from_json(works.stores.records.record(record.id, "*").body)
    field = stands.field("requester.full_name")
    assert field and (field.raw, field.source) == ("Trần Văn Thử", Source.PERSON)
    assert field.correction and field.correction.raw == "good"


@pytest.mark.parametrize(("behaviour", "code"), [("then_crash", "reader_crashed"), ("then_lie", "reader_crashed")])
def test_what_cannot_be_read_comes_back_as_it_was(
    works: Plant, behaviour: str, code: str, capfd: pytest.CaptureFixture[str]
) -> None:
    before = read_then_named(works, behaviour)
    for attempt in range(1, MAX_ATTEMPTS):
        process_document(before.document_id)
        found = rereads(works).of(before.id)
        assert found and (found.state, found.attempts) == (RereadState.QUEUED, attempt)
        assert before.document_id in works.stores.queue.unrung(10), "it must be rung again"
    process_document(before.document_id)
    process_document(before.document_id)
    found = rereads(works).of(before.id)
    assert found and (found.state, found.reason_code) == (RereadState.FAILED, code)
    assert works.stores.records.record(before.id, "*") == before
    assert SECRET not in capfd.readouterr().err
    name(works, before)  # nobody is kept from trying again


def test_an_original_that_is_gone_is_said_at_once(works: Plant, tmp_path: Path) -> None:
    before = read_then_named(works)
    stored, = [p for p in (tmp_path / "var").rglob("*") if p.is_file() and p.name == before.sha256]
    stored.unlink()
    process_document(before.document_id)
    found = rereads(works).of(before.id)
    assert found and (found.state, found.reason_code) == (RereadState.FAILED, "original_missing")
    assert works.stores.records.record(before.id, "*") == before


def test_what_a_supervisor_took_back_meanwhile_is_not_written(works: Plant) -> None:
    before = read_then_named(works)
    claim = rereads(works).claim(before.document_id, "w9", 30)
    assert claim and works.stores.workbench
    works.stores.workbench.desk.release(before.id, "*", "per_boss")
    process_document(before.document_id)
    assert works.stores.records.record(before.id, "*") == before
    with pytest.raises(Exception, match="taken"):
        rereads(works).finish(claim, before.body)


def waits_for(made: Plant, record: StoredRecord, version: int) -> StoredRecord:
    end = time.monotonic() + WAIT_SECONDS
    while (now := made.stores.records.record(record.id, "*")).version < version:
        assert time.monotonic() < end, rereads(made).of(record.id)
        time.sleep(0.05)
    return now


def test_a_killed_workers_paper_is_read_by_another(plant_with_redis: Plant) -> None:
    made = plant_with_redis
    supervisor = made.workers(1)
    sid = made.submit(picture("then_slow"))
    made.finished([sid])
    before = record_of(made, sid)
    name(made, before)
    end = time.monotonic() + WAIT_SECONDS
    while (asked := rereads(made).of(before.id)) is None or asked.state is not RereadState.READING:
        assert time.monotonic() < end
        time.sleep(0.02)
    worker, = worker_pids(supervisor.pid)
    os.kill(worker, signal.SIGKILL)
    assert gone([worker])
    after = waits_for(made, before, 2)
    assert after.form_id == "ct01" and len(made.stores.records.versions(before.id, "*")) == 2
    claimed = [e.action for e in made.stores.audit.entries() if e.record_id == before.id] if made.stores.audit else []
    assert claimed.count("record.claimed") == 2


def test_an_unknown_paper_is_read_as_it_is_named_by_a_real_worker(tmp_path: Path, redis_server: servers.Redis) -> None:
    """The product's own child, our own print without its head: unknown at first, a declaration of birth after."""
    form = filled(print_blank(template_of("khai-sinh")), 5)
    first, *others = [s.image for s in scan_all(form.pages, QUALITIES["light"], random.Random(1))]
    path = tmp_path / "scan.tiff"
    without_title(first).save(path, save_all=True, append_images=others, dpi=(300, 300), compression="tiff_deflate")
    with plant(tmp_path / "var", redis_server.url, lease_seconds=10.0, engine="tesserocr") as made:
        made.workers(1, module="workers")
        sid = made.submit(path.read_bytes(), "scan.tiff")
        made.finished([sid])
        unknown = record_of(made, sid)
        assert unknown.form_id is None
        name(made, unknown, "khai-sinh", "tt04-2024")
        after = waits_for(made, unknown, 2)
    read = record_from_json(after.body)
    assert exact(read, form) >= 0.5 and read.naming and read.naming.was is None
    assert set(read.pages) == set(unknown.body["pages"])


def test_the_doorbell_rings_for_it_and_again_when_the_message_was_lost(works: Plant) -> None:
    before = read_then_named(works)
    rung: list[str] = []

    class Bell:
        def ring(self, ids: list[str]) -> None:
            rung.extend(ids)

    assert relay_once(works.stores, Bell()) == 1  # type: ignore[arg-type]
    assert rung == [before.document_id] and list(works.stores.queue.unrung(10)) == []
    assert list(works.stores.queue.overdue(0.0, 10)) == [before.document_id]
    assert list(works.stores.queue.overdue(3600.0, 10)) == []


def test_it_may_be_named_again(works: Plant) -> None:
    one = read_then_named(works)
    process_document(one.document_id)
    now = works.stores.records.record(one.id, "*")
    name(works, now, "khai-sinh", "tt04-2024")
    process_document(one.document_id)
    last = works.stores.records.record(one.id, "*")
    assert (last.version, last.form_id) == (3, "khai-sinh")
    assert last.body["form"]["naming"]["was_named"]["id"] == "khai-sinh"  # the machine's own word
