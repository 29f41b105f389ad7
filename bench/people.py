"""Invented people and what they write on civil-status forms and CT01: takes a random generator, gives Truths by field.

Everything in a document agrees: the digits of a personal number with birth date and sex (TT 07/2016/TT-BCA), the date
in words with the date in digits, the copies ticked with their number. No list of real persons is used."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from bench import words
from digitizer.document import FieldStatus

TODAY = date(2026, 9, 20)


@dataclass(frozen=True, slots=True)
class Truth:
    """What stands in a field. `shorter`: other spellings a person takes when the first does not fit on the paper."""

    raw: str
    status: FieldStatus = FieldStatus.FILLED
    shorter: tuple[str, ...] = ()


BLANK = Truth("", FieldStatus.BLANK)


@dataclass(frozen=True, slots=True)
class Person:
    """An invented person; `paper` is the identity paper as one writes it."""

    full_name: str
    born: date
    sex: str
    ethnicity: str
    personal_id: str
    residence: Truth
    home_town: str
    paper: Truth
    phone: str
    email: str


def make_person(rng: random.Random, born: date | None = None, sex: str = "", surname: str = "") -> Person:
    """One person, self-consistent; an adult where no birth date is given."""
    sex = sex or rng.choice(("Nam", "Nữ"))
    born = born or day_between(rng, date(1950, 1, 1), date(2005, 12, 31))
    code, town = rng.choices(words.HOME_TOWNS, weights=[14] + [1] * (len(words.HOME_TOWNS) - 1))[0]
    number = personal_id(rng, code, born, sex)
    name = full_name(rng, sex, surname)
    ethnicity = rng.choices([e for e, _ in words.ETHNIC_GROUPS], weights=[w for _, w in words.ETHNIC_GROUPS])[0]
    return Person(
        full_name=name, born=born, sex=sex, ethnicity=ethnicity, personal_id=number, residence=residence(rng),
        home_town=home_town(rng, town), paper=identity_paper(rng, number, born), phone=phone(rng),
        email=email(rng, name, born),
    )


def full_name(rng: random.Random, sex: str, surname: str = "") -> str:
    """Surname by national share, one or two middle names, given name. About one in nine is written in capitals."""
    surname = surname or rng.choices([s for s, _ in words.SURNAMES], weights=[w for _, w in words.SURNAMES])[0]
    middle = rng.choice(words.MIDDLE_MALE if sex == "Nam" else words.MIDDLE_FEMALE)
    given = rng.choice([g for g in (words.GIVEN_MALE if sex == "Nam" else words.GIVEN_FEMALE) if g not in middle])
    name = f"{surname} {middle} {given}"
    return name.upper() if rng.random() < 0.11 else name


def personal_id(rng: random.Random, province_code: str, born: date, sex: str) -> str:
    """12 digits: province, century and sex, two digits of the year, six at random."""
    century = (born.year // 100 - 19) * 2 + (sex == "Nữ")
    return f"{province_code}{century}{born.year % 100:02d}{rng.randrange(1_000_000):06d}"


def identity_paper(rng: random.Random, number: str, born: date) -> Truth:
    """Kind + number + issuer + date, as footnote (3) of the forms shows it."""
    start = max(date(2021, 3, 1), born + timedelta(days=14 * 366))
    issued = day_between(rng, min(start, date(2026, 6, 1)), date(2026, 8, 1))
    new = issued >= date(2024, 7, 1)
    kind, issuer = ("Căn cước", "Bộ Công an") if new else ("Căn cước công dân", "Cục Cảnh sát QLHC về TTXH")
    on = slashed(rng, issued)
    return Truth(
        f"{kind} số {number} do {issuer} cấp ngày {on}",
        shorter=(
            f"CCCD số {number} do {issuer} cấp {on}", f"CCCD số {number} cấp ngày {on}", f"CCCD số {number}", number,
        ),
    )


def residence(rng: random.Random) -> Truth:
    """Where a person lives: two levels as since 01/7/2025, or the three of before; in Hà Nội."""
    detail = _detail(rng)
    if rng.random() < 0.25:
        commune, district = rng.choice(words.OLD_UNITS)
        tail = f"{commune}, {district}"
    elif detail.startswith(("Thôn", "Xóm")):
        tail = f"xã {rng.choice(words.COMMUNES)}"
    else:
        tail = f"phường {rng.choice(words.WARDS)}"
    city = rng.choice(("thành phố Hà Nội", "Hà Nội", "TP. Hà Nội"))
    short = (f"{detail}, {tail}, Hà Nội", f"{tail[0].upper()}{tail[1:]}, Hà Nội")
    return Truth(f"{detail}, {tail}, {city}", shorter=short)


def _detail(rng: random.Random) -> str:
    street, n = rng.choice(words.STREETS), rng.randrange(2, 299)
    small, village = rng.randrange(1, 40), rng.choice(words.VILLAGES)
    return rng.choice((
        f"Số {n} đường {street}", f"Số {small} ngõ {n} phố {street}", f"Tổ dân phố số {small}",
        f"Số {small} ngách {rng.randrange(2, 99)}/{rng.randrange(2, 40)} ngõ {n} {street}", f"Thôn {village}",
        f"P{rng.randrange(3, 25)}{rng.randrange(1, 20):02d} tòa CT{rng.randrange(1, 9)}", f"{n} {street}",
        f"Xóm {rng.randrange(1, 12)}, thôn {village}",
    ))


def home_town(rng: random.Random, town: str) -> str:
    """The town of the list, or a commune of Hà Nội where it names none; half of them with a capital."""
    town = town or f"xã {rng.choice(words.COMMUNES)}, {rng.choice(('thành phố Hà Nội', 'Hà Nội'))}"
    return town[0].upper() + town[1:] if rng.random() < 0.5 else town


def phone(rng: random.Random) -> str:
    return f"0{rng.choice('35789')}{rng.randrange(100_000_000):08d}"


def email(rng: random.Random, name: str, born: date) -> str:
    """Short, as the leader for it on CT01 is: given name, two digits, a mail host."""
    given = unmarked(name.split()[-1]).lower()
    return f"{given}{born.year % 100:02d}@{rng.choice(('gmail.com', 'gmail.com', 'yahoo.com', 'outlook.com'))}"


def unmarked(text: str) -> str:
    """Vietnamese letters to plain ASCII."""
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in bare if not unicodedata.combining(c))


def day_between(rng: random.Random, first: date, last: date) -> date:
    return first + timedelta(days=rng.randrange(max(1, (last - first).days)))


def slashed(rng: random.Random, day: date) -> str:
    """05/03/1990, and now and then 5/3/1990."""
    if rng.random() < 0.15:
        return f"{day.day}/{day.month}/{day.year}"
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


def long_date(day: date) -> str:
    """As official papers write it (Nghị định 30/2020): days below ten and months 1, 2 take a leading zero."""
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)
    return f"{day.day:02d} tháng {month} năm {day.year}"


def written_date(rng: random.Random, day: date) -> str:
    roll = rng.random()
    if roll < 0.75:
        return slashed(rng, day)
    return f"{'Ngày ' if roll > 0.9 else ''}{long_date(day)}"


def date_in_words(day: date) -> str:
    """Ngày mười lăm tháng ba năm hai nghìn không trăm hai mươi sáu, in the short form people write."""
    month = "tư" if day.month == 4 else number_in_words(day.month)
    return f"Ngày {number_in_words(day.day)} tháng {month} năm {year_in_words(day.year)}"


def number_in_words(n: int) -> str:
    """0-99."""
    tens, ones = divmod(n, 10)
    if tens == 0:
        return words.ONES[n]
    head = "mười" if tens == 1 else f"{words.ONES[tens]} mươi"
    if ones == 0:
        return head
    last = {1: "một" if tens == 1 else "mốt", 5: "lăm"}.get(ones, words.ONES[ones])
    return f"{head} {last}"


def year_in_words(year: int) -> str:
    """1900-2099; "hai nghìn không trăm" is left out as in the official sample "hai nghìn hai mươi sáu"."""
    thousands, rest = divmod(year, 1000)
    hundreds, low = divmod(rest, 100)
    parts = [f"{words.ONES[thousands]} nghìn"]
    if hundreds:
        parts.append(f"{words.ONES[hundreds]} trăm")
    if low and low < 10:
        parts.append(f"linh {words.ONES[low]}" if hundreds else f"không trăm linh {words.ONES[low]}")
    elif low:
        parts.append(number_in_words(low))
    return " ".join(parts)


def commune_office(rng: random.Random) -> str:
    """The people's committee of a ward or commune of Hà Nội, as written behind "Kính gửi"."""
    return f"{rng.choice(('UBND', 'UBND', 'Ủy ban nhân dân'))} {commune(rng)}"


