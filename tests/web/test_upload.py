"""A scan comes in: what is accepted, what is refused and how, and that a retry never makes a second submission."""

from __future__ import annotations

import hashlib
import http.client
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2

from digitizer.errors import ReaderCrashed, by_code
from storage.base import State
from tests.fakes.bad_files import HOSTILE_NAMES, all_bad_files, good_pdf, good_picture
from tests.web.world import PDF_BYTES, World, running
from web.deps import Service


def test_upload_answers_202_with_location_and_hash(world: World) -> None:
    sent = good_pdf()
    answer = world.upload(data=sent)
    assert answer.status_code == 202
    body = answer.json()
    assert answer.headers["Location"] == f"/v1/submissions/{body['id']}" == body["links"]["self"]
    assert body["state"] == "received" and body["state_text"]["vi"]
    stored = world.stores.uploads.submission(body["id"], "*")
    assert world.stores.objects.get(stored.object_key, body["sha256"]) == sent
    assert list(world.stores.queue.unrung(10)) == [stored.document_id]


def test_raw_body_with_its_own_type(world: World) -> None:
    for kind, name in (("PNG", "a.png"), ("JPEG", "a.jpeg"), ("TIFF", "a.TIF")):
        with world.client("device") as http:
            answer = http.post("/v1/submissions?form=khai-sinh", content=good_picture(kind), headers={
                "Idempotency-Key": kind, "Content-Type": f"image/{kind.lower()}",
                "Content-Disposition": f'attachment; filename="{name}"',
            })
        assert answer.status_code == 202, answer.text
        found = world.stores.uploads.submission(answer.json()["id"], "*")
        assert (found.media_type, found.file_name) == (f"image/{kind.lower()}", name)
        assert found.form_hint == "khai-sinh"


def test_vietnamese_file_names_in_both_spellings(world: World) -> None:
    names = ("filename*=UTF-8''t%E1%BB%9D%20khai.pdf", 'filename="tờ khai.pdf"')
    for n, disposition in enumerate(names):
        with world.client("device") as http:
            answer = http.post("/v1/submissions", content=PDF_BYTES, headers={
                b"Idempotency-Key": str(n).encode(), b"Content-Disposition": f"attachment; {disposition}".encode(),
            })
        assert answer.status_code == 202, answer.text
        assert world.stores.uploads.submission(answer.json()["id"], "*").file_name == "tờ khai.pdf"


def test_same_key_and_body_gets_the_same_answer_byte_for_byte(world: World) -> None:
    first, second = world.upload(key="k"), world.upload(key="k")
    assert (first.status_code, first.content) == (second.status_code, second.content)
    for name in ("Location", "Content-Type", "Upload-Limit"):
        assert first.headers[name] == second.headers[name]
    world.work(first.json()["id"], State.ACCEPTED)
    assert world.upload(key="k").content == first.content, "also when the work is done"


def test_same_key_with_another_body_is_refused(world: World) -> None:
    world.upload(key="k")
    other = world.upload(key="k", data=good_pdf())
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_keys_of_two_devices_do_not_meet(world: World) -> None:
    assert world.upload(key="k").json()["id"] != world.upload("device_beside", key="k").json()["id"]


def test_a_refused_upload_frees_its_key(world: World) -> None:
    assert world.upload(key="k", data=b"no scan at all").status_code == 415
    assert world.upload(key="k").status_code == 202


def test_without_idempotency_key(world: World) -> None:
    with world.client("device") as http:
        answer = http.post("/v1/submissions", files={"file": ("a.pdf", PDF_BYTES)})
        long = http.post(
            "/v1/submissions", files={"file": ("a.pdf", PDF_BYTES)}, headers={"Idempotency-Key": "x" * 256}
        )
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")
    assert (long.status_code, long.json()["errors"][0]["pointer"]) == (422, "header:Idempotency-Key")


def test_eight_racing_uploads_make_one_submission(world: World) -> None:
    def send(_: int) -> httpx2.Response:
        for _ in range(200):
            answer = world.upload(key="race")
            if answer.status_code != 409:
                return answer
            assert answer.json()["code"] == "idempotency_in_progress" and answer.headers["Retry-After"]
        return answer

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert {a.status_code for a in answers} == {202}
    assert len({a.content for a in answers}) == 1
    assert len(world.stores.queue.unrung(100)) == 1


