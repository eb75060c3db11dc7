"""`motcua demo`: everything at once, on real parts, and the proof that the figures are right."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from importlib.resources import as_file, files

import click

from demo.kinds import Example, examples
from demo.loading import load_reference
from demo.officers import officers_of
from demo.reference import load_units
from demo.simulation import PORTAL_SOURCE, SOURCE, WINDOWS, simulate
from motcua.addresses import Addresses
from motcua.commands.report_command import print_weekly_report
from motcua.commands.units_command import difference_of
from motcua.commands.up_command import running_stack
from motcua.demo_check import Comparison, compare, published
from motcua.demo_feed import feed
from motcua.officer_loading import officer_difference
from motcua.output import ExitCode, progress_console, styled
from motcua.progress import ProgressBar
from motcua.reference_loading import load_difference, now, read_register
from motcua.settling import wait_with_bar

SHOWN_DIFFERENCES = 20
COUNT_TIMEOUT_SECONDS = 180.0
ENOUGH_FOR_EVERY_KIND = 3000
"""Among fewer dossiers the rare kinds may be missing."""


@click.command("demo")
@click.option("--seed", type=int, default=2026, show_default=True, help="The same seed gives the same events.")
@click.option(
    "--dossiers", type=click.IntRange(min=2), default=3000, show_default=True, help="About how many dossiers."
)
@click.option("--exit", "exits", is_flag=True, help="End by itself once the figures are checked.")
def command(seed: int, dossiers: int, *, exits: bool) -> int:
    """Start everything, feed simulated weeks of real units and procedures, check every figure, show examples, page and report.

    Stays up until Ctrl-C. Exit code 1 when a figure of the statistics differs from a plain count over the events, or when among
    3000 dossiers or more there is none of some kind.
    """
    out = progress_console()
    out.print(styled(("Motcua", "bold"), " khởi động (starting):"))
    with running_stack([SOURCE, PORTAL_SOURCE]) as (addresses, stack):
        _load_register(addresses)
        _feed(addresses, seed, dossiers)
        events = asyncio.run(published(addresses))
        is_right = _say(compare(addresses, events, load_units(), datetime.now(UTC)))
        is_right &= _show(examples(events)) or dossiers < ENOUGH_FOR_EVERY_KIND
        monday = WINDOWS[-1].end_on - timedelta(days=6)
        print_weekly_report(addresses, monday)
        # What was recorded late counts this week, so the page by itself would begin with nothing else.
        out.print(
            f"\nTrang giám sát (page), tuần của báo cáo: {addresses.web_url}/?period=week&from={monday}",
            style="bold",
            soft_wrap=True,
        )
        out.print(
            "Hỏi bằng SQL: .venv/bin/motcua sql  ·  Số liệu: .venv/bin/motcua figures  ·  Trạng thái: .venv/bin/motcua status"
        )
        if not exits:
            out.print("Ctrl-C để dừng (to stop).")
            stack.wait(on_progress=lambda name, what: out.print(f"  {name:<12} {what}"))
    return int(ExitCode.OK if is_right else ExitCode.FINDINGS)


def _load_register(addresses: Addresses) -> None:
    data, url = files("demo") / "data", addresses.intake_url
    with as_file(data / "units.csv") as units, as_file(data / "successions.csv") as successions:
        of_units = difference_of(read_register(url), units, successions)
    load_difference(url, of_units)
    of_officers = officer_difference(read_register(url), *officers_of(load_units()), now())
    load_difference(url, of_officers)
    told = f"Đơn vị hành chính (units): {len(of_units.changes)} events"
    progress_console().print(f"{told}, cán bộ (officers): {len(of_officers.changes)} events")


def _feed(addresses: Addresses, seed: int, dossiers: int) -> None:
    out = progress_console()
    actions = simulate(load_reference(), seed, dossiers)
    started = time.monotonic()
    with ProgressBar("Nhận thao tác (intake)", len(actions)) as bar:
        refused = asyncio.run(feed(addresses, actions, bar.advance))
    wait_with_bar(addresses, COUNT_TIMEOUT_SECONDS)
    seconds = time.monotonic() - started
    rate = f"{len(actions) / seconds:,.0f} events/s end to end"
    out.print(f"{len(actions)} actions by HTTP and Kafka, counted after {seconds:.1f} s ({rate})")
    for one in refused[:SHOWN_DIFFERENCES]:
        out.print(f"  refused: {one}")
    if refused:
        out.print(f"  {len(refused)} actions were refused")


def _say(comparison: Comparison) -> bool:
    out = progress_console()
    if not comparison.differences:
        out.print(
            styled(
                ("Đã đối chiếu", "green"),
                f": {comparison.figures} figures equal a plain count over the same {comparison.events} events"
                " (three levels, every week, all time)",
            )
        )
        return True
    for one in comparison.differences[:SHOWN_DIFFERENCES]:
        out.print(styled("  ", ("differs", "red"), f" {one}"))
    out.print(f"{len(comparison.differences)} of {comparison.figures} figures differ", style="red")
    return False


def _show(found: Sequence[Example]) -> bool:
    """One dossier of each kind, with the command that explains it; whether there is one of every kind."""
    out = progress_console()
    out.print(styled(("\nMỗi loại một hồ sơ", "bold"), " (one dossier of each kind):"))
    for one in found:
        how = f".venv/bin/motcua explain {one.code}" if one.code else "không có trong lần chạy này (none in this run)"
        out.print(f"  {f'{one.kind.vi} ({one.kind.en})':<68} {how}", soft_wrap=True, highlight=False)
    return all(one.code for one in found)
