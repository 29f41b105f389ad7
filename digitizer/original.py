"""One page of a file as it came, for people to look at: takes a checked file and a page's number, leaves its picture.

Nothing is turned, straightened or lifted off, as in any viewer; so that a person sees what was handed in beside what
the machine made of it. Runs in the reading child, as every decoding does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path

import cv2

from digitizer.document import Intake
from digitizer.errors import DamagedDocument, ReadingFailed
from digitizer.imaging.pdf_pages import write_page_alone
from digitizer.options import PICTURE_DPI, Options, picture_name
from digitizer.stages.ingest import PDF
from digitizer.stages.render import render

QUALITY = 75  # of JPEG


def draw_original(intake: Intake, number: int, folder: Path, options: Options) -> int:
    """Writes `picture_name(number)`; gives the number. Raises BadInput for a page that is not there or damaged."""
    small = replace(options, render_dpi=round(PICTURE_DPI))
    with _alone(intake, number, folder, options) as (one, at):
        page = next(islice(render(one, small), at - 1, at), None)
    if page is None:
        raise DamagedDocument(f"page {number}: not there")
    done, packed = cv2.imencode(".jpg", page.image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not done:
        raise ReadingFailed(f"page {number}: no picture could be made")
    (folder / picture_name(number)).write_bytes(packed.tobytes())
    return number


@contextmanager
def _alone(intake: Intake, number: int, folder: Path, options: Options) -> Iterator[tuple[Intake, int]]:
    """A file to draw and the page's place in it: of a PDF the page alone, so that a batch of fifty is not drawn for one
    page; frames of a TIFF are cheap to pass over."""
    if intake.media_type != PDF:
        yield intake, number
        return
    path = folder / "one-page.pdf"
    write_page_alone(intake.path, number, path, options.limits.pages)
    yield replace(intake, path=path, page_count=1), 1
    path.unlink()
