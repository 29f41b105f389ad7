"""The words that invented people and their papers are made of: takes nothing, gives tuples; every list is our own."""

from __future__ import annotations

# Shares in per cent, the 2005 national study (techz.vn, luatduonggia.edu.vn).
SURNAMES: tuple[tuple[str, float], ...] = (
    ("Nguyễn", 38.4), ("Trần", 11.5), ("Lê", 9.5), ("Phạm", 7.0), ("Hoàng", 4.1), ("Huỳnh", 1.0), ("Phan", 4.5),
    ("Vũ", 2.9), ("Võ", 1.0), ("Đặng", 2.1), ("Bùi", 2.0), ("Đỗ", 1.4), ("Hồ", 1.3), ("Ngô", 1.3), ("Dương", 1.0),
    ("Lý", 0.5), ("Đinh", 0.6), ("Đào", 0.6), ("Trịnh", 0.5), ("Đoàn", 0.5), ("Mai", 0.4), ("Kiều", 0.3), ("Tạ", 0.3),
    ("Chu", 0.3), ("Lưu", 0.3), ("Quách", 0.2), ("Nghiêm", 0.2), ("Khuất", 0.1), ("Giáp", 0.1), ("Ứng", 0.1),
)

MIDDLE_MALE = (
    "Văn", "Hữu", "Đức", "Công", "Quang", "Minh", "Xuân", "Đình", "Quốc", "Anh", "Bá", "Thế", "Trọng", "Gia", "Hải",
    "Tiến", "Việt", "Duy", "Mạnh", "Khắc", "Phúc", "Hoàng", "Ngọc", "Bảo", "Tuấn", "Thành", "Viết", "Trung",
)
MIDDLE_FEMALE = (
    "Thị", "Thị", "Thị", "Ngọc", "Thu", "Thùy", "Thúy", "Phương", "Minh", "Diệu", "Hồng", "Khánh", "Bích", "Mỹ", "Lan",
    "Thanh", "Quỳnh", "Kim", "Hải", "Bảo", "Thị Thu", "Thị Ngọc", "Thị Thanh", "Thị Hồng", "Thị Bích", "Thị Mỹ",
)
GIVEN_MALE = (
    "Hùng", "Hưng", "Dũng", "Cường", "Tuấn", "Thắng", "Minh", "Quân", "Sơn", "Long", "Hải", "Nam", "Phong", "Khoa",
    "Đạt", "Kiên", "Bình", "Thịnh", "Toàn", "Vinh", "Hiếu", "Nghĩa", "Lâm", "Duy", "Khải", "Tùng", "Trường", "Việt",
    "Quyết", "Đức", "Thưởng", "Huỳnh", "Ước", "Chiến", "Hậu", "Khiêm", "Luật", "Mạnh", "Nhật", "Phước", "Tráng",
)
GIVEN_FEMALE = (
    "Anh", "Hương", "Hường", "Hằng", "Thảo", "Trang", "Linh", "Nga", "Ngọc", "Mai", "Lan", "Yến", "Oanh", "Thủy",
    "Thúy", "Nhung", "Hạnh", "Phượng", "Quyên", "Vân", "Dung", "Hiền", "Huệ", "Loan", "Ngân", "Thơm", "Tuyết", "Xuân",
    "Giang", "Bình", "Chi", "Diệp", "Hoài", "Khuê", "Lý", "Miền", "Nguyệt", "Như", "Trâm", "Uyên", "Vy", "Thưởng",
)

ETHNIC_GROUPS = (
    ("Kinh", 88), ("Tày", 3), ("Mường", 4), ("Thái", 2), ("Dao", 1), ("Nùng", 1), ("Hoa", 0.5), ("Sán Dìu", 0.5),
)

