"""What the review page says: takes codes and values, gives words in Vietnamese (English in locale/en/review.po)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from digitizer.document import FieldStatus
from digitizer.template import FieldType
from digitizer.vietnam.dates import PartialDate, from_iso
from storage.desk_base import EscalateReason, RejectReason

Translate = Callable[[str], str]

REJECT_WORDS = {
    RejectReason.UNREADABLE: "Bản quét mờ, không đọc được", RejectReason.PAGE_MISSING: "Thiếu trang",
    RejectReason.WRONG_FORM: "Sai mẫu tờ khai", RejectReason.DUPLICATE: "Trùng với hồ sơ đã có",
    RejectReason.NOT_SIGNED: "Thiếu chữ ký", RejectReason.NO_DECLARATION: "Không phải tờ khai",
}
ESCALATE_WORDS = {
    EscalateReason.NEEDS_ORIGINAL: "Cần xem bản giấy", EscalateReason.CONTRADICTS: "Thông tin mâu thuẫn",
    EscalateReason.RULE_UNCLEAR: "Chưa rõ quy định", EscalateReason.SUSPICIOUS: "Nghi giấy tờ không hợp lệ",
    EscalateReason.FORM_UNKNOWN: "Không rõ loại giấy", EscalateReason.FAULT: "Phần mềm có lỗi",
}
# Minutes from now; 0: tomorrow at eight.
POSTPONE_WORDS = {15: "15 phút", 60: "1 giờ", 240: "4 giờ", 0: "8 giờ sáng mai"}
STATUS_WORDS = {
    FieldStatus.FILLED: "", FieldStatus.BLANK: "để trống", FieldStatus.STRUCK: "gạch bỏ",
    FieldStatus.NONE_STATED: "ghi là không có", FieldStatus.ILLEGIBLE: "không đọc được",
    FieldStatus.NOT_FOUND: "không thấy mục này trên giấy",
}
MARK_WORDS = {"machine": "máy nhận", "person": "đã xác nhận", "doubt": "cần xem"}
VERDICT_WORDS = {
    "agrees": "khớp", "disagrees": "khác với trên giấy", "only_registry": "trên giấy để trống",
}
# Main reasons as a filter names them; others go by their code.
REASON_WORDS = {
    "low_confidence": "Máy đọc chưa chắc", "required_blank": "Thiếu mục bắt buộc", "label_not_found": "Không thấy mục",
    "illegible": "Không đọc được", "registry_disagrees": "Khác dữ liệu dân cư", "registry_mismatch":
    "Không khớp dân cư", "registry_not_found": "Không có trong dân cư", "form_uncertain": "Chưa chắc loại giấy",
    "unknown_form": "Không rõ loại giấy", "form_named": "Mẫu do người đặt", "form_disputed": "Người cho là mẫu khác",
    "reread_failed": "Không đọc lại được", "blank_document": "Trang trắng", "page_missing": "Thiếu trang",
    "not_understood": "Không hiểu giá trị", "id_sex_differs": "Số định danh khác giới tính",
    "id_year_differs": "Số định danh khác năm sinh", "surname_marks": "Dấu của họ", "name_unusual": "Tên lạ",
}
# Blocks of fields, by the first part of their ids; what is not here goes without a heading.
BLOCK_WORDS = {
    "requester": "Người yêu cầu", "child": "Người được khai sinh", "mother": "Người mẹ", "father": "Người cha",
    "parents_marriage": "Kết hôn của cha mẹ", "deceased": "Người đã chết", "subject": "Người được đăng ký",
    "householder": "Chủ hộ", "members": "Thành viên cùng thay đổi", "industries": "Ngành nghề",
    "household": "Thành viên hộ", "copies": "Bản sao", "wife": "Bên nữ",
    "husband": "Bên nam", "bride": "Bên nữ", "groom": "Bên nam", "guardian": "Người giám hộ",
    "ward": "Người được giám hộ", "owner": "Chủ sở hữu", "representative": "Người đại diện", "parcel": "Thửa đất",
    "business": "Hộ kinh doanh", "vehicle": "Xe", "registered": "Đã đăng ký", "death_notice": "Giấy báo tử",
    "disability": "Khuyết tật", "impairments": "Dạng khuyết tật", "benefits": "Trợ cấp", "spouse": "Vợ hoặc chồng",
    "agent": "Người được ủy quyền", "principal": "Người ủy quyền", "applicant": "Người nộp hồ sơ",
}


def meaning(kind: str, value: Any, _: Translate) -> str:
    """What a value says, for a person to compare with the paper; '' where the text says it already."""
    if value is None:
        return ""
    if kind in (FieldType.DATE, FieldType.DATE_IN_WORDS, FieldType.DATETIME):
        return _moment(str(value), _)
    if kind in (FieldType.ADDRESS, FieldType.PLACE):
        return _place(value, _)
    if kind == FieldType.IDENTITY_PAPER:
        return _paper(value, _)
    if kind == FieldType.PLACE_AND_DATE:
        return ", ".join(filter(None, (value.get("place"), _moment(value.get("date") or "", _))))
    if kind == FieldType.PERSONAL_ID:
        return f"{value[:3]} {value[3:6]} {value[6:]}"
    return ""


def as_written(value: Any) -> str:
    """A value of the registry as it would be written on paper: 2024-02-01 as 01/02/2024."""
    found = from_iso(value) if isinstance(value, str) else None
    if found is None:
        return str(value)
    parts = [f"{n:02}" for n in (found.day, found.month) if n is not None]
    return "/".join([*parts, str(found.year)])


def _moment(text: str, _: Translate) -> str:
    day, _sep, clock = text.partition("T")
    found = from_iso(day)
    if found is None:
        return ""
    said = _day(found, _)
    if not clock:
        return said
    hour, _sep, minute = clock.partition(":")
    return f"{int(hour)}:{minute or '00'}, {said}"


def _day(day: PartialDate, _: Translate) -> str:
    if day.month is None:
        return _("năm %(year)s") % {"year": day.year}
    if day.day is None:
        return _("tháng %(month)s năm %(year)s") % {"month": day.month, "year": day.year}
    return _("ngày %(day)s tháng %(month)s năm %(year)s") % {"day": day.day, "month": day.month, "year": day.year}


def _place(value: Any, _: Translate) -> str:
    if value.get("unit_name"):
        return _("thuộc %(unit)s (mã %(code)s)") % {"unit": value["unit_name"], "code": value["unit_code"]}
    if value.get("candidates"):
        return _("nhiều nơi trùng tên, chưa rõ nơi nào")
    return _("chưa rõ xã, phường hiện nay")


def _paper(value: Any, _: Translate) -> str:
    issued = from_iso(value.get("issued_on") or "")
    day = _("cấp %(day)s") % {"day": _day(issued, _)} if issued else ""
    return ", ".join(filter(None, (value.get("kind"), value.get("number"), day, value.get("issuer"))))
