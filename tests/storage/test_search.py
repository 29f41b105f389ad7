"""Finding records on SQLite and PostgreSQL: what is found by what, kept up with corrections, branch by branch."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from digitizer.errors import PreconditionFailed
from storage import tables as t
from storage.base import NewRecord, State
from storage.database import Database
from storage.search_base import RecordSearch, Wanted
from storage.search_index import index_all
from tests.contract.worlds import World


@pytest.fixture
def search(world: World) -> RecordSearch:
    assert world.stores.workbench is not None
    return world.stores.workbench.search


def field(kind: str, raw: str, value: Any = None) -> dict[str, Any]:
    return {"label": kind, "type": kind, "status": "filled", "raw": raw, "value": raw if value is None else value}


def body(name: str = "Đặng Thị Hương", number: str = "001185012345", **fields: Any) -> dict[str, Any]:
    return {
        "dossier": {"code": "H26.11-260305-0007", "page": 1, "confidence": 1.0}, "form": {"id": "khai-sinh"},
        "fields": {
            "mother.full_name": field("person_name", name), "child.full_name": field("person_name", "Lê Y Bình"),
            "mother.date_of_birth": field("date", "03 / 02 / 1985", "1985-02-03"),
            "mother.personal_id": field("personal_id", number),
            "requester.phone": field("phone", "0912 345 678"),
            "mother.residence": field("address", "12 phố Hàng Bạc, Hà Nội", {
                "as_written": "12 phố Hàng Bạc, Hà Nội", "unit_code": "00070", "unit_name": "Phường Hoàn Kiếm",
                "province_code": "01", "candidates": [{"unit_name": "Phường Láng"}]}), **fields},
    }


def kept(world: World, number: int, body_: dict[str, Any], branch: str = "b01", form: str = "khai-sinh") -> str:
    world.upload(number, branch)
    new = [NewRecord(body_, form, State.NEEDS_REVIEW)]
    world.clock.pass_time(minutes=1)
    return world.stores.queue.finish(world.claim(number), new, State.NEEDS_REVIEW)[0]


def ids(search: RecordSearch, text: str, own: str = "*", **rest: Any) -> list[str]:
    return [h.record_id for h in search.find(own, Wanted(text, **rest)).hits]


@pytest.mark.parametrize("typed", [
    "Đặng Thị Hương", "dang thi huong", "DANG HUONG", "hương đặng", "huo", "da\u0323\u0306ng", "đăng",
    "3/2/1985", "03-02-1985", "1985-02-03", "2/1985", "001185012345", "001 185 012 345", "0011850", "0912345678",
    "0912.345.678", "hang bac", "hoan kiem", "H26.11-260305-0007", "260305", "binh y", "sub_1", "huong 1985-02-03",
    "huong 3/2/1985 001185012345", "hương, hàng bạc", "hang bac; y binh; 0912345678", "12 hang bac",
])
def test_found_by(world: World, search: RecordSearch, typed: str) -> None:
    other = body("Trần Văn Nam", "001085000001", **{
        "mother.date_of_birth": field("date", "4/12/1990", "1990-12-04"),
        "requester.phone": field("phone", "0987654321"),
        "mother.residence": field("address", "Số 5, Đống Đa", {"as_written": "Số 5, Đống Đa"}),
        "child.full_name": field("person_name", "Trần An")})
    other["dossier"] = None
    kept(world, 2, other)
    wanted = kept(world, 1, body())
    assert ids(search, typed) == [wanted]


@pytest.mark.parametrize("typed", [
    "lang", "hang nam", "huong binh", "huong hang bac", "dang binh 1985", "uong", "1850", "y binh tran", "%",
    "' or 1=1", "__",
])
def test_not_found_by(world: World, search: RecordSearch, typed: str) -> None:
    kept(world, 1, body())
    assert ids(search, typed) == []


def test_marks_as_typed_when_asked(world: World, search: RecordSearch) -> None:
    with_marks, without = kept(world, 1, body("Lê Thị Hương")), kept(world, 2, body("Le Thi Huong"))
    assert ids(search, "hương") == ids(search, "huong") == [without, with_marks]
    assert ids(search, "hương", exact=True) == [with_marks]
    assert ids(search, "huong", exact=True) == [without]


def test_in_one_field_or_one_kind_of_field(world: World, search: RecordSearch) -> None:
    mother = kept(world, 1, body("Vũ Thị Lan"))
    member = kept(world, 2, body("Vũ Bình", **{"members[3].full_name": field("person_name", "Hồ Thị Lan")}))
    street = kept(world, 3, body("Vũ An", **{"mother.residence": field("address", "phố Thị Lan")}))
    assert ids(search, "thi lan") == [street, member, mother]
    assert ids(search, "thi lan", field="names") == [member, mother]
    assert ids(search, "thi lan", field="mother.full_name") == [mother]
    assert ids(search, "thi lan", field="members[n].full_name") == [member]
    assert ids(search, "vu lan", field="names") == [mother], "all words in one field"
    assert ids(search, "2026", field="dates") == [] and ids(search, "1985", field="dates") == [street, member, mother]


def test_filters_and_pages(world: World, search: RecordSearch) -> None:
    some = [kept(world, n, body(), "b02" if n % 2 else "b01", "ct01" if n > 6 else "khai-sinh") for n in range(10)]
    assert ids(search, "huong", "b01") == [some[n] for n in (8, 6, 4, 2, 0)]
    assert ids(search, "", "b01", branch="b02") == []
    assert ids(search, "huong", form_id="ct01") == some[:6:-1]
    assert ids(search, "huong", state="published") == []
    begin = world.clock.now - timedelta(minutes=10)
    assert ids(search, "", since=begin + timedelta(minutes=5), until=begin + timedelta(minutes=8)) == some[6:3:-1]
    seen, before = [], None
    while True:
        page = search.find("*", Wanted("huong", limit=4, before=before, field="names", exact=False))
        seen += [h.record_id for h in page.hits]
        before = page.next_before
        if before is None:
            break
    assert seen == some[::-1]


def test_a_correction_is_found_at_once_and_what_it_replaced_no_more(world: World, search: RecordSearch) -> None:
    record = kept(world, 1, body("Đặng Thị Hưong"))
    world.stores.records.correct(record, "b01", 1, body("Đặng Thị Phượng"), "per_1", "typo")
    assert ids(search, "phuong thi") == [record] and ids(search, "huong") == []
    with pytest.raises(PreconditionFailed):
        world.stores.records.correct(record, "b01", 1, body("Ai Khác"), "per_1", "late")
    assert ids(search, "khac") == []


def test_records_older_than_the_index_are_found_once_it_is_made(world: World, search: RecordSearch) -> None:
    some = [kept(world, n, body(f"Tên Thứ {n}")) for n in range(3)]
    database = Database(world.url)
    with database.write() as conn:
        for table in (t.record_words, t.record_search):
            conn.execute(sa.delete(table))
        index_all(conn)
    database.close()
    assert ids(search, "ten thu") == some[::-1] and ids(search, "thu 1") == [some[1]]


def test_a_look_is_noted_without_what_was_looked_for(world: World) -> None:
    assert world.stores.audit is not None
    world.stores.audit.note("per_1", "record.viewed", record_id="rec_1")
    last = world.stores.audit.entries()[-1]
    assert (last.who, last.action, last.record_id, last.fields) == ("per_1", "record.viewed", "rec_1", ())
    assert world.stores.audit.verify() is None
