"""What stands on an invented vehicle's registration form: takes a random generator, gives Truths by field id."""

from __future__ import annotations

import random
from datetime import date

from bench import words
from bench.people import TODAY, Truth, commune, day_between, long_date, make_person

_REASONS = ("Đăng ký xe lần đầu", "Đăng ký sang tên", "Cấp đổi biển số xe")


def _registration(rng: random.Random) -> dict[str, Truth]:
    """xe: a motorcycle or a car; the printouts of electronic data repeat what is declared."""
    owner, day = make_person(rng), day_between(rng, date(2025, 6, 1), TODAY)
    reason = rng.choice(_REASONS)
    plate = f"29{rng.choice('ABCDEFGH')}-{rng.randrange(100, 999)}.{rng.randrange(10, 99)}"
    dealer = f"Công ty TNHH ô tô xe máy {rng.choice(words.WARDS)}"
    price, digits = rng.randrange(18, 700), rng.randrange(10**5, 10**6)
    made = {
        "plate.old": Truth(plate if reason != _REASONS[0] else "Không", shorter=("Không",)),
        "owner.name": Truth(owner.full_name.upper()), "owner.residence": owner.residence,
        "owner.phone": Truth(owner.phone), "owner.identity_number": Truth(owner.personal_id),
        "owner.paper_kind": Truth("CCCD"), "owner.paper_issuer": Truth("Bộ Công an"),
        "owner.paper_issued_on": Truth(f"{day_between(rng, date(2021, 3, 1), date(2025, 6, 1)):%d/%m/%Y}"),
        "applicant.full_name": Truth(owner.full_name.title()), "applicant.identity_number": Truth(owner.personal_id),
        "applicant.phone": Truth(owner.phone), "vehicle.origin": Truth("Lắp ráp trong nước"),
        "fee_document": Truth(f"01{digits}"), "online_dossier_code": Truth(f"G01.{digits}"), "reason": Truth(reason),
        "attachments": Truth("Hóa đơn điện tử, tờ khai lệ phí trước bạ"), "signed_on": Truth(long_date(day)),
        "source.code": Truth(f"KT{digits}"), "source.maker": Truth(dealer), "fee.code": Truth(f"LP{digits}"),
        "fee.taxpayer": Truth(owner.full_name.upper()), "fee.residence": owner.residence,
        "fee.tax_office": Truth(f"Thuế cơ sở {rng.randrange(1, 20)} thành phố Hà Nội"),
        "fee.value": Truth(f"{price}.000.000"), "fee.amount": Truth(f"{price * 2}0.000"),
        "fee.paid_on": Truth(f"{day:%d/%m/%Y}"), "invoice.issued_on": Truth(f"{day:%d/%m/%Y}"),
        "invoice.form": Truth("1"), "invoice.series": Truth(f"C{day:%y}TAA"), "invoice.number": Truth(str(digits)),
        "invoice.kind": Truth("Hóa đơn giá trị gia tăng"), "invoice.seller": Truth(dealer),
        "invoice.seller_tax_code": Truth("0100109106"), "invoice.seller_address": Truth(f"{commune(rng)}, Hà Nội"),
        "invoice.buyer": Truth(owner.full_name.title()), "invoice.buyer_address": owner.residence,
        "invoice.buyer_identity": Truth(owner.personal_id), "invoice.total": Truth(f"{price}.000.000 đồng"),
    }
    described = _described(rng)
    made["invoice.goods"] = Truth(f"Xe {described['make'].raw} {described['model'].raw}")
    for block in ("vehicle", "source", "fee"):
        made |= {f"{block}.{leaf}": truth for leaf, truth in described.items()}
    return made


def _described(rng: random.Random) -> dict[str, Truth]:
    make, model, kind, capacity, power, seats = rng.choice(words.VEHICLES)
    letters = "".join(rng.choice("ABCDEFGHKLMNPRSTUVXYZ") for _ in range(4))
    mass = rng.randrange(95, 130) if seats == "2" else rng.randrange(1050, 1300)
    return {
        "make": Truth(make), "model": Truth(model), "kind": Truth(kind), "capacity": Truth(capacity),
        "power": Truth(power), "engine_number": Truth(f"{letters}{rng.randrange(10**6, 10**7)}"),
        "chassis_number": Truth(f"RLH{letters}{rng.randrange(10**9, 10**10)}"),
        "colour": Truth(rng.choice(words.COLOURS)), "seats": Truth(seats),
        "built_in": Truth(str(rng.randrange(2019, 2027))), "kerb_mass": Truth(str(mass)),
        "gross_mass": Truth(str(mass + 350)),
    }


MAKERS = {"xe": _registration}
