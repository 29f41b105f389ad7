"""Letters and slips that nobody wrote: takes a drawing, a face and a random generator, draws a paper of no form."""

from __future__ import annotations

import random
import textwrap

from PIL import ImageDraw

from bench.fonts import Face

_INK = (18, 18, 20)
_KINDS = (
    ("ĐƠN XIN NGHỈ PHÉP", "Kính gửi: Ban Giám đốc Công ty Mẫu"),
    ("GIẤY MỜI HỌP TỔ DÂN PHỐ", "Kính gửi: Ông, bà chủ hộ"),
    ("BIÊN BẢN BÀN GIAO TÀI SẢN", "Hai bên cùng nhau lập biên bản như sau:"),
    ("GIẤY GIỚI THIỆU", "Kính gửi: Quý cơ quan"),
    ("BẢNG KÊ MUA HÀNG", "Cửa hàng vật liệu xây dựng số 5"),
    ("THƯ CẢM ƠN", "Gửi các bác trong ban quản lý chung cư,"),
)
_SENTENCES = (
    "Tôi viết thư này để trình bày một việc nhỏ mong được xem xét.",
    "Trong tháng vừa qua, mưa lớn làm ngập tầng hầm và hỏng hai máy bơm nước.",
    "Ban tổ chức đã thống nhất dời buổi gặp mặt sang tuần sau vào lúc tám giờ sáng.",
    "Họ và tên người nhận: ghi ở mặt sau của phiếu.", "Địa chỉ liên hệ và số điện thoại xin xem ở cuối thư.",
    "Số tiền còn lại sẽ được chuyển khoản sau khi hai bên kiểm tra khối lượng công việc.",
    "Mọi người nhớ mang theo áo mưa, nước uống và găng tay lao động.",
    "Chúng tôi cam kết hoàn thành việc sửa mái trước mùa mưa bão.",
    "Kèm theo thư này là ba tấm ảnh chụp hiện trạng và một bản vẽ tay.",
    "Nếu vắng mặt, đề nghị cử người thay và báo trước một ngày.",
    "Lớp học vẽ mở vào chiều thứ bảy hằng tuần tại nhà sinh hoạt cộng đồng.",
    "Nơi cư trú của từng người được ghi trong danh sách riêng do tổ trưởng giữ.",
    "Xin trân trọng cảm ơn và mong sớm nhận được hồi âm.",
)


def letter(draw: ImageDraw.ImageDraw, face: Face, rng: random.Random, heading: bool) -> None:
    """On an A4 page at 300 dpi; `heading`: with the nation's header on it."""
    size = rng.uniform(48, 56)
    title, address = rng.choice(_KINDS)
    y = 260.0
    if heading:
        for line in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"):
            draw.text((1240, y), line, font=face.at(size), fill=_INK, anchor="ms")
            y += 1.5 * size
        y += size
    draw.text((1240, y), title, font=face.at(1.25 * size), fill=_INK, anchor="ms")
    text = [address, *(" ".join(rng.sample(_SENTENCES, 3)) for _ in range(rng.randint(1, 5)))]
    y += 2 * size
    for paragraph in text:
        for line in textwrap.wrap(paragraph, 66):
            y += 1.5 * size
            draw.text((300, y), line, font=face.at(size), fill=_INK, anchor="ls")
        y += 0.8 * size
