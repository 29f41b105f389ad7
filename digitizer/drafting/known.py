"""What printed labels commonly mean: takes a label and what stood before it, gives block, leaf and type of its answer.

Words and leaves are those of the official forms (vietnam.md 4); an unknown label gets its id from its own words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from digitizer.template import FieldType
from digitizer.vietnam.text import fold

_TOP = ""  # of no block

# (words of the folded label, leaf, type); the first that is found counts.
_LEAVES: tuple[tuple[str, str, FieldType], ...] = (
    (r"kinh gui", "authority", FieldType.ORGANIZATION),
    (r"^lam tai", "place_and_date", FieldType.PLACE_AND_DATE),
    (r"de nghi cap ban sao", "copies.wanted", FieldType.TICK),
    (r"^so luong( ban)?( sao)?\b", "copies.count", FieldType.INTEGER),
    (r"noi dung de nghi", "request", FieldType.TEXT),
    (r"muc dich", "purpose", FieldType.TEXT),
    (r"ghi bang chu$", "date_of_birth_words", FieldType.DATE_IN_WORDS),
    (r"quan he voi|moi quan he|^quan he", "relation", FieldType.RELATION),
    (r"giay bao tu", "number", FieldType.NUMBER),
    (r"giay to (tuy|nhan) than", "identity_paper", FieldType.IDENTITY_PAPER),
    (r"(cmnd|cccd|can cuoc|ho chieu).*(\bhoac\b|/|,).*(cmnd|cccd|can cuoc|ho chieu|\bhc\b)", "identity_paper",
     FieldType.IDENTITY_PAPER),
    (r"so dinh danh|can cuoc cong dan|so (cccd|cmnd|can cuoc)|cmnd.{0,20}so$", "personal_id", FieldType.PERSONAL_ID),
    (r"(ngay.{0,3} thang.{0,3} nam|ngay/thang/nam|nam|ngay) sinh|^sinh( ngay)?$|sinh ngay", "date_of_birth",
     FieldType.DATE),
    (r"gioi tinh|^nam, nu", "sex", FieldType.SEX),
    (r"dan toc", "ethnicity", FieldType.ETHNICITY),
    (r"ton giao", "religion", FieldType.TEXT),
    (r"quoc tich", "nationality", FieldType.NATIONALITY),
    (r"dien thoai|^s?dt$|thue bao", "phone", FieldType.PHONE),
    (r"e-?mail|thu dien tu", "email", FieldType.EMAIL),
    (r"^fax", "fax", FieldType.PHONE),
    (r"website", "website", FieldType.TEXT),
    (r"dang ky khai sinh", "birth_registered_at", FieldType.PLACE),
    (r"(thuong tru)", "permanent_residence", FieldType.ADDRESS),
    (r"tam tru", "temporary_residence", FieldType.ADDRESS),
    (r"noi o|cho o hien|noi thuong xuyen", "current_residence", FieldType.ADDRESS),
    (r"cu tru", "residence", FieldType.ADDRESS),
    (r"noi sinh", "place_of_birth", FieldType.PLACE),
    (r"que quan|nguyen quan", "home_town", FieldType.PLACE),
    (r"noi chet", "place_of_death", FieldType.PLACE),
    (r"nguyen nhan", "cause_of_death", FieldType.TEXT),
    (r"chet (vao )?luc", "died_at", FieldType.DATETIME),
    (r"tinh trang hon nhan", "marital_status", FieldType.TEXT),
    (r"so nha", "street", FieldType.TEXT),
    (r"^(xa|phuong)\b.*(phuong|xa|dac khu|thi tran)|^(xa|phuong)$", "ward", FieldType.PLACE),
    (r"^tinh\W.*thanh pho|^tinh$", "province", FieldType.PLACE),
    (r"^(huyen|quan)\b", "district", FieldType.PLACE),
    (r"dia chi|tru so", "address", FieldType.ADDRESS),
    (r"nghe nghiep", "occupation", FieldType.TEXT),
    (r"chuc vu", "position", FieldType.TEXT),
    (r"noi lam viec", "workplace", FieldType.TEXT),
    (r"trinh do", "education", FieldType.TEXT),
    (r"ngay cap|cap ngay", "issued_on", FieldType.DATE),
    (r"^noi cap|^co quan cap|noi cap$", "issued_by", FieldType.ORGANIZATION),
    (r"da dang ky tai|dang ky tai", "registered_at", FieldType.ORGANIZATION),
    (r"^ho\b.*\bten\b|ho va ten|ho ten|^(ten )?toi la|^ten chu|nguoi dai dien$", "full_name", FieldType.PERSON_NAME),
    (r"\bso (nguoi|lao dong|cho ngoi|tang|con)\b", "count", FieldType.INTEGER),
    (r"^tong so", "total", FieldType.TEXT),
    (r"quyen so", "book", FieldType.BOOK),
    (r"^do$", "issuer", FieldType.ORGANIZATION),
    (r"^(cap|dang ky)$", "date", FieldType.DATE),
    (r"^tai$", "authority", FieldType.ORGANIZATION),
    (r"^so$|\bso$", "number", FieldType.NUMBER),
    (r"\bden ngay$|^gia tri den|^ngay het han", "valid_until", FieldType.DATE),
    (r"\btu (ngay|thang|thoi diem)$", "since", FieldType.DATE),
    (r"^ngay\b|^thoi (gian|diem)|\bngay$", "date", FieldType.DATE),
    (r"^nam (san xuat|hoan thanh)", "year", FieldType.DATE),
    (r"^ly do", "reason", FieldType.TEXT),
    (r"^noi dung", "content", FieldType.TEXT),
)
_OWN_BLOCK = {"authority", "place_and_date", "copies.wanted", "copies.count", "request", "purpose"}

# Words of a heading, or of a name's label, that begin a block of questions about somebody or something.
_BLOCKS: tuple[tuple[str, str], ...] = (
    (r"giay chung nhan ket hon", "parents_marriage"),
    (r"giay bao tu", "death_notice"),
    (r"khai thay", "proxy"),
    (r"nguoi yeu cau|nguoi lam don|nguoi de nghi|nguoi khai", "requester"),
    (r"nguoi (co ten )?duoi day", "subject"),
    (r"nguoi me|ho ten me|thong tin.{0,10}\bme\b|^me\b|\bten me\b", "mother"),
    (r"nguoi cha|ho ten cha|thong tin.{0,10}\bcha\b|^cha\b|\bten cha\b", "father"),
    (r"chu ho\b(?! kinh)", "householder"),
    (r"duoc giam ho", "subject"),
    (r"giam ho", "guardian"),
    (r"dai dien", "representative"),
    (r"ben nu|\bvo\b", "spouse_female"),
    (r"ben nam|\bchong\b", "spouse_male"),
    (r"chu xe|chu so huu|nguoi su dung dat", "owner"),
    (r"thua dat", "parcel"),
    (r"ho kinh doanh|doanh nghiep|co so kinh doanh", "business"),
)
_SUBJECTS = ((r"khai sinh", "child"), (r"khai tu", "deceased"))
_NUMBER = re.compile(r"^\s*(\(?\d+(\.\d+)*[.)]?|[a-zđ]\)|[-–+•*]|[IVX]+\.)\s+(?=\S)|^\d+(\.\d+)*[.)]", re.IGNORECASE)
_ASIDE = re.compile(r"\([^()]*\)")


@dataclass(frozen=True, slots=True)
class Meaning:
    """leaf: last part of the id. known: found in the list, not made of the label's words. own: needs no block."""

    leaf: str
    type: FieldType
    known: bool
    own: bool = False


