"""Every figure, declared once; `make generated` renews what follows from it in other files (ADR 0015). Pure data.

The order is the one in which every form shows them. A figure that counts is a flag of its cohort's view; the names that a
predicate may use (`period_from`, `seen_at`, ...) are defined above the flags there. Dossiers are counted by their stays, each of
which lies in the period or reaches into it: it comes into the stock (carried in, received, reopened, transferred in) and leaves
it or stays (resolved, terminated, transferred out, open), unless it follows another of the same unit in the same period (I1).
"""

from collections.abc import Iterable
from typing import Final

from services.stats.domain.figure import Cohort, Count, Figure, Group, Left, Rate, ReportColumn

_RECEIVER: Final = "receiving unit"
_COUNTING: Final = "receiving unit, or whoever took over from it in a reorganisation"
ACCEPTED: Final = Cohort("flow", "dossiers_in_period", _RECEIVER, "acceptance")
REOPENED: Final = Cohort("flow", "dossiers_in_period", _COUNTING, "first reopening in the period")
MOVED: Final = Cohort("flow", "dossiers_in_period", _COUNTING, "reassignment")
ENDED: Final = Cohort("flow", "dossiers_in_period", _COUNTING, "ending")
CARRIED: Final = Cohort("stock", "dossiers_in_period", _COUNTING, "beginning of the period")
OPEN: Final = Cohort("stock", "dossiers_in_period", _COUNTING, "cut-off")
OWED: Final = Cohort("obligation", "apologies_in_period", "holder at the breach", "missed lawful due date")

_IN: Final = Group("Nhận vào", "Received")
_RESOLVED: Final = Group("Đã giải quyết", "Resolved")
_OPEN: Final = Group("Đang giải quyết", "In process")
_LETTERS: Final = Group("Thư xin lỗi", "Apologies")

_NO_COLUMN: Final = Left("the form of the report has no such column")
_IN_NOTES: Final = Left("the form has no such column; the notes below the table say it")
_TOO_WIDE: Final = Left("the page's table holds what leads on to dossiers; this is in its downloads and in the report")
_RARE: Final = Left("only a reorganisation has any; this is in the page's downloads and in the notes of the report")
_NO_TREND: Final = Left("the trend shows received, resolved by class, and overdue")
_BY_HOLDER: Final = Left("lists are of dossiers by receiving unit; an obligation counts for the holder")

