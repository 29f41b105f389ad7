"""What invented people write on applications to the police, land, building, insurance and one-stop offices.

Takes a random generator, gives Truths by field id, one maker a form."""

from __future__ import annotations

import random
from datetime import date, timedelta

from bench import words
from bench.people import (
    BLANK,
    TODAY,
    Truth,
    commune,
    commune_office,
    day_between,
    long_date,
    make_person,
    slashed,
    unmarked,
)

_STAGES = ("Chuyển nhượng quyền sử dụng đất", "Nhận thừa kế quyền sử dụng đất", "Thay đổi diện tích do đo đạc lại",
           "Tặng cho quyền sử dụng đất cho con", "Đính chính địa chỉ trên Giấy chứng nhận")
_PROCEDURES = (
    "Đăng ký khai sinh", "Cấp bản sao trích lục hộ tịch", "Đăng ký thành lập hộ kinh doanh",
    "Đăng ký biến động đất đai", "Xác nhận tình trạng hôn nhân",
)


def signed(rng: random.Random) -> Truth:
    """A day of the last three months, as written behind a printed "ngày"."""
    return Truth(long_date(day_between(rng, TODAY - timedelta(days=90), TODAY)))


def numeric(day: date) -> Truth:
    return Truth(f"{day:%d/%m/%Y}")


def issued(rng: random.Random) -> date:
    return day_between(rng, date(2021, 3, 1), date(2026, 6, 1))


def some(rng: random.Random, text: str, share: float = 0.5) -> Truth:
    return Truth(text) if rng.random() < share else BLANK


def _from_abroad(rng: random.Random) -> dict[str, Truth]:
    """ct02: somebody who comes home from abroad."""
    subject = make_person(rng, day_between(rng, date(1950, 1, 1), date(1995, 1, 1)))
    head = make_person(rng, day_between(rng, date(1955, 1, 1), date(1985, 1, 1)))
    country, town = rng.choice(words.ABROAD)
    job, day = rng.choice(words.OCCUPATIONS), issued(rng)
    made = {
        "authority": Truth(f"Công an {commune(rng)}"), "subject.full_name": Truth(subject.full_name),
        "subject.foreign_name": Truth(unmarked(subject.full_name).upper()),
        "subject.date_of_birth": numeric(subject.born), "subject.sex": Truth(subject.sex),
        "subject.ethnicity": Truth(subject.ethnicity), "subject.religion": Truth("Phật giáo", shorter=("Phật",)),
        "subject.personal_id": some(rng, subject.personal_id, 0.7), "subject.phone": Truth(subject.phone),
        "subject.email": some(rng, subject.email), "subject.foreign_nationality": some(rng, country),
        "passport.number": Truth(f"{rng.choice('ABCEK')}{rng.randrange(10**6, 10**8)}"),
        "passport.issued_on": numeric(day),
        "passport.valid_until": numeric(day.replace(day=1, year=day.year + 10)),
        "passport.issuer": Truth(rng.choice(("Cục Quản lý xuất nhập cảnh", "Bộ Ngoại giao"))),
        "subject.occupation_abroad": Truth(job), "subject.residence_abroad": Truth(town[0].upper() + town[1:]),
        "subject.residence": subject.residence, "request": Truth("Đăng ký thường trú"),
        "householder.full_name": Truth(head.full_name), "householder.personal_id": Truth(head.personal_id),
        "householder.relation": Truth(rng.choice(("Con", "Em", "Cháu"))),
    }
    relative = make_person(rng).full_name.title()
    made["family"] = some(rng, f"Em ruột {relative}, sinh năm 1971, Việt Nam, nội trợ, {commune(rng)}, Hà Nội", 0.6)
    start = subject.born.year + 20
    for row in range(rng.randrange(1, 4)):
        made |= {
            f"history[{row}].period": Truth(f"{rng.randrange(1, 13):02d}/{start} - 12/{start + 7}"),
            f"history[{row}].residence": Truth(town if row else f"{commune(rng)}, Hà Nội"),
            f"history[{row}].occupation": Truth(rng.choice(words.OCCUPATIONS)),
        }
        start += 8
    return made


