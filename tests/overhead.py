"""What a warm worker adds to the reading of a document: `python -m tests.overhead --documents 200`.

A real worker on a private Redis and SQLite whose reading child answers at once (tests/fakes/child.py), so that what is
left is message, claim, hand-over, decision and commits. Prints milliseconds a document."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests import servers
from tests.fakes.child import picture
from tests.workers.plant import plant


def overhead(documents: int) -> float:
    """Seconds a document, from the first message to the last commit, the worker warm before the clock starts."""
    with (
        tempfile.TemporaryDirectory(prefix="digitizer-overhead-") as folder,
        servers.redis_server() as redis,
        plant(Path(folder), redis.url) as made,
    ):
        made.workers(1)
        made.finished([made.submit(picture("good", number)) for number in range(5)])
        began = time.monotonic()
        made.finished([made.submit(picture("good", 5 + number)) for number in range(documents)])
        return (time.monotonic() - began) / documents


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.overhead", description=__doc__)
    parser.add_argument("--documents", type=int, default=200)
    options = parser.parse_args(argv)
    print(f"{overhead(options.documents) * 1000:.1f} ms a document, uploads into the database included")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
