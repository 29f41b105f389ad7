"""How surely a sheet that is scanned again is known: pairs of scans of one filled page, and of different fills."""

from __future__ import annotations

import random
import tempfile
from itertools import combinations
from pathlib import Path

from bench.make import filled, template_of
from bench.prints import print_blank
from bench.report import machine
from bench.scan import QUALITIES, save, scan
from digitizer.layout.ink_layout import SAME, alike
from digitizer.options import Options
from digitizer.sandbox import Reader

FORMS = ("khai-sinh", "ct01", "khai-tu", "xac-nhan-hon-nhan")
SCANNED = ("light", "medium", "heavy", "medium-200")
TWICE = 2 * SCANNED  # each fill goes through all of them, with dust and skew of its own each time
SHARES = (0.6, 0.7, SAME, 0.9)


def run(pages: int, seed: int) -> str:
    """The table of docs/workbench.md; pages: scans in all."""
    fills = pages // len(TWICE)
    reader = Reader(Options())
    rows: dict[tuple[str, int], list[bytes]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for n in range(fills):
            form = FORMS[n % len(FORMS)]
            page = filled(print_blank(template_of(form)), seed + n).pages[0]
            rows[form, n] = [
                _row(reader, save([scan(page, QUALITIES[name], random.Random(f"rescan/{seed}/{n}/{time}"))],
                                  Path(folder) / f"{n}-{time}.jpg")[0])
                for time, name in enumerate(TWICE)
            ]
    reader.close()
    same = [alike(a, b) for scans in rows.values() for a, b in combinations(scans, 2)]
    other = [
        alike(a, b) for (one, ours), (two, theirs) in combinations(rows.items(), 2) if one[0] == two[0]
        for a in ours for b in theirs
    ]
    return _table(same, other, (fills, seed))


def _row(reader: Reader, path: Path) -> bytes:
    glance, _ = reader.glance(path, path.name)
    return glance.pages[0].ink


def _table(same: list[float], other: list[float], made: tuple[int, int]) -> str:
    lines = [
        f"First pages of {made[0]} filled forms, each scanned twice in each quality ({', '.join(SCANNED)}), "
        f"seed {made[1]}, {machine()}:", "",
        f"| answers that must agree | scans of the same paper told, of {len(same)} pairs | other fills of the form "
        f"told, of {len(other)} |", "|---|---|---|",
    ]
    for share in SHARES:
        hits, alarms = (sum(likeness >= share for likeness in each) for each in (same, other))
        mark = " (in use)" if share == SAME else ""
        lines.append(
            f"| {share:.0%}{mark} | {hits} ({hits / len(same):.1%}) | {alarms} ({alarms / max(1, len(other)):.2%}) |"
        )
    lines += ["", f"The least alike scans of one paper agreed in {min(same):.0%} of the answers, the most alike other "
              f"fills in {max(other, default=0):.0%}."]
    return "\n".join(lines)
