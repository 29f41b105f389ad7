"""Numbers that name a person or a paper: takes them as written, gives digits, parts and what does not fit.

Sources: vietnam.md 1.1 (personal number), 1.2 (cards), 1.5 (tax code), 1.6 (phones), 4.0 (identity-paper string)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from digitizer.vietnam import units
from digitizer.vietnam.dates import PartialDate, parse_date
from digitizer.vietnam.text import fold_aligned, nfc

_CENTURY_SEX = {str(n): (1900 + 100 * (n // 2), "Nam" if n % 2 == 0 else "Nữ") for n in range(10)}


@dataclass(frozen=True, slots=True)
class PersonalId:
    """What the 12 digits say. Only for comparison with the paper; never a source of sex, year or home (vietnam.md 1.1).

    There is no check digit: a wrong random digit cannot be seen from the number alone."""

    digits: str
    province: str | None  # of the birth registration; None for an unknown prefix, perhaps a country code
    sex: str
    birth_year: int


def digits_of(text: str) -> str:
    """The digits of a number written with spaces, dots, dashes or box borders between them."""
    return re.sub(r"[\s.\-|_·,:;/]", "", nfc(text))


_DOSSIER = re.compile(r"(\d{3}\.\d{2}\.\d{2}\.)?[GH]\d{2}(\.\d+)*-\d{6}-\d{4,6}", flags=re.ASCII)


def is_dossier_code(text: str) -> bool:
    """Whether it is spelled as 000.00.13.H30-211130-0001: agency, day as yymmdd, number (vietnam.md 1.9)."""
    return _DOSSIER.fullmatch(text) is not None


def parse_personal_id(text: str) -> PersonalId | None:
    """Twelve digits, spaces and leader remnants between them borne; None for anything else. Never repaired."""
    digits = digits_of(text)
    if not re.fullmatch(r"\d{12}", digits, flags=re.ASCII):
        return None
    century, sex = _CENTURY_SEX[digits[3]]
    return PersonalId(digits, units.birth_provinces().get(digits[:3]), sex, century + int(digits[4:6]))


def parse_old_id(text: str) -> str | None:
    """The nine digits of a chứng minh nhân dân (of no use since 2025, still written on papers)."""
    digits = digits_of(text)
    return digits if re.fullmatch(r"\d{9}", digits, flags=re.ASCII) else None


@dataclass(frozen=True, slots=True)
class IdentityPaper:
    """kind: 'Căn cước công dân', 'Căn cước', 'Chứng minh nhân dân', 'Hộ chiếu', 'Giấy khai sinh' or None when not
    named. number: without spaces. issuer as written. issued_on None when not written or impossible."""

    kind: str | None
    number: str | None
    issuer: str | None = None
    issued_on: PartialDate | None = None


_KINDS = (
    ("Căn cước công dân", r"can cuoc cong dan|cccd|the can cuoc cong dan"),
    ("Giấy chứng nhận căn cước", r"(giay )?chung nhan can cuoc"),
    ("Căn cước điện tử", r"can cuoc dien tu"),
    ("Căn cước", r"(the )?can cuoc"),
    ("Chứng minh nhân dân", r"(giay )?chung minh (nhan dan|thu)|cmnd|cmtnd|cmt"),
    ("Hộ chiếu", r"ho chieu|passport"),
    ("Giấy khai sinh", r"(giay )?khai sinh|gks"),
    ("Số định danh cá nhân", r"(so )?dinh danh( ca nhan)?|sdd?cn|dd?cn"),
)
# On folded text: a number behind "số", or a long one by itself; the issuer behind do, tại, nơi cấp; the date of issue.
_NUMBER = re.compile(r"\bso\s*:?\s*([a-z]?\d[\d\s./|-]*\d)|(?<![\d/])([a-z]?\d(?:[\s.]?\d){7,11})(?![\d/])")
_ISSUED = re.compile(r"\b(?:ngay cap|cap ngay|cap)\s*:?\s*((?:ngay\s*)?[\d\s./-]+(?:thang[\d\s./-]+nam[\d\s./-]+)?)")
_ISSUER = re.compile(r"\b(?:do|tai|noi cap|co quan cap)\s*:?\s+(.+?)(?=\s*[,;]?\s*\b(?:cap ngay|ngay cap|cap\b)|;|$)")


def parse_identity_paper(text: str) -> IdentityPaper | None:
    """'Căn cước công dân số 025188001010 do Cục Cảnh sát QLHC về TTXH cấp ngày 20/11/2021' into its parts.

    Also 'CCCD: 0251…, cấp ngày …, tại …', a bare number, and a birth certificate 'số 01/2014, quyển số 02 do UBND …'.
    The kind of a bare number is not guessed. None when there is neither a kind nor a number."""
    written = nfc(text)
    folded = fold_aligned(written)
    found = [(match.start(), -len(match.group()), name) for name, pattern in _KINDS
             if (match := re.search(rf"\b(?:{pattern})\b", folded))]
    kind = min(found)[2] if found else None
    number = _paper_number(folded)
    if kind is None and number is None:
        return None
    issued, issuer = _ISSUED.search(folded), _ISSUER.search(folded)
    return IdentityPaper(
        kind, number, written[issuer.start(1):issuer.end(1)].strip(" .,;") if issuer else None,
        parse_date(issued[1]) if issued else None,
    )


def _paper_number(folded: str) -> str | None:
    for match in _NUMBER.finditer(folded):
        if match[1] and folded[:match.start()].rstrip().endswith("quyen"):
            continue
        number = (match[1] or match[2]).strip(" .-").upper()
        return number.replace(" ", "") if "/" in number else re.sub(r"[\s.|-]", "", number)
    return None


def parse_phone(text: str) -> str | None:
    """Digits of a Vietnamese phone, +84 as 0: ten of a mobile phone (03, 05, 07, 08, 09) or eleven of a fixed one
    (02x + 8, vietnam.md 1.6); None for hotlines and anything else."""
    digits = re.sub(r"[\s.()\-|_·]", "", nfc(text))
    digits = re.sub(r"^(?:\+84|0084|84(?=\d{9,10}$))", "0", digits)
    if re.fullmatch(r"0[35789]\d{8}|02\d{9}", digits, flags=re.ASCII):
        return digits
    return None


def parse_email(text: str) -> str | None:
    """An address without spaces, lower case; None when it is none."""
    joined = re.sub(r"\s", "", nfc(text)).strip(".,;").lower()
    return joined if re.fullmatch(r"[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}", joined) else None


def parse_tax_code(text: str) -> str | None:
    """Ten digits with a right check digit, or thirteen with a branch; digits only, branch behind '-'.

    Weights 31 29 23 19 17 13 7 5 3, check = 10 - sum mod 11 (vietnam.md 1.5)."""
    digits = digits_of(text)
    if not re.fullmatch(r"\d{10}(?:\d{3})?", digits, flags=re.ASCII) or digits[:2] == "00" or digits[2:9] == "0" * 7:
        return None
    total = sum(int(d) * w for d, w in zip(digits, (31, 29, 23, 19, 17, 13, 7, 5, 3), strict=False))
    if str(10 - total % 11) != digits[9] or digits[10:] == "000":
        return None
    return digits[:10] + (f"-{digits[10:]}" if digits[10:] else "")


def parse_integer(text: str) -> int | None:
    """'02 bản' -> 2, '1.200' -> 1200, '.2.' -> 2; None where no single number stands."""
    groups = re.findall(r"\d+(?:\.\d{3})+(?!\d)|\d+", nfc(text))
    return int(groups[0].replace(".", "")) if len(groups) == 1 else None
