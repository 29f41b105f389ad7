"""`digitizer lines`: pictures of single lines in, one object a line out; a bad file stops no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from bench.fonts import faces
from tests.cli.conftest import Command


def picture(folder: Path, name: str, text: str) -> Path:
    font = faces()[0].at(44)
    image = Image.new("L", (int(font.getlength(text)) + 160, 72), 238)
    draw = ImageDraw.Draw(image)
    for x in range(4, image.width, 11):
        draw.ellipse((x, 52, x + 4, 56), fill=60)
    draw.text((30, 52), text, font=font, fill=35, anchor="ls")
    path = folder / name
    image.save(path)
    return path


@pytest.fixture
def lines(tmp_path: Path) -> list[Path]:
    texts = {"a.png": "Phạm Thị Hồng", "b.jpg": "001095012345", "c.png": "Hà Nội"}
    return [picture(tmp_path, name, text) for name, text in texts.items()]


def test_one_object_a_line_in_order(digitizer: Command, lines: list[Path]) -> None:
    done = digitizer("lines", *map(str, lines), "--json")
    assert done.status == 0, done.err
    found = done.objects
    assert [f["file"] for f in found] == [str(path) for path in lines]
    assert [f["text"] for f in found] == ["Phạm Thị Hồng", "001095012345", "Hà Nội"]
    for f in found:
        assert set(f) == {"file", "text", "confidence", "alternatives"}
        assert 0 <= f["confidence"] <= 1
        assert all(isinstance(text, str) and 0 <= score <= 1 for text, score in f["alternatives"])


def test_a_type_is_taken_into_account(digitizer: Command, lines: list[Path]) -> None:
    done = digitizer("lines", str(lines[1]), "--type", "personal_id", "--kind", "digits", "--json")
    assert done.objects[0]["text"] == "001095012345"


def test_without_json_it_is_a_table_for_cut_and_grep(digitizer: Command, lines: list[Path]) -> None:
    done = digitizer("lines", str(lines[2]))
    head, row = done.out.splitlines()
    assert head.split("\t") == ["file", "confidence", "text"]
    assert row.split("\t")[2] == "Hà Nội"


def test_a_file_that_is_no_picture_stops_no_other(digitizer: Command, lines: list[Path], tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    done = digitizer("lines", str(broken), str(lines[2]), str(tmp_path / "missing.png"), "--json")
    assert done.status == 3
    assert [found["text"] for found in done.objects] == ["Hà Nội"]
    assert [e["file"] for e in done.errors] == [str(broken), str(tmp_path / "missing.png")]
    assert {e["error"]["code"] for e in done.errors} == {"bad_input"}


def test_an_unknown_type_is_answered_with_those_there_are(digitizer: Command, lines: list[Path]) -> None:
    done = digitizer("lines", str(lines[0]), "--type", "poem")
    assert done.status == 2
    assert "person_name" in done.err
