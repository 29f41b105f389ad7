"""Every sentence of the reading side that can reach a page has its English, with what was put in."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from digitizer.errors import by_code
from storage.base import State
from web.states import clerk_sentence
from web.ui import amend, groups, review_actions
from web.ui.language import sentences
from web.ui.sentences import CATALOGUE, VERSION, say_in

ROOT = Path(__file__).resolve().parents[2]
MARKED = re.compile("[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", re.IGNORECASE)
# What writes findings, reasons and remarks, and what refuses an account or a rule; cli and drafting speak to the
# operator, vietnam/ holds lists and grammars.
SPEAKERS = sorted(
    path for path in (
        *(ROOT / "digitizer").rglob("*.py"), ROOT / "web" / "checks.py",
        *(ROOT / folder / f"{name}.py" for folder in ("storage", "web/ui") for name in ("people", "quality")),
    )
    if not {"cli", "drafting", "vietnam"} & set(path.relative_to(ROOT).parts)
)
PARAMETER = re.compile(r"\{[^{}]*\}")
say = say_in("en")


def literals(path: Path) -> Iterator[str]:
    """Sentences of a module, but for its docstrings; what is put in stands as {…}."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    beside = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    beside |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if id(node) in beside:
            continue
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(p.value) if isinstance(p, ast.Constant) else "{x}" for p in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def spoken() -> dict[str, str]:
    """Every Vietnamese sentence that the reading side says, with the file that says it."""
    return {text: path.name for path in SPEAKERS for text in literals(path)
            if MARKED.search(text) and " " in text and text.endswith(".")}


def entries() -> list[tuple[str, str, str]]:
    return sentences("en", CATALOGUE)


def codes_of_docs(heading: str) -> list[str]:
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    part = page.partition(f"## {heading}")[2].partition("\n## ")[0]
    return [code for line in part.splitlines() if line.startswith("| `")
            for code in re.findall(r"`([a-z0-9_]+)`", line.split("|")[1])]


def test_every_sentence_of_the_reading_side_has_its_english() -> None:
    told, codes = spoken(), {code for code, _, _ in entries()}
    assert len(told) > 100
    missing = []
    for text, file in told.items():
        values = [f"giá trị {n}" for n in range(len(PARAMETER.findall(text)))]
        filled = text
        for value in values:
            filled = PARAMETER.sub(value, filled, count=1)
        said = {say(code, filled) for code in codes} - {filled}
        if not said or not all(value in one for value in values for one in said):
            missing.append(f"{file}: {text}")
    assert missing == []


@pytest.mark.parametrize("heading", ["Why a person must look", "What a quick look says"])
def test_every_documented_code_has_a_sentence(heading: str) -> None:
    known = {code for code, _, _ in entries()}
    found = codes_of_docs(heading)
    assert len(found) > 8
    assert [code for code in found if code not in known] == []


def test_every_error_is_said_in_english() -> None:
    same = [code for code, error in by_code().items() if say(code, error.clerk) == error.clerk]
    assert same == []


def test_what_becomes_of_a_submission_is_said_in_english() -> None:
    for state in (State.REJECTED, State.QUARANTINED):
        sentence = clerk_sentence(state, "poison")
        assert sentence and say(state.value, sentence) != sentence


def test_reasons_of_versions_made_on_the_pages() -> None:
    for reason in (review_actions.WHY, groups.REASON, amend.REASON):
        assert say(VERSION, reason) != reason
    assert say(VERSION, "Theo đơn số 12 % của ông A") == "Theo đơn số 12 % của ông A"


@pytest.mark.parametrize(("code", "vietnamese", "english"), [
    ("low_confidence", "Máy đọc chưa chắc mục: Họ, chữ đệm, tên.", "Not surely read: Họ, chữ đệm, tên."),
    ("label_not_found", "Không tìm thấy mục “Nơi sinh” trên giấy.", "The field “Nơi sinh” was not found on the paper."),
    ("id_sex_differs", "Số định danh: Số định danh không khớp với giới tính.",
     "Số định danh: The personal number does not fit the sex."),
    ("label_not_found", "Nơi sinh: Không tìm thấy mục “Nơi sinh: (2)” trên giấy.",
     "Nơi sinh: The field “Nơi sinh: (2)” was not found on the paper."),
    ("registry_mismatch", "Không khớp với cơ sở dữ liệu dân cư: họ tên, ngày sinh.",
     "Does not agree with the population register: name, date of birth."),
    ("not_checked", "Máy chỉ xem nhanh 20 trang đầu; các trang sau vẫn được nhận và đọc sau khi gửi.",
     "Only the first 20 pages were looked at; the later ones are taken and read after sending."),
    ("wrong_form", "Giấy này là “TỜ KHAI A”, không phải “TỜ KHAI B”. Hãy đưa đúng mẫu, hoặc chọn lại loại giấy.",
     "This paper is “TỜ KHAI A”, not “TỜ KHAI B”. Lay in the right form, or choose another kind of paper."),
    ("low_confidence", "Câu không ai biết.", "Câu không ai biết."), ("no_such_code", "Câu.", "Câu."),
])
def test_what_was_put_in_is_put_in_again(code: str, vietnamese: str, english: str) -> None:
    assert say(code, vietnamese) == english
    assert say_in("vi")(code, vietnamese) == vietnamese


def test_both_name_the_same_parts_and_stand_once() -> None:
    found = entries()
    assert len({(code, vietnamese) for code, vietnamese, _ in found}) == len(found)
    for _, vietnamese, english in found:
        assert english and sorted(re.findall(r"%\(\w+\)s", vietnamese)) == sorted(re.findall(r"%\(\w+\)s", english))
