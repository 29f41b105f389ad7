"""Records in a real browser: found with and without marks, the query in no address, the page beside its fields."""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import zipfile
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pikepdf
import pytest
from playwright.sync_api import Page, expect

from digitizer.document import Correction, Field, FieldStatus, Registry, Signature, Source
from digitizer.imaging.searchable import ShownPage
from digitizer.review import Author, Change, correct
from digitizer.wire import record_from_json, record_to_json
from storage.base import NewRecord, State
from storage.workbench import PagePicture, PersonRole
from tests.browser.world import Office, serious_faults, sideways
from tests.web.world import NORTH, SOUTH, answer, sample_record
from web.ui.redact import blacked

# 1 x 1 pixel: the page of a test needs a picture, not a likeness
JPEG = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300" + "01" * 64 + "ffc0000b080001000101011100"
    "ffc4001f0000010501010101010100000000000000000102030405060708090a0b"
    "ffc400b5100002010303020403050504040000017d01020300041105122131410613516107227114328191a1082342b1c11552d1f0"
    "2433627282090a161718191a25262728292a3435363738393a434445464748494a535455565758595a636465666768696a73747576"
    "7778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6"
    "d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9faffda0008010100003f00d2cf20ffd9")


def fields(name: str) -> tuple[Field, ...]:
    number = replace(
        answer("child.personal_id", "personal_id", "001224012345", "001224012345", 0.98), page=1,
        polygon_mm=(((20.0, 60.0), (90.0, 60.0), (90.0, 66.0), (20.0, 66.0)),),
        registry=Registry("agrees", "001224012345", "2026-11-29T03:00:00+00:00"))
    return (
        answer("child.full_name", "person_name", name, name, 0.61),
        replace(answer("child.date_of_birth", "date", "01/02/2024", "2024-02-01", 0.99), source=Source.QR),
        number, answer("requester.phone", "phone", "0912345678", "0912345678", 0.9),
        replace(answer("child.ethnicity", "ethnicity", "", None, 0.99), status=FieldStatus.BLANK),
    )


def kept(staff: Office, name: str = "Đặng Thị Hương", who: str = "device", state: State = State.NEEDS_REVIEW,
         picture: bytes = JPEG) -> str:
    """A record with a picture of its page."""
    stores = staff.world.stores
    submission = stores.uploads.submission(staff.world.upload(who).json()["id"], "*")
    claim = stores.queue.claim(submission.document_id, "w", 30)
    assert claim is not None
    body = record_to_json(replace(sample_record(), fields=fields(name), sha256=submission.sha256))
    digest = hashlib.sha256(picture).hexdigest()
    stores.objects.put(f"pages/{digest[:2]}/{digest}", picture, digest)
    staff.workbench.pictures.keep(
        submission.document_id, [PagePicture(1, f"pages/{digest[:2]}/{digest}", digest, 1240, 1754, 150.0)])
    return stores.queue.finish(claim, [NewRecord(body, "khai-sinh", state)], state)[0]


def look(page: Page, text: str) -> None:
    page.get_by_label("Tìm", exact=True).fill(text)
    page.get_by_label("Tìm", exact=True).press("Enter")
    expect(page.get_by_role("status")).not_to_contain_text("Đang tìm")


def trail(staff: Office, person: str) -> list[tuple[str, str | None, tuple[str, ...]]]:
    audit = staff.world.stores.audit
    assert audit is not None
    return [(e.action, e.record_id, e.fields) for e in audit.entries() if e.who == person and "signed" not in e.action]


@pytest.fixture
def clerk(staff: Office) -> Page:
    staff.hire("can-bo", PersonRole.REVIEWER)
    return staff.page("can-bo", start="/records")


def test_found_with_and_without_marks_and_nowhere_in_an_address(staff: Office, clerk: Page) -> None:
    record = kept(staff)
    kept(staff, "Trần An")
    addresses: list[str] = []
    clerk.on("request", lambda request: addresses.append(request.url))
    for typed in ("đặng hương", "dang huong", "1/2/2024, dang", "001 224 012 345, huong"):
        look(clerk, typed)
        expect(clerk.locator("tbody tr").filter(has_text="Đặng Thị Hương")).to_have_count(1)
    expect(clerk.get_by_text("Tìm được 1 hồ sơ")).to_be_visible()
    look(clerk, "khong-co-ai")
    expect(clerk.get_by_text("Không có hồ sơ nào")).to_be_visible()
    assert addresses and all(re.fullmatch(r".*/records(\?form=)?", a) for a in addresses)
    said = trail(staff, staff.people["can-bo"].id)
    assert len(said) == 5 and all(action == "records.searched" for action, _, _ in said)
    assert said[0][2] == ("text", record) and said[-1][2] == ("text",)


