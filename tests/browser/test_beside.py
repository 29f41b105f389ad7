"""The original beside the searchable pages: in step, text that can be selected, keys, small screens, who may look."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from digitizer.wire import record_to_json
from storage.base import NewRecord, State
from storage.workbench import PagePicture, PersonRole
from tests.browser.desk import asked, page_jpeg
from tests.browser.world import Office, serious_faults, sideways
from tests.web.world import NORTH, SOUTH, sample_record

SECOND = replace(asked(1), page=2)


def two_pages() -> bytes:
    """An upright page, and one that was scanned lying down."""
    first, second = Image.new("L", (620, 877), 200), Image.new("L", (877, 620), 220)
    out = io.BytesIO()
    first.save(out, "PDF", save_all=True, append_images=[second], resolution=75.0)
    return out.getvalue()


def kept(staff: Office, pages: int = 2) -> str:
    """A record of these pages of a file of two."""
    stores, data = staff.world.stores, page_jpeg()
    submission = stores.uploads.submission(staff.world.upload(data=two_pages()).json()["id"], "*")
    digest = hashlib.sha256(data).hexdigest()
    stores.objects.put(f"pages/{digest[:2]}/{digest}", data, digest)
    staff.workbench.pictures.keep(submission.document_id, [
        PagePicture(n + 1, f"pages/{digest[:2]}/{digest}", digest, 1240, 1754, 150.0) for n in range(2)])
    claim = stores.queue.claim(submission.document_id, "w", 30)
    assert claim is not None
    record = replace(sample_record(), fields=(asked(0), SECOND), pages=tuple(range(1, pages + 1)),
                     sha256=submission.sha256)
    return stores.queue.finish(claim, [NewRecord(record_to_json(record), "khai-sinh", State.ACCEPTED)],
                               State.ACCEPTED)[0]


def opened(staff: Office, language: str = "vi") -> tuple[Page, str]:
    record = kept(staff)
    staff.hire("can-bo", PersonRole.REVIEWER)
    page = staff.page("can-bo", language, f"/records/{record}")
    page.get_by_role("link", name="Original beside searchable" if language == "en" else
                     "Bản gốc cạnh bản tìm được chữ").click()
    expect(page.locator(".pair")).to_have_count(2)
    return page, record


def drawn(page: Page, at: int) -> tuple[int, int]:
    """Size of the original's picture, once it is there."""
    picture = page.locator(".came").nth(at)
    picture.scroll_into_view_if_needed()
    page.wait_for_function("picture => picture.complete && picture.naturalWidth", arg=picture.element_handle())
    return picture.evaluate("picture => picture.naturalWidth"), picture.evaluate("picture => picture.naturalHeight")


def test_both_are_there_page_by_page_and_the_look_is_noted(staff: Office) -> None:
    page, record = opened(staff)
    wide, high = drawn(page, 0)
    assert wide < high
    wide, high = drawn(page, 1)
    assert wide > high  # as it came, not as the machine turned it
    searchable = page.locator(".leaf img:not(.came)")
    assert searchable.first.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") == 1240
    tops = page.locator(".pair").first.locator(".side").evaluate_all(
        "sides => sides.map((side) => side.getBoundingClientRect().top)")
    assert tops[0] == tops[1]
    audit = staff.world.stores.audit
    assert audit is not None
    mine = [(e.action, e.record_id) for e in audit.entries() if e.who == staff.people["can-bo"].id]
    assert ("record.original_viewed", record) in mine


