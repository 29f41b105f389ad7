"""The overview in a real browser: who sees which numbers, charts with their tables, CSV that Excel opens."""

from __future__ import annotations

import csv
import io

import pytest
from playwright.sync_api import expect

from storage.base import State
from storage.workbench import PersonRole
from tests.browser.world import Office, serious_faults, sideways
from tests.web.world import SOUTH


def busy(staff: Office) -> None:
    """Three records in the north, two of them straight through; one in the south, to be checked."""
    for state in (State.ACCEPTED, State.ACCEPTED, State.NEEDS_REVIEW):
        staff.world.record("device", state)
    staff.world.record("device_foreign", State.NEEDS_REVIEW)
    staff.world.upload("device")


def test_numbers_of_the_own_branch(staff: Office) -> None:
    busy(staff)
    staff.hire("giam-sat", PersonRole.SUPERVISOR)
    page = staff.page("giam-sat", start="/overview")
    expect(page.locator(".tiles")).to_contain_text("66,7 %")
    expect(page.locator(".tiles")).to_contain_text("2 trong 3 hồ sơ máy đọc")
    expect(page.locator(".tiles")).to_contain_text("chưa đủ số liệu")
    expect(page.locator("#backlog-numbers tbody tr")).to_have_count(1)
    expect(page.get_by_role("img", name="Hồ sơ công bố mỗi giờ")).to_be_visible()
    assert SOUTH not in page.content()
    staff.hire("trung-tam", PersonRole.SUPERVISOR, "*")
    everything = staff.page("trung-tam", start="/overview?days=7")
    expect(everything.locator(".tiles")).to_contain_text("2 trong 4 hồ sơ máy đọc")
    expect(everything.locator("#backlog-numbers tbody tr")).to_have_count(2)


def test_periods_and_forms(staff: Office) -> None:
    busy(staff)
    staff.hire("giam-sat", PersonRole.SUPERVISOR)
    page = staff.page("giam-sat", start="/overview")
    page.get_by_label("Kỳ").select_option("30")
    page.get_by_label("Mẫu giấy", exact=True).select_option("khai-sinh")
    page.get_by_role("button", name="Xem").click()
    expect(page.get_by_role("img", name="Hồ sơ công bố mỗi ngày")).to_be_visible()
    expect(page.locator("#pace-numbers tbody tr")).to_have_count(30)
    assert page.request.get("/overview?days=8").status == 404
    expect(page.locator("#waiting-numbers tbody tr")).to_have_count(1)


def test_an_administrator_sees_numbers_but_not_how_fast_people_work(staff: Office) -> None:
    busy(staff)
    staff.hire("quan-tri", PersonRole.ADMINISTRATOR, "*")
    page = staff.page("quan-tri", start="/overview")
    expect(page.get_by_role("heading", name="Hồ sơ đang chờ ở đâu")).to_be_visible()
    expect(page.get_by_role("heading", name="Tốc độ kiểm tra")).to_have_count(0)
    assert page.request.get("/overview/keyers.csv").status == 404
    for said in ("Nguyễn Thi Mẫu", "to-khai.pdf", "rec_", "sub_"):
        assert said not in page.content()


@pytest.mark.parametrize("role", [PersonRole.UPLOADER, PersonRole.REVIEWER, PersonRole.SECOND_REVIEWER])
def test_who_may_not_look(staff: Office, role: PersonRole) -> None:
    staff.hire("ai-do", role)
    page = staff.page("ai-do")
    assert [page.request.get(p).status for p in ("/overview", "/overview/pace.csv")] == [403, 403]


def test_csv_for_a_spreadsheet(staff: Office) -> None:
    busy(staff)
    staff.hire("giam-sat", PersonRole.SUPERVISOR)
    page = staff.page("giam-sat", start="/overview")
    for key in ("pace", "forms", "waiting", "backlog", "quality", "keyers"):
        answer = page.request.get(f"/overview/{key}.csv?days=1")
        assert answer.status == 200 and answer.body().startswith(b"\xef\xbb\xbf"), key
        assert answer.headers["content-disposition"] == f'attachment; filename="{key}-1.csv"'
    rows = list(csv.reader(io.StringIO(page.request.get("/overview/forms.csv").text().lstrip("\ufeff"))))
    assert rows[0][:2] == ["Mẫu giấy", "Máy đọc xong"] and rows[1] == ["khai-sinh", "3", "2", "0.6667", "0"]
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV: Hồ sơ đang chờ ở đâu").click()
    assert download.value.suggested_filename == "waiting-1.csv"


def test_accessible_on_a_small_screen_and_in_english(staff: Office) -> None:
    busy(staff)
    staff.hire("giam-sat", PersonRole.SUPERVISOR)
    for language, heading in (("vi", "Tổng quan"), ("en", "Overview")):
        page = staff.page("giam-sat", language, "/overview?days=7")
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        for summary in page.locator("summary").all():
            summary.click()
        assert serious_faults(page) == []
        assert sideways(page) == 0
        page.set_viewport_size({"width": 683, "height": 384})  # 1366 x 768 at 200 % zoom
        assert sideways(page) == 0
