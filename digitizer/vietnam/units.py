"""Dated tables of administrative units: takes a name, gives the provinces, communes and old communes of that name.

Sources and licences stand in the first lines of the files in data/ (vietnam.md 2.1-2.3; vietnamadminunits, MIT)."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from digitizer.vietnam.text import fold

DATA = Path(__file__).parent / "data"
HANOI = "01"


@dataclass(frozen=True, slots=True)
class Province:
    """A province in force since 2025-07-01, two-digit code. `names`: its own and those of the provinces merged in."""

    code: str
    name: str
    kind: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """A commune-level unit in force since 2025-07-01, five-digit code."""

    code: str
    kind: str
    name: str
    province_code: str

    @property
    def full_name(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class OldWard:
    """A commune-level unit until 2025-06-30, with the names of the district and province it stood in and the code of
    the province it stands in now; more than one successor: it was split."""

    kind: str
    name: str
    district_kind: str
    district: str
    province: str
    province_code: str
    successors: tuple[str, ...]


@cache
def _provinces_file() -> dict[str, Any]:
    return dict(yaml.safe_load((DATA / "provinces.yaml").read_text(encoding="utf-8")))


@cache
def birth_provinces() -> dict[str, str]:
    """Three-digit prefix of a personal number -> name of the province that registered the birth (vietnam.md 1.1)."""
    return {f"0{code}": name for code, name in _provinces_file()["before"].items()}


@cache
def provinces() -> tuple[Province, ...]:
    before = _provinces_file()["before"]
    found = []
    for code, row in _provinces_file()["from_2025_07_01"].items():
        merged = tuple(before[old] for old in row["old"] if before[old] != row["name"])
        found.append(Province(code, row["name"], row["kind"], (row["name"], *merged)))
    return tuple(found)


@cache
def _provinces_by_key() -> dict[str, Province]:
    found: dict[str, Province] = {}
    for province in provinces():
        for name in province.names:
            found.setdefault(fold(name, spaces=False), province)
    for key, name in _provinces_file()["aliases"].items():
        found.setdefault(key, found[fold(name, spaces=False)])
    return found


def province_named(text: str) -> Province | None:
    """The present province of an old, new or short name without its kind ('Hà Tây' is none: it ended in 2008)."""
    return _provinces_by_key().get(fold(text, spaces=False))


def _rows(name: str) -> Iterator[list[str]]:
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


@cache
def units() -> dict[str, Unit]:
    """All units by code."""
    return {row[0]: Unit(*row[:4]) for row in _rows("units_2025-07-01.tsv")}


@cache
def old_units() -> tuple[tuple[str, str, str, tuple[str, ...]], ...]:
    """(level P, D or C, kind, name, codes of a commune's successors) of the units until 2025-06-30, each below those it
    belongs to."""
    packed = gzip.decompress((DATA / "units_before_2025-07-01.tsv.gz").read_bytes()).decode()
    rows = (line.split("\t") for line in packed.splitlines() if not line.startswith("#"))
    return tuple((row[0], row[1], row[2], tuple("".join(row[3:]).split(",")) if row[3:] else ()) for row in rows)


@cache
def old_wards(province_code: str = "") -> tuple[OldWard, ...]:
    """All communes until 2025-06-30, or those of one present province."""
    found, province, district = [], "", ("", "")
    for level, kind, name, successors in old_units():
        if level == "P":
            province = name
        elif level == "D":
            district = (kind, name)
        else:
            code = units()[successors[0]].province_code
            found.append(OldWard(kind, name, *district, province, code, successors))
    return tuple(w for w in found if province_code in ("", w.province_code))


@cache
def _units_by_key() -> dict[str, tuple[Unit, ...]]:
    found: dict[str, tuple[Unit, ...]] = {}
    for unit in units().values():
        key = fold(unit.name, spaces=False)
        found[key] = (*found.get(key, ()), unit)
    return found


def units_named(text: str, province_code: str = "") -> tuple[Unit, ...]:
    """Units of that name, marks not looked at, in one province or everywhere."""
    found = _units_by_key().get(fold(text, spaces=False), ())
    return tuple(u for u in found if not province_code or u.province_code == province_code)


@cache
def _old_wards_by_key() -> dict[str, tuple[OldWard, ...]]:
    found: dict[str, tuple[OldWard, ...]] = {}
    for ward in old_wards():
        key = fold(ward.name, spaces=False)
        found[key] = (*found.get(key, ()), ward)
    return found


def old_wards_named(text: str, district: str = "", province_code: str = HANOI) -> tuple[OldWard, ...]:
    """Old communes of that name in a present province ('': in any), marks not looked at; district: without its kind,
    '' for any."""
    key = fold(district, spaces=False)
    found = _old_wards_by_key().get(fold(text, spaces=False), ())
    inside = (w for w in found if province_code in ("", w.province_code))
    return tuple(w for w in inside if not key or fold(w.district, spaces=False) == key)


@cache
def districts(province_code: str = HANOI) -> dict[str, str]:
    """Districts until 2025-06-30 in what is one province now, 30 of them in Hanoi: folded name -> name."""
    return {fold(w.district, spaces=False): w.district for w in old_wards(province_code)}


def is_old_district(name: str) -> bool:
    """Whether a district bore that name, anywhere, until 2025-06-30."""
    return fold(name, spaces=False) in districts("")


@cache
def spellings(level: str, province_code: str) -> dict[str, tuple[str, ...]]:
    """Folded name -> spellings in use, to repair readings; level: ward, district or province."""
    if level == "province":
        names = [name for p in provinces() for name in p.names]
    elif level == "district":
        names = list(districts().values()) if province_code == HANOI else []
    else:
        names = [u.name for u in units().values() if u.province_code == province_code]
        names += [w.name for w in old_wards(HANOI)] if province_code == HANOI else []
    found: dict[str, tuple[str, ...]] = {}
    for name in dict.fromkeys(names):
        key = fold(name, spaces=False)
        found[key] = (*found.get(key, ()), name)
    return found
