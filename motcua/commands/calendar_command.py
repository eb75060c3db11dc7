"""`motcua calendar`: the yearly work of whoever keeps the working calendars."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from clickhouse_connect.driver.exceptions import ClickHouseError

from motcua.addresses import found
from motcua.commands.calendar_apply import apply
from motcua.commands.sql_command import supervisor_client
from motcua.days import day_option
from motcua.output import CommandError, ExitCode, console, print_json, print_table, styled
from motcua.rulebook import office_rulebook
from rules.book.rulebook import Rulebook
from rules.book.rulebook_files import load_rulebook
from rules.calendars.calendar import Calendar
from rules.errors import RulesError
from services.stats.questions import period, period_parameters, rows_of

WARN_DAYS = 90
WORDS = {"ok": "OK", "differs": "DIFFERS", "none": "no checksum"}

Row = dict[str, Any]


@click.group("calendar")
def command() -> None:
    """Check the working calendars, draft the next year's, apply a new version to open dossiers."""


command.add_command(apply)


@command.command("check")
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=None,
    help="A folder with calendars/ and rulesets/ of your own; by default what is installed, with MOTCUA_CALENDARS.",
)
@day_option("--on", "on", "As if it were this day; by default today.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of tables.")
def check(folder: Path | None, on: date | None, *, as_json: bool) -> None:
    """Show every calendar and version, its sums, what is unverified, from when on it is provisional, and how many stand on that.

    Exit code 0 also when a calendar ends soon: that is said in a warning. 1 when the files contradict themselves, or when a
    calendar has ended, so that every new due date is provisional.
    """
    try:
        rulebook = load_rulebook(folder) if folder else office_rulebook(os.environ)
    except RulesError as error:
        where = "; ".join(getattr(error, "__notes__", ()))
        raise CommandError(f"{error} {where}".strip(), ExitCode.FINDINGS) from error
    rows = [_row(rulebook, calendar, on or datetime.now(calendar.zone).date()) for calendar in rulebook.calendars]
    standing = _provisional_dossiers()
    if as_json:
        print_json({"calendars": rows, "unit_calendars": _units(rulebook), "provisional_open_dossiers": standing})
    else:
        _show(rows, rulebook, standing)
    if any(row["has_ended"] for row in rows):
        raise click.exceptions.Exit(int(ExitCode.FINDINGS))


@command.command("draft")
@click.argument("year", type=click.IntRange(1995, 2100))
@click.option("--calendar", "calendar_id", default=None, help="Calendar to draft for and compare with.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of TOML.")
def draft(year: int, calendar_id: str | None, *, as_json: bool) -> None:
    """Print the exceptions of a YEAR as TOML, from the package `holidays`, to be held against the signed notices.

    What our published calendar says otherwise stands below as comments, so that the output can be kept as a file.

    Example: motcua calendar draft 2027 > draft.toml
    """
    # Drawn in here, since it takes a quarter of a second that the other commands need not wait for.
    from motcua import calendar_draft  # noqa: PLC0415

    try:
        calendar = office_rulebook(os.environ).calendar(calendar_id)
    except RulesError as error:
        raise CommandError(str(error), ExitCode.FINDINGS) from error
    entries = list(calendar_draft.draft(year, calendar).values())
    found = [one.sentence() for one in calendar_draft.differences(calendar)]
    if as_json:
        listed = [{"date": one.day, "kind": one.kind, "name": one.name, "name_en": one.name_en} for one in entries]
        print_json({"year": year, "source_status": calendar_draft.SOURCE, "entries": listed, "differences": found})
        return
    click.echo(
        f"# Draft of {year} from {calendar_draft.SOURCE}. Add the legal sources and the swapped days, which the package\n"
        "# hears of late or never; hold each day against the signed notices; then publish it as a new version.\n"
    )
    click.echo(calendar_draft.to_toml(entries))
    click.echo(f"# Where {calendar.calendar_id} {calendar.version} and the package disagree:")
    click.echo("\n".join(f"# {one}" for one in found) or "# nowhere")


def _row(rulebook: Rulebook, calendar: Calendar, on: date) -> Row:
    spec = calendar.spec
    is_newest = rulebook.calendar(calendar.calendar_id) is calendar
    return {
        "calendar_id": calendar.calendar_id,
        "version": calendar.version,
        "name": spec.name,
        "name_en": spec.name_en,
        "published_at": spec.published_at.isoformat(),
        "valid_from": spec.valid_from,
        "valid_until": spec.valid_until,
        "covered_until": spec.covered_until,
        "provisional_from": _provisional_from(calendar),
        "is_newest": is_newest,
        "has_ended": is_newest and not spec.is_for_history and on > spec.valid_until,
        "years": [_year(calendar, year) for year in range(spec.valid_from.year, spec.valid_until.year + 1)],
        "unverified": _unverified(calendar),
        "warning": _warning(calendar, on) if is_newest else None,
    }


