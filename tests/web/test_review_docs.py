"""docs/workbench.md repeats the keys of the review page as they are."""

from __future__ import annotations

from pathlib import Path

from web.ui.language import translations
from web.ui.review_keys import KEYS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "workbench.md"


def test_the_docs_list_the_keys_that_the_page_listens_to() -> None:
    _, _, rest = PAGE.read_text(encoding="utf-8").partition("<!-- keys:")
    rows = [line for line in rest.partition("<!-- keys: end -->")[0].splitlines() if line.startswith("| ")][1:]
    assert rows == [f"| {key.shown} | {translations('en').gettext(key.says)} |" for key in KEYS]


def test_no_key_is_a_bare_letter_or_digit() -> None:
    """Telex and VNI make words of letters and digits; only function keys do without Alt."""
    assert [key.codes for key in KEYS if key.codes and not key.alt] == [("F1",)]


def test_no_two_actions_share_a_key() -> None:
    codes = [(key.alt, code) for key in KEYS for code in key.codes]
    assert len(codes) == len(set(codes))
