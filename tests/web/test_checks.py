"""A scan is looked at before it is handed in: verdict and picture come, nothing is kept, a crowd is told to wait."""

from __future__ import annotations

import base64
import io
import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from PIL import Image
from prometheus_client import CollectorRegistry

from bench.make import filled, template_of
from bench.prints import print_blank
from bench.scan import QUALITIES, save, scan_all
from digitizer.errors import ReaderTimedOut
from digitizer.glance import Glance
from digitizer.options import Options
from digitizer.sandbox import Reader
from digitizer.template import load_templates
from tests.fakes.bad_files import good_picture
from tests.fakes.child import picture
from tests.web.world import PDF_BYTES, World, running
from web.deps import Service
from web.glancing import WAITING, Glancers, Seen


@pytest.fixture
def kiosk(service: Service, glancing: Glancers) -> Iterator[World]:
    limits = replace(service.limits, upload_bytes=8 * 2**20)
    with running(replace(service, glance=glancing.glance, templates=load_templates(), limits=limits)) as world:
        yield world


@pytest.fixture(scope="module")
def death(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    scans = scan_all(filled(print_blank(template_of("khai-tu")), 7).pages, QUALITIES["medium"], random.Random(3))
    return save(scans, tmp_path_factory.mktemp("scans") / "khai-tu.pdf")[0].read_bytes()


def ask(world: World, data: bytes, form: str = "", name: str = "a.pdf") -> dict[str, object]:
    with world.client("device") as http:
        answer = http.post(
            "/v1/checks", files={"file": (name, data)}, data={"form": form} if form else None,
            headers={"Idempotency-Key": world.fresh()},
        )
    assert answer.status_code == 200, answer.text
    body: dict[str, object] = answer.json()
    return body


def test_verdict_picture_and_form_come_and_nothing_is_kept(kiosk: World, death: bytes) -> None:
    body = ask(kiosk, death, "khai-tu")
    first, second = body["pages"]  # type: ignore[misc]
    assert (body["verdict"], first["form_id"], second["page_class"]) == ("usable", "khai-tu", "continuation")  # type: ignore[has-type]
    shown = Image.open(io.BytesIO(base64.b64decode(first["picture"]["jpeg"])))  # type: ignore[has-type]
    assert shown.size == (first["picture"]["width_px"], first["picture"]["height_px"])  # type: ignore[has-type]
    assert list(kiosk.stores.queue.unrung(10)) == [] and list(kiosk.stores.objects.keys()) == []
    wrong = ask(kiosk, death, "ct01")
    assert [f["code"] for f in wrong["pages"][0]["findings"]] == ["wrong_form"]  # type: ignore[index]


def test_what_cannot_be_opened_is_refused_as_an_upload_is(kiosk: World) -> None:
    for data, name, status, code in (
        (b"hello", "a.pdf", 415, "unsupported_type"), (b"", "a.pdf", 422, "empty_file"),
        (good_picture("PNG")[:400], "a.png", 422, "damaged"), (PDF_BYTES, "a.png", 415, "type_mismatch"),
    ):
        with kiosk.client("device") as http:
            answer = http.post("/v1/checks", files={"file": (name, data)}, headers={"Idempotency-Key": "x"})
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    with kiosk.client("device") as http:
        answer = http.post("/v1/checks", files={"file": ("a.pdf", PDF_BYTES)}, data={"form": "no-such"},
                           headers={"Idempotency-Key": "x"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/form")


def test_a_look_that_fails_is_advice_and_the_scan_can_be_sent(service: Service) -> None:
    def stalls(data: bytes, name: str, form: str | None) -> Seen:
        raise ReaderTimedOut

    for glance in (stalls, service.glance):  # the second looks at nothing
        with running(replace(service, glance=glance, metrics=CollectorRegistry())) as world:
            body = ask(world, picture("good"), name="a.png")
            assert body["verdict"] == "advice" and body["missing"][0]["code"] == "not_checked"  # type: ignore[index]
            assert world.upload().status_code == 202


class SlowReader(Reader):
    """A real child that is kept from answering until it may."""

    def __init__(self, scratch: Path) -> None:
        super().__init__(Options(), reads=False, scratch=scratch)
        self.go = threading.Event()

    def glance(self, document: Path | bytes, name: str, form: str | None = None) -> Seen:
        assert self.go.wait(30)
        return Glance(()), ()


def test_a_crowd_is_told_to_ask_again_and_may_still_send(service: Service, tmp_path: Path) -> None:
    reader = SlowReader(tmp_path / "scratch")
    glancers = Glancers([reader])
    room = 1 + WAITING
    with running(replace(service, glance=glancers.glance)) as world:

        def come(number: int) -> httpx2.Response:
            with world.client("device") as http:
                files = {"file": ("a.pdf", PDF_BYTES)}
                return http.post("/v1/checks", files=files, headers={"Idempotency-Key": str(number)})

        with ThreadPoolExecutor(2 * room) as pool:
            crowd = as_completed([pool.submit(come, number) for number in range(2 * room)])
            sent_away = [next(crowd).result() for _ in range(room)]
            assert {a.status_code for a in sent_away} == {429}
            assert all(int(a.headers["Retry-After"]) > 0 for a in sent_away)
            assert world.upload().status_code == 202
            reader.go.set()
            assert {done.result().status_code for done in crowd} == {200}
    glancers.close()


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)  # in memory no sheets are kept
def test_another_scan_of_a_sheet_that_was_sent_is_told(kiosk: World, death: bytes, tmp_path: Path) -> None:
    ask(kiosk, death)
    assert kiosk.upload(data=death).status_code == 202
    again, stranger = (
        save(scan_all(filled(print_blank(template_of("khai-tu")), who).pages, QUALITIES["light"], random.Random(9)),
             tmp_path / f"{who}.pdf")[0].read_bytes() for who in (7, 8)
    )
    codes = [[f["code"] for f in page["findings"]] for page in ask(kiosk, again)["pages"]]  # type: ignore[attr-defined]
    assert "seen_before" in codes[0]
    other = [f["code"] for page in ask(kiosk, stranger)["pages"] for f in page["findings"]]  # type: ignore[attr-defined]
    assert "seen_before" not in other
