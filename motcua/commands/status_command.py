"""`motcua status`: each process, each consumer's lag, event counts, the age of the last event."""

import os
from typing import Any

import click

from motcua.addresses import found
from motcua.output import ExitCode, console, print_json, print_table
from motcua.stack_status import status_of


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of tables.")
def command(*, as_json: bool) -> int:
    """Show each process, the lag of each consumer, event counts and the age of the last event.

    Answers within three seconds, whatever hangs. Exit code 3 when a part does not answer, a process does not run or is frozen,
    or the statistics are not whole; each such part is an AWAY line.
    """
    seen = status_of(found(os.environ))
    if as_json:
        print_json(seen)
    else:
        _show(seen)
    return int(ExitCode.OK if seen["is_well"] else ExitCode.AWAY)


def _show(seen: dict[str, Any]) -> None:
    rows = [
        (one["name"], "frozen" if one["is_frozen"] else one["state"], one["pid"], one["uptime_s"], one["log"])
        for one in seen["processes"]
    ]
    if rows:
        print_table(("Process", "State", "Pid", "Up (s)", "Log"), rows)
    if seen["lags"]:
        print_table(("Consumer", "Topic", "Unread"), [(one["group"], one["topic"], one["lag"]) for one in seen["lags"]])
    counted = [
        (one["topic"], one["events"], str(one["last_recorded_at"]), one["age_seconds"])
        for one in seen["counted_events"]
    ]
    if counted:
        print_table(("Counted in ClickHouse", "Events", "Last recorded at", "Age (s)"), counted)
    out = console()
    recorded = "not known" if seen["recorded_events"] is None else seen["recorded_events"]
    out.print(f"Recorded in the event store: {recorded}", soft_wrap=True)
    if seen["statistics"] is not None:
        told = seen["statistics"]
        out.print(f"Statistics: {told['state']}, last report {told['silent_seconds']} s ago", soft_wrap=True)
    for part, reason in seen["away"].items():
        out.print(f"AWAY {part}: {reason}", style="bold red", soft_wrap=True)