COUNTS: Final = (
    Count(
        id="carried_in", vi="Tồn kỳ trước", en="Carried in", cohort=CARRIED,
        definition="accepted before the period and open at its beginning",
        predicate="since < period_from",
        report=ReportColumn(Group("Tồn kỳ trước", "Carried in")), page="in", trend=_NO_TREND, listed=True,
    ),
    Count(
        id="received", vi="Tiếp nhận", en="Received", cohort=ACCEPTED,
        definition="accepted in the period; what was rejected at the counter is no dossier",
        predicate="since >= period_from AND came_by = 'accepted'",
        report=ReportColumn(_IN, "Tổng", "Total"), page="in", trend=True, listed=True,
    ),
    Count(
        id="received_direct", vi="Nhận trực tiếp", en="Received directly", cohort=ACCEPTED,
        definition="of `received`, channel 1", predicate="received AND channel = 1",
        report=ReportColumn(_IN, "Trực tiếp", "Direct"), page=_TOO_WIDE, trend=_NO_TREND, listed=True,
    ),
    Count(
        id="received_online", vi="Nhận trực tuyến", en="Received online", cohort=ACCEPTED,
        definition="of `received`, channel 2", predicate="received AND channel = 2",
        report=ReportColumn(_IN, "Trực tuyến", "Online"), page=_TOO_WIDE, trend=_NO_TREND, listed=True,
    ),
    Count(
        id="received_postal", vi="Nhận qua BCCI", en="Received by post", cohort=ACCEPTED,
        definition="of `received`, channel 3; unknown channels are in `received` only", predicate="received AND channel = 3",
        report=ReportColumn(_IN, "BCCI", "Postal"), page=_TOO_WIDE, trend=_NO_TREND, listed=True,
    ),
    Count(
        id="reopened", vi="Mở lại", en="Reopened", cohort=REOPENED,
        definition="ended before the period and reopened in it, once per period; a reopening of an ending of the same period "
        "undoes that ending instead (B11)",
        predicate="since >= period_from AND came_by = 'reopened' AND previous_until < period_from",
        report=_IN_NOTES, page="in", trend=_NO_TREND, listed=True,
    ),
    Count(
        id="transferred_in", vi="Nhận bàn giao do sắp xếp", en="Taken over in a reorganisation", cohort=MOVED,
        definition="given to this unit by a reorganisation in the period while open; not within a common unit of the level "
        "asked for (OR-8)",
        predicate="since >= period_from AND previous_until >= period_from AND previous_key != own_key",
        report=_IN_NOTES, page=_RARE, trend=_NO_TREND, listed=True,
    ),
    Count(
        id="resolved", vi="Đã giải quyết", en="Resolved", cohort=ENDED,
        definition="stands ended at the end of the period by an ending in it, the result at the counter, granted or refused; "
        "not withdrawn, stopped or returned",
        predicate="is_ended AND outcome_then != 'terminated'",
        report=ReportColumn(_RESOLVED, "Tổng", "Total"), page="resolved", trend=True, listed=True,
    ),
    Count(
        id="early", vi="Sớm hẹn", en="Early", cohort=ENDED,
        definition="of `resolved`, ended on a day before the lawful due day", predicate="resolved AND outcome_then = 'early'",
        report=ReportColumn(_RESOLVED), page="resolved", trend=True, listed=True,
    ),
    Count(
        id="on_time", vi="Đúng hẹn", en="On time", cohort=ENDED,
        definition="of `resolved`, ended on the lawful due day", predicate="resolved AND outcome_then = 'on_time'",
        report=ReportColumn(_RESOLVED), page="resolved", trend=True, listed=True,
    ),
    Count(
        id="late", vi="Trễ hẹn", en="Late", cohort=ENDED,
        definition="of `resolved`, ended after it", predicate="resolved AND outcome_then = 'late'",
        report=ReportColumn(_RESOLVED), page="resolved", trend=True, listed=True,
    ),
    Count(
        id="unknown", vi="Chưa rõ hạn", en="Deadline not known", cohort=ENDED,
        definition="of `resolved`, no deadline is known; out of every rate and beside it (DR-09, B12)",
        predicate="resolved AND outcome_then = 'unknown'",
        report=_IN_NOTES, page="resolved", trend=True, listed=True,
    ),
    Count(
        id="terminated", vi="Dừng, rút, trả lại", en="Stopped, withdrawn, returned", cohort=ENDED,
        definition="stands ended at the end of the period by a withdrawal, a stop or a return in it",
        predicate="is_ended AND outcome_then = 'terminated'",
        report=_IN_NOTES, page="resolved", trend=_NO_TREND, listed=True,
    ),
    Count(
        id="transferred_out", vi="Bàn giao do sắp xếp", en="Handed over in a reorganisation", cohort=MOVED,
        definition="given by a reorganisation from this unit to another in the period while open; not within a common unit of "
        "the level asked for (OR-8)",
        predicate="until < period_to AND next_since < period_to AND next_key != own_key",
        report=_IN_NOTES, page=_RARE, trend=_NO_TREND, listed=True,
    ),
    Count(
        id="open", vi="Đang giải quyết", en="Open", cohort=OPEN,
        definition="accepted before the end of the period and open at its end", predicate="until >= period_to",
        report=_NO_COLUMN, page="open", trend=_NO_TREND, listed=True,
    ),
    Count(
        id="open_within", vi="Trong hạn", en="Within term", cohort=OPEN,
        definition="of `open`, not paused, lawful due instant as known then at or after the cut-off",
        predicate="open AND NOT is_paused AND ifNull(seen_due_at >= seen_at, false)",
        report=ReportColumn(_OPEN, less=("open_due_soon",)), page="open", trend=_NO_TREND, listed=True,
    ),
    Count(
        id="open_due_soon", vi="Tới hạn", en="Due soon", cohort=OPEN,
        definition="of `open_within`, due less than 24 hours after the cut-off",
        predicate="open_within AND ifNull(seen_due_at < seen_at + INTERVAL 1 DAY, false)",
        report=ReportColumn(_OPEN), page=_TOO_WIDE, trend=_NO_TREND, listed=True,
    ),
    Count(
        id="open_paused", vi="Chờ bổ sung", en="Paused", cohort=OPEN,
        definition="of `open`, waiting for the citizen (supplement or financial duty) at the cut-off; "
        "not a wait that began after the due date, it never cures the breach (DR-24)",
        predicate="open AND is_paused",
        report=ReportColumn(_OPEN), page="open", trend=_NO_TREND, listed=True,
    ),
    Count(
        id="open_supplement_expired", vi="Chờ bổ sung quá hạn trả lời", en="Paused, reply overdue", cohort=OPEN,
        definition="of `open_paused`, the day until which the citizen could answer or pay had passed before the cut-off (B17)",
        predicate="open_paused AND is_reply_overdue",
        report=_NO_COLUMN, page=_TOO_WIDE, trend=_NO_TREND, listed=True,
    ),
    Count(
        id="open_overdue", vi="Quá hạn", en="Overdue", cohort=OPEN,
        definition="of `open`, not paused, lawful due instant as known then before the cut-off",
        predicate="open AND NOT is_paused AND ifNull(seen_due_at < seen_at, false)",
        report=ReportColumn(_OPEN), page="open", trend=True, listed=True,
    ),
    Count(
        id="open_unknown", vi="Chưa có hạn", en="No due date", cohort=OPEN,
        definition="of `open`, not paused, no deadline is known",
        predicate="open AND NOT is_paused AND seen_due_at IS NULL",
        report=_IN_NOTES, page=Left("the headline shows it when there is one"), trend=_NO_TREND, listed=True,
    ),
    Count(
        id="open_overdue_unapologised", vi="Quá hạn chưa gửi thư xin lỗi", en="Overdue without a letter of apology", cohort=OPEN,
        definition="of `open_overdue`, a letter is owed and none was sent up to the cut-off; not a waived one",
        predicate="open_overdue AND is_unapologised",
        report=_NO_COLUMN, page=Left("the headline's card of overdue dossiers says it"), trend=_NO_TREND, listed=True,
    ),
    Count(
        id="apology_required", vi="Thư xin lỗi phải gửi", en="Apologies required", cohort=OWED,
        definition="obligations (AR-01), one for each missed due date; also those that were waived", predicate="true",
        report=ReportColumn(_LETTERS, "Phải gửi", "Required"), page=_TOO_WIDE, trend=_NO_TREND, listed=_BY_HOLDER,
    ),
    Count(
        id="apology_in_time", vi="Thư xin lỗi đúng quy định", en="Apologies in time", cohort=OWED,
        definition="first letter at or before the latest day", predicate="is_sent AND owed.sent_class = 'sent_in_time'",
        report=ReportColumn(_LETTERS, "Đúng quy định", "In time"), page=_TOO_WIDE, trend=_NO_TREND, listed=_BY_HOLDER,
    ),
    Count(
        id="apology_late", vi="Thư xin lỗi gửi muộn", en="Apologies late", cohort=OWED,
        definition="first letter after it: before the breach or after",
        predicate="is_sent AND owed.sent_class != 'sent_in_time'",
        report=ReportColumn(_LETTERS, "Muộn", "Late"), page=_TOO_WIDE, trend=_NO_TREND, listed=_BY_HOLDER,
    ),
    Count(
        id="apology_waived", vi="Thư xin lỗi được miễn", en="Apologies waived", cohort=OWED,
        definition="waived up to the cut-off, and no letter (AR-07)", predicate="NOT is_sent AND is_waived",
        report=ReportColumn(_LETTERS, "Được miễn", "Waived"), page=_TOO_WIDE, trend=_NO_TREND, listed=_BY_HOLDER,
    ),
    Count(
        id="apology_missing", vi="Thư xin lỗi chưa gửi", en="Apologies missing", cohort=OWED,
        definition="no letter up to the cut-off, and not waived", predicate="NOT is_sent AND NOT is_waived",
        report=ReportColumn(_LETTERS, "Chưa gửi", "Missing"), page=_TOO_WIDE, trend=_NO_TREND, listed=_BY_HOLDER,
    ),
)  # fmt: skip
ON_TIME_RATE: Final = Rate(
    id="on_time_rate", vi="Tỷ lệ đúng hạn", en="On-time rate", cohort=ENDED, method="ontime.resolved.v1",
    definition="of what was resolved in the period with a known deadline, the share in time; `unknown` stands beside it (B12)",
    numerator=("early", "on_time"), denominator=("early", "on_time", "late"),
    report=ReportColumn(_RESOLVED), page="resolved", trend=True, listed=Left("a rate counts nothing; its parts have lists"),
)  # fmt: skip
APOLOGY_COMPLIANCE: Final = Rate(
    id="apology_compliance", vi="Tỷ lệ thư xin lỗi đúng quy định", en="Apology compliance", cohort=OWED,
    method="apology.in-time.v1",
    definition="of the letters that were required and not waived, the share that left in time (B19)",
    numerator=("apology_in_time",), denominator=("apology_in_time", "apology_late", "apology_missing"),
    report=ReportColumn(_LETTERS, "Tỷ lệ đúng quy định", "In time, share"), page=_TOO_WIDE, trend=_NO_TREND,
    listed=Left("a rate counts nothing; its parts are obligations"),
)  # fmt: skip
RATES: Final = (ON_TIME_RATE, APOLOGY_COMPLIANCE)


def _in_order() -> Iterable[Figure]:
    """A rate stands behind the last count of its denominator."""
    for count in COUNTS:
        yield count
        yield from (rate for rate in RATES if rate.denominator[-1] == count.id)


FIGURES: Final[tuple[Figure, ...]] = tuple(_in_order())
FLOWS: Final = tuple(one for one in COUNTS if one.cohort.kind == "flow")
"""What happened in the period; the roll-up has these."""
LISTED: Final = tuple(figure.id for figure in COUNTS if not isinstance(figure.listed, Left))
"""Every figure behind which dossiers can be listed."""
PAGE: Final = tuple(figure for figure in FIGURES if not isinstance(figure.page, Left))
TREND: Final = tuple(figure for figure in FIGURES if not isinstance(figure.trend, Left))
REPORT: Final = tuple((figure, figure.report) for figure in FIGURES if isinstance(figure.report, ReportColumn))