def test_the_list_is_there_again_after_reloading_and_going_back_but_for_nobody_else(staff: Office, clerk: Page) -> None:
    kept(staff)
    look(clerk, "dang huong")
    clerk.reload()
    expect(clerk.get_by_label("Tìm", exact=True)).to_have_value("dang huong")
    clerk.get_by_role("link", name="Đặng Thị Hương").click()
    expect(clerk.get_by_text("phiên bản 1")).to_be_visible()
    clerk.go_back()
    expect(clerk.get_by_role("link", name="Đặng Thị Hương")).to_be_visible()
    staff.hire("nguoi-khac", PersonRole.REVIEWER)
    _, token = staff.workbench.people.sign_in("nguoi-khac", "mot-mat-khau-dai-12")
    clerk.context.add_cookies([{"name": "digitizer_session", "value": token, "url": staff.world.url}])
    clerk.goto("/records")
    expect(clerk.get_by_label("Tìm", exact=True)).to_have_value("")
    expect(clerk.get_by_role("link", name="Đặng Thị Hương")).to_have_count(0)


def test_numbers_are_hidden_until_somebody_points_at_them(staff: Office, clerk: Page) -> None:
    kept(staff)
    look(clerk, "huong, 0912345678")
    hidden = clerk.get_by_role("button", name="Hiện số định danh")
    expect(hidden).to_have_text("•••••••••345")
    hidden.focus()
    expect(hidden).to_have_text("001224012345")
    clerk.get_by_label("Tìm", exact=True).focus()
    expect(hidden).to_have_text("•••••••••345")
    expect(clerk.get_by_role("button", name="Hiện requester.phone")).to_have_text("•••••••678")


def test_filters_and_clearing_them(staff: Office, clerk: Page) -> None:
    kept(staff, "Lê Thị Hương")
    kept(staff, "Le Thi Huong", state=State.ACCEPTED)
    look(clerk, "hương")
    expect(clerk.locator("tbody tr")).to_have_count(2)
    clerk.get_by_label("đúng dấu như đã gõ").check()
    look(clerk, "hương")
    expect(clerk.locator("tbody tr")).to_have_count(1)
    clerk.get_by_label("Trạng thái").select_option("published")
    look(clerk, "huong")
    expect(clerk.locator("tbody tr")).to_have_count(1)
    clerk.get_by_label("Mẫu giấy").select_option("khai-sinh")
    expect(clerk.get_by_label("Ở trường").locator("option[value='child.full_name']")).to_have_count(1)
    clerk.get_by_label("Ở trường").select_option("child.sex")
    look(clerk, "huong")
    expect(clerk.locator("tbody tr")).to_have_count(0)
    clerk.get_by_role("button", name="Xóa hết").click()
    expect(clerk.get_by_label("Trạng thái")).to_have_value("")
    clerk.reload()
    expect(clerk.get_by_label("Tìm", exact=True)).to_have_value("")


def test_more_than_a_page(staff: Office, clerk: Page) -> None:
    for n in range(52):
        kept(staff, f"Hồ Thứ {n}", state=State.ACCEPTED)
    look(clerk, "hồ thứ")
    expect(clerk.locator("tbody tr")).to_have_count(50)
    expect(clerk.get_by_text("và còn nữa")).to_be_visible()
    clerk.get_by_role("button", name="Xem thêm").click()
    expect(clerk.locator("tbody tr")).to_have_count(52)
    expect(clerk.get_by_role("link", name="Hồ Thứ 1", exact=True)).to_be_focused()


def test_a_network_cut_and_an_ended_session_keep_what_was_typed(staff: Office, clerk: Page) -> None:
    kept(staff)
    clerk.context.set_offline(True)
    look(clerk, "dang huong")
    expect(clerk.get_by_text("Không nối được với máy chủ")).to_be_visible()
    clerk.context.set_offline(False)
    clerk.get_by_role("button", name="Tìm", exact=True).click()
    expect(clerk.get_by_role("link", name="Đặng Thị Hương")).to_be_visible()
    clerk.context.clear_cookies(name="digitizer_session")
    clerk.get_by_role("button", name="Tìm", exact=True).click()
    expect(clerk.get_by_role("link", name="Đăng nhập lại")).to_be_visible()
    expect(clerk.get_by_label("Tìm", exact=True)).to_have_value("dang huong")


