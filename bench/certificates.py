"""What stands on the papers that come with declarations: extracts, certificates, notices of birth and death, CT07.

Takes a random generator, gives Truths by field id of invented people, one maker a paper. They are typed by offices."""

from __future__ import annotations

import random
from datetime import date, timedelta

from bench import words
from bench.people import (
    BLANK,
    TODAY,
    Person,
    Truth,
    commune,
    commune_office,
    date_in_words,
    day_between,
    long_date,
    make_person,
    marital_status,
    purpose,
    slashed,
)
from digitizer.document import FieldStatus


def _issued(rng: random.Random) -> dict[str, Truth]:
    """Place and day of the paper."""
    day = f"ngày {long_date(day_between(rng, TODAY - timedelta(days=90), TODAY))}"
    place = rng.choice(("Hà Nội", rng.choice(words.WARDS)))
    return {"place_and_date": Truth(f"{place}, {day}", shorter=(f"Hà Nội, {day}",))}


def _entered(rng: random.Random, day: date) -> dict[str, Truth]:
    """The entry in the register of civil status."""
    note = rng.random() < 0.2
    return {
        "number": Truth(str(rng.randrange(5, 900))),
        "registered.authority": Truth(f"{commune_office(rng)}, thành phố Hà Nội"),
        "registered.number": Truth(f"{rng.randrange(3, 240)}/{day.year}"), "registered.date": Truth(long_date(day)),
        "note": Truth("Đăng ký lại") if note else BLANK,
    }


def _person(block: str, person: Person, leaves: tuple[str, ...]) -> dict[str, Truth]:
    told = {
        "full_name": Truth(person.full_name.upper()), "date_of_birth": Truth(f"{person.born:%d/%m/%Y}"),
        "sex": Truth(person.sex), "ethnicity": Truth(person.ethnicity), "nationality": Truth("Việt Nam"),
        "residence": person.residence, "personal_id": Truth(person.personal_id), "identity_paper": person.paper,
        "home_town": Truth(person.home_town),
    }
    return {f"{block}.{leaf}": told[leaf] for leaf in leaves}


_SUBJECT = ("full_name", "date_of_birth", "sex", "ethnicity", "nationality")


def _birth_extract(rng: random.Random) -> dict[str, Truth]:
    born = day_between(rng, date(1985, 1, 1), TODAY - timedelta(days=20))
    mother = make_person(rng, born - timedelta(days=rng.randrange(20, 38) * 365), "Nữ")
    father = make_person(rng, born - timedelta(days=rng.randrange(21, 42) * 365), "Nam")
    child = make_person(rng, born, surname=father.full_name.split()[0].title())
    hospital, ward = rng.choice(words.HOSPITALS)
    parent = ("full_name", "ethnicity", "nationality", "residence")
    made = _person("child", child, (*_SUBJECT, "personal_id", "home_town"))
    made |= _person("mother", mother, parent) | _person("father", father, parent)
    made |= {f"{block}.date_of_birth": Truth(str(p.born.year)) for block, p in (("mother", mother), ("father", father))}
    made["child.date_of_birth_words"] = Truth(date_in_words(born))
    made["child.place_of_birth"] = Truth(f"{hospital}, {ward}, thành phố Hà Nội", shorter=(f"{hospital}, Hà Nội",))
    return made | _entered(rng, born + timedelta(days=rng.randrange(3, 20))) | _issued(rng)


def _death(rng: random.Random, dead: Person) -> tuple[date, dict[str, Truth]]:
    day = day_between(rng, date(2024, 1, 1), TODAY - timedelta(days=10))
    made = {
        "deceased.died_at": Truth(f"{rng.randrange(0, 24):02d} giờ {rng.randrange(0, 60):02d} phút, ngày "
                                  f"{long_date(day)}"),
        "deceased.cause_of_death": Truth(rng.choice(words.CAUSES_OF_DEATH)),
    }
    return day, made | _person("deceased", dead, (*_SUBJECT, "identity_paper"))


