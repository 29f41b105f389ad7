"""Lines cut from filled forms carry the right truth, digits stand in their boxes, and readers are compared on them."""

from __future__ import annotations

import json
import random
import unicodedata
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw
from rapidfuzz.distance import Levenshtein

from bench import cuts, digit_boxes, line_readers, lines, run
from bench.cuts import Cut, Line, PartOfALine, Writer, cuts_of, letters_of, texts_in
from bench.digit_boxes import Digits, read_digits, write_digits
from bench.fonts import faces, faces_of
from bench.line_readers import CLEANED, TYPED, LineReader
from bench.line_report import markdown
from bench.line_result import LineResult, LineScore
from bench.line_sets import LineSet, line_sets, samples
from bench.make import shared_folder
from bench.result import Plan
from digitizer.engines.build import build_engine
from digitizer.geometry import Box
from digitizer.options import Options
from digitizer.stages.clean import clean
from digitizer.stages.ingest import ingest
from digitizer.stages.render import render
from digitizer.template import FieldType
from training.faces import UNSEEN

needs_shared = pytest.mark.skipif(shared_folder() is None, reason="the shared material is not on this machine")


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], list[Cut]]:
    """The truth and the cuts of one own print of CT01, which has leaders, combs and a table; skewed by the scanner."""
    made = run.make_one("ct01", 5, "medium", ("own", tmp_path_factory.mktemp("form")), faces_of("typed-seen")[0])
    left_out: Counter[str] = Counter()
    blank = run.blank_of("ct01", 5, "own")
    found = list(cuts_of(made, blank, build_engine("tesserocr"), left_out))
    assert sum(left_out.values()) <= 2
    return made.truth, found