def test_the_text_lies_over_its_answer_and_can_be_selected(staff: Office) -> None:
    page, _ = opened(staff)
    name = page.locator(".text span").first
    expect(name).to_have_text("Nguyễn Thi Mẫu")
    page.wait_for_function("() => document.querySelector('.text span').style.transform.startsWith('scaleX')")
    leaf = page.locator(".leaf").nth(1).bounding_box()
    box = name.bounding_box()
    assert leaf is not None and box is not None
    assert abs((box["x"] - leaf["x"]) / leaf["width"] - 40 / 210) < 0.01
    assert abs(box["width"] / leaf["width"] - 110 / 210) < 0.01
    assert abs((box["y"] - leaf["y"]) / leaf["height"] - 30 / 297) < 0.01
    name.click(click_count=3)
    assert page.evaluate("getSelection().toString().trim()") == "Nguyễn Thi Mẫu"
    expect(name).to_have_css("color", "rgba(0, 0, 0, 0)")
    page.keyboard.press("Alt+t")
    expect(name).to_have_css("color", "rgb(11, 61, 145)")
    expect(page.get_by_role("button", name="Hiện chữ")).to_have_attribute("aria-pressed", "true")


def test_keys_turn_both_and_zoom_both(staff: Office) -> None:
    page, _ = opened(staff)
    for at in (1, 0):
        drawn(page, at)
    page.keyboard.press("Alt+PageUp")
    told = page.locator("#at")
    expect(told).to_have_text("Trang 1 trên 2")
    page.keyboard.press("Alt+PageDown")
    expect(told).to_have_text("Trang 2 trên 2")
    for side in page.locator(".pair").nth(1).locator(".side").all():
        expect(side).to_be_in_viewport()
    page.keyboard.press("Alt+PageUp")
    expect(told).to_have_text("Trang 1 trên 2")
    before, after = page.locator(".leaf").first, page.locator(".leaf").nth(1)
    wide = before.evaluate("leaf => leaf.offsetWidth")
    page.keyboard.press("Alt++")
    page.get_by_role("button", name="Phóng to").click()
    for leaf in (before, after):
        assert leaf.evaluate("leaf => leaf.offsetWidth") > wide * 1.5
    page.locator(".side").first.evaluate("side => { side.scrollLeft = 120; }")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.side')].every((side) => Math.abs(side.scrollLeft - 120) < 2)")
    page.keyboard.press("Alt+-")
    page.keyboard.press("Alt+-")
    assert before.evaluate("leaf => leaf.offsetWidth") == wide
    assert sideways(page) == 0


def test_small_screens_english_and_axe(staff: Office) -> None:
    page, _ = opened(staff, "en")
    expect(page.locator("#at")).to_have_text("Page 1 of 2")
    assert (serious_faults(page), sideways(page)) == ([], 0)
    page.keyboard.press("Alt+t")
    assert serious_faults(page) == []
    page.set_viewport_size({"width": 683, "height": 384})
    left, right = (side.bounding_box() for side in page.locator(".pair").first.locator(".side").all())
    assert left is not None and right is not None
    assert right["y"] >= left["y"] + left["height"] and abs(left["x"] - right["x"]) < 1
    assert (serious_faults(page), sideways(page)) == ([], 0)


def test_only_the_pages_of_the_record_and_only_for_who_may(staff: Office) -> None:
    record = kept(staff, pages=1)
    for login, role, branch, status in (
        ("can-bo", PersonRole.REVIEWER, NORTH, 200), ("noi-khac", PersonRole.SUPERVISOR, SOUTH, 404),
        ("quan-tri", PersonRole.ADMINISTRATOR, NORTH, 403), ("quet", PersonRole.UPLOADER, NORTH, 403),
    ):
        staff.hire(login, role, branch)
        page = staff.page(login)
        for path in ("beside", "original/1.jpg"):
            assert page.request.get(f"/records/{record}/{path}").status == status, (login, path)
    page = staff.page("can-bo")
    assert page.request.get(f"/records/{record}/original/2.jpg").status == 404


@pytest.mark.parametrize("path", ["beside", "original/1.jpg"])
def test_nothing_is_shown_without_signing_in(staff: Office, path: str) -> None:
    record = kept(staff)
    assert "/login" in staff.page(start=f"/records/{record}/{path}").url
