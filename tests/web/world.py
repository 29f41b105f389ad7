"""A small town for the HTTP tests: two branches with their keys, a real server on a free port, invented people only."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import httpx2
import uvicorn

import api
from digitizer.document import (
    ClassedPage,
    Decision,
    Dossier,
    EngineInfo,
    Field,
    FieldStatus,
    FormMatch,
    Outcome,
    PageClass,
    Reason,
    Record,
    Seal,
    Signature,
    Source,
)
from digitizer.template import FieldKind, FieldSpec, FieldType, Item, Template
from digitizer.wire import record_to_json
from storage.base import NewRecord, Role, State, Stores
from web.deps import Service

NORTH, SOUTH = "chi-nhanh-01", "chi-nhanh-02"
PDF_BYTES = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n" \
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" \
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

TEMPLATE = Template(
    id="khai-sinh", edition="tt04-2024", titles=("TỜ KHAI", "ĐĂNG KÝ KHAI SINH"), regulation="TT 04/2024/TT-BTP",
    valid_from=date(2024, 6, 6), form_code="", procedure_codes=("1.001193",), rows=4, items=(
        Item("Họ, tên", FieldSpec("child.full_name", "Họ, chữ đệm, tên", FieldType.PERSON_NAME, required=True)),
        Item("Ngày sinh", FieldSpec("child.date_of_birth", "Ngày, tháng, năm sinh", FieldType.DATE, required=True)),
        Item("Giới tính", FieldSpec("child.sex", "Giới tính", FieldType.SEX, required=True)),
        Item("Dân tộc", FieldSpec("child.ethnicity", "Dân tộc", FieldType.ETHNICITY)),
        Item("Số điện thoại", FieldSpec("requester.phone", "Số điện thoại", FieldType.PHONE)),
        Item("Họ tên", FieldSpec("members[n].full_name", "Họ tên", FieldType.PERSON_NAME, kind=FieldKind.TABLE)),
        Item("Ngày sinh", FieldSpec("members[n].date_of_birth", "Ngày sinh", FieldType.DATE, kind=FieldKind.TABLE),
             same_line=True),
    ),
)
OLDER = replace(TEMPLATE, edition="tt04-2020", valid_from=date(2020, 7, 16), valid_to=date(2024, 6, 5))


def answer(name: str, kind: str, raw: str, value: Any, confidence: float) -> Field:
    return Field(
        id=name, label=name, type=kind, status=FieldStatus.FILLED, raw=raw, value=value, confidence=confidence,
        source=Source.OCR, page=1, polygon_mm=(((20.0, 30.0), (90.0, 30.0), (90.0, 36.0), (20.0, 36.0)),),
        required=kind != "ethnicity",
    )


PLACE = ((120.0, 230.0), (158.0, 230.0), (158.0, 268.0), (120.0, 268.0))


def sample_record(outcome: Outcome = Outcome.REVIEW) -> Record:
    """As the machine would leave it: one doubtful name, the rest sure."""
    return Record(
        file="to-khai.pdf", pages=(1,), form=FormMatch("khai-sinh", "tt04-2024", 0.99),
        fields=(
            answer("child.full_name", "person_name", "Nguyễn Thi Mẫu", "Nguyễn Thi Mẫu", 0.61),
            answer("child.date_of_birth", "date", "01/02/2024", "2024-02-01", 0.99),
            answer("child.sex", "sex", "Nữ", "Nữ", 0.99),
            answer("child.ethnicity", "ethnicity", "Kinh", "Kinh", 0.99),
        ),
        engine=EngineInfo("test", "1"),
        decision=Decision(outcome, (Reason("low_confidence", "Kiểm tra lại họ tên.", "child.full_name"),), 0.61),
        sha256="0" * 64, page_classes=(ClassedPage(1, PageClass.FIRST), ClassedPage(2, PageClass.SEPARATOR)),
        dossier=Dossier("H26.11-260305-0007", 3, 0.97),
        seals=(Seal(1, PLACE),),
        signatures=(Signature("requester", "Người yêu cầu", 1, PLACE, (), False, 0.99),),
    )


@dataclass
class World:
    """The running server with the stores behind it."""

    service: Service
    url: str
    keys: dict[str, str] = field(default_factory=dict)
    key_ids: dict[str, str] = field(default_factory=dict)
    counter: int = 0

    @property
    def stores(self) -> Stores:
        return self.service.stores

    def client(self, who: str | None = None) -> httpx2.Client:
        headers = {"Authorization": f"Bearer {self.keys[who]}"} if who else {}
        return httpx2.Client(base_url=self.url, headers=headers, timeout=30)

    def fresh(self) -> str:
        self.counter += 1
        return f"test-{self.counter}"

    def upload(
        self, who: str = "device", data: bytes = PDF_BYTES, name: str = "to-khai.pdf", key: str = ""
    ) -> httpx2.Response:
        with self.client(who) as http:
            return http.post(
                "/v1/submissions", files={"file": (name, data)}, headers={"Idempotency-Key": key or self.fresh()}
            )

    def submissions(self, document_ids: Sequence[str]) -> list[str]:
        """Whose documents these are, as told by the events."""
        told = self.stores.records.events("*", None, 500).events
        ids = dict.fromkeys(e.submission_id for e in told)
        return [s for s in ids if self.stores.uploads.submission(s, "*").document_id in document_ids]

    def work(
        self, submission_id: str, state: State = State.NEEDS_REVIEW, reason: str = "", records: int = 1
    ) -> list[str]:
        """What a worker does, without the reading."""
        found = self.stores.uploads.submission(submission_id, "*")
        claim = self.stores.queue.claim(found.document_id, "test-worker", 30)
        assert claim is not None
        outcome = Outcome.ACCEPT if state is State.ACCEPTED else Outcome.REVIEW
        body = record_to_json(replace(sample_record(outcome), sha256=found.sha256))
        new = [NewRecord(body, "khai-sinh", state)] * records
        return list(self.stores.queue.finish(claim, new, state, reason))

    def record(self, who: str = "device", state: State = State.NEEDS_REVIEW) -> tuple[str, str]:
        """(submission, record) of a fresh upload that has been read."""
        submission = self.upload(who).json()["id"]
        return submission, self.work(submission, state)[0]


ROLES = {
    "device": (Role.DEVICE, NORTH), "device_beside": (Role.DEVICE, NORTH), "device_foreign": (Role.DEVICE, SOUTH),
    "client": (Role.CLIENT, NORTH), "client_foreign": (Role.CLIENT, SOUTH), "client_all": (Role.CLIENT, "*"),
    "reviewer": (Role.REVIEWER, NORTH), "reviewer_beside": (Role.REVIEWER, NORTH),
    "reviewer_foreign": (Role.REVIEWER, SOUTH), "revoked": (Role.REVIEWER, NORTH),
}


@contextmanager
def running(service: Service) -> Iterator[World]:
    """The application under a real uvicorn on a free loopback port."""
    world = World(service, "")
    for who, (role, branch) in ROLES.items():
        key, world.keys[who] = service.stores.keys.create(role, branch, who)
        world.key_ids[who] = key.id
    service.stores.keys.revoke(world.key_ids["revoked"])
    config = uvicorn.Config(
        api.build(service), host="127.0.0.1", port=0, log_config=None, access_log=False, lifespan="on",
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    world.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield world
    finally:
        server.should_exit = True
        thread.join(timeout=15)
        assert not thread.is_alive(), "the server did not stop"


def events_of(text: str) -> list[dict[str, str]]:
    """The messages of a text/event-stream, without comments and `retry`."""
    found = []
    for block in text.split("\n\n"):
        lines = [line.partition(": ")[::2] for line in block.splitlines() if not line.startswith((":", "retry"))]
        if lines:
            found.append(dict(lines))
    return found