def commune(rng: random.Random) -> str:
    """A ward or commune of Hà Nội as since 01/7/2025."""
    return f"phường {rng.choice(words.WARDS)}" if rng.random() < 0.7 else f"xã {rng.choice(words.COMMUNES)}"


# --- whole forms ---------------------------------------------------------------------------------------------------


def person_block(rng: random.Random, block: str, person: Person) -> dict[str, Truth]:
    """The lines every person of a civil-status form has."""
    return {
        f"{block}.full_name": Truth(person.full_name), f"{block}.date_of_birth": Truth(written_date(rng, person.born)),
        f"{block}.sex": Truth(person.sex), f"{block}.ethnicity": Truth(person.ethnicity),
        f"{block}.nationality": Truth("Việt Nam"), f"{block}.residence": person.residence,
        f"{block}.identity_paper": person.paper,
    }


def heading(rng: random.Random, requester: Person, block: str, subject: Person) -> dict[str, Truth]:
    """The office, who asks and for whom. Now and then the address is left blank, as footnote (2) allows."""
    made = {"authority": Truth(commune_office(rng)), **person_block(rng, "requester", requester)}
    if rng.random() < 0.12:
        made["requester.residence"] = BLANK
    return made | person_block(rng, block, subject)


def footer(rng: random.Random) -> dict[str, Truth]:
    signed = day_between(rng, TODAY - timedelta(days=90), TODAY)
    place = rng.choice(("Hà Nội", "Hà Nội", "Hà Nội", rng.choice(words.WARDS), rng.choice(words.COMMUNES)))
    day = f"ngày {long_date(signed)}"
    made = {"place_and_date": Truth(f"{place}, {day}", shorter=(f"Hà Nội, {day}",))}
    wanted = rng.choices(("Có", "Không", ""), weights=(6, 2, 2))[0]
    made["copies.wanted"] = Truth(wanted) if wanted else BLANK
    made["copies.count"] = Truth(f"{rng.randrange(1, 6):02d}") if wanted == "Có" else BLANK
    return made


