"""What invented people write on the rarer civil-status forms: takes a random generator, gives Truths by field id.

Marriage, recognition of a parent or a child, guardianship and its end; one maker a form."""

from __future__ import annotations

import random
from datetime import date, timedelta

from bench.people import (
    TODAY,
    Person,
    Truth,
    commune_office,
    day_between,
    footer,
    heading,
    long_date,
    make_person,
    person_block,
    slashed,
)

_WARDSHIP = (
    "Cha mẹ đều đã chết, người được giám hộ còn nhỏ", "Cha mẹ đang chấp hành án phạt tù", "Mồ côi cha, mẹ bỏ đi",
    "Mất năng lực hành vi dân sự",
)
_ENDED = (
    "Người được giám hộ đã đủ 18 tuổi", "Người giám hộ chuyển đến nơi khác sinh sống", "Có người giám hộ khác thay thế",
)


def _marriage(rng: random.Random) -> dict[str, Truth]:
    """ket-hon: a bride and a groom, each in a column of a table."""
    made = {"authority": Truth(commune_office(rng)), **footer(rng)}
    for name, sex in (("bride", "Nữ"), ("groom", "Nam")):
        person = make_person(rng, day_between(rng, date(1975, 1, 1), date(2005, 1, 1)), sex)
        lines = person_block(rng, name, person)
        made |= {k: v for k, v in lines.items() if not k.endswith(".sex")}
        made[f"{name}.date_of_birth"] = Truth(slashed(rng, person.born))
        made[f"{name}.marriage_number"] = Truth(rng.choice(("1", "1", "1", "2", "01")))
    return made


def _recognition(rng: random.Random) -> dict[str, Truth]:
    """nhan-cha-me-con: mostly a father who recognises his child."""
    child = make_person(rng, day_between(rng, date(2008, 1, 1), date(2025, 1, 1)))
    parent = make_person(rng, day_between(rng, date(1975, 1, 1), date(1998, 1, 1)))
    role = "cha" if parent.sex == "Nam" else "mẹ"
    made = heading(rng, parent, "subject", child) | person_block(rng, "other", parent)
    made |= _birth_paper(rng, "subject", child)
    made |= {
        "requester.relation_to_claimant": Truth("Bản thân"), "subject.relation": Truth("con"),
        "pledge.relation": Truth("con"),
    }
    if rng.random() < 0.4:  # the other way round: a parent is recognised
        made |= person_block(rng, "subject", parent) | person_block(rng, "other", child)
        made |= _birth_paper(rng, "other", child)
        made |= {"subject.relation": Truth(role), "pledge.relation": Truth(role)}
    return made | footer(rng)


def _birth_paper(rng: random.Random, name: str, child: Person) -> dict[str, Truth]:
    """A child shows its birth certificate."""
    born = child.born + timedelta(days=rng.randrange(5, 50))
    number, office = rng.randrange(3, 240), commune_office(rng)
    short = f"Giấy khai sinh số {number}/{born.year}"
    paper = Truth(f"{short} do {office} cấp ngày {slashed(rng, born)}", shorter=(f"{short} do {office} cấp", short))
    return {f"{name}.identity_paper": paper}


def _guardianship(rng: random.Random) -> dict[str, Truth]:
    """giam-ho: a grandparent, an uncle or an aunt for a child."""
    ward = make_person(rng, day_between(rng, date(2009, 1, 1), date(2022, 1, 1)))
    guardian = make_person(rng, day_between(rng, date(1950, 1, 1), date(1990, 1, 1)))
    made = heading(rng, guardian, "guardian", guardian) | person_block(rng, "ward", ward)
    return made | _birth_paper(rng, "ward", ward) | {"reason": Truth(rng.choice(_WARDSHIP))} | _place_and_date(rng)


def _guardianship_ended(rng: random.Random) -> dict[str, Truth]:
    """cham-dut-giam-ho: the same, with the entry made then."""
    day = day_between(rng, date(2012, 1, 1), TODAY - timedelta(days=400))
    made = _guardianship(rng)
    return made | {
        "registered.authority": Truth(commune_office(rng)), "registered.date": Truth(long_date(day)),
        "registered.number": Truth(str(rng.randrange(2, 90))),
        "registered.book": Truth(f"01/{day.year}", shorter=("01",)), "reason": Truth(rng.choice(_ENDED)),
    }


def _place_and_date(rng: random.Random) -> dict[str, Truth]:
    return {"place_and_date": footer(rng)["place_and_date"]}


MAKERS = {
    "ket-hon": _marriage,
    "nhan-cha-me-con": _recognition, "giam-ho": _guardianship, "cham-dut-giam-ho": _guardianship_ended,
}