def test_without_script_the_form_still_searches(staff: Office) -> None:
    kept(staff)
    staff.hire("can-bo", PersonRole.REVIEWER)
    _, token = staff.workbench.people.sign_in("can-bo", "mot-mat-khau-dai-12")
    context = staff.browser.new_context(base_url=staff.world.url, java_script_enabled=False)
    staff.contexts.append(context)
    context.add_cookies([{"name": "digitizer_session", "value": token, "url": staff.world.url}])
    page = context.new_page()
    page.goto("/records")
    page.get_by_label("Tìm", exact=True).fill("dang huong")
    page.get_by_role("button", name="Tìm", exact=True).click()
    expect(page.get_by_role("link", name="Đặng Thị Hương")).to_be_visible()
    expect(page).to_have_url(f"{staff.world.url}/records")


@pytest.mark.parametrize(("role", "branch", "finds", "status"), [
    (PersonRole.REVIEWER, SOUTH, 0, 404), (PersonRole.SUPERVISOR, "*", 1, 200),
    (PersonRole.SECOND_REVIEWER, NORTH, 1, 200),
])
def test_the_own_branch_only(staff: Office, role: PersonRole, branch: str, finds: int, status: int) -> None:
    record = kept(staff)
    staff.hire("ai-do", role, branch)
    page = staff.page("ai-do", start="/records")
    look(page, "huong")
    expect(page.locator("tbody tr")).to_have_count(finds)
    for part in ("", "/compare", "/original"):
        assert page.request.get(f"/records/{record}{part}").status == status


@pytest.mark.parametrize("role", [PersonRole.ADMINISTRATOR, PersonRole.UPLOADER])
def test_who_may_not_look(staff: Office, role: PersonRole) -> None:
    record = kept(staff)
    staff.hire("ai-do", role)
    page = staff.page("ai-do", start="/people")
    for path in ("/records", f"/records/{record}", f"/records/{record}/original", f"/records/{record}/compare"):
        assert page.request.get(path).status == 403


def corrected(staff: Office, record_id: str, by: str, **changes: Any) -> None:
    records = staff.world.stores.records
    stored = records.record(record_id, "*")
    new = correct(record_from_json(stored.body), {k.replace("__", "."): Change(raw=v) for k, v in changes.items()},
                  Author(by, "2026-11-29T08:00:00+00:00"), None)
    records.correct(record_id, "*", stored.version, record_to_json(new), by, "đọc lại dấu")


def test_a_record_shows_where_every_answer_came_from(staff: Office, clerk: Page) -> None:
    record = kept(staff)
    me = staff.people["can-bo"].id
    corrected(staff, record, me, requester__phone="0912345679")
    clerk.goto(f"/records/{record}")
    clerk.locator("summary").first.focus()
    expect(clerk.locator(".region")).to_have_count(1)
    clerk.keyboard.press("ArrowDown")
    expect(clerk.locator("summary").nth(1)).to_be_focused()
    expect(clerk.locator("details.field").nth(1)).to_contain_text("mã QR của thẻ")
    clerk.locator("summary").nth(2).click()
    expect(clerk.get_by_text("khớp cơ sở dữ liệu dân cư")).to_be_visible()
    phone = clerk.locator("details.field").nth(3)
    phone.locator("summary").press("Enter")
    expect(phone.get_by_text("cán bộ: Can Bo, 15:00 29/11/2026")).to_be_visible()
    expect(phone.get_by_text("0912345678")).to_be_visible()
    expect(clerk.locator("details.field").nth(4)).to_contain_text("để trống")
    assert ("record.viewed", record, ()) in trail(staff, me)


