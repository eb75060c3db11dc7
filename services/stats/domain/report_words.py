"""The words of the weekly quick report in Vietnamese and English; what officers read stands here and nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from services.stats.domain.levels import Level

Language = Literal["vi", "en"]

COLUMN_GROUPS: Final = (1, 1, 1, 4, 5, 4, 4, 1)
"""How many columns stand under each heading of `Words.groups`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language."""

    title: str
    scope_everything: str
    groups: tuple[str, ...]
    columns: tuple[str, ...]
    total: str
    above_level: str
    levels: Mapping[Level, str]
    heading: str
    notes: tuple[str, ...]
    decimal_mark: str


_VI: Final = Words(
    title="BÁO CÁO NHANH TUẦN",
    scope_everything="Toàn hệ thống",
    groups=("TT", "Đơn vị", "Tồn kỳ trước", "Nhận vào", "Đã giải quyết", "Đang giải quyết", "Thư xin lỗi", "PAKN"),
    columns=(
        "",
        "",
        "",
        "Tổng",
        "Trực tiếp",
        "Trực tuyến",
        "BCCI",
        "Tổng",
        "Sớm hẹn",
        "Đúng hẹn",
        "Trễ hẹn",
        "Tỷ lệ đúng hạn",
        "Trong hạn",
        "Tới hạn",
        "Chờ bổ sung",
        "Quá hạn",
        "Phải gửi",
        "Đúng quy định",
        "Muộn",
        "Chưa gửi",
        "",
    ),
    total="Tổng cộng",
    above_level="Đơn vị cấp trên tiếp nhận",
    levels=MappingProxyType({"province": "tỉnh", "district": "huyện", "commune": "xã"}),
    heading="{scope}, theo cấp {level}, từ {first} đến hết {last}",
    notes=(
        "Kỳ báo cáo: từ 00:00 thứ Hai {first} đến trước 00:00 thứ Hai {end}; chốt số liệu lúc {as_of} (giờ Việt Nam).",
        "Định nghĩa: {definition}: (sớm hẹn + đúng hẹn) / (sớm hẹn + đúng hẹn + trễ hẹn) của hồ sơ có kết quả trong kỳ, so với "
        "hạn theo quy định; “—” khi không có hồ sơ.",
        "Dừng giải quyết, trả lại hoặc công dân rút: {terminated} hồ sơ, không tính vào “Đã giải quyết”.",
        "Tới hạn: còn hạn nhưng hết hạn trong vòng 24 giờ sau lúc chốt số liệu; không tính trong “Trong hạn”.",
        "Chưa rõ hạn: {unknown} hồ sơ đã giải quyết, {open_unknown} hồ sơ đang giải quyết. Chưa rõ kênh tiếp nhận: {no_channel}.",
        "Thư xin lỗi: tính theo hạn theo quy định trong kỳ, cho đơn vị giữ hồ sơ khi quá hạn; “Muộn” gồm cả thư gửi sau hạn gửi "
        "nhưng trước khi quá hạn.",
        "PAKN (phản ánh, kiến nghị): chưa được ghi nhận trong hệ thống.",
        "Lập lúc {generated_at}.",
    ),
    decimal_mark=",",
)
_EN: Final = Words(
    title="WEEKLY QUICK REPORT",
    scope_everything="Whole system",
    groups=("No.", "Unit", "Carried in", "Received", "Resolved", "In process", "Apologies", "Feedback"),
    columns=(
        "", "", "", "Total", "Direct", "Online", "Postal", "Total", "Early", "On time", "Late", "On-time rate", "Within term",
        "Due soon", "Waiting", "Overdue", "Required", "In time", "Late", "Missing", "",
    ),
    total="Total",
    above_level="Received by superior units",
    levels=MappingProxyType({"province": "province", "district": "district", "commune": "commune"}),
    heading="{scope}, by {level}, from {first} to {last}",
    notes=(
        "Period: from Monday {first} 00:00 until before Monday {end} 00:00; cut-off {as_of} (time of Vietnam).",
        "Definition: {definition}: (early + on time) / (early + on time + late) of the dossiers with a result in the period, "
        "against the lawful due date; “—” when there are none.",
        "Stopped, returned or withdrawn: {terminated} dossiers, not part of “Resolved”.",
        "Due soon: within term but due within 24 hours after the cut-off; not part of “Within term”.",
        "Deadline not known: {unknown} resolved, {open_unknown} in process. Channel not known: {no_channel}.",
        "Apologies: by lawful due dates in the period, for the unit that held the dossier at the breach; “Late” includes letters "
        "sent after the latest day but before the breach.",
        "Feedback (PAKN): not recorded in the system yet.",
        "Generated at {generated_at}.",
    ),
    decimal_mark=".",
)  # fmt: skip
WORDS: Final[Mapping[Language, Words]] = MappingProxyType({"vi": _VI, "en": _EN})
