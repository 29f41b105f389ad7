"""Names of states, reasons and kinds of fields in the overview; what is not here goes by its code."""

from __future__ import annotations

_ = str  # marks texts for the catalogues; the page translates them
PERIODS = {1: _("hôm nay"), 7: _("7 ngày"), 30: _("30 ngày")}
STATES = {
    "received": _("vừa nhận"), "queued": _("chờ máy đọc"), "processing": _("máy đang đọc"),
    "needs_review": _("chờ kiểm tra"), "escalated": _("chờ giám sát"), "postponed": _("để lại sau"),
    "quarantined": _("máy không đọc được"),
}
REASONS = {
    "low_confidence": _("máy đọc chưa chắc"), "required_blank": _("thiếu mục bắt buộc"),
    "label_not_found": _("không thấy mục trên giấy"), "illegible": _("không đọc được"),
    "registry_disagrees": _("khác cơ sở dữ liệu dân cư"), "registry_mismatch": _("không khớp dân cư"),
    "form_uncertain": _("chưa chắc loại giấy"), "unknown_form": _("không rõ loại giấy"),
    "form_named": _("mẫu do người đặt"), "form_disputed": _("người cho là mẫu khác"),
    "reread_failed": _("không đọc lại được"),
    "page_missing": _("thiếu trang"), "blank_document": _("trang trắng"), "not_understood": _("không hiểu giá trị"),
    "held": _("loại trường đang tắt tự nhận"), "poison": _("ba lần đọc không xong"),
    "needs_original": _("cần xem bản giấy"), "contradicts": _("thông tin mâu thuẫn"),
    "rule_unclear": _("chưa rõ quy định"), "suspicious": _("nghi giấy tờ không hợp lệ"),
    "form_unknown": _("không rõ loại giấy"), "fault": _("phần mềm có lỗi"),
}
FIELD_TYPES = {
    "person_name": _("họ tên"), "date": _("ngày tháng"), "date_in_words": _("ngày ghi bằng chữ"),
    "datetime": _("ngày giờ"), "personal_id": _("số định danh"), "identity_paper": _("giấy tờ tùy thân"),
    "address": _("địa chỉ"), "place": _("nơi chốn"), "sex": _("giới tính"), "ethnicity": _("dân tộc"),
    "nationality": _("quốc tịch"), "relation": _("quan hệ"), "phone": _("số điện thoại"), "email": _("thư điện tử"),
    "text": _("văn bản"), "integer": _("số đếm"), "organization": _("cơ quan"), "number": _("số giấy tờ"),
    "book": _("quyển số"), "place_and_date": _("nơi và ngày"), "tick": _("ô đánh dấu"),
}
