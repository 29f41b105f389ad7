"""Administrative documents by name and number: takes text as read, gives the kind of document and its number.

Kinds and their short forms: Nghị định 30/2020/NĐ-CP, annex III, and the legal documents that are laid out alike."""

from __future__ import annotations

import re

from rapidfuzz import fuzz

from digitizer.vietnam.text import fold, nfc

OFFICIAL_LETTER = "Công văn"  # bears no name: its subject stands under the number, behind "V/v"
KINDS = {
    "Nghị quyết": "NQ", "Quyết định": "QĐ", "Chỉ thị": "CT", "Quy chế": "QC", "Quy định": "QyĐ", "Thông cáo": "TC",
    "Thông báo": "TB", "Hướng dẫn": "HD", "Chương trình": "CTr", "Kế hoạch": "KH", "Phương án": "PA", "Đề án": "ĐA",
    "Dự án": "DA", "Báo cáo": "BC", "Tờ trình": "TTr", "Công điện": "CĐ", "Giấy mời": "GM", "Nghị định": "NĐ",
    "Thông tư": "TT", "Luật": "QH", "Pháp lệnh": "UBTVQH",
}
_NUMBER = re.compile(r"(\d{1,6}[a-z]?(?:\.\d{1,3})?)\s*/\s*((?:\d{4}\s*/\s*)?[A-ZĐƯ][A-Za-zĐđƯư0-9.&\- ]*)")
_LIKE = 88.0


def document_number(text: str) -> str:
    """'Số: 23 /BC-UBND' -> '23/BC-UBND'; '' where no number with the mark of its office stands."""
    found = _NUMBER.search(nfc(text).replace("–", "-"))
    if not found:
        return ""
    mark = re.sub(r"\s", "", found[2]).rstrip(".-")
    return f"{found[1]}/{mark}" if len(mark) > 1 else ""


def document_kind(text: str) -> str:
    """The kind that a line names, with nothing else on it but a stroke or two of noise; '' for any other line."""
    words = [w for w in nfc(text).split() if sum(c.isalpha() for c in w) > 1]
    for first in range(len(words)):
        for count in (1, 2):
            name = " ".join(words[first:first + count])
            if len(words) - count > 1 or not name.isupper():
                continue
            best = max(KINDS, key=lambda kind: fuzz.ratio(fold(kind), fold(name)))
            if fuzz.ratio(fold(best), fold(name)) >= _LIKE and len(name.split()) == len(best.split()):
                return best
    return ""


def kind_of_number(number: str) -> str:
    """What the mark of a number says: '16/CT-UBND' -> 'Chỉ thị'; '' where it names none, as of official letters."""
    mark = number.split("/")[-1]
    parts = re.split(r"[-.]", mark)
    return next((kind for kind, short in KINDS.items() if parts[0] == short), "")
