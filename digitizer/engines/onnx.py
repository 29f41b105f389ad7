"""Our own recogniser: takes answer regions with their leaders in place, gives readings; pages are read by Tesseract.

The weights (`data/recogniser.onnx`, described by `data/recogniser.json`) come from `training/`: a CTC network that has
learnt dotted leaders, rules and boxes, print and hands, so no mark is eaten by cleaning. A line is 48 px high; each
8 px give one step of class probabilities. One thread a session: workers are scaled by processes."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from digitizer.document import Character, CleanPage, EngineInfo, PageText, Reading
from digitizer.engines.ctc import MOST_OTHERS, Decoded, decode
from digitizer.errors import EngineUnavailable, ReadingFailed
from digitizer.ports import Engine, Region
from digitizer.vietnam.answers import lacks_digits

MODEL = Path(__file__).parent / "data" / "recogniser.onnx"
HEIGHT = 48
STRIDE = 32  # px: widths are padded to a multiple, as in training
STEP = 8  # px of width for each step of the output
PIXELS = 2048  # width of a batch, all lines together: what the processor's cache holds; 8,000 px cost a fifth more
WARM_PX = 320
DARK, FAINT = 160, 225  # ink is darker than half way from the darkest to white, within these: pencil is gray
LEAST_INK = 6  # px; a region with fewer holds dust
MARGIN = 0.4  # heights of paper kept left and right of the ink; with 1.0 three typed lines in a hundred more are wrong
# Writing that is lower than LOW of its region is cut out with ABOVE and BELOW of its own height around it, or it would
# be read smaller than need be: typed answers in unseen fonts 93.2 -> 96.0 % exact, hands and print of pages the same.
LOW, ABOVE, BELOW = 0.85, 0.25, 0.3
# A line read less surely than ASK is read again as it may also be drawn, and the manners vote with their probabilities:
# wider, because a step can tell one letter at most; smaller; lower, where leaders stand elsewhere to the steps; and
# without its leaders. How many are wrong so: `fitted` in digitizer/data/calibration.yaml.
ASK, MANNERS = 0.95, 4
WIDER, SMALLER, LOWER_PX = 1.6, 0.88, 2.0


@dataclass(frozen=True, slots=True)
class Prepared:
    """A region as the network takes it. `left`: region px that were cut off; `scale`: region px a picture px."""

    picture: np.ndarray  # (48, w) uint8
    left: int
    scale: float

    def redrawn(self, across: float, down: float = 1.0, lower_px: float = 0.0) -> Prepared:
        """Wider or narrower, higher or lower about its middle, and moved down."""
        moved = np.array([[across, 0, 0], [0, down, (1 - down) * HEIGHT / 2 + lower_px]], np.float32)
        size = (round(self.picture.shape[1] * across), HEIGHT)
        picture = cv2.warpAffine(self.picture, moved, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        return Prepared(picture, self.left, self.scale / across)


class Recogniser:
    """The network, warm. One a process; after a fork it is opened again by the first reading."""

    def __init__(self, model: Path = MODEL, threads: int = 1) -> None:
        self._model, self._threads = model, threads
        self.card = _card(model)
        self._open()

    def _open(self) -> None:
        session = _session(_checked(self._model, self.card["sha256"]), self._threads)
        self._session, self._process = session, os.getpid()
        properties = session.get_modelmeta().custom_metadata_map
        self.classes: tuple[str, ...] = ("", *properties["character"].split("\n"))
        self._input = session.get_inputs()[0].name
        self._run(stacked([np.full((HEIGHT, WARM_PX), 255, np.uint8)]))  # the first run lays out memory

    @property
    def version(self) -> str:
        return f"{self.card['version']} {self.card['sha256'][:8]}"

    def probabilities(self, pictures: Sequence[np.ndarray]) -> list[np.ndarray]:
        """(48, w) uint8 pictures to T × classes float32 probabilities each, T = padded width / 8; same order."""
        if self._process != os.getpid():
            self._open()
        found: list[np.ndarray] = [np.empty(0, np.float32)] * len(pictures)
        for numbers in batches([picture.shape[1] for picture in pictures]):
            output = self._run(stacked([pictures[n] for n in numbers]))
            for number, steps in zip(numbers, output, strict=True):
                found[number] = steps
        return found

    def _run(self, images: np.ndarray) -> np.ndarray:
        try:
            [output] = self._session.run(None, {self._input: images})
        except Exception as error:  # onnxruntime raises kinds of its own, all of them strangers here
            raise ReadingFailed(f"the recogniser failed: {type(error).__name__}") from error
        return np.asarray(output)


class OnnxEngine:
    """Regions by our recogniser, pages by `pages`."""

    wants_leaders = True

    def __init__(self, pages: Engine, recogniser: Recogniser | None = None) -> None:
        self._pages = pages
        self._recogniser = recogniser or Recogniser()
        self.info = EngineInfo("onnx", f"{self._recogniser.version}, {pages.info.name} {pages.info.version}")

    def read_page(self, page: CleanPage) -> PageText:
        return self._pages.read_page(page)

    def read_regions(self, regions: Sequence[Region]) -> list[Reading]:
        """What is unsure is read in several manners (ASK); so is a number with a digit too few: of two alike side by
        side ("99") one is easily missed."""
        readings = [Reading("", 1.0)] * len(regions)
        chosen = {n: cut for n, region in enumerate(regions) if (cut := prepared(region)) is not None}
        readings_of = self._read({n: (regions[n], cut) for n, cut in chosen.items()})
        unsure = {n: cut for n, cut in chosen.items() if _unsure(readings_of[n], regions[n].type)}
        redrawn = {n: _manners(regions[n], cut) for n, cut in unsure.items()}
        tries = [self._read({n: (regions[n], cuts[m]) for n, cuts in redrawn.items()}) for m in range(MANNERS)]
        for number, first in readings_of.items():
            others = [each[number] for each in tries] if number in unsure else []
            readings[number] = voted([first, *others], regions[number].type)
        return readings

    def _read(self, lines: dict[int, tuple[Region, Prepared]]) -> dict[int, Reading]:
        seen = self._recogniser.probabilities([cut.picture for _, cut in lines.values()])
        found = {}
        for (number, (region, cut)), steps in zip(lines.items(), seen, strict=True):
            with np.errstate(divide="ignore"):
                decoded = decode(np.log(steps), self._recogniser.classes, region.type, region.alphabet)
            found[number] = reading(decoded, cut)
        return found


def _manners(region: Region, cut: Prepared) -> tuple[Prepared, ...]:
    """The line as it may also be drawn: MANNERS pictures of it."""
    bare = prepared(replace(region, gray=region.ink)) or cut
    return cut.redrawn(WIDER), cut.redrawn(SMALLER, SMALLER), cut.redrawn(1.0, lower_px=LOWER_PX), bare


def _unsure(read: Reading, field_type: str) -> bool:
    return bool(read.text) and (read.confidence < ASK or lacks_digits(read.text, field_type))


def voted(tries: Sequence[Reading], field_type: str = "") -> Reading:
    """Of readings of one line the text that has most probability together, where it was read and where it was only an
    alternative; its confidence is the mean of these, `agreed` the share of the manners that read it, and alternatives
    have their means too. A number with too few digits loses to a whole one."""
    if len(tries) == 1:
        return tries[0]
    whole = [r for r in tries if not lacks_digits(r.text, field_type)] or tries
    together: dict[str, float] = {}
    for each in whole:
        told = dict(zip(each.alternatives, each.scores, strict=True)) | {each.text: each.confidence}
        for text, probability in told.items():
            together[text] = together.get(text, 0.0) + probability / len(tries)
    best = max(whole, key=lambda r: (together[r.text], r.confidence))
    sure = together.pop(best.text)
    ranked = sorted(((t, p) for t, p in together.items() if t), key=lambda pair: -pair[1])[:MOST_OTHERS]
    return replace(
        best, confidence=min(1.0, sure), agreed=sum(r.text == best.text for r in tries) / len(tries),
        alternatives=tuple(t for t, _ in ranked), scores=tuple(p for _, p in ranked),
    )


def reading(found: Decoded, cut: Prepared) -> Reading:
    """What was decoded, its letters placed in the region's pixels."""
    letters = tuple(
        Character(
            c.text, c.probability, cut.left + c.first * STEP * cut.scale, cut.left + (c.last + 1) * STEP * cut.scale,
            c.alternatives,
        )
        for c in found.characters
    )
    others, scores = (tuple(part) for part in zip(*found.alternatives, strict=True)) if found.alternatives else ((), ())
    return Reading(found.text, found.confidence, others, scores, letters)


