"""What the pages of checking call things: kinds of fields, reasons of a hold (English in locale/en/quality.po)."""

from __future__ import annotations

_ = str  # marks texts for the catalogues
TYPE_NAMES = {
    "person_name": _("họ tên"), "date": _("ngày"), "date_in_words": _("ngày bằng chữ"), "datetime": _("ngày giờ"),
    "personal_id": _("số định danh"), "identity_paper": _("giấy tờ tùy thân"), "address": _("địa chỉ"),
    "place": _("nơi chốn"), "sex": _("giới tính"), "ethnicity": _("dân tộc"), "nationality": _("quốc tịch"),
    "relation": _("quan hệ"), "phone": _("điện thoại"), "email": _("thư điện tử"), "text": _("chữ tự do"),
    "integer": _("số đếm"), "organization": _("cơ quan"), "number": _("số giấy tờ"), "book": _("quyển số"),
    "place_and_date": _("nơi và ngày"), "tick": _("ô đánh dấu"),
}
# Last parts of field ids that can be keyed twice beside whole types.
LEAF_NAMES = {"date_of_birth": _("ngày sinh")}
HOLD_NAMES = {
    "errors": _("mẫu kiểm tra có nhiều lỗi hơn mức cho phép"),
    "calibration": _("sai nhiều hơn độ tin cậy mà máy báo"), "person": _("giám sát dừng"),
}