def test_a_click_on_the_paper_opens_its_field(staff: Office, clerk: Page) -> None:
    clerk.goto(f"/records/{kept(staff)}")
    sheet = clerk.locator(".sheet")
    box = sheet.bounding_box()
    assert box is not None
    sheet.click(position={"x": box["width"] * 50 / 210, "y": box["height"] * 63 / 297})
    expect(clerk.locator("details.field").nth(2).locator("summary")).to_be_focused()
    clerk.get_by_role("button", name="Phóng to").click()
    expect(clerk.get_by_role("button", name="Phóng to")).to_have_attribute("aria-pressed", "true")
    expect(clerk.locator(".region")).to_be_in_viewport()


def test_two_versions_side_by_side(staff: Office, clerk: Page) -> None:
    record = kept(staff, "Đặng Thị Hưong")
    me = staff.people["can-bo"].id
    corrected(staff, record, me, child__full_name="Đặng Thị Hương")
    corrected(staff, record, me, child__ethnicity="Tày")
    clerk.goto(f"/records/{record}")
    clerk.get_by_label("So phiên bản").select_option("1")
    clerk.get_by_role("button", name="So sánh").click()
    rows = clerk.locator("table.compare tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Đặng Thị Hưong")
    expect(rows.first).to_contain_text("Đặng Thị Hương")
    expect(rows.nth(1)).to_contain_text("để trống")
    expect(clerk.locator("thead")).to_contain_text("đọc lại dấu")
    clerk.get_by_label("So phiên bản").select_option("2")
    clerk.get_by_role("button", name="So sánh").click()
    expect(rows).to_have_count(1)
    assert ("record.versions_viewed", record, ()) in trail(staff, me)


def test_the_original_as_it_came(staff: Office, clerk: Page) -> None:
    record = kept(staff)
    stored = staff.world.stores.records.record(record, "*")
    clerk.goto(f"/records/{record}")
    with clerk.expect_download() as download:
        clerk.get_by_role("link", name="Tải bản gốc").click()
    assert hashlib.sha256(download.value.path().read_bytes()).hexdigest() == stored.sha256
    assert ("record.original_downloaded", record, ()) in trail(staff, staff.people["can-bo"].id)


def test_the_searchable_pdf_for_people_and_programs(staff: Office, clerk: Page) -> None:
    record = kept(staff, state=State.ACCEPTED)
    corrected(staff, record, staff.people["can-bo"].id, child__full_name="Đặng Thị Hường")
    clerk.goto(f"/records/{record}")
    with clerk.expect_download() as download:
        clerk.get_by_role("link", name="Tải PDF tìm được chữ").click()
    assert download.value.suggested_filename == f"{record}-2.pdf"
    path = download.value.path()
    assert path.read_bytes().startswith(b"%PDF-") and JPEG in path.read_bytes()
    said = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True, text=True).stdout
    assert "Đặng Thị Hường" in said and "001224012345" in said and "Đặng Thị Hương" not in said
    assert ("record.searchable_downloaded", record, ()) in trail(staff, staff.people["can-bo"].id)
    for who, status in (("reviewer", 200), ("client", 200), ("client_foreign", 404), ("device", 403)):
        with staff.world.client(who) as http:
            answer = http.get(f"/v1/records/{record}/searchable.pdf")
        assert answer.status_code == status, who
        assert status != 200 or answer.content == path.read_bytes()
    waiting = kept(staff)
    with staff.world.client("client") as http:
        assert http.get(f"/v1/records/{waiting}/searchable.pdf").status_code == 409


def test_a_copy_without_personal_data_for_others(staff: Office, clerk: Page) -> None:
    picture = cv2.imencode(".jpg", np.full((1754, 1240, 3), 250, np.uint8))[1].tobytes()
    record = kept(staff, picture=picture)
    clerk.goto(f"/records/{record}")
    clerk.get_by_role("link", name="Bản che dữ liệu").click()
    clerk.get_by_role("button", name="Bỏ chọn hết").click()
    expect(clerk.locator("input:checked")).to_have_count(0)
    clerk.get_by_role("button", name="Mọi dữ liệu cá nhân").click()
    clerk.get_by_label("child.ethnicity").uncheck()
    with clerk.expect_download() as download:
        clerk.get_by_role("button", name="Tải bản che").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        body, pdf = json.loads(archive.read("redacted.json")), archive.read("redacted.pdf")
    assert list(body["fields"]) == ["child.ethnicity"] and "file" not in body
    for said in ("Hương", "001224012345", "0912345678", "2024-02-01"):
        assert said not in json.dumps(body, ensure_ascii=False)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        shown = cv2.imdecode(np.frombuffer(opened.pages[0].Resources.XObject.Page.read_raw_bytes(), np.uint8), 0)
        assert b"Tj" not in opened.pages[0].Contents.read_bytes()

    def pixel(x_mm: float, y_mm: float) -> int:
        return int(shown[round(y_mm * 150 / 25.4), round(x_mm * 150 / 25.4)])

    assert pixel(50, 33) < 8 and pixel(21, 61) < 8 and pixel(89, 65) < 8, "name, birth date and phone; the number"
    assert pixel(50, 45) > 240 and pixel(150, 33) > 240
    stored = staff.world.stores.records.record(record, "*")
    assert stored.version == 1 and staff.world.stores.objects.get(stored.object_key, stored.sha256)
    done = [t for t in trail(staff, staff.people["can-bo"].id) if t[0] == "record.redacted"]
    assert done[0][1] == record and "child.personal_id" in done[0][2]