def prepared(region: Region) -> Prepared | None:
    """The region cut to what its ink covers, 48 px high; None where there is nothing to read.

    Long tails of leaders are left out, as time goes with width. The full height is kept unless the writing is low."""
    if not region.ink.size:
        return None
    darkest = _darkest(region.ink)
    dark = region.ink < min(max((darkest + 255) / 2, DARK), FAINT)
    if int(dark.sum()) < LEAST_INK:
        return None
    rows, columns = np.nonzero(dark.any(axis=1))[0], np.nonzero(dark.any(axis=0))[0]
    height, width = region.gray.shape
    top, bottom = 0, height
    tall = int(rows[-1] - rows[0] + 1)
    if tall < LOW * height:
        top = max(0, int(rows[0] - ABOVE * tall) - 2)
        bottom = min(height, int(rows[-1] + BELOW * tall) + 3)
    room = round(MARGIN * (bottom - top))
    left, right = max(0, int(columns[0]) - room), min(width, int(columns[-1]) + 1 + room)
    cut = region.gray[top:bottom, left:right]
    scale = (bottom - top) / HEIGHT
    size = (max(HEIGHT, round(cut.shape[1] / scale)), HEIGHT)
    way = cv2.INTER_AREA if scale > 1 else cv2.INTER_CUBIC
    across = cut.shape[1] / size[0]
    return Prepared(cv2.resize(cut, size, interpolation=way), left, across)