def _year(calendar: Calendar, year: int) -> Row:
    spec = calendar.spec
    found = [0] * 12
    day = max(date(year, 1, 1), spec.valid_from)
    while day <= min(date(year, 12, 31), spec.valid_until):
        found[day.month - 1] += calendar.is_working_day(day)
        day += timedelta(days=1)
    published = spec.checksums.get(year)
    status = "none" if published is None else "ok" if list(published) == found else "differs"
    return {"year": year, "working_days": found, "total": sum(found), "checksum": status}


def _unverified(calendar: Calendar) -> list[Row]:
    spec = calendar.spec
    entries = [
        {"date": one.day, "what": one.kind, "name": one.name, "name_en": one.name_en}
        for one in spec.entries.values()
        if one.source_status == "unverified"
    ]
    regimes = [
        {"date": one.valid_from, "what": what, "name": one.legal_source or "", "name_en": ""}
        for what, found in (("sessions", spec.sessions), ("intake_sessions", spec.intake_sessions))
        for one in found
        if one.source_status == "unverified"
    ]
    return entries + regimes


def _provisional_from(calendar: Calendar) -> date | None:
    spec = calendar.spec
    return spec.valid_until + timedelta(days=1) if spec.covered_until > spec.valid_until else None


def _provisional_dossiers() -> int | None:
    """How many open dossiers have a due date that is provisional; None where the statistics don't answer."""
    try:
        with supervisor_client(found(os.environ).reader_url) as client:
            now = period_parameters(period(None, None, datetime.now(UTC)))
            return int(rows_of(client, "provisional_dossiers", now)[0]["open_dossiers"])
    except (CommandError, ClickHouseError, OSError):
        return None


def _warning(calendar: Calendar, on: date) -> str | None:
    spec = calendar.spec
    left = (spec.valid_until - on).days
    if spec.is_for_history or left >= WARN_DAYS:
        return None
    when = f"ends in {left} days, on {spec.valid_until}" if left >= 0 else f"ended on {spec.valid_until}"
    first = _provisional_from(calendar)
    then = "A dossier that would be due later gets no clock (AL-7): "
    if first is not None:
        then = f"Due dates from {first} on are provisional (tạm tính, CAL-6), until {spec.covered_until}: "
    return (
        f"{calendar.calendar_id} {calendar.version} {when}. {then}"
        f"publish {spec.valid_until.year + 1} as a new version. Begin with: "
        f"motcua calendar draft {spec.valid_until.year + 1}"
    )


def _units(rulebook: Rulebook) -> list[Row]:
    return [
        {"unit_id": one.unit_id, "calendar_id": one.calendar_id, "valid_from": one.valid_from}
        for one in rulebook.unit_calendars
    ]


def _show(rows: list[Row], rulebook: Rulebook, standing: int | None) -> None:
    out = console()
    for row in rows:
        named = (f"{row['calendar_id']} {row['version']}", "bold")
        out.print(styled(named, f" {row['name']} ({row['name_en']})"), soft_wrap=True)
        out.print(f"published at {row['published_at']}, from {row['valid_from']} until {row['valid_until']}")
        if row["provisional_from"]:
            out.print(f"provisional (tạm tính) from {row['provisional_from']} until {row['covered_until']}")
        print_table(
            ("Year", "Working days, January to December", "Sum", "Checksum"),
            [
                (one["year"], " ".join(f"{n:>2}" for n in one["working_days"]), one["total"], WORDS[one["checksum"]])
                for one in row["years"]
            ],
        )
    unverified = [
        (row["calendar_id"], row["version"], one["date"], one["what"], one["name"], one["name_en"])
        for row in rows
        for one in row["unverified"]
    ]
    if unverified:
        title = "Unverified: hold these against the signed text"
        print_table(("Calendar", "Version", "Day", "What", "Name", "In English"), unverified, title=title)
    out.print(f"{len(rulebook.unit_calendars)} units with a calendar of their own")
    known = "not known, the statistics do not answer" if standing is None else str(standing)
    out.print(f"Open dossiers whose due date is provisional: {known}")
    for row in rows:
        if row["warning"]:
            out.print(f"WARNING: {row['warning']}", style="bold red", soft_wrap=True)