def _land_change(rng: random.Random) -> dict[str, Truth]:
    """bien-dong-dat-dai: something about a certified parcel changes."""
    owner = make_person(rng, day_between(rng, date(1950, 1, 1), date(1985, 1, 1)))
    day = day_between(rng, date(2000, 1, 1), date(2024, 1, 1))
    letters = "".join(rng.choice("ABCDEGHKLMNPQRSTUVXY") for _ in range(2))
    return {
        "authority": Truth(rng.choice((*words.LAND_OFFICES, commune_office(rng)))),
        "owner.name": Truth(f"{owner.full_name.upper()}, sinh năm {owner.born.year}"),
        "owner.identity_paper": owner.paper, "owner.residence": owner.residence, "owner.phone": Truth(owner.phone),
        "owner.email": some(rng, owner.email, 0.4),
        "certificate.register_number": Truth(f"{rng.choice(('CH', 'CS'))}{rng.randrange(10**4, 10**5)}"),
        "certificate.serial": Truth(f"{letters} {rng.randrange(10**5, 10**6)}"),
        "certificate.issued_on": Truth(slashed(rng, day)), "change.content": Truth(rng.choice(_STAGES)),
        "change.papers": Truth("Hợp đồng chuyển nhượng đã công chứng"),
        "attachments": Truth("Giấy chứng nhận đã cấp, bản sao căn cước công dân"),
        "request.new_certificate": Truth(rng.choice(("Có", "Không"))), "signed_on": signed(rng),
    }


def _burial(rng: random.Random) -> dict[str, Truth]:
    """mai-tang: a family, or now and then an office, has buried somebody."""
    dead = make_person(rng, day_between(rng, date(1931, 1, 1), date(1972, 1, 1)))
    died = day_between(rng, TODAY - timedelta(days=60), TODAY - timedelta(days=5))
    made = {
        "deceased.full_name": Truth(dead.full_name.upper()), "deceased.date_of_birth": numeric(dead.born),
        "deceased.sex": Truth(dead.sex), "deceased.ethnicity": Truth(dead.ethnicity),
        "deceased.residence": dead.residence, "deceased.died_on": Truth(long_date(died)),
        "deceased.cause_of_death": Truth(rng.choice(words.CAUSES_OF_DEATH)),
        "burial.time": Truth(f"{rng.randrange(7, 17):02d} giờ ngày {died + timedelta(days=1):%d/%m/%Y}"),
        "burial.place": Truth(f"Nghĩa trang {commune(rng)}"), "signed_on": signed(rng),
    }
    if rng.random() < 0.2:
        office = commune_office(rng)
        return made | {
            "organization.name": Truth(office), "organization.address": Truth(f"{commune(rng)}, thành phố Hà Nội"),
            "organization.representative": Truth(make_person(rng).full_name.title()),
            "organization.position": Truth("Phó Chủ tịch"),
        }
    helper = make_person(rng, day_between(rng, date(1960, 1, 1), date(1999, 1, 1)))
    return made | {
        "requester.full_name": Truth(helper.full_name), "requester.date_of_birth": numeric(helper.born),
        "requester.identity_paper": Truth(helper.personal_id),
        "requester.identity_issued_on": numeric(issued(rng)), "requester.identity_issuer": Truth("Bộ Công an"),
        "requester.permanent_residence": helper.residence, "requester.residence": helper.residence,
        "requester.relation": Truth("Con trai" if helper.sex == "Nam" else "Con gái"),
    }


def _licence(rng: random.Random) -> dict[str, Truth]:
    """gplx: a driving licence runs out or was lost."""
    driver, made_on = make_person(rng), day_between(rng, date(2005, 1, 1), date(2022, 1, 1))
    kind = rng.choice(("A1", "B2", "C", "B1", "D"))
    return {
        "authority": Truth(rng.choice((*words.POLICE, f"Công an {commune(rng)}"))),
        "subject.full_name": Truth(driver.full_name), "subject.date_of_birth": numeric(driver.born),
        "subject.identity_paper": Truth(driver.personal_id), "subject.identity_issued_on": numeric(issued(rng)),
        "subject.identity_issuer": Truth("Bộ Công an"), "training.school": Truth(rng.choice(words.DRIVING_SCHOOLS)),
        "training.year": Truth(str(made_on.year)), "licence.class": Truth(kind),
        "licence.number": Truth(f"01{rng.randrange(10**9, 10**10)}"),
        "licence.issuer": Truth(rng.choice(words.LICENCE_ISSUERS)), "licence.issued_on": numeric(made_on),
        "request.class": Truth(kind),
        "request.reason": Truth(rng.choice(("Sắp hết hạn", "Bị mất", "Bị hỏng", "Đổi thẻ"))),
        "request.combined": some(rng, "Có", 0.3), "violations": Truth(rng.choice(("không", "không", "có"))),
        "signed_on": signed(rng),
    }


