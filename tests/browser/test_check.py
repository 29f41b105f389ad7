"""Keying blind in a real browser: keys only, an input method, a cut network, and never an answer in sight."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from storage.base import State
from storage.checks_base import QualityRules
from storage.workbench import PersonRole
from tests.browser.pictures import show_page
from tests.browser.world import Office, serious_faults, sideways

RIGHT = {"child.full_name": "Nguyễn Thi Mẫu", "child.date_of_birth": "01/02/2024", "child.sex": "Nữ",
         "child.ethnicity": "Kinh"}


def sampled(staff: Office, records: int = 1) -> list[str]:
    """Records whose every field goes to a blind check; two people to do so."""
    staff.workbench.quality.set_rules(QualityRules(rate=1.0), "test")
    found = []
    for _ in range(records):
        submission, record_id = staff.world.record(state=State.ACCEPTED)
        show_page(staff, submission)
        found.append(record_id)
    staff.hire("lan-hai", PersonRole.SECOND_REVIEWER)
    staff.hire("lan-ba", PersonRole.SECOND_REVIEWER)
    return found


def label(page: Page) -> str:
    expect(page.locator("#task")).to_be_visible()
    return page.locator("#label").inner_text()


def key_all(page: Page, said: Callable[[str], str]) -> list[str]:
    """Types until nothing is left; gives the names of the fields in their order."""
    names = []
    while not page.locator("#nothing").is_visible():
        names.append(label(page))
        page.locator("#raw").fill(said(names[-1]))
        before = page.locator("#region").get_attribute("data-of")
        page.keyboard.press("Enter")
        page.wait_for_function(
            "before => document.getElementById('task').hidden"
            " || (document.getElementById('region').dataset.of || before) !== before", arg=before)
    return names


def test_fields_are_keyed_with_enter_and_nothing_of_what_was_read_is_sent(staff: Office) -> None:
    (record_id,) = sampled(staff)
    page = staff.page("lan-hai")
    sent: list[str] = []
    page.on("response", lambda answer: sent.append(answer.text()) if "json" in answer.headers.get("content-type", "")
            or "html" in answer.headers.get("content-type", "") else None)
    page.goto("/review/check")
    expect(page.locator("#raw")).to_be_focused()
    expect(page.locator("#region")).to_have_attribute("data-of", page.evaluate(
        "JSON.parse(document.getElementById('check').dataset.task).id"))
    assert page.evaluate("document.getElementById('region').width") > 300
    assert sorted(key_all(page, RIGHT.__getitem__)) == sorted(RIGHT)
    expect(page.locator("#raw")).to_have_value("")  # the last answer does not stay in a page that is left open
    assert sent and not any(value in text for text in sent for value in ("Nguyễn Thi Mẫu", "01/02/2024", "2024-02-01"))
    assert {r.samples for r in staff.workbench.quality.rates("*")} == {1}
    assert staff.world.stores.records.record(record_id, "*").version == 1


def test_two_people_against_the_machine_amend_the_record(staff: Office) -> None:
    (record_id,) = sampled(staff)
    said = {**RIGHT, "child.full_name": "Nguyễn Thị Mẫu"}
    for person in ("lan-hai", "lan-ba"):
        key_all(staff.page(person, start="/review/check"), said.__getitem__)
    record = staff.world.stores.records.record(record_id, "*")
    assert (record.state, record.version) == (State.AMENDED, 2)
    assert record.body["fields"]["child.full_name"]["raw"] == "Nguyễn Thị Mẫu"
    assert record.body["fields"]["child.full_name"]["correction"]["was_read"]["raw"] == "Nguyễn Thi Mẫu"
    assert staff.workbench.checks.to_amend("*") == []
    staff.hire("truong-phong", PersonRole.SUPERVISOR, "*")
    page = staff.page("truong-phong", start="/review/quality")
    page.get_by_role("link", name="Hồ sơ tương tự").click()
    expect(page.get_by_text("Hồ sơ có thể sai giống vậy")).to_be_visible()
    assert serious_faults(page) == []


def test_three_answers_go_to_a_supervisor_who_sees_them_all(staff: Office) -> None:
    (record_id,) = sampled(staff)
    for person, name in (("lan-hai", "Nguyễn Thị Mẫu"), ("lan-ba", "Nguyễn Thị Mậu")):
        key_all(staff.page(person, start="/review/check"), {**RIGHT, "child.full_name": name}.__getitem__)
    staff.hire("truong-phong", PersonRole.SUPERVISOR, "*")
    page = staff.page("truong-phong", start="/review/quality")
    page.get_by_role("link", name="Quyết định").click()
    expect(page.locator("#answers button")).to_have_text(["Nguyễn Thi Mẫu", "Nguyễn Thị Mẫu", "Nguyễn Thị Mậu"])
    assert serious_faults(page) == []
    page.get_by_role("button", name="Nguyễn Thị Mậu").click()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Đã ghi quyết định")).to_be_visible()
    record = staff.world.stores.records.record(record_id, "*")
    assert (record.state, record.body["fields"]["child.full_name"]["raw"]) == (State.AMENDED, "Nguyễn Thị Mậu")


@pytest.mark.parametrize(("key", "status"), [("Alt+B", "blank"), ("Alt+S", "struck"), ("Alt+I", "illegible")])
def test_answers_without_text_have_keys(staff: Office, key: str, status: str) -> None:
    sampled(staff)
    page = staff.page("lan-hai", start="/review/check")
    label(page)
    with page.expect_request("**/review/check") as sent:
        page.keyboard.press(key)
    assert sent.value.post_data_json["status"] == status
    expect(page.locator("#said")).to_have_text("Đã lưu. Mục tiếp theo.")


def test_letters_and_composition_set_nothing_off(staff: Office) -> None:
    sampled(staff)
    page = staff.page("lan-hai", start="/review/check")
    first = label(page)
    page.locator("#raw").press_sequentially("bsith")
    page.locator("#raw").evaluate("""box => {
      for (const key of ["Enter", "b"]) for (const more of [{isComposing: true}, {keyCode: 229}])
        box.dispatchEvent(new KeyboardEvent("keydown", {key, code: key, bubbles: true, ...more})); }""")
    expect(page.locator("#raw")).to_have_value("bsith")
    assert label(page) == first and staff.workbench.quality.rates("*")[0].samples == 0


def test_a_text_that_makes_no_value_is_asked_once(staff: Office) -> None:
    sampled(staff)
    page = staff.page("lan-hai", start="/review/check")
    while label(page) != "child.date_of_birth":
        page.locator("#raw").fill(RIGHT[label(page)])
        page.keyboard.press("Enter")
        expect(page.locator("#raw")).to_have_value("")
    page.locator("#raw").fill("hôm qua")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("nhấn Enter lần nữa")
    expect(page.locator("#raw")).to_have_value("hôm qua")
    page.keyboard.press("Enter")
    expect(page.locator("#raw")).to_have_value("")


def test_what_was_typed_outlives_a_cut_and_a_session_that_ended(staff: Office) -> None:
    sampled(staff)
    page = staff.page("lan-hai", start="/review/check")
    name = label(page)
    page.locator("#raw").fill(RIGHT[name])
    page.route("**/review/check", lambda route: route.abort())
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("vẫn còn đây")
    page.unroute("**/review/check")
    token = next(c["value"] for c in page.context.cookies() if c["name"] == "digitizer_session")
    staff.workbench.people.sign_out(token)
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("Phiên làm việc đã hết")
    expect(page.locator("#raw")).to_have_value(RIGHT[name])
    _, fresh = staff.workbench.people.sign_in("lan-hai", "mot-mat-khau-dai-12")
    page.context.add_cookies([{"name": "digitizer_session", "value": fresh, "url": staff.world.url}])
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_have_text("Đã lưu. Mục tiếp theo.")


def test_the_pages_are_for_whom_they_are_for(staff: Office) -> None:
    sampled(staff)
    staff.hire("mot", PersonRole.REVIEWER)
    page = staff.page("mot", start="/review/check")
    expect(page.locator("code").first).to_have_text("forbidden")
    staff.hire("quan-tri", PersonRole.ADMINISTRATOR, "*")
    page = staff.page("quan-tri", start="/review/quality")
    expect(page.get_by_role("heading", name="Chất lượng của những gì máy tự chấp nhận")).to_be_visible()
    assert page.get_by_role("button", name="Dừng").count() == 0 and page.locator("#rate").count() == 0


def test_a_supervisor_switches_off_and_on_again(staff: Office) -> None:
    sampled(staff)
    staff.hire("truong-phong", PersonRole.SUPERVISOR, "*")
    page = staff.page("truong-phong", start="/review/quality")
    row = page.get_by_role("row").filter(has_text="ngày")
    row.get_by_text("Dừng").first.click()
    row.get_by_label("Lý do").fill("máy quét hỏng")
    row.get_by_role("button", name="Dừng").click()
    expect(page.get_by_role("alert")).to_contain_text("máy quét hỏng")
    assert staff.world.stores.held() == {("khai-sinh", "date")}
    overview = staff.page("truong-phong", start="/overview")
    expect(overview.get_by_role("alert")).to_contain_text("Đã dừng tự động chấp nhận")
    assert serious_faults(overview) == []
    assert serious_faults(page) == [] and sideways(page) == 0
    row.get_by_text("Bật lại").first.click()
    row.get_by_label("Lý do").fill("đã sửa")
    row.get_by_role("button", name="Bật lại").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_label("Kiểm tra lại").fill("2,5")
    page.get_by_label("địa chỉ").check()
    page.get_by_role("button", name="Lưu quy tắc").click()
    expect(page.get_by_label("Kiểm tra lại")).to_have_value("2,5")
    assert staff.workbench.quality.rules().rate == 0.025
    assert "address" in staff.workbench.quality.rules().double
    page.get_by_label("Mức trần của cận trên").fill("0,1")
    page.get_by_role("button", name="Lưu quy tắc").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("button", name="Bốc lại và đối chiếu").click()
    expect(page.get_by_role("status")).to_contain_text("thiếu 0, thừa 0")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_serious_fault_and_nothing_to_scroll_sideways(staff: Office, language: str) -> None:
    sampled(staff)
    staff.hire("truong-phong", PersonRole.SUPERVISOR, "*")
    for who, start in (("lan-hai", "/review/check"), ("truong-phong", "/review/quality")):
        page = staff.page(who, language, start)
        for size in ({"width": 1366, "height": 768}, {"width": 683, "height": 384}):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            assert sideways(page) == 0
        assert serious_faults(page) == []
    if language == "en":
        expect(page.get_by_role("heading", level=1)).to_have_text("Quality of what the machine accepts by itself")


def test_who_opened_the_record_keys_none_of_it_and_quality_says_that_somebody_is_needed(staff: Office) -> None:
    staff.workbench.quality.set_rules(QualityRules(rate=1.0), "test")
    submission, record_id = staff.world.record(state=State.ACCEPTED)
    show_page(staff, submission)
    staff.hire("lan-hai", PersonRole.SECOND_REVIEWER)
    staff.hire("truong-phong", PersonRole.SUPERVISOR)
    page = staff.page("lan-hai", start=f"/records/{record_id}")
    boss = staff.page("truong-phong", start="/review/quality")
    expect(boss.locator("#unattended")).to_have_count(0)  # the supervisor may key them
    page.goto("/review/check")
    expect(page.locator("#nothing")).to_be_visible()
    boss.goto(f"/records/{record_id}")
    boss.goto("/review/quality")
    expect(boss.locator("#unattended")).to_contain_text("4 mục chờ nhập độc lập mà không ai được nhập")
    assert (serious_faults(boss), sideways(boss)) == ([], 0)
    staff.hire("nguoi-moi", PersonRole.SECOND_REVIEWER)
    boss.reload()
    expect(boss.locator("#unattended")).to_have_count(0)
    expect(staff.page("nguoi-moi", start="/review/check").locator("#task")).to_be_visible()
