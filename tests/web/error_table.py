"""Writes the table of codes into docs/errors.md from digitizer/errors.py: `python -m tests.web.error_table`."""

from __future__ import annotations

from pathlib import Path

from digitizer.errors import by_code

PAGE = Path(__file__).resolve().parents[2] / "docs" / "errors.md"
BEGIN, END = "<!-- codes", "<!-- end of codes -->"


def table() -> str:
    rows = ["| code | HTTP | exit | title | clerk |", "|---|---|---|---|---|"]
    errors = sorted(by_code().values(), key=lambda e: (e.exit_status, e.http_status, e.code))
    rows += [f"| `{e.code}` | {e.http_status} | {e.exit_status} | {e.title} | {e.clerk} |" for e in errors]
    return "\n".join(rows)


def with_table(page: str) -> str:
    """The page with the lines between the two marks made anew."""
    head, mark, rest = page.partition(BEGIN)
    first_line, _, behind = rest.partition("\n")
    return f"{head}{mark}{first_line}\n{table()}\n{END}{behind.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
