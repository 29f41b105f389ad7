"""Tables whose first column holds the labels: each answer is found by its row's label and its column's head."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from digitizer.document import FieldStatus, Located, SlotReading
from digitizer.engines.null import NullEngine
from digitizer.errors import UsageError
from digitizer.geometry import Box
from digitizer.stages.extract import extract
from digitizer.stages.read import read_slots
from digitizer.stages.register import register
from digitizer.template import FieldKind, Template, load_templates, parse_template
from tests.stages.papers import Paper

LEFT, FIRST, SECOND, RIGHT = 300, 800, 1400, 2000
ROW = 160
DATA = {
    "id": "x", "edition": "1", "titles": ["TỜ KHAI"], "regulation": "", "valid_from": None,
    "items": [
        {"text": "TỜ KHAI"}, {"text": "Thông tin"},
        {"text": "Bên nữ", "same_line": True, "column": "bride"},
        {"text": "Bên nam", "same_line": True, "column": "groom"},
        {"text": "Dân tộc", "field": {"id": "[column].ethnicity", "type": "ethnicity", "kind": "row"}},
        {"text": "Nơi cư trú", "field": {"id": "[column].residence", "type": "address", "kind": "row"}},
        {"text": "Đã có con", "field": {"id": "children", "type": "tick", "kind": "row"}},
    ],
}
TEMPLATE = parse_template(DATA, "x")


def table(heads: Sequence[str], labels: Sequence[str]) -> Paper:
    """A ruled table with a head line; nothing written in it yet."""
    paper = Paper()
    paper.text(1000, 300, "TỜ KHAI")
    bottom = 400 + ROW * (len(labels) + 1)
    paper.rules += [Box(x - 2, 400, x + 2, bottom) for x in (LEFT, FIRST, SECOND, RIGHT)]
    paper.rules += [Box(LEFT, y - 2, RIGHT, y + 2) for y in range(400, bottom + 1, ROW)]
    for x, text in zip((LEFT, FIRST, SECOND), ("Thông tin", *heads), strict=True):
        paper.text(x + 150, 500, text)
    for n, label in enumerate(labels, start=1):
        paper.text(LEFT + 20, 500 + n * ROW, label)
    return paper


def located(paper: Paper, template: Template = TEMPLATE) -> dict[str, tuple[Box, ...]]:
    return {slot.field_id: slot.boxes for slot in register((paper.page(),), (paper.read(),), template).slots}


def test_a_row_gives_an_answer_a_column_under_its_own_id_and_label() -> None:
    assert [f.id for f in TEMPLATE.fields] == [
        "bride.ethnicity", "groom.ethnicity", "bride.residence", "groom.residence", "children",
    ]
    assert [f.label for f in TEMPLATE.fields][:2] == ["Bên nữ: Dân tộc", "Bên nam: Dân tộc"]
    assert TEMPLATE.fields[-1].choices == ("Bên nữ", "Bên nam")
    (grid,) = TEMPLATE.grids
    assert (len(grid.heads), len(grid.rows)) == (2, 3)


def test_cells_lie_between_the_rules_around_label_and_head() -> None:
    found = located(table(("Bên nữ", "Bên nam"), ("Dân tộc", "Nơi cư trú", "Đã có con")))
    (cell,) = found["groom.ethnicity"]
    assert SECOND < cell.left < cell.right < RIGHT
    assert 400 + ROW < cell.top < cell.bottom < 400 + 2 * ROW
    assert len(found["children"]) == 2


def test_columns_may_be_swapped_and_rows_may_be_missing() -> None:
    found = located(table(("Bên nam", "Bên nữ"), ("Nơi cư trú",)))
    assert set(found) == {"bride.residence", "groom.residence"}
    assert found["bride.residence"][0].left > SECOND > found["groom.residence"][0].right


def test_heads_that_are_not_found_leave_the_columns_in_their_order() -> None:
    found = located(table(("xx", "yy"), ("Dân tộc", "Nơi cư trú")))
    assert found["bride.ethnicity"][0].right < SECOND < found["groom.ethnicity"][0].left


def test_a_row_without_rules_is_said_to_be_missing() -> None:
    paper = table(("Bên nữ", "Bên nam"), ("Dân tộc", "Nơi cư trú", "Đã có con"))
    paper.rules.clear()
    result = register((paper.page(),), (paper.read(),), TEMPLATE)
    lost = {f.field for f in result.findings if f.code == "label_not_found"}
    assert lost == {f.id for f in TEMPLATE.fields}


def test_each_line_written_in_a_cell_is_a_region_of_its_own() -> None:
    paper = table(("Bên nữ", "Bên nam"), ("Dân tộc", "Nơi cư trú"))
    top = 400 + 2 * ROW
    for y in (top + 20, top + 85):
        paper.blot(Box(FIRST + 20, y, FIRST + 400, y + 40))
        paper.blot(Box(FIRST + 50, y - 8, FIRST + 60, y - 4))  # a mark over a letter
    first, second = located(paper)["bride.residence"]
    assert first.top < top + 12 < top + 60 < first.bottom <= second.top < top + 77
    assert second.bottom > top + 125


@pytest.mark.parametrize(("x", "raw"), [(1100, "Bên nữ"), (1700, "Bên nam")])
def test_a_mark_in_a_cell_says_what_stands_over_it(x: int, raw: str) -> None:
    paper = table(("Bên nữ", "Bên nam"), ("Dân tộc", "Nơi cư trú", "Đã có con"))
    y = 400 + 3 * ROW + 60
    for step in range(0, 40, 2):  # a thin cross of 3.4 mm
        paper.blot(Box(x + step, y + step, x + step + 4, y + step + 4))
        paper.blot(Box(x + 40 - step, y + step, x + 44 - step, y + step + 4))
    pages, texts = (paper.page(),), (paper.read(),)
    place: Located = register(pages, texts, TEMPLATE)
    readings: tuple[SlotReading, ...] = read_slots(pages, place, TEMPLATE, NullEngine())
    field = next(f for f in extract(TEMPLATE, place, readings, pages) if f.id == "children")
    assert (field.raw, field.status) == (raw, FieldStatus.FILLED)


def test_a_row_needs_columns() -> None:
    data = {**DATA, "items": [i for i in DATA["items"] if "column" not in i]}  # type: ignore[attr-defined]
    with pytest.raises(UsageError, match="column"):
        parse_template(data, "x")


def test_both_sides_of_a_marriage_have_the_same_answers() -> None:
    fields = next(t for t in load_templates() if t.id == "ket-hon").fields
    rows = [f for f in fields if f.kind is FieldKind.ROW]
    assert {f.id.replace("bride", "") for f in rows[::2]} == {f.id.replace("groom", "") for f in rows[1::2]}
