"""Looking at many fields of one kind in a real browser: by keys, by mouse, with two people at once."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from storage.base import State
from storage.workbench import PersonRole
from tests.browser.pictures import show_page
from tests.browser.world import Office, serious_faults, sideways

NAMES = "/review/groups?kind=type-person_name"


def waiting(staff: Office, many: int) -> list[str]:
    found = []
    for _ in range(many):
        submission, record_id = staff.world.record()
        show_page(staff, submission)
        found.append(record_id)
    staff.hire("mot", PersonRole.REVIEWER)
    return found


def test_keys_only_mark_one_and_confirm_the_rest(staff: Office) -> None:
    records = waiting(staff, 3)
    page = staff.page("mot", start=NAMES)
    cells = page.locator(".cell")
    expect(cells).to_have_count(3)
    expect(cells.first).to_be_focused()
    expect(cells.nth(2)).to_have_attribute("data-drawn", "yes")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(cells.nth(1)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(cells.first).to_have_attribute("aria-pressed", "false")
    page.keyboard.type("bxs7")
    expect(page.locator("#confirm")).to_have_text("Xác nhận 2 mục, để 1 mục xem lại")
    page.keyboard.press("Alt+Enter")
    expect(page.locator("#said")).to_contain_text("Đã xác nhận 2 mục, đánh dấu 1")
    stored = [staff.world.stores.records.record(r, "*") for r in records]
    person = staff.people["mot"].id
    assert sorted(s.state.value for s in stored) == ["needs_review", "published", "published"]
    (odd,) = [s for s in stored if s.state is State.NEEDS_REVIEW]
    assert "marked" in [r["code"] for r in odd.body["decision"]["reasons"]]
    for one in stored:
        name = one.body["fields"]["child.full_name"]
        assert (name["source"] == "person") == (one is not odd) and name["raw"] == "Nguyễn Thi Mẫu"
        assert one is odd or name["correction"]["author"] == person
    page.locator("#next").click()
    expect(page.locator(".cell")).to_have_count(1)


def test_what_another_has_done_meanwhile_is_left_alone(staff: Office) -> None:
    waiting(staff, 2)
    staff.hire("hai", PersonRole.REVIEWER)
    one, two = staff.page("mot", start=NAMES), staff.page("hai", start=NAMES)
    expect(two.locator(".cell")).to_have_count(2)
    one.locator("#confirm").click()
    expect(one.locator("#said")).to_contain_text("Đã xác nhận 2")
    two.locator(".cell").first.click()
    two.locator("#confirm").click()
    expect(two.locator("#said")).to_contain_text("Đã xác nhận 0 mục, đánh dấu 0; bỏ qua 2")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_small_screens_digits_and_no_serious_fault(staff: Office, language: str) -> None:
    waiting(staff, 4)
    page = staff.page("mot", language, "/review/groups?kind=digit-2")
    expect(page.locator(".cell mark").first).to_have_text("2")
    assert serious_faults(page) == []
    for size in ({"width": 1366, "height": 768}, {"width": 683, "height": 384}):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert sideways(page) == 0
    page.locator("#kind").select_option("type-ethnicity")
    page.get_by_role("button", name="Xem" if language == "vi" else "Show", exact=True).click()
    expect(page.locator(".cell .value").first).to_have_text("Kinh")
    assert "Kinh" not in page.url
