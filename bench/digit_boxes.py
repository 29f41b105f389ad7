"""Handwritten digits in digit boxes: takes the idx files of shared/data/digits and a seed, gives three sets of lines.

Numbers are put into combs of 12 boxes drawn as on CT01, the sheet goes through the scanner and through `clean`, and is
cut in three manners: as the pipeline gives a comb to an engine, the whole row with its walls, and single boxes."""

from __future__ import annotations

import argparse
import gzip
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw
from rich.console import Console

from bench.blank import DPI
from bench.cuts import Cut, Recorder, Writer, upright
from bench.fonts import faces
from bench.make import shared_folder, template_of
from bench.scan import QUALITIES, scan
from digitizer.document import CleanPage, Located, PageImage, Slot
from digitizer.engines.null import NullEngine
from digitizer.geometry import Box, union
from digitizer.ports import Alphabet, Region
from digitizer.stages.clean import clean
from digitizer.stages.read import DARK, read_slots
from digitizer.template import FieldType

SETS = ("digits-comb", "digits-row", "digits-box")
LOST = "digits-lost"
_FORM, _FIELD, _BOXES = "ct01", "subject.personal_id", 12
_ROWS = 11  # of a sheet
_ABOVE = "Họ, chữ đệm và tên chủ hộ, quan hệ với chủ hộ, nơi ở hiện tại, điện thoại liên hệ:"  # else no page of text
_SIZES = ((91.4, 104.0), (85.1, 105.0))  # width and height of a box, px at 300 dpi: the two combs of CT01
_IMAGE_MAGIC, _LABEL_MAGIC = 2051, 2049  # http://yann.lecun.com/exdb/mnist


@dataclass(frozen=True, slots=True)
class Digits:
    """images: (n, 28, 28) uint8, 255 where ink is. labels: (n,) uint8."""

    images: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True, slots=True)
class Row:
    """A number in its boxes; pixels of the unscanned sheet."""

    number: str
    boxes: tuple[Box, ...]


def read_digits(folder: Path) -> Digits:
    """The test files of MNIST. Raises FileNotFoundError, ValueError where a file is something else."""
    found = []
    for name, magic in (("t10k-images-idx3-ubyte.gz", _IMAGE_MAGIC), ("t10k-labels-idx1-ubyte.gz", _LABEL_MAGIC)):
        with gzip.open(folder / name) as file:
            content = file.read()
        head = np.frombuffer(content, dtype=">i4", count=2)
        sizes = np.frombuffer(content, dtype=">i4", count=3, offset=4) if magic == _IMAGE_MAGIC else head[1:]
        if head[0] != magic:
            raise ValueError(f"{folder / name} is no idx file of the kind {magic}")
        found.append(np.frombuffer(content, dtype=np.uint8, offset=4 + 4 * len(sizes)).reshape(sizes))
    return Digits(*found)


def draw_sheet(digits: Digits, rng: random.Random) -> tuple[Image.Image, list[Row]]:
    """An A4 sheet at 300 dpi with labels, combs and a number in each."""
    page = Image.new("RGB", (2480, 3508), "white")
    draw, font = ImageDraw.Draw(page), faces()[0].at(54)
    ink = np.zeros((3508, 2480), np.float32)
    rows = []
    for n in range(_ROWS):
        width, height = rng.choice(_SIZES)
        left, top = rng.uniform(1040, 1200), 300 + n * 285 + rng.uniform(-10, 10)
        for line, y in ((f"{n + 1}. Số định danh cá nhân:", top + 70), (_ABOVE, top - 70)):
            draw.text((190, y), line, font=font, fill=(15, 15, 15), anchor="ls")
        boxes = tuple(Box(left + k * width, top, left + (k + 1) * width, top + height) for k in range(_BOXES))
        for box in boxes:
            draw.rectangle((box.left, box.top, box.right, box.bottom), outline=(10, 10, 10), width=4)
        chosen = [rng.randrange(len(digits.labels)) for _ in boxes]
        slant, size = rng.uniform(-0.1, 0.1), rng.uniform(0.72, 0.98)
        for box, index in zip(boxes, chosen, strict=True):
            _write(ink, digits.images[index], box, size * rng.uniform(0.94, 1.06), rng)
        rows.append(Row("".join(str(digits.labels[i]) for i in chosen), boxes))
        _slant(ink, union(boxes), slant)
    colour = np.array(rng.choice(((25, 25, 30), (30, 40, 130), (20, 30, 95))), np.float32)
    paper, cover = np.asarray(page, dtype=np.float32), ink[..., None]
    return Image.fromarray((paper * (1 - cover) + np.minimum(paper, colour) * cover + 0.5).astype(np.uint8)), rows


