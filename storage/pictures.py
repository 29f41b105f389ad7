"""Pictures of pages, in SQL: takes a document's pictures after its reading, gives them to who may see the document."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from digitizer.errors import NotFound
from storage import tables as t
from storage.database import Database
from storage.uploads import in_branch
from storage.workbench import PagePicture

G = t.page_pictures.c


class SqlPictures:
    """The port Pictures on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def keep(self, document_id: str, pictures: Sequence[PagePicture]) -> None:
        with self._db.write() as conn:
            conn.execute(sa.delete(t.page_pictures).where(G.document_id == document_id))
            if pictures:
                conn.execute(sa.insert(t.page_pictures), [
                    {"document_id": document_id, "page": p.page, "object_key": p.object_key, "sha256": p.sha256,
                     "width_px": p.width_px, "height_px": p.height_px, "dpi": p.dpi} for p in pictures
                ])

    def of(self, document_id: str, branch: str) -> Sequence[PagePicture]:
        here = sa.select(t.documents.c.id).join(t.submissions, t.documents.c.submission_id == t.submissions.c.id)
        with self._db.read() as conn:
            if not conn.execute(here.where(t.documents.c.id == document_id, in_branch(t.submissions, branch))).first():
                raise NotFound
            rows = conn.execute(sa.select(t.page_pictures).where(G.document_id == document_id).order_by(G.page)).all()
        return [PagePicture(r.page, r.object_key, r.sha256, r.width_px, r.height_px, r.dpi) for r in rows]