def _birth(rng: random.Random) -> dict[str, Truth]:
    """khai-sinh: a child, its mother and father; one of them, or a grandparent, asks."""
    born = day_between(rng, date(2025, 6, 1), TODAY - timedelta(days=5))
    mother = make_person(rng, day_between(rng, date(1985, 1, 1), date(2003, 1, 1)), "Nữ")
    father = make_person(rng, day_between(rng, date(1980, 1, 1), date(2001, 1, 1)), "Nam")
    child = make_person(rng, born, surname=father.full_name.split()[0].title())
    relation, requester = rng.choice((
        ("Mẹ đẻ", mother), ("Bố đẻ", father), ("Cha đẻ", father), ("Bà nội", make_person(rng, date(1958, 4, 12), "Nữ")),
        ("Ông ngoại", make_person(rng, date(1955, 10, 3), "Nam")),
    ))
    hospital, ward = rng.choice(words.HOSPITALS)
    married = day_between(rng, date(2015, 1, 1), date(2025, 1, 1))
    number, office = rng.randrange(3, 240), commune_office(rng)
    made = heading(rng, requester, "child", child)
    made["requester.relation"] = Truth(relation)
    made["child.date_of_birth"] = Truth(slashed(rng, born))
    made["child.date_of_birth_words"] = Truth(date_in_words(born))
    made["child.place_of_birth"] = Truth(f"{hospital}, {ward}, thành phố Hà Nội", shorter=(f"{hospital}, Hà Nội",))
    made["child.home_town"] = Truth(father.home_town)
    made["child.ethnicity"] = Truth(father.ethnicity)
    for block, parent in (("mother", mother), ("father", father)):
        made.update(person_block(rng, block, parent))
        if rng.random() < 0.3:
            made[f"{block}.date_of_birth"] = Truth(str(parent.born.year))
        if rng.random() < 0.25:  # footnote (2): blank is right where the number is given
            made.update({f"{block}.{leaf}": BLANK for leaf in ("ethnicity", "nationality", "residence")})
    wed = {
        "number": Truth(str(number)), "book": Truth(f"01/{married.year}", shorter=("01",)),
        "date": Truth(long_date(married)),
        "authority": Truth(office, shorter=(office.replace("Ủy ban nhân dân", "UBND"),)),
    }
    unmarried = rng.random() < 0.2
    made.update({f"parents_marriage.{k}": BLANK if unmarried else v for k, v in wed.items()})
    return made | footer(rng)


