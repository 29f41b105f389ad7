"""A scripted reviewer on a document of the bench: uploaded, read by a worker, corrected by keys alone, released.

Three answers are doubtful because they were spoiled on the paper: four in ten cells of a third of a millimetre are dark
or light at random, so that whatever reads them cannot be sure (or takes them for struck out, which asks too). Which ask
follows from that, not from the engine's exact confidences: a field asks below 90 %, and when this was written clean
answers of the print had more than 99 %, spoiled ones less than 70 % with each of three draws of the noise. Print,
people, noise and scan come from seeds."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from bench.fill import Filled
from bench.make import filled, template_of
from bench.prints import print_blank
from bench.scan import QUALITIES, save, scan_all
from digitizer.document import Source
from digitizer.options import Options
from digitizer.sandbox import Reader
from digitizer.template import load_templates
from storage.base import State
from tests.browser.desk import at_desk, focused, kept, settled
from tests.browser.world import Office, office
from tests.web.world import running
from web.deps import Service
from workers.context import Workplace, install
from workers.jobs import process_document

FORM, SEED, NOISE = "khai-tu", 7, 6
SPOILED = ("requester.full_name", "deceased.date_of_birth", "deceased.place_of_death")
ASKS_BELOW = 0.9
CELL_PX, SHARE, AROUND_PX = 4, 0.42, 6  # at 300 dpi
MOST_STROKES = 12


def spoiled(form: Filled) -> Filled:
    """Noise over the ink of the three answers; dark or light by halves, so that nothing is only covered."""
    rng = np.random.default_rng(NOISE)
    pages = [np.asarray(page.convert("RGB")).copy() for page in form.pages]
    for answer in form.answers:
        for ink in answer.ink if answer.field_id in SPOILED else ():
            left, top, right, bottom = (round(v) for v in (
                ink.box.left, ink.box.top - AROUND_PX, ink.box.right, ink.box.bottom + AROUND_PX))
            part = pages[ink.page][top:bottom, left:right]
            high, wide = (-(-side // CELL_PX) for side in part.shape[:2])
            cells = np.where(rng.random((high, wide)) < SHARE, rng.choice((30, 240), (high, wide)), -1)
            noise = np.kron(cells, np.ones((CELL_PX, CELL_PX), int))[: part.shape[0], : part.shape[1]]
            part[noise >= 0] = noise[noise >= 0, None]
    return replace(form, pages=tuple(map(Image.fromarray, pages)))


@pytest.fixture(scope="module")
def form() -> Filled:
    return filled(print_blank(template_of(FORM)), SEED)


@pytest.fixture
def desk(service: Service, browser: Browser) -> Iterator[Office]:
    """An office that knows every form, whose fields ask below ASKS_BELOW."""
    asking = replace(service, templates=load_templates(), accept_probability=ASKS_BELOW)
    with running(asking) as world, office(world, browser) as opened:
        yield opened


def read_by_a_worker(desk: Office, scan: bytes, scratch: Path) -> str:
    """Uploads the file and does what a worker does with it; the record's id."""
    stores = desk.world.stores
    submission = desk.world.upload(data=scan).json()["id"]
    options = Options(accept_probability=ASKS_BELOW)
    reader = Reader(options, scratch=scratch)
    install(Workplace("w1", stores, reader, options, 600.0))
    try:
        process_document(stores.uploads.submission(submission, "*").document_id)
    finally:
        install(None)
        reader.close()
    found = stores.uploads.submission(submission, "*")
    assert found.state is State.NEEDS_REVIEW
    (record_id,) = found.record_ids
    return record_id


class Keys:
    """Presses keys and counts them; what is typed is not counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.strokes = page, 0

    def press(self, key: str) -> None:
        self.strokes += 1
        self.page.keyboard.press(key)


def test_three_doubtful_fields_of_a_bench_document(desk: Office, form: Filled, tmp_path: Path) -> None:
    scans = scan_all(spoiled(form).pages, QUALITIES["medium"], random.Random(SEED))
    (path, *_) = save(scans, tmp_path / "khai-tu.pdf")
    record_id = read_by_a_worker(desk, path.read_bytes(), tmp_path / "scratch")
    truth = {answer.field_id: answer for answer in form.answers}
    before = kept(desk, record_id)
    assert before.decision is not None
    assert {reason.field for reason in before.decision.reasons} == set(SPOILED)

    page = at_desk(desk)
    keys = Keys(page)
    for field_id in SPOILED:
        assert focused(page) == field_id
        page.keyboard.type(truth[field_id].raw)
        keys.press("Enter")
    assert focused(page) == "finish"
    settled(page)
    keys.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Không còn hồ sơ nào trong hàng chờ này.")
    assert keys.strokes + 1 <= MOST_STROKES  # Enter took the record from the queue

    after = kept(desk, record_id)
    assert desk.world.stores.records.record(record_id, "*").state is State.PUBLISHED
    for field in after.fields:
        assert field.raw == truth[field.id].raw, field.id
        person = field.id in SPOILED
        assert (field.source is Source.PERSON) is person, field.id
        assert not person or (field.correction and field.correction.author == desk.people["an"].id)
