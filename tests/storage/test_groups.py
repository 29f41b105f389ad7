"""Fields of one kind from many records on SQLite and PostgreSQL: whose, in what order, page by page, nothing twice."""

from __future__ import annotations

import pytest

from digitizer.document import Outcome
from digitizer.errors import UsageError
from storage.base import Stores
from storage.groups_base import GroupKind, Groups
from tests.contract.worlds import HandClock
from tests.storage.worlds import corrected, named, read

NAMES = GroupKind(type="person_name")


@pytest.fixture
def groups(stores: Stores) -> Groups:
    assert stores.workbench is not None
    return stores.workbench.groups


def test_what_waits_and_nothing_else_page_by_page(stores: Stores, groups: Groups, clock: HandClock) -> None:
    for number, name in enumerate(("Mai", "Lan", "Mai", "Hoa", "Lan")):
        read(stores, number, Outcome.REVIEW, named(name))
        clock.pass_time(seconds=1)
    read(stores, 10, Outcome.ACCEPT, named("Ngọc"))
    read(stores, 11, Outcome.REVIEW, named("Thu"), branch="b02")
    first = groups.page(NAMES, "per_a", "b01", limit=3)
    assert [i.raw for i in first.items] == ["Lan", "Mai", "Mai"] and first.after
    rest = groups.page(NAMES, "per_a", "b01", first.after, 3)
    assert [i.raw for i in rest.items] == ["Hoa", "Lan"] and rest.after == ""
    assert len({i.record_id for i in (*first.items, *rest.items)}) == 5
    assert len(groups.page(NAMES, "per_a", "*").items) == 6
    assert groups.forms("b01") == ["khai-sinh"] and groups.forms("b03") == []
    assert stores.audit and stores.audit.entries()[-1].action == "group.shown"
    with pytest.raises(UsageError):
        groups.page(NAMES, "per_a", "b01", "nonsense")


def test_whose_word_it_is_already_and_who_uploaded_it(stores: Stores, groups: Groups) -> None:
    record_id = read(stores, 1, Outcome.REVIEW)
    assert [i.raw for i in groups.page(GroupKind(leaf="sex"), "per_a", "b01").items] == ["Nữ"]
    assert groups.page(GroupKind(leaf="sex"), "dev", "b01").items == ()
    assert {i.raw for i in groups.page(GroupKind(holding="2"), "per_a", "b01").items} == {"01/02/2024"}
    doubted = groups.page(GroupKind(doubtful=True), "per_a", "b01").items
    assert [i.field_id for i in doubted] == ["child.full_name"]
    stores.records.correct(record_id, "b01", 1, stores.records.record(record_id, "*").body, "per_b", "")
    corrected(stores, record_id, {"child.sex": "Nam"})
    assert groups.page(GroupKind(leaf="sex"), "per_a", "b01").items == ()
