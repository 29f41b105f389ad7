"""What invented people write on applications: takes a random generator, gives Truths by field id, one maker a form.

Where the official blank leaves little room, as for house numbers and months, so do the answers."""

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
    day_between,
    footer,
    heading,
    long_date,
    make_person,
    slashed,
)
from digitizer.document import FieldStatus

_EVENTS = (("khai sinh", "Giấy khai sinh"), ("kết hôn", "Giấy chứng nhận kết hôn"), ("khai tử", "Trích lục khai tử"))


# Rows of the tables of khuyet-tat: what is marked is "Có" or "Không", and one of four degrees.
_IMPAIRMENTS = {
    "movement": ("limp_or_rigid", "hand", "leg", "weak_or_paralysed", "deformed", "certified"),
    "hearing_speech": ("no_speech", "unclear_speech", "deaf", "speech_organs", "ears", "certified"),
    "sight": ("blind", "eye_missing", "sees_badly", "colours", "eye_disease", "deformed", "certified"),
    "mental": ("withdrawn", "agitated", "seizures", "memory", "certified"),
    "intellect": ("recognition", "slow", "learning", "certified"),
    "others": ("numbness", "inner_disease", "autism_or_rare"),
}
_ACTIVITIES = (
    "walking", "eating", "toilet", "washing", "dressing", "understanding", "speaking", "working", "society", "learning",
)
_DEGREES = (
    "Thực hiện được", "Thực hiện được", "Thực hiện được nhưng cần trợ giúp", "Không thực hiện được",
    "Không xác định được",
)


# --- civil status --------------------------------------------------------------------------------------------------


def _correction(rng: random.Random) -> dict[str, Truth]:
    """cai-chinh: something wrong in a birth entry, mostly one's own."""
    subject = make_person(rng, day_between(rng, date(1975, 1, 1), date(2006, 1, 1)))
    own = rng.random() < 0.6
    requester = subject if own else make_person(rng, day_between(rng, date(1950, 1, 1), date(1972, 1, 1)))
    made = heading(rng, requester, "subject", subject)
    made["requester.relation"] = Truth("Bản thân" if own else ("Bố đẻ" if requester.sex == "Nam" else "Mẹ đẻ"))
    name, year = subject.full_name.title().split(), subject.born.year
    middle = words.MIDDLE_MALE if subject.sex == "Nam" else words.MIDDLE_FEMALE
    other = rng.choice([w for w in middle if w != name[1]])
    old = " ".join([name[0], other, name[-1]])
    request, content, reason = rng.choice((
        ("cải chính năm sinh", f"Được cải chính năm sinh từ {year + 1} thành {year}",
         "Ghi sai năm sinh so với lý lịch"),
        ("cải chính ngày, tháng sinh", f"Được cải chính ngày sinh từ {slashed(rng, subject.born + timedelta(days=31))} "
         f"thành {slashed(rng, subject.born)}", "Do sai sót khi đăng ký khai sinh trước đây"),
        ("thay đổi chữ đệm", f"Được thay đổi họ, chữ đệm, tên từ {old} thành {' '.join(name)}",
         "Tên đang dùng gây khó khăn trong sinh hoạt"),
        ("bổ sung phần khai về quê quán", f"Bổ sung quê quán: {subject.home_town}", "Sổ đăng ký khai sinh bỏ trống"),
    ))
    made |= {"request": Truth(request), "change.content": Truth(content), "change.reason": Truth(reason)}
    made["registered.event"] = Truth("khai sinh")
    return made | _registered(rng, day_between(rng, subject.born, subject.born + timedelta(days=60))) | footer(rng)


