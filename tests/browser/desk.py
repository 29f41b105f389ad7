"""Records on the reviewers' desk for browser tests: invented people, a page drawn here, three doubtful answers each."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, expect

from digitizer.document import Field, Record, Registry
from digitizer.stages.route import route
from digitizer.wire import record_from_json, record_to_json
from storage.base import NewRecord, State
from storage.workbench import PagePicture, PersonRole
from tests.browser.world import Office
from tests.web.world import answer, sample_record

DPI, WIDE, HIGH = 150.0, 1240, 1754


def place(number: int) -> tuple[tuple[tuple[float, float], ...], ...]:
    """The n-th answer's line on the page, in mm."""
    top = 30.0 + 20 * number
    return (((40.0, top), (150.0, top), (150.0, top + 8), (40.0, top + 8)),)


def asked(number: int, **over: Any) -> Field:
    """The n-th answer of the sample form, as the machine left it."""
    kinds = (
        ("child.full_name", "person_name", "Nguyễn Thi Mẫu"), ("child.date_of_birth", "date", "01/02/2024"),
        ("child.sex", "sex", "Nữ"), ("child.ethnicity", "ethnicity", "Kinh"),
        ("requester.phone", "phone", "0912345678"),
    )
    name, kind, raw = kinds[number]
    value = {"child.date_of_birth": "2024-02-01"}.get(name, raw)
    return replace(answer(name, kind, raw, value, 0.99), polygon_mm=place(number), **over)


THREE = (
    asked(0, confidence=0.61, candidates=("Nguyễn Thị Mẫu", "Nguyễn Thì Mẫu"),
          registry=Registry("disagrees", "Nguyễn Thị Mẫu", "2026-11-29T00:00:00Z")),
    asked(1, confidence=0.7), asked(2), asked(3, confidence=0.5), asked(4),
)


def page_jpeg() -> bytes:
    picture = Image.new("RGB", (WIDE, HIGH), "white")
    draw = ImageDraw.Draw(picture)
    for number in range(5):
        (box,) = place(number)
        draw.rectangle([(x * DPI / 25.4, y * DPI / 25.4) for x, y in (box[0], box[2])], outline="black")
    packed = io.BytesIO()
    picture.save(packed, "JPEG", quality=60)
    return packed.getvalue()


def waiting(staff: Office, fields: Sequence[Field] = THREE, pages: int = 1, **over: Any) -> str:
    """A record that needs review, with pictures of its pages; its id."""
    world = staff.world
    submission = world.upload().json()["id"]
    found = world.stores.uploads.submission(submission, "*")
    data = page_jpeg()
    digest = hashlib.sha256(data).hexdigest()
    key = f"pages/{digest[:2]}/{digest}"
    world.stores.objects.put(key, data, digest)
    staff.workbench.pictures.keep(
        found.document_id, [PagePicture(n + 1, key, digest, WIDE, HIGH, DPI) for n in range(pages)])
    claim = world.stores.queue.claim(found.document_id, "test-worker", 30)
    assert claim is not None
    record = replace(sample_record(), fields=tuple(fields), pages=tuple(range(1, pages + 1)), decision=None,
                     sha256=found.sha256, **over)
    new = NewRecord(record_to_json(route(record)), "khai-sinh", State.NEEDS_REVIEW)
    return world.stores.queue.finish(claim, [new], State.NEEDS_REVIEW)[0]


def kept(staff: Office, record_id: str) -> Record:
    return record_from_json(staff.world.stores.records.record(record_id, "*").body)


def state(staff: Office, record_id: str) -> State:
    return staff.world.stores.records.record(record_id, "*").state


def focused(page: Page) -> str:
    """Id of the field that has the focus; of a button its id."""
    return str(page.evaluate(
        "(document.activeElement.closest('.field')?.dataset.field) || document.activeElement.id"))


NAME, BORN, SEX, ETHNICITY, PHONE = (
    "child.full_name", "child.date_of_birth", "child.sex", "child.ethnicity", "requester.phone")


def at_desk(staff: Office, role: PersonRole = PersonRole.REVIEWER, login: str = "an", language: str = "vi") -> Page:
    """Somebody who has just taken the next record by Enter alone."""
    staff.hire(login, role)
    page = staff.page(login, language, start="/review")
    start(page)
    return page


def start(page: Page) -> None:
    """Enter on the queue page; the first stop of the record has the focus then."""
    expect(page.locator(".start button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".stop:focus, .unnamed:focus, #finish:focus")).to_have_count(1)


def field(page: Page, name: str) -> Locator:
    return page.locator(f'[data-field="{name}"]')


def box(page: Page, name: str) -> Locator:
    return field(page, name).locator("input, textarea")


def mark(page: Page, name: str, words: str) -> None:
    expect(field(page, name).locator("[data-role=mark]")).to_have_text(words)


def settled(page: Page) -> None:
    """Everything said so far is kept by the server."""
    expect(page.locator("#saved")).to_have_attribute("data-state", "saved")