def _death(rng: random.Random) -> dict[str, Truth]:
    """khai-tu: somebody old, asked for by a relative."""
    dead = make_person(rng, day_between(rng, date(1931, 1, 1), date(1972, 1, 1)))
    requester = make_person(rng, day_between(rng, date(1975, 1, 1), date(2000, 1, 1)))
    died = day_between(rng, TODAY - timedelta(days=60), TODAY - timedelta(days=1))
    told = died + timedelta(days=rng.randrange(0, 2))
    hospital, ward = rng.choice(words.HOSPITALS)
    made = heading(rng, requester, "deceased", dead)
    if rng.random() < 0.3:
        made["deceased.date_of_birth"] = Truth(str(dead.born.year))
    if rng.random() < 0.2:
        made.update({f"deceased.{leaf}": BLANK for leaf in ("sex", "ethnicity", "nationality")})
    kin = ("Con trai", "Con đẻ", "Cháu nội") if requester.sex == "Nam" else ("Con gái", "Con đẻ", "Con dâu", "Cháu nội")
    made["requester.relation"] = Truth(rng.choice(kin))
    at = f"{rng.randrange(0, 24):02d} giờ {rng.randrange(0, 60):02d} phút"
    made["deceased.died_at"] = Truth(f"{at}, ngày {long_date(died)}")
    at_home = rng.random() < 0.5
    in_hospital = Truth(f"{hospital}, {ward}, thành phố Hà Nội", shorter=(f"{hospital}, Hà Nội",))
    made["deceased.place_of_death"] = Truth("Tại nhà riêng") if at_home else in_hospital
    made["deceased.cause_of_death"] = Truth(rng.choice(words.CAUSES_OF_DEATH))
    notice = not at_home or rng.random() < 0.3
    issuer = hospital if not at_home else commune_office(rng)
    made["death_notice.number"] = Truth(f"{rng.randrange(5, 400)}/GBT") if notice else BLANK
    made["death_notice.issuer"] = Truth(issuer) if notice else BLANK
    made["death_notice.date"] = Truth(long_date(told)) if notice else BLANK
    return made | footer(rng)


def _marital(rng: random.Random) -> dict[str, Truth]:
    """xac-nhan-hon-nhan: mostly for oneself."""
    subject = make_person(rng, day_between(rng, date(1970, 1, 1), date(2003, 1, 1)))
    own = rng.random() < 0.7
    requester = subject if own else make_person(rng, day_between(rng, date(1955, 1, 1), date(1975, 1, 1)))
    made = heading(rng, requester, "subject", subject)
    made["requester.relation"] = Truth("Bản thân" if own else ("Bố đẻ" if requester.sex == "Nam" else "Mẹ đẻ"))
    status = marital_status(rng, subject)
    made["subject.marital_status"] = Truth(status)
    made["purpose"] = Truth(purpose(rng, subject, may_marry="đang có" not in status))
    if rng.random() < 0.2:
        made.update({f"subject.{leaf}": BLANK for leaf in ("sex", "ethnicity", "nationality")})
    return made | footer(rng)