def _write(ink: np.ndarray, image: np.ndarray, box: Box, size: float, rng: random.Random) -> None:
    """One digit, its middle up to a fourteenth of the box beside the box's; edges as sharp as a pen's."""
    side = round(size * box.width)
    large = cv2.GaussianBlur(cv2.resize(image, (side, side), interpolation=cv2.INTER_CUBIC), (0, 0), 1.2)
    stroke = np.clip((large.astype(np.float32) - 70) / 110, 0, 1) * rng.uniform(0.8, 1.0)
    x = round(box.middle_x - side / 2 + rng.uniform(-1, 1) * box.width / 14)
    y = round(box.middle_y - side / 2 + rng.uniform(-1, 1) * box.height / 14)
    ink[y:y + side, x:x + side] = np.maximum(ink[y:y + side, x:x + side], stroke)


def _slant(ink: np.ndarray, row: Box, slant: float) -> None:
    """Every digit of one writer leans alike: the row sheared about its middle."""
    top, bottom = int(row.top), int(row.bottom) + 1
    part = ink[top:bottom]
    shear = np.array(((1, -slant, slant * (bottom - top) / 2), (0, 1, 0)))
    ink[top:bottom] = cv2.warpAffine(part, shear, (part.shape[1], part.shape[0]), flags=cv2.INTER_LINEAR)


# --- cutting -------------------------------------------------------------------------------------------------------


def cuts_of(digits: Digits, seed: int, sheets: int) -> Iterator[tuple[str, Cut]]:
    """(name of the set, cut) of so many sheets, medium scans; of each row one box is also cut alone.

    A comb of which the pipeline lost a digit before any engine saw it goes into the set LOST."""
    for number in range(1, sheets + 1):
        rng = random.Random(f"digits/{seed}/{number}")
        image, rows = draw_sheet(digits, rng)
        scanned = scan(image, QUALITIES["medium"], rng)
        page = clean(PageImage(number, cv2.cvtColor(np.asarray(scanned.image), cv2.COLOR_RGB2BGR), float(DPI)))
        places = [tuple(upright(scanned.polygon_mm(box), page) for box in row.boxes) for row in rows]
        recorder = Recorder(NullEngine())
        slots = tuple(Slot(_FIELD, number, boxes) for boxes in places)
        read_slots((page,), Located(slots), template_of(_FORM), recorder)
        plain = Cut(recorder.regions[0], "", FieldType.PERSONAL_ID.value, _FIELD, f"digits-{seed}-{number}", "mnist")
        for row, boxes, region in zip(rows, places, recorder.regions, strict=True):
            if any(_taken_for_ruling(page, box) for box in boxes):
                yield LOST, replace(plain, region=region, text=row.number)
            else:
                yield "digits-comb", replace(plain, region=region, text=row.number)
            yield "digits-row", replace(plain, region=_region(page, union(boxes).padded(8, 8)), text=row.number)
            one = rng.randrange(_BOXES)
            yield "digits-box", replace(plain, region=_region(page, boxes[one].padded(5, 5)), text=row.number[one])


def _taken_for_ruling(page: CleanPage, box: Box) -> bool:
    """Whether `clean` wiped most of a digit away as a part of the print; the pipeline then thinks the box empty."""
    rows, columns = box.padded(-0.12 * box.width, -0.12 * box.height).slices()
    seen, kept = (int((layer[rows, columns] < DARK).sum()) for layer in (page.gray, page.ink))
    return kept < 0.5 * seen


def _region(page: CleanPage, box: Box) -> Region:
    rows, columns = box.clipped(page.width_px, page.height_px).slices()
    return Region(page.gray[rows, columns], page.ink[rows, columns], Alphabet.DIGITS, page.dpi)


def write_digits(digits: Digits, seed: int, sheets: int, out: Path) -> dict[str, int]:
    """The sets as folders under `out`, each as bench.cuts writes one; gives the lines of each."""
    writers = {name: Writer(out / name) for name in (*SETS, LOST)}
    for name, cut in cuts_of(digits, seed, sheets):
        writers[name].add(cut)
    for writer in writers.values():
        writer.close()
    return {name: len(writer.rows) for name, writer in writers.items()}


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 0 when it wrote the sets, 2 when the digits are not there."""
    parser = argparse.ArgumentParser(prog="python -m bench.digit_boxes", description=__doc__)
    parser.add_argument("--sheets", type=int, default=10, help=f"of {_ROWS} numbers each")
    parser.add_argument("--seed", type=int, default=77)
    parser.add_argument("--out", type=Path, required=True, help="the folder that gets the three folders")
    o = parser.parse_args(arguments)
    console, shared = Console(stderr=True), shared_folder()
    if shared is None or not (shared / "data" / "digits").is_dir():
        console.print("The handwritten digits are not on this machine (set DIGITIZER_SHARED).")
        return 2
    for name, lines in write_digits(read_digits(shared / "data" / "digits"), o.seed, o.sheets, o.out).items():
        console.print(f"{lines} lines in {o.out / name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
