"""The registry beside the paper: agreement and disagreement per field, nothing overwritten, absent when it is down."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from digitizer.document import EngineInfo, Field, FieldStatus, Record
from digitizer.ports import Lookup, Person, Verdict
from digitizer.stages.enrich import enrich
from digitizer.stages.normalize import normalize
from storage.population import HttpPopulation, NullPopulation
from storage.population_sim import SimulatedRegistry

MO = Person("001190000901", "Phùng Thị Mơ", "1990-02-28", "Nữ", "Mường", "Việt Nam",
            "Số 4, phường Láng, thành phố Hà Nội", "Xã Ba Vì, thành phố Hà Nội")
PAPER = "Căn cước công dân số {} do Cục Cảnh sát QLHC về TTXH cấp ngày 20/11/2021"


@pytest.fixture(scope="module")
def registry() -> Iterator[HttpPopulation]:
    with SimulatedRegistry((MO,)) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        client = HttpPopulation(server.url)
        yield client
        client.close()
        server.shutdown()
        thread.join(10)


def record(block: str = "subject", number: str = "001190000901", **changed: str) -> Record:
    answers = {
        "full_name": "PHÙNG THỊ MƠ", "date_of_birth": "28/02/1990", "sex": "Nữ", "ethnicity": "Mường",
        "residence": "12 ngõ 3, P. Láng, Hà Nội", "identity_paper": PAPER.format(number), **changed,
    }
    types = {"full_name": "person_name", "date_of_birth": "date", "residence": "address"}
    fields = tuple(
        Field(f"{block}.{leaf}", leaf, types.get(leaf, leaf), FieldStatus.FILLED if raw else FieldStatus.BLANK, raw=raw,
              confidence=0.8)
        for leaf, raw in answers.items()
    )
    return normalize(Record("a.pdf", (1,), None, fields, EngineInfo("none", "0")))


def verdicts(result: Record) -> dict[str, str]:
    return {f.id.rpartition(".")[2]: f.registry.verdict for f in result.fields if f.registry}


def codes(result: Record) -> list[str]:
    return [x.code for f in result.fields for x in f.findings] + [x.code for x in result.findings]


@pytest.mark.parametrize("block", ["requester", "subject", "mother", "deceased", "members[2]"])
def test_agreement_per_field(registry: HttpPopulation, block: str) -> None:
    paper = record(block)
    result = enrich(paper, registry)
    assert verdicts(result) == dict.fromkeys(
        ("full_name", "date_of_birth", "sex", "ethnicity", "residence", "identity_paper"), "agrees"
    )
    assert codes(result) == []
    assert [replace(f, registry=None) for f in result.fields] == list(paper.fields)


def test_disagreement_overwrites_nothing(registry: HttpPopulation) -> None:
    paper = record(ethnicity="Kinh", residence="Xã Ba Vì, Hà Nội")
    result = enrich(paper, registry)
    ethnicity = result.field("subject.ethnicity")
    assert ethnicity is not None
    assert ethnicity.registry is not None
    assert (ethnicity.raw, ethnicity.value, ethnicity.confidence) == ("Kinh", "Kinh", 0.8)
    assert (ethnicity.registry.verdict, ethnicity.registry.value) == ("disagrees", "Mường")
    assert codes(result) == ["registry_disagrees", "registry_address_differs"]


def test_a_blank_field_stays_blank_and_the_registry_stands_beside_it(registry: HttpPopulation) -> None:
    result = enrich(record(ethnicity=""), registry)
    ethnicity = result.field("subject.ethnicity")
    assert ethnicity is not None
    assert ethnicity.registry is not None
    assert (ethnicity.status, ethnicity.value) == (FieldStatus.BLANK, None)
    assert (ethnicity.registry.verdict, ethnicity.registry.value) == ("only_registry", "Mường")


def test_mismatch_asks_for_a_person(registry: HttpPopulation) -> None:
    result = enrich(record(full_name="Phùng Thị Mở"), registry)
    name = result.field("subject.full_name")
    assert name is not None
    assert [x.code for x in name.findings] == ["registry_mismatch"]
    assert "họ tên" in name.findings[0].message
    assert "Phùng" not in name.findings[0].message
    assert verdicts(result) == {}


def test_a_number_that_nobody_holds(registry: HttpPopulation) -> None:
    result = enrich(record(number="001190000902"), registry)
    assert codes(result) == ["registry_not_found"]


@pytest.mark.parametrize("missing", ["full_name", "date_of_birth", "identity_paper"])
def test_all_three_are_needed(registry: HttpPopulation, missing: str) -> None:
    paper = record(**{missing: ""})
    assert enrich(paper, registry) == paper


def test_no_registry_and_a_registry_that_is_down() -> None:
    paper = record()
    assert enrich(paper, None) == paper
    result = enrich(paper, NullPopulation())
    assert result.fields == paper.fields
    assert codes(result) == ["registry_unavailable"]


def test_a_second_lookup_replaces_the_first(registry: HttpPopulation) -> None:
    once = enrich(record(ethnicity="Kinh"), registry)
    twice = enrich(once, registry)
    assert codes(twice) == codes(once)
    assert verdicts(enrich(once, NullPopulation())) == {}


def test_the_same_person_in_two_blocks_is_asked_for_once() -> None:
    class Counting:
        asked = 0

        def lookup(self, personal_id: str, full_name: str, date_of_birth: str) -> Lookup:
            self.asked += 1
            return Lookup(Verdict.PERSON, MO)

    both = replace(record("requester"), fields=record("requester").fields + record("subject").fields)
    population = Counting()
    result = enrich(both, population)
    assert population.asked == 1
    assert all(f.registry and f.registry.verdict == "agrees" for f in result.fields)