def _authorisation(rng: random.Random) -> dict[str, Truth]:
    """uy-quyen: somebody else fetches a pension."""
    made: dict[str, Truth] = {}
    people = {
        "principal": make_person(rng, day_between(rng, date(1940, 1, 1), date(1965, 1, 1))),
        "agent": make_person(rng, day_between(rng, date(1965, 1, 1), date(2000, 1, 1))),
    }
    for block, person in people.items():
        made |= {
            f"{block}.full_name": Truth(person.full_name), f"{block}.date_of_birth": numeric(person.born),
            f"{block}.identity_paper": Truth(person.personal_id), f"{block}.identity_issuer": Truth("Bộ Công an"),
            f"{block}.identity_issued_on": numeric(issued(rng)), f"{block}.residence": person.residence,
            f"{block}.phone": Truth(person.phone),
        }
    return made | {
        "principal.insurance_number": Truth(f"01{rng.randrange(10**7, 10**8)}"),
        "principal.benefit": Truth(rng.choice(("Lương hưu hàng tháng", "Trợ cấp tuất hàng tháng", "Trợ cấp thai sản"))),
        "content": Truth(rng.choice(("Nhận thay lương hưu hàng tháng", "Làm thủ tục hưởng chế độ và nhận kết quả"))),
        "term": Truth(rng.choice(("12 tháng kể từ ngày ký", "Từ ngày 01/10/2026 đến ngày 30/9/2027"))),
        "signed_on": signed(rng),
    }


def _insured(rng: random.Random) -> dict[str, Truth]:
    """tk1-ts: somebody whose insurance number is not found."""
    subject = make_person(rng, day_between(rng, date(1975, 1, 1), date(2022, 1, 1)))
    child = subject.born > date(2020, 9, 1)
    made = {
        "subject.full_name": Truth(subject.full_name.upper()), "subject.sex": Truth(subject.sex),
        "subject.date_of_birth": numeric(subject.born), "subject.nationality": Truth("Việt Nam"),
        "subject.ethnicity": Truth(subject.ethnicity), "subject.identity_paper": Truth(subject.personal_id),
        "subject.phone": Truth(subject.phone), "subject.email": some(rng, subject.email),
        "result_by": Truth(rng.choice(("Bản điện tử", "Bản giấy", "Tại cơ quan BHXH"))),
        "guardian.full_name": Truth(make_person(rng).full_name) if child else BLANK,
        "residence.detail": Truth(f"Số {rng.randrange(2, 299)} {rng.choice(words.STREETS)}"),
    }
    for name in ("birth_registered", "residence"):
        made |= {f"{name}.commune": Truth(rng.choice(words.COMMUNES)), f"{name}.province": Truth("Hà Nội")}
    return made


def _identity_card(rng: random.Random) -> dict[str, Truth]:
    """can-cuoc: a card is asked for; relatives as far as one knows."""
    subject = make_person(rng)
    made = {
        "subject.full_name": Truth(subject.full_name), "subject.date_of_birth": numeric(subject.born),
        "subject.sex": Truth(subject.sex), "subject.personal_id": Truth(subject.personal_id),
        "subject.ethnicity": Truth(subject.ethnicity), "subject.religion": Truth("Phật giáo", shorter=("Phật",)),
        "subject.nationality": Truth("Việt Nam"), "subject.marriage": Truth(rng.choice(("Đã kết hôn", "Chưa kết hôn"))),
        "subject.blood_type": some(rng, rng.choice(words.BLOOD_TYPES)),
        "subject.birth_registered_at": Truth(subject.home_town), "subject.home_town": Truth(subject.home_town),
        "subject.permanent_residence": subject.residence, "subject.residence": subject.residence,
        "subject.occupation": Truth(rng.choice(words.OCCUPATIONS)),
        "subject.education": Truth(rng.choice(words.EDUCATION)),
        "householder.relation": Truth(rng.choice(("Con", "Vợ" if subject.sex == "Nữ" else "Chồng", "Cháu"))),
        "request.card": Truth(rng.choice(("Cấp đổi", "Cấp lại", "Cấp mới"))), "request.confirmation": Truth("có"),
        "signed_on": signed(rng),
    }
    for block, sex in (("father", "Nam"), ("mother", "Nữ"), ("householder", "Nam")):
        relative = make_person(rng, day_between(rng, date(1935, 1, 1), date(1970, 1, 1)), sex)
        made |= {
            f"{block}.full_name": Truth(relative.full_name), f"{block}.nationality": Truth("Việt Nam"),
            f"{block}.personal_id": Truth(relative.personal_id),
        }
    if rng.random() < 0.5:
        made |= {
            "request.post": Truth("có"), "request.phone": Truth(subject.phone), "request.address": subject.residence,
        }
    return made


