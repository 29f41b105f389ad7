"""Review in a real browser: every key and button of the fields and of the page picture; input methods."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Page, Route, expect

from digitizer.document import FieldStatus, Finding, Source
from storage.base import State
from tests.browser.desk import (
    BORN,
    ETHNICITY,
    NAME,
    PHONE,
    SEX,
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
from tests.browser.world import Office
from tests.web.world import NORTH


def test_a_document_with_three_doubts_in_few_keys(staff: Office) -> None:
    """One candidate taken, one date typed, one answer confirmed, released: four strokes besides the typed text."""
    record, after = waiting(staff), waiting(staff)
    page = at_desk(staff)
    strokes = 0

    def press(key: str) -> None:
        nonlocal strokes
        strokes += 1
        page.keyboard.press(key)

    assert focused(page) == NAME
    press("Alt+1")
    assert focused(page) == BORN
    page.keyboard.type("12/02/2024")
    press("Enter")
    assert focused(page) == ETHNICITY
    press("Enter")
    assert focused(page) == "finish"
    expect(page.locator("#saved")).to_have_text("Đã xem hết. Enter lần nữa để phát hành.")
    press("Enter")
    expect(page.locator("article.sheet")).to_have_attribute("data-record", after)
    expect(page).to_have_url(f"{staff.world.url}/review/record/{after}")
    assert strokes == 4  # at most 12 are allowed
    assert state(staff, record) is State.PUBLISHED
    body = kept(staff, record)
    name, born, ethnicity, sex = (body.field(f) for f in (NAME, BORN, ETHNICITY, SEX))
    assert name and born and ethnicity and sex
    assert (name.raw, born.raw, born.value) == ("Nguyễn Thị Mẫu", "12/02/2024", "2024-02-12")
    assert [f.source for f in (name, born, ethnicity, sex)] == [Source.PERSON] * 3 + [Source.OCR]
    assert name.correction and name.correction.author == staff.people["an"].id
    assert name.correction.raw == "Nguyễn Thi Mẫu"


def test_the_last_record_leads_back_to_the_queue(staff: Office) -> None:
    waiting(staff)
    page = at_desk(staff)
    for key in ("Enter", "Enter", "Enter", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("status")).to_have_text("Không còn hồ sơ nào trong hàng chờ này.")


def test_the_next_record_is_there_before_it_is_asked_for(staff: Office) -> None:
    waiting(staff)
    after = waiting(staff)
    page = at_desk(staff)
    expect(page.locator("#work")).to_have_attribute("data-coming", "yes")
    desk = staff.workbench.desk
    assert {w.record_id for w in desk.holds(NORTH) if w.holder == staff.people["an"].id} >= {after}
    for key in ("Enter", "Enter", "Enter", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("article.sheet")).to_have_attribute("data-record", after)
    assert focused(page) == NAME


def test_tab_walks_all_fields_and_enter_only_doubtful_ones(staff: Office) -> None:
    waiting(staff)
    page = at_desk(staff)
    walked = [focused(page)]
    for _ in range(4):
        page.keyboard.press("Tab")
        walked.append(focused(page))
    assert walked == [NAME, BORN, SEX, ETHNICITY, PHONE]
    page.keyboard.press("Shift+Tab")
    assert focused(page) == ETHNICITY
    page.keyboard.press("Enter")
    assert focused(page) == NAME  # what was passed over comes again
    page.keyboard.press("Enter")
    assert focused(page) == BORN


def test_each_field_says_its_mark_and_why(staff: Office) -> None:
    waiting(staff)
    page = at_desk(staff)
    mark(page, NAME, "cần xem")
    mark(page, SEX, "máy nhận")
    expect(field(page, NAME)).to_contain_text("Máy đọc chưa chắc mục")
    expect(field(page, NAME).locator(".read")).to_contain_text("Nguyễn Thi Mẫu")
    expect(field(page, NAME)).to_contain_text("dữ liệu dân cư: khác với trên giấy")
    page.keyboard.press("Enter")
    mark(page, NAME, "đã xác nhận")
    expect(field(page, BORN)).to_contain_text("ngày 1 tháng 2 năm 2024")


def test_a_late_answer_asks_nothing_again(staff: Office) -> None:
    """The answer to the first save comes when two more fields are done: it knows nothing of them."""
    waiting(staff)
    page = at_desk(staff)
    waits: list[Route] = []
    page.route("**/draft", lambda route: route.continue_() if waits else waits.append(route))
    with page.expect_request("**/draft"):
        page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    with page.expect_response("**/draft"):
        waits[0].continue_()
    settled(page)
    mark(page, BORN, "đã xác nhận")
    page.keyboard.press("Enter")
    assert focused(page) == "finish"


@pytest.mark.parametrize("key", ["Alt+0", "Alt+r"])
def test_the_registry_value_in_one_key(staff: Office, key: str) -> None:
    waiting(staff)
    page = at_desk(staff)
    page.keyboard.press(key)
    expect(box(page, NAME)).to_have_value("Nguyễn Thị Mẫu")
    assert focused(page) == BORN


def test_the_second_candidate_by_key_and_the_first_by_mouse(staff: Office) -> None:
    waiting(staff)
    page = at_desk(staff)
    page.keyboard.press("Alt+2")
    expect(box(page, NAME)).to_have_value("Nguyễn Thì Mẫu")
    box(page, NAME).click()
    page.get_by_role("button", name="Alt+1 Nguyễn Thị Mẫu").click()
    expect(box(page, NAME)).to_have_value("Nguyễn Thị Mẫu")
    page.keyboard.press("Alt+7")
    expect(page.locator("#saved")).to_have_text("Không có mục mang phím này.")


@pytest.mark.parametrize(("key", "status", "words"), [
    ("Alt+b", FieldStatus.BLANK, "để trống"), ("Alt+s", FieldStatus.STRUCK, "gạch bỏ"),
    ("Alt+i", FieldStatus.ILLEGIBLE, "không đọc được"),
])
def test_blank_struck_and_illegible_are_answers(staff: Office, key: str, status: FieldStatus, words: str) -> None:
    record = waiting(staff)
    page = at_desk(staff)
    page.keyboard.press(key)
    assert focused(page) == BORN
    expect(field(page, NAME).locator("[data-role=state]")).to_have_text(words)
    mark(page, NAME, "đã xác nhận")
    for _ in range(3):
        page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_be_visible()
    found = kept(staff, record).field(NAME)
    assert found and (found.status, found.value, found.source) == (status, None, Source.PERSON)


def test_undo_takes_back_word_after_word(staff: Office) -> None:
    record = waiting(staff)
    page = at_desk(staff)
    page.keyboard.press("Alt+1")
    page.keyboard.press("Alt+b")
    assert focused(page) == ETHNICITY
    page.keyboard.type("Tày")
    page.keyboard.press("Alt+z")  # what is being typed goes first
    expect(box(page, ETHNICITY)).to_have_value("Kinh")
    page.keyboard.press("Alt+z")
    assert focused(page) == BORN
    expect(box(page, BORN)).to_have_value("01/02/2024")
    mark(page, BORN, "cần xem")
    page.get_by_role("button", name="Hoàn tác").click()
    expect(box(page, NAME)).to_have_value("Nguyễn Thi Mẫu")
    settled(page)
    assert list(staff.workbench.desk.drafts(record)) == []
    page.keyboard.press("Alt+z")
    expect(page.locator("#saved")).to_have_text("Không có gì để hoàn tác.")


def test_a_date_that_means_nothing_is_said_so_and_may_stand_as_written(staff: Office) -> None:
    record = waiting(staff)
    page = at_desk(staff)
    page.keyboard.press("Alt+1")
    page.keyboard.type("32/13/2024")
    page.keyboard.press("Enter")
    mark(page, BORN, "cần xem")
    expect(field(page, BORN)).to_contain_text("không đọc được thành ngày")
    page.keyboard.press("Enter")  # ethnicity
    assert focused(page) == BORN  # comes again
    expect(field(page, BORN)).to_contain_text("Enter lần nữa: giữ đúng như trên giấy.")
    page.keyboard.press("Enter")
    mark(page, BORN, "đã xác nhận")
    assert focused(page) == "finish"
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_be_visible()
    found = kept(staff, record).field(BORN)
    assert found and (found.raw, found.value, found.status) == ("32/13/2024", None, FieldStatus.FILLED)


def test_what_a_date_means_is_shown_while_it_is_typed(staff: Office) -> None:
    waiting(staff)
    page = at_desk(staff)
    box(page, BORN).click()
    box(page, BORN).press("Control+a")
    page.keyboard.type("9.3.2024")
    expect(field(page, BORN).locator("[data-role=meaning]")).to_have_text("ngày 9 tháng 3 năm 2024")
    assert focused(page) == BORN


def test_a_reason_about_the_whole_document_is_looked_at_and_set_aside(staff: Office) -> None:
    finding = Finding("page_missing", "classify", "Thiếu trang 2 của tờ khai.")
    record = waiting(staff, (asked(0), asked(1)), findings=(finding,))
    page = at_desk(staff)
    expect(page.get_by_text("Thiếu trang 2 của tờ khai.")).to_be_visible()
    page.keyboard.press("Enter")
    assert focused(page) == "finish"
    page.keyboard.press("Alt+z")
    expect(page.locator(".seen")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_be_visible()
    assert state(staff, record) is State.PUBLISHED
    decision = kept(staff, record).decision
    assert decision and decision.overruled == ("page_missing",)


def test_release_is_refused_while_something_is_asked(staff: Office) -> None:
    record = waiting(staff)
    page = at_desk(staff)
    page.keyboard.press("Alt+1")
    page.keyboard.press("Alt+Enter")
    expect(page.locator("#saved")).to_have_text("Chưa phát hành được: còn mục cần xem.")
    assert focused(page) == BORN and state(staff, record) is State.NEEDS_REVIEW


def test_unknown_paper_cannot_be_released_as_it_is(staff: Office) -> None:
    waiting(staff, (), form=None)
    page = at_desk(staff)
    expect(page.get_by_text("Máy không biết loại giấy này.")).to_be_visible()
    page.keyboard.press("Alt+Enter")
    expect(page.locator("#saved")).to_have_text("Chưa phát hành được: còn mục cần xem.")


# --- nothing on bare letters, nothing while an input method composes -------------------------------------------------


def test_bare_letters_and_digits_do_nothing_but_type(staff: Office) -> None:
    record = waiting(staff)
    page = at_desk(staff)
    every = "abcdefghijklmnopqrstuvwxyz0123456789"
    page.keyboard.type(every)
    assert focused(page) == NAME
    expect(box(page, NAME)).to_have_value(every)
    page.locator("#finish").focus()
    page.keyboard.type("abcdefghijklmnopqrstuvwxyz0123456789")
    assert focused(page) == "finish" and state(staff, record) is State.NEEDS_REVIEW


@pytest.mark.parametrize("telling", [{"isComposing": True}, {"keyCode": 229}])
@pytest.mark.parametrize("key", [
    {"key": "Enter", "code": "Enter"}, {"key": "1", "code": "Digit1", "altKey": True},
    {"key": "b", "code": "KeyB", "altKey": True}, {"key": "F1", "code": "F1"},
])
def test_no_key_is_ours_while_an_input_method_composes(
    staff: Office, key: dict[str, object], telling: dict[str, object]
) -> None:
    """Telex and VNI of the system's own input method: keydown with isComposing, or 229 in its place."""
    record = waiting(staff)
    page = at_desk(staff)
    page.evaluate("""(key) => {
        const box = document.activeElement;
        box.dispatchEvent(new CompositionEvent("compositionstart", {bubbles: true}));
        const event = new KeyboardEvent("keydown", {bubbles: true, cancelable: true, ...key});
        if (key.keyCode) Object.defineProperty(event, "keyCode", {value: key.keyCode});
        window.prevented = !box.dispatchEvent(event);
    }""", {**key, **telling})
    assert page.evaluate("window.prevented") is False
    assert focused(page) == NAME
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert list(staff.workbench.desk.drafts(record)) == []