def bare(label: str) -> str:
    """The label folded, without number, asides in brackets and colon: what the list is searched with."""
    plain = _ASIDE.sub(" ", _NUMBER.sub("", label.strip()))
    return " ".join(fold(plain).strip(" ,.:;?-").split())


def meaning(label: str, slashes: bool = False, in_block: bool = False) -> Meaning:
    """`slashes`: the answer is parted by printed slashes, as dates are. in_block: "tại" and "số" then say of what."""
    words = bare(label)
    for pattern, leaf, kind in _LEAVES:
        if re.search(pattern, words):
            own = leaf in _OWN_BLOCK and not (in_block and leaf == "authority" and words == "tai")
            return Meaning(leaf, kind, True, own)
    return Meaning(slug(words), FieldType.DATE if slashes else FieldType.TEXT, False)


def slug(words: str, most: int = 5) -> str:
    """"dien tich su dung" to dien_tich_su_dung: lower-case ASCII, at most so many words."""
    parts = [p for p in re.split(r"[^a-z0-9]+", fold(words)) if p][:most]
    joined = "_".join(parts)
    return joined if joined[:1].isalpha() else f"field_{joined}" if joined else "field"


def block_of(text: str, title: str) -> str | None:
    """The block that a heading or a name's label begins; None for print that begins none."""
    words = bare(text)
    for pattern, block in _BLOCKS:
        if re.search(pattern, words):
            if block == "subject":
                return next((b for p, b in _SUBJECTS if re.search(p, fold(title))), "subject")
            return block
    return None