WARDS = (
    "Ba Đình", "Ngọc Hà", "Giảng Võ", "Hoàn Kiếm", "Cửa Nam", "Phú Thượng", "Hồng Hà", "Tây Hồ", "Bồ Đề", "Việt Hưng",
    "Phúc Lợi", "Long Biên", "Nghĩa Đô", "Cầu Giấy", "Yên Hòa", "Ô Chợ Dừa", "Láng", "Kim Liên", "Đống Đa",
    "Hai Bà Trưng", "Vĩnh Tuy", "Bạch Mai", "Vĩnh Hưng", "Định Công", "Tương Mai", "Lĩnh Nam", "Hoàng Mai",
    "Hoàng Liệt", "Yên Sở", "Phương Liệt", "Khương Đình", "Thanh Xuân", "Từ Liêm", "Thượng Cát", "Đông Ngạc",
    "Xuân Đỉnh", "Tây Tựu", "Phú Diễn", "Xuân Phương", "Tây Mỗ", "Đại Mỗ", "Thanh Liệt", "Kiến Hưng", "Hà Đông",
    "Yên Nghĩa", "Phú Lương", "Sơn Tây", "Tùng Thiện", "Dương Nội", "Chương Mỹ",
)
COMMUNES = (
    "Sóc Sơn", "Trung Giã", "Đa Phúc", "Nội Bài", "Đông Anh", "Phúc Thịnh", "Thư Lâm", "Phù Đổng", "Thuận An",
    "Gia Lâm", "Bát Tràng", "Thanh Trì", "Ngọc Hồi", "Quang Minh", "Mê Linh", "Quảng Oai", "Ba Vì", "Phúc Thọ",
    "Đan Phượng", "Hoài Đức", "An Khánh", "Quốc Oai", "Thạch Thất", "Hòa Lạc", "Xuân Mai", "Thanh Oai", "Thường Tín",
    "Phú Xuyên", "Ứng Hòa", "Mỹ Đức", "Hương Sơn",
)
# (commune-level unit, district-level unit) of before 01/7/2025, all of Hà Nội
OLD_UNITS = (
    ("phường Trung Hòa", "quận Cầu Giấy"), ("phường Mai Dịch", "quận Cầu Giấy"), ("phường Kim Mã", "quận Ba Đình"),
    ("phường Phúc Xá", "quận Ba Đình"), ("phường Hàng Bạc", "quận Hoàn Kiếm"), ("phường Khâm Thiên", "quận Đống Đa"),
    ("phường Thịnh Quang", "quận Đống Đa"), ("phường Bách Khoa", "quận Hai Bà Trưng"),
    ("phường Đại Kim", "quận Hoàng Mai"), ("phường Khương Trung", "quận Thanh Xuân"),
    ("phường Mỹ Đình 1", "quận Nam Từ Liêm"), ("phường Cổ Nhuế 2", "quận Bắc Từ Liêm"),
    ("phường Vạn Phúc", "quận Hà Đông"), ("phường Ngọc Lâm", "quận Long Biên"), ("thị trấn Trâu Quỳ", "huyện Gia Lâm"),
    ("xã Tân Triều", "huyện Thanh Trì"), ("xã Kim Chung", "huyện Đông Anh"), ("xã Di Trạch", "huyện Hoài Đức"),
    ("thị trấn Phùng", "huyện Đan Phượng"), ("xã Phú Cường", "huyện Sóc Sơn"), ("phường Quang Trung", "thị xã Sơn Tây"),
)
STREETS = (
    "Láng Hạ", "Nguyễn Trãi", "Giải Phóng", "Kim Mã", "Tôn Đức Thắng", "Xã Đàn", "Trần Duy Hưng", "Lạc Long Quân",
    "Hoàng Quốc Việt", "Phạm Văn Đồng", "Nguyễn Văn Cừ", "Ngọc Hồi", "Trương Định", "Minh Khai", "Bạch Mai",
    "Quan Nhân", "Khương Đình", "Tam Trinh", "Thụy Khuê", "Đê La Thành", "Hào Nam", "Lĩnh Nam", "Định Công", "Âu Cơ",
    "Nghi Tàm", "Cầu Giấy", "Phùng Khoang", "Tố Hữu", "Văn Quán", "Phúc Diễn", "Hồ Tùng Mậu", "Ngô Gia Tự",
)
VILLAGES = (
    "Đoài", "Thượng", "Hạ", "Trung", "Đông", "Ngãi Cầu", "Yên Lộ", "Phú Mỹ", "Văn Trì", "Đồng Nhân", "Vân Lũng",
    "Lưu Xá", "Cổ Điển", "Quỳnh Đô", "Sơn Đồng", "Tiền Lệ", "Hậu Ái", "Phương Viên", "Cao Trung", "Thọ Lão",
)
# (prefix of the personal number, home town as written since 01/7/2025), of the old province with that prefix
HOME_TOWNS = (
    ("001", ""), ("036", "xã Hải Hậu, tỉnh Ninh Bình"), ("036", "xã Xuân Trường, tỉnh Ninh Bình"),
    ("034", "xã Kiến Xương, tỉnh Hưng Yên"), ("034", "xã Quỳnh Phụ, tỉnh Hưng Yên"),
    ("035", "phường Phủ Lý, tỉnh Ninh Bình"), ("033", "xã Văn Giang, tỉnh Hưng Yên"),
    ("030", "xã Cẩm Giàng, thành phố Hải Phòng"), ("024", "xã Lục Ngạn, tỉnh Bắc Ninh"),
    ("027", "phường Từ Sơn, tỉnh Bắc Ninh"), ("025", "xã Thanh Ba, tỉnh Phú Thọ"),
    ("038", "xã Nga Sơn, tỉnh Thanh Hóa"),
    ("040", "xã Quỳnh Lưu, tỉnh Nghệ An"), ("037", "xã Kim Sơn, tỉnh Ninh Bình"),
    ("026", "xã Vĩnh Tường, tỉnh Phú Thọ"), ("019", "xã Đại Từ, tỉnh Thái Nguyên"),
    ("020", "xã Hữu Lũng, tỉnh Lạng Sơn"), ("031", "xã Tiên Lãng, thành phố Hải Phòng"),
    ("017", "xã Lương Sơn, tỉnh Phú Thọ"), ("008", "xã Chiêm Hóa, tỉnh Tuyên Quang"),
    ("022", "xã Ba Chẽ, tỉnh Quảng Ninh"), ("042", "xã Cẩm Xuyên, tỉnh Hà Tĩnh"),
)
HOSPITALS = (
    ("Bệnh viện Phụ sản Hà Nội", "phường Giảng Võ"), ("Bệnh viện Bạch Mai", "phường Kim Liên"),
    ("Bệnh viện Phụ sản Trung ương", "phường Cửa Nam"), ("Bệnh viện đa khoa Đức Giang", "phường Việt Hưng"),
    ("Bệnh viện đa khoa Hà Đông", "phường Hà Đông"), ("Bệnh viện Thanh Nhàn", "phường Bạch Mai"),
    ("Bệnh viện Hữu nghị Việt Đức", "phường Hoàn Kiếm"), ("Bệnh viện đa khoa Xanh Pôn", "phường Ba Đình"),
    ("Trạm y tế xã Đông Anh", "xã Đông Anh"), ("Bệnh viện E", "phường Nghĩa Đô"),
)
CAUSES_OF_DEATH = (
    "Tuổi già", "Già yếu", "Nhồi máu cơ tim", "Đột quỵ não", "Ung thư phổi giai đoạn cuối", "Tai nạn giao thông",
    "Suy thận mạn giai đoạn cuối", "Viêm phổi nặng, suy hô hấp", "Xuất huyết não", "Ung thư gan", "Bệnh tim mạch",
    "Xơ gan mất bù", "Nhiễm trùng huyết",
)
PURPOSES = (
    "Để vay vốn ngân hàng", "Bổ sung hồ sơ mua nhà ở xã hội", "Làm thủ tục chuyển nhượng quyền sử dụng đất",
    "Bổ sung hồ sơ xin việc làm", "Làm thủ tục xuất khẩu lao động tại Nhật Bản", "Mua bán nhà đất",
    "Làm thủ tục thừa kế tài sản", "Bổ sung hồ sơ nhận nuôi con nuôi",
)
REQUESTS = (
    "Đăng ký thường trú", "Đăng ký tạm trú", "Tách hộ", "Gia hạn tạm trú", "Xác nhận thông tin về cư trú",
    "Điều chỉnh thông tin về cư trú", "Xóa đăng ký thường trú", "Khai báo thông tin về cư trú",
    "Đăng ký thường trú về cùng hộ với vợ", "Đăng ký tạm trú theo hợp đồng thuê nhà", "Nhập hộ khẩu cho con mới sinh",
)
PAPER_ISSUERS = ("Cục Cảnh sát QLHC về TTXH", "Bộ Công an")
ONES = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
# (main line of business, its code of four digits in the industry list of 2018)
TRADES = (
    ("Bán lẻ lương thực, thực phẩm", "4711"), ("Dịch vụ ăn uống", "5610"), ("Cắt tóc, làm đầu, gội đầu", "9631"),
    ("Bán lẻ hàng may mặc", "4771"), ("Sửa chữa mô tô, xe máy", "4542"), ("Dịch vụ phục vụ đồ uống", "5630"),
)
CAPITALS = (("50", "năm mươi triệu"), ("100", "một trăm triệu"), ("200", "hai trăm triệu"), ("80", "tám mươi triệu"))
OCCUPATIONS = (
    "Kỹ sư xây dựng", "Giáo viên", "Công nhân", "Nhân viên văn phòng", "Lái xe", "Nội trợ", "Buôn bán", "Kế toán",
    "Nông dân", "Sinh viên",
)
EDUCATION = ("12/12", "Đại học", "Cao đẳng", "Trung cấp", "9/12")
RELIGIONS = ("Không", "Không", "Không", "Phật giáo", "Công giáo")
BLOOD_TYPES = ("A", "B", "AB", "O")
# (country as a nationality is written, a town there)
ABROAD = (
    ("Hoa Kỳ", "thành phố Houston, bang Texas, Hoa Kỳ"), ("Pháp", "thành phố Lyon, Pháp"),
    ("Đức", "thành phố Leipzig, Đức"), ("Ca-na-đa", "thành phố Calgary, Ca-na-đa"),
)
# Offices above the commune; none of their names is a ward's.
POLICE = ("Công an thành phố Hà Nội", "Phòng Cảnh sát giao thông", "Phòng CSGT - Công an thành phố Hà Nội")
LAND_OFFICES = (
    "Văn phòng Đăng ký đất đai Hà Nội", "Chi nhánh Văn phòng Đăng ký đất đai", "Sở Nông nghiệp và Môi trường Hà Nội",
)
BUILDING_OFFICES = ("Sở Xây dựng Hà Nội", "Sở Xây dựng thành phố Hà Nội")
DESKS = ("Trung tâm Phục vụ hành chính công Hà Nội", "Chi nhánh số 1 Trung tâm Phục vụ hành chính công")
DRIVING_SCHOOLS = (
    "Trung tâm dạy nghề lái xe số 1", "Trường Cao đẳng nghề Hà Nội", "Trung tâm đào tạo lái xe Sao Mai",
)
LICENCE_ISSUERS = ("Sở GTVT Hà Nội", "Sở Giao thông vận tải Hà Nội", "Phòng CSGT Hà Nội")
# (make, model, kind, capacity in cm³, power in kW, seats)
VEHICLES = (
    ("HONDA", "WAVE ALPHA", "Mô tô hai bánh", "109", "6,1", "2"),
    ("YAMAHA", "SIRIUS", "Mô tô hai bánh", "110", "6,6", "2"),
    ("TOYOTA", "VIOS 1.5", "Ô tô con", "1496", "79", "5"), ("HYUNDAI", "ACCENT", "Ô tô con", "1497", "84", "5"),
)
COLOURS = ("Đen", "Trắng", "Đỏ", "Bạc", "Xanh")
