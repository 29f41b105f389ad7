"""Signing in, roles and accounts in a real browser: who may open what, and what a stranger's page cannot do."""

from __future__ import annotations

import httpx2
import pytest
from playwright.sync_api import Page, expect

from storage.workbench import PersonRole
from tests.browser.world import PASSWORD, Office, serious_faults, sideways
from tests.web.world import NORTH, SOUTH


def fill_login(page: Page, login: str, password: str) -> None:
    page.get_by_label("Tên đăng nhập").fill(login)
    page.get_by_label("Mật khẩu").fill(password)
    page.get_by_role("button", name="Đăng nhập").click()


def test_signing_in_leads_to_the_page_that_was_asked_for(staff: Office) -> None:
    staff.hire("quan-tri", PersonRole.ADMINISTRATOR)
    page = staff.page(start="/people")
    expect(page).to_have_url(f"{staff.world.url}/login?next=/people")
    fill_login(page, "quan-tri", PASSWORD)
    expect(page).to_have_url(f"{staff.world.url}/people")
    expect(page.get_by_role("heading", name="Tài khoản")).to_be_visible()
    cookie = next(c for c in page.context.cookies() if c["name"] == "digitizer_session")
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict"
    page.get_by_role("button", name="Đăng xuất").click()
    page.goto("/people")
    expect(page).to_have_url(f"{staff.world.url}/login?next=/people")


def test_a_wrong_password_says_so_and_nothing_more(staff: Office) -> None:
    staff.hire("quan-tri", PersonRole.ADMINISTRATOR)
    said = []
    for login in ("quan-tri", "khong-co"):
        page = staff.page(start="/login")
        fill_login(page, login, "sai-mat-khau-roi")
        said.append(page.get_by_role("alert").inner_text())
    assert said[0] == said[1] and "không đúng" in said[0]


def test_the_eleventh_wrong_password_has_to_wait(staff: Office) -> None:
    staff.hire("quan-tri", PersonRole.ADMINISTRATOR)
    with httpx2.Client(base_url=staff.world.url) as http:
        form = {"login": "quan-tri", "password": "sai-mat-khau-roi"}
        statuses = [http.post("/login", data=form).status_code for _ in range(12)]
        late = http.post("/login", data={**form, "password": PASSWORD})
    assert statuses[:11] == [401] * 11 and statuses[11] == 429 and late.status_code == 429


@pytest.mark.parametrize("role", [r for r in PersonRole if r is not PersonRole.ADMINISTRATOR])
def test_only_administrators_see_accounts(staff: Office, role: PersonRole) -> None:
    staff.hire("nguoi-la", role)
    page = staff.page("nguoi-la", start="/people")
    expect(page.get_by_text("không được phép")).to_be_visible()
    expect(page.get_by_role("link", name="Tài khoản")).to_have_count(0)


def test_an_administrator_adds_closes_and_opens_accounts_of_the_branch(staff: Office) -> None:
    staff.hire("quan-tri", PersonRole.ADMINISTRATOR)
    staff.hire("xa-lac", PersonRole.REVIEWER, SOUTH)
    page = staff.page("quan-tri", start="/people")
    expect(page.get_by_role("cell", name="xa-lac")).to_have_count(0)
    page.get_by_label("Họ và tên").fill("Trần Văn Thử")
    page.get_by_label("Tên đăng nhập").fill("tran.thu")
    page.get_by_label("Vai trò").select_option("reviewer")
    page.get_by_role("button", name="Thêm tài khoản").click()
    password = page.locator("code.secret").inner_text()
    person, _ = staff.workbench.people.sign_in("tran.thu", password)
    assert (person.name, person.branch, person.role) == ("Trần Văn Thử", NORTH, PersonRole.REVIEWER)
    page.get_by_role("button", name="Khóa tài khoản tran.thu").click()
    expect(page.get_by_text("đã khóa")).to_be_visible()
    answer = httpx2.post(f"{staff.world.url}/login", data={"login": "tran.thu", "password": password})
    assert answer.status_code == 401
    page.get_by_role("button", name="Mở lại tài khoản tran.thu").click()
    assert staff.workbench.people.sign_in("tran.thu", password)


def test_what_is_wrong_with_a_new_account_is_said_in_the_language_of_the_page(staff: Office) -> None:
    staff.hire("quan-tri", PersonRole.ADMINISTRATOR)
    page = staff.page("quan-tri", start="/people")
    for link, told in (
        (None, "Tên đăng nhập này đã có người dùng. Hãy chọn tên khác."), ("English", "this login is taken"),
    ):
        if link:
            page.goto("/people")
            page.get_by_role("link", name=link).click()
        page.locator("input[name=name]").fill("Trần Văn Thử")
        page.locator("input[name=login]").fill("quan-tri")
        page.locator("select[name=role]").select_option("reviewer")
        page.locator("form[action='/people'] button").click()
        expect(page.get_by_role("alert")).to_contain_text(told)


def test_a_closed_account_ends_at_its_next_click(staff: Office) -> None:
    boss = staff.hire("quan-tri", PersonRole.ADMINISTRATOR)
    page = staff.page("quan-tri", start="/people")
    staff.workbench.people.disable(boss.id, "test")
    page.reload()
    expect(page).to_have_url(f"{staff.world.url}/login?next=/people")


def test_a_change_without_the_pages_token_is_refused(staff: Office) -> None:
    staff.hire("quan-tri", PersonRole.ADMINISTRATOR)
    _, token = staff.workbench.people.sign_in("quan-tri", PASSWORD)
    form = {"login": "ke.gian", "name": "Kẻ Gian", "role": "administrator", "branch": NORTH}
    with httpx2.Client(base_url=staff.world.url, cookies={"digitizer_session": token}) as http:
        for given in ({}, {"csrf": "khong-dung"}):
            answer = http.post("/people", data={**form, **given})
            assert answer.status_code == 403 and answer.json()["code"] == "foreign_form"
    assert [p.login for p in staff.workbench.people.list_people("*")] == ["quan-tri"]


@pytest.mark.parametrize("address", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:1"])
def test_login_leads_nowhere_else(staff: Office, address: str) -> None:
    staff.hire("quan-tri", PersonRole.ADMINISTRATOR)
    form = {"login": "quan-tri", "password": PASSWORD, "next": address}
    answer = httpx2.post(f"{staff.world.url}/login", data=form, follow_redirects=False)
    assert answer.status_code == 303 and answer.headers["Location"] == "/"


def test_pages_forbid_inline_script_and_framing(staff: Office) -> None:
    answer = httpx2.get(f"{staff.world.url}/login")
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert "<script>" not in answer.text and "style=" not in answer.text and "onclick" not in answer.text


def test_english_is_a_click_away(staff: Office) -> None:
    page = staff.page(start="/login")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="Tiếng Việt").click()
    expect(page.get_by_role("heading", name="Đăng nhập")).to_be_visible()


def test_pages_are_accessible_and_fit_a_small_screen(staff: Office) -> None:
    staff.hire("quan-tri", PersonRole.ADMINISTRATOR)
    for page in (staff.page(start="/login"), staff.page("quan-tri", start="/people"), staff.page(start="/nowhere")):
        assert serious_faults(page) == []
        assert sideways(page) == 0
        page.set_viewport_size({"width": 683, "height": 384})  # 1366 x 768 at 200 % zoom
        assert sideways(page) == 0