def marital_status(rng: random.Random, subject: Person) -> str:
    """The phrases of footnote (4)."""
    other, title = _partner(rng, subject)
    spouse = "vợ" if other.sex == "Nữ" else "chồng"
    day = long_date(day_between(rng, date(2005, 1, 1), date(2025, 1, 1)))
    n = rng.randrange(3, 300)
    return rng.choices((
        "Hiện tại chưa đăng ký kết hôn với ai",
        f"Hiện tại đang có {spouse} là {title} {other.full_name.title()} (Giấy chứng nhận kết hôn số {n}, do "
        f"{commune_office(rng)} cấp ngày {day})",
        f"Đã đăng ký kết hôn nhưng đã ly hôn theo Bản án ly hôn số {n}/HNGĐ-ST ngày {day} của Tòa án nhân dân khu vực "
        f"{rng.randrange(1, 9)} - Hà Nội; hiện tại chưa đăng ký kết hôn với ai",
        f"Đã có {spouse}, nhưng {spouse} đã chết (Trích lục khai tử số {n} do {commune_office(rng)} cấp ngày {day}); "
        "hiện tại chưa đăng ký kết hôn với ai",
    ), weights=(6, 1, 2, 1))[0]


def _partner(rng: random.Random, subject: Person) -> tuple[Person, str]:
    """Somebody of the other sex and about the same age, with the word of address."""
    sex = "Nữ" if subject.sex == "Nam" else "Nam"
    near = subject.born + timedelta(days=rng.randrange(-900, 900))
    return make_person(rng, near, sex), "bà" if sex == "Nữ" else "ông"


def purpose(rng: random.Random, subject: Person, may_marry: bool) -> str:
    """What footnote (5) wants: for a marriage, with whom and where."""
    if not may_marry or rng.random() < 0.5:
        return rng.choice(words.PURPOSES)
    other, title = _partner(rng, subject)
    return (
        f"Để đăng ký kết hôn với {title} {other.full_name.title()}, sinh ngày {slashed(rng, other.born)}, "
        f"quốc tịch Việt Nam, số định danh cá nhân {other.personal_id}, tại {commune_office(rng)}, thành phố Hà Nội"
    )


def _residence_change(rng: random.Random) -> dict[str, Truth]:
    """ct01: somebody of a household, with none to three members who move too."""
    subject = make_person(rng)
    head = subject if rng.random() < 0.4 else make_person(rng, day_between(rng, date(1955, 1, 1), date(1985, 1, 1)))
    kin = ("Con", "Vợ", "Cháu") if subject.sex == "Nữ" else ("Con", "Chồng", "Em")
    relation = "Chủ hộ" if head is subject else rng.choice(kin)
    office = f"Công an {commune(rng)}"
    where = f" tại {subject.residence.raw}" if rng.random() < 0.5 else ""
    made = {
        "authority": Truth(office), "subject.full_name": Truth(subject.full_name),
        "subject.date_of_birth": Truth(f"{subject.born.day:02d}/{subject.born.month:02d}/{subject.born.year}"),
        "subject.sex": Truth(subject.sex), "subject.personal_id": Truth(subject.personal_id),
        "subject.phone": Truth(subject.phone), "subject.email": _email_or_none(rng, subject),
        "householder.full_name": Truth(head.full_name), "householder.relation": Truth(relation),
        "householder.personal_id": Truth(head.personal_id),
        "request": Truth(rng.choice(words.REQUESTS) + where, shorter=(rng.choice(words.REQUESTS[:8]),)),
    }
    for row in range(rng.choices((0, 1, 2, 3), weights=(4, 3, 2, 2))[0]):
        member = make_person(rng, day_between(rng, date(1990, 1, 1), date(2024, 1, 1)))
        relation = rng.choice(("Con đẻ", "Vợ" if member.sex == "Nữ" else "Chồng", "Cháu", "Em ruột"))
        cells = {
            "full_name": member.full_name, "date_of_birth": f"{member.born:%d/%m/%Y}", "sex": member.sex,
            "personal_id": member.personal_id, "relation": relation,
        }
        made.update({f"members[{row}].{leaf}": Truth(text) for leaf, text in cells.items()})
    return made


def _email_or_none(rng: random.Random, person: Person) -> Truth:
    roll = rng.random()
    if roll < 0.35:
        return BLANK
    return Truth("Không", FieldStatus.NONE_STATED) if roll < 0.45 else Truth(person.email)


MAKERS = {"khai-sinh": _birth, "khai-tu": _death, "xac-nhan-hon-nhan": _marital, "ct01": _residence_change}
