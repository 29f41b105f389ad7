"""Pictures of pages over HTTP: only for who may see the document, and never kept by the browser."""

from __future__ import annotations

import hashlib

import httpx2
import pytest

from storage.workbench import PagePicture, PersonRole
from tests.browser.world import PASSWORD, Office
from tests.web.world import NORTH, SOUTH

JPEG = b"\xff\xd8 not decoded by anybody here \xff\xd9"


@pytest.mark.parametrize(("role", "branch", "status"), [
    (PersonRole.REVIEWER, NORTH, 200), (PersonRole.SUPERVISOR, "*", 200), (PersonRole.SECOND_REVIEWER, NORTH, 200),
    (PersonRole.REVIEWER, SOUTH, 404), (PersonRole.UPLOADER, NORTH, 403), (PersonRole.ADMINISTRATOR, "*", 403),
])
def test_who_sees_a_page(staff: Office, role: PersonRole, branch: str, status: int) -> None:
    submission, _ = staff.world.record()
    document_id = staff.world.stores.uploads.submission(submission, "*").document_id
    digest = hashlib.sha256(JPEG).hexdigest()
    staff.world.stores.objects.put(f"pages/{digest[:2]}/{digest}", JPEG, digest)
    staff.workbench.pictures.keep(
        document_id, [PagePicture(1, f"pages/{digest[:2]}/{digest}", digest, 1240, 1754, 150.0)]
    )
    staff.hire("ai-do", role, branch)
    _, token = staff.workbench.people.sign_in("ai-do", PASSWORD)
    with httpx2.Client(base_url=staff.world.url, cookies={"digitizer_session": token}) as http:
        answer = http.get(f"/documents/{document_id}/pages/1.jpg")
        assert answer.status_code == status
        if status == 200:
            assert answer.content == JPEG and answer.headers["Content-Type"] == "image/jpeg"
            assert answer.headers["Cache-Control"] == "no-store"
            assert http.get(f"/documents/{document_id}/pages/2.jpg").status_code == 404
    assert httpx2.get(f"{staff.world.url}/documents/{document_id}/pages/1.jpg").status_code == 401
