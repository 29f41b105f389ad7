"""What a person has set stays, through two thousand random lives of records: corrections, rows added to a table,
look-ups, machine steps, a form named and read again, each kept in the database as it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digitizer.document import Field, FieldStatus, Record, Source
from digitizer.errors import StaleFence
from digitizer.naming import Wish, named
from digitizer.options import Options
from digitizer.pipeline import settle
from digitizer.ports import Lookup, Person, Verdict
from digitizer.review import Author, Change, correct, faults
from digitizer.stages.enrich import enrich
from digitizer.stages.normalize import normalize
from digitizer.stages.validate import validate
from digitizer.wire import record_from_json, record_to_json
from storage.base import NewRecord, State
from tests.contract.worlds import World, open_world
from tests.web.world import TEMPLATE, answer, sample_record

HISTORIES = 2000
WHO = Author("per_an", "2026-11-29T00:00:00Z")
NUMBER = "001190012345"
FIELDS = (
    answer("child.full_name", "person_name", "Nguyễn Thi Mẫu", "Nguyễn Thi Mẫu", 0.61),
    answer("child.date_of_birth", "date", "01/02/1990", "1990-02-01", 0.99),
    answer("child.personal_id", "personal_id", NUMBER, NUMBER, 0.9),
    answer("child.sex", "sex", "Nữ", "Nữ", 0.99),
    answer("child.permanent_residence", "address", "12 phố Hàng Thử", None, 0.9),
)
texts = st.one_of(
    st.text(alphabet="abcđêơưáạ 0123456789/-", max_size=20),
    st.sampled_from(["Trần Văn Thử", "31/12/1999", "Nam", "không", "//", NUMBER, "phường Hoàn Kiếm, Hà Nội"]),
)
said = st.one_of(
    st.builds(Change, raw=texts), st.builds(Change), st.builds(Change, raw=texts, value_given=st.just(True)),
    st.builds(Change, status=st.sampled_from([FieldStatus.BLANK, FieldStatus.STRUCK, FieldStatus.ILLEGIBLE])),
)
ADDED = [f"members[{row}].{column}" for row in range(3) for column in ("full_name", "date_of_birth")]
corrections = st.dictionaries(st.sampled_from([f.id for f in FIELDS] + ADDED), said, min_size=1)
HELD = Person(NUMBER, "Trần Văn Thử", "1999-12-31", sex="Nam", permanent_residence="phường Hoàn Kiếm, Hà Nội")


class Town:
    """A registry that gives one answer to whoever asks."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict

    def lookup(self, personal_id: str, full_name: str, date_of_birth: str) -> Lookup:
        mismatched = ("full_name", "date_of_birth") if self.verdict is Verdict.MISMATCH else ()
        return Lookup(self.verdict, HELD if self.verdict is Verdict.PERSON else None, mismatched)


def read_again(record: Record) -> Record:
    """Somebody named the form, and a worker has read the paper again."""
    wish = Wish("khai-sinh", TEMPLATE.edition, "per_binh", "2026-11-30T00:00:00Z")
    read = replace(sample_record(), fields=FIELDS, decision=None)
    return settle(named(record, read, wish, (TEMPLATE,)), None, Options())


Machine = Callable[[Record], Record]
machine: st.SearchStrategy[Machine] = st.one_of(
    st.sampled_from([normalize, validate, read_again]),
    st.sampled_from(list(Verdict)).map(lambda v: lambda record: enrich(record, Town(v))),
    st.sampled_from(list(Verdict)).map(lambda v: lambda record: settle(record, Town(v), Options())),
)
histories = st.lists(st.one_of(corrections, machine), min_size=2, max_size=5)


def allowed(record: Record, wanted: dict[str, Change]) -> dict[str, Change]:
    """What of the changes can be; a row that cannot leaves none behind it."""
    while wrong := faults(record, wanted, (TEMPLATE,)):
        wanted = {k: v for k, v in wanted.items() if k not in wrong}
    return wanted


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    opened = open_world("sqlite", f"sqlite:///{tmp_path_factory.mktemp('lives')}/kept.sqlite3")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def fresh(world: World) -> Iterator[str]:
    """Ids of records that a machine has just left; many from one upload, so that most of the time goes to histories."""

    def made() -> Iterator[str]:
        number = 0
        while True:
            number += 1
            world.upload(number)
            claim = world.claim(number)
            new = [NewRecord(record_to_json(replace(sample_record(), fields=FIELDS)), "khai-sinh", State.NEEDS_REVIEW)]
            yield from world.stores.queue.finish(claim, new * 50, State.NEEDS_REVIEW)
            with pytest.raises(StaleFence):  # a worker that wakes up late and has read it once more
                world.stores.queue.finish(claim, new, State.NEEDS_REVIEW)

    return made()


@settings(max_examples=HISTORIES, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=histories)
def test_no_later_step_changes_what_a_person_set(
    world: World, fresh: Iterator[str], history: list[dict[str, Change] | Machine]
) -> None:
    record_id, records = next(fresh), world.stores.records
    set_by_person: dict[str, Field] = {}
    naming = None
    for step in history:
        stored = records.record(record_id, "*")
        record = record_from_json(stored.body)
        if isinstance(step, dict):
            wanted = allowed(record, step)
            if not wanted:
                continue
            after, author = correct(record, wanted, WHO, None, (TEMPLATE,)), WHO.key_id
            had = {f.id for f in record.fields}
            set_by_person |= {f.id: f for f in after.fields if f.id in wanted or f.id not in had}
        else:
            after, author = step(record), "machine"
        naming = after.naming if step is read_again else naming
        assert after.naming == naming and after.form is not None
        records.correct(record_id, "*", stored.version, record_to_json(after), author, "thử")
        kept = record_from_json(records.record(record_id, "*").body).fields
        assert set_by_person.keys() <= {f.id for f in kept}
        for f in kept:
            if f.id in set_by_person:
                was = set_by_person[f.id]
                assert (f.raw, f.value, f.status, f.confidence) == (was.raw, was.value, was.status, was.confidence)
                assert f.source is Source.PERSON and f.correction == was.correction
