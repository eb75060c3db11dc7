"""What the invented officers and citizens write. Vietnamese, as it would stand in the papers."""

MISSING_ITEMS = (
    "Bản sao giấy chứng nhận quyền sử dụng đất",
    "Giấy xác nhận tình trạng hôn nhân",
    "Văn bản ủy quyền có chứng thực",
    "Bản vẽ hiện trạng",
    "Giấy khai sinh bản chính",
)
REASONS_FOR_LATENESS = (
    "Hồ sơ nhiều, thiếu cán bộ thụ lý",
    "Chờ ý kiến cơ quan phối hợp",
    "Cần xác minh thực địa lại",
    "Lỗi đường truyền",
)
REASONS_FOR_REJECTION = (
    "Không thuộc thẩm quyền giải quyết của đơn vị",
    "Thành phần hồ sơ không đúng quy định",
    "Thông tin kê khai không khớp với cơ sở dữ liệu",
)
REASONS_FOR_REFUSED_TRANSFER = (
    "Thiếu bản chính kèm theo phiếu kiểm soát",
    "Hồ sơ thuộc địa bàn của đơn vị khác",
    "Chưa có kết quả thẩm tra thực địa",
)
REASONS_FOR_REOPENING = (
    "Kết quả ghi sai thông tin, phải giải quyết lại",
    "Công dân khiếu nại kết quả, có căn cứ xem xét lại",
    "Công dân đề nghị tiếp tục giải quyết hồ sơ đã rút",
)
STEPS = (("TL", "Thụ lý"), ("TD", "Thẩm định"), ("KD", "Ký duyệt"))
ASKED_AGENCIES = ("Chi nhánh Văn phòng Đăng ký đất đai", "Chi cục Thuế khu vực", "Công an cấp xã", "Sở Tư pháp")
EXTENSION_BASIS = "Luật chuyên ngành cho phép gia hạn khi phải xác minh phức tạp"
REORGANISATION_BASIS = "Nghị quyết 1675/NQ-UBTVQH15"
