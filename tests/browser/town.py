"""A small town's dossiers for the page: real-looking units across 1 July 2025, seeded work with early, late and open dossiers.

The same seed gives the same events. Deadlines are working days without holidays: enough to fill a page, no law is tested here.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from msgspec.structs import replace

from events.deadline import DeadlineMet
from events.dossier import ApologySent, DossierAccepted, GivenTerm, ResultIssued, StepCompleted, StepStarted
from events.envelope import Event
from services.stats.domain.levels import UnitPeriod
from services.stats.domain.periods import LAST_DAY, ZONE
from tests.unit.stats.dossiers import Dossier

CITY, DISTRICTS = 1000046, (2000474, 2000475)
OLD_WARDS, NEW_WARDS = (3019750, 3019753, 3019756, 3019762), (3119750, 3119753)
START, REORGANISED = date(2025, 1, 1), date(2025, 7, 1)
SCRIPT_CODE = "H46.<script>alert(1)</script>-0001"
SCRIPT_ID = "a1<script>&\"'"

PROCEDURES = (
    ("1.004222", "Đăng ký thường trú", 7),
    ("1.001193", "Đăng ký khai sinh", 1),
    ("2.000635", "Cấp bản sao trích lục hộ tịch", 1),
    ("1.000894", "Đăng ký kết hôn", 3),
    ("1.001612", "Đăng ký thành lập hộ kinh doanh", 3),
    ("1.012796", "Đăng ký biến động quyền sử dụng đất, quyền sở hữu tài sản gắn liền với đất", 10),
    ("1.009994", "Cấp giấy phép xây dựng mới đối với công trình cấp III, cấp IV và nhà ở riêng lẻ", 15),
    ("2.000815", "Chứng thực bản sao từ bản chính giấy tờ, văn bản", 1),
)


def units() -> list[UnitPeriod]:
    """Thành phố Huế with two districts that end on 1 July 2025; wards below them, then two merged wards below the city."""

    def one(unit_id: int, name: str, level: str, parent_id: int, since: date, until: date = LAST_DAY) -> UnitPeriod:
        return UnitPeriod(
            unit_id=unit_id, code=str(unit_id % 1_000_000), name=name, level=level, unit_type="", parent_id=parent_id,
            valid_from=since, valid_until=until, legal_basis="Nghị quyết 1675/NQ-UBTVQH15" if since == REORGANISED else "",
        )  # fmt: skip

    old = zip(OLD_WARDS, ("Phường Phú Hội", "Phường Vĩnh Ninh", "Phường Tây Lộc", "Phường Thuận Lộc"), strict=True)
    return [
        one(CITY, "Thành phố Huế", "province", 0, START),
        one(DISTRICTS[0], "Quận Thuận Hóa", "district", CITY, START, REORGANISED),
        one(DISTRICTS[1], "Quận Phú Xuân", "district", CITY, START, REORGANISED),
        *(one(ward, name, "commune", DISTRICTS[nth // 2], START, REORGANISED) for nth, (ward, name) in enumerate(old)),
        one(NEW_WARDS[0], "Phường Thuận Hóa", "commune", CITY, REORGANISED),
        one(NEW_WARDS[1], "Phường Phú Xuân", "commune", CITY, REORGANISED),
    ]


@dataclass
class Counted(Dossier):
    """A dossier with a code, a named procedure and named officers."""

    code: str = ""
    procedure: tuple[str, str, int] = PROCEDURES[0]

    def begun(self, when: datetime) -> "Counted":
        code, name, days = self.procedure
        self.opened_on = when.astimezone(ZONE).date()
        term = GivenTerm(value=days, unit="working_day")
        self.apply(
            DossierAccepted(
                procedure_code=code, procedure_name=name, term=term, receipt_no=self.code, counter_id="quầy 3"
            ),
            when,
        )
        self.due_at(working_days_after(when, days))
        return self

    def _event(self, data, when, recorded_at):
        event = super()._event(data, when, recorded_at)
        is_ours = event.envelope.source.endswith("intake")
        actor = f"cb-{self.unit_id % 97:02d}" if is_ours else None
        about = replace(event.envelope, dossier_code=self.code, procedure_code=self.procedure[0], actor_id=actor)
        return Event(envelope=about, data=data)


def working_days_after(when: datetime, days: int) -> datetime:
    """17:00 of the N-th weekday after a day."""
    day = when.astimezone(ZONE).date()
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return datetime.combine(day, time(17), ZONE)


def dossiers(seed: int, wards: Sequence[int], first: date, weeks: int, per_week: int) -> list[Counted]:
    """Work of some weeks at some units; what falls after the last week stays open."""
    chance = random.Random(seed)
    until = datetime.combine(first + timedelta(weeks=weeks), time(), ZONE)
    told = []
    for nth in range(weeks * per_week):
        day = first + timedelta(days=7 * (nth // per_week) + chance.randrange(5))
        when = datetime.combine(day, time(7, 30), ZONE) + timedelta(minutes=chance.randrange(540))
        ward = wards[min(int(len(wards) * chance.random() ** 1.4), len(wards) - 1)]
        code = f"H46.{ward % 1000:03d}-{day:%y%m%d}-{nth:04d}"
        one = Counted(
            f"d{seed}-{nth:05d}", ward, chance.choice((1, 1, 2, 2, 3)), code=code, procedure=chance.choice(PROCEDURES)
        )
        told.append(work(chance, one.begun(when), when, until))
    return told


def work(chance: random.Random, one: Counted, when: datetime, until: datetime) -> Counted:
    """What happens to one dossier until `until`."""

    def later(at: datetime, most_days: int) -> datetime:
        day = working_days_after(at, chance.randint(1, max(1, most_days))).date()
        return datetime.combine(day, time(8), ZONE) + timedelta(minutes=chance.randrange(510))

    skill = 0.86 + 0.11 * ((one.unit_id * 7919) % 10) / 10
    when += timedelta(minutes=chance.randint(20, 120))
    if when < until:
        one.apply(
            StepStarted(
                step_code="TL", step_name="Thụ lý hồ sơ", step_no=1, assignee_id=f"cb-{chance.randrange(30):02d}"
            ),
            when,
        )
    if chance.random() < 0.13 and (asked := later(when, 2)) < min(until, one.due["lawful_due_at"]):
        one.supplement_requested(asked)
        when = later(asked, 8)
        if when >= until or chance.random() < 0.15:
            return one
        one.supplement_completed(when).due_moved(working_days_after(when, one.procedure[2]), when)
    due = one.due["lawful_due_at"]
    late = chance.random() > skill
    ended = (
        later(due, 6)
        if late
        else max(
            when + timedelta(hours=1),
            due - timedelta(days=chance.choice((0, 0, 1, 1, 2, 4)), minutes=chance.randrange(10, 400)),
        )
    )
    if late:
        lapse(chance, one, due, until)
    if ended >= until or (late and chance.random() < 0.3):
        return one
    finish(chance, one, ended, due)
    return one


def lapse(chance: random.Random, one: Counted, due: datetime, until: datetime) -> None:
    """A breach, and sometimes a letter of apology, in time or too late."""
    latest = due - timedelta(days=1)
    written = chance.random()
    if written < 0.45 and latest < until:
        promised = working_days_after(due, 5)
        sent_at = max(latest - timedelta(hours=2), one.events[-1].envelope.occurred_at)
        one.apply(ApologySent(letter_no=f"{chance.randrange(900)}/TXL", reason="Chờ xác minh", signer_id="pct-01", medium="paper",
                             new_promised_at=promised), sent_at).due_moved(promised, sent_at, "reappointment")  # fmt: skip
    if due < until:
        one.breached(due).apology_owed(due, latest)
        if 0.45 < written < 0.65 and (sent := due + timedelta(days=1)) < until:
            one.apologised(sent)


def finish(chance: random.Random, one: Counted, ended: datetime, due: datetime) -> None:
    """A result, or in a few cases an ending without one."""
    kind = chance.random()
    if kind < 0.03:
        one.withdrawn(ended)
    elif kind < 0.05:
        one.returned(ended)
    else:
        one.apply(
            StepCompleted(step_code="TL", step_name="Thụ lý hồ sơ", step_no=1, outcome="đạt"),
            ended - timedelta(minutes=40),
        )
        one.apply(
            ResultIssued(
                document_no=f"{chance.randrange(9000)}/QĐ-UBND", result_kind="granted", is_digitally_signed=True
            ),
            ended - timedelta(minutes=25),
        )
        one.ready(ended)
        if ended.date() <= due.date():
            outcome = "on_time" if ended.date() == due.date() else "early"
            one.conclude(
                DeadlineMet(
                    **one.due, clock="main", ended_at=ended, ended_by="result-ready-at-counter.v1", outcome=outcome
                ),
                ended,
            )
        if chance.random() < 0.8:
            one.delivered(ended + timedelta(hours=chance.randint(1, 40)))


def town() -> list[Dossier]:
    """Five weeks under districts, four weeks without, and one dossier whose code tries to be markup."""
    told = dossiers(1, OLD_WARDS, date(2025, 5, 26), 5, 30) + dossiers(2, (*NEW_WARDS, CITY), date(2025, 7, 7), 4, 30)
    script = Counted(SCRIPT_ID, NEW_WARDS[0], code=SCRIPT_CODE, procedure=("1.000", "<img src=x onerror=alert(2)>", 3))
    return [*told, script.begun(datetime(2025, 7, 28, 9, tzinfo=ZONE))]
