"""Invented addresses as people write them: official, in a hurry, without any unit word; takes a generator, gives text.

The units are the public ones of the product's data, of today and of three levels as until 2025; streets, hamlets and
some districts are any syllables, so that a recogniser learns letters and not only a gazetteer."""

from __future__ import annotations

import random
from functools import cache

from digitizer.vietnam.text import syllables
from digitizer.vietnam.units import HANOI, old_units, old_wards, provinces, units

SHORT = {"Xã": "X.", "Phường": "P.", "Thị trấn": "TT", "Huyện": "H.", "Quận": "Q.", "Thị xã": "TX", "Thành phố": "TP"}
UNIT_WORDS = ("xã", "phường", "tỉnh", "thị", "huyện", "quận")
HEADS = (
    "Số {n} {s}", "{n}/{m} {s}", "{n}{a} {s}", "Thôn {s}", "Thôn {m}", "Tổ {m}", "Tổ dân phố {m}", "Ngõ {n} phố {s}",
    "ấp {s}", "khu phố {m}", "Kp{d}", "Kp {d}", "Xóm {m}", "Khối {m}", "Số nhà {n} đường {s}",
    "{n}/{m}/{d} đường số {m}", "Bản {s}", "Chung cư {s} P{m}0{d}", "Đội {m}", "", "",
)
CITY = ("TP.HCM", "TP HCM", "Tp Hồ Chí Minh", "TP. Hồ Chí Minh")
MIDDLE = ("huyện", "quận", "thị xã", "Thành phố", "H.", "Q.", "TX.", "Tp")


def address(r: random.Random) -> str:
    """House, street or hamlet, ward, maybe district, province."""
    parts = _hanoi(r) if r.random() < 0.25 else _anywhere(r)
    if r.random() < 0.35:
        parts = [part.split(" ", 1)[-1] if part.split(" ")[0].lower() in UNIT_WORDS else part for part in parts]
    head = r.choice(HEADS).format(
        s=place(r, 3), n=r.randint(1, 999), m=r.randint(1, 90), d=r.randint(1, 9), a=r.choice("ABCDabc")
    )
    text = ", ".join(part for part in (head, *parts) if part)
    if r.random() < 0.1:
        text = text.replace("Thành phố Hồ Chí Minh", r.choice(CITY))
    return text if r.random() < 0.75 else text.replace(",", "")


def place(r: random.Random, most: int) -> str:
    """A name of up to `most` syllables."""
    return " ".join(r.choice(syllables()).capitalize() for _ in range(r.randint(1, most)))


def _hanoi(r: random.Random) -> list[str]:
    """As it was until 2025: ward, district, city."""
    ward = r.choice(old_wards(HANOI))
    kind = r.choice(("phường", "P.", "xã", "Phường"))
    return [f"{kind} {ward.name}", f"{r.choice(('quận', 'Q.'))} {ward.district}", "Hà Nội"]


def _anywhere(r: random.Random) -> list[str]:
    """Three levels as everyone wrote until 2025, or a unit of today, now and then with a district of any name."""
    roll = r.random()
    if roll < 0.6:
        *lower, province = r.choice(_three_levels())
        manner = r.choice((str.lower, lambda kind: SHORT.get(kind, kind), str, str))
        whole = province[1] if r.random() < 0.6 else " ".join(province)
        return [*(f"{manner(kind)} {name}" for kind, name in lower), whole]
    today = r.choice(_units())
    if roll < 0.85:
        return list(today)
    middle = r.choice(MIDDLE) if r.random() < 0.5 else ""
    numbered = middle in ("quận", "Q.") and r.random() < 0.5
    return [today[0], f"{middle} {r.randint(1, 12) if numbered else place(r, 2)}".strip(), today[1]]


Unit = tuple[str, str]  # kind and name


@cache
def _three_levels() -> tuple[tuple[Unit, Unit, Unit], ...]:
    """Commune, district and province of the units in force until 2025-06-30."""
    found: list[tuple[Unit, Unit, Unit]] = []
    province = district = ("", "")
    for level, kind, name, _ in old_units():
        if level == "P":
            province = (kind, name)
        elif level == "D":
            district = (kind, name)
        else:
            found.append(((kind, name), district, province))
    return tuple(found)


@cache
def _units() -> tuple[tuple[str, str], ...]:
    """Wards and communes as written, with their province."""
    names = {p.code: p.name for p in provinces()}
    return tuple((f"{u.kind} {u.name}", names[u.province_code]) for u in units().values() if u.province_code in names)
