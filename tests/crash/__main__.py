"""The crash history in full: `python -m tests.crash --uploads 300 --kills 60 --seed 7`; ends 1 when a promise broke."""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import time
from pathlib import Path

from tests import servers
from tests.crash.attack import History, attack
from tests.crash.checker import Verdict, check, heal
from tests.crash.world import world


def run(
    uploads: int, kills: int, seed: int, database_url: str = "", folder: Path | None = None
) -> tuple[History, Verdict]:
    """One storm on a fresh plant."""
    with contextlib.ExitStack() as stack:
        place = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="digitizer-crash-")))
        plant = stack.enter_context(world(place, database_url))
        history = attack(plant, uploads, kills, seed)
        heal(plant.stores, history)
        return history, check(plant.stores, history)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uploads", type=int, default=300)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    given = parser.parse_args()
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        url = ""
        if given.database == "postgres":
            url = stack.enter_context(servers.postgres_server()).new_database()
        history, verdict = run(given.uploads, given.kills, given.seed, url)
    slowest = max((s.seconds for s in history.sent), default=0.0)
    print(f"seed {given.seed}, {given.database}: {len(history.sent)} uploads, {sum(history.kills.values())} kills "
          f"({', '.join(f'{k} {n}' for k, n in sorted(history.kills.items()))}), "
          f"{sum(s.tries - 1 for s in history.sent)} requests tried again, slowest {slowest:.1f} s")
    print(f"acknowledged {verdict.acknowledged}, lost {verdict.lost}, states {dict(verdict.states)}, "
          f"{time.monotonic() - began:.0f} s in all")
    for fault in verdict.faults:
        print("BROKEN", fault)
    return 1 if verdict.faults else 0


if __name__ == "__main__":
    sys.exit(main())
