"""The kiosk in a real browser with a real child looking: verdicts, order, camera, sending once, nothing left behind."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Sequence

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from bench.make import filled, template_of
from bench.prints import print_blank
from bench.scan import QUALITIES, save, scan_all
from storage.base import State
from storage.workbench import PersonRole
from tests.browser.world import SMALL_SCREEN, Office, serious_faults, sideways

Files = list[dict[str, object]]


@pytest.fixture(scope="session")
def death(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A filled declaration of two pages, each a JPEG."""
    scans = scan_all(filled(print_blank(template_of("khai-tu")), 7).pages, QUALITIES["medium"], random.Random(3))
    paths = save(scans, tmp_path_factory.mktemp("scans") / "khai-tu.jpg")
    return [{"name": f"trang {n}.jpg", "mimeType": "image/jpeg", "buffer": p.read_bytes()} for n, p in
            enumerate(paths, start=1)]


def white() -> dict[str, object]:
    out = io.BytesIO()
    Image.new("L", (1240, 1754), 255).save(out, "PNG", dpi=(150, 150))
    return {"name": "trang.png", "mimeType": "image/png", "buffer": out.getvalue()}


def at_the_counter(counter: Office, login: str = "can-bo", language: str = "vi") -> Page:
    if login not in counter.people:
        counter.hire(login, PersonRole.UPLOADER)
    page = counter.page(login, language, "/kiosk")
    page.set_default_timeout(30_000)
    return page


def lay_in(page: Page, files: Sequence[dict[str, object]]) -> None:
    page.locator("#files").set_input_files(list(files))  # type: ignore[arg-type]


def verdicts(page: Page, words: Sequence[str]) -> None:
    expect(page.locator(".tile .verdict .text")).to_have_text(list(words), timeout=60_000)


def submissions(counter: Office) -> list[str]:
    told = counter.world.stores.records.events("*", None, 500).events
    return list(dict.fromkeys(e.submission_id for e in told))


def test_pages_are_looked_at_sent_together_and_followed(counter: Office, death: Files) -> None:
    page = at_the_counter(counter)
    lay_in(page, death)
    verdicts(page, ["Dùng được", "Dùng được"])
    expect(page.locator(".tile .shot img")).to_have_count(2)
    expect(page.locator("#summary")).to_have_text("2 trang, dùng được cả. Có thể gửi.")
    page.get_by_role("button", name="Gửi hồ sơ").click()
    receipt = page.locator(".receipt")
    expect(receipt.locator(".state")).to_have_text("Đã nhận và lưu an toàn.")
    expect(page.locator(".tile")).to_have_count(0)
    (submission,) = submissions(counter)
    assert [p.file_name for p in counter.world.stores.uploads.submission(submission, "*").parts] == [
        "trang 1.jpg", "trang 2.jpg"]
    expect(receipt.locator(".number")).to_have_text(submission)
    assert receipt.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 50
    counter.world.work(submission, State.NEEDS_REVIEW)
    expect(receipt.locator(".state")).to_have_text("Đã đọc xong, chờ cán bộ kiểm tra.", timeout=30_000)
    with page.expect_popup() as opened:
        receipt.get_by_role("link", name="In biên nhận").click()
    paper = opened.value
    expect(paper.get_by_text(submission)).to_be_visible()
    assert serious_faults(paper) == []


def test_a_missing_page_is_told_and_taken_back_when_it_comes(counter: Office, death: Files) -> None:
    page = at_the_counter(counter)
    lay_in(page, death[1:])
    verdicts(page, ["Cần lưu ý"])
    expect(page.locator("#whole-findings li")).to_have_text(re.compile("Thiếu trang đầu"))
    lay_in(page, death[:1])
    expect(page.locator("#whole-findings li")).to_have_text(  # in this order neither makes a whole form
        [re.compile("Thiếu trang đầu"), re.compile("Thiếu trang")], timeout=60_000
    )
    page.locator(".tile").nth(1).get_by_role("button", name="Chuyển lên trước").press("Enter")
    expect(page.locator(".tile .name")).to_have_text(["Trang 1, trang 1.jpg", "Trang 2, trang 2.jpg"])
    expect(page.locator("#whole-findings li")).to_have_count(0)
    verdicts(page, ["Dùng được", "Dùng được"])


