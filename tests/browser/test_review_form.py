"""Giving a paper its form in a real browser: keys only, mouse only, two windows, a cut network, and back when read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from digitizer.document import FormMatch, Record, Source
from digitizer.naming import CODE, Wish, named
from digitizer.stages.route import route
from digitizer.template import load_templates
from digitizer.wire import record_from_json, record_to_json
from storage.base import State
from storage.rereads_base import Reread, RereadClaim, RereadState
from storage.workbench import PersonRole
from tests.browser.desk import NAME, THREE, at_desk, box, focused, kept, settled, start, state, waiting
from tests.browser.world import Office, office, serious_faults, sideways
from tests.web.world import running, sample_record
from web.deps import Service

SEARCH = "#naming-search"
CHOSEN = "#naming-list [aria-selected=true]"


@pytest.fixture
def staff(service: Service, browser: Browser) -> Iterator[Office]:
    """The office with every form of the product."""
    with running(replace(service, templates=load_templates())) as world, office(world, browser) as opened:
        yield opened


def claim_of(staff: Office, record: str) -> RereadClaim:
    found = staff.world.stores.records.record(record, "*")
    claim = staff.workbench.rereads.claim(found.document_id, "test-worker", 60)
    assert claim is not None
    return claim


def asked_for(staff: Office, record: str) -> Reread:
    found = staff.workbench.rereads.of(record)
    assert found is not None
    return found


def read_again(staff: Office, record: str) -> Record:
    """As a worker does it, with a reading made here; the real one is in tests/workers/test_named.py."""
    claim = claim_of(staff, record)
    before, wish = record_from_json(claim.body), claim.asked
    read = replace(sample_record(), fields=THREE, form=FormMatch(wish.form_id, wish.edition, 1.0), decision=None)
    wanted = Wish(wish.form_id, wish.edition, wish.author, "2026-11-30T02:00:00Z")
    after = route(named(before, read, wanted, load_templates()))
    staff.workbench.rereads.finish(claim, record_to_json(after))
    return after


def test_an_unknown_paper_gets_its_form_by_keys_alone(staff: Office) -> None:
    record, after = waiting(staff, (), form=None), waiting(staff)
    page = at_desk(staff)
    expect(page.locator(".unnamed")).to_be_focused()
    page.keyboard.press("Alt+m")
    expect(page.locator(SEARCH)).to_be_focused()
    page.keyboard.type("dang ky khai sinh tt04")
    expect(page.locator(CHOSEN)).to_have_attribute("data-form", "khai-sinh")
    page.keyboard.press("Enter")
    expect(page.locator("[data-role=pages]")).to_contain_text("trang 1")
    expect(page.locator("[data-role=follows]")).to_contain_text("Giấy chưa có mẫu")
    page.keyboard.press("Enter")
    expect(page.locator("article.sheet")).to_have_attribute("data-record", after)
    expect(page.locator("#saved")).to_contain_text("Đã gửi đọc lại")
    assert focused(page) == NAME
    asked = asked_for(staff, record)
    assert (asked.form_id, asked.edition, asked.author) == ("khai-sinh", "tt04-2024", staff.people["an"].id)
    assert asked.state is RereadState.QUEUED and state(staff, record) is State.NEEDS_REVIEW
    read_again(staff, record)
    page.goto(f"/review/record/{record}")
    expect(page.get_by_text("Mẫu do An xác định")).to_be_visible()
    expect(page.locator(".about .advice").first).to_contain_text("Loại giấy do người kiểm tra xác định")
    assert kept(staff, record).naming and state(staff, record) is State.NEEDS_REVIEW


def test_it_is_released_after_somebody_has_looked(staff: Office) -> None:
    record = waiting(staff, (), form=None)
    page = at_desk(staff)
    name_by_keys(page, "khai sinh tt04")
    expect(page.get_by_role("status")).to_contain_text("Đã gửi đọc lại")
    read = read_again(staff, record)
    assert read.decision and CODE in {r.code for r in read.decision.reasons}
    page.goto("/review")
    start(page)
    expect(page.locator(".seen").first).to_be_focused()
    while page.locator("#finish:focus").count() == 0:
        page.keyboard.press("Enter")
    expect(page.locator("#saved")).to_contain_text("Enter lần nữa để phát hành")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Không còn hồ sơ nào")).to_be_visible()
    assert state(staff, record) is State.PUBLISHED


def name_by_keys(page: Page, words: str) -> None:
    page.keyboard.press("Alt+m")
    expect(page.locator(SEARCH)).to_be_focused()
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    expect(page.locator("[data-role=send]")).to_be_focused()
    page.keyboard.press("Enter")


def test_the_last_record_leads_back_to_a_queue_that_shows_it(staff: Office) -> None:
    record = waiting(staff, (), form=None)
    page = at_desk(staff, PersonRole.SUPERVISOR)
    name_by_keys(page, "tt53-2025 ct01")
    expect(page.get_by_role("status")).to_contain_text("Đã gửi đọc lại")
    row = page.locator("tr", has_text="tt53-2025")
    expect(row).to_contain_text("An")
    expect(page.locator(".start")).to_contain_text("0 hồ sơ chờ")
    page.goto(f"/review/record/{record}")
    expect(page.get_by_text("Hồ sơ đang được máy đọc lại")).to_be_visible()
    page.locator("tr", has_text="tt53-2025").get_by_role("button", name="Trả về hàng chờ").click()
    expect(page.locator(".start")).to_contain_text("1 hồ sơ chờ")
    assert staff.workbench.rereads.of(record) is None


def test_a_wrongly_named_paper_gets_another_form_by_mouse_alone(staff: Office) -> None:
    """What was typed of the old form becomes a version of the person's, and the dialog says so before."""
    record, after = waiting(staff), waiting(staff)
    page = at_desk(staff)
    page.keyboard.type("Trần Văn Thử")
    page.keyboard.press("Enter")
    settled(page)
    page.locator(".bar").get_by_role("button", name="Chọn mẫu").click()
    page.locator('#naming-list [data-form="ct01"]').first.click()
    expect(page.locator("[data-role=follows]")).to_contain_text("cả 1 mục người đã nhập")
    page.get_by_role("button", name="Chọn mẫu khác").click()
    expect(page.locator(SEARCH)).to_be_focused()
    page.locator('#naming-list [data-form="ct01"][data-edition="tt66-2023"]').click()
    page.get_by_role("button", name="Đọc lại theo mẫu này").click()
    expect(page.locator("article.sheet")).to_have_attribute("data-record", after)
    said = kept(staff, record).field(NAME)
    assert said and (said.raw, said.source) == ("Trần Văn Thử", Source.PERSON)
    assert list(staff.workbench.desk.drafts(record)) == [] and state(staff, record) is State.NEEDS_REVIEW
    read_again(staff, record)
    versions = staff.world.stores.records.versions(record, "*")
    assert [v.author for v in versions] == ["machine", staff.people["an"].id, "machine"]
    assert record_from_json(versions[1].body).field(NAME) == said
    now = kept(staff, record).field(NAME)
    assert now and now.source is not Source.PERSON  # of the other form