def _building(rng: random.Random) -> dict[str, Truth]:
    """giay-phep-xay-dung: a house of one's own."""
    owner, foot, storeys = make_person(rng), rng.randrange(300, 1200), rng.randrange(2, 7)
    return {
        "authority": Truth(rng.choice((*words.BUILDING_OFFICES, commune_office(rng)))),
        "owner.name": Truth(owner.full_name.title()), "owner.personal_id": Truth(owner.personal_id),
        "owner.phone": Truth(owner.phone), "site.parcel": Truth(f"{rng.randrange(2, 400)}"),
        "site.area": Truth(f"{foot // 10 + 20},{foot % 10}"),
        "site.street": Truth(f"Số {rng.randrange(2, 299)} {rng.choice(words.STREETS)}"),
        "site.commune": Truth(rng.choice(words.WARDS)), "site.province": Truth("Hà Nội"),
        "designer": Truth(f"Công ty TNHH tư vấn xây dựng {owner.full_name.title().split()[-1]}"),
        "building.grade": Truth(rng.choice(("Cấp III", "Cấp IV"))),
        "building.level": Truth(f"0,{rng.randrange(15, 75)}"), "building.footprint": Truth(f"{foot // 10},{foot % 10}"),
        "building.setback": some(rng, f"{rng.randrange(1, 4)},0"),
        "building.floor_area": Truth(f"{foot * storeys // 10},{foot * storeys % 10}"),
        "building.height": Truth(f"{storeys * 33 // 10},{storeys * 33 % 10}"), "building.storeys": Truth(str(storeys)),
        "duration": Truth(str(rng.randrange(4, 19))),
        "attachments": Truth("Bản sao Giấy chứng nhận quyền sử dụng đất, 02 bộ bản vẽ thiết kế"),
        "signed_on": signed(rng),
    }


def _receipt(rng: random.Random) -> dict[str, Truth]:
    """giay-tiep-nhan: printed by the one-stop office, with its dossier code."""
    person, day = make_person(rng), day_between(rng, TODAY - timedelta(days=90), TODAY)
    due = day + timedelta(days=rng.randrange(1, 20))
    agency = f"H26.{rng.randrange(10, 150)}" + rng.choice(("", ".01", ".25"))
    procedure = rng.choice(_PROCEDURES)
    return {
        "issued_on": Truth(long_date(day)),
        "dossier_code": Truth(f"{agency}-{day:%y%m%d}-{rng.randrange(1, 9999):04d}"),
        "office": Truth(rng.choice(words.DESKS)), "applicant.full_name": Truth(person.full_name),
        "applicant.residence": person.residence, "applicant.phone": Truth(person.phone),
        "applicant.email": some(rng, person.email), "request": Truth(procedure),
        "papers": Truth("Tờ khai theo mẫu, bản sao căn cước công dân"), "sets": Truth("01"),
        "processing_time": Truth(f"{rng.randrange(1, 16)} ngày làm việc"),
        "received_at": Truth(f"{rng.randrange(8, 17):02d} giờ {rng.randrange(0, 60):02d} phút, ngày {long_date(day)}"),
        "due_at": Truth(f"16 giờ 30 phút, ngày {due:%d/%m/%Y}"), "collected_at": Truth("Trụ sở cơ quan tiếp nhận"),
        "register.book": Truth(f"01/{day.year}"), "register.number": Truth(str(rng.randrange(2, 900))),
    }


MAKERS = {
    "ct02": _from_abroad, "bien-dong-dat-dai": _land_change, "mai-tang": _burial, "gplx": _licence,
    "uy-quyen": _authorisation, "tk1-ts": _insured, "can-cuoc": _identity_card, "giay-phep-xay-dung": _building,
    "giay-tiep-nhan": _receipt,
}