def _extract(rng: random.Random) -> dict[str, Truth]:
    """trich-luc: a copy of an entry of one's own or a relative's."""
    subject = make_person(rng, day_between(rng, date(1950, 1, 1), date(2002, 1, 1)))
    own = rng.random() < 0.6
    requester = subject if own else make_person(rng, day_between(rng, date(1970, 1, 1), date(2000, 1, 1)))
    made = heading(rng, requester, "subject", subject)
    made["subject.date_of_birth"] = Truth(slashed(rng, subject.born))
    made["requester.relation"] = Truth("Bản thân" if own else rng.choice(("Con đẻ", "Cháu nội", "Em ruột")))
    made["registered.event"] = Truth(rng.choice(_EVENTS[:2] if own else _EVENTS)[0])
    made |= _registered(rng, day_between(rng, date(1995, 1, 1), date(2024, 1, 1)))
    mother = make_person(rng, subject.born - timedelta(days=25 * 365), "Nữ").full_name.title()
    made["other_information"] = Truth(f"Họ tên mẹ: {mother}") if rng.random() < 0.4 else BLANK
    made["copies.count"] = Truth(f"{rng.randrange(1, 9):02d}")
    return made | {k: v for k, v in footer(rng).items() if k == "place_and_date"}


def _registered(rng: random.Random, day: date) -> dict[str, Truth]:
    """The entry made then: office, day, number and book; now and then only the office is known."""
    made = {
        "registered.authority": Truth(f"{commune_office(rng)}, thành phố Hà Nội"),
        "registered.date": Truth(long_date(day)),
        "registered.number": Truth(str(rng.randrange(3, 240))),
        "registered.book": Truth(f"01/{day.year}", shorter=("01",)),
    }
    if rng.random() < 0.15:
        made |= {f"registered.{leaf}": BLANK for leaf in ("number", "book")}
    return made


# --- land and trade ------------------------------------------------------------------------------------------------


