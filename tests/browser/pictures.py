"""Pictures of pages for browser tests: a sheet with text where the fields of `tests.web.world.sample_record` stand."""

from __future__ import annotations

import hashlib
from io import BytesIO

from PIL import Image, ImageDraw

from storage.workbench import PagePicture
from tests.browser.world import Office

DPI = 150.0


def show_page(staff: Office, submission_id: str) -> str:
    """Keeps a picture of page 1; gives the document's id."""
    document_id = staff.world.stores.uploads.submission(submission_id, "*").document_id
    sheet = Image.new("L", (1240, 1754), 255)
    pen = ImageDraw.Draw(sheet)
    for line in range(60):
        pen.text((118, 100 + 26 * line), f"Dong {line}: Nguyen Thi Mau, 01/02/2024", fill=20)
    out = BytesIO()
    sheet.save(out, "JPEG", quality=80)
    digest = hashlib.sha256(out.getvalue()).hexdigest()
    key = f"pages/{digest[:2]}/{digest}"
    staff.world.stores.objects.put(key, out.getvalue(), digest)
    staff.workbench.pictures.keep(document_id, [PagePicture(1, key, digest, *sheet.size, DPI)])
    return document_id