def _death_extract(rng: random.Random) -> dict[str, Truth]:
    dead = make_person(rng, day_between(rng, date(1931, 1, 1), date(1972, 1, 1)))
    day, made = _death(rng, dead)
    hospital, ward = rng.choice(words.HOSPITALS)
    place = rng.choice(("Tại nhà riêng", f"{hospital}, {ward}, thành phố Hà Nội"))
    made |= {
        "deceased.personal_id": Truth(dead.personal_id),
        "deceased.place_of_death": Truth(place, shorter=("Tại nhà riêng",)),
        "death_notice.number": Truth(f"{rng.randrange(5, 400)}/GBT") if rng.random() < 0.6 else BLANK,
        "requester.full_name": Truth(make_person(rng).full_name.upper()),
    }
    return made | _entered(rng, day + timedelta(days=rng.randrange(1, 9))) | _issued(rng)


def _death_notice(rng: random.Random) -> dict[str, Truth]:
    dead = make_person(rng, day_between(rng, date(1931, 1, 1), date(1990, 1, 1)))
    day, made = _death(rng, dead)
    came = day - timedelta(days=rng.randrange(1, 20))
    return made | _issued(rng) | {
        "hospital": Truth(rng.choice(words.HOSPITALS)[0]), "number": Truth(str(rng.randrange(5, 400))),
        "deceased.residence": dead.residence,
        "admitted_at": Truth(f"{rng.randrange(0, 24):02d} giờ {rng.randrange(0, 60):02d} phút, ngày {long_date(came)}"),
        "relative.full_name": Truth(make_person(rng).full_name.upper()),
    }


def _couple(rng: random.Random) -> dict[str, Truth]:
    leaves = ("full_name", "date_of_birth", "ethnicity", "nationality", "residence", "identity_paper")
    wife, husband = (make_person(rng, day_between(rng, date(1970, 1, 1), date(2002, 1, 1)), s) for s in ("Nữ", "Nam"))
    made = _person("wife", wife, leaves) | _person("husband", husband, leaves)
    return made | _entered(rng, day_between(rng, date(2020, 1, 1), TODAY)) | _issued(rng)


def _marriage(rng: random.Random) -> dict[str, Truth]:
    made = _couple(rng)
    made["registered.date"] = Truth(slashed(rng, day_between(rng, date(2020, 1, 1), TODAY)))
    return made


def _marital(rng: random.Random) -> dict[str, Truth]:
    subject = make_person(rng, day_between(rng, date(1970, 1, 1), date(2003, 1, 1)))
    status = marital_status(rng, subject)
    made = _person("subject", subject, (*_SUBJECT, "residence", "identity_paper")) | _issued(rng)
    made |= {
        "number": Truth(str(rng.randrange(5, 900))), "requester.full_name": Truth(subject.full_name.upper()),
        "subject.marital_status": Truth(status),
        "purpose": Truth(purpose(rng, subject, may_marry="đang có" not in status)),
    }
    if rng.random() < 0.3:  # a certificate about a former residence
        first = day_between(rng, date(2005, 1, 1), date(2018, 1, 1))
        made |= {
            "period.residence": make_person(rng).residence, "period.from": Truth(long_date(first)),
            "period.to": Truth(long_date(first + timedelta(days=rng.randrange(300, 2000)))),
        }
    return made


