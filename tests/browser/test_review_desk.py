"""Review in a real browser: putting aside, two people at once, lost leases, ended sessions, cut networks, the queue."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from digitizer.document import FieldStatus
from storage.base import State
from storage.desk_base import EscalateReason, Taker, Wanted
from storage.workbench import PersonRole
from tests.browser.desk import (
    BORN,
    ETHNICITY,
    NAME,
    PHONE,
    asked,
    at_desk,
    box,
    field,
    focused,
    mark,
    settled,
    state,
    waiting,
)
from tests.browser.world import PASSWORD, Office, serious_faults, sideways
from tests.web.world import NORTH, SOUTH
from web.ui.review_keys import KEYS


@pytest.mark.parametrize(("key", "button"), [("Alt+p", "Hoãn"), ("Alt+e", "Chuyển cấp trên"), ("Alt+x", "Từ chối")])
def test_dialogs_close_by_escape_and_nothing_happens(staff: Office, key: str, button: str) -> None:
    record = waiting(staff)
    page = at_desk(staff)
    page.keyboard.press(key)
    expect(page.locator("dialog[open]")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert focused(page) == NAME
    page.locator(".bar").get_by_role("button", name=button).click()
    page.get_by_role("button", name="Thôi").click()
    assert state(staff, record) is State.NEEDS_REVIEW
    (held,) = staff.workbench.desk.holds(NORTH)
    assert held.holder and not held.postponed_until and not held.escalated


def test_postponed_and_found_again(staff: Office) -> None:
    record, after = waiting(staff), waiting(staff)
    page = at_desk(staff)
    page.keyboard.type("Trần Văn")
    page.keyboard.press("Tab")
    settled(page)
    page.keyboard.press("Alt+p")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("article.sheet")).to_have_attribute("data-record", after)
    page.goto("/review")
    row = page.locator("table", has=page.get_by_role("columnheader", name="Người hoãn"))
    expect(row).to_contain_text("An")
    row.get_by_role("button", name="Nhận").click()
    expect(page.locator("article.sheet")).to_have_attribute("data-record", record)
    expect(box(page, NAME)).to_have_value("Trần Văn")


def test_rejected_with_a_reason(staff: Office) -> None:
    record = waiting(staff)
    page = at_desk(staff)
    page.keyboard.press("Alt+x")
    page.get_by_label("Sai mẫu tờ khai").check()
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_be_visible()
    found = staff.world.stores.records.record(record, "*")
    submission = staff.world.stores.uploads.submission(found.submission_id, "*")
    assert (found.state, submission.state, submission.reason_code) == (State.REJECTED, State.REJECTED, "wrong_form")


def test_escalated_to_a_supervisor(staff: Office) -> None:
    record = waiting(staff)
    page = at_desk(staff)
    page.keyboard.press("Alt+e")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_be_visible()
    expect(page.get_by_text("Thông tin mâu thuẫn")).to_be_visible()
    expect(page.get_by_role("button", name="Nhận", exact=True)).to_have_count(0)
    staff.hire("sep", PersonRole.SUPERVISOR)
    boss = staff.page("sep", start="/review")
    boss.get_by_role("button", name="Nhận", exact=True).first.click()
    expect(boss.locator("article.sheet")).to_have_attribute("data-record", record)


def test_handed_back(staff: Office) -> None:
    waiting(staff)
    page = at_desk(staff)
    page.keyboard.press("Alt+h")
    expect(page).to_have_url(f"{staff.world.url}/review")
    assert list(staff.workbench.desk.holds(NORTH)) == []


def test_two_people_get_two_records_and_a_supervisor_frees_one(staff: Office) -> None:
    waiting(staff)
    one = at_desk(staff)
    staff.hire("binh", PersonRole.REVIEWER)
    two = staff.page("binh", start="/review")
    expect(two.locator(".start button")).to_be_focused()
    two.keyboard.press("Enter")
    expect(two.locator(".notice")).to_be_visible()
    two.goto(one.url)
    expect(two.get_by_text("Hồ sơ đang có người khác kiểm tra.")).to_be_visible()
    staff.hire("sep", PersonRole.SUPERVISOR)
    boss = staff.page("sep", start="/review")
    held = boss.locator("table", has=boss.get_by_role("columnheader", name="Người giữ"))
    expect(held).to_contain_text("An")
    held.get_by_role("button", name="Trả về hàng chờ").click()
    one.keyboard.press("Enter")
    expect(one.get_by_text("Hồ sơ này đã được người khác hoặc cửa sổ khác nhận.")).to_be_visible()
    one.get_by_role("button", name="Nhận lại").click()
    expect(one.locator("#trouble")).to_be_hidden()
    settled(one)
    assert [d.field_id for d in staff.workbench.desk.drafts(one.url.rpartition("/")[2])] == [NAME]


def test_a_second_window_takes_over_with_everything_typed(staff: Office) -> None:
    waiting(staff)
    first = at_desk(staff)
    first.keyboard.type("Lê Thị Gõ Dở")
    settled(first)
    second = first.context.new_page()
    second.goto(first.url)
    expect(box(second, NAME)).to_have_value("Lê Thị Gõ Dở")
    mark(second, NAME, "cần xem")
    expect(field(second, NAME)).to_contain_text("Gõ dở từ lần trước, chưa xác nhận.")
    first.keyboard.press("Enter")
    expect(first.locator("#trouble")).to_be_visible()


def test_what_somebody_before_has_entered_is_offered(staff: Office) -> None:
    waiting(staff)
    first = at_desk(staff)
    first.keyboard.type("Lê Thị Trước")
    first.keyboard.press("Enter")
    settled(first)
    first.keyboard.press("Alt+h")
    expect(first).to_have_url(f"{staff.world.url}/review")
    second = at_desk(staff, login="binh")
    expect(field(second, NAME)).to_contain_text("người trước đã nhập")
    second.keyboard.press("Alt+1")
    expect(box(second, NAME)).to_have_value("Lê Thị Trước")


def test_a_session_that_ends_while_typing_loses_nothing(staff: Office) -> None:
    record = waiting(staff)
    page = at_desk(staff)
    cookie = next(c for c in page.context.cookies() if c["name"] == "digitizer_session")
    staff.workbench.people.sign_out(cookie["value"])
    page.keyboard.type("Trần Thị Còn")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Phiên làm việc đã hết.")).to_be_visible()
    assert focused(page) == BORN  # the work goes on meanwhile
    _, token = staff.workbench.people.sign_in("an", PASSWORD)
    page.context.add_cookies([{"name": "digitizer_session", "value": token, "url": staff.world.url}])
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.locator("#trouble")).to_be_hidden()
    settled(page)
    (draft,) = staff.workbench.desk.drafts(record)
    assert draft.said == {"raw": "Trần Thị Còn"}


def test_somebody_elses_session_is_not_written_under(staff: Office) -> None:
    record = waiting(staff)
    page = at_desk(staff)
    staff.hire("binh", PersonRole.REVIEWER)
    _, token = staff.workbench.people.sign_in("binh", PASSWORD)
    page.context.add_cookies([{"name": "digitizer_session", "value": token, "url": staff.world.url}])
    page.keyboard.type("Trần Thị Lạ")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Phiên làm việc đã hết.")).to_be_visible()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.get_by_text("Cửa sổ này của người khác.")).to_be_visible()
    assert list(staff.workbench.desk.drafts(record)) == []


def test_a_cut_network_is_said_and_made_good(staff: Office) -> None:
    record = waiting(staff)
    page = at_desk(staff)
    page.context.set_offline(True)
    page.keyboard.press("Alt+1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Chưa lưu được, đang thử lại. Đừng đóng trang.")
    assert focused(page) == ETHNICITY
    page.context.set_offline(False)
    page.keyboard.press("Enter")
    settled(page)
    assert [d.field_id for d in staff.workbench.desk.drafts(record)] == [NAME, BORN, ETHNICITY]


def test_a_record_changed_elsewhere_is_not_overwritten(staff: Office) -> None:
    record = waiting(staff)
    page = at_desk(staff)
    stored = staff.world.stores.records.record(record, "*")
    staff.world.stores.records.correct(record, "*", 1, stored.body, staff.people["an"].id, "thử")
    for _ in range(4):
        page.keyboard.press("Enter")
    expect(page.get_by_text("Hồ sơ đã được sửa ở nơi khác.")).to_be_visible()
    page.get_by_role("button", name="Tải lại").click()
    expect(page.locator("[data-role=left]")).to_have_text("đã xem hết")
    assert focused(page) == "finish"
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_be_visible()
    assert state(staff, record) is State.PUBLISHED


def test_the_queue_filters_and_counts_for_the_branch(staff: Office) -> None:
    waiting(staff)
    waiting(staff, (asked(0), replace(asked(4), status=FieldStatus.BLANK, raw="", value=None)))
    staff.hire("an", PersonRole.REVIEWER)
    page = staff.page("an", start="/review")
    expect(page.locator(".start")).to_contain_text("2 hồ sơ chờ")
    page.get_by_label("Lý do", exact=True).select_option("required_blank")
    page.get_by_role("button", name="Lọc").click()
    expect(page.locator(".start")).to_contain_text("1 hồ sơ chờ")
    page.get_by_role("button", name="Nhận hồ sơ tiếp theo").click()
    expect(page).to_have_url(f"{page.url.partition('?')[0]}?reason=required_blank")
    expect(field(page, PHONE)).to_contain_text("Chưa ghi mục bắt buộc")
    staff.hire("nam", PersonRole.REVIEWER, SOUTH)
    expect(staff.page("nam", start="/review").locator(".start")).to_contain_text("0 hồ sơ chờ")


@pytest.mark.parametrize("role", [PersonRole.UPLOADER, PersonRole.ADMINISTRATOR])
def test_only_reviewers_open_it(staff: Office, role: PersonRole) -> None:
    record = waiting(staff)
    staff.hire("ai-do", role)
    for address in ("/review", f"/review/record/{record}"):
        page = staff.page("ai-do", start=address)
        expect(page.get_by_text("không được phép")).to_be_visible()


def test_help_lists_every_key(staff: Office) -> None:
    waiting(staff)
    page = at_desk(staff)
    page.keyboard.press("F1")
    for key in KEYS:
        expect(page.locator("#help")).to_contain_text(key.says)
    assert serious_faults(page) == []
    page.keyboard.press("Escape")
    page.locator("#finish").focus()
    page.keyboard.press("Shift+Slash")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#help")).to_be_hidden()
    page.locator("[data-field] input").first.focus()
    page.keyboard.press("Shift+Slash")
    expect(page.locator("#help")).to_be_hidden()


def test_it_is_accessible_and_fits_small_screens(staff: Office) -> None:
    waiting(staff)
    lease = staff.workbench.desk.take_next(Taker("per_x", NORTH), Wanted())
    assert lease
    staff.workbench.desk.escalate(lease, EscalateReason.FAULT)
    waiting(staff)
    staff.hire("sep", PersonRole.SUPERVISOR)
    queue = staff.page("sep", start="/review")
    sheet = at_desk(staff)
    for page in (queue, sheet):
        assert serious_faults(page) == []
        assert sideways(page) == 0
        page.set_viewport_size({"width": 683, "height": 384})  # 1366 x 768 at 200 % zoom
        assert sideways(page) == 0
    sheet.keyboard.press("Tab")
    assert focused(sheet) == BORN
    assert box(sheet, BORN).evaluate("""e => { const b = e.getBoundingClientRect();
        return document.elementFromPoint(b.x + b.width / 2, b.y + b.height / 2) === e; }""")  # nothing lies over it


def test_it_speaks_english(staff: Office) -> None:
    waiting(staff)
    page = at_desk(staff, language="en")
    mark(page, NAME, "look here")
    expect(page.get_by_role("button", name="Release")).to_be_visible()
    expect(page.locator("[data-role=left]")).to_have_text("3 fields to look at")
