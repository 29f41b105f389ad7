"""Rows of a table in a real browser: added by keys and by mouse, keyed, removed, undone, blanked, released."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from digitizer.document import Field, FieldStatus, Source
from storage.base import State
from tests.browser.desk import (
    DPI,
    NAME,
    PHONE,
    asked,
    at_desk,
    box,
    field,
    focused,
    kept,
    mark,
    settled,
    state,
    waiting,
)
from tests.browser.world import Office, serious_faults, sideways
from tests.web.world import answer


def cell(row: int, column: str, **over: Any) -> Field:
    """As the machine read it: rows 10 mm apart, the first at 180 mm."""
    kind, raw, value, left = {
        "full_name": ("person_name", "Lê Thị Thử", "Lê Thị Thử", 30.0),
        "date_of_birth": ("date", "1/2/1990", "1990-02-01", 110.0),
    }[column]
    top = 180.0 + 10 * row
    corners = ((left, top), (left + 70, top), (left + 70, top + 9), (left, top + 9))
    made = answer(f"members[{row}].{column}", kind, raw, value, 0.99)
    return replace(made, polygon_mm=(corners,), required=False, **over)


def members(*rows: int) -> tuple[Field, ...]:
    return tuple(cell(row, column) for row in rows for column in ("full_name", "date_of_birth"))


def names(row: int) -> tuple[str, str]:
    return f"members[{row}].full_name", f"members[{row}].date_of_birth"


def row_of(page: Page, number: int) -> Locator:
    return page.locator(f'.block[data-table="members"][data-row="{number}"]')


def boxed_at(page: Page) -> float:
    """Upper edge of the box drawn on the page, in mm of the paper."""
    expect(page.locator(".box")).to_have_count(1)
    return float(page.locator(".box").evaluate("e => parseFloat(e.style.top)")) / DPI * 25.4


def test_keys_alone_add_a_row_key_it_and_release(staff: Office) -> None:
    record = waiting(staff, (asked(0, confidence=0.5), asked(4), *members(0, 1)))
    page = at_desk(staff)
    assert focused(page) == NAME
    page.keyboard.press("Enter")
    assert focused(page) == "finish"
    page.keyboard.press("Alt+a")
    name, born = names(2)
    assert focused(page) == name
    assert boxed_at(page) == pytest.approx(200, abs=0.2)
    mark(page, name, "cần xem")
    expect(field(page, name)).to_contain_text("Máy không tìm thấy mục này.")
    page.keyboard.type("Phạm Văn Thêm")
    page.keyboard.press("Enter")
    assert focused(page) == born
    page.keyboard.press("Enter")  # nothing stands there
    assert focused(page) == "finish"
    expect(field(page, born).locator("[data-role=state]")).to_have_text("để trống")
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_be_visible()
    assert state(staff, record) is State.PUBLISHED
    body = staff.world.stores.records.record(record, "*").body["fields"]
    assert list(body)[-6:] == [*names(0), *names(1), name, born]
    assert set(body[name]) == set(body[names(1)[0]]) | {"correction"}
    assert (body[name]["value"], body[name]["source"], body[name]["page"]) == ("Phạm Văn Thêm", "person", 1)
    assert (body[born]["status"], body[born]["source"]) == ("blank", "person")
    assert body[name]["correction"]["was_read"]["source"] == "none"
    assert body[names(0)[0]]["source"] == "ocr"


def test_the_mouse_alone_adds_and_removes(staff: Office) -> None:
    record = waiting(staff, (asked(0, confidence=0.5), asked(4), *members(0)))
    page = at_desk(staff)
    add = page.get_by_role("button", name="Thêm hàng 2")
    add.click()
    page.get_by_role("button", name="Thêm hàng 3").click()
    box(page, names(1)[0]).click()
    page.keyboard.insert_text("Phạm Văn Một")
    box(page, names(2)[0]).click()
    page.keyboard.insert_text("Phạm Văn Hai")
    settled(page)
    row_of(page, 1).get_by_role("button", name="Bỏ hàng").click()
    expect(row_of(page, 2)).to_have_count(0)  # the one behind it has moved up
    expect(box(page, names(1)[0])).to_have_value("Phạm Văn Hai")
    row_of(page, 1).get_by_role("button", name="Bỏ hàng").click()
    expect(row_of(page, 1)).to_have_count(0)
    expect(add).to_be_visible()
    box(page, NAME).click()
    page.get_by_role("button", name="Alt+Enter Phát hành").click()
    expect(page.locator("#saved")).to_have_text("Chưa phát hành được: còn mục cần xem.")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Alt+Enter Phát hành").click()
    expect(page.locator(".notice")).to_be_visible()
    assert [f.id for f in kept(staff, record).fields if f.id.startswith("members")] == list(names(0))


def test_undo_takes_back_a_row_and_brings_one_back(staff: Office) -> None:
    record = waiting(staff, (asked(0, confidence=0.5), asked(4), *members(0)))
    page = at_desk(staff)
    page.keyboard.press("Alt+a")
    name, born = names(1)
    page.keyboard.type("Phạm Văn Thêm")
    page.keyboard.press("Enter")
    page.keyboard.type("3/4/1991")
    page.keyboard.press("Enter")
    box(page, name).focus()
    page.keyboard.press("Alt+Delete")
    expect(row_of(page, 1)).to_have_count(0)
    settled(page)
    assert list(staff.workbench.desk.drafts(record)) == []
    page.keyboard.press("Alt+z")
    assert focused(page) == name
    expect(box(page, name)).to_have_value("Phạm Văn Thêm")
    expect(box(page, born)).to_have_value("3/4/1991")
    settled(page)
    assert {d.field_id for d in staff.workbench.desk.drafts(record)} == {"+members[1]", name, born}
    for _ in range(3):  # the date, the name, the row
        page.keyboard.press("Alt+z")
    expect(row_of(page, 1)).to_have_count(0)
    settled(page)
    assert list(staff.workbench.desk.drafts(record)) == []
    page.keyboard.press("Alt+z")
    expect(page.locator("#saved")).to_have_text("Không có gì để hoàn tác.")


def test_a_removed_row_that_moved_others_up_comes_back_in_its_place(staff: Office) -> None:
    waiting(staff, (asked(0, confidence=0.5), asked(4), *members(0)))
    page = at_desk(staff)
    for text in ("Phạm Văn Một", "Phạm Văn Hai", "Phạm Văn Ba"):
        page.keyboard.press("Alt+a")
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    box(page, names(1)[0]).focus()
    page.keyboard.press("Alt+Delete")
    assert [box(page, names(n)[0]).input_value() for n in (1, 2)] == ["Phạm Văn Hai", "Phạm Văn Ba"]
    page.keyboard.press("Alt+z")
    assert [box(page, names(n)[0]).input_value() for n in (1, 2, 3)] == [
        "Phạm Văn Một", "Phạm Văn Hai", "Phạm Văn Ba"]
    settled(page)
    page.reload()
    assert [box(page, names(n)[0]).input_value() for n in (1, 2, 3)] == [
        "Phạm Văn Một", "Phạm Văn Hai", "Phạm Văn Ba"]


def test_another_session_finds_the_row_with_what_was_typed_and_goes_on(staff: Office) -> None:
    record = waiting(staff, (asked(0, confidence=0.5), asked(4), *members(0)))
    page = at_desk(staff)
    page.keyboard.press("Enter")
    page.keyboard.press("Alt+a")
    name, born = names(1)
    page.keyboard.type("Phạm Văn Dở")
    page.keyboard.press("Enter")
    settled(page)
    page.context.close()
    again = staff.page("an", start=f"/review/record/{record}")
    expect(box(again, name)).to_have_value("Phạm Văn Dở")
    expect(row_of(again, 1)).to_contain_text("tự thêm")
    assert focused(again) == born
    mark(again, name, "đã xác nhận")
    mark(again, born, "cần xem")
    assert boxed_at(again) == pytest.approx(189, abs=0.2)
    again.keyboard.type("5/6/1992")
    again.keyboard.press("Enter")
    again.keyboard.press("Enter")
    expect(again.locator(".notice")).to_be_visible()
    found = kept(staff, record)
    assert [f.value for f in found.fields if f.id in names(1)] == ["Phạm Văn Dở", "1992-06-05"]
    assert {f.correction.author for f in found.fields if f.correction} == {staff.people["an"].id}


def test_undo_after_a_reload_removes_the_row(staff: Office) -> None:
    waiting(staff, (asked(0, confidence=0.5), asked(4), *members(0)))
    page = at_desk(staff)
    page.keyboard.press("Alt+a")
    page.keyboard.type("Phạm Văn Thêm")
    page.keyboard.press("Enter")
    settled(page)
    page.reload()
    expect(row_of(page, 1)).to_have_count(1)
    for _ in range(2):
        page.keyboard.press("Alt+z")
    expect(row_of(page, 1)).to_have_count(0)
    expect(page.get_by_role("button", name="Thêm hàng 2")).to_be_visible()


def test_a_row_left_out_between_two_is_added_in_its_place(staff: Office) -> None:
    record = waiting(staff, (asked(0), asked(4), *(replace(f, confidence=0.5) for f in members(0)), *members(3)))
    page = at_desk(staff)
    expect(page.get_by_role("button", name="Thêm hàng 3")).to_have_count(0)  # the first that is missing comes first
    assert focused(page) == names(0)[0]
    page.keyboard.press("Alt+a")
    assert focused(page) == names(1)[0]
    assert boxed_at(page) == pytest.approx(190, abs=0.2)
    expect(page.get_by_role("button", name="Thêm hàng 3")).to_be_visible()
    page.keyboard.type("Phạm Văn Giữa")
    page.keyboard.press("Enter")
    settled(page)
    page.reload()
    expect(box(page, names(1)[0])).to_have_value("Phạm Văn Giữa")
    row_of(page, 1).get_by_role("button", name="Bỏ hàng").click()
    expect(page.get_by_role("button", name="Thêm hàng 2")).to_be_visible()
    page.get_by_role("button", name="Thêm hàng 2").click()
    page.keyboard.type("Phạm Văn Giữa")
    for _ in range(4):  # its name, its date, the two cells that the machine doubts
        page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_be_visible()
    found = [f.id for f in kept(staff, record).fields if f.id.startswith("members")]
    assert found == [*names(0), *names(1), *names(3)]


def test_a_row_the_machine_saw_and_that_is_not_there_is_blanked_at_one_stroke(staff: Office) -> None:
    seen = tuple(replace(f, confidence=0.4) for f in members(0))
    record = waiting(staff, (asked(0), asked(4), *seen))
    page = at_desk(staff)
    assert focused(page) == names(0)[0]
    page.keyboard.press("Alt+Delete")
    assert focused(page) == "finish"
    page.keyboard.press("Alt+z")
    expect(box(page, names(0)[1])).to_have_value("1/2/1990")
    mark(page, names(0)[1], "cần xem")
    row_of(page, 0).get_by_role("button", name="Để trống cả hàng").click()
    assert focused(page) == "finish"
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_be_visible()
    blank = [f for f in kept(staff, record).fields if f.id in names(0)]
    assert [(f.status, f.raw, f.source) for f in blank] == [(FieldStatus.BLANK, "", Source.PERSON)] * 2
    assert all(f.correction and f.correction.raw for f in blank)


def test_a_row_of_which_nothing_is_keyed_is_not_released(staff: Office) -> None:
    record = waiting(staff, (asked(0, confidence=0.5), asked(4)))
    page = at_desk(staff)
    page.keyboard.press("Enter")
    page.keyboard.press("Alt+a")
    name = names(0)[0]
    page.keyboard.press("Alt+Enter")
    expect(page.locator("#saved")).to_have_text("Chưa phát hành được: còn mục cần xem.")
    assert focused(page) == name
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(field(page, name)).to_contain_text("Hàng thêm này chưa có gì.")
    mark(page, name, "cần xem")
    page.keyboard.press("Alt+Enter")
    expect(page.locator("#saved")).to_have_text("Chưa phát hành được: còn mục cần xem.")
    assert focused(page) == name and state(staff, record) is State.NEEDS_REVIEW
    page.keyboard.press("Alt+Delete")
    assert focused(page) == "finish"
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_be_visible()


def test_without_a_row_to_go_by_the_part_of_the_page_with_the_table_is_shown(staff: Office) -> None:
    waiting(staff, (asked(0, confidence=0.5), asked(4)))
    page = at_desk(staff)
    page.keyboard.press("Alt+a")
    assert focused(page) == names(0)[0]
    assert boxed_at(page) == pytest.approx(118, abs=0.2)  # what is printed before the table ends there


def test_an_answer_the_machine_did_not_place_is_keyed_on_the_page_it_should_be_on(staff: Office) -> None:
    lost = Field("requester.phone", "Số điện thoại", "phone", FieldStatus.NOT_FOUND, source=Source.NONE, required=True)
    record = waiting(staff, (replace(asked(0), page=2), lost), pages=2)
    page = at_desk(staff)
    assert focused(page) == PHONE
    expect(page.locator("[data-role=at]")).to_have_text("2/2")
    expect(field(page, PHONE)).to_contain_text("Không tìm thấy mục trên giấy")
    page.keyboard.type("0912345678")
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Alt+z")
    expect(box(page, PHONE)).to_have_value("")
    page.keyboard.press("Control+a")
    page.keyboard.type("0912345678")
    page.keyboard.press("Enter")
    expect(page.locator("#finish")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_be_visible()
    found = kept(staff, record).field(PHONE)
    assert found and (found.value, found.source) == ("0912345678", Source.PERSON)


def test_a_cut_network_keeps_the_row_before_its_cells(staff: Office) -> None:
    record = waiting(staff, (asked(0, confidence=0.5), asked(4), *members(0)))
    page = at_desk(staff)
    page.context.set_offline(True)
    page.keyboard.press("Alt+a")
    page.keyboard.type("Phạm Văn Thêm")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Chưa lưu được, đang thử lại. Đừng đóng trang.")
    page.context.set_offline(False)
    page.keyboard.type("3/4/1991")
    page.keyboard.press("Enter")
    settled(page)
    assert {d.field_id for d in staff.workbench.desk.drafts(record)} == {"+members[1]", *names(1)}


def test_what_cannot_be_is_refused_by_the_server(staff: Office) -> None:
    """Whatever a page sends: rows follow one another, columns are those of the form, a cell needs its row."""
    record = waiting(staff, (asked(0, confidence=0.5), asked(4), *members(0)))
    page = at_desk(staff)
    fence = int(page.locator("article.sheet").get_attribute("data-fence") or 0)

    def send(name: str, said: object, step: int) -> int:
        return int(page.evaluate("""([record, body]) => fetch(`/review/record/${record}/draft`, {
            method: "POST", body: JSON.stringify(body), headers: {"Content-Type": "application/json",
            "X-CSRF-Token": document.querySelector('meta[name="csrf"]').content}}).then((r) => r.status)""",
            [record, {"fence": fence, "step": step, "sure": True, "field": name, "said": said}]))

    raw = {"raw": "Lê Thị Thử"}
    assert send(names(1)[0], raw, 1) == 422  # no such row has been added
    assert send("+members[2]", {}, 2) == 422
    assert send("+guests[0]", {}, 3) == 422
    assert send("members[0].shoe_size", raw, 4) == 422
    assert list(staff.workbench.desk.drafts(record)) == []
    assert [send("+members[1]", {}, 5), send(names(1)[0], raw, 6)] == [200, 200]
    assert send("+members[1]", None, 7) == 422  # something still stands in it
    assert len(staff.workbench.desk.drafts(record)) == 2


@pytest.mark.parametrize("telling", [{"isComposing": True}, {"keyCode": 229}])
def test_nothing_is_added_or_taken_away_while_an_input_method_composes(
    staff: Office, telling: dict[str, object]
) -> None:
    waiting(staff, (asked(0, confidence=0.5), asked(4), *(replace(f, confidence=0.4) for f in members(0))))
    page = at_desk(staff)
    box(page, names(0)[0]).focus()
    for code in ("KeyA", "Delete"):
        page.evaluate("""([code, telling]) => {
            const how = {bubbles: true, cancelable: true, altKey: true, code, ...telling};
            const event = new KeyboardEvent("keydown", how);
            if (telling.keyCode) Object.defineProperty(event, "keyCode", {value: telling.keyCode});
            document.activeElement.dispatchEvent(event);
        }""", [code, telling])
    expect(page.locator(".block[data-row]")).to_have_count(1)
    expect(box(page, names(0)[0])).to_have_value("Lê Thị Thử")


def test_a_form_without_a_table_says_so(staff: Office) -> None:
    waiting(staff, (), form=None)
    page = at_desk(staff)
    page.keyboard.press("Alt+a")
    expect(page.locator("#saved")).to_have_text("Tờ này không có bảng nào để thêm hàng.")
    page.keyboard.press("Alt+Delete")
    expect(page.locator("#saved")).to_have_text("Mục này không nằm trong hàng nào của bảng.")


def test_it_is_accessible_fits_small_screens_and_speaks_english(staff: Office) -> None:
    waiting(staff, (asked(0, confidence=0.5), asked(4), *members(0, 2)))
    page = at_desk(staff, language="en")
    page.keyboard.press("Alt+a")
    expect(row_of(page, 3).get_by_role("heading")).to_contain_text("Member who moves along 4 added by you")
    expect(page.get_by_role("button", name="Add row 5")).to_be_visible()
    expect(page.get_by_role("button", name="Add row 2")).to_be_visible()
    expect(row_of(page, 0).get_by_role("button", name="Set row blank")).to_be_visible()
    expect(field(page, names(3)[0])).to_contain_text("New row: type what stands on the paper, Enter if blank.")
    settled(page)
    expect(field(page, names(3)[0])).to_contain_text("New row: type what stands on the paper, Enter if blank.")
    assert serious_faults(page) == []
    assert sideways(page) == 0
    page.set_viewport_size({"width": 683, "height": 384})  # 1366 x 768 at 200 % zoom
    assert sideways(page) == 0
    page.keyboard.press("Tab")
    assert focused(page) == names(3)[1]
    assert box(page, names(3)[1]).evaluate("""e => { const b = e.getBoundingClientRect();
        return document.elementFromPoint(b.x + b.width / 2, b.y + b.height / 2) === e; }""")  # nothing lies over it