def test_too_large_is_413_with_and_without_length(world: World) -> None:
    limit = world.service.limits.upload_bytes
    exact = PDF_BYTES + b"\n" * (limit - len(PDF_BYTES))
    assert world.upload(data=exact).status_code == 202
    assert_413(world.upload(data=exact + b"\n"))

    def chunks() -> Iterator[bytes]:
        yield PDF_BYTES
        for _ in range(3 * limit // 65536):
            yield b"\n" * 65536

    with world.client("device") as http:
        assert_413(http.post("/v1/submissions", content=chunks(), headers={
            "Idempotency-Key": "c", "Content-Type": "application/pdf",
        }))


def test_announced_size_is_refused_before_the_body_is_sent(world: World) -> None:
    connection = http.client.HTTPConnection(world.url.removeprefix("http://"), timeout=10)
    connection.putrequest("POST", "/v1/submissions")
    for name, value in {
        "Authorization": f"Bearer {world.keys['device']}", "Idempotency-Key": "x", "Content-Length": str(10**12),
    }.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["code"]) == (413, "too_many_bytes")
    connection.close()


def assert_413(answer: httpx2.Response) -> None:
    assert (answer.status_code, answer.json()["code"]) == (413, "too_many_bytes")
    assert answer.headers["Content-Type"] == "application/problem+json"


REFUSED = (
    ("a.pdf", b"", "application/pdf", 422, "empty_file"),
    ("a.pdf", b"hello", "application/pdf", 415, "unsupported_type"),
    ("a.png", PDF_BYTES, "application/octet-stream", 415, "type_mismatch"),
    ("a.pdf", PDF_BYTES, "image/png", 415, "type_mismatch"),
    ("a.exe", PDF_BYTES, "application/octet-stream", 415, "type_mismatch"),
    ("a.pdf", PDF_BYTES[:60], "application/pdf", 422, "damaged"),
)


def test_what_is_refused(world: World) -> None:
    for name, data, declared, status, code in REFUSED:
        with world.client("device") as http:
            answer = http.post(
                "/v1/submissions", files={"file": (name, data, declared)}, headers={"Idempotency-Key": "x"}
            )
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.json()["clerk"] == by_code()[code].clerk
    assert list(world.stores.queue.unrung(10)) == []


def test_every_bad_file_is_refused_or_kept_for_the_worker(service: Service, tmp_path: Path) -> None:
    """Those that only decoding betrays are accepted here and rejected by the worker."""
    with running(replace(service, limits=replace(service.limits, upload_bytes=8 * 2**20))) as world:
        for bad in all_bad_files(tmp_path / "bad"):
            data = b"" if bad.path.stat().st_size > 2**24 else bad.path.read_bytes()
            if not data and bad.path.stat().st_size:
                continue  # sparse giants: test_too_large_is_413_with_and_without_length
            answer = world.upload(data=data, name=bad.name)
            if bad.where == "ingest" and answer.status_code != 202:
                assert answer.json()["code"] == bad.code, bad.name
                assert answer.status_code == by_code()[bad.code].http_status
            else:
                assert answer.status_code == 202 and bad.where == "render", (bad.name, answer.text)


def test_hostile_names_are_refused_or_harmless(world: World) -> None:
    for n, name in enumerate(HOSTILE_NAMES):
        header = "attachment; filename*=UTF-8''" + "".join(f"%{byte:02X}" for byte in name.encode())
        with world.client("device") as http:
            answer = http.post("/v1/submissions", content=PDF_BYTES, headers={
                "Idempotency-Key": str(n), "Content-Disposition": header,
            })
        if answer.status_code == 202:
            kept = world.stores.uploads.submission(answer.json()["id"], "*").file_name
            assert kept and not set(kept) & set("/\\\r\n\0\x1b\u202e\u2028"), repr(kept)
        else:
            assert answer.json()["code"] in ("bad_file_name", "type_mismatch"), (name, answer.text)
    refused = ("../a.pdf", "a\\b.pdf", "a\r\nb.pdf", "a\u202efdp.exe")
    codes = []
    for name in refused:
        header = "attachment; filename*=UTF-8''" + "".join(f"%{byte:02X}" for byte in name.encode())
        with world.client("device") as http:
            codes.append(http.post("/v1/submissions", content=PDF_BYTES, headers={
                "Idempotency-Key": "n", "Content-Disposition": header,
            }).json()["code"])
    assert codes == ["bad_file_name"] * len(refused)