@pytest.fixture(scope="module")
def folder(form: tuple[dict[str, Any], list[Cut]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a set on disk."""
    out = tmp_path_factory.mktemp("cuts")
    writer = Writer(out / "typed-seen")
    for cut in form[1]:
        writer.add(cut)
    writer.close()
    return out


def test_a_region_has_the_text_that_stands_in_it(form: tuple[dict[str, Any], list[Cut]]) -> None:
    truth, found = form
    texts: dict[str, list[str]] = {}
    for cut in found:
        texts.setdefault(cut.field_id, []).append(cut.text)
    written = {k: v["raw"] for k, v in truth["fields"].items() if v["raw"]}
    right = [k for k, raw in written.items() if "".join(texts.get(k, ())).replace(" ", "") == raw.replace(" ", "")]
    assert len(right) >= 0.9 * len(written)
    assert texts["subject.personal_id"] == [written["subject.personal_id"]]  # a comb is one line of 12 digits
    assert all(cut.type in {*(t.value for t in FieldType), ""} for cut in found)


def test_leaders_stay_in_the_region(form: tuple[dict[str, Any], list[Cut]]) -> None:
    region = next(cut.region for cut in form[1] if cut.field_id == "subject.full_name")
    assert (region.gray < 150).sum() > 1.2 * (region.ink < 150).sum()


def test_a_set_lies_on_disk_as_training_reads_it(folder: Path, form: tuple[dict[str, Any], list[Cut]]) -> None:
    place = folder / "typed-seen"
    rows = [line.split("\t") for line in (place / "labels.tsv").read_text(encoding="utf-8").splitlines()]
    types = [line.split("\t") for line in (place / "types.tsv").read_text(encoding="utf-8").splitlines()]
    assert [name for name, _ in rows] == [name for name, _ in types]
    assert all(unicodedata.is_normalized("NFC", text) for _, text in rows)
    assert sum(not text for _, text in rows) <= cuts.MOST_EMPTY * len(rows)
    many = samples(LineSet("typed-seen", "", place))
    wanted = [cut for cut in form[1] if cut.text]
    assert [s.text for s in many if s.text] == [cut.text for cut in wanted]
    first = next(s for s in many if s.text)
    assert np.array_equal(first.region.gray, wanted[0].region.gray)
    assert np.array_equal(first.region.ink, wanted[0].region.ink)
    assert (first.region.type, first.region.alphabet) == (wanted[0].type, wanted[0].region.alphabet)


def test_empty_regions_are_a_twentieth_at_most(form: tuple[dict[str, Any], list[Cut]], tmp_path: Path) -> None:
    full = form[1][0]
    writer = Writer(tmp_path)
    for _ in range(10):
        writer.add(replace(full, text=""))
    assert (len(writer.rows), writer.empty_left_out) == (0, 10)
    for n in range(40):
        writer.add(replace(full, text="" if n % 2 else "Kinh"))
    assert writer.empty == 1


def test_a_line_is_in_or_out_and_never_half() -> None:
    box = Box(100, 100, 500, 160)
    first, second = Line(1, Box(110, 110, 200, 150), "Nguyễn"), Line(1, Box(210, 112, 330, 150), "Văn An")
    above = Line(1, Box(110, 50, 400, 108), "dòng trên")
    beside = Line(1, Box(494, 110, 700, 150), "bên phải")
    assert texts_in(box, [second, above, beside, first]) == ["Nguyễn", "Văn An"]
    assert texts_in(Box(0, 300, 500, 360), [first, second]) == []
    for part in (Line(1, Box(300, 110, 560, 150), "x"), Line(1, Box(110, 130, 300, 185), "x")):
        with pytest.raises(PartOfALine):
            texts_in(box, [part])


@needs_shared
def test_printed_letters_are_known_on_the_scan(tmp_path: Path) -> None:
    """So that a region with a printed comma is told from one without; all but a few specks are dark where they are."""
    made = run.make_one("xac-nhan-hon-nhan", 8, "medium", ("real", tmp_path))
    options = Options()
    pages = [clean(page) for page in render(ingest(made.path, made.path.name, options.limits), options)]
    letters = list(letters_of(run.blank_of("xac-nhan-hon-nhan", 8, "real"), made.truth, pages))
    assert "(4)" in "".join(letter.text for letter in letters)
    dark = [bool((pages[one.page - 1].gray[one.box.padded(1, 1).slices()] < 150).any()) for one in letters]
    assert sum(dark) > 0.98 * len(dark) > 500


def test_types_of_fields_are_compared_over_all_filled_sets() -> None:
    sets = ("typed-seen", "hand", "gazette")
    ours = [LineScore(name, TYPED, types={"date": (4, 3)}) for name in sets]
    other = [LineScore(name, CLEANED, types={"date": (4, n), "sex": (2, 2)}) for n, name in enumerate(sets)]
    result = LineResult(1, 0, (), (*ours, *other), {}, ())
    page = markdown(result, ".")
    assert "| date | 8 | 75.00 % | 12.50 % | ours |" in page
    assert "| sex |" not in page


def test_regions_with_print_are_listed_apart(form: tuple[dict[str, Any], list[Cut]], tmp_path: Path) -> None:
    writer = Writer(tmp_path / "hand")
    for printed in ("", ",", ""):
        writer.add(replace(next(cut for cut in form[1] if cut.text), print=printed))
    writer.close()
    clear, mixed = line_sets(tmp_path, ("hand", "hand+print"))
    assert [s.file for s in samples(clear)] == ["0000.png", "0002.png"]
    assert [s.file for s in samples(mixed)] == ["0001.png"]


# --- fonts ---------------------------------------------------------------------------------------------------------


def test_fonts_that_are_measured_as_unseen_are_never_trained_on() -> None:
    seen, unseen = ({face.path for face in faces_of(name)} for name in ("typed-seen", "typed-unseen"))
    assert not seen & unseen
    try:
        unseen |= {face.path for face in faces_of("hand")}
    except FileNotFoundError as error:
        assert "package.json" in str(error)
    for path in unseen:
        assert any(name in str(path) for name in UNSEEN), path
    for path in seen:
        assert not any(name in str(path) for name in UNSEEN), path


def test_a_set_without_fonts_says_what_to_install(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = ["--faces", "hand", "--source", "own", "--fonts", str(tmp_path / "none"), "--out", str(tmp_path)]
    assert cuts.main(wanted) == 2
    assert "package.json" in capsys.readouterr().err.replace("\n", "")


# --- digits --------------------------------------------------------------------------------------------------------


def printed_digits() -> Digits:
    """Ten digits of a font, as large in their 28 pixels as those of MNIST."""
    images = []
    for digit in range(10):
        image = Image.new("L", (28, 28), 0)
        ImageDraw.Draw(image).text((14, 14), str(digit), font=faces()[0].at(26), fill=255, anchor="mm")
        images.append(np.asarray(image))
    return Digits(np.array(images), np.arange(10, dtype=np.uint8))


def test_digits_stand_in_their_boxes(tmp_path: Path) -> None:
    counts = write_digits(printed_digits(), 3, 1, tmp_path)
    assert counts["digits-row"] == counts["digits-box"] == counts["digits-comb"] + counts["digits-lost"] == 11
    sets = {s.name: samples(s) for s in line_sets(tmp_path, digit_boxes.SETS)}
    assert {len(s.text) for s in sets["digits-comb"]} == {len(s.text) for s in sets["digits-row"]} == {12}
    assert {len(s.text) for s in sets["digits-box"]} == {1}
    row, comb = sets["digits-row"][0].region, sets["digits-comb"][0].region
    height, width = row.gray.shape
    assert 8 < width / height < 11
    walls = (row.gray[height // 3:2 * height // 3] < 150).all(axis=0)
    assert int((np.diff(walls.astype(int)) == 1).sum()) >= 11  # every box has its walls
    assert not (comb.gray < 150).all(axis=0).any()  # the pipeline takes them out
    read = build_engine("tesserocr").read_regions([s.region for s in sets["digits-comb"]])
    edits = sum(Levenshtein.distance(s.text, r.text) for s, r in zip(sets["digits-comb"], read, strict=True))
    assert edits < 0.3 * 12 * len(read)  # printed digits, so that any engine can tell whether the truth is right


def test_digits_are_drawn_by_their_seed() -> None:
    one, same, other = (digit_boxes.draw_sheet(printed_digits(), random.Random(seed)) for seed in (3, 3, 4))
    assert one[1] == same[1] != other[1]
    assert one[0].tobytes() == same[0].tobytes()


@needs_shared
def test_the_handwritten_digits_are_read() -> None:
    shared = shared_folder()
    assert shared is not None
    digits = read_digits(shared / "data" / "digits")
    assert digits.images.shape == (10000, 28, 28)
    assert np.bincount(digits.labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


# --- readers -------------------------------------------------------------------------------------------------------


def test_lines_are_compared_with_and_without_marks(folder: Path) -> None:
    [line_set] = line_sets(folder, ("typed-seen",))
    many = samples(line_set)
    perfect = lines.measure(LineReader("perfect", "1", lambda part: [s.text for s in part]), line_set, many)
    assert (perfect.exact, perfect.wrong, perfect.bare_wrong) == (len(many), 0, 0)
    deaf = lines.measure(LineReader("deaf", "1", lambda part: [""] * len(part)), line_set, many)
    assert deaf.cer == deaf.bare_cer == 1
    score = LineScore("set", "reader")
    score.add(next(s for s in many if s.region.type == "person_name"), "")
    date = next(s for s in many if s.region.type == "date")
    score.add(date, date.text.replace("/", " / "))
    assert (score.lines, score.exact) == (2, 1)


def test_one_run_leaves_tables_plots_and_json(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points = [{"lines": n, "sets": {"gazette": [1, 2, 50 // n, 100]}} for n in (1, 5)]
    curve = tmp_path / "scores.jsonl"
    curve.write_text("".join(json.dumps(p) + "\n" for p in points), encoding="utf-8")
    wanted = [line_readers.CLEANED, line_readers.RAW]
    out = tmp_path / "out"
    assert lines.main([
        "--cuts", str(folder), "--sets", "typed-seen", "--limit", "6", "--out", str(out), "--curve", str(curve),
        "--readers", *wanted,
    ]) == 0
    stored = json.loads((out / "lines.json").read_text(encoding="utf-8"))
    cleaned, raw = stored["scores"]
    assert [cleaned["reader"], raw["reader"]] == wanted
    assert cleaned["lines"] == raw["lines"] == 6
    assert cleaned["exact"] >= raw["exact"]
    assert cleaned["cpu_s"] > 0
    page = (out / "lines.md").read_text(encoding="utf-8")
    assert "seed 77" in page and wanted[0] in page
    for picture in ("recogniser-lines.png", "recogniser-curve.png"):
        assert cv2.imread(str(out / picture)) is not None
    assert "All readers on the same lines" in capsys.readouterr().out


def test_readers_that_are_not_there_are_named(tmp_path: Path) -> None:
    found, lacking = line_readers.readers((line_readers.GREEDY,), tmp_path / "none.onnx")
    assert found == []
    assert "none.onnx" in lacking[0]


# --- whole forms ---------------------------------------------------------------------------------------------------


def test_the_benchmark_reads_with_the_default_engine() -> None:
    assert Plan().engine == Options().engine


def test_handwriting_fonts_are_not_published_as_typed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["--faces", "hand", "--source", "own", "--publish"]) == 2
    assert capsys.readouterr().err
