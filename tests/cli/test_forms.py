"""`digitizer forms new` and `digitizer forms check` as an author of templates uses them."""

from __future__ import annotations

from pathlib import Path

from bench.make import template_of
from bench.prints import print_blank
from tests.cli.conftest import Command


def test_from_a_blank_to_a_checked_template(digitizer: Command, tmp_path: Path) -> None:
    blank = tmp_path / "trong.png"
    print_blank(template_of("xac-nhan-hon-nhan")).pages[0].save(blank, dpi=(300, 300))
    made = digitizer("forms", "new", str(blank), "--id", "hon-nhan", "--out", str(tmp_path / "drafts"))
    assert made.status == 0, made.err
    file = Path(made.out.strip())
    assert file == tmp_path / "drafts" / "hon-nhan" / "draft" / "template.yaml"
    assert "valid_from" in made.err and "forms check" in made.err
    again = digitizer("forms", "new", str(blank), "--id", "hon-nhan", "--out", str(tmp_path / "drafts"), "--json")
    assert (again.status, again.errors[0]["error"]["code"]) == (2, "invalid_request")
    picture = tmp_path / "overlay.png"
    checked = digitizer("forms", "check", str(file), "--blank", str(blank), "--overlay", str(picture), "--json")
    assert checked.status == 0, checked.out
    assert checked.objects[0]["fields"] >= 14
    assert picture.stat().st_size > 10_000


def test_a_form_is_checked_by_its_id(digitizer: Command) -> None:
    assert digitizer("forms", "check", "khai-sinh").status == 0
    assert digitizer("forms", "check", "no-such-form").status == 2


def test_faults_are_sentences_and_an_exit_status(digitizer: Command, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("id: A b\nitems: []\n", encoding="utf-8")
    ran = digitizer("forms", "check", str(file))
    assert ran.status == 1
    assert all(line.startswith(("fault: ", "warning: ")) for line in ran.out.splitlines())
    assert digitizer("forms", "check", str(file), "--overlay", "a.png").status == 2


def test_a_file_that_is_not_there(digitizer: Command, tmp_path: Path) -> None:
    assert digitizer("forms", "new", str(tmp_path / "none.pdf")).status == 2
    text = tmp_path / "a.txt"
    text.write_text("x")
    assert digitizer("forms", "new", str(text)).status == 3


def test_a_blank_is_registered_once(digitizer: Command, tmp_path: Path) -> None:
    blank = tmp_path / "Mau quan.png"
    print_blank(template_of("xac-nhan-hon-nhan")).pages[0].save(blank, dpi=(300, 300))
    ask = ("forms", "register", str(blank), "--out", str(tmp_path / "templates"))
    assert digitizer(*ask).status == 2  # the file's name is no name for a print
    made = digitizer(*ask, "--name", "quan")
    assert made.status == 0, made.err
    folder = Path(made.out.strip())
    assert folder == tmp_path / "templates" / "xac-nhan-hon-nhan" / "tt04-2024" / "prints" / "quan"
    assert (folder / "print.json").is_file() and (folder / "page-1.png").is_file()
    again = digitizer(*ask, "--name", "quan", "--json")
    assert (again.status, again.errors[0]["error"]["code"]) == (2, "invalid_request")
    assert digitizer(*ask, "--name", "quan", "--force").status == 0
    assert digitizer(*ask, "--name", "khac", "--form", "khai-sinh").status == 2