def test_text_composed_by_an_input_method_is_kept_whole(staff: Office) -> None:
    """Chromium's own composition, as IBus and Windows' Telex use it; letters come decomposed and are composed here."""
    record = waiting(staff)
    page = at_desk(staff)
    client = page.context.new_cdp_session(page)
    for text in ("T", "Tr", "Trâ", "Trầ", "Trần"):
        client.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
    client.send("Input.insertText", {"text": "Tra\u0302\u0300n"})
    page.keyboard.type(" Mẫu")
    page.keyboard.press("Enter")
    settled(page)
    assert focused(page) == BORN
    (draft,) = staff.workbench.desk.drafts(record)
    assert draft.said == {"raw": "Trần Mẫu"} and draft.sure


def test_backspace_and_recomposed_text_as_unikey_sends_it(staff: Office) -> None:
    """UniKey, EVKey, OpenKey: 'Hoaf' comes as H, o, a, two Backspaces, 'òa'; no keydown of ours may be in the way."""
    record = waiting(staff)
    page = at_desk(staff)
    page.keyboard.press("Control+a")
    for letter in "Hoa":
        page.keyboard.type(letter)
    for _ in range(2):
        page.keyboard.press("Backspace")
    page.keyboard.insert_text("òa")
    page.keyboard.press("Space")
    page.keyboard.insert_text("Mẫu")
    page.keyboard.press("Enter")
    settled(page)
    (draft,) = staff.workbench.desk.drafts(record)
    assert draft.said == {"raw": "Hòa Mẫu"}