def test_the_same_form_says_that_answers_stay(staff: Office) -> None:
    record = waiting(staff, form=FormMatch("ct01", "tt53-2025", 0.9))
    page = at_desk(staff)
    page.keyboard.type("Trần Văn Thử")
    page.keyboard.press("Enter")
    settled(page)
    page.keyboard.press("Alt+m")
    page.keyboard.type("tt66-2023")
    page.keyboard.press("Enter")
    expect(page.locator("[data-role=follows]")).to_contain_text("được giữ nguyên")
    page.keyboard.press("Enter")
    expect(page.locator(".start")).to_be_visible()
    after = read_again(staff, record)
    name = after.field(NAME)
    assert name and (name.raw, name.source) == ("Trần Văn Thử", Source.PERSON)


def test_the_machines_candidates_come_first(staff: Office) -> None:
    editions = {t.id: t.edition for t in load_templates()}
    likely = (FormMatch("xe", editions["xe"], 0.7), FormMatch("ct01", "tt66-2023", 0.4))
    waiting(staff, (), form=None, form_candidates=likely)
    page = at_desk(staff)
    page.keyboard.press("Alt+m")
    expect(page.locator(CHOSEN)).to_have_attribute("data-form", "xe")
    expect(page.locator(CHOSEN)).to_contain_text("giống 70 %")
    page.keyboard.press("ArrowDown")
    expect(page.locator(CHOSEN)).to_have_attribute("data-edition", "tt66-2023")
    page.keyboard.press("PageDown")
    page.keyboard.press("PageUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator(CHOSEN)).to_have_attribute("data-form", "xe")
    expect(page.locator(SEARCH)).to_have_attribute(
        "aria-activedescendant", page.locator(CHOSEN).get_attribute("id") or "?")
    expect(page.locator("#naming-list li")).to_have_count(len(load_templates()))


def test_search_with_marks_without_and_for_nothing(staff: Office) -> None:
    waiting(staff)
    page = at_desk(staff)
    page.keyboard.press("Alt+m")
    for words in ("đăng ký đất đai", "DANG KY DAT DAI"):
        page.locator(SEARCH).fill(words)
        expect(page.locator("#naming-list li:visible").first).to_contain_text("đất", ignore_case=True)
    page.locator(SEARCH).fill("không có mẫu này đâu")
    expect(page.locator("#naming-count")).to_have_text("Không có mẫu nào hợp với những chữ này.")
    page.keyboard.press("Enter")
    expect(page.locator(SEARCH)).to_be_visible()


def test_escape_leaves_everything_as_it_was(staff: Office) -> None:
    record = waiting(staff)
    page = at_desk(staff)
    page.keyboard.press("Alt+m")
    page.keyboard.type("ct01")
    page.keyboard.press("Enter")
    expect(page.locator("[data-role=send]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator(f'[data-field="{NAME}"] .stop')).to_be_focused()
    page.keyboard.press("Alt+m")
    page.get_by_role("button", name="Thôi").click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert staff.workbench.rereads.of(record) is None
    expect(box(page, NAME)).to_have_value("Nguyễn Thi Mẫu")


@pytest.mark.parametrize("telling", [{"isComposing": True}, {"keyCode": 229}])
def test_nothing_is_chosen_while_an_input_method_composes(staff: Office, telling: dict[str, object]) -> None:
    waiting(staff)
    page = at_desk(staff)
    page.keyboard.press("Alt+m")
    page.evaluate("""(told) => {
        const box = document.activeElement;
        box.dispatchEvent(new CompositionEvent("compositionstart", {bubbles: true}));
        for (const key of ["Enter", "ArrowDown"]) {
            const event = new KeyboardEvent("keydown", {bubbles: true, cancelable: true, key, code: key, ...told});
            if (told.keyCode) Object.defineProperty(event, "keyCode", {value: told.keyCode});
            window.prevented = window.prevented || !box.dispatchEvent(event);
        }
    }""", telling)
    assert page.evaluate("window.prevented") is False
    expect(page.locator(SEARCH)).to_be_focused()
    assert page.locator("#naming-list li").first.get_attribute("aria-selected") == "true"


def test_who_lost_the_record_to_another_window_names_nothing(staff: Office) -> None:
    record = waiting(staff)
    first = at_desk(staff)
    second = staff.page("an", start=f"/review/record/{record}")
    expect(second.locator(f'[data-field="{NAME}"] .stop')).to_be_focused()
    name_by_keys(first, "ct01 tt53")
    expect(first.get_by_text("Hồ sơ này đã được người khác hoặc cửa sổ khác nhận.")).to_be_visible()
    assert staff.workbench.rereads.of(record) is None
    name_by_keys(second, "ct01 tt53")
    expect(second.locator(".start")).to_be_visible()
    first.get_by_role("button", name="Nhận lại").click()
    expect(first.locator("#trouble")).to_contain_text("đang được máy đọc lại")


def test_a_cut_network_is_said_and_the_word_is_sent_again(staff: Office) -> None:
    record, after = waiting(staff), waiting(staff)
    page = at_desk(staff)
    expect(page.locator("#work")).to_have_attribute("data-coming", "yes")
    page.context.set_offline(True)
    name_by_keys(page, "ct01 tt53")
    expect(page.locator("#naming [role=alert]")).to_have_text("Chưa gửi được. Hãy thử lại.")
    page.context.set_offline(False)
    page.keyboard.press("Enter")
    expect(page.locator("article.sheet")).to_have_attribute("data-record", after)
    assert asked_for(staff, record).form_id == "ct01"


@pytest.mark.parametrize(("code", "words"), [
    ("original_missing", "Không tìm thấy bản gốc đã lưu"), ("reader_crashed", "Máy chưa đọc được tài liệu này"),
])
def test_what_could_not_be_read_says_why(staff: Office, code: str, words: str) -> None:
    record = waiting(staff)
    page = at_desk(staff)
    name_by_keys(page, "ct01 tt53")
    expect(page.locator(".start")).to_be_visible()
    staff.workbench.rereads.give_back(claim_of(staff, record), code, final=True)
    page.reload()
    expect(page.locator("table").first).to_contain_text("Không đọc lại được")
    page.get_by_role("button", name="Nhận hồ sơ tiếp theo").click()
    expect(page.locator(".named [role=alert]")).to_contain_text(words)
    expect(page.locator(".named [role=alert]")).to_contain_text("hồ sơ vẫn như trước.")
    expect(page.locator(f'[data-field="{NAME}"] .stop')).to_be_focused()


def test_it_is_accessible_fits_and_speaks_english(staff: Office) -> None:
    waiting(staff, (), form=None)
    page = at_desk(staff, language="en")
    expect(page.get_by_text("The machine does not know this form.")).to_be_visible()
    assert serious_faults(page) == []
    page.keyboard.press("Alt+m")
    expect(page.get_by_role("heading", name="Which form is this paper?")).to_be_visible()
    assert serious_faults(page) == [] and sideways(page) == 0
    page.set_viewport_size({"width": 683, "height": 384})  # 1366 x 768 at 200 % zoom
    assert sideways(page) == 0
    page.keyboard.type("khai sinh")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Read again as this form")).to_be_in_viewport()
    assert serious_faults(page) == [] and sideways(page) == 0