def test_a_field_whose_place_nobody_knows_covers_its_page() -> None:
    record = replace(sample_record(), fields=(replace(fields("A")[0], polygon_mm=()), fields("A")[2]), signatures=())
    pages = [ShownPage(n, JPEG, 1240, 1754, 150.0) for n in (1, 2)]
    assert [s.whole for s in blacked(record, {"child.full_name"}, pages)] == [True, False]
    assert [(s.whole, len(s.boxes)) for s in blacked(record, {"child.personal_id"}, pages)] == [(False, 1), (False, 0)]
    nowhere = replace(fields("A")[0], status=FieldStatus.NOT_FOUND, raw="", page=None, polygon_mm=())
    anywhere = blacked(replace(record, fields=(nowhere,)), {"child.full_name"}, pages)
    assert [s.whole for s in anywhere] == [True, True]


def test_where_an_added_row_ought_to_stand_is_not_taken_for_where_it_stands() -> None:
    """The place of a row that a person added is worked out from the rows beside it: its page is covered whole."""
    said = Correction("per_an", "2026-11-30T00:00:00Z", FieldStatus.NOT_FOUND, "", None, 0.0, Source.NONE)
    added = replace(fields("A")[0], id="members[0].full_name", source=Source.PERSON, correction=said)
    record = replace(sample_record(), fields=(added,), signatures=())
    pages = [ShownPage(n, JPEG, 1240, 1754, 150.0) for n in (1, 2)]
    assert [s.whole for s in blacked(record, {added.id}, pages)] == [True, False]


def test_where_one_signs_is_always_covered() -> None:
    place = ((100.0, 200.0), (150.0, 200.0), (150.0, 230.0), (100.0, 230.0))
    record = replace(sample_record(), fields=fields("A"), signatures=(
        Signature("requester", "Người yêu cầu", 2, place, (), False, 0.9),
    ))
    pages = [ShownPage(n, JPEG, 1240, 1754, 150.0) for n in (1, 2)]
    first, second = blacked(record, {"child.full_name"}, pages)
    assert len(first.boxes) == 1
    (left, top, right, bottom), = second.boxes
    assert left < 100 / 25.4 * 150 and right > 150 / 25.4 * 150 and top < 200 / 25.4 * 150 and bottom > 230 / 25.4 * 150


def test_accessible_on_a_small_screen_and_in_english(staff: Office, clerk: Page) -> None:
    record = kept(staff, "Đặng Thị Hưong")
    corrected(staff, record, staff.people["can-bo"].id, child__full_name="Đặng Thị Hương")
    for language, start, heading in (
        ("vi", "/records", "Tra cứu hồ sơ"), ("en", "/records", "Search records"),
        ("en", f"/records/{record}/compare", "Versions compared"),
        ("vi", f"/records/{record}/redact", "Bản che dữ liệu"),
        ("vi", f"/records/{record}", "Tờ khai đăng ký khai sinh"),
    ):
        page = staff.page("can-bo", language, start)
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
        if start == "/records":
            page.locator("#text").fill("huong")
            page.locator("#text").press("Enter")
            expect(page.locator("tbody tr")).to_have_count(1)
        else:
            for summary in page.locator("summary").all()[:2]:
                summary.click()
        assert serious_faults(page) == []
        assert sideways(page) == 0
        page.set_viewport_size({"width": 683, "height": 384})  # 1366 x 768 at 200 % zoom
        assert sideways(page) == 0
