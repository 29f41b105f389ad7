"""A real worker (`python -m tests.fakes.worker`) whose reading child is tests/fakes/child.py, with short clocks."""

from __future__ import annotations

import sys

from digitizer.jail import ROOT, Program
from tests.fakes.child import short_limits
from workers.__main__ import main

FAKE = Program("tests.fakes.child", (ROOT / "digitizer", ROOT / "templates", ROOT / "tests"))

if __name__ == "__main__":
    sys.exit(main(module="tests.fakes.worker", program=FAKE, limits=short_limits()))
