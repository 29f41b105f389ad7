"""English stands beside every Vietnamese word of the pages, and both name the same placeholders."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from storage.workbench import PersonRole
from web.ui import kiosk, pages, people, review_keys, review_words
from web.ui.language import CATALOGUES, translations

UI = Path(pages.__file__).parent
CALLS = re.compile(r"""\b_\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")


def used() -> set[str]:
    """Every literal in a template's or module's `_(…)`, and what is translated by name."""
    found = {name for _, name, _ in pages.MENU} | set(people.ROLE_NAMES.values()) | set(kiosk.CODE_NAMES.values())
    found |= {key.says for key in review_keys.KEYS}
    found |= {key.shown for key in review_keys.KEYS if any(x.isalpha() and not x.isascii() for x in key.shown)}
    for name, words in vars(review_words).items():
        found |= {word for word in words.values() if word} if name.endswith("_WORDS") else set()
    for path in (*UI.rglob("*.html"), *UI.rglob("*.py")):
        found |= {a or b for a, b in CALLS.findall(path.read_text(encoding="utf-8"))}
    return found


def catalogue() -> dict[str, str]:
    read: list[Catalog] = []
    for path in (CATALOGUES / "en").glob("*.po"):
        with path.open("rb") as file:
            read.append(read_po(file))
    return {str(m.id): str(m.string) for one in read for m in one if m.id and not m.context}  # test_sentences.py


def test_everything_has_its_english() -> None:
    english = catalogue()
    assert sorted(text for text in used() if not english.get(text)) == []
    assert translations("en").gettext("Đăng nhập") == "Sign in"


def test_no_english_for_what_nobody_says_any_more() -> None:
    spoken = used() | {word for path in UI.rglob("*.py") for word in re.findall(r'"([^"]+)"', path.read_text("utf-8"))}
    assert sorted(text for text in catalogue() if text not in spoken) == []


def test_placeholders_agree() -> None:
    for vietnamese, english in catalogue().items():
        assert sorted(re.findall(r"%\(\w+\)s", vietnamese)) == sorted(re.findall(r"%\(\w+\)s", english)), vietnamese


def test_every_role_has_a_name() -> None:
    assert set(people.ROLE_NAMES) == set(PersonRole)
