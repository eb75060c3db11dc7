"""`motcua due`: the effective start, the due instant and the days counted (a stable interface for other programs)."""

import os
from datetime import datetime
from typing import get_args

import click

from events.dossier import TermUnit
from motcua.output import CommandError, ExitCode, console, print_json, print_table
from motcua.rulebook import office_rulebook
from rules.due.terms import Term
from rules.errors import RulesError
from rules.explain.clock_explanation import DueExplanation, explain_due

UNITS = get_args(TermUnit)
WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")
REASONS = {
    "start_day": "ngày bắt đầu, không tính",
    "working_day": "ngày làm việc",
    "make_up": "ngày làm bù",
    "weekend": "cuối tuần",
    "holiday": "nghỉ lễ",
    "calendar_day": "ngày liên tục",
    "rolled_to": "chuyển sang ngày làm việc kế tiếp",
}


@click.command("due")
@click.option(
    "--accepted", required=True, metavar="INSTANT", help="When it was accepted, e.g. 2026-02-11T10:20 (+07:00)."
)
@click.option("--term", "amount", required=True, type=int, metavar="N", help="How many units; 1 for same_day.")
@click.option("--unit", required=True, type=click.Choice(UNITS), help="The procedure's own unit of term.")
@click.option("--calendar", "calendar_id", default=None, help="Calendar id; the Vietnamese standard one by default.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
def command(accepted: str, amount: int, unit: str, calendar_id: str | None, *, as_json: bool) -> None:
    """Work out a due date (DR-01 to DR-09) and show each day counted or skipped.

    Example: motcua due --accepted 2026-02-11T10:20 --term 7 --unit working_day
    """
    try:
        explanation = _explained(accepted, amount, unit, calendar_id)
    except RulesError as error:
        raise CommandError(str(error), ExitCode.FINDINGS) from error
    if as_json:
        print_json(explanation.to_json())
    else:
        _show(explanation)


def _explained(accepted: str, amount: int, unit: str, calendar_id: str | None) -> DueExplanation:
    rulebook = office_rulebook(os.environ)
    calendar = rulebook.calendar(calendar_id)
    try:
        given = datetime.fromisoformat(accepted)
    except ValueError as error:
        raise click.BadParameter(f"{accepted!r} is not an ISO instant such as 2026-02-11T10:20") from error
    accepted_at = given if given.tzinfo else given.replace(tzinfo=calendar.zone)
    return explain_due(calendar, accepted_at, Term(value=amount, unit=unit), rulebook.default_rule_set)  # type: ignore[arg-type]  # click checked the choice


def _show(explanation: DueExplanation) -> None:
    out = console()
    out.print(f"Bắt đầu tính từ (effective start): {explanation.due.effective_start_at.isoformat()}")
    out.print(f"Hạn trả (due):                     {explanation.due.due_at.isoformat()}")
    rules = ", ".join(explanation.rules)
    out.print(
        f"Lịch {explanation.calendar_id} {explanation.calendar_version}, bộ quy tắc {explanation.rule_set_id}, {rules}"
    )
    if explanation.is_provisional:
        out.print(
            "TẠM TÍNH (provisional): có ngày thuộc năm chưa có thông báo lịch nghỉ, tính theo Bộ luật Lao động (CAL-6)"
        )
    number = 0
    rows = []
    for day in explanation.days:
        number += day.counted
        reason = REASONS[day.reason] + (f" ({day.name})" if day.name else "")
        rows.append((f"{WEEKDAYS[day.day.weekday()]} {day.day:%d/%m/%Y}", str(number) if day.counted else "", reason))
    print_table(("Ngày", "Tính", "Lý do"), rows)
