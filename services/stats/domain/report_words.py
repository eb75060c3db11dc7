"""The words of the weekly quick report in Vietnamese and English; headings of figures stand in `figure_catalog`."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from services.stats.domain.figure import Language
from services.stats.domain.levels import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Everything that a report says in one language, Vietnamese or English."""

    title: str
    scope_everything: str
    number: str
    unit: str
    feedback: str
    total: str
    above_level: str
    levels: Mapping[Level, str]
    heading: str
    notes: tuple[str, ...]
    decimal_mark: str


_VI: Final = Words(
    title="BÁO CÁO NHANH TUẦN",
    scope_everything="Toàn hệ thống",
    number="TT",
    unit="Đơn vị",
    feedback="PAKN",
    total="Tổng cộng",
    above_level="Đơn vị cấp trên tiếp nhận",
    levels=MappingProxyType({"province": "tỉnh", "district": "huyện", "commune": "xã"}),
    heading="{scope}, theo cấp {level}, từ {first} đến hết {last}",
    notes=(
        "Kỳ báo cáo: từ 00:00 thứ Hai {first} đến trước 00:00 thứ Hai {end}; chốt số liệu lúc {as_of} (giờ Việt Nam).",
        "Định nghĩa: {definition}: (sớm hẹn + đúng hẹn) / (sớm hẹn + đúng hẹn + trễ hẹn) của hồ sơ có kết quả trong kỳ, so với "
        "hạn theo quy định; “—” khi không có hồ sơ.",
        "Dừng giải quyết, trả lại hoặc công dân rút: {terminated} hồ sơ, không tính vào “Đã giải quyết”.",
        "Cân đối: tồn kỳ trước {carried_in} + tiếp nhận {received} + mở lại {reopened} + nhận bàn giao do sắp xếp "
        "{transferred_in} = đã giải quyết {resolved} + dừng, trả lại, rút {terminated} + bàn giao do sắp xếp {transferred_out} "
        "+ đang giải quyết {open}.",
        "Tới hạn: còn hạn nhưng hết hạn trong vòng 24 giờ sau lúc chốt số liệu; không tính trong “Trong hạn”.",
        "Chưa rõ hạn: {unknown} hồ sơ đã giải quyết, {open_unknown} hồ sơ đang giải quyết. Chưa rõ kênh tiếp nhận: {no_channel}.",
        "Thư xin lỗi: tính theo hạn theo quy định trong kỳ, cho đơn vị giữ hồ sơ khi quá hạn; “Muộn” gồm cả thư gửi sau hạn gửi "
        "nhưng trước khi quá hạn. “Phải gửi” gồm cả thư được miễn; tỷ lệ = đúng quy định / (phải gửi − được miễn).",
        "PAKN (phản ánh, kiến nghị): chưa được ghi nhận trong hệ thống.",
        "Lập lúc {generated_at}.",
    ),
    decimal_mark=",",
)
_EN: Final = Words(
    title="WEEKLY QUICK REPORT",
    scope_everything="Whole system",
    number="No.",
    unit="Unit",
    feedback="Feedback",
    total="Total",
    above_level="Received by superior units",
    levels=MappingProxyType({"province": "province", "district": "district", "commune": "commune"}),
    heading="{scope}, by {level}, from {first} to {last}",
    notes=(
        "Period: from Monday {first} 00:00 until before Monday {end} 00:00; cut-off {as_of} (time of Vietnam).",
        "Definition: {definition}: (early + on time) / (early + on time + late) of the dossiers with a result in the period, "
        "against the lawful due date; “—” when there are none.",
        "Stopped, returned or withdrawn: {terminated} dossiers, not part of “Resolved”.",
        "Balance: carried in {carried_in} + received {received} + reopened {reopened} + taken over in a reorganisation "
        "{transferred_in} = resolved {resolved} + stopped, returned, withdrawn {terminated} + handed over in a reorganisation "
        "{transferred_out} + open {open}.",
        "Due soon: within term but due within 24 hours after the cut-off; not part of “Within term”.",
        "Deadline not known: {unknown} resolved, {open_unknown} in process. Channel not known: {no_channel}.",
        "Apologies: by lawful due dates in the period, for the unit that held the dossier at the breach; “Late” includes letters "
        "sent after the latest day but before the breach. “Required” includes waived ones; the share is in time / (required − "
        "waived).",
        "Feedback (PAKN): not recorded in the system yet.",
        "Generated at {generated_at}.",
    ),
    decimal_mark=".",
)  # fmt: skip
WORDS: Final[Mapping[Language, Words]] = MappingProxyType({"vi": _VI, "en": _EN})