def test_another_form_than_chosen_is_to_be_scanned_again(counter: Office, death: Files) -> None:
    page = at_the_counter(counter)
    page.get_by_label("Công dân mang giấy gì?").select_option("khai-sinh")
    lay_in(page, death[:1])
    verdicts(page, ["Cần quét lại"])
    expect(page.locator(".tile .findings")).to_contain_text("Sai mẫu")
    page.get_by_label("Công dân mang giấy gì?").select_option("khai-tu")
    verdicts(page, ["Dùng được"])


def test_a_page_is_replaced_and_removed_by_keyboard(counter: Office, death: Files) -> None:
    page = at_the_counter(counter)
    lay_in(page, [white()])
    verdicts(page, ["Cần lưu ý"])
    expect(page.locator(".tile .findings")).to_contain_text("Trang trắng")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Thay", exact=True).press("Enter")
    chooser.value.set_files(death[0])  # type: ignore[arg-type]
    verdicts(page, ["Dùng được"])
    page.get_by_role("button", name="Bỏ", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".tile")).to_have_count(0)
    expect(page.get_by_role("button", name="Chọn tệp")).to_be_focused()


def test_a_file_that_is_no_scan_cannot_be_sent(counter: Office) -> None:
    page = at_the_counter(counter)
    lay_in(page, [{"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"no scan"},
                  {"name": "thu.docx", "mimeType": "application/msword", "buffer": b"x"}])
    verdicts(page, ["Không nhận tệp này"])
    expect(page.locator("#fault")).to_contain_text("Bỏ qua 1 tệp")
    expect(page.get_by_role("button", name="Gửi hồ sơ")).to_be_disabled()


def test_the_camera_takes_several_pages(counter: Office) -> None:
    page = at_the_counter(counter)
    page.get_by_role("button", name="Máy ảnh").click()
    expect(page.locator("#video")).to_be_visible()
    expect(page.locator("#video")).to_have_js_property("readyState", 4, timeout=30_000)
    for count in (1, 2):
        page.get_by_role("button", name="Chụp trang này").click()
        expect(page.locator(".tile")).to_have_count(count)
    page.get_by_role("button", name="Tắt máy ảnh").click()
    expect(page.locator("#video")).to_be_hidden()
    expect(page.locator(".tile .name").first).to_have_text(re.compile("anh-1.jpg"))
    expect(page.locator(".tile .verdict .text").first).to_have_text(re.compile("Cần|Dùng"), timeout=60_000)


def test_a_cut_connection_loses_nothing_and_sends_once(counter: Office, death: Files) -> None:
    page = at_the_counter(counter)
    lay_in(page, death)
    verdicts(page, ["Dùng được", "Dùng được"])
    keys: list[str] = []

    def cut(route: Route) -> None:
        """The first is lost on its way, the second arrives but its answer does not."""
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 2:
            route.fetch()
        if len(keys) <= 2:
            route.abort()
        else:
            route.continue_()

    page.route("**/kiosk/submissions", cut)
    page.get_by_role("button", name="Gửi hồ sơ").click()
    expect(page.locator("#fault")).to_contain_text("Mọi trang vẫn còn đây")
    expect(page.locator(".tile")).to_have_count(2)
    expect(page.locator(".receipt")).to_have_count(1, timeout=60_000)
    assert len(keys) == 3 and len(set(keys)) == 1 and len(submissions(counter)) == 1


def test_signing_in_again_elsewhere_lets_the_same_pages_go(counter: Office, death: Files) -> None:
    page = at_the_counter(counter)
    lay_in(page, death[:1])
    verdicts(page, ["Dùng được"])
    cookies = {c["name"]: c["value"] for c in page.context.cookies()}
    counter.workbench.people.sign_out(cookies["digitizer_session"])
    page.get_by_role("button", name="Gửi hồ sơ").click()
    expect(page.locator("#fault")).to_contain_text("đăng nhập ở thẻ mới")
    _, token = counter.workbench.people.sign_in("can-bo", "mot-mat-khau-dai-12")
    page.context.add_cookies([{"name": "digitizer_session", "value": token, "url": counter.world.url}])
    page.get_by_role("button", name="Gửi lại").click()
    expect(page.locator(".receipt")).to_have_count(1)


def test_the_next_person_finds_nothing_of_the_last(counter: Office, death: Files) -> None:
    page = at_the_counter(counter)
    lay_in(page, death[:1])
    verdicts(page, ["Dùng được"])
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Xong người này").click()
    expect(page.locator(".tile")).to_have_count(1)
    page.get_by_role("button", name="Gửi hồ sơ").click()
    expect(page.locator(".receipt")).to_have_count(1)
    page.get_by_role("button", name="Xong người này").click()
    expect(page.locator(".receipt, .tile")).to_have_count(0)
    kept = page.evaluate("""async () => [localStorage.length, sessionStorage.length,
        (await indexedDB.databases()).length, 'caches' in window ? (await caches.keys()).length : 0]""")
    assert kept == [0, 0, 0, 0]


def test_leaving_with_unsent_pages_warns(counter: Office) -> None:
    page = at_the_counter(counter)
    lay_in(page, [white()])
    verdicts(page, ["Cần lưu ý"])
    page.get_by_role("heading", name="Tiếp nhận giấy tờ").click()  # browsers ask only where somebody did something
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.close(run_before_unload=True)
    page.wait_for_event("close")
    assert asked == ["beforeunload"]


def test_two_people_see_their_own_receipts_only(counter: Office, death: Files) -> None:
    counter.hire("nguoi-khac", PersonRole.UPLOADER)
    page = at_the_counter(counter)
    lay_in(page, death[:1])
    verdicts(page, ["Dùng được"])
    page.get_by_role("button", name="Gửi hồ sơ").click()
    expect(page.locator(".receipt")).to_have_count(1)
    (submission,) = submissions(counter)
    other = counter.page("nguoi-khac", start=f"/kiosk/receipts/{submission}")
    expect(other.get_by_text("Không tìm thấy")).to_be_visible()


def test_a_region_is_marked_on_the_large_picture(counter: Office) -> None:
    page = at_the_counter(counter)
    blank = print_blank(template_of("ct01")).pages[0]
    out = io.BytesIO()
    blank.save(out, "JPEG", quality=80, dpi=(300, 300))
    lay_in(page, [{"name": "ct01.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}])
    verdicts(page, ["Cần lưu ý"])
    expect(page.locator(".tile .findings")).to_contain_text("Còn mục chưa ghi")
    page.locator(".shot").click()
    marked = page.locator("#large .region").first
    expect(marked).to_be_visible()
    picture, box = page.locator("#large img").bounding_box(), marked.bounding_box()
    assert picture and box and picture["x"] <= box["x"] and box["width"] > 20 and box["y"] > picture["y"]
    page.keyboard.press("Escape")
    expect(page.locator("#large")).to_be_hidden()


def test_accessible_small_and_in_english(counter: Office) -> None:
    page = at_the_counter(counter, language="en")
    lay_in(page, [white()])
    expect(page.locator(".tile .verdict .text")).to_have_text("Please note", timeout=60_000)
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_enabled()
    for size in (SMALL_SCREEN, {"width": 683, "height": 384}):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert serious_faults(page) == []
        assert sideways(page) == 0


def test_an_account_of_all_branches_is_told_so(counter: Office) -> None:
    counter.hire("giam-sat", PersonRole.SUPERVISOR, "*")
    expect(counter.page("giam-sat", start="/kiosk").get_by_text("thuộc mọi chi nhánh")).to_be_visible()