# --- the page picture ------------------------------------------------------------------------------------------------


def scale(page: Page) -> float:
    return float(page.evaluate("new DOMMatrix(document.querySelector('.paper:not([hidden])').style.transform).a"))


def test_focus_zooms_to_the_field_and_draws_only_its_box(staff: Office) -> None:
    waiting(staff)
    page = at_desk(staff)
    page.keyboard.press("Alt+t")
    whole = scale(page)
    for _ in range(2):
        page.keyboard.press("Tab")
        assert scale(page) > whole
        expect(page.locator(".box")).to_have_count(1)
        expect(page.locator(".box")).to_be_in_viewport(ratio=1)
    page.keyboard.press("Alt+k")
    expect(page.locator(".box")).to_be_hidden()
    page.get_by_role("button", name="Khung").click()
    expect(page.locator(".box")).to_be_visible()


def test_keys_zoom_and_move_the_page(staff: Office) -> None:
    waiting(staff)
    page = at_desk(staff)
    at = scale(page)
    page.keyboard.press("Alt+Equal")
    assert scale(page) > at
    page.keyboard.press("Alt+Minus")
    page.keyboard.press("Alt+Minus")
    assert scale(page) < at
    here = page.locator(".paper").evaluate("e => e.style.transform")
    for key in ("ArrowUp", "ArrowLeft"):
        page.keyboard.press(f"Alt+{key}")
    assert page.locator(".paper").evaluate("e => e.style.transform") != here
    assert focused(page) == NAME
    expect(page).to_have_url(f"{staff.world.url}/review/record/{page.locator('article').get_attribute('data-record')}")


def test_a_click_on_the_page_leads_to_the_field(staff: Office) -> None:
    waiting(staff)
    page = at_desk(staff)
    page.get_by_role("button", name="Cả trang").click()
    expect(page.locator(".paper")).to_have_css("transition-duration", "0.16s")
    page.locator(".paper").evaluate("e => Promise.all(e.getAnimations().map((a) => a.finished)).then(() => {})")
    spot = page.locator(".paper").bounding_box()
    assert spot
    page.mouse.click(spot["x"] + spot["width"] * 95 / 210, spot["y"] + spot["height"] * 74 / 297)  # the third answer
    assert focused(page) == SEX


def test_pages_turn_by_key_and_with_the_field(staff: Office) -> None:
    waiting(staff, (asked(0, confidence=0.5), replace(asked(1, confidence=0.5), page=2)), pages=2)
    page = at_desk(staff)
    at = page.locator("[data-role=at]")
    expect(at).to_have_text("1/2")
    page.keyboard.press("Enter")
    expect(at).to_have_text("2/2")
    page.keyboard.press("Alt+PageUp")
    expect(at).to_have_text("1/2")
    page.keyboard.press("Alt+PageDown")
    expect(at).to_have_text("2/2")
