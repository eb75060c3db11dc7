"""One dossier of each kind, found among the published events, so that whoever sees the demo can have each explained.

In: structured CloudEvents of both topics; out: for every kind the shortest dossier of it. What a dossier is follows from what was
reported and from what the clocks stated: nothing is judged here.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from events.results import ENDING_KIND_BY_TYPE

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
Event = Mapping[str, Any]


class Story:
    """Everything known of one dossier, by type, in order."""

    def __init__(self, events: Iterable[Event]) -> None:
        self.events = sorted(events, key=lambda one: (one["streamseq"], one["time"], one["type"]))
        self.by_type: dict[str, list[Event]] = defaultdict(list)
        for event in self.events:
            self.by_type[event["type"].removesuffix(".v1")].append(event)

    def has(self, *types: str) -> bool:
        """Whether all of these were said."""
        return all(name in self.by_type for name in types)

    def says(self, event_type: str, **data: object) -> bool:
        """Whether an event of a type says all this in its data."""
        said = (one["data"] for one in self.by_type.get(event_type, ()))
        return any(all(one.get(name) == value for name, value in data.items()) for one in said)

    @property
    def outcome(self) -> str:
        """The class that was stated last, of a dossier with one ending and a result; else nothing."""
        stated = self.by_type.get("ending-classified", [])
        is_plain = len(stated) == 1 and self.has("result-ready-at-counter") and not self.has("dossier-reopened")
        return str(stated[0]["data"]["outcome"]) if is_plain else ""

    @property
    def stands_still(self) -> bool:
        """Whether it is open and its clock waits for the citizen."""
        said = [one for one in self.events if one["data"].get("clock_kind", "dossier") == "dossier"]
        turns = [one["type"] for one in said if one["type"] in ENDING_KIND_BY_TYPE or one["type"].startswith("clock-")]
        return bool(turns) and turns[-1] == "clock-paused.v1"

    def reopened(self) -> tuple[date, date] | None:
        """The local days of the first ending that was taken back, and of its reopening; None: never reopened."""
        reopened = self.by_type.get("dossier-reopened")
        if not reopened:
            return None
        number = reopened[0]["streamseq"]
        ended = [one for one in self.events if one["type"] in ENDING_KIND_BY_TYPE and one["streamseq"] < number]
        return _day(ended[-1]), _day(reopened[0])


def _day(event: Event) -> date:
    return datetime.fromisoformat(event["time"]).astimezone(VIETNAM).date()


def _is_reopened_in_its_week(one: Story) -> bool:
    days = one.reopened()
    return days is not None and days[0].isocalendar()[:2] == days[1].isocalendar()[:2]


def _is_reopened_in_a_later_month(one: Story) -> bool:
    days = one.reopened()
    return days is not None and days[0].replace(day=1) < days[1].replace(day=1)


def _is_begun_again(one: Story) -> bool:
    begun = [event["data"]["step_code"] for event in one.by_type.get("step-started", ())]
    return len(begun) > len(set(begun))


@dataclass(frozen=True, slots=True)
class Kind:
    """What a dossier may be, in both languages."""

    vi: str
    en: str
    is_it: Callable[[Story], bool]


@dataclass(frozen=True, slots=True)
class Example:
    """One dossier of a kind; no code: there is none among these events."""

    kind: Kind
    code: str | None


KINDS: tuple[Kind, ...] = (
    Kind("Sớm hẹn", "early", lambda one: one.outcome == "early"),
    Kind("Đúng hẹn", "on time", lambda one: one.outcome == "on_time"),
    Kind("Trễ hẹn, chưa xin lỗi", "late, no letter", lambda one: one.outcome == "late" and not one.has("apology-sent")),
    Kind(
        "Trễ hẹn, thư xin lỗi đúng quy định", "late, letter in time",
        lambda one: one.outcome == "late" and one.says("apology-classified", apology_class="sent_in_time"),
    ),
    Kind("Trễ hẹn, thư xin lỗi muộn", "late, letter late", lambda one: one.says("apology-classified", apology_class="sent_late")),
    Kind("Trễ hẹn, được miễn thư", "late, letter waived", lambda one: one.says("apology-classified", apology_class="waived")),
    Kind("Trễ hẹn lần hai", "second breach", lambda one: one.has("second-breach-recorded")),
    Kind("Báo trước có nguy cơ trễ", "lateness foreseen", lambda one: one.has("lateness-foreseen")),
    Kind(
        "Báo cáo vượt cấp đã xác nhận", "escalation acknowledged",
        lambda one: one.has("escalation-raised", "escalation-acknowledged"),
    ),
    Kind("Đang chờ bổ sung", "paused", lambda one: one.stands_still and one.has("supplement-requested")),
    Kind("Quá hạn bổ sung", "supplement expired", lambda one: one.has("supplement-expired")),
    Kind("Bổ sung hai lần", "two rounds of supplement", lambda one: one.says("supplement-completed", round_no=2)),
    Kind(
        "Yêu cầu bổ sung sau hạn", "supplement asked too late",
        lambda one: one.has("supplement-requested", "dossier-breached") and not one.has("clock-paused"),
    ),
    Kind(
        "Nghĩa vụ tài chính, đã tính lại hạn", "paused for a financial duty",
        lambda one: one.says("deadline-moved", cause="financial_duty_met"),
    ),
    Kind("Gia hạn", "extended", lambda one: one.says("deadline-moved", cause="extension")),
    Kind(
        "Hạn hẹn sớm hơn thời hạn", "appointment before the term",
        lambda one: one.says("deadline-set", clock_kind="dossier", rule="appointment"),
    ),
    Kind("Hạn hẹn muộn hơn thời hạn", "appointment after the term", lambda one: one.says("integrity-flag-raised", rule="B15")),
    Kind("Mở lại trong tuần", "reopened in the same week", _is_reopened_in_its_week),
    Kind("Mở lại ở tháng sau", "reopened in a later month", _is_reopened_in_a_later_month),
    Kind("Đính chính", "corrected", lambda one: one.has("event-corrected")),
    Kind(
        "Ghi nhận muộn, chưa duyệt", "recorded late, not approved",
        lambda one: one.says("integrity-flag-raised", rule="DR-31") and not one.has("backdating-approved"),
    ),
    Kind("Ghi nhận muộn, đã duyệt", "recorded late and approved", lambda one: one.says("ending-classified", is_approved=True)),
    Kind("Chuyển do sắp xếp đơn vị", "moved by reorganisation", lambda one: one.has("dossier-reassigned-by-reorganisation")),
    Kind(
        "Gửi lại tiếp nhận với mã mới", "accepted again under a new code",
        lambda one: any("resent_acceptance" in event["data"] for event in one.by_type.get("dossier-code-assigned", ())),
    ),
    Kind("Rà soát theo lịch đã công bố", "calendar order", lambda one: one.has("calendar-change-applied")),
    Kind("Trả lại bàn giao", "refused transfer", lambda one: one.has("transfer-refused")),
    Kind("Bước làm lại", "step started again", _is_begun_again),
    Kind("Lấy ý kiến trễ", "consultation late", lambda one: one.says("step-breached", clock_kind="consultation")),
    Kind("Sự cố hệ thống", "outage", lambda one: one.has("system-outage-recorded")),
    Kind("Rút hồ sơ", "withdrawn", lambda one: one.has("dossier-withdrawn")),
    Kind("Dừng giải quyết", "stopped", lambda one: one.has("processing-stopped")),
    Kind("Trả lại hồ sơ", "returned", lambda one: one.has("dossier-returned")),
    Kind(
        "Nộp trực tuyến lần hai", "submitted online twice",
        lambda one: one.says("dossier-submitted", round_no=2) and one.has("dossier-accepted"),
    ),
    Kind("Từ chối tiếp nhận", "rejected at intake", lambda one: one.has("intake-rejected")),
    Kind("Phản ánh, kiến nghị", "feedback", lambda one: one.has("feedback-published")),
)  # fmt: skip


def examples(events: Sequence[Event]) -> list[Example]:
    """For each kind the dossier of fewest events, of these the one with the first code."""
    by_dossier: dict[str, list[Event]] = defaultdict(list)
    codes: dict[str, str] = {}
    for event in events:
        by_dossier[event["subject"]].append(event)
        if "dossiercode" in event:
            codes[event["subject"]] = event["dossiercode"]
    shortest = sorted(codes, key=lambda dossier_id: (len(by_dossier[dossier_id]), codes[dossier_id]))
    stories = [(codes[dossier_id], Story(by_dossier[dossier_id])) for dossier_id in shortest]
    return [Example(kind, next((code for code, story in stories if kind.is_it(story)), None)) for kind in KINDS]