def test_wrong_forms_point_at_what_is_wrong(world: World) -> None:
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"data": {"form": "khai-sinh"}, "files": {"other": ("a.pdf", PDF_BYTES)}}, "#"),
        ({"files": {"form": (None, "khai-sinh")}}, "#/file"),
        ({"data": {"form": "no-such-form"}, "files": {"file": ("a.pdf", PDF_BYTES)}}, "#/form"),
        ({"content": b"--x\r\nbroken", "headers": {"Content-Type": "multipart/form-data"}}, "#"),
        ({"content": b"--x\r\nbroken", "headers": {"Content-Type": "multipart/form-data; boundary=x"}}, "#/file"),
    )
    for parts, pointer in wrong:
        request = {**parts, "headers": {"Idempotency-Key": "x", **parts.get("headers", {})}}
        with world.client("device") as http:
            answer = http.post("/v1/submissions", **request)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == pointer


def test_full_backlog_asks_to_come_back(service: Service) -> None:
    with running(replace(service, backlog_limit=1)) as world:
        first = world.upload(key="k")
        full = world.upload()
        assert (full.status_code, full.json()["code"]) == (429, "too_many_requests")
        assert int(full.headers["Retry-After"]) > 0
        assert world.upload(key="k").content == first.content, "a retry of what was accepted is no new work"


def test_a_dying_screening_child_loses_nothing(service: Service) -> None:
    def dies(data: bytes, name: str) -> None:
        raise ReaderCrashed("the reading process died")

    with running(replace(service, screen=dies)) as world:
        assert world.upload().status_code == 202


def test_status_tells_the_clerk(world: World) -> None:
    submission = world.upload().json()["id"]
    with world.client("device") as http:
        waiting = http.get(f"/v1/submissions/{submission}").json()
        assert (waiting["state"], waiting["finished"], waiting["documents"]) == ("received", False, [])
        record = world.work(submission)[0]
        done = http.get(f"/v1/submissions/{submission}").json()
    assert (done["state"], done["finished"]) == ("needs_review", True)
    (document,) = done["documents"]
    assert document["record_id"] == record and document["form_name"] == "TỜ KHAI ĐĂNG KÝ KHAI SINH"
    assert document["reasons"] == [
        {"code": "low_confidence", "message": "Kiểm tra lại họ tên.", "field": "child.full_name"}
    ]
    assert "Mẫu" not in json.dumps(done, ensure_ascii=False), "a device sees no record"


def test_rejected_tells_why(world: World) -> None:
    submission = world.upload().json()["id"]
    world.work(submission, State.REJECTED, "damaged", records=0)
    with world.client("device") as http:
        body = http.get(f"/v1/submissions/{submission}").json()
    assert (body["state"], body["reason_code"], body["clerk"]) == ("rejected", "damaged", by_code()["damaged"].clerk)


def test_several_files_are_one_submission_whose_parts_are_known(world: World) -> None:
    pages = [("trang 1.jpg", good_picture("JPEG")), ("trang 2.png", good_picture("PNG")), ("c.pdf", good_pdf(2))]

    def send(key: str, files: list[tuple[str, bytes]]) -> httpx2.Response:
        with world.client("device") as http:
            return http.post(
                "/v1/submissions", files=[("file", each) for each in files], headers={"Idempotency-Key": key}
            )

    first, again = send("k", pages), send("k", pages)
    assert first.status_code == 202 and first.content == again.content
    receipt = first.json()
    hashes = [hashlib.sha256(data).hexdigest() for _, data in pages]
    assert [f["sha256"] for f in receipt["files"]] == hashes and receipt["media_type"] == "application/pdf"
    found = world.stores.uploads.submission(receipt["id"], "*")
    assert [(p.file_name, p.sha256) for p in found.parts] == [(n, h) for (n, _), h in zip(pages, hashes, strict=True)]
    kept = world.stores.objects.get(found.object_key, receipt["sha256"])
    assert pages[0][1] in kept and found.file_name == "trang 1.pdf"
    assert world.stores.audit is not None
    assert world.stores.audit.entries()[-1].fields == tuple(f"sha256:{h}" for h in hashes)
    assert send("k", pages[::-1]).json()["code"] == "idempotency_key_reused"
    assert send("l", [pages[0], ("x.png", b"no picture")]).status_code == 415
    assert send("m", [("a.pdf", good_pdf(60)), ("b.pdf", good_pdf(60))]).json()["code"] == "too_many_pages"
    assert send("n", [("a.pdf", good_pdf())] * 41).status_code == 422
    assert len(world.stores.queue.unrung(10)) == 1
