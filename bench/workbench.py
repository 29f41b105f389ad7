"""How fast the pages for people are: takes a part and a size, prints its table and can put it in docs/workbench.md."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from bench import kiosk, overview_speed, record_search, rescans, review_speed
from bench.report import renew

PAGE = Path(__file__).parents[1] / "docs" / "workbench.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 0 when it ran."""
    parser = argparse.ArgumentParser(prog="python -m bench.workbench", description=__doc__)
    parser.add_argument("part", choices=("search", "overview", "kiosk", "rescans", "review", "races"))
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--documents", type=int, default=10_000, help="that wait for review")
    parser.add_argument("--pairs", type=int, default=1000, help="of saves that race")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--database", default="", help="an empty PostgreSQL database by URL; else SQLite in a folder")
    parser.add_argument("--publish", action="store_true", help="put the table in docs/workbench.md")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        text = measured(options, Path(place))
    name = f"{options.part}-postgres" if options.database else options.part
    Console(stderr=True).print(text, markup=False)
    if options.publish:
        renew(PAGE, text, name)
    return 0


def measured(options: argparse.Namespace, place: Path) -> str:
    if options.part == "kiosk":
        return kiosk.run(options.pages, options.seed)
    if options.part == "rescans":
        return rescans.run(options.pages, options.seed)
    if options.part == "overview":
        return overview_speed.run(options.records, options.seed, place, options.database)
    if options.part == "review":
        return review_speed.run(options.documents, options.seed, place, options.database)
    if options.part == "races":
        return review_speed.races(options.pairs, place, options.database)
    return record_search.run(options.records, options.seed, place, options.database)


if __name__ == "__main__":
    sys.exit(main())