def _darkest(ink: np.ndarray) -> float:
    """The gray value that a half percent of the pixels stay below: `np.percentile` of bytes, by counting them."""
    counted = np.cumsum(cv2.calcHist([ink], [0], None, [256], [0, 256]))
    at = 0.005 * (ink.size - 1)
    low, high = np.searchsorted(counted, [math.floor(at), math.ceil(at)], side="right")
    return float(low + (at - math.floor(at)) * (high - low))


def batches(widths: Sequence[int]) -> Iterator[list[int]]:
    """Numbers of lines that are read together: those of one padded width, so that a line reads the same in any."""
    alike: dict[int, list[int]] = {}
    for number, width in enumerate(widths):
        alike.setdefault(padded(width), []).append(number)
    for width, numbers in alike.items():
        most = max(1, PIXELS // width)
        yield from (numbers[k : k + most] for k in range(0, len(numbers), most))


def padded(width: int) -> int:
    return -(-width // STRIDE) * STRIDE


def stacked(pictures: Sequence[np.ndarray]) -> np.ndarray:
    """N × 3 × 48 × W float32 in -1..1, padded with 0 on the right, as in training."""
    width = padded(max(picture.shape[1] for picture in pictures))
    images = np.zeros((len(pictures), 3, HEIGHT, width), np.float32)
    for number, picture in enumerate(pictures):
        images[number, :, :, : picture.shape[1]] = picture.astype(np.float32) / 127.5 - 1
    return images


@cache
def _card(model: Path) -> dict[str, Any]:
    """The model card. Raises EngineUnavailable where it or the weights are missing."""
    card = model.with_suffix(".json")
    if not card.is_file() or not model.is_file():
        raise EngineUnavailable(f"the recogniser's weights are missing: {model.name} and {card.name} in {model.parent}")
    return dict(json.loads(card.read_text(encoding="utf-8")))


def _checked(model: Path, sha256: str) -> bytes:
    """The file's bytes, read once, so that what was checked is what is loaded."""
    content = model.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise EngineUnavailable(f"{model} is not the file its card describes: install the product again")
    return content


def _session(content: bytes, threads: int) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise EngineUnavailable("onnxruntime is not installed: pip install digitizer") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
