"""What the QR code of an identity card says: takes its text, gives the parts that have the shape they must have.

The card of 2021 holds seven fields parted by |: number, old number or nothing, name, birth ddMMyyyy, sex, residence,
issue ddMMyyyy (vietnam.md 1.3). The order of the card of 2024 is not published: what does not fit its place is left."""

from __future__ import annotations

import re
from dataclasses import dataclass

from digitizer.vietnam import ids
from digitizer.vietnam.dates import partial
from digitizer.vietnam.names import odd_characters
from digitizer.vietnam.text import nfc

LONGEST = 600  # characters; a card's code holds about 150


@dataclass(frozen=True, slots=True)
class CardCode:
    """personal_id: 12 digits. The rest '' where missing; dates as dd/mm/yyyy, as the card prints them."""

    personal_id: str
    old_id_number: str = ""
    full_name: str = ""
    date_of_birth: str = ""
    sex: str = ""
    residence: str = ""
    issued_on: str = ""


def parse_card_code(text: str) -> CardCode | None:
    """None for anything whose first field is not a personal number, with the parts behind it: some other code."""
    if len(text) > LONGEST or "\ufffd" in text:
        return None
    parts = [nfc(part) for part in text.split("|")]
    if len(parts) < 6 or not re.fullmatch(r"\d{12}", parts[0], flags=re.ASCII):
        return None
    old, name, born, sex, residence = parts[1:6]
    issued = parts[6] if len(parts) > 6 else ""
    is_name = " " in name and not odd_characters(name)
    return CardCode(
        parts[0], old if ids.parse_old_id(old) else "", name if is_name else "", _day(born),
        sex if sex in ("Nam", "Nữ") else "", residence if re.search(r"[^\W\d_]{2}", residence) else "", _day(issued),
    )


def _day(digits: str) -> str:
    """ddMMyyyy as dd/mm/yyyy; '' for no such day."""
    if not re.fullmatch(r"\d{8}", digits, flags=re.ASCII):
        return ""
    day, month, year = digits[:2], digits[2:4], digits[4:]
    return f"{day}/{month}/{year}" if partial(int(year), int(month), int(day)) else ""
