"""Signing in with an identity provider, in a browser, against a provider that can also lie."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from playwright.sync_api import expect

from api import create_app
from digitizer.errors import UnsafeSettings
from settings import Settings
from storage.workbench import NewPerson, PersonRole
from tests.browser.world import Office
from tests.fakes.identity_provider import CLIENT, SECRET, Provider, identity_provider
from tests.web.world import NORTH
from web.ui.oidc import IdentityProvider


@pytest.fixture
def provider(staff: Office) -> Iterator[Provider]:
    with identity_provider() as started:
        known = IdentityProvider(started.url, CLIENT, SECRET, staff.world.url)
        object.__setattr__(staff.world.service, "identity_provider", known)
        yield started


def test_whom_the_provider_knows_gets_the_account_here(staff: Office, provider: Provider) -> None:
    staff.workbench.people.add(NewPerson("an.tran", "Trần An", PersonRole.ADMINISTRATOR, NORTH), "test")
    page = staff.page(start="/people")
    page.get_by_role("link", name="Đăng nhập bằng tài khoản của Trung tâm").click()
    expect(page).to_have_url(f"{staff.world.url}/people")
    expect(page.get_by_text("Trần An").first).to_be_visible()


def test_who_has_no_account_here_stays_outside(staff: Office, provider: Provider) -> None:
    page = staff.page(start="/login")
    page.get_by_role("link", name="Đăng nhập bằng tài khoản của Trung tâm").click()
    expect(page.get_by_role("alert")).to_contain_text("không đúng")
    assert not [c for c in page.context.cookies() if c["name"] == "digitizer_session"]


@pytest.mark.parametrize("lies", [
    {"nonce": "another"}, {"aud": "another"}, {"iss": "http://another"}, {"exp": int(time.time()) - 3600},
    {"aud": [CLIENT, "another"]}, {"azp": "another"}, {"preferred_username": None}, {"forged": True},
])
def test_a_word_that_does_not_hold_lets_nobody_in(staff: Office, provider: Provider, lies: dict[str, Any]) -> None:
    staff.workbench.people.add(NewPerson("an.tran", "Trần An", PersonRole.ADMINISTRATOR, NORTH), "test")
    provider.forged, provider.lies = lies.get("forged", False), {k: v for k, v in lies.items() if k != "forged"}
    with httpx2.Client(base_url=staff.world.url, follow_redirects=True) as http:
        answer = http.get("/login/oidc")
    assert answer.status_code == 401 and "digitizer_session" not in answer.headers.get("set-cookie", "")


def test_an_answer_that_this_browser_did_not_ask_for_is_refused(staff: Office, provider: Provider) -> None:
    staff.workbench.people.add(NewPerson("an.tran", "Trần An", PersonRole.ADMINISTRATOR, NORTH), "test")
    with httpx2.Client(base_url=staff.world.url) as thief, httpx2.Client(base_url=staff.world.url) as victim:
        there = thief.get("/login/oidc").headers["Location"]
        back = httpx2.get(there).headers["Location"]
        victim.get("/login/oidc")
        assert victim.get(back).status_code == 401
        assert thief.get(back).status_code == 200
        assert thief.get(back).status_code == 401, "a code works once"


def test_a_provider_that_is_away_is_told_as_such(staff: Office) -> None:
    away = IdentityProvider("http://127.0.0.1:9", CLIENT, SECRET, staff.world.url)
    object.__setattr__(staff.world.service, "identity_provider", away)
    page = staff.page(start="/login/oidc")
    expect(page.get_by_text("identity_provider_unavailable")).to_be_visible()


def test_without_a_provider_there_is_no_such_door(staff: Office) -> None:
    assert httpx2.get(f"{staff.world.url}/login/oidc").status_code == 404
    expect(staff.page(start="/login").get_by_role("link", name="Trung tâm")).to_have_count(0)


def test_half_a_provider_is_refused_at_the_start(tmp_path: Any) -> None:
    for given in ({"oidc_client_id": "x"}, {"public_url": "https://x.example"}):
        with pytest.raises(UnsafeSettings):
            create_app(Settings(var=tmp_path, oidc_issuer="https://id.example", **given))