def _birth_notice(rng: random.Random) -> dict[str, Truth]:
    mother = make_person(rng, day_between(rng, date(1985, 1, 1), date(2004, 1, 1)), "Nữ")
    father = make_person(rng, day_between(rng, date(1980, 1, 1), date(2002, 1, 1)), "Nam")
    born = day_between(rng, date(2025, 6, 1), TODAY - timedelta(days=5))
    child = make_person(rng, born, surname=father.full_name.split()[0].title())
    hospital, ward = rng.choice(words.HOSPITALS)
    births = rng.randrange(1, 4)
    made = _person("mother", mother, ("full_name", "date_of_birth", "residence", "personal_id", "ethnicity"))
    return made | _issued(rng) | {
        "hospital": Truth(hospital), "number": Truth(str(rng.randrange(5, 4000))), "book": Truth(f"0{births}/2026"),
        "mother.insurance_number": Truth(f"{rng.randrange(10**9, 10**10)}") if rng.random() < 0.6 else BLANK,
        "father.full_name": Truth(father.full_name.upper()) if rng.random() < 0.9 else BLANK,
        "child.born_at": Truth(f"{rng.randrange(0, 24):02d} giờ {rng.randrange(0, 60):02d} phút, ngày "
                               f"{long_date(born)}"),
        "child.place_of_birth": Truth(f"{hospital}, {ward}, thành phố Hà Nội", shorter=(f"{hospital}, Hà Nội",)),
        "mother.births": Truth(f"0{births}"), "mother.living_children": Truth(f"0{births}"),
        "child.number_born": Truth("01"), "child.sex": Truth(child.sex),
        "child.weight": Truth(str(rng.randrange(24, 42) * 100)), "child.condition": Truth("Bình thường"),
        "child.full_name": Truth(child.full_name.upper()),
        "midwife": Truth(make_person(rng, date(1985, 3, 2), "Nữ").full_name.title()),
    }


def _residence(rng: random.Random) -> dict[str, Truth]:
    """ct07: of oneself, with the household."""
    subject = make_person(rng)
    head = subject if rng.random() < 0.5 else make_person(rng, day_between(rng, date(1955, 1, 1), date(1985, 1, 1)))
    elsewhere = rng.random() < 0.3
    made = _person("subject", subject, ("full_name", "date_of_birth", "sex", "personal_id", "ethnicity", "home_town"))
    made |= _issued(rng) | {
        "number": Truth(str(rng.randrange(5, 4000))), "requester.full_name": Truth(subject.full_name.upper()),
        "requester.personal_id": Truth(subject.personal_id),
        "subject.religion": Truth("Không", FieldStatus.NONE_STATED),
        "subject.birth_registered_at": Truth(f"{commune(rng)}, Hà Nội"),
        "subject.permanent_residence": subject.residence,
        "subject.temporary_residence": make_person(rng).residence if elsewhere else BLANK,
        "subject.current_residence": subject.residence, "householder.full_name": Truth(head.full_name.upper()),
        "householder.relation": Truth("Chủ hộ" if head is subject else "Con đẻ"),
        "householder.personal_id": Truth(head.personal_id),
        "valid_until": Truth(long_date(date(2027, 9, 20))),
        "other_information": Truth("Không có", FieldStatus.NONE_STATED) if rng.random() < 0.3 else BLANK,
    }
    for row in range(rng.randrange(0, 4)):
        member = make_person(rng, day_between(rng, date(1990, 1, 1), date(2024, 1, 1)))
        cells = {
            "full_name": member.full_name, "date_of_birth": f"{member.born:%d/%m/%Y}", "sex": member.sex,
            "personal_id": member.personal_id,
            "relation": rng.choice(("Con đẻ", "Vợ" if member.sex == "Nữ" else "Chồng", "Cháu", "Em ruột")),
        }
        made.update({f"members[{row}].{leaf}": Truth(text) for leaf, text in cells.items()})
    return made


MAKERS = {
    "trich-luc-khai-sinh": _birth_extract, "trich-luc-khai-tu": _death_extract, "trich-luc-ket-hon": _couple,
    "giay-chung-nhan-ket-hon": _marriage, "giay-xac-nhan-hon-nhan": _marital, "giay-chung-sinh": _birth_notice,
    "giay-bao-tu": _death_notice, "ct07": _residence,
}