def _land(rng: random.Random) -> dict[str, Truth]:
    """dat-dai: a parcel of one's own, with a house on it more often than not."""
    owner = make_person(rng, day_between(rng, date(1950, 1, 1), date(1985, 1, 1)))
    area, shared = rng.randrange(300, 4000), rng.random() < 0.15
    other = make_person(rng).full_name.title()
    made = {
        "authority": Truth(commune_office(rng), shorter=(f"UBND {commune(rng)}",)),
        "owner.name": Truth(f"{owner.full_name.upper()}, sinh năm {owner.born.year}"),
        "owner.identity_paper": owner.paper,
        "owner.residence": owner.residence, "owner.phone": Truth(owner.phone), "owner.email": _email(rng, owner),
        "parcel.number": Truth(str(rng.randrange(2, 400))), "parcel.map_sheet": Truth(str(rng.randrange(1, 60))),
        "parcel.address": Truth(f"Thôn {rng.choice(words.VILLAGES)}, xã {rng.choice(words.COMMUNES)}, Hà Nội"),
        "parcel.area": _area(area), "parcel.area_shared": _area(area // 2) if shared else _area(0),
        "parcel.area_own": _area(area - area // 2) if shared else _area(area),
        "parcel.purpose": Truth(rng.choice(("Đất ở tại nông thôn", "Đất ở tại đô thị", "Đất trồng cây lâu năm"))),
        "parcel.used_since": Truth(slashed(rng, day_between(rng, date(1980, 1, 1), date(2010, 1, 1)))),
        "parcel.term": Truth(rng.choice(("Lâu dài", "Lâu dài", "đến ngày 15/10/2063"))),
        "parcel.origin": Truth(rng.choice(("Nhận thừa kế của cha mẹ để lại", "Nhận chuyển nhượng năm 1998",
                                           "Được Nhà nước giao đất có thu tiền sử dụng đất"))),
        "request.registration": Truth("Có"), "request.certificate": _ticked(rng, 0.8),
        "request.deferred_fee": _ticked(rng, 0.2), "building.pledge": _ticked(rng, 0.5),
        "request.other": Truth("Tách thửa đất cho con trai") if rng.random() < 0.2 else BLANK,
        "attachments.first": Truth("Bản sao căn cước công dân"),
        "attachments.second": Truth("Trích đo bản đồ địa chính") if rng.random() < 0.7 else BLANK,
        "signed_on": Truth(long_date(day_between(rng, TODAY - timedelta(days=90), TODAY))),
    }
    if rng.random() < 0.25:
        made |= {
            "neighbour.parcel_number": Truth(str(rng.randrange(2, 400))),
            "neighbour.map_sheet": Truth(str(rng.randrange(1, 60))),
            "neighbour.owner": Truth(f"ông {other}", shorter=(f"ông {other.split()[-1]}",)),
            "neighbour.right": Truth("Lối đi qua"),
        }
    return made | (_building(rng) if rng.random() < 0.7 else {})


def _building(rng: random.Random) -> dict[str, Truth]:
    foot, storeys = rng.randrange(300, 1200), rng.randrange(1, 6)
    return {
        "building.kind": Truth("Nhà ở riêng lẻ"), "building.footprint": _area(foot),
        "building.floor_area": _area(foot * storeys) if storeys > 1 else BLANK,
        "building.area_own": _area(foot * storeys),
        "building.area_shared": _area(0), "building.storeys": Truth(str(storeys)),
        "building.storeys_above": Truth(str(storeys)), "building.storeys_below": Truth("0"),
        "building.origin": Truth(rng.choice(("Tự đầu tư xây dựng", "Được tặng cho", "Mua lại"))),
        "building.completed": Truth(str(rng.randrange(1985, 2025))),
        "building.term": Truth("-/-", FieldStatus.NONE_STATED),
    }


def _area(tenths: int) -> Truth:
    """Square metres with one decimal, as note (6) asks."""
    return Truth(f"{tenths // 10},{tenths % 10}" if tenths else "0")


def _ticked(rng: random.Random, share: float) -> Truth:
    return Truth("Có") if rng.random() < share else BLANK


def _email(rng: random.Random, person: Person) -> Truth:
    return Truth(person.email) if rng.random() < 0.4 else BLANK


def _household_business(rng: random.Random) -> dict[str, Truth]:
    """ho-kinh-doanh: one owner, or a family of two; what the population database knows stays blank mostly."""
    owner, other = make_person(rng), make_person(rng)
    trade, code = rng.choice(words.TRADES)
    given = owner.full_name.title().split()[-1]
    thousands, spelled = rng.choice(words.CAPITALS)
    made = {
        "signed_on": Truth(long_date(day_between(rng, TODAY - timedelta(days=90), TODAY))),
        "authority": Truth(f"UBND {commune(rng)}", shorter=(f"UBND {commune(rng)}", "UBND phường Láng")),
        "owner.full_name": Truth(owner.full_name.upper()), "owner.date_of_birth": Truth(f"{owner.born:%d/%m/%Y}"),
        "owner.sex": Truth(owner.sex), "owner.personal_id": Truth(owner.personal_id),
        "owner.phone": Truth(owner.phone), "owner.email": _email(rng, owner),
        "business.name": Truth(f"HỘ KINH DOANH {given.upper()}", shorter=(f"QUÁN {given.upper()}", given.upper())),
        "business.short_name": Truth(f"HKD {given}") if rng.random() < 0.3 else BLANK,
        **_address(rng, "office"), "office.phone": Truth(owner.phone), "office.unused": _ticked(rng, 0.2),
        "industries[0].name": Truth(trade), "industries[0].code": Truth(code), "industries[0].main": Truth("X"),
        "capital": Truth(f"{thousands}.000.000 đồng ({spelled} đồng)", shorter=(f"{thousands}.000.000 đồng",)),
        "starts_on": Truth(f"{TODAY + timedelta(days=-20):%d/%m/%Y}") if rng.random() < 0.5 else BLANK,
        "workers": Truth(str(rng.randrange(1, 9))),
        "vat_method": Truth(rng.choice(("Phương pháp kê khai", "Phương pháp khoán"))),
    }
    family = rng.random() < 0.4
    made["founders"] = Truth("Các thành viên hộ gia đình" if family else "Cá nhân")
    for row, person in enumerate((owner, other) if family else ()):
        made |= {
            f"household[{row}].full_name": Truth(person.full_name.title()), f"household[{row}].sex": Truth(person.sex),
            f"household[{row}].date_of_birth": Truth(f"{person.born:%d/%m/%Y}"),
            f"household[{row}].personal_id": Truth(person.personal_id),
        }
    if rng.random() < 0.3:  # the link to the population database is down
        made |= {"owner.ethnicity": Truth(owner.ethnicity), "owner.nationality": Truth("Việt Nam")}
        made |= _address(rng, "permanent_residence") | _address(rng, "current_residence")
    if rng.random() < 0.3:
        made |= _address(rng, "tax_notice")
    return made


def _address(rng: random.Random, block: str) -> dict[str, Truth]:
    """Three lines; the blank leaves 8 to 25 mm for house and street."""
    n = rng.randrange(2, 299)
    return {
        f"{block}.detail": Truth(f"Số {n} {rng.choice(words.STREETS)}", shorter=(f"Số {n}", str(n))),
        f"{block}.commune": Truth(f"phường {rng.choice(words.WARDS)}"), f"{block}.province": Truth("thành phố Hà Nội"),
    }


# --- social welfare ------------------------------------------------------------------------------------------------


def _disability(rng: random.Random) -> dict[str, Truth]:
    """khuyet-tat: for oneself, or for a child by a parent."""
    subject = make_person(rng, day_between(rng, date(1945, 1, 1), date(2012, 1, 1)))
    made = {
        "authority.commune": Truth(rng.choice(words.WARDS)), "authority.province": Truth("Hà Nội"),
        "request": Truth(rng.choice((
            "Xác định mức độ khuyết tật và cấp Giấy xác nhận khuyết tật", "Cấp lại Giấy xác nhận khuyết tật",
            "Xác định lại mức độ khuyết tật và cấp Giấy xác nhận khuyết tật", "Cấp đổi Giấy xác nhận khuyết tật",
        ))),
        "subject.full_name": Truth(subject.full_name), "subject.date_of_birth": Truth(long_date(subject.born)),
        "subject.sex": Truth(subject.sex), "subject.identity_paper": Truth(subject.personal_id),
        "subject.residence": subject.residence,
        "signed_on": Truth(long_date(day_between(rng, TODAY - timedelta(days=90), TODAY))),
    }
    marked = rng.choice(tuple(_IMPAIRMENTS))
    for kind, leaves in _IMPAIRMENTS.items():
        made |= {f"impairments.{kind}.{leaf}": Truth("Không") for leaf in leaves if rng.random() < 0.7}
    made |= {f"impairments.{marked}.{leaf}": Truth("Có") for leaf in ("any", rng.choice(_IMPAIRMENTS[marked]))}
    made |= {f"activities.{leaf}": Truth(rng.choice(_DEGREES)) for leaf in _ACTIVITIES if rng.random() < 0.9}
    if rng.random() < 0.5:
        helper = make_person(rng, day_between(rng, date(1960, 1, 1), date(1985, 1, 1)))
        made |= {
            "representative.full_name": Truth(helper.full_name),
            "representative.relation": Truth("Bố đẻ" if helper.sex == "Nam" else "Mẹ đẻ"),
            "representative.identity_paper": Truth(helper.personal_id), "representative.residence": helper.residence,
            "representative.phone": Truth(helper.phone),
        }
    return made


def _welfare(rng: random.Random, subject: Person) -> dict[str, Truth]:
    """What the forms of one family share: who asks, what is paid already, and a disability or none."""
    disabled = rng.random() < 0.5
    issued = day_between(rng, date(2021, 3, 1), date(2026, 6, 1))
    made = {
        "subject.full_name": Truth(subject.full_name.upper()), "subject.sex": Truth(subject.sex),
        "subject.date_of_birth": Truth(f"{subject.born:%d/%m/%Y}"), "subject.ethnicity": Truth(subject.ethnicity),
        "subject.identity_paper": Truth(subject.personal_id), "subject.identity_issued_on": Truth(f"{issued:%d/%m/%Y}"),
        "subject.identity_issuer": Truth(rng.choice(words.PAPER_ISSUERS)), "subject.residence": subject.residence,
        "subject.living_with": Truth(rng.choice(("Ở với con trai", "Ở với gia đình con gái", "Ở với ông bà nội"))),
        "health_card": Truth(rng.choice(("Không", "Có"))), "poor_household": Truth(rng.choice(("Không", "Có"))),
        "disability.present": Truth("Có" if disabled else "Không"),
        "signed_on": Truth(long_date(day_between(rng, TODAY - timedelta(days=90), TODAY))),
    }
    if disabled:
        made |= {
            "disability.certificate": Truth(str(rng.randrange(100, 999))),
            "disability.issued_on": Truth(f"{day_between(rng, date(2015, 1, 1), date(2025, 1, 1)):%d/%m/%Y}"),
            "disability.issuer": Truth(f"UBND {commune(rng)}", shorter=("UBND phường", "UBND xã")),
            "disability.kind": Truth(rng.choice(("Khuyết tật vận động", "Khuyết tật nhìn", "Khuyết tật trí tuệ"))),
            "disability.degree": Truth(rng.choice(("Nặng", "Đặc biệt nặng", "Nhẹ"))),
        }
    return made | _benefit(rng, "benefits")


def _benefit(rng: random.Random, block: str) -> dict[str, Truth]:
    """One payment or none."""
    kind = rng.choice(("social_insurance", "social_protection", "other"))
    if rng.random() < 0.5:
        return {}
    month = f"{rng.randrange(1, 13):02d}/{rng.randrange(2012, 2026)}"
    return {f"{block}.{kind}": Truth(f"{rng.randrange(36, 300)}0.000"), f"{block}.{kind}_since": Truth(month)}


def _welfare_child(rng: random.Random) -> dict[str, Truth]:
    """tro-giup-xa-hoi-1a: a child or a young person without parents to keep it."""
    child = make_person(rng, day_between(rng, date(2008, 1, 1), date(2020, 1, 1)))
    parent = make_person(rng, day_between(rng, date(1978, 1, 1), date(1995, 1, 1)), "Nữ")
    made = _welfare(rng, child) | _benefit(rng, "parent")
    key, leaf, text = rng.choice((
        ("not_yet", "not_yet_reason", "Chưa đủ tuổi đi học"),
        ("stopped", "stopped_reason", "Hoàn cảnh gia đình khó khăn"),
        ("attending", "attending_at", "Trường Tiểu học Kim Liên"),
    ))
    made |= {f"schooling.{key}": Truth("Có"), f"schooling.{leaf}": Truth(text)}
    made["parent.description"] = Truth(parent.full_name.title(), shorter=(parent.full_name.title().split()[-1],))
    made["father.description"] = Truth("Đã chết") if rng.random() < 0.5 else BLANK
    return made


def _welfare_elder(rng: random.Random) -> dict[str, Truth]:
    """tro-giup-xa-hoi-1d: an old person."""
    elder = make_person(rng, day_between(rng, date(1935, 1, 1), date(1951, 1, 1)))
    spouse = "chồng" if elder.sex == "Nữ" else "vợ"
    made = _welfare(rng, elder)
    made["subject.marriage"] = Truth(rng.choice((f"Không có {spouse}", f"Có {spouse} đã chết")))
    nobody = Truth("Không có", FieldStatus.NONE_STATED)
    made["supporter"] = nobody if rng.random() < 0.4 else Truth(make_person(rng).full_name.title())
    made["life_course"] = Truth("Làm nông nghiệp tại địa phương") if rng.random() < 0.5 else BLANK
    return made


def _welfare_parent(rng: random.Random) -> dict[str, Truth]:
    """tro-giup-xa-hoi-1c: somebody poor who brings up children alone."""
    parent = make_person(rng, day_between(rng, date(1975, 1, 1), date(2000, 1, 1)))
    child = make_person(rng, day_between(rng, date(2012, 1, 1), date(2020, 1, 1)))
    spouse, older = "chồng" if parent.sex == "Nữ" else "vợ", rng.random() < 0.4
    return _welfare(rng, parent) | {
        "subject.marriage": Truth(rng.choice((f"Không có {spouse}", f"Có {spouse} đã chết"))),
        "children.count": Truth("2" if older else "1"), "children.under_16": Truth("1"),
        "children.from_16_to_22": Truth("1" if older else "0"),
        "children.first": Truth(f"{child.full_name.title()}, sinh ngày {child.born:%d/%m/%Y}, đang học tiểu học"),
        "children.others": Truth("Đang học trung học phổ thông") if older else BLANK,
    }


MAKERS = {
    "cai-chinh": _correction, "trich-luc": _extract, "dat-dai": _land, "ho-kinh-doanh": _household_business,
    "khuyet-tat": _disability, "tro-giup-xa-hoi-1a": _welfare_child,
    "tro-giup-xa-hoi-1b": _welfare_child, "tro-giup-xa-hoi-1c": _welfare_parent, "tro-giup-xa-hoi-1d": _welfare_elder,
}
